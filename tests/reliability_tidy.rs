//! Kill in the midst of what rewrites the file: packing with the room given back after it, and the destruction of somebody who is erased.
//! Processes are killed with SIGKILL at seeded moments; then everything acknowledged is there, no place in a log is taken twice, the
//! examination finds nothing wrong, and once the destruction has run again no byte is left of whom it was about.
//!
//! `GUILDHALL_TIDY_KILLS` says how often each is killed, `GUILDHALL_SEED` when. The moments depend on the machine too.

#![cfg(unix)]

mod common;

use common::shim::Shim;
use common::small::{self, Dice, PEOPLE, Program};
use guildhall::document::{DocRef, Edit, Kind, Op, Rows, Scalar};
use guildhall::domain::PersonId;
use guildhall::log::signed::SIGNED_LEN;
use guildhall::log::{DocId, Envelope, SignedHeader, TeamId};
use guildhall::store::{Store, team_file};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Kills of each kind in a plain `cargo test`.
const PLAIN: u64 = 6;
/// Tells a process of this test program which folder to pack, and under which name.
const PACKER: &str = "GUILDHALL_TEST_PACKER";

fn record(person: &PersonId) -> DocRef {
    DocRef::of(Kind::Record, person)
}

/// A long text that no compression makes short.
fn long(row: &str) -> String {
    let mut text = format!("said {row}: ");
    let mut dice = Dice(blake3::hash(row.as_bytes()).as_bytes()[0].into());
    while text.len() < 12_000 {
        text += &format!("{:x}", dice.next());
    }
    text
}

fn note(person: &PersonId, row: &str) -> Edit {
    Edit {
        label: row.to_owned(),
        ops: vec![Op {
            doc: record(person),
            table: "meetings".into(),
            row: row.to_owned(),
            field: "notes".into(),
            value: Scalar::text(long(row)),
        }],
        stood: Vec::new(),
    }
}

/// The work of a process that is killed: edits, each acknowledged by a line, and packing of all that there is between them.
#[test]
#[ignore = "the kill test starts it as a process of its own"]
fn a_packer() {
    let wish = std::env::var(PACKER).unwrap();
    let (name, dir) = wish.split_once('@').unwrap();
    let mut store = Store::open(Path::new(dir)).unwrap();
    let people = small::people(&mut store);
    println!("\nready .");
    for i in 0_u64.. {
        let whose = 1 + (i % 2) as usize;
        let row = format!("{name}-{i}");
        store.commit(&note(&people[whose], &row)).unwrap();
        println!("\nack {whose} {row} .");
        store.tidy(|| false).unwrap();
        store.pack_document(&record(&people[whose])).unwrap();
    }
}

/// All files of a folder, to be put back as they were.
fn files(dir: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    let files = entries.filter(|p| p.is_file());
    files
        .map(|p| (p.clone(), std::fs::read(&p).unwrap()))
        .collect()
}

/// Puts files back in their places, and removes what is new.
fn put_back(dir: &Path, before: &BTreeMap<std::path::PathBuf, Vec<u8>>) {
    for path in files(dir).keys().filter(|p| !before.contains_key(*p)) {
        std::fs::remove_file(path).unwrap();
    }
    for (path, bytes) in before {
        std::fs::write(path, bytes).unwrap();
    }
}

/// SQLite's own check, and no place of a log and no nonce twice; says how many envelopes have a body.
fn envelopes(dir: &Path) -> usize {
    let db = rusqlite::Connection::open(team_file(dir)).unwrap();
    db.busy_timeout(Duration::from_secs(60)).unwrap();
    let ok: String = db
        .query_row("PRAGMA integrity_check", [], |r| r.get(0))
        .unwrap();
    assert_eq!(ok, "ok");
    let mut statement = db.prepare("SELECT bytes, packed FROM envelopes").unwrap();
    let mut rows = statement.query([]).unwrap();
    let (mut places, mut nonces, mut bodies) = (BTreeSet::new(), BTreeSet::new(), 0);
    while let Some(row) = rows.next().unwrap() {
        let (bytes, packed): (Vec<u8>, i64) = (row.get(0).unwrap(), row.get(1).unwrap());
        let header = match packed {
            1 => {
                let signed = <&[u8; SIGNED_LEN]>::try_from(&bytes[..]).unwrap();
                SignedHeader::decode(signed).unwrap().header
            }
            _ => Envelope::decode(&bytes).unwrap().header,
        };
        bodies += usize::from(packed != 1);
        assert!(places.insert((header.log.actor().to_string(), header.seq)));
        assert!(nonces.insert(header.nonce));
    }
    bodies
}

