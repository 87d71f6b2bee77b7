//! Keys as files write them, as the screen prints them, and as text fields need them.

use crokey::crossterm::event::{KeyCode, KeyModifiers};
use crokey::{KeyCombination, OneToThree};

/// A key as a text field understands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// A character to insert.
    Char(char),
    /// A letter with Ctrl.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Tab with Shift.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Left.
    Left,
    /// Right.
    Right,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Anything else.
    Other,
}

/// What a key is to a text field.
pub fn plain(key: KeyCombination) -> Plain {
    let OneToThree::One(code) = key.codes else {
        return Plain::Other;
    };
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    match code {
        // AltGr arrives as Ctrl and Alt together on some systems, with the character that it makes.
        KeyCode::Char(c) if ctrl == alt => Plain::Char(c),
        KeyCode::Char(c) if ctrl => Plain::Ctrl(c.to_ascii_lowercase()),
        KeyCode::Enter => Plain::Enter,
        KeyCode::Esc => Plain::Esc,
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => Plain::BackTab,
        KeyCode::Tab => Plain::Tab,
        KeyCode::BackTab => Plain::BackTab,
        KeyCode::Backspace => Plain::Backspace,
        KeyCode::Delete => Plain::Delete,
        KeyCode::Left => Plain::Left,
        KeyCode::Right => Plain::Right,
        KeyCode::Up => Plain::Up,
        KeyCode::Down => Plain::Down,
        KeyCode::Home => Plain::Home,
        KeyCode::End => Plain::End,
        KeyCode::PageUp => Plain::PageUp,
        KeyCode::PageDown => Plain::PageDown,
        _ => Plain::Other,
    }
}

/// One form for keys that terminals report differently: Shift with a sign that is not a letter says nothing more than the sign,
/// and Shift-Tab has a code of its own.
pub fn normal(key: KeyCombination) -> KeyCombination {
    let mut key = key.normalized();
    match key.codes {
        OneToThree::One(KeyCode::Char(c)) if !c.is_alphabetic() => {
            key.modifiers.remove(KeyModifiers::SHIFT);
        }
        OneToThree::One(KeyCode::Tab) if key.modifiers.contains(KeyModifiers::SHIFT) => {
            key.codes = OneToThree::One(KeyCode::BackTab);
        }
        _ => {}
    }
    if key.codes == OneToThree::One(KeyCode::BackTab) {
        key.modifiers.remove(KeyModifiers::SHIFT);
    }
    key
}

/// Reads one key: `a`, `G`, `?`, `ctrl-r`, `shift-tab`, `pagedown`, `f5`. `None` if it is no key.
pub fn parse(text: &str) -> Option<KeyCombination> {
    let mut signs = text.chars();
    let key = match (signs.next(), signs.next()) {
        (Some(c), None) => KeyCombination::one_key(KeyCode::Char(c), KeyModifiers::NONE),
        (Some(_), Some(_)) => crokey::parse(text).ok()?,
        _ => return None,
    };
    key.is_ansi_compatible().then(|| normal(key))
}

/// Reads a sequence: keys separated by spaces. The error is the part that is no key.
pub fn parse_sequence(text: &str) -> Result<Vec<KeyCombination>, String> {
    let keys = text
        .split_whitespace()
        .map(|part| parse(part).ok_or_else(|| part.to_owned()))
        .collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(String::new());
    }
    Ok(keys)
}

/// A key as printed: `g`, `G`, `↵`, `Esc`, `Ctrl-R`.
pub fn label(key: KeyCombination) -> String {
    let OneToThree::One(code) = key.codes else {
        return key.to_string();
    };
    let name = match code {
        KeyCode::Enter => "↵".to_owned(),
        KeyCode::Esc => "Esc".to_owned(),
        KeyCode::Tab => "Tab".to_owned(),
        KeyCode::BackTab => "Shift-Tab".to_owned(),
        KeyCode::Left => "←".to_owned(),
        KeyCode::Right => "→".to_owned(),
        KeyCode::Up => "↑".to_owned(),
        KeyCode::Down => "↓".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::Backspace => "Backspace".to_owned(),
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => {
            c.to_uppercase().to_string()
        }
        KeyCode::Char(c) => c.to_string(),
        KeyCode::F(n) => format!("F{n}"),
        other => format!("{other:?}"),
    };
    let letter = matches!(code, KeyCode::Char(_));
    let mut out = String::new();
    for (flag, word) in [
        (KeyModifiers::CONTROL, "Ctrl-"),
        (KeyModifiers::ALT, "Alt-"),
        (KeyModifiers::SUPER, "Cmd-"),
    ] {
        if key.modifiers.contains(flag) {
            out.push_str(word);
        }
    }
    if key.modifiers.contains(KeyModifiers::SHIFT) && !letter {
        out.push_str("Shift-");
    }
    out + &name
}

/// A sequence as printed.
pub fn sequence_label(keys: &[KeyCombination]) -> String {
    keys.iter().map(|k| label(*k)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_print_as_they_are_known() {
        for (text, printed) in [
            ("g g", "g g"),
            ("G", "G"),
            ("shift-g", "G"),
            ("ctrl-r", "Ctrl-R"),
            ("shift-tab", "Shift-Tab"),
            ("enter", "↵"),
            ("space", "Space"),
            ("?", "?"),
            ("pagedown", "PgDn"),
            ("f5", "F5"),
            ("ö", "ö"),
        ] {
            let keys = parse_sequence(text).expect(text);
            assert_eq!(sequence_label(&keys), printed);
        }
        assert_eq!(parse_sequence("g meta-x"), Err("meta-x".to_owned()));
        assert_eq!(parse_sequence(" "), Err(String::new()));
    }

    #[test]
    fn terminals_that_report_shift_differently_mean_one_key() {
        let plain = KeyCombination::one_key(KeyCode::Char('?'), KeyModifiers::NONE);
        let shifted = KeyCombination::one_key(KeyCode::Char('?'), KeyModifiers::SHIFT);
        assert_eq!(normal(plain), normal(shifted));
        let tab = KeyCombination::one_key(KeyCode::Tab, KeyModifiers::SHIFT);
        let back = KeyCombination::one_key(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(normal(tab), normal(back));
        let big = KeyCombination::one_key(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Some(normal(big)), parse("G"));
    }

    #[test]
    fn a_character_made_with_altgr_is_a_character() {
        let altgr = KeyModifiers::CONTROL | KeyModifiers::ALT;
        let key = KeyCombination::one_key(KeyCode::Char('@'), altgr);
        assert_eq!(plain(key), Plain::Char('@'));
    }
}
