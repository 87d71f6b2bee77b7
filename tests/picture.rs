//! The picture of the README is drawn by the program: this test fails when the picture in `docs/` is no longer what the program draws.
//! `UPDATE_PICTURE=1 cargo test --test picture` draws it anew.

#[path = "common/svg.rs"]
mod svg;

use guildhall::app::keymap::load;
use guildhall::app::look::{Depth, Look};
use guildhall::app::state::{Options, State};
use guildhall::app::{Event, update};
use guildhall::document::Kind;
use guildhall::exchange::{self, Ids, Mode};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::path::Path;
use std::sync::Arc;

#[test]
fn the_readme_shows_what_the_program_draws() {
    let parsed = exchange::parse(&exchange::sample()).expect("the sample is sound");
    let today = parsed.as_of().expect("the sample names its day");
    let mut ids = Ids::readable();
    let written = exchange::writings(&parsed, &Mode::Rightful, &mut ids, today)
        .expect("the sample can be written");
    let me = ids.get(parsed.owner()).expect("the owner").clone();
    let rights = Arc::new(exchange::rights(&parsed, &ids));
    let team = exchange::paint(&written.writings, &rights, &me, &Mode::Rightful, &|doc| {
        doc.kind != Kind::Private
    });
    let options = Options {
        demo: true,
        store_ready: true,
        look: Look {
            depth: Depth::True,
            ..Look::default()
        },
        keys: Arc::new(load::load(None).expect("our own key map is sound")),
    };
    let mut state = State::new(Arc::new(team), today, options);
    update(&mut state, Event::Resize(120, 30));
    let mut terminal = Terminal::new(TestBackend::new(120, 30)).expect("a screen in memory");
    terminal
        .draw(|frame| guildhall::ui::draw(frame, &state))
        .expect("drawn");
    let drawn = svg::svg(terminal.backend().buffer());

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/overview.svg");
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        std::fs::write(&path, &drawn).expect("docs is writable");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept.replace("\r\n", "\n") == drawn,
        "docs/overview.svg is not what the program draws; run UPDATE_PICTURE=1 cargo test --test picture and look at it"
    );
}
