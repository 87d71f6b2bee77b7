//! Signed counts: what is lacking of a device's edits shows where it can be told, and nowhere else.

use super::carrier::{carrier, draft, meet, pass, tell};
use super::pairing::{join, make};
use super::*;
use crate::domain::team::Role;
use crate::log::DeviceId;
use crate::log::count::Count;

/// An owner, a second manager and a technician, each with all that they may have.
fn three() -> ([TempDir; 3], Store, Store, Store) {
    let (one, mut owner) = fresh();
    for n in 0..3 {
        owner
            .commit(&note("p-1", &format!("o{n}"), "a talk"))
            .unwrap();
    }
    make(&mut owner, "boss", Role::Manager);
    let (two, mut boss) = join(&mut owner, "boss", 1);
    let (three, mut tech) = join(&mut owner, "p-1", 2);
    meet(&mut owner, &mut boss);
    meet(&mut owner, &mut tech);
    ([one, two, three], owner, boss, tech)
}

/// What goes before an exchange.
fn count(from: &mut Store, to: &mut Store) -> usize {
    let counts = from.counts_for(&to.device()).unwrap();
    to.keep_counts(&counts.signed).unwrap();
    from.note_told(&to.device(), counts.upto).unwrap();
    counts.signed.len()
}

/// How many edits of a device are lacking.
fn lacking(at: &mut Store, of: &DeviceId) -> Option<u64> {
    let devices = at.devices().unwrap();
    let one = devices.iter().find(|d| d.device == *of).unwrap();
    one.not_arrived.map(|n| n.edits)
}

#[test]
fn what_was_cut_off_on_its_way_is_lacking_until_it_comes() {
    let (_dirs, mut owner, mut boss, _tech) = three();
    let device = owner.device();
    assert_eq!(lacking(&mut boss, &device), None, "nobody counted");
    assert_eq!(count(&mut owner, &mut boss), 1);
    assert_eq!(lacking(&mut boss, &device), None, "all of it is here");
    owner.commit(&note("p-1", "later", "a talk")).unwrap();
    owner.commit(&note("p-2", "other", "a talk")).unwrap();
    assert_eq!(count(&mut owner, &mut boss), 1);
    // A new record is begun with a grant of its key, which is an envelope as well.
    assert_eq!(lacking(&mut boss, &device), Some(3));
    // Somebody in between keeps back what it can.
    let mut parcel = owner.parcel_for(&boss.device()).unwrap();
    let last = parcel.envelopes.pop().unwrap();
    boss.receive(&parcel).unwrap();
    assert_eq!(lacking(&mut boss, &device), Some(1));
    parcel.envelopes.push(last);
    boss.receive(&parcel).unwrap();
    assert_eq!(lacking(&mut boss, &device), None);
    // What comes beyond the count is no reason to say anything.
    owner.commit(&note("p-1", "last", "a talk")).unwrap();
    pass(&mut owner, &mut boss);
    assert_eq!(lacking(&mut boss, &device), None);
}

#[test]
fn nobody_is_told_twice_and_nothing_new_is_not_counted_anew() {
    let (_dirs, mut owner, mut boss, _tech) = three();
    assert_eq!(count(&mut owner, &mut boss), 1);
    assert_eq!(count(&mut owner, &mut boss), 0);
    owner.commit(&note("p-1", "later", "a talk")).unwrap();
    let before = owner.counts_for(&boss.device()).unwrap();
    assert_eq!(before.signed.len(), 1);
    // Until it is known to have arrived it is said again, as it was.
    assert_eq!(owner.counts_for(&boss.device()).unwrap(), before);
    // What came is passed on, with its own.
    boss.keep_counts(&before.signed).unwrap();
    let (_dir, mut other) = join(&mut owner, "owner-1", 3);
    meet(&mut owner, &mut boss);
    let passed = boss.counts_for(&other.device()).unwrap().signed;
    assert_eq!(passed.len(), 2);
    assert!(passed.contains(&before.signed[0]));
    other.keep_counts(&passed).unwrap();
    assert_eq!(lacking(&mut other, &owner.device()), None);
}

