use super::*;
use crate::document::Kind;
use crate::document::decode;
use crate::domain::framework::{Column, Competency, Framework};
use crate::domain::person::CredentialKind;
use crate::domain::team::{Right, Rights, Role};
use crate::domain::{Answer, MarkKind, Points};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(in crate::document::edits) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

/// Documents of a team of two: `m` is line manager of `p`.
#[derive(Default)]
pub(in crate::document::edits) struct Docs(BTreeMap<DocRef, crate::document::Rows>);

impl Docs {
    pub(in crate::document::edits) fn new() -> Self {
        let mut docs = Self::default();
        for (id, name) in [("m", "Manager"), ("p", "Person")] {
            let doc = DocRef::of(Kind::Card, &PersonId::new(id));
            docs.put(op(&doc, "card", "card", "name", Scalar::text(name)), "m");
        }
        docs
    }

    fn put(&mut self, op: Op, author: &str) {
        let rows = self.0.entry(op.doc.clone()).or_default();
        let author = Some(PersonId::new(author));
        rows.set(&op.table, &op.row, &op.field, op.value, author, 1);
    }

    /// Puts a second value beside the one that stands, as two who knew nothing of each other leave it; whether they differ.
    pub(in crate::document::edits) fn apart(
        &mut self,
        doc: &DocRef,
        table: &str,
        row: &str,
        field: &str,
        value: Scalar,
        author: &str,
    ) -> bool {
        let rows = self.0.entry(doc.clone()).or_default();
        let claims = rows
            .tables
            .get_mut(table)
            .and_then(|t| t.get_mut(row)?.get_mut(field))
            .expect("something stands there");
        claims.push(crate::domain::Claim {
            value,
            author: Some(PersonId::new(author)),
            at: 2,
        });
        claims.iter().any(|c| c.value != claims[0].value)
    }

    pub(in crate::document::edits) fn commit(&mut self, edit: Edit, author: &str) {
        for op in edit.ops {
            self.put(op, author);
        }
    }

    /// The same where `m` is a manager of the team as well.
    pub(in crate::document::edits) fn managed(&self, me: &str) -> Team {
        let mut team = self.team(me);
        let Rights(rights) = Arc::make_mut(&mut team.rights);
        rights.push(Right {
            holder: "m".into(),
            role: Role::Manager,
            over: None,
            from: None,
            until: None,
        });
        team
    }

    fn team(&self, me: &str) -> Team {
        let rights = Rights(vec![Right {
            holder: "m".into(),
            role: Role::Line,
            over: Some("p".into()),
            from: None,
            until: None,
        }]);
        let mut team = decode::team(&self.0, &Arc::new(rights), &me.into(), &|doc| {
            doc.kind != Kind::Private || doc.person == Some(me.into())
        });
        team.framework = Arc::new(Framework {
            competencies: vec![Competency {
                id: "budget".into(),
                name: "Budget".to_owned(),
                short: String::new(),
                code: String::new(),
                meaning: String::new(),
                group: String::new(),
                jd_heading: String::new(),
            }],
            columns: vec![Column {
                id: "g6".into(),
                name: String::new(),
                grade: 6,
                band: String::new(),
                path: String::new(),
                title: String::new(),
                titles: vec![],
                qualification_levels: vec![],
                knowledge: String::new(),
                registration: vec![],
                cpd: String::new(),
                note: String::new(),
            }],
            ..Framework::default()
        });
        team
    }
}

fn budget() -> Subject {
    Subject::Competency("budget".into())
}

fn points(text: &str) -> Answer {
    Answer::Points(text.parse().unwrap())
}

#[test]
fn half_points_are_taken_and_others_refused_with_the_reason() {
    assert!("5.5".parse::<Points>().is_ok());
    for text in ["5.3", "0.5", "10.5", "", "x", "11"] {
        let why = text.parse::<Points>().unwrap_err().to_string();
        assert!(why.contains("half points from 1 to 10"), "{why}");
    }
}

