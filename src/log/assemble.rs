//! A document out of its envelopes: each is given its place, its verdict and its change, and what counts is applied. Owns which changes
//! make up a document. The result depends on the envelopes and the authority, and on the order of arrival only where a log has two
//! branches that no cut has settled. Must not know where envelopes come from or are kept.

use super::authority::Authority;
use super::chain::{self, Anchor, Arranged, Link};
use super::envelope::{BodyKind, Header};
use super::grant::{Grant, Holders};
use super::ids::LogId;
use super::kept::{Contents, Held};
use super::seal::{self, DocKey, KeyId};
use super::verdict::{self, Refusal, Target, Verdict, Wait};
use crate::document::crdt::{ActorId, ApplyError, Doc, ReadChange};
use crate::document::{Kind, schema};
use crate::domain::PersonId;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// Where a log stands, as far as it is followed without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Last envelope; 0 where none counts as part of the log.
    pub seq: u64,
    /// Hash of its header.
    pub head: [u8; 32],
    /// Running sum behind it.
    pub sum: [u8; 32],
    /// Entries of the authority that it names.
    pub authority: u64,
    /// Whether its device may go on in it: nothing in it is refused, dropped or quarantined, nor waits for another change, and it has one
    /// branch.
    pub whole: bool,
    /// Indices of two siblings that prove a fault.
    pub fork: Option<(usize, usize)>,
}

/// A document as its envelopes make it.
#[derive(Clone, Debug)]
pub struct Assembly {
    /// What counts, applied.
    pub doc: Doc,
    /// The verdict on each envelope, in the order given.
    pub verdicts: Vec<Verdict>,
    /// Quarantined envelopes whose change is applied all the same, since something that counts rests on it.
    pub marked: HashSet<usize>,
    /// The change of each envelope that could be read.
    pub changes: Vec<Option<ReadChange>>,
    /// Logs.
    pub logs: BTreeMap<LogId, Tail>,
    /// Who writes with which actor.
    pub authors: HashMap<ActorId, PersonId>,
    /// Who is known to hold the keys that were granted or used here.
    pub holders: Holders,
}

/// Assembles a document from envelopes in order of arrival. Form, signature and body hash of each were checked before; of one whose change
/// stands in a pack, form and signature.
pub fn assemble<E: Held>(
    kind: Kind,
    target: &Target,
    authority: &Authority,
    envelopes: &[E],
    keys: &dyn Fn(&KeyId) -> Option<DocKey>,
) -> Assembly {
    let mut logs: BTreeMap<LogId, Vec<usize>> = BTreeMap::new();
    for (index, envelope) in envelopes.iter().enumerate() {
        logs.entry(envelope.header().log).or_default().push(index);
    }
    let mut made = Assembly {
        doc: Doc::first(kind),
        verdicts: vec![Verdict::Early(Wait::Predecessor); envelopes.len()],
        marked: HashSet::new(),
        changes: vec![None; envelopes.len()],
        logs: BTreeMap::new(),
        authors: HashMap::new(),
        holders: Holders::new(),
    };
    for (log, indices) in logs {
        let links: Vec<Link> = indices
            .iter()
            .map(|i| link(envelopes[*i].header()))
            .collect();
        let arranged = chain::arrange(&links, authority.anchor(&log).as_ref());
        made.read_log(log, &indices, &arranged, target, authority, envelopes, keys);
        if let Some(person) = authority.member(&log.device).and_then(|m| m.person.clone()) {
            made.authors.insert(log.actor(), person);
        }
    }
    made.apply(envelopes);
    made
}

/// What of a header decides its place.
pub fn link(header: &Header) -> Link {
    Link {
        seq: header.seq,
        hash: header.hash(),
        prev: header.prev,
        authority: header.authority.len,
    }
}

