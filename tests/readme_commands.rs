//! Every command that the README and the sample's README print runs as it is printed.
#![cfg(unix)]

mod common;

use common::folder::{copy, sample, text};
use common::pty::Pty;
use std::path::Path;
use std::process::Command;

/// Commands that build the program; they are what runs this test, or would build it once more.
const BUILDS: [&str; 2] = ["cargo run --release -- demo", "cargo test"];

/// The commands of each fenced block, without comments.
fn blocks(page: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut block: Option<Vec<String>> = None;
    for line in page.lines() {
        match (&mut block, line.trim()) {
            (None, "```sh") => block = Some(Vec::new()),
            (Some(_), "```") => found.extend(block.take()),
            (Some(commands), line) => {
                let command = line.split(" #").next().unwrap_or_default().trim();
                commands.extend((!command.is_empty()).then(|| command.to_owned()));
            }
            (None, _) => {}
        }
    }
    assert!(block.is_none(), "a block is not closed");
    found
}

/// Runs a block in a folder that holds the sample, on a data folder. The dashboard is opened in a terminal and left with `q`.
fn run(commands: &[String], cwd: &Path, data: &Path) -> usize {
    let mut done = 0;
    for command in commands {
        if BUILDS.contains(&command.as_str()) {
            continue;
        }
        let program = common::program();
        let home = data.to_str().unwrap();
        done += 1;
        match command.as_str() {
            "guildhall" | "guildhall demo" => {
                let args: Vec<&str> = command.split(' ').skip(1).collect();
                let mut pty = Pty::guildhall(&args, &[("GUILDHALL_DATA_DIR", home)], (120, 30));
                pty.shows(&["not for redundancy"]);
                pty.keys("q");
                assert_eq!(pty.wait().exit_code(), 0, "{command}");
            }
            _ => {
                assert!(
                    command.starts_with("guildhall ") || command.starts_with("echo "),
                    "{command}: another program"
                );
                let bin = Path::new(&program).parent().unwrap();
                let path = std::env::var("PATH").unwrap();
                let output = Command::new("sh")
                    .args(["-c", command])
                    .current_dir(cwd)
                    .env("PATH", format!("{}:{path}", bin.display()))
                    .env("LC_ALL", "C.UTF-8")
                    .env("GUILDHALL_DATA_DIR", data)
                    .stdin(std::process::Stdio::null())
                    .output()
                    .unwrap();
                assert!(
                    output.status.success(),
                    "{command}: {}{}",
                    text(&output.stdout),
                    text(&output.stderr)
                );
            }
        }
    }
    done
}

#[test]
fn every_printed_command_runs() {
    let pages = [
        include_str!("../README.md"),
        include_str!("../sample_team/README.md"),
    ];
    let mut done = 0;
    for page in pages {
        let dir = tempfile::tempdir().unwrap();
        copy(&sample(), &dir.path().join("sample_team"));
        let mut data = dir.path().join("data-0");
        for (n, block) in blocks(page).iter().enumerate() {
            // Who starts a team starts with an empty folder; what is printed after it goes on with that team.
            let founds = |c: &String| c.contains(" init") || c.contains(" --as ");
            if block.iter().any(founds) {
                data = dir.path().join(format!("data-{n}"));
            }
            done += run(block, dir.path(), &data);
        }
    }
    assert!(done >= 18, "only {done} commands were found");
}

#[test]
fn the_first_step_of_a_dry_run_needs_no_answer() {
    let folder = common::folder::Folder::new();
    let sample = sample();
    let output = folder.run(&["import", sample.to_str().unwrap(), "--dry-run"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("--as ID"),
        "{}",
        text(&output.stderr)
    );
    assert!(text(&output.stdout).contains("Nothing was written."));
    assert!(!folder.data().exists());
}
