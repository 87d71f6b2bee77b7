//! sample_team/STORY.md, told by the built program: the keys of each block are sent, the texts of each block are waited for.
#![cfg(unix)]

mod common;

use common::pty::Pty;

/// A step of the story.
enum Step {
    Keys(String),
    Shows(String),
}

/// The steps under each heading: blocks fenced as `keys` (names of keys, separated by spaces) and `shows` (a text a line).
fn steps(story: &str) -> Vec<(String, Step)> {
    let mut heading = String::new();
    let mut block: Option<&str> = None;
    let mut steps = Vec::new();
    for line in story.lines() {
        if let Some(kind) = line.trim().strip_prefix("```") {
            block = match block {
                Some(_) => None,
                None => Some(kind.trim()),
            };
            continue;
        }
        match block {
            Some("keys") if !line.trim().is_empty() => {
                steps.push((heading.clone(), Step::Keys(line.trim().to_owned())));
            }
            Some("shows") if !line.trim().is_empty() => {
                steps.push((heading.clone(), Step::Shows(line.trim().to_owned())));
            }
            None if line.starts_with('#') => {
                heading = line.trim_start_matches('#').trim().to_owned();
            }
            _ => {}
        }
    }
    steps
}

#[test]
fn the_story_is_told_as_written() {
    let path = common::folder::sample().join("STORY.md");
    let story = std::fs::read_to_string(&path).expect("sample_team/STORY.md");
    let steps = steps(&story);
    assert!(
        steps.iter().any(|(_, s)| matches!(s, Step::Keys(_))),
        "no keys in the story"
    );
    assert!(
        steps.iter().any(|(_, s)| matches!(s, Step::Shows(_))),
        "nothing to be shown"
    );
    let mut pty = Pty::guildhall(&["demo"], &[], (120, 30));
    pty.shows(&["not for redundancy"]);
    let mut told = String::new();
    for (heading, step) in &steps {
        if *heading != told {
            told.clone_from(heading);
            println!("{heading}");
        }
        match step {
            Step::Keys(keys) => pty.keys(keys),
            Step::Shows(text) => pty.until(&format!("{heading}: {text}"), |screen| {
                common::pty::on_screen(screen, text)
            }),
        }
    }
    if pty.is_running() {
        pty.keys("Ctrl-c");
    }
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();
}
