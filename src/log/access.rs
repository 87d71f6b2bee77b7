//! Who may read and write which document: one pure table. What stands here is what users are promised.
//!
//! | Kind | Writers | Readers |
//! |---|---|---|
//! | framework, team | managers | the team |
//! | card/P | P, managers | the team |
//! | self/P | P | P, managers, P's line, P's assessors |
//! | record/P | managers, P's line, P's assessors; never P | the same and P |
//! | plan/P | P, managers, P's line | the same |
//! | private/P | P, with devices that P let in | the same |
//! | succession | managers | managers, heads |
//! | aggregates, statements | managers | managers, heads |
//!
//! *Managers* are the owner and the managers of the team. *P's line* is P's line manager and, for the owner, the named reviewer: the
//! reviewer of an owner who has no manager above needs what a line manager needs. An *assessor* judges and so sees what was shared and
//! what was recorded, but not the plan.

use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::domain::team::{Right, Rights, Role};
use chrono::NaiveDate;

/// What somebody wants to do with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read it, history included.
    Read,
    /// Write it.
    Write,
}

/// How somebody stands to a document on a day: all that the table needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The document is about them.
    pub own: bool,
    /// Owner or manager of the team.
    pub manager: bool,
    /// Head or director.
    pub head: bool,
    /// Line manager or reviewer of the person.
    pub line: bool,
    /// Named assessor of the person.
    pub assessor: bool,
}

impl Standing {
    /// How `actor` stands to a document on a day.
    pub fn of(doc: &DocRef, actor: &PersonId, rights: &Rights, day: NaiveDate) -> Self {
        let held = rights.0.iter().filter(|r| &r.holder == actor);
        Self::among(doc, actor, held, day)
    }

    /// The same where the rights that `actor` holds are known.
    pub fn among<'a>(
        doc: &DocRef,
        actor: &PersonId,
        held: impl Iterator<Item = &'a Right>,
        day: NaiveDate,
    ) -> Self {
        let mut standing = Self {
            own: doc.person.as_ref() == Some(actor),
            ..Self::default()
        };
        let other = doc.person.as_ref().filter(|p| *p != actor);
        for right in held.filter(|r| r.on(day)) {
            let over = right.over.is_some() && right.over.as_ref() == other;
            match right.role {
                Role::Owner | Role::Manager => standing.manager = true,
                Role::Head => standing.head = true,
                Role::Line | Role::Reviewer => standing.line |= over,
                Role::Assessor => standing.assessor |= over,
            }
        }
        standing
    }
}

/// The table itself.
pub fn allowed(access: Access, kind: Kind, s: Standing) -> bool {
    match (kind, access) {
        (Kind::Framework | Kind::Team | Kind::Card, Access::Read) => true,
        (Kind::Framework | Kind::Team, Access::Write) => s.manager,
        (Kind::Card, Access::Write) => s.own || s.manager,
        (Kind::SelfRecord, Access::Write) => s.own,
        (Kind::SelfRecord, Access::Read) => s.own || s.manager || s.line || s.assessor,
        (Kind::Record, Access::Write) => !s.own && (s.manager || s.line || s.assessor),
        (Kind::Record, Access::Read) => s.own || s.manager || s.line || s.assessor,
        (Kind::Plan, _) => s.own || s.manager || s.line,
        (Kind::Private, _) => s.own,
        (Kind::Succession | Kind::Aggregates | Kind::Statements, Access::Write) => s.manager,
        (Kind::Succession | Kind::Aggregates | Kind::Statements, Access::Read) => {
            s.manager || s.head
        }
    }
}

/// Who may write a document, in words for somebody who may not; `own` where it is about them.
pub fn writers(kind: Kind, own: bool) -> &'static str {
    match kind {
        Kind::Framework | Kind::Team | Kind::Succession | Kind::Aggregates | Kind::Statements => {
            "managers of the team may"
        }
        Kind::Card => "the person and managers may",
        Kind::SelfRecord | Kind::Private => "only they may",
        Kind::Record if own => "another manager may",
        Kind::Record => "managers and named assessors may",
        Kind::Plan => "the person and their managers may",
    }
}

