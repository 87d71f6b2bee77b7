//! The binary: everything is in the library but the report of a panic.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Without it the plain report of the standard library is printed, which says the same with less.
    let _ = color_eyre::install();
    guildhall::cli::main()
}
