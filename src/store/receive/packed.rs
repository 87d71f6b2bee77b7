//! Packs that came from elsewhere, with their headers: which can be read now, which wait for a key, an entry or a newer program, and which
//! are refused. A bad one costs only itself, and replaces nothing of what is here. Must not know verdicts.

use super::super::commit::Work;
use super::super::early;
use super::super::error::StoreError;
use super::super::keys;
use super::super::packs::{self, PackedLogs};
use super::super::parcel::Received;
use super::judge;
use crate::document::DocRef;
use crate::log::assemble::is_newer;
use crate::log::{DocId, Envelope, Kept, PackError, SignedHeader};
use std::collections::BTreeMap;

/// A pack with its headers, which were checked.
#[derive(Debug)]
pub struct Coming {
    pub logs: PackedLogs,
    pub headers: Vec<SignedHeader>,
}

/// Packs that were checked, by document. What is not of this team, or not signed, is refused whole.
pub fn sorted(
    work: &Work<'_>,
    packs: Vec<Result<Coming, PackError>>,
    received: &mut Received,
) -> BTreeMap<DocId, Vec<Coming>> {
    let mut all: BTreeMap<DocId, Vec<Coming>> = BTreeMap::new();
    for read in packs {
        let named = read.and_then(|coming| {
            Ok((
                packs::document_of(&coming.headers, &work.inner.team)?,
                coming,
            ))
        });
        match named {
            Ok((doc, coming)) => all.entry(doc).or_default().push(coming),
            Err(why) => received.refused.push(why.to_string()),
        }
    }
    all
}

/// Adds the packs of a document that wait, but for those that stand for nothing which one that came does not.
pub fn waiting(
    work: &Work<'_>,
    doc: &DocId,
    all: &mut BTreeMap<DocId, Vec<Coming>>,
) -> Result<(), StoreError> {
    for logs in early::packs_of(work.db, doc)? {
        let coming = all.entry(*doc).or_default();
        if let Some(newer) = coming.iter().find(|c| logs.is_within(&c.logs)) {
            if newer.logs != logs {
                early::forget_pack(work.db, &logs)?;
            }
            continue;
        }
        // It was checked when it came; what the disk made of it since is checked again.
        match packs::read_headers(&logs, &work.inner.team) {
            Ok((_, headers)) => coming.push(Coming { logs, headers }),
            Err(_) => early::forget_pack(work.db, &logs)?,
        }
    }
    Ok(())
}

/// Takes new envelopes of a document with packs; where the packs cannot be taken, without them, and nothing of what is here is replaced.
pub fn take_packed(
    work: &mut Work<'_>,
    doc: &DocRef,
    new: Vec<Envelope>,
    packs: Vec<Coming>,
    received: &mut Received,
) -> Result<(), StoreError> {
    let id = DocId::of(&work.inner.team, doc, 0);
    let mut ready: Vec<Coming> = Vec::new();
    let mut coming: Vec<Kept> = Vec::new();
    let mut exact = true;
    // Reading it costs a query, and most parcels bring no packs.
    let ring = match packs.is_empty() {
        true => keys::Ring::new(),
        false => keys::ring(work.db, work.inner, doc)?,
    };
    for pack in packs {
        let newer = pack.headers.iter().any(|h| is_newer(doc.kind, &h.header));
        let read = match newer {
            true => Err(PackError::Newer),
            false => packs::unpack(work.inner, doc, &ring, &pack.logs.pack, &pack.headers),
        };
        match read {
            Ok(unpacked) => {
                coming.extend(unpacked.kept);
                exact &= unpacked.exact;
                ready.push(pack);
            }
            Err(PackError::NoKey(_) | PackError::Newer) => {
                early::keep_pack(work.db, work.inner, &id, &pack.logs, Some(doc), received)?;
            }
            Err(why) => {
                early::forget_pack(work.db, &pack.logs)?;
                received.refused.push(packs::fault(&id, why).to_string());
            }
        }
    }
    let whole = new.into_iter().map(Kept::Whole);
    if ready.is_empty() {
        judge(work, doc, whole.collect(), None, received)?;
        return Ok(());
    }
    let alone: Vec<Kept> = whole.clone().collect();
    coming.extend(whole);
    let before = received.clone();
    work.db.execute_batch("SAVEPOINT packs")?;
    let alone_pack = match &ready[..] {
        [one] if exact => Some(&one.logs.pack[..]),
        _ => None,
    };
    match judge(work, doc, coming, alone_pack, received) {
        Ok(early) => {
            for pack in &ready {
                // What of it cannot be judged yet is found in it when that can be.
                if pack
                    .headers
                    .iter()
                    .any(|h| early.contains(&h.header.hash()))
                {
                    early::keep_pack(work.db, work.inner, &id, &pack.logs, Some(doc), received)?;
                } else if work.waited {
                    early::forget_pack(work.db, &pack.logs)?;
                }
            }
        }
        Err(error @ StoreError::Pack { .. }) => {
            work.db.execute_batch("ROLLBACK TO packs")?;
            work.in_hand.remove(doc);
            *received = before;
            received.refused.push(error.to_string());
            for pack in &ready {
                early::forget_pack(work.db, &pack.logs)?;
            }
            judge(work, doc, alone, None, received)?;
        }
        Err(error) => return Err(error),
    }
    work.db.execute_batch("RELEASE packs")?;
    Ok(())
}
