//! What the terminal can show, read from the environment alone: asking the terminal itself would mean waiting for its answer.

use crate::app::look::{Background, Depth, Look, Palette};

/// What the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// No colours of our own.
    pub no_color: bool,
    /// Plain ASCII only.
    pub ascii: bool,
    /// Palette.
    pub palette: Palette,
    /// Ground, where it was said.
    pub background: Option<Background>,
}

/// The look for this terminal.
pub fn look(wishes: Wishes) -> Look {
    decide(wishes, |name| std::env::var(name).ok())
}

fn decide(wishes: Wishes, var: impl Fn(&str) -> Option<String>) -> Look {
    let term = var("TERM").unwrap_or_default();
    let colours = var("COLORTERM").unwrap_or_default();
    let depth = if wishes.no_color || term == "dumb" {
        Depth::None
    } else if colours == "truecolor" || colours == "24bit" || var("WT_SESSION").is_some() {
        Depth::True
    } else if term.contains("256color") || term.contains("direct") {
        Depth::Indexed
    } else {
        Depth::Sixteen
    };
    // "15;0" is light on dark; some terminals put a third field between. The last one is the ground.
    let ground = || {
        let told = var("COLORFGBG")?;
        match told.rsplit(';').next()?.parse::<u8>().ok()? {
            7 | 9..=15 => Some(Background::Light),
            _ => Some(Background::Dark),
        }
    };
    Look {
        depth,
        background: wishes.background.or_else(ground).unwrap_or_default(),
        palette: wishes.palette,
        ascii: wishes.ascii,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(vars: &[(&str, &str)], wishes: Wishes) -> Look {
        decide(wishes, |name| {
            vars.iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn environment_decides_colours_and_ground() {
        let plain = Wishes::default();
        assert_eq!(depth(&[], plain).depth, Depth::Sixteen);
        assert_eq!(
            depth(&[("TERM", "xterm-256color")], plain).depth,
            Depth::Indexed
        );
        assert_eq!(
            depth(&[("COLORTERM", "truecolor")], plain).depth,
            Depth::True
        );
        assert_eq!(
            depth(&[("COLORFGBG", "0;15")], plain).background,
            Background::Light
        );
        assert_eq!(
            depth(&[("COLORFGBG", "15;default;0")], plain).background,
            Background::Dark
        );
        let none = Wishes {
            no_color: true,
            ..plain
        };
        assert_eq!(
            depth(&[("COLORTERM", "truecolor")], none).depth,
            Depth::None
        );
    }
}
