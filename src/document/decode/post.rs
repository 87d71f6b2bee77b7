//! Posts with their dated facts, holders and what they ask for.

use super::field::{
    bool_of, dated, dated_field, from_part, int_of, optional, plain, rows, text_of, value,
};
use crate::document::code::date_of;
use crate::document::rows::Row;
use crate::document::{Rows, Scalar};
use crate::domain::framework::Expected;
use crate::domain::post::{Fte, Holder, Listed, MustHave, Post, PostFacts};
use crate::domain::{AreaId, ColumnId, CompetencyId, PersonId, PostId, SkillId, Value};
use std::collections::BTreeMap;

/// Posts in order of id.
pub(super) fn posts(document: &Rows) -> Vec<Post> {
    let mut posts: BTreeMap<String, Post> = dated(document, "posts", 1)
        .into_iter()
        .filter_map(|(parts, rows)| {
            let id = parts.into_iter().next()?;
            let facts = rows
                .iter()
                .map(|(from, row)| (*from, facts(&id, row)))
                .collect();
            let post = Post {
                id: PostId::new(&id),
                facts,
                holders: Vec::new(),
                skills: Vec::new(),
                must_haves: Vec::new(),
                depends: Vec::new(),
            };
            Some((id, post))
        })
        .collect();
    holders(document, &mut posts);
    lists(document, &mut posts);
    posts.into_values().collect()
}

fn facts(id: &str, row: &Row) -> PostFacts {
    PostFacts {
        title: value(row, "title", text_of).unwrap_or_else(|| Value::One(id.to_owned())),
        area: ids(row, "area", AreaId::new),
        column: ids(row, "column", ColumnId::new),
        fte: value(row, "fte", fte_of).unwrap_or(Value::One(Fte(100))),
        career_to: plain(row, "career_to", text_of).map(ColumnId::new),
    }
}

/// A field that names something or nothing. In conflict the first in sort order comes first.
fn ids<T>(row: &Row, name: &str, make: impl Fn(String) -> T) -> Value<Option<T>> {
    optional(row, name, text_of).map(|id| id.clone().map(&make))
}

/// FTE in hundredths.
pub(super) fn fte_of(scalar: &Scalar) -> Option<Fte> {
    int_of(scalar).and_then(|n| u16::try_from(n).ok()).map(Fte)
}

fn holders(document: &Rows, posts: &mut BTreeMap<String, Post>) {
    for (parts, row) in rows(document, "holders") {
        let [post, person, from] = parts.as_slice() else {
            continue;
        };
        let (Some(post), Some(from)) = (posts.get_mut(post), from_part(Some(from))) else {
            continue;
        };
        post.holders.push(Holder {
            person: PersonId::new(person),
            from,
            until: optional(row, "until", date_of),
        });
    }
    for post in posts.values_mut() {
        post.holders
            .sort_by(|a, b| a.from.cmp(&b.from).then(a.person.cmp(&b.person)));
    }
}

fn lists(document: &Rows, posts: &mut BTreeMap<String, Post>) {
    let listed = |s: &Scalar| bool_of(s).map(Listed);
    for (parts, rows) in dated(document, "post_skills", 2) {
        if let Some(post) = posts.get_mut(&parts[0]) {
            let entries = dated_field(&rows, "listed", listed);
            post.skills.push((SkillId::new(&parts[1]), entries));
        }
    }
    for (parts, rows) in dated(document, "must_haves", 2) {
        let (Some(post), Some((_, latest))) = (posts.get_mut(&parts[0]), rows.last()) else {
            continue;
        };
        post.must_haves.push(MustHave {
            code: parts[1].clone(),
            name: super::field::text(latest, "name"),
            listed: dated_field(&rows, "listed", listed),
        });
    }
    for (parts, rows) in dated(document, "depends", 2) {
        if let Some(post) = posts.get_mut(&parts[0]) {
            let entries = dated_field(&rows, "expected", |s| {
                bool_of(s).map(|yes| if yes { Expected::Yes } else { Expected::No })
            });
            post.depends.push((CompetencyId::new(&parts[1]), entries));
        }
    }
}
