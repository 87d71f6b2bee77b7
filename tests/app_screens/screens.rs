//! The Person and the Framework screen.

use super::*;
use guildhall::app::screen::framework;
use guildhall::app::screen::person::Part;
use guildhall::app::{Event, Screen};
use guildhall::domain::framework::Expected;
use guildhall::domain::{Subject, Value};

#[test]
fn the_person_screen_shows_every_line_of_the_grid() {
    for size in SIZES {
        let mut d = drive(27, size);
        d.keys("o");
        let record = d.state.person.record.clone().expect("a record");
        let lines = d.state.team.framework.grid_lines.len();
        let grid = record
            .marks
            .iter()
            .filter(|l| {
                l.cells
                    .iter()
                    .all(|c| matches!(c.subject, Subject::Competency(_)))
            })
            .count();
        assert_eq!((lines, grid), (10, 10));
        let joint = &record.marks[6];
        assert_eq!(joint.cells.len(), 2, "line 7 has both marks");
        for cell in &joint.cells {
            assert!(d.line_with(&joint.label).contains(&cell.code));
        }
        insta::assert_snapshot!(format!("person_{}x{}", size.0, size.1), d.snapshot());
    }
}

#[test]
fn the_number_on_a_line_is_the_board_s() {
    let mut d = drive(27, (80, 24));
    d.keys("o j");
    let subject = d.state.person.subject.clone().expect("a cell");
    let id = d.state.person.person.clone().expect("a person");
    let at = d
        .state
        .board
        .subjects
        .iter()
        .position(|s| *s == subject)
        .unwrap();
    let row = d.state.board.rows.iter().find(|r| r.person == id).unwrap();
    let (points, _) = row.cells[at].effective.expect("a mark");
    let (buffer, cursor) = d.draw();
    let (x, y) = cursor.expect("the cursor stands on the mark");
    let text: String = (x - 3..=x).map(|x| buffer[(x, y)].symbol()).collect();
    assert_eq!(text.trim(), format!("{:.1}", points.value()));
}

#[test]
fn tab_gives_each_part_room_in_turn() {
    let mut d = drive(27, (80, 24));
    d.keys("o");
    for part in Part::ALL.into_iter().cycle().take(6) {
        assert_eq!(d.state.person.part, part);
        let record = d.state.person.record.clone().unwrap();
        let areas = guildhall::app::screen::person::parts(d.state.body(), &record, part);
        let used: u16 = areas.iter().map(|a| a.h).sum();
        assert_eq!(used + 1 + 2, d.state.body().h, "no row is lost");
        let wanted = record.len(part).max(1) as u16 + 1;
        assert!(
            areas[part as usize].h >= wanted.min(15),
            "{part:?} has its lines"
        );
        d.keys("tab");
    }
    d.keys("tab tab");
    insta::assert_snapshot!("person_ppd_80x24", d.snapshot());
    assert!(d.shows("PPD 2026"));
}

#[test]
fn the_two_marks_of_a_joint_line_are_reached_sideways() {
    let mut d = drive(27, (80, 24));
    d.keys("o j j j j j j");
    let first = d.state.person.subject.clone();
    d.keys("right");
    let second = d.state.person.subject.clone();
    assert_ne!(first, second);
    d.keys("j k");
    assert_eq!(d.state.person.subject, first, "lines keep their first mark");
}

#[test]
fn a_new_snapshot_leaves_the_cursor_on_its_subject() {
    let mut d = drive(27, (80, 24));
    d.keys("o j j j");
    let before = d.state.person.subject.clone();
    let mut changed = (*d.state.team).clone();
    let id = d.state.person.person.clone().unwrap();
    let at = changed.people.iter().position(|p| p.id == id).unwrap();
    let mut person = (*changed.people[at]).clone();
    person.name = Value::One("Another Name".to_owned());
    changed.people[at] = Arc::new(person);
    d.event(Event::Team(Arc::new(changed)));
    assert_eq!(d.state.person.subject, before);
    assert!(d.shows("Another Name"));
}

#[test]
fn enter_explains_a_mark() {
    let mut d = drive(27, (120, 30));
    d.keys("o enter");
    assert!(d.shows("How this is made"));
    d.keys("esc");
    assert!(d.state.overlays.is_empty());
    assert_eq!(d.state.screen(), Screen::Person);
}

#[test]
fn empty_parts_say_what_to_do_first() {
    let mut base = team(3);
    let id = base.me.clone();
    let at = base.people.iter().position(|p| p.id == id).unwrap();
    let mut person = (*base.people[at]).clone();
    person.objectives.clear();
    person.credentials.clear();
    person.horizons.clear();
    person.detail = Some(Arc::default());
    base.people[at] = Arc::new(person);
    let mut d = Drive::new(Arc::new(base), (80, 24));
    d.keys("g i");
    assert!(d.shows("no objective yet: choose a gap or a strength at the next talk"));
    d.keys("tab tab tab");
    assert!(d.shows("nothing logged this year yet"));
}

#[test]
fn the_framework_screen_has_every_cell() {
    for size in SIZES {
        let mut d = drive(27, size);
        d.keys("g f");
        let framework = d.state.team.framework.clone();
        assert_eq!(framework.cells.len(), 99);
        assert!(d.shows("99 cells"));
        for (at, competency) in framework.competencies.iter().enumerate() {
            let not_expected = framework
                .columns
                .iter()
                .filter(|c| {
                    framework.cell(&c.id, &competency.id).map(|c| c.expected) == Some(Expected::No)
                })
                .count();
            let lines = d.lines();
            let table = lines
                .iter()
                .filter_map(|l| l.split('│').nth(1))
                .find(|l| l.starts_with(&format!("{} ", competency.name)))
                .expect("a line for each competency");
            assert_eq!(table.matches("n/a").count(), not_expected, "line {at}");
        }
        insta::assert_snapshot!(format!("framework_{}x{}", size.0, size.1), d.snapshot());
    }
}

#[test]
fn the_grid_of_the_framework_joins_what_the_form_joins() {
    let mut d = drive(27, (120, 30));
    d.keys("g f tab");
    assert!(d.shows("Self-assessment grid · 10 lines"));
    d.keys("j j j j j j");
    assert_eq!(framework::line(&d.state), 6);
    let sheet = framework::sheet(&d.state).expect("a line");
    let line = &d.state.team.framework.grid_lines[6];
    assert_eq!(
        sheet
            .entries
            .iter()
            .filter(|e| e.label == "expected")
            .count(),
        line.competencies.len()
    );
    insta::assert_snapshot!("framework_grid_120x30", d.snapshot());
}

#[test]
fn a_cell_names_the_role_that_its_text_comes_from() {
    let mut base = team(3);
    let mut framework = (*base.framework).clone();
    let lender = framework.columns[0].clone();
    framework.cells[framework.competencies.len()].inherits = Some(lender.id.clone());
    base.framework = Arc::new(framework);
    let mut d = Drive::new(Arc::new(base), (120, 30));
    d.keys("g f home right");
    assert!(d.line_with("taken from").contains(&lender.name));
    assert!(d.line_with("Competency 1 ").contains("7="));
}

#[test]
fn a_team_without_a_framework_is_told_what_to_do() {
    let mut base = team(2);
    base.framework = Arc::default();
    let mut d = Drive::new(Arc::new(base), (80, 24));
    d.keys("g f down right enter tab");
    assert!(d.shows("guildhall import DIR"));
}
