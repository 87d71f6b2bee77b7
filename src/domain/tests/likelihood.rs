//! Vacancy likelihood of a person (definition 11).

use super::*;
use crate::domain::person::{Horizon, HorizonBand};
use crate::domain::succession::{Likelihood, LikelihoodReason, likelihood_of_person};

fn l(change: impl FnOnce(&mut Person)) -> Likelihood {
    let mut made = Made::new();
    change(made.person("P"));
    likelihood_of_person(&made.people[0], today())
}

fn said(date: &str, band: HorizonBand) -> Horizon {
    Horizon {
        said: day(date),
        band: Value::One(band),
        told: false,
    }
}

fn band(date: &str, band: HorizonBand) -> Likelihood {
    l(|p| p.horizons = vec![said(date, band)])
}

fn contract(end: &str) -> u8 {
    l(|p| p.contract_end = Dated::always(Some(day(end)))).level
}

#[test]
fn contract_ends() {
    assert_eq!(contract("2027-11-24"), 3);
    assert_eq!(contract("2027-11-21"), 4);
    assert_eq!(contract("2027-11-22"), 3);
    assert_eq!(contract("2029-11-21"), 3);
    assert_eq!(contract("2029-11-22"), 2);
}

#[test]
fn notice_is_five_and_an_unknown_horizon_two() {
    let given = |date: &str| l(|p| p.notice = Dated::always(Some(day(date))));
    assert_eq!(given("2026-11-21").level, 5);
    assert_eq!(given("2026-11-22").level, 2);
    let nothing = l(|_| ());
    assert_eq!(
        (nothing.level, nothing.reason),
        (2, LikelihoodReason::Unknown)
    );
}

#[test]
fn a_declared_band_keeps_its_far_end() {
    use HorizonBand::*;
    assert_eq!(band("2026-11-01", Within12).level, 4);
    assert_eq!(band("2025-11-21", Within12).level, 4);
    let past = band("2025-11-20", Within12);
    assert_eq!(
        (past.level, past.reason),
        (4, LikelihoodReason::AskAgain(day("2026-11-20")))
    );
    assert_eq!(band("2026-11-01", From12To36).level, 3);
    // 4 once the far end is within 12 months.
    assert_eq!(band("2024-11-22", From12To36).level, 3);
    assert_eq!(band("2024-11-21", From12To36).level, 4);
    assert_eq!(
        band("2023-11-20", From12To36).reason,
        LikelihoodReason::AskAgain(day("2026-11-20"))
    );
}

#[test]
fn other_bands() {
    use HorizonBand::*;
    assert_eq!(band("2020-01-01", WishToMove).level, 3);
    assert_eq!(band("2026-11-01", Later).level, 2);
    assert_eq!(band("2026-11-01", NotSaid).level, 2);
    assert_eq!(band("2025-11-21", Staying).level, 1);
    assert_eq!(band("2025-11-20", Staying).level, 2);
    // Said tomorrow is not said yet.
    assert_eq!(band("2026-11-22", Within12).level, 2);
}

#[test]
fn the_highest_fact_and_the_latest_statement() {
    use HorizonBand::*;
    let both = l(|p| {
        p.contract_end = Dated::always(Some(day("2027-01-01")));
        p.horizons = vec![said("2026-11-01", Staying)];
    });
    assert_eq!(both.level, 4);
    let changed =
        l(|p| p.horizons = vec![said("2026-11-01", Staying), said("2026-01-01", Within12)]);
    assert_eq!(changed.level, 1);
    // Shared and told on one day: the higher L.
    let told = l(|p| {
        let told = Horizon {
            told: true,
            ..said("2026-11-01", WishToMove)
        };
        p.horizons = vec![said("2026-11-01", Staying), told];
    });
    assert_eq!(told.level, 3);
}

#[test]
fn conflicts_use_the_higher_l() {
    let end = l(|p| {
        let ends = vec![None, Some(day("2027-01-01")), Some(day("2029-01-01"))];
        p.contract_end = Dated(vec![(None, several(ends))]);
    });
    assert_eq!((end.level, end.conflict), (4, true));
    let band = l(|p| {
        p.horizons = vec![Horizon {
            said: day("2026-11-01"),
            band: several(vec![HorizonBand::Staying, HorizonBand::WishToMove]),
            told: false,
        }];
    });
    assert_eq!((band.level, band.conflict), (3, true));
    let notice = l(|p| p.notice = Dated(vec![(None, several(vec![None, Some(today())]))]));
    assert_eq!((notice.level, notice.conflict), (5, true));
}
