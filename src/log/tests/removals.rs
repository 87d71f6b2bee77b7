//! Removals: what somebody writes who does not know of one yet, or pretends not to.

use super::world::*;
use crate::document::{DocRef, Kind, Scalar};
use crate::domain::team::Role;
use crate::log::{Authority, Change, Envelope, Refusal, Statement, Verdict, Wait, Why};
use chrono::NaiveDate;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 1).unwrap()
}

/// A team with entries up to 20, the last of which ends the manager's right behind `cuts`; and the same up to 18 alone.
fn demoted(cuts: Vec<crate::log::Cut>) -> (Authority, Authority) {
    let mut authority = team();
    let mut eighteen = None;
    for n in 2..19 {
        authority
            .append(vec![admit(30 + n, "tech")], 3, &key(1))
            .unwrap();
        if authority.position().len == 18 {
            eighteen = Some(authority.clone());
        }
    }
    let end = Change::End {
        right: right("manager", Role::Manager, None),
        until: day(),
        cuts,
    };
    authority.append(vec![end], 4, &key(1)).unwrap();
    assert_eq!(authority.position().len, 20);
    (authority, eighteen.unwrap())
}

#[test]
fn a_demoted_manager_cannot_write_as_if_it_had_not_happened() {
    let (_, eighteen) = demoted(vec![]);
    let at18 = eighteen.position();
    let old = Pen::new(2, &record(), 1, at18);
    let known = old.write(&eighteen, &[], &[put("a.b|c", 1)]);
    // The owner cuts behind what is known, and cannot know of what follows.
    let (authority, eighteen) = demoted(vec![cut(&known)]);
    let in_old_log = old.write(&eighteen, std::slice::from_ref(&known), &[put("x", 2)]);
    let in_new_epoch = Pen::new(2, &record(), 2, at18).write(&eighteen, &[], &[put("y", 3)]);
    let succession = DocRef::team_wide(Kind::Succession);
    let of_new_document = Pen::new(2, &succession, 3, at18).write(
        &eighteen,
        &[],
        &[("critical".into(), "p".into(), "f".into(), Scalar::Int(4))],
    );
    // The manager's own documents are not touched by the loss of that right.
    let own = DocRef::of(Kind::SelfRecord, &"manager".into());
    let of_themself = Pen::new(2, &own, 4, at18).write(&eighteen, &[], &[put("z", 5)]);

    let entries = authority.entries();
    for order in orders(3) {
        for delivered in 0..=3 {
            // Authority before, between and after: what is judged at the end is the same.
            let mut reader = Authority::read(entries[..1].iter().map(|e| e.to_vec())).unwrap();
            let mut held: Vec<Envelope> = Vec::new();
            let deliver = |reader: &mut Authority| {
                for entry in &entries {
                    reader.push(entry.to_vec()).unwrap();
                }
            };
            for (n, which) in order.iter().enumerate() {
                if n == delivered {
                    deliver(&mut reader);
                }
                held.push([&known, &in_old_log, &in_new_epoch][*which].clone());
                let early = read(&reader, &record(), &held).verdicts;
                if n < delivered {
                    assert!(early.iter().all(|v| matches!(v, Verdict::Early(_))));
                }
            }
            deliver(&mut reader);
            let made = read(&reader, &record(), &held);
            for (envelope, verdict) in held.iter().zip(&made.verdicts) {
                let expected = if envelope == &known {
                    Verdict::Accepted
                } else {
                    Verdict::Quarantined(Why::Removed)
                };
                assert_eq!(*verdict, expected, "{order:?} {delivered}");
            }
            assert!(made.marked.is_empty());
        }
    }
    let made = read(&authority, &succession, &[of_new_document]);
    assert_eq!(made.verdicts, [Verdict::Quarantined(Why::Removed)]);
    let made = read(&authority, &own, &[of_themself]);
    assert_eq!(made.verdicts, [Verdict::Accepted]);
}

