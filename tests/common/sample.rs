//! The sample team as the demo paints it. Only tests about the sample use it.

use chrono::NaiveDate;
use guildhall::domain::{PersonId, Team};
use guildhall::exchange::{self, Ids, Mode};
use std::sync::Arc;

/// The carried folder, written by everybody's own hand on the day that it names, as its owner sees it.
pub fn team() -> Team {
    painted(&Mode::Rightful)
}

/// The same as one manager would import it.
pub fn imported_by(handle: &str) -> Team {
    painted(&Mode::ImportedBy(handle.to_owned()))
}

fn painted(mode: &Mode) -> Team {
    let parsed = exchange::parse(&exchange::sample()).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    });
    // As long as the opaque ids of a store, so that sizes are the same, and the same every time.
    let known = parsed.people().into_iter();
    let mut ids = Ids::random(known.map(|(handle, _)| {
        let id = PersonId::new(format!("p{handle:2<13}"));
        (handle.to_owned(), id)
    }));
    let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let written = exchange::writings(&parsed, mode, &mut ids, day).unwrap();
    if *mode == Mode::Rightful {
        assert_eq!(written.left_out, [], "everything has its rightful writer");
    }
    let rights = Arc::new(exchange::rights(&parsed, &ids));
    let me = ids.get(parsed.owner()).unwrap().clone();
    exchange::paint(&written.writings, &rights, &me, mode, &|_| true)
}
