//! Bundles: what other machines may have, in one file, for a stick or a mail. Owns the bytes of that file. What is read goes through the
//! same checks as what comes over the network; a bundle may be cut off, old, or read twice.
//!
//! | Bytes | What |
//! |---|---|
//! | 16 | `guildhall bundle` |
//! | 2 | version: 1, big-endian like all numbers |
//! | 32 | the team's id |
//! | rest | sections: a length of eight bytes and an age file (<https://age-encryption.org/v1>) for some devices of the team |
//!
//! The first section is for all devices that the bundle is for and holds the record of rights. Each other one is for those devices that may
//! have its documents. In each are cargoes as in a session: a length of four bytes and a postcard value.

use super::session::{Cargo, portions, size_of};
use crate::limits;
use crate::log::{DeviceId, TeamId};
use crate::store::{Parcel, Received, Store, StoreError};
use std::collections::HashSet;
use std::io::{self, Read, Write};

const MAGIC: &[u8; 16] = b"guildhall bundle";
const VERSION: u16 = 1;

/// Why a bundle was not written or read to its end. What was read before is kept.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Not a bundle.
    #[error("it is no bundle of guildhall")]
    NotOne,
    /// From a newer program.
    #[error(
        "it is a bundle of form {0}, and this program knows form {VERSION}: use a newer guildhall"
    )]
    Newer(u16),
    /// Another team's.
    #[error("it belongs to another team")]
    Elsewhere,
    /// None of its sections is for this device.
    #[error("nothing in it is for this device: let it be written for this one, or for all")]
    NotForUs,
    /// It ends too early, or is damaged.
    #[error(
        "it is cut off or damaged ({0}); what stood before that was taken and is kept: copy it once more and read it again"
    )]
    Cut(String),
    /// A device takes no part.
    #[error("device {0} takes no part in the team")]
    NoMember(DeviceId),
    /// Nobody to write for.
    #[error("no other device takes part in the team")]
    Nobody,
    /// The file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The folder.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Documents.
    pub documents: usize,
    /// Devices that can read any of it.
    pub devices: usize,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Sections for this device.
    pub sections: usize,
    /// Sections for others.
    pub others: usize,
    /// What became of all of it.
    pub received: Received,
}

/// Writes what these devices may have.
///
/// # Errors
/// A device that takes no part, or what the folder or file says.
pub fn write(
    store: &mut Store,
    devices: &[DeviceId],
    to: &mut impl Write,
) -> Result<Written, BundleError> {
    if devices.is_empty() {
        return Err(BundleError::Nobody);
    }
    to.write_all(MAGIC)?;
    to.write_all(&VERSION.to_be_bytes())?;
    to.write_all(&store.team_id().0)?;
    let record = store.record_beyond(&HashSet::new())?;
    let mut section = Section::new(store, devices)?;
    section.add(record)?;
    section.end(to)?;
    let mut written = Written {
        documents: 0,
        devices: devices.len(),
    };
    for (audience, docs) in store.audiences(devices)? {
        let Some(one) = audience.first().copied() else {
            continue;
        };
        let mut section = Section::new(store, &audience)?;
        for doc in docs {
            let gift = store.give(&one, &doc, &[])?;
            written.documents += usize::from(!gift.parcel.is_empty());
            section.add(gift.parcel)?;
        }
        section.end(to)?;
    }
    Ok(written)
}

/// A section that is being made. It is held in memory: what is encrypted knows its length only at its end.
struct Section {
    age: age::stream::StreamWriter<Vec<u8>>,
    parcel: Parcel,
}

impl Section {
    fn new(store: &mut Store, devices: &[DeviceId]) -> Result<Self, BundleError> {
        let mut seals = Vec::new();
        for device in devices {
            let seal = store.seal_of(device)?;
            let seal = seal.and_then(|s| s.parse::<age::x25519::Recipient>().ok());
            seals.push(seal.ok_or(BundleError::NoMember(*device))?);
        }
        let recipients = seals.iter().map(|s| s as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients)
            .map_err(|e| io::Error::other(e.to_string()))?;
        Ok(Self {
            age: encryptor.wrap_output(Vec::new())?,
            parcel: Parcel::default(),
        })
    }

