//! Damage: bytes of a team's file are changed or its end is cut off. The program never panics, and what it shows is right, or it says
//! what it cannot show.
//!
//! `GUILDHALL_FLIPS` says how many bytes of the file are flipped, `GUILDHALL_HEADER` how many of one envelope (`all`: each of header and
//! signature), `GUILDHALL_CUTS` at how many page ends the file is cut and how many pages are overwritten (`all`: each), and `GUILDHALL_SEED`
//! which.

mod common;

use common::folder::copy;
use common::small::{self, Dice, PEOPLE, Program, Shown};
use guildhall::document::{DocRef, Edit, Kind, Op, Rows, Scalar};
use guildhall::domain::{Person, Team};
use guildhall::log::envelope::{HEADER_LEN, SIGNATURE_LEN};
use guildhall::log::{DocId, TeamId};
use guildhall::store::{Store, StoreError, team_file};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Bytes that a plain `cargo test` flips.
const FLIPS: u64 = 80;
/// Bytes of one envelope that it flips.
const HEADER: u64 = 40;
/// Pages at whose end it cuts, and that it overwrites.
const CUTS: u64 = 8;
/// Bytes of a page of the file.
const PAGE: u64 = 4096;

fn put_back(whole: &Path, data: &Path) {
    let _ = std::fs::remove_dir_all(data);
    copy(whole, data);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
}

/// What became of a damaged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Everything is shown as it was, and nothing is said.
    Whole,
    /// Everything is shown as it was, and the examination names the damage.
    WholeAndFound,
    /// Some of it is shown as it was; for the rest the program says why not.
    Partly,
    /// Nothing is shown; the program says why not.
    Refused,
}

/// Looks at a damaged folder through every command that shows something.
fn judge(program: &Program, right: &Shown) -> Result<End, String> {
    let (mut shown, mut refused) = (0, Vec::new());
    for args in small::views() {
        match program.view(&args) {
            Ok(view) if view == right[&args.join(" ")] => shown += 1,
            Ok(view) => {
                return Err(format!(
                    "{args:?} shows something else: {}",
                    difference(&right[&args.join(" ")], &view)
                ));
            }
            Err(ran) => {
                ran.behaved()?;
                refused.push(ran.err);
            }
        }
    }
    let doctor = program.run(&["doctor"]);
    doctor.behaved()?;
    if !refused.is_empty() && doctor.done() {
        return Err(format!(
            "the examination finds nothing, and yet: {}",
            refused[0]
        ));
    }
    if let Some(vague) = refused
        .iter()
        .chain([&doctor.err])
        .find(|said| !said.is_empty() && !helps(said))
    {
        return Err(format!("what to do next is not said: {vague}"));
    }
    Ok(match (shown, refused.len(), doctor.done()) {
        (_, 0, true) => End::Whole,
        (_, 0, false) => End::WholeAndFound,
        (0, _, _) => End::Refused,
        _ => End::Partly,
    })
}

/// Whether a message says what to do next.
fn helps(said: &str) -> bool {
    [
        "copy",
        "put ",
        "doctor",
        "guildhall init",
        "newer guildhall",
        "try again",
    ]
    .iter()
    .any(|next| said.contains(next))
}

/// The first place where two answers differ.
fn difference(right: &serde_json::Value, shown: &serde_json::Value) -> String {
    use serde_json::Value::{Array, Object};
    match (right, shown) {
        (Object(a), Object(b)) => {
            let keys = a.keys().chain(b.keys());
            let at = keys.into_iter().find(|k| a.get(*k) != b.get(*k)).unwrap();
            let null = serde_json::Value::Null;
            format!(
                "{at}.{}",
                difference(a.get(at).unwrap_or(&null), b.get(at).unwrap_or(&null))
            )
        }
        (Array(a), Array(b)) if a.len() == b.len() => {
            let at = (0..a.len()).find(|i| a[*i] != b[*i]).unwrap();
            format!("{at}.{}", difference(&a[at], &b[at]))
        }
        _ => format!(" {right} became {shown}")
            .chars()
            .take(300)
            .collect(),
    }
}

struct Tally {
    ends: BTreeMap<End, usize>,
    wrong: Vec<String>,
}

