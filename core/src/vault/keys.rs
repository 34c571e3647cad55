//! The key file and the key backup: wrapped data keys by object, and what was erased (tombstones).
//!
//! Lines of text. A new key is appended, since a whole line is there or not; whatever destroys a key writes the file
//! anew, so that its bytes are gone. The backup is written after the file, and nothing counts as done before it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{ObjectName, VaultError, files};

/// The first line.
const HEADING: &str = "gongjian-vault-keys 1";
/// The key file, in the folder of keys.
const FILE: &str = "vault.keys";
/// The key backup where nothing else is said.
const BACKUP: &str = "vault.keys.backup";
/// Holds the path of the key backup, where it is on another disk.
const BACKUP_PATH: &str = "vault.backup-path";

/// What both files hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Content {
    keys: BTreeMap<ObjectName, Vec<u8>>,
    /// Erasure → the object whose key went, or none for a whole record.
    tombstones: BTreeMap<String, Option<ObjectName>>,
}

/// The key file with its backup.
pub(super) struct KeyFile {
    paths: [PathBuf; 2],
    content: Content,
}

impl KeyFile {
    /// Reads both files and brings them to the same content.
    pub(super) fn open(folder: &Path) -> Result<KeyFile, VaultError> {
        let backup = match files::read(&folder.join(BACKUP_PATH))? {
            None => folder.join(BACKUP),
            Some(path) => folder.join(String::from_utf8_lossy(&path).trim()),
        };
        let paths = [folder.join(FILE), backup];
        let mut content = Content::default();
        let mut found = Vec::with_capacity(paths.len());
        for path in &paths {
            let read = files::read(path)?.map(|bytes| Content::read(path, &bytes)).transpose()?;
            if let Some((read, _)) = &read {
                content.keys.extend(read.keys.clone());
                content.tombstones.extend(read.tombstones.clone());
            }
            found.push(read);
        }
        // What one of them calls erased is erased, whatever the other has been put back to.
        for object in content.tombstones.values().flatten() {
            content.keys.remove(object);
        }
        let file = KeyFile { paths, content };
        for (path, read) in file.paths.iter().zip(found) {
            let is_same = match &read {
                Some((read, whole)) => *whole && *read == file.content,
                None => file.is_empty(),
            };
            if !is_same {
                files::write(path, file.content.text().as_bytes())?;
            }
        }
        Ok(file)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.content.keys.is_empty() && self.content.tombstones.is_empty()
    }

    pub(super) fn get(&self, object: ObjectName) -> Option<&[u8]> {
        self.content.keys.get(&object).map(Vec::as_slice)
    }

    /// Whether the key of an object was destroyed, or is about to be.
    pub(super) fn is_buried(&self, object: ObjectName) -> bool {
        self.content.tombstones.values().any(|buried| *buried == Some(object))
    }

    pub(super) fn tombstones(&self) -> Vec<String> {
        self.content.tombstones.keys().cloned().collect()
    }

    /// Adds a key: durable in both files on return.
    pub(super) fn add(&mut self, object: ObjectName, wrapped: Vec<u8>) -> Result<(), VaultError> {
        let line = key_line(object, &wrapped);
        self.content.keys.insert(object, wrapped);
        self.append(&line).inspect_err(|_| drop(self.content.keys.remove(&object)))
    }

    /// Notes that an erasure was begun: durable in both files on return.
    pub(super) fn bury(&mut self, erasure: &str, object: Option<ObjectName>) -> Result<(), VaultError> {
        if self.content.tombstones.contains_key(erasure) {
            return Ok(());
        }
        self.append(&tombstone_line(erasure, object))?;
        self.content.tombstones.insert(erasure.to_owned(), object);
        Ok(())
    }

    /// Destroys a key: in neither file on return.
    pub(super) fn remove(&mut self, object: ObjectName) -> Result<(), VaultError> {
        if self.content.keys.remove(&object).is_none() {
            return Ok(());
        }
        self.write()
    }

    fn append(&self, line: &str) -> Result<(), VaultError> {
        for path in &self.paths {
            if path.exists() {
                files::append(path, line.as_bytes())?;
            } else {
                files::write(path, format!("{}{line}", self.content.text()).as_bytes())?;
            }
        }
        Ok(())
    }

    fn write(&self) -> Result<(), VaultError> {
        let text = self.content.text();
        self.paths.iter().try_for_each(|path| files::write(path, text.as_bytes()))
    }
}

impl Content {
    /// The content, and whether every line of it is whole. A last line that is not is one whose writing a crash cut.
    fn read(path: &Path, bytes: &[u8]) -> Result<(Content, bool), VaultError> {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut content = Content::default();
        for (number, line) in text[..whole].lines().enumerate() {
            let taken = if number == 0 { (line == HEADING).then_some(()) } else { content.take(line) };
            taken.ok_or_else(|| VaultError::KeyFile { path: path.to_owned(), line: number + 1 })?;
        }
        if whole == 0 {
            return Err(VaultError::KeyFile { path: path.to_owned(), line: 1 });
        }
        Ok((content, whole == bytes.len()))
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        match (words.next()?, words.next()?, words.next()?, words.next()) {
            ("key", name, wrapped, None) => {
                self.keys.insert(ObjectName::parse(name)?, hex::decode(wrapped).ok()?);
            }
            ("erased", erasure, "-", None) => drop(self.tombstones.insert(erasure.to_owned(), None)),
            ("erased", erasure, name, None) => {
                self.tombstones.insert(erasure.to_owned(), Some(ObjectName::parse(name)?));
            }
            _ => return None,
        }
        Some(())
    }

    fn text(&self) -> String {
        let mut text = format!("{HEADING}\n");
        for (object, wrapped) in &self.keys {
            text.push_str(&key_line(*object, wrapped));
        }
        for (erasure, object) in &self.tombstones {
            text.push_str(&tombstone_line(erasure, *object));
        }
        text
    }
}

fn key_line(object: ObjectName, wrapped: &[u8]) -> String {
    format!("key {object} {}\n", hex::encode(wrapped))
}

fn tombstone_line(erasure: &str, object: Option<ObjectName>) -> String {
    let mut line = format!("erased {erasure} ");
    // Writing to a text cannot fail.
    let _ = match object {
        Some(object) => writeln!(line, "{object}"),
        None => writeln!(line, "-"),
    };
    line
}
