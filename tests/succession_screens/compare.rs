//! A person beside a post, and gaps that become objectives.

use super::*;
use common::sample;
use guildhall::domain::compare::Stand;

fn shown(size: (u16, u16)) -> Drive {
    let mut d = Drive::new(Arc::new(sample::team()), size);
    d.keys("g s down down down c");
    d
}

#[test]
fn s21_a_nominee_is_compared_line_by_line() {
    for size in SIZES {
        let d = shown(size);
        assert_eq!(d.state.screen(), Screen::Compare);
        assert!(d.shows("Dilys Hartnoll beside X-ray suite · g7s"));
        assert!(d.line_with("RPS certificate").contains("booked 3 Feb 2027"));
        let found = d.state.compare.found.clone().unwrap();
        let met = found.lines.iter().filter(|l| l.stand.is_met()).count();
        assert!(d.shows(&format!("{met} of {} are there", found.lines.len())));
        assert!(d.shows("appointment is by the normal recruitment process."));
        insta::assert_snapshot!(format!("compare_{}x{}", size.0, size.1), d.snapshot());
    }
}

#[test]
fn s21_picked_gaps_become_objectives_in_one_step() {
    let mut d = shown((120, 30));
    d.keys("G up space space p");
    assert!(d.shows("2 objectives into the plan of Dilys Hartnoll?"));
    d.keys("enter");
    let edit = last_edit(&d);
    let put = |field: &str| edit.ops.iter().filter(|o| o.field == field).count();
    assert_eq!(put("post"), 2, "each leads to the post");
    assert_eq!(put("subject"), 1, "a must-have has no competency");
    assert_eq!(
        edit.ops
            .iter()
            .filter(|o| o.table == "actions" && o.field == "text")
            .count(),
        2
    );
}

#[test]
fn a_development_option_is_chosen_with_the_arrows_and_linked() {
    // Somebody against a post of another column: most marks are missing.
    let mut d = Drive::new(Arc::new(sample::team()), (200, 50));
    d.keys("2 down c");
    typed(&mut d, "kofi");
    d.keys("enter");
    let found = d.state.compare.found.clone().unwrap();
    let at = found
        .lines
        .iter()
        .position(|l| !l.stand.is_met() && l.options.len() > 1)
        .expect("a gap with options");
    for _ in 0..at {
        d.keys("down");
    }
    let option = found.lines[at].options[1].clone();
    d.keys("right p enter");
    let edit = last_edit(&d);
    let chosen = edit.ops.iter().find(|o| o.field == "option").unwrap();
    assert_eq!(format!("{:?}", chosen.value), format!("Text({option:?})"));
}

#[test]
fn anybody_of_any_grade_may_be_compared() {
    let mut d = Drive::new(Arc::new(sample::team()), (120, 30));
    d.keys("2 down c");
    assert!(d.shows("Compare whom with X-ray suite?"));
    typed(&mut d, "kofi");
    d.keys("enter");
    assert!(d.shows("Kofi Marchbank beside X-ray suite"));
    let found = d.state.compare.found.clone().unwrap();
    // He is on another column: his marks there do not count here, and are named.
    let elsewhere = found.lines.iter().find(|l| l.elsewhere.is_some()).unwrap();
    assert_eq!(elsewhere.stand, Stand::NoMark);
    d.keys("enter");
    assert!(d.shows("How this is made"));
}

#[test]
fn a_technician_compares_only_themself() {
    let mut base = team(27);
    base.me = base.people[5].id.clone();
    base.succession = None;
    let mut d = Drive::new(Arc::new(base), (120, 30));
    d.keys("g i c");
    assert!(d.shows("with which post?"));
    d.keys("enter");
    assert_eq!(d.state.screen(), Screen::Compare);
    assert_eq!(d.state.compare.person.as_ref(), Some(&d.state.team.me));
}
