//! What a key costs: figures of a team, a full drawing, and the way from a key to a drawn screen, at 27, 500 and 5,000 people.
//!
//! `cargo bench --bench screens`. A drawing must not grow with the team: only visible lines are formatted.

use chrono::NaiveDate;
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use guildhall::app::keymap::{key, load};
use guildhall::app::look::{Depth, Look};
use guildhall::app::{self, Event, Options, State};
use guildhall::domain::as_of as earlier;
use guildhall::domain::board::Board;
use guildhall::domain::generate::{generate, synthetic_framework};
use guildhall::domain::mark::Series;
use guildhall::domain::post::{Listed, Nomination, Skill};
use guildhall::domain::{Dated, SkillId, Subject, Team, Value};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::hint::black_box;
use std::sync::Arc;

/// Sizes of team.
const PEOPLE: [usize; 3] = [27, 500, 5_000];

/// The largest screen of the targets.
const SIZE: (u16, u16) = (200, 50);

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day of the calendar")
}

fn team(people: usize) -> Arc<Team> {
    Arc::new(generate(
        Arc::new(synthetic_framework()),
        people,
        7,
        today(),
    ))
}

fn state(team: &Arc<Team>) -> State {
    let options = Options {
        demo: false,
        store_ready: true,
        look: Look {
            depth: Depth::True,
            ..Look::default()
        },
        keys: Arc::new(load::load(None).expect("the built-in key map is whole")),
    };
    let mut state = State::new(Arc::clone(team), today(), options);
    app::update(&mut state, Event::Resize(SIZE.0, SIZE.1));
    state
}

fn press(state: &mut State, keys: &str) {
    for name in keys.split_whitespace() {
        let key = key::parse(name).expect("a key by its name");
        black_box(app::update(state, Event::Key(key)));
    }
}

fn terminal() -> Terminal<TestBackend> {
    let Ok(terminal) = Terminal::new(TestBackend::new(SIZE.0, SIZE.1));
    terminal
}

/// Drawing includes the comparison with the screen before.
fn draw(terminal: &mut Terminal<TestBackend>, state: &State) {
    let Ok(_) = terminal.draw(|frame| guildhall::ui::draw(frame, state));
}

/// All figures of a team from nothing, and after one person changed.
fn board(c: &mut Criterion) {
    let mut group = c.benchmark_group("board");
    group.sample_size(10);
    for people in PEOPLE {
        let team = team(people);
        group.bench_function(BenchmarkId::new("compute", people), |b| {
            b.iter(|| Board::compute(black_box(&team), today(), None));
        });
        let before = Board::compute(&team, today(), None);
        let mut changed = (*team).clone();
        let last = changed.people.len() - 1;
        Arc::make_mut(&mut changed.people[last]).talks.push(today());
        group.bench_function(BenchmarkId::new("one_person_changed", people), |b| {
            b.iter(|| Board::compute(black_box(&changed), today(), Some((&team, &before))));
        });
    }
    group.finish();
}

/// A whole screen at 200×50.
fn full_draw(c: &mut Criterion) {
    let mut group = c.benchmark_group("full_draw_200x50");
    for people in PEOPLE {
        let team = team(people);
        for (screen, keys) in [("overview", ""), ("heatmap", "g h"), ("cell", "g h enter")] {
            let mut state = state(&team);
            press(&mut state, keys);
            let mut terminal = terminal();
            group.bench_function(BenchmarkId::new(screen, people), |b| {
                b.iter(|| draw(&mut terminal, black_box(&state)));
            });
        }
    }
    group.finish();
}

/// From a key to a drawn screen.
fn key_to_screen(c: &mut Criterion) {
    let mut group = c.benchmark_group("key_to_screen_200x50");
    for people in PEOPLE {
        let team = team(people);
        for (what, keys) in [
            ("down", "down"),
            ("page_down", "pagedown"),
            ("mode", "v"),
            ("grouping", "b"),
            ("fold", "space"),
        ] {
            let mut state = state(&team);
            press(&mut state, "g h");
            let mut terminal = terminal();
            draw(&mut terminal, &state);
            group.bench_function(BenchmarkId::new(what, people), |b| {
                b.iter_batched(
                    || state.clone(),
                    |mut state| {
                        press(&mut state, keys);
                        draw(&mut terminal, &state);
                        state
                    },
                    BatchSize::LargeInput,
                );
            });
        }
    }
    group.finish();
}

