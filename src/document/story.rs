//! History as sentences: who set what of whom, from which value to which, when, from which device. Must not know: how the documents are
//! kept, or how it looks.

use super::code::{key_parts, moment};
use super::history::Deed;
use super::naming::Names;
use super::rows::Scalar;
use super::schema::PRESENT;
use crate::domain::PersonId;
use crate::domain::told::Told;

/// Who stands for somebody whose device nobody here knows.
pub const UNKNOWN: &str = "Somebody whose device is not known here";

/// What stays the same however the sentence is worded: the place, and whose operation it was.
fn id(names: &Names<'_>, deed: &Deed) -> u64 {
    let mut hasher = blake3::Hasher::new();
    let doc = names.document();
    let person = doc.person.as_ref().map_or("", PersonId::as_str);
    for part in [doc.kind.name(), person, &deed.table, &deed.row, &deed.field] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.update(deed.actor.to_bytes());
    hasher.update(&deed.counter.to_le_bytes());
    let mut first = [0; 8];
    hasher.finalize_xof().fill(&mut first);
    u64::from_le_bytes(first)
}

/// Tells one assignment.
pub fn tell(names: &Names<'_>, deed: &Deed, author: Option<PersonId>, device: String) -> Told {
    let (table, field) = (deed.table.as_str(), deed.field.as_str());
    let what = names.field(table, &deed.row, field);
    let words = |value: &Scalar| names.value(table, field, value);
    let stood = deed.before.iter().chain(&deed.earlier);
    let mut before: Vec<String> = stood
        .filter(|value| **value != Scalar::Null)
        .map(words)
        .collect();
    before.sort();
    before.dedup();
    let gone = match (field, &deed.after) {
        (PRESENT, after) => *after == Scalar::Bool(false),
        (_, after) => *after == Scalar::Null,
    };
    let after = (!gone && field != PRESENT).then(|| words(&deed.after));
    let done = match (field, gone, before.as_slice(), &after) {
        ("digest", true, ..) => format!("took back the {what}"),
        ("digest", _, [], Some(text)) => match names.agreed(&deed.row) {
            (by, to) if Some(&by) == author.as_ref() => {
                format!("agreed to {to} as it stood then, {text}")
            }
            _ => format!("noted the {what} as it stood then, {text}"),
        },
        ("digest", _, [one], Some(text)) => format!("moved the {what} from {one} to {text}"),
        (PRESENT, true, ..) => format!("took away {what}"),
        (PRESENT, false, ..) => format!("added {what}"),
        (_, true, [], _) => format!("cleared {what}"),
        (_, _, [], Some(after)) => format!("set {what} to {after}"),
        // Of a text the beginning alone is said, and what goes on may be another.
        ("mark", _, [one], Some(after)) if one == after => {
            format!("gave {what} once more, {after}")
        }
        (_, _, [one], Some(after)) => format!("set {what} from {one} to {after}"),
        (_, _, several, Some(after)) => {
            format!(
                "settled {what} for {after}, where {} stood",
                several.join(" and ")
            )
        }
        (_, _, stood, None) => format!("cleared {what}, where {} stood", stood.join(" and ")),
    };
    if field == PRESENT {
        before.clear();
    }
    let who = author
        .as_ref()
        .map_or_else(|| UNKNOWN.to_owned(), |id| names.person(id));
    Told {
        id: id(names, deed),
        at: deed.at,
        author,
        device,
        person: names.owner().cloned(),
        done: format!("{who} {done}"),
        when: format!("on {}", moment(deed.at)),
        what,
        before,
        after,
        about: key_parts(&deed.row),
    }
}
