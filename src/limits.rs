//! Every limit on what comes from elsewhere, in one place. `docs/protocol.md` has the same table, and a test compares the two. Over a
//! limit the peer is told and dropped; the program goes on. Must not know: who keeps to them.

use std::time::Duration;

/// Bytes of a frame on a stream.
pub const FRAME_BYTES: usize = 2 << 20;
/// Items of a list in a frame.
pub const FRAME_ITEMS: usize = 4_096;
/// Bytes of one parcel that is put together from frames.
pub const PARCEL_BYTES: usize = 24 << 20;
/// Bytes after which a batch ends, one transaction at the other side.
pub const BATCH_BYTES: usize = 1 << 20;
/// Envelopes after which a batch ends.
pub const BATCH_ITEMS: usize = 4_096;
/// Bytes that somebody who was not let in may send in a frame.
pub const STRANGER_FRAME_BYTES: usize = 4 << 10;
/// Streams that a peer may have open at once.
pub const STREAMS: u32 = 4;
/// Bytes in flight on one stream.
pub const STREAM_WINDOW: u32 = 4 << 20;
/// Bytes in flight on one connection.
pub const CONNECTION_WINDOW: u32 = 8 << 20;
/// Logs that a peer may name in one session.
pub const SESSION_LOGS: usize = 200_000;
/// Entries and statements of the authority that a peer may name in one session.
pub const SESSION_ENTRIES: usize = 100_000;
/// Connections with devices of the team at once.
pub const PEERS: usize = 64;
/// Connections of one device at once; the newest stays.
pub const CONNECTIONS_OF_A_PEER: usize = 2;
/// Handshakes of strangers in a minute, from all together.
pub const STRANGERS_A_MINUTE: u32 = 60;
/// Connections at once of those who come to pair.
pub const PAIRINGS: usize = 8;
/// How long somebody who comes to pair may take for each thing that is theirs to say.
pub const STRANGER_PATIENCE: Duration = Duration::from_secs(10);
/// Connections that a device of the team may begin in a minute.
pub const DIALS_A_MINUTE: u32 = 60;
/// How long somebody may keep a session waiting for the next frame that is due.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How long a connection may be silent before it is given up.
pub const SILENCE: Duration = Duration::from_secs(90);
/// How often a silent connection is kept alive.
pub const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// Bytes that wait at most for one device's sake, until what they name is here …
pub const EARLY_DEVICE_BYTES: i64 = 8 << 20;
/// … and items.
pub const EARLY_DEVICE_ITEMS: i64 = 4_096;
/// Bytes that wait at most altogether.
pub const EARLY_BYTES: i64 = 64 << 20;
/// Bytes of one log.
pub const LOG_BYTES: i64 = 64 << 20;
/// Envelopes of one log.
pub const LOG_ITEMS: i64 = 200_000;
