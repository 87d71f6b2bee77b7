//! A drawn screen as an SVG picture, so that the documentation shows what the program draws and not what somebody remembers.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// Width and height of a cell in the picture's units.
const CELL: (u32, u32) = (8, 17);
const INK: &str = "#d8d8d8";
const PAPER: &str = "#16181d";

/// The whole buffer as one SVG document.
pub fn svg(buffer: &Buffer) -> String {
    let area = buffer.area;
    let (width, height) = (
        u32::from(area.width) * CELL.0,
        u32::from(area.height) * CELL.1,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"13\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{PAPER}\"/>\n"
    );
    for y in 0..area.height {
        let mut x = 0;
        while x < area.width {
            let first = &buffer[(x, y)];
            let look = style(first.fg, first.bg, first.modifier);
            let mut text = String::new();
            let start = x;
            while x < area.width {
                let cell = &buffer[(x, y)];
                if style(cell.fg, cell.bg, cell.modifier) != look {
                    break;
                }
                text.push_str(cell.symbol());
                x += 1;
            }
            run(&mut out, (start, y), x - start, &text, &look);
        }
    }
    out.push_str("</svg>\n");
    out
}

type Style = (String, String, bool);

fn style(fg: Color, bg: Color, modifier: Modifier) -> Style {
    let (mut ink, mut paper) = (colour(fg, INK), colour(bg, PAPER));
    if modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut ink, &mut paper);
    }
    (ink, paper, modifier.contains(Modifier::BOLD))
}

fn run(out: &mut String, (x, y): (u16, u16), cells: u16, text: &str, (ink, paper, bold): &Style) {
    let (left, top) = (u32::from(x) * CELL.0, u32::from(y) * CELL.1);
    let width = u32::from(cells) * CELL.0;
    if paper != PAPER {
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let weight = if *bold { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{left}\" y=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" \
         fill=\"{ink}\"{weight}>{escaped}</text>",
        top + 13
    );
}

/// The colours that terminals commonly give to the sixteen names.
fn colour(colour: Color, default: &str) -> String {
    let named = match colour {
        Color::Reset => default,
        Color::Black => "#000000",
        Color::Red => "#cc4b4b",
        Color::Green => "#5aa65a",
        Color::Yellow => "#c8a13c",
        Color::Blue => "#4f7fc4",
        Color::Magenta => "#a86bb3",
        Color::Cyan => "#4fa3a8",
        Color::Gray => "#b8b8b8",
        Color::DarkGray => "#7a7a7a",
        Color::LightRed => "#e57373",
        Color::LightGreen => "#81c784",
        Color::LightYellow => "#e6c566",
        Color::LightBlue => "#7fa7e0",
        Color::LightMagenta => "#c792d2",
        Color::LightCyan => "#80cbd0",
        Color::White => "#ffffff",
        Color::Rgb(r, g, b) => return format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Indexed(n) => return indexed(n),
    };
    named.to_owned()
}

/// The 256-colour cube and grey ramp of xterm.
fn indexed(n: u8) -> String {
    const NAMES: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match n {
        0..=15 => colour(NAMES[usize::from(n)], INK),
        16..=231 => {
            let level = |v: u8| if v == 0 { 0 } else { 55 + 40 * v };
            let m = n - 16;
            format!(
                "#{:02x}{:02x}{:02x}",
                level(m / 36),
                level(m / 6 % 6),
                level(m % 6)
            )
        }
        _ => {
            let grey = 8 + 10 * (n - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}
