//! A log that is asked for everything carries ids, counts and what was done: no name, mark or note, not of our own and not of a library's.
#![cfg(unix)]

mod common;

use common::folder::{Folder, text};
use common::pty::Pty;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// Words and figures that stand in the folder below, or are typed on the day, and nowhere else.
const SECRETS: &[&str] = &[
    "Glassworks",
    "Wilhelmina",
    "Tamarind",
    "Bartholomew",
    "Quincey",
    "wilhelmina",
    "bartholomew",
    "glass.example",
    "Kiln keeper",
    "furnaces",
    "kiln-keeper",
    "annealing",
    "lehr",
    "marmalade",
    "quagmire",
    "porcelain",
    "6.5",
    "8.5",
    "9.5",
];

fn folder_of_tables(folder: &Folder) -> String {
    let dir = folder.beside("tables");
    fs::create_dir(&dir).unwrap();
    let files = [
        (
            "team.toml",
            "name = \"Glassworks\"\nowner = \"wilhelmina\"\n",
        ),
        ("areas.csv", "id,name,order\nhot,Hot furnaces,1\n"),
        (
            "people.csv",
            "id,name,contact\nwilhelmina,Wilhelmina Tamarind,w@glass.example\nbartholomew,Bartholomew Quincey,b@glass.example\n",
        ),
        (
            "posts.csv",
            "id,title,area,column,fte,career_to\nkiln-keeper,Kiln keeper,hot,g5,1.00,\nkeeper-2,Kiln keeper two,hot,g6,1.00,\n",
        ),
        (
            "rights.csv",
            "person,right,over,from\nwilhelmina,line,bartholomew,2024-01-15\n",
        ),
        (
            "holders.csv",
            "post,person,from,until\nkiln-keeper,bartholomew,2024-01-15,\nkeeper-2,wilhelmina,2024-01-15,\n",
        ),
        (
            "marks.csv",
            "person,subject,column,by,date,value,evidence,link,feedback,conflict\nbartholomew,safety,g5,wilhelmina,2026-11-11,6.5,,,kept the annealing schedule,\n",
        ),
        (
            "meetings.csv",
            "person,id,date,kind,notes\nbartholomew,talk-1,2026-11-12,development,the lehr and what comes after it\n",
        ),
    ];
    for (name, contents) in files {
        fs::write(dir.join(name), contents).unwrap();
    }
    dir.to_str().unwrap().to_owned()
}

#[test]
fn a_log_of_everything_names_nobody_and_quotes_nothing() {
    let folder = Folder::new();
    let tables = folder_of_tables(&folder);
    let log = folder.beside("log");
    let env = [
        ("GUILDHALL_LOG", log.to_str().unwrap()),
        ("GUILDHALL_LOG_FILTER", "trace"),
    ];
    let data = folder.data();
    let data = data.to_str().unwrap();
    let day = ["--today", "2026-11-21", "--data-dir", data];
    let run = |args: &[&str], input: &str, status: i32| {
        let mut child = Command::new(common::program())
            .args(day)
            .args(args)
            .envs(env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
        said
    };
    run(&["import", &tables, "--as", "wilhelmina"], "", 0);
    run(&["import", &tables], "", 0);
    run(
        &["review", "bartholomew", "safety", "8.5", "--feedback", "-"],
        "a marmalade of reasons",
        0,
    );
    run(
        &["mark", "safety", "9.5", "--evidence", "-"],
        "out of the quagmire",
        0,
    );
    run(&["mark", "safety", "9.5", "--share"], "", 0);
    run(
        &[
            "credential",
            "add",
            "bartholomew",
            "porcelain licence",
            "--expires",
            "2027-05-01",
        ],
        "",
        0,
    );
    run(&["undo"], "", 0);
    run(&["redo"], "", 0);
    run(&["review", "bartholomew", "porcelain", "5"], "", 1);
    for what in [&["overview"][..], &["heatmap"], &["person", "bartholomew"]] {
        run(&[&["show"], what].concat(), "", 0);
    }
    let out = folder.beside("out");
    run(&["export", "team", out.to_str().unwrap()], "", 0);
    let said = run(&["doctor"], "", 0);
    assert!(said.contains("Nothing is wrong."), "{said}");
    let shown = run(&["show", "person", "bartholomew", "--json"], "", 0);
    assert!(
        shown.contains("marmalade"),
        "the day was not what it should be"
    );
    let mut pty = Pty::guildhall(&day, &env, (160, 40));
    pty.shows(&["1 Heatmap"]);
    pty.keys("Ctrl-c");
    assert_eq!(pty.wait().exit_code(), 0);

    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.contains("a team is open") && log.contains("written"),
        "nothing was logged:\n{log}"
    );
    // Without the times in front, whose seconds may look like a mark.
    let log: Vec<&str> = log
        .lines()
        .map(|line| line.split_once(' ').map_or(line, |(_, rest)| rest))
        .collect();
    for secret in SECRETS {
        let line = log.iter().find(|line| line.contains(secret));
        assert_eq!(line, None, "“{secret}” stands in the log");
    }
    for line in log {
        assert!(line.contains(" guildhall::"), "not ours: {line}");
    }
}
