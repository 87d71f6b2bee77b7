//! Rules that reach beyond one field: keys, references across files, dates in order, and who may say what.

use super::nearest::{Candidate, advice};
use super::parsed::{Parsed, Record, record_key, table_of};
use super::problem::Problem;
use crate::document::schema::{Ref, TableSpec, Type, specs};
use std::collections::{BTreeMap, BTreeSet};

/// Adds what is wrong to `problems`. Nothing is said of references into `broken` tables, since their ids are not all known, nor of those to
/// ids that are `spoilt`, since these have been reported where they are made.
pub(super) fn check(
    parsed: &Parsed,
    broken: &BTreeSet<&'static str>,
    spoilt: &BTreeSet<(&'static str, String)>,
    problems: &mut Vec<Problem>,
) {
    let index = Index::new(parsed, spoilt);
    for spec in specs() {
        keys(parsed, spec, problems);
        for record in parsed.rows(spec.table) {
            references(record, spec, &index, broken, problems);
            dates(record, spec, problems);
            rules(parsed, record, spec, &index, problems);
        }
    }
    cells(parsed, broken, problems);
    plan_ids(parsed, problems);
}

/// Ids by table, and those of plans by person.
struct Index {
    ids: BTreeMap<&'static str, BTreeSet<String>>,
    plan: BTreeMap<(&'static str, String), BTreeSet<String>>,
    candidates: BTreeMap<&'static str, Vec<Candidate>>,
    /// Managers of the team (with an empty second part), and who is line manager or reviewer of whom.
    managers: BTreeSet<(String, String)>,
    /// Objectives without a success measure.
    unmeasured: BTreeSet<(String, String)>,
}

impl Index {
    fn new(parsed: &Parsed, spoilt: &BTreeSet<(&'static str, String)>) -> Self {
        let mut index = Self {
            ids: BTreeMap::new(),
            plan: BTreeMap::new(),
            candidates: BTreeMap::new(),
            managers: BTreeSet::new(),
            unmeasured: BTreeSet::new(),
        };
        for record in parsed.rows("rights") {
            if matches!(record.text("right"), "manager" | "line" | "reviewer") {
                let over = record.text("over").to_owned();
                index
                    .managers
                    .insert((record.text("person").to_owned(), over));
            }
        }
        for record in parsed.rows("objectives") {
            if !record.cells.contains_key("difference") {
                let id = record.text("id").to_owned();
                index
                    .unmeasured
                    .insert((record.text("person").to_owned(), id));
            }
        }
        for table in [
            "card",
            "areas",
            "posts",
            "skills",
            "columns",
            "competencies",
            "career_criteria",
        ] {
            let ids = index.ids.entry(table).or_default();
            let candidates = index.candidates.entry(table).or_default();
            for record in parsed.rows(table) {
                let id = record.text("id").to_owned();
                if ids.insert(id.clone()) {
                    let labels = ["name", "title", "short", "code", "jd_heading"]
                        .iter()
                        .map(|name| record.text(name).to_owned())
                        .filter(|label| !label.is_empty())
                        .collect();
                    candidates.push(Candidate { id, labels });
                }
            }
        }
        for (table, id) in spoilt {
            index.ids.entry(table).or_default().insert(id.clone());
        }
        for table in ["objectives", "actions"] {
            for record in parsed.rows(table) {
                index
                    .plan
                    .entry((table, record.text("person").to_owned()))
                    .or_default()
                    .insert(record.text("id").to_owned());
            }
        }
        index
    }

    fn has(&self, table: &'static str, person: &str, id: &str) -> bool {
        if matches!(table, "objectives" | "actions") {
            return self
                .plan
                .get(&(table, person.to_owned()))
                .is_some_and(|ids| ids.contains(id));
        }
        self.ids.get(table).is_some_and(|ids| ids.contains(id))
    }

    fn candidates(&self, tables: &[&'static str], person: &str) -> Vec<Candidate> {
        tables
            .iter()
            .flat_map(|table| {
                let plan = self.plan.get(&(*table, person.to_owned()));
                let of_plan = plan.into_iter().flatten().map(|id| Candidate {
                    id: id.clone(),
                    labels: Vec::new(),
                });
                self.candidates
                    .get(table)
                    .into_iter()
                    .flatten()
                    .cloned()
                    .chain(of_plan)
            })
            .collect()
    }
}

fn keys(parsed: &Parsed, spec: &TableSpec, problems: &mut Vec<Problem>) {
    let mut groups: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
    for record in parsed.rows(spec.table) {
        groups
            .entry(record_key(record, spec))
            .or_default()
            .push(record);
    }
    let names: Vec<&str> = spec.keys().map(|c| c.name).collect();
    for group in groups.values() {
        let first = group[0];
        if let [record] = group.as_slice() {
            if let Some(id) = &record.conflict {
                problems.push(Problem::field(
                    &record.file,
                    record.line,
                    "conflict",
                    id,
                    "no other row has the same key and this conflict; a conflict takes at least two rows",
                ));
            }
            continue;
        }
        for record in &group[1..] {
            if record.conflict.is_some() && record.conflict == first.conflict {
                if spec.table == "rights" {
                    problems.push(record.problem(
                        "conflict",
                        "rights are given by one person alone and cannot be in conflict",
                    ));
                }
                continue;
            }
            let key = if names.is_empty() {
                format!("the table [{}]", spec.toml)
            } else {
                format!("the same {}", names.join(", "))
            };
            problems.push(Problem::field(
                &record.file,
                record.line,
                names.first().unwrap_or(&""),
                record.cells.get(names.first().unwrap_or(&"")).map_or("", |_| {
                    record.text(names.first().unwrap_or(&""))
                }),
                format!(
                    "{key} as line {} of {}; keep one of them, or give both the same “conflict” if both were written apart",
                    first.line, first.file
                ),
            ));
        }
    }
}

fn references(
    record: &Record,
    spec: &TableSpec,
    index: &Index,
    broken: &BTreeSet<&'static str>,
    problems: &mut Vec<Problem>,
) {
    let person = record.text("person");
    for column in spec.columns {
        let reference = match column.ty {
            Type::Ref(reference) => reference,
            Type::Competencies => Ref::Competency,
            _ => continue,
        };
        let tables = table_of(reference);
        if tables.iter().any(|table| broken.contains(table)) {
            continue;
        }
        let given = record.text(column.name);
        let ids: Vec<&str> = if column.ty == Type::Competencies {
            given.lines().collect()
        } else {
            vec![given]
        };
        for id in ids {
            if id.is_empty() || tables.iter().any(|table| index.has(table, person, id)) {
                continue;
            }
            let candidates = index.candidates(tables, person);
            let line = record
                .cells
                .get(column.name)
                .map_or(record.line, |c| c.line);
            problems.push(Problem::field(
                &record.file,
                line,
                column.name,
                id,
                format!(
                    "there is no {} of this id{}",
                    what(reference, person),
                    advice(id, &candidates)
                ),
            ));
        }
    }
}

fn what(reference: Ref, person: &str) -> String {
    match reference {
        Ref::Person => "person in people.csv".to_owned(),
        Ref::Area => "area in areas.csv".to_owned(),
        Ref::Post => "post in posts.csv".to_owned(),
        Ref::Skill => "skill in skills.csv".to_owned(),
        Ref::Column => "column in the framework".to_owned(),
        Ref::Competency => "competency in the framework".to_owned(),
        Ref::Subject => "competency in the framework and no skill in skills.csv".to_owned(),
        Ref::Criterion => "criterion in the framework".to_owned(),
        Ref::Objective => format!("objective of {person}"),
        Ref::Item => format!("objective or action of {person}"),
    }
}

/// Pairs of columns of which the first day may not be after the second.
const ORDERED: &[(&str, &str, &str)] = &[
    ("holders", "from", "until"),
    ("rights", "from", "until"),
    ("nominations", "from", "until"),
    ("absences", "from", "until"),
    ("contracts", "from", "end"),
    ("contracts", "notice", "end"),
    ("credentials", "obtained", "expires"),
    ("registrations", "since", "expires"),
];

fn dates(record: &Record, spec: &TableSpec, problems: &mut Vec<Problem>) {
    for (table, first, second) in ORDERED {
        if *table != spec.table {
            continue;
        }
        if let (Some(a), Some(b)) = (record.date(first), record.date(second))
            && b < a
        {
            problems.push(record.problem(second, format!("is before {first}, {a}")));
        }
    }
}

fn rules(
    parsed: &Parsed,
    record: &Record,
    spec: &TableSpec,
    index: &Index,
    problems: &mut Vec<Problem>,
) {
    let person = record.text("person");
    let is = |table, id: &str| index.ids.get(table).is_some_and(|ids| ids.contains(id));
    let mut say = |field: &str, message: &str| problems.push(record.problem(field, message));
    match spec.table {
        "marks" => {
            let subject = record.text("subject");
            let column = record.cells.contains_key("column");
            if is("competencies", subject) && !column {
                say(
                    "column",
                    "a mark for a competency needs the column whose descriptors it was given against",
                );
            }
            if is("skills", subject) && column {
                say("column", "a mark for a skill has no column: leave it empty");
            }
            if record.text("by") == person {
                if record.text("value") == "x" {
                    say(
                        "value",
                        "“not observed” is a manager's answer; an own mark is 1 to 10 or “withdrawn”",
                    );
                }
                if record.cells.contains_key("feedback") {
                    say(
                        "feedback",
                        "feedback stands beside a manager's mark; beside an own mark use evidence",
                    );
                }
            }
        }
        "skills" if is("competencies", record.text("id")) => {
            say(
                "id",
                "is the id of a competency already: a skill needs an id of its own",
            );
        }
        "rights" => {
            let over = record.cells.contains_key("over");
            let needs = matches!(record.text("right"), "line" | "assessor" | "reviewer");
            if needs && !over {
                say("over", "this right is over somebody: name whom");
            } else if !needs && over {
                say(
                    "over",
                    "this right is over nobody in particular: leave it empty",
                );
            } else if over && record.text("over") == person {
                say("over", "nobody has this right over themself");
            }
        }
        "posts" if !record.text("career_to").is_empty() => {
            if record.text("career_to") == record.text("column") {
                say(
                    "career_to",
                    "is the post's own column; name the column to rise to",
                );
            }
            if record.text("column").is_empty() {
                say("career_to", "the post has no column to rise from");
            }
        }
        "credentials" => {
            let by = record.cells.contains_key("sighted_by");
            let on = record.cells.contains_key("sighted_on");
            if by != on {
                let field = if by { "sighted_on" } else { "sighted_by" };
                say(field, "who saw the paper and when are given together");
            }
            if by && record.text("sighted_by") == person {
                say("sighted_by", "nobody sights their own paper");
            }
        }
        "criteria" => {
            if record.text("endorsed_by") == person {
                say("endorsed_by", "nobody endorses themself");
            }
            if !record.cells.contains_key("evidence") && !record.cells.contains_key("endorsed_by") {
                say("evidence", "evidence or an endorsement is expected");
            }
        }
        "nominations"
            if record.cells.contains_key("decision") && !record.cells.contains_key("reason") =>
        {
            say(
                "reason",
                "a decision beside the computed band needs its reason",
            );
        }
        "agreements" => agreement(parsed, record, index, &mut say),
        "career_criteria" if record.text("from") == record.text("to") => {
            say("to", "is the column that the step starts from");
        }
        _ => {}
    }
}

fn agreement(parsed: &Parsed, record: &Record, index: &Index, say: &mut dyn FnMut(&str, &str)) {
    let person = record.text("person").to_owned();
    let by = record.text("by").to_owned();
    let manager = parsed.owner() == by
        || index.managers.contains(&(by.clone(), String::new()))
        || index.managers.contains(&(by.clone(), person.clone()));
    if by != person && !manager {
        say(
            "by",
            "an agreement is by the person or by a manager of theirs; rights.csv gives this one no such right",
        );
    }
    if index
        .unmeasured
        .contains(&(person, record.text("objective").to_owned()))
    {
        say(
            "objective",
            "an objective without a success measure (column difference) cannot be agreed",
        );
    }
}

/// Every column of the framework says of every competency whether it expects it.
fn cells(parsed: &Parsed, broken: &BTreeSet<&'static str>, problems: &mut Vec<Problem>) {
    if ["cells", "columns", "competencies"]
        .iter()
        .any(|t| broken.contains(t))
    {
        return;
    }
    let there: BTreeSet<(&str, &str)> = parsed
        .rows("cells")
        .iter()
        .map(|r| (r.text("column"), r.text("competency")))
        .collect();
    for column in parsed.rows("columns") {
        for competency in parsed.rows("competencies") {
            let cell = (column.text("id"), competency.text("id"));
            if !there.contains(&cell) {
                problems.push(Problem::file(
                    "framework/cells.toml",
                    format!(
                        "there is no [{}.{}]: give it, with expected = true, false or \"depends\"",
                        cell.0, cell.1
                    ),
                ));
            }
        }
    }
}

/// States name an objective or an action, so one person's objectives and actions share no id.
fn plan_ids(parsed: &Parsed, problems: &mut Vec<Problem>) {
    let objectives: BTreeMap<(&str, &str), &Record> = parsed
        .rows("objectives")
        .iter()
        .map(|r| ((r.text("person"), r.text("id")), r))
        .collect();
    for action in parsed.rows("actions") {
        if let Some(objective) = objectives.get(&(action.text("person"), action.text("id"))) {
            problems.push(action.problem(
                "id",
                format!(
                    "is the id of an objective of the same person already (line {} of {})",
                    objective.line, objective.file
                ),
            ));
        }
    }
}
