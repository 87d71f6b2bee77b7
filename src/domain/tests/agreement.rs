//! Agreements of objectives (definition 21).

use super::*;
use crate::domain::actions::{AgreementState, agreement, agreement_on, plan_agreed};
use crate::domain::person::{Agreement, ItemState, Objective, Priority, Side};

pub fn objective(id: &str) -> Objective {
    Objective {
        id: id.into(),
        order: 1,
        title: Value::One(id.to_owned()),
        priority: Value::One(Priority::Gap),
        subject: None,
        post: None,
        review: Value::One(None),
        completion: Value::One(None),
        has_measure: true,
        states: Dated::default(),
        digest: Some([1; 32]),
        agreements: vec![],
        actions: vec![],
    }
}

fn by(side: Side, date: &str, digest: Option<u8>) -> Agreement {
    Agreement {
        side,
        by: "x".into(),
        date: day(date),
        digest: digest.map(|d| [d; 32]),
    }
}

#[test]
fn both_digests_equal_what_stands_now() {
    let mut o = objective("o");
    assert_eq!(agreement(&o), AgreementState::None);
    o.agreements
        .push(by(Side::Technician, "2026-11-01", Some(1)));
    assert_eq!(agreement(&o), AgreementState::OneSide(Side::Technician));
    o.agreements.push(by(Side::Manager, "2026-11-12", Some(1)));
    assert_eq!(agreement(&o), AgreementState::Both(day("2026-11-12")));
    assert_eq!(
        agreement_on(&o, day("2026-11-11")),
        AgreementState::OneSide(Side::Technician)
    );
    o.digest = Some([2; 32]);
    assert_eq!(agreement(&o), AgreementState::BothEarlier);
    // In conflict nothing stands that could be agreed.
    o.digest = None;
    assert_eq!(agreement(&o), AgreementState::BothEarlier);
    o.agreements.remove(0);
    assert_eq!(agreement(&o), AgreementState::EarlierText(Side::Manager));
}

#[test]
fn reported_is_never_agreed_and_a_measure_is_needed() {
    let mut o = objective("o");
    o.agreements = vec![
        by(Side::Technician, "2026-11-01", None),
        by(Side::Manager, "2026-11-02", None),
    ];
    assert_eq!(agreement(&o), AgreementState::Reported(day("2026-11-02")));
    o.agreements = vec![
        by(Side::Technician, "2026-11-01", Some(1)),
        by(Side::Manager, "2026-11-02", Some(1)),
    ];
    o.has_measure = false;
    assert_eq!(agreement(&o), AgreementState::None);
}

#[test]
fn a_plan_is_agreed_when_every_open_objective_is() {
    let mut made = Made::new();
    made.person("P");
    assert!(!plan_agreed(&made.people[0], today()));
    let mut agreed = objective("a");
    agreed.agreements = vec![
        by(Side::Technician, "2026-11-01", Some(1)),
        by(Side::Manager, "2026-11-02", Some(1)),
    ];
    made.of("P").objectives = vec![agreed, objective("b")];
    assert!(!plan_agreed(&made.people[0], today()));
    let closed = Dated(vec![(Some(today()), Value::One(ItemState::Closed))]);
    made.of("P").objectives[1].states = closed.clone();
    assert!(plan_agreed(&made.people[0], today()));
    assert!(!plan_agreed(&made.people[0], day("2026-11-20")));
    // No open objective is no agreed plan.
    made.of("P").objectives[0].states = closed;
    assert!(!plan_agreed(&made.people[0], today()));
}
