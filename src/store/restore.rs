//! Restoring a backup: unpacked beside the wanted folder, verified there, and only then put in place. Nothing that is there is deleted.

use super::Store;
use super::backup::{BackupError, HEADER, MAX_KEY, MAX_WORK, failed, read_header, secret};
use super::check::{Counts, free_bytes};
use super::error::StoreError;
use super::files::{create_private, make_private_dir, sync_parent, team_file, write_private};
use super::guard::Why;
use super::keyfile::{KeyFile, Passphrase, key_file};
use super::outside::Outside;
use super::schema::{self, FileKind};
use std::fs::{self, File};
use std::io::{self as stdio, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// When the backup was made, milliseconds since 1970 UTC.
    pub made_ms: u64,
    /// How much there is.
    pub counts: Counts,
    /// How many things the examination found wrong in it.
    pub findings: usize,
    /// Where the folder that was there lies now.
    pub moved: Option<PathBuf>,
}

/// Restores a backup into a folder. One that is not empty is refused, or moved aside with `replace`. The restored folder begins a new era.
pub fn restore(
    file: &Path,
    dir: &Path,
    passphrase: Option<&Zeroizing<String>>,
    key: Option<&Passphrase>,
    replace: bool,
) -> Result<Restored, BackupError> {
    // A link stays where it is, and what it leads to is replaced.
    let dir = &dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let filled = filled(dir)?;
    if filled && !replace {
        return Err(BackupError::NotEmpty(dir.clone()));
    }
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    if !parent.exists() {
        make_private_dir(&parent)?;
    }
    Outside::here().check_local(&parent)?;
    let staging = tempfile::Builder::new()
        .prefix(".guildhall-restore-")
        .tempdir_in(&parent)
        .map_err(failed("make a folder in", &parent))?;
    make_private_dir(staging.path())?;
    let made_ms = unpack(file, staging.path(), passphrase)?;
    let (counts, findings) = verify(file, staging.path(), key)?;
    let moved = put_in_place(staging, dir, filled)?;
    Ok(Restored {
        made_ms,
        counts,
        findings,
        moved,
    })
}

/// Whether anything is in a folder.
fn filled(dir: &Path) -> Result<bool, BackupError> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(e) if e.kind() == stdio::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(failed("look into", dir)(e)),
    }
}

fn damaged(file: &Path, why: impl ToString) -> BackupError {
    BackupError::Damaged {
        path: file.to_owned(),
        why: why.to_string(),
    }
}

/// Writes key file and database of a backup into a folder; returns when it was made.
fn unpack(
    file: &Path,
    into: &Path,
    passphrase: Option<&Zeroizing<String>>,
) -> Result<u64, BackupError> {
    let mut from = BufReader::new(File::open(file).map_err(failed("read", file))?);
    let (header, protected) = read_header(file, &mut from)?;
    if !protected {
        return unpack_contents(file, &header, from, into);
    }
    let Some(passphrase) = passphrase else {
        return Err(BackupError::PassphraseNeeded(file.to_owned()));
    };
    let mut identity = age::scrypt::Identity::new(secret(passphrase));
    identity.set_max_work_factor(MAX_WORK);
    let decryptor =
        age::Decryptor::new_buffered(from).map_err(|_| damaged(file, "its head cannot be read"))?;
    let identities: [&dyn age::Identity; 1] = [&identity];
    let opened = match decryptor.decrypt(identities.into_iter()) {
        Ok(opened) => opened,
        Err(age::DecryptError::Io(e)) => return Err(failed("read", file)(e)),
        Err(age::DecryptError::ExcessiveWork { .. }) => {
            return Err(damaged(
                file,
                "its passphrase costs more than any that guildhall sets",
            ));
        }
        Err(
            age::DecryptError::DecryptionFailed
            | age::DecryptError::KeyDecryptionFailed
            | age::DecryptError::NoMatchingKeys,
        ) => return Err(BackupError::WrongPassphrase(file.to_owned())),
        Err(_) => return Err(damaged(file, "its head cannot be read")),
    };
    unpack_contents(file, &header, BufReader::new(opened), into)
}

/// Reads contents and keeps the hash over them.
struct Hashed<R> {
    from: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Hashed<R> {
    fn take<const N: usize>(&mut self) -> stdio::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        self.hasher.update(&bytes);
        Ok(bytes)
    }

    fn copy(&mut self, mut len: u64, out: &mut impl Write) -> stdio::Result<()> {
        let mut buffer = Zeroizing::new(vec![0; 64 << 10]);
        while len > 0 {
            let part = usize::try_from(len).unwrap_or(usize::MAX).min(buffer.len());
            self.from.read_exact(&mut buffer[..part])?;
            self.hasher.update(&buffer[..part]);
            out.write_all(&buffer[..part])?;
            len -= part as u64;
        }
        Ok(())
    }
}

