//! The owner's device: restored from a backup, stolen, handed over, recovered.

use super::world::*;
use crate::domain::team::Role;
use crate::log::authority::{By, Place, Pushed};
use crate::log::{Authority, AuthorityError, Change, Verdict, Why};

fn recover(n: u8) -> Change {
    Change::Recover {
        person: "owner".into(),
        device: device(n),
        seal: format!("seal {n}"),
        recovery: key(101).verifying_key().to_bytes(),
    }
}

#[test]
fn of_a_forked_authority_removals_hold_and_additions_do_not() {
    let base = team();
    let at = base.position();
    let revoke = forged(
        at,
        By::Owner,
        &key(1),
        vec![
            Change::Revoke {
                device: device(2),
                cuts: vec![],
            },
            admit(40, "novice"),
        ],
    );
    let add = forged(
        at,
        By::Owner,
        &key(1),
        vec![
            admit(41, "friend"),
            Change::Grant(right("friend", Role::Manager, None)),
        ],
    );
    let pen = Pen::new(2, &record(), 1, at);
    let envelope = pen.write(&base, &[], &[put("a", 1)]);
    for pair in [[&revoke, &add], [&add, &revoke]] {
        let mut authority = base.clone();
        assert!(authority.push(pair[0].clone()).is_ok());
        assert_eq!(authority.push(pair[1].clone()), Ok(Pushed::Changed));
        assert_eq!(authority.fork().unwrap().base, at);
        assert_eq!(authority.position(), at);
        for n in [2, 40, 41] {
            assert_eq!(authority.person_of(&device(n)), None, "device {n}");
        }
        assert!(
            !authority
                .state()
                .rights
                .is_manager(&"friend".into(), today())
        );
        let made = read(&authority, &record(), std::slice::from_ref(&envelope));
        assert_eq!(made.verdicts, [Verdict::Quarantined(Why::Removed)]);
        assert_eq!(
            authority.append(vec![], 3, &key(1)).err(),
            Some(AuthorityError::Forked(2))
        );
        // What others say goes on: device 4 writes naming the place before the fork.
        let honest = Pen::new(4, &record(), 1, at).write(&base, &[], &[put("b", 1)]);
        let made = read(&authority, &record(), &[honest]);
        assert_eq!(made.verdicts, [Verdict::Accepted]);
    }
}

fn today() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 5, 1).unwrap()
}

#[test]
fn the_recovery_key_names_the_branch_and_its_own_successor() {
    let base = team();
    let at = base.position();
    let mut honest = base.clone();
    honest
        .append(vec![admit(40, "novice")], 3, &key(1))
        .unwrap();
    let named = honest.position();
    let entry = honest.entries().last().unwrap().to_vec();
    let thiefs = forged(at, By::Owner, &key(1), vec![admit(41, "friend")]);
    let thief_further = {
        let mut a = base.clone();
        a.push(thiefs.clone()).unwrap();
        a.append(vec![admit(42, "friend")], 4, &key(1)).unwrap();
        a.entries().last().unwrap().to_vec()
    };
    let recovery = forged(named, By::Recovery, &key(100), vec![recover(50)]);
    let all = [entry, thiefs, thief_further, recovery.clone()];
    let mut seen = 0;
    for order in orders(4) {
        let mut authority = base.clone();
        let mut open: Vec<&Vec<u8>> = order.iter().map(|i| &all[*i]).collect();
        // Entries that came too early are tried again, as a store does.
        while !open.is_empty() {
            let before = open.len();
            open.retain(|e| authority.push((*e).clone()).is_err());
            assert!(open.len() < before, "{order:?}");
        }
        assert_eq!(authority.fork(), None);
        assert_eq!(authority.position().len, named.len + 1);
        assert!(authority.person_of(&device(40)).is_some());
        assert!(authority.person_of(&device(41)).is_none());
        assert_eq!(authority.state().owner, device(50));
        let void = crate::log::Position {
            len: named.len,
            hash: *blake3::hash(&all[1]).as_bytes(),
        };
        assert_eq!(authority.place(&void), Place::Void);
        // The old device signs no more, nor does the old recovery key.
        assert_eq!(
            authority.append(vec![], 5, &key(1)).err(),
            Some(AuthorityError::NotOwner)
        );
        let tip = authority.position();
        let again = forged(tip, By::Recovery, &key(100), vec![recover(51)]);
        assert_eq!(
            authority.push(again),
            Err(AuthorityError::Signature(tip.len))
        );
        let next = forged(tip, By::Recovery, &key(101), vec![recover(51)]);
        assert!(authority.push(next).is_ok());
        seen += 1;
    }
    assert_eq!(seen, 24);
}

#[test]
fn a_hand_over_against_the_recovery_key_ends_the_same_in_both_orders() {
    let base = team();
    let at = base.position();
    // The thief of the owner's device hands over to a device of a friend.
    let hand_over = forged(at, By::Owner, &key(1), vec![Change::HandOver(device(4))]);
    let recovery = forged(at, By::Recovery, &key(100), vec![recover(50)]);
    let mut ends = Vec::new();
    for pair in [[&hand_over, &recovery], [&recovery, &hand_over]] {
        let mut authority = base.clone();
        for entry in pair {
            authority.push(entry.clone()).unwrap();
        }
        assert_eq!(authority.state().owner, device(50));
        ends.push((authority.position(), authority.state().clone()));
    }
    assert_eq!(ends[0], ends[1]);
}

#[test]
fn an_honest_hand_over_moves_the_right_to_sign() {
    let mut authority = team();
    authority
        .append(vec![Change::HandOver(device(2))], 3, &key(1))
        .unwrap();
    assert_eq!(
        authority.append(vec![], 4, &key(1)).err(),
        Some(AuthorityError::NotOwner)
    );
    authority
        .append(vec![admit(40, "novice")], 4, &key(2))
        .unwrap();
    let again = Authority::read(authority.entries().iter().map(|e| e.to_vec())).unwrap();
    assert_eq!(again.position(), authority.position());
    assert_eq!(again.state(), authority.state());
}

#[test]
fn two_recoveries_in_one_place_hold_neither() {
    let base = team();
    let at = base.position();
    let one = forged(at, By::Recovery, &key(100), vec![recover(50)]);
    let two = forged(at, By::Recovery, &key(100), vec![recover(51)]);
    for pair in [[&one, &two], [&two, &one]] {
        let mut authority = base.clone();
        for entry in pair {
            authority.push(entry.clone()).unwrap();
        }
        assert!(authority.fork().is_some());
        assert_eq!(authority.state().owner, device(1));
    }
}
