//! The tables of every kind of document in one place: their columns, types, keys and the file of a team folder that carries them.
//! Import, export and the check of stored documents all read it, so that they cannot disagree.

mod personal;
mod wide;

use super::kind::Kind;

/// What a column refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ref {
    /// A person: a handle in a folder, an opaque id in a document.
    Person,
    /// A functional area.
    Area,
    /// A post.
    Post,
    /// A specialist skill.
    Skill,
    /// A role column of the framework.
    Column,
    /// A competency of the framework.
    Competency,
    /// A competency or a specialist skill.
    Subject,
    /// A career-grade criterion.
    Criterion,
    /// An objective of the same person.
    Objective,
    /// An objective or an action of the same person.
    Item,
}

/// What a column holds. Documents keep the smallest unit as a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// The name by which a row is called: lower case letters, digits and `-`, 1 to 40 of them.
    Id,
    /// The id of something else.
    Ref(Ref),
    /// A text of one line, such as a name.
    Line,
    /// Any text.
    Text,
    /// Several texts: lines in a document, `;` between them in CSV, an array in TOML.
    Texts,
    /// Several ids of competencies.
    Competencies,
    /// Several whole numbers.
    Numbers,
    /// Registration titles with `held` and `uncertain`; one line each, parts separated by tabs.
    Registrations,
    /// A day.
    Date,
    /// A day of any year, `MM-DD`.
    MonthDay,
    /// yes or no.
    YesNo,
    /// A whole number within bounds.
    Int(i64, i64),
    /// FTE 0.01 to 1.00, kept in hundredths.
    Fte,
    /// A number with at most two decimals, kept in hundredths.
    Hundredths,
    /// Days in half-day steps, kept in half days.
    HalfDays,
    /// 1 to 10 in half points, kept in half points.
    Points,
    /// A difference of marks, 0.5 to 9 in half points, kept in half points.
    Difference,
    /// 1 to 10 in half points, or `none`.
    Target,
    /// A mark, `not observed` or `withdrawn`.
    Answer,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in files, and the name of the field in documents.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// Whether every row must give it.
    pub required: bool,
    /// Whether it is part of what identifies a row.
    pub key: bool,
    /// What holds where it is not given, as written in a file.
    pub default: Option<&'static str>,
}

/// Which document a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// The team's one document of a kind.
    Wide(Kind),
    /// A person's document of a kind, whoever writes it.
    Of(Kind),
    /// Said by the person: `self` where the person writes, else `record` as transcribed.
    Said,
    /// Split by who may say what, as the table's own rule has it: marks, credentials, horizons, agreements, criteria.
    Split,
    /// Not a document: the authority.
    Authority,
}

/// How a TOML file carries a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Rows: CSV, or `[[name]]` in TOML.
    Rows,
    /// One row: the keys at the top of the file.
    Top,
    /// One row: the table `[name]`.
    Single,
    /// A row for each `[column.competency]`.
    Grid,
}

/// A table: what it is called, where it stands, and its columns.
#[derive(Clone, Copy, Debug)]
pub struct TableSpec {
    /// Its name in documents.
    pub table: &'static str,
    /// Path of its file in a team folder, without the ending.
    pub file: &'static str,
    /// Name of its array or table in TOML.
    pub toml: &'static str,
    /// How TOML carries it; only [`Shape::Rows`] may be CSV, and only where `csv` is set.
    pub shape: Shape,
    /// Whether it may be a CSV file.
    pub csv: bool,
    /// Whether the position of a row in its file means something, kept as field `order`.
    pub ordered: bool,
    /// Where its rows belong.
    pub home: Home,
    /// Its columns.
    pub columns: &'static [Column],
}

impl TableSpec {
    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The key columns in order.
    pub fn keys(&self) -> impl Iterator<Item = &'static Column> + use<> {
        self.columns.iter().filter(|c| c.key)
    }

    /// The table of a document that its rows stand in. Notes on progress came later and stand beside the states, told apart by the author in
    /// their key: a new table would be a new schema step, which keeps older programs from all else that is written in the same change.
    pub fn stored(&self) -> &'static str {
        match self.table {
            PROGRESS => "states",
            table => table,
        }
    }

    /// Whether a row of the table that it is [stored](Self::stored) in is one of its own, by the parts of the row's key.
    pub fn owns(&self, parts: usize) -> bool {
        match self.stored() {
            "states" => parts == self.keys().count() - 1,
            _ => true,
        }
    }

    /// Whether it is about one person each row, named in column `person`, which a personal document leaves out.
    pub fn is_personal(&self) -> bool {
        matches!(self.home, Home::Of(_) | Home::Said | Home::Split)
    }

    /// Whether a row may have nothing but its key, so that only [`PRESENT`] shows that it is there.
    pub fn needs_presence(&self) -> bool {
        self.shape == Shape::Rows
            && !self
                .columns
                .iter()
                .any(|c| !c.key && (c.required || c.default.is_some()))
    }
}

/// Field that says that a row is there (`true`) or was taken away (`false`). Rows are never deleted.
pub const PRESENT: &str = "present";

/// Notes on how far something is, as a table of a folder.
pub const PROGRESS: &str = "progress_notes";

/// Optional column of every CSV table: rows with one key and one conflict id were written apart.
pub const CONFLICT: &str = "conflict";

/// Every table that a team folder can hold, in the order in which export writes them.
pub fn specs() -> impl Iterator<Item = &'static TableSpec> {
    wide::SPECS.iter().chain(personal::SPECS)
}

