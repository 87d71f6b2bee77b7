//! Erasing people: hidden at once, there until the time is over, gone for good after it.

use super::*;
use crate::document::Writing;
use crate::domain::team::{Right, Role};
use crate::store::destroy;
use crate::store::erase::WAIT_MS;
use crate::store::{Seed, Stage};
use std::path::Path;

pub const GONE: &str = "p-gone";
const DAY_MS: u64 = 24 * 3_600_000;

fn rights() -> crate::domain::team::Rights {
    let right = |holder: &str, role, over: Option<&str>| Right {
        holder: holder.into(),
        role,
        over: over.map(Into::into),
        from: None,
        until: None,
    };
    crate::domain::team::Rights(vec![
        right(GONE, Role::Manager, None),
        right(GONE, Role::Assessor, Some("p-stays")),
        right("p-stays", Role::Line, Some(GONE)),
    ])
}

/// A team of an owner, somebody who will be erased and has a device, and somebody who stays. Whoever goes wrote about both.
pub fn team() -> (TempDir, TempDir, Store) {
    let (dir, mut store) = fresh();
    let devices = tempfile::tempdir().unwrap();
    let writing =
        |author: &str, doc: DocRef, table: &str, row: &str, field: &str, text: &str| Writing {
            author: author.into(),
            at_ms: 1_790_000_000_000,
            doc: doc.clone(),
            ops: vec![op(&doc, table, row, field, Scalar::text(text))],
            apart: false,
        };
    let card = |p: &str| DocRef::of(Kind::Card, &p.into());
    let writings = vec![
        writing("owner-1", card(GONE), "card", "card", "name", "Gwen Gone"),
        writing(
            "owner-1",
            card("p-stays"),
            "card",
            "card",
            "name",
            "Sam Stays",
        ),
        writing("owner-1", record(GONE), "meetings", "m", "notes", "a talk"),
        writing(
            GONE,
            record("p-stays"),
            "meetings",
            "m",
            "notes",
            "theirs, of another",
        ),
    ];
    let seed = Seed::Rightful {
        devices: devices.path().to_owned(),
        people: vec![PersonId::new(GONE)],
    };
    store.seed(&writings, &rights(), &seed).unwrap();
    store.commit(&note(GONE, "second", "by the owner")).unwrap();
    store
        .commit(&note("p-stays", "second", "by the owner too"))
        .unwrap();
    (dir, devices, store)
}

/// Bytes that stand in the file for whoever is erased: envelopes, keys, views, the summary and what stands for them.
fn traces(store: &Store) -> Vec<Vec<u8>> {
    let db = &store.db;
    let mut all = vec![store.inner.keys.person(&PersonId::new(GONE)).to_vec()];
    for kind in crate::store::erase::kinds() {
        let id = crate::log::DocId::of(
            &store.inner.team,
            &DocRef::of(kind, &PersonId::new(GONE)),
            0,
        );
        for sql in [
            "SELECT bytes FROM envelopes e JOIN documents d ON d.id = e.doc WHERE d.doc = ?1",
            "SELECT sealed FROM views v JOIN documents d ON d.id = v.doc WHERE d.doc = ?1",
            "SELECT reference FROM documents WHERE doc = ?1",
            "SELECT doc FROM documents WHERE doc = ?1",
            "SELECT head FROM logs l JOIN documents d ON d.id = l.doc WHERE d.doc = ?1",
            "SELECT sealed FROM keys WHERE home = ?1",
            "SELECT bytes FROM packs p JOIN documents d ON d.id = p.doc WHERE d.doc = ?1",
        ] {
            let mut statement = db.prepare(sql).unwrap();
            let found = statement
                .query_map([&id.0[..]], |r| r.get::<_, Vec<u8>>(0))
                .unwrap();
            all.extend(found.map(Result::unwrap));
        }
    }
    let mut statement = db
        .prepare("SELECT sealed FROM summaries WHERE person = ?1")
        .unwrap();
    let key = store.inner.keys.person(&PersonId::new(GONE));
    let found = statement
        .query_map([&key[..]], |r| r.get::<_, Vec<u8>>(0))
        .unwrap();
    all.extend(found.map(Result::unwrap));
    let mut statement = db.prepare("SELECT sealed FROM steps").unwrap();
    let steps = statement.query_map([], |r| r.get::<_, Vec<u8>>(0)).unwrap();
    // The first step is the one about them.
    all.push(steps.map(Result::unwrap).next().unwrap());
    // The ends of them: what an envelope begins with, the team's id and the device, stands in others' too.
    for trace in &mut all {
        trace.drain(..trace.len().saturating_sub(64));
    }
    all
}

