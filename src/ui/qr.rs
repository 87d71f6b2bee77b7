//! A text as a QR code in a terminal: two rows of squares to a line, or plain signs.

use qrcode::render::unicode::Dense1x2;
use qrcode::{Color, QrCode};

/// Squares that stay light around a code, as readers want it.
const MARGIN: usize = 4;

/// Lines that show a text; `None` where it is too long for a code. Light squares are drawn, so that it shows on a dark ground; readers take
/// it on either.
pub fn draw(text: &str, ascii: bool) -> Option<String> {
    // Capitals and digits alone make a smaller code.
    let code = QrCode::new(text.to_ascii_uppercase()).ok()?;
    if !ascii {
        let drawn = code
            .render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build();
        return Some(drawn + "\n");
    }
    let width = code.width();
    let colors = code.to_colors();
    let mut out = String::new();
    let light = |x: usize, y: usize| {
        let inside = (MARGIN..MARGIN + width).contains(&x) && (MARGIN..MARGIN + width).contains(&y);
        !inside || colors[(y - MARGIN) * width + x - MARGIN] == Color::Light
    };
    for y in 0..width + 2 * MARGIN {
        for x in 0..width + 2 * MARGIN {
            out.push_str(if light(x, y) { "##" } else { "  " });
        }
        out.push('\n');
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_the_same_squares_in_both_forms() {
        let text = format!("guildhall1{}", "abcdefghij234567".repeat(12));
        let (dense, plain) = (draw(&text, false).unwrap(), draw(&text, true).unwrap());
        let plain: Vec<Vec<bool>> = plain
            .lines()
            .map(|l| l.as_bytes().chunks(2).map(|c| c == b"##").collect())
            .collect();
        assert!(plain.iter().all(|l| l.len() == plain.len()));
        let mut rows: Vec<Vec<bool>> = Vec::new();
        for line in dense.lines() {
            let signs: Vec<char> = line.chars().collect();
            rows.push(signs.iter().map(|c| matches!(c, '█' | '▀')).collect());
            rows.push(signs.iter().map(|c| matches!(c, '█' | '▄')).collect());
        }
        // An odd number of rows leaves half a line.
        rows.truncate(plain.len());
        assert_eq!(rows, plain);
        assert!(draw(&"x".repeat(10_000), false).is_none());
    }
}
