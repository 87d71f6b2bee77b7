//! The matrix: modes, groupings, sizes, filter, cursor, mouse.

use super::*;

#[test]
fn every_mode_and_grouping_of_the_heatmap() {
    let modes = [
        (Mode::Mark, "alt-1"),
        (Mode::Gap, "alt-2"),
        (Mode::State, "alt-3"),
        (Mode::Difference, "alt-4"),
    ];
    let groupings = [
        (Grouping::Area, "g a", "area"),
        (Grouping::Manager, "g m", "manager"),
        (Grouping::Grade, "g r", "grade"),
    ];
    for (mode, mode_key) in modes {
        for (grouping, grouping_keys, name) in groupings {
            let mut d = drive(60, (120, 30));
            d.keys("g h")
                .keys(mode_key)
                .keys(grouping_keys)
                .keys("g g j l l");
            assert_eq!(d.state.heatmap.matrix.grouping, grouping);
            insta::assert_snapshot!(format!("heatmap_{}_{name}", mode.label()), d.snapshot());
            if let Some(text) = expected_text(figure(&d.state), mode) {
                let shown = under_cursor(&d);
                assert!(
                    shown.starts_with(&text),
                    "{mode:?} shows {shown} for {text} of {:?}",
                    figure(&d.state)
                );
            }
        }
    }
}

#[test]
fn the_heatmap_at_every_named_size() {
    for size in [(80, 24), (120, 30), (200, 50)] {
        let mut d = drive(60, size);
        d.keys("g h");
        insta::assert_snapshot!(format!("heatmap_{}x{}", size.0, size.1), d.snapshot());
        let total = d.line_with("% in need");
        let need = &d.state.board.needs[0];
        let share = (200 * need.in_need + need.with_mark) / (2 * need.with_mark);
        assert!(total.contains(&format!(" {share}")), "{share} in {total}");
    }
}

#[test]
fn without_colours_and_in_ascii_everything_is_still_said() {
    let look = Look {
        depth: Depth::None,
        ascii: true,
        ..Look::default()
    };
    let mut d = Drive::with_look(Arc::new(team(60)), (120, 30), look);
    insta::assert_snapshot!("overview_plain", d.snapshot());
    d.keys("g h enter");
    insta::assert_snapshot!("heatmap_plain", d.snapshot());
    let body = d.state.body();
    for line in &d.lines()[usize::from(body.y)..usize::from(body.y + body.h)] {
        assert!(line.is_ascii(), "{line}");
    }
}

#[test]
fn groups_close_and_the_cursor_stays_on_their_head() {
    let mut d = drive(60, (120, 30));
    d.keys("g h j j space");
    assert!(matches!(
        d.state.heatmap.matrix.current(),
        Some(Line::Group(0))
    ));
    assert!(d.shows("▸ "));
    let closed = d.state.heatmap.matrix.lines.len();
    d.keys("0 left enter");
    assert!(
        d.state.heatmap.matrix.lines.len() > closed,
        "Enter on the name opens it again"
    );
}

#[test]
fn the_filter_keeps_who_matches_and_stays_visible() {
    let mut d = drive(60, (120, 30));
    d.state.filter = "grade:5".to_owned();
    d.keys("g h");
    let matrix = &d.state.heatmap.matrix;
    let expected = d
        .state
        .board
        .rows
        .iter()
        .filter(|r| r.grade == Some(5))
        .count();
    assert_eq!(matrix.shown, expected);
    assert!(d.shows(&format!("/grade:5 · {expected} of")));
    insta::assert_snapshot!("heatmap_filtered", d.snapshot());
    d.state.filter = "nobody at all".to_owned();
    d.keys("j");
    assert!(d.shows("No row matches the filter."));
}

#[test]
fn the_cursor_stays_on_its_person_and_line_when_the_team_changes() {
    let mut d = drive(60, (120, 30));
    d.keys("g h pagedown pagedown j j");
    let person = row(&d.state).person.clone();
    let before = d.draw().1;
    let mut changed = (*d.state.team).clone();
    // Somebody above the cursor is no longer listed.
    changed.people.remove(0);
    changed.me = changed.people[11].id.clone();
    let mut rights = (*changed.rights).clone();
    for right in &mut rights.0 {
        if right.role == Role::Owner || right.role == Role::Manager {
            right.holder = changed.me.clone();
        }
    }
    changed.rights = Arc::new(rights);
    d.event(Event::Team(Arc::new(changed)));
    assert_eq!(row(&d.state).person, person);
    assert_eq!(d.draw().1, before);
}

#[test]
fn a_click_selects_and_a_click_on_the_selected_opens() {
    let mut d = drive(60, (120, 30));
    d.keys("g h");
    let (_, cursor) = d.draw();
    let (x, y) = cursor.unwrap();
    d.click(x, y + 2);
    assert_eq!(d.draw().1.map(|(_, y)| y), Some(y + 2));
    assert!(!d.state.heatmap.open);
    d.click(x, y + 2);
    assert!(d.state.heatmap.open);
}

#[test]
fn a_filter_is_typed_and_esc_shows_everybody_again() {
    let mut d = drive(60, (120, 30));
    let all = d.state.heatmap.matrix.shown;
    d.keys("g h / g r a d e : 5 enter");
    assert!(d.state.heatmap.matrix.shown < all);
    assert!(d.shows("/grade:5 ·"));
    d.keys("esc");
    assert_eq!(d.state.heatmap.matrix.shown, all);
    assert_eq!(d.state.screen(), Screen::Heatmap);
}

#[test]
fn editing_starts_from_the_cell_under_the_cursor() {
    let mut d = drive(27, (120, 30));
    d.keys("g h");
    let rights = &d.state.team.rights;
    let judged = d
        .state
        .board
        .rows
        .iter()
        .find(|r| rights.may_validate(&d.state.team.me, &r.person, today()))
        .map(|r| r.person.clone())
        .expect("somebody's line manager");
    let subject = d.state.board.subjects[2].clone();
    guildhall::app::screen::heatmap::show(&mut d.state, &judged, Some(&subject));
    d.keys("m");
    let Some(Overlay::Mark(form)) = d.state.overlays.last() else {
        panic!("no form");
    };
    assert_eq!(form.target.person, judged);
    assert_eq!(form.target.subject, subject);
    d.keys("6 enter");
    let edit = d.effects.iter().find_map(|effect| match effect {
        Effect::Commit(edit) => Some(edit),
        _ => None,
    });
    assert!(edit.expect("saved").label.contains("6"));
}
