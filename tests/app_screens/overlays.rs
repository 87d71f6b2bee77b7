//! Help, palette, filter, sheets.

use super::*;
use guildhall::app::Screen;
use guildhall::app::action::TABLE;
use guildhall::app::overlay::Overlay;
use guildhall::app::overlay::help::{self, HelpLine};

#[test]
fn the_help_has_every_action_of_the_screen_with_its_keys() {
    for (keys, screen) in [
        ("", Screen::Overview),
        ("g h", Screen::Heatmap),
        ("o", Screen::Person),
        ("g f", Screen::Framework),
        ("g s", Screen::Succession),
        ("o c enter", Screen::Compare),
    ] {
        let mut d = drive(12, (120, 30));
        d.keys(keys);
        assert_eq!(d.state.screen(), screen);
        let lines = help::lines(&d.state, screen, 100);
        let listed = lines
            .iter()
            .filter(|l| matches!(l, HelpLine::Action { .. }))
            .count();
        assert_eq!(listed, TABLE.iter().filter(|a| a.on(screen)).count());
    }
    for size in SIZES {
        let mut d = drive(12, size);
        d.keys("?");
        insta::assert_snapshot!(format!("help_{}x{}", size.0, size.1), d.snapshot());
        assert!(d.line_with("Moves the cursor up").contains("↑ or k"));
        d.keys("G");
        assert!(d.shows("worth a talk"), "the end can be reached");
        d.keys("?");
        assert!(d.state.overlays.is_empty());
    }
}

#[test]
fn the_palette_finds_people_roles_and_actions() {
    let mut d = drive(27, (120, 30));
    d.keys(":");
    insta::assert_snapshot!("palette_120x30", d.snapshot());
    typed(&mut d, "Person 0012");
    d.keys("enter");
    assert_eq!(d.state.screen(), Screen::Person);
    assert!(d.shows("Person 0012 ·"));
    d.keys("ctrl-p");
    typed(&mut d, "grade 6");
    d.keys("enter");
    assert_eq!(d.state.screen(), Screen::Framework);
    d.keys(":");
    typed(&mut d, "quit");
    d.keys("enter");
    assert_eq!(d.effects.last(), Some(&guildhall::app::Effect::Quit));
}

#[test]
fn the_palette_opens_a_post() {
    let mut d = drive(27, (120, 30));
    d.keys(":");
    typed(&mut d, "post 0003");
    d.keys("enter");
    assert!(matches!(d.state.overlays.last(), Some(Overlay::Sheet(_))));
    assert!(d.shows("Held by"));
}

#[test]
fn the_filter_works_as_one_types_and_esc_restores() {
    let mut d = drive(27, (120, 30));
    d.keys("/");
    typed(&mut d, "0012");
    assert_eq!(d.state.filter, "0012");
    assert!(d.shows("filter: 0012"));
    d.keys("esc");
    assert_eq!(d.state.filter, "");
    d.keys("/ 5 enter");
    assert_eq!(d.state.filter, "5");
    d.keys("esc");
    assert_eq!(d.state.filter, "", "the first Esc clears the filter");
}

#[test]
fn a_click_runs_a_line_of_the_palette() {
    let mut d = drive(27, (120, 30));
    d.keys(":");
    typed(&mut d, "Person 0012");
    let area = guildhall::app::overlay::area(&d.state);
    d.click(area.x + 4, area.y + 2);
    assert_eq!(d.state.screen(), Screen::Person);
    d.keys("?");
    d.click(0, 0);
    assert!(
        d.state.overlays.is_empty(),
        "a click outside closes the help"
    );
}

#[test]
fn an_action_is_found_by_its_hint_as_well_as_by_its_label() {
    let mut d = drive(27, (120, 30));
    d.keys("ctrl-p");
    typed(&mut d, "framework");
    assert!(d.shows("What the role expects"));
    d.keys("enter");
    assert!(d.shows("99 cells"));
}
