//! The limits on what comes over the network, in one place. Over a limit the peer is told and dropped; the program goes on. What may wait in
//! the file has its budget there (`store::early`). Must not know: who keeps to them.

use std::time::Duration;

/// The UDP port that is tried first, so that a firewall can let it through.
pub const PORT: u16 = 47_474;
/// Bytes of a frame on a stream.
pub const FRAME_BYTES: usize = 2 << 20;
/// Bytes after which a batch ends.
pub const BATCH_BYTES: usize = 1 << 20;
/// Bytes of what travels in pieces.
pub const CARGO_BYTES: usize = 10 << 20;
/// Things that a frame may name.
pub const ITEMS: usize = 4_096;
/// Addresses that a peer may say it has.
pub const ADDRESSES: usize = 16;
/// Bytes that somebody who was not let in may send in a frame.
pub const STRANGER_FRAME_BYTES: usize = 4 << 10;
/// Streams that a peer may have open at once.
pub const STREAMS: u32 = 4;
/// Bytes in flight on one stream. The QUIC library gives a connection up ("too many gaps") once more than 1,024 packets of one stream wait to
/// be read, whether anything is missing between them or not; no more than 1,024 of the smallest full packets fit in here.
pub const STREAM_WINDOW: u32 = 1 << 20;
/// Bytes in flight on one connection.
pub const CONNECTION_WINDOW: u32 = 8 << 20;
/// Entries, statements or people of the team's record that a peer may name in one session.
pub const SESSION_ENTRIES: usize = 100_000;
/// Handshakes of strangers in a minute, from all together.
pub const STRANGERS_A_MINUTE: u32 = 60;
/// Connections at once of those who come to pair.
pub const PAIRINGS: usize = 8;
/// Bytes of a log that a carrier keeps.
pub const LOG_BYTES: u64 = 64 << 20;
/// Envelopes of a log that a carrier keeps.
pub const LOG_ENVELOPES: u64 = 100_000;
/// Handshakes at once.
pub const HANDSHAKES: usize = 32;
/// How long a machine that is dialled may take to answer.
pub const DIAL_PATIENCE: Duration = Duration::from_secs(15);
/// How long somebody who comes to pair may take for each thing that is theirs to say.
pub const STRANGER_PATIENCE: Duration = Duration::from_secs(10);
/// How long somebody may keep a session waiting for the next frame that is due.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How long whoever heard the end waits for the reason.
pub const PARTING: Duration = Duration::from_secs(2);
/// How long a connection may be silent before it is given up.
pub const SILENCE: Duration = Duration::from_secs(90);
/// How often a silent connection is kept alive.
pub const KEEP_ALIVE: Duration = Duration::from_secs(25);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_the_limits_are() {
        let page = include_str!("../docs/protocol.md");
        let count = |n: usize| n.to_string();
        let time = |d: Duration| format!("{} s", d.as_secs());
        let all = [
            ("PORT", PORT.to_string()),
            ("LOG_BYTES", LOG_BYTES.to_string()),
            ("LOG_ENVELOPES", LOG_ENVELOPES.to_string()),
            ("FRAME_BYTES", count(FRAME_BYTES)),
            ("BATCH_BYTES", count(BATCH_BYTES)),
            ("CARGO_BYTES", count(CARGO_BYTES)),
            ("ITEMS", count(ITEMS)),
            ("ADDRESSES", count(ADDRESSES)),
            ("STRANGER_FRAME_BYTES", count(STRANGER_FRAME_BYTES)),
            ("STREAMS", count(STREAMS as usize)),
            ("STREAM_WINDOW", count(STREAM_WINDOW as usize)),
            ("CONNECTION_WINDOW", count(CONNECTION_WINDOW as usize)),
            ("SESSION_ENTRIES", count(SESSION_ENTRIES)),
            ("STRANGERS_A_MINUTE", count(STRANGERS_A_MINUTE as usize)),
            ("PAIRINGS", count(PAIRINGS)),
            ("HANDSHAKES", count(HANDSHAKES)),
            ("DIAL_PATIENCE", time(DIAL_PATIENCE)),
            ("STRANGER_PATIENCE", time(STRANGER_PATIENCE)),
            ("PATIENCE", time(PATIENCE)),
            ("PARTING", time(PARTING)),
            ("SILENCE", time(SILENCE)),
            ("KEEP_ALIVE", time(KEEP_ALIVE)),
        ];
        for (name, value) in &all {
            assert!(page.contains(&format!("| `{name}` | {value} |")), "{name}");
        }
        let here = include_str!("limits.rs");
        assert_eq!(here.matches("\npub const ").count(), all.len());
    }
}
