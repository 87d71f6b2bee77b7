//! Waiting: terminal, store and signals on one side, `app::update` on the other. Effects are performed here.
//! Must not know: rules.

pub mod counters;
pub mod input;
