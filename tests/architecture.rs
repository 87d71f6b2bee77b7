//! Imports point downwards only. This test reads every source file and fails on an arrow that points up, on a foreign crate that a
//! module must not know, and on a file that has grown past one subject.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Module → modules of this crate that it may name besides itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("document", &["domain"]),
    ("log", &["domain", "document"]),
    ("exchange", &["domain", "document"]),
    // Constants alone.
    ("limits", &[]),
    ("store", &["domain", "document", "log", "limits"]),
    ("sync", &["domain", "document", "log", "limits", "store"]),
    ("app", &["domain", "document"]),
    ("ui", &["domain", "app"]),
    ("config", &[]),
    ("term", &[]),
    // Whatever reads bytes from elsewhere, for fuzzing; nothing else may name it.
    (
        "fuzz",
        &["document", "log", "store", "sync", "exchange", "app"],
    ),
    (
        "demo",
        &["domain", "document", "log", "store", "exchange", "config"],
    ),
    (
        "runtime",
        &[
            "domain", "document", "log", "limits", "store", "sync", "exchange", "app", "ui",
            "config", "term", "demo",
        ],
    ),
    (
        "cli",
        &[
            "domain", "document", "log", "limits", "store", "sync", "exchange", "app", "ui",
            "config", "term", "demo", "runtime",
        ],
    ),
];

/// Of `document`, the screens may name only the type of an edit and what makes one.
const APP_OF_DOCUMENT: &[&str] = &["Edit", "edit", "edits"];

/// Module → foreign crates and parts of std that it must not know.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "automerge",
            "rusqlite",
            "tokio",
            "ratatui",
            "crossterm",
            "notify",
            "toml",
            "csv",
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "SystemTime",
            "Utc::now",
            "Local::now",
        ],
    ),
    (
        "document",
        &[
            "rusqlite",
            "tokio",
            "ratatui",
            "crossterm",
            "std::fs",
            "std::net",
            "SystemTime",
        ],
    ),
    (
        "log",
        &[
            "rusqlite",
            "tokio",
            "ratatui",
            "crossterm",
            "std::fs",
            "std::net",
            "SystemTime",
            "Utc::now",
        ],
    ),
    ("store", &["tokio", "ratatui", "crossterm", "std::net"]),
    ("sync", &["ratatui", "crossterm", "rusqlite"]),
    ("exchange", &["tokio", "ratatui", "crossterm", "rusqlite"]),
    (
        "app",
        &[
            "tokio",
            "ratatui",
            "crossterm",
            "rusqlite",
            "automerge",
            "std::fs",
        ],
    ),
    ("ui", &["tokio", "rusqlite", "automerge", "std::fs"]),
];

/// Lines of a source file, tests and comments included.
const LONGEST_FILE: usize = 500;

struct Source {
    module: String,
    path: PathBuf,
    code: Vec<(usize, String)>,
    lines: usize,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src is readable") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let below = path.strip_prefix(&root).expect("below src");
                let first = below.components().next().expect("a name");
                let module = Path::new(first.as_os_str())
                    .file_stem()
                    .expect("a stem")
                    .to_string_lossy()
                    .into_owned();
                let text = fs::read_to_string(&path).expect("text");
                let code = text
                    .lines()
                    .enumerate()
                    .filter(|(_, line)| !line.trim_start().starts_with("//"))
                    .map(|(n, line)| (n + 1, line.to_owned()))
                    .collect();
                found.push(Source {
                    module,
                    path,
                    code,
                    lines: text.lines().count(),
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "the sources were not found");
    found
}

/// Names that follow `crate::` on a line, those in the braces of `use crate::{…}` included.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        names.extend(first_names(&line[at + "crate::".len()..]));
    }
    names
}

/// First path segments of `a::b` or of each item of `{a::b, c}`.
fn first_names(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(list) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let (mut depth, mut item, mut names) = (1, String::new(), Vec::new());
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            names.push(word(&item));
            item.clear();
        } else {
            item.push(c);
        }
        if depth == 0 {
            break;
        }
    }
    names
}

#[test]
fn imports_point_downwards() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        if matches!(source.module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(allowed) = arrows.get(source.module.as_str()) else {
            wrong.push(format!(
                "{}: module `{}` has no place in the picture; give it one in ARROWS and docs/architecture.md",
                source.path.display(),
                source.module
            ));
            continue;
        };
        for (line, text) in &source.code {
            for name in named(text) {
                if arrows.contains_key(name.as_str())
                    && name != source.module
                    && !allowed.contains(&name.as_str())
                {
                    wrong.push(format!(
                        "{}:{line}: `{}` must not name `{name}`",
                        source.path.display(),
                        source.module
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that point up:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn screens_know_edits_and_nothing_else_of_documents() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| s.module == "app") {
        for (line, text) in &source.code {
            for (at, _) in text.match_indices("crate::document::") {
                let names = first_names(&text[at + "crate::document::".len()..]);
                if names.iter().any(|n| !APP_OF_DOCUMENT.contains(&n.as_str())) {
                    wrong.push(format!("{}:{line}: {}", source.path.display(), text.trim()));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "app names more of document than edits:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn modules_do_not_know_what_they_must_not() {
    let foreign: BTreeMap<&str, &[&str]> = FOREIGN.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(names) = foreign.get(source.module.as_str()) else {
            continue;
        };
        // Tests beside the code may use files and clocks; they stand last in every file.
        let code = source
            .code
            .iter()
            .take_while(|(_, text)| text.trim() != "#[cfg(test)]");
        for (line, text) in code {
            for name in *names {
                // The key type is the one thing of the terminal that the key map is about.
                if *name == "crossterm"
                    && source
                        .path
                        .to_string_lossy()
                        .replace('\\', "/")
                        .contains("/app/keymap")
                {
                    continue;
                }
                let named = text.match_indices(name).any(|(at, _)| {
                    let before = text[..at].chars().next_back();
                    let after = &text[at + name.len()..];
                    let starts =
                        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
                    starts
                        && (after.starts_with("::")
                            || after.starts_with(';')
                            || name.contains("::")
                            || *name == "SystemTime")
                });
                if named {
                    wrong.push(format!(
                        "{}:{line}: `{}` must not know `{name}`: {}",
                        source.path.display(),
                        source.module,
                        text.trim()
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "forbidden knowledge:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_file_is_about_one_thing() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|s| s.lines > LONGEST_FILE)
        .map(|s| format!("{}: {} lines", s.path.display(), s.lines))
        .collect();
    assert!(
        long.is_empty(),
        "split by subject before {LONGEST_FILE} lines:\n{}",
        long.join("\n")
    );
}

#[test]
fn the_reader_of_imports_sees_them() {
    assert_eq!(named("use crate::domain::Team;"), ["domain"]);
    assert_eq!(named("use crate::{store::Store, app};"), ["store", "app"]);
    assert_eq!(
        named("use crate::{domain::{Team, Person}, ui::draw};"),
        ["domain", "ui"]
    );
    assert_eq!(named("let x = crate::log::header();"), ["log"]);
}
