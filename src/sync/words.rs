//! The six words that both machines of a pairing compute from their connection: 66 bits that a person reads out and another types. Owns the
//! list they are taken from and what counts as the same words. Must not know connections.

use bip39::Language;
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// So many words are read out.
pub const COUNT: usize = 6;
/// Bits that a word stands for: there are 2,048.
const BITS: usize = 11;
/// So many letters tell a word from all others of the list.
const ENOUGH: usize = 4;

/// Six words, as places in the list; wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(Zeroizing<[u16; COUNT]>);

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(…)")
    }
}

/// Why what was typed are no six words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWords {
    /// Too few or too many.
    #[error("six words are expected, and {0} came: ask for all six, in order")]
    Count(usize),
    /// Not one of the list.
    #[error("“{typed}” is none of the words{}", Nearest(.nearest))]
    Unknown {
        /// As it was typed.
        typed: String,
        /// What begins alike.
        nearest: Vec<&'static str>,
    },
}

struct Nearest<'a>(&'a [&'static str]);

impl fmt::Display for Nearest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str(": ask for it letter by letter; four letters are enough"),
            some => write!(f, ": perhaps {}", some.join(", ")),
        }
    }
}

fn list() -> &'static [&'static str; 1 << BITS] {
    Language::English.word_list()
}

impl Words {
    /// From at least 66 bits, which are taken from the front.
    pub fn of(bits: &[u8; 32]) -> Self {
        let mut places = Zeroizing::new([0; COUNT]);
        for (n, place) in places.iter_mut().enumerate() {
            for bit in n * BITS..(n + 1) * BITS {
                *place = *place << 1 | u16::from(bits[bit / 8] >> (7 - bit % 8) & 1);
            }
        }
        Self(places)
    }

    /// From what was kept of them.
    pub fn from_places(places: [u16; COUNT]) -> Option<Self> {
        let fits = places.iter().all(|p| usize::from(*p) < list().len());
        fits.then(|| Self(Zeroizing::new(places)))
    }

    /// Their places in the list.
    pub fn places(&self) -> &[u16; COUNT] {
        &self.0
    }

    /// Each.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        // Each place is below 2,048, by what makes one.
        self.0
            .iter()
            .filter_map(|p| list().get(usize::from(*p)).copied())
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, word) in self.iter().enumerate() {
            let before = if n == 0 { "" } else { " " };
            write!(f, "{before}{word}")?;
        }
        Ok(())
    }
}

impl FromStr for Words {
    type Err = NotWords;

    /// Takes words in any case, between spaces, hyphens, commas or full stops, each whole or by at least its first four letters.
    fn from_str(text: &str) -> Result<Self, NotWords> {
        let typed: Vec<String> = text
            .split(|c: char| !c.is_alphabetic())
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect();
        let mut places = Zeroizing::new([0; COUNT]);
        for (place, word) in places.iter_mut().zip(&typed) {
            *place = find(word)?;
        }
        match typed.len() {
            COUNT => Ok(Self(places)),
            other => Err(NotWords::Count(other)),
        }
    }
}

fn find(typed: &str) -> Result<u16, NotWords> {
    if let Some(place) = Language::English.find_word(typed) {
        return Ok(place);
    }
    let letters = typed.chars().count();
    let whole = |word: &&str| letters >= ENOUGH && word.starts_with(typed);
    let mut fitting = (0_u16..).zip(list()).filter(|(_, w)| whole(w));
    if let (Some((place, _)), None) = (fitting.next(), fitting.next()) {
        return Ok(place);
    }
    let beginning: String = typed.chars().take(3).collect();
    Err(NotWords::Unknown {
        nearest: Language::English
            .words_by_prefix_iter(&beginning)
            .take(ENOUGH)
            .collect(),
        typed: typed.chars().take(40).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn four_letters_tell_every_word_from_all_others() {
        for (n, word) in list().iter().enumerate() {
            assert!(word.len() <= 8 && word.is_ascii());
            let short = &word[..word.len().min(ENOUGH)];
            assert_eq!(usize::from(find(word).unwrap()), n);
            assert_eq!(usize::from(find(short).unwrap()), n, "{short}");
        }
        assert_eq!(list().len(), 2_048);
    }

    #[test]
    fn the_words_are_the_first_sixty_six_bits() {
        let words = Words::of(&[0; 32]);
        assert_eq!(
            words.to_string(),
            "abandon abandon abandon abandon abandon abandon"
        );
        assert_eq!(Words::of(&[255; 32]).to_string(), ["zoo"; 6].join(" "));
        let mut bits = [0; 32];
        bits[8] = 0b0100_0000;
        assert_eq!(Words::of(&bits).places(), &[0, 0, 0, 0, 0, 1]);
        bits[8] = 0b0011_1111;
        bits[9] = 255;
        assert_eq!(Words::of(&bits), Words::of(&[0; 32]), "what is behind them");
    }

    #[test]
    fn typing_is_forgiven() {
        let bits = *blake3::hash(b"some words").as_bytes();
        let words = Words::of(&bits);
        let all: Vec<_> = words.iter().collect();
        for text in [
            words.to_string(),
            all.join("-").to_uppercase(),
            format!("  {}. ", all.join(",   ")),
            all.iter()
                .map(|w| w[..w.len().min(4)].to_owned())
                .collect::<Vec<_>>()
                .join("\n"),
        ] {
            assert_eq!(text.parse::<Words>().as_ref(), Ok(&words), "{text}");
        }
        assert_eq!(format!("{words:?}"), "Words(…)");
    }

    #[test]
    fn what_are_no_six_words_is_said_with_what_may_be_meant() {
        let error = |text: &str| text.parse::<Words>().unwrap_err().to_string();
        assert!(error("abandon ability").contains("and 2 came"));
        assert!(error("").contains("and 0 came"));
        assert!(error(&["abandon"; 7].join(" ")).contains("and 7 came"));
        assert!(error("abandom a b c d e").contains("perhaps abandon"));
        assert!(error("xxxxxx a b c d e").contains("letter by letter"));
        assert!(error("aba b c d e f").contains("abandon"), "three letters");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = text.parse::<Words>();
        }

        #[test]
        fn all_bits_are_read_back(bits in any::<[u8; 32]>()) {
            let words = Words::of(&bits);
            prop_assert_eq!(words.to_string().parse::<Words>().unwrap(), words.clone());
            prop_assert_eq!(Words::from_places(*words.places()), Some(words));
        }
    }
}
