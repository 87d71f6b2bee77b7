//! A real full file system: a small one is mounted and filled. The message says that the disk is full, nothing acknowledged is lost,
//! reading still works, and with room again editing goes on.

#![cfg(target_os = "linux")]

mod common;

use common::small::{self, Program, Ran};
use guildhall::document::{DocRef, Edit, Kind, Op, Scalar};
use guildhall::store::{Store, StoreError};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Bytes of the file system.
const SIZE: u64 = 6 << 20;
/// A file system of which SQLite does not get a whole page where it asks for one byte of it.
const SMALL: &str = "ext4 with blocks of 1 KiB";
/// More edits than fit.
const MANY: u64 = 20_000;

/// A small file system, mounted for as long as this lives.
struct Disk {
    root: tempfile::TempDir,
}

fn run(program: &str, args: &[&str]) -> Result<(), String> {
    match Command::new(program).args(args).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )),
        Err(error) => Err(format!("{program}: {error}")),
    }
}

impl Disk {
    fn mount(kind: &str) -> Result<Self, String> {
        let root = tempfile::tempdir().unwrap();
        let point = root.path().join("disk");
        std::fs::create_dir(&point).unwrap();
        let point = point.to_str().unwrap();
        if kind == "tmpfs" {
            run(
                "mount",
                &[
                    "-t",
                    "tmpfs",
                    "-o",
                    &format!("size={SIZE},mode=700"),
                    "tmpfs",
                    point,
                ],
            )?;
        } else {
            let image = root.path().join("image");
            std::fs::File::create(&image)
                .unwrap()
                .set_len(SIZE)
                .unwrap();
            let image = image.to_str().unwrap();
            // Blocks of a page each, as file systems of a usual size have, or smaller ones.
            let block = if kind == SMALL { "1024" } else { "4096" };
            run("mkfs.ext4", &["-q", "-F", "-m", "0", "-b", block, image])?;
            run("mount", &["-o", "loop", image, point])?;
        }
        Ok(Self { root })
    }

    fn path(&self) -> PathBuf {
        self.root.path().join("disk")
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Takes room until only so many bytes are left.
    fn fill(&self, left: u64) {
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.filler())
            .unwrap();
        let free = || {
            let s = rustix::fs::statvfs(self.path()).unwrap();
            s.f_bavail * s.f_frsize
        };
        while free() > left {
            let step = (free() - left).min(64 << 10) as usize;
            if file
                .write_all(&vec![7; step])
                .and_then(|()| file.sync_all())
                .is_err()
            {
                break;
            }
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What is still mounted keeps the folder from being removed, which the tester then sees.
        let _ = run("umount", &[self.path().to_str().unwrap()]);
    }
}

/// A mark of a day of its own, so that each can be looked for.
fn review(program: &Program, n: u64) -> (String, Ran) {
    let day = chrono::NaiveDate::from_ymd_opt(1980, 1, 1).unwrap() + chrono::Days::new(n);
    let day = day.to_string();
    let output = program
        .command(&day, &["review", "elm", "lathe", "7.5"])
        .output()
        .unwrap();
    (day, output.into())
}

fn shown_days(program: &Program) -> Vec<String> {
    let report = program
        .view(&["show", "person", "elm"])
        .unwrap_or_else(|ran| panic!("{ran:?}"));
    let mut days = Vec::new();
    collect_dates(&report, &mut days);
    days
}

fn collect_dates(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|v| collect_dates(v, into)),
        Value::Object(items) => items.values().for_each(|v| collect_dates(v, into)),
        _ => {}
    }
}

/// What the examination finds, the little room not counted.
fn findings(program: &Program) -> Vec<String> {
    let ran = program.run(&["doctor", "--json"]);
    ran.behaved().unwrap();
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    let found = report["findings"].as_array().unwrap().iter();
    found
        .map(|f| f["what"].as_str().unwrap().to_owned())
        .filter(|what| !what.contains("are free"))
        .collect()
}

fn note(store: &mut Store, n: u64) -> Result<(), StoreError> {
    let team = store.team()?;
    let elm = team.people.iter().find(|p| p.handle == "elm").unwrap();
    let op = Op {
        doc: DocRef::of(Kind::Record, &elm.id),
        table: "meetings".into(),
        row: format!("full-{n}"),
        field: "notes".into(),
        value: Scalar::text(format!("note {n}: {}", "long ".repeat(100))),
    };
    store.commit(&Edit {
        label: "a note".into(),
        ops: vec![op],
        stood: Vec::new(),
    })?;
    Ok(())
}

fn noted(store: &mut Store) -> usize {
    let team = store.team().unwrap();
    let elm = team
        .people
        .iter()
        .find(|p| p.handle == "elm")
        .unwrap()
        .id
        .clone();
    let rows = store.rows(&DocRef::of(Kind::Record, &elm)).unwrap();
    rows.tables["meetings"]
        .keys()
        .filter(|k| k.starts_with("full-"))
        .count()
}

