//! How the screen should look, as data: what the terminal can show and what the user asked for. `ui::theme` makes styles of it.

/// How many colours there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Depth {
    /// No colours of our own: reversed, bold, dim and underlined only.
    None,
    /// The sixteen of the terminal's own palette.
    #[default]
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// 24 bits.
    True,
}

/// What stands behind the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Background {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
}

/// Palettes. Each is told apart by lightness as well as hue, and every cell shows number and sign beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Palette {
    /// Blue to orange: safe for deuteranopia and protanopia, and the default for everybody.
    #[default]
    Standard,
    /// Blue to yellow, tuned for deuteranopia.
    Deuteranopia,
    /// Blue to yellow with lighter alarms, tuned for protanopia (red looks dark).
    Protanopia,
    /// Teal to red, tuned for tritanopia (blue and yellow look alike).
    Tritanopia,
}

impl Palette {
    /// All palettes with the names that settings use.
    pub const ALL: [(&'static str, Self); 4] = [
        ("standard", Self::Standard),
        ("deuteranopia", Self::Deuteranopia),
        ("protanopia", Self::Protanopia),
        ("tritanopia", Self::Tritanopia),
    ];
}

/// Everything that decides the look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Look {
    /// Colours.
    pub depth: Depth,
    /// Ground.
    pub background: Background,
    /// Palette.
    pub palette: Palette,
    /// Draw with ASCII characters only.
    pub ascii: bool,
}
