//! Styles by meaning, made once from the look. Shades differ in lightness as well as hue, and stand beside a number and a sign, so no
//! meaning hangs on hue. Without colours the styles still tell apart by reversed, bold, dim and underlined.

use crate::app::look::{Background, Depth, Look, Palette};
use crate::domain::cell::CellState;
use crate::domain::succession::RiskBand;
use ratatui::style::{Color, Modifier, Style};

/// A colour for 24 bits, and its stand-in among sixteen.
#[derive(Clone, Copy)]
struct Hue(u32, Color);

/// Every style that a screen may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The look it was made from.
    pub look: Look,
    /// Plain text.
    pub base: Style,
    /// Text of lesser weight.
    pub dim: Style,
    /// Text that stands out.
    pub strong: Style,
    /// Title line.
    pub title: Style,
    /// Column heads and group rows.
    pub header: Style,
    /// Frame of a pane.
    pub frame: Style,
    /// Frame of the pane that has the keys.
    pub frame_focus: Style,
    /// Title in a frame.
    pub frame_title: Style,
    /// Keys on the hint line.
    pub key: Style,
    /// The cell or line under the cursor.
    pub cursor: Style,
    /// Row and column of the cursor.
    pub lit: Style,
    /// Overdue, high risk, flags.
    pub alarm: Style,
    /// Medium risk, thin cover, stale.
    pub warn: Style,
    /// Met, low risk, covered.
    pub good: Style,
    /// Values in conflict (◆).
    pub conflict: Style,
    /// Own mark only (?).
    pub own_only: Style,
    /// No mark, not expected, not observed.
    pub absent: Style,
    /// A field that takes text.
    pub input: Style,
    /// What is wrong with a field.
    pub error: Style,
    /// The filled part of a bar.
    pub bar: Style,
    /// The empty part of a bar.
    pub bar_empty: Style,
    /// Gaps: none, to 0.5, to 1.5, more.
    pub gaps: [Style; 4],
}

/// Signs of the gap shades: none, to 0.5, to 1.5, more.
pub const GAP_SIGNS: [&str; 4] = [" ", "░", "▒", "▓"];

/// Which shade a gap has, 0 to 3, from half points.
pub fn gap_level(gap_halves: u8) -> usize {
    match gap_halves {
        0 => 0,
        1 => 1,
        2 | 3 => 2,
        _ => 3,
    }
}

impl Theme {
    /// Makes the styles of a look.
    pub fn new(look: Look) -> Self {
        if look.depth == Depth::None {
            return Self::plain(look);
        }
        let dark = look.background == Background::Dark;
        let fg = |hue: Hue| Style::new().fg(resolve(hue, look.depth));
        let on = |ground: Hue, text: Hue| {
            Style::new()
                .bg(resolve(ground, look.depth))
                .fg(resolve(text, look.depth))
        };
        let ink = if dark {
            Hue(0xd8d8d2, Color::Reset)
        } else {
            Hue(0x1c1c22, Color::Reset)
        };
        let faint = if dark {
            Hue(0x8c8f96, Color::DarkGray)
        } else {
            Hue(0x5f626a, Color::DarkGray)
        };
        let accent = if dark {
            Hue(0x7fb4e6, Color::Cyan)
        } else {
            Hue(0x0b5394, Color::Blue)
        };
        let black = Hue(0x101014, Color::Black);
        let white = Hue(0xffffff, Color::White);
        let hues = Hues::of(look.palette, dark);
        let lit = if dark {
            on(Hue(0x2b3038, Color::Reset), Hue(0xf4f4ee, Color::Reset))
        } else {
            on(Hue(0xe3e7ee, Color::Reset), Hue(0x101014, Color::Reset))
        };
        Self {
            look,
            base: fg(ink),
            dim: fg(faint),
            strong: fg(ink).add_modifier(Modifier::BOLD),
            title: fg(accent).add_modifier(Modifier::BOLD),
            header: fg(ink).add_modifier(Modifier::BOLD),
            frame: fg(faint),
            frame_focus: fg(accent),
            frame_title: fg(accent).add_modifier(Modifier::BOLD),
            key: fg(accent).add_modifier(Modifier::BOLD),
            cursor: Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
            lit: if look.depth == Depth::Sixteen {
                Style::new().add_modifier(Modifier::BOLD)
            } else {
                lit
            },
            alarm: fg(hues.alarm).add_modifier(Modifier::BOLD),
            warn: fg(hues.warn),
            good: fg(hues.good),
            conflict: fg(hues.conflict).add_modifier(Modifier::BOLD),
            own_only: fg(hues.own).add_modifier(Modifier::ITALIC),
            absent: fg(faint),
            input: fg(ink).add_modifier(Modifier::UNDERLINED),
            error: fg(hues.alarm),
            bar: fg(hues.good),
            bar_empty: fg(faint),
            gaps: if look.depth == Depth::Sixteen {
                // The terminal chooses its own shades, so only pairs that every palette keeps apart are used.
                [
                    fg(ink),
                    fg(ink),
                    on(Hue(0, Color::Cyan), black),
                    on(hues.gaps[2], black).add_modifier(Modifier::BOLD),
                ]
            } else {
                [
                    fg(ink),
                    on(hues.gaps[0], if dark { white } else { black }),
                    on(hues.gaps[1], if dark { white } else { black }),
                    on(hues.gaps[2], if dark { black } else { white }).add_modifier(Modifier::BOLD),
                ]
            },
        }
    }

