//! What a text may hold and how long it may be, wherever it comes from.

use chrono::{Datelike, NaiveDate};

/// More than this many characters no line takes: a name, a title.
pub const LONGEST_LINE: usize = 200;

/// Whether a character changes how others are shown without being seen itself: overrides of the writing direction, which make a text read
/// as another, and marks without width, which make two texts look the same.
pub fn is_hidden(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}')
}

/// Why a text cannot be shown as it stands; line breaks and tabs can.
pub fn unshowable(text: &str) -> Option<String> {
    let bad = text
        .chars()
        .find(|c| is_hidden(*c) || (c.is_control() && !matches!(c, '\n' | '\t')))?;
    let code = u32::from(bad);
    Some(if is_hidden(bad) {
        format!(
            "the invisible character U+{code:04X}, which changes how a text is read: take it out"
        )
    } else {
        format!("the control character U+{code:04X}, which no screen can show")
    })
}

/// Why a line is too long.
pub fn too_long(line: &str) -> Option<String> {
    let count = line.chars().count();
    (count > LONGEST_LINE)
        .then(|| format!("{count} characters are more than the {LONGEST_LINE} that one line takes"))
}

/// Whether rules can reckon with a day: the same bounds wherever one is entered.
pub fn is_day(day: NaiveDate) -> bool {
    (1900..=2200).contains(&day.year())
}

/// A number of things: "1 row", "2 rows".
pub fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A name in short, for an id: its ASCII letters and digits in lower case, words joined by "-"; empty where it has none.
pub fn slug(name: &str, longest: usize) -> String {
    name.to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
        .chars()
        .take(longest)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_named() {
        for c in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}'] {
            let said = unshowable(&format!("a{c}b")).unwrap();
            assert!(said.contains(&format!("U+{:04X}", u32::from(c))), "{said}");
        }
        assert!(unshowable("a\u{7}").unwrap().contains("U+0007"));
        // Joiners and combining marks belong to words.
        for fine in [
            "Zoë",
            "Zoe\u{308}",
            "क्\u{200d}ष",
            "می\u{200c}خواهم",
            "two\n\tlines",
        ] {
            assert_eq!(unshowable(fine), None, "{fine}");
        }
    }

    #[test]
    fn a_name_in_short_has_letters_digits_and_dashes() {
        assert_eq!(slug(" Crane  driving (5 t) ", 40), "crane-driving-5-t");
        assert_eq!(slug("Crane driving", 7), "crane-d");
        assert_eq!(slug("日本", 40), "");
    }

    #[test]
    fn lines_end_at_two_hundred_characters() {
        assert_eq!(too_long(&"é".repeat(200)), None);
        assert!(too_long(&"é".repeat(201)).unwrap().contains("201"));
    }
}
