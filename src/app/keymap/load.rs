//! Reads key map files, ours and the user's alike. Every mistake of a file is reported at once, with line and column; a map with a
//! mistake is not used, not even in part.

use super::{KeyMap, Sequence, key};
use crate::app::action::{ActionId, TABLE, by_name, info};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Key maps that the program carries, by the name that `extends` takes.
pub const BUILT_IN: [(&str, &str); 2] = [
    ("default", include_str!("../../../keymaps/default.toml")),
    ("vim", include_str!("../../../keymaps/vim.toml")),
];

/// One mistake in a key map file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A file as read.
struct Layer<'a> {
    name: &'a str,
    text: &'a str,
}

/// A binding with the place where it was written.
struct Bound<'a> {
    layer: &'a Layer<'a>,
    span: Range<usize>,
    action: ActionId,
    sequence: Sequence,
}

impl Layer<'_> {
    fn mistake(&self, at: usize, message: impl Into<String>) -> Mistake {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        Mistake {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        }
    }
}

/// The key map that the program carries under a name.
pub fn built_in(name: &str) -> Option<Result<KeyMap, Vec<Mistake>>> {
    BUILT_IN
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(n, text)| load(Some((n, text))))
}

/// Loads a key map: the default one, or a file (its name and text) laid over the built-in map that it `extends` ("default" unless it
/// says otherwise). What a file says of an action replaces all that the map below says of it; an empty list unbinds.
pub fn load(file: Option<(&str, &str)>) -> Result<KeyMap, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let default = Layer {
        name: "default",
        text: BUILT_IN[0].1,
    };
    let vim = Layer {
        name: "vim",
        text: BUILT_IN[1].1,
    };
    let user = file.map(|(name, text)| Layer { name, text });
    let mut bindings: BTreeMap<ActionId, Vec<Bound<'_>>> = BTreeMap::new();
    if user.as_ref().is_none_or(|u| u.name != default.name) {
        read(&default, &mut bindings, &mut mistakes);
    }
    if let Some(user) = &user {
        let mut own = BTreeMap::new();
        let extends = read(user, &mut own, &mut mistakes);
        if extends.as_deref() == Some("vim") && user.name != vim.name {
            read(&vim, &mut bindings, &mut mistakes);
        }
        bindings.append(&mut own);
    }
    check(&bindings, user.as_ref().unwrap_or(&default), &mut mistakes);
    if mistakes.is_empty() {
        Ok(KeyMap::new(
            bindings
                .into_iter()
                .map(|(id, list)| (id, list.into_iter().map(|b| b.sequence).collect()))
                .collect(),
        ))
    } else {
        mistakes.sort_by(|a, b| {
            (&a.file, a.line, a.column, &a.message).cmp(&(&b.file, b.line, b.column, &b.message))
        });
        mistakes.dedup();
        Err(mistakes)
    }
}

/// Reads one file into bindings, replacing what is there for the actions that it names. Returns what it extends.
fn read<'a>(
    layer: &'a Layer<'a>,
    bindings: &mut BTreeMap<ActionId, Vec<Bound<'a>>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<String> {
    let (document, errors) = DeTable::parse_recoverable(layer.text);
    for error in &errors {
        let at = error.span().map_or(0, |s| s.start);
        mistakes.push(layer.mistake(at, error.message().trim().to_owned()));
    }
    let mut extends = None;
    for (name, value) in document.get_ref().iter() {
        match (name.get_ref().as_ref(), value.get_ref()) {
            ("extends", DeValue::String(base)) => {
                if !BUILT_IN.iter().any(|(n, _)| n == base) {
                    mistakes.push(layer.mistake(
                        value.span().start,
                        format!("“{base}” is no key map of the program: “default” and “vim” are"),
                    ));
                }
                extends = Some(base.to_string());
            }
            ("keys", DeValue::Table(table)) => {
                for (action, keys) in table.iter() {
                    read_action(layer, action, keys, bindings, mistakes);
                }
            }
            (other, _) => mistakes.push(layer.mistake(
                name.span().start,
                format!("“{other}” is not known here: extends = \"default\" or \"vim\", and a table [keys], are"),
            )),
        }
    }
    extends
}