    /// Without colours of our own.
    fn plain(look: Look) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let dim = plain.add_modifier(Modifier::DIM);
        let reversed = plain.add_modifier(Modifier::REVERSED);
        Self {
            look,
            base: plain,
            dim,
            strong: bold,
            title: bold,
            header: bold,
            frame: dim,
            frame_focus: bold,
            frame_title: bold,
            key: bold,
            cursor: reversed.add_modifier(Modifier::BOLD),
            lit: plain.add_modifier(Modifier::UNDERLINED),
            alarm: bold,
            warn: plain,
            good: plain,
            conflict: bold,
            own_only: plain.add_modifier(Modifier::ITALIC),
            absent: dim,
            input: plain.add_modifier(Modifier::UNDERLINED),
            error: bold,
            bar: plain,
            bar_empty: dim,
            gaps: [plain, plain, bold, bold.add_modifier(Modifier::REVERSED)],
        }
    }

    /// The shade of a gap in half points.
    pub fn gap(&self, gap_halves: u8) -> Style {
        self.gaps[gap_level(gap_halves)]
    }

    /// The shade of a state.
    pub fn state(&self, state: CellState) -> Style {
        match state {
            CellState::NotApplicable | CellState::Unassessed | CellState::NoTarget => self.absent,
            CellState::Stale => self.warn,
            CellState::Unvalidated => self.own_only,
            CellState::Gap => self.gaps[2],
            CellState::Met => self.good,
        }
    }

    /// The colour of a risk.
    pub fn risk(&self, band: RiskBand) -> Style {
        match band {
            RiskBand::High => self.alarm,
            RiskBand::Medium => self.warn,
            RiskBand::Low => self.good,
        }
    }
}

/// The hues that differ between palettes.
struct Hues {
    alarm: Hue,
    warn: Hue,
    good: Hue,
    conflict: Hue,
    own: Hue,
    gaps: [Hue; 3],
}

