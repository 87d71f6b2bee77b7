//! The options about looks, as the screen's own types.

use super::args::{Background, Palette};
use crate::app::look;

impl From<Palette> for look::Palette {
    fn from(palette: Palette) -> Self {
        match palette {
            Palette::Standard => Self::Standard,
            Palette::Deuteranopia => Self::Deuteranopia,
            Palette::Protanopia => Self::Protanopia,
            Palette::Tritanopia => Self::Tritanopia,
        }
    }
}

impl From<Background> for look::Background {
    fn from(background: Background) -> Self {
        match background {
            Background::Dark => Self::Dark,
            Background::Light => Self::Light,
        }
    }
}
