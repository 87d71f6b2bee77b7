//! What the data folder costs: reading the sample for the demo's first picture, opening a folder, and saving an edit.
//!
//! `cargo bench --bench store`. Teams come from the seeded generator; each is written as the demo writes, every document by its
//! rightful writer, so that a store holds as many logs as it will after a first sync. Saving waits for the disk: the temporary folder
//! (`TMPDIR`) should be on the kind of disk that one wants to know of.

use chrono::NaiveDate;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use guildhall::document::{DocRef, Edit, Kind, Op, Scalar, encode};
use guildhall::domain::PersonId;
use guildhall::domain::generate::{generate, synthetic_framework};
use guildhall::exchange::{self, Ids, Mode, Parsed};
use guildhall::store::{Seed, Store};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use tempfile::TempDir;

/// Sizes of team.
const PEOPLE: [usize; 2] = [27, 500];

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day of the calendar")
}

/// A made-up team as a folder of tables, read back.
fn made_up(people: usize) -> Parsed {
    let team = generate(Arc::new(synthetic_framework()), people, 7, today());
    let docs: BTreeMap<_, _> = encode::team(&team).into_iter().collect();
    let files = exchange::export(&docs, &team.rights).files;
    exchange::parse(&files).expect("what is exported can be read")
}

/// A made-up team in a data folder, and whose it is.
fn stored(people: usize) -> (TempDir, PersonId) {
    let parsed = made_up(people);
    let mut ids = Ids::random([]);
    let written = exchange::writings(&parsed, &Mode::Rightful, &mut ids, today()).expect("ids");
    let rights = exchange::rights(&parsed, &ids);
    let me = ids.get(parsed.owner()).expect("an owner").clone();
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = Store::create(dir.path(), &me).expect("a store");
    let seed = Seed::Rightful {
        devices: dir.path().join("devices"),
        people: ids.iter().map(|(_, id)| id.clone()).collect(),
    };
    store
        .seed(&written.writings, &rights, &seed)
        .expect("a whole team");
    (dir, me)
}

/// From the sample that the program carries to the team that the demo paints first.
fn paint(c: &mut Criterion) {
    let mut group = c.benchmark_group("sample");
    group.bench_function("parse", |b| {
        b.iter(|| exchange::parse(black_box(&exchange::sample())).expect("no mistakes"));
    });
    let parsed = exchange::parse(&exchange::sample()).expect("no mistakes");
    let mode = Mode::Rightful;
    group.bench_function("writings", |b| {
        b.iter(|| {
            let mut ids = Ids::random([]);
            exchange::writings(black_box(&parsed), &mode, &mut ids, today()).expect("ids")
        });
    });
    let mut ids = Ids::random([]);
    let written = exchange::writings(&parsed, &mode, &mut ids, today()).expect("ids");
    let rights = Arc::new(exchange::rights(&parsed, &ids));
    let me = ids.get(parsed.owner()).expect("an owner").clone();
    group.bench_function("paint", |b| {
        b.iter(|| exchange::paint(black_box(&written.writings), &rights, &me, &mode, &|_| true));
    });
    group.finish();
}

/// A data folder, from nothing to the team that the first frame shows.
fn open(c: &mut Criterion) {
    let mut group = c.benchmark_group("open");
    for people in PEOPLE {
        let (dir, _) = stored(people);
        group.bench_function(BenchmarkId::new("team", people), |b| {
            b.iter(|| {
                let mut store = Store::open(dir.path()).expect("a team");
                store.team().expect("a whole team")
            });
        });
    }
    group.finish();
}

/// One mark in the record of somebody, and a note beside it.
fn mark(person: &PersonId, n: u64) -> Edit {
    let doc = DocRef::of(Kind::Record, person);
    let row = format!("subject|column|{person}|2026-11-21");
    let op = |table: &str, field: &str, value: String| Op {
        doc: doc.clone(),
        table: table.to_owned(),
        row: row.clone(),
        field: field.to_owned(),
        value: Scalar::text(value),
    };
    Edit::new(
        "a mark",
        vec![
            op("marks", "mark", format!("{}|{n}|{person}", n % 21)),
            op("mark_notes", "evidence", format!("Seen in case {n}.")),
        ],
    )
}

/// One edit until it is on the disk, and until its team is there to be drawn.
fn commit(c: &mut Criterion) {
    let mut group = c.benchmark_group("commit");
    for people in PEOPLE {
        let (dir, me) = stored(people);
        let mut store = Store::open(dir.path()).expect("a team");
        let team = store.team().expect("a whole team");
        let other = team.people.iter().find(|p| p.id != me).expect("others");
        let mut n = 0;
        group.bench_function(BenchmarkId::new("warm", people), |b| {
            b.iter(|| {
                n += 1;
                store.commit(&mark(&other.id, n)).expect("saved")
            });
        });
        group.bench_function(BenchmarkId::new("warm_and_read", people), |b| {
            b.iter(|| {
                n += 1;
                store.commit(&mark(&other.id, n)).expect("saved");
                store.team().expect("a whole team")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, paint, open, commit);
criterion_main!(benches);