impl Tally {
    fn assert_right(&self) {
        let wrong = &self.wrong;
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// Damages a copy of the file in each way and looks at it.
fn each<T: std::fmt::Display>(
    ways: impl Iterator<Item = T>,
    damage: impl Fn(&mut Vec<u8>, &T),
) -> Tally {
    let root = tempfile::tempdir().unwrap();
    let program = small::with_history(root.path());
    let right = program.shown().unwrap();
    assert!(program.ok(&["doctor"]).contains("Nothing is wrong."));
    let whole = root.path().join("whole");
    copy(&program.data, &whole);
    let bytes = std::fs::read(team_file(&whole)).unwrap();
    let mut tally = Tally {
        ends: BTreeMap::new(),
        wrong: Vec::new(),
    };
    for way in ways {
        put_back(&whole, &program.data);
        let mut bad = bytes.clone();
        damage(&mut bad, &way);
        std::fs::write(team_file(&program.data), &bad).unwrap();
        match judge(&program, &right) {
            Ok(end) => *tally.ends.entry(end).or_default() += 1,
            Err(why) => tally.wrong.push(format!("{way}: {why}")),
        }
    }
    tally
}

#[test]
fn a_flipped_byte_anywhere_is_never_shown_as_right() {
    let seed = small::wanted("GUILDHALL_SEED", 1);
    let flips = small::wanted("GUILDHALL_FLIPS", FLIPS);
    let mut dice = Dice(seed);
    let ways = (0..flips).map(|_| Flip(dice.next(), 1 << dice.below(8)));
    let tally = each(ways, |bytes, Flip(at, bit)| {
        let at = (*at % bytes.len() as u64) as usize;
        bytes[at] ^= bit;
    });
    println!("{flips} flipped bytes (seed {seed}): {:?}", tally.ends);
    tally.assert_right();
}

/// A place, to be taken modulo the file's length, and a bit.
struct Flip(u64, u8);

impl std::fmt::Display for Flip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "flip {:#x} at {}", self.1, self.0)
    }
}

/// Some of a file's pages, or all of them, chosen by a seed.
fn pages(seed: u64) -> Vec<u64> {
    let root = tempfile::tempdir().unwrap();
    let length = std::fs::metadata(team_file(&small::with_history(root.path()).data))
        .unwrap()
        .len();
    let count = length / PAGE;
    let wanted = small::wanted("GUILDHALL_CUTS", CUTS).min(count) as usize;
    let mut dice = Dice(seed);
    let mut places: Vec<u64> = (0..count).collect();
    while places.len() > wanted {
        places.swap_remove(dice.below(places.len() as u64) as usize);
    }
    places
}

#[test]
fn a_file_that_was_cut_off_is_never_shown_as_whole() {
    let seed = small::wanted("GUILDHALL_SEED", 1);
    let pages = pages(seed);
    let cuts = pages.len();
    let tally = each(pages.into_iter(), |bytes, page| {
        bytes.truncate((page * PAGE) as usize);
    });
    println!("cut off after {cuts} pages (seed {seed}): {:?}", tally.ends);
    tally.assert_right();
    assert!(!tally.ends.contains_key(&End::Whole));
}

#[test]
fn a_page_of_zeros_or_of_nonsense_is_never_shown_as_right() {
    let seed = small::wanted("GUILDHALL_SEED", 1);
    for nonsense in [false, true] {
        let pages = pages(seed);
        let count = pages.len();
        let tally = each(pages.into_iter(), |bytes, page| {
            let mut dice = Dice(seed ^ page);
            let at = (page * PAGE) as usize;
            for byte in &mut bytes[at..at + PAGE as usize] {
                *byte = if nonsense { dice.next() as u8 } else { 0 };
            }
        });
        let what = if nonsense { "nonsense" } else { "zeros" };
        println!("{count} pages of {what} (seed {seed}): {:?}", tally.ends);
        tally.assert_right();
    }
}

/// Everything that the library shows.
fn everything(store: &mut Store) -> (Team, Vec<Option<Person>>, Vec<Rows>) {
    let team = store.team().unwrap();
    let ids: Vec<_> = team.people.iter().map(|p| p.id.clone()).collect();
    let people = ids.iter().map(|id| store.person(id).unwrap()).collect();
    let kinds = [Kind::Card, Kind::SelfRecord, Kind::Record, Kind::Plan];
    let docs = ids
        .iter()
        .flat_map(|id| kinds.map(|kind| DocRef::of(kind, id)));
    let rows = docs.map(|doc| store.rows(&doc).unwrap()).collect();
    (team, people, rows)
}

