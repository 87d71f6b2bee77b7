//! What stands inside a pack, as bytes: one content has one encoding. Owns order, numbers and bounds; whether it is true is for `check`.

use super::{
    Coverage, Found, MAX_CHUNKS, MAX_PACK, MAX_STRETCHES, PackError, PackedChange, Stretch, Subject,
};
use crate::document::chunk::{self, Parts};
use crate::document::crdt::{ApplyError, Doc, MAX_CHUNK};
use crate::document::leb::{Bytes, write_unsigned};
use crate::log::assemble::is_newer;
use crate::log::signed::{SIGNED_LEN, SignedHeader};
use std::collections::HashMap;
use std::io::Read;

const END: PackError =
    PackError::Form("it ends too soon, or a number is longer than it needs to be");

/// One zstd frame, whole, with nothing behind it, and not more than is allowed.
pub(super) fn decompress(packed: &[u8]) -> Result<Vec<u8>, PackError> {
    let broken = |_| PackError::Compression;
    // What begins otherwise is a frame to be skipped: bytes that say nothing.
    if packed.get(..4) != Some(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Err(PackError::Compression);
    }
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)
        .map_err(broken)?
        .single_frame();
    // The window is as large as the whole may be (2^25 bytes).
    decoder.window_log_max(MAX_PACK.ilog2()).map_err(broken)?;
    let mut plain = Vec::new();
    let read = (&mut decoder)
        .take(MAX_PACK as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(broken)?;
    if read > MAX_PACK {
        return Err(PackError::TooLarge("bytes"));
    }
    if !decoder.finish().is_empty() {
        return Err(PackError::Compression);
    }
    Ok(plain)
}

/// The inside of a pack: logs in order of device and epoch; changes in order of their first operation's counter and log, which no two share
/// and which puts each behind all that it depends on.
pub(super) fn encode(
    subject: &Subject,
    logs: &[Coverage],
    chunks: &[&[u8]],
) -> Result<Vec<u8>, PackError> {
    let mut logs: Vec<&Coverage> = logs.iter().filter(|l| l.head().is_some()).collect();
    logs.sort_by_key(|l| l.log().map(|id| (id.device, id.epoch)));
    let actors: HashMap<[u8; 16], usize> = logs
        .iter()
        .enumerate()
        .filter_map(|(at, l)| Some((l.log()?.actor().to_bytes().try_into().ok()?, at)))
        .collect();
    let mut changes = Vec::with_capacity(chunks.len());
    for (at, bytes) in chunks.iter().enumerate() {
        let bad = |why| PackError::Change { at, why };
        let parts = chunk::split(bytes).ok_or(bad(ApplyError::Form))?;
        let log = actors.get(&parts.actor).ok_or(bad(ApplyError::Actor))?;
        let (_, start_op, _) = parts.place().ok_or(bad(ApplyError::Form))?;
        if !parts.deps.is_sorted_by(|a, b| a < b) {
            return Err(bad(ApplyError::Canonical));
        }
        changes.push((start_op, *log, at, parts));
    }
    changes.sort_by_key(|(start_op, log, ..)| (*start_op, *log));

    let mut out = Vec::new();
    write_unsigned(&mut out, logs.len() as u64);
    for log in &logs {
        write_unsigned(&mut out, log.stretches.len() as u64);
        for stretch in &log.stretches {
            out.extend_from_slice(&stretch.signed.encode());
            write_unsigned(&mut out, stretch.changes);
        }
    }
    let first = Doc::first_changes(subject.kind);
    let constants: HashMap<[u8; 32], usize> = first
        .iter()
        .enumerate()
        .map(|(n, hash)| (*hash, n))
        .collect();
    let mut places = HashMap::new();
    write_unsigned(&mut out, changes.len() as u64);
    for (place, (_, log, at, parts)) in changes.iter().enumerate() {
        let mut back: Vec<u64> = Vec::with_capacity(parts.deps.len());
        for dep in &parts.deps {
            let distance = match (places.get(dep), constants.get(dep)) {
                (Some(there), _) => place - there,
                // Behind all changes stand the constant first ones, in their order.
                (None, Some(n)) => place + 1 + n,
                (None, None) => {
                    let why = ApplyError::Dependency;
                    return Err(PackError::Change { at: *at, why });
                }
            };
            back.push(distance as u64);
        }
        back.sort_unstable();
        write_unsigned(&mut out, *log as u64);
        write_unsigned(&mut out, back.len() as u64);
        back.iter().for_each(|d| write_unsigned(&mut out, *d));
        write_unsigned(&mut out, parts.rest.len() as u64);
        out.extend_from_slice(parts.rest);
        places.insert(parts.join().hash, place);
    }
    Ok(out)
}

