//! The built program run on real folders.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The day that the sample is made for.
pub const SAMPLE_DAY: &str = "2026-11-21";

/// The sample team's folder.
pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_team")
}

/// Whose team the sample is.
pub fn owner() -> String {
    let text = std::fs::read_to_string(sample().join("team.toml")).unwrap();
    let line = text.lines().find(|l| l.starts_with("owner")).unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Spoils one document of some person beyond repair, its view and every envelope; with `summary` what was read out of it too.
pub fn spoil(data: &Path, summary: bool) {
    let db = rusqlite::Connection::open(data.join("team.db")).unwrap();
    let (doc, person): (i64, Vec<u8>) = db
        .query_row(
            "SELECT d.id, d.person FROM documents d JOIN envelopes e ON e.doc = d.id WHERE d.person IS NOT NULL
             GROUP BY d.id ORDER BY sum(length(e.bytes)) DESC LIMIT 1",
            [],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .unwrap();
    let zero = "zeroblob(length(sealed))";
    db.execute(
        &format!("UPDATE views SET sealed = {zero} WHERE doc = ?1"),
        [doc],
    )
    .unwrap();
    db.execute(
        "UPDATE envelopes SET bytes = zeroblob(length(bytes)) WHERE doc = ?1",
        [doc],
    )
    .unwrap();
    if summary {
        let sql = format!("UPDATE summaries SET sealed = {zero} WHERE person = ?1");
        assert_eq!(db.execute(&sql, [person]).unwrap(), 1);
    }
}

/// A data folder in a temporary place.
pub struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    /// An empty one; the data folder itself is not made yet.
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// One into which the sample was imported by its owner.
    pub fn with_sample() -> Self {
        let folder = Self::new();
        folder.ok(&["import", sample().to_str().unwrap(), "--as", &owner()]);
        folder
    }

    /// A team of one, made up here, with this passphrase.
    pub fn protected(passphrase: &str) -> Self {
        let folder = Self::new();
        let file = folder.secret_file("first", passphrase);
        let init = ["init", "--yes", "--team", "Glass", "--name", "Ann Ash"];
        folder.ok(&[&init[..], &["--passphrase-file", &file]].concat());
        folder
    }

    /// A file beside the data folder that only its owner can read.
    pub fn secret_file(&self, name: &str, line: &str) -> String {
        let path = self.beside(name);
        std::fs::write(&path, format!("{line}\n")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        path.to_str().unwrap().to_owned()
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A path beside the data folder.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the program on the data folder with some standard input.
    pub fn run_with(&self, args: &[&str], input: &str) -> Output {
        let mut child = Command::new(super::program())
            .args(["--today", SAMPLE_DAY, "--data-dir"])
            .arg(self.data())
            .args(args)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("NO_COLOR")
            .env_remove("GUILDHALL_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs the program.
    pub fn run(&self, args: &[&str]) -> Output {
        self.run_with(args, "")
    }

    /// Runs it, asserts that it did what was asked, and returns what it printed.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{args:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs it, asserts that it refused, and returns the reason.
    pub fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{args:?}: {}",
            text(&output.stdout)
        );
        text(&output.stderr)
    }

    /// Runs it with `--json` and reads the answer.
    pub fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.push("--json");
        serde_json::from_str(&self.ok(&args)).unwrap()
    }

    /// Every file of the data folder with its contents, in order.
    pub fn bytes(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(folder) else {
                continue;
            };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push((path.clone(), std::fs::read(&path).unwrap()));
                }
            }
        }
        found.sort();
        found
    }
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
