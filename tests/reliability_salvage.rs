//! What is left of a file that was cut off: every command says what to do, `doctor` says what can be read and what is lost, and
//! `doctor --repair` makes a sound file of exactly that, whatever fails or kills it on the way.
//!
//! `GUILDHALL_CUTS` says at how many page ends a small team's file is cut (`all`: each), and a twentieth of it at how many a large one's;
//! `GUILDHALL_CUT_PEOPLE` how many people the large one has, `GUILDHALL_WRITES` how many calls of a repair fail or are its last, and
//! `GUILDHALL_SEED` which.

mod common;

use common::folder::copy;
use common::shim::{EIO, ENOSPC, Fault, Mode, Shim};
use common::small::{self, Dice, Program, Ran};
use guildhall::document::{DocRef, Kind, Rows};
use guildhall::store::{Store, team_file};
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Page ends at which a plain `cargo test` cuts a small team's file, and a large one's.
const CUTS: u64 = 14;
const LARGE_CUTS: u64 = 5;
/// People of the large team there.
const PEOPLE: u64 = 60;
/// Bytes of a page.
const PAGE: u64 = 4096;

/// What the envelopes of a file are, and what its documents say.
struct Held {
    /// Hashes of the envelopes by document.
    envelopes: BTreeMap<DocRef, BTreeSet<[u8; 32]>>,
    rows: BTreeMap<DocRef, Rows>,
}

fn held(data: &Path) -> Held {
    let mut store = Store::open(data).unwrap();
    let docs = store.documents().unwrap();
    let db =
        Connection::open_with_flags(team_file(data), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut envelopes = BTreeMap::new();
    for doc in &docs {
        let id = guildhall::log::DocId::of(&store.team_id(), doc, 0);
        let mut of = db
            .prepare(
                "SELECT hash FROM envelopes WHERE doc = (SELECT id FROM documents WHERE doc = ?1)",
            )
            .unwrap();
        let hashes = of.query_map([&id.0[..]], |r| r.get(0)).unwrap();
        envelopes.insert(doc.clone(), hashes.map(Result::unwrap).collect());
    }
    let rows = docs
        .into_iter()
        .map(|doc| (doc.clone(), store.rows(&doc).unwrap()))
        .collect();
    Held { envelopes, rows }
}

fn private(data: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = data;
}

/// How a cut file ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Every envelope is there.
    Whole,
    /// Some documents are whole, or as they were at an earlier time.
    Part,
    /// The record of rights alone: the device is the same and hears the rest from others.
    Rights,
    /// Nothing can be proven any more.
    Refused,
}

/// One team, whose file is cut again and again.
struct Case {
    root: tempfile::TempDir,
    program: Program,
    bytes: Vec<u8>,
    held: Held,
}

impl Case {
    fn new(make: impl FnOnce(&Path) -> Program) -> Self {
        let root = tempfile::tempdir().unwrap();
        let program = make(root.path());
        let held = held(&program.data);
        let bytes = std::fs::read(team_file(&program.data)).unwrap();
        copy(&program.data, &root.path().join("whole"));
        let case = Self {
            root,
            program,
            bytes,
            held,
        };
        assert!(case.kept().is_empty());
        case
    }

    fn pages(&self) -> u64 {
        self.bytes.len() as u64 / PAGE
    }

