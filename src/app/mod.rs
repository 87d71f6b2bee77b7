//! What happens next: state, `update(&mut State, Event) -> Vec<Effect>`, the action table, the key trie, one file a screen.
//! Must not know: tokio, ratatui, crossterm (but for the key type in `keymap`, and the state of tui-input and ratatui-textarea).
//!
//! The runtime sets [`State::now_ms`] before each call of [`update()`], so that nothing in here reads a clock.

pub mod action;
pub mod beside;
pub mod choosing;
pub mod editing;
pub mod event;
pub mod keymap;
pub mod layout;
pub mod look;
pub mod network;
pub mod overlay;
mod planning;
pub mod screen;
pub mod settling;
pub mod standing;
pub mod state;
pub mod toast;
pub mod update;
pub mod what_if;

pub use action::ActionId;
pub use event::{Effect, Event};
pub use keymap::KeyMap;
pub use layout::Area;
pub use screen::Screen;
pub use state::{Options, State};
pub use update::{begin, update};
