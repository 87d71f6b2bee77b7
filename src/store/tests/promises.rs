//! What the folder promises: nothing readable in it, small summaries, clear errors, views that mend themselves.

use super::*;
use std::fs;

/// Every byte of every file in the folder.
fn raw(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        all.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

fn finds(haystack: &[u8], needle: &str) -> bool {
    haystack
        .windows(needle.len())
        .any(|w| w.eq_ignore_ascii_case(needle.as_bytes()))
}

#[test]
fn no_text_that_was_written_stands_in_the_folder() {
    let (dir, mut store) = fresh();
    store
        .commit(&name("person-zebra", "Wilhelmina Quartz"))
        .unwrap();
    let mut step = note(
        "person-zebra",
        "meeting-otter",
        "she would like to move to optics",
    );
    step.label = "A label of its own".into();
    store.commit(&step).unwrap();
    store
        .commit(&note("person-zebra", "meeting-otter", "replaced"))
        .unwrap();
    store.undo().unwrap().unwrap();
    store.team().unwrap();
    let open = raw(dir.path());
    drop(store);
    let closed = raw(dir.path());
    for text in [
        "Wilhelmina",
        "Quartz",
        "person-zebra",
        "owner-1",
        "meeting-otter",
        "would like",
        "replaced",
        "label of its own",
        "notes",
    ] {
        assert!(!finds(&open, text), "“{text}” while open");
        assert!(!finds(&closed, text), "“{text}” when closed");
    }
    assert!(finds(&closed, "format 1"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_of_the_account_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("deeper/team");
    let mut store = Store::create(&dir, &"o".into()).unwrap();
    store.commit(&note("p", "m", "text")).unwrap();
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for entry in fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    drop(store);
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    let error = Store::open(&dir).unwrap_err().to_string();
    assert!(error.contains("chmod 700"), "{error}");
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(team_file(&dir), fs::Permissions::from_mode(0o644)).unwrap();
    let error = Store::open(&dir).unwrap_err().to_string();
    assert!(error.contains("chmod 600"), "{error}");
}

#[cfg(unix)]
#[test]
fn what_sqlite_keeps_beside_its_file_is_looked_at_too() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, mut store) = fresh();
    store.commit(&note("p", "m", "text")).unwrap();
    for ending in ["-wal", "-shm"] {
        let path = dir.path().join(format!("{TEAM_FILE}{ending}"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = Store::open(dir.path()).unwrap_err().to_string();
        let wanted = format!("chmod 600 {}", path.display());
        assert!(error.contains(&wanted), "{error}");
        let found = store.check().unwrap().findings;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].next, wanted);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    Store::open(dir.path()).unwrap();
}

#[test]
fn a_team_under_a_passphrase_is_opened_with_it_alone() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("team");
    let passphrase = |text: &str| Passphrase::new(text.to_owned().into()).unwrap();
    let right = passphrase("violet harbour");
    let mut store = Store::create_protected(&dir, &"o".into(), &right).unwrap();
    store
        .seed(&[], &crate::domain::team::Rights::default(), &Seed::Own)
        .unwrap();
    store.commit(&name("p-1", "Ada Quill")).unwrap();
    let said = store.check().unwrap().protection;
    assert!(said.starts_with("passphrase"), "{said}");
    let recipient = store.recipient();
    drop(store);
    assert!(matches!(
        Store::open(&dir),
        Err(StoreError::PassphraseNeeded(_))
    ));
    assert!(matches!(
        Store::open_with(&dir, &passphrase("violet harbor")),
        Err(StoreError::WrongPassphrase(_))
    ));
    let mut store = Store::open_with(&dir, &right).unwrap();
    assert_eq!(store.team().unwrap().people[0].name.get(), "Ada Quill");
    assert_eq!(store.recipient(), recipient);
    // A passphrase for a folder without one opens it as well.
    let (plain, _) = fresh();
    Store::open_with(plain.path(), &right).unwrap();
}

#[test]
fn start_up_problems_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        Store::open(dir.path()),
        Err(StoreError::NoTeam(_))
    ));
    drop(Store::create(dir.path(), &"o".into()).unwrap());
    let twice = Store::create(dir.path(), &"o".into());
    assert!(matches!(twice, Err(StoreError::AlreadyThere(_))));

    let key = fs::read(key_file(dir.path())).unwrap();
    fs::remove_file(key_file(dir.path())).unwrap();
    assert!(matches!(
        Store::open(dir.path()),
        Err(StoreError::KeyMissing(_))
    ));
    let elsewhere = tempfile::tempdir().unwrap();
    drop(Store::create(elsewhere.path(), &"o".into()).unwrap());
    fs::copy(key_file(elsewhere.path()), key_file(dir.path())).unwrap();
    assert!(matches!(
        Store::open(dir.path()),
        Err(StoreError::KeyDamaged(_))
    ));
    fs::write(key_file(dir.path()), key).unwrap();
    drop(Store::open(dir.path()).unwrap());

    let newer = schema::connect(&team_file(dir.path())).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    let error = Store::open(dir.path());
    assert!(matches!(
        error,
        Err(StoreError::NewerFormat { found: 99, .. })
    ));
    fs::write(
        team_file(dir.path()),
        b"this is not a database at all, but a text",
    )
    .unwrap();
    assert!(matches!(
        Store::open(dir.path()),
        Err(StoreError::Damaged { .. })
    ));
}

