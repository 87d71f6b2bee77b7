//! PPD year and protected days (definitions 15 and 16).

use super::*;
use crate::domain::person::{PpdCategory, PpdEntry};
use crate::domain::ppd::{PpdRule, Year, ppd_year, protected_days, team_protected_days};
use crate::domain::team::Policy;

fn entry(date: &str, category: PpdCategory, completed: bool, half_days: u32) -> PpdEntry {
    PpdEntry {
        id: date.to_owned(),
        date: day(date),
        category,
        title: String::new(),
        completed,
        protected_half_days: half_days,
        points: 150,
        reflection: String::new(),
    }
}

fn policy(half_days: u32) -> Policy {
    Policy {
        protected_half_days_per_fte: Some(half_days),
        ..Policy::default()
    }
}

#[test]
fn categories_of_completed_entries_of_the_year() {
    use PpdCategory::*;
    let rule = |entries: &[PpdEntry]| ppd_year(entries, &Policy::default(), today()).rule;
    let mut entries = vec![entry("2026-01-01", WorkBased, true, 0)];
    assert_eq!(rule(&[]), PpdRule::NotMet);
    assert_eq!(rule(&entries), PpdRule::NotMet);
    entries.push(entry("2026-03-01", Other, true, 0));
    assert_eq!(rule(&entries), PpdRule::Exceptional);
    // Neither last year, nor booked, nor twice the same, nor tomorrow.
    entries.push(entry("2025-12-31", SelfDirected, true, 0));
    entries.push(entry("2026-03-01", SelfDirected, false, 0));
    entries.push(entry("2026-04-01", Other, true, 0));
    entries.push(entry("2026-11-22", SelfDirected, true, 0));
    assert_eq!(rule(&entries), PpdRule::Exceptional);
    entries.push(entry("2026-11-21", FormalEducational, true, 0));
    let year = ppd_year(&entries, &Policy::default(), today());
    assert_eq!(year.rule, PpdRule::Met);
    assert_eq!(year.categories, [WorkBased, FormalEducational, Other]);
    assert_eq!((year.completed, year.booked, year.points), (4, 2, 600));
}

#[test]
fn the_year_starts_where_the_policy_says() {
    let year = |month, start, date: &str| {
        let policy = Policy {
            ppd_year_month: month,
            ppd_year_day: start,
            ..Policy::default()
        };
        let year = Year::of(&policy, day(date));
        (year.first.to_string(), year.last.to_string())
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(year(1, 1, "2026-11-21"), pair("2026-01-01", "2026-12-31"));
    assert_eq!(year(8, 1, "2026-07-31"), pair("2025-08-01", "2026-07-31"));
    assert_eq!(year(8, 1, "2026-08-01"), pair("2026-08-01", "2027-07-31"));
    assert_eq!(year(2, 29, "2026-02-28"), pair("2026-02-28", "2027-02-27"));
    assert_eq!(year(2, 29, "2028-02-28"), pair("2027-02-28", "2028-02-28"));
}

#[test]
fn a_quarter_from_july_is_one_day() {
    let mut made = Made::new();
    made.person("P").fte = Dated(vec![(Some(day("2026-07-01")), Value::One(Fte(25)))]);
    // 5 × 0.25 × 6/12 = 0.625 → 1.0.
    let days = protected_days(&made.people[0], &policy(10), today()).unwrap();
    assert_eq!(days.allowance, 2);
    // No default allowance.
    assert_eq!(
        protected_days(&made.people[0], &Policy::default(), today()),
        None
    );
}

#[test]
fn joiners_and_leavers_by_whole_months() {
    let allowance = |from: &str, end: &str| {
        let mut made = Made::new();
        let person = made.person("P");
        let from = (!from.is_empty()).then(|| day(from));
        person.fte = Dated(vec![(from, Value::One(Fte(100)))]);
        person.contract_end = Dated::always((!end.is_empty()).then(|| day(end)));
        protected_days(person, &policy(12), today())
            .unwrap()
            .allowance
    };
    assert_eq!(allowance("", ""), 12);
    assert_eq!(allowance("2026-07-02", ""), 5);
    assert_eq!(allowance("", "2026-11-30"), 11);
    assert_eq!(allowance("", "2026-11-29"), 10);
    assert_eq!(allowance("2026-03-01", "2026-03-30"), 0);
    assert_eq!(allowance("2027-01-01", ""), 0);
}

#[test]
fn used_and_booked_come_off_and_below_zero_is_named() {
    let mut made = Made::new();
    made.base.policy = policy(4);
    let ppd = vec![
        entry("2026-03-01", PpdCategory::Other, true, 2),
        entry("2025-03-01", PpdCategory::Other, true, 9),
        entry("2026-12-01", PpdCategory::Other, false, 3),
    ];
    made.person("P").detail = Some(Arc::new(Detail {
        ppd,
        ..Detail::default()
    }));
    made.person("Q");
    made.person("R").detail = None;
    let days = protected_days(&made.people[0], &made.base.policy, today()).unwrap();
    assert_eq!((days.allowance, days.used, days.booked), (4, 2, 3));
    assert_eq!(days.left(), -1);
    let team = team_protected_days(&made.team(), today()).unwrap();
    assert_eq!((team.total.left(), team.not_read), (3, 1));
    assert_eq!(team.below, [PersonId::new("P")]);
}
