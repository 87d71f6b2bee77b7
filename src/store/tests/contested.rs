//! What was written apart: whose it is to settle, and with which device each value was written.

use super::pairing::join;
use super::*;
use crate::document::Writing;
use crate::document::schema::PRESENT;
use crate::domain::team::Rights;

/// The owner writes two things in somebody's record, neither knowing of the other, as two machines do.
fn apart(store: &mut Store, person: &str) {
    let doc = record(person);
    let text = |text: &str| {
        vec![
            op(&doc, "meetings", "m", PRESENT, Scalar::Bool(true)),
            op(&doc, "meetings", "m", "notes", Scalar::text(text)),
        ]
    };
    let author = store.me().clone();
    let writing = |(at_ms, words): (u64, &str)| Writing {
        doc: doc.clone(),
        author: author.clone(),
        at_ms,
        apart: true,
        ops: text(words),
    };
    let now = now_ms();
    let writings = [(now, "here"), (now + 1, "there")].map(writing);
    store
        .seed(&writings, &Rights::default(), &Seed::Own)
        .unwrap();
}

fn found(store: &mut Store) -> Vec<crate::document::conflict::Conflict> {
    let team = store.team().unwrap();
    let mut found = store.conflicts(&team).unwrap();
    assert!(
        found
            .iter()
            .flat_map(|c| &c.choices)
            .all(|c| c.device.is_empty())
    );
    store.name_devices(&mut found).unwrap();
    found
}

#[test]
fn who_may_not_settle_it_is_told_who_may_and_everybody_sees_the_device() {
    let (_dir, mut owner) = fresh();
    owner.commit(&name("p-1", "Ada Inkwell")).unwrap();
    let (_one, mut one) = join(&mut owner, "p-1", 1);
    apart(&mut owner, "p-1");
    let parcel = owner.parcel_for(&one.device()).unwrap();
    assert_eq!(one.receive(&parcel).unwrap().refused, Vec::<String>::new());
    let device = owner.device().to_string();
    for (store, others) in [(&mut owner, None), (&mut one, Some("another manager may"))] {
        let found = found(store);
        let [conflict] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(conflict.others, others);
        let devices = conflict.choices.iter().map(|c| c.device.as_str());
        assert_eq!(devices.collect::<Vec<_>>(), [&device, &device]);
        let settled = store.commit(&conflict.settle(0).unwrap());
        match others {
            None => assert!(settled.is_ok()),
            Some(hint) => assert!(
                matches!(&settled, Err(StoreError::NotAllowed { hint: told, .. }) if *told == hint),
                "{settled:?}"
            ),
        }
    }
}
