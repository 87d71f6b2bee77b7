//! Taking devices and rights away: what stands, what goes, and what a device that is out may still do.

use super::pairing::{join, make};
use super::*;
use crate::domain::team::Role;
use crate::log::DeviceId;
use crate::log::authority::statement::statements_id;
use crate::store::destroy;
use crate::store::erase::WAIT_MS;

/// Everything that one has for another goes there.
pub fn carry(from: &mut Store, to: &mut Store) -> Received {
    let parcel = from.parcel_for(&to.device()).unwrap();
    to.receive(&parcel).unwrap()
}

/// Everything, whoever may have it: as if somebody who has no right to it handed it on.
pub fn leak(from: &mut Store, to: &mut Store) -> Received {
    let own = from.device();
    let parcel = from.parcel_for(&own).unwrap();
    to.receive(&parcel).unwrap()
}

pub fn takes_part(store: &mut Store, device: &DeviceId) -> bool {
    store.members().unwrap().contains(device)
}

pub fn notes(store: &mut Store, person: &str, row: &str) -> Vec<Scalar> {
    let rows = store.rows(&record(person)).unwrap();
    values(&rows, "meetings", row, "notes")
}

/// An owner and a manager, who know of each other.
pub fn two() -> ((TempDir, Store), (TempDir, Store)) {
    let (dir, mut owner) = fresh();
    owner.commit(&name("p-1", "Ada Inkwell")).unwrap();
    make(&mut owner, "boss", Role::Manager);
    let (boss_dir, boss) = join(&mut owner, "boss", 1);
    ((dir, owner), (boss_dir, boss))
}

#[test]
fn whoever_was_let_in_by_a_manager_stays_when_the_managers_device_goes() {
    let ((_a, mut owner), (_b, mut boss)) = two();
    let (_c, mut tech) = join(&mut boss, "tech", 2);
    carry(&mut boss, &mut owner);
    let said = statements_id(&owner.inner.team);
    let device = boss.device();
    let cuts = owner.cuts_of(&device).unwrap();
    assert_eq!(cuts.iter().filter(|c| c.doc == said).count(), 1);
    let removal = owner.removal(&device, Trust::All).unwrap();
    assert!(removal.along.is_empty());
    owner.remove(&removal).unwrap();
    let let_in = tech.device();
    carry(&mut owner, &mut tech);
    for store in [&mut owner, &mut tech] {
        assert!(takes_part(store, &let_in));
        assert!(!takes_part(store, &device));
    }
    // The same where all that the manager ever did is let go of: who was let in goes along, and that is said before.
    let ((_a, mut owner), (_b, mut boss)) = two();
    let (_c, tech) = join(&mut boss, "tech", 2);
    carry(&mut boss, &mut owner);
    let removal = owner.removal(&boss.device(), Trust::Nothing).unwrap();
    assert_eq!(removal.along, [(tech.device(), "tech".into())].into());
    owner.remove(&removal).unwrap();
    assert!(!takes_part(&mut owner, &tech.device()));
}

#[test]
fn a_proposal_says_what_stands_by_time_by_number_and_in_all() {
    let ((_a, mut owner), (_b, mut boss)) = two();
    for n in 1..=4 {
        boss.commit(&note("p-1", &format!("m{n}"), "text")).unwrap();
    }
    boss.commit(&name("p-1", "Ada Quill")).unwrap();
    carry(&mut boss, &mut owner);
    let device = boss.device();
    let edits = |owner: &mut Store, trust| owner.removal(&device, trust).unwrap().proposal.edits();
    assert_eq!(edits(&mut owner, Trust::All), (5, 0));
    assert_eq!(edits(&mut owner, Trust::Nothing), (0, 5));
    assert_eq!(edits(&mut owner, Trust::AllBut(0)), (5, 0));
    assert_eq!(edits(&mut owner, Trust::AllBut(2)), (3, 2));
    assert_eq!(edits(&mut owner, Trust::AllBut(9)), (0, 5));
    assert_eq!(edits(&mut owner, Trust::Before(0)), (0, 5));
    let whole = owner.removal(&device, Trust::All).unwrap().proposal;
    let newest = whole.logs.iter().filter_map(|l| l.newest_ms).max().unwrap();
    assert_eq!(edits(&mut owner, Trust::Before(newest)), (4, 1));
    assert_eq!(edits(&mut owner, Trust::Before(newest + 1)), (5, 0));
    let split = owner
        .removal(&device, Trust::Before(newest))
        .unwrap()
        .proposal;
    let ends = split.logs.iter().find(|l| l.end > 0).unwrap();
    assert_eq!(ends.doc, Some(DocRef::of(Kind::Card, &"p-1".into())));
    assert_eq!((ends.newest_ms, ends.first_ended_ms), (None, Some(newest)));
    // By time and by the cuts of all, the same is named.
    let by_time = owner.removal(&device, Trust::Before(newest + 1)).unwrap();
    assert_eq!(sorted(by_time.proposal.cuts), sorted(whole.cuts));
}

