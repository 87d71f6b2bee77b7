//! One field of a file becomes one scalar of a document, or a message that says what is allowed.

use super::toml_file::Value;
use crate::document::Scalar;
use crate::document::code::{answer_code, parse_date, target_code};
use crate::document::schema::Type;
use crate::domain::framework::Target;
use crate::domain::text::{is_day, too_long, unshowable};
use crate::domain::{Answer, Points};

/// Reads a field. References are checked for their form here and for what they name in `check`.
pub(super) fn read(ty: Type, value: &Value) -> Result<Scalar, String> {
    match (ty, value) {
        (Type::Texts | Type::Competencies | Type::Numbers, Value::Many(many)) => list(ty, many),
        (Type::Texts | Type::Competencies | Type::Numbers, Value::One(text)) => {
            let many: Vec<String> = text.split(';').map(|t| t.trim().to_owned()).collect();
            list(ty, &many)
        }
        (Type::Registrations, Value::Tables(tables)) => registrations(tables),
        (Type::Registrations, Value::Many(many)) if many.is_empty() => Ok(Scalar::Null),
        (Type::Registrations, _) => Err(
            "a list of { title = \"…\", held = true, uncertain = false } is expected".to_owned(),
        ),
        (_, Value::One(text)) => one(ty, text),
        (_, Value::Many(_)) => Err("one value is expected, not a list".to_owned()),
        (_, Value::Tables(_) | Value::Other(_)) => {
            Err("one value is expected, not a table".to_owned())
        }
    }
}

/// What somebody wrote, for messages.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::One(text) => text.clone(),
        Value::Many(many) => many.join("; "),
        Value::Tables(_) | Value::Other(_) => String::new(),
    }
}

/// Whether a text is a handle or id.
pub(super) fn is_id(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.bytes().any(|b| b != b'-')
}

fn one(ty: Type, given: &str) -> Result<Scalar, String> {
    let text = given.trim();
    Ok(match ty {
        Type::Id => {
            if !is_id(text) {
                return Err(
                    "an id has 1 to 40 lower case letters a–z, digits and “-”, for instance “laser-lab”"
                        .to_owned(),
                );
            }
            Scalar::text(text)
        }
        Type::Ref(_) => Scalar::text(text),
        Type::Line if given.trim_end().contains('\n') => {
            return Err("this is one line: take the line break out".to_owned());
        }
        Type::Line => {
            if let Some(why) = too_long(given.trim()) {
                return Err(format!("{why}: shorten it"));
            }
            plain_text(given)?
        }
        Type::Text => plain_text(given)?,
        Type::Date => {
            let date = parse_date(text).filter(|d| is_day(*d));
            if date.is_none() {
                return Err(
                    "a day of 1900 to 2200 as year-month-day is expected, for instance 2026-11-21"
                        .to_owned(),
                );
            }
            Scalar::text(text)
        }
        Type::MonthDay => {
            // 2001 is not a leap year, so that the year can begin on that day every year.
            if text.len() != 5 || parse_date(&format!("2001-{text}")).is_none() {
                return Err("a day of every year as MM-DD is expected, for instance 01-01".into());
            }
            Scalar::text(text)
        }
        Type::YesNo => Scalar::Bool(match text.to_ascii_lowercase().as_str() {
            "yes" | "true" => true,
            "no" | "false" => false,
            _ => return Err("yes or no is expected".to_owned()),
        }),
        Type::Int(low, high) => match text.parse::<i64>() {
            Ok(n) if (low..=high).contains(&n) => Scalar::Int(n),
            _ => return Err(format!("a whole number from {low} to {high} is expected")),
        },
        Type::Fte => match decimal(text, 2) {
            Some(n @ 1..=100) => Scalar::Int(n),
            _ => return Err("an FTE from 0.01 to 1.00 is expected, for instance 0.8".to_owned()),
        },
        Type::Hundredths => match decimal(text, 2) {
            Some(n) => Scalar::Int(n),
            None => {
                return Err("a number with at most two decimals is expected".to_owned());
            }
        },
        Type::HalfDays => match decimal(text, 1) {
            Some(n) if n % 5 == 0 && n <= 10_000 => Scalar::Int(n / 5),
            _ => return Err("days in half days are expected, for instance 1.5".to_owned()),
        },
        Type::Difference => match decimal(text, 1) {
            Some(n) if n % 5 == 0 && (5..=90).contains(&n) => Scalar::Int(n / 5),
            _ => return Err("a difference of marks from 0.5 to 9 is expected".to_owned()),
        },
        Type::Points => points(text).map(|p| Scalar::Int(i64::from(p.halves())))?,
        Type::Target if text == "none" => target_code(Target::None),
        Type::Target => match points(text) {
            Ok(points) => target_code(Target::Points(points)),
            Err(message) => return Err(format!("{message}, or “none”")),
        },
        Type::Answer => Scalar::Text(answer_code(match text.to_lowercase().as_str() {
            "not observed" => Answer::NotObserved,
            "withdrawn" => Answer::Withdrawn,
            _ => Answer::Points(
                points(text).map_err(|m| format!("{m}, “not observed” or “withdrawn”"))?,
            ),
        })),
        Type::Word(words) => {
            if !words.contains(&text) {
                return Err(format!("one of these is expected: {}", words.join(", ")));
            }
            Scalar::text(text)
        }
        // `read` takes lists before it comes here.
        Type::Texts | Type::Competencies | Type::Numbers | Type::Registrations => Scalar::Null,
    })
}

