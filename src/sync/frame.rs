//! Frames: a length of four bytes, big-endian, and a postcard value. Owns the form and its limits. Must not know what is said.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side is gone, or never finished.
    #[error("the connection ended: {0}")]
    Io(#[from] std::io::Error),
    /// It claims more than is allowed.
    #[error("a frame of {found} bytes, more than {most}")]
    TooLong {
        /// Claimed.
        found: usize,
        /// Allowed.
        most: usize,
    },
    /// Not the form of a message.
    #[error("a frame that is no message: {0}")]
    Form(postcard::Error),
    /// Bytes behind the message.
    #[error("a frame with bytes behind its message")]
    Rest,
}

/// Writes a frame. It is not flushed; QUIC sends when it can.
pub async fn write<T: Serialize>(
    to: &mut (impl AsyncWrite + Unpin),
    message: &T,
    most: usize,
) -> Result<usize, FrameError> {
    // Length and message in one piece, so that they travel in one packet where they fit.
    let mut bytes = vec![0; 4];
    bytes = postcard::to_extend(message, bytes).map_err(FrameError::Form)?;
    let found = bytes.len() - 4;
    if found > most {
        return Err(FrameError::TooLong { found, most });
    }
    let length = u32::try_from(found).map_err(|_| FrameError::TooLong { found, most })?;
    bytes[..4].copy_from_slice(&length.to_be_bytes());
    to.write_all(&bytes).await?;
    Ok(bytes.len())
}

/// Reads a frame; `None` where the stream ended before one began. No more memory is taken than has arrived.
pub async fn read<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
    most: usize,
) -> Result<Option<T>, FrameError> {
    Ok(read_counted(from, most).await?.map(|(message, _)| message))
}

/// The same with how many bytes it took.
pub async fn read_counted<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
    most: usize,
) -> Result<Option<(T, usize)>, FrameError> {
    let mut length = [0; 4];
    let mut got = 0;
    while got < 4 {
        match from.read(&mut length[got..]).await? {
            0 if got == 0 => return Ok(None),
            0 => return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()),
            n => got += n,
        }
    }
    let found = u32::from_be_bytes(length) as usize;
    if found > most {
        return Err(FrameError::TooLong { found, most });
    }
    let mut bytes = Vec::with_capacity(found.min(64 << 10));
    let read = from.take(found as u64).read_to_end(&mut bytes).await?;
    if read < found {
        return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
    }
    Ok(Some((decode(&bytes)?, found + 4)))
}

/// Reads a message that is exactly these bytes.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        Ok(_) => Err(FrameError::Rest),
        Err(error) => Err(FrameError::Form(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn what_is_written_is_read_and_the_end_is_told_from_a_break() {
        run(async {
            let mut pipe = Vec::new();
            write(&mut pipe, &("one", 1_u32), 100).await.unwrap();
            write(&mut pipe, &("two", 2_u32), 100).await.unwrap();
            let mut from = &pipe[..];
            for expected in [("one", 1), ("two", 2)] {
                let read: (String, u32) = read(&mut from, 100).await.unwrap().unwrap();
                assert_eq!((read.0.as_str(), read.1), expected);
            }
            assert!(
                read::<(String, u32)>(&mut from, 100)
                    .await
                    .unwrap()
                    .is_none()
            );
            for cut in 1..9 {
                let mut from = &pipe[..cut];
                let broken = read::<(String, u32)>(&mut from, 100).await;
                assert!(matches!(broken, Err(FrameError::Io(_))), "{cut}");
            }
        });
    }

    #[test]
    fn too_long_malformed_and_overfull_frames_are_told_apart() {
        run(async {
            let mut pipe = Vec::new();
            assert!(matches!(
                write(&mut pipe, &vec![0_u64; 64], 10).await,
                Err(FrameError::TooLong { most: 10, .. })
            ));
            assert!(pipe.is_empty());
            let long = [&u32::MAX.to_be_bytes()[..], b"xx"].concat();
            assert!(matches!(
                read::<u32>(&mut &long[..], 10).await,
                Err(FrameError::TooLong { .. })
            ));
            let rest = [0, 0, 0, 2, 1, 1];
            assert!(matches!(
                read::<u8>(&mut &rest[..], 10).await,
                Err(FrameError::Rest)
            ));
            let form = [0, 0, 0, 1, 9];
            assert!(matches!(
                read::<bool>(&mut &form[..], 10).await,
                Err(FrameError::Form(_))
            ));
        });
    }
}