/// Whether `actor`, somebody of the team, may do it on a day.
pub fn may(
    access: Access,
    doc: &DocRef,
    actor: &PersonId,
    rights: &Rights,
    day: NaiveDate,
) -> bool {
    allowed(access, doc.kind, Standing::of(doc, actor, rights, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Team;
    use crate::domain::reading::Reading;
    use std::sync::Arc;

    /// The table once more, as letters: o own, m manager, h head, l line, a assessor, - somebody else of the team.
    const READ: [(Kind, &str); 10] = [
        (Kind::Framework, "omhla-"),
        (Kind::Team, "omhla-"),
        (Kind::Card, "omhla-"),
        (Kind::SelfRecord, "omla"),
        (Kind::Record, "omla"),
        (Kind::Plan, "oml"),
        (Kind::Private, "o"),
        (Kind::Succession, "mh"),
        (Kind::Aggregates, "mh"),
        (Kind::Statements, "mh"),
    ];
    const WRITE: [(Kind, &str); 10] = [
        (Kind::Framework, "m"),
        (Kind::Team, "m"),
        (Kind::Card, "om"),
        (Kind::SelfRecord, "o"),
        (Kind::Record, "mla"),
        (Kind::Plan, "oml"),
        (Kind::Private, "o"),
        (Kind::Succession, "m"),
        (Kind::Aggregates, "m"),
        (Kind::Statements, "m"),
    ];

    #[test]
    fn the_table_is_complete_over_every_combination_of_standings() {
        for (access, table) in [(Access::Read, READ), (Access::Write, WRITE)] {
            for (kind, letters) in table {
                for bits in 0..32_u8 {
                    let s = Standing {
                        own: bits & 1 != 0,
                        manager: bits & 2 != 0,
                        head: bits & 4 != 0,
                        line: bits & 8 != 0,
                        assessor: bits & 16 != 0,
                    };
                    let mut expected = letters.contains('-')
                        || s.own && letters.contains('o')
                        || s.manager && letters.contains('m')
                        || s.head && letters.contains('h')
                        || s.line && letters.contains('l')
                        || s.assessor && letters.contains('a');
                    // Nobody writes what managers hold about them, whatever else they are.
                    if kind == Kind::Record && access == Access::Write && s.own {
                        expected = false;
                    }
                    assert_eq!(
                        allowed(access, kind, s),
                        expected,
                        "{access:?} {kind:?} {s:?}"
                    );
                }
            }
        }
    }

    /// Figures ask whose documents are here without a document in hand; the two answers are one.
    #[test]
    fn what_figures_are_made_of_is_what_the_table_lets_one_read() {
        let day = NaiveDate::from_ymd_opt(2026, 6, 3).unwrap();
        let right = |holder: &str, role, over: Option<&str>| Right {
            holder: holder.into(),
            role,
            over: over.map(Into::into),
            from: None,
            until: None,
        };
        let gone = Right {
            until: day.pred_opt(),
            ..right("gone", Role::Manager, None)
        };
        let rights = Rights(vec![
            right("o", Role::Owner, None),
            right("m", Role::Manager, None),
            right("h", Role::Head, None),
            right("h", Role::Reviewer, Some("o")),
            right("l", Role::Line, Some("p")),
            right("a", Role::Assessor, Some("p")),
            gone,
        ]);
        let people = ["o", "m", "h", "l", "a", "p", "gone"];
        for me in people {
            let team = Team {
                base: Arc::default(),
                framework: Arc::default(),
                rights: Arc::new(rights.clone()),
                succession: None,
                people: Vec::new(),
                me: me.into(),
                private: Arc::default(),
            };
            let reading = Reading::of(&team, day);
            let may = |kind, who: &str| {
                let doc = DocRef::of(kind, &who.into());
                super::may(Access::Read, &doc, &team.me, &rights, day)
            };
            for who in people {
                let id = who.into();
                assert_eq!(reading.record(&id), may(Kind::Record, who), "{me} {who}");
                assert_eq!(
                    reading.record(&id),
                    may(Kind::SelfRecord, who),
                    "{me} {who}"
                );
                assert_eq!(reading.plan(&id), may(Kind::Plan, who), "{me} {who}");
            }
            let all = people.into_iter().all(|who| may(Kind::Plan, who));
            assert_eq!(reading.everybody(), all, "{me}");
            assert_eq!(reading.why().is_none(), all, "{me}");
        }
    }

    #[test]
    fn standing_follows_the_dated_rights() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 6, d).unwrap();
        let right = |holder: &str, role, over: Option<&str>| Right {
            holder: holder.into(),
            role,
            over: over.map(Into::into),
            from: Some(day(2)),
            until: Some(day(4)),
        };
        let rights = Rights(vec![
            right("boss", Role::Line, Some("p")),
            right("judge", Role::Assessor, Some("p")),
            right("top", Role::Head, None),
            right("top", Role::Reviewer, Some("p")),
            right("m", Role::Manager, None),
        ]);
        let record = DocRef::of(Kind::Record, &"p".into());
        for (who, on) in [
            ("boss", true),
            ("judge", true),
            ("top", true),
            ("m", true),
            ("other", false),
            ("p", false),
        ] {
            for (d, holds) in [(1, false), (2, true), (4, true), (5, false)] {
                assert_eq!(
                    may(Access::Write, &record, &who.into(), &rights, day(d)),
                    on && holds,
                    "{who} on day {d}"
                );
            }
        }
        let other = DocRef::of(Kind::Record, &"q".into());
        assert!(!may(Access::Read, &other, &"boss".into(), &rights, day(3)));
        assert!(may(Access::Read, &other, &"m".into(), &rights, day(3)));
    }
}
