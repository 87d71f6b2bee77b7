//! What counts of a document for somebody who holds no key of it: form, signature and body hash were checked before; place, chain and rights
//! are asked here, of the headers alone. Owns that judgement, which is that of a reader as far as no contents are needed. Must not know
//! where envelopes are kept.
//!
//! A reader may refuse more: a body that does not open, or a change that is none of ours. So a carrier may hold what no reader takes, and
//! never takes for right what a reader finds to be without a right.

use super::assemble::link;
use super::authority::Authority;
use super::chain::{self, Link};
use super::envelope::{BodyKind, Header};
use super::ids::LogId;
use super::verdict::{self, Refusal, Target, Verdict, Wait};
use std::collections::BTreeMap;

/// Where a log ends, as far as it is followed without a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// Last envelope; 0 where none counts as part of the log.
    pub seq: u64,
    /// Hash of its header.
    pub head: [u8; 32],
    /// Running sum behind it, as its device signed for it.
    pub sum: [u8; 32],
    /// Entries of the authority that it names.
    pub authority: u64,
}

/// The envelopes of a document, judged without its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The verdict on each, in the order given.
    pub verdicts: Vec<Verdict>,
    /// Where the logs end.
    pub logs: BTreeMap<LogId, End>,
}

/// Judges all headers of a document, in order of arrival.
pub fn carried(target: &Target, authority: &Authority, headers: &[&Header]) -> Carried {
    let mut logs: BTreeMap<LogId, Vec<usize>> = BTreeMap::new();
    for (index, header) in headers.iter().enumerate() {
        logs.entry(header.log).or_default().push(index);
    }
    let mut made = Carried {
        verdicts: vec![Verdict::Early(Wait::Predecessor); headers.len()],
        logs: BTreeMap::new(),
    };
    for (log, indices) in logs {
        let links: Vec<Link> = indices.iter().map(|i| link(headers[*i])).collect();
        let arranged = chain::arrange(&links, authority.anchor(&log).as_ref());
        for (at, aside) in arranged.aside.iter().enumerate() {
            if let Some(verdict) = aside {
                made.verdicts[indices[at]] = *verdict;
            }
        }
        let (mut end, mut stop) = (End::default(), None);
        for index in arranged.path.iter().map(|at| indices[*at]) {
            let verdict = match stop {
                Some(stop) => stop,
                None => judge(authority, headers[index], target, &end),
            };
            made.verdicts[index] = verdict;
            match verdict {
                Verdict::Early(_) => stop = Some(Verdict::Early(Wait::Predecessor)),
                Verdict::Refused(_) => stop = Some(Verdict::Refused(Refusal::After)),
                Verdict::Dropped => {}
                Verdict::Accepted | Verdict::Quarantined(_) => end = behind(headers[index]),
            }
        }
        made.logs.insert(log, end);
    }
    made
}

/// Whether an envelope is simply the next of a log of which all counts so far; then, where the log ends behind it.
pub fn next(target: &Target, authority: &Authority, end: &End, header: &Header) -> Option<End> {
    let follows = header.seq == end.seq + 1
        && header.prev == end.head
        && header.authority.len >= end.authority
        && authority.anchor(&header.log).is_none();
    let counts = || judge(authority, header, target, end) == Verdict::Accepted;
    (follows && counts()).then(|| behind(header))
}

/// The end of a log behind an envelope of it.
pub fn behind(header: &Header) -> End {
    End {
        seq: header.seq,
        head: header.hash(),
        sum: header.sum,
        authority: header.authority.len,
    }
}

fn judge(authority: &Authority, header: &Header, target: &Target, before: &End) -> Verdict {
    let verdict = verdict::judge(authority, header, target);
    let counts = matches!(verdict, Verdict::Accepted | Verdict::Quarantined(_));
    // What adds no change to its log leaves the sum as it was; that of a change only readers can reckon.
    match counts && header.kind != BodyKind::Changes && header.sum != before.sum {
        true => Verdict::Refused(Refusal::Contents),
        false => verdict,
    }
}
