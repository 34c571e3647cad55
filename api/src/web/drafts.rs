//! Drafts: what somebody typed and did not send yet. They lie beside the log, in the folder of the account that
//! typed them, for thirty days, and are no records: nothing of them is hashed, shown to others or exported.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use gongjian_core::day::Day;
use gongjian_core::files::{self, PRIVATE};
use gongjian_core::gate;
use gongjian_core::record::Digest;
use serde::{Deserialize, Serialize};

use super::cells::inside;
use super::{Fields, Seen, Shown, Visit};
use crate::error::Problem;

/// How long a draft is kept.
const DAYS: i64 = 30;
/// Drafts of one account; the oldest go first.
const DRAFTS_MAX: usize = 100;
/// Bytes of one draft.
const BYTES_MAX: usize = 256 << 10;
/// Fields that say nothing that was typed.
const APART: &[&str] =
    &["csrf", "commandId", "expectedRevision", "checked", "change", "draft", "draft-title", "draft-place"];

/// A draft.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Draft {
    /// What the form is called.
    pub(super) title: String,
    /// Where the form is.
    pub(super) place: String,
    /// Microseconds since 1970.
    pub(super) saved: i64,
    /// What was typed.
    fields: Vec<(String, String)>,
    /// Its name.
    #[serde(skip)]
    pub(super) key: String,
}

impl Draft {
    /// What was typed, over what the address says.
    pub(super) fn over(&self, given: &Fields) -> Fields {
        let typed = |name: &str| self.fields.iter().any(|(known, _)| known == name);
        let rest = given.pairs().filter(|(name, _)| !typed(name) && *name != "draft");
        let rest = rest.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Fields::of_pairs(self.fields.iter().cloned().chain(rest))
    }

    /// When it was kept, in words: the day and the time.
    pub(super) fn when(&self, visit: &Visit) -> (String, String) {
        let time = crate::app::county_time(self.saved);
        let time = time.split(' ').nth(1).unwrap_or_default();
        (visit.text.day(Day::of_micros(self.saved)), time.to_owned())
    }

    /// Where one goes on with it.
    pub(super) fn link(&self) -> String {
        let joint = if self.place.contains('?') { '&' } else { '?' };
        format!("{}{joint}draft={}", self.place, self.key)
    }
}

/// The key of the form of a command about a stream.
pub(super) fn key(command: &str, stream: &str) -> String {
    let digest = Digest::of(stream.as_bytes()).to_string();
    format!("{command}-{}", digest.get(..16).unwrap_or_default())
}

/// A name that is a file of ours and no way out of the folder.
fn is_key(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=120).contains(&key.len()) && key.bytes().all(plain) && !key.starts_with('.')
}

/// The folder of the visitor's drafts; none where the ledger has no folder.
fn folder(visit: &Visit) -> Option<PathBuf> {
    let account = visit.caller.who().map_or_else(|| "local".to_owned(), |who| hex::encode(who.account));
    Some(visit.app().dir()?.join("drafts").join(account))
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

fn read(file: &Path) -> Option<Draft> {
    let mut draft: Draft = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    if now().saturating_sub(draft.saved) > DAYS * 86_400_000_000 {
        // Old drafts go when somebody comes across them; that one cannot be removed is no reason not to show pages.
        let _ = fs::remove_file(file);
        return None;
    }
    file.file_stem()?.to_str()?.clone_into(&mut draft.key);
    Some(draft)
}

/// The visitor's draft of this name.
pub(super) fn load(visit: &Visit, key: &str) -> Option<Draft> {
    read(&folder(visit).filter(|_| is_key(key))?.join(format!("{key}.json")))
}

/// The visitor's drafts, newest first.
pub(super) fn list(visit: &Visit) -> Vec<Draft> {
    let entries = folder(visit).and_then(|folder| fs::read_dir(folder).ok());
    let files = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "json"));
    let mut drafts: Vec<Draft> = files.filter_map(|file| read(&file)).collect();
    drafts.sort_by(|a, b| (b.saved, &a.key).cmp(&(a.saved, &b.key)));
    drafts
}