fn sorted(mut cuts: Vec<crate::log::Cut>) -> Vec<crate::log::Cut> {
    cuts.sort();
    cuts
}

#[test]
fn of_packed_logs_a_proposal_says_the_same() {
    let ((_a, mut owner), (_b, mut boss)) = two();
    for n in 1..=6 {
        boss.commit(&note("p-1", &format!("m{n}"), "text")).unwrap();
    }
    carry(&mut boss, &mut owner);
    let all = [Trust::All, Trust::Nothing, Trust::AllBut(2)];
    let device = boss.device();
    let proposals = |owner: &mut Store| all.map(|t| owner.removal(&device, t).unwrap().proposal);
    let before = proposals(&mut owner);
    assert!(owner.pack_document(&record("p-1")).unwrap() > 5);
    assert_eq!(proposals(&mut owner), before);
}

#[test]
fn what_a_removed_device_goes_on_to_write_counts_nowhere_and_new_keys_leave_it_out() {
    let ((_a, mut owner), (_b, mut boss)) = two();
    let (_c, mut other) = {
        make(&mut owner, "other", Role::Manager);
        join(&mut owner, "other", 3)
    };
    carry(&mut owner, &mut boss);
    boss.commit(&note("p-1", "m", "before")).unwrap();
    carry(&mut boss, &mut owner);
    carry(&mut owner, &mut other);
    let removal = owner.removal(&boss.device(), Trust::All).unwrap();
    owner.remove(&removal).unwrap();
    boss.commit(&note("p-1", "m", "after")).unwrap();
    // One hears of the removal first, one of the edit.
    assert_eq!(leak(&mut boss, &mut owner).quarantined, 1);
    leak(&mut boss, &mut other);
    assert_eq!(notes(&mut other, "p-1", "m"), [Scalar::text("after")]);
    carry(&mut owner, &mut other);
    for store in [&mut owner, &mut other] {
        assert_eq!(notes(store, "p-1", "m"), [Scalar::text("before")]);
        assert_eq!(store.quarantined().unwrap().len(), 1);
        assert_eq!(store.check().unwrap().findings, []);
    }
    // Whoever knows of it writes with a key that the device is not given, even if everything gets into its hands.
    other
        .commit(&note("p-1", "secret", "for the rest"))
        .unwrap();
    assert!(
        other
            .parcel_for(&boss.device())
            .unwrap()
            .envelopes
            .iter()
            .all(|e| {
                let log = crate::log::Envelope::decode(e).unwrap().header.log;
                log.doc == statements_id(&owner.inner.team)
            })
    );
    leak(&mut other, &mut boss);
    assert!(notes(&mut boss, "p-1", "secret").is_empty());
    carry(&mut other, &mut owner);
    assert_eq!(
        notes(&mut owner, "p-1", "secret"),
        [Scalar::text("for the rest")]
    );
}

#[test]
fn a_device_that_is_out_says_so_and_stays_readable() {
    let ((_a, mut owner), (dir, mut boss)) = two();
    boss.commit(&note("p-1", "m", "before")).unwrap();
    carry(&mut boss, &mut owner);
    let removal = owner.removal(&boss.device(), Trust::All).unwrap();
    owner.remove(&removal).unwrap();
    leak(&mut owner, &mut boss);
    let refused = boss.commit(&note("p-1", "m", "after")).unwrap_err();
    assert!(matches!(refused, StoreError::TakenOut), "{refused}");
    assert!(matches!(boss.undo(), Err(StoreError::TakenOut)));
    let mine = boss.device();
    let refused = boss.removal(&owner.device(), Trust::All).unwrap_err();
    assert!(refused.to_string().contains("takes no part"), "{refused}");
    assert!(!takes_part(&mut boss, &mine));
    drop(boss);
    let mut again = Store::open(dir.path()).unwrap();
    assert_eq!(notes(&mut again, "p-1", "m"), [Scalar::text("before")]);
    assert_eq!(again.check().unwrap().findings, []);
}