/// How many of the traces stand somewhere in the team's file or in SQLite's own log: any 24 bytes of one are enough.
fn found(dir: &Path, traces: &[Vec<u8>]) -> usize {
    let mut bytes = std::fs::read(team_file(dir)).unwrap();
    bytes.extend(std::fs::read(dir.join("team.db-wal")).unwrap_or_default());
    let windows: std::collections::HashSet<&[u8]> = bytes.windows(24).collect();
    let stands = |t: &&Vec<u8>| t.windows(24).any(|w| windows.contains(w));
    traces.iter().filter(stands).count()
}

fn stage(store: &mut Store) -> Stage {
    store.erasures().unwrap()[0].stage
}

fn due(store: &mut Store, now: u64) -> Result<(), StoreError> {
    destroy::due(&mut store.db, &mut store.inner, now)
}

#[test]
fn whoever_is_erased_is_hidden_at_once_and_still_in_the_file() {
    let (dir, _devices, mut store) = team();
    let before = store.team().unwrap();
    assert_eq!(before.people.len(), 2);
    let traces = traces(&store);
    let mut other = Store::open(dir.path()).unwrap();
    other.team().unwrap();

    let erasing = store.erasing(&PersonId::new(GONE)).unwrap();
    assert_eq!((erasing.devices, erasing.rights), (1, 3));
    let kinds: Vec<Kind> = erasing.documents.iter().map(|d| d.0).collect();
    assert_eq!(kinds, [Kind::Card, Kind::Record]);
    store.erase(&PersonId::new(GONE)).unwrap();

    for store in [&mut store, &mut other] {
        let team = store.team().unwrap();
        let names: Vec<&str> = team.people.iter().map(|p| p.name.get().as_str()).collect();
        assert_eq!(names, ["Sam Stays"]);
        assert!(
            team.rights
                .0
                .iter()
                .all(|r| r.holder != PersonId::new(GONE) && r.over != Some(PersonId::new(GONE)))
        );
        assert!(store.person(&PersonId::new(GONE)).unwrap().is_none());
        assert!(store.rows(&record(GONE)).unwrap().tables.is_empty());
        assert!(matches!(
            store.commit(&note(GONE, "x", "y")),
            Err(StoreError::Erased(_))
        ));
        assert!(matches!(
            store.subject(&PersonId::new(GONE)),
            Err(StoreError::Erased(_))
        ));
        assert_eq!(store.check().unwrap().findings, []);
    }
    assert!(matches!(
        store.erase(&PersonId::new(GONE)),
        Err(StoreError::Erased(_))
    ));
    // What they wrote about others stays, and the next edit goes on from it.
    let rows = store.rows(&record("p-stays")).unwrap();
    assert_eq!(
        values(&rows, "meetings", "m", "notes"),
        [Scalar::text("theirs, of another")]
    );
    assert!(store.quarantined().unwrap().is_empty());
    assert_eq!(stage(&mut store), Stage::Waiting);
    assert_eq!(found(dir.path(), &traces), traces.len());
    // The last step about somebody else is undone, and the one about whoever is erased is passed over.
    assert_eq!(store.undo().unwrap().unwrap().label, "by the owner too");
    assert!(store.undo().unwrap().is_none());
}