impl Assembly {
    #[expect(
        clippy::too_many_arguments,
        reason = "one log's share of `assemble`, split off for reading"
    )]
    fn read_log<E: Held>(
        &mut self,
        log: LogId,
        indices: &[usize],
        arranged: &Arranged,
        target: &Target,
        authority: &Authority,
        envelopes: &[E],
        keys: &dyn Fn(&KeyId) -> Option<DocKey>,
    ) {
        for (at, aside) in arranged.aside.iter().enumerate() {
            if let Some(verdict) = aside {
                self.verdicts[indices[at]] = *verdict;
                if *verdict == Verdict::Dropped {
                    // Its own device writes it anew, and has to know what it rested on.
                    self.changes[indices[at]] = read_change(&envelopes[indices[at]], keys).ok();
                }
            }
        }
        let mut tail = Tail {
            seq: 0,
            head: [0; 32],
            sum: [0; 32],
            authority: 0,
            whole: arranged.fork.is_none() && arranged.path.len() == indices.len(),
            fork: arranged.fork.map(|(a, b)| (indices[a], indices[b])),
        };
        let mut stop: Option<Verdict> = None;
        for at in &arranged.path {
            let index = indices[*at];
            let envelope = &envelopes[index];
            let header = envelope.header();
            if let Some(verdict) = stop {
                self.verdicts[index] = verdict;
                continue;
            }
            let mut verdict = verdict::judge(authority, header, target);
            if matches!(verdict, Verdict::Accepted | Verdict::Quarantined(_)) {
                match read_body(self.doc.kind(), envelope, &tail.sum, keys) {
                    Ok((sum, change)) => {
                        tail.seq = header.seq;
                        tail.head = header.hash();
                        tail.sum = sum;
                        tail.authority = header.authority.len;
                        self.changes[index] = change;
                    }
                    Err(instead) => verdict = instead,
                }
            }
            if !matches!(verdict, Verdict::Early(_) | Verdict::Refused(_)) {
                self.note_holders(envelope);
            }
            self.verdicts[index] = verdict;
            tail.whole &= verdict == Verdict::Accepted;
            stop = match verdict {
                Verdict::Early(_) => Some(Verdict::Early(Wait::Predecessor)),
                Verdict::Refused(_) => Some(Verdict::Refused(Refusal::After)),
                _ => None,
            };
        }
        self.logs.insert(log, tail);
    }

    /// Whoever writes with a key or grants it holds it, and so does whom it was granted to.
    fn note_holders(&mut self, envelope: &impl Held) {
        let header = envelope.header();
        let holders = self.holders.entry(header.key).or_default();
        holders.insert(header.log.device);
        if header.kind == BodyKind::Grant
            && let Contents::Whole(envelope) = envelope.contents()
            && let Ok(grant) = Grant::decode(&envelope.body)
        {
            holders.extend(grant.devices().copied());
        }
    }

    /// Lets go of the changes that were read, which only the assembling needs.
    pub fn forget_changes(&mut self) {
        self.changes = Vec::new();
    }

    /// Takes an envelope that is simply the next of its log and counts; `false` where it is anything else, after which all of it has to be
    /// assembled anew.
    pub fn follow(
        &mut self,
        envelope: &impl Held,
        target: &Target,
        authority: &Authority,
        keys: &dyn Fn(&KeyId) -> Option<DocKey>,
    ) -> bool {
        let header = envelope.header();
        let tail = self.logs.get(&header.log);
        let (seq, head, sum, position, whole) = tail.map_or((0, [0; 32], [0; 32], 0, true), |t| {
            (t.seq, t.head, t.sum, t.authority, t.whole)
        });
        let next = whole
            && header.seq == seq + 1
            && header.prev == head
            && header.authority.len >= position
            && authority.anchor(&header.log).is_none()
            && verdict::judge(authority, header, target) == Verdict::Accepted;
        let person = authority.member(&header.log.device);
        let (true, Some(person)) = (next, person.and_then(|m| m.person.clone())) else {
            return false;
        };
        let Ok((_, change)) = read_body(self.doc.kind(), envelope, &sum, keys) else {
            return false;
        };
        if let Some(change) = change {
            let rests = change.deps().all(|d| self.doc.holds(&d));
            let actor = header.log.actor();
            if !rests
                || self.doc.take_next(&change, &actor) != Ok((change.hash(), change.time_ms()))
            {
                return false;
            }
        }
        self.wrote(envelope, &person);
        true
    }

    /// Moves a log on by an envelope whose change is in the document already.
    pub fn wrote(&mut self, envelope: &impl Held, person: &PersonId) {
        let header = envelope.header();
        self.note_holders(envelope);
        self.authors.insert(header.log.actor(), person.clone());
        self.verdicts.push(Verdict::Accepted);
        self.logs.insert(
            header.log,
            Tail {
                seq: header.seq,
                head: header.hash(),
                sum: header.sum,
                authority: header.authority.len,
                whole: true,
                fork: None,
            },
        );
    }

    /// Applies what counts, and of the quarantined what it rests on, in the order in which one rests on another. What is not as our own
    /// writer makes it is refused with all that rests on it.
    fn apply(&mut self, envelopes: &[impl Held]) {
        let order = self.order();
        // Whoever went on behind a change that is not applied would write what nobody can read.
        for (verdict, envelope) in self.verdicts.iter().zip(envelopes) {
            if *verdict == Verdict::Early(Wait::Change)
                && let Some(tail) = self.logs.get_mut(&envelope.header().log)
            {
                tail.whole = false;
            }
        }
        let actors: Vec<ActorId> = order
            .iter()
            .map(|i| envelopes[*i].header().log.actor())
            .collect();
        let offered = order
            .iter()
            .zip(&actors)
            .filter_map(|(i, actor)| Some((self.changes[*i].as_ref()?, actor)));
        let results = self.doc.take_each(offered);
        for (index, result) in order.into_iter().zip(results) {
            let Err(error) = result else { continue };
            self.verdicts[index] = Verdict::Refused(match error {
                ApplyError::Dependency => Refusal::After,
                _ => Refusal::Contents,
            });
            self.marked.remove(&index);
            if let Some(tail) = self.logs.get_mut(&envelopes[index].header().log) {
                tail.whole = false;
            }
        }
    }

    /// Indices to apply, in order; notes what accepted changes wait for others.
    fn order(&mut self) -> Vec<usize> {
        let usable = |v: &Verdict| matches!(v, Verdict::Accepted | Verdict::Quarantined(_));
        let by_hash: HashMap<[u8; 32], usize> = self
            .changes
            .iter()
            .enumerate()
            .filter(|(i, _)| usable(&self.verdicts[*i]))
            .filter_map(|(i, c)| Some((c.as_ref()?.hash(), i)))
            .collect();
        let mut missing = vec![0_usize; self.changes.len()];
        let mut resting: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut ready: VecDeque<usize> = VecDeque::new();
        let mut items: Vec<usize> = by_hash.values().copied().collect();
        items.sort_unstable();
        for &i in &items {
            for dep in self.changes[i].iter().flat_map(ReadChange::deps) {
                match by_hash.get(&dep) {
                    Some(on) => {
                        missing[i] += 1;
                        resting.entry(*on).or_default().push(i);
                    }
                    None if self.doc.holds(&dep) => {}
                    None => missing[i] = usize::MAX / 2,
                }
            }
            if missing[i] == 0 {
                ready.push_back(i);
            }
        }
        let mut possible = Vec::with_capacity(items.len());
        while let Some(i) = ready.pop_front() {
            possible.push(i);
            for on in resting.remove(&i).unwrap_or_default() {
                missing[on] -= 1;
                if missing[on] == 0 {
                    ready.push_back(on);
                }
            }
        }
        let mut included: HashSet<usize> = HashSet::new();
        for &i in possible.iter().rev() {
            if self.verdicts[i] == Verdict::Accepted || included.contains(&i) {
                included.insert(i);
                let deps = self.changes[i].iter().flat_map(ReadChange::deps);
                included.extend(deps.filter_map(|d| by_hash.get(&d)));
            }
        }
        let reached: HashSet<usize> = possible.iter().copied().collect();
        for i in items {
            if self.verdicts[i] == Verdict::Accepted && !reached.contains(&i) {
                self.verdicts[i] = Verdict::Early(Wait::Change);
            }
        }
        self.marked = included
            .iter()
            .filter(|i| self.verdicts[**i] != Verdict::Accepted)
            .copied()
            .collect();
        possible.retain(|i| included.contains(i));
        possible
    }

    /// Heads for writing a change anew that is not applied: what it rested on, or where that is not applied either, what that rested on.
    pub fn grounds(&self, change: &ReadChange) -> Vec<[u8; 32]> {
        let by_hash: HashMap<[u8; 32], &ReadChange> = self
            .changes
            .iter()
            .flatten()
            .map(|c| (c.hash(), c))
            .collect();
        let mut grounds = HashSet::new();
        let mut seen = HashSet::new();
        let mut open: Vec<[u8; 32]> = change.deps().collect();
        while let Some(hash) = open.pop() {
            if self.doc.holds(&hash) {
                grounds.insert(hash);
            } else if seen.insert(hash)
                && let Some(on) = by_hash.get(&hash)
            {
                open.extend(on.deps());
            }
        }
        let mut grounds: Vec<_> = grounds.into_iter().collect();
        grounds.sort_unstable();
        grounds
    }
}

