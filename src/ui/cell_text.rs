//! What stands in a cell of the heatmap: a number, a sign beside it, and how dark the cell is. No hue says anything alone.
//! Must not know: buffers and styles.

#[cfg(test)]
mod tests;

use crate::app::screen::matrix::Mode;
use crate::domain::board::{Need, percent};
use crate::domain::cell::{CellFigure, CellState};
use crate::domain::coverage::{Coverage, CoverageState};
use crate::domain::framework::Expected;
use crate::domain::{Points, Subject};

/// The characters in use, resolved once for each look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    /// Gap up to 0.5, up to 1.5, more.
    pub shades: [char; 3],
    /// Own mark only.
    pub own: char,
    /// Out of date.
    pub stale: char,
    /// No mark.
    pub none: char,
    /// Not expected.
    pub not_expected: char,
    /// Values in conflict.
    pub conflict: char,
    /// The manager's answer is "not observed".
    pub not_observed: char,
    /// The own mark is newer than the manager's.
    pub changed: char,
    /// A draft that only this person's devices hold.
    pub draft: char,
    /// Flagged.
    pub flag: char,
    /// Minus.
    pub minus: char,
    /// An open group, a closed one.
    pub group: [char; 2],
    /// The cursor's line.
    pub cursor: char,
    /// What was cut off.
    pub ellipsis: char,
    /// Nothing to divide by.
    pub dash: char,
}

impl Signs {
    /// For terminals that can show them.
    pub const UNICODE: Self = Self {
        shades: ['░', '▒', '▓'],
        own: '?',
        stale: '~',
        none: '–',
        not_expected: '·',
        conflict: '◆',
        not_observed: '×',
        changed: '*',
        draft: '\'',
        flag: '!',
        minus: '−',
        group: ['▾', '▸'],
        cursor: '>',
        ellipsis: '…',
        dash: '—',
    };

    /// ASCII only.
    pub const ASCII: Self = Self {
        shades: [',', ';', '#'],
        own: '?',
        stale: '~',
        none: '-',
        not_expected: '.',
        conflict: '&',
        not_observed: 'x',
        changed: '*',
        draft: '\'',
        flag: '!',
        minus: '-',
        group: ['v', '+'],
        cursor: '>',
        ellipsis: '~',
        dash: '-',
    };

    /// The set for a look.
    pub fn of(ascii: bool) -> &'static Self {
        if ascii { &Self::ASCII } else { &Self::UNICODE }
    }
}

/// How a cell is meant; a theme makes a style of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing to say: no mark, not expected.
    Empty,
    /// At or above target, or without one.
    Plain,
    /// Below target: 0 to 0.5, 1 to 1.5, 2 to more.
    Gap(u8),
    /// Known, but not to be counted on: own mark only or out of date, and not below target.
    Unsure,
    /// Values in conflict, or a flag.
    Alert,
}

/// A short text and its sign, without allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellText {
    chars: [char; 8],
    len: u8,
    /// The sign; a space where there is none.
    pub sign: char,
    /// How it is meant.
    pub tone: Tone,
}

impl CellText {
    /// An empty text.
    fn new(tone: Tone) -> Self {
        Self {
            chars: [' '; 8],
            len: 0,
            sign: ' ',
            tone,
        }
    }

    fn push(&mut self, c: char) {
        if let Some(slot) = self.chars.get_mut(usize::from(self.len)) {
            *slot = c;
            self.len += 1;
        }
    }

    fn text(mut self, text: &str) -> Self {
        text.chars().for_each(|c| self.push(c));
        self
    }

    fn number(mut self, n: u32) -> Self {
        let mut digits = [' '; 8];
        let (mut at, mut n) = (digits.len(), n);
        loop {
            at -= 1;
            // A digit is below ten, so this is never the fallback.
            digits[at] = char::from_digit(n % 10, 10).unwrap_or(' ');
            n /= 10;
            if n == 0 || at == 0 {
                break;
            }
        }
        digits[at..].iter().for_each(|&c| self.push(c));
        self
    }

    /// Half points: "7", "5.5".
    fn halves(self, halves: u8) -> Self {
        let whole = self.number(u32::from(halves / 2));
        if halves.is_multiple_of(2) {
            whole
        } else {
            whole.text(".5")
        }
    }

