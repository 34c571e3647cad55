//! A demonstration that stands up to verification, and ledgers whose bytes were changed.

use std::path::Path;

use gongjian_core::log::SledStorage;
use gongjian_core::log::Storage as _;
use gongjian_core::log::storage::Batch;
use gongjian_tests::cli::Ledger;

/// zstd's mark at the beginning of a compressed page.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

#[test]
fn a_demonstration_tells_the_quarter_and_a_second_one_adds_nothing() {
    let ledger = Ledger::none();
    let first = ledger.run(&["demo", "--no-serve"]).exits(0);
    let first = first.says("全县2022年第三季度共建报告").says("党建联盟").says("核对无误");
    first.says("机构台账.xlsx：汶上县委组织部，截至 2022-09-30，951 行");
    let head = ledger.head();
    let second = ledger.run(&["demo", "--no-serve"]).exits(0).says("没有新内容，什么都没有记入");
    second.says("全县2022年第三季度共建报告");
    assert_eq!(ledger.head(), head);
    ledger.run(&["verify"]).exits(0).says("核对无误").says(&head.1);
    let report = ledger.run(&["verify", "--json"]).exits(0).json();
    assert_eq!(report["sound"], true);
    assert_eq!((&report["size"], &report["digest"]), (&(head.0 + 1).into(), &head.1.into()));
    assert_eq!((report["faults"].as_array(), report["filesMissing"].as_u64()), (Some(&vec![]), Some(0)));
}

/// Every event with its bytes.
fn dump(ledger: &Ledger) -> Vec<u8> {
    ledger.run(&["events", "--raw"]).exits(0).out
}

#[test]
fn a_flipped_byte_in_the_files_is_never_taken_for_sound() {
    let county = Ledger::county();
    let dump = dump(&county);
    let db = |ledger: &Ledger| ledger.data().join("sled/db");
    let bytes = std::fs::read(db(&county)).unwrap();
    let pages: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..*at + 4] == ZSTD).collect();
    assert!(pages.len() > 100, "{}", pages.len());
    let mut noticed = 0;
    for part in 1..5 {
        let copy = county.copy();
        let mut damaged = bytes.clone();
        let at = pages[pages.len() * part / 5] + 200;
        damaged[at] ^= 0x10;
        std::fs::write(db(&copy), damaged).unwrap();
        let ran = copy.run(&["verify"]);
        assert!([0, 1, 3].contains(&ran.code), "byte {at}: {}", ran.all());
        if ran.code == 0 {
            // The engine keeps what it has overwritten for a while; nothing was lost there.
            assert_eq!(self::dump(&copy), dump, "byte {at} was taken for sound");
        } else {
            ran.says("损坏");
            noticed += 1;
        }
    }
    assert!(noticed > 0, "no damage was noticed");
}

/// Changes the value of a key behind the program's back, as the storage engine itself would write it.
fn forge(data: &Path, which: impl Fn(&[u8]) -> bool, change: impl Fn(&mut Vec<u8>)) {
    let storage = SledStorage::open(data, 0).unwrap();
    let pairs: Vec<(Vec<u8>, Vec<u8>)> =
        storage.range(&[], &[0xff; 16]).map(|pair| pair.unwrap()).filter(|(_, value)| which(value)).collect();
    let (key, value) = &pairs[pairs.len() / 2];
    let mut forged = value.clone();
    change(&mut forged);
    let mut batch = Batch::default();
    batch.put(key.clone(), forged);
    storage.commit(&batch).unwrap();
}

#[test]
fn a_forged_page_is_named_by_its_position() {
    for (part, lang, words) in [(1, "zh", "位置 "), (2, "en", "osition "), (3, "zh", "位置 ")] {
        let ledger = Ledger::county();
        let is_page = |value: &[u8]| value.windows(4).any(|window| window == ZSTD) && value.len() > 1_000;
        forge(&ledger.data(), is_page, |value| {
            let at = value.len() * part / 4;
            value[at] ^= 1;
        });
        let ran = ledger.run(&["--lang", lang, "verify"]);
        assert!([1, 3].contains(&ran.code), "{}", ran.all());
        let ran = ran.says(words);
        if lang == "zh" {
            for english in ["should be", "page", "bytes", "event", "digest", "record"] {
                assert!(!ran.text().contains(english), "{english}: {}", ran.text());
            }
        }
        let report = ledger.run(&["verify", "--json"]);
        assert!([1, 3].contains(&report.code));
        let report = report.json();
        assert_eq!(report["sound"], false, "{report}");
        let fault = &report["faults"][0];
        assert!(fault["position"].is_u64() && fault["code"].is_string(), "{report}");
        assert!(fault["detail"].as_str().unwrap().starts_with("位置 "), "{report}");
    }
}

#[test]
fn a_damaged_snapshot_is_told_and_changes_no_figure() {
    let ledger = Ledger::county();
    let figures = ["report", "--quarter", "2022-Q3", "--format", "csv"];
    let before = ledger.run(&figures).exits(0).out;
    let mut damaged = Vec::new();
    for entry in std::fs::read_dir(ledger.data().join("snapshots")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        damaged.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    assert!(damaged.len() > 5);
    // What cannot be trusted is not used: the log alone tells.
    let told = ledger.run(&["verify"]);
    if told.code != 0 {
        let told = told.exits(1);
        assert!(damaged.iter().any(|name| told.all().contains(name)), "{}", told.all());
    }
    assert_eq!(ledger.run(&figures).exits(0).out, before);
    let rebuilt = ledger.run(&["rebuild", "--json"]).exits(0).json();
    assert_eq!(rebuilt["equal"], true);
    let models = rebuilt["models"].as_array().unwrap();
    assert!(models.len() >= 8 && models.iter().all(|model| model["kept"] == model["rebuilt"]), "{rebuilt}");
    // As often as one likes.
    assert_eq!(ledger.run(&["rebuild", "--json"]).exits(0).json(), rebuilt);
    ledger.run(&["rebuild"]).exits(0).says("相符  registry").says("重建全部读模型");
    assert_eq!(ledger.run(&figures).exits(0).out, before);
}

#[test]
fn snapshots_and_tiles_may_be_deleted() {
    let ledger = Ledger::county();
    let head = ledger.head();
    std::fs::remove_dir_all(ledger.data().join("snapshots")).unwrap();
    std::fs::remove_dir_all(ledger.data().join("tiles")).unwrap();
    assert_eq!(ledger.head(), head);
    let report = ledger.run(&["verify", "--json"]).exits(0).json();
    assert_eq!((&report["sound"], &report["filesMissing"]), (&true.into(), &0.into()));
}