/// Whether changes were written with a schema step that this program does not know.
pub fn is_newer(kind: Kind, header: &Header) -> bool {
    header.step > schema::newest(kind)
}

/// The sum behind an envelope and its change, if it has one.
fn read_body(
    kind: Kind,
    envelope: &impl Held,
    before: &[u8; 32],
    keys: &dyn Fn(&KeyId) -> Option<DocKey>,
) -> Result<([u8; 32], Option<ReadChange>), Verdict> {
    let wrong = Verdict::Refused(Refusal::Contents);
    let header = envelope.header();
    if header.kind != BodyKind::Changes {
        // A grant or a statement adds no change to its log, and no pack stands for it.
        let Contents::Whole(envelope) = envelope.contents() else {
            return Err(wrong);
        };
        let form = header.kind != BodyKind::Grant || Grant::decode(&envelope.body).is_ok();
        return if form && header.sum == *before {
            Ok((header.sum, None))
        } else {
            Err(wrong)
        };
    }
    if is_newer(kind, header) {
        return Err(Verdict::Early(Wait::Newer));
    }
    let key = keys(&header.key).ok_or(Verdict::Early(Wait::Key))?;
    let change = read_change(envelope, keys)?;
    if key.sum(before, &change.hash()) != header.sum {
        return Err(wrong);
    }
    Ok((header.sum, Some(change)))
}