    fn sign(mut self, sign: char) -> Self {
        self.sign = sign;
        self
    }

    /// One sign in the middle of three places.
    fn lone(c: char, tone: Tone) -> Self {
        let mut text = Self::new(tone);
        text.push(' ');
        text.push(c);
        text.push(' ');
        text
    }

    /// The text without its sign.
    pub fn chars(&self) -> &[char] {
        &self.chars[..usize::from(self.len)]
    }
}

/// How dark a gap is: 0 up to 0.5, 1 up to 1.5, 2 more; `None` without one.
fn shade(gap: Option<u8>) -> Option<u8> {
    match gap {
        None | Some(0) => None,
        Some(1) => Some(0),
        Some(2..=3) => Some(1),
        Some(_) => Some(2),
    }
}

/// The text of a person's cell. `draft` is the person's own unshared mark, on their own machine only.
pub fn cell(figure: &CellFigure, mode: Mode, draft: Option<Points>, signs: &Signs) -> CellText {
    if let (Some(draft), Mode::Mark) = (draft, mode) {
        return CellText::new(Tone::Unsure)
            .halves(draft.halves())
            .sign(signs.draft);
    }
    // A skill that the post does not list may still be held, and then it counts towards coverage.
    let off_list = figure.expected == Expected::No;
    let unlisted_mark = matches!(figure.subject, Subject::Skill(_)) && shown(figure).is_some();
    if off_list && !unlisted_mark {
        return CellText::lone(signs.not_expected, Tone::Empty);
    }
    let tone = if figure.conflict {
        Tone::Alert
    } else if off_list {
        Tone::Unsure
    } else {
        tone(figure)
    };
    let blank = |figure: &CellFigure| {
        let c = if figure.conflict {
            signs.conflict
        } else if figure.not_observed {
            signs.not_observed
        } else {
            signs.none
        };
        let tone = if figure.conflict {
            Tone::Alert
        } else {
            Tone::Empty
        };
        CellText::lone(c, tone)
    };
    match mode {
        Mode::Mark => match shown(figure) {
            Some(points) => CellText::new(tone)
                .halves(points.halves())
                .sign(sign(figure, signs)),
            None => blank(figure),
        },
        Mode::Gap => match figure.gap {
            Some(gap) => CellText::new(tone).halves(gap).sign(sign(figure, signs)),
            None => blank(figure),
        },
        Mode::State => match state_word(figure.state) {
            Some(word) => CellText::new(tone).text(word).sign(sign(figure, signs)),
            None => blank(figure),
        },
        Mode::Difference => match figure.divergence {
            Some(difference) => difference_text(figure, difference, signs),
            None => blank(figure),
        },
    }
}

/// Three letters for a state; `None` where a lone sign says it.
fn state_word(state: CellState) -> Option<&'static str> {
    match state {
        CellState::NotApplicable | CellState::Unassessed => None,
        CellState::Stale => Some("old"),
        CellState::Unvalidated => Some("own"),
        CellState::NoTarget => Some("n/t"),
        CellState::Gap => Some("gap"),
        CellState::Met => Some("met"),
    }
}

/// "+0.5", "−2.5!".
fn difference_text(figure: &CellFigure, halves: i8, signs: &Signs) -> CellText {
    let tone = if figure.conflict || figure.divergence_flagged {
        Tone::Alert
    } else {
        Tone::Plain
    };
    signed(tone, halves < 0, halves.unsigned_abs(), signs).sign(if figure.conflict {
        signs.conflict
    } else if figure.divergence_flagged {
        signs.flag
    } else {
        ' '
    })
}

/// What became of a cell since an earlier day, where it is another now: "+0.5", "−1", "new", "gone"; an arrow alone where the mark is the same
/// and its state is not.
pub fn change(before: Option<&CellFigure>, now: &CellFigure, signs: &Signs) -> CellText {
    let Some(before) = before else {
        return CellText::lone(signs.not_expected, Tone::Empty);
    };
    let mark = |figure: &CellFigure| figure.effective.map(|(points, _)| points.halves());
    match (mark(before), mark(now)) {
        (Some(then), Some(now)) if then != now => {
            let tone = match now < then {
                true => Tone::Alert,
                false => Tone::Plain,
            };
            signed(tone, now < then, now.abs_diff(then), signs)
        }
        (None, Some(_)) => CellText::new(Tone::Plain).text("new"),
        (Some(_), None) => CellText::new(Tone::Unsure).text("gone"),
        _ if before.state != now.state => CellText::lone(super::what_if::SIGN, Tone::Unsure),
        _ => CellText::lone(signs.not_expected, Tone::Empty),
    }
}

