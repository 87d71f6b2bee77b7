//! The tables of the SQLite file, and how a connection is set up. Nothing readable stands in them: documents and people are keyed
//! hashes, contents are sealed. Times of edits and counts can be seen.

use super::error::StoreError;
use super::margin;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Version of these tables, in `user_version`.
pub const TABLES_VERSION: i64 = 6;
/// "ghld": marks the file as ours, in `application_id`.
pub const APPLICATION_ID: i64 = 0x6768_6c64;
/// What `meta` says of the format.
pub const FORMAT: &str = "format 1";

const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
-- signed entries in order of arrival, each behind the one it follows; and statements of others, as whole envelopes; sealed with the local key
CREATE TABLE authority (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE statements (n INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL);
-- newest change of each device, milliseconds since 1970
CREATE TABLE devices (device BLOB PRIMARY KEY, heard INTEGER NOT NULL) WITHOUT ROWID;
-- person: keyed hash for documents that make up somebody's summary; heads: hash over the heads after the last envelope
CREATE TABLE documents (
  id INTEGER PRIMARY KEY, doc BLOB NOT NULL UNIQUE, person BLOB, heads BLOB NOT NULL, reference BLOB NOT NULL);
CREATE INDEX documents_person ON documents (person, doc, heads);
-- document keys, sealed with the local key; home: the document that keeps them for all that share it
CREATE TABLE keys (id INTEGER PRIMARY KEY, home BLOB NOT NULL, key_id BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL);
CREATE INDEX keys_home ON keys (home);
-- slot: 0 is a device's main epoch in a document, others are epochs for what was written apart; era: only logs of the newest take more
CREATE TABLE logs (
  id INTEGER PRIMARY KEY, doc INTEGER NOT NULL, device BLOB NOT NULL, epoch BLOB NOT NULL, slot INTEGER NOT NULL,
  seq INTEGER NOT NULL, head BLOB NOT NULL, sum BLOB NOT NULL, era INTEGER NOT NULL, UNIQUE (doc, device, epoch));
CREATE INDEX logs_device ON logs (device);
-- verdict: 0 counts, 1 quarantined, 2 on a branch that was dropped, 3 rests on what was dropped; 4: written anew by its own device
-- packed: 0 a change with its body, 1 its signed header alone, the change standing in the document's pack, 2 no change, never packed
CREATE TABLE envelopes (
  n INTEGER PRIMARY KEY AUTOINCREMENT, doc INTEGER NOT NULL, log INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL,
  hash BLOB NOT NULL UNIQUE, verdict INTEGER NOT NULL DEFAULT 0, packed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX envelopes_doc ON envelopes (doc, n);
CREATE INDEX envelopes_aside ON envelopes (verdict) WHERE verdict <> 0;
CREATE INDEX envelopes_loose ON envelopes (doc) WHERE packed = 0 AND verdict = 0;
-- of a document the changes of its packed envelopes, encrypted with the document's key
CREATE TABLE packs (doc INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
-- proof of a fault: header and signature of a second envelope in one place of a log, which takes no more until a cut settles it
CREATE TABLE forks (log INTEGER NOT NULL, seq INTEGER NOT NULL, header BLOB NOT NULL UNIQUE);
CREATE INDEX forks_log ON forks (log);
-- what came before that which it names: kind 0 an entry of the authority, 1 an envelope, 2 a pack with its headers; device and size are for
-- the budget; reference: which document, sealed, where that is known; newer: the schema step with which it was written where the program that kept it did not know that step, else 0
CREATE TABLE early (
  n INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, kind INTEGER NOT NULL, device BLOB NOT NULL, doc BLOB NOT NULL, reference BLOB,
  size INTEGER NOT NULL, newer INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE INDEX early_doc ON early (doc);
CREATE INDEX early_device ON early (device, size);
-- what was read out of the envelopes, sealed and bound to heads; version: the transaction that wrote it
CREATE TABLE views (doc INTEGER PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE summaries (person BLOB PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL);
CREATE INDEX summaries_version ON summaries (version);
CREATE TABLE bases (name INTEGER PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL);
-- this device's steps for undo: done, or undone and waiting for redo
CREATE TABLE steps (n INTEGER PRIMARY KEY AUTOINCREMENT, undone INTEGER NOT NULL, sealed BLOB NOT NULL);
";

/// What guards the folder against copies of itself.
const GUARD_TABLES: &str = "
-- the folder that wrote its logs: one row
CREATE TABLE guard (
  id INTEGER PRIMARY KEY CHECK (id = 1), machine BLOB NOT NULL, folder BLOB NOT NULL, token BLOB NOT NULL, era INTEGER NOT NULL,
  commits INTEGER NOT NULL, head BLOB NOT NULL);
-- when each era began, milliseconds since 1970, and why
CREATE TABLE eras (n INTEGER PRIMARY KEY, began INTEGER NOT NULL, why INTEGER NOT NULL);
-- envelopes that cannot be read, or that nothing here leads to any more: kept as they are
CREATE TABLE set_aside (
  n INTEGER PRIMARY KEY, doc INTEGER NOT NULL, log INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL, why TEXT NOT NULL,
  at INTEGER NOT NULL);
";

/// Invitations, and devices that came with their tickets.
const PAIRING_TABLES: &str = "
-- ticket: verifying key made from its secret; person: sealed; state: 0 open, 1 used, 2 taken back, 3 wrong words once too often
CREATE TABLE invitations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ticket BLOB NOT NULL UNIQUE, person BLOB NOT NULL, created INTEGER NOT NULL,
  expires INTEGER NOT NULL, state INTEGER NOT NULL, wrong INTEGER NOT NULL);
-- sealed: seal, consent and words
CREATE TABLE requests (
  invitation INTEGER NOT NULL, device BLOB NOT NULL, sealed BLOB NOT NULL, at INTEGER NOT NULL, admitted INTEGER NOT NULL,
  PRIMARY KEY (invitation, device)) WITHOUT ROWID;
";

/// Machines of the team that were met.
const PEER_TABLES: &str = "
-- met: when it last had everything, milliseconds since 1970, 0 never; upto: number of the last envelope then; sealed: where it can be reached
CREATE TABLE peers (device BLOB PRIMARY KEY, met INTEGER NOT NULL, upto INTEGER NOT NULL, sealed BLOB) WITHOUT ROWID;
";

/// Indexes that SQLite does not make by itself, for making one again that is missing.
pub const INDEXES: [&str; 10] = [
    "CREATE INDEX IF NOT EXISTS logs_device ON logs (device)",
    "CREATE INDEX IF NOT EXISTS envelopes_aside ON envelopes (verdict) WHERE verdict <> 0",
    "CREATE INDEX IF NOT EXISTS envelopes_loose ON envelopes (doc) WHERE packed = 0 AND verdict = 0",
    "CREATE INDEX IF NOT EXISTS forks_log ON forks (log)",
    "CREATE INDEX IF NOT EXISTS early_doc ON early (doc)",
    "CREATE INDEX IF NOT EXISTS early_device ON early (device, size)",
    "CREATE INDEX IF NOT EXISTS documents_person ON documents (person, doc, heads)",
    "CREATE INDEX IF NOT EXISTS keys_home ON keys (home)",
    "CREATE INDEX IF NOT EXISTS envelopes_doc ON envelopes (doc, n)",
    "CREATE INDEX IF NOT EXISTS summaries_version ON summaries (version)",
];

/// Opens a connection with the rules that nothing acknowledged is ever lost: a sync before every acknowledgement, and freed pages
/// overwritten.
///
/// The file that programs share (`-shm`) cannot be made on a full disk. Where no other program has the team open none is needed, and so
/// what was saved can be read all the same; others wait until that connection is closed. Where another has, it made sure of that file.
pub fn connect(path: &Path) -> Result<Connection, StoreError> {
    let db = connect_to_look(path)?;
    keep_log(&db, false)?;
    Ok(db)
}

/// The same for a file that may be damaged: see [`keep_log`].
pub fn connect_to_look(path: &Path) -> Result<Connection, StoreError> {
    let alone = || -> rusqlite::Result<Connection> {
        let mut db = open(path, "EXCLUSIVE", None)?;
        db.busy_handler(Some(wait_a_step))?;
        Ok(db)
    };
    if !margin::to_share(path) {
        match alone() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            opened => return Ok(opened?),
        }
    }
    let db = match open(path, "NORMAL", Some(wait_a_step)) {
        Err(error) if nothing_shared(&error) => return alone().map_err(|_| error.into()),
        opened => opened?,
    };
    match margin::keep_shared(path) {
        Ok(()) => Ok(db),
        Err(full) => {
            drop(db);
            alone().map_err(|_| full)
        }
    }
}

fn open(
    path: &Path,
    locking: &str,
    patience: Option<fn(i32) -> bool>,
) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    keep_log(&db, true)?;
    db.busy_handler(patience)?;
    // Before anything else: the first look at the file goes by it.
    db.pragma_update(None, "locking_mode", locking)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "secure_delete", true)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // With partial indices a statement would be planned anew for every value that is bound to it.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_prepared_statement_cache_capacity(128);
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(db)
}

/// Whether SQLite's log stays as it is when the connection is closed. It does until the file is known to be a team's: taken over into a
/// damaged file, as far as SQLite can read it, it would be gone before `doctor` has looked.
pub fn keep_log(db: &Connection, keep: bool) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep)?;
    Ok(())
}

