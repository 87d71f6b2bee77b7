//! What is wrong with a folder, in words for the person who keeps it.

use crate::domain::text::is_hidden;
use std::fmt;

/// One problem: where it stands, what was given, and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Path inside the folder.
    pub file: String,
    /// Physical line, from 1; 0 where the file as a whole is meant.
    pub line: u32,
    /// Column or key; empty where the line as a whole is meant.
    pub field: String,
    /// What was given; empty where nothing was.
    pub value: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl Problem {
    /// A problem with a whole file.
    pub(super) fn file(file: &str, message: impl Into<String>) -> Self {
        Self::line(file, 0, message)
    }

    /// A problem with a line.
    pub(super) fn line(file: &str, line: u32, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            field: String::new(),
            value: String::new(),
            message: message.into(),
        }
    }

    /// A problem with a field. A long value is cut.
    pub(super) fn field(
        file: &str,
        line: u32,
        field: &str,
        value: &str,
        message: impl Into<String>,
    ) -> Self {
        let mut shown: String = value
            .chars()
            .map(|c| {
                if c.is_control() || is_hidden(c) {
                    '\u{fffd}'
                } else {
                    c
                }
            })
            .take(60)
            .collect();
        if value.chars().count() > 60 {
            shown.push('…');
        }
        Self {
            file: file.to_owned(),
            line,
            field: field.to_owned(),
            value: shown,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    /// `marks.csv:12: subject “H&S”: …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without a file the folder as a whole is meant, and the message names it.
        if !self.file.is_empty() {
            f.write_str(&self.file)?;
            if self.line > 0 {
                write!(f, ":{}", self.line)?;
            }
            f.write_str(": ")?;
        }
        if !self.field.is_empty() {
            f.write_str(&self.field)?;
            if !self.value.is_empty() {
                write!(f, " “{}”", self.value)?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}
