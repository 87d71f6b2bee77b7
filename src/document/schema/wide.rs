//! Tables of the documents that a team has one of: framework, team, succession; and the rights of the authority.

use super::{Column, Home, Ref, Shape, TableSpec, Type, key, key_opt, may, must, or, rows};
use crate::document::Kind;

const FRAMEWORK: Home = Home::Wide(Kind::Framework);
const TEAM: Home = Home::Wide(Kind::Team);
const SUCCESSION: Home = Home::Wide(Kind::Succession);
const FROM: Column = key_opt("from", Type::Date);
const UNTIL: Column = may("until", Type::Date);
const FACTOR: Type = Type::Int(1, 5);

const fn framework_rows(
    table: &'static str,
    toml: &'static str,
    ordered: bool,
    columns: &'static [Column],
) -> TableSpec {
    TableSpec {
        table,
        file: "framework/framework",
        toml,
        shape: Shape::Rows,
        csv: false,
        ordered,
        home: FRAMEWORK,
        columns,
    }
}

const fn single(
    table: &'static str,
    file: &'static str,
    shape: Shape,
    home: Home,
    columns: &'static [Column],
) -> TableSpec {
    TableSpec {
        table,
        file,
        toml: table,
        shape,
        csv: false,
        ordered: false,
        home,
        columns,
    }
}

