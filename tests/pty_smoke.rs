//! The shortest way through the built program: the demo opens, explains a cell, and leaves nothing behind.
#![cfg(unix)]

mod common;

use common::pty::Pty;

#[test]
fn the_demo_opens_explains_a_cell_and_goes() {
    let mut pty = Pty::guildhall(&["demo"], &[], (120, 30));
    pty.shows(&[
        "1 Heatmap",
        "2 Succession",
        "3 Development actions",
        "% in need",
    ]);
    println!("{}", pty.screen());
    pty.keys("down Enter");
    pty.shows(&["How this is made"]);
    println!("{}", pty.screen());
    pty.keys("Ctrl-c");
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();
    pty.until_raw("are gone");
}