#[test]
fn a_demoted_manager_who_knows_is_refused_whatever_day_is_claimed() {
    let (authority, _) = demoted(vec![]);
    // Time 1 000 ms is 1 January 1970, a day on which the right would hold by its dates.
    let late = Pen::new(2, &record(), 1, authority.position());
    let (before, _) = demoted(vec![]);
    let envelope = late.write(&before, &[], &[put("x", 2)]);
    let made = read(&authority, &record(), &[envelope]);
    assert_eq!(made.verdicts, [Verdict::Refused(Refusal::NoRight)]);
}

#[test]
fn a_newcomer_whose_envelopes_come_before_their_admission_ends_accepted() {
    let mut authority = team();
    let before = authority.clone();
    authority.append(vec![admit(9, "new")], 3, &key(1)).unwrap();
    let own = DocRef::of(Kind::SelfRecord, &"new".into());
    let envelope =
        Pen::new(9, &own, 1, authority.position()).write(&authority, &[], &[put("a", 1)]);
    let made = read(&before, &own, std::slice::from_ref(&envelope));
    assert_eq!(made.verdicts, [Verdict::Early(Wait::Authority)]);
    let made = read(&authority, &own, std::slice::from_ref(&envelope));
    assert_eq!(made.verdicts, [Verdict::Accepted]);
    // Naming an entry before one's own admission is no way in.
    let envelope = Pen::new(9, &own, 1, before.position()).write(&authority, &[], &[put("a", 1)]);
    let made = read(&authority, &own, &[envelope]);
    assert_eq!(made.verdicts, [Verdict::Refused(Refusal::NotYet)]);
}

#[test]
fn a_manager_lets_in_a_technician_and_a_person_a_further_device_and_nobody_else_anybody() {
    let base = team();
    let team_id = base.state().team;
    let at = base.position();
    let admission = |by: u8, n: u8, person: &str| {
        let said = Statement::admit(&team_id, person.into(), "seal".into(), &device(by), &key(n));
        (statement(by, u64::from(n), at, team_id, &said), said)
    };
    let cases = [
        (2, 20, "novice", true),  // a manager a technician
        (3, 21, "tech", true),    // a person a further device
        (3, 22, "novice", false), // a technician somebody else
        (2, 23, "other", false),  // a manager a manager
        (2, 24, "manager", true), // a manager's own further device
        (2, 25, "owner", false),  // a manager the owner
        (21, 26, "tech", true),   // a device that was let in by a statement lets in another
    ];
    for order in orders(cases.len()).into_iter().step_by(97) {
        let mut authority = base.clone();
        for which in &order {
            let (by, n, person, _) = cases[*which];
            let (envelope, said) = admission(by, n, person);
            assert!(envelope.verify().is_ok());
            assert!(authority.state_that(&envelope.header, said));
        }
        for (by, n, person, holds) in cases {
            assert_eq!(
                authority.person_of(&device(n)).is_some(),
                holds,
                "{by} lets in {n} for {person}, {order:?}"
            );
        }
    }
    // Without the device's own consent there is no admission.
    let (envelope, said) = admission(2, 20, "novice");
    let Statement::Admit {
        device,
        seal,
        consent,
        ..
    } = said
    else {
        unreachable!("made as an admission");
    };
    let hijacked = Statement::Admit {
        device,
        person: "tech".into(),
        seal,
        consent,
    };
    let mut authority = base.clone();
    authority.state_that(&envelope.header, hijacked);
    assert_eq!(authority.person_of(&device), None);
    // What it agreed to with one device is of no use to another, whatever right that one has.
    let (_, said) = admission(2, 20, "novice");
    let stolen = statement(4, 1, at, team_id, &said);
    let mut authority = base.clone();
    authority.state_that(&stolen.header, said);
    assert_eq!(authority.person_of(&device), None);
}

