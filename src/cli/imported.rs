//! What an import did, or would do, as a report.

use super::report::Report;
use crate::domain::text::counted;
use crate::exchange::{LeftOut, NO_RECORD_OF_ONESELF};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The folder read.
    pub path: String,
    /// Nothing was written: it was only asked what would be.
    pub dry_run: bool,
    /// The team was made from the folder.
    pub founded: bool,
    /// People who are new.
    pub new_people: Vec<String>,
    /// Values added.
    pub added: Vec<Added>,
    /// Values that were there already.
    pub same: usize,
    /// Stored values that differ from the folder's.
    pub differs: Vec<Differs>,
    /// Differing values that were replaced by the folder's.
    pub replaced: usize,
    /// Rows that nobody here has the right to write.
    pub left_out: Vec<Left>,
}

/// Values added to one kind of document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Added {
    /// Kind of document.
    pub document: &'static str,
    /// How many values.
    pub values: usize,
}

/// A stored value that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Differs {
    /// File.
    pub file: String,
    /// Line.
    pub line: u32,
    /// Field.
    pub field: String,
    /// What is stored.
    pub stored: String,
    /// What the folder says.
    pub given: String,
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// File.
    pub file: String,
    /// Line.
    pub line: u32,
    /// Handle of the person whom it is about.
    pub person: String,
    /// Why.
    pub why: String,
}

/// Rows that were left out, as they are reported.
pub fn left(rows: &[LeftOut]) -> Vec<Left> {
    rows.iter()
        .map(|row| Left {
            file: row.file.clone(),
            line: row.line,
            person: row.person.clone(),
            why: row.why.clone(),
        })
        .collect()
}

impl Report for Imported {
    const KIND: &'static str = "import";

    fn text(&self) -> String {
        let mut out = String::new();
        let total: usize = self.added.iter().map(|a| a.values).sum();
        let would = if self.dry_run { "would be " } else { "" };
        if self.founded {
            let _ = writeln!(out, "The team {would}made from {}", self.path);
        }
        let _ = writeln!(
            out,
            "{}, {} {would}added, {} already there",
            counted(self.new_people.len(), "new person", "new people"),
            counted(total, "value", "values"),
            self.same
        );
        for a in &self.added {
            let _ = writeln!(out, "  {}: {}", a.document, a.values);
        }
        if !self.dry_run && !self.founded && total > 0 {
            out.push_str("An import is not a step that undo takes back; export the team before one that replaces much.\n");
        }
        if !self.differs.is_empty() {
            let what = match (self.replaced, self.dry_run) {
                (0, _) => "kept as stored; --replace takes the folder's",
                (_, true) => "would be replaced by the folder's",
                (_, false) => "replaced by the folder's",
            };
            let values = counted(
                self.differs.len(),
                "stored value differs",
                "stored values differ",
            );
            let _ = writeln!(out, "{values} ({what}):");
            for d in &self.differs {
                let _ = writeln!(
                    out,
                    "  {}:{}: {}: stored “{}”, folder “{}”",
                    d.file, d.line, d.field, d.stored, d.given
                );
            }
        }
        let (own, others): (Vec<&Left>, Vec<&Left>) = self
            .left_out
            .iter()
            .partition(|row| row.why == NO_RECORD_OF_ONESELF);
        if let Some(first) = own.first() {
            out += &about_oneself(&first.person, &own);
        }
        if !others.is_empty() {
            let rows = counted(others.len(), "row", "rows");
            let _ = writeln!(out, "{rows} left out, since nobody here may write them:");
            for row in others {
                let _ = writeln!(
                    out,
                    "  {}:{}: {}: {}",
                    row.file, row.line, row.person, row.why
                );
            }
        }
        if self.dry_run {
            out += "Nothing was written.\n";
        }
        out
    }
}

/// One paragraph about the rows that concern whoever imports: every one has the same reason.
fn about_oneself(person: &str, rows: &[&Left]) -> String {
    let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in rows {
        let of = lines.entry(&row.file).or_default();
        of.push(row.line.to_string());
    }
    let places: Vec<String> = lines
        .into_iter()
        .map(|(file, lines)| format!("{file}: {}", lines.join(", ")))
        .collect();
    let one = rows.len() == 1;
    format!(
        "{} about {person} {} left out: {} what managers hold about {person}, who makes this import, and nobody keeps the record about \
         themself. Figures that rest on {} are missing in this team until another manager enters {}; everything else is in it. The \
         lines are\n  {}\n",
        counted(rows.len(), "row", "rows"),
        if one { "is" } else { "are" },
        if one { "it is part of" } else { "they are" },
        if one { "it" } else { "them" },
        if one { "it" } else { "them" },
        places.join("\n  "),
    )
}
