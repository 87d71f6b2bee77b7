//! The whole state of the program on screen. Only [`super::update()`] and the screens change it; drawing reads it.

use super::beside;
use super::event::Effect;
use super::keymap::KeyMap;
use super::layout::{self, Area, Shell};
use super::look::Look;
use super::network::Network;
use super::overlay::Overlay;
use super::screen::actions::ActionsState;
use super::screen::compare::CompareState;
use super::screen::framework::FrameworkState;
use super::screen::heatmap::HeatmapState;
use super::screen::history::HistoryState;
use super::screen::overview::OverviewState;
use super::screen::person::PersonState;
use super::screen::succession::SuccessionState;
use super::screen::sync::SyncState;
use super::screen::{self, Screen};
use super::settling::Sent;
use super::standing::Standing;
use super::toast::{Toast, Tone};
use super::what_if::{self, Simulation};
use crate::document::Edit;
use crate::document::edits::Conflict;
use crate::domain::board::Board;
use crate::domain::{Person, PersonId, Team};
use chrono::NaiveDate;
use crokey::KeyCombination;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the program was started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// A throw-away team; the title line says so.
    pub demo: bool,
    /// The store takes edits. Until it does, they wait and the status says how many.
    pub store_ready: bool,
    /// Colours and characters.
    pub look: Look,
    /// The keys.
    pub keys: Arc<KeyMap>,
}

/// Everything that the screen shows comes from here.
#[derive(Clone, Debug)]
pub struct State {
    /// The team as last published.
    pub team: Arc<Team>,
    /// Its figures for `today`.
    pub board: Arc<Board>,
    /// The day that rules take as today.
    pub today: NaiveDate,
    /// The clock in milliseconds since 1970 UTC, set by the runtime before each update. Used as entry time and for toasts.
    pub now_ms: u64,
    /// What the program was started with.
    pub options: Options,
    /// Size of the terminal.
    pub size: (u16, u16),
    /// Screens opened one from the other, the current one last; never empty.
    pub(super) screens: Vec<Screen>,
    /// What lies over the screen, the topmost last.
    pub overlays: Vec<Overlay>,
    /// Keys of a sequence that is not complete.
    pub typed: Vec<KeyCombination>,
    /// Rows are shown if they have this text; empty shows all.
    pub filter: String,
    /// Notices, the newest last.
    pub toasts: Vec<Toast>,
    /// What of the team cannot be read, in sentences. As long as there is any the status says so.
    pub in_part: Vec<String>,
    /// What was written apart and waits to be settled, as far as it has been looked for.
    pub conflicts: Arc<Vec<Conflict>>,
    /// How things stand with other machines.
    pub network: Arc<Network>,
    /// Settlements that are being saved, or that nothing was looked at since: they are not offered again.
    pub settling: Vec<Sent>,
    /// Edits that wait for the store.
    pub waiting: Vec<Edit>,
    /// Edits that could not be saved, kept to be offered again.
    pub failed: Vec<Edit>,
    /// Forms whose text the store does not have yet, or that nothing has been read of since.
    pub sent: Vec<beside::Sent>,
    /// People read with detail, as they stand in the snapshot.
    pub details: BTreeMap<PersonId, Arc<Person>>,
    /// People whose detail is being read again, since something was written about them.
    pub rereading: BTreeSet<PersonId>,
    /// What the machine's owner may do here and now.
    pub standing: Standing,
    /// What is supposed, while something is; `team` and `board` are then as they would be.
    pub what_if: Option<Box<Simulation>>,
    /// The Overview.
    pub overview: OverviewState,
    /// The Heatmap.
    pub heatmap: HeatmapState,
    /// The Person screen.
    pub person: PersonState,
    /// The Framework screen.
    pub framework: FrameworkState,
    /// The Succession screen.
    pub succession: SuccessionState,
    /// The Compare screen.
    pub compare: CompareState,
    /// The Actions screen.
    pub actions: ActionsState,
    /// The History screen.
    pub history: HistoryState,
    /// The Sync screen.
    pub sync: SyncState,
}