impl Hues {
    fn of(palette: Palette, dark: bool) -> Self {
        let pick = |on_dark: u32, on_light: u32, sixteen: Color| {
            Hue(if dark { on_dark } else { on_light }, sixteen)
        };
        let gaps = |on_dark: [u32; 3], on_light: [u32; 3], sixteen: [Color; 3]| {
            [0, 1, 2].map(|i| Hue(if dark { on_dark[i] } else { on_light[i] }, sixteen[i]))
        };
        // Grounds for sixteen colours: the lightest gap has none, since its sign and number are enough there.
        let amber = [Color::Reset, Color::Cyan, Color::Yellow];
        match palette {
            Palette::Standard => Self {
                alarm: pick(0xff9e4a, 0xa34700, Color::LightRed),
                warn: pick(0xe6c15c, 0x7a5b00, Color::Yellow),
                good: pick(0x6fc3df, 0x00607a, Color::Cyan),
                conflict: pick(0xe79cd0, 0x8e2c75, Color::Magenta),
                own: pick(0xb9c6e8, 0x3c4f86, Color::LightBlue),
                gaps: gaps(
                    [0x43321c, 0x83531a, 0xf0a04b],
                    [0xf6e3c8, 0xeab676, 0x9a4d00],
                    amber,
                ),
            },
            Palette::Deuteranopia => Self {
                alarm: pick(0xffd24a, 0x7a4f00, Color::LightYellow),
                warn: pick(0xd9c98a, 0x6b5d20, Color::Yellow),
                good: pick(0x6aa8ff, 0x0b4fb3, Color::LightBlue),
                conflict: pick(0xffffff, 0x000000, Color::White),
                own: pick(0xb4c7ee, 0x38507f, Color::LightCyan),
                gaps: gaps(
                    [0x3d3718, 0x7d6a14, 0xffd84a],
                    [0xf5eec8, 0xe3cd6a, 0x6e5600],
                    amber,
                ),
            },
            Palette::Protanopia => Self {
                alarm: pick(0xffe36b, 0x6f5200, Color::LightYellow),
                warn: pick(0xd6cfa0, 0x5f5930, Color::Yellow),
                good: pick(0x5fb0ff, 0x004fa8, Color::LightBlue),
                conflict: pick(0xffffff, 0x000000, Color::White),
                own: pick(0xb8cbf0, 0x34507c, Color::LightCyan),
                gaps: gaps(
                    [0x3a3a1e, 0x77701c, 0xffec6e],
                    [0xf3f0cf, 0xdcd06c, 0x5f5200],
                    amber,
                ),
            },
            Palette::Tritanopia => Self {
                alarm: pick(0xff8f8f, 0xa3162a, Color::LightRed),
                warn: pick(0xe3b3b3, 0x7c3b46, Color::Red),
                good: pick(0x4fc9c2, 0x006b66, Color::Cyan),
                conflict: pick(0xffffff, 0x000000, Color::White),
                own: pick(0xa9d4d1, 0x2d5f5c, Color::LightCyan),
                gaps: gaps(
                    [0x42262a, 0x84343f, 0xff9a9a],
                    [0xf7dcdc, 0xe8a0a6, 0x8c1024],
                    [Color::Reset, Color::Cyan, Color::LightRed],
                ),
            },
        }
    }
}

/// The colour that a terminal of this depth can show.
fn resolve(hue: Hue, depth: Depth) -> Color {
    let Hue(rgb, sixteen) = hue;
    let [_, r, g, b] = rgb.to_be_bytes();
    match depth {
        Depth::None => Color::Reset,
        Depth::Sixteen => sixteen,
        Depth::Indexed => Color::Indexed(nearest_indexed(r, g, b)),
        Depth::True => Color::Rgb(r, g, b),
    }
}

/// The nearest of xterm's colour cube and grey ramp, by squared distance.
fn nearest_indexed(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |c: (u8, u8, u8)| {
        let d = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        d(c.0, r) + d(c.1, g) + d(c.2, b)
    };
    let cube = (0..216u8).map(|i| {
        let c = (
            STEPS[usize::from(i / 36)],
            STEPS[usize::from(i / 6 % 6)],
            STEPS[usize::from(i % 6)],
        );
        (distance(c), 16 + i)
    });
    let grey = (0..24u8).map(|i| {
        let level = 8 + 10 * i;
        (distance((level, level, level)), 232 + i)
    });
    cube.chain(grey).min().map_or(15, |(_, i)| i)
}