#[test]
fn a_draft_is_private_until_it_is_shared() {
    let mut docs = Docs::new();
    let g6 = ColumnId::new("g6");
    let team = docs.team("p");
    let draft = draft_mark(&team, &budget(), Some(&g6), points("5.5"), day(), 1000).unwrap();
    assert!(draft.ops.iter().all(|op| op.doc.kind == Kind::Private));
    docs.commit(draft, "p");
    let team = docs.team("p");
    docs.commit(
        evidence(&team, &budget(), Some(&g6), day(), "ordered stock", "").unwrap(),
        "p",
    );
    assert!(
        docs.team("m")
            .person(&"p".into())
            .unwrap()
            .series
            .is_empty()
    );

    let team = docs.team("p");
    assert_eq!(team.private.notes[0].evidence, "ordered stock");
    docs.commit(share_drafts(&team, day(), 900).unwrap(), "p");
    let team = docs.team("p");
    assert!(team.private.drafts.is_empty());
    assert_eq!(share_drafts(&team, day(), 900), Err(EditError::NoDrafts));
    let seen = docs.team("m");
    let person = seen.person(&"p".into()).unwrap();
    let mark = &person.series[0].marks[0];
    assert_eq!(
        (mark.kind, mark.answer.get()),
        (MarkKind::Own, &points("5.5"))
    );
    let detail = person.detail.as_ref().unwrap();
    assert_eq!(detail.mark_notes[0].evidence, "ordered stock");
}

#[test]
fn only_who_has_the_right_marks_somebody_else() {
    let mut docs = Docs::new();
    let g6 = ColumnId::new("g6");
    let team = docs.team("m");
    let p = PersonId::new("p");
    let mark = |team: &Team, whose: &str, answer, now| {
        manager_mark(
            team,
            &whose.into(),
            &budget(),
            Some(&g6),
            answer,
            day(),
            now,
        )
    };
    assert_eq!(
        mark(&team, "m", points("6"), 1),
        Err(EditError::OwnValidation)
    );
    let other = docs.team("p");
    assert!(matches!(
        mark(&other, "m", points("6"), 1),
        Err(EditError::NotTheirManager { .. })
    ));
    assert_eq!(
        manager_mark(&team, &p, &budget(), None, points("6"), day(), 1),
        Err(EditError::NeedsColumn)
    );
    assert_eq!(
        draft_mark(&other, &budget(), Some(&g6), Answer::NotObserved, day(), 1),
        Err(EditError::NotObservedIsTheManagers)
    );
    docs.commit(mark(&team, "p", points("6"), 5000).unwrap(), "m");
    // A clock that was set back: the second entry of the day still comes later, and replaces the first.
    let team = docs.team("m");
    docs.commit(mark(&team, "p", Answer::NotObserved, 10).unwrap(), "m");
    let team = docs.team("m");
    let marks = &team.person(&p).unwrap().series[0].marks;
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].answer.get(), &Answer::NotObserved);
    assert_eq!(marks[0].entered, 5001);
    docs.commit(
        feedback(&team, &p, &budget(), Some(&g6), day(), "not seen yet").unwrap(),
        "m",
    );
    docs.commit(
        withdraw(&team, &p, &budget(), Some(&g6), day(), 1).unwrap(),
        "m",
    );
    let team = docs.team("m");
    let marks = &team.person(&p).unwrap().series[0].marks;
    assert_eq!(marks[0].answer.get(), &Answer::Withdrawn);
}

fn entry(name: &str) -> CredentialEntry {
    CredentialEntry {
        id: None,
        name: name.to_owned(),
        code: "laser".to_owned(),
        kind: CredentialKind::Certificate,
        obtained: Some(day()),
        expires: None,
        booked: None,
        sighted: false,
    }
}

#[test]
fn what_was_sighted_stays_as_seen() {
    let mut docs = Docs::new();
    let p = PersonId::new("p");
    let team = docs.team("p");
    docs.commit(
        credential(&team, &p, &entry("Laser course"), day(), 7).unwrap(),
        "p",
    );
    let team = docs.team("m");
    let claimed = team.person(&p).unwrap().credentials[0].clone();
    assert!(claimed.claimed && claimed.sighted.is_none());
    let mut change = CredentialEntry {
        id: Some(claimed.id.clone()),
        ..entry("Laser course")
    };
    assert!(matches!(
        credential(&team, &p, &change, day(), 8),
        Err(EditError::Claimed(_))
    ));
    change.sighted = true;
    docs.commit(credential(&team, &p, &change, day(), 8).unwrap(), "m");
    let team = docs.team("p");
    let seen = &team.person(&p).unwrap().credentials;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].sighted, Some(("m".into(), day())));
    change.sighted = false;
    change.expires = Some(day());
    assert_eq!(
        credential(&team, &p, &change, day(), 9),
        Err(EditError::AlreadySighted(day()))
    );
    // Even written straight into `self`, another date does not replace the one that was seen.
    let doc = DocRef::of(Kind::SelfRecord, &p);
    docs.put(
        op(
            &doc,
            "credentials",
            claimed.id.as_str(),
            "obtained",
            Scalar::text("2020-01-01"),
        ),
        "p",
    );
    let team = docs.team("m");
    let obtained = &team.person(&p).unwrap().credentials[0].obtained;
    assert_eq!(*obtained.get(), Some(day()));
}

