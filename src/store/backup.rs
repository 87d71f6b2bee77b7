//! Backups: one file with the team's database and its key file. Owns the bytes of that file and how it is written. Must not know: what is
//! inside a key file; its bytes are carried as they are.
//!
//! | Bytes | What |
//! |---|---|
//! | 16 | `guildhall backup` |
//! | 2 | version: 1, big-endian like all numbers |
//! | 1 | 0: the contents follow as they are; 1: they follow inside an age file (<https://age-encryption.org/v1>) with one passphrase |
//! | rest | the contents, compressed with zstd |
//!
//! The contents: time of the backup in milliseconds since 1970 UTC (8), length of the key file (4) and its bytes, length of the database
//! (8) and its bytes, BLAKE3 over the 19 bytes above and all of the contents before (32). Nothing follows.

use super::error::{StoreError, io};
use super::files::{TEAM_FILE, sync_parent, team_file};
use super::inner::now_ms;
use super::keyfile::key_file;
use super::{Store, schema};
use age::secrecy::SecretString;
use rusqlite::backup::{Backup, StepResult};
use std::fs::File;
use std::io::{self as stdio, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// First bytes of a backup.
pub(super) const MAGIC: &[u8; 16] = b"guildhall backup";
/// Version that this program writes.
pub(super) const VERSION: u16 = 1;
/// Magic, version, protection.
pub(super) const HEADER: usize = 19;
/// A key file has at most so many bytes.
pub(super) const MAX_KEY: u32 = 64 << 10;
/// Cost of a passphrase: 2^17 blocks of 1 KiB, about half a second.
const WORK: u8 = 17;
/// The highest cost that is accepted on reading: 1 GiB of memory.
pub(super) const MAX_WORK: u8 = 20;
/// Temporary files of this folder begin and end so.
pub(super) const TEMPORARY: (&str, &str) = ("backup-", ".tmp");

/// How a backup is protected.
#[derive(Clone, Copy, Debug)]
pub enum Wrapping<'a> {
    /// By a passphrase of its own.
    Passphrase(&'a Zeroizing<String>),
    /// Not at all: whoever has the file can read the team.
    None,
}

/// Why a backup was not written or not restored. Nothing was changed unless the text says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// A passphrase protects the key inside, and it was not given.
    #[error("{}: the key in it has a passphrase of its own, that of the team: give that too", .0.display())]
    KeyPassphraseNeeded(PathBuf),
    /// A passphrase protects the key inside, and another was given.
    #[error("{}: the key in it has a passphrase of its own, and the one given for the team is not it: nothing was restored", .0.display())]
    WrongKeyPassphrase(PathBuf),
    /// The file is there.
    #[error("{} is there already: name another file, or replace it with --force", .0.display())]
    FileThere(PathBuf),
    /// The file would lie in the data folder.
    #[error(
        "{} lies in the team's own folder, and would be lost with it: name a file elsewhere, best on another disk",
        .0.display()
    )]
    Inside(PathBuf),
    /// Not a backup.
    #[error("{} is no backup of guildhall", .0.display())]
    NotOne(PathBuf),
    /// From a newer program.
    #[error("{} is a backup of form {found}, and this program knows form {VERSION}: use a newer guildhall", .path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its form.
        found: u16,
    },
    /// It needs a passphrase.
    #[error("{} is protected with a passphrase: give the one that it was written with", .0.display())]
    PassphraseNeeded(PathBuf),
    /// A wrong passphrase.
    #[error("the passphrase does not open {}: nothing was changed", .0.display())]
    WrongPassphrase(PathBuf),
    /// It is damaged.
    #[error("{} is damaged ({why}): nothing was changed; use another backup", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Something is in the folder.
    #[error(
        "{} is not empty: name another folder with --data-dir, or move what is there aside with --replace; nothing is ever deleted",
        .0.display()
    )]
    NotEmpty(PathBuf),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Attaches a path to an error of the system.
pub(super) fn failed(what: &str, path: &Path) -> impl FnOnce(stdio::Error) -> BackupError {
    let what = format!("{what} {}", path.display());
    move |error| io(what)(error).into()
}

impl Store {
    /// Writes a backup of this folder, consistent whoever else writes meanwhile. `force` replaces a file that is there.
    pub fn backup(
        &self,
        file: &Path,
        protection: Wrapping<'_>,
        force: bool,
    ) -> Result<u64, BackupError> {
        let parent = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let real = parent.canonicalize().map_err(failed("look at", parent))?;
        let own = self
            .dir
            .canonicalize()
            .map_err(failed("look at", &self.dir))?;
        if real.starts_with(&own) {
            return Err(BackupError::Inside(file.to_owned()));
        }
        if !force && std::fs::symlink_metadata(file).is_ok() {
            return Err(BackupError::FileThere(file.to_owned()));
        }
        let copy = self.copy_database()?;
        let key_path = key_file(&self.dir);
        let key = Zeroizing::new(std::fs::read(&key_path).map_err(failed("read", &key_path))?);
        // Readable by this user alone from its first byte on.
        let mut out = tempfile::Builder::new()
            .prefix(".guildhall-backup-")
            .tempfile_in(parent)
            .map_err(failed("write a file beside", file))?;
        let database = File::open(copy.path()).map_err(failed("read", copy.path()))?;
        write(out.as_file_mut(), protection, &key, database).map_err(failed("write", file))?;
        out.as_file().sync_all().map_err(failed("write", file))?;
        let written = out.as_file().metadata().map_or(0, |m| m.len());
        let placed = match force {
            true => out.persist(file),
            // Somebody may have made it meanwhile.
            false => out.persist_noclobber(file),
        };
        match placed {
            Ok(_) => {}
            Err(e) if e.error.kind() == stdio::ErrorKind::AlreadyExists => {
                return Err(BackupError::FileThere(file.to_owned()));
            }
            Err(e) => return Err(failed("write", file)(e.error)),
        }
        sync_parent(&real.join(TEAM_FILE))?;
        Ok(written)
    }

