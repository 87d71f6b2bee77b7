//! `export team`: a folder that imports again to the same team.

use super::context::Context;
use super::report::{PURPOSE, Report};
use crate::config::Problem;
use crate::document::{DocRef, Kind, Rows, Scalar};
use crate::domain::PersonId;
use crate::domain::succession::FAIRNESS;
use crate::domain::text::counted;
use crate::exchange::{self, Ids, Mode};
use crate::store::{Store, StoreError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
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

/// Every document that an export holds; private ones stay where they are. One that cannot be read is left out and named.
fn documents(
    context: &Context,
    store: &mut Store,
    handle: &dyn Fn(&PersonId) -> Option<String>,
) -> Result<(BTreeMap<DocRef, Rows>, Vec<String>), Problem> {
    let failed = |e: StoreError| context.store_problem("read the team", e);
    let mut docs = BTreeMap::new();
    let mut unreadable = Vec::new();
    for doc in store.documents().map_err(failed)? {
        if doc.kind == Kind::Private {
            continue;
        }
        match store.rows(&doc) {
            Ok(rows) if rows.tables.is_empty() => {}
            Ok(rows) => {
                docs.insert(doc, rows);
            }
            Err(error) if error.is_damage() => {
                let known = doc.person.as_ref().and_then(handle);
                let whose = match (&known, &doc.person) {
                    (Some(handle), _) => format!(" of {handle}"),
                    (None, Some(id)) => format!(" of {id}"),
                    (None, None) => String::new(),
                };
                unreadable.push(format!(
                    "the document “{}”{whose}: {error}",
                    doc.kind.name()
                ));
                // What the person is called in files stands in it too, and the summary knows it.
                if let (Kind::Record, Some(handle)) = (doc.kind, known) {
                    docs.insert(doc, called(&handle));
                }
            }
            Err(error) => return Err(failed(error)),
        }
    }
    Ok((docs, unreadable))
}

/// A record that says nothing but what its person is called in files.
fn called(handle: &str) -> Rows {
    let mut rows = Rows::default();
    rows.set("person", "person", "handle", Scalar::text(handle), None, 0);
    rows
}

/// What an import of these files by their owner alone would leave out, in words.
fn not_by_one(files: &Vec<(String, String)>, context: &Context) -> Option<String> {
    let parsed = exchange::parse(files).ok()?;
    let owner = parsed.owner().to_owned();
    let mode = Mode::ImportedBy(owner.clone());
    let today = context.settings.today();
    let written = exchange::writings(&parsed, &mode, &mut Ids::readable(), today).ok()?;
    let rows = written.left_out.len();
    (rows > 0).then(|| {
        format!(
            "{} about {owner}, the team's owner, cannot be imported by {owner} alone: nobody keeps the record about themself; and what others \
             said of themselves comes back as said by them, their agreements as reported",
            counted(rows, "row", "rows")
        )
    })
}

/// What the folder is, for whoever finds it; an import passes it over.
fn cover(team: &str) -> String {
    format!(
        "# {team}\n\nA team of guildhall as files: `guildhall import` reads this folder. Whoever can read it can read the team.\n\n\
         {PURPOSE}\n\n{FAIRNESS}\n"
    )
}

/// Writes the folder, which must be new or empty.
pub fn team(context: &Context, dir: &Path) -> Result<ExitCode, Problem> {
    let what = || format!("export to {}", dir.display());
    let mut store = context.open()?;
    let team = context.readable(&mut store)?;
    let handle = |id: &PersonId| team.person(id).map(|person| person.handle.clone());
    let (docs, unreadable) = documents(context, &mut store, &handle)?;
    let mut exported = exchange::export(&docs, &team.rights);
    exported
        .files
        .push(("README.md".to_owned(), cover(team.base.name.as_str())));
    write_folder(&what(), dir, &exported.files)?;
    for what in &unreadable {
        context.leave_out(&format!("left out, since it cannot be read: {what}"));
    }
    exported.left_out.extend(unreadable);
    if let Some(rows) = not_by_one(&exported.files, context) {
        let _ = writeln!(std::io::stderr(), "guildhall: {rows}");
    }
    context.print(&Exported {
        path: dir.display().to_string(),
        files: exported.files.into_iter().map(|(path, _)| path).collect(),
        left_out: exported.left_out,
    })?;
    Ok(context.status())
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
