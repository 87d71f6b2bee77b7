//! Short notices: what was saved, what failed, why something cannot be done.

/// How a toast is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something to know.
    Info,
    /// Something failed or cannot be done.
    Bad,
}

/// A notice on the hint line. It goes with the first key that comes [`SHOWN_MS`] after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub text: String,
    /// When it came, by [`crate::app::State::now_ms`].
    pub at: u64,
}

/// A toast stays at least so long. No timer removes it: an idle program does nothing.
pub const SHOWN_MS: u64 = 4_000;
