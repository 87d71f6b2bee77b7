//! The Succession screen, its figures and its forms.

use super::*;
use guildhall::app::screen::succession::{Line, Part};
use guildhall::domain::succession::FAIRNESS;

/// Puts the cursor on the first line of the posts that is meant.
fn go_to(d: &mut Drive, meant: impl Fn(&Line) -> bool) {
    let at = d.state.succession.lines.iter().position(meant);
    for _ in 0..at.expect("such a line") {
        d.keys("down");
    }
}

#[test]
fn s17_critical_posts_stand_by_risk_with_their_factors_and_nominees() {
    for size in SIZES {
        let mut d = drive(120, size);
        d.keys("g s");
        assert_eq!(d.state.screen(), Screen::Succession);
        let board = d.state.board.succession.clone().unwrap();
        let first = &board.posts[0];
        assert!(first.critical);
        let line = d.line_with(&first.title);
        for figure in [first.c, first.likelihood.level, first.risk] {
            assert!(line.contains(&format!(" {figure} ")), "{figure} in {line}");
        }
        let (ready, of) = board.ready_now;
        assert!(d.shows(&format!(
            "ready now {ready}/{of} · at risk {}",
            board.at_risk
        )));
        insta::assert_snapshot!(format!("succession_{}x{}", size.0, size.1), d.snapshot());
        d.keys("tab");
        insta::assert_snapshot!(
            format!("succession_skills_{}x{}", size.0, size.1),
            d.snapshot()
        );
    }
}

#[test]
fn s22_the_fairness_line_stands_on_the_screen_at_every_width() {
    for width in 60..140 {
        let mut d = drive(60, (width, 24));
        d.keys("g s");
        assert!(
            d.shows("ppointment is by the normal recruitment process."),
            "{width}"
        );
    }
    let mut d = drive(60, (120, 30));
    d.keys("g s");
    assert!(d.shows(FAIRNESS));
}

#[test]
fn every_figure_opens_how_it_is_made() {
    let mut d = drive(120, (120, 40));
    d.keys("g s enter");
    assert!(d.shows("How this is made") && d.shows("L × C") || d.shows("× C"));
    d.keys("esc");
    let nominee = d
        .state
        .succession
        .lines
        .iter()
        .position(|l| matches!(l, Line::Nominee(..)));
    let nominee = nominee.expect("somebody is nominated");
    for _ in 0..nominee {
        d.keys("down");
    }
    d.keys("enter");
    assert!(d.shows("Computed") && d.shows("Decided") && d.shows("must-haves held"));
    d.keys("esc tab enter");
    assert!(d.line_with("How this is made").contains("available with"));
    d.keys("esc tab");
    assert_eq!(d.state.succession.part, Part::Sole);
    if !d.state.succession.sole.is_empty() {
        d.keys("enter");
        let line = d.line_with("How this is made");
        assert!(line.contains("Nobody else who is available"), "{line}");
        let Some(Overlay::Sheet(sheet)) = d.state.overlays.last() else {
            panic!("no sheet");
        };
        let said = match d.state.succession.sole[0].1.len() {
            1 => "at or above target for this skill.".to_owned(),
            n => format!("at or above target for these {n} skills."),
        };
        assert!(sheet.entries[1].text.ends_with(&said), "{sheet:?}");
    }
}

#[test]
fn a_new_board_leaves_the_cursor_on_its_post() {
    let mut d = drive(120, (120, 30));
    d.keys("g s");
    let second = d
        .state
        .succession
        .lines
        .iter()
        .position(|l| *l == Line::Post(1));
    for _ in 0..second.expect("two posts are scored") {
        d.keys("down");
    }
    let posts = d.state.board.succession.as_ref().unwrap().posts.clone();
    // The first post falls to the end of the list.
    let mut changed = (*d.state.team).clone();
    let records = Arc::make_mut(changed.succession.as_mut().unwrap());
    let record = records
        .iter_mut()
        .find(|r| r.post == posts[0].post)
        .unwrap();
    for (_, factors) in &mut record.factors {
        let one = guildhall::domain::Value::One(guildhall::domain::post::Factor(1));
        factors.impact = one.clone();
        factors.statutory = one.clone();
        factors.replace = one.clone();
        factors.scarcity = one;
    }
    d.event(guildhall::app::Event::Team(Arc::new(changed)));
    let Some(Line::Post(i)) = d.state.succession.line() else {
        panic!("no post under the cursor");
    };
    let now = &d.state.board.succession.as_ref().unwrap().posts;
    assert_eq!((i, &now[i].post), (0, &posts[1].post));
}

#[test]
fn factors_are_scored_in_a_form_that_shows_what_they_come_to() {
    let mut d = drive(60, (120, 30));
    d.keys("g s f");
    insta::assert_snapshot!("factors_form_120x30", d.snapshot());
    d.keys("5 down 5 down 5 down 4");
    assert!(d.shows("mean 4.75, so C is 5: critical"));
    d.keys("enter");
    let edit = last_edit(&d);
    let values: Vec<_> = edit
        .ops
        .iter()
        .map(|o| (o.field.as_str(), &o.value))
        .collect();
    assert_eq!(values[0].0, "impact");
    assert_eq!(edit.ops.len(), 5);
    assert!(d.state.overlays.is_empty());
}

