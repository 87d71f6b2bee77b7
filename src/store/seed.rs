//! Writing a whole list of writings at once: an import, or the demo's first day. One transaction; each writing becomes one signed change
//! in its author's own log, and what was written apart becomes truly concurrent.

use super::Store;
use super::authority::write_authority;
use super::commit::{Work, allow, by_document};
use super::documents::{NewChange, Writer};
use super::error::{StoreError, io};
use super::files;
use super::inner::{day_of, set_meta};
use super::views;
use crate::document::{DocRef, Kind, Writing};
use crate::domain::PersonId;
use crate::domain::team::{Rights, Role};
use crate::log::{Access, Change, DeviceId, may};
use ed25519_dalek::SigningKey;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A change of a seed holds at most so many assignments; a larger writing becomes several.
const CHUNK: usize = 4_000;

/// What to write, and on whose behalf.
#[derive(Clone, Debug)]
pub enum Seed {
    /// Everything is written by this folder's own device (an import).
    Own,
    /// Each writing is signed by a device of its author (the demo). The keys of the others stand in a folder each under this root,
    /// and never in this store.
    Rightful {
        /// Root under which each person has a folder with a device key.
        devices: PathBuf,
        /// Everybody who gets a device.
        people: Vec<PersonId>,
    },
}

/// What a seed wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seeded {
    /// Changes.
    pub changes: usize,
    /// Documents.
    pub documents: usize,
    /// Writings left out, since this folder's user may not read what they write.
    pub withheld: usize,
}

/// The devices at hand.
struct Devices {
    own: (PersonId, SigningKey),
    others: BTreeMap<PersonId, SigningKey>,
}

impl Devices {
    fn of(&self, person: &PersonId) -> Option<&SigningKey> {
        if *person == self.own.0 {
            Some(&self.own.1)
        } else {
            self.others.get(person)
        }
    }
}

/// A person's folder under a root: its name is a hash, not the id.
pub fn folder_under(root: &Path, person: &PersonId) -> PathBuf {
    let name = blake3::hash(person.as_str().as_bytes()).to_hex();
    root.join(&name.as_str()[..16])
}

/// The device key of a person under a root, made when first asked for.
pub fn device_under(root: &Path, person: &PersonId) -> Result<SigningKey, StoreError> {
    let dir = folder_under(root, person);
    let path = dir.join("device");
    if !path.exists() {
        files::make_private_dir(&dir)?;
        let key = Zeroizing::new(files::random::<32>()?);
        // Hundreds of them are made for a large demo, which can be made again: not worth waiting for the disk each time.
        match files::write_private(&path, &*key) {
            Err(e) if files::is_there(&e) => {}
            other => drop(other?),
        }
    }
    files::check_private(&path, 0o600)?;
    let bytes =
        Zeroizing::new(std::fs::read(&path).map_err(io(format!("read {}", path.display())))?);
    let secret: &[u8; 32] = bytes
        .as_slice()
        .try_into()
        .map_err(|_| StoreError::KeyDamaged(path.clone()))?;
    Ok(SigningKey::from_bytes(secret))
}

impl Store {
    /// Writes all writings and grants all rights that are not granted yet, or nothing at all. Rights are only granted by the owner's
    /// device, here or under the root of a rightful seed. Private documents of others never enter.
    pub fn seed(
        &mut self,
        writings: &[Writing],
        rights: &Rights,
        seed: &Seed,
    ) -> Result<Seeded, StoreError> {
        let mut devices = Devices {
            own: (self.inner.me.clone(), self.inner.device.clone()),
            others: BTreeMap::new(),
        };
        if let Seed::Rightful {
            devices: root,
            people,
        } = seed
        {
            for person in people.iter().filter(|p| **p != self.inner.me) {
                devices
                    .others
                    .insert(person.clone(), device_under(root, person)?);
            }
        }
        self.write(|work| {
            let seeded = seed_all(work, writings, rights, &devices, seed)?;
            work.db
                .execute("DELETE FROM meta WHERE name = ?1", [super::UNFINISHED])?;
            Ok(seeded)
        })
    }
}

fn seed_all(
    work: &mut Work<'_>,
    writings: &[Writing],
    rights: &Rights,
    devices: &Devices,
    seed: &Seed,
) -> Result<Seeded, StoreError> {
    let admitted = grow_authority(work, rights, devices)?;
    let mut docs: BTreeMap<&DocRef, Vec<&Writing>> = BTreeMap::new();
    for writing in writings {
        docs.entry(&writing.doc).or_default().push(writing);
    }
    let mut seeded = Seeded::default();
    // Team-wide documents first, then person by person, so that only one person's documents are in memory at a time.
    let mut order: Vec<_> = docs.keys().copied().collect();
    order.sort_by_key(|d| (d.person.clone(), d.kind));
    let mut person: Option<PersonId> = None;
    let mut waiting = admitted;
    let state = work.inner.known_rights(work.db)?;
    for doc in order {
        if doc.person != person {
            let_go(work, &mut waiting)?;
            person.clone_from(&doc.person);
        }
        let list = &docs[doc];
        let me = work.inner.me.clone();
        let day = day_of(work.time());
        let readable = may(Access::Read, doc, &me, &state.rights, day)
            && (doc.kind != Kind::Private || doc.person.as_ref() == Some(&me));
        if !readable {
            seeded.withheld += list.len();
            continue;
        }
        seeded.changes += seed_document(work, doc, list, devices, seed)?;
        seeded.documents += 1;
    }
    let_go(work, &mut waiting)?;
    work.write_summaries(&mut waiting)?;
    Ok(seeded)
}

