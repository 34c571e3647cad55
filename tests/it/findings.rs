//! How many findings of each kind the test counties have; a changed count is the review of a changed rule.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gongjian_api::messages::Language;
use gongjian_core::day::Day;
use gongjian_projections::findings::{Code, findings};
use gongjian_tests::{import_folder, memory_ledger, views};

use crate::expect_file;

/// Counts by kind over a county that was imported folder after folder.
fn counts(folders: &[&str]) -> String {
    let mut writer = memory_ledger();
    for folder in folders {
        import_folder(&mut writer, folder);
    }
    let views = views(&writer);
    let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
    for finding in findings(&views, views.default_on(Day(20_000))) {
        *counts.entry(finding.code).or_default() += 1;
    }
    let mut told = format!("{}\n", folders.join(", "));
    for (code, count) in counts {
        let _ = writeln!(told, "{count:6}  {:9}  {}", code.severity().word(), code.word());
    }
    told
}

#[test]
fn the_manual_tells_what_each_kind_means() {
    let manual = std::fs::read_to_string(gongjian_tests::root().join("docs/OPERATIONS.md")).unwrap();
    let text = Language::Chinese.text();
    for code in Code::ALL {
        let (word, weight) = (code.word(), code.severity().word());
        let row = format!("| `{word}` | {} | {weight} | ", text.word("finding-title", word));
        assert!(manual.contains(&row), "{row}");
    }
}

#[test]
fn counties_have_as_many_findings_of_each_kind_as_before() {
    let told = [
        counts(&["wenshang-2022-06-30", "wenshang-2022"]),
        counts(&["county-2023-mid", "county-2023"]),
        counts(&["county-2021"]),
    ];
    expect_file("findings.txt", &told.join("\n"));
}
