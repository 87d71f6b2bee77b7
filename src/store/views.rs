//! Views: what was read out of the envelopes, kept sealed so that nothing has to be read again. For each document its rows, for each
//! person a summary, for the team its typed bases. Each is bound to the heads it was made from and to the form of its types; one that
//! does not open is made again from the layer below.

use super::documents::Loaded;
use super::error::StoreError;
use super::inner::{Inner, day_of, meta};
use super::local::Purpose;
use super::rows::really_absent;
use super::squeeze::{squeeze, unsqueeze};
use crate::document::decode::{self, PersonRows};
use crate::document::{DocRef, Kind, Rows};
use crate::domain::{Person, PersonId};
use crate::log::DocId;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A summary has at most so many bytes before it is encrypted.
pub const SUMMARY_BYTES: usize = 4096;
/// Form of [`Rows`] as views keep them; raise it when it changes.
const ROWS_FORM: u16 = 1;
/// A view has at most so many bytes unpacked.
const MAX_VIEW: usize = 256 << 20;
/// The documents behind a person's summary.
pub const PERSONAL: [Kind; 4] = [Kind::Card, Kind::SelfRecord, Kind::Record, Kind::Plan];

/// Documents that a transaction has in hand; they are newer than their views.
pub type InHand = BTreeMap<DocRef, Loaded>;

/// What the whole team shares, decoded, each under its number in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Base {
    /// `TeamBase`.
    Team = 1,
    /// `Framework`.
    Framework = 2,
    /// Critical posts.
    Succession = 3,
    /// What only this person's devices hold.
    Private = 4,
    /// Dated rights, and who is erased.
    Rights = 5,
}

impl Base {
    /// The base that a document is decoded into, where there is one.
    pub fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Team => Some(Self::Team),
            Kind::Framework => Some(Self::Framework),
            Kind::Succession => Some(Self::Succession),
            Kind::Private => Some(Self::Private),
            _ => None,
        }
    }

    /// What it is bound to besides its source: the number of the base and the form of the types.
    pub fn bound(self, source: &[u8; 32]) -> Vec<u8> {
        let mut bound = vec![self as u8];
        bound.extend_from_slice(source);
        bound.extend_from_slice(types_form().as_bytes());
        bound
    }
}

/// Domain types may change with every version of the program, so what holds them is made again by each. Raise the number behind it when
/// they change between versions.
fn types_form() -> &'static str {
    concat!(env!("CARGO_PKG_VERSION"), "/4")
}

fn view_bound(doc: &DocId, heads: &[u8; 32]) -> Vec<u8> {
    let mut bound = doc.0.to_vec();
    bound.extend_from_slice(heads);
    bound.extend_from_slice(&ROWS_FORM.to_be_bytes());
    bound
}

/// What a summary is bound to.
pub fn summary_bound(person: &[u8; 32], heads: &[u8; 32]) -> Vec<u8> {
    let mut bound = person.to_vec();
    bound.extend_from_slice(heads);
    bound.extend_from_slice(types_form().as_bytes());
    bound
}

/// Heads of all documents about a person, in order of document id, become one hash.
pub fn summary_heads<'a>(heads: impl IntoIterator<Item = &'a [u8; 32]>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall summary heads");
    for head in heads {
        hasher.update(head);
    }
    *hasher.finalize().as_bytes()
}

/// Writes the view of a document and the heads that it is bound to.
pub fn write_view(db: &Connection, inner: &Inner, loaded: &Loaded) -> Result<(), StoreError> {
    let heads = loaded.heads_hash();
    let plain =
        postcard::to_stdvec(&loaded.rows).map_err(|_| StoreError::Encode("a document's view"))?;
    let packed = squeeze(&plain, "a document's view")?;
    let sealed = inner
        .keys
        .seal(Purpose::View, &view_bound(&loaded.id, &heads), &packed)?;
    inner.count(|c| c.queries += 2);
    db.prepare_cached("UPDATE documents SET heads = ?2 WHERE id = ?1")?
        .execute(params![loaded.row, &heads[..]])?;
    db.prepare_cached("INSERT OR REPLACE INTO views (doc, sealed) VALUES (?1, ?2)")?
        .execute(params![loaded.row, sealed])?;
    Ok(())
}

