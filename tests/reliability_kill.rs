//! Kill: two long-lived handles and a row of commands write to one data folder and are killed with SIGKILL at seeded moments. After each
//! kill every edit that was acknowledged is there, whole, no place in a log is taken twice, and the examination finds nothing wrong.
//!
//! `GUILDHALL_KILLS` says how many processes are killed, `GUILDHALL_SEED` when. The moments depend on the machine too: a seed makes the
//! same choices, not the same run.

#![cfg(unix)]

mod common;

use common::small::{self, Dice, Program};
use guildhall::document::{DocRef, Edit, Kind, Op, Scalar};
use guildhall::domain::PersonId;
use guildhall::log::Envelope;
use guildhall::store::{Store, StoreError, team_file};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Processes that a plain `cargo test` kills.
const PLAIN: u64 = 36;
/// A folder serves for so many kills, since every check reads all that was ever written.
const KILLS_A_FOLDER: u64 = 12;
/// Nothing that is waited for takes so long.
const WATCHDOG: Duration = Duration::from_secs(120);
/// Tells a process of this test program which folder to write to, and under which name.
const WRITER: &str = "GUILDHALL_TEST_WRITER";

/// What was acknowledged: (document, row) of a note, or a day with the command that gave a mark on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ack {
    Note(usize, String),
    Mark(&'static str, String),
}

type Acks = Arc<Mutex<BTreeSet<Ack>>>;

fn note(people: &[PersonId], whose: &[usize], row: &str) -> Edit {
    let ops = whose.iter().map(|i| Op {
        doc: DocRef::of(Kind::Record, &people[*i]),
        table: "meetings".into(),
        row: row.to_owned(),
        field: "notes".into(),
        value: Scalar::text(format!("said {row}")),
    });
    Edit {
        label: row.to_owned(),
        ops: ops.collect(),
        stood: Vec::new(),
    }
}

/// The work of a writing process: as the dashboard does, one handle for as long as it lives. Each line is printed after the store has
/// said that the edit is saved. Every fourth edit goes into two documents.
#[test]
#[ignore = "the kill test starts it as a process of its own"]
fn a_writer_with_one_handle() {
    let wish = std::env::var(WRITER).unwrap();
    let (name, dir) = wish.split_once('@').unwrap();
    let mut store = Store::open(Path::new(dir)).unwrap();
    let people = small::people(&mut store);
    for i in 0_u64.. {
        let row = format!("{name}-{i}");
        let whose: &[usize] = match i % 4 {
            0 => &[1, 2],
            1 | 2 => &[1],
            _ => &[2],
        };
        match store.commit(&note(&people, whose, &row)) {
            Ok(_) => whose.iter().for_each(|i| println!("\nack {i} {row} .")),
            Err(StoreError::Busy) => {}
            Err(error) => panic!("{error}"),
        }
        if i % 8 == 7 {
            store.team().unwrap();
        }
    }
}

/// One of the three writers.
enum Writer {
    Handle {
        child: Child,
        reader: JoinHandle<String>,
    },
    Commands {
        stop: Arc<AtomicBool>,
        thread: JoinHandle<bool>,
    },
}

