//! Carriers: room, rights and repairs.

use super::carrier::*;
use super::pairing::{join, make};
use super::*;
use crate::document::schema;
use crate::domain::team::Role;
use crate::log::Change;

#[test]
fn a_log_without_room_costs_itself_alone_and_goes_on_where_there_is_room() {
    let Scene {
        mut owner,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    meet(&mut owner, &mut carrier);
    let fill = |carrier: &Store, bytes: u64| {
        carrier
            .db
            .execute(
                "UPDATE carried_logs SET bytes = ?1 WHERE log IN
                 (SELECT l.id FROM logs l JOIN documents d ON d.id = l.doc WHERE d.doc = ?2)",
                rusqlite::params![
                    i64::try_from(bytes).unwrap(),
                    &id(carrier, &record("p-1")).0[..]
                ],
            )
            .unwrap()
    };
    assert_eq!(fill(&carrier, crate::limits::LOG_BYTES - 100), 1);
    owner.commit(&note("p-1", "a", "one too many")).unwrap();
    owner.commit(&note("p-1", "b", "and another")).unwrap();
    owner.commit(&name("p-2", "Bo Ash")).unwrap();
    let received = pass(&mut owner, &mut carrier);
    assert_eq!((received.over, received.accepted), (2, 1));
    assert!(received.refused[0].contains("larger than a carrier keeps"));
    assert_eq!(waiting_early(&mut carrier), 0);
    assert_eq!(carrier.check().unwrap().findings, []);
    fill(&carrier, 0);
    meet(&mut owner, &mut carrier);
}

#[test]
fn a_revoked_carrier_takes_part_no_more() {
    let Scene {
        mut owner,
        mut tech,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    meet(&mut owner, &mut carrier);
    let device = carrier.device();
    assert!(owner.members().unwrap().contains(&device));
    assert_eq!(owner.carriers().unwrap(), [device]);
    let revoke = Change::Revoke {
        device,
        cuts: vec![],
    };
    owner.amend(vec![revoke]).unwrap();
    assert_eq!(owner.shelf(&device).unwrap(), None);
    assert!(!owner.members().unwrap().contains(&device));
    assert_eq!(owner.seal_of(&device).unwrap(), None);
    assert_eq!(owner.record_for(&device).unwrap(), None);
    assert!(owner.parcel_for(&device).unwrap().packs.is_empty());
    let doc = id(&owner, &record("p-1"));
    let gift = owner.give(&device, &doc, &[]).unwrap();
    assert!(gift.parcel.is_empty());
    pass(&mut owner, &mut tech);
    assert_eq!(tech.shelf(&device).unwrap(), None);
}

#[test]
fn only_the_owners_device_lets_in_a_carrier() {
    let (_dir, mut owner) = fresh();
    make(&mut owner, "boss", Role::Manager);
    let (_boss, mut boss) = join(&mut owner, "boss", 1);
    let refused = boss.invite_carrier(&[7; 32]);
    let by_owner = matches!(
        refused,
        Err(StoreError::Pairing(PairingError::CarrierByOwner))
    );
    assert!(by_owner, "{refused:?}");
    let (_one, one) = carrier(&mut owner, 8);
    let (_two, two) = carrier(&mut owner, 9);
    let mut both = vec![one.device(), two.device()];
    both.sort();
    assert_eq!(owner.carriers().unwrap(), both);
}

#[test]
fn a_carriers_folder_is_opened_as_nothing_else_and_writes_nothing() {
    let Scene {
        mut owner,
        mut carrier,
        dir,
        _dirs,
        ..
    } = scene();
    meet(&mut owner, &mut carrier);
    for written in [
        carrier.commit(&name("p-1", "x")).map(drop),
        carrier
            .state_that(&crate::log::Statement::Stop {
                device: owner.device(),
                cuts: vec![],
            })
            .map(drop),
        carrier.invite(&"p-1".into(), &[1; 32]).map(drop),
        carrier.invite_carrier(&[1; 32]).map(drop),
        carrier.amend(vec![]).map(drop),
    ] {
        assert!(written.is_err());
    }
    assert!(!carrier.pack_next().unwrap());
    assert_eq!(shelf(&mut carrier, &owner), shelf(&mut owner, &carrier));
    drop(carrier);
    let said = Store::open(dir.path()).unwrap_err().to_string();
    assert!(said.contains("is the folder of a carrier"), "{said}");
    let own = |dir: &Path| -> Result<Store, StoreError> {
        Store::open_carrier(dir, || Ok(KeyFile::open(dir, None)?.secrets))
    };
    let said = own(_dirs[0].path()).unwrap_err().to_string();
    assert!(said.contains("a person's folder"), "{said}");
    own(dir.path()).unwrap();
}

#[test]
fn what_the_disk_damaged_is_found_let_go_and_brought_again() {
    let Scene {
        mut owner,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    for n in 0..4 {
        owner
            .commit(&note("p-1", &format!("r{n}"), "kept"))
            .unwrap();
    }
    meet(&mut owner, &mut carrier);
    let doc = id(&owner, &record("p-1"));
    let damaged = carrier
        .db
        .execute(
            "UPDATE envelopes SET bytes = zeroblob(length(bytes)) WHERE n =
             (SELECT e.n FROM envelopes e JOIN documents d ON d.id = e.doc WHERE d.doc = ?1 ORDER BY e.seq LIMIT 1 OFFSET 2)",
            [&doc.0[..]],
        )
        .unwrap();
    assert_eq!(damaged, 1);
    let findings = carrier.check().unwrap().findings;
    assert!(findings[0].what.contains("is damaged"), "{findings:?}");
    let repaired = carrier.repair().unwrap();
    assert_eq!(repaired.did.len(), 2, "{repaired:?}");
    assert_eq!(carrier.check().unwrap().findings, []);
    let received = pass(&mut owner, &mut carrier);
    assert!(received.accepted > 0);
    meet(&mut owner, &mut carrier);
    assert_eq!(carrier.check().unwrap().findings, []);
}

#[test]
fn of_somebody_who_was_erased_nothing_is_taken_or_given() {
    let Scene {
        mut owner,
        mut tech,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    owner.commit(&note("p-2", "m", "soon gone")).unwrap();
    meet(&mut owner, &mut carrier);
    let doc = id(&owner, &record("p-2"));
    assert!(held(&carrier).contains(&doc));
    let old = owner.give(&carrier.device(), &doc, &[]).unwrap().parcel;
    owner.amend(vec![Change::Erase("p-2".into())]).unwrap();
    meet(&mut owner, &mut carrier);
    assert!(shelf(&mut carrier, &owner).iter().all(|(d, _)| *d != doc));
    assert!(!carrier.receive(&old).unwrap().refused.is_empty());
    // When the time is over, it is destroyed here as everywhere.
    let now = now_ms();
    for later in [8, 16] {
        let at = now + later * 24 * 3_600_000;
        destroy::due(&mut carrier.db, &mut carrier.inner, at).unwrap();
    }
    assert!(!held(&carrier).contains(&doc));
    assert_eq!(carrier.check().unwrap().findings, []);
    meet(&mut tech, &mut carrier);
}

#[test]
fn the_newest_step_of_each_kind_needs_no_key_to_be_carried() {
    // A carrier is as old as it is: it passes on what newer programs write.
    let Scene {
        mut owner,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    meet(&mut owner, &mut carrier);
    owner.commit(&note("p-1", "n", "newer")).unwrap();
    let doc = id(&owner, &record("p-1"));
    let had = carrier.ends_for(&owner.device(), &doc).unwrap().unwrap();
    let gift = owner.give(&carrier.device(), &doc, &had).unwrap();
    let whole = crate::log::Envelope::decode(&gift.parcel.envelopes[0]).unwrap();
    let mut header = whole.header.clone();
    header.step = schema::newest(Kind::Record) + 1;
    let signer = owner.inner.device.clone();
    let newer = crate::log::Envelope::sign(header, whole.body.clone(), &signer);
    let parcel = Parcel {
        envelopes: vec![newer.encode()],
        people: gift.parcel.people.clone(),
        ..Parcel::default()
    };
    let received = carrier.receive(&parcel).unwrap();
    assert_eq!((received.accepted, received.early), (1, 0));
}

#[test]
fn what_has_no_right_is_refused_without_a_key() {
    let Scene {
        mut owner,
        mut tech,
        mut carrier,
        _dirs,
        dir: _dir,
        ..
    } = scene();
    meet(&mut owner, &mut carrier);
    meet(&mut tech, &mut carrier);
    tech.commit(&name("p-1", "Ada Quill")).unwrap();
    let card = id(&tech, &DocRef::of(Kind::Card, &"p-1".into()));
    let had = carrier.ends_for(&tech.device(), &card).unwrap().unwrap();
    let gift = tech.give(&carrier.device(), &card, &had).unwrap();
    let whole = crate::log::Envelope::decode(gift.parcel.envelopes.last().unwrap()).unwrap();
    // Signed by the device, and in somebody else's record, which it may not write.
    let mut header = whole.header.clone();
    header.log.doc = id(&tech, &record("p-2"));
    (header.seq, header.prev) = (1, [0; 32]);
    let signer = tech.inner.device.clone();
    let forged = crate::log::Envelope::sign(header, whole.body.clone(), &signer);
    let mut changed = whole.encode();
    *changed.last_mut().unwrap() ^= 1;
    let parcel = Parcel {
        envelopes: vec![forged.encode(), changed],
        people: ["p-1".into(), "p-2".into()].into(),
        ..Parcel::default()
    };
    let received = carrier.receive(&parcel).unwrap();
    assert_eq!((received.accepted, received.refused.len()), (0, 2));
    assert!(received.refused.iter().any(|w| w.contains("no right")));
    meet(&mut tech, &mut carrier);
    assert_eq!(carrier.check().unwrap().findings, []);
}