/// What a view holds, or `None` where it is missing, stale or damaged.
pub fn open_view(inner: &Inner, doc: &DocId, heads: &[u8; 32], sealed: &[u8]) -> Option<Rows> {
    inner.count(|c| c.views += 1);
    let packed = inner
        .keys
        .open(Purpose::View, &view_bound(doc, heads), sealed)?;
    postcard::from_bytes(&unsqueeze(&packed, MAX_VIEW)?).ok()
}

/// The rows of a document: from its view, or from its envelopes where that does not open. Empty where nothing was written.
pub fn read_rows(
    db: &Connection,
    inner: &mut Inner,
    reference: &DocRef,
) -> Result<Rows, StoreError> {
    let id = DocId::of(&inner.team, reference, 0);
    inner.count(|c| c.queries += 1);
    let found: Option<([u8; 32], Option<Vec<u8>>)> = db
        .prepare_cached(
            "SELECT d.heads, v.sealed FROM documents d LEFT JOIN views v ON v.doc = d.id WHERE d.doc = ?1",
        )?
        .query_row([&id.0[..]], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let Some((heads, sealed)) = found else {
        really_absent(db, inner, reference)?;
        return Ok(Rows::default());
    };
    if let Some(rows) = sealed.and_then(|s| open_view(inner, &id, &heads, &s)) {
        return Ok(rows);
    }
    inner.count(|c| c.rebuilt += 1);
    let Some(loaded) = Loaded::load(db, inner, reference)? else {
        return Ok(Rows::default());
    };
    // A reader inside a transaction of somebody else's sees the same; the next write puts the view right.
    let rows = loaded.rows.clone();
    inner.stale.push(reference.clone());
    inner.keep(loaded);
    Ok(rows)
}

/// A person with detail, from the documents in hand and the views of the others.
pub fn read_person(
    db: &Connection,
    inner: &mut Inner,
    id: &PersonId,
    in_hand: &InHand,
) -> Result<Person, StoreError> {
    let person = read_documents(db, inner, id, in_hand)?;
    with_presence(db, inner, person)
}

/// Adds what stands in no document: when a device of theirs was heard, and whether they have one.
fn with_presence(
    db: &Connection,
    inner: &mut Inner,
    mut person: Person,
) -> Result<Person, StoreError> {
    (person.heard, person.admitted) = match presence(db, inner, &person.id) {
        // A damaged record of rights takes nothing else with it: the summary says what it said before.
        Err(error @ StoreError::Authority(_)) => {
            kept_presence(db, inner, &person.id)?.ok_or(error)?
        }
        found => found?,
    };
    Ok(person)
}

/// A person as the documents have them, with detail.
pub fn read_documents(
    db: &Connection,
    inner: &mut Inner,
    id: &PersonId,
    in_hand: &InHand,
) -> Result<Person, StoreError> {
    decoded(db, inner, id, in_hand, decode::person)
}

/// What is made of the documents about a person.
fn decoded<T>(
    db: &Connection,
    inner: &mut Inner,
    id: &PersonId,
    in_hand: &InHand,
    make: fn(&PersonId, PersonRows<'_>) -> T,
) -> Result<T, StoreError> {
    let mut rows: [Cow<'_, Rows>; 4] = Default::default();
    for (slot, kind) in rows.iter_mut().zip(PERSONAL) {
        let reference = DocRef::of(kind, id);
        *slot = match in_hand.get(&reference) {
            Some(loaded) => Cow::Borrowed(&loaded.rows),
            None => Cow::Owned(read_rows(db, inner, &reference)?),
        };
    }
    let [card, self_record, record, plan] = &rows;
    let documents = PersonRows {
        card,
        self_record,
        record,
        plan,
    };
    Ok(make(id, documents))
}

/// When a device of a person was heard and whether they have one, as their summary has it; `None` where it does not open.
fn kept_presence(
    db: &Connection,
    inner: &Inner,
    id: &PersonId,
) -> Result<Option<(Option<chrono::NaiveDate>, bool)>, StoreError> {
    let key = inner.keys.person(id);
    let bound = summary_bound(&key, &heads_of(db, &key)?);
    let sealed: Option<Vec<u8>> = db
        .prepare_cached("SELECT sealed FROM summaries WHERE person = ?1")?
        .query_row([&key[..]], |r| r.get(0))
        .optional()?;
    let summary: Option<decode::Summary> =
        sealed.and_then(|s| inner.keys.open_value(Purpose::Summary, &bound, &s));
    Ok(summary.map(|s| s.presence()))
}

/// The hash over the heads of a person's documents.
fn heads_of(db: &Connection, key: &[u8; 32]) -> Result<[u8; 32], StoreError> {
    let mut heads: Vec<[u8; 32]> = Vec::with_capacity(4);
    let mut statement =
        db.prepare_cached("SELECT heads FROM documents WHERE person = ?1 ORDER BY doc")?;
    let mut rows = statement.query([&key[..]])?;
    while let Some(row) = rows.next()? {
        heads.push(row.get(0)?);
    }
    Ok(summary_heads(&heads))
}

/// The day on which a device of the person last wrote, as far as is known here, and whether they have one.
fn presence(
    db: &Connection,
    inner: &mut Inner,
    person: &PersonId,
) -> Result<(Option<chrono::NaiveDate>, bool), StoreError> {
    let state = inner.known_rights(db)?;
    let (mut heard, mut admitted) = (None, false);
    for (device, _) in state.devices.iter().filter(|(_, p)| *p == person) {
        admitted = true;
        let at: Option<i64> = db
            .prepare_cached("SELECT heard FROM devices WHERE device = ?1")?
            .query_row([&device.0[..]], |r| r.get(0))
            .optional()?;
        heard = heard.max(at.map(|ms| day_of(u64::try_from(ms).unwrap_or(0))));
    }
    Ok((heard, admitted))
}

/// Makes and writes a person's summary.
pub fn write_summary(
    db: &Connection,
    inner: &mut Inner,
    id: &PersonId,
    in_hand: &InHand,
    version: i64,
) -> Result<(), StoreError> {
    let person = decoded(db, inner, id, in_hand, decode::brief)?;
    let summary = decode::summary(&with_presence(db, inner, person)?);
    let key = inner.keys.person(id);
    let bound = summary_bound(&key, &heads_of(db, &key)?);
    let sealed = inner.keys.seal_value(Purpose::Summary, &bound, &summary)?;
    inner.count(|c| c.queries += 2);
    db.prepare_cached(
        "INSERT OR REPLACE INTO summaries (person, version, sealed) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![&key[..], version, sealed])?;
    Ok(())
}

/// Decodes and writes the base of a team-wide or private document.
pub fn write_base(
    db: &Connection,
    inner: &Inner,
    loaded: &Loaded,
    version: i64,
) -> Result<(), StoreError> {
    let source = loaded.heads_hash();
    let rows = &loaded.rows;
    match Base::of(loaded.reference.kind) {
        Some(Base::Team) => put(db, inner, Base::Team, &source, version, &decode::base(rows)),
        Some(Base::Framework) => {
            let framework = decode::framework(rows);
            put(db, inner, Base::Framework, &source, version, &framework)
        }
        Some(Base::Succession) => {
            let posts = decode::succession(rows);
            put(db, inner, Base::Succession, &source, version, &posts)
        }
        Some(Base::Private) if loaded.reference.person.as_ref() == Some(&inner.me) => {
            let private = decode::private(&inner.me, rows);
            put(db, inner, Base::Private, &source, version, &private)
        }
        _ => Ok(()),
    }
}

/// Writes the base of the rights as the authority has them.
pub fn write_rights(db: &Connection, inner: &mut Inner, version: i64) -> Result<(), StoreError> {
    let authority = inner.authority(db)?;
    let (source, rights) = (authority.position().hash, authority.state().clone());
    let erased: Vec<&PersonId> = rights.erased.keys().collect();
    let value = (&rights.rights, erased);
    put(db, inner, Base::Rights, &source, version, &value)
}

fn put<T: Serialize>(
    db: &Connection,
    inner: &Inner,
    base: Base,
    source: &[u8; 32],
    version: i64,
    value: &T,
) -> Result<(), StoreError> {
    let sealed = inner
        .keys
        .seal_value(Purpose::Base, &base.bound(source), value)?;
    inner.count(|c| c.queries += 1);
    db.prepare_cached("INSERT OR REPLACE INTO bases (name, version, sealed) VALUES (?1, ?2, ?3)")?
        .execute(params![base as i64, version, sealed])?;
    Ok(())
}

/// The number of the transaction that is being written: one more than the last.
pub fn next_version(db: &Connection) -> Result<i64, StoreError> {
    let version = meta::<i64>(db, "version")?.unwrap_or(0) + 1;
    super::inner::set_meta(db, "version", version)?;
    Ok(version)
}
