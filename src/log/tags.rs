//! What each signature covers before the thing that is signed, all in one place: a signature made for one purpose means nothing for
//! another. None begins with another, and no handshake of a network protocol begins with any.

/// The header of an envelope.
pub const ENVELOPE: &[u8] = b"guildhall envelope signature\0";
/// An entry of the authority, by the owner's device.
pub const AUTHORITY: &[u8] = b"guildhall authority signature\0";
/// An entry of the authority, by the recovery key.
pub const RECOVERY: &[u8] = b"guildhall recovery signature\0";

/// Team, the device that lets it in, person and seal, by a device that agrees to be somebody's.
pub const CONSENT: &[u8] = b"guildhall consent signature\0";

/// What two machines share of one connection, by whoever holds a ticket's secret.
pub const TICKET: &[u8] = b"guildhall ticket signature\0";

/// How many envelopes a device says that it has written.
pub const COUNT: &[u8] = b"guildhall count signature\0";

#[cfg(test)]
mod tests {
    #[test]
    fn no_tag_begins_with_another() {
        let tags = [
            super::ENVELOPE,
            super::AUTHORITY,
            super::RECOVERY,
            super::CONSENT,
            super::TICKET,
            super::COUNT,
        ];
        for (i, a) in tags.iter().enumerate() {
            for (j, b) in tags.iter().enumerate() {
                assert!(i == j || !a.starts_with(b), "{i} {j}");
            }
        }
    }
}
