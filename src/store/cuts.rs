//! Where the logs of devices end, here and by what is trusted of them: the cuts of a removal, and what each of them keeps and lets go. Owns
//! that reckoning over documents and statements alike. Must not know who may remove whom.
//!
//! A log that a removal does not name is cut at its start, so that leaving one out lets go of all of it: a manager who leaves would take
//! along everybody that they let in.

use super::error::StoreError;
use super::inner::Inner;
use super::local::Purpose;
use crate::document::DocRef;
use crate::domain::PersonId;
use crate::log::authority::statement::statements_id;
use crate::log::envelope::{BodyKind, HEADER_LEN};
use crate::log::{Cut, DeviceId, DocId, Envelope, Epoch, Header, LogId, Statement};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};

/// How far a device is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// All that is here of it counts.
    All,
    /// Nothing of it counts.
    Nothing,
    /// What it wrote before this time counts, milliseconds since 1970 UTC. Times are the device's own word.
    Before(u64),
    /// All counts but so many edits, those that came here last: no word of the device is believed.
    AllBut(u64),
}

/// What a statement says, for whoever decides whether it is to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It let in a device of somebody.
    LetIn(DeviceId, PersonId),
    /// It stopped a device.
    Stopped(DeviceId),
    /// It chose the branch of a log.
    Settled,
    /// It says that what was held about somebody is destroyed.
    Destroyed(PersonId),
}

impl Said {
    fn of(statement: Statement) -> Self {
        match statement {
            Statement::Admit { device, person, .. } => Self::LetIn(device, person),
            Statement::Stop { device, .. } => Self::Stopped(device),
            Statement::Settle(_) => Self::Settled,
            Statement::Destroyed { person } => Self::Destroyed(person),
        }
    }
}

/// What becomes of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogStand {
    /// Which document, where that is known; nothing for statements too.
    pub doc: Option<DocRef>,
    /// Whether it is a log of statements.
    pub statements: bool,
    /// Edits, or statements, that count and go on to.
    pub stand: u64,
    /// Those that count today and will no longer.
    pub end: u64,
    /// Time of the newest that goes on to count, by the device's word.
    pub newest_ms: Option<u64>,
    /// Time of the first that will no longer, by the device's word.
    pub first_ended_ms: Option<u64>,
    /// Of statements: what those say that go on to count.
    pub kept: Vec<Said>,
    /// Of statements: what those say that will no longer.
    pub ended: Vec<Said>,
}

/// What a removal would keep and let go of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which device.
    pub device: DeviceId,
    /// How far its logs stand; others are cut at their start.
    pub cuts: Vec<Cut>,
    /// Each of its logs.
    pub logs: Vec<LogStand>,
}

impl Proposal {
    /// Edits of documents that go on to count, and those that will no longer.
    pub fn edits(&self) -> (u64, u64) {
        let edits = self.logs.iter().filter(|l| !l.statements);
        edits.fold((0, 0), |(stand, end), l| (stand + l.stand, end + l.end))
    }
}

/// One envelope of a log, as far as a cut asks.
struct Link {
    seq: u64,
    hash: [u8; 32],
    prev: [u8; 32],
    time_ms: u64,
    /// Place in the order of arrival; of documents alone.
    arrived: i64,
    /// An edit or a statement, and not the grant of a key.
    counted: bool,
    /// Whether it counts today.
    counts: bool,
    said: Option<Said>,
}

/// A log from its first envelope to its end here.
struct Trail {
    log: LogId,
    doc: Option<DocRef>,
    statements: bool,
    links: Vec<Link>,
}

impl Trail {
    /// The last envelope before the first that is not trusted.
    fn upto(&self, trusted: impl Fn(&Link) -> bool) -> usize {
        let first = self.links.iter().position(|l| !trusted(l));
        first.unwrap_or(self.links.len())
    }

    fn cut(&self, upto: usize) -> Option<Cut> {
        let last = self.links[..upto].last()?;
        Some(Cut {
            doc: self.log.doc,
            device: self.log.device,
            epoch: self.log.epoch,
            seq: last.seq,
            hash: last.hash,
        })
    }