impl Writer {
    fn handle(dir: &Path, name: &str, acks: &Acks) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "a_writer_with_one_handle",
            ])
            .env(WRITER, format!("{name}@{}", dir.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let acks = Arc::clone(acks);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                let line = line.unwrap();
                // Only a line that came whole counts.
                if let ["ack", i, row, "."] = line.split(' ').collect::<Vec<_>>()[..] {
                    let ack = Ack::Note(i.parse().unwrap(), row.to_owned());
                    acks.lock().unwrap().insert(ack);
                }
            }
            std::io::read_to_string(err).unwrap_or_default()
        });
        Self::Handle { child, reader }
    }

    /// One command after the other, each with a day of its own; one that ends with status 0 has acknowledged its mark.
    fn commands(program: &Program, days: &Arc<AtomicU64>, acks: &Acks) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (flag, program, days, acks) =
            (stop.clone(), program.clone(), days.clone(), acks.clone());
        let thread = std::thread::spawn(move || {
            loop {
                let n = days.fetch_add(1, Ordering::SeqCst);
                let day =
                    chrono::NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(n);
                let (verb, args): (_, &[&str]) = match n % 2 {
                    0 => ("review", &["review", "elm", "lathe", "7.5"]),
                    _ => ("mark", &["mark", "lathe", "6.5", "--share"]),
                };
                let mut child = program.command(&day.to_string(), args).spawn().unwrap();
                loop {
                    if let Some(status) = child.try_wait().unwrap() {
                        let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
                        assert!(
                            status.success() || said.contains("busy"),
                            "{status}: {said}"
                        );
                        if status.success() {
                            acks.lock()
                                .unwrap()
                                .insert(Ack::Mark(verb, day.to_string()));
                        }
                        break;
                    }
                    if flag.load(Ordering::SeqCst) {
                        child.kill().unwrap();
                        let status = child.wait().unwrap();
                        if status.success() {
                            acks.lock()
                                .unwrap()
                                .insert(Ack::Mark(verb, day.to_string()));
                        }
                        return !status.success();
                    }
                    std::thread::sleep(Duration::from_micros(100));
                }
                if flag.load(Ordering::SeqCst) {
                    return false;
                }
            }
        });
        Self::Commands { stop, thread }
    }

    /// Kills it; whether a living process was hit.
    fn kill(self) -> bool {
        match self {
            Self::Handle { mut child, reader } => {
                child.kill().unwrap();
                let status = child.wait().unwrap();
                let said = reader.join().unwrap();
                assert!(status.code().is_none(), "a writer ended by itself: {said}");
                true
            }
            Self::Commands { stop, thread } => {
                stop.store(true, Ordering::SeqCst);
                thread.join().unwrap()
            }
        }
    }
}