/// Forgets a draft: what it said was sent, or is not wanted any more.
pub(super) fn clear(visit: &Visit, key: &str) {
    if let Some(folder) = folder(visit).filter(|_| is_key(key)) {
        // Most forms are sent without one.
        let _ = fs::remove_file(folder.join(format!("{key}.json")));
    }
}

/// Keeps what was typed so far, or drops it (`draft=drop`). Without script the form comes again.
pub(super) fn take(visit: &Visit, given: &Fields) -> Seen {
    let key = visit.part("key");
    let folder = folder(visit).filter(|_| is_key(key)).ok_or_else(|| Problem::not_found(key))?;
    let place = inside(given.get("draft-place"));
    if given.get("draft") == "drop" {
        clear(visit, key);
        return Ok(Shown::Elsewhere(if place.is_empty() { "/".to_owned() } else { place.to_owned() }));
    }
    let typed = given.pairs().filter(|(name, value)| !APART.contains(name) && !value.trim().is_empty());
    let draft = Draft {
        title: given.get("draft-title").to_owned(),
        place: place.to_owned(),
        saved: now(),
        fields: typed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        key: key.to_owned(),
    };
    keep(&folder, &draft)?;
    match visit.fragment {
        true => Ok(Shown::Html(StatusCode::NO_CONTENT, String::new())),
        false => Ok(Shown::Elsewhere(draft.link())),
    }
}

fn keep(folder: &Path, draft: &Draft) -> Result<(), Problem> {
    // A draft is no record, but what may not be recorded may not lie here either.
    let texts = draft.fields.iter().map(|(_, text)| text).chain([&draft.title]);
    for text in texts.filter(|text| !text.trim().is_empty()) {
        if let Err(rejection) = gate::check("text", text) {
            let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, rejection.code);
            problem.rejection = Some(rejection);
            return Err(problem);
        }
    }
    let bytes = serde_json::to_vec(draft).map_err(|error| Problem::internal(&error))?;
    if bytes.len() > BYTES_MAX {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large").with("limit", 1));
    }
    write(folder, &draft.key, &bytes).map_err(|error| Problem::internal(&error))
}

fn write(folder: &Path, key: &str, bytes: &[u8]) -> std::io::Result<()> {
    files::private_folder(folder)?;
    files::write_whole(&folder.join(format!("{key}.json")), bytes, PRIVATE)?;
    prune(folder)
}

/// Makes room: of too many drafts the oldest go.
fn prune(folder: &Path) -> std::io::Result<()> {
    let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.metadata()?.modified()?, entry.path()));
    }
    files.sort();
    let over = files.len().saturating_sub(DRAFTS_MAX);
    for (_, file) in files.into_iter().take(over) {
        fs::remove_file(file)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_no_way_out_of_the_folder() {
        assert!(is_key(&key("issue.raise", "issue/物业-1")));
        for bad in ["", "..", "../a", "a/b", ".hidden", "a b", "名", &"a".repeat(121)] {
            assert!(!is_key(bad), "{bad}");
        }
    }

    #[test]
    fn what_may_not_be_recorded_is_not_kept_either() {
        let folder = tempfile::tempdir().unwrap();
        let of = |text: &str| Draft {
            key: "a".to_owned(),
            fields: vec![("text".to_owned(), text.to_owned())],
            saved: now(),
            ..Draft::default()
        };
        assert!(keep(folder.path(), &of("身份证号 11010519491231002X")).is_err());
        assert!(!folder.path().join("a.json").exists());
        keep(folder.path(), &of("污水管道倒灌")).unwrap();
        let kept = read(&folder.path().join("a.json")).unwrap();
        assert_eq!(kept.over(&Fields::default()).get("text"), "污水管道倒灌");
        let mut old = of("很久以前");
        old.saved -= (DAYS + 1) * 86_400_000_000;
        keep(folder.path(), &old).unwrap();
        assert!(read(&folder.path().join("a.json")).is_none() && !folder.path().join("a.json").exists());
    }
}
