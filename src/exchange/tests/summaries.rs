//! Summaries fit, whoever the person is.

use super::*;
use crate::document::decode::{SUMMARY_BYTES, never_complete, summary};
use crate::domain::generate::{generate, synthetic_framework};
use crate::domain::{Person, Value};
use proptest::prelude::*;

#[test]
fn even_an_extreme_person_fits_and_says_what_is_missing() {
    let team = generate(Arc::new(synthetic_framework()), 3, 7, day());
    let mut person = (*team.people[0]).clone();
    person.name = Value::One("\u{1F9D1}".repeat(5_000));
    person.handle = "h".repeat(9_000);
    let small = summary(&person);
    assert!(postcard::to_stdvec(&small).unwrap().len() <= SUMMARY_BYTES);
    assert_eq!(small.complete_from, Some(never_complete()));
    let bytes = postcard::to_stdvec(&small).unwrap();
    assert_eq!(postcard::from_bytes::<Person>(&bytes).unwrap(), small);

    let mut person = (*team.people[0]).clone();
    for series in &mut person.series {
        let Some(last) = series.marks.last().cloned() else {
            continue;
        };
        for days in 1..80 {
            let mut mark = last.clone();
            mark.date = last.date - chrono::Days::new(4_000 + days);
            series.marks.insert(0, mark);
        }
        series.marks.sort_by_key(|m| (m.date, m.entered));
    }
    let small = summary(&person);
    assert!(postcard::to_stdvec(&small).unwrap().len() <= SUMMARY_BYTES);
    let from = small.complete_from.unwrap();
    assert!(from <= day(), "{from}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn every_summary_fits(people in 1usize..30, seed: u64) {
        let team = generate(Arc::new(synthetic_framework()), people, seed, day());
        for person in &team.people {
            let small = summary(person);
            prop_assert!(postcard::to_stdvec(&small).unwrap().len() <= SUMMARY_BYTES);
            let back: Person = postcard::from_bytes(&postcard::to_stdvec(&small).unwrap()).unwrap();
            prop_assert_eq!(back, small);
        }
    }
}