fn on(kind: &str, disk: &Disk) {
    std::fs::create_dir(disk.root.path().join("outside")).unwrap();
    let plain = disk.root.path().join("outside");
    small::write_team(&plain);
    let program = Program::on(disk.path().join("data"));
    program.ok(&["import", plain.to_str().unwrap(), "--as", "oak"]);

    // By commands, each of which opens and closes the file.
    disk.fill(300 << 10);
    let mut acknowledged = Vec::new();
    let mut refused = None;
    for n in 0..MANY {
        let (day, ran) = review(&program, n);
        ran.behaved().unwrap();
        if ran.done() {
            acknowledged.push(day);
        } else {
            refused = Some((day, ran));
            break;
        }
    }
    let (day, ran) = refused.expect("the disk fills up");
    assert!(ran.err.contains("full"), "{ran:?}");
    // Not one byte is left.
    disk.fill(0);
    let shown = shown_days(&program);
    for day in &acknowledged {
        assert!(shown.contains(day), "{day} was acknowledged");
    }
    assert!(!shown.contains(&day), "{day} was refused");
    assert_eq!(findings(&program), [""; 0]);
    let again = review(&program, MANY).1;
    again.behaved().unwrap();
    assert!(!again.done() && again.err.contains("full"), "{again:?}");
    disk.make_room();
    let (later, ran) = review(&program, MANY + 1);
    assert!(ran.done(), "{ran:?}");
    assert!(shown_days(&program).contains(&later));
    let by_commands = acknowledged.len();
    // A folder that was closed in peace, on a disk that filled up since.
    disk.fill(0);
    let shown = shown_days(&program);
    assert!(shown.contains(&later) && acknowledged.iter().all(|day| shown.contains(day)));
    disk.make_room();

    // By one handle that stays open, as the dashboard's does.
    let mut store = Store::open(&program.data).unwrap();
    let mut saved = 0;
    disk.fill(300 << 10);
    let error = loop {
        match note(&mut store, saved) {
            Ok(()) => saved += 1,
            Err(error) => break error,
        }
        assert!(saved < MANY);
    };
    disk.fill(0);
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(noted(&mut store) as u64, saved);
    // A file system may give back some of its own room a moment later.
    let second = loop {
        disk.fill(0);
        match note(&mut store, saved) {
            Ok(()) => saved += 1,
            Err(error) => break error,
        }
        assert!(saved < MANY);
    };
    assert!(second.to_string().contains("full"), "{second}");
    assert_eq!(store.team().unwrap().people.len(), small::PEOPLE.len());
    disk.make_room();
    note(&mut store, saved).unwrap();
    saved += 1;
    assert!(store.undo().unwrap().is_some());
    assert!(store.redo().unwrap().is_some());
    drop(store);
    let mut store = Store::open(&program.data).unwrap();
    assert_eq!(noted(&mut store) as u64, saved);
    drop(store);
    let shown = shown_days(&program);
    assert!(acknowledged.iter().all(|day| shown.contains(day)));
    assert_eq!(findings(&program), [""; 0]);
    println!(
        "{kind}: {by_commands} edits by commands and {saved} by one handle until it was full, none lost"
    );
}

fn with(kind: &str) {
    match Disk::mount(kind) {
        Ok(disk) => on(kind, &disk),
        Err(why) => println!("skipped: no small {kind} could be mounted ({why})"),
    }
}

#[test]
fn on_a_full_tmpfs_nothing_acknowledged_is_lost() {
    with("tmpfs");
}

#[test]
fn on_a_full_ext4_nothing_acknowledged_is_lost() {
    with("ext4");
}

#[test]
fn on_a_full_ext4_with_small_blocks_nothing_acknowledged_is_lost() {
    with(SMALL);
}

/// Whatever room is left, a program ends by itself and not by the system's hand.
#[test]
fn however_little_room_is_left_on_small_blocks_a_program_says_so() {
    let disk = match Disk::mount(SMALL) {
        Ok(disk) => disk,
        Err(why) => {
            println!("skipped: no small {SMALL} could be mounted ({why})");
            return;
        }
    };
    let plain = disk.root.path().join("outside");
    std::fs::create_dir(&plain).unwrap();
    small::write_team(&plain);
    let program = Program::on(disk.path().join("data"));
    program.ok(&["import", plain.to_str().unwrap(), "--as", "oak"]);
    let (mut done, mut refused) = (Vec::new(), 0);
    for n in 0..60 {
        disk.fill(n * (11 << 10));
        let (day, ran) = review(&program, n);
        ran.behaved().unwrap();
        match ran.done() {
            true => done.push(day),
            false => {
                assert!(ran.err.contains("full"), "{ran:?}");
                refused += 1;
            }
        }
        disk.make_room();
    }
    let shown = shown_days(&program);
    assert!(done.iter().all(|day| shown.contains(day)));
    // A handle that was opened while there was room, and another program beside it.
    let mut store = Store::open(&program.data).unwrap();
    for n in 0..40 {
        disk.fill(n * (11 << 10));
        if let Err(error) = note(&mut store, n) {
            assert!(error.to_string().contains("full"), "{error}");
        }
        let (_, ran) = review(&program, 100 + n);
        ran.behaved().unwrap();
        assert!(ran.done() || ran.err.contains("full"), "{ran:?}");
        disk.make_room();
    }
    println!(
        "{SMALL}: {} edits done and {refused} refused, with 0 to 650 KiB left; 40 more beside an open handle, no signal",
        done.len()
    );
    assert!(!done.is_empty() && refused > 0);
}

/// The folder of a disk that is gone is not left behind.
#[test]
fn a_mounted_disk_is_unmounted() {
    let Ok(disk) = Disk::mount("tmpfs") else {
        return;
    };
    let path: PathBuf = Path::new(&disk.path()).to_owned();
    drop(disk);
    assert!(!path.exists());
}
