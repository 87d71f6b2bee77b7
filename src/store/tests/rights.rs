//! Roles and line managers that change, and the record of rights in other hands.

use super::pairing::{join, make};
use super::removal::{carry, notes, two};
use super::*;
use crate::domain::team::Role;
use crate::log::Change;

#[test]
fn a_role_lets_its_holder_read_what_was_written_before_and_takes_it_again() {
    let (_a, mut owner) = fresh();
    owner.commit(&name("p-1", "Ada Inkwell")).unwrap();
    owner.commit(&note("p-1", "m", "older")).unwrap();
    let (_b, mut new) = join(&mut owner, "new", 1);
    assert!(notes(&mut new, "p-1", "m").is_empty());
    let today = day_of(now_ms());
    let manager = Some(Role::Manager);
    let change = owner.role_change(&"new".into(), manager, today).unwrap();
    owner.change_rights(&change, today).unwrap();
    carry(&mut owner, &mut new);
    assert_eq!(notes(&mut new, "p-1", "m"), [Scalar::text("older")]);
    new.commit(&note("p-1", "n", "by the new one")).unwrap();
    carry(&mut new, &mut owner);
    let same = owner.role_change(&"new".into(), manager, today);
    assert!(matches!(
        same,
        Err(StoreError::Removal(RemovalError::AlreadySo))
    ));
    // A head is no manager; what the manager wrote stands.
    let change = owner
        .role_change(&"new".into(), Some(Role::Head), today)
        .unwrap();
    assert_eq!((change.ended.len(), change.given.is_some()), (1, true));
    owner.change_rights(&change, today).unwrap();
    assert_eq!(
        notes(&mut owner, "p-1", "n"),
        [Scalar::text("by the new one")]
    );
    carry(&mut owner, &mut new);
    let refused = new.commit(&note("p-1", "n", "again")).unwrap_err();
    assert!(
        matches!(refused, StoreError::NotAllowed { .. }),
        "{refused}"
    );
    let change = owner.role_change(&"new".into(), None, today).unwrap();
    owner.change_rights(&change, today).unwrap();
    let none = owner.role_change(&"new".into(), None, today);
    assert!(matches!(
        none,
        Err(StoreError::Removal(RemovalError::AlreadySo))
    ));
    let own = owner
        .role_change(&"owner-1".into(), None, today)
        .unwrap_err();
    assert!(own.to_string().contains("hand it over"), "{own}");
}

#[test]
fn a_line_manager_follows_another_without_a_day_of_both() {
    let (_a, mut owner) = fresh();
    let today = day_of(now_ms());
    let line = |owner: &mut Store, manager: &str| {
        let change = owner.line_change(&"p-1".into(), &manager.into(), today)?;
        owner.change_rights(&change, today)?;
        Ok::<_, StoreError>(change)
    };
    assert!(line(&mut owner, "one").unwrap().ended.is_empty());
    assert!(matches!(
        line(&mut owner, "one"),
        Err(StoreError::Removal(RemovalError::AlreadySo))
    ));
    assert_eq!(line(&mut owner, "two").unwrap().ended.len(), 1);
    assert!(line(&mut owner, "p-1").is_err());
    let rights = owner.inner.rights(&owner.db).unwrap().rights.clone();
    assert_eq!(
        rights.line_manager(&"p-1".into(), today),
        Some(&"two".into())
    );
    let holding = rights
        .0
        .iter()
        .filter(|r| r.role == Role::Line && r.on(today));
    assert_eq!(holding.count(), 1);
}

#[test]
fn after_a_hand_over_the_new_device_signs_and_the_old_one_no_more() {
    let ((_a, mut owner), (_b, mut boss)) = two();
    // The manager's second device is known by a statement alone.
    let (_c, mut second) = join(&mut boss, "boss", 2);
    carry(&mut boss, &mut owner);
    let nobody = owner.handing_over(&"p-1".into(), None).unwrap_err();
    assert!(nobody.to_string().contains("is no manager"), "{nobody}");
    let which = owner.handing_over(&"boss".into(), None).unwrap_err();
    assert!(which.to_string().contains("--device"), "{which}");
    let to = owner
        .handing_over(&"boss".into(), Some(second.device()))
        .unwrap();
    assert!(to.stays_manager);
    owner.hand_over(&to).unwrap();
    let refused = owner.amend(vec![Change::Erase("p-1".into())]).unwrap_err();
    assert!(
        refused.to_string().contains("only the owner's device"),
        "{refused}"
    );
    owner
        .commit(&note("p-1", "m", "as a manager still"))
        .unwrap();
    carry(&mut owner, &mut second);
    carry(&mut owner, &mut boss);
    make(&mut second, "p-1", Role::Head);
    carry(&mut second, &mut owner);
    carry(&mut second, &mut boss);
    let today = day_of(now_ms());
    for store in [&mut owner, &mut boss, &mut second] {
        assert_eq!(store.owner().unwrap(), ("boss".into(), to.device));
        let state = store.inner.rights(&store.db).unwrap();
        assert!(state.rights.has(&"p-1".into(), Role::Head, today));
        assert!(state.rights.is_manager(&"owner-1".into(), today));
        assert_eq!(
            notes(store, "p-1", "m"),
            [Scalar::text("as a manager still")]
        );
    }
    // Now the former owner's device can be taken out.
    let removal = second.removal(&owner.device(), Trust::All).unwrap();
    assert_eq!(removal.means, Means::Entry);
    second.remove(&removal).unwrap();
    carry(&mut second, &mut boss);
    assert_eq!(
        notes(&mut boss, "p-1", "m"),
        [Scalar::text("as a manager still")]
    );
}
