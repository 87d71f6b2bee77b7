//! What opens: a cell explained, who is behind a need, conflicts and drafts.

use super::*;

#[test]
fn a_cell_opens_with_its_explanation_and_closes_again() {
    for size in [(80, 24), (120, 30)] {
        let mut d = drive(60, size);
        d.keys("j l enter");
        assert_eq!(d.state.screen(), Screen::Heatmap);
        let person = row(&d.state).person.clone();
        let name = row(&d.state).name.clone();
        insta::assert_snapshot!(format!("cell_{}x{}", size.0, size.1), d.snapshot());
        assert!(d.line_with("How this is made").len() > 20);
        assert!(
            d.lines()
                .iter()
                .any(|l| l.contains('┌') && l.contains(&name))
        );
        let loads: Vec<_> = d
            .effects
            .iter()
            .filter(|e| **e == Effect::LoadDetail(person.clone()))
            .collect();
        let has_detail = d.state.person_known(&person).unwrap().detail.is_some();
        assert_eq!(loads.is_empty(), has_detail);
        d.keys("enter");
        assert!(!d.state.heatmap.open);
        assert!(d.state.heatmap.detail.is_none());
    }
}

#[test]
fn the_explanation_reads_until_the_detail_is_there() {
    let mut base = team(27);
    for person in &mut base.people {
        Arc::make_mut(person).detail = None;
    }
    let mut d = Drive::new(Arc::new(base), (120, 30));
    d.keys("enter");
    assert!(d.shows("reading"));
    let person = row(&d.state).person.clone();
    assert!(d.effects.contains(&Effect::LoadDetail(person.clone())));
    let mut full = (**d.state.team.person(&person).unwrap()).clone();
    full.detail = Some(Arc::default());
    d.event(Event::Detail(Arc::new(full)));
    assert!(!d.shows("reading"));
}

#[test]
fn the_explanation_gives_both_values_of_a_conflict() {
    let mut base = team(27);
    let rater = base
        .rights
        .line_manager(&base.people[1].id, today())
        .unwrap()
        .clone();
    let column = guildhall::domain::board::Board::compute(&base, today(), None)
        .rows
        .iter()
        .find(|r| r.person == base.people[1].id)
        .unwrap()
        .column
        .clone();
    let subject = Subject::Competency(base.framework.competencies[0].id.clone());
    let claim = |halves, at| guildhall::domain::Claim {
        value: Answer::Points(Points::from_halves(halves).unwrap()),
        author: Some(rater.clone()),
        at,
    };
    let mark = Mark {
        kind: MarkKind::Manager,
        rater: rater.clone(),
        typist: rater.clone(),
        date: today(),
        entered: 1_763_700_000_000,
        answer: Value::from_claims(vec![
            claim(14, 1_763_700_000_000),
            claim(11, 1_763_700_060_000),
        ])
        .unwrap(),
    };
    let person = Arc::make_mut(&mut base.people[1]);
    person.series.retain(|s| s.subject != subject);
    person.series.push(Series {
        subject,
        column,
        marks: vec![mark],
    });
    let id = person.id.clone();
    let mut d = Drive::new(Arc::new(base), (120, 50));
    let effects = guildhall::app::screen::heatmap::show(&mut d.state, &id, None);
    d.effects.extend(effects);
    d.keys("home enter");
    assert!(under_cursor(&d).ends_with('◆'));
    let line = d.line_with("in conflict");
    assert!(line.contains("5.5 by") && line.contains("7.0 by"), "{line}");
}

#[test]
fn a_need_lists_people_by_name_and_never_by_mark() {
    let mut d = drive(60, (120, 30));
    d.keys("g h [ enter");
    let Some(Overlay::Sheet(sheet)) = d.state.overlays.last() else {
        panic!("no sheet");
    };
    let below = sheet
        .entries
        .iter()
        .find(|entry| entry.label.starts_with("Below target"))
        .expect("somebody is in need");
    let names: Vec<&str> = below.text.split(", ").collect();
    assert!(names.is_sorted());
    let Some(Line::Group(at)) = d.state.heatmap.matrix.current() else {
        panic!("not on a group");
    };
    let need = &d.state.heatmap.matrix.groups[at].needs[0];
    assert_eq!(names.len(), need.in_need as usize);
    assert!(
        sheet.entries[0]
            .text
            .contains(&format!("{} of {}", need.in_need, need.with_mark))
    );
}

#[test]
fn the_bottom_row_opens_need_and_coverage() {
    let mut d = drive(60, (200, 50));
    d.keys("g h G G enter");
    assert_eq!(d.state.heatmap.matrix.current(), Some(Line::Total));
    assert!(matches!(d.state.overlays.last(), Some(Overlay::Sheet(_))));
    d.keys("esc end enter");
    let Some(Overlay::Sheet(sheet)) = d.state.overlays.last() else {
        panic!("no sheet");
    };
    assert_eq!(sheet.entries[0].label, "Coverage");
}

#[test]
fn a_draft_stands_on_ones_own_row_with_its_sign() {
    let mut base = team(27);
    let me = base.me.clone();
    let board = guildhall::domain::board::Board::compute(&base, today(), None);
    let own = &board.rows[board.rows_of(&me)[0]];
    let subject = board.subjects[0].clone();
    base.private = Arc::new(Private {
        drafts: vec![Series {
            subject,
            column: own.column.clone(),
            marks: vec![Mark {
                kind: MarkKind::Own,
                rater: me.clone(),
                typist: me.clone(),
                date: today(),
                entered: 1,
                answer: Value::One(Answer::Points(Points::from_halves(7).unwrap())),
            }],
        }],
        notes: Vec::new(),
    });
    let mut d = Drive::new(Arc::new(base), (120, 30));
    guildhall::app::screen::heatmap::show(&mut d.state, &me, None);
    d.keys("home");
    assert_eq!(under_cursor(&d), "3.5'");
}
