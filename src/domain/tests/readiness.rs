//! Readiness (definition 13).

use super::*;
use crate::domain::person::{Credential, CredentialKind};
use crate::domain::post::MustHave;
use crate::domain::readiness::{Band, MustHaveState, Readiness, readiness};

fn made() -> Made {
    let mut made = Made::new();
    made.skill("laser", "8");
    made.person("P");
    made.post("post", Some(G6), &[], &["laser"]);
    made
}

/// P is validated at 7 in everything and holds the skill.
fn full() -> Made {
    let mut made = made();
    for c in ALL {
        made.boss("P", c, "2026-05-01", "7");
    }
    made.boss("P", "laser", "2026-05-01", "8");
    made
}

fn of(made: &Made) -> Readiness {
    let team = made.team();
    readiness(&team, &team.people[0], &team.base.posts[0], today())
}

fn rps(made: &mut Made, obtained: &str, expires: &str, booked: &str, sighted: bool) {
    let date = |text: &str| Value::One((!text.is_empty()).then(|| day(text)));
    made.base.posts[0].must_haves = vec![MustHave {
        code: "rps".to_owned(),
        name: "RPS".to_owned(),
        listed: Dated::always(Listed(true)),
    }];
    made.of("P").credentials = vec![Credential {
        id: "1".into(),
        code: "rps".to_owned(),
        name: Value::One("RPS".to_owned()),
        kind: CredentialKind::Certificate,
        obtained: date(obtained),
        expires: date(expires),
        booked: date(booked),
        claimed: true,
        sighted: sighted.then(|| (BOSS.into(), day("2026-01-01"))),
    }];
}

#[test]
fn ten_of_twelve_present() {
    let mut made = made();
    for c in NINE {
        made.boss("P", c, "2026-05-01", "7");
    }
    made.boss("P", "laser", "2026-05-01", "8");
    let found = of(&made);
    assert_eq!((found.present, found.band), ((10, 12), Band::OneToTwo));
    assert_eq!(found.missing_marks, [subject("c07"), subject("c08")]);
    assert_eq!(found.largest_gap, None);
}

#[test]
fn bands_by_gap() {
    let band = |value: &str| {
        let mut made = full();
        made.boss("P", BUDGET, "2026-06-01", value);
        of(&made).band
    };
    assert_eq!(band("6.5"), Band::ReadyNow);
    assert_eq!(band("6"), Band::OneToTwo);
    assert_eq!(band("5"), Band::OneToTwo);
    assert_eq!(band("4.5"), Band::ThreeToFive);
    assert_eq!(band("3"), Band::ThreeToFive);
    assert_eq!(band("2.5"), Band::NotYet);
}

#[test]
fn ready_now_needs_all_validated() {
    let mut made = full();
    made.boss("P", BUDGET, "2026-06-01", "x");
    made.own("P", BUDGET, "2026-06-01", "9");
    let found = of(&made);
    assert_eq!((found.present, found.validated), ((12, 12), 11));
    assert_eq!(found.band, Band::OneToTwo);
}

#[test]
fn fewer_than_four_in_five_is_unknown() {
    // 9 of 12 is 75 %; 12 of 15 would be exactly 80 %, which the next test has.
    let mut made = made();
    for c in NINE {
        made.boss("P", c, "2026-05-01", "7");
    }
    assert_eq!(of(&made).band, Band::Unknown);
    // Nothing asked for says nothing.
    made.base.posts[0].facts[0].1.column = Value::One(None);
    made.base.posts[0].skills.clear();
    assert_eq!(of(&made).band, Band::Unknown);
}

#[test]
fn exactly_four_in_five_is_enough() {
    let mut made = made();
    made.base.posts[0].skills.clear();
    // One *depends* cell is settled as not expected: 10 are asked for.
    made.base.posts[0].depends = vec![(TEACHING.into(), Dated::always(Expected::No))];
    for c in &NINE[..8] {
        made.boss("P", c, "2026-05-01", "7");
    }
    let found = of(&made);
    assert_eq!((found.present, found.band), ((8, 10), Band::OneToTwo));
}

#[test]
fn must_haves_held_booked_or_missing() {
    let with = |obtained: &str, expires: &str, booked: &str, sighted| {
        let mut made = full();
        rps(&mut made, obtained, expires, booked, sighted);
        let found = of(&made);
        (found.must_haves[0].2, found.band)
    };
    let held = (MustHaveState::Held, Band::ReadyNow);
    let missing = (MustHaveState::Missing, Band::ThreeToFive);
    assert_eq!(with("2025-01-01", "", "", true), held);
    assert_eq!(with("2025-01-01", "2026-11-21", "", true), held);
    assert_eq!(with("2025-01-01", "2026-11-20", "", true), missing);
    assert_eq!(with("2025-01-01", "", "", false), missing);
    let booked = |date: &str| (MustHaveState::Booked(day(date)), Band::OneToTwo);
    assert_eq!(with("", "", "2027-02-03", false), booked("2027-02-03"));
    assert_eq!(with("", "", "2028-11-21", false), booked("2028-11-21"));
    assert_eq!(with("", "", "2028-11-22", false), missing);
    assert_eq!(with("", "", "2026-11-20", false), missing);
}

#[test]
fn nobody_sights_their_own_paper_and_conflicts_are_cautious() {
    let mut made = full();
    rps(&mut made, "2025-01-01", "", "", true);
    made.of("P").credentials[0].sighted = Some(("P".into(), day("2026-01-01")));
    assert_eq!(of(&made).must_haves[0].2, MustHaveState::Missing);
    rps(&mut made, "2025-01-01", "", "", true);
    let ends = vec![Some(day("2026-01-01")), Some(day("2027-01-01")), None];
    made.of("P").credentials[0].expires = several(ends);
    let found = of(&made);
    assert_eq!(
        (found.must_haves[0].2, found.conflict),
        (MustHaveState::Missing, true)
    );
    // Two papers of one code: a valid one is enough.
    let mut second = made.of("P").credentials[0].clone();
    second.expires = Value::One(None);
    made.of("P").credentials.push(second);
    assert_eq!(of(&made).must_haves[0].2, MustHaveState::Held);
}

#[test]
fn what_has_no_target_is_not_asked_for() {
    let mut made = full();
    made.base.skills[0].target = Dated::always(Target::None);
    assert_eq!(of(&made).present, (11, 11));
}
