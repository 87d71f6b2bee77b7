//! Machine to machine, without a server: endpoint, sessions, pairing, bundles. Owns the protocol (`docs/protocol.md`) and who may connect.
//! Must not know: the terminal.
//!
//! Nothing here is trusted with what counts: whatever comes goes through the store's checks, however it came.

pub mod endpoint;
pub mod frame;
pub mod ticket;
pub mod words;

pub use endpoint::{Claim, Net, NetError, NetOptions};
pub use ticket::{Ticket, TicketError};
pub use words::{NotWords, Words};
