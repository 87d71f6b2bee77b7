//! The record of rights as it comes from elsewhere: entries of the authority, and statements of others. Owns which of them are taken now
//! and which wait. Must not know documents.

use super::super::authority::write_authority;
use super::super::commit::Work;
use super::super::early;
use super::super::error::StoreError;
use super::super::local::Purpose;
use super::super::parcel::Received;
use crate::log::authority::Pushed;
use crate::log::envelope::BodyKind;
use crate::log::{AuthorityError, Envelope, Refusal, Statement};
use rusqlite::params;

/// Takes entries until none can be taken any more; what is left waits.
pub fn take_entries(
    work: &mut Work<'_>,
    entries: &[Vec<u8>],
    received: &mut Received,
) -> Result<bool, StoreError> {
    let mut open: Vec<Vec<u8>> = entries.to_vec();
    if !open.is_empty() {
        open.extend(early::entries(work.db)?);
    }
    let mut grown = false;
    loop {
        let before = open.len();
        let mut left = Vec::new();
        for bytes in open {
            let authority = work.inner.authority(work.db)?;
            let seq = authority.known() as i64;
            match authority.push(bytes.clone()) {
                Ok(Pushed::Known) => received.known += 1,
                Ok(_) => {
                    write_authority(work.db, &work.inner.keys, seq, &bytes)?;
                    work.inner.appended_entry();
                    early::forget(work.db, blake3::hash(&bytes).as_bytes())?;
                    received.entries += 1;
                    grown = true;
                }
                Err(AuthorityError::Chain(_)) => left.push(bytes),
                Err(why) => received.refused.push(why.to_string()),
            }
        }
        open = left;
        if open.is_empty() || open.len() == before {
            break;
        }
    }
    for bytes in open {
        early::keep_entry(work.db, &bytes, received)?;
    }
    Ok(grown)
}

/// Takes statements of devices that take part; what those say may let in others, whose statements are looked at after that. Those of
/// devices that nobody let in wait within the budget that they share with everything early.
pub fn take_statements(
    work: &mut Work<'_>,
    mut open: Vec<Envelope>,
    received: &mut Received,
) -> Result<bool, StoreError> {
    let mut grown = false;
    loop {
        let authority = work.inner.authority(work.db)?;
        let (due, unknown): (Vec<_>, Vec<_>) = open
            .into_iter()
            .partition(|e| authority.member(&e.header.log.device).is_some());
        if due.is_empty() {
            for envelope in &unknown {
                early::keep_envelope(work.db, work.inner, envelope, None, received)?;
            }
            return Ok(grown);
        }
        for envelope in due {
            grown |= take_statement(work, &envelope, received)?;
        }
        open = unknown;
    }
}

fn take_statement(
    work: &Work<'_>,
    envelope: &Envelope,
    received: &mut Received,
) -> Result<bool, StoreError> {
    let header = &envelope.header;
    let (hash, said) = (header.hash(), Statement::decode(&envelope.body));
    early::forget(work.db, &hash)?;
    let (BodyKind::Statement, Some(_)) = (header.kind, said) else {
        received.refused.push(Refusal::Kind.to_string());
        return Ok(false);
    };
    let keys = &work.inner.keys;
    let sealed = keys.seal(Purpose::Statement, &hash, &envelope.encode())?;
    let new = work
        .db
        .prepare_cached("INSERT OR IGNORE INTO statements (hash, sealed) VALUES (?1, ?2)")?
        .execute(params![&hash[..], sealed])?;
    if new == 0 {
        received.known += 1;
    } else {
        received.accepted += 1;
    }
    Ok(new > 0)
}
