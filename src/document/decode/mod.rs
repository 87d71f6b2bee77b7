//! From rows to domain types. Lenient: a field that cannot be read is as if it were absent, never panics and never hides the rest
//! ([`check()`] names it for `doctor`). Views of the store and a painted folder both go through here, so that they cannot differ.

mod check;
mod credentials;
mod field;
mod framework;
mod person;
mod plan;
mod post;
mod private;
mod succession;
mod summary;
mod team;
mod whole;
mod words;

pub use check::{BadField, check};
pub(crate) use field::is_present;
pub use framework::framework;
pub use person::{PersonRows, brief, handle, person};
pub use plan::objective_digest;
pub use private::private;
pub use succession::succession;
pub use summary::{SUMMARY_BYTES, Summary, Who, first_frame, summary};
pub use team::base;
pub use whole::team;
pub(crate) use words::{
    BANDS, CREDENTIAL_KINDS, HORIZONS, ITEM_STATES, PPD_CATEGORIES, PRIORITIES, word_for,
};
