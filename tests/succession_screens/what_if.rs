//! The mode "what if" on every screen.

use super::*;
use common::sample;
use guildhall::app::action::{Section, TABLE};
use guildhall::app::screen::matrix::Line;
use guildhall::app::{Effect, Event};
use guildhall::domain::coverage::CoverageState;

fn shown(size: (u16, u16)) -> Drive {
    Drive::new(Arc::new(sample::team()), size)
}

/// Supposes that the one who alone covers X-ray diffraction leaves, as the first ten minutes tell it.
fn leaver(size: (u16, u16)) -> Drive {
    let mut d = shown(size);
    d.keys("2 down x enter");
    d
}

#[test]
fn s18_simulating_a_leaver_recomputes_coverage_and_changes_no_data() {
    for size in SIZES {
        let mut d = leaver(size);
        let simulation = d.state.what_if.clone().expect("something is supposed");
        let xrd = |board: &guildhall::domain::board::Board| {
            let mut all = board.coverage.iter();
            all.find(|c| c.skill.as_str() == "xrd").unwrap().state
        };
        assert_eq!(xrd(&simulation.board), CoverageState::OneHolder);
        assert_eq!(xrd(&d.state.board), CoverageState::NoHolder);
        assert!(d.line_with("What if").contains("one holder 2 → 1"));
        assert_eq!(d.effects, [], "nothing goes out");
        for (screen, keys) in [
            ("overview", ""),
            ("succession", "g s"),
            ("heatmap", "g h"),
            ("person", "o"),
            ("framework", "g f"),
        ] {
            d.keys(keys);
            assert!(d.shows("What if"), "the banner stands on {screen}");
            if screen != "framework" && screen != "person" {
                insta::assert_snapshot!(
                    format!("what_if_{screen}_{}x{}", size.0, size.1),
                    d.snapshot()
                );
            }
        }
        assert!(d.effects.iter().all(|e| matches!(e, Effect::LoadDetail(_))));
        d.keys("esc");
        assert!(d.state.what_if.is_none());
    }
}

#[test]
fn esc_puts_the_very_same_values_back() {
    let mut d = shown((120, 30));
    let (team, board) = (d.state.team.clone(), d.state.board.clone());
    let before = d.lines();
    d.keys("2 down x enter");
    assert!(!Arc::ptr_eq(&team, &d.state.team));
    d.keys("esc 1");
    assert!(Arc::ptr_eq(&team, &d.state.team));
    assert!(Arc::ptr_eq(&board, &d.state.board));
    d.state.now_ms += 10_000;
    d.keys("1");
    assert_eq!(d.lines(), before);
}

#[test]
fn before_and_after_stand_side_by_side() {
    let d = leaver((120, 30));
    assert!(d.shows("Below 80/223→77/214"));
    assert!(d.line_with("X-ray suite").contains("4→5 16→20 high"));
    assert!(d.line_with("X-ray diffraction").contains("1/2→0/2"));
    let mut d = leaver((200, 50));
    d.keys("g s");
    let line = d.line_with("X-ray diffraction");
    assert!(line.contains("1/2→0/2 no holder"), "{line}");
    assert!(d.shows("one holder 2→1 · none 1→2"));
    assert!(
        d.line_with("X-ray suite")
            .contains("vacant (now Ewart Lindqvist)")
    );
    d.keys("g h");
    assert!(d.line_with("% in need").contains('→'));
}

#[test]
fn a_completed_plan_shows_on_the_person_and_in_the_comparison() {
    let mut d = shown((120, 30));
    d.keys("x right right");
    typed(&mut d, "dilys");
    d.keys("enter :");
    typed(&mut d, "Dilys Hartnoll");
    d.keys("enter");
    assert!(d.shows("Towards: X-ray suite · 1–2 years → ready now"));
    d.keys("g s");
    assert!(
        d.line_with("  Dilys Hartnoll ")
            .contains("1–2 years→ready now")
    );
    assert!(d.shows("ready now 1/4→2/4 · at risk 2→1"));
    d.keys("down down down c");
    assert_eq!(d.state.screen(), Screen::Compare);
    assert!(d.shows("1–2 years→ready now"));
    // The strength that she builds on is not raised: the skill still has one holder.
    assert_eq!(d.state.board.key.one_holder, 2);
}