fn read_action<'a>(
    layer: &'a Layer<'a>,
    name: &Spanned<Cow<'_, str>>,
    keys: &Spanned<DeValue<'_>>,
    bindings: &mut BTreeMap<ActionId, Vec<Bound<'a>>>,
    mistakes: &mut Vec<Mistake>,
) {
    let Some(action) = by_name(name.get_ref()) else {
        let near =
            nearest(name.get_ref()).map_or_else(String::new, |n| format!("; did you mean “{n}”?"));
        mistakes.push(layer.mistake(
            name.span().start,
            format!("there is no action “{}”{near}", name.get_ref()),
        ));
        return;
    };
    let mut list = Vec::new();
    let mut one = |value: &Spanned<DeValue<'_>>, mistakes: &mut Vec<Mistake>| {
        let DeValue::String(text) = value.get_ref() else {
            mistakes.push(layer.mistake(
                value.span().start,
                "a key is written as text, for instance \"g g\" or \"ctrl-r\"",
            ));
            return;
        };
        match key::parse_sequence(text) {
            Ok(sequence) => list.push(Bound {
                layer,
                span: value.span(),
                action: action.id,
                sequence,
            }),
            Err(part) => mistakes.push(layer.mistake(
                value.span().start,
                format!("“{part}” is not a key; keys are for instance “a”, “G”, “ctrl-r”, “shift-tab”, “pagedown”, “f5”, “space”"),
            )),
        }
    };
    match keys.get_ref() {
        DeValue::Array(values) => {
            for value in values.iter() {
                one(value, mistakes);
            }
        }
        _ => one(keys, mistakes),
    }
    bindings.insert(action.id, list);
}

/// The action name with the fewest single changes, if there are few.
fn nearest(name: &str) -> Option<&'static str> {
    TABLE
        .iter()
        .map(|a| (distance(name, a.name), a.name))
        .min()
        .filter(|(d, _)| *d <= 3 && *d < name.chars().count())
        .map(|(_, n)| n)
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut left_above = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = left_above + usize::from(ca != *cb);
            left_above = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(left_above + 1);
        }
    }
    row[b.len()]
}

