//! What happens next: state, `update(&mut State, Event) -> Vec<Effect>`, the action table, the key trie, one file a screen.
//! Must not know: tokio, ratatui, crossterm (but for the key type in `keymap`, and the state of tui-input and ratatui-textarea).

pub mod event;

pub use event::{Effect, Event};
