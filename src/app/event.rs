//! What comes in and what goes out: events from the terminal and the store, effects for the runtime. Both are data.

use super::network::{Heard, Order};
use crate::document::Edit;
use crate::document::edit::Stood;
use crate::document::edits::Conflict;
use crate::domain::told::Told;
use crate::domain::{Person, PersonId, Team};
use crokey::KeyCombination;
use std::sync::Arc;

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key, already normalised.
    Key(KeyCombination),
    /// Text pasted in one go (bracketed paste).
    Paste(String),
    /// A mouse click or wheel step at a cell of the screen.
    Mouse(Mouse),
    /// The terminal has a new size.
    Resize(u16, u16),
    /// The store published a new snapshot.
    Team(Arc<Team>),
    /// What of the team cannot be read and is in no figure, in sentences; empty where everything can be.
    InPart(Vec<String>),
    /// What was written apart and waits to be settled.
    Conflicts(Arc<Vec<Conflict>>),
    /// What was written, as far as it has been read.
    History(Arc<History>),
    /// A person was read with detail.
    Detail(Arc<Person>),
    /// An edit is on disk.
    Saved(Saved),
    /// An edit was not saved, since a text that it was written over is another by now.
    Meanwhile {
        /// The edit.
        edit: Edit,
        /// What stands there now.
        stands: Vec<Stood>,
    },
    /// An effect failed; nothing was lost but what is named.
    Failed(Failure),
    /// The store behind a demo or import is ready; queued edits are being saved.
    StoreReady,
    /// Something about other machines.
    Network(Heard),
}

/// A mouse event, in cells from the top left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
    /// What.
    pub kind: MouseKind,
}

/// Kinds of mouse event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// Left button pressed.
    Click,
    /// Wheel up.
    WheelUp,
    /// Wheel down.
    WheelDown,
}

/// What was written, as sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The newest first.
    pub told: Vec<Told>,
    /// How many older ones were left out.
    pub older: u64,
    /// Every document has been read once; some may be read again, since they were written to.
    pub complete: bool,
    /// How many documents of the folder are not its user's to read.
    pub withheld: usize,
    /// Documents that could not be read, in words; what they told before is still told.
    pub not_read: Vec<String>,
}

/// What was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// An edit of one's own.
    Edit {
        /// Its label.
        label: String,
    },
    /// A step was undone; `left` names fields that had changed since and were left as they are.
    Undone {
        /// Label of the step.
        label: String,
        /// What was left.
        left: Vec<String>,
    },
    /// A step was done again.
    Redone {
        /// Label of the step.
        label: String,
        /// What was left.
        left: Vec<String>,
    },
    /// There was nothing to undo or redo.
    Nothing,
}

/// What went wrong, in words for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was being done.
    pub what: String,
    /// Why not, and what to do next.
    pub why: String,
    /// An edit that was not saved, so that it can be tried again.
    pub edit: Option<Edit>,
}

/// Something for the runtime to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Save an edit.
    Commit(Edit),
    /// Undo this device's last step that is not undone.
    Undo,
    /// Do the last undone step again.
    Redo,
    /// Read a person with detail.
    LoadDetail(PersonId),
    /// Read what was written.
    History,
    /// Do something with other machines.
    Network(Order),
    /// Find out with which devices it was written what was written apart.
    Devices,
    /// Stop the program (Ctrl-Z).
    Suspend,
    /// Leave.
    Quit,
}