#[test]
fn figures_over_all_posts_stand_before_and_after_at_every_width() {
    for width in [60, 80, 120, 200] {
        let mut d = shown((width, 40));
        d.keys("x right right");
        typed(&mut d, "dilys");
        d.keys("enter g s");
        let simulation = d.state.what_if.as_ref().unwrap();
        let [old, new] = [&simulation.board, &d.state.board];
        let [old, new] = [old, new].map(|b| b.succession.clone().unwrap());
        let pair = |(n, of): (u32, u32)| format!("{n}/{of}");
        let ready = format!("{}→{}", pair(old.ready_now), pair(new.ready_now));
        let line = d.lines().into_iter().rfind(|l| l.contains(&ready));
        let line = line.unwrap_or_else(|| panic!("{ready} at {width}:\n{}", d.lines().join("\n")));
        assert!(line.contains(&format!("{}→{}", old.at_risk, new.at_risk)));
        assert!(line.contains("depth") && line.contains('('), "{line}");
    }
}

#[test]
fn a_skill_that_would_be_covered_stays_and_says_so() {
    for size in SIZES {
        let mut d = shown(size);
        d.keys("2");
        let before = d.state.overview.cover.len();
        d.keys("x right right");
        typed(&mut d, "kofi");
        d.keys("enter");
        let daq = |board: &guildhall::domain::board::Board| {
            let mut all = board.coverage.iter();
            let found = all.find(|c| c.skill.as_str() == "data-acquisition");
            found.unwrap().state
        };
        let simulation = d.state.what_if.clone().unwrap();
        assert_eq!(daq(&simulation.board), CoverageState::Thin);
        assert_eq!(daq(&d.state.board), CoverageState::Covered);
        assert_eq!(d.state.overview.cover.len(), before);
        d.keys("G");
        assert!(d.line_with("Data acquisition").contains("2/3→3/3"));
        d.keys("g s tab");
        let line = d.line_with("Data acquisition");
        assert!(line.contains("2/3→3/3 covered"), "{line}");
        d.keys("esc");
    }
}

#[test]
fn any_set_of_people_may_be_supposed_and_taken_back() {
    let mut d = shown((120, 30));
    d.keys("x");
    for name in ["ewart", "jurek"] {
        typed(&mut d, name);
        d.keys("space");
    }
    d.keys("right");
    typed(&mut d, "zain");
    d.keys("space enter");
    let simulation = d.state.what_if.as_ref().unwrap();
    assert_eq!(simulation.supposed().unwrap().all().count(), 3);
    assert_eq!(
        simulation.words(false),
        "What if Ewart Lindqvist and Jurek Kerrigan leave, Zain Whitlock is away"
    );
    assert_eq!(d.state.board.key.no_holder, 3);
    insta::assert_snapshot!("what_if_picker_120x30", {
        d.keys("x");
        d.snapshot()
    });
    typed(&mut d, "zain");
    d.keys("right space left");
    typed(&mut d, "ewart");
    d.keys("space");
    typed(&mut d, "jurek");
    d.keys("space");
    assert!(d.state.what_if.is_none(), "what is taken back is gone");
}

#[test]
fn a_group_row_says_where_its_need_would_be_another_and_what_stands() {
    let mut d = leaver((200, 50));
    d.keys("g h");
    let matrix = &d.state.heatmap.matrix;
    let other = matrix.groups.iter().enumerate().find_map(|(at, group)| {
        let subject = (0..matrix.competencies).find(|s| matrix.need_before(group, *s).is_some())?;
        Some((at, subject, group.label.clone()))
    });
    let (at, subject, label) = other.expect("whoever leaves is in a group");
    // All that differs is signed, and nothing else is.
    let line = d.line_with(&format!("{label} ·"));
    assert!(line.contains('→'), "{line}");
    d.state.heatmap.matrix.line = d
        .state
        .heatmap
        .matrix
        .lines
        .iter()
        .position(|line| *line == Line::Group(at))
        .unwrap();
    d.state.heatmap.matrix.col = subject + 1;
    d.keys("enter");
    assert!(d.shows("As it stands"));
    d.keys("esc esc");
    assert!(d.state.what_if.is_none());
    assert!(d.state.heatmap.matrix.stands.is_empty());
}

