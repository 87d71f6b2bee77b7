//! A log file, only on request. It carries ids, never names, marks or texts.

use std::fs::OpenOptions;
use std::sync::Mutex;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, fmt};

/// The environment variable that names the file.
const FILE: &str = "GUILDHALL_LOG";
/// The environment variable that says what to log, as `tracing` filters are written; "info" if it says nothing.
const FILTER: &str = "GUILDHALL_LOG_FILTER";

/// A new one is for this account only.
fn log_file(path: &std::ffi::OsStr) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Starts to log if it is asked for. A file that cannot be written is said once, on standard error.
pub fn start() {
    let Some(path) = std::env::var_os(FILE).filter(|path| !path.is_empty()) else {
        return;
    };
    let file = match log_file(&path) {
        Ok(file) => file,
        Err(error) => {
            eprintln!("guildhall: no log in {}: {error}", path.display());
            return;
        }
    };
    let filter =
        EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new("guildhall=info"));
    // Libraries write what they work on when they are asked for everything (Automerge the values it loads), so that whatever the filter
    // says, only our own modules are heard.
    let ours = filter_fn(|event| event.target().split("::").next() == Some("guildhall"));
    let lines = fmt::layer()
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .with_filter(ours);
    // A second subscriber is refused; there is only this one.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
}