/// A table of a folder by its name in documents.
pub fn spec(table: &str) -> Option<&'static TableSpec> {
    specs().find(|s| s.table == table)
}

/// What a row of a document's table is in a folder, by its key.
pub fn spec_of(table: &str, row: &str) -> Option<&'static TableSpec> {
    let parts = super::code::key_parts(row).len();
    let found = specs().find(|s| s.stored() == table && s.owns(parts));
    found.or_else(|| spec(table))
}

/// The tables of a kind by the schema step that brought them. A later version of the program adds a step behind these and touches none.
pub fn steps(kind: Kind) -> Vec<&'static [&'static str]> {
    #[cfg(test)]
    if later::is_known() {
        return vec![tables(kind), later::TABLES];
    }
    vec![tables(kind)]
}

/// The newest schema step of a kind that this program knows, from 1: it stands in every envelope of changes that is written.
pub fn newest(kind: Kind) -> u8 {
    u8::try_from(steps(kind).len()).unwrap_or(u8::MAX)
}

/// A program of the next schema step, in tests: what it writes has to wait in one of today's.
#[cfg(test)]
pub mod later {
    use std::cell::Cell;

    /// The tables of the next step, of every kind.
    pub const TABLES: &[&str] = &["later"];

    thread_local! {
        static KNOWN: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether this thread is that program now.
    pub fn is_known() -> bool {
        KNOWN.get()
    }

    /// Does something as that program.
    pub fn program<T>(f: impl FnOnce() -> T) -> T {
        KNOWN.set(true);
        let done = f();
        KNOWN.set(false);
        done
    }
}

/// The tables of a kind of document: the maps of its constant first change. A kind without tables is not written to yet.
pub fn tables(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Framework => &[
            "framework",
            "scale",
            "competencies",
            "grid_lines",
            "columns",
            "cells",
            "career_criteria",
            "targets",
        ],
        Kind::Team => &[
            "team",
            "policy",
            "areas",
            "skills",
            "posts",
            "holders",
            "post_skills",
            "must_haves",
            "depends",
        ],
        Kind::Card => &["card"],
        Kind::SelfRecord => &[
            "person",
            "marks",
            "mark_notes",
            "credentials",
            "horizons",
            "agreements",
            "ppd",
            "registrations",
            "aspirations",
            "criteria",
            "not_applicable",
        ],
        Kind::Record => &[
            "person",
            "contracts",
            "marks",
            "mark_notes",
            "credentials",
            "horizons",
            "absences",
            "meetings",
            "agreements",
            "ppd",
            "registrations",
            "aspirations",
            "criteria",
            "not_applicable",
        ],
        Kind::Plan => &["objectives", "actions", "states"],
        Kind::Private => &["marks", "mark_notes"],
        Kind::Succession => &["critical", "nominations"],
        Kind::Aggregates | Kind::Statements => &[],
    }
}

const fn key(name: &'static str, ty: Type) -> Column {
    Column {
        name,
        ty,
        required: true,
        key: true,
        default: None,
    }
}

const fn key_opt(name: &'static str, ty: Type) -> Column {
    Column {
        name,
        ty,
        required: false,
        key: true,
        default: None,
    }
}

const fn must(name: &'static str, ty: Type) -> Column {
    Column {
        name,
        ty,
        required: true,
        key: false,
        default: None,
    }
}

const fn may(name: &'static str, ty: Type) -> Column {
    Column {
        name,
        ty,
        required: false,
        key: false,
        default: None,
    }
}

const fn or(name: &'static str, ty: Type, default: &'static str) -> Column {
    Column {
        name,
        ty,
        required: false,
        key: false,
        default: Some(default),
    }
}

const fn rows(table: &'static str, home: Home, columns: &'static [Column]) -> TableSpec {
    TableSpec {
        table,
        file: table,
        toml: table,
        shape: Shape::Rows,
        csv: true,
        ordered: false,
        home,
        columns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_table_of_a_folder_stands_in_a_document_of_its_home() {
        for spec in specs() {
            let kinds: &[Kind] = match spec.home {
                Home::Wide(kind) | Home::Of(kind) => &[kind],
                Home::Said => &[Kind::SelfRecord, Kind::Record],
                Home::Split => &[Kind::SelfRecord, Kind::Record],
                Home::Authority => &[],
            };
            for kind in kinds {
                let name = spec.stored();
                assert!(tables(*kind).contains(&name), "{} in {kind:?}", spec.table);
            }
        }
    }

    #[test]
    fn a_row_beside_the_states_is_known_by_its_key() {
        let of = |row| spec_of("states", row).map(|s| s.table);
        assert_eq!(of("item|2026-11-21"), Some("states"));
        assert_eq!(of("item|2026-11-21|p1"), Some(PROGRESS));
        assert_eq!(spec_of("actions", "a").map(|s| s.table), Some("actions"));
        assert_eq!(spec_of("nothing", "a").map(|s| s.table), None);
    }

    #[test]
    fn names_are_unique_and_free_of_separators() {
        let mut seen = BTreeSet::new();
        for spec in specs() {
            assert!(seen.insert(spec.table), "{} twice", spec.table);
            let mut columns = BTreeSet::new();
            for column in spec.columns {
                assert!(
                    columns.insert(column.name),
                    "{}.{}",
                    spec.table,
                    column.name
                );
                assert!(!column.name.contains(['.', '|']));
            }
        }
        for kind in Kind::ALL {
            let unique: BTreeSet<_> = tables(kind).iter().collect();
            assert_eq!(unique.len(), tables(kind).len());
        }
    }
}
