//! What a key costs: figures of a team, a full drawing, and the way from a key to a drawn screen, at 27, 500 and 5,000 people.
//!
//! `cargo bench --bench screens`. A drawing must not grow with the team: only visible lines are formatted.

use chrono::NaiveDate;
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use guildhall::app::keymap::{key, load};
use guildhall::app::look::{Depth, Look};
use guildhall::app::{self, Event, Options, State};
use guildhall::domain::Team;
use guildhall::domain::board::Board;
use guildhall::domain::generate::{generate, synthetic_framework};
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

criterion_group!(benches, board, full_draw, key_to_screen);
criterion_main!(benches);