fn unpack_contents(
    file: &Path,
    header: &[u8; HEADER],
    from: impl stdio::BufRead,
    into: &Path,
) -> Result<u64, BackupError> {
    let of_contents = |e: stdio::Error| match e.kind() {
        stdio::ErrorKind::StorageFull => StoreError::Full.into(),
        _ => damaged(file, "it is cut off or changed"),
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update(header);
    let from = zstd::Decoder::with_buffer(from).map_err(of_contents)?;
    let mut contents = Hashed { from, hasher };
    let made_ms = u64::from_be_bytes(contents.take().map_err(of_contents)?);
    let key_len = u32::from_be_bytes(contents.take().map_err(of_contents)?);
    if key_len > MAX_KEY {
        return Err(damaged(file, "its key file is too long"));
    }
    let mut key = Zeroizing::new(Vec::with_capacity(key_len as usize));
    contents
        .copy(key_len.into(), &mut *key)
        .map_err(of_contents)?;
    create_private(&key_file(into), &key)?;
    let len = u64::from_be_bytes(contents.take().map_err(of_contents)?);
    if free_bytes(into).is_some_and(|free| free < len) {
        return Err(StoreError::Full.into());
    }
    let mut database = write_private(&team_file(into), &[])?;
    contents.copy(len, &mut database).map_err(of_contents)?;
    database
        .sync_all()
        .map_err(failed("write", &team_file(into)))?;
    let expected = *contents.hasher.finalize().as_bytes();
    let hash: [u8; 32] = contents.take().map_err(of_contents)?;
    let more = contents.from.read(&mut [0]).map_err(of_contents)?;
    if hash != expected || more != 0 {
        return Err(damaged(file, "its checksum does not match"));
    }
    Ok(made_ms)
}

/// Checks the unpacked folder, and begins its new era.
fn verify(
    file: &Path,
    dir: &Path,
    key: Option<&Passphrase>,
) -> Result<(Counts, usize), BackupError> {
    let database = team_file(dir);
    let of_database = |error: StoreError| match error {
        StoreError::Full | StoreError::ReadOnly(_) | StoreError::Io { .. } => error.into(),
        other => damaged(file, other),
    };
    let unsound = || -> Result<Option<String>, StoreError> {
        let db = schema::connect(&database)?;
        match schema::file_kind(&db)? {
            FileKind::Team(version) if version <= schema::TABLES_VERSION => {}
            FileKind::Team(found) => {
                return Err(StoreError::NewerFormat {
                    path: file.to_owned(),
                    found,
                    known: schema::TABLES_VERSION,
                });
            }
            _ => return Ok(Some("its database is not a team's".to_owned())),
        }
        // Our tables have neither; what runs by itself has no business in a backup.
        let active: i64 = db.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')",
            [],
            |r| r.get(0),
        )?;
        if active > 0 {
            return Ok(Some("its database holds what no team's does".to_owned()));
        }
        let sound: String = db.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
        if sound != "ok" {
            return Ok(Some(format!("SQLite: {sound}")));
        }
        schema::use_wal(&db)?;
        Ok(None)
    };
    match unsound() {
        Ok(None) => {}
        Ok(Some(why)) => return Err(damaged(file, why)),
        Err(error @ StoreError::NewerFormat { .. }) => return Err(error.into()),
        Err(error) => return Err(of_database(error)),
    }
    let mut store = Store::open_from(dir, Outside::here(), Some(Why::Restored), || {
        Ok(KeyFile::open(dir, key)?.secrets)
    })
    .map_err(|e| match e {
        StoreError::PassphraseNeeded(_) => BackupError::KeyPassphraseNeeded(file.to_owned()),
        StoreError::WrongPassphrase(_) => BackupError::WrongKeyPassphrase(file.to_owned()),
        StoreError::KeyDamaged(_) | StoreError::KeyMissing(_) => {
            damaged(file, "its key does not open its database")
        }
        other => of_database(other),
    })?;
    // What is wrong inside was so when it was backed up; it is said, and the rest is worth having.
    let health = store.check().map_err(of_database)?;
    Ok((health.counts, health.findings.len()))
}

/// Puts the verified folder where it is wanted, what is there aside first.
fn put_in_place(
    staging: tempfile::TempDir,
    dir: &Path,
    filled: bool,
) -> Result<Option<PathBuf>, BackupError> {
    let moved = match filled {
        true => {
            let aside = free_name(dir);
            fs::rename(dir, &aside).map_err(failed("move aside", dir))?;
            Some(aside)
        }
        false => {
            // An empty folder gives way; one that is not there, or was filled meanwhile, does not.
            match fs::remove_dir(dir) {
                Err(e) if e.kind() != stdio::ErrorKind::NotFound => {
                    return Err(failed("use the folder", dir)(e));
                }
                _ => None,
            }
        }
    };
    if let Err(error) = fs::rename(staging.path(), dir) {
        if let Some(aside) = &moved {
            // Back to where it was; if even that fails, the message below names the folder, and it is where it was moved.
            if fs::rename(aside, dir).is_err() {
                let what = format!(
                    "put the restored folder in place; the former one lies in {}, and not in",
                    aside.display()
                );
                return Err(failed(&what, dir)(error));
            }
        }
        return Err(failed("put the restored folder in place of", dir)(error));
    }
    // Its name is taken by nothing now.
    let _ = staging.keep();
    sync_parent(dir)?;
    Ok(moved)
}

/// A name beside a folder that nothing has.
fn free_name(dir: &Path) -> PathBuf {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    (1_u32..)
        .map(|n| dir.with_file_name(format!("{name}.before-restore-{n}")))
        .find(|path| fs::symlink_metadata(path).is_err())
        .unwrap_or_else(|| dir.with_extension("before-restore"))
}
