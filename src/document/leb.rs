//! Numbers of seven bits a byte (LEB128), as Automerge and packs write them, read from the front of bytes and never beyond their end.
//! Must not know what the numbers mean.

/// Bytes read from the front.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    /// So many bytes; `None` where fewer are left.
    pub fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    /// A length and as many bytes.
    pub fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.unsigned()?;
        self.take(length)
    }

    /// Seven bits a byte, the low ones first, and the shift behind the last.
    fn groups(&mut self) -> Option<(u64, u32, u8)> {
        let (mut value, mut shift) = (0_u64, 0_u32);
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            if shift > 63 || (shift == 63 && !matches!(byte, 0 | 1 | 0x7f)) {
                return None;
            }
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return Some((value, shift, byte));
            }
        }
    }

    /// A number without sign.
    pub fn unsigned(&mut self) -> Option<u64> {
        self.groups().map(|(value, ..)| value)
    }

    /// A number without sign in as few bytes as it needs: where one content must have one encoding.
    pub fn shortest(&mut self) -> Option<u64> {
        let (value, shift, last) = self.groups()?;
        (last != 0 || shift == 7).then_some(value)
    }

    /// A number with its sign.
    pub fn signed(&mut self) -> Option<i64> {
        let (value, shift, last) = self.groups()?;
        let negative = last & 0x40 != 0 && shift < 64;
        let filled = if negative {
            value | (u64::MAX << shift)
        } else {
            value
        };
        Some(filled as i64) // The same bits, read with their sign.
    }
}

/// Appends a number, seven bits a byte, in as few bytes as it needs.
pub fn write_unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value as u8 | 0x80); // The low seven bits, and that more follow.
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_numbers_are_read_with_their_sign() {
        for (bytes, value) in [
            (&[0x00][..], 0),
            (&[0x7f], -1),
            (&[0x40], -64),
            (&[0x3f], 63),
            (&[0xc0, 0x00], 64),
            (&[0x80, 0x7f], -128),
            (&[0xc0, 0x84, 0x3d], 1_000_000),
        ] {
            assert_eq!(Bytes(bytes).signed(), Some(value), "{bytes:x?}");
        }
        assert_eq!(Bytes(&[0x80]).unsigned(), None);
        assert_eq!(Bytes(&[0xff; 12]).unsigned(), None);
    }

    #[test]
    fn what_is_written_is_read_and_nothing_longer() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            write_unsigned(&mut out, value);
            let mut bytes = Bytes(&out);
            assert_eq!(bytes.shortest(), Some(value));
            assert!(bytes.0.is_empty());
        }
        // 1 with a byte too many.
        assert_eq!(Bytes(&[0x81, 0x00]).unsigned(), Some(1));
        assert_eq!(Bytes(&[0x81, 0x00]).shortest(), None);
    }
}