#[test]
fn only_who_may_hold_all_of_it_is_told() {
    let (_dirs, mut owner, mut boss, mut tech) = three();
    let (_carrier, mut carrier) = carrier(&mut owner, 4);
    tell(&mut owner, &mut boss);
    tell(&mut owner, &mut tech);
    let nothing = SignedCounts::default();
    assert_eq!(owner.counts_for(&tech.device()).unwrap(), nothing);
    let card = DocRef::of(Kind::Card, &"p-1".into());
    let named = op(&card, "card", "card", "name", Scalar::text("Tia Invented"));
    tech.commit(&edit("a name", vec![named])).unwrap();
    // What a technician is sent all the same is not kept.
    let of_owner = owner.counts_for(&boss.device()).unwrap();
    tech.keep_counts(&of_owner.signed).unwrap();
    assert_eq!(tech.counts_for(&boss.device()).unwrap().signed.len(), 1);
    assert_eq!(lacking(&mut tech, &owner.device()), None);
    // By way of a carrier that passes on the count, and neither the edit nor the grant before it.
    assert_eq!(count(&mut tech, &mut carrier), 1);
    assert_eq!(count(&mut carrier, &mut boss), 1);
    assert_eq!(lacking(&mut boss, &tech.device()), Some(2));
    pass(&mut tech, &mut carrier);
    pass(&mut carrier, &mut boss);
    assert_eq!(lacking(&mut boss, &tech.device()), None);
}

#[test]
fn what_is_private_is_not_counted() {
    let (_dirs, mut owner, mut boss, _tech) = three();
    count(&mut owner, &mut boss);
    let before = owner.counts_for(&boss.device()).unwrap();
    owner.commit(&draft("owner-1", "a thought")).unwrap();
    assert_eq!(owner.counts_for(&boss.device()).unwrap(), before);
}

#[test]
fn older_foreign_and_forged_counts_say_nothing() {
    let (_dirs, mut owner, mut boss, tech) = three();
    let old = owner.counts_for(&boss.device()).unwrap().signed;
    owner.commit(&note("p-1", "later", "a talk")).unwrap();
    count(&mut owner, &mut boss);
    assert_eq!(lacking(&mut boss, &owner.device()), Some(1));
    boss.keep_counts(&old).unwrap();
    assert_eq!(lacking(&mut boss, &owner.device()), Some(1));
    owner.commit(&note("p-1", "last", "a talk")).unwrap();
    let newest = owner.counts_for(&boss.device()).unwrap().signed;
    let newest = Count::open(&newest[0]).unwrap();
    let more = |count: &Count| Count {
        at_ms: count.at_ms + 1,
        total: count.total + 100,
        ..count.clone()
    };
    // Signed by somebody else, about another team, by nobody of the team.
    let forged = more(&newest).sign(&tech.inner.device).to_vec();
    let mut elsewhere = more(&newest);
    elsewhere.team.0[0] ^= 1;
    let elsewhere = elsewhere.sign(&owner.inner.device).to_vec();
    let stranger = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let mut unknown = more(&newest);
    unknown.device = DeviceId(stranger.verifying_key().to_bytes());
    let unknown = unknown.sign(&stranger).to_vec();
    boss.keep_counts(&[forged, elsewhere, unknown, Vec::new(), vec![0; 160]])
        .unwrap();
    assert_eq!(lacking(&mut boss, &owner.device()), Some(1));
}

#[test]
fn an_erasure_that_only_one_of_two_knows_raises_no_alarm() {
    let (_dirs, mut owner, mut boss, _tech) = three();
    owner.commit(&note("p-gone", "a", "a talk")).unwrap();
    meet(&mut owner, &mut boss);
    count(&mut owner, &mut boss);
    owner.erase(&"p-gone".into()).unwrap();
    owner.commit(&note("p-1", "later", "a talk")).unwrap();
    count(&mut owner, &mut boss);
    assert_eq!(lacking(&mut boss, &owner.device()), None, "not comparable");
    tell(&mut owner, &mut boss);
    assert_eq!(lacking(&mut boss, &owner.device()), Some(1));
    pass(&mut owner, &mut boss);
    assert_eq!(lacking(&mut boss, &owner.device()), None);
}

#[test]
fn an_older_copy_of_a_folder_reads_what_was_written_since_with_a_new_key() {
    let (dirs, mut owner, mut boss, _tech) = three();
    let older = tempfile::tempdir().unwrap();
    drop(boss);
    copy_folder(dirs[1].path(), &older.path().join("older"));
    boss = Store::open(dirs[1].path()).unwrap();
    // Nobody wrote about this person before, so the key is new.
    boss.commit(&note("p-9", "first", "a talk")).unwrap();
    meet(&mut boss, &mut owner);
    drop(boss);
    let mut again = Store::open(&older.path().join("older")).unwrap();
    meet(&mut owner, &mut again);
    let rows = again.rows(&record("p-9")).unwrap();
    assert_eq!(rows.table("meetings").count(), 1);
    assert_eq!(again.check().unwrap().findings, []);
}
