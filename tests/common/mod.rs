//! What several test programs share.
#![allow(dead_code)] // Each test program uses a part of it.

pub mod drive;
pub mod folder;
#[cfg(target_os = "linux")]
pub mod lan;
#[cfg(unix)]
pub mod machines;
pub mod pty;
pub mod sample;
pub mod shim;
pub mod small;

/// The program under test: the one that cargo built, or another build of it named by `GUILDHALL_BIN`.
pub fn program() -> String {
    std::env::var("GUILDHALL_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_guildhall").to_owned())
}
