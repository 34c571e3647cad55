//! What is kept opens, what was tampered with is told, what no event names goes.

use super::*;

#[test]
fn a_document_is_kept_closed_and_opens_to_what_its_event_commits_to() {
    let mut bench = Bench::new();
    bench.document("ZL-1", SECRET.as_bytes(), &[]);
    bench.document("ZL-2", b"scan", &["审批岗"]);
    bench.field("ZL-3", "签字人", SECRET);
    bench.holder("RZ-1", "乙某");
    assert_eq!(bench.holds(SECRET), Vec::<PathBuf>::new(), "nothing of it lies open");
    for _ in 0..2 {
        let item = bench.item("document/ZL-1");
        let vault = bench.writer().vault().unwrap();
        assert_eq!(vault.get(&item).unwrap().as_slice(), SECRET.as_bytes());
        let statuses: Vec<_> = bench.verified().into_iter().map(|(_, word)| word).collect();
        assert_eq!(statuses, ["disclosed", "restricted", "disclosed", "restricted"]);
        bench.reopen();
    }
    use std::os::unix::fs::PermissionsExt as _;
    let item = bench.item("document/ZL-1");
    let keys = bench.dir.path().join("keys");
    for path in [bench.object_path(item.object), keys.join("vault.keys"), keys.join("vault.master")] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn what_was_tampered_with_is_told() {
    let mut bench = Bench::new();
    for id in ["ZL-1", "ZL-2", "ZL-3", "ZL-4"] {
        bench.document(id, SECRET.as_bytes(), &[]);
    }
    let [one, two, three, _] =
        ["ZL-1", "ZL-2", "ZL-3", "ZL-4"].map(|id| bench.item(&format!("document/{id}")));
    // A flipped bit; another object under the name; nothing at all.
    let path = bench.object_path(one.object);
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    fs::copy(bench.object_path(three.object), bench.object_path(two.object)).unwrap();
    fs::remove_file(bench.object_path(three.object)).unwrap();
    let words: Vec<_> = bench.verified().into_iter().map(|(_, word)| word).collect();
    assert_eq!(words, ["mismatch", "mismatch", "missing", "disclosed"]);
}

#[test]
fn keys_put_back_after_an_erasure_are_told_and_destroyed_again() {
    let mut bench = Bench::new();
    let added = bench.document("ZL-1", SECRET.as_bytes(), &[]);
    let item = bench.item("document/ZL-1");
    let keys = bench.dir.path().join("keys");
    let files = [keys.join("vault.keys"), keys.join("vault.keys.backup"), bench.object_path(item.object)];
    let before: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    bench.approved("SC-1", "document", &added);
    bench.execute("SC-1").unwrap();
    // Only one of the two key files rolled back: the other still knows.
    fs::write(&files[0], &before[0]).unwrap();
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "erased");
    assert!(!fs::read_to_string(&files[0]).unwrap().contains("\nkey "));
    // Both, and the object too: all that the ledger's own word can do is tell.
    for (path, bytes) in files.iter().zip(&before) {
        fs::write(path, bytes).unwrap();
    }
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "present");
    assert_eq!(bench.execute("SC-1").unwrap(), None);
    assert_eq!(bench.verified()[0].1, "erased");
}

#[test]
fn a_lost_key_file_is_made_again_from_its_backup_and_a_lost_both_is_told() {
    let mut bench = Bench::new();
    bench.document("ZL-1", SECRET.as_bytes(), &[]);
    let keys = bench.dir.path().join("keys");
    fs::remove_file(keys.join("vault.keys")).unwrap();
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "disclosed");
    assert!(keys.join("vault.keys").exists());
    // A line that a crash cut off is none.
    let mut text = fs::read_to_string(keys.join("vault.keys")).unwrap();
    text.push_str("key 00");
    fs::write(keys.join("vault.keys"), text).unwrap();
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "disclosed");
    for name in ["vault.keys", "vault.keys.backup"] {
        fs::remove_file(keys.join(name)).unwrap();
    }
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "missing");
    // A copy of the ledger without any keys withholds and is sound.
    fs::remove_dir_all(&keys).unwrap();
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "withheld");
    assert!(!keys.exists(), "opening a copy makes no keys");
}

