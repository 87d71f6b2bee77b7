//! The pseudo-terminal harness itself.

mod common;

#[test]
fn keys_have_the_bytes_that_terminals_send() {
    use common::pty::key_bytes;
    assert_eq!(key_bytes("Enter"), b"\r");
    assert_eq!(key_bytes("Up"), b"\x1b[A");
    assert_eq!(key_bytes("Ctrl-r"), [18]);
    assert_eq!(key_bytes("\"booked\""), b"booked");
    assert_eq!(key_bytes("m"), b"m");
}

#[test]
fn quoted_text_is_one_name() {
    use common::pty::key_names;
    assert_eq!(
        key_names("m \"5.5 and more\" Enter"),
        ["m", "\"5.5 and more\"", "Enter"]
    );
    assert_eq!(key_names("\" Esc"), ["\"", "Esc"]);
}