    /// Everything beside the team's folder that a repair made.
    fn kept(&self) -> Vec<PathBuf> {
        let data = self.program.data.file_name().unwrap().to_str().unwrap();
        let entries = std::fs::read_dir(self.root.path()).unwrap();
        let paths = entries.map(|e| e.unwrap().path()).filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(&format!("{data}."))
        });
        paths.collect()
    }

    /// Puts the team back with a file of so many pages.
    fn cut(&self, pages: u64) {
        for path in self.kept().iter().chain([&self.program.data]) {
            let _ = std::fs::remove_dir_all(path);
        }
        copy(&self.root.path().join("whole"), &self.program.data);
        private(&self.program.data);
        std::fs::write(team_file(&self.program.data), self.cut_bytes(pages)).unwrap();
    }

    fn cut_bytes(&self, pages: u64) -> &[u8] {
        &self.bytes[..(pages * PAGE) as usize]
    }

    /// Cuts the file, looks, repairs, and compares.
    fn judge(&self, pages: u64) -> Result<End, String> {
        self.cut(pages);
        let file = team_file(&self.program.data);
        for args in [&["show", "overview"][..], &["export", "team", "out"]] {
            let ran = self.program.run(args);
            ran.behaved()?;
            let says = match pages {
                0 => "missing or empty",
                _ => "guildhall doctor --repair",
            };
            if ran.done() || !ran.err.contains(says) {
                return Err(format!("{args:?} on a cut file: {ran:?}"));
            }
        }
        let looked = self.program.run(&["doctor"]);
        looked.behaved()?;
        if looked.done() || std::fs::read(&file).unwrap() != self.cut_bytes(pages) {
            return Err(format!("looking is to change nothing: {looked:?}"));
        }
        if !self.kept().is_empty() {
            return Err(format!("looking left something: {:?}", self.kept()));
        }
        let repaired = self.program.run(&["doctor", "--repair"]);
        repaired.behaved()?;
        let kept = self.kept();
        if repaired.out.is_empty() {
            let same = kept.is_empty() && std::fs::read(&file).unwrap() == self.cut_bytes(pages);
            return match same && repaired.err.contains("put ") {
                true => Ok(End::Refused),
                false => Err(format!("refused: {repaired:?}, {kept:?}")),
            };
        }
        match &kept[..] {
            [kept] if std::fs::read(team_file(kept)).unwrap() == self.cut_bytes(pages) => {}
            other => return Err(format!("the damaged folder is to be kept: {other:?}")),
        }
        self.compare(&looked, &repaired)
    }

    /// Nothing is in the new file that was not in the old one, what is whole says the same, and what is not is named.
    fn compare(&self, looked: &Ran, repaired: &Ran) -> Result<End, String> {
        let now = held(&self.program.data);
        let (mut whole, mut some) = (true, false);
        for (doc, had) in &self.held.envelopes {
            let none = BTreeSet::new();
            let has = now.envelopes.get(doc).unwrap_or(&none);
            if !has.is_subset(had) {
                return Err(format!("{doc:?} has envelopes that it never had"));
            }
            some |= !has.is_empty();
            if has == had {
                if now
                    .rows
                    .get(doc)
                    .is_some_and(|rows| rows != &self.held.rows[doc])
                {
                    return Err(format!("{doc:?} has all envelopes and says something else"));
                }
                continue;
            }
            whole = false;
            let name = match &doc.person {
                Some(person) => format!("the document “{}” of person {person}", doc.kind.name()),
                None => format!("the document “{}”", doc.kind.name()),
            };
            for ran in [looked, repaired] {
                let named = ran.out.lines().any(|l| l.contains(&name));
                if !named && !ran.out.contains("this list may not be all") {
                    return Err(format!(
                        "{name} lost something, and it is not said: {}",
                        ran.out
                    ));
                }
            }
        }
        let healthy = self.program.run(&["doctor"]);
        healthy.behaved()?;
        let bad = healthy
            .out
            .lines()
            .find(|l| l.starts_with("Wrong: ") && !l.contains("missing since a repair"));
        if let Some(bad) = bad {
            return Err(format!("not sound after the repair: {bad}"));
        }
        let shown = self.program.run(&["show", "overview"]);
        shown.behaved()?;
        let warned = shown.err.contains("figures may be incomplete") && !shown.done();
        if !whole && !warned {
            return Err(format!("shown as if it were whole: {shown:?}"));
        }
        // Said until it is taken as lost.
        let taken = self.program.run(&["doctor", "--repair"]);
        let shown = self.program.run(&["show", "overview"]);
        if taken.out.contains("Wrong: ") || !shown.done() {
            return Err(format!("not to be taken as lost: {taken:?}, {shown:?}"));
        }
        Ok(match (whole, some) {
            (true, _) => End::Whole,
            (_, true) => End::Part,
            (_, false) => End::Rights,
        })
    }
}