/// Writes the views of what is in hand and lets go of it. Summaries wait until the end: whoever wrote somewhere was heard there.
fn let_go(work: &mut Work<'_>, waiting: &mut BTreeSet<PersonId>) -> Result<(), StoreError> {
    let mut changed = work.write_views()?.people;
    waiting.append(&mut changed);
    work.in_hand.clear();
    Ok(())
}

fn seed_document(
    work: &mut Work<'_>,
    doc: &DocRef,
    writings: &[&Writing],
    devices: &Devices,
    seed: &Seed,
) -> Result<usize, StoreError> {
    let authority = work.inner.authority(work.db)?.position();
    let state = work.inner.known_rights(work.db)?;
    let mut count = 0;
    // What a run of writings made apart does not know: everything from the last writing that is not apart on.
    let mut base = work.hold(doc)?.made.doc.heads();
    let mut slots: BTreeSet<(DeviceId, i64)> = BTreeSet::new();
    for writing in writings {
        let author = match seed {
            Seed::Own => &devices.own.0,
            Seed::Rightful { .. } => &writing.author,
        };
        let Some(signer) = devices.of(author) else {
            return Err(StoreError::NotAllowed {
                person: author.to_string(),
                what: "anything",
                hint: "they have no device here",
            });
        };
        allow(&state, doc, author, day_of(writing.at_ms))?;
        let device = DeviceId(signer.verifying_key().to_bytes());
        let writer = Writer {
            signer,
            person: author,
            authority,
        };
        let loaded = work.hold(doc)?;
        if !writing.apart {
            base = loaded.made.doc.heads();
            slots.clear();
        }
        // An epoch that wrote since `base` cannot write as if it had not: the next free one does.
        let mut slot = 0;
        while slots.contains(&(device, slot)) {
            slot += 1;
        }
        let mut puts = by_document(&writing.ops).remove(doc).unwrap_or_default();
        let mut first = true;
        while !puts.is_empty() {
            let rest = puts.split_off(puts.len().min(CHUNK));
            let apart = (writing.apart && first).then_some(&base[..]);
            let change = NewChange {
                puts: &puts,
                at_ms: writing.at_ms,
                apart,
                slot,
            };
            if work.append(doc, &writer, &change)? {
                slots.insert((device, slot));
                count += 1;
            }
            first = false;
            puts = rest;
        }
    }
    Ok(count)
}

/// Admits the devices and grants the rights that the authority does not have yet, in one entry. Returns the people admitted.
fn grow_authority(
    work: &mut Work<'_>,
    rights: &Rights,
    devices: &Devices,
) -> Result<BTreeSet<PersonId>, StoreError> {
    let state = work.inner.rights(work.db)?;
    let mut admitted = BTreeSet::new();
    let mut changes = Vec::new();
    for (person, signer) in &devices.others {
        let device = DeviceId(signer.verifying_key().to_bytes());
        if !state.devices.contains_key(&device) {
            changes.push(Change::Admit {
                device,
                person: Some(person.clone()),
                seal: super::keyfile::recipient_of(signer),
            });
            admitted.insert(person.clone());
        }
    }
    let concerned = new_people(rights, &devices.others);
    if let Some(person) = concerned.iter().find(|p| state.erased.contains_key(**p)) {
        return Err(StoreError::Erased(person.to_string()));
    }
    let granted: BTreeSet<_> = state.rights.0.iter().collect();
    let mut new: Vec<_> = rights
        .0
        .iter()
        .filter(|r| r.role != Role::Owner && !granted.contains(r))
        .collect();
    new.sort();
    new.dedup();
    changes.extend(new.into_iter().map(|r| Change::Grant(r.clone())));
    if changes.is_empty() {
        return Ok(admitted);
    }
    super::authority::may_append(work)?;
    let signer = [&devices.own.1]
        .into_iter()
        .chain(devices.others.values())
        .find(|s| s.verifying_key().to_bytes() == state.owner.0)
        .ok_or(crate::log::AuthorityError::NotOwner)?;
    let authority = work.inner.authority(work.db)?;
    let seq = authority.known() as i64;
    let entry = authority
        .append(changes, super::inner::now_ms(), signer)?
        .to_vec();
    let hash = authority.position().hash;
    write_authority(work.db, &work.inner.keys, seq, &entry)?;
    work.inner.appended_entry();
    work.appended = true;
    set_meta(work.db, "authority", &hash[..])?;
    let version = work.version()?;
    views::write_rights(work.db, work.inner, version)?;
    Ok(admitted)
}

/// Everybody who is given a right, a device or somebody over them.
fn new_people<'a>(
    rights: &'a Rights,
    devices: &'a BTreeMap<PersonId, SigningKey>,
) -> BTreeSet<&'a PersonId> {
    let rights = rights.0.iter();
    let named = rights.flat_map(|r| [Some(&r.holder), r.over.as_ref()]);
    named.flatten().chain(devices.keys()).collect()
}