#[test]
fn nothing_can_be_written_in_the_mode() {
    let mut d = leaver((120, 30));
    let edits: Vec<_> = TABLE
        .iter()
        .filter(|a| a.section == Section::Edit)
        .collect();
    assert!(edits.len() > 12);
    for keys in ["1", "g s", "o"] {
        d.keys(keys);
        for action in &edits {
            guildhall::app::update::perform(&mut d.state, action.id);
            assert!(d.state.overlays.is_empty(), "{} opens nothing", action.name);
            assert!(!guildhall::app::update::available(&d.state, action.id));
        }
    }
    assert!(d.shows("nothing is written here; Esc ends it first"));
    assert_eq!(d.effects, []);
}

#[test]
fn a_new_snapshot_is_supposed_of_as_well() {
    let mut d = leaver((120, 30));
    let real = d.state.what_if.as_ref().unwrap().team.clone();
    let mut changed = (*real).clone();
    let at = changed
        .people
        .iter()
        .position(|p| p.handle == "maeve")
        .unwrap();
    Arc::make_mut(&mut changed.people[at]).talks.push(today());
    let changed = Arc::new(changed);
    d.event(Event::Team(Arc::clone(&changed)));
    let simulation = d.state.what_if.as_ref().expect("it goes on");
    assert!(Arc::ptr_eq(&simulation.team, &changed));
    assert_eq!(d.state.board.key.no_holder, 2);
    d.keys("esc");
    assert!(Arc::ptr_eq(&d.state.team, &changed));
}

#[test]
fn who_is_no_longer_in_the_team_is_no_longer_supposed_of() {
    let mut d = leaver((120, 30));
    let mut changed = (*d.state.what_if.as_ref().unwrap().team).clone();
    changed.people.retain(|p| p.handle != "ewart");
    d.event(Event::Team(Arc::new(changed)));
    assert!(d.state.what_if.is_none());
}

/// A text that comes back since somebody else wrote there is there to be saved: the mode ends.
#[test]
fn a_text_that_comes_back_ends_the_mode() {
    let mut base = team(27);
    let right = |r: &&guildhall::domain::team::Right| {
        r.role == guildhall::domain::team::Role::Line && r.on(today())
    };
    base.me = base.rights.0.iter().find(right).unwrap().holder.clone();
    let mut d = Drive::new(Arc::new(base), (120, 30));
    let team = d.state.team.clone();
    let judged = d.state.board.rows.iter().find(|row| {
        let judges = team.rights.may_validate(&team.me, &row.person, today());
        let gave = |s: &guildhall::domain::Series| s.marks.iter().any(|m| m.rater == team.me);
        judges && team.person(&row.person).unwrap().series.iter().any(gave)
    });
    let judged = judged.expect("somebody whom this manager judged").clone();
    let given = team.person(&judged.person).unwrap().series.iter();
    let given = given
        .filter(|s| s.column == judged.column)
        .find(|s| s.marks.iter().any(|m| m.rater == team.me));
    let given = given.expect("a mark against the column of the row");
    guildhall::app::screen::heatmap::show(&mut d.state, &judged.person, Some(&given.subject));
    d.keys("f");
    typed(&mut d, "well done");
    d.keys("ctrl-s");
    let edit = last_edit(&d);
    d.keys("x enter");
    assert!(d.state.what_if.is_some());
    let stands = edit.stood.clone();
    d.event(Event::Meanwhile { edit, stands });
    assert!(d.state.what_if.is_none());
    assert!(d.shows("Changed meanwhile"));
}

#[test]
fn a_technician_has_no_such_mode() {
    let mut base = team(27);
    base.me = base.people[5].id.clone();
    base.succession = None;
    let mut d = Drive::new(Arc::new(base), (120, 30));
    d.keys("x");
    assert!(d.state.overlays.is_empty());
    assert!(d.shows("this machine holds nobody else’s marks"));
    d.keys("g s");
    assert!(d.shows("read by managers and heads only"));
    assert!(d.shows("Coverage is shown to managers"));
}
