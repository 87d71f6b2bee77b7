//! Machine to machine, without a server: endpoint, sessions, pairing, bundles. Owns the protocol (`docs/protocol.md`) and who may connect.
//! Must not know: the terminal.
//!
//! Nothing here is trusted with what counts: whatever comes goes through the store's checks, however it came.

pub mod bundle;
pub mod desk;
pub mod endpoint;
pub mod frame;
pub mod node;
pub mod pair;
pub mod session;
pub mod ticket;
pub mod unreached;
pub mod words;

pub use desk::{Desk, DeskClosed};
pub use endpoint::{Claim, Net, NetError, NetOptions};
pub use node::{Meeting, Node, NodeError, PeerSeen, Peers};
pub use pair::{Door, PairError};
pub use session::{Progress, Session, SessionError, Until};
pub use ticket::{Ticket, TicketError};
pub use unreached::Unreached;
pub use words::{NotWords, Words};
