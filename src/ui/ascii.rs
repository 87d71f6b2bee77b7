//! For terminals and ears that want ASCII alone: after drawing, every other character gives way to one that says the same.
//! One pass over what was drawn, so no screen can forget it.

use ratatui::buffer::Buffer;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Replaces every character that is not ASCII, cell by cell; a character of two cells becomes one and a blank.
pub fn fold(buf: &mut Buffer) {
    let area = buf.area;
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let cell = &mut buf[(x, y)];
            if cell.symbol().is_ascii() {
                continue;
            }
            let wide = cell.symbol().width() > 1;
            let plain = cell.symbol().chars().next().map_or(' ', stand_in);
            cell.set_char(plain);
            if wide && x + 1 < area.right() {
                buf[(x + 1, y)].set_char(' ');
            }
        }
    }
}

/// The same for a text that is printed: a character of two cells becomes two.
pub fn text(printed: &str) -> String {
    let mut out = String::with_capacity(printed.len());
    for c in printed.chars() {
        match c.width() {
            _ if c.is_ascii() => out.push(c),
            // A mark that stands over the letter before it.
            Some(0) => {}
            Some(2) => out.push_str("? "),
            _ => out.push(stand_in(c)),
        }
    }
    out
}

/// What stands for a character.
fn stand_in(c: char) -> char {
    match c {
        '─' | '–' | '—' | '−' | '‐' | '‑' | '┄' => '-',
        '│' | '▏' | '┃' => '|',
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '╭' | '╮' | '╰' | '╯' => {
            '+'
        }
        '·' | '…' | '•' | '░' => '.',
        '▒' => '=',
        '▓' | '█' => '#',
        '▾' | '↓' | '▼' => 'v',
        '▸' | '→' | '›' | '»' => '>',
        '←' | '‹' | '«' | '↵' => '<',
        '▲' | '↑' | '▴' => '^',
        '◆' => '&',
        '×' => 'x',
        '⚑' => '!',
        '✓' => 'y',
        'Δ' => 'D',
        'τ' => 'T',
        'Σ' => 'S',
        '≥' => '>',
        '≤' => '<',
        '‘' | '’' => '\'',
        '“' | '”' | '„' => '"',
        '£' => 'L',
        '\u{a0}' => ' ',
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => 'A',
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'Æ' => 'A',
        'æ' => 'a',
        'Ç' | 'Ć' | 'Č' => 'C',
        'ç' | 'ć' | 'č' => 'c',
        'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' => 'E',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'Ì'..='Ï' | 'Ī' => 'I',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'Ł' => 'L',
        'ł' => 'l',
        'Ñ' | 'Ń' | 'Ň' => 'N',
        'ñ' | 'ń' | 'ň' => 'n',
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' | 'Œ' => 'O',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'œ' => 'o',
        'Ŕ' | 'Ř' => 'R',
        'ŕ' | 'ř' => 'r',
        'Ś' | 'Š' | 'Ş' => 'S',
        'ś' | 'š' | 'ş' | 'ß' => 's',
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' => 'U',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'Ŵ' => 'W',
        'ŵ' => 'w',
        'Ý' | 'Ÿ' | 'Ŷ' => 'Y',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'Ź' | 'Ż' | 'Ž' => 'Z',
        'ź' | 'ż' | 'ž' => 'z',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn every_cell_is_ascii_and_keeps_its_place() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
        buf.set_string(0, 0, "┌ Zoë 7.5▒ 漢 ✂ →", Style::new());
        fold(&mut buf);
        let line: String = buf.content.iter().map(|c| c.symbol()).collect();
        assert_eq!(line, "+ Zoe 7.5= ?  ? >   ");
        assert_eq!(text("Zoe\u{308} · 漢\n→ 7.5"), "Zoe . ? \n> 7.5");
    }
}
