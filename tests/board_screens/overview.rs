//! The three panes and the line of key figures.

use super::*;

#[test]
fn the_overview_at_every_named_size_and_pane() {
    for size in [(80, 24), (120, 30), (200, 50)] {
        for (pane, key) in [
            (Pane::Heatmap, "1"),
            (Pane::Succession, "2"),
            (Pane::Actions, "3"),
        ] {
            let mut d = drive(60, size);
            d.keys(key);
            assert_eq!(d.state.overview.pane, pane);
            let name = format!("overview_{}x{}_{key}", size.0, size.1);
            insta::assert_snapshot!(name, d.snapshot());
            let (below, of) = d.state.board.key.below_target;
            assert!(d.line_with("Below").contains(&format!("{below}/{of}")));
            let overdue = d.state.board.actions.overdue;
            assert!(d.shows(&format!("{overdue} overdue")));
        }
    }
}

#[test]
fn the_heatmap_keeps_its_lines_whichever_pane_has_the_keys() {
    use guildhall::app::screen::overview::{HEAD_ROWS, panes};
    let d = drive(60, (80, 24));
    for pane in Pane::ALL {
        let panes = panes(d.state.body(), pane);
        assert!(panes.stacked);
        let lines = panes.inner[0].h - HEAD_ROWS - 1;
        assert!(lines >= 5, "{lines} with {pane:?}");
        let [_, succession, actions] = panes.inner;
        assert!(succession.h >= 3 && actions.h >= 3, "{pane:?}");
        assert!(panes.inner[pane as usize].h >= 6, "{pane:?}");
    }
    // Whatever the size, no row is given twice.
    for h in 0..60 {
        for pane in Pane::ALL {
            let body = guildhall::app::Area::new(0, 0, 80, h);
            let panes = panes(body, pane);
            let all: u16 = panes.outer.iter().map(|a| a.h).sum();
            assert!(panes.key.h + all <= h, "{h} with {pane:?}");
        }
    }
}

#[test]
fn a_click_gives_a_pane_the_keys() {
    let mut d = drive(60, (120, 30));
    d.click(90, 5);
    assert_eq!(d.state.overview.pane, Pane::Succession);
    d.click(90, 20);
    assert_eq!(d.state.overview.pane, Pane::Actions);
    d.click(5, 8);
    assert_eq!(d.state.overview.pane, Pane::Heatmap);
}

#[test]
fn a_post_opens_with_how_its_risk_is_made() {
    let mut d = drive(60, (120, 30));
    d.keys("2 enter");
    let Some(Overlay::Sheet(sheet)) = d.state.overlays.last() else {
        panic!("no sheet");
    };
    let risk = &d.state.board.succession.as_ref().unwrap().posts[0];
    assert!(sheet.title.starts_with(&risk.title));
    assert_eq!(sheet.entries[0].label, "How this is made");
    for nominee in &risk.nominees {
        assert!(
            sheet
                .entries
                .iter()
                .any(|e| e.label == nominee.name
                    && e.text.starts_with(nominee.readiness.band.label()))
        );
    }
}

#[test]
fn an_action_opens_the_person() {
    let mut d = drive(60, (120, 30));
    d.keys("3 enter");
    assert_eq!(d.state.screen(), Screen::Person);
}

#[test]
fn an_empty_team_says_what_to_do_first() {
    let mut base = team(1);
    base.people.clear();
    let mut posts = (*base.base).clone();
    posts.posts.clear();
    base.base = Arc::new(posts);
    base.succession = Some(Arc::default());
    let mut d = Drive::new(Arc::new(base), (120, 30));
    insta::assert_snapshot!("overview_empty", d.snapshot());
    assert!(d.shows("guildhall import FOLDER"));
    assert!(d.shows("No post is named critical yet"));
    assert!(d.shows("No development actions yet"));
    d.keys("g h");
    assert!(d.shows("Nobody is in this team yet."));
}
