//! What somebody without keys makes of envelopes: the same as a reader, but for what contents alone say.

use super::world::*;
use crate::document::{DocRef, Kind};
use crate::log::carried::{End, next};
use crate::log::{
    Assembly, Authority, Change, Envelope, Header, LogId, Refusal, Target, Verdict, Wait, carried,
};
use std::collections::BTreeSet;

/// Asserts that a carrier comes to the verdicts and ends of a reader in each log of which contents say nothing more.
pub fn agrees(made: &Assembly, target: &Target, authority: &Authority, envelopes: &[Envelope]) {
    let headers: Vec<&Header> = envelopes.iter().map(|e| &e.header).collect();
    let without_keys = carried(target, authority, &headers);
    let by_contents = |v: &Verdict| {
        let early = [Wait::Key, Wait::Change, Wait::Newer].map(Verdict::Early);
        early.contains(v)
            || *v == Verdict::Refused(Refusal::Contents)
            || *v == Verdict::Refused(Refusal::After)
    };
    let read_further: BTreeSet<LogId> = (headers.iter().zip(&made.verdicts))
        .filter(|(_, verdict)| by_contents(verdict))
        .map(|(header, _)| header.log)
        .collect();
    for (n, header) in headers.iter().enumerate() {
        if read_further.contains(&header.log) {
            continue;
        }
        assert_eq!(
            without_keys.verdicts[n], made.verdicts[n],
            "envelope {n} of {}",
            header.log.device
        );
        let (end, tail) = (&without_keys.logs[&header.log], &made.logs[&header.log]);
        assert_eq!(
            (end.seq, end.head, end.sum),
            (tail.seq, tail.head, tail.sum)
        );
    }
}

#[test]
fn what_simply_follows_is_taken_and_everything_else_is_not() {
    let authority = team();
    let (doc, at) = (record(), authority.position());
    let pen = Pen::new(2, &doc, 1, at);
    let one = pen.write(&authority, &[], &[put("a", 1)]);
    let held = [one.clone()];
    let two = pen.write(&authority, &held, &[put("b", 2)]);
    let target = target(&doc);
    let first = next(&target, &authority, &End::default(), &one.header).expect("it follows");
    assert_eq!((first.seq, first.head), (1, one.header.hash()));
    assert!(next(&target, &authority, &first, &two.header).is_some());
    assert!(next(&target, &authority, &End::default(), &two.header).is_none());
    // Somebody without the right, and a device that has it no more.
    let tech = Pen::new(3, &doc, 1, at).write(&authority, &[], &[put("c", 3)]);
    assert!(next(&target, &authority, &End::default(), &tech.header).is_none());
    let mut later = authority.clone();
    let revoke = Change::Revoke {
        device: device(2),
        cuts: vec![cut(&one)],
    };
    later.append(vec![revoke], 9, &key(1)).unwrap();
    assert!(next(&target, &later, &first, &two.header).is_none());
}

#[test]
fn a_carrier_takes_part_without_a_right_to_read_or_write() {
    let mut authority = team();
    let admit = Change::Admit {
        device: device(9),
        person: None,
        seal: "seal 9".into(),
    };
    authority.append(vec![admit], 3, &key(1)).unwrap();
    let (carrier, own) = (device(9), DocRef::of(Kind::Private, &"tech".into()));
    assert!(authority.takes_part(&carrier) && authority.is_carrier(&carrier));
    assert_eq!(authority.person_of(&carrier), None);
    for kind in Kind::ALL {
        let doc = match kind.is_personal() {
            true => DocRef::of(kind, &"tech".into()),
            false => DocRef::team_wide(kind),
        };
        assert_eq!(authority.carries(&doc, &carrier), kind != Kind::Private);
        let day = chrono::NaiveDate::from_ymd_opt(2026, 5, 1).unwrap();
        let readers = crate::log::grant::readers(&authority, &doc, Some(&device(3)), day);
        assert!(!readers.contains_key(&carrier), "{kind:?}");
    }
    assert!(
        !authority.carries(&own, &device(2)),
        "a manager's machine is none"
    );
    let revoke = Change::Revoke {
        device: carrier,
        cuts: vec![],
    };
    authority.append(vec![revoke], 4, &key(1)).unwrap();
    assert!(!authority.takes_part(&carrier) && !authority.carries(&record(), &carrier));
}
