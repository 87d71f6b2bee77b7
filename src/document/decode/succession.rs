//! Critical posts and nominated successors.

use super::field::{dated, from_part, int_of, optional, rows, text, value};
use super::words::{BANDS, of};
use crate::document::code::date_of;
use crate::document::rows::Row;
use crate::document::{Rows, Scalar};
use crate::domain::post::{CriticalPost, Factor, Factors, Nomination};
use crate::domain::{PersonId, PostId, Value};
use std::collections::BTreeMap;

/// The `succession` document, in order of post. A post that has nominees but no factors is listed without factors.
pub fn succession(document: &Rows) -> Vec<CriticalPost> {
    let mut posts: BTreeMap<String, CriticalPost> = BTreeMap::new();
    for (parts, rows) in dated(document, "critical", 1) {
        let entry = entry(&mut posts, &parts[0]);
        entry.factors = rows
            .iter()
            .map(|(from, row)| (*from, factors(row)))
            .collect();
    }
    for (parts, row) in rows(document, "nominations") {
        let [post, person, from] = parts.as_slice() else {
            continue;
        };
        let Some(from) = from_part(Some(from)) else {
            continue;
        };
        entry(&mut posts, post).nominations.push(Nomination {
            person: PersonId::new(person),
            from,
            until: optional(row, "until", date_of),
            decision: value(row, "decision", |s| of(BANDS, s))
                .map(|band| (band, text(row, "reason"))),
        });
    }
    posts.into_values().collect()
}

fn entry<'a>(posts: &'a mut BTreeMap<String, CriticalPost>, id: &str) -> &'a mut CriticalPost {
    posts.entry(id.to_owned()).or_insert_with(|| CriticalPost {
        post: PostId::new(id),
        factors: Vec::new(),
        nominations: Vec::new(),
    })
}

fn factors(row: &Row) -> Factors {
    let factor = |name| {
        value(row, name, |s: &Scalar| {
            int_of(s)
                .and_then(|n| u8::try_from(n).ok())
                .filter(|n| (1..=5).contains(n))
                .map(Factor)
        })
        // A factor that nobody can read counts as the highest, the cautious one.
        .unwrap_or(Value::One(Factor(5)))
    };
    Factors {
        impact: factor("impact"),
        statutory: factor("statutory"),
        replace: factor("replace"),
        scarcity: factor("scarcity"),
        reason: text(row, "reason"),
    }
}
