//! What several test programs share.
#![allow(dead_code)] // Each test program uses a part of it.

pub mod drive;
pub mod folder;
pub mod pty;
pub mod sample;