/// A team with at least 40 critical posts, three nominees each, and 60 critical skills, of which everybody has two.
fn succession_team(people: usize) -> Arc<Team> {
    let mut team = (*team(people)).clone();
    let base = Arc::make_mut(&mut team.base);
    let model = base.skills[0].clone();
    base.skills = (0..60)
        .map(|n| Skill {
            id: SkillId::new(format!("skill-{n}")),
            name: Value::One(format!("Skill {n}")),
            code: format!("S{n:02}"),
            critical: Dated::always(Listed(true)),
            ..model.clone()
        })
        .collect();
    for (n, person) in team.people.iter_mut().enumerate() {
        let person = Arc::make_mut(person);
        let marks = person
            .series
            .first()
            .map_or_else(Vec::new, |s| s.marks.clone());
        person.series.retain(|s| s.column.is_some());
        for skill in [n % 60, (n * 7 + 3) % 60] {
            person.series.push(Series {
                subject: Subject::Skill(SkillId::new(format!("skill-{skill}"))),
                column: None,
                marks: marks.clone(),
            });
        }
    }
    let records = team
        .succession
        .as_mut()
        .expect("the generator scores posts");
    let records = Arc::make_mut(records);
    let model = records[0].clone();
    for (n, post) in team.base.posts.iter().enumerate().step_by(5) {
        if records.len() < 40 && records.iter().all(|r| r.post != post.id) {
            let mut record = model.clone();
            record.post = post.id.clone();
            record.nominations = (1..=3)
                .map(|k| Nomination {
                    person: team.people[(n + k) % people].id.clone(),
                    from: None,
                    until: Value::One(None),
                    decision: None,
                })
                .collect();
            records.push(record);
        }
    }
    Arc::new(team)
}

/// From a key in the picker to a drawn screen: somebody leaves, is away, completes the plan; and the way back.
fn what_if(c: &mut Criterion) {
    let mut group = c.benchmark_group("what_if_toggle_200x50");
    group.sample_size(20);
    for people in PEOPLE {
        let team = succession_team(people);
        for (what, open, step) in [
            ("leaves", "x", "space"),
            ("away", "x right", "space"),
            ("plan", "x right right", "space"),
            ("back", "x enter", "esc"),
        ] {
            let mut state = state(&team);
            press(&mut state, open);
            let mut terminal = terminal();
            draw(&mut terminal, &state);
            group.bench_function(BenchmarkId::new(what, people), |b| {
                b.iter_batched(
                    || state.clone(),
                    |mut state| {
                        press(&mut state, step);
                        draw(&mut terminal, &state);
                        state
                    },
                    // A board of this team is large: one at a time.
                    BatchSize::PerIteration,
                );
            });
        }
        let mut state = state(&team);
        press(&mut state, "g s");
        let mut terminal = terminal();
        group.bench_function(BenchmarkId::new("draw_succession", people), |b| {
            b.iter(|| draw(&mut terminal, black_box(&state)));
        });
    }
    group.finish();
}

/// The team as of a year ago with all its figures, and what is different since, where everybody's marks have been read.
fn as_of(c: &mut Criterion) {
    let mut group = c.benchmark_group("as_of");
    group.sample_size(20);
    let then = today() - chrono::Days::new(365);
    for people in PEOPLE {
        let team = succession_team(people);
        group.bench_function(BenchmarkId::new("board", people), |b| {
            b.iter(|| Board::compute(&earlier::as_of(black_box(&team), then), then, None));
        });
        let before = Board::compute(&earlier::as_of(&team, then), then, None);
        let after = Board::compute(&team, today(), None);
        group.bench_function(BenchmarkId::new("changes", people), |b| {
            b.iter(|| earlier::changes(black_box(&before), &after));
        });
    }
    group.finish();
}

criterion_group!(benches, board, full_draw, key_to_screen, what_if, as_of);
criterion_main!(benches);
