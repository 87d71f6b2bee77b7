//! The chain of one log: which envelope follows which, where it has two branches, and which of them stays. Owns the order inside a log.
//! Must not know contents or rights.
//!
//! A log is written by one device, one envelope after another. Two envelopes with one number are proof of a fault: the branch that came
//! first stays, the log takes no more, and both headers are kept. A cut names the last envelope that counts, and with it the branch.

use super::authority::Cut;
use super::verdict::{Refusal, Verdict, Wait};
use std::collections::HashMap;

/// What of an envelope decides its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Place in the log, from 1.
    pub seq: u64,
    /// Hash of the header.
    pub hash: [u8; 32],
    /// Hash of the header before it.
    pub prev: [u8; 32],
    /// Number of entries of the authority that it names.
    pub authority: u64,
}

/// An envelope that the chain of a log must go through, once a cut named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Which.
    pub cut: Cut,
    /// Whether nothing beyond it counts, whatever it names: the log was settled. Otherwise what lies beyond is a matter of verdicts.
    pub end: bool,
}

/// The places of a log's envelopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arranged {
    /// Indices of those that follow each other from the first on.
    pub path: Vec<usize>,
    /// For each envelope that is not on the path, why.
    pub aside: Vec<Option<Verdict>>,
    /// The first two siblings that were found, if the log has two branches and no cut chose one.
    pub fork: Option<(usize, usize)>,
}

/// Places the envelopes of one log, given in order of arrival.
pub fn arrange(links: &[Link], anchor: Option<&Anchor>) -> Arranged {
    let (path, fork, settled) = match anchor.and_then(|a| Some((a, to_anchor(links, a)?))) {
        Some((anchor, path)) => {
            let (path, fork) = if anchor.end {
                (path, None)
            } else {
                onwards(links, path)
            };
            (path, fork, true)
        }
        None => {
            let (mut path, fork) = onwards(links, Vec::new());
            if let Some(anchor) = anchor {
                // The named envelope is not here yet: what may be on another branch waits.
                path.truncate(certain(links, &path, anchor));
            }
            (path, fork.filter(|_| anchor.is_none()), false)
        }
    };
    let mut aside = vec![None; links.len()];
    let mut on_path = vec![false; links.len()];
    path.iter().for_each(|i| on_path[*i] = true);
    for (index, link) in links.iter().enumerate() {
        if !on_path[index] {
            aside[index] = Some(aside_verdict(links, &path, link, anchor, settled, fork));
        }
    }
    let mut arranged = Arranged { path, aside, fork };
    hold_rising(links, &mut arranged);
    arranged
}

/// The indices from the first envelope to the named one; `None` while any of them is missing.
fn to_anchor(links: &[Link], anchor: &Anchor) -> Option<Vec<usize>> {
    let mut path = Vec::new();
    let (mut seq, mut hash) = (anchor.cut.seq, anchor.cut.hash);
    let named: HashMap<_, usize> = links.iter().map(|l| (l.seq, l.hash)).zip(0..).collect();
    while seq > 0 {
        let index = *named.get(&(seq, hash))?;
        path.push(index);
        (seq, hash) = (seq - 1, links[index].prev);
    }
    path.reverse();
    (hash == [0; 32]).then_some(path)
}

/// Goes on from a path, always with the sibling that came first; once a second one is here, with nothing that came after it.
fn onwards(links: &[Link], mut path: Vec<usize>) -> (Vec<usize>, Option<(usize, usize)>) {
    let mut fork: Option<(usize, usize)> = None;
    let start = path.len();
    let mut following: HashMap<(u64, [u8; 32]), Vec<usize>> = HashMap::new();
    for (index, link) in links.iter().enumerate() {
        following
            .entry((link.seq, link.prev))
            .or_default()
            .push(index);
    }
    loop {
        let (seq, head) = match path.last() {
            Some(last) => (links[*last].seq + 1, links[*last].hash),
            None => (1, [0; 32]),
        };
        let next = following.get(&(seq, head)).map_or(&[][..], Vec::as_slice);
        let Some(first) = next.first() else { break };
        path.push(*first);
        if let Some(second) = next.get(1)
            && fork.is_none_or(|(_, s)| *second < s)
        {
            fork = Some((*first, *second));
        }
    }
    if let Some((_, second)) = fork {
        let kept = path[start..].iter().take_while(|i| **i < second).count();
        path.truncate(start + kept);
    }
    (path, fork)
}

/// How much of a path is on every branch that can lead to the named envelope.
fn certain(links: &[Link], path: &[usize], anchor: &Anchor) -> usize {
    let forks = |index: usize| {
        let link = &links[index];
        links
            .iter()
            .any(|l| l.seq == link.seq && l.prev == link.prev && l.hash != link.hash)
    };
    path.iter()
        .take_while(|i| links[**i].seq < anchor.cut.seq && !forks(**i))
        .count()
}

fn aside_verdict(
    links: &[Link],
    path: &[usize],
    link: &Link,
    anchor: Option<&Anchor>,
    settled: bool,
    fork: Option<(usize, usize)>,
) -> Verdict {
    match anchor {
        Some(anchor) if settled && (anchor.end || link.seq <= anchor.cut.seq) => Verdict::Dropped,
        Some(anchor) if anchor.end && link.seq > anchor.cut.seq => Verdict::Dropped,
        _ if fork.is_some() => {
            let reached = path.last().map_or(0, |i| links[*i].seq);
            // A sibling, or what follows one, or what came after it: nothing more is taken.
            if link.seq <= reached + 1 || follows(links, link) {
                Verdict::Refused(Refusal::Forked)
            } else {
                Verdict::Early(Wait::Predecessor)
            }
        }
        _ => Verdict::Early(Wait::Predecessor),
    }
}

