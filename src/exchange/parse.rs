//! A folder is read: which files there are, and all problems of all of them at once. What stands in a file is read by `reader`.

use super::check;
use super::nearest::{Candidate, advice};
use super::parsed::Parsed;
use super::problem::Problem;
use super::source::{FolderSource, default_framework, sample};
use crate::document::schema::{TableSpec, specs};
use std::collections::{BTreeMap, BTreeSet};

/// Reads a folder. With mistakes in it nothing is returned but all of them, in order of file and line. A folder without a framework is read
/// against the default one.
pub fn parse(source: &dyn FolderSource) -> Result<Parsed, Vec<Problem>> {
    parse_with(source, default_framework())
}

/// Reads a folder; one without a framework is read against `framework`, the files of the one that a team has already.
pub fn parse_with(
    source: &dyn FolderSource,
    framework: Vec<(String, Vec<u8>)>,
) -> Result<Parsed, Vec<Problem>> {
    let reader = read(source, framework)?;
    let Reader {
        parsed,
        mut problems,
        broken,
        spoilt,
        ..
    } = reader;
    check::check(&parsed, &broken, &spoilt, &mut problems);
    whole(parsed, problems)
}

/// Reads the sample that the program carries, field by field. Rules that reach beyond one field are left to a test that reads it with all
/// of them: the first picture of a demo need not wait for what cannot have changed since.
pub fn parse_carried() -> Result<Parsed, Vec<Problem>> {
    let reader = read(&sample(), Vec::new())?;
    whole(reader.parsed, reader.problems)
}

fn whole(parsed: Parsed, mut problems: Vec<Problem>) -> Result<Parsed, Vec<Problem>> {
    if problems.is_empty() {
        return Ok(parsed);
    }
    problems.sort();
    problems.dedup();
    Err(problems)
}

/// Every file, and what is wrong in each by itself.
fn read(
    source: &dyn FolderSource,
    framework: Vec<(String, Vec<u8>)>,
) -> Result<Reader, Vec<Problem>> {
    let files = source
        .files()
        .map_err(|e| vec![Problem::file("", e.to_string())])?;
    let mut reader = Reader::default();
    let known = known_files();
    let mut texts = BTreeMap::new();
    for (path, bytes) in files {
        if path.to_lowercase().ends_with(".md") {
            continue;
        }
        reader.take(&known, path, bytes, &mut texts);
    }
    if !reader.seen.iter().any(|p| p.starts_with("framework/")) {
        for (path, bytes) in framework {
            reader.take(&known, path, bytes, &mut texts);
        }
    } else {
        reader.parsed.own_framework = true;
    }
    reader.read(&known, &texts);
    Ok(reader)
}

#[derive(Default)]
pub(super) struct Reader {
    pub(super) parsed: Parsed,
    pub(super) problems: Vec<Problem>,
    /// Tables whose file could not be read as a whole: nothing is said of references into them.
    pub(super) broken: BTreeSet<&'static str>,
    /// Ids that are not allowed, as they were given.
    pub(super) spoilt: BTreeSet<(&'static str, String)>,
    seen: BTreeSet<String>,
}

/// Files by path, and the tables that each may hold.
type Known = BTreeMap<String, Vec<&'static TableSpec>>;

/// The files that the format knows, and how each may end.
fn known_files() -> Known {
    let mut files = Known::new();
    for spec in specs() {
        if spec.csv {
            files
                .entry(format!("{}.csv", spec.file))
                .or_default()
                .push(spec);
        }
        files
            .entry(format!("{}.toml", spec.file))
            .or_default()
            .push(spec);
    }
    files
}

impl Reader {
    fn take(
        &mut self,
        files: &Known,
        path: String,
        bytes: Vec<u8>,
        texts: &mut BTreeMap<String, String>,
    ) {
        self.seen.insert(path.clone());
        let Some(specs) = files.get(&path) else {
            let candidates: Vec<Candidate> = files
                .keys()
                .map(|id| Candidate {
                    id: id.clone(),
                    labels: Vec::new(),
                })
                .collect();
            let near = advice(&path, &candidates);
            self.problems.push(Problem::file(
                &path,
                format!(
                    "a team folder has no file of this name{near} (files ending in .md and names beginning with a full stop are passed over)"
                ),
            ));
            return;
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                texts.insert(path, text);
            }
            Err(error) => {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let breaks = before.iter().filter(|b| **b == b'\n').count();
                let line = u32::try_from(breaks + 1).unwrap_or(u32::MAX);
                self.problems.push(Problem::line(
                    &path,
                    line,
                    "not UTF-8: save the file as UTF-8 (in a spreadsheet “CSV UTF-8”)",
                ));
                self.broken.extend(specs.iter().map(|s| s.table));
            }
        }
    }

    fn read(&mut self, files: &Known, texts: &BTreeMap<String, String>) {
        for (path, specs) in files {
            let Some(text) = texts.get(path) else {
                continue;
            };
            if let Some(stem) = path.strip_suffix(".csv") {
                if self.seen.contains(&format!("{stem}.toml")) {
                    self.problems.push(Problem::file(
                        path,
                        format!("{stem}.toml is there too: keep one of the two"),
                    ));
                }
                self.csv(path, text, specs[0]);
            } else {
                self.toml(path, text, specs);
            }
        }
        for (stem, names, why) in [
            ("team", "team.toml", "it gives the team's name and owner"),
            (
                "people",
                "people.csv",
                "it lists everybody with id and name",
            ),
        ] {
            let there = |end: &str| self.seen.contains(&format!("{stem}.{end}"));
            if !(there("toml") || (stem == "people" && there("csv"))) {
                self.problems
                    .push(Problem::file(names, format!("the file is missing: {why}")));
                self.broken.extend(["card"]);
            }
        }
        for table in ["framework", "cells"] {
            let file = if table == "cells" {
                "cells"
            } else {
                "framework"
            };
            let path = format!("framework/{file}.toml");
            if !self.seen.contains(&path) {
                self.problems.push(Problem::file(
                    &path,
                    "the file is missing: a framework of one's own has both framework.toml and cells.toml; without the folder “framework” the default framework is used",
                ));
                self.broken
                    .extend(["competencies", "columns", "career_criteria", "cells"]);
            }
        }
    }
}
