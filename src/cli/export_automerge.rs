//! `export automerge`: the documents themselves, for any program that opens Automerge files.

use super::context::Context;
use super::report::{PURPOSE, Report};
use crate::config::Problem;
use crate::document::DocRef;
use crate::domain::succession::FAIRNESS;
use crate::domain::text::counted;
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;

const READABLE: &str = "They are neither encrypted nor signed, drafts and notes of your own included: whoever can read the folder can read all that was ever written in them.";

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Files {
    /// The folder.
    pub path: String,
    /// One for each document.
    pub documents: Vec<One>,
    /// Documents that this folder holds and its user may not read.
    pub withheld: usize,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct One {
    /// Name of the file in the folder.
    pub file: String,
    /// Kind of document.
    pub kind: &'static str,
    /// Opaque id of the person whose it is; null for those of the team.
    pub person: Option<String>,
}

impl Report for Files {
    const KIND: &'static str = "automerge";

    fn text(&self) -> String {
        let mut out = format!(
            "{} written to {}, and index.json, which says whose they are.\n",
            counted(self.documents.len(), "document", "documents"),
            self.path
        );
        if self.withheld > 0 {
            out += &format!(
                "{} in this folder are not yours to read and are left out.\n",
                counted(self.withheld, "document", "documents")
            );
        }
        out += READABLE;
        out.push('\n');
        out
    }
}

/// What the folder is.
fn cover() -> String {
    format!(
        "Automerge documents of a guildhall team, each with its whole history. index.json says whose they are.\n\n{PURPOSE}\n{FAIRNESS}\n\n{READABLE}\n"
    )
}

fn name(doc: &DocRef) -> String {
    match &doc.person {
        Some(person) => format!("{}-{person}.automerge", doc.kind.name()),
        None => format!("{}.automerge", doc.kind.name()),
    }
}

/// Writes the folder, which must be new or empty.
pub fn automerge(context: &Context, dir: &Path) -> Result<ExitCode, Problem> {
    let what = format!("export to {}", dir.display());
    let mut store = context.open()?;
    let sources = store
        .history_sources()
        .map_err(|e| context.store_problem(&what, e))?;
    super::export::write_folder(&what, dir, &[("README.txt".to_owned(), cover())])?;
    let mut documents = Vec::new();
    for doc in &sources.documents {
        let bytes = match store.automerge(doc) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(error) if error.is_damage() => {
                let name = name(doc);
                context.leave_out(&format!(
                    "{name} is left out, since it cannot be read: {error}"
                ));
                continue;
            }
            Err(error) => return Err(context.store_problem(&what, error)),
        };
        let file = name(doc);
        let path = dir.join(&file);
        std::fs::write(&path, bytes)
            .map_err(|e| Problem::of(format!("write {}", path.display()), e))?;
        documents.push(One {
            file,
            kind: doc.kind.name(),
            person: doc.person.as_ref().map(ToString::to_string),
        });
    }
    let written = Files {
        path: dir.display().to_string(),
        documents,
        withheld: sources.withheld,
    };
    let index =
        serde_json::to_string_pretty(&written.documents).map_err(|e| Problem::of(&what, e))?;
    let path = dir.join("index.json");
    std::fs::write(&path, index + "\n")
        .map_err(|e| Problem::of(format!("write {}", path.display()), e))?;
    context.print(&written)?;
    Ok(context.status())
}