/// Cuts at some page ends, all of them where there are no more than wanted.
fn cuts(case: &Case, wanted: u64) -> BTreeMap<End, Vec<u64>> {
    let seed = small::wanted("GUILDHALL_SEED", 1);
    let mut dice = Dice(seed);
    // One place in each of as many stretches of equal length.
    let (pages, wanted) = (case.pages(), wanted.min(case.pages()));
    let start = |i: u64| i * pages / wanted;
    let places = (0..wanted).map(|i| start(i) + dice.below(start(i + 1) - start(i)));
    let mut ends: BTreeMap<End, Vec<u64>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for pages in places {
        match case.judge(pages) {
            Ok(end) => ends.entry(end).or_default().push(pages),
            Err(why) => wrong.push(format!("cut after {pages} pages: {why}")),
        }
    }
    let counts: BTreeMap<_, _> = ends.iter().map(|(end, at)| (end, at.len())).collect();
    println!(
        "{} pages, cut (seed {seed}): {counts:?}; where: {ends:?}",
        case.pages()
    );
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    ends
}

#[test]
fn of_a_small_team_that_was_cut_off_what_is_left_is_read_and_the_rest_is_named() {
    let case = Case::new(small::with_history);
    let ends = cuts(&case, small::wanted("GUILDHALL_CUTS", CUTS));
    // Only where not even the record of rights is left is nothing made of it.
    let refused = ends.get(&End::Refused);
    assert!(refused.is_none_or(|at| at.iter().all(|pages| *pages < 3)));
}

#[test]
fn of_a_large_team_that_was_cut_off_most_cuts_leave_a_readable_part() {
    let people = small::wanted("GUILDHALL_CUT_PEOPLE", PEOPLE);
    let case = Case::new(|root| {
        let data = root.join("data");
        let program = Program::on(&data);
        program.ok(&[
            "generate",
            "--people",
            &people.to_string(),
            data.to_str().unwrap(),
        ]);
        program
    });
    let wanted = small::wanted("GUILDHALL_CUTS", LARGE_CUTS).min(LARGE_CUTS.max(case.pages() / 20));
    let ends = cuts(&case, wanted);
    let readable: usize = [End::Whole, End::Part]
        .iter()
        .filter_map(|end| Some(ends.get(end)?.len()))
        .sum();
    assert!(readable * 2 > wanted as usize, "{ends:?}");
}

/// Calls of a repair that fail in a plain `cargo test`, or are its last.
const FAULTS: u64 = 60;

impl Case {
    /// What the team is after a repair that failed or was killed: as it was, or repaired.
    fn is_repaired(&self, pages: u64) -> Result<bool, String> {
        let file = std::fs::read(team_file(&self.program.data)).map_err(|e| e.to_string())?;
        let looked = self.program.run(&["doctor"]);
        looked.behaved()?;
        let damaged = looked.out.contains("pages of the team's file are missing");
        let kept = self.kept();
        let is_old = |path: &PathBuf| {
            std::fs::read(team_file(path)).is_ok_and(|b| b == self.cut_bytes(pages))
        };
        match (file == self.cut_bytes(pages), damaged) {
            (true, true) => Ok(false),
            (false, false) if kept.iter().any(is_old) => Ok(true),
            _ => Err(format!("neither: {looked:?}, {kept:?}")),
        }
    }

    fn try_fault(&self, shim: &Shim, pages: u64, fault: Fault) -> Result<&'static str, String> {
        self.cut(pages);
        let failing = Program {
            env: shim.env(self.root.path(), fault),
            ..self.program.clone()
        };
        let ran = failing.run(&["doctor", "--repair"]);
        let calls = shim.calls();
        let failed = calls.iter().any(|line| line.ends_with(" failed"));
        if fault.mode != Mode::Kill {
            ran.behaved()?;
        } else if ran.status.is_some() == failed {
            return Err(format!("it was to be killed: {ran:?}"));
        }
        let repaired = self.is_repaired(pages)?;
        let said = ran.out.contains("Repaired: ");
        if said != repaired && fault.mode != Mode::Kill {
            return Err(format!("it says the other thing: {ran:?}"));
        }
        let wanted = ["full", "No space left"];
        let named = fault.errno != ENOSPC || wanted.iter().any(|w| ran.err.contains(w));
        if !repaired && fault.mode != Mode::Kill && !named {
            return Err(format!("a full disk is to be called so: {}", ran.err));
        }
        if !repaired {
            let again = self.program.run(&["doctor", "--repair"]);
            if !again.out.contains("Repaired: ") || !self.is_repaired(pages)? {
                return Err(format!("not with a well disk either: {again:?}"));
            }
        }
        Ok(match (repaired, failed) {
            (true, true) => "repaired all the same",
            (true, false) => "not reached",
            (false, _) => "as it was, and repaired afterwards",
        })
    }
}

