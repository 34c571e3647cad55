//! Reports in the formats of other people's programs, read by those.

use std::path::{Path, PathBuf};
use std::process::Command;

use gongjian_tests::cli::Ledger;
use gongjian_tests::python;

/// Runs a program of `tests/py` and gives what it printed.
#[track_caller]
fn checked(program: &str, files: &[&Path]) -> String {
    let interpreter = std::env::var("GONGJIAN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(interpreter).arg(python(program)).args(files).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Writes a report into a file of the ledger's folder.
#[track_caller]
fn report(ledger: &Ledger, scope: &[&str], format: &str, file: &str) -> PathBuf {
    let args = ["report", "--quarter", "2022-Q2", "--format", format, "-o", file];
    // A library that complains on the way does so on standard error.
    ledger.run(&[&args, scope].concat()).exits(0).never_says("limit");
    ledger.folder.path().join(file)
}

#[test]
fn openpyxl_finds_in_the_workbook_what_the_report_says() {
    let ledger = Ledger::county();
    for scope in [&[][..], &["--community", "C01"], &["--street", "S01"]] {
        let workbook = report(&ledger, scope, "xlsx", "report.xlsx");
        let data = report(&ledger, scope, "json", "report.json");
        let found = checked("report_xlsx.py", &[&workbook, &data]);
        assert!(found.contains("\"figures\": 60"), "{found}");
        let again = report(&ledger, scope, "xlsx", "again.xlsx");
        assert_eq!(
            std::fs::read(workbook).unwrap(),
            std::fs::read(again).unwrap(),
            "the same question, the same bytes"
        );
    }
}