#[test]
fn after_the_waiting_time_nothing_is_left_and_others_are_as_they_were() {
    let (dir, _devices, mut store) = team();
    let traces = traces(&store);
    assert!(traces.len() > 10, "{}", traces.len());
    let erased = store.erase(&PersonId::new(GONE)).unwrap();
    let stays = store.rows(&record("p-stays")).unwrap();
    let shown = store.team().unwrap();

    // By the clock it is not over.
    due(&mut store, erased.due_ms - 1).unwrap();
    assert_eq!(stage(&mut store), Stage::Waiting);
    assert_eq!(found(dir.path(), &traces), traces.len());
    // One look at a clock that may have been set forward is not enough, nor a second soon after.
    due(&mut store, erased.due_ms).unwrap();
    due(&mut store, erased.due_ms + WAIT_MS - 1).unwrap();
    assert_eq!(stage(&mut store), Stage::Waiting);
    assert_eq!(found(dir.path(), &traces), traces.len());

    due(&mut store, erased.due_ms + WAIT_MS).unwrap();
    assert_eq!(stage(&mut store), Stage::Destroyed);
    assert_eq!(found(dir.path(), &traces), 0);
    drop(store);
    assert_eq!(found(dir.path(), &traces), 0);

    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.rows(&record("p-stays")).unwrap(), stays);
    assert_eq!(store.team().unwrap(), shown);
    assert_eq!(store.check().unwrap().findings, []);
    assert_eq!(store.repair().unwrap().did, Vec::<String>::new());
    // Nothing brings them back.
    assert!(matches!(
        store.commit(&name(GONE, "Back")),
        Err(StoreError::Erased(_))
    ));
    let again = store.seed(&[], &rights(), &Seed::Own);
    assert!(matches!(again, Err(StoreError::Erased(_))), "{again:?}");
    assert_eq!(store.undo().unwrap().unwrap().label, "by the owner too");
    assert!(store.undo().unwrap().is_none());
}

/// As if a device had written at a time.
fn heard(store: &Store, device: [u8; 32], at_ms: u64) {
    let sql = "INSERT OR REPLACE INTO devices (device, heard) VALUES (?1, ?2)";
    let at = i64::try_from(at_ms).unwrap();
    store.db.execute(sql, (&device[..], at)).unwrap();
}

#[test]
fn what_another_clock_says_bears_this_one_out_and_a_clock_put_right_does_not() {
    let (_dir, _devices, mut store) = team();
    let erased = store.erase(&PersonId::new(GONE)).unwrap();
    let far = erased.due_ms + 400 * DAY_MS;
    due(&mut store, far).unwrap();
    // Put right again: the finding is void, and a later one begins anew.
    due(&mut store, erased.since_ms + DAY_MS).unwrap();
    due(&mut store, erased.due_ms + 1).unwrap();
    assert_eq!(stage(&mut store), Stage::Waiting);
    // Somebody else wrote after the waiting time.
    heard(&store, [9; 32], erased.since_ms + WAIT_MS);
    due(&mut store, erased.due_ms + 2).unwrap();
    assert_eq!(stage(&mut store), Stage::Destroyed);
}

#[test]
fn an_edit_under_a_clock_that_runs_ahead_destroys_nothing() {
    let (_dir, _devices, mut store) = team();
    let erased = store.erase(&PersonId::new(GONE)).unwrap();
    let own = store.inner.device_id().0;
    // The clock is ahead, and somebody edits here; whoever hears of it writes a little later than that.
    let ahead = erased.due_ms + 2 * DAY_MS;
    heard(&store, own, ahead);
    due(&mut store, ahead + 1).unwrap();
    heard(&store, [9; 32], ahead + 5);
    due(&mut store, ahead + 10).unwrap();
    due(&mut store, ahead + 6 * DAY_MS).unwrap();
    assert_eq!(stage(&mut store), Stage::Waiting);
    // A day later than all that was written here is nothing that came from here.
    heard(&store, [9; 32], ahead + DAY_MS);
    due(&mut store, ahead + 6 * DAY_MS).unwrap();
    assert_eq!(stage(&mut store), Stage::Destroyed);
}