#[test]
fn the_backup_may_be_on_another_disk_and_is_never_behind() {
    let mut bench = Bench::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("keys.copy");
    fs::write(bench.dir.path().join("keys/vault.backup-path"), format!("{}\n", path.display())).unwrap();
    bench.reopen();
    let added = bench.document("ZL-1", SECRET.as_bytes(), &[]);
    let same = |bench: &Bench| {
        let file = fs::read(bench.dir.path().join("keys/vault.keys")).unwrap();
        assert_eq!(file, fs::read(&path).unwrap());
        String::from_utf8(file).unwrap()
    };
    assert!(same(&bench).contains("\nkey "));
    bench.approved("SC-1", "document", &added);
    bench.execute("SC-1").unwrap();
    assert!(!same(&bench).contains("\nkey "));
    // A disk that is not there stops an erasure before the key goes in one place only.
    let added = bench.document("ZL-2", b"scan", &[]);
    bench.approved("SC-2", "document", &added);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(bench.execute("SC-2"), Err(EraseError::Vault(_))));
}

#[test]
fn what_no_event_names_is_set_aside_and_nothing_is_lost() {
    let mut bench = Bench::new();
    bench.document("ZL-1", b"scan", &[]);
    let vault = bench.writer().vault().unwrap();
    let orphan = vault.put("document/ZL-2", TEXT, SECRET.as_bytes()).unwrap();
    drop(vault);
    let path = bench.object_path(orphan.object);
    let aside = bench.dir.path().join("vault/quarantine").join(orphan.object.to_string());
    fs::write(path.with_extension("tmp"), b"half").unwrap();
    assert!(path.exists());
    for _ in 0..2 {
        bench.reopen();
        assert!(!path.exists() && !path.with_extension("tmp").exists() && aside.exists());
        let vault = bench.writer().vault().unwrap();
        assert!(vault.has_key(orphan.object));
        assert_eq!(vault.quarantined().unwrap(), 1);
    }
    assert_eq!(bench.verified(), [("document/ZL-1".to_owned(), "disclosed")]);
}

#[test]
fn an_older_ledger_beside_a_newer_vault_loses_nothing() {
    let mut bench = Bench::new();
    bench.document("ZL-1", b"scan", &[]);
    let older = bench.closed_copy();
    bench.document("ZL-2", SECRET.as_bytes(), &[]);
    let item = bench.item("document/ZL-2");
    let newer = bench.closed_copy();
    bench.put_back(&older);
    assert!(!bench.object_path(item.object).exists());
    assert_eq!(bench.writer().vault().unwrap().quarantined().unwrap(), 1);
    bench.put_back(&newer);
    assert_eq!(bench.writer().vault().unwrap().get(&item).unwrap().as_slice(), SECRET.as_bytes());
    assert_eq!(bench.writer().vault().unwrap().quarantined().unwrap(), 0);
}

#[test]
fn what_was_erased_is_not_set_aside_but_removed() {
    let mut bench = Bench::new();
    let older = bench.closed_copy();
    let added = bench.document("ZL-1", SECRET.as_bytes(), &[]);
    let item = bench.item("document/ZL-1");
    let bytes = fs::read(bench.object_path(item.object)).unwrap();
    bench.approved("SC-1", "document", &added);
    bench.execute("SC-1").unwrap();
    // The object comes back, and the ledger does not know of it any more; the key file knows that it was erased.
    for place in [
        bench.object_path(item.object),
        bench.dir.path().join("vault/quarantine").join(item.object.to_string()),
    ] {
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, &bytes).unwrap();
        bench.put_back(&older);
        assert!(!place.exists(), "{}", place.display());
        assert_eq!(bench.writer().vault().unwrap().quarantined().unwrap(), 0);
    }
}

#[test]
fn a_master_key_that_is_gone_is_not_replaced_by_another() {
    let mut bench = Bench::new();
    bench.document("ZL-1", b"scan", &[]);
    fs::remove_file(bench.dir.path().join("keys/vault.master")).unwrap();
    bench.reopen();
    let vault = bench.writer().vault().unwrap();
    assert!(matches!(vault.put("document/ZL-2", TEXT, b"x"), Err(VaultError::Master(_))));
    assert_eq!(bench.verified()[0].1, "missing");
}
