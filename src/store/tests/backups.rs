//! Backups and restoring.

use super::*;
use crate::store::guard::Why;
use std::fs;
use zeroize::Zeroizing;

fn pass(words: &str) -> Zeroizing<String> {
    Zeroizing::new(words.to_owned())
}

fn filled() -> (TempDir, Store) {
    let (dir, mut store) = fresh();
    store.commit(&name("p-1", "Ada Quill")).unwrap();
    for i in 0..4 {
        store
            .commit(&note("p-1", &format!("m{i}"), "text"))
            .unwrap();
    }
    (dir, store)
}

#[test]
fn one_backup_restored_twice_gives_two_folders_that_write_apart() {
    let (dir, mut store) = filled();
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("team.backup");
    store.backup(&file, Wrapping::None, false).unwrap();
    let expected = store.team().unwrap();
    let (one, two) = (root.path().join("one"), root.path().join("deeper/two"));
    for target in [&one, &two] {
        let done = restore(&file, target, None, None, false).unwrap();
        assert_eq!(
            (done.counts.people, done.findings, done.moved),
            (1, 0, None)
        );
        let mut store = Store::open(target).unwrap();
        assert_eq!(era(&mut store), (2, Why::Restored));
        assert_eq!(store.team().unwrap(), expected);
        for i in 0..5 {
            store
                .commit(&note("p-1", &format!("x{i}"), "after"))
                .unwrap();
        }
        assert_eq!(store.check().unwrap().findings, []);
    }
    for i in 0..5 {
        store
            .commit(&note("p-1", &format!("y{i}"), "after"))
            .unwrap();
    }
    drop(store);
    assert_eq!(assert_apart(&one, &two), 5);
    assert_eq!(assert_apart(&one, dir.path()), 5);
    assert_eq!(assert_apart(&two, dir.path()), 5);
    assert_eq!(era(&mut Store::open(dir.path()).unwrap()).0, 1);
}

#[test]
fn with_a_passphrase_the_file_says_nothing_and_only_the_passphrase_opens_it() {
    let (dir, store) = filled();
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("b");
    let words = pass("correct horse");
    store
        .backup(&file, Wrapping::Passphrase(&words), false)
        .unwrap();
    assert!(needs_passphrase(&file).unwrap());
    let bytes = fs::read(&file).unwrap();
    let key = fs::read(key_file(dir.path())).unwrap();
    assert!(!bytes.windows(16).any(|w| key.windows(16).any(|k| k == w)));
    let target = root.path().join("t");
    assert!(matches!(
        restore(&file, &target, None, None, false),
        Err(BackupError::PassphraseNeeded(_))
    ));
    assert!(matches!(
        restore(&file, &target, Some(&pass("wrong")), None, false),
        Err(BackupError::WrongPassphrase(_))
    ));
    assert!(!target.exists());
    restore(&file, &target, Some(&words), None, false).unwrap();
    assert_eq!(fs::read(key_file(&target)).unwrap(), key);
}

