//! What is kept beside the log because it may have to go: documents, personal fields and the names of post
//! holders, each encrypted under a key of its own (`docs/FORMAT.md`, section 12).
//!
//! An event holds a salted commitment ([`Commitment`]) and the random name of an object; content and salt are in
//! the object (`object.rs`), its key is in the key file (`keys.rs`). Destroying the key erases the content while
//! every hash of the log stays valid. [`Item`] is what the world knows of an object; `check.rs` compares the world
//! with the vault, `erase.rs` carries out erasures and finishes those that were begun.
//!
//! **Architecture invariant:** *object, key, event, answer: in this order, each durable before the next.* What a
//! crash leaves of the first two is set aside at the next start (`vault/quarantine`), with its key.

mod check;
mod commitment;
mod erase;
mod files;
mod items;
mod keys;
mod object;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

pub use check::{Broken, CheckError, Checked, Proof, Status, VaultReport, WORDS, check};
pub use commitment::{Commitment, SALT_BYTES};
pub use erase::{EraseError, EraseStep, erase, finish};
pub use items::{Item, items};
pub use object::ObjectName;

use keys::KeyFile;

/// The folder of what no event names, beside that of the objects.
pub const QUARANTINE: &str = "quarantine";
/// Largest content.
pub const CONTENT_BYTES_MAX: usize = 32 << 20;

/// The vault did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A file could not be read or written.
    #[error("cannot {operation} {}", .path.display())]
    Io {
        /// What was being done.
        operation: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A line of a key file cannot be read.
    #[error("line {line} of {} is none of a key file; put the key backup in its place", .path.display())]
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// There are keys, but not the key that opens them.
    #[error("{} is missing or not 32 bytes; without it no document can be read: put it back from its copy", .0.display())]
    Master(PathBuf),
    /// The system gives no randomness.
    #[error("the system gives no random number")]
    Random,
    /// The content is larger than the vault takes.
    #[error("a document may have at most {CONTENT_BYTES_MAX} bytes, and this one has {0}")]
    TooLarge(usize),
    /// There is no key: it was destroyed, or never there.
    #[error("object {0} has no key")]
    NoKey(ObjectName),
    /// There is no object of that name.
    #[error("object {0} is not in the vault")]
    NoObject(ObjectName),
    /// The vault could not be opened with the ledger.
    #[error("the vault is not open: {0}")]
    Closed(String),
    /// The object, its key or the event was changed: they do not belong together.
    #[error("object {0} does not open to what its event commits to")]
    Mismatch(ObjectName),
}

/// Where an object is and what the event commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Name of the object.
    pub object: ObjectName,
    /// Commitment to its content.
    pub commitment: Commitment,
}

/// What was done with objects at a start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Moved to the folder of what no event names.
    pub set_aside: usize,
    /// Moved back, since an event names them now.
    pub brought_back: usize,
    /// Removed: erased, or never whole.
    pub removed: usize,
}

/// What opens a commitment for somebody who has the event: they need nothing else.
pub struct Opening {
    /// The content.
    pub content: Zeroizing<Vec<u8>>,
    /// Its salt.
    pub salt: Zeroizing<[u8; SALT_BYTES]>,
}

/// The vault of one ledger. Shared by whoever stores and whoever reads; there is one for a folder.
pub struct Vault {
    objects: PathBuf,
    quarantine: PathBuf,
    master_path: PathBuf,
    state: Mutex<State>,
}

struct State {
    keys: KeyFile,
    master: Option<Zeroizing<[u8; 32]>>,
}