    fn add(&mut self, parcel: Parcel) -> Result<(), BundleError> {
        for part in portions(parcel) {
            self.parcel.add(part);
            if size_of(&self.parcel) >= limits::BATCH_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), BundleError> {
        if self.parcel.is_empty() {
            return Ok(());
        }
        let cargo = Cargo::from(std::mem::take(&mut self.parcel));
        let bytes = postcard::to_stdvec(&cargo).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.age.write_all(&length.to_be_bytes())?;
        self.age.write_all(&bytes)?;
        Ok(())
    }

    fn end(mut self, to: &mut impl Write) -> Result<(), BundleError> {
        self.flush()?;
        let bytes = self.age.finish()?;
        to.write_all(&(bytes.len() as u64).to_be_bytes())?;
        to.write_all(&bytes)?;
        Ok(())
    }
}

/// Takes what is in a bundle for this device. `taken` holds what was taken where it cannot be read to its end.
///
/// # Errors
/// Where it is none, or cut off; what came before that is kept.
pub fn read(store: &mut Store, from: &mut impl Read, taken: &mut Taken) -> Result<(), BundleError> {
    let mut head = [0; 16];
    from.read_exact(&mut head)
        .map_err(|_| BundleError::NotOne)?;
    if &head != MAGIC {
        return Err(BundleError::NotOne);
    }
    let mut version = [0; 2];
    from.read_exact(&mut version).map_err(cut)?;
    match u16::from_be_bytes(version) {
        VERSION => {}
        newer => return Err(BundleError::Newer(newer)),
    }
    let mut team = [0; 32];
    from.read_exact(&mut team).map_err(cut)?;
    if TeamId(team) != store.team_id() {
        return Err(BundleError::Elsewhere);
    }
    while let Some(length) = length(from)? {
        let mut section = from.by_ref().take(length);
        match store.open_sealed(&mut section) {
            Ok(Some(mut stream)) => {
                taken.sections += 1;
                take_section(store, &mut stream, taken)?;
            }
            Ok(None) => taken.others += 1,
            Err(error) => return Err(BundleError::Cut(error.to_string())),
        }
        io::copy(&mut section, &mut io::sink()).map_err(cut)?;
        if section.limit() > 0 {
            return Err(BundleError::Cut("a section is shorter than it says".into()));
        }
    }
    match taken.sections {
        0 => Err(BundleError::NotForUs),
        _ => Ok(()),
    }
}

fn cut(error: io::Error) -> BundleError {
    BundleError::Cut(error.to_string())
}

/// Eight bytes; `None` where the file ends before them.
fn length(from: &mut impl Read) -> Result<Option<u64>, BundleError> {
    let mut bytes = Vec::with_capacity(8);
    from.by_ref().take(8).read_to_end(&mut bytes).map_err(cut)?;
    match <[u8; 8]>::try_from(bytes.as_slice()) {
        Ok(bytes) => Ok(Some(u64::from_be_bytes(bytes))),
        Err(_) if bytes.is_empty() => Ok(None),
        Err(_) => Err(BundleError::Cut("it ends within a length".into())),
    }
}

fn take_section(
    store: &mut Store,
    from: &mut impl Read,
    taken: &mut Taken,
) -> Result<(), BundleError> {
    loop {
        let mut length = Vec::with_capacity(4);
        from.by_ref()
            .take(4)
            .read_to_end(&mut length)
            .map_err(cut)?;
        let Ok(length) = <[u8; 4]>::try_from(length.as_slice()) else {
            return match length.is_empty() {
                true => Ok(()),
                false => Err(BundleError::Cut("it ends within a length".into())),
            };
        };
        let length = u32::from_be_bytes(length) as usize;
        if length > limits::CARGO_BYTES + limits::FRAME_BYTES {
            return Err(BundleError::Cut("a cargo larger than any".into()));
        }
        let mut bytes = Vec::new();
        from.by_ref()
            .take(length as u64)
            .read_to_end(&mut bytes)
            .map_err(cut)?;
        if bytes.len() < length {
            return Err(BundleError::Cut("it ends within a cargo".into()));
        }
        let (cargo, rest): (Cargo, _) =
            postcard::take_from_bytes(&bytes).map_err(|e| BundleError::Cut(e.to_string()))?;
        if !rest.is_empty() {
            return Err(BundleError::Cut("bytes behind a cargo".into()));
        }
        taken.received.add(store.receive(&Parcel::from(cargo))?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::team::Role;
    use crate::store::tests::pairing::{join, make};
    use crate::store::tests::{fresh, name, note, record, values};

    fn taken(store: &mut Store, bytes: &[u8]) -> (Taken, Result<(), BundleError>) {
        let mut taken = Taken::default();
        let ended = read(store, &mut &bytes[..], &mut taken);
        (taken, ended)
    }

    #[test]
    fn a_bundle_brings_what_each_may_have_and_reading_it_twice_changes_nothing() {
        let (_a, mut owner) = fresh();
        owner.commit(&name("p-1", "Ada Inkwell")).unwrap();
        make(&mut owner, "boss", Role::Manager);
        let (_b, mut boss) = join(&mut owner, "boss", 1);
        let (_c, mut tech) = join(&mut owner, "p-1", 2);
        owner.commit(&note("p-1", "m", "for you")).unwrap();
        owner
            .commit(&note("p-2", "m", "about a colleague"))
            .unwrap();
        let mut file = Vec::new();
        let written = write(&mut owner, &[boss.device(), tech.device()], &mut file).unwrap();
        assert_eq!(written.devices, 2);
        for store in [&mut boss, &mut tech] {
            let (first, ended) = taken(store, &file);
            ended.unwrap();
            assert!(first.received.accepted > 0);
            assert_eq!(first.received.refused, Vec::<String>::new());
            let (again, ended) = taken(store, &file);
            ended.unwrap();
            assert_eq!((again.received.accepted, again.received.entries), (0, 0));
        }
        let noted = |s: &mut Store, p: &str| {
            let rows = s.rows(&record(p)).unwrap();
            values(&rows, "meetings", "m", "notes").len()
        };
        assert_eq!((noted(&mut boss, "p-1"), noted(&mut boss, "p-2")), (1, 1));
        assert_eq!((noted(&mut tech, "p-1"), noted(&mut tech, "p-2")), (1, 0));
        // What the technician may not have is not even there for them to carry.
        assert!(taken(&mut tech, &file).0.others > 0);
    }

    #[test]
    fn a_bundle_that_is_cut_anywhere_brings_what_came_before_and_says_so() {
        let (_a, mut owner) = fresh();
        make(&mut owner, "boss", Role::Manager);
        let (_b, mut boss) = join(&mut owner, "boss", 1);
        for n in 0..30 {
            owner
                .commit(&note("p-1", &format!("m{n}"), "some words"))
                .unwrap();
        }
        let mut file = Vec::new();
        write(&mut owner, &[boss.device()], &mut file).unwrap();
        for n in 0..40 {
            let cut = file.len() * n / 40;
            let (_, ended) = taken(&mut boss, &file[..cut]);
            assert!(ended.is_err(), "cut at {cut}");
        }
        for n in 0..60 {
            let mut wrong = file.clone();
            let at = 50 + (file.len() - 51) * n / 60;
            wrong[at] ^= 0x40;
            // A flipped bit is seen, whatever it hits; nothing wrong is taken.
            let (taken, ended) = taken(&mut boss, &wrong);
            assert!(ended.is_err() || taken.others > 0, "flipped at {at}");
        }
        let (_, ended) = taken(&mut boss, &file);
        ended.unwrap();
        assert_eq!(
            boss.rows(&record("p-1")).unwrap().table("meetings").count(),
            30
        );
        assert_eq!(boss.check().unwrap().findings, []);
    }

    #[test]
    fn what_is_no_bundle_of_this_team_is_told_apart() {
        let (_a, mut owner) = fresh();
        let (_o, mut other) = fresh();
        make(&mut owner, "boss", Role::Manager);
        let (_b, boss) = join(&mut owner, "boss", 1);
        let mut file = Vec::new();
        write(&mut owner, &[boss.device()], &mut file).unwrap();
        assert!(matches!(
            taken(&mut other, &file).1,
            Err(BundleError::Elsewhere)
        ));
        assert!(matches!(
            taken(&mut owner, &file).1,
            Err(BundleError::NotForUs)
        ));
        assert!(matches!(
            taken(&mut owner, b"something else, long enough").1,
            Err(BundleError::NotOne)
        ));
        let mut newer = file.clone();
        newer[17] = 2;
        assert!(matches!(
            taken(&mut owner, &newer).1,
            Err(BundleError::Newer(2))
        ));
        assert!(matches!(
            write(&mut owner, &[], &mut Vec::new()),
            Err(BundleError::Nobody)
        ));
        let stranger = other.device();
        assert!(matches!(
            write(&mut owner, &[stranger], &mut Vec::new()),
            Err(BundleError::NoMember(_))
        ));
    }
}
