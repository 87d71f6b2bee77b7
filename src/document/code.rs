//! How values are written down inside a document: row keys, dates, the one scalar of a mark, and what an objective serves.
//! Must not know which table a value stands in.

use super::rows::Scalar;
use crate::domain::framework::Target;
use crate::domain::{Answer, ColumnId, CompetencyId, PersonId, Points, SkillId, Subject};
use chrono::{DateTime, NaiveDate, NaiveTime};
use std::fmt::Write as _;

/// Joins the parts of a row key: `subject|column|rater|date`. An empty part is `-`. Characters that mean something in a key
/// (`|`, `.`, `%`, control characters, and a part that is itself `-`) are written as `%` and two hexadecimal digits, so that every
/// text can be part of a key and no key contains a full stop.
pub fn row_key<S: AsRef<str>>(parts: &[S]) -> String {
    let mut key = RowKey::default();
    for part in parts {
        key.push(part.as_ref());
    }
    key.into_text()
}

/// A row key being made, part by part; see [`row_key`].
#[derive(Clone, Debug, Default)]
pub struct RowKey {
    text: String,
    begun: bool,
}

impl RowKey {
    /// Adds a part.
    pub fn push(&mut self, part: &str) {
        if std::mem::replace(&mut self.begun, true) {
            self.text.push('|');
        }
        let means = |b: u8| matches!(b, b'|' | b'.' | b'%') || b.is_ascii_control();
        match part {
            "" => self.text.push('-'),
            "-" => self.text.push_str("%2D"),
            // What means something is ASCII, so bytes will do.
            part if !part.bytes().any(means) => self.text.push_str(part),
            part => {
                for c in part.chars() {
                    if c.is_ascii() && means(c as u8) {
                        // Writing to a String cannot fail.
                        let _ = write!(self.text, "%{:02X}", u32::from(c));
                    } else {
                        self.text.push(c);
                    }
                }
            }
        }
    }

    /// The whole key.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// Takes a row key apart again; the inverse of [`row_key`].
pub fn key_parts(key: &str) -> Vec<String> {
    key.split('|')
        .map(|part| {
            if part == "-" {
                return String::new();
            }
            let mut out = String::new();
            let mut rest = part;
            while let Some(at) = rest.find('%') {
                out.push_str(&rest[..at]);
                let code = rest
                    .get(at + 1..at + 3)
                    .and_then(|hex| u8::from_str_radix(hex, 16).ok())
                    .filter(u8::is_ascii);
                match code {
                    Some(byte) => {
                        out.push(char::from(byte));
                        rest = &rest[at + 3..];
                    }
                    None => {
                        out.push('%');
                        rest = &rest[at + 1..];
                    }
                }
            }
            out.push_str(rest);
            out
        })
        .collect()
}

/// A date as text, `2026-11-21`.
pub fn date_text(date: NaiveDate) -> String {
    date.to_string()
}

/// Reads a date of exactly ten characters, `2026-11-21`.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |n: u32, b| {
            b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'))
        })
    };
    match text.as_bytes() {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => {
            let year = i32::try_from(number(year)?).ok()?;
            NaiveDate::from_ymd_opt(year, number(&[*m1, *m2])?, number(&[*d1, *d2])?)
        }
        _ => None,
    }
}

/// A date from a field, if it is one.
pub fn date_of(scalar: &Scalar) -> Option<NaiveDate> {
    match scalar {
        Scalar::Text(text) => parse_date(text),
        _ => None,
    }
}

/// Noon of a day in UTC, in milliseconds since 1970; 0 for days before 1970.
pub fn noon_ms(day: NaiveDate) -> u64 {
    NaiveTime::from_hms_opt(12, 0, 0)
        .map_or(0, |noon| day.and_time(noon).and_utc().timestamp_millis())
        .try_into()
        .unwrap_or(0)
}

/// A moment in words, UTC: "10 Nov 2026 09:05".
pub fn moment(ms: u64) -> String {
    i64::try_from(ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .map_or_else(
            || "an unknown day".to_owned(),
            |t| t.format("%-d %b %Y %H:%M").to_string(),
        )
}

/// The one scalar of a mark: answer, entry time and typist in one text, so that two entries written apart stay whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkCode {
    /// The answer.
    pub answer: Answer,
    /// Entry time in milliseconds since 1970 UTC.
    pub entered: u64,
    /// Who typed it.
    pub typist: PersonId,
}

impl MarkCode {
    /// `halves|entered_ms|typist`, where halves is a number, `x` (not observed) or `w` (withdrawn).
    pub fn encode(&self) -> Scalar {
        Scalar::Text(format!(
            "{}|{}|{}",
            answer_code(self.answer),
            self.entered,
            self.typist
        ))
    }