fn points(text: &str) -> Result<Points, String> {
    text.parse()
        .map_err(|_| "whole and half points from 1 to 10 are expected, for instance 5.5".to_owned())
}

/// A number that is not negative with at most `places` decimals, as a whole number of its smallest unit.
fn decimal(text: &str, places: usize) -> Option<i64> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let part = part.trim_end_matches('0');
    if whole.is_empty() || whole.len() > 7 || part.len() > places || !digits(whole) || !digits(part)
    {
        return None;
    }
    format!("{whole}{part:0<places$}").parse().ok()
}

fn plain_text(text: &str) -> Result<Scalar, String> {
    match unshowable(text) {
        Some(what) => Err(format!("the text holds {what}")),
        None => Ok(Scalar::text(text)),
    }
}

fn list(ty: Type, many: &[String]) -> Result<Scalar, String> {
    for text in many {
        if text.contains('\n') {
            return Err("an entry of a list is one line".to_owned());
        }
        plain_text(text)?;
        if ty == Type::Numbers && text.parse::<u32>().is_err() {
            return Err("whole numbers are expected".to_owned());
        }
    }
    let lines: Vec<&str> = many
        .iter()
        .map(String::as_str)
        .filter(|t| !t.is_empty())
        .collect();
    Ok(if lines.is_empty() {
        Scalar::Null
    } else {
        Scalar::Text(lines.join("\n"))
    })
}

/// `title`, `held` and `uncertain` of each as one line with tabs between.
fn registrations(tables: &[Vec<(String, String)>]) -> Result<Scalar, String> {
    let mut lines = Vec::new();
    for table in tables {
        let mut title = "";
        let mut flags = [false; 2];
        for (name, value) in table {
            let flag = || match value.as_str() {
                "yes" => Ok(true),
                "no" => Ok(false),
                _ => Err(format!("{name} is true or false")),
            };
            match name.as_str() {
                "title" => title = value,
                "held" => flags[0] = flag()?,
                "uncertain" => flags[1] = flag()?,
                _ => {
                    return Err(format!(
                        "“{name}” is not known here; allowed: title, held, uncertain"
                    ));
                }
            }
        }
        if title.trim().is_empty() || title.contains(['\n', '\t']) {
            return Err("each registration has a title of one line".to_owned());
        }
        plain_text(title)?;
        lines.push(format!(
            "{title}\t{}\t{}",
            if flags[0] { "held" } else { "-" },
            if flags[1] { "uncertain" } else { "-" }
        ));
    }
    Ok(if lines.is_empty() {
        Scalar::Null
    } else {
        Scalar::Text(lines.join("\n"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(ty: Type, text: &str) -> Result<Scalar, String> {
        read(ty, &Value::One(text.to_owned()))
    }

    #[test]
    fn values_are_kept_in_their_smallest_unit() {
        assert_eq!(read_one(Type::Fte, "0.8"), Ok(Scalar::Int(80)));
        assert_eq!(read_one(Type::Fte, "1"), Ok(Scalar::Int(100)));
        assert_eq!(read_one(Type::HalfDays, "2.5"), Ok(Scalar::Int(5)));
        assert_eq!(read_one(Type::Difference, "2.0"), Ok(Scalar::Int(4)));
        assert_eq!(read_one(Type::Target, "7.5"), Ok(Scalar::Int(15)));
        assert_eq!(read_one(Type::Target, "none"), Ok(Scalar::text("none")));
        assert_eq!(
            read_one(Type::Answer, "Not observed"),
            Ok(Scalar::text("x"))
        );
        assert_eq!(read_one(Type::Hundredths, "3.25"), Ok(Scalar::Int(325)));
    }

    #[test]
    fn what_is_not_allowed_says_what_is() {
        for (ty, text, hint) in [
            (Type::Answer, "5.3", "half points"),
            (Type::Answer, "0.5", "1 to 10"),
            (Type::Answer, "10.5", "1 to 10"),
            (Type::Fte, "0", "0.01"),
            (Type::Fte, "1.01", "1.00"),
            (Type::HalfDays, "0.3", "half days"),
            (Type::Date, "2026-02-30", "2026-11-21"),
            (Type::Date, "21.11.2026", "2026-11-21"),
            (Type::MonthDay, "02-29", "MM-DD"),
            (Type::Id, "Ada L", "lower case"),
            (Type::Text, "a\u{7}", "control"),
            (Type::Line, "two\nlines", "one line"),
            (
                Type::Line,
                &"long ".repeat(50),
                "the 200 that one line takes",
            ),
            (Type::Line, "left\u{202e}right", "U+202E"),
            (Type::Text, "zero\u{200b}width", "U+200B"),
            (Type::Texts, "one; \u{2066}two", "U+2066"),
        ] {
            let message = read_one(ty, text).unwrap_err();
            assert!(message.contains(hint), "{text}: {message}");
        }
    }
}
