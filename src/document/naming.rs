//! What a place in a document is called and what a value says, in words that a reader knows: names instead of ids, no raw keys. Owns those
//! words for History and for conflicts. Must not know: who wrote it or when.

use super::code::{MarkCode, MarkKey, date_of, key_parts, parse_date, subject_of, target_of};
use super::kind::{DocRef, Kind};
use super::rows::{Rows, Scalar};
use super::schema::{PRESENT, Ref, Type, spec, spec_of};
use crate::domain::framework::Target;
use crate::domain::{Answer, ColumnId, CompetencyId, PersonId, Points, PostId, SkillId, Team};
use chrono::NaiveDate;

/// So many characters of a long text are quoted.
const QUOTED: usize = 80;

/// Names of a team, for the places and values of one document.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    team: &'a Team,
    doc: &'a DocRef,
    rows: &'a Rows,
    past: Option<&'a Rows>,
}

/// Fields by which a row that goes by an id says what it is, the best first.
const SAYING: [&str; 6] = ["name", "title", "objective", "text", "date", "from"];

/// A day in words: "10 Nov 2026".
pub fn day_words(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

impl<'a> Names<'a> {
    /// Of a document as it stands.
    pub fn new(team: &'a Team, doc: &'a DocRef, rows: &'a Rows) -> Self {
        let past = None;
        Self {
            team,
            doc,
            rows,
            past,
        }
    }

    /// What is there no more is called as it was last called.
    pub fn with_past(self, past: &'a Rows) -> Self {
        let past = Some(past);
        Self { past, ..self }
    }

    /// Keeps what a field says of its row, for whoever tells of it when it is gone.
    pub fn keep_label(past: &mut Rows, (table, row, field): (&str, &str, &str), value: &Scalar) {
        if *value != Scalar::Null && SAYING.contains(&field) {
            past.set(table, row, field, value.clone(), None, 0);
        }
    }

    /// A field: "Rory Penhale's Budget Management (grade 6, 10 Nov 2026)".
    pub fn field(&self, table: &str, row: &str, field: &str) -> String {
        if table == "agreements" {
            let (by, to) = self.agreed(row);
            let agreement = format!("agreement of {} to {to}", self.person(&by));
            return match field {
                PRESENT | "digest" => agreement,
                _ => format!("{} of the {agreement}", field_words(field)),
            };
        }
        let owner = self.doc.person.as_ref().map(|id| self.person(id));
        let (thing, details) = match MarkKey::parse(row) {
            Some(key) if matches!(table, "marks" | "mark_notes") => self.mark(&key, field),
            _ => self.plain(table, row, field),
        };
        let mut words = match owner {
            Some(owner) => format!("{owner}'s {thing}"),
            None => thing,
        };
        if self.doc.kind == Kind::Private {
            words += ", a draft";
        }
        if !details.is_empty() {
            words += &format!(" ({})", details.join(", "));
        }
        words
    }

    /// Who agreed, and to what: "Rory Penhale's objective “Budget to 6”".
    pub fn agreed(&self, row: &str) -> (PersonId, String) {
        let mut parts = key_parts(row).into_iter();
        let objective = parts.next().unwrap_or_default();
        let by = PersonId::new(parts.next().unwrap_or_default());
        let owner = self.doc.person.as_ref().map(|id| self.person(id));
        let owner = owner.map_or_else(String::new, |owner| format!("{owner}'s "));
        let to = match self.known_label("objectives", &objective) {
            Some(label) => format!("{owner}objective {label}"),
            None => format!("an objective that is in {owner}plan no more"),
        };
        (by, to)
    }

    fn mark(&self, key: &MarkKey, field: &str) -> (String, Vec<String>) {
        let subject = self.subject(key.subject.as_str());
        let thing = match field {
            "mark" => subject,
            other => format!("{} beside {subject}", field_words(other)),
        };
        let rater = match self.doc.person.as_ref() == Some(&key.rater) {
            true => "own mark".to_owned(),
            false => format!("marked by {}", self.person(&key.rater)),
        };
        let column = key.column.as_ref().map(|id| self.column(id));
        let details = [Some(rater), column, Some(day_words(key.date))];
        (thing, details.into_iter().flatten().collect())
    }

    fn plain(&self, table: &str, row: &str, field: &str) -> (String, Vec<String>) {
        let parts = key_parts(row);
        let personal = self.doc.kind.is_personal();
        let keys = spec_of(table, row)
            .into_iter()
            .flat_map(|s| s.keys())
            .filter(|c| !(personal && (c.name == "person" || table == "card")));
        let (mut names, mut details) = (Vec::new(), Vec::new());
        for (part, column) in parts.iter().zip(keys) {
            match column.ty {
                _ if part.is_empty() => {}
                Type::Date => details.extend(parse_date(part).map(|day| match column.name {
                    "from" => format!("from {}", day_words(day)),
                    _ => day_words(day),
                })),
                Type::YesNo => details.extend((part == "yes").then(|| "told".to_owned())),
                ty => names.push(self.part(table, row, ty, part)),
            }
        }
        let mut thing = match (table, field, parts.len()) {
            ("states", _, 3) => "note on the progress of",
            ("states", "reason", _) => "reason for the state of",
            _ => table_words(table),
        }
        .to_owned();
        if (table, parts.len()) == ("states", 3) && names.len() > 1 {
            details.extend(names.pop().map(|by| format!("by {by}")));
        }
        if !names.is_empty() {
            thing += &format!(" {}", names.join(", "));
        }
        if field != PRESENT && !matches!((table, field), ("horizons", "band") | ("states", _)) {
            thing = match (table, names.is_empty()) {
                ("card" | "person" | "team" | "contracts", true) => field_words(field),
                _ => format!("{thing}: {}", field_words(field)),
            };
        }
        (thing, details)
    }

    /// Part of a row's key.
    fn part(&self, table: &str, row: &str, ty: Type, part: &str) -> String {
        match (ty, table) {
            (Type::Ref(to), _) => self.reference(to, part),
            (Type::Id, "posts") => self.reference(Ref::Post, part),
            (Type::Id, "skills") => self.reference(Ref::Skill, part),
            (Type::Id, "areas") => self.reference(Ref::Area, part),
            (Type::Id, "columns") => self.reference(Ref::Column, part),
            (Type::Id, "competencies") => self.reference(Ref::Competency, part),
            (Type::Id, _) => self.label(table, row).unwrap_or_default(),
            _ => part.to_owned(),
        }
    }

    /// What a row that goes by an id says of itself.
    fn label(&self, table: &str, row: &str) -> Option<String> {
        let sources = [Some(self.rows), self.past];
        sources.into_iter().flatten().find_map(|rows| {
            SAYING.iter().find_map(|field| {
                if (table, *field) == ("actions", "objective") {
                    return None;
                }
                let claims = rows.claims(table, row, field);
                let words = self.value(table, field, &claims.first()?.value);
                (!words.is_empty()).then_some(words)
            })
        })
    }

    fn reference(&self, to: Ref, id: &str) -> String {
        match to {
            Ref::Person => self.person(&PersonId::new(id)),
            Ref::Area => {
                let areas = &self.team.base.areas;
                let found = areas.iter().find(|a| a.id.as_str() == id);
                found.map_or_else(|| "an area of before".to_owned(), |a| a.name.clone())
            }
            Ref::Post => {
                let post = self.team.post(&PostId::new(id));
                let facts = post.and_then(|p| p.facts.last());
                let title = facts.map(|(_, facts)| facts.title.get().clone());
                let past = || self.past_label("posts", "title", id);
                let title = title.or_else(past);
                title.unwrap_or_else(|| "a post of before".to_owned())
            }
            Ref::Skill | Ref::Competency | Ref::Subject => self.subject(id),
            Ref::Column => self.column(&ColumnId::new(id)),
            Ref::Objective => self.label_of("objectives", id),
            Ref::Item => match self.rows.row("objectives", id) {
                Some(_) => self.label_of("objectives", id),
                None => self.label_of("actions", id),
            },
            Ref::Criterion => {
                let criteria = &self.team.framework.criteria;
                let found = criteria.iter().find(|c| c.id == id);
                found.map_or_else(|| "a criterion".to_owned(), |c| c.number.to_string())
            }
        }
    }

    fn label_of(&self, table: &str, id: &str) -> String {
        self.known_label(table, id)
            .unwrap_or_else(|| "something of the plan".to_owned())
    }

    fn known_label(&self, table: &str, id: &str) -> Option<String> {
        let row = super::code::row_key(&[id]);
        // An agreement stands in another document than the plan.
        let known = || {
            let plan = &self.team.person(self.doc.person.as_ref()?)?.objectives;
            let found = plan.iter().find(|o| o.id.as_str() == id)?;
            Some(found.title.get().clone())
        };
        self.label(table, &row).or_else(known)
    }

    /// Which document.
    pub fn document(&self) -> &'a DocRef {
        self.doc
    }

    /// Whose document it is.
    pub fn owner(&self) -> Option<&'a PersonId> {
        self.doc.person.as_ref()
    }

    /// Somebody's name.
    pub fn person(&self, id: &PersonId) -> String {
        self.team.person(id).map_or_else(
            || "somebody who is not in this team".to_owned(),
            |p| p.name.get().clone(),
        )
    }

    fn column(&self, id: &ColumnId) -> String {
        let column = self.team.framework.column(id);
        column.map_or_else(|| "a column of before".to_owned(), |c| c.name.clone())
    }

    fn subject(&self, id: &str) -> String {
        let competency = self.team.framework.competency(&CompetencyId::new(id));
        let skill = || self.team.skill(&SkillId::new(id));
        competency
            .map(|c| c.name.clone())
            .or_else(|| skill().map(|s| s.name.get().clone()))
            .or_else(|| self.past_label("skills", "name", id))
            .unwrap_or_else(|| "something that is no longer marked".to_owned())
    }

    /// What something with days of its own was last called that is there no more.
    fn past_label(&self, table: &str, field: &str, id: &str) -> Option<String> {
        let rows = self.past?.table(table);
        let of = rows.filter(|(key, _)| key_parts(key).first().is_some_and(|part| part == id));
        let (_, row) = of.last()?;
        Some(self.value(table, field, &row.get(field)?.first()?.value))
    }

    /// All of a text of which [`Names::value`] says the beginning alone, or of which it says on one line what stands on several.
    pub fn whole(&self, table: &str, field: &str, value: &Scalar) -> Option<String> {
        let Scalar::Text(text) = value else {
            return None;
        };
        let said = self.value(table, field, value);
        let quoted = ["", "“"].map(|open| quoted(text, open)).contains(&said);
        let more = text.trim().contains('\n') || quoted_less(text);
        (quoted && more).then(|| text.clone())
    }

    /// A value: "5.5", "10 Nov 2026", "“quotes not yet”".
    pub fn value(&self, table: &str, field: &str, value: &Scalar) -> String {
        if *value == Scalar::Null {
            return "nothing".to_owned();
        }
        if (table, field) == ("marks", "mark") {
            return MarkCode::decode(value).map_or_else(unreadable, |code| match code.answer {
                Answer::Points(points) => points.to_string(),
                Answer::NotObserved => "not observed".to_owned(),
                Answer::Withdrawn => "withdrawn".to_owned(),
            });
        }
        if field == "digest" {
            return match value {
                Scalar::Text(digest) => format!("the text {}", digest.get(..8).unwrap_or(digest)),
                _ => unreadable(),
            };
        }
        let ty = spec(table).and_then(|s| s.column(field)).map(|c| c.ty);
        match (ty, value) {
            (_, Scalar::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
            (Some(Type::Date), _) => date_of(value).map_or_else(unreadable, day_words),
            (Some(Type::Ref(Ref::Subject)), _) => {
                subject_of(value).map_or_else(unreadable, |s| self.subject(s.as_str()))
            }
            (Some(Type::Ref(to)), Scalar::Text(id)) => self.reference(to, id),
            (Some(Type::Target), _) => target_of(value).map_or_else(unreadable, |t| match t {
                Target::Points(points) => points.to_string(),
                Target::None => "no target".to_owned(),
            }),
            (Some(Type::Points), Scalar::Int(n)) => u8::try_from(*n)
                .ok()
                .and_then(Points::from_halves)
                .map_or_else(unreadable, |p| p.to_string()),
            (Some(Type::Fte | Type::Hundredths), Scalar::Int(n)) => {
                format!("{}.{:02}", n / 100, (n % 100).abs())
            }
            (Some(Type::HalfDays | Type::Difference), Scalar::Int(n)) => {
                let half = if n % 2 == 0 { "" } else { ".5" };
                format!("{}{half}", n / 2)
            }
            (Some(Type::Word(_)), Scalar::Text(word)) => match word.as_str() {
                "1-2" => "ready in 1–2 years".to_owned(),
                "3-5" => "ready in 3–5 years".to_owned(),
                "12-36" => "leaving in 12 to 36 months".to_owned(),
                "within-12" => "leaving within 12 months".to_owned(),
                // “from “to discuss” to “closed””: without quotes the words run into those around them.
                word if table == "states" => format!("“{}”", word.replace('-', " ")),
                word => word.replace('-', " "),
            },
            (_, Scalar::Int(n)) => n.to_string(),
            (Some(Type::Line), Scalar::Text(text)) => quoted(text, ""),
            (_, Scalar::Text(text)) => quoted(text, "“"),
            (_, Scalar::Null) => "nothing".to_owned(),
        }
    }
}

