//! Backup, restoring, copies and repair on the built binary and real folders.

mod common;

use common::folder::{Folder, copy, text};
use guildhall::document::{DocRef, Edit, Kind, Op, Scalar};
use guildhall::log::Envelope;
use guildhall::store::{Store, StoreError, team_file};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

fn note(row: &str) -> Edit {
    let doc = DocRef::of(Kind::Record, &"p-1".into());
    let op = Op {
        doc,
        table: "meetings".into(),
        row: row.into(),
        field: "notes".into(),
        value: Scalar::text("a text"),
    };
    Edit {
        label: row.into(),
        ops: vec![op],
        stood: Vec::new(),
    }
}

/// A folder with a team of one record.
fn team() -> Folder {
    let folder = Folder::new();
    let mut store = Store::create(&folder.data(), &"owner-1".into()).unwrap();
    for row in ["a", "b", "c"] {
        store.commit(&note(row)).unwrap();
    }
    folder
}

fn rows(dir: &Path) -> Vec<String> {
    let mut store = Store::open(dir).unwrap();
    let doc = DocRef::of(Kind::Record, &"p-1".into());
    let rows = store.rows(&doc).unwrap();
    rows.table("meetings")
        .map(|(key, _)| key.to_string())
        .collect()
}

/// Document, device, epoch and seq of every envelope, with the hash of its header.
type Places = BTreeMap<([u8; 32], [u8; 32], u64, u64), [u8; 32]>;

fn places(dir: &Path) -> Places {
    let db = rusqlite::Connection::open(team_file(dir)).unwrap();
    let mut statement = db.prepare("SELECT bytes FROM envelopes").unwrap();
    let found = statement.query_map([], |r| r.get::<_, Vec<u8>>(0)).unwrap();
    let mut places = Places::new();
    for bytes in found {
        let header = Envelope::decode(&bytes.unwrap()).unwrap().header;
        let log = header.log;
        let place = (log.doc.0, log.device.0, log.epoch.0, header.seq);
        assert_eq!(places.insert(place, header.hash()), None);
    }
    places
}