#[test]
fn a_stop_and_the_owners_entry_cut_at_the_earlier_of_both() {
    for stop_first in [true, false] {
        let ((_a, mut owner), (_b, mut boss)) = two();
        let (_c, mut tech) = join(&mut owner, "p-1", 3);
        let card = |text: &str| name("p-1", text);
        tech.commit(&card("one")).unwrap();
        tech.commit(&card("two")).unwrap();
        carry(&mut tech, &mut owner);
        carry(&mut tech, &mut boss);
        let device = tech.device();
        let stop = boss.removal(&device, Trust::AllBut(1)).unwrap();
        assert_eq!(stop.means, Means::Stop);
        let entry = owner.removal(&device, Trust::All).unwrap();
        assert_eq!(entry.means, Means::Entry);
        if stop_first {
            boss.remove(&stop).unwrap();
            leak(&mut boss, &mut owner);
            assert!(owner.removal(&device, Trust::All).unwrap().again);
            owner.remove(&entry).unwrap();
        } else {
            owner.remove(&entry).unwrap();
            boss.remove(&stop).unwrap();
            leak(&mut boss, &mut owner);
        }
        leak(&mut owner, &mut boss);
        for store in [&mut owner, &mut boss] {
            let team = store.team().unwrap();
            let person = team.person(&"p-1".into()).unwrap();
            assert_eq!(person.name.get(), "one", "stop first: {stop_first}");
        }
        let again = boss.removal(&device, Trust::Nothing).unwrap_err();
        assert!(again.to_string().contains("already"), "{again}");
    }
}

#[test]
fn who_may_take_out_which_device() {
    let ((_a, mut owner), (_b, mut boss)) = two();
    let (_c, mut tech) = join(&mut owner, "p-1", 3);
    carry(&mut owner, &mut boss);
    let signs = owner.device();
    let refused = owner.removal(&signs, Trust::All).unwrap_err();
    assert!(
        refused.to_string().contains("hand the team over"),
        "{refused}"
    );
    let stop = boss.removal(&signs, Trust::All).unwrap();
    assert!(stop.signs && stop.means == Means::Stop);
    let others = tech.removal(&signs, Trust::All);
    assert!(matches!(
        others,
        Err(StoreError::Removal(RemovalError::AskManager(ref p))) if *p == "owner-1".into()
    ));
    let own = tech.device();
    assert_eq!(tech.removal(&own, Trust::All).unwrap().means, Means::Stop);
    let nobody = DeviceId([7; 32]);
    let refused = owner.removal(&nobody, Trust::All).unwrap_err();
    assert!(refused.to_string().contains("never let in"), "{refused}");
}