/// What a document of a kind is, in words; of one of a person's, behind whose it is.
pub fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Framework => "the career framework",
        Kind::Team => "what the team shares",
        Kind::Card => "card",
        Kind::SelfRecord => "own record",
        Kind::Record => "record",
        Kind::Plan => "plan",
        Kind::Private => "drafts",
        Kind::Succession => "the succession document",
        Kind::Aggregates => "the rounded totals",
        Kind::Statements => "the published figures",
    }
}

/// A document in words: "Rory Penhale's plan".
pub fn document_words(team: &Team, doc: &DocRef) -> String {
    let rows = Rows::default();
    let owner = doc
        .person
        .as_ref()
        .map(|id| Names::new(team, doc, &rows).person(id));
    let what = kind_words(doc.kind);
    match owner {
        Some(owner) => format!("{owner}'s {what}"),
        None => what.to_owned(),
    }
}

fn unreadable() -> String {
    "something that cannot be read".to_owned()
}

/// Whether [`quoted`] leaves some of a text out.
fn quoted_less(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().count() > QUOTED
}

/// The beginning of a text on one line, in quotes where `open` is one.
fn quoted(text: &str, open: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > QUOTED {
        line = line.chars().take(QUOTED).collect::<String>() + " …";
    }
    match open {
        "" => line,
        _ => format!("“{line}”"),
    }
}

