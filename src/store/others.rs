//! Where documents about other people point to somebody or name them. Owns what counts as that. Must not know: what those documents say; it
//! is theirs, so a place is given and never a value, nor whose document it is.
//!
//! A row points to somebody who stands in its key or in one of its values, as whoever gave a mark or sighted a paper does. A text names
//! somebody who is called in it by their full name, or by a part of it that is a word of its own there; the same word may mean somebody else.
//! Private documents are left out, those of this folder's user included: what is in them was not shared with anybody.

use super::check;
use super::documents::Loaded;
use super::erase::kinds;
use super::error::StoreError;
use super::inner::Inner;
use super::subject::{Written, readable, written};
use crate::document::code::key_parts;
use crate::document::{DocRef, Kind, Scalar};
use crate::domain::PersonId;
use crate::log::AuthorityState;
use rusqlite::Connection;
use std::collections::BTreeSet;

/// A shorter part of a name is no word to look for.
const SHORTEST: usize = 3;

/// How something is about somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Its key or its value is them.
    Points,
    /// A text has their name, or a part of it.
    Names,
}

/// A place in a document about somebody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elsewhere {
    /// Kind of document.
    pub kind: Kind,
    /// Table.
    pub table: String,
    /// Field.
    pub field: String,
    /// How it is about them.
    pub how: How,
    /// When it was written, milliseconds since 1970 UTC, by the writer's clock.
    pub at_ms: u64,
    /// Whether they wrote it themself.
    pub own: bool,
    /// Whether it counts, and if not, why, in words.
    pub standing: String,
}

/// All such places in what this folder's user may read, now or once written.
pub(super) fn elsewhere(
    db: &Connection,
    inner: &mut Inner,
    state: &AuthorityState,
    person: &PersonId,
    names: &BTreeSet<String>,
) -> Result<Vec<Elsewhere>, StoreError> {
    let mut found = BTreeSet::new();
    for (_, doc) in check::documents(db, &inner.keys)? {
        let Some(doc) = doc.filter(|d| of_another(d, person, state)) else {
            continue;
        };
        if !readable(inner, state, &doc) {
            continue;
        }
        if let Some(loaded) = Loaded::load(db, inner, &doc)? {
            for change in &written(db, inner, &loaded)? {
                found.extend(places(doc.kind, change, person, names));
            }
        }
    }
    Ok(found.into_iter().collect())
}

fn of_another(doc: &DocRef, person: &PersonId, state: &AuthorityState) -> bool {
    let another = |p: &PersonId| p != person && !state.erased.contains_key(p);
    kinds().any(|kind| kind == doc.kind)
        && doc.kind != Kind::Private
        && doc.person.as_ref().is_some_and(another)
}

fn places<'a>(
    kind: Kind,
    change: &'a Written,
    person: &'a PersonId,
    names: &'a BTreeSet<String>,
) -> impl Iterator<Item = Elsewhere> + 'a {
    let is = |text: &str| key_parts(text).iter().any(|part| part == person.as_str());
    change
        .puts
        .iter()
        .filter_map(move |(table, row, field, value)| {
            let text = match value {
                Scalar::Text(text) => text.as_str(),
                _ => "",
            };
            let how = match is(row) || is(text) {
                true => How::Points,
                false => words(text)
                    .any(|w| names.contains(w))
                    .then_some(How::Names)?,
            };
            Some(Elsewhere {
                kind,
                table: table.clone(),
                field: field.clone(),
                how,
                at_ms: change.at_ms,
                own: change.author.as_ref() == Some(person),
                standing: change.standing.clone(),
            })
        })
}

/// The words of a name that are looked for.
pub(super) fn parts_of(name: &str) -> impl Iterator<Item = String> + '_ {
    let long = |w: &&str| w.chars().count() >= SHORTEST;
    words(name).filter(long).map(str::to_owned)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|w| !w.is_empty())
}