/// The one change of an envelope.
fn read_change(
    envelope: &impl Held,
    keys: &dyn Fn(&KeyId) -> Option<DocKey>,
) -> Result<ReadChange, Verdict> {
    let wrong = Verdict::Refused(Refusal::Contents);
    let header = envelope.header();
    let change = match envelope.contents() {
        Contents::Packed(chunk) => ReadChange::read(chunk),
        Contents::Whole(envelope) => {
            let key = keys(&header.key).ok_or(Verdict::Early(Wait::Key))?;
            let mut chunks = seal::open(envelope, &key).map_err(|_| wrong)?;
            let (Some(chunk), true) = (chunks.pop(), chunks.is_empty()) else {
                return Err(wrong);
            };
            ReadChange::read(&chunk)
        }
    };
    let change = change.map_err(|_| wrong)?;
    if change.time_ms() == header.time_ms {
        Ok(change)
    } else {
        Err(wrong)
    }
}

impl Authority {
    /// The envelope that a log must go through, if a cut names one.
    pub fn anchor(&self, log: &LogId) -> Option<Anchor> {
        if let Some(cut) = self.settled(log) {
            return Some(Anchor {
                cut: *cut,
                end: true,
            });
        }
        let stops = self.joined().stops.get(&log.device).into_iter().flatten();
        let removals = self.chain_state().removals.iter().map(|r| &r.cuts);
        removals
            .chain(stops)
            .flatten()
            .find(|cut| cut.log() == *log && cut.seq > 0)
            .map(|cut| Anchor {
                cut: *cut,
                end: false,
            })
    }
}