    fn stand(&self, upto: usize) -> LogStand {
        let counting = |links: &[Link]| {
            let counting = links.iter().filter(|l| l.counted && l.counts);
            counting.count() as u64
        };
        let said = |links: &[Link]| links.iter().filter_map(|l| l.said.clone()).collect();
        let (kept, ended) = self.links.split_at(upto);
        LogStand {
            doc: self.doc.clone(),
            statements: self.statements,
            stand: counting(kept),
            end: counting(ended),
            newest_ms: kept.iter().rev().find(|l| l.counted).map(|l| l.time_ms),
            first_ended_ms: ended.iter().find(|l| l.counted).map(|l| l.time_ms),
            kept: said(kept),
            ended: said(ended),
        }
    }
}

/// The cuts of a removal that trusts a device so far, and what follows from them.
pub fn propose(
    db: &Connection,
    inner: &Inner,
    device: &DeviceId,
    trust: Trust,
) -> Result<Proposal, StoreError> {
    let trails = trails(db, inner, device)?;
    let until = match trust {
        Trust::AllBut(last) => Some(arrived_before(&trails, last)),
        _ => None,
    };
    let trusted = |link: &Link, statements: bool| match (trust, until) {
        (Trust::All, _) => true,
        (Trust::Nothing, _) => false,
        (Trust::Before(ms), _) => link.time_ms < ms,
        // Statements are not numbered with edits: those that claim to be older than the first edit that goes stay.
        (Trust::AllBut(_), Some((arrived, time_ms))) => match statements {
            true => link.time_ms < time_ms,
            false => link.arrived < arrived,
        },
        (Trust::AllBut(_), None) => true,
    };
    let (mut cuts, mut logs) = (Vec::new(), Vec::new());
    for trail in &trails {
        let upto = trail.upto(|l| trusted(l, trail.statements));
        cuts.extend(trail.cut(upto));
        logs.push(trail.stand(upto));
    }
    if trust == Trust::All {
        // Also of a log of which an envelope in between cannot be read.
        cuts = heads(db, inner, &[*device])?;
    }
    Ok(Proposal {
        device: *device,
        cuts,
        logs,
    })
}

/// Cuts at the ends of all logs of some devices, statements included, as they are known here: what they wrote until now stays theirs.
pub fn heads(db: &Connection, inner: &Inner, devices: &[DeviceId]) -> Result<Vec<Cut>, StoreError> {
    let mut cuts = Vec::new();
    let mut statement = db.prepare_cached(
        "SELECT d.doc, l.epoch, l.seq, l.head FROM logs l JOIN documents d ON d.id = l.doc
         WHERE l.device = ?1 AND l.seq > 0 ORDER BY d.doc, l.epoch",
    )?;
    for device in devices {
        let mut rows = statement.query([&device.0[..]])?;
        while let Some(row) = rows.next()? {
            cuts.push(Cut {
                doc: DocId(row.get(0)?),
                device: *device,
                epoch: Epoch(u64::from_be_bytes(row.get(1)?)),
                seq: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                hash: row.get(3)?,
            });
        }
    }
    for trail in statements(db, inner, devices)? {
        cuts.extend(trail.cut(trail.links.len()));
    }
    Ok(cuts)
}

/// Arrival and time of the first of the last so many edits, in order of arrival.
fn arrived_before(trails: &[Trail], last: u64) -> (i64, u64) {
    let links = trails.iter().filter(|t| !t.statements);
    let mut edits: Vec<(i64, u64)> = links
        .flat_map(|t| &t.links)
        .filter(|l| l.counted && l.counts)
        .map(|l| (l.arrived, l.time_ms))
        .collect();
    edits.sort_unstable();
    let last = usize::try_from(last).unwrap_or(usize::MAX);
    match edits.len().checked_sub(last) {
        Some(at) => edits.get(at).copied().unwrap_or((i64::MAX, u64::MAX)),
        None => (0, 0),
    }
}

