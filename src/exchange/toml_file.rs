//! TOML with the line of every key and value.

use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value as written, without its type's finer points: scalars become the text that a CSV cell would hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A scalar.
    One(String),
    /// An array of scalars.
    Many(Vec<String>),
    /// An array of tables of scalars, written inline.
    Tables(Vec<Vec<(String, String)>>),
    /// Something that no field of the format can hold.
    Other(&'static str),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<'n> {
    /// Key.
    pub(super) name: Cow<'n, str>,
    /// Line of the key.
    pub(super) line: u32,
    /// Value.
    pub(super) value: Value,
}

/// A table: its line and its entries in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// Line on which it begins.
    pub(super) line: u32,
    /// Entries.
    pub(super) entries: Vec<Entry<'static>>,
}

/// What stands under a key at the top of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A plain key.
    Entry(Entry<'static>),
    /// `[name]`, with the tables inside it, `[name.inner]`.
    Table(String, Table, Vec<(String, Table)>),
    /// `[[name]]`.
    Array(String, u32, Vec<Table>),
}

/// Reads a file; with mistakes in it, all of them as (line, message).
pub(super) fn read(text: &str) -> Result<Vec<Item>, Vec<(u32, String)>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = Lines::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let mut found: Vec<(u32, String)> = errors
            .iter()
            .map(|e| {
                let line = e.span().map_or(0, |span| lines.of(span.start));
                (line, format!("not TOML: {}", e.message()))
            })
            .collect();
        found.sort();
        found.dedup();
        return Err(found);
    }
    let mut items = Vec::new();
    for (name, value) in in_order(document.get_ref()) {
        let key = name.get_ref().to_string();
        let line = lines.of(name.span().start);
        items.push(match value.get_ref() {
            DeValue::Table(table) => {
                let (own, inner): (Vec<_>, Vec<_>) = in_order(table)
                    .into_iter()
                    .partition(|(_, v)| !v.get_ref().is_table());
                let inner = inner
                    .into_iter()
                    .filter_map(|(name, value)| {
                        let inside = value.get_ref().as_table()?;
                        let line = lines.of(name.span().start);
                        Some((name.get_ref().to_string(), flat(line, inside, &lines)))
                    })
                    .collect();
                let entries = own.iter().map(|(n, v)| entry(n, v, &lines)).collect();
                Item::Table(key, Table { line, entries }, inner)
            }
            DeValue::Array(array)
                if !array.is_empty() && array.iter().all(|v| v.get_ref().is_table()) =>
            {
                let tables = array
                    .iter()
                    .filter_map(|value| {
                        let table = value.get_ref().as_table()?;
                        let line = lines.of(value.span().start);
                        Some(flat(line, table, &lines))
                    })
                    .collect();
                Item::Array(key, line, tables)
            }
            _ => Item::Entry(entry(name, value, &lines)),
        });
    }
    Ok(items)
}

type Pair<'t, 'i> = (
    &'t Spanned<toml::de::DeString<'i>>,
    &'t Spanned<DeValue<'i>>,
);

fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<Pair<'t, 'i>> {
    let mut pairs: Vec<Pair<'t, 'i>> = table.iter().collect();
    pairs.sort_by_key(|(name, _)| name.span().start);
    pairs
}

fn flat(line: u32, table: &DeTable<'_>, lines: &Lines) -> Table {
    Table {
        line,
        entries: in_order(table)
            .into_iter()
            .map(|(name, value)| entry(name, value, lines))
            .collect(),
    }
}

fn entry(
    name: &Spanned<toml::de::DeString<'_>>,
    value: &Spanned<DeValue<'_>>,
    lines: &Lines,
) -> Entry<'static> {
    Entry {
        name: Cow::Owned(name.get_ref().to_string()),
        line: lines.of(name.span().start),
        value: read_value(value.get_ref()),
    }
}

fn read_value(value: &DeValue<'_>) -> Value {
    if let Some(text) = scalar(value) {
        return Value::One(text);
    }
    let DeValue::Array(array) = value else {
        return Value::Other("a table");
    };
    let scalars: Option<Vec<String>> = array.iter().map(|v| scalar(v.get_ref())).collect();
    if let Some(scalars) = scalars {
        return Value::Many(scalars);
    }
    let tables: Option<Vec<Vec<(String, String)>>> = array
        .iter()
        .map(|v| {
            in_order(v.get_ref().as_table()?)
                .into_iter()
                .map(|(name, value)| Some((name.get_ref().to_string(), scalar(value.get_ref())?)))
                .collect()
        })
        .collect();
    tables.map_or(Value::Other("a mixture"), Value::Tables)
}

/// A scalar as a CSV cell would hold it.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.replace("\r\n", "\n"),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().replace('_', ""),
        DeValue::Integer(number) => i64::from_str_radix(
            number.as_str().trim_start_matches(['0', 'x', 'o', 'b']),
            number.radix(),
        )
        .map_or_else(|_| number.as_str().to_owned(), |n| n.to_string()),
        DeValue::Float(number) => number.as_str().replace('_', ""),
        DeValue::Boolean(true) => "yes".to_owned(),
        DeValue::Boolean(false) => "no".to_owned(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => return None,
    })
}

/// Offsets of line starts.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(starts).collect())
    }

    /// Line of a byte offset, from 1.
    fn of(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }
}

/// Writes a text as a TOML string.
pub(super) fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_key_knows_its_line() {
        let text = "a = 1\n\n[t]\nb = true\n\n[[x]]\nd = 2026-11-21\n[[x]]\nc = [\"p\", \"q\"]\n";
        let items = read(text).unwrap();
        let Item::Array(name, line, tables) = &items[2] else {
            panic!("{items:?}")
        };
        assert_eq!((name.as_str(), *line), ("x", 6));
        assert_eq!(tables[0].entries[0].value, Value::One("2026-11-21".into()));
        assert_eq!(tables[1].line, 8);
        assert_eq!(tables[1].entries[0].line, 9);
        let Item::Table(_, table, _) = &items[1] else {
            panic!("{items:?}")
        };
        assert_eq!(table.entries[0].value, Value::One("yes".into()));
    }

    #[test]
    fn all_mistakes_have_a_line() {
        let problems = read("a = 1\nb = \nc = \"x\nd = 2\n").unwrap_err();
        assert!(problems.len() >= 2, "{problems:?}");
        assert_eq!(problems[0].0, 2);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = read(&text);
        }

        #[test]
        fn what_is_quoted_is_read(text in any::<String>()) {
            let file = format!("a = {}\n", quote(&text));
            let items = read(&file).unwrap();
            let Item::Entry(entry) = &items[0] else { panic!() };
            prop_assert_eq!(&entry.value, &Value::One(text.replace("\r\n", "\n")));
        }
    }
}
