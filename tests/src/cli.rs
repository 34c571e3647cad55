//! The real binary `gongjian`, run over ledgers in temporary folders.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::data;

/// The binary: `GONGJIAN_BIN`, or the one that stands beside the tests.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("GONGJIAN_BIN") {
        return path.into();
    }
    let tests = std::env::current_exe().unwrap();
    let path = tests.ancestors().nth(2).unwrap().join("gongjian");
    assert!(
        path.exists(),
        "There is no {}. Run `cargo build` first, or name a binary in GONGJIAN_BIN.",
        path.display()
    );
    path
}

/// A command of the binary that nothing around the test has an influence on.
pub fn command() -> Command {
    let mut command = Command::new(binary());
    for name in ["GONGJIAN_DATA", "GONGJIAN_LANG", "GONGJIAN_PASSPHRASE", "GONGJIAN_TOKEN", "RUST_LOG"] {
        command.env_remove(name);
    }
    command
}

/// What a run of the binary left.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; -1 if a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// The standard output as text.
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    /// The standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The standard output as JSON lines.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Both outputs.
    pub fn all(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.out), self.err)
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{}", self.all());
        self
    }

    /// Asserts that either output holds a text.
    #[track_caller]
    pub fn says(self, text: &str) -> Ran {
        assert!(self.all().contains(text), "`{text}` is not in\n{}", self.all());
        self
    }

    /// Asserts that neither output holds a text.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Ran {
        assert!(!self.all().contains(text), "`{text}` is in\n{}", self.all());
        self
    }
}

/// Runs the binary in a folder with something on its standard input.
#[track_caller]
pub fn run_in(folder: &Path, args: &[&str], input: &[u8]) -> Ran {
    run_under(folder, args, input, &[])
}

/// The same with more variables around it.
#[track_caller]
pub fn run_under(folder: &Path, args: &[&str], input: &[u8], variables: &[(&str, &str)]) -> Ran {
    let mut child = command()
        .args(args)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A verb that reads nothing closes the pipe.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!err.contains("panicked"), "{args:?}: {err}");
    Ran { code: output.status.code().unwrap_or(-1), out: output.stdout, err }
}

/// A ledger of its own folder, which goes when the test ends.
pub struct Ledger {
    /// The folder around it, for files of the test.
    pub folder: TempDir,
}

impl Ledger {
    /// No ledger yet.
    pub fn none() -> Ledger {
        Ledger { folder: tempfile::Builder::new().prefix("gongjian-").tempdir().unwrap() }
    }

    /// A copy of the county of September 2022.
    pub fn county() -> Ledger {
        static MADE: OnceLock<PathBuf> = OnceLock::new();
        Ledger::copy_of(made(&MADE, "county", &["demo", "--no-serve"]))
    }

    /// A copy of the county of June 2022.
    pub fn june() -> Ledger {
        static MADE: OnceLock<PathBuf> = OnceLock::new();
        Ledger::copy_of(made(&MADE, "june", &import_of("wenshang-2022-06-30")))
    }

    /// A copy of a ledger with the county's registry alone.
    pub fn registry() -> Ledger {
        static MADE: OnceLock<PathBuf> = OnceLock::new();
        let file = text(&data("wenshang-2022/机构台账.xlsx"));
        Ledger::copy_of(made(&MADE, "registry", &["import", &file]))
    }

    /// A copy of this ledger as it is now.
    pub fn copy(&self) -> Ledger {
        Ledger::copy_of(&self.data())
    }

    fn copy_of(from: &Path) -> Ledger {
        let ledger = Ledger::none();
        copy(from, &ledger.data());
        ledger
    }

    /// The ledger's folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    /// Runs a verb on the ledger.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, b"")
    }

    /// The same, with something on the standard input.
    #[track_caller]
    pub fn run_with(&self, args: &[&str], input: &[u8]) -> Ran {
        let args = [&["--data", "ledger"], args].concat();
        run_in(self.folder.path(), &args, input)
    }

    /// The same as [`Ledger::run`], with variables around it.
    #[track_caller]
    pub fn run_under(&self, variables: &[(&str, &str)], args: &[&str]) -> Ran {
        run_under(self.folder.path(), &[&["--data", "ledger"], args].concat(), b"", variables)
    }

    /// Records JSON, `--json`.
    #[track_caller]
    pub fn record(&self, json: &Value) -> Ran {
        self.run_with(&["record", "--json"], json.to_string().as_bytes())
    }

    /// Position and digest of the last event.
    #[track_caller]
    pub fn head(&self) -> (u64, String) {
        let list = self.run(&["list", "streets", "--json"]).exits(0).json();
        let as_of = &list["asOf"];
        (as_of["position"].as_u64().unwrap(), as_of["digest"].as_str().unwrap().to_owned())
    }

    /// Writes a file beside the ledger and names it.
    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        text(&path)
    }
}

/// A path as an argument.
pub fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The arguments that import a folder of the test data.
fn import_of(folder: &str) -> Vec<&'static str> {
    let mut paths: Vec<String> = std::fs::read_dir(data(folder))
        .unwrap()
        .map(|entry| text(&entry.unwrap().path()))
        .filter(|path| path.ends_with(".xlsx"))
        .collect();
    paths.sort();
    // A handful of paths for the life of the tests.
    std::iter::once("import").chain(paths.into_iter().map(|path| &*path.leak())).collect()
}

/// A ledger that is made once for all tests of this process.
fn made<'a>(cell: &'a OnceLock<PathBuf>, name: &str, args: &[&str]) -> &'a Path {
    cell.get_or_init(|| {
        let folder = shared().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        run_in(&folder, &[&["--data", "ledger"], args].concat(), b"").exits(0);
        folder.join("ledger")
    })
}

/// A folder of this process; those of processes that are gone are removed.
fn shared() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let all = std::env::temp_dir().join("gongjian-tests");
        std::fs::create_dir_all(&all).unwrap();
        for entry in std::fs::read_dir(&all).unwrap().flatten() {
            if !Path::new("/proc").join(entry.file_name()).exists() {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
        all.join(std::process::id().to_string())
    })
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    // Folders of keys are private, and stay so.
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().unwrap().is_dir() {
            copy(&from, &to);
        } else if entry.file_name() != "ballast" || std::fs::hard_link(&from, &to).is_err() {
            // The ballast is never written again, so one serves all copies.
            std::fs::copy(&from, &to).unwrap();
        }
    }
}