#[test]
fn whoever_leaves_has_neither_device_nor_right_and_what_they_wrote_stands() {
    let ((_a, mut owner), (_b, mut boss)) = two();
    let (_c, tech) = join(&mut boss, "tech", 2);
    boss.commit(&note("p-1", "m", "theirs")).unwrap();
    // An older device of theirs was lost before, and what it wrote in good time stands, too.
    let (_d, mut second) = join(&mut boss, "boss", 4);
    second
        .commit(&note("p-1", "old", "of the old one"))
        .unwrap();
    carry(&mut second, &mut owner);
    carry(&mut boss, &mut owner);
    let lost = owner.removal(&second.device(), Trust::All).unwrap();
    owner.remove(&lost).unwrap();
    let today = day_of(now_ms());
    let refused = boss.leaving(&"p-1".into(), None, today).unwrap_err();
    assert!(
        matches!(refused, StoreError::Removal(RemovalError::AskOwner(ref p)) if *p == "owner-1".into()),
        "{refused}"
    );
    let refused = owner.leaving(&"owner-1".into(), None, today).unwrap_err();
    assert!(refused.to_string().contains("owns the team"), "{refused}");
    let later = owner.leaving(&"boss".into(), today.succ_opt(), today);
    assert!(matches!(
        later,
        Err(StoreError::Removal(RemovalError::Later))
    ));
    let leaving = owner.leaving(&"boss".into(), None, today).unwrap();
    assert_eq!(leaving.devices.len(), 1, "the lost one is out already");
    assert_eq!(leaving.rights.len(), 1);
    owner.leave(&leaving).unwrap();
    boss.commit(&note("p-1", "m", "too late")).unwrap();
    leak(&mut boss, &mut owner);
    assert_eq!(notes(&mut owner, "p-1", "m"), [Scalar::text("theirs")]);
    assert_eq!(
        notes(&mut owner, "p-1", "old"),
        [Scalar::text("of the old one")]
    );
    assert!(
        takes_part(&mut owner, &tech.device()),
        "whom they let in stays"
    );
    let state = owner.inner.rights(&owner.db).unwrap();
    assert!(state.devices.values().all(|p| *p != "boss".into()));
    let open = owner.inner.authority(&owner.db).unwrap().chain_state();
    let held = |g: &&crate::log::authority::state::Given| {
        g.right.holder == "boss".into() && g.ended.is_none()
    };
    assert!(!open.rights.iter().any(|g| held(&g)));
    assert!(
        owner
            .leaving(&"boss".into(), None, today)
            .unwrap()
            .is_nothing()
    );
    // Whoever comes back on the same day has no right that was theirs before.
    let (_e, mut back) = join(&mut owner, "boss", 5);
    let refused = back.commit(&note("p-1", "m", "again")).unwrap_err();
    assert!(
        matches!(refused, StoreError::NotAllowed { .. }),
        "{refused}"
    );
    // With a day that is over, what they say they wrote after it does not count.
    let ((_a, mut owner), (_b, mut boss)) = two();
    boss.commit(&note("p-1", "m", "theirs")).unwrap();
    carry(&mut boss, &mut owner);
    let before = today.pred_opt();
    let leaving = owner.leaving(&"boss".into(), before, today).unwrap();
    assert_eq!(leaving.devices[0].edits(), (0, 1));
    owner.leave(&leaving).unwrap();
    assert!(notes(&mut owner, "p-1", "m").is_empty());
}

#[test]
fn every_machine_says_when_it_has_destroyed_what_it_held() {
    let ((_a, mut owner), (_b, mut boss)) = two();
    let (_c, mut gone) = join(&mut owner, "p-1", 3);
    owner.commit(&note("p-1", "m", "about them")).unwrap();
    carry(&mut owner, &mut boss);
    carry(&mut owner, &mut gone);
    let erased = owner.erase(&"p-1".into()).unwrap();
    let told = |store: &mut Store| -> Vec<Told> {
        let seen = store.erasures_seen().unwrap();
        assert_eq!(seen.len(), 1);
        seen[0].machines.iter().map(|m| m.told).collect()
    };
    // In order of people: the manager, the owner, whoever is erased.
    assert!(matches!(
        told(&mut owner)[..],
        [Told::Silent(_), Told::Waiting(_), Told::TakenOut]
    ));
    carry(&mut owner, &mut boss);
    assert!(
        boss.person(&"p-1".into()).unwrap().is_none(),
        "hidden at once"
    );
    boss.commit(&name("p-2", "Bo Reed")).unwrap();
    carry(&mut boss, &mut owner);
    assert!(matches!(told(&mut owner)[0], Told::Waiting(_)));
    let over = |store: &mut Store| {
        for at in [erased.due_ms + WAIT_MS, erased.due_ms + 3 * WAIT_MS] {
            destroy::due(&mut store.db, &mut store.inner, at).unwrap();
        }
    };
    over(&mut boss);
    assert!(matches!(told(&mut boss)[0], Told::Destroyed(_)));
    assert!(
        matches!(told(&mut owner)[0], Told::Waiting(_)),
        "not heard yet"
    );
    carry(&mut boss, &mut owner);
    assert!(matches!(told(&mut owner)[0], Told::Destroyed(_)));
    assert!(!owner.erasures_seen().unwrap()[0].is_done());
    over(&mut owner);
    assert!(owner.erasures_seen().unwrap()[0].is_done());
    // It is said once, however often the folder is opened.
    let said = |store: &Store| -> i64 {
        let sql = "SELECT count(*) FROM statements";
        store.db.query_row(sql, [], |r| r.get(0)).unwrap()
    };
    let before = said(&owner);
    over(&mut owner);
    assert_eq!(said(&owner), before);
    // Whoever is out does the same on their own machine, and nobody hears of it.
    leak(&mut owner, &mut gone);
    over(&mut gone);
    assert_eq!(said(&gone), before);
    assert_eq!(
        gone.erasures_seen().unwrap()[0].erasure.stage,
        Stage::Destroyed
    );
}
