//! Labelled paragraphs, and how they break into lines: the same for scrolling and for drawing.
//! Must not know: styles.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A labelled paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is; empty continues the one above.
    pub label: String,
    /// The words.
    pub text: String,
}

impl Entry {
    /// A paragraph.
    pub fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            text: text.into(),
        }
    }
}

/// Width of the labels where texts stand beside them.
pub fn gutter(width: u16) -> u16 {
    if width < 50 { 10 } else { 19.min(width / 4) }
}

/// Breaks paragraphs into lines of (label, text) for a width; a label stands on its first line only.
pub fn lines(entries: &[Entry], width: u16) -> Vec<(&str, &str)> {
    let room = usize::from(width.saturating_sub(gutter(width))).max(1);
    let mut out = Vec::new();
    for entry in entries {
        let mut label = entry.label.as_str();
        for line in wrap(&entry.text, room) {
            out.push((std::mem::take(&mut label), line));
        }
    }
    out
}

/// Breaks a text at spaces; a word longer than a line is broken anywhere. Always at least one line.
pub fn wrap(text: &str, room: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text.trim_end();
    while rest.width() > room {
        let mut used = 0;
        let mut space = None;
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            used += c.width().unwrap_or(0);
            if used > room {
                // A space here ends the line without standing on it.
                end = if c == ' ' { at } else { space.unwrap_or(at) };
                break;
            }
            if c == ' ' && at > 0 {
                space = Some(at);
            }
        }
        // A line narrower than one character still takes one, or this would never end.
        if end == 0 {
            end = rest.chars().next().map_or(rest.len(), char::len_utf8);
        }
        lines.push(rest[..end].trim_end());
        rest = rest[end..].trim_start();
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one two three", 13), ["one two three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("…–…", 1), ["…", "–", "…"]);
        assert_eq!(wrap("漢字", 1), ["漢", "字"]);
    }

    #[test]
    fn no_text_is_lost_at_any_width() {
        let text = "10 Nov 2026 + 12 months is not before today, so the manager’s 5.5 counts.";
        let letters = |s: &str| s.chars().filter(|c| *c != ' ').collect::<String>();
        for room in 1..90 {
            let joined: String = wrap(text, room).concat();
            assert_eq!(letters(&joined), letters(text));
        }
    }

    #[test]
    fn a_label_stands_once() {
        let entries = [Entry::new(
            "own",
            "a b c d e f g h i j k l m n o p q r s t u v w x y z",
        )];
        let lines = lines(&entries, 30);
        assert_eq!(lines[0].0, "own");
        assert!(lines.len() > 1 && lines[1].0.is_empty());
    }
}