/// Reads the inside of a pack and makes the chunks whole again.
pub(super) fn decode(plain: &[u8], subject: &Subject) -> Result<Found, PackError> {
    let mut bytes = Bytes(plain);
    let logs = decode_logs(&mut bytes)?;
    let actors: Vec<[u8; 16]> = logs
        .iter()
        .filter_map(|l| l.log()?.actor().to_bytes().try_into().ok())
        .collect();
    let newer = |stretch: &Stretch| is_newer(subject.kind, &stretch.signed.header);
    if logs.iter().flat_map(Coverage::stretches).any(newer) {
        return Err(PackError::Newer);
    }
    let first = Doc::first_changes(subject.kind);
    let count = bytes.shortest().ok_or(END)?;
    let mut changes: Vec<PackedChange> = Vec::new();
    let (mut total, mut before) = (0, None);
    for place in 0..count {
        let log = bytes.shortest().ok_or(END)?;
        let log = usize::try_from(log).map_err(|_| END)?;
        let actor = *actors
            .get(log)
            .ok_or(PackError::Form("a change is of no log"))?;
        let back = decode_back(&mut bytes, place + u64::from(u8::MAX))?;
        let length = bytes.shortest().ok_or(END)?;
        let rest = bytes.take(length).ok_or(END)?;
        let room = 64 + 32 * back.len() + rest.len();
        total += room;
        if room > MAX_CHUNK + 64 || total > MAX_CHUNKS {
            return Err(PackError::TooLarge("changes"));
        }
        let mut deps = Vec::with_capacity(back.len());
        for distance in back {
            let hash = match place.checked_sub(distance) {
                Some(there) => changes.get(there as usize).map(|c| c.hash),
                None => first.get((distance - place - 1) as usize).copied(),
            };
            // All changes before it are known by now, and so is every constant one of today.
            deps.push(hash.ok_or(PackError::Newer)?);
        }
        deps.sort_unstable();
        let parts = Parts { deps, actor, rest };
        let (_, start_op, time_ms) = parts.place().ok_or(END)?;
        if before.is_some_and(|before| before >= (start_op, log)) {
            return Err(PackError::Form("changes do not stand in their order"));
        }
        before = Some((start_op, log));
        let whole = parts.join();
        changes.push(PackedChange {
            log,
            chunk: whole.bytes,
            hash: whole.hash,
            time_ms,
        });
    }
    if !bytes.0.is_empty() {
        return Err(PackError::Form("something stands behind its end"));
    }
    Ok(Found { logs, changes })
}

fn decode_logs(bytes: &mut Bytes<'_>) -> Result<Vec<Coverage>, PackError> {
    let mut logs: Vec<Coverage> = Vec::new();
    let mut left = MAX_STRETCHES;
    for _ in 0..bytes.shortest().ok_or(END)? {
        let mut log = Coverage::default();
        for _ in 0..bytes.shortest().ok_or(END)? {
            left = left.checked_sub(1).ok_or(PackError::TooLarge("headers"))?;
            let signed = bytes.take(SIGNED_LEN as u64).ok_or(END)?;
            let signed = signed.first_chunk().ok_or(END)?;
            log.stretches.push(Stretch {
                signed: SignedHeader::decode(signed).map_err(PackError::Header)?,
                changes: bytes.shortest().ok_or(END)?,
            });
        }
        let place = |l: &Coverage| l.log().map(|id| (id.device, id.epoch));
        if place(&log).is_none() {
            return Err(PackError::Form("a log is covered by nothing"));
        }
        if logs.last().is_some_and(|last| place(last) >= place(&log)) {
            return Err(PackError::Form("logs do not stand in their order"));
        }
        logs.push(log);
    }
    Ok(logs)
}

/// How far back each dependency stands, nearest first, each once, none farther than `most`.
fn decode_back(bytes: &mut Bytes<'_>, most: u64) -> Result<Vec<u64>, PackError> {
    let count = bytes.shortest().ok_or(END)?;
    let mut back: Vec<u64> = Vec::new();
    for _ in 0..count {
        let distance = bytes.shortest().ok_or(END)?;
        if distance <= back.last().copied().unwrap_or(0) || distance > most {
            return Err(PackError::Form("dependencies do not stand in their order"));
        }
        back.push(distance);
    }
    Ok(back)
}
