//! A ticket that was made, to be handed over: its text, and what to do with it. Must not know: how it looks, how it was made.

use super::{Outcome, Overlay};
use crate::app::keymap::key::Plain;
use crate::app::network::{Ticket, whose};
use crate::app::state::State;

/// Shows a ticket on top of whatever is open.
pub fn show(state: &mut State, ticket: Ticket) {
    state.overlays.push(Overlay::Ticket(Box::new(ticket)));
}

/// What stands over the text.
pub fn title(state: &State, ticket: &Ticket) -> String {
    format!(
        "Ticket for {}, good once, for fifteen minutes",
        whose(state, Some(&ticket.person))
    )
}

/// What to do with it, sentence by sentence.
pub fn advice(ticket: &Ticket) -> Vec<&'static str> {
    let mut all = vec![
        "Give it to them over a way that you trust. They run: guildhall join TICKET",
        "Their machine shows six words. Have them read to you, by telephone or in person, and type them on the Sync screen.",
        "Whoever else has the ticket can ask to be let in, and is let in only if you type the words of their machine.",
    ];
    if !ticket.reachable {
        all.push("It names no address: it works on the same local network only.");
    }
    all
}

/// The ticket stays good when it is closed.
pub(super) fn key(pressed: Plain) -> Outcome {
    match pressed {
        Plain::Esc | Plain::Enter | Plain::Char('q') => Outcome::Close,
        _ => Outcome::Stay,
    }
}