/// Opens the folder and compares it with what was acknowledged. Returns how many edits are there that nobody acknowledged: the kill came
/// between the disk and the answer.
fn examine(program: &Program, known: &BTreeSet<Ack>, at_rest: bool) -> usize {
    let mut store = Store::open(&program.data).unwrap();
    let people = small::people(&mut store);
    let record = |i: usize| DocRef::of(Kind::Record, &people[i]);
    let rows: BTreeMap<usize, _> = [1, 2].map(|i| (i, store.rows(&record(i)).unwrap())).into();
    let own = store
        .rows(&DocRef::of(Kind::SelfRecord, &people[0]))
        .unwrap();
    let days_of = |rows: &guildhall::document::Rows| -> BTreeSet<String> {
        let keys = rows.tables.get("marks").into_iter().flat_map(|t| t.keys());
        keys.filter_map(|k| k.rsplit('|').next())
            .map(str::to_owned)
            .collect()
    };
    let (reviews, marks) = (days_of(&rows[&1]), days_of(&own));
    for ack in known {
        match ack {
            Ack::Note(i, row) => {
                let claims = rows[i].claims("meetings", row, "notes");
                let values: Vec<_> = claims.iter().map(|c| &c.value).collect();
                assert_eq!(
                    values,
                    [&Scalar::text(format!("said {row}"))],
                    "{row} was acknowledged"
                );
            }
            Ack::Mark("review", day) => assert!(reviews.contains(day), "the review of {day}"),
            Ack::Mark(_, day) => assert!(marks.contains(day), "the mark of {day}"),
        }
    }
    // A step in two documents is in both or in none.
    let notes = |i: usize| -> BTreeSet<&String> {
        let rows = rows[&i]
            .tables
            .get("meetings")
            .into_iter()
            .flat_map(|t| t.keys());
        rows.filter(|r| r.contains("writer")).collect()
    };
    let in_two = |row: &&String| row.rsplit('-').next().unwrap().parse::<u64>().unwrap() % 4 == 0;
    let (first, second) = (notes(1), notes(2));
    if at_rest {
        let both = |set: &BTreeSet<&String>| {
            set.iter()
                .copied()
                .filter(in_two)
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(both(&first), both(&second), "a step is whole");
    }
    let known_notes = known.iter().filter(|a| matches!(a, Ack::Note(..))).count();
    let unasked = (first.len() + second.len()).saturating_sub(known_notes);
    assert_eq!(store.check().unwrap().findings, []);
    drop(store);
    envelopes(&program.data);
    if at_rest {
        assert!(program.ok(&["doctor"]).contains("Nothing is wrong."));
    }
    unasked
}

/// SQLite's own check, and no place of a log and no nonce twice.
fn envelopes(dir: &Path) {
    let db = rusqlite::Connection::open(team_file(dir)).unwrap();
    db.busy_timeout(WATCHDOG).unwrap();
    let ok: String = db
        .query_row("PRAGMA integrity_check", [], |r| r.get(0))
        .unwrap();
    assert_eq!(ok, "ok");
    let mut statement = db.prepare("SELECT bytes FROM envelopes").unwrap();
    let mut rows = statement.query([]).unwrap();
    let (mut places, mut nonces) = (BTreeSet::new(), BTreeSet::new());
    while let Some(row) = rows.next().unwrap() {
        let bytes: Vec<u8> = row.get(0).unwrap();
        let header = Envelope::decode(&bytes).unwrap().header;
        let actor = header.log.actor().to_string();
        assert!(
            places.insert((actor, header.seq)),
            "one place is taken twice: {header:?}"
        );
        assert!(
            nonces.insert(header.nonce),
            "one nonce is used twice: {header:?}"
        );
    }
}

fn wait_for(acks: &Acks, count: usize) {
    let since = Instant::now();
    while acks.lock().unwrap().len() < count {
        assert!(since.elapsed() < WATCHDOG, "the writers stand still");
        std::thread::sleep(Duration::from_micros(200));
    }
}

struct Tally {
    kills: u64,
    acks: usize,
    unasked: usize,
}

/// One folder's life.
fn episode(dice: &mut Dice, kills: u64, tally: &mut Tally) {
    let root = tempfile::tempdir().unwrap();
    let program = small::imported(root.path());
    let acks = Acks::default();
    let days = Arc::new(AtomicU64::new(0));
    let mut lives = 0;
    let start = |i: usize, lives: &mut usize| {
        *lives += 1;
        match i {
            2 => Writer::commands(&program, &days, &acks),
            _ => Writer::handle(&program.data, &format!("writer{i}-{lives}"), &acks),
        }
    };
    let mut writers: Vec<Option<Writer>> = (0..3).map(|i| Some(start(i, &mut lives))).collect();
    let goal = tally.kills + kills;
    while tally.kills < goal {
        let now = acks.lock().unwrap().len();
        wait_for(&acks, now + 4 + dice.below(24) as usize);
        std::thread::sleep(Duration::from_micros(dice.below(6000)));
        // All at once, so that the next to open finds the file as it fell; or one while the others go on.
        let victims = if dice.below(2) == 0 {
            0..3
        } else {
            let one = dice.below(3) as usize;
            one..one + 1
        };
        let at_rest = victims.len() == 3;
        for i in victims.clone() {
            let writer = writers[i].take().unwrap();
            tally.kills += u64::from(writer.kill());
        }
        let known = acks.lock().unwrap().clone();
        let unasked = examine(&program, &known, at_rest);
        if at_rest {
            // Of each process at most the edit in flight, which stands in two documents at most.
            assert!(unasked <= 2 * lives, "{unasked} edits that nobody made");
            tally.unasked = tally.unasked.max(unasked);
        }
        for i in victims {
            writers[i] = Some(start(i, &mut lives));
        }
    }
    for writer in writers.into_iter().flatten() {
        tally.kills += u64::from(writer.kill());
    }
    let known = acks.lock().unwrap().clone();
    examine(&program, &known, true);
    tally.acks += known.len();
    let shown = program.ok(&["show", "person", "elm", "--json"]);
    for ack in &known {
        if let Ack::Mark("review", day) = ack {
            assert!(shown.contains(day.as_str()), "the review of {day} is shown");
        }
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let seed = small::wanted("GUILDHALL_SEED", 1);
    let kills = small::wanted("GUILDHALL_KILLS", PLAIN);
    let mut tally = Tally {
        kills: 0,
        acks: 0,
        unasked: 0,
    };
    println!("{kills} kills, seed {seed}");
    let mut dice = Dice(seed);
    while tally.kills < kills {
        let left = kills - tally.kills;
        episode(&mut dice, left.min(KILLS_A_FOLDER), &mut tally);
    }
    println!(
        "{} processes killed, {} edits acknowledged, none lost; at most {} in a folder were there without an answer",
        tally.kills, tally.acks, tally.unasked
    );
}