fn trails(db: &Connection, inner: &Inner, device: &DeviceId) -> Result<Vec<Trail>, StoreError> {
    let mut all = Vec::new();
    let mut logs = db.prepare_cached(
        "SELECT l.id, d.doc, d.reference, l.epoch, l.head FROM logs l JOIN documents d ON d.id = l.doc
         WHERE l.device = ?1 AND l.seq > 0 ORDER BY l.id",
    )?;
    let mut rows = logs.query([&device.0[..]])?;
    while let Some(row) = rows.next()? {
        let (id, sealed): ([u8; 32], Vec<u8>) = (row.get(1)?, row.get(2)?);
        let log = LogId {
            doc: DocId(id),
            device: *device,
            epoch: Epoch(u64::from_be_bytes(row.get(3)?)),
        };
        all.push(Trail {
            log,
            doc: inner.keys.open_value(Purpose::Reference, &id, &sealed),
            statements: false,
            links: to(row.get(4)?, of_log(db, row.get(0)?)?),
        });
    }
    all.extend(statements(db, inner, &[*device])?);
    Ok(all)
}

/// The envelopes of a log of a document, by hash.
fn of_log(db: &Connection, log: i64) -> Result<HashMap<[u8; 32], Link>, StoreError> {
    let mut links = HashMap::new();
    let mut statement =
        db.prepare_cached("SELECT n, substr(bytes, 1, ?2), verdict FROM envelopes WHERE log = ?1")?;
    let mut rows = statement.query([log, HEADER_LEN as i64])?;
    while let Some(row) = rows.next()? {
        let (n, bytes, verdict): (i64, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let header = <[u8; HEADER_LEN]>::try_from(bytes.as_slice()).ok();
        let header = header.and_then(|b| Header::decode(&b).ok());
        let header = header.ok_or(StoreError::Encode("the header of an envelope"))?;
        let link = Link {
            seq: header.seq,
            hash: header.hash(),
            prev: header.prev,
            time_ms: header.time_ms,
            arrived: n,
            counted: header.kind == BodyKind::Changes,
            counts: verdict == 0,
            said: None,
        };
        links.insert(link.hash, link);
    }
    Ok(links)
}

/// The way to the end of a log. Where it has two branches, that of the end counts.
fn to(head: [u8; 32], mut links: HashMap<[u8; 32], Link>) -> Vec<Link> {
    let mut way = Vec::new();
    let mut at = head;
    while let Some(link) = links.remove(&at) {
        at = link.prev;
        way.push(link);
    }
    way.reverse();
    way
}

/// The logs of statements of some devices. Where one has two branches it ends before them.
fn statements(
    db: &Connection,
    inner: &Inner,
    devices: &[DeviceId],
) -> Result<Vec<Trail>, StoreError> {
    let ours = statements_id(&inner.team);
    let mut logs: BTreeMap<(DeviceId, Epoch), Vec<Link>> = BTreeMap::new();
    let mut statement = db.prepare_cached("SELECT n, hash, sealed FROM statements ORDER BY n")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (n, hash, sealed): (i64, [u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let bytes = inner.keys.open(Purpose::Statement, &hash, &sealed);
        let envelope = bytes.and_then(|b| Envelope::decode(&b).ok());
        let envelope = envelope.ok_or(StoreError::Encode("the log of statements"))?;
        let header = &envelope.header;
        if !devices.contains(&header.log.device) {
            continue;
        }
        let links = logs.entry((header.log.device, header.log.epoch));
        links.or_default().push(Link {
            seq: header.seq,
            hash,
            prev: header.prev,
            time_ms: header.time_ms,
            arrived: n,
            counted: true,
            counts: true,
            said: Statement::decode(&envelope.body).map(Said::of),
        });
    }
    let trails = logs.into_iter().map(|((device, epoch), links)| Trail {
        log: LogId {
            doc: ours,
            device,
            epoch,
        },
        doc: None,
        statements: true,
        links: unbranched(links),
    });
    Ok(trails.filter(|t| !t.links.is_empty()).collect())
}

fn unbranched(mut links: Vec<Link>) -> Vec<Link> {
    let mut way: Vec<Link> = Vec::new();
    loop {
        let (seq, prev) = way.last().map_or((1, [0; 32]), |l| (l.seq + 1, l.hash));
        let next: Vec<usize> = (0..links.len())
            .filter(|i| links[*i].seq == seq && links[*i].prev == prev)
            .collect();
        match next[..] {
            [one] => way.push(links.swap_remove(one)),
            _ => return way,
        }
    }
}