fn table_words(table: &str) -> &str {
    match table {
        "contracts" => "contract",
        "credentials" => "credential",
        "horizons" => "word about staying",
        "absences" => "absence",
        "meetings" => "meeting",
        "agreements" => "agreement to",
        "ppd" => "PPD entry",
        "registrations" => "registration",
        "aspirations" => "aspiration",
        "criteria" | "career_criteria" => "career criterion",
        "not_applicable" => "request “not applicable” for",
        "objectives" => "objective",
        "actions" => "action",
        "states" => "state of",
        "critical" => "criticality of",
        "nominations" => "nomination for",
        "areas" => "area",
        "skills" => "skill",
        "posts" => "post",
        "holders" => "holder of",
        "post_skills" => "skill asked for by",
        "must_haves" => "must-have of",
        "depends" => "what is expected in",
        "competencies" => "competency",
        "grid_lines" => "development options of line",
        "columns" => "role column",
        "cells" => "framework cell",
        "targets" => "target",
        other => other,
    }
}

fn field_words(field: &str) -> String {
    match field {
        "fte" => "FTE".to_owned(),
        "end" => "contract end".to_owned(),
        "notice" => "notice given".to_owned(),
        "difference" => "what will be different".to_owned(),
        "option" => "development option".to_owned(),
        "n_min" => "fewest holders".to_owned(),
        "digest" => "text agreed to".to_owned(),
        "order" => "place in the list".to_owned(),
        "replace" => "time to replace".to_owned(),
        "statutory" => "statutory or safety duty".to_owned(),
        "impact" => "impact within a month".to_owned(),
        other => other.replace('_', " "),
    }
}