impl State {
    /// The first screen of a team on a day. Send [`super::Event::Resize`] before the first draw.
    pub fn new(team: Arc<Team>, today: NaiveDate, options: Options) -> Self {
        let board = Arc::new(Board::compute(&team, today, None));
        let mut state = Self {
            team,
            board,
            today,
            now_ms: 0,
            options,
            size: (80, 24),
            screens: vec![Screen::Overview],
            overlays: Vec::new(),
            typed: Vec::new(),
            filter: String::new(),
            toasts: Vec::new(),
            in_part: Vec::new(),
            conflicts: Arc::default(),
            network: Arc::default(),
            settling: Vec::new(),
            waiting: Vec::new(),
            failed: Vec::new(),
            sent: Vec::new(),
            details: BTreeMap::new(),
            rereading: BTreeSet::new(),
            standing: Standing::default(),
            what_if: None,
            overview: OverviewState::default(),
            heatmap: HeatmapState::default(),
            person: PersonState::default(),
            framework: FrameworkState::default(),
            succession: SuccessionState::default(),
            compare: CompareState::default(),
            actions: ActionsState::default(),
            history: HistoryState::default(),
            sync: SyncState::default(),
        };
        screen::settle(&mut state);
        state
    }

    /// The current screen.
    pub fn screen(&self) -> Screen {
        self.screens.last().copied().unwrap_or(Screen::Overview)
    }

    /// The way here, for the title line.
    pub fn trail(&self) -> &[Screen] {
        &self.screens
    }

    /// Opens a screen on top of the current one; a screen that is already open is gone back to.
    pub fn open(&mut self, screen: Screen) {
        match self.screens.iter().position(|s| *s == screen) {
            Some(at) => self.screens.truncate(at + 1),
            None => self.screens.push(screen),
        }
    }

    /// One screen back; `false` on the first.
    pub fn back(&mut self) -> bool {
        if self.screens.len() > 1 {
            self.screens.pop();
            true
        } else {
            false
        }
    }

    /// The frame that every screen shares at a size, with a banner while something is supposed.
    pub fn shell(&self, size: (u16, u16)) -> Option<Shell> {
        layout::shell(size, self.what_if.is_some())
    }

    /// The part of the terminal that the current screen fills; empty where the terminal is too small.
    pub fn body(&self) -> Area {
        self.shell(self.size).map_or(Area::default(), |s| s.body)
    }

    /// A person as fully as they are known: with detail if it has been read, and as they would be while something is supposed of them.
    pub fn person_known(&self, id: &PersonId) -> Option<&Arc<Person>> {
        if let Some(simulation) = &self.what_if
            && simulation.concerns(id)
        {
            return simulation.known(id).or_else(|| self.team.person(id));
        }
        self.details.get(id).or_else(|| self.team.person(id))
    }

    /// Asks for the detail of a person unless it is there.
    pub fn want_detail(&self, id: &PersonId) -> Vec<Effect> {
        match self.person_known(id) {
            Some(person) if person.detail.is_none() => vec![Effect::LoadDetail(id.clone())],
            _ => Vec::new(),
        }
    }

    /// Whether the machine's owner is a manager of the team today.
    pub fn is_manager(&self) -> bool {
        self.standing.reading.everybody()
    }

    /// Adds a notice; three are kept.
    pub fn toast(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        self.toasts.retain(|t| t.text != text);
        self.toasts.push(Toast {
            tone,
            text,
            at: self.now_ms,
        });
        if self.toasts.len() > 3 {
            self.toasts.remove(0);
        }
    }

    /// Saves an edit, or lets it wait until the store is ready.
    pub fn commit(&mut self, edit: Edit) -> Vec<Effect> {
        // No edit begins in the mode; should one ever come here, it would rest on figures that are only supposed.
        if self.what_if.is_some() {
            what_if::say_no(self);
            return Vec::new();
        }
        if self.options.store_ready {
            vec![Effect::Commit(edit)]
        } else {
            self.waiting.push(edit);
            Vec::new()
        }
    }
}
