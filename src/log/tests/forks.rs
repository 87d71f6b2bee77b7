//! Logs with two branches: a clone, or a backup that went on beside its original.

use super::world::*;
use crate::log::{Change, Envelope, Refusal, Statement, Verdict};

#[test]
fn a_fork_between_honest_peers_is_settled_by_a_cut() {
    let base = team();
    let at = base.position();
    let log = Pen::new(2, &record(), 1, at);
    let mut common: Vec<Envelope> = Vec::new();
    for n in 1..=4 {
        common.push(log.write(&base, &common, &[put(&format!("r{n}"), n)]));
    }
    // The device was cloned behind 4: one goes on with 5a, the other with 5b and 6b.
    let a5 = log.write(&base, &common, &[put("a5", 50)]);
    let b5 = log.write(&base, &common, &[put("b5", 51)]);
    let with_b5 = [common.clone(), vec![b5.clone()]].concat();
    let b6 = log.write(&base, &with_b5, &[put("b6", 61)]);
    let mut first: Vec<Envelope> = [common.clone(), vec![a5.clone()]].concat();
    let mut second: Vec<Envelope> = [common.clone(), vec![b5.clone(), b6.clone()]].concat();
    // They meet: each gets what the other has, and both keep the two headers.
    first.extend([b5.clone(), b6.clone()]);
    second.push(a5.clone());
    let (one, two) = (
        read(&base, &record(), &first),
        read(&base, &record(), &second),
    );
    let name = log.log(&base.state().team);
    for (made, held) in [(&one, &first), (&two, &second)] {
        let (x, y) = made.logs[&name].fork.expect("both headers are known");
        let mut seqs = [held[x].header.hash(), held[y].header.hash()];
        let mut expected = [a5.header.hash(), b5.header.hash()];
        seqs.sort_unstable();
        expected.sort_unstable();
        assert_eq!(seqs, expected);
        assert!(!made.logs[&name].whole);
    }
    assert_eq!(one.logs[&name].seq, 5, "the branch that came first stays");
    assert_eq!(two.logs[&name].seq, 6);
    assert_eq!(one.verdicts[5], Verdict::Refused(Refusal::Forked));
    // Other logs go on.
    let other = Pen::new(4, &record(), 2, at);
    let beside = other.write(&base, &first, &[put("beside", 7)]);
    first.push(beside.clone());
    let made = read(&base, &record(), &first);
    assert_eq!(made.verdicts.last(), Some(&Verdict::Accepted));
    // A late sibling of the first changes nothing.
    let late = log.write(&base, &[], &[put("late", 8)]);
    first.push(late);
    let again = read(&base, &record(), &first);
    assert_eq!(again.doc.heads(), made.doc.heads());

    // The cut names 5a. What was on the other branch is dropped everywhere.
    let mut settled = base.clone();
    settled
        .append(vec![Change::Settle(cut(&a5))], 3, &key(1))
        .unwrap();
    second.push(beside);
    let (one, two) = (
        read(&settled, &record(), &first),
        read(&settled, &record(), &second),
    );
    assert_eq!(one.doc.heads(), two.doc.heads());
    let rows = two.doc.rows(&|_| None);
    assert!(rows.row("marks", "a5").is_some() && rows.row("marks", "beside").is_some());
    assert!(rows.row("marks", "b5").is_none() && rows.row("marks", "b6").is_none());

    // Its device writes again in a new epoch what stood there.
    for made_on in [&first, &second] {
        let mut held: Vec<Envelope> = made_on.clone();
        let mut last = None;
        for dropped in [&b5, &b6] {
            let made = read(&settled, &record(), &held);
            let index = held.iter().position(|e| e == dropped).unwrap();
            assert_eq!(made.verdicts[index], Verdict::Dropped);
            let change = made.changes[index].clone().unwrap();
            let puts = made.doc.puts_of(&change);
            // Each rests on what the dropped one rested on, and on the one written anew before it.
            let mut grounds = made.grounds(&change);
            grounds.extend(last);
            let anew = Pen::new(2, &record(), 99, settled.position());
            held.push(anew.write_at(&settled, &held, Some(&grounds), &puts));
            let made = read(&settled, &record(), &held);
            last = made.changes.last().unwrap().as_ref().map(|c| c.hash());
        }
        let made = read(&settled, &record(), &held);
        let rows = made.doc.rows(&|_| None);
        assert!(rows.row("marks", "b5").is_some() && rows.row("marks", "b6").is_some());
    }
}

#[test]
fn a_person_settles_a_fork_of_their_own_device_and_nobody_elses() {
    let base = team();
    let at = base.position();
    let log = Pen::new(4, &record(), 1, at);
    let a = log.write(&base, &[], &[put("a", 1)]);
    let b = log.write(&base, &[], &[put("b", 2)]);
    for (by, holds) in [(4, true), (2, false)] {
        let mut authority = base.clone();
        let said = Statement::Settle(cut(&b));
        let envelope = statement(by, 5, at, base.state().team, &said);
        authority.state_that(&envelope.header, said);
        let made = read(&authority, &record(), &[a.clone(), b.clone()]);
        let rows = made.doc.rows(&|_| None);
        assert_eq!(rows.row("marks", "b").is_some(), holds, "by {by}");
        assert_eq!(rows.row("marks", "a").is_some(), !holds, "by {by}");
    }
}

#[test]
fn what_rests_on_a_dropped_branch_waits_for_its_own_device_to_write_it_anew() {
    let base = team();
    let at = base.position();
    let log = Pen::new(2, &record(), 1, at);
    let a = log.write(&base, &[], &[put("a", 1)]);
    let b = log.write(&base, &[], &[put("b", 2)]);
    let on_b =
        Pen::new(4, &record(), 2, at).write(&base, std::slice::from_ref(&b), &[put("on b", 3)]);
    let mut settled = base.clone();
    settled
        .append(vec![Change::Settle(cut(&a))], 3, &key(1))
        .unwrap();
    let mut heads = None;
    for order in orders(3) {
        let held: Vec<Envelope> = order.iter().map(|i| [&a, &b, &on_b][*i].clone()).collect();
        let made = read(&settled, &record(), &held);
        let stranded = held.iter().position(|e| *e == on_b).unwrap();
        assert_eq!(
            made.verdicts[stranded],
            Verdict::Early(crate::log::Wait::Change)
        );
        let now = made.doc.heads();
        assert_eq!(*heads.get_or_insert(now.clone()), now);
        let change = made.changes[stranded].clone().unwrap();
        assert_eq!(made.doc.puts_of(&change), [put("on b", 3)]);
    }
}
