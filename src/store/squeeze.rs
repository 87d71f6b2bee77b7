//! Compressing what is sealed. Owns one context for each thread and way: making one takes longer than a document's view. Must not know what
//! is compressed.

use super::error::StoreError;
use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::get_frame_content_size;

/// Views are written with every edit, so it is quick rather than small.
const LEVEL: i32 = 1;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses; `what` is named where that fails.
pub fn squeeze(plain: &[u8], what: &'static str) -> Result<Vec<u8>, StoreError> {
    let failed = |_| StoreError::Encode(what);
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(LEVEL).map_err(failed)?),
        };
        compressor.compress(plain).map_err(failed)
    })
}

/// What [`squeeze`] made smaller, or `None` where it is something else or more than `most` bytes.
pub fn unsqueeze(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    let size = usize::try_from(get_frame_content_size(packed).ok()??).ok()?;
    if size > most {
        return None;
    }
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new().ok()?),
        };
        decompressor.decompress(packed, size).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_squeezed_comes_back_and_nothing_else_does() {
        for size in [0, 1, 1_000, 1 << 20] {
            let plain = vec![7; size];
            let packed = squeeze(&plain, "it").unwrap();
            assert_eq!(unsqueeze(&packed, 1 << 20), Some(plain.clone()));
            assert_eq!(unsqueeze(&packed, size), Some(plain));
            if size > 0 {
                assert_eq!(unsqueeze(&packed, size - 1), None);
            }
            // A fault leaves the context fit for the next.
            assert_eq!(unsqueeze(&packed[..packed.len() - 1], 1 << 20), None);
            assert_eq!(unsqueeze(b"something else", 1 << 20), None);
        }
    }
}
