//! Being told to end: by a keyboard, a service manager, a terminal that closes. It is listened for from the first call on and not anew each
//! time round, or a signal that comes in between would be heard by nobody. Must not know what ends.

use crate::config::Problem;

/// Waits until somebody asks for the end, from now on.
#[cfg(unix)]
pub fn ended(what: &str) -> Result<impl Future<Output = ()> + use<>, Problem> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|e| Problem::of(what, e));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}

/// The same where there is a keyboard alone.
#[cfg(not(unix))]
pub fn ended(what: &str) -> Result<impl Future<Output = ()> + use<>, Problem> {
    let mut interrupt = tokio::signal::windows::ctrl_c().map_err(|e| Problem::of(what, e))?;
    Ok(async move {
        // Where nobody can ask for it any more, it goes on.
        if interrupt.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    })
}