#[test]
fn what_a_removed_manager_let_in_beyond_the_cut_does_not_count() {
    let mut authority = team();
    let team_id = authority.state().team;
    let at = authority.position();
    let said = Statement::admit(
        &team_id,
        "novice".into(),
        "seal".into(),
        &device(2),
        &key(20),
    );
    let admission = statement(2, 7, at, team_id, &said);
    let own = DocRef::of(Kind::SelfRecord, &"novice".into());
    authority.state_that(&admission.header, said.clone());
    let envelope = Pen::new(20, &own, 1, at).write(&authority, &[], &[put("a", 1)]);
    let held = [envelope];
    assert_eq!(read(&authority, &own, &held).verdicts, [Verdict::Accepted]);
    let revoke = |cuts| Change::Revoke {
        device: device(2),
        cuts,
    };
    let mut kept = authority.clone();
    kept.append(vec![revoke(vec![cut(&admission)])], 3, &key(1))
        .unwrap();
    assert_eq!(read(&kept, &own, &held).verdicts, [Verdict::Accepted]);
    authority.append(vec![revoke(vec![])], 3, &key(1)).unwrap();
    assert_eq!(
        read(&authority, &own, &held).verdicts,
        [Verdict::Quarantined(Why::NotAdmitted)]
    );
}

#[test]
fn a_stolen_laptop_with_edits_on_top_ends_the_same_in_every_order() {
    let base = team();
    let at = base.position();
    let thief = Pen::new(2, &record(), 1, at);
    let colleague = Pen::new(4, &record(), 2, at);
    let honest = thief.write(&base, &[], &[put("honest", 1)]);
    let stolen = thief.write(&base, std::slice::from_ref(&honest), &[put("stolen", 2)]);
    let both = [honest.clone(), stolen.clone()];
    let on_top = colleague.write(&base, &both, &[put("on top", 3)]);
    // A second change of the thief on which nobody built, and one of the colleague's that knows of none of it.
    let unreferenced = thief.write(&base, &both, &[put("unreferenced", 4)]);
    let apart = Pen::new(4, &record(), 3, at).write(&base, &[], &[put("apart", 5)]);
    let mut removed = base.clone();
    let revoke = Change::Revoke {
        device: device(2),
        cuts: vec![cut(&honest)],
    };
    removed.append(vec![revoke], 9, &key(1)).unwrap();
    let entry = removed.entries().last().unwrap().to_vec();

    let all = [honest, stolen, on_top, unreferenced, apart];
    let mut heads = None;
    let mut seen = 0;
    for order in orders(5) {
        for removal_at in 0..=5 {
            let mut reader = base.clone();
            let mut held = Vec::new();
            for (n, which) in order.iter().enumerate() {
                if n == removal_at {
                    reader.push(entry.clone()).unwrap();
                }
                held.push(all[*which].clone());
                // Whatever has come so far can be read.
                read(&reader, &record(), &held);
            }
            reader.push(entry.clone()).unwrap();
            let made = read(&reader, &record(), &held);
            let now = made.doc.heads();
            assert_eq!(
                *heads.get_or_insert(now.clone()),
                now,
                "{order:?} {removal_at}"
            );
            let author = |actor: &_| made.authors.get(actor).cloned();
            let rows = made.doc.rows(&author);
            assert!(rows.row("marks", "honest").is_some());
            assert!(
                rows.row("marks", "on top").is_some(),
                "the colleague's edit stands"
            );
            assert!(rows.row("marks", "apart").is_some());
            assert!(rows.row("marks", "stolen").is_some(), "it is rested on");
            assert!(rows.row("marks", "unreferenced").is_none());
            let marked: Vec<_> = made.marked.iter().map(|i| &held[*i]).collect();
            assert_eq!(marked, [&all[1]], "and it is marked");
            seen += 1;
        }
    }
    assert_eq!(seen, 720);
}

