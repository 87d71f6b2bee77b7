//! The sample folder and small folders of every kind of mistake, through the whole of `exchange`.

use super::*;
use chrono::NaiveDate;
use std::sync::Arc;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

#[test]
fn the_sample_holds_no_mistake() {
    let parsed = match parse(&sample()) {
        Ok(parsed) => parsed,
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n"));
        }
    };
    let mut ids = Ids::readable();
    let written = writings(&parsed, &Mode::Rightful, &mut ids, day()).unwrap();
    assert_eq!(written.left_out, []);
    let rights = Arc::new(rights(&parsed, &ids));
    let me = ids.get(parsed.owner()).unwrap().clone();
    let team = paint(&written.writings, &rights, &me, &Mode::Rightful, &|_| true);
    assert_eq!(team.people.len(), parsed.people().len());
    for (doc, rows) in replay(&written.writings) {
        assert_eq!(
            crate::document::decode::check(doc.kind, &rows),
            [],
            "{doc:?}"
        );
    }
    for person in &team.people {
        let small = crate::document::decode::summary(person);
        let size = postcard::to_stdvec(&small).unwrap().len();
        assert!(size <= crate::document::decode::SUMMARY_BYTES);
        println!("{} {size} {:?}", person.handle, small.complete_from);
    }
    let board = crate::domain::board::Board::compute(&team, parsed.as_of().unwrap(), None);
    println!("{:?}", board.key);
    println!("{:?}", board.actions.agreed);
}
