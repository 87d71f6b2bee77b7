//! What `export automerge` writes is opened by the JavaScript library of Automerge, and says the same there. Where Node or its packages are not
//! at hand, this says so and looks at nothing.
#![cfg(unix)]

mod common;

use common::folder::Folder;
use guildhall::document::{DocRef, Scalar};
use guildhall::store::Store;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "@automerge/automerge@3.5.0";

const SCRIPT: &str = r#"
import * as A from "@automerge/automerge";
import { readFileSync } from "node:fs";
const dir = process.argv[2];
const out = {};
for (const { file } of JSON.parse(readFileSync(`${dir}/index.json`, "utf8"))) {
  const doc = A.load(new Uint8Array(readFileSync(`${dir}/${file}`)));
  const tables = {};
  for (const table of Object.keys(doc)) {
    for (const key of Object.keys(doc[table])) {
      const all = A.getConflicts(doc[table], key) ?? { only: doc[table][key] };
      const plain = (v) => (v === null || typeof v === "number" || typeof v === "boolean" ? v : v.toString());
      tables[`${table}/${key}`] = Object.values(all).map(plain);
    }
  }
  out[file] = { tables, changes: A.getAllChanges(doc).length };
}
process.stdout.write(JSON.stringify(out));
"#;

/// A folder with the package in it; `None` with why not.
fn package() -> Result<PathBuf, String> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("automerge-js");
    let there = dir.join("node_modules/@automerge/automerge/package.json");
    std::fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
    if !there.exists() {
        let mut npm = Command::new("npm");
        // Where there is no registry, this does not wait for one.
        npm.args(["install", "--no-audit", "--no-fund"]);
        npm.args(["--fetch-retries=0", "--fetch-timeout=30000", "--prefix"]);
        let ran = npm.arg(&dir).arg(PACKAGE).output();
        let ran = ran.map_err(|e| format!("npm: {e}"))?;
        if !ran.status.success() {
            return Err(String::from_utf8_lossy(&ran.stderr).into_owned());
        }
    }
    std::fs::write(dir.join("values.mjs"), SCRIPT).map_err(|e| e.to_string())?;
    Ok(dir)
}

fn value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(yes) => json!(yes),
        Scalar::Int(n) => json!(n),
        Scalar::Text(text) => json!(text),
    }
}

/// All claims to each field, but for fields that nobody claims to be anything.
fn sorted(claims: impl IntoIterator<Item = Value>) -> Option<Vec<String>> {
    let mut claims: Vec<String> = claims.into_iter().map(|v| v.to_string()).collect();
    claims.sort();
    (claims != ["null"]).then_some(claims)
}

fn here(store: &mut Store, doc: &DocRef) -> BTreeMap<String, Vec<String>> {
    let rows = store.rows(doc).unwrap();
    let mut all = BTreeMap::new();
    for (table, rows) in &rows.tables {
        for (row, fields) in rows {
            for (field, claims) in fields {
                let claims = sorted(claims.iter().map(|c| value(&c.value)));
                all.extend(claims.map(|c| (format!("{table}/{row}.{field}"), c)));
            }
        }
    }
    all
}

#[test]
fn every_document_is_opened_by_the_javascript_library_with_the_same_values() {
    let folder = Folder::with_sample();
    let dir = folder.beside("automerge");
    folder.ok(&["mark", "safety", "7"]);
    let said = folder.json(&["export", "automerge", dir.to_str().unwrap()]);
    let documents = said["documents"].as_array().unwrap();
    assert!(documents.len() > 27 * 2, "{}", documents.len());
    // Nothing is written over.
    let again = folder.run(&["export", "automerge", dir.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(1));
    let error = String::from_utf8_lossy(&again.stderr);
    assert!(error.contains("not empty"), "{error}");

    let package = match package() {
        Ok(package) => package,
        Err(why) => {
            println!("skipped: {PACKAGE} is not at hand: {why}");
            return;
        }
    };
    let ran = Command::new("node")
        .arg(package.join("values.mjs"))
        .arg(&dir)
        .output();
    let ran = match ran {
        Ok(ran) => ran,
        Err(why) => {
            println!("skipped: node is not at hand: {why}");
            return;
        }
    };
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let there: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let mut store = Store::open(&folder.data()).unwrap();
    let (mut fields, mut apart) = (0, 0);
    for doc in store.history_sources().unwrap().documents {
        let file = match &doc.person {
            Some(person) => format!("{}-{person}.automerge", doc.kind.name()),
            None => format!("{}.automerge", doc.kind.name()),
        };
        let theirs = there[&file]["tables"].as_object().unwrap();
        let theirs: BTreeMap<String, Vec<String>> = theirs
            .iter()
            .filter_map(|(key, claims)| {
                let claims = claims.as_array().unwrap().iter().cloned();
                Some((key.clone(), sorted(claims)?))
            })
            .collect();
        let ours = here(&mut store, &doc);
        assert_eq!(ours, theirs, "{file}");
        fields += ours.len();
        apart += ours.values().filter(|claims| claims.len() > 1).count();
    }
    println!(
        "{} documents, {fields} fields, {apart} of them apart",
        documents.len()
    );
    assert!(fields > 1_000 && apart > 0);
}
