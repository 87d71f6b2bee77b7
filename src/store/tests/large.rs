//! People who do not fit into a summary, and days that it does not cover: what the first frame reads is still all of it.

use super::*;
use chrono::{Days, NaiveDate};

fn plan(person: &str) -> DocRef {
    DocRef::of(Kind::Plan, &person.into())
}

fn text(doc: &DocRef, table: &str, row: &str, field: &str, text: &str) -> Op {
    op(doc, table, row, field, Scalar::text(text))
}

/// Edits that make somebody too large for a summary, each in a way of its own.
fn ways() -> Vec<(&'static str, Vec<Op>)> {
    let (record, plan) = (record("p-1"), plan("p-1"));
    let mut absences = Vec::new();
    let mut actions = Vec::new();
    let mut marks = Vec::new();
    for n in 0..100 {
        let row = format!("away-{n}");
        let day = |add: u64| {
            let start = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
            (start + Days::new(7 * n + add)).to_string()
        };
        absences.push(text(&record, "absences", &row, "from", &day(0)));
        absences.push(text(&record, "absences", &row, "until", &day(4)));
        absences.push(text(&record, "absences", &row, "kind", "placement"));
        let row = format!("objective-{n}");
        actions.push(text(&plan, "objectives", &row, "objective", "learn it"));
        let row = format!("action-{n}");
        actions.push(text(
            &plan,
            "actions",
            &row,
            "objective",
            &format!("objective-{n}"),
        ));
        actions.push(text(
            &plan,
            "actions",
            &row,
            "text",
            "book a day with the supplier",
        ));
        for (year, n) in (2023..2026).flat_map(|year| [(year, n), (year, n + 100)]) {
            let row = format!("skill-{n}|-|owner-1|{year}-03-01");
            marks.push(text(&record, "marks", &row, "mark", "12|1|owner-1"));
        }
    }
    vec![
        ("absences", absences),
        ("actions", actions),
        ("marks", marks),
    ]
}

/// What the first frame has to show of somebody: all but the detail.
fn whole(store: &mut Store) -> Person {
    let mut person = store.person(&"p-1".into()).unwrap().unwrap();
    assert!(person.detail.is_some());
    person.detail = None;
    person
}

#[test]
fn whoever_does_not_fit_is_read_from_the_views_and_loads_no_document() {
    for (way, ops) in ways() {
        let (dir, mut store) = fresh();
        store.commit(&name("p-1", "Ada Reed")).unwrap();
        store.commit(&name("p-2", "Bo Ash")).unwrap();
        let small = {
            let mut store = Store::open(dir.path()).unwrap();
            store.team().unwrap();
            store.counters().queries
        };
        store.commit(&edit(way, ops)).unwrap();
        let shown = store.team().unwrap();
        assert_eq!(*shown.people[0], whole(&mut store), "{way}");
        assert!(
            postcard::to_stdvec(&*shown.people[0]).unwrap().len() > SUMMARY_BYTES,
            "{way}"
        );
        drop(store);

        let mut store = Store::open(dir.path()).unwrap();
        let shown = store.team().unwrap();
        let counters = store.counters();
        assert_eq!(counters.document_loads, 0, "{way}");
        assert_eq!(counters.rebuilt, 0, "{way}");
        assert_eq!(
            counters.queries,
            small + 6,
            "{way}: a question for each document"
        );
        assert_eq!(*shown.people[0], whole(&mut store), "{way}");
        store.team().unwrap();
        assert_eq!(store.check().unwrap().findings, [], "{way}");
        // Further edits reach the first frame.
        store.commit(&name("p-1", "Ada Ash")).unwrap();
        assert_eq!(store.team().unwrap().people[0].name.get(), "Ada Ash");
    }
}

#[test]
fn a_day_before_what_the_summary_covers_reads_the_views() {
    let (dir, mut store) = fresh();
    store.commit(&name("p-1", "Ada Reed")).unwrap();
    let mut ops = Vec::new();
    for year in 1990..2026 {
        for subject in ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"] {
            let row = format!("{subject}|-|p-1|{year}-03-01");
            ops.push(text(&record("p-1"), "marks", &row, "mark", "12|1|owner-1"));
        }
    }
    store.commit(&edit("many marks", ops)).unwrap();
    let now = store.team().unwrap();
    let from = now.people[0]
        .complete_from
        .expect("old marks were left out");
    assert!(store.check().unwrap().findings.is_empty());
    drop(store);

    for (day, whole_record) in [(from, false), (from - Days::new(1), true)] {
        let mut store = Store::open(dir.path()).unwrap();
        store.figures_from(day);
        let shown = store.team().unwrap();
        assert_eq!(
            shown.people[0].complete_from.is_none(),
            whole_record,
            "{day}"
        );
        if whole_record {
            assert_eq!(*shown.people[0], whole(&mut store));
        }
        assert_eq!(store.check().unwrap().findings, [], "{day}");
        // Another day at a handle that has read the team already.
        store.figures_from(from - Days::new(400));
        assert!(store.team().unwrap().people[0].complete_from.is_none());
    }
}

#[test]
fn a_damaged_view_of_somebody_large_is_made_again() {
    let (dir, mut store) = fresh();
    store.commit(&name("p-1", "Ada Reed")).unwrap();
    let (way, ops) = ways().remove(0);
    store.commit(&edit(way, ops)).unwrap();
    let right = store.team().unwrap();
    drop(store);
    let db = schema::connect(&team_file(dir.path())).unwrap();
    db.execute_batch(
        "UPDATE views SET sealed = randomblob(100)
         WHERE doc IN (SELECT id FROM documents WHERE person IS NOT NULL)",
    )
    .unwrap();
    drop(db);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.team().unwrap(), right);
    assert!(store.counters().rebuilt > 0);
    assert_eq!(store.check().unwrap().findings, []);
}