/// Whether it is the shared file that could not be made, opened or grown.
fn nothing_shared(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    let code = error.sqlite_error().map(|e| e.extended_code);
    [
        ffi::SQLITE_CANTOPEN,
        ffi::SQLITE_IOERR_SHMOPEN,
        ffi::SQLITE_IOERR_SHMSIZE,
        ffi::SQLITE_IOERR_SHMMAP,
    ]
    .into_iter()
    .any(|known| code == Some(known))
}

/// How long somebody waits while others write, in steps.
const STEP: Duration = Duration::from_millis(5);
const STEPS: i32 = 4_000;

/// Waits a short step for whoever is writing. SQLite's own waiting grows to 100 ms a step, and between programs that write all the time
/// such a sleeper never gets a turn.
fn wait_a_step(tried: i32) -> bool {
    std::thread::sleep(STEP);
    tried < STEPS
}

/// Makes a connection wait for whoever is writing.
pub fn wait_for_others(db: &mut Connection) -> Result<(), StoreError> {
    Ok(db.busy_handler(Some(wait_a_step))?)
}

/// Switches a new file to WAL, which stays with the file.
pub fn use_wal(db: &Connection) -> Result<(), StoreError> {
    db.pragma_update(None, "journal_mode", "WAL")?;
    match db.path() {
        Some(path) => margin::keep_shared(Path::new(path)),
        None => Ok(()),
    }
}

/// Makes the tables, inside the transaction that founds the team.
pub fn make_tables(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(TABLES)?;
    db.execute_batch(GUARD_TABLES)?;
    db.execute_batch(PAIRING_TABLES)?;
    db.execute_batch(PEER_TABLES)?;
    db.pragma_update(None, "application_id", APPLICATION_ID)?;
    db.pragma_update(None, "user_version", TABLES_VERSION)?;
    Ok(())
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// An SQLite file without anything in it.
    Empty,
    /// A team's file with tables of this version.
    Team(i64),
    /// Somebody else's.
    Foreign,
}

/// Looks at the marks of the file.
pub fn file_kind(db: &Connection) -> Result<FileKind, StoreError> {
    let pragma = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (application, tables) {
        (APPLICATION_ID, _) => FileKind::Team(version),
        (0, 0) => FileKind::Empty,
        _ => FileKind::Foreign,
    })
}
