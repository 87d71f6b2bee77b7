//! From domain types back to rows: what `decode` reads, written whole. Used to make teams of any size into documents and folders.
//! Facts that the domain does not keep (reasons of states, learning after an action) cannot come back from it.

mod person;
mod wide;

use super::code::date_text;
use super::{DocRef, Kind, Rows, Scalar};
use crate::domain::framework::Target;
use crate::domain::{Claim, PersonId, Team, Value};
use chrono::NaiveDate;

/// The documents of a team. People need their detail, or what it holds is missing; the drafts of `me` go to `private`.
pub fn team(team: &Team) -> Vec<(DocRef, Rows)> {
    let mut docs = vec![
        (
            DocRef::team_wide(Kind::Framework),
            wide::framework(&team.framework),
        ),
        (DocRef::team_wide(Kind::Team), wide::base(&team.base)),
    ];
    if let Some(posts) = &team.succession {
        docs.push((DocRef::team_wide(Kind::Succession), wide::succession(posts)));
    }
    for who in &team.people {
        let [card, own, record, plan] = person::documents(who);
        docs.push((DocRef::of(Kind::Card, &who.id), card));
        docs.push((DocRef::of(Kind::SelfRecord, &who.id), own));
        docs.push((DocRef::of(Kind::Record, &who.id), record));
        docs.push((DocRef::of(Kind::Plan, &who.id), plan));
    }
    let mut private = Rows::default();
    person::marks(&mut private, &team.private.drafts, |_| true);
    person::notes(&mut private, &team.private.notes, |_| true);
    docs.push((DocRef::of(Kind::Private, &team.me), private));
    docs.retain(|(_, rows)| !rows.tables.is_empty());
    docs
}

/// Fields of one row being written.
struct Writer<'a> {
    rows: &'a mut Rows,
    table: &'a str,
    row: String,
}

impl<'a> Writer<'a> {
    fn new(rows: &'a mut Rows, table: &'a str, row: String) -> Self {
        Self { rows, table, row }
    }

    fn claims(&mut self, field: &str, claims: Vec<Claim<Scalar>>) -> &mut Self {
        if claims.iter().any(|c| c.value != Scalar::Null) {
            self.rows
                .tables
                .entry(self.table.to_owned())
                .or_default()
                .entry(self.row.clone())
                .or_default()
                .insert(field.to_owned(), claims);
        }
        self
    }

    fn put(&mut self, field: &str, value: Scalar) -> &mut Self {
        self.by(field, value, None)
    }

    fn by(&mut self, field: &str, value: Scalar, author: Option<PersonId>) -> &mut Self {
        self.claims(
            field,
            vec![Claim {
                value,
                author,
                at: 0,
            }],
        )
    }

    /// An empty text is absent.
    fn text(&mut self, field: &str, text: &str) -> &mut Self {
        let value = if text.is_empty() {
            Scalar::Null
        } else {
            Scalar::text(text)
        };
        self.put(field, value)
    }

    fn int(&mut self, field: &str, number: impl Into<i64>) -> &mut Self {
        self.put(field, Scalar::Int(number.into()))
    }

    fn date(&mut self, field: &str, day: Option<NaiveDate>) -> &mut Self {
        self.put(field, date(&day))
    }

    fn value<T>(
        &mut self,
        field: &str,
        value: &Value<T>,
        code: impl Fn(&T) -> Scalar,
    ) -> &mut Self {
        let claims = match value {
            Value::One(value) => vec![Claim {
                value: code(value),
                author: None,
                at: 0,
            }],
            Value::Several(claims) => claims
                .iter()
                .map(|c| Claim {
                    value: code(&c.value),
                    author: c.author.clone(),
                    at: c.at,
                })
                .collect(),
        };
        self.claims(field, claims)
    }

    /// A row that may have nothing but its key.
    fn present(&mut self) -> &mut Self {
        self.put(super::schema::PRESENT, Scalar::Bool(true))
    }
}

fn date(day: &Option<NaiveDate>) -> Scalar {
    day.map_or(Scalar::Null, |d| Scalar::Text(date_text(d)))
}

fn from(day: Option<NaiveDate>) -> String {
    day.map_or_else(String::new, date_text)
}

fn target(target: &Target) -> Scalar {
    super::code::target_code(*target)
}