#[cfg(unix)]
#[test]
fn backup_and_restored_folder_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, store) = filled();
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("b");
    store.backup(&file, Wrapping::None, false).unwrap();
    restore(&file, &root.path().join("t"), None, None, false).unwrap();
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&root.path().join("t")), 0o700);
    for entry in fs::read_dir(root.path().join("t")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn nothing_is_overwritten_unasked_and_nothing_is_left_lying_about() {
    let (dir, store) = filled();
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("b");
    store.backup(&file, Wrapping::None, false).unwrap();
    assert!(matches!(
        store.backup(&file, Wrapping::None, false),
        Err(BackupError::FileThere(_))
    ));
    store.backup(&file, Wrapping::None, true).unwrap();
    for inside in ["b", "team.db"] {
        assert!(matches!(
            store.backup(&dir.path().join(inside), Wrapping::None, true),
            Err(BackupError::Inside(_))
        ));
    }
    assert!(matches!(
        restore(&file, dir.path(), None, None, false),
        Err(BackupError::NotEmpty(_))
    ));
    let here = root.path().join("here");
    fs::create_dir(&here).unwrap();
    restore(&file, &here, None, None, false).unwrap();
    let mut other = Store::open(&here).unwrap();
    other.commit(&note("p-1", "own", "kept")).unwrap();
    let moved = restore(&file, &here, None, None, true)
        .unwrap()
        .moved
        .unwrap();
    assert_ne!(moved, here);
    // Who had it open is told, and what was there is whole.
    assert!(matches!(
        other.commit(&note("p-1", "own", "lost")),
        Err(StoreError::Replaced(_)) | Err(StoreError::Sqlite(_))
    ));
    drop(other);
    let mut old = Store::open(&moved).unwrap();
    assert!(
        old.rows(&record("p-1"))
            .unwrap()
            .row("meetings", "own")
            .is_some()
    );
    let mut new = Store::open(&here).unwrap();
    assert!(
        new.rows(&record("p-1"))
            .unwrap()
            .row("meetings", "own")
            .is_none()
    );
    drop((old, new));
    let left: Vec<_> = fs::read_dir(root.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.starts_with('.'))
        .collect();
    assert_eq!(left, [] as [String; 0]);
    let inside: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.contains("backup"))
        .collect();
    assert_eq!(inside, [] as [String; 0]);
}

#[test]
fn no_damaged_backup_is_restored_and_none_touches_what_is_there() {
    let (dir, store) = filled();
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("b");
    store.backup(&file, Wrapping::None, false).unwrap();
    drop(store);
    let good = fs::read(&file).unwrap();
    let there = places(dir.path());
    let harmed = root.path().join("harmed");
    let (mut tried, mut harmless) = (0, 0);
    let mut refuse = |bytes: &[u8], what: &str| {
        fs::write(&harmed, bytes).unwrap();
        let refused = restore(&harmed, dir.path(), None, None, true);
        assert!(refused.is_err(), "{what}");
        tried += 1;
    };
    for at in (0..good.len())
        .step_by((good.len() / 150).max(1))
        .chain(0..19)
    {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        fs::write(&harmed, &bad).unwrap();
        let target = root.path().join("flipped");
        // What compression leaves unused may change and mean the same: the contents are hashed.
        if restore(&harmed, &target, None, None, false).is_ok() {
            assert_eq!(places(&target), there, "byte {at}");
            fs::remove_dir_all(&target).unwrap();
            harmless += 1;
        }
    }
    assert!(harmless < 5, "{harmless}");
    for len in (0..good.len()).step_by((good.len() / 50).max(1)) {
        refuse(&good[..len], &format!("cut at {len}"));
    }
    refuse(&[&good[..], b"x"].concat(), "something follows");
    println!("{tried} damaged backups refused");
    assert_eq!(places(dir.path()), there);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2);
}

#[test]
fn a_key_that_does_not_open_the_database_and_a_foreign_database_are_refused() {
    let (dir, store) = filled();
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("b");
    let (elsewhere, _other) = fresh();
    let key = fs::read(key_file(dir.path())).unwrap();
    fs::copy(key_file(elsewhere.path()), key_file(dir.path())).unwrap();
    store.backup(&file, Wrapping::None, false).unwrap();
    let target = root.path().join("t");
    let said = restore(&file, &target, None, None, false)
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("its key does not open its database"),
        "{said}"
    );
    fs::write(key_file(dir.path()), key).unwrap();
    let db = schema::connect(&team_file(dir.path())).unwrap();
    db.execute_batch("CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM envelopes; END")
        .unwrap();
    store.backup(&file, Wrapping::None, true).unwrap();
    let said = restore(&file, &target, None, None, false)
        .unwrap_err()
        .to_string();
    assert!(said.contains("no team's does"), "{said}");
    assert!(!target.exists());
}
