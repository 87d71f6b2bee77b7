//! The text files of `export subject`: plain lines, readable without any program.

use super::report::PURPOSE;
use super::subject::{Change, SubjectFile, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A folder's text files: a cover, one for each document, and what stands elsewhere.
pub fn files(made: &SubjectFile) -> Vec<(String, String)> {
    let names: BTreeMap<&str, &str> = made
        .names
        .iter()
        .map(|n| (n.id.as_str(), n.name.as_str()))
        .collect();
    let mut files = vec![("README.txt".to_owned(), cover(made))];
    for document in &made.documents {
        let mut out = format!("{} of {}\n", document.document, made.person);
        body(&mut out, &document.values, &document.history, &names);
        for line in &document.aside {
            let _ = writeln!(out, "Cannot be read: {line}");
        }
        files.push((format!("{}.txt", document.document), out));
    }
    files.push(("elsewhere.txt".to_owned(), elsewhere(made, &names)));
    files
}

/// What the folder is.
pub fn cover(made: &SubjectFile) -> String {
    let mut out = format!("Everything that is held about {}\n\n", made.person);
    let _ = writeln!(out, "{PURPOSE}\n{}\n", made.fairness);
    let _ = writeln!(
        out,
        "Made by {}, from what they may read on their machine: what stands now, every conflicting value, and who wrote what when.",
        made.reader
    );
    for document in &made.documents {
        let _ = writeln!(
            out,
            "  {}.txt: {} values, {} entries of history",
            document.document,
            document.values.len(),
            document.history.len()
        );
    }
    let _ = writeln!(
        out,
        "  elsewhere.txt: {} posts, nominations and other lines that name {}, {} places in documents about others, {} rights, {} devices",
        made.named.len(),
        made.person,
        made.elsewhere.len(),
        made.rights.len(),
        made.devices.len()
    );
    out.push_str("  subject.json: the same for programs\n");
    if !made.withheld.is_empty() {
        let _ = writeln!(
            out,
            "Not in it, since {} may not read it: {}",
            made.reader,
            made.withheld.join(", ")
        );
    }
    out
}

fn elsewhere(made: &SubjectFile, names: &BTreeMap<&str, &str>) -> String {
    let mut out = format!("What names {} elsewhere\n", made.person);
    for named in &made.named {
        let _ = writeln!(out, "\n# In {}", named.document);
        body(&mut out, &named.values, &named.history, names);
    }
    out.push_str("\n# In documents about other people\n");
    out.push_str(
        "What they say is about those people and is not given here, nor whose they are. Private notes and drafts of others are not looked into.\n",
    );
    for place in &made.elsewhere {
        let how = match (place.how, place.own) {
            (_, true) => "written by yourself",
            ("points", _) => "points to you",
            _ => "has a word of your name, which may mean somebody else",
        };
        let _ = writeln!(
            out,
            "{}: {}, {}, {}: {how} ({})",
            place.at, place.document, place.table, place.field, place.standing
        );
    }
    out.push_str("\n# Rights\n");
    for right in &made.rights {
        let _ = write!(out, "{}: {}", right.holder, right.role);
        if let Some(over) = &right.over {
            let _ = write!(out, " of {over}");
        }
        let day = |d: Option<chrono::NaiveDate>, none: &str| {
            d.map_or_else(|| none.to_owned(), |d| d.to_string())
        };
        let (from, until) = (day(right.from, "always"), day(right.until, "open"));
        let taken = if right.ended { ", taken away" } else { "" };
        let _ = writeln!(out, ", from {from} until {until}{taken}");
    }
    out.push_str("\n# Devices\n");
    for device in &made.devices {
        let part = match device.takes_part {
            true => "takes part",
            false => "takes part no more",
        };
        let _ = writeln!(out, "{}: {part}", device.device);
    }
    out
}

fn body(out: &mut String, values: &[Value], history: &[Change], names: &BTreeMap<&str, &str>) {
    out.push_str("\n## What stands now\n");
    for v in values {
        let conflict = if v.conflict { " (one of several)" } else { "" };
        let _ = writeln!(
            out,
            "{} {}, {}: {}{conflict}\n    by {}, {}",
            v.table,
            reads(&v.row, names),
            v.field,
            v.value,
            v.by,
            v.at
        );
    }
    out.push_str("\n## Who wrote what when\n");
    for change in history {
        let _ = writeln!(
            out,
            "{}, {} (log {}, place {}): {}",
            change.at, change.by, change.log, change.place, change.standing
        );
        for put in &change.wrote {
            let _ = writeln!(
                out,
                "    {} {}, {}: {}",
                put.table,
                reads(&put.row, names),
                put.field,
                put.value.as_deref().unwrap_or("cleared")
            );
        }
    }
}

/// A row with names in place of opaque ids.
fn reads(row: &str, names: &BTreeMap<&str, &str>) -> String {
    let parts = crate::document::code::key_parts(row);
    let parts: Vec<&str> = parts
        .iter()
        .map(|p| names.get(p.as_str()).copied().unwrap_or(p))
        .collect();
    parts.join(" / ")
}

/// Every row and value in one text, for finding the ids that occur.
pub fn everything(made: &SubjectFile) -> String {
    let documents = made.documents.iter().map(|d| (&d.values, &d.history));
    let all = documents.chain(made.named.iter().map(|n| (&n.values, &n.history)));
    let mut out = String::new();
    for (values, history) in all {
        for v in values {
            let _ = writeln!(out, "{}\n{}", v.row, v.value);
        }
        for put in history.iter().flat_map(|c| &c.wrote) {
            let _ = writeln!(out, "{}\n{}", put.row, put.value.as_deref().unwrap_or(""));
        }
    }
    out
}
