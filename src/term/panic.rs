//! The panic hook: give the terminal back, then print. A panic on another thread (a change that broke its decoder is caught there)
//! must not take the screen away from a program that goes on; it is only logged.

use super::guard;
use std::cell::Cell;

thread_local! {
    static HOLDS_SCREEN: Cell<bool> = const { Cell::new(false) };
}

/// Sets the hook before the one that is in place, which prints the report. Call once, on the thread that draws.
pub fn install() {
    HOLDS_SCREEN.with(|holds| holds.set(true));
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // A thread that is being torn down has no such value any more; it does not hold the screen either.
        if HOLDS_SCREEN.try_with(Cell::get).unwrap_or(false) {
            guard::restore();
            report(info);
        } else if guard::is_taken() {
            tracing::error!(location = ?info.location(), "a background thread panicked");
        } else {
            report(info);
        }
    }));
}
