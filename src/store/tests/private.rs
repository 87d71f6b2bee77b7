//! What is private to a person: shared among the devices that the person let in, and with no other, whoever says whose it is.

use super::pairing::join;
use super::*;
use crate::log::Change;
use ed25519_dalek::SigningKey;

fn private(person: &str) -> DocRef {
    DocRef::of(Kind::Private, &person.into())
}

fn draft(person: &str, text: &str) -> Edit {
    let value = Scalar::text(text);
    edit(
        text,
        vec![op(&private(person), "mark_notes", text, "evidence", value)],
    )
}

fn drafts(store: &mut Store, person: &str) -> Vec<String> {
    let rows = store.rows(&private(person)).unwrap();
    let table = rows.table("mark_notes");
    table.map(|(key, _)| key.to_owned()).collect()
}

fn send(from: &mut Store, to: &mut Store) {
    let parcel = from.parcel_for(&to.device()).unwrap();
    assert_eq!(to.receive(&parcel).unwrap().refused, Vec::<String>::new());
}

/// Whether a parcel has anything of somebody's private document in it.
fn has_private(parcel: &Parcel, team: &TeamId, person: &str) -> bool {
    let id = crate::log::DocId::of(team, &private(person), 0);
    let of = |e: &Vec<u8>| crate::log::Envelope::decode(e).unwrap().header.log.doc == id;
    parcel.envelopes.iter().any(of)
}

#[test]
fn a_persons_own_devices_share_one_private_document() {
    let (_owner, mut owner) = fresh();
    let (_one, mut one) = join(&mut owner, "p-1", 1);
    one.commit(&draft("p-1", "a")).unwrap();
    let (_two, mut two) = join(&mut one, "p-1", 2);
    assert_eq!(drafts(&mut two, "p-1"), ["a"], "what was written before");
    two.commit(&draft("p-1", "b")).unwrap();
    let (three_dir, mut three) = join(&mut two, "p-1", 3);
    three.commit(&draft("p-1", "c")).unwrap();
    one.commit(&draft("p-1", "d")).unwrap();
    // The first hears of the third through the second.
    send(&mut three, &mut two);
    send(&mut two, &mut one);
    send(&mut one, &mut two);
    send(&mut two, &mut three);
    for store in [&mut one, &mut two, &mut three] {
        assert_eq!(drafts(store, "p-1"), ["a", "b", "c", "d"]);
        assert_eq!(store.check().unwrap().findings, []);
    }
    // Where the owner lets in one of them as well, it stays what it was.
    let entry = Change::Admit {
        device: two.device(),
        person: Some("p-1".into()),
        seal: two.recipient(),
    };
    owner.amend(vec![entry]).unwrap();
    for store in [&mut one, &mut two, &mut three] {
        send(&mut owner, store);
        assert_eq!(drafts(store, "p-1"), ["a", "b", "c", "d"]);
    }
    drop(three);
    let mut three = Store::open(three_dir.path()).unwrap();
    assert_eq!(drafts(&mut three, "p-1"), ["a", "b", "c", "d"]);
    // And nobody else has any of it.
    let team = owner.inner.team;
    let own = one.parcel_for(&two.device()).unwrap();
    assert!(has_private(&own, &team, "p-1"));
    let others = one.parcel_for(&owner.device()).unwrap();
    assert!(!has_private(&others, &team, "p-1"));
}

#[test]
fn both_write_before_they_meet_and_each_reads_the_other() {
    let (_owner, mut owner) = fresh();
    let (_two, mut two) = join(&mut owner, "owner-1", 1);
    two.commit(&draft("owner-1", "two")).unwrap();
    owner.commit(&draft("owner-1", "one")).unwrap();
    for _ in 0..2 {
        send(&mut owner, &mut two);
        send(&mut two, &mut owner);
    }
    assert_eq!(drafts(&mut owner, "owner-1"), ["one", "two"]);
    assert_eq!(drafts(&mut two, "owner-1"), ["one", "two"]);
}

#[test]
fn a_device_that_the_owner_says_is_somebodys_gets_nothing_private() {
    let (_owner, mut owner) = fresh();
    owner.commit(&name("p-1", "Ada Inkwell")).unwrap();
    let (_one, mut one) = join(&mut owner, "p-1", 1);
    one.commit(&draft("p-1", "a")).unwrap();
    let slipped_in = SigningKey::from_bytes(&[77; 32]);
    let seal = age::x25519::Identity::generate().to_public().to_string();
    let device = DeviceId(slipped_in.verifying_key().to_bytes());
    let admit = Change::Admit {
        device,
        person: Some("p-1".into()),
        seal,
    };
    let team = owner.inner.team;
    let steps = [vec![admit], vec![Change::HandOver(device)]];
    for (n, entry) in steps.into_iter().enumerate() {
        owner.amend(entry).unwrap();
        send(&mut owner, &mut one);
        one.commit(&draft("p-1", &format!("b{n}"))).unwrap();
        let parcel = one.parcel_for(&device).unwrap();
        assert!(!parcel.envelopes.is_empty());
        assert!(!has_private(&parcel, &team, "p-1"), "step {n}");
        // Nor is a key of it wrapped for that device.
        let own = one.device();
        let parcel = one.parcel_for(&own).unwrap();
        let id = crate::log::DocId::of(&team, &private("p-1"), 0);
        for bytes in &parcel.envelopes {
            let envelope = crate::log::Envelope::decode(bytes).unwrap();
            let grant = crate::log::Grant::decode(&envelope.body);
            if envelope.header.log.doc == id
                && envelope.header.kind == crate::log::envelope::BodyKind::Grant
            {
                assert!(grant.unwrap().devices().all(|d| *d != device), "step {n}");
            }
        }
    }
    assert_eq!(drafts(&mut one, "p-1"), ["a", "b0", "b1"]);
    assert_eq!(one.check().unwrap().findings, []);
}