/// Whether the envelope before it is here.
fn follows(links: &[Link], link: &Link) -> bool {
    links.iter().any(|l| l.hash == link.prev)
}

/// The position in the authority never falls within a log: what names an older one, and all behind it, is refused.
fn hold_rising(links: &[Link], arranged: &mut Arranged) {
    let mut before = 0;
    let falls = arranged.path.iter().position(|i| {
        let falls = links[*i].authority < before;
        before = links[*i].authority;
        falls
    });
    if let Some(at) = falls {
        for (n, index) in arranged.path.split_off(at).into_iter().enumerate() {
            let refusal = if n == 0 {
                Refusal::Fell
            } else {
                Refusal::After
            };
            arranged.aside[index] = Some(Verdict::Refused(refusal));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{DeviceId, DocId, Epoch};

    /// An envelope named by a letter that follows another; `0` is none.
    fn link(seq: u64, name: u8, prev: u8) -> Link {
        let hash = |n| if n == b'0' { [0; 32] } else { [n; 32] };
        Link {
            seq,
            hash: hash(name),
            prev: hash(prev),
            authority: 1,
        }
    }

    fn cut(seq: u64, name: u8, end: bool) -> Anchor {
        Anchor {
            cut: Cut {
                doc: DocId([0; 32]),
                device: DeviceId([0; 32]),
                epoch: Epoch(1),
                seq,
                hash: [name; 32],
            },
            end,
        }
    }

    fn names(links: &[Link], arranged: &Arranged) -> String {
        let name = |i: &usize| char::from(links[*i].hash[0]);
        arranged.path.iter().map(name).collect()
    }

    #[test]
    fn envelopes_are_put_in_order_and_a_gap_is_waited_for() {
        let links = [
            link(3, b'c', b'b'),
            link(1, b'a', b'0'),
            link(2, b'b', b'a'),
        ];
        let all = arrange(&links, None);
        assert_eq!(names(&links, &all), "abc");
        let gap = arrange(&[links[0], links[1]], None);
        assert_eq!(gap.path, vec![1]);
        assert_eq!(gap.aside[0], Some(Verdict::Early(Wait::Predecessor)));
        assert_eq!(gap.fork, None);
    }

    #[test]
    fn the_branch_that_came_first_stays_and_takes_no_more() {
        let links = [
            link(1, b'a', b'0'),
            link(2, b'b', b'a'),
            link(2, b'x', b'a'),
            link(3, b'y', b'x'),
            link(3, b'c', b'b'),
        ];
        let forked = arrange(&links, None);
        assert_eq!(names(&links, &forked), "ab");
        assert_eq!(forked.fork, Some((1, 2)));
        for index in 2..5 {
            assert_eq!(
                forked.aside[index],
                Some(Verdict::Refused(Refusal::Forked)),
                "{index}"
            );
        }
    }

    #[test]
    fn a_late_sibling_of_the_first_changes_nothing_that_is_there() {
        let links = [
            link(1, b'a', b'0'),
            link(2, b'b', b'a'),
            link(3, b'c', b'b'),
            link(1, b'x', b'0'),
        ];
        let forked = arrange(&links, None);
        assert_eq!(names(&links, &forked), "abc");
        assert_eq!(forked.fork, Some((0, 3)));
    }

    #[test]
    fn a_cut_chooses_the_branch_in_every_order_of_arrival() {
        let all = [
            link(1, b'a', b'0'),
            link(2, b'b', b'a'),
            link(3, b'c', b'b'),
            link(2, b'x', b'a'),
            link(3, b'y', b'x'),
        ];
        let mut order = [0, 1, 2, 3, 4];
        let mut seen = 0;
        permute(&mut order, 0, &mut |order| {
            seen += 1;
            let links: Vec<Link> = order.iter().map(|i| all[*i]).collect();
            let settled = arrange(&links, Some(&cut(3, b'y', true)));
            assert_eq!(names(&links, &settled), "axy", "{order:?}");
            let dropped = settled.aside.iter().flatten();
            assert!(dropped.clone().all(|v| *v == Verdict::Dropped));
            assert_eq!(dropped.count(), 2);
            let shorter = arrange(&links, Some(&cut(1, b'a', true)));
            assert_eq!(names(&links, &shorter), "a");
        });
        assert_eq!(seen, 120);
    }

    fn permute(order: &mut [usize; 5], from: usize, each: &mut impl FnMut(&[usize; 5])) {
        if from == order.len() {
            return each(order);
        }
        for i in from..order.len() {
            order.swap(from, i);
            permute(order, from + 1, each);
            order.swap(from, i);
        }
    }

    #[test]
    fn until_the_named_envelope_is_here_only_what_is_certain_counts() {
        let links = [
            link(1, b'a', b'0'),
            link(2, b'b', b'a'),
            link(3, b'c', b'b'),
            link(2, b'x', b'a'),
        ];
        let waiting = arrange(&links, Some(&cut(3, b'y', true)));
        assert_eq!(names(&links, &waiting), "a");
        assert_eq!(waiting.aside[1], Some(Verdict::Early(Wait::Predecessor)));
    }

    #[test]
    fn the_position_in_the_authority_never_falls() {
        let mut links = [
            link(1, b'a', b'0'),
            link(2, b'b', b'a'),
            link(3, b'c', b'b'),
        ];
        links[0].authority = 5;
        links[1].authority = 4;
        links[2].authority = 6;
        let fell = arrange(&links, None);
        assert_eq!(names(&links, &fell), "a");
        assert_eq!(fell.aside[1], Some(Verdict::Refused(Refusal::Fell)));
        assert_eq!(fell.aside[2], Some(Verdict::Refused(Refusal::After)));
    }
}