fn meetings(rows: &Rows) -> BTreeMap<String, Vec<Scalar>> {
    let rows = rows.tables.get("meetings").into_iter().flatten();
    rows.map(|(key, row)| {
        let claims = row.get("notes").into_iter().flatten();
        (key.clone(), claims.map(|c| c.value.clone()).collect())
    })
    .collect()
}

#[test]
fn a_kill_in_the_midst_of_packing_loses_nothing() {
    let seed = small::wanted("GUILDHALL_SEED", 1);
    let kills = small::wanted("GUILDHALL_TIDY_KILLS", PLAIN);
    println!("{kills} kills while packing, seed {seed}");
    let mut dice = Dice(seed);
    let root = tempfile::tempdir().unwrap();
    let program = small::imported(root.path());
    let mut store = Store::open(&program.data).unwrap();
    let people = small::people(&mut store);
    let mut known: BTreeSet<(usize, String)> = BTreeSet::new();
    for i in 0..140 {
        let (whose, row) = (1 + i % 2, format!("before-{i}"));
        store.commit(&note(&people[whose], &row)).unwrap();
        known.insert((whose, row));
    }
    drop(store);
    let (before, base) = (files(&program.data), known.clone());
    let (mut acks, mut packed, mut midway) = (0, 0, 0);
    for kill in 0..kills {
        put_back(&program.data, &before);
        let mut known = base.clone();
        let loose = envelopes(&program.data);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "a_packer"])
            .env(PACKER, format!("kill{kill}@{}", program.data.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines
            .by_ref()
            .find(|l| l.as_ref().is_ok_and(|l| l == "ready ."));
        assert!(ready.is_some(), "it came up");
        std::thread::sleep(Duration::from_micros(dice.below(1_200_000)));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(status.code().is_none(), "it ended by itself: {status}");
        for line in lines.map_while(Result::ok) {
            if let ["ack", whose, row, "."] = line.split(' ').collect::<Vec<_>>()[..] {
                known.insert((whose.parse().unwrap(), row.to_owned()));
                acks += 1;
            }
        }

        let left = envelopes(&program.data);
        packed += usize::from(left < loose);
        midway += usize::from(left < loose && left > 70);
        let mut store = Store::open(&program.data).unwrap();
        let check = |store: &mut Store| {
            for whose in [1, 2] {
                let held = meetings(&store.rows(&record(&people[whose])).unwrap());
                for (_, row) in known.iter().filter(|(w, _)| *w == whose) {
                    assert_eq!(
                        held[row],
                        [Scalar::text(long(row))],
                        "{row} was acknowledged"
                    );
                }
                let of_base = base.iter().filter(|(w, _)| *w == whose).count();
                let acked = known.iter().filter(|(w, _)| *w == whose).count();
                let mine = held.keys().filter(|k| k.contains('-')).count();
                // What was imported, and at most the edit in flight.
                assert!(
                    mine >= acked && mine <= acked + 2,
                    "{mine} of {of_base}, {acked}"
                );
            }
        };
        check(&mut store);
        assert_eq!(store.check().unwrap().findings, []);
        // The packing goes on where it was, by whoever comes next.
        store.tidy(|| false).unwrap();
        check(&mut store);
        assert_eq!(store.check().unwrap().findings, []);
        drop(store);
        assert!(envelopes(&program.data) < loose);
        assert!(program.ok(&["doctor"]).contains("Nothing is wrong."));
    }
    println!(
        "{kills} processes killed, {acks} edits acknowledged besides {}, none lost; {packed} had packed something, {midway} in between",
        base.len()
    );
}