#[test]
fn somebody_is_nominated_and_a_decision_needs_its_reason() {
    let mut d = drive(60, (120, 30));
    d.keys("g s n");
    insta::assert_snapshot!("nominate_120x30", d.snapshot());
    let post = d.state.board.succession.as_ref().unwrap().posts[0].clone();
    let holders = post.holders.clone();
    let nominated: Vec<_> = post.nominees.iter().map(|n| n.person.clone()).collect();
    let free = d.state.team.people.iter().map(|p| p.id.clone());
    let new = free
        .into_iter()
        .find(|id| !holders.contains(id) && !nominated.contains(id))
        .unwrap();
    let name = name_of(&d, &new);
    typed(&mut d, name.trim_start_matches("Person "));
    d.keys("enter");
    let edit = last_edit(&d);
    assert!(
        edit.label.contains(&format!("{name} nominated")),
        "{}",
        edit.label
    );
    // A holder cannot follow themself, and what was chosen stays on the screen.
    let holder = holders.first().map(|id| name_of(&d, id));
    if let Some(holder) = holder {
        d.keys("n");
        typed(&mut d, holder.trim_start_matches("Person "));
        d.keys("enter");
        assert!(d.shows("nobody follows themself"));
        assert!(matches!(d.state.overlays.last(), Some(Overlay::Picker(_))));
    }
}

#[test]
fn a_decision_without_a_reason_is_not_saved() {
    let mut d = drive(120, (120, 30));
    d.keys("g s");
    go_to(&mut d, |l| matches!(l, Line::Nominee(..)));
    let before = d.effects.len();
    d.keys("e right enter");
    assert!(d.shows("a reason is needed"));
    assert_eq!(d.effects.len(), before);
    // The cursor stands where something is missing.
    typed(&mut d, "one paper short");
    d.keys("enter");
    assert!(last_edit(&d).label.contains("decided: ready now"));
}

#[test]
fn a_post_a_skill_and_a_horizon_are_entered_in_forms() {
    let mut d = drive(60, (120, 30));
    d.keys("g s a");
    typed(&mut d, "Laser lab");
    d.keys("down right down right enter");
    assert!(last_edit(&d).label.contains("post Laser lab added"));
    d.keys("tab a");
    typed(&mut d, "Laser");
    d.keys("down");
    typed(&mut d, "Lasers");
    assert!(d.shows("one word of at most five letters"));
    d.keys("backspace enter");
    assert!(last_edit(&d).label.contains("skill Laser added"));
    d.keys("g h");
    let other = d
        .state
        .board
        .rows
        .iter()
        .find(|r| r.person != d.state.team.me);
    let other = other.unwrap().person.clone();
    guildhall::app::screen::heatmap::show(&mut d.state, &other, None);
    d.keys("y");
    assert!(d.shows("everybody is asked the same bands"));
    d.keys("left enter");
    let edit = last_edit(&d);
    assert!(edit.label.contains("horizon: staying"), "{}", edit.label);
}

#[test]
fn a_new_must_have_may_have_several_words() {
    let mut d = drive(60, (120, 30));
    d.keys("g s r");
    typed(&mut d, "Laser safety");
    d.keys("enter");
    let edit = last_edit(&d);
    assert!(
        edit.ops[0].row.contains("laser-safety"),
        "{:?}",
        edit.ops[0]
    );
    assert!(edit.label.contains("Laser safety asked for"));
}

#[test]
fn esc_asks_before_something_typed_is_lost() {
    let mut d = drive(60, (120, 30));
    d.keys("g s a");
    typed(&mut d, "Laser");
    d.keys("esc");
    assert!(matches!(d.state.overlays.last(), Some(Overlay::Confirm(_))));
    d.keys("n");
    assert!(d.shows("Laser"));
    d.keys("esc y");
    assert!(d.state.overlays.is_empty());
}

#[test]
fn a_team_without_critical_posts_is_told_how_to_begin() {
    let mut base = team(27);
    base.succession = Some(Arc::default());
    let mut d = Drive::new(Arc::new(base), (80, 24));
    d.keys("2");
    assert!(d.shows("No post is named critical yet"));
    d.keys("g s");
    assert!(d.shows("posts are not scored"));
    d.keys("enter");
    assert!(d.shows("Which post?"));
    d.keys("enter");
    assert!(d.shows("How critical"));
    d.keys("enter");
    assert!(last_edit(&d).label.contains("factors 3, 3, 3, 3"));
}

#[test]
fn the_figures_over_all_posts_open_how_they_are_made() {
    let mut d = drive(120, (120, 40));
    d.keys("g s");
    go_to(&mut d, |l| *l == Line::Summary);
    d.keys("enter");
    let depth = d.state.board.succession.as_ref().unwrap().depth;
    assert!(
        d.line_with("Depth")
            .contains(&format!("{depth}: people nominated"))
    );
    assert!(d.shows("Adjusted depth"));
}
