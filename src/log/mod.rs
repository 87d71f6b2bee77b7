//! The log: signed and encrypted envelopes, the authority (who is who and may do what), and access as one pure table.
//! No I/O, so that a simulator can run it. Must not know: SQLite, the network, the clock.
//!
//! `docs/format.md` describes every byte of format 1.

pub mod access;
pub mod assemble;
pub mod authority;
pub mod carried;
pub mod chain;
pub mod count;
pub mod envelope;
pub mod grant;
pub mod ids;
pub mod kept;
pub mod pack;
pub mod recovery;
pub mod seal;
pub mod signed;
pub mod tags;
pub mod verdict;

pub use access::{Access, may};
pub use assemble::{Assembly, assemble};
pub use authority::{Authority, AuthorityError, AuthorityState, Change, Cut, Statement};
pub use carried::{Carried, carried};
pub use envelope::{Envelope, EnvelopeError, Header, Position};
pub use grant::{Grant, GrantError, Holders};
pub use ids::{DeviceId, DocId, Epoch, LogId, TeamId};
pub use kept::Kept;
pub use pack::{Pack, PackError};
pub use seal::{BodyError, DocKey, KeyId};
pub use signed::SignedHeader;
pub use verdict::{Refusal, Target, Verdict, Wait, Why};

#[cfg(test)]
mod tests;