impl Vault {
    /// Opens the vault beside a ledger; one without documents has no files yet. Key file and key backup are brought
    /// to the same content, in which what either calls erased stays erased.
    ///
    /// # Errors
    /// [`VaultError`] if a file cannot be read.
    pub fn open(dir: &Path) -> Result<Vault, VaultError> {
        let folder = dir.join("keys");
        let master_path = folder.join("vault.master");
        let keys = KeyFile::open(&folder)?;
        let master = files::read(&master_path)?
            .map(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new))
            .transpose()
            .map_err(|_| VaultError::Master(master_path.clone()))?;
        let [objects, quarantine] = ["objects", QUARANTINE].map(|name| dir.join("vault").join(name));
        Ok(Vault { objects, quarantine, master_path, state: Mutex::new(State { keys, master }) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The key file in memory changes after the one on the disk; a panic in between leaves it true or behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Encrypts a content and keeps it: durable on return, object and key. `path` says where in the ledger it
    /// belongs, `media_type` what it is.
    ///
    /// # Errors
    /// [`VaultError`]; whatever was written of it is set aside at the next start.
    pub fn put(&self, path: &str, media_type: &str, content: &[u8]) -> Result<Stored, VaultError> {
        if content.len() > CONTENT_BYTES_MAX {
            return Err(VaultError::TooLarge(content.len()));
        }
        let mut state = self.state();
        self.need_master(&mut state)?;
        let object = ObjectName::random()?;
        let salt = Zeroizing::new(random::<SALT_BYTES>()?);
        let commitment = Commitment::to(path, media_type, content, &salt);
        let key = Zeroizing::new(random::<32>()?);
        let sealed = object::seal(object, commitment, &key, &salt, content)?;
        files::write(&self.path_of(object), &sealed)?;
        let master = state.master.as_ref().ok_or_else(|| VaultError::Master(self.master_path.clone()))?;
        let wrapped = object::wrap(object, master, &key)?;
        state.keys.add(object, wrapped)?;
        Ok(Stored { object, commitment })
    }

    /// The content of an item, checked against its commitment.
    ///
    /// # Errors
    /// [`VaultError::NoKey`], [`VaultError::NoObject`] or [`VaultError::Mismatch`], or a fault of the machine.
    pub fn get(&self, item: &Item) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.opening(item).map(|opening| opening.content)
    }

    /// The content of an item with the salt of its commitment, which it was checked against.
    ///
    /// # Errors
    /// As [`Vault::get`].
    pub fn opening(&self, item: &Item) -> Result<Opening, VaultError> {
        let mismatch = || VaultError::Mismatch(item.object);
        let key = {
            let state = self.state();
            let wrapped = state.keys.get(item.object).ok_or(VaultError::NoKey(item.object))?;
            let master = state.master.as_ref().ok_or_else(|| VaultError::Master(self.master_path.clone()))?;
            object::unwrap(item.object, master, wrapped).ok_or_else(mismatch)?
        };
        let sealed = files::read(&self.path_of(item.object))?.ok_or(VaultError::NoObject(item.object))?;
        let (salt, content) =
            object::open(item.object, item.commitment, &key, &sealed).ok_or_else(mismatch)?;
        if Commitment::to(&item.path, &item.media_type, &content, &salt) != item.commitment {
            return Err(mismatch());
        }
        Ok(Opening { content, salt })
    }

    /// Takes back what was put and is named by no event.
    ///
    /// # Errors
    /// [`VaultError`]; the rest goes at the next start.
    pub fn take_back(&self, object: ObjectName) -> Result<(), VaultError> {
        self.state().keys.remove(object)?;
        files::remove(&self.path_of(object))
    }

    /// Sets aside every object that no event names: what a crash left between storing and recording, or what an older
    /// copy of the ledger does not know yet. Its key stays, so that nothing is lost; an event that names it brings it
    /// back. What was erased goes for good. Only while nothing is being stored.
    ///
    /// # Errors
    /// [`VaultError`] if a file cannot be moved or removed.
    pub fn settle(&self, named: &BTreeSet<ObjectName>) -> Result<Settled, VaultError> {
        let state = self.state();
        let mut settled = Settled::default();
        for (path, name) in files::objects(&self.objects)? {
            match name.filter(|name| !state.keys.is_buried(*name)) {
                Some(name) if named.contains(&name) => {}
                Some(name) => {
                    files::rename(&path, &self.set_aside(name))?;
                    settled.set_aside += 1;
                }
                // Nobody can open it any more, or it was never whole.
                None => {
                    files::remove(&path)?;
                    settled.removed += 1;
                }
            }
        }
        for (path, name) in files::list_objects(&self.quarantine)? {
            let Some(name) = name else { continue };
            if state.keys.is_buried(name) {
                files::remove(&path)?;
                settled.removed += 1;
            } else if named.contains(&name) && !self.path_of(name).exists() {
                files::rename(&path, &self.path_of(name))?;
                settled.brought_back += 1;
            }
        }
        Ok(settled)
    }

    /// How many objects are set aside, which no event names.
    ///
    /// # Errors
    /// [`VaultError`] if the folder cannot be read.
    pub fn quarantined(&self) -> Result<usize, VaultError> {
        Ok(files::list_objects(&self.quarantine)?.len())
    }

    /// Whether there is a key for an object.
    pub fn has_key(&self, object: ObjectName) -> bool {
        self.state().keys.get(object).is_some()
    }

    /// Whether there is an object of that name.
    pub fn has_object(&self, object: ObjectName) -> bool {
        self.path_of(object).exists() || self.set_aside(object).exists()
    }

    /// Whether the keys belong here, and this is not a copy of the ledger without them.
    pub fn is_home(&self) -> bool {
        let state = self.state();
        let signs = self.master_path.with_file_name(crate::keys::SEED_FILE).exists();
        signs || state.master.is_some() || !state.keys.is_empty()
    }

    /// The erasures that were begun here.
    pub fn begun(&self) -> Vec<String> {
        self.state().keys.tombstones()
    }

    /// Notes in key file and key backup that an erasure is begun.
    pub(crate) fn bury(&self, erasure: &str, object: Option<ObjectName>) -> Result<(), VaultError> {
        self.state().keys.bury(erasure, object)
    }

    /// Destroys the key of an object, in key file and key backup.
    pub(crate) fn destroy_key(&self, object: ObjectName) -> Result<(), VaultError> {
        self.state().keys.remove(object)
    }

    /// Removes an object, which nobody can open any more.
    pub(crate) fn remove_object(&self, object: ObjectName) -> Result<(), VaultError> {
        files::remove(&self.path_of(object))?;
        files::remove(&self.set_aside(object))
    }

    fn set_aside(&self, object: ObjectName) -> PathBuf {
        self.quarantine.join(object.to_string())
    }

    fn path_of(&self, object: ObjectName) -> PathBuf {
        let name = object.to_string();
        self.objects.join(&name[..2]).join(name)
    }

    fn need_master(&self, state: &mut State) -> Result<(), VaultError> {
        if state.master.is_some() {
            return Ok(());
        }
        // Another master key would leave the keys that are there closed for ever.
        if !state.keys.is_empty() {
            return Err(VaultError::Master(self.master_path.clone()));
        }
        let master = Zeroizing::new(random::<32>()?);
        files::write(&self.master_path, &*master)?;
        state.master = Some(master);
        Ok(())
    }
}

fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::Random)?;
    Ok(bytes)
}