#[test]
fn whichever_byte_of_an_envelope_is_flipped_everything_is_still_shown_and_the_document_named() {
    let root = tempfile::tempdir().unwrap();
    let program = small::with_history(root.path());
    let mut store = Store::open(&program.data).unwrap();
    let right = everything(&mut store);
    let elm = right
        .0
        .people
        .iter()
        .find(|p| p.handle == PEOPLE[1])
        .unwrap()
        .id
        .clone();
    let record = DocRef::of(Kind::Record, &elm);
    let db = Connection::open(team_file(&program.data)).unwrap();
    let team: [u8; 32] = db
        .query_row("SELECT value FROM meta WHERE name = 'team'", [], |r| {
            r.get(0)
        })
        .unwrap();
    let id = DocId::of(&TeamId(team), &record, 0);
    let (n, bytes): (i64, Vec<u8>) = db
        .query_row(
            "SELECT n, bytes FROM envelopes WHERE doc = (SELECT id FROM documents WHERE doc = ?1) ORDER BY n LIMIT 1",
            [&id.0[..]],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .unwrap();
    drop(store);
    let put = |bytes: &[u8]| {
        db.execute(
            "UPDATE envelopes SET bytes = ?2 WHERE n = ?1",
            rusqlite::params![n, bytes],
        )
        .unwrap();
    };
    let edit = Edit {
        label: "on top".into(),
        ops: vec![Op {
            doc: record,
            table: "meetings".into(),
            row: "top".into(),
            field: "notes".into(),
            value: Scalar::text("on top"),
        }],
        stood: Vec::new(),
    };
    let seed = small::wanted("GUILDHALL_SEED", 1);
    let signed = HEADER_LEN + SIGNATURE_LEN;
    let mut places: Vec<usize> = (0..signed)
        .chain((signed..bytes.len()).step_by(7))
        .collect();
    let wanted = small::wanted("GUILDHALL_HEADER", HEADER);
    let mut dice = Dice(seed);
    while places.len() as u64 > wanted {
        places.swap_remove(dice.below(places.len() as u64) as usize);
    }
    let tried = places.len();
    for at in places {
        let mut bad = bytes.clone();
        bad[at] ^= 1 << (at % 8);
        put(&bad);
        let mut store = Store::open(&program.data).unwrap();
        assert!(everything(&mut store) == right, "byte {at}");
        let findings = store.check().unwrap().findings;
        assert_eq!(findings.len(), 1, "byte {at}: {findings:?}");
        assert!(
            findings[0].what.contains(&format!("at envelope {n}")),
            "byte {at}: {findings:?}"
        );
        // Nothing is written on top of what cannot be checked.
        let error = store.commit(&edit).unwrap_err();
        assert!(
            matches!(error, StoreError::Envelope { .. }),
            "byte {at}: {error}"
        );
    }
    put(&bytes);
    let mut store = Store::open(&program.data).unwrap();
    assert_eq!(store.check().unwrap().findings, []);
    println!(
        "{tried} bytes of one envelope flipped, one by one: everything was shown, and the damage named"
    );
}

/// The id of a document stands in its row and in two indexes. Where one of them is damaged the document is not shown as empty.
#[test]
fn a_document_whose_id_is_damaged_is_not_shown_as_empty() {
    let root = tempfile::tempdir().unwrap();
    let program = small::with_history(root.path());
    let right = program.shown().unwrap();
    let whole = root.path().join("whole");
    copy(&program.data, &whole);
    let bytes = std::fs::read(team_file(&whole)).unwrap();
    let db = Connection::open(team_file(&program.data)).unwrap();
    let mut statement = db.prepare("SELECT doc FROM documents").unwrap();
    let ids = statement
        .query_map([], |r| r.get::<_, [u8; 32]>(0))
        .unwrap();
    let ids: Vec<[u8; 32]> = ids.map(Result::unwrap).collect();
    drop(statement);
    drop(db);
    let mut ends: BTreeMap<End, usize> = BTreeMap::new();
    for id in &ids {
        let places: Vec<usize> = (0..bytes.len() - 32)
            .filter(|at| bytes[*at..*at + 32] == id[..])
            .collect();
        assert!(
            places.len() >= 3,
            "in the row and in two indexes: {places:?}"
        );
        for at in places {
            put_back(&whole, &program.data);
            let mut bad = bytes.clone();
            bad[at + 31] ^= 1;
            std::fs::write(team_file(&program.data), &bad).unwrap();
            let end = judge(&program, &right).unwrap_or_else(|why| panic!("byte {at}: {why}"));
            *ends.entry(end).or_default() += 1;
        }
    }
    println!(
        "the ids of {} documents, each place damaged: {ends:?}",
        ids.len()
    );
}

/// Without the record of rights nothing can be written, and everything that was read out before is still shown.
#[test]
fn a_damaged_record_of_rights_takes_no_reading_with_it() {
    let root = tempfile::tempdir().unwrap();
    let program = small::with_history(root.path());
    let right = program.shown().unwrap();
    let db = Connection::open(team_file(&program.data)).unwrap();
    db.execute("UPDATE authority SET entry = zeroblob(length(entry))", [])
        .unwrap();
    drop(db);
    assert_eq!(judge(&program, &right), Ok(End::WholeAndFound));
    let refused = program.run(&["review", "elm", "kiln", "5"]);
    refused.behaved().unwrap();
    assert!(refused.err.contains("copy the folder away"), "{refused:?}");
    assert_eq!(program.shown().unwrap(), right);
}

/// A key file that was changed opens nothing, whichever byte it is.
#[test]
fn a_changed_key_file_is_named() {
    let root = tempfile::tempdir().unwrap();
    let program = small::with_history(root.path());
    let key: PathBuf = guildhall::store::key_file(&program.data);
    let bytes = std::fs::read(&key).unwrap();
    for at in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        std::fs::write(&key, bad).unwrap();
        let ran = program.run(&["show", "overview"]);
        ran.behaved().unwrap();
        assert!(
            ran.err.contains("key file") && ran.err.contains("put the right one back"),
            "{ran:?}"
        );
    }
}
