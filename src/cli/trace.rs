//! A log file, only on request. It carries ids, never names, marks or texts.

use std::fs::OpenOptions;
use tracing_subscriber::EnvFilter;

/// The environment variable that names the file.
const FILE: &str = "GUILDHALL_LOG";
/// The environment variable that says what to log, as `tracing` filters are written; "info" if it says nothing.
const FILTER: &str = "GUILDHALL_LOG_FILTER";

/// Starts to log if it is asked for. A file that cannot be written is said once, on standard error.
pub fn start() {
    let Some(path) = std::env::var_os(FILE).filter(|path| !path.is_empty()) else {
        return;
    };
    let file = match OpenOptions::new().create(true).append(true).open(&path) {
        Ok(file) => file,
        Err(error) => {
            eprintln!("guildhall: no log in {}: {error}", path.display());
            return;
        }
    };
    let filter =
        EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new("guildhall=info"));
    // A second subscriber is refused; there is only this one.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(file)
        .try_init();
}