/// The tables, in the order of a team folder.
pub(super) const SPECS: &[TableSpec] = &[
    single(
        "team",
        "team",
        Shape::Top,
        TEAM,
        &[
            must("name", Type::Line),
            may("short_name", Type::Line),
            may("notice", Type::Line),
            may("relay", Type::Line),
            may("as_of", Type::Date),
            must("owner", Type::Ref(Ref::Person)),
        ],
    ),
    single(
        "policy",
        "team",
        Shape::Single,
        TEAM,
        &[
            may("target", Type::Points),
            may("fresh_months", Type::Int(1, 120)),
            may("divergence", Type::Difference),
            may("need_percent", Type::Int(1, 100)),
            may("need_people", Type::Int(1, 1000)),
            may("heard_days", Type::Int(1, 3650)),
            may("talk_months", Type::Int(1, 120)),
            may("talk_notice_days", Type::Int(0, 366)),
            may("ppd_year_start", Type::MonthDay),
            may("protected_days_per_fte", Type::HalfDays),
        ],
    ),
    rows(
        "areas",
        TEAM,
        &[
            key("id", Type::Id),
            must("name", Type::Line),
            may("order", Type::Int(0, 10_000)),
        ],
    ),
    single(
        "framework",
        "framework/framework",
        Shape::Single,
        FRAMEWORK,
        &[
            must("title", Type::Line),
            may("institution", Type::Line),
            may("version", Type::Line),
        ],
    ),
    single(
        "scale",
        "framework/framework",
        Shape::Single,
        FRAMEWORK,
        &[
            may("anchor_low", Type::Text),
            may("anchor_high", Type::Text),
            may("note", Type::Text),
        ],
    ),
    framework_rows(
        "competencies",
        "competency",
        true,
        &[
            key("id", Type::Id),
            must("name", Type::Line),
            must("short", Type::Line),
            must("code", Type::Line),
            may("meaning", Type::Text),
            may("group", Type::Line),
            may("jd_heading", Type::Text),
        ],
    ),
    framework_rows(
        "grid_lines",
        "grid_line",
        false,
        &[
            key("number", Type::Int(1, 1000)),
            must("label", Type::Line),
            must("competencies", Type::Competencies),
            may("options", Type::Texts),
            may("note", Type::Text),
        ],
    ),
    framework_rows(
        "columns",
        "column",
        true,
        &[
            key("id", Type::Id),
            must("name", Type::Line),
            must("grade", Type::Int(0, 99)),
            may("band", Type::Line),
            may("path", Type::Line),
            must("title", Type::Line),
            may("titles", Type::Texts),
            may("qualification_levels", Type::Numbers),
            may("knowledge", Type::Text),
            may("registration", Type::Registrations),
            may("cpd", Type::Text),
            may("note", Type::Text),
        ],
    ),
    framework_rows(
        "career_criteria",
        "criterion",
        false,
        &[
            key("id", Type::Id),
            must("from", Type::Ref(Ref::Column)),
            must("to", Type::Ref(Ref::Column)),
            must("number", Type::Int(1, 1000)),
            must("text", Type::Text),
        ],
    ),
    TableSpec {
        table: "cells",
        file: "framework/cells",
        toml: "",
        shape: Shape::Grid,
        csv: false,
        ordered: false,
        home: FRAMEWORK,
        columns: &[
            key("column", Type::Ref(Ref::Column)),
            key("competency", Type::Ref(Ref::Competency)),
            must("expected", Type::Word(&["yes", "no", "depends"])),
            may("descriptor", Type::Text),
            may("inherits", Type::Ref(Ref::Column)),
            may("adds", Type::YesNo),
            may("note", Type::Text),
        ],
    },
    rows(
        "targets",
        FRAMEWORK,
        &[
            key_opt("column", Type::Ref(Ref::Column)),
            key_opt("competency", Type::Ref(Ref::Competency)),
            FROM,
            must("target", Type::Target),
        ],
    ),
    rows(
        "rights",
        Home::Authority,
        &[
            key("person", Type::Ref(Ref::Person)),
            key(
                "right",
                Type::Word(&["manager", "head", "line", "assessor", "reviewer"]),
            ),
            key_opt("over", Type::Ref(Ref::Person)),
            FROM,
            UNTIL,
        ],
    ),
    rows(
        "skills",
        TEAM,
        &[
            key("id", Type::Id),
            FROM,
            must("name", Type::Line),
            must("code", Type::Line),
            must("target", Type::Target),
            or("n_min", Type::Int(1, 1000), "2"),
            or("critical", Type::YesNo, "no"),
        ],
    ),
    rows(
        "posts",
        TEAM,
        &[
            key("id", Type::Id),
            FROM,
            must("title", Type::Line),
            may("area", Type::Ref(Ref::Area)),
            may("column", Type::Ref(Ref::Column)),
            or("fte", Type::Fte, "1.00"),
            may("career_to", Type::Ref(Ref::Column)),
        ],
    ),
    rows(
        "holders",
        TEAM,
        &[
            key("post", Type::Ref(Ref::Post)),
            key("person", Type::Ref(Ref::Person)),
            FROM,
            UNTIL,
        ],
    ),
    rows(
        "post_skills",
        TEAM,
        &[
            key("post", Type::Ref(Ref::Post)),
            key("skill", Type::Ref(Ref::Skill)),
            FROM,
            or("listed", Type::YesNo, "yes"),
        ],
    ),
    rows(
        "must_haves",
        TEAM,
        &[
            key("post", Type::Ref(Ref::Post)),
            key("code", Type::Id),
            FROM,
            must("name", Type::Line),
            or("listed", Type::YesNo, "yes"),
        ],
    ),
    rows(
        "depends",
        TEAM,
        &[
            key("post", Type::Ref(Ref::Post)),
            key("competency", Type::Ref(Ref::Competency)),
            FROM,
            must("expected", Type::YesNo),
        ],
    ),
    rows(
        "critical",
        SUCCESSION,
        &[
            key("post", Type::Ref(Ref::Post)),
            FROM,
            must("impact", FACTOR),
            must("statutory", FACTOR),
            must("replace", FACTOR),
            must("scarcity", FACTOR),
            may("reason", Type::Text),
        ],
    ),
    rows(
        "nominations",
        SUCCESSION,
        &[
            key("post", Type::Ref(Ref::Post)),
            key("person", Type::Ref(Ref::Person)),
            FROM,
            UNTIL,
            may(
                "decision",
                Type::Word(&["ready-now", "1-2", "3-5", "not-yet"]),
            ),
            may("reason", Type::Text),
        ],
    ),
];