#[test]
fn a_lost_device_is_stopped_while_the_owner_is_away() {
    let base = team();
    let team_id = base.state().team;
    let at = base.position();
    let own = DocRef::of(Kind::SelfRecord, &"tech".into());
    let pen = Pen::new(3, &own, 1, at);
    let first = pen.write(&base, &[], &[put("a", 1)]);
    let second = pen.write(&base, std::slice::from_ref(&first), &[put("b", 2)]);
    let held = [first.clone(), second];
    for (by, holds) in [(2, true), (4, true), (5, false)] {
        let mut authority = base.clone();
        authority
            .append(vec![admit(5, "novice")], 3, &key(1))
            .unwrap();
        let stop = Statement::Stop {
            device: device(3),
            cuts: vec![cut(&first)],
        };
        let said = statement(by, 1, authority.position(), team_id, &stop);
        authority.state_that(&said.header, stop);
        let made = read(&authority, &own, &held);
        let expected = if holds {
            Verdict::Quarantined(Why::Stopped)
        } else {
            Verdict::Accepted
        };
        assert_eq!(made.verdicts, [Verdict::Accepted, expected], "by {by}");
    }
}

#[test]
fn the_owners_word_lets_nobody_into_what_is_private() {
    let mut authority = team();
    let team_id = authority.state().team;
    let private = DocRef::of(Kind::Private, &"tech".into());
    let verdict = |authority: &Authority, n: u8| {
        let pen = Pen::new(n, &private, 1, authority.position());
        let envelope = pen.write(authority, &[], &[put("a", 1)]);
        read(authority, &private, &[envelope]).verdicts[0]
    };
    let let_in = |authority: &mut Authority, by: u8, n: u8| {
        let own = device(by);
        let said = Statement::admit(&team_id, "tech".into(), "seal".into(), &own, &key(n));
        let admission = statement(by, u64::from(n), authority.position(), team_id, &said);
        assert!(authority.state_that(&admission.header, said));
    };
    let with_it = [3, 21, 22];
    let without = [1, 2, 8, 9, 23, 24, 25, 26];
    let holds = |authority: &Authority, when: &str| {
        for n in with_it {
            assert_eq!(verdict(authority, n), Verdict::Accepted, "{n} {when}");
            assert_eq!(authority.private_root(&device(n)), device(3), "{n} {when}");
        }
        let readers = crate::log::grant::readers(
            authority,
            &private,
            Some(&device(3)),
            chrono::NaiveDate::MIN,
        );
        assert_eq!(readers.len(), 3, "{when}");
        for n in without {
            let verdict = verdict(authority, n);
            assert_ne!(verdict, Verdict::Accepted, "{n} {when}");
            assert_ne!(authority.private_root(&device(n)), device(3), "{n} {when}");
            assert!(!authority.is_paired(&device(3), &device(n)), "{n} {when}");
        }
    };
    // The technician's own word lets in device 21, and that one's 22; the owner's 8, the manager's 23, and those of them 24 and 25.
    let_in(&mut authority, 3, 21);
    let_in(&mut authority, 21, 22);
    authority
        .append(vec![admit(8, "tech")], 3, &key(1))
        .unwrap();
    let_in(&mut authority, 2, 23);
    let_in(&mut authority, 8, 24);
    let_in(&mut authority, 23, 25);
    holds(&authority, "in the beginning");
    // What the technician says afterwards makes no device of the owner's theirs, nor does the owner take one of theirs away.
    let_in(&mut authority, 3, 8);
    authority
        .append(vec![admit(21, "tech")], 3, &key(1))
        .unwrap();
    holds(&authority, "when the owner let in one of theirs as well");
    // Nor does the ownership of the team, handed over or recovered by a device that is said to be theirs.
    authority
        .append(vec![Change::HandOver(device(8))], 4, &key(1))
        .unwrap();
    let_in(&mut authority, 8, 26);
    holds(&authority, "after a hand-over");
    let recover = Change::Recover {
        person: "tech".into(),
        device: device(9),
        seal: "seal 9".into(),
        recovery: key(101).verifying_key().to_bytes(),
    };
    let at = authority.position();
    authority.recover(at, vec![recover], 5, &key(100)).unwrap();
    holds(&authority, "after a recovery");
}
