//! guildhall: a team's competency heatmap, succession risks and development actions, local-first.
//!
//! Imports point downwards only; `tests/architecture.rs` keeps it so. See `docs/architecture.md`.

#![warn(missing_docs)]

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod document;
pub mod domain;
pub mod exchange;
#[doc(hidden)]
pub mod fuzz;
pub mod limits;
pub mod log;
pub mod runtime;
pub mod store;
pub mod sync;
pub mod term;
pub mod ui;