#[test]
fn opening_loads_no_document_and_asks_a_fixed_number_of_questions() {
    let mut asked = Vec::new();
    for people in [3, 40] {
        let (dir, mut store) = fresh();
        for i in 0..people {
            store
                .commit(&name(&format!("p-{i}"), &format!("Person {i:04}")))
                .unwrap();
        }
        drop(store);
        let mut store = Store::open(dir.path()).unwrap();
        assert_eq!(store.team().unwrap().people.len(), people);
        let counters = store.counters();
        assert_eq!(counters.document_loads, 0);
        assert_eq!(counters.rebuilt, 0);
        asked.push(counters.queries);
        store.team().unwrap();
        assert_eq!(
            store.counters().views,
            counters.views,
            "nothing new, nothing read"
        );
    }
    assert_eq!(asked[0], asked[1]);
    assert!(asked[0] <= 8, "{asked:?}");
}

#[test]
fn a_summary_stays_small_and_says_what_it_left_out() {
    let (_dir, mut store) = fresh();
    store.commit(&name("owner-1", "Ada Inkwell")).unwrap();
    // Own marks: which of a manager's count depends on rights.
    let doc = DocRef::of(Kind::SelfRecord, &"owner-1".into());
    let mut ops = Vec::new();
    for year in 1990..2026 {
        for subject in ["alpha", "beta", "gamma", "delta", "epsilon"] {
            let row = format!("{subject}|-|owner-1|{year}-03-01");
            ops.push(op(
                &doc,
                "marks",
                &row,
                "mark",
                Scalar::text("12|1|owner-1"),
            ));
        }
    }
    store.commit(&edit("many marks", ops)).unwrap();
    let team = store.team().unwrap();
    let bytes = postcard::to_stdvec(&*team.people[0]).unwrap();
    assert!(bytes.len() <= SUMMARY_BYTES, "{}", bytes.len());
    let whole = store.person(&"owner-1".into()).unwrap().unwrap();
    assert!(whole.detail.is_some());
    assert!(postcard::to_stdvec(&whole).unwrap().len() > SUMMARY_BYTES);
}

#[test]
fn stale_and_damaged_views_are_made_again() {
    let (dir, mut store) = fresh();
    store.commit(&name("p-1", "Ada Inkwell")).unwrap();
    store.commit(&note("p-1", "m", "text")).unwrap();
    let team = DocRef::team_wide(Kind::Team);
    let area = op(&team, "team", "team", "name", Scalar::text("Harbour"));
    store.commit(&edit("name", vec![area])).unwrap();
    let right = (store.team().unwrap(), store.rows(&record("p-1")).unwrap());
    drop(store);
    for harm in [
        "UPDATE summaries SET sealed = randomblob(100)",
        "DELETE FROM summaries",
        "UPDATE bases SET sealed = randomblob(100)",
        "DELETE FROM bases",
        "UPDATE views SET sealed = randomblob(100)",
        "DELETE FROM views",
        "UPDATE views SET sealed = randomblob(40); UPDATE summaries SET sealed = zeroblob(0)",
        "UPDATE documents SET heads = randomblob(32)",
    ] {
        let db = schema::connect(&team_file(dir.path())).unwrap();
        db.execute_batch(harm).unwrap();
        drop(db);
        let mut store = Store::open(dir.path()).unwrap();
        assert!(!store.check().unwrap().findings.is_empty(), "{harm}");
        assert_eq!(store.team().unwrap(), right.0, "{harm}");
        assert_eq!(store.rows(&record("p-1")).unwrap(), right.1, "{harm}");
        assert!(store.counters().rebuilt > 0, "{harm}");
        store.person(&"p-1".into()).unwrap().unwrap();
        store.rows(&team).unwrap();
        assert_eq!(store.check().unwrap().findings, [], "{harm}");
    }
}

#[test]
fn a_changed_envelope_is_found_and_never_read() {
    let (dir, mut store) = fresh();
    for i in 0..3 {
        store
            .commit(&note("p-1", "m", &format!("text {i}")))
            .unwrap();
    }
    let shown = store.rows(&record("p-1")).unwrap();
    drop(store);
    let db = schema::connect(&team_file(dir.path())).unwrap();
    let bytes: Vec<u8> = db
        .query_row("SELECT bytes FROM envelopes WHERE n = 2", [], |r| r.get(0))
        .unwrap();
    for at in (0..bytes.len()).step_by(17) {
        let mut bad = bytes.clone();
        bad[at] ^= 4;
        db.execute("UPDATE envelopes SET bytes = ?1 WHERE n = 2", [&bad])
            .unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let refused = store.commit(&note("p-1", "m", "on top"));
        assert!(
            matches!(refused, Err(StoreError::Envelope { .. })),
            "byte {at}"
        );
        assert_eq!(store.rows(&record("p-1")).unwrap(), shown);
        assert_eq!(store.check().unwrap().findings.len(), 1);
    }
    db.execute("DELETE FROM envelopes WHERE n = 3", []).unwrap();
    db.execute("UPDATE envelopes SET bytes = ?1 WHERE n = 2", [&bytes])
        .unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    assert!(
        !store.check().unwrap().findings.is_empty(),
        "the end was cut off"
    );
}

#[test]
fn the_examination_counts_and_says_how_the_data_are_protected() {
    let (_dir, mut store) = fresh();
    store.commit(&name("p-1", "Ada Inkwell")).unwrap();
    store.commit(&note("p-1", "m", "text")).unwrap();
    let health = store.check().unwrap();
    assert_eq!(health.findings, []);
    assert_eq!(health.format, "format 1");
    assert!(health.protection.starts_with("no passphrase"));
    let said = health.protection.contains("keys locked in memory");
    assert_eq!(said, store.inner.memory_locked(), "{}", health.protection);
    let c = health.counts;
    assert_eq!((c.people, c.documents, c.logs, c.envelopes), (1, 3, 2, 2));
    assert_eq!((c.authority, c.steps), (1, 2));
}
