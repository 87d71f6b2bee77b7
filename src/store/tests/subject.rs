//! What a person is given of all that is held about them, and nothing of others.

use super::erasure::{GONE, team};
use super::*;

#[test]
fn a_subject_is_given_every_value_that_was_ever_written_about_them() {
    let (_dir, _devices, mut store) = team();
    store
        .commit(&note(GONE, "second", "another wording"))
        .unwrap();
    let subject = store.subject(&PersonId::new(GONE)).unwrap();
    let text = format!("{subject:?}");
    for written in ["Gwen Gone", "a talk", "by the owner", "another wording"] {
        assert!(text.contains(written), "{written}");
    }
    for other in ["Sam Stays", "theirs, of another", "by the owner too"] {
        assert!(!text.contains(other), "{other}");
    }
    assert_eq!(subject.withheld, [Kind::Private]);
    assert_eq!(subject.rights.len(), 3);
    assert_eq!(subject.devices.len(), 1);
}

#[test]
fn a_subject_learns_where_others_documents_point_to_them_and_nothing_that_stands_there() {
    let (_dir, _devices, mut store) = team();
    let at_work = |field: &str, value: &str| {
        op(
            &record("p-stays"),
            "credentials",
            "c",
            field,
            Scalar::text(value),
        )
    };
    let steps = [
        // By a key, by a value, by the name in a text; in a text of somebody else's no word of it.
        op(
            &record("p-stays"),
            "marks",
            &format!("lathe|-|{GONE}|2026-01-02"),
            "feedback",
            Scalar::text("secret of Sam"),
        ),
        at_work("sighted_by", GONE),
        at_work("name", "harness"),
        op(
            &record("p-stays"),
            "meetings",
            "m2",
            "notes",
            Scalar::text("Sam fell out with Gwen, and is ill"),
        ),
        op(
            &record("p-stays"),
            "meetings",
            "m3",
            "notes",
            Scalar::text("Gwendolen was there; all is well"),
        ),
    ];
    for step in steps {
        store.commit(&edit("step", vec![step])).unwrap();
    }
    // What is private is not looked into, not even one's own.
    let private = DocRef::of(Kind::Private, &"owner-1".into());
    let draft = op(
        &private,
        "mark_notes",
        "lathe|-|owner-1|2026-01-02",
        "feedback",
        Scalar::text("a thought about Gwen"),
    );
    store.commit(&edit("draft", vec![draft])).unwrap();

    let subject = store.subject(&PersonId::new(GONE)).unwrap();
    let mut found: Vec<_> = subject
        .elsewhere
        .iter()
        .map(|e| (e.kind, e.table.as_str(), e.field.as_str(), e.how, e.own))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            (
                Kind::Record,
                "credentials",
                "sighted_by",
                How::Points,
                false
            ),
            (Kind::Record, "marks", "feedback", How::Points, false),
            (Kind::Record, "meetings", "notes", How::Names, false),
        ]
    );
    let text = format!("{subject:?}");
    for secret in [
        "secret of Sam",
        "is ill",
        "Gwendolen",
        "a thought",
        "harness",
        "p-stays|",
        "Sam Stays",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    // Somebody of whom nothing stands elsewhere.
    assert_eq!(store.subject(&"p-stays".into()).unwrap().elsewhere, []);
}
