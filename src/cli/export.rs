//! `export team`: a folder that imports again to the same team.

use super::context::Context;
use super::report::Report;
use crate::config::Problem;
use crate::document::{DocRef, Kind, Rows};
use crate::domain::Team;
use crate::exchange;
use crate::store::Store;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// The folder.
    pub path: String,
    /// Its files.
    pub files: Vec<String>,
    /// What could not be written so that it imports again.
    pub left_out: Vec<String>,
}

impl Report for Exported {
    const KIND: &'static str = "export";

    fn text(&self) -> String {
        let mut out = format!("{} files written to {}\n", self.files.len(), self.path);
        for line in &self.left_out {
            out += &format!("  left out: {line}\n");
        }
        out += "History, drafts and devices are not part of it. Anybody who can read the folder can read the team.\n";
        out
    }
}

/// Every document that an export holds; private ones stay where they are.
fn documents(
    context: &Context,
    store: &mut Store,
    team: &Team,
) -> Result<BTreeMap<DocRef, Rows>, Problem> {
    let mut docs = BTreeMap::new();
    let wide = Kind::ALL
        .into_iter()
        .filter(|k| !k.is_personal())
        .map(DocRef::team_wide);
    let personal = team.people.iter().flat_map(|person| {
        Kind::ALL
            .into_iter()
            .filter(|k| k.is_personal() && *k != Kind::Private)
            .map(|kind| DocRef::of(kind, &person.id))
    });
    for doc in wide.chain(personal) {
        let rows = store
            .rows(&doc)
            .map_err(|e| context.store_problem("read the team", e))?;
        if !rows.tables.is_empty() {
            docs.insert(doc, rows);
        }
    }
    Ok(docs)
}

/// Writes the folder, which must be new or empty.
pub fn team(context: &Context, dir: &Path) -> Result<ExitCode, Problem> {
    let what = || format!("export to {}", dir.display());
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let exported = exchange::export(&documents(context, &mut store, &team)?, &team.rights);
    write_folder(&what(), dir, &exported.files)?;
    context.print(&Exported {
        path: dir.display().to_string(),
        files: exported.files.into_iter().map(|(path, _)| path).collect(),
        left_out: exported.left_out,
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Writes files into a folder that must be new or empty.
pub fn write_folder(what: &str, dir: &Path, files: &[(String, String)]) -> Result<(), Problem> {
    let what = || what.to_owned();
    let taken = match std::fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(Problem::of(what(), error)),
    };
    if taken {
        return Err(Problem::new(
            what(),
            "the folder is not empty, and nothing in it is overwritten",
            "name a new folder",
        ));
    }
    for (path, text) in files {
        let file = dir.join(path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|e| Problem::of(what(), e))?;
        }
        std::fs::write(&file, text)
            .map_err(|e| Problem::of(format!("write {}", file.display()), e))?;
    }
    Ok(())
}