#[test]
fn impossible_credentials_are_refused_with_the_reason() {
    let docs = Docs::new();
    let team = docs.team("p");
    let p = PersonId::new("p");
    let refused = |change: &dyn Fn(&mut CredentialEntry)| {
        let mut given = entry("Paper");
        change(&mut given);
        credential(&team, &p, &given, day(), 1)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&|e| e.name.clear()).contains("needed"));
    assert!(refused(&|e| e.code = "Two words".into()).contains("one word"));
    assert!(refused(&|e| e.obtained = day().succ_opt()).contains("booked"));
    assert!(refused(&|e| e.expires = day().pred_opt()).contains("expire"));
    assert!(refused(&|e| e.sighted = true).contains("manager"));
    assert!(refused(&|e| e.name = "a\u{1b}[2J".into()).contains("no screen"));
}

#[test]
fn a_person_accepts_or_disputes_what_was_typed_for_them() {
    let mut docs = Docs::new();
    let record = DocRef::of(Kind::Record, &"p".into());
    let (budget, g6) = (Subject::Competency("budget".into()), ColumnId::new("g6"));
    let of = |d| NaiveDate::from_ymd_opt(2026, 6, d).unwrap();
    for (d, halves) in [(1, 10), (2, 14)] {
        let row = crate::document::code::mark_key(&budget, Some(&g6), &"p".into(), of(d));
        let code = crate::document::code::MarkCode {
            answer: Answer::Points(Points::from_halves(halves).unwrap()),
            entered: 5_000,
            typist: "m".into(),
        };
        docs.put(op(&record, "marks", &row, "mark", code.encode()), "m");
        docs.put(
            op(
                &record,
                "mark_notes",
                &row,
                "evidence",
                Scalar::text("ran the year's budget"),
            ),
            "m",
        );
    }
    let me = |docs: &Docs| docs.team("p").person(&"p".into()).unwrap().clone();
    let team = docs.team("p");
    let person = me(&docs);
    let open = transcribed(&person);
    assert_eq!(open.len(), 2);
    let edit = accept(&team, &person, &open[..1], 1_000).unwrap();
    assert_eq!(edit.label, "1 transcribed mark accepted");
    let own = DocRef::of(Kind::SelfRecord, &"p".into());
    assert!(edit.ops.iter().all(|o| o.doc == own));
    docs.commit(edit, "p");
    let disputed = dispute(&team, &person, &open[1..], 1_000).unwrap();
    docs.commit(disputed, "p");
    let after = me(&docs);
    assert!(transcribed(&after).is_empty());
    let series = &after.series[0];
    let own: Vec<_> = series
        .marks
        .iter()
        .filter(|m| m.kind == MarkKind::Own)
        .map(|m| (m.date, *m.answer.get(), m.typist.clone()))
        .collect();
    let five = Answer::Points(Points::from_halves(10).unwrap());
    assert_eq!(
        own,
        [
            (of(1), five, "p".into()),
            (of(2), Answer::Withdrawn, "p".into())
        ]
    );
    let notes: Vec<_> = docs.0[&DocRef::of(Kind::SelfRecord, &"p".into())]
        .table("mark_notes")
        .collect();
    assert_eq!(
        notes.len(),
        1,
        "evidence comes with what was accepted alone"
    );
}

#[test]
fn nobody_new_is_called_like_somebody_who_is_there() {
    let docs = Docs::new();
    let mut team = docs.team("m");
    let id = PersonId::new("p-new");
    let made = newcomer(&team, &id, "Somebody  New ", day());
    assert!(
        matches!(made, Err(EditError::NotAManager { .. })),
        "{made:?}"
    );
    let mut rights = (*team.rights).clone();
    rights.0.push(Right {
        holder: "m".into(),
        role: Role::Manager,
        over: None,
        from: None,
        until: None,
    });
    team.rights = Arc::new(rights);
    let made = newcomer(&team, &id, "Somebody  New ", day()).unwrap();
    assert_eq!(made.label, "Somebody New is new");
    for taken in ["Person", " person ", "PER SON"] {
        let error = newcomer(&team, &id, taken, day()).unwrap_err();
        assert!(matches!(error, EditError::NameTaken { .. }), "{error}");
    }
    let none = newcomer(&team, &id, "  ", day()).unwrap_err();
    assert_eq!(none, EditError::NoName);
}
