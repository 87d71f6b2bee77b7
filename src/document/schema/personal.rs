//! Tables of the documents that each person has: card, self, record, plan. Column `person` says whose a row is.

use super::{Column, Home, PROGRESS, Ref, TableSpec, Type, key, key_opt, may, must, or, rows};
use crate::document::Kind;

const RECORD: Home = Home::Of(Kind::Record);
const PLAN: Home = Home::Of(Kind::Plan);
const PERSON: Column = key("person", Type::Ref(Ref::Person));
const SOURCE: Column = may("source", Type::Text);
const DAY: Column = must("date", Type::Date);

/// The tables, in the order of a team folder.
pub(super) const SPECS: &[TableSpec] = &[
    TableSpec {
        table: "card",
        file: "people",
        toml: "people",
        ..rows(
            "card",
            Home::Of(Kind::Card),
            &[
                key("id", Type::Id),
                must("name", Type::Line),
                may("contact", Type::Line),
            ],
        )
    },
    rows(
        "contracts",
        RECORD,
        &[
            PERSON,
            key_opt("from", Type::Date),
            must("fte", Type::Fte),
            may("end", Type::Date),
            may("notice", Type::Date),
        ],
    ),
    rows(
        "marks",
        Home::Split,
        &[
            PERSON,
            key("subject", Type::Ref(Ref::Subject)),
            key_opt("column", Type::Ref(Ref::Column)),
            key("by", Type::Ref(Ref::Person)),
            key("date", Type::Date),
            must("value", Type::Answer),
            may("evidence", Type::Text),
            may("link", Type::Text),
            may("feedback", Type::Text),
            SOURCE,
        ],
    ),
    rows(
        "credentials",
        Home::Split,
        &[
            PERSON,
            key("id", Type::Id),
            may("code", Type::Id),
            must("name", Type::Line),
            must(
                "kind",
                Type::Word(&["certificate", "registration", "training"]),
            ),
            may("obtained", Type::Date),
            may("expires", Type::Date),
            may("booked", Type::Date),
            may("sighted_by", Type::Ref(Ref::Person)),
            may("sighted_on", Type::Date),
            SOURCE,
        ],
    ),
    rows(
        "horizons",
        Home::Split,
        &[
            PERSON,
            key("said", Type::Date),
            Column {
                default: Some("no"),
                ..key_opt("told", Type::YesNo)
            },
            must(
                "band",
                Type::Word(&[
                    "within-12",
                    "12-36",
                    "later",
                    "wish-to-move",
                    "staying",
                    "not-said",
                ]),
            ),
            SOURCE,
        ],
    ),
    rows(
        "absences",
        RECORD,
        &[
            PERSON,
            key("id", Type::Id),
            must("from", Type::Date),
            may("until", Type::Date),
            must("kind", Type::Line),
        ],
    ),
    rows(
        "meetings",
        RECORD,
        &[
            PERSON,
            key("id", Type::Id),
            DAY,
            must("kind", Type::Word(&["development", "other"])),
            may("notes", Type::Text),
        ],
    ),
    rows(
        "objectives",
        PLAN,
        &[
            PERSON,
            key("id", Type::Id),
            may("order", Type::Int(0, 10_000)),
            must("objective", Type::Line),
            may("activity", Type::Text),
            may("difference", Type::Text),
            may("support", Type::Text),
            may("review", Type::Date),
            may("completion", Type::Date),
            must("priority", Type::Word(&["gap", "strength"])),
            may("subject", Type::Ref(Ref::Subject)),
            may("post", Type::Ref(Ref::Post)),
            may("aim", Type::Text),
            may("option", Type::Text),
        ],
    ),
    rows(
        "actions",
        PLAN,
        &[
            PERSON,
            key("id", Type::Id),
            must("objective", Type::Ref(Ref::Objective)),
            may("order", Type::Int(0, 10_000)),
            must("text", Type::Text),
            may("completion", Type::Date),
            or("progress", Type::Int(0, 100), "0"),
            may("learning", Type::Text),
            may("application", Type::Text),
            may("further_support", Type::Text),
        ],
    ),
    rows(
        "states",
        PLAN,
        &[
            PERSON,
            key("item", Type::Ref(Ref::Item)),
            key("date", Type::Date),
            must(
                "state",
                Type::Word(&["open", "to-discuss", "closed", "dropped"]),
            ),
            may("reason", Type::Text),
        ],
    ),
    rows(
        PROGRESS,
        PLAN,
        &[
            PERSON,
            key("item", Type::Ref(Ref::Item)),
            key("date", Type::Date),
            key("by", Type::Ref(Ref::Person)),
            must("note", Type::Text),
        ],
    ),
    rows(
        "agreements",
        Home::Split,
        &[
            PERSON,
            key("objective", Type::Ref(Ref::Objective)),
            key("by", Type::Ref(Ref::Person)),
            DAY,
        ],
    ),
    rows(
        "ppd",
        Home::Said,
        &[
            PERSON,
            key("id", Type::Id),
            DAY,
            must(
                "category",
                Type::Word(&[
                    "work-based",
                    "professional-activity",
                    "formal-educational",
                    "self-directed",
                    "other",
                ]),
            ),
            must("title", Type::Line),
            must("state", Type::Word(&["completed", "booked"])),
            may("protected_days", Type::HalfDays),
            may("points", Type::Hundredths),
            may("reflection", Type::Text),
            SOURCE,
        ],
    ),
    rows(
        "registrations",
        Home::Said,
        &[
            PERSON,
            key("title", Type::Line),
            may("body", Type::Line),
            may("since", Type::Date),
            may("expires", Type::Date),
            SOURCE,
        ],
    ),
    rows(
        "aspirations",
        Home::Said,
        &[
            PERSON,
            key("date", Type::Date),
            may("column", Type::Ref(Ref::Column)),
            may("post", Type::Ref(Ref::Post)),
            must("text", Type::Text),
            SOURCE,
        ],
    ),
    rows(
        "criteria",
        Home::Split,
        &[
            PERSON,
            key("criterion", Type::Ref(Ref::Criterion)),
            may("evidence", Type::Text),
            may("endorsed_by", Type::Ref(Ref::Person)),
            SOURCE,
        ],
    ),
    rows(
        "not_applicable",
        Home::Said,
        &[
            PERSON,
            key("competency", Type::Ref(Ref::Competency)),
            may("date", Type::Date),
            SOURCE,
        ],
    ),
];
