//! A whole team from all its documents at once. A store assembles the same from views, one document at a time.

use super::{PersonRows, base, framework, person, private, succession};
use crate::document::{DocRef, Kind, Rows};
use crate::domain::team::Rights;
use crate::domain::{PersonId, Team};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The team as `me` sees it who may read what `may_read` says; people in order of name, with detail. Nobody is heard or admitted yet.
pub fn team(
    docs: &BTreeMap<DocRef, Rows>,
    rights: &Arc<Rights>,
    me: &PersonId,
    may_read: &dyn Fn(&DocRef) -> bool,
) -> Team {
    let empty = Rows::default();
    let rows = |doc: &DocRef| match docs.get(doc) {
        Some(rows) if may_read(doc) => rows,
        _ => &empty,
    };
    let wide = |kind| rows(&DocRef::team_wide(kind));
    let ids: BTreeSet<&PersonId> = docs
        .keys()
        .filter(|doc| doc.kind == Kind::Card && may_read(doc))
        .filter_map(|doc| doc.person.as_ref())
        .collect();
    let mut people: Vec<Arc<_>> = ids
        .into_iter()
        .map(|id| {
            let of = |kind| rows(&DocRef::of(kind, id));
            Arc::new(person(
                id,
                PersonRows {
                    card: of(Kind::Card),
                    self_record: of(Kind::SelfRecord),
                    record: of(Kind::Record),
                    plan: of(Kind::Plan),
                },
            ))
        })
        .collect();
    people.sort_by(|a, b| a.name.get().cmp(b.name.get()).then(a.id.cmp(&b.id)));
    Team {
        base: Arc::new(base(wide(Kind::Team))),
        framework: Arc::new(framework(wide(Kind::Framework))),
        rights: rights.clone(),
        succession: may_read(&DocRef::team_wide(Kind::Succession))
            .then(|| Arc::new(succession(wide(Kind::Succession)))),
        people,
        me: me.clone(),
        private: Arc::new(private(me, rows(&DocRef::of(Kind::Private, me)))),
    }
}