/// What only the whole map shows: a key twice, a sequence that a shorter one hides, an action that needs a key and has none.
fn check(
    bindings: &BTreeMap<ActionId, Vec<Bound<'_>>>,
    top: &Layer<'_>,
    mistakes: &mut Vec<Mistake>,
) {
    let all: Vec<&Bound<'_>> = bindings.values().flatten().collect();
    for (i, a) in all.iter().enumerate() {
        for b in &all[i + 1..] {
            let meet = info(a.action).screens.iter().any(|s| info(b.action).on(*s));
            if !meet && a.action != b.action {
                continue;
            }
            // The place to mend is the user's file, and in one file the later line.
            let a_is_top = std::ptr::eq(a.layer, top);
            let b_is_top = std::ptr::eq(b.layer, top);
            let (first, second) = match (a_is_top, b_is_top) {
                (true, false) => (b, a),
                (false, true) => (a, b),
                _ if a.span.start <= b.span.start => (a, b),
                _ => (b, a),
            };
            let keys = key::sequence_label(&second.sequence);
            if a.sequence == b.sequence {
                mistakes.push(second.layer.mistake(
                    second.span.start,
                    format!(
                        "“{keys}” is bound twice: to “{}” and to “{}”",
                        info(first.action).name,
                        info(second.action).name
                    ),
                ));
            } else {
                let (short, long) = if a.sequence.len() < b.sequence.len() {
                    (a, b)
                } else {
                    (b, a)
                };
                if long.sequence.starts_with(&short.sequence) {
                    mistakes.push(second.layer.mistake(
                        second.span.start,
                        format!(
                            "“{}” ({}) can never be typed, since “{}” ({}) comes first",
                            key::sequence_label(&long.sequence),
                            info(long.action).name,
                            key::sequence_label(&short.sequence),
                            info(short.action).name
                        ),
                    ));
                }
            }
        }
    }
    for action in TABLE.iter().filter(|a| a.required) {
        if bindings.get(&action.id).is_none_or(Vec::is_empty) {
            let at = top.text.find(action.name).unwrap_or(top.text.len());
            mistakes.push(top.mistake(at, format!("“{}” needs at least one key", action.name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::screen::Screen;

    fn mistakes(text: &str) -> Vec<String> {
        load(Some(("keys.toml", text)))
            .expect_err("a mistake")
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_key_maps_of_the_program_are_whole() {
        for (name, _) in BUILT_IN {
            let map = built_in(name)
                .expect("a name of ours")
                .unwrap_or_else(|m| panic!("{m:?}"));
            for action in TABLE {
                assert!(
                    map.label(action.id).is_some(),
                    "{name} binds nothing to {}",
                    action.name
                );
            }
        }
    }

    #[test]
    fn a_file_replaces_what_it_names_and_leaves_the_rest() {
        let map = load(Some(("keys.toml", "[keys]\nmark = \"M\"\nfold = []\n"))).expect("whole");
        assert_eq!(map.labels(ActionId::Mark), ["M"]);
        assert!(map.labels(ActionId::Fold).is_empty());
        assert_eq!(map.labels(ActionId::Share), ["s"]);
    }

    #[test]
    fn a_file_may_build_on_the_vim_map() {
        let map = load(Some((
            "keys.toml",
            "extends = \"vim\"\n[keys]\nmark = \"M\"\n",
        )))
        .expect("whole");
        assert_eq!(map.label(ActionId::Fold).as_deref(), Some("z a"));
        assert_eq!(map.label(ActionId::Mark).as_deref(), Some("M"));
    }

    #[test]
    fn every_mistake_is_reported_at_once_with_its_place() {
        let text = "\
extends = \"emacs\"
colour = 1
[keys]
marc = \"m\"
share = \"hyper-s\"
undo = 3
filter = [\"/\", \"m\"]
first = \"q q\"
quit = []
";
        let found = mistakes(text);
        let starts = [
            "keys.toml:1:11: “emacs” is no key map",
            "keys.toml:2:1: “colour” is not known here",
            "keys.toml:4:1: there is no action “marc”; did you mean “mark”?",
            "keys.toml:5:9: “hyper-s” is not a key",
            "keys.toml:6:8: a key is written as text",
            "keys.toml:7:16: “m” is bound twice: to “mark” and to “filter”",
            "keys.toml:9:1: “quit” needs at least one key",
        ];
        for (found, start) in found.iter().zip(starts) {
            assert!(found.starts_with(start), "{found}\nshould begin {start}");
        }
        assert_eq!(found.len(), starts.len(), "{found:#?}");
    }

    #[test]
    fn a_sequence_behind_a_shorter_one_is_refused() {
        let found = mistakes("[keys]\nfirst = \"m m\"\n");
        assert_eq!(
            found,
            ["keys.toml:2:9: “m m” (first) can never be typed, since “m” (mark) comes first"]
        );
    }

    #[test]
    fn broken_toml_is_reported_with_what_else_is_wrong() {
        let found = mistakes("[keys]\nmark = \nshaer = \"s\"\n");
        assert!(found.iter().any(|m| m.starts_with("keys.toml:2:")));
        assert!(found.iter().any(|m| m.contains("did you mean “share”")));
    }

    #[test]
    fn one_key_may_mean_two_things_where_they_never_meet() {
        // `1` is the Overview's first pane, and free on every other screen.
        let text = "[keys]\nmode-mark = [\"alt-1\"]\n";
        let map = load(Some(("keys.toml", text))).expect("whole");
        let one = key::parse("1").expect("a key");
        assert_eq!(
            map.find(Screen::Overview, &[one]),
            super::super::trie::Found::Action(ActionId::Pane1)
        );
        assert_eq!(
            map.find(Screen::Heatmap, &[one]),
            super::super::trie::Found::Nothing
        );
    }

    #[test]
    fn columns_count_characters() {
        let found = mistakes("# é\n[keys]\n\"é\" = \"a\"\n");
        assert!(found[0].starts_with("keys.toml:3:1: there is no action"));
    }
}