/// "+0.5", "−2", "0".
fn signed(tone: Tone, less: bool, halves: u8, signs: &Signs) -> CellText {
    let mut text = CellText::new(tone);
    match (halves, less) {
        (0, _) => {}
        (_, true) => text.push(signs.minus),
        (_, false) => text.push('+'),
    }
    text.halves(halves)
}

/// The number of a cell: the effective mark, or the latest that is out of date.
fn shown(figure: &CellFigure) -> Option<Points> {
    figure.effective.map(|(points, _)| points).or_else(|| {
        let own = figure.own.as_ref();
        let manager = figure.manager.as_ref();
        manager
            .and_then(|m| m.points)
            .or(own.and_then(|o| o.points))
    })
}

fn tone(figure: &CellFigure) -> Tone {
    match (shade(figure.gap), figure.state) {
        (Some(depth), _) => Tone::Gap(depth),
        (None, CellState::Unvalidated | CellState::Stale) => Tone::Unsure,
        (None, _) => Tone::Plain,
    }
}

/// One sign: what cannot be seen from number and ground goes first.
fn sign(figure: &CellFigure, signs: &Signs) -> char {
    if figure.conflict {
        signs.conflict
    } else if figure.not_observed {
        signs.not_observed
    } else if figure.state == CellState::Stale {
        signs.stale
    } else if figure.state == CellState::Unvalidated {
        signs.own
    } else if figure.changed_since {
        signs.changed
    } else {
        shade(figure.gap).map_or(' ', |depth| signs.shades[usize::from(depth)])
    }
}

/// A group's need in at most `room` characters: "5/5" with "!" when flagged; per cent where that is too long.
pub fn need(need: &Need, room: u16, signs: &Signs) -> CellText {
    if need.with_mark == 0 {
        return CellText::lone(signs.dash, Tone::Empty);
    }
    let tone = if need.flagged {
        Tone::Alert
    } else {
        Tone::Plain
    };
    let sign = if need.flagged { signs.flag } else { ' ' };
    let pair = CellText::new(tone)
        .number(need.in_need)
        .text("/")
        .number(need.with_mark);
    let fits = |text: &CellText| text.chars().len() <= usize::from(room);
    if fits(&pair) {
        return pair.sign(sign);
    }
    let share = percent(need.in_need, need.with_mark).unwrap_or(0);
    let text = CellText::new(tone).number(share).text("%");
    if fits(&text) {
        return text.sign(sign);
    }
    CellText::new(tone).text("all").sign(sign)
}

/// The bottom row's share in need, in whole per cent: "80!".
pub fn share(need: &Need, signs: &Signs) -> CellText {
    match percent(need.in_need, need.with_mark) {
        None => CellText::lone(signs.dash, Tone::Empty),
        Some(share) => {
            let (tone, sign) = if need.flagged {
                (Tone::Alert, signs.flag)
            } else {
                (Tone::Plain, ' ')
            };
            CellText::new(tone).number(share).sign(sign)
        }
    }
}

/// A skill's coverage: "1!" and "0!" for one holder and none, "2/3" where fewer than n_min, the count otherwise.
pub fn coverage(coverage: &Coverage, signs: &Signs) -> CellText {
    // A team has far fewer than u32::MAX people.
    let holders = u32::try_from(coverage.holders.len()).unwrap_or(u32::MAX);
    let text = |tone| CellText::new(tone).number(holders);
    let text = match coverage.state {
        CoverageState::NoHolder | CoverageState::OneHolder => text(Tone::Alert).sign(signs.flag),
        CoverageState::Thin => text(Tone::Gap(1)).text("/").number(coverage.n_min),
        CoverageState::Covered => text(Tone::Plain),
    };
    if coverage.conflict {
        text.sign(signs.conflict)
    } else {
        text
    }
}
