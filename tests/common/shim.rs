//! The failing disk of `shim.c`: compiled once for a test program, and set up for one run of the program under test.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiled shim.
#[derive(Debug)]
pub struct Shim {
    dir: tempfile::TempDir,
}

/// Which call fails, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The n-th, from 1; 0 for none.
    pub at: u64,
    /// Number of the error.
    pub errno: i32,
    /// How often.
    pub mode: Mode,
}

/// How often calls fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Once.
    Once,
    /// That one and all after it.
    On,
    /// The same, and of the first half is written.
    Half,
    /// The program is killed there.
    Kill,
}

/// The disk does not answer.
pub const EIO: i32 = 5;
/// The disk is full.
pub const ENOSPC: i32 = 28;

impl Shim {
    /// Compiles it; where there is no C compiler, says so and gives none.
    pub fn build() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/shim.c");
        let made = Command::new("cc")
            .args(["-O1", "-shared", "-fPIC", "-o"])
            .arg(dir.path().join("shim.so"))
            .arg(source)
            .arg("-ldl")
            .output();
        match made {
            Ok(output) if output.status.success() => Some(Self { dir }),
            Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => {
                println!("skipped: no C compiler to build the failing disk with ({error})");
                None
            }
        }
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("calls")
    }

    /// The environment for one run in which calls below a folder are counted, and one may fail. The list of calls begins anew.
    pub fn env(&self, below: &Path, fault: Fault) -> Vec<(String, String)> {
        let _ = std::fs::remove_file(self.log());
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        [
            ("LD_PRELOAD", text(&self.dir.path().join("shim.so"))),
            ("GUILDHALL_SHIM_DIR", text(below)),
            ("GUILDHALL_SHIM_AT", fault.at.to_string()),
            ("GUILDHALL_SHIM_ERRNO", fault.errno.to_string()),
            (
                "GUILDHALL_SHIM_MODE",
                match fault.mode {
                    Mode::Once => "once",
                    Mode::On => "on",
                    Mode::Half => "half",
                    Mode::Kill => "kill",
                }
                .to_owned(),
            ),
            ("GUILDHALL_SHIM_LOG", text(&self.log())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The environment for one run under a clock that is so many days ahead; nothing fails.
    pub fn days_ahead(&self, days: u64) -> Vec<(String, String)> {
        let preload = self.dir.path().join("shim.so");
        vec![
            ("LD_PRELOAD".into(), preload.to_str().unwrap().to_owned()),
            (
                "GUILDHALL_SHIM_AHEAD".into(),
                (days * 24 * 3_600).to_string(),
            ),
        ]
    }

    /// The calls of the last run, one a line: number, name, path, and "failed" where it did.
    pub fn calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Fault {
    /// No call fails.
    pub const NONE: Self = Self {
        at: 0,
        errno: EIO,
        mode: Mode::Once,
    };
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let error = if self.errno == EIO { "EIO" } else { "ENOSPC" };
        let how = match self.mode {
            Mode::Once => "once",
            Mode::On => "from then on",
            Mode::Half => "half-way and from then on",
            Mode::Kill => "and killed there",
        };
        write!(f, "call {} {error} {how}", self.at)
    }
}