/// Runs the program on another data folder.
fn at(folder: &Folder, dir: &Path, args: &[&str]) -> (i32, String) {
    let mut all = vec!["--data-dir", dir.to_str().unwrap()];
    all.extend(args);
    let output = std::process::Command::new(common::program())
        .args(&all)
        .current_dir(folder.beside(""))
        .env("GUILDHALL_LOG", folder.beside("log"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    (output.status.code().unwrap(), said)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_protected_backup_comes_back_whole_and_writes_apart() {
    let folder = team();
    let (file, pass) = (folder.beside("team.backup"), folder.beside("pass"));
    secret(&pass, "four words that fit\n");
    let words = ["--backup-passphrase-file", path(&pass)];
    let said = folder.ok(&["backup", path(&file), words[0], words[1]]);
    assert!(said.contains("protected with the passphrase"), "{said}");

    let (one, two) = (folder.beside("one"), folder.beside("two"));
    for target in [&one, &two] {
        let restore = ["restore", path(&file), words[0], words[1]];
        let (status, said) = at(&folder, target, &restore);
        assert_eq!(status, 0, "{said}");
        assert!(said.contains("1 people, 3 envelopes checked"), "{said}");
        assert_eq!(rows(target), ["a", "b", "c"]);
        let mut store = Store::open(target).unwrap();
        for row in ["x", "y"] {
            store.commit(&note(row)).unwrap();
        }
        drop(store);
        let (status, said) = at(&folder, target, &["doctor"]);
        assert_eq!(status, 0, "{said}");
        assert!(said.contains("Era          2, since"), "{said}");
        assert!(
            said.contains("the team was restored from a backup"),
            "{said}"
        );
    }
    let (one, two) = (places(&one), places(&two));
    assert_eq!((one.len(), two.len()), (5, 5));
    let shared: Vec<_> = one.iter().filter(|(p, _)| two.contains_key(*p)).collect();
    assert_eq!(shared.len(), 3);
    assert!(shared.iter().all(|(p, hash)| two[*p] == **hash));

    secret(&pass, "other words\n");
    let restore = ["restore", path(&file), words[0], words[1]];
    let (status, said) = at(&folder, &folder.beside("three"), &restore);
    assert_eq!(status, 1);
    assert!(said.contains("the passphrase does not open"), "{said}");
    assert!(!folder.beside("three").exists());
}

#[test]
fn an_unprotected_backup_is_written_only_when_that_is_said() {
    let folder = team();
    let file = folder.beside("b");
    let said = folder.refused(&["backup", path(&file)]);
    assert!(said.contains("--no-passphrase"), "{said}");
    assert!(
        said.contains("whoever has the file can read the team"),
        "{said}"
    );
    assert!(!file.exists());
    let said = folder.ok(&["backup", path(&file), "--no-passphrase"]);
    assert!(said.contains("Nothing protects this file"), "{said}");
    let said = folder.refused(&["backup", path(&file), "--no-passphrase"]);
    assert!(said.contains("--force"), "{said}");
    folder.ok(&["backup", path(&file), "--no-passphrase", "--force"]);
    let inside = folder.data().join("b");
    let said = folder.refused(&["backup", path(&inside), "--no-passphrase"]);
    assert!(said.contains("in the team's own folder"), "{said}");
    let empty = folder.beside("empty");
    secret(&empty, "\nsecond line");
    let output = folder.run(&[
        "backup",
        path(&inside),
        "--backup-passphrase-file",
        path(&empty),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let both = ["--no-passphrase", "--backup-passphrase-file", path(&empty)];
    let output = folder.run(&[&["backup", path(&file)][..], &both[..]].concat());
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn restoring_never_takes_a_team_away() {
    let folder = team();
    let file = folder.beside("b");
    folder.ok(&["backup", path(&file), "--no-passphrase"]);
    Store::open(&folder.data())
        .unwrap()
        .commit(&note("later"))
        .unwrap();
    let before = rows(&folder.data());
    let said = folder.refused(&["restore", path(&file)]);
    assert!(
        said.contains("is not empty") && said.contains("--replace"),
        "{said}"
    );
    assert_eq!(rows(&folder.data()), before);

    let done = folder.json(&["restore", path(&file), "--replace"]);
    assert_eq!(done["guildhall"]["kind"], "restore");
    let moved = done["moved"].as_str().unwrap();
    assert_eq!(rows(Path::new(moved)), before);
    assert_eq!(rows(&folder.data()), ["a", "b", "c"]);

    std::fs::write(&file, "guildhall backup?").unwrap();
    let said = folder.refused(&["restore", path(&file), "--replace"]);
    assert!(said.contains("no backup of guildhall"), "{said}");
    let said = folder.refused(&["restore", path(&folder.beside("nowhere")), "--replace"]);
    assert!(said.contains("nowhere"), "{said}");
    assert_eq!(rows(&folder.data()), ["a", "b", "c"]);
}

#[test]
fn a_backup_taken_while_three_write_is_one_moment_of_the_team() {
    let folder = team();
    let data = folder.data();
    let saved = [(); 3].map(|()| AtomicUsize::new(0));
    let stop = AtomicUsize::new(0);
    let backups = std::thread::scope(|scope| {
        for (w, saved) in saved.iter().enumerate() {
            let (data, stop) = (&data, &stop);
            scope.spawn(move || {
                let mut store = Store::open(data).unwrap();
                let mut i = 0;
                // Bounded, should the backups never come to an end.
                while i < 2000 && stop.load(Ordering::SeqCst) == 0 {
                    match store.commit(&note(&format!("w{w}-{i:04}"))) {
                        Ok(_) => i += 1,
                        // What the message says: try again. Nothing was saved.
                        Err(StoreError::Busy) => continue,
                        Err(error) => panic!("{error}"),
                    }
                    saved.store(i, Ordering::SeqCst);
                    // SQLite's lock is not fair to those who wait, and people type more slowly than this.
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            });
        }
        let mut backups = Vec::new();
        for n in 0..4 {
            // Each of them has written since the last one.
            let counts = || [0, 1, 2].map(|w| saved[w].load(Ordering::SeqCst));
            let start = counts();
            while counts()
                .iter()
                .zip(start)
                .any(|(now, then)| *now < then + 2)
            {
                std::thread::yield_now();
            }
            let file = folder.beside(&format!("b{n}"));
            let before = counts();
            folder.ok(&["backup", path(&file), "--no-passphrase"]);
            backups.push((file, before, counts()));
        }
        stop.store(1, Ordering::SeqCst);
        backups
    });
    let mut beside = 0;
    for (n, (file, before, after)) in backups.iter().enumerate() {
        let target = folder.beside(&format!("t{n}"));
        let (status, said) = at(&folder, &target, &["restore", path(file)]);
        assert_eq!(status, 0, "{said}");
        assert_eq!(at(&folder, &target, &["doctor"]).0, 0);
        let there = rows(&target);
        for w in 0..3 {
            let mine: Vec<_> = (there.iter())
                .filter(|row| row.starts_with(&format!("w{w}-")))
                .collect();
            // Everything that was acknowledged before, nothing after, no gap.
            assert!(mine.len() >= before[w], "backup {n}, writer {w}");
            assert!(mine.len() <= after[w] + 1, "backup {n}, writer {w}");
            for (i, row) in mine.iter().enumerate() {
                assert_eq!(**row, format!("w{w}-{i:04}"));
            }
            beside += after[w] - before[w];
        }
    }
    println!("4 backups, {beside} commits beside them");
    assert_eq!(at(&folder, &data, &["doctor"]).0, 0);
}

#[test]
fn a_copied_folder_says_so_and_writes_apart() {
    let folder = team();
    let other = folder.beside("copy");
    copy(&folder.data(), &other);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&other, private).unwrap();
    }
    let said = at(&folder, &other, &["doctor"]).1;
    assert!(said.contains("was copied or put back"), "{said}");
    let log = std::fs::read_to_string(folder.beside("log")).unwrap();
    let line = log.lines().find(|l| l.contains("a new era begins"));
    assert!(line.is_some_and(|l| l.contains("was copied")), "{log}");
    let said = folder.ok(&["doctor"]);
    assert!(said.contains("Era          1, since"), "{said}");
    for dir in [&folder.data(), &other] {
        let mut store = Store::open(dir).unwrap();
        for row in ["x", "y"] {
            store.commit(&note(row)).unwrap();
        }
    }
    let (one, two) = (places(&folder.data()), places(&other));
    let shared = one.iter().filter(|(p, _)| two.contains_key(*p));
    assert_eq!(shared.clone().count(), 3);
    assert!(shared.into_iter().all(|(p, hash)| two[p] == *hash));
}

#[test]
fn doctor_repairs_and_names_what_is_lost() {
    let folder = team();
    let db = rusqlite::Connection::open(team_file(&folder.data())).unwrap();
    let mut bytes: Vec<u8> = db
        .query_row("SELECT bytes FROM envelopes WHERE n = 2", [], |r| r.get(0))
        .unwrap();
    let end = bytes.len() - 1;
    bytes[end] ^= 1;
    db.execute("UPDATE envelopes SET bytes = ?1 WHERE n = 2", [bytes])
        .unwrap();
    drop(db);
    let output = folder.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("doctor --repair"),
        "{}",
        text(&output.stdout)
    );
    let output = folder.run(&["doctor", "--repair"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "something is lost: {said}");
    assert!(said.contains("Lost: document "), "{said}");
    assert!(
        said.contains("envelope 2: the body does not match its hash (set aside as it is)"),
        "{said}"
    );
    assert!(
        said.contains("envelope 3: it follows one that cannot be read"),
        "{said}"
    );
    assert!(said.contains("Nothing is wrong"), "{said}");
    let said = folder.ok(&["doctor", "--repair"]);
    assert!(said.contains("Set aside    2 envelopes"), "{said}");
    assert_eq!(rows(&folder.data()), ["a"]);
    Store::open(&folder.data())
        .unwrap()
        .commit(&note("z"))
        .unwrap();
    assert_eq!(rows(&folder.data()), ["a", "z"]);
    folder.ok(&["doctor"]);
}

#[cfg(unix)]
#[test]
fn on_a_terminal_the_passphrase_is_asked_for_twice_and_never_shown() {
    use common::pty::Pty;
    let folder = team();
    let (file, data) = (folder.beside("b"), folder.data());
    let args = ["--data-dir", path(&data), "backup", path(&file)];
    let mut pty = Pty::guildhall(&args, &[], (100, 20));
    pty.shows(&["Passphrase for this backup:"]);
    pty.send(b"kept to myself\r");
    pty.shows(&["The same again:"]);
    pty.send(b"kept to yourself\r");
    pty.shows(&["the two are not the same"]);
    assert_eq!(pty.wait().exit_code(), 1);
    assert!(!file.exists());

    let mut pty = Pty::guildhall(&args, &[], (100, 20));
    pty.shows(&["Passphrase for this backup:"]);
    pty.send(b"kept to myself\r");
    pty.shows(&["The same again:"]);
    pty.send(b"kept to myself\r");
    assert_eq!(pty.wait().exit_code(), 0);
    assert!(!text(&pty.raw()).contains("myself"));

    let other = folder.beside("t");
    let args = ["--data-dir", path(&other), "restore", path(&file)];
    let mut pty = Pty::guildhall(&args, &[], (100, 20));
    pty.shows(&["Passphrase of the backup:"]);
    pty.send(b"kept to me\x7fyself\r");
    assert_eq!(pty.wait().exit_code(), 0);
    assert_eq!(rows(&other), ["a", "b", "c"]);

    let mut pty = Pty::guildhall(&args, &[], (100, 20));
    pty.shows(&["Passphrase of the backup:"]);
    pty.send(b"\x03");
    assert_eq!(pty.wait().exit_code(), 130);
}

/// A file that nobody else can read.
fn secret(file: &Path, contents: &str) {
    std::fs::write(file, contents).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}