#[test]
fn rights_over_whoever_is_erased_end_and_what_their_holders_wrote_elsewhere_counts() {
    let (_dir, mut store) = fresh();
    let devices = tempfile::tempdir().unwrap();
    let right = |role, over: &str| Right {
        holder: "m-1".into(),
        role,
        over: Some(over.into()),
        from: None,
        until: None,
    };
    let (before, gone, stays) = (
        right(Role::Assessor, "p-before"),
        right(Role::Assessor, GONE),
        right(Role::Assessor, "p-stays"),
    );
    let rights = crate::domain::team::Rights(vec![before.clone(), gone.clone(), stays.clone()]);
    let writing = |doc: DocRef| Writing {
        author: "m-1".into(),
        at_ms: 1_790_000_000_000,
        ops: vec![op(&doc, "meetings", "m", "notes", Scalar::text("a talk"))],
        doc,
        apart: false,
    };
    let writings = ["p-before", GONE, "p-stays"].map(|p| writing(record(p)));
    let seed = Seed::Rightful {
        devices: devices.path().to_owned(),
        people: vec!["m-1".into()],
    };
    store.seed(&writings, &rights, &seed).unwrap();
    // One of the rights was taken away before, with the cuts at all that was written.
    let device = crate::store::device_under(devices.path(), &"m-1".into()).unwrap();
    let device = crate::log::DeviceId(device.verifying_key().to_bytes());
    let end = crate::log::Change::End {
        right: before.clone(),
        until: day_of(now_ms()),
        cuts: crate::store::cuts::heads(&store.db, &store.inner, &[device]).unwrap(),
    };
    let entry = {
        let signer = store.inner.device.clone();
        let mut grown = store.inner.authority(&store.db).unwrap().clone();
        grown.append(vec![end], now_ms(), &signer).unwrap().to_vec()
    };
    let parcel = Parcel {
        authority: vec![entry],
        ..Parcel::default()
    };
    store.receive(&parcel).unwrap();

    store.erase(&PersonId::new(GONE)).unwrap();
    let state = store.inner.authority(&store.db).unwrap().chain_state();
    let open = state.rights.iter().filter(|g| g.ended.is_none());
    let open: Vec<&Right> = open
        .map(|g| &g.right)
        .filter(|r| r.over.is_some())
        .collect();
    assert_eq!(open, [&stays]);
    // A record that was judged anew from its envelopes, too.
    assert!(store.quarantined().unwrap().is_empty());
    for person in ["p-before", "p-stays"] {
        store
            .commit(&note(person, "second", "by the owner"))
            .unwrap();
        let tx = store.db.unchecked_transaction().unwrap();
        let doc = record(person);
        let loaded = crate::store::documents::Loaded::load(&tx, &mut store.inner, &doc);
        let verdicts = loaded.unwrap().unwrap().made.verdicts;
        assert!(
            verdicts.iter().all(|v| *v == crate::log::Verdict::Accepted),
            "{person}: {verdicts:?}"
        );
    }
}

#[test]
fn an_entry_that_is_dated_back_waits_from_when_it_was_first_known() {
    assert_eq!(destroy::due_from(5, 70), 70 + WAIT_MS);
    assert_eq!(destroy::due_from(70, 5), 70 + WAIT_MS);
}

#[test]
fn a_destruction_that_was_interrupted_is_done_again_by_the_next_opening() {
    let (dir, _devices, mut store) = team();
    let traces = traces(&store);
    let erased = store.erase(&PersonId::new(GONE)).unwrap();
    due(&mut store, erased.due_ms).unwrap();
    let over = erased.due_ms + WAIT_MS;
    // As if killed between the two halves: deleted, and SQLite's own log still has what stood there.
    destroy::empty_due(&mut store.db, &mut store.inner, over).unwrap();
    assert_eq!(stage(&mut store), Stage::Emptied);
    assert!(found(dir.path(), &traces) > 0);
    let mut next = Store::open(dir.path()).unwrap();
    assert_eq!(stage(&mut next), Stage::Destroyed);
    assert_eq!(found(dir.path(), &traces), 0);
}

