//! What must never happen: a colleague’s mark on a technician’s machine, a panic, a drawing that grows with the team.

use super::*;

/// A technician's machine: it holds nobody else's marks, and would not draw them if it did.
#[test]
fn a_technician_never_sees_a_colleague() {
    let mut base = team(27);
    base.me = base.people[5].id.clone();
    base.succession = None;
    let me = base.people[5].name.get().clone();
    for keys in ["", "g h", "g h g m", "g h b b", "2", "3"] {
        let mut d = Drive::new(Arc::new(base.clone()), (120, 30));
        d.keys(keys);
        let rows = d
            .state
            .heatmap
            .matrix
            .lines
            .iter()
            .filter(|line| matches!(line, Line::Row { .. }))
            .count();
        assert_eq!(rows, d.state.board.rows_of(&d.state.team.me).len());
        assert!(d.shows(&me));
        for person in base.people.iter().filter(|p| p.id != base.me) {
            let own_actions = d.state.screen() == Screen::Overview;
            let lines = d.lines();
            let left: Vec<String> = lines
                .iter()
                // The head of a group names the line manager.
                .filter(|l| !l.contains('▾'))
                .map(|l| l.chars().take(if own_actions { 60 } else { 120 }).collect())
                .collect();
            let name = person.name.get();
            assert!(
                !left.iter().any(|l| l.contains(name.as_str())),
                "{name} stands on the screen"
            );
        }
        assert!(!d.shows("% in need"));
    }
    let mut d = Drive::new(Arc::new(base), (120, 30));
    assert!(d.shows("read by managers only"));
    d.keys("2 enter");
    assert!(d.state.overlays.is_empty());
}

#[test]
fn nobody_s_machine_still_draws() {
    let mut base = team(12);
    base.me = PersonId::new("nobody");
    base.rights = Arc::new(Rights::default());
    let mut d = Drive::new(Arc::new(base), (120, 30));
    d.keys("g h");
    assert!(d.shows("This machine holds no marks."));
}

#[test]
fn no_size_and_no_key_makes_it_panic() {
    let names = [
        "up",
        "down",
        "left",
        "right",
        "pageup",
        "pagedown",
        "home",
        "end",
        "G",
        "[",
        "]",
        "tab",
        "shift-tab",
        "1",
        "2",
        "3",
        "v",
        "b",
        "space",
        "enter",
        "esc",
        "o",
        "g",
        "h",
        "a",
        "m",
        "r",
    ];
    let sizes: Vec<(u16, u16)> = (0..=60)
        .flat_map(|w| (0..=20).map(move |h| (w, h)))
        .collect();
    for (screen, keys) in [("overview", ""), ("heatmap", "g h enter")] {
        let mut d = drive(27, (120, 30));
        d.keys(keys);
        for &(w, h) in &sizes {
            d.event(Event::Resize(w, h));
            d.draw();
        }
        d.event(Event::Resize(200, 50));
        assert!(d.shows("Person"), "{screen} comes back whole");
    }
    // Keys and sizes at random; the seed is printed by the assertion of who fails.
    let base = Arc::new(team(27));
    for seed in 1..=6u64 {
        println!("seed {seed}");
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % below as u64) as usize
        };
        let mut d = Drive::new(Arc::clone(&base), (80, 24));
        for _ in 0..250 {
            match next(12) {
                0 => d.event(Event::Resize(60 + next(150) as u16, 20 + next(40) as u16)),
                1 => {
                    let (x, y) = (next(200) as u16, next(50) as u16);
                    let kind =
                        [MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown][next(3)];
                    d.event(Event::Mouse(Mouse { x, y, kind }));
                }
                _ => {
                    d.keys(names[next(names.len())]);
                }
            }
            d.draw();
        }
    }
}

/// The cost of a drawing is what is visible: a team two hundred times as large formats no more lines and cells.
#[test]
fn a_large_team_draws_no_more_than_a_small_one() {
    use guildhall::ui::{matrix, theme::Theme};
    use ratatui::{buffer::Buffer, layout::Rect};
    let drawn: Vec<_> = [60, 5_000]
        .into_iter()
        .map(|people| {
            let mut d = drive(people, (200, 50));
            d.keys("g h");
            // The same number of skills, so that columns are the same.
            d.state.heatmap.matrix.subjects = d.state.board.competencies;
            let area = guildhall::app::Area::new(0, 0, 200, 46);
            let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 46));
            let theme = Theme::new(Look::default());
            matrix::draw(&mut buffer, area, 2, true, &d.state, &theme)
        })
        .collect();
    assert_eq!(drawn[0].lines, 44);
    assert_eq!(drawn[0].lines, drawn[1].lines);
    assert_eq!(drawn[0].cells, drawn[1].cells);
}
