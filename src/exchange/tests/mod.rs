//! The sample folder, generated teams and small folders of every kind of mistake, through the whole of `exchange`.

mod import;
mod mistakes;
mod round_trip;

use super::*;
use crate::document::{DocRef, Rows};
use crate::domain::Team;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::sync::Arc;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

fn parsed(source: &dyn FolderSource) -> Parsed {
    parse(source).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"));
    })
}

fn painted(parsed: &Parsed, mode: &Mode, ids: &mut Ids) -> (Team, BTreeMap<DocRef, Rows>) {
    let written = writings(parsed, mode, ids, day()).unwrap();
    let rights = Arc::new(rights(parsed, ids));
    let me = ids.get(parsed.owner()).unwrap().clone();
    let team = paint(&written.writings, &rights, &me, mode, &|_| true);
    (team, replay(&written.writings))
}
fn folder(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

const TEAM: (&str, &str) = ("team.toml", "name = \"T\"\nowner = \"ann\"\n");
const PEOPLE: (&str, &str) = ("people.csv", "id,name\nann,Ann\nbo,Bo\n");
