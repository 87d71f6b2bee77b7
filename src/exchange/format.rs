//! Scalars of documents as files write them: the way back of `value`.

use crate::document::Scalar;
use crate::document::code::{MarkCode, parse_answer, subject_of, target_of};
use crate::document::schema::{Ref, Type, specs};
use crate::domain::framework::Target;
use crate::domain::{Answer, Points, Subject};
use std::collections::BTreeMap;

use super::toml_file::quote;

/// Handles by opaque id.
pub(super) type Handles = BTreeMap<String, String>;

/// A field as a CSV cell; `None` where it holds nothing, or nothing that this column can hold.
pub(super) fn cell(ty: Type, scalar: &Scalar, handles: &Handles) -> Option<String> {
    Some(match (ty, scalar) {
        (_, Scalar::Null) => return None,
        (Type::Ref(Ref::Person), Scalar::Text(id)) => handles.get(id)?.clone(),
        (Type::Ref(Ref::Subject), Scalar::Text(plain)) => match subject_of(scalar) {
            Some(Subject::Competency(id)) => id.as_str().to_owned(),
            Some(Subject::Skill(id)) => id.as_str().to_owned(),
            None => plain.clone(),
        },
        (Type::Answer, scalar) => answer(scalar)?,
        (Type::Target, scalar) => match target_of(scalar)? {
            Target::Points(points) => points.to_string(),
            Target::None => "none".to_owned(),
        },
        (Type::Fte | Type::Hundredths, Scalar::Int(n)) if *n >= 0 => decimal(*n, 100),
        (Type::HalfDays | Type::Difference, Scalar::Int(n)) if *n >= 0 => decimal(n * 5, 10),
        (Type::Points, Scalar::Int(n)) => Points::from_halves(u8::try_from(*n).ok()?)?.to_string(),
        (_, Scalar::Int(n)) => n.to_string(),
        (_, Scalar::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        (_, Scalar::Text(text)) if text.is_empty() => return None,
        (_, Scalar::Text(text)) => text.clone(),
    })
}

/// A field of a document as a file has it, with names in place of ids; what no column describes is written as it is kept.
pub fn value_text(
    table: &str,
    field: &str,
    scalar: &Scalar,
    names: &BTreeMap<String, String>,
) -> String {
    let column = specs()
        .filter(|s| s.table == table)
        .find_map(|s| s.column(field));
    let text = column.and_then(|c| cell(c.ty, scalar, names));
    let mark = || MarkCode::decode(scalar).and_then(|_| answer(scalar));
    text.or_else(mark).unwrap_or_else(|| match scalar {
        Scalar::Null => String::new(),
        Scalar::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Scalar::Int(n) => n.to_string(),
        Scalar::Text(text) => text.clone(),
    })
}

/// A mark's answer, whether whole or on its own.
fn answer(scalar: &Scalar) -> Option<String> {
    let answer = match (MarkCode::decode(scalar), scalar) {
        (Some(code), _) => code.answer,
        (None, Scalar::Text(code)) => parse_answer(code)?,
        _ => return None,
    };
    Some(match answer {
        Answer::Points(points) => points.to_string(),
        Answer::NotObserved => "not observed".to_owned(),
        Answer::Withdrawn => "withdrawn".to_owned(),
    })
}

/// A whole number of a smaller unit, `unit` of which make one.
fn decimal(n: i64, unit: i64) -> String {
    let (whole, rest) = (n / unit, n % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let width = if unit == 100 { 2 } else { 1 };
    let part = format!("{rest:0width$}");
    format!("{whole}.{}", part.trim_end_matches('0'))
}

/// A field as the right side of a TOML assignment.
pub(super) fn toml(ty: Type, scalar: &Scalar, handles: &Handles) -> Option<String> {
    if let (Type::Texts | Type::Competencies | Type::Numbers, Scalar::Text(lines)) = (ty, scalar) {
        let items: Vec<String> = lines
            .lines()
            .map(|line| match ty {
                Type::Numbers => line.to_owned(),
                _ => quote(line),
            })
            .collect();
        return Some(format!("[{}]", items.join(", ")));
    }
    if let (Type::Registrations, Scalar::Text(lines)) = (ty, scalar) {
        let items: Vec<String> = lines.lines().map(registration).collect();
        return Some(format!("[{}]", items.join(", ")));
    }
    let text = cell(ty, scalar, handles)?;
    Some(match ty {
        Type::Int(..)
        | Type::Fte
        | Type::Hundredths
        | Type::HalfDays
        | Type::Points
        | Type::Difference => text,
        Type::Target | Type::Answer if text.parse::<f64>().is_ok() => text,
        Type::YesNo => (text == "yes").to_string(),
        Type::Word(words) if words.contains(&"depends") && text != "depends" => {
            (text == "yes").to_string()
        }
        Type::Date => text,
        _ => quote(&text),
    })
}

fn registration(line: &str) -> String {
    let mut parts = line.split('\t');
    let title = quote(parts.next().unwrap_or_default());
    let held = parts.next() == Some("held");
    let uncertain = if parts.next() == Some("uncertain") {
        ", uncertain = true"
    } else {
        ""
    };
    format!("{{ title = {title}, held = {held}{uncertain} }}")
}