    /// The inverse of [`MarkCode::encode`].
    pub fn decode(scalar: &Scalar) -> Option<Self> {
        let Scalar::Text(text) = scalar else {
            return None;
        };
        let mut parts = text.splitn(3, '|');
        Some(Self {
            answer: parse_answer(parts.next()?)?,
            entered: parts.next()?.parse().ok()?,
            typist: PersonId::new(parts.next()?),
        })
    }
}

/// An answer in short: half points as a number, `x` or `w`.
pub fn answer_code(answer: Answer) -> String {
    match answer {
        Answer::Points(points) => points.halves().to_string(),
        Answer::NotObserved => "x".to_owned(),
        Answer::Withdrawn => "w".to_owned(),
    }
}

/// The inverse of [`answer_code`].
pub fn parse_answer(text: &str) -> Option<Answer> {
    match text {
        "x" => Some(Answer::NotObserved),
        "w" => Some(Answer::Withdrawn),
        number => Points::from_halves(number.parse().ok()?).map(Answer::Points),
    }
}

/// Row key of a mark and of the texts beside it: `subject|column|rater|date`.
pub fn mark_key(
    subject: &Subject,
    column: Option<&ColumnId>,
    rater: &PersonId,
    date: NaiveDate,
) -> String {
    row_key(&[
        subject.as_str(),
        column.map_or("", ColumnId::as_str),
        rater.as_str(),
        &date_text(date),
    ])
}

/// What a mark's row key says. A mark without a column is about a specialist skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkKey {
    /// About what.
    pub subject: Subject,
    /// Against which column.
    pub column: Option<ColumnId>,
    /// Whose judgement.
    pub rater: PersonId,
    /// Of which day.
    pub date: NaiveDate,
}

impl MarkKey {
    /// Reads a row key; `None` if it is not one of a mark.
    pub fn parse(key: &str) -> Option<Self> {
        let parts = key_parts(key);
        let [subject, column, rater, date] = parts.as_slice() else {
            return None;
        };
        if subject.is_empty() || rater.is_empty() {
            return None;
        }
        let column = (!column.is_empty()).then(|| ColumnId::new(column));
        Some(Self {
            subject: if column.is_some() {
                Subject::Competency(CompetencyId::new(subject))
            } else {
                Subject::Skill(SkillId::new(subject))
            },
            column,
            rater: PersonId::new(rater),
            date: parse_date(date)?,
        })
    }
}

/// A subject in a field of its own: `competency:budget` or `skill:lasers`.
pub fn subject_code(subject: &Subject) -> Scalar {
    Scalar::Text(match subject {
        Subject::Competency(id) => format!("competency:{id}"),
        Subject::Skill(id) => format!("skill:{id}"),
    })
}

/// The inverse of [`subject_code`].
pub fn subject_of(scalar: &Scalar) -> Option<Subject> {
    let Scalar::Text(text) = scalar else {
        return None;
    };
    match text.split_once(':')? {
        ("competency", id) => Some(Subject::Competency(CompetencyId::new(id))),
        ("skill", id) => Some(Subject::Skill(SkillId::new(id))),
        _ => None,
    }
}

/// A target: half points as a number, or the text `none`.
pub fn target_code(target: Target) -> Scalar {
    match target {
        Target::Points(points) => Scalar::Int(i64::from(points.halves())),
        Target::None => Scalar::text("none"),
    }
}

/// The inverse of [`target_code`].
pub fn target_of(scalar: &Scalar) -> Option<Target> {
    match scalar {
        Scalar::Int(halves) => Points::from_halves(u8::try_from(*halves).ok()?).map(Target::Points),
        Scalar::Text(text) if text == "none" => Some(Target::None),
        _ => None,
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A digest of 32 bytes from hexadecimal digits.
pub fn digest_of(scalar: &Scalar) -> Option<[u8; 32]> {
    let Scalar::Text(text) = scalar else {
        return None;
    };
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut digest = [0; 32];
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_can_be_part_of_a_key(parts in proptest::collection::vec(any::<String>(), 1..5)) {
            let key = row_key(&parts);
            prop_assert!(!key.contains('.'));
            prop_assert_eq!(key_parts(&key), parts);
        }

        #[test]
        fn reading_a_key_never_panics(key in any::<String>()) {
            let _ = key_parts(&key);
            let _ = MarkKey::parse(&key);
            let _ = MarkCode::decode(&Scalar::Text(key.clone()));
            let _ = digest_of(&Scalar::Text(key.clone()));
            let _ = parse_date(&key);
        }
    }

    #[test]
    fn a_mark_is_one_scalar() {
        let code = MarkCode {
            answer: Answer::NotObserved,
            entered: 1_795_000_000_000,
            typist: "p7".into(),
        };
        assert_eq!(code.encode(), Scalar::text("x|1795000000000|p7"));
        assert_eq!(MarkCode::decode(&code.encode()), Some(code));
        assert_eq!(MarkCode::decode(&Scalar::text("21|1|p")), None);
    }
}