    /// The database as it stands at one moment, as one file without a log beside it. It lies in the data folder, since it is worth as
    /// much protection as the original.
    fn copy_database(&self) -> Result<tempfile::NamedTempFile, BackupError> {
        let (prefix, suffix) = TEMPORARY;
        let copy = tempfile::Builder::new()
            .prefix(prefix)
            .suffix(suffix)
            .tempfile_in(&self.dir)
            .map_err(failed("write into", &self.dir))?;
        let database = || -> Result<(), StoreError> {
            // A connection of its own, so that what this handle is doing stands apart.
            let from = schema::connect(&team_file(&self.dir))?;
            let mut to = schema::connect(copy.path())?;
            to.pragma_update(None, "synchronous", "OFF")?;
            {
                // All pages in one step: one moment's state. In WAL others go on writing meanwhile.
                let backup = Backup::new(&from, &mut to)?;
                let mut tries = 0;
                while !matches!(backup.step(-1)?, StepResult::Done) {
                    tries += 1;
                    if tries > 200 {
                        return Err(StoreError::Busy);
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
            to.pragma_update(None, "journal_mode", "DELETE")?;
            Ok(())
        };
        database()?;
        Ok(copy)
    }
}

/// Writes a whole backup.
fn write(
    out: &mut File,
    protection: Wrapping<'_>,
    key: &[u8],
    database: File,
) -> stdio::Result<()> {
    let mut header = [0; HEADER];
    header[..16].copy_from_slice(MAGIC);
    header[16..18].copy_from_slice(&VERSION.to_be_bytes());
    header[18] = u8::from(matches!(protection, Wrapping::Passphrase(_)));
    out.write_all(&header)?;
    match protection {
        Wrapping::None => {
            write_contents(stdio::BufWriter::new(out), &header, key, database)?.flush()
        }
        Wrapping::Passphrase(passphrase) => {
            let mut recipient = age::scrypt::Recipient::new(secret(passphrase));
            recipient.set_work_factor(WORK);
            let recipients: [&dyn age::Recipient; 1] = [&recipient];
            let sealed = age::Encryptor::with_recipients(recipients.into_iter())
                .map_err(stdio::Error::other)?
                .wrap_output(stdio::BufWriter::new(out))?;
            write_contents(sealed, &header, key, database)?
                .finish()?
                .flush()
        }
    }
}

/// A passphrase as age wants it.
pub(super) fn secret(passphrase: &Zeroizing<String>) -> SecretString {
    SecretString::from(passphrase.as_str())
}

fn write_contents<W: Write>(
    out: W,
    header: &[u8; HEADER],
    key: &[u8],
    mut database: File,
) -> stdio::Result<W> {
    let mut packed = zstd::Encoder::new(out, 3)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(header);
    let mut put = |bytes: &[u8]| {
        hasher.update(bytes);
        packed.write_all(bytes)
    };
    let key_len = u32::try_from(key.len()).ok().filter(|len| *len <= MAX_KEY);
    let key_len = key_len.ok_or_else(|| stdio::Error::other("the key file is too long"))?;
    put(&now_ms().to_be_bytes())?;
    put(&key_len.to_be_bytes())?;
    put(key)?;
    put(&database.metadata()?.len().to_be_bytes())?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match database.read(&mut buffer)? {
            0 => break,
            n => put(&buffer[..n])?,
        }
    }
    let hash = *hasher.finalize().as_bytes();
    packed.write_all(&hash)?;
    packed.finish()
}

/// Reads the first bytes of a backup: whether its contents are protected.
pub(super) fn read_header(
    path: &Path,
    from: &mut impl Read,
) -> Result<([u8; HEADER], bool), BackupError> {
    let mut header = [0; HEADER];
    match from.read_exact(&mut header) {
        Ok(()) => {}
        Err(e) if e.kind() == stdio::ErrorKind::UnexpectedEof => {
            return Err(BackupError::NotOne(path.to_owned()));
        }
        Err(e) => return Err(failed("read", path)(e)),
    }
    if !header.starts_with(MAGIC) {
        return Err(BackupError::NotOne(path.to_owned()));
    }
    let version = u16::from_be_bytes([header[16], header[17]]);
    if version != VERSION {
        return Err(BackupError::Newer {
            path: path.to_owned(),
            found: version,
        });
    }
    match header[18] {
        0 => Ok((header, false)),
        1 => Ok((header, true)),
        other => Err(BackupError::Damaged {
            path: path.to_owned(),
            why: format!("protection {other} is not known"),
        }),
    }
}

/// Whether a backup is protected with a passphrase.
pub fn needs_passphrase(path: &Path) -> Result<bool, BackupError> {
    let mut file = File::open(path).map_err(failed("read", path))?;
    Ok(read_header(path, &mut file)?.1)
}
