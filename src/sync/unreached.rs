//! Why no machine was reached, or a connection was lost, in words that say what to do next. What the libraries say of it goes to the log
//! alone. Must not know who asks.

use super::endpoint::code;
use iroh::endpoint::{
    ConnectError, ConnectWithOptsError, ConnectingError, ConnectionError, TransportErrorCode,
};

/// Codes of a handshake that failed in TLS.
const CRYPTO: std::ops::Range<u64> = 0x100..0x200;
/// The one that says that both speak no protocol in common.
const NO_PROTOCOL: u64 = 0x178;

/// Why a machine was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// Nothing came back.
    #[error(
        "nobody answers: is guildhall open there, does a firewall let it through, and is its address still right (--peer ID@ADDRESS:PORT)?"
    )]
    Silence,
    /// There is nowhere to ask.
    #[error(
        "no address of it is known, and it is not heard of on this network: name one with --peer ID@ADDRESS:PORT"
    )]
    NoAddress,
    /// Whoever answers has another key.
    #[error(
        "another machine answers at its address: see on the machine itself where it listens, and name that with --peer ID@ADDRESS:PORT"
    )]
    Another,
    /// Nothing is spoken there that is spoken here.
    #[error("it speaks another version of guildhall: use the same on both machines")]
    Version,
    /// It knows this device for none of the team.
    #[error("it does not know this device as one of the team")]
    Unknown,
    /// It says that this device was taken out.
    #[error("it says that this device was taken out of the team")]
    TakenOut,
    /// It takes nobody just now.
    #[error(
        "it takes nobody just now, since it closes or too many ask at once: try again in a minute"
    )]
    Busy,
    /// It is not what was asked for.
    #[error(
        "what answers does not speak as guildhall does: is the address right, and is guildhall the same on both machines?"
    )]
    Odd,
    /// This side is not on the network any more.
    #[error("this machine is not on the network any more: try again")]
    Closed,
}

impl Unreached {
    /// In a few words, for whoever says what to do next.
    pub fn briefly(self) -> &'static str {
        match self {
            Self::Silence => "nobody answers at its address",
            Self::NoAddress => "no address of it is known",
            Self::Another => "another machine answers at its address",
            Self::Version => "it speaks another version of guildhall",
            Self::Unknown | Self::TakenOut => "it does not let this device in",
            Self::Busy => "it takes nobody just now",
            Self::Odd => "what answers is no guildhall",
            Self::Closed => "this machine is not on the network any more",
        }
    }

    /// From what became of a connection in its handshake.
    fn lost(error: &ConnectionError) -> Self {
        match error {
            ConnectionError::TimedOut | ConnectionError::Reset => Self::Silence,
            ConnectionError::VersionMismatch => Self::Version,
            ConnectionError::LocallyClosed => Self::Closed,
            ConnectionError::CidsExhausted => Self::Odd,
            ConnectionError::ApplicationClosed(closed) => {
                match u32::try_from(closed.error_code.into_inner()) {
                    Ok(code::UNKNOWN) => Self::Unknown,
                    Ok(code::TAKEN_OUT) => Self::TakenOut,
                    Ok(code::DONE | code::LIMIT | code::FAILED) => Self::Busy,
                    _ => Self::Odd,
                }
            }
            // It ended the handshake itself.
            ConnectionError::ConnectionClosed(closed) => match u64::from(closed.error_code) {
                NO_PROTOCOL => Self::Version,
                other if busy(other) => Self::Busy,
                _ => Self::Odd,
            },
            // This side did: whoever answers could not show the key that was asked for.
            ConnectionError::TransportError(error) => match u64::from(error.code) {
                NO_PROTOCOL => Self::Version,
                other if CRYPTO.contains(&other) => Self::Another,
                _ => Self::Odd,
            },
        }
    }
}

fn busy(code: u64) -> bool {
    let all = [
        TransportErrorCode::NO_ERROR,
        TransportErrorCode::CONNECTION_REFUSED,
        TransportErrorCode::APPLICATION_ERROR,
    ];
    all.into_iter().any(|c| u64::from(c) == code)
}

impl From<&ConnectError> for Unreached {
    fn from(error: &ConnectError) -> Self {
        match error {
            ConnectError::Connection { source, .. } => Self::lost(source),
            ConnectError::Connecting { source, .. } => match source {
                ConnectingError::ConnectionError { source, .. } => Self::lost(source),
                ConnectingError::HandshakeFailure { .. } => Self::Odd,
                _ => Self::Closed,
            },
            ConnectError::Connect { source, .. } => match source {
                ConnectWithOptsError::NoAddress { .. } => Self::NoAddress,
                ConnectWithOptsError::EndpointClosed { .. } => Self::Closed,
                _ => Self::Odd,
            },
            _ => Self::Odd,
        }
    }
}

/// How a connection that stood was lost.
pub fn lost(error: &ConnectionError) -> &'static str {
    match error {
        ConnectionError::TimedOut => "nothing was heard of the other machine any more",
        ConnectionError::Reset => "the other machine, or its guildhall, was started again",
        ConnectionError::ApplicationClosed(_) => "the other side closed it",
        ConnectionError::ConnectionClosed(_) => "the other side broke it off",
        ConnectionError::LocallyClosed => "this side closed it",
        ConnectionError::VersionMismatch => "the other side speaks another version",
        ConnectionError::TransportError(_) | ConnectionError::CidsExhausted => {
            "what came was not understood"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iroh::endpoint::{ApplicationClose, VarInt};

    fn closed(code: u32) -> ConnectionError {
        ConnectionError::ApplicationClosed(ApplicationClose {
            error_code: VarInt::from_u32(code),
            reason: Vec::<u8>::new().into(),
        })
    }

    #[test]
    fn each_way_of_not_reaching_a_machine_has_its_words() {
        for (error, expected, next) in [
            (ConnectionError::TimedOut, Unreached::Silence, "--peer"),
            (
                ConnectionError::VersionMismatch,
                Unreached::Version,
                "the same on both machines",
            ),
            (closed(code::UNKNOWN), Unreached::Unknown, "the team"),
            (closed(code::TAKEN_OUT), Unreached::TakenOut, "taken out"),
            (closed(code::LIMIT), Unreached::Busy, "try again"),
            (closed(7), Unreached::Odd, "is the address right"),
        ] {
            let found = Unreached::lost(&error);
            assert_eq!(found, expected, "{error:?}");
            assert!(found.to_string().contains(next), "{found}");
            assert!(!found.to_string().contains(&error.to_string()), "{found}");
            assert!(!lost(&error).is_empty() && !found.briefly().is_empty());
        }
    }

    #[test]
    fn codes_of_a_handshake_are_told_apart() {
        assert!(busy(u64::from(TransportErrorCode::CONNECTION_REFUSED)));
        assert!(!busy(NO_PROTOCOL) && CRYPTO.contains(&NO_PROTOCOL));
        let nowhere = Unreached::from(&ConnectError::from(ConnectionError::TimedOut));
        assert_eq!(nowhere, Unreached::Silence);
    }
}
