//! Where uploaded workbooks wait between the steps of an import: `spool/RANDOM` in the folder of the ledger, readable
//! by nobody else, gone after submission or after a day. Nothing is named by what somebody uploads: files are numbered,
//! and their names are data.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gongjian_core::files::{self, PRIVATE};
use serde::{Deserialize, Serialize};

use super::super::Visit;
use super::super::fields::Upload;
use crate::app::random_id;
use crate::error::Problem;
use crate::import::Input;

/// How long files wait.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// The largest file that is read again; what is larger was not taken.
const FILE_MAX: u64 = 64 << 20;
/// Files of one import.
pub(super) const FILES_MAX: usize = 20;
/// Characters of a file's name that are kept.
const NAME_MAX: usize = 120;
/// What is known about the files.
const ABOUT: &str = "about.json";

/// What waits.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct About {
    /// Names as they were uploaded, without folders.
    pub(super) names: Vec<String>,
    /// Whose they are: the account, or the machine itself.
    owner: String,
    /// Why what contradicts the ledger is right.
    pub(super) correct: Option<String>,
    /// The import that they became; the files are gone then.
    pub(super) import: Option<String>,
}

/// Files that wait.
pub(super) struct Spool {
    folder: PathBuf,
    /// Its random name.
    pub(super) id: String,
    pub(super) about: About,
}

fn failed(error: &io::Error) -> Problem {
    Problem::internal(error)
}

fn owner(visit: &Visit) -> String {
    visit.caller.who().map(|who| hex::encode(who.account)).unwrap_or_else(|| "local".to_owned())
}

fn root(visit: &Visit) -> Result<PathBuf, Problem> {
    // A ledger in memory has nowhere to let anything wait.
    visit.app().dir().map(|dir| dir.join("spool")).ok_or_else(|| Problem::not_found("spool"))
}

impl Spool {
    /// Takes files in.
    ///
    /// # Errors
    /// [`Problem`] if the disk fails.
    pub(super) fn take(visit: &Visit, uploads: &[Upload], correct: Option<String>) -> Result<Spool, Problem> {
        let root = root(visit)?;
        files::private_folder(&root).map_err(|error| failed(&error))?;
        forget_old(&root, SystemTime::now());
        let id = hex::encode(random_id()?);
        let folder = root.join(&id);
        files::private_folder(&folder).map_err(|error| failed(&error))?;
        let mut about = About { owner: owner(visit), correct, ..About::default() };
        for (number, upload) in uploads.iter().enumerate() {
            files::write_new(&folder.join(number.to_string()), &upload.bytes, PRIVATE)
                .map_err(|error| failed(&error))?;
            about.names.push(plain_name(&upload.name));
        }
        let spool = Spool { folder, id, about };
        spool.save()?;
        Ok(spool)
    }

    /// What waits under a name that was given out; nothing for any other name, or for somebody else.
    ///
    /// # Errors
    /// [`Problem`]: not there any more.
    pub(super) fn open(visit: &Visit, id: &str) -> Result<Spool, Problem> {
        let gone = || Problem::not_found(id);
        let is_name = id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_name {
            return Err(gone());
        }
        let folder = root(visit)?.join(id);
        let bytes = files::read_limited(&folder.join(ABOUT), 1 << 20).map_err(|error| failed(&error))?;
        let about: About = serde_json::from_slice(&bytes.ok_or_else(gone)?).map_err(|_| gone())?;
        if about.owner != owner(visit) {
            return Err(gone());
        }
        Ok(Spool { folder, id: id.to_owned(), about })
    }

    /// The files, as an import takes them.
    ///
    /// # Errors
    /// [`Problem`] if they cannot be read.
    pub(super) fn inputs(&self) -> Result<Vec<Input>, Problem> {
        let read = |(number, name): (usize, &String)| {
            let bytes = files::read_limited(&self.folder.join(number.to_string()), FILE_MAX);
            let bytes = bytes.map_err(|error| failed(&error))?.ok_or_else(|| Problem::not_found(name))?;
            Ok(Input { name: name.clone(), bytes })
        };
        self.about.names.iter().enumerate().map(read).collect()
    }

    /// Says why what contradicts the ledger is right; or takes that back.
    ///
    /// # Errors
    /// [`Problem`] if the disk fails.
    pub(super) fn correct(&mut self, reason: Option<String>) -> Result<(), Problem> {
        self.about.correct = reason;
        self.save()
    }

    /// The files are recorded: they go, and what they became stays for whoever sends the form again.
    ///
    /// # Errors
    /// [`Problem`] if the disk fails.
    pub(super) fn done(&mut self, import: Option<String>) -> Result<(), Problem> {
        self.about.import = Some(import.unwrap_or_default());
        self.save()?;
        for number in 0..self.about.names.len() {
            fs::remove_file(self.folder.join(number.to_string())).map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    fn save(&self) -> Result<(), Problem> {
        let bytes = serde_json::to_vec(&self.about).map_err(|error| Problem::internal(&error))?;
        files::write_whole(&self.folder.join(ABOUT), &bytes, PRIVATE).map_err(|error| failed(&error))
    }
}

/// Removes what waited for more than a day. What cannot be removed now will be looked at again.
fn forget_old(root: &Path, now: SystemTime) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|data| data.modified());
        let old = modified.ok().and_then(|then| now.duration_since(then).ok()).is_some_and(|age| age > KEPT);
        if old {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A file's name without folders and control characters: browsers send paths, and people send worse.
pub(in crate::web) fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    let plain = plain.trim().trim_start_matches('.').to_owned();
    if plain.is_empty() { "1".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders_and_what_cannot_be_seen() {
        assert_eq!(plain_name("C:\\表\\党建协议台账.xlsx"), "党建协议台账.xlsx");
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name("a\u{0}b\r\n.xlsx"), "ab.xlsx");
        assert_eq!(plain_name("../.."), "1");
        assert_eq!(plain_name(&"长".repeat(500)).chars().count(), NAME_MAX);
    }

    #[test]
    fn what_waited_for_a_day_goes() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("one")).unwrap();
        forget_old(dir.path(), SystemTime::now());
        assert!(dir.path().join("one").exists());
        forget_old(dir.path(), SystemTime::now() + KEPT + Duration::from_secs(5));
        assert!(!dir.path().join("one").exists());
    }
}