/// Bytes that stand in the file for a person: of their documents, what is sealed, and what packs hold. The ends of them, since what an
/// envelope begins with stands in others' too.
fn traces(dir: &Path, person: &PersonId) -> Vec<Vec<u8>> {
    let db = rusqlite::Connection::open(team_file(dir)).unwrap();
    let team: [u8; 32] = db
        .query_row("SELECT value FROM meta WHERE name = 'team'", [], |r| {
            r.get(0)
        })
        .unwrap();
    let mut all: Vec<Vec<u8>> = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|k| k.is_personal()) {
        let id = DocId::of(&TeamId(team), &DocRef::of(kind, person), 0);
        for sql in [
            "SELECT e.bytes FROM envelopes e JOIN documents d ON d.id = e.doc WHERE d.doc = ?1",
            "SELECT sealed FROM views v JOIN documents d ON d.id = v.doc WHERE d.doc = ?1",
            "SELECT p.bytes FROM packs p JOIN documents d ON d.id = p.doc WHERE d.doc = ?1",
            "SELECT s.sealed FROM summaries s JOIN documents d ON d.person = s.person WHERE d.doc = ?1",
            "SELECT reference FROM documents WHERE doc = ?1",
            "SELECT sealed FROM keys WHERE home = ?1",
            "SELECT doc FROM documents WHERE doc = ?1",
        ] {
            let mut statement = db.prepare(sql).unwrap();
            let found = statement.query_map([&id.0[..]], |r| r.get(0)).unwrap();
            all.extend(found.map(Result::unwrap));
        }
    }
    for trace in &mut all {
        trace.drain(..trace.len().saturating_sub(64));
    }
    all
}

/// How many of the traces stand in any file of the folder: any 24 bytes of one are enough.
fn found(dir: &Path, traces: &[Vec<u8>]) -> usize {
    let files = files(dir);
    let windows: HashSet<&[u8]> = files.values().flat_map(|f| f.windows(24)).collect();
    let stands = |t: &&Vec<u8>| t.windows(24).any(|w| windows.contains(w));
    traces.iter().filter(stands).count()
}

#[test]
fn a_kill_in_the_midst_of_a_destruction_leaves_it_to_be_done_again() {
    let seed = small::wanted("GUILDHALL_SEED", 1);
    let kills = small::wanted("GUILDHALL_TIDY_KILLS", PLAIN);
    println!("{kills} kills while destroying, seed {seed}");
    let Some(shim) = Shim::build() else { return };
    let mut dice = Dice(seed);
    let root = tempfile::tempdir().unwrap();
    let program = small::imported(root.path());
    let later = |days: u64| Program {
        env: shim.days_ahead(days),
        ..program.clone()
    };
    let mut store = Store::open(&program.data).unwrap();
    let people = small::people(&mut store);
    for i in 0..60 {
        store
            .commit(&note(&people[1 + i % 2], &format!("talk-{i}")))
            .unwrap();
    }
    for person in &people[1..] {
        store.pack_document(&record(person)).unwrap();
        store.commit(&note(person, "after")).unwrap();
    }
    drop(store);
    let traces = traces(&program.data, &people[1]);
    assert!(traces.len() > 30, "{}", traces.len());
    program.ok(&["person", "erase", PEOPLE[1], "--yes"]);
    let stays = |program: &Program| program.view(&["show", "person", PEOPLE[2]]).unwrap();
    let stayed = stays(&program);
    // The clock has to say so twice, and not to be put right in between.
    later(8).ok(&["show", "overview"]);
    assert_eq!(found(&program.data, &traces), traces.len());
    let before = files(&program.data);
    let began = Instant::now();
    later(16).ok(&["show", "overview"]);
    let takes = u64::try_from(began.elapsed().as_micros()).unwrap();
    assert_eq!(
        found(&program.data, &traces),
        0,
        "it is destroyed when nobody kills"
    );

    let mut stages: BTreeMap<String, u64> = BTreeMap::new();
    for _ in 0..kills {
        put_back(&program.data, &before);
        let mut child = later(16)
            .command(small::DAY, &["show", "overview"])
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(dice.below(takes)));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let left = found(&program.data, &traces);
        envelopes(&program.data);
        // Whoever opens it next has it done.
        assert!(later(16).ok(&["doctor"]).contains("Nothing is wrong."));
        let doctor = later(16).view(&["doctor"]).unwrap();
        let stage = doctor["erasures"][0]["stage"].as_str().unwrap().to_owned();
        assert_eq!(stage, "destroyed", "{doctor}");
        assert_eq!(found(&program.data, &traces), 0);
        assert_eq!(stays(&later(16)), stayed);
        let what = match (status.code(), left) {
            (Some(_), _) => "ended before the kill",
            (None, 0) => "killed when nothing was left",
            (None, left) if left < traces.len() => "killed in between",
            (None, _) => "killed when all was there",
        };
        *stages.entry(what.to_owned()).or_default() += 1;
    }
    println!(
        "{} traces; {stages:?}; of the person nothing is left once it has run again",
        traces.len()
    );
}
