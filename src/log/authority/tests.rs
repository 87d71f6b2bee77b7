use super::*;
use crate::domain::team::{Right, Role};
use chrono::NaiveDate;
use proptest::prelude::*;

fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn device(n: u8) -> DeviceId {
    DeviceId(key(n).verifying_key().to_bytes())
}

fn line(holder: &str, over: &str) -> Right {
    Right {
        holder: holder.into(),
        role: Role::Line,
        over: Some(over.into()),
        from: None,
        until: None,
    }
}

fn admit(n: u8, person: &str) -> Change {
    Change::Admit {
        device: device(n),
        person: Some(person.into()),
        seal: "seal".into(),
    }
}

pub(super) fn grown() -> Authority {
    let founding = Founding {
        salt: [0; 32],
        person: "o".into(),
        seal: "seal".into(),
        recovery: key(100).verifying_key().to_bytes(),
        time_ms: 1,
    };
    let mut authority = Authority::found(founding, &key(1), vec![]).unwrap();
    authority.append(vec![admit(2, "p")], 2, &key(1)).unwrap();
    authority
        .append(vec![Change::Grant(line("o", "p"))], 3, &key(1))
        .unwrap();
    authority
}

fn bytes(authority: &Authority) -> Vec<Vec<u8>> {
    authority.entries().iter().map(|e| e.to_vec()).collect()
}

#[test]
fn an_authority_is_read_back_with_every_state_on_the_way() {
    let authority = grown();
    let read = Authority::read(bytes(&authority)).unwrap();
    assert_eq!(read.state(), authority.state());
    assert_eq!(read.position(), authority.position());
    assert_eq!(
        read.state().team.0,
        *blake3::hash(authority.entries()[0]).as_bytes()
    );
    let founded = Authority::read(bytes(&authority)[..1].to_vec()).unwrap();
    assert_eq!(read.place(&founded.position()), Place::Chain(1));
    assert_eq!(founded.state().devices.len(), 1);
    assert_eq!(read.state().devices[&device(2)], "p".into());
    assert!(read.state().rights.0.contains(&line("o", "p")));
    let elsewhere = Position {
        len: 1,
        hash: [0; 32],
    };
    assert_eq!(read.place(&elsewhere), Place::Unknown);
}

#[test]
fn a_right_ends_on_its_last_day() {
    let mut authority = grown();
    let until = NaiveDate::from_ymd_opt(2026, 5, 1).unwrap();
    let end = Change::End {
        right: line("o", "p"),
        until,
        cuts: vec![],
    };
    authority.append(vec![end.clone()], 4, &key(1)).unwrap();
    let right = authority
        .state()
        .rights
        .0
        .iter()
        .find(|r| r.role == Role::Line);
    assert_eq!(right.unwrap().until, Some(until));
    assert!(matches!(
        authority.append(vec![end], 5, &key(1)),
        Err(AuthorityError::Contradiction(4))
    ));
}

#[test]
fn only_the_owners_device_writes_and_nothing_contradicts() {
    let mut authority = grown();
    assert_eq!(
        authority.append(vec![], 4, &key(2)).err(),
        Some(AuthorityError::NotOwner)
    );
    assert!(authority.append(vec![admit(2, "q")], 4, &key(1)).is_err());
    let usurp = Change::Grant(Right {
        role: Role::Owner,
        over: None,
        ..line("p", "p")
    });
    assert!(authority.append(vec![usurp], 4, &key(1)).is_err());
    assert_eq!(authority.entries().len(), 3, "nothing refused was kept");
}

#[test]
fn entries_cannot_be_left_out_swapped_or_changed() {
    let entries = bytes(&grown());
    assert!(Authority::read(vec![]).is_err());
    assert!(Authority::read(entries[1..].to_vec()).is_err());
    assert!(Authority::read([&entries[..1], &entries[2..]].concat()).is_err());
    for at in 0..entries[1].len() {
        let mut bad = entries.clone();
        bad[1][at] ^= 1;
        assert!(Authority::read(bad).is_err(), "byte {at}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Authority::read(vec![bytes]).is_err());
    }
}