#[test]
fn of_packed_documents_neither_packs_nor_headers_nor_free_pages_are_left() {
    let (dir, _devices, mut store) = team();
    for i in 0..20 {
        store
            .commit(&note(GONE, &format!("m{i}"), &format!("text {i}")))
            .unwrap();
    }
    let bodies = traces(&store);
    assert!(store.pack_document(&record(GONE)).unwrap() > 20);
    assert!(store.pack_document(&record("p-stays")).unwrap() > 1);
    let mut all = traces(&store);
    let pack = store.pack_of(&record(GONE)).unwrap().unwrap();
    let of_others = store.pack_of(&record("p-stays")).unwrap().unwrap();
    assert!(
        all.iter().any(|t| pack.ends_with(t)),
        "the pack is looked for"
    );
    // What packing let go of may stand in SQLite's own log and in free pages until then.
    all.extend(bodies);
    assert!(found(dir.path(), &all) > 20);
    let stays = store.rows(&record("p-stays")).unwrap();

    let erased = store.erase(&PersonId::new(GONE)).unwrap();
    due(&mut store, erased.due_ms).unwrap();
    due(&mut store, erased.due_ms + WAIT_MS).unwrap();
    assert_eq!(stage(&mut store), Stage::Destroyed);
    assert_eq!(found(dir.path(), &all), 0);
    drop(store);
    assert_eq!(found(dir.path(), &all), 0);
    assert_eq!(found(dir.path(), &[of_others]), 1, "another's pack stays");
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.rows(&record("p-stays")).unwrap(), stays);
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn another_program_in_the_middle_of_reading_puts_it_off() {
    let (dir, _devices, mut store) = team();
    let traces = traces(&store);
    let erased = store.erase(&PersonId::new(GONE)).unwrap();
    due(&mut store, erased.due_ms).unwrap();
    let other = schema::connect(&team_file(dir.path())).unwrap();
    other
        .execute_batch("BEGIN; SELECT count(*) FROM envelopes")
        .unwrap();
    let late = due(&mut store, erased.due_ms + WAIT_MS);
    assert!(matches!(late, Err(StoreError::Busy)), "{late:?}");
    assert_eq!(stage(&mut store), Stage::Emptied);
    assert!(found(dir.path(), &traces) > 0);
    other.execute_batch("COMMIT").unwrap();
    // Open, but not reading: no hindrance.
    due(&mut store, erased.due_ms + WAIT_MS).unwrap();
    assert_eq!(stage(&mut store), Stage::Destroyed);
    assert_eq!(found(dir.path(), &traces), 0);
}

#[test]
fn only_the_owner_erases_and_never_the_owner() {
    let (_dir, _devices, mut store) = team();
    let own = store.erase(&"owner-1".into()).unwrap_err();
    assert!(matches!(own, StoreError::ErasesOwner(_)), "{own}");
    let nobody = store.erase(&"p-nobody".into()).unwrap_err();
    assert!(matches!(nobody, StoreError::NobodyToErase(_)), "{nobody}");
    let dir = tempfile::tempdir().unwrap();
    let owner = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let team = NewTeam {
        owner: "owner-1".into(),
        me: "p-2".into(),
    };
    let mut guest = Store::create_for(dir.path(), &team, &owner).unwrap();
    let refused = guest.erase(&"p-2".into()).unwrap_err();
    assert!(
        refused.to_string().contains("only the owner's device"),
        "{refused}"
    );
}

#[test]
fn envelopes_that_arrive_for_whoever_is_erased_are_refused_and_none_are_handed_out() {
    let (_dir, _devices, mut store) = team();
    let own = store.inner.device_id();
    let all = store.parcel_for(&own).unwrap();
    store.erase(&PersonId::new(GONE)).unwrap();
    let without = store.parcel_for(&own).unwrap();
    assert_eq!(
        all.envelopes.len() - without.envelopes.len(),
        envelopes_of(&store)
    );
    let gone = all
        .envelopes
        .into_iter()
        .filter(|e| !without.envelopes.contains(e));
    let parcel = Parcel {
        authority: Vec::new(),
        envelopes: gone.collect(),
        ..Parcel::default()
    };
    let received = store.receive(&parcel).unwrap();
    assert_eq!(received.refused.len(), parcel.envelopes.len());
    assert_eq!((received.accepted, received.early), (0, 0));
}

fn envelopes_of(store: &Store) -> usize {
    let mut n = 0;
    for kind in crate::store::erase::kinds() {
        let id = crate::log::DocId::of(
            &store.inner.team,
            &DocRef::of(kind, &PersonId::new(GONE)),
            0,
        );
        let sql =
            "SELECT count(*) FROM envelopes e JOIN documents d ON d.id = e.doc WHERE d.doc = ?1";
        let found: i64 = store.db.query_row(sql, [&id.0[..]], |r| r.get(0)).unwrap();
        n += usize::try_from(found).unwrap();
    }
    n
}
