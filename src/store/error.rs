//! What can go wrong with a data folder, in words that say what to do next.

use super::files::team_file;
use super::keyfile::{KeyFault, key_file};
use super::pairing::PairingError;
use super::removal::RemovalError;
use crate::document::Stood;
use crate::document::crdt::WriteError;
use crate::log::{AuthorityError, EnvelopeError, GrantError, PackError, Refusal};
use std::path::{Path, PathBuf};

/// Why the store could not do what was asked. Nothing was changed unless the text says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder holds no team.
    #[error(
        "there is no team in {}: start one with `guildhall init`, read one with `guildhall import PATH`, or look at `guildhall demo`",
        .0.display()
    )]
    NoTeam(PathBuf),
    /// The folder is a carrier's.
    #[error(
        "{} is the folder of a carrier: it holds what the team wrote, encrypted, passes it on and can read none of it; run it with `guildhall serve --data-dir {}`, and open the team on a machine of one of its people",
        .0.display(), .0.display()
    )]
    Carrier(PathBuf),
    /// A carrier's folder was asked for.
    #[error(
        "{} is a person's folder and no carrier's: exchange from it with `guildhall sync --watch`, or name a carrier's folder with --data-dir",
        .0.display()
    )]
    NoCarrier(PathBuf),
    /// A carrier was asked to write something of its own.
    #[error("a carrier writes nothing of its own")]
    CarrierWrites,
    /// The folder holds a key and no team.
    #[error(
        "the team's file {} is missing or empty, while its key is there: put the file back from a copy of the folder; starting or importing \
         a team here would not bring it back, so that is refused (to begin a new one all the same, move {} away first)",
        team_file(.0).display(), key_file(.0).display()
    )]
    TeamMissing(PathBuf),
    /// Joining a team was begun and not finished.
    #[error(
        "joining a team was begun in {} and did not get to its end: go on with `guildhall join TICKET`, with the same ticket or a new one; to do something else there, remove that folder first",
        .0.display()
    )]
    Joining(PathBuf),
    /// Something else where a file belongs.
    #[error(
        "{} is not a file: move it away and put the file back from a copy of the folder, or name another folder with --data-dir",
        .0.display()
    )]
    NotAFile(PathBuf),
    /// The folder holds one already.
    #[error(
        "{} already holds a team: open it with `guildhall`, or name another folder with --data-dir",
        .0.display()
    )]
    AlreadyThere(PathBuf),
    /// Making the team was interrupted, or goes on.
    #[error(
        "the team in {} is still being made, or that was interrupted: wait a moment; if it stays so, remove the folder and make it again",
        .0.display()
    )]
    Unfinished(PathBuf),
    /// The folder lies where other machines may write too.
    #[error(
        "{} lies on a network file system ({kind}), where two machines could write at once and each lose what the other saved: keep the team on a disk of this machine, named with --data-dir, and let other machines have folders of their own",
        .path.display()
    )]
    Network {
        /// Which folder.
        path: PathBuf,
        /// What it lies on.
        kind: String,
    },
    /// The folder was moved away or replaced under an open handle.
    #[error(
        "the team's folder {} was moved or replaced while it was open: nothing of this step was saved; close this program and open the folder where it is now",
        .0.display()
    )]
    Replaced(PathBuf),
    /// The file system does not let the file be opened for writing.
    #[error(
        "the team's file cannot be opened for writing ({0}): the folder or its disk may be read-only, or full; make room, or copy the folder to where you may write, and name it with --data-dir"
    )]
    ReadOnly(rusqlite::Error),
    /// SQLite found pages that make no sense.
    #[error(
        "the team's file is damaged ({0}): `guildhall doctor` says what is left of it, and `guildhall doctor --repair` makes a sound file of that; or put back an older copy"
    )]
    Corrupt(rusqlite::Error),
    /// Others on this machine could read it.
    #[error(
        "{} can be read by others on this machine (mode {mode:04o}): set it right with `chmod {wanted:o} {}`, then try again",
        .path.display(), .path.display()
    )]
    Permissions {
        /// Which file or folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
        /// The mode that it should have.
        wanted: u32,
    },
    /// The key file is not there.
    #[error(
        "the key file {} is missing, and nothing in this folder can be read without it: put it back from where you keep it",
        .0.display()
    )]
    KeyMissing(PathBuf),
    /// The key file is damaged, or belongs to another folder.
    #[error(
        "the key file {} is damaged or belongs to another folder: put the right one back from where you keep it; nothing else was touched",
        .0.display()
    )]
    KeyDamaged(PathBuf),
    /// A passphrase protects the key file, and none was given.
    #[error("a passphrase protects {}, and none was given: open it in a terminal, or give it with --passphrase-file FILE", .0.display())]
    PassphraseNeeded(PathBuf),
    /// The passphrase is another one.
    #[error("that is not the passphrase of {}: nothing was changed; give the right one", .0.display())]
    WrongPassphrase(PathBuf),
    /// Opening the key file would take more work than any that this program writes.
    #[error(
        "the key file {} asks for 2^{work} steps to try a passphrase, more than guildhall ever writes, so nothing was tried: put the right one back from where you keep it",
        .path.display()
    )]
    KeyWork {
        /// Which file.
        path: PathBuf,
        /// The work factor.
        work: u8,
    },
    /// A newer program wrote the key file.
    #[error("the key file {} was written by a newer guildhall: use that one", .0.display())]
    KeyNewer(PathBuf),
    /// Somebody else replaced the key file meanwhile.
    #[error("the key file {} was changed by another program meanwhile; nothing was written: try again", .0.display())]
    KeyChanged(PathBuf),
    /// The file is not ours, or damaged beyond opening.
    #[error(
        "{} cannot be read as a team ({why}): `guildhall doctor` says what is left of it, and `guildhall doctor --repair` makes a sound file of that; or put back an older copy",
        .path.display()
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// So much of the file is gone that nothing in the rest can be proven.
    #[error(
        "{} is damaged, and {why}: nothing was changed; put back a copy of the folder, or a backup (`guildhall restore FILE`), or, if others are in the team, join it again from one of them",
        .path.display()
    )]
    BeyondRepair {
        /// Which file.
        path: PathBuf,
        /// What is missing.
        why: String,
    },
    /// One document is damaged; the others are not touched by that.
    #[error(
        "document {doc} is damaged at envelope {at}: {why}; what was saved before it is intact, and `guildhall doctor` lists it"
    )]
    Envelope {
        /// Short id of the document.
        doc: String,
        /// Which envelope, in order of arrival.
        at: i64,
        /// What is wrong.
        why: EnvelopeFault,
    },
    /// The pack of a document is damaged, or is not one.
    #[error(
        "the pack of document {doc}, which holds its older edits, cannot be used: {why}; `guildhall doctor` says how the folder stands"
    )]
    Pack {
        /// Short id of the document.
        doc: String,
        /// What is wrong.
        why: PackError,
    },
    /// A document is in one index of the file and not in the other.
    #[error(
        "document {0} is in the team's file and cannot be found by its id, since an index of the file is damaged: it is not shown as empty; copy the folder away as it is, and put back an older copy"
    )]
    Index(String),
    /// A newer program wrote it.
    #[error("{} has format {found}, and this program knows up to {known}: use a newer guildhall", .path.display())]
    NewerFormat {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// A program from before the format was final wrote it.
    #[error(
        "{} has the provisional format {found}, and this program reads {known}: export the team with the program that wrote it (`guildhall export team DIR`), and import it here into a new folder",
        .path.display()
    )]
    OlderFormat {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// What this program reads.
        known: i64,
    },
    /// Somebody else keeps writing.
    #[error("another program kept the team's file busy for too long: try again")]
    Busy,
    /// No room.
    #[error("the disk is full: nothing of this step was saved; make room and try again")]
    Full,
    /// Reading, writing or syncing failed. Whether the step is saved is not known: the disk may have taken it before it failed.
    #[error(
        "the disk did not do what was asked of it ({0}): it may be full, or failing; what was saved before is there, and whether this step is can be seen by looking again; make room, and if that is not it, copy the folder to another disk"
    )]
    Disk(rusqlite::Error),
    /// The right is missing.
    #[error("{person} may not write {what}: {hint}")]
    NotAllowed {
        /// Who, as an opaque id.
        person: String,
        /// Kind of document.
        what: &'static str,
        /// Who may.
        hint: &'static str,
    },
    /// A text is not what it was when the edit was made; this is what stands there now.
    #[error(
        "somebody else changed this text meanwhile, and nothing was saved over it: look at what stands there now, then try again"
    )]
    Meanwhile(Vec<Stood>),
    /// The person is erased.
    #[error(
        "person {0} was erased: nothing is read or written about them any more, and their id never comes back; somebody who returns is a new person"
    )]
    Erased(String),
    /// The owner cannot be erased.
    #[error("person {0} owns the team, and an owner cannot be erased: hand the team over first")]
    ErasesOwner(String),
    /// Nobody of that id is here.
    #[error("person {0} is not in this team: nothing was erased")]
    NobodyToErase(String),
    /// An assignment names no table, or a name that cannot be.
    #[error("this cannot be written: {0}")]
    Write(#[from] WriteError),
    /// The authority does not hold together.
    #[error("the record of who may do what: {}{}", .0, next_for(.0))]
    Authority(#[from] AuthorityError),
    /// The owner's folder may be behind what others know.
    #[error(
        "since {0}, others may know newer entries of who may do what than this folder does, and two in one place would void each other: sync with somebody of the team first, or, if nobody has newer ones, say so with `guildhall owner confirm`"
    )]
    StaleOwner(&'static str),
    /// This folder's device was taken out of the team.
    #[error(
        "this device was taken out of the team, so what it wrote now would count nowhere: what is here can still be read; if that is a mistake, ask for an invitation and join from a new folder"
    )]
    TakenOut,
    /// Nothing is taken away, given or handed over.
    #[error(transparent)]
    Removal(#[from] RemovalError),
    /// Nobody is invited or let in.
    #[error(transparent)]
    Pairing(#[from] PairingError),
    /// A document key could not be granted.
    #[error("a document's key: {0}")]
    Grant(#[from] GrantError),
    /// Something could not be encrypted or put in order.
    #[error("the store could not prepare {0}")]
    Encode(&'static str),
    /// Random bits were not to be had.
    #[error("the system gave no random bits: {0}")]
    Random(String),
    /// The system refused.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was being done, with the path.
        what: String,
        /// Why not.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("the team's file: {0}")]
    Sqlite(rusqlite::Error),
    /// The file could not be watched.
    #[error("changes by other programs cannot be watched: {0}")]
    Watch(String),
}

/// What is wrong with an envelope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeFault {
    /// Form, signature or body hash.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It does not follow the one before in its log.
    #[error("it does not follow the one before it in its log")]
    Chain,
    /// A change that its change rests on is not here.
    #[error("it rests on one that is not here")]
    Rests,
    /// It belongs to another team, document or log.
    #[error("it belongs somewhere else")]
    Elsewhere,
    /// It names entries of the authority, or a device, that are not known here.
    #[error("it names a record of rights that is not known here")]
    Authority,
    /// It never counts.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Its key is not here.
    #[error("the key it names is not here")]
    NoKey,
    /// It was written with a schema step that this program does not know.
    #[error("it was written by a newer guildhall: update this program")]
    Newer,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{Error, ErrorCode};
        // A value of another type or length than was written, a row that has to be there, a table or column that is gone.
        if let Error::FromSqlConversionFailure(..)
        | Error::InvalidColumnType(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::QueryReturnedNoRows
        | Error::SqlInputError { .. } = error
        {
            return Self::Corrupt(error);
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::ReadOnly(error)
            }
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt(error),
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error),
            _ => Self::Sqlite(error),
        }
    }
}

impl StoreError {
    /// What is wrong with the key file at this place.
    pub(super) fn key(fault: KeyFault, path: &Path) -> Self {
        let path = path.to_owned();
        match fault {
            KeyFault::Damaged => Self::KeyDamaged(path),
            KeyFault::Newer => Self::KeyNewer(path),
            KeyFault::PassphraseNeeded => Self::PassphraseNeeded(path),
            KeyFault::WrongPassphrase => Self::WrongPassphrase(path),
            KeyFault::TooMuchWork(work) => Self::KeyWork { path, work },
        }
    }
}

/// What to do about a record of rights that does not hold together.
fn next_for(error: &AuthorityError) -> &'static str {
    match error {
        AuthorityError::NotOwner => "",
        _ => "; copy the folder away as it is, and put back an older copy",
    }
}

/// Attaches what was being done to an error of the system.
pub(super) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> StoreError {
    let what = what.into();
    move |source| match source.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::Io { what, source },
    }
}