/// Whichever call of a repair fails, or is the last before a SIGKILL, the folder is as it was or repaired.
#[test]
#[cfg(target_os = "linux")]
fn a_repair_that_fails_or_is_killed_leaves_the_old_or_the_new() {
    let Some(shim) = Shim::build() else { return };
    let case = Case::new(small::with_history);
    let pages = case.pages() - 2;
    case.cut(pages);
    let counted = Program {
        env: shim.env(case.root.path(), Fault::NONE),
        ..case.program.clone()
    };
    let ran = counted.run(&["doctor", "--repair"]);
    assert!(ran.out.contains("Repaired: "), "{ran:?}");
    let calls = shim.calls().len() as u64;
    assert!(calls > 30, "{calls}");
    let mut cases = Vec::new();
    for at in 1..=calls {
        for (errno, mode) in [
            (EIO, Mode::Once),
            (ENOSPC, Mode::On),
            (ENOSPC, Mode::Half),
            (EIO, Mode::Kill),
        ] {
            cases.push(Fault { at, errno, mode });
        }
    }
    let seed = small::wanted("GUILDHALL_SEED", 1);
    let (mut dice, all) = (Dice(seed), cases.len());
    while cases.len() as u64 > small::wanted("GUILDHALL_WRITES", FAULTS) {
        cases.swap_remove(dice.below(cases.len() as u64) as usize);
    }
    let (tried, mut ends, mut wrong) = (cases.len(), BTreeMap::new(), Vec::new());
    for fault in cases {
        match case.try_fault(&shim, pages, fault) {
            Ok(end) => *ends.entry(end).or_insert(0) += 1,
            Err(why) => wrong.push(format!("{fault}: {why}")),
        }
    }
    println!("{calls} calls in a repair, {tried} of {all} cases tried (seed {seed}): {ends:?}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What SQLite's log holds is read as well, though the file itself is short.
#[test]
fn what_stands_in_the_log_alone_is_read_too() {
    let root = tempfile::tempdir().unwrap();
    let program = small::with_history(root.path());
    let whole = held(&program.data);
    // A program that has the team open keeps the log from being taken over.
    let db = Connection::open(team_file(&program.data)).unwrap();
    db.query_row("SELECT count(*) FROM envelopes", [], |_| Ok(()))
        .unwrap();
    program.ok(&["review", "elm", "kiln", "5"]);
    let copied = root.path().join("copied");
    copy(&program.data, &copied);
    private(&copied);
    drop(db);
    let log = copied.join("team.db-wal");
    assert!(std::fs::metadata(&log).unwrap().len() > PAGE);
    let _ = std::fs::remove_file(copied.join("team.db-shm"));
    // The page with the tables' names is nonsense in the file and in the log.
    for path in [team_file(&copied), log] {
        let mut bytes = std::fs::read(&path).unwrap();
        let begin = b"SQLite format 3\0";
        let mut at = 0;
        while let Some(found) = bytes[at..].windows(16).position(|w| w == begin) {
            bytes[at + found..at + found + 100].fill(0xa5);
            at += found + 100;
        }
        std::fs::write(&path, bytes).unwrap();
    }
    let program = Program::on(&copied);
    let ran = program.run(&["doctor", "--repair"]);
    ran.behaved().unwrap();
    let now = held(&copied);
    let elm = now.rows.keys().find(|doc| {
        doc.kind == Kind::Record
            && now.envelopes[*doc].len() == whole.envelopes.get(*doc).map_or(0, BTreeSet::len) + 1
    });
    assert!(elm.is_some(), "{ran:?}");
}
