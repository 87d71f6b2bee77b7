//! What the store's thread does while nobody waits: it reads on in the history, and looks for what was written apart. A piece at a time, so that
//! whoever comes goes first. Must not know: when there is time for it.

use super::{Backing, Desk, LOOKED_THROUGH};
use crate::app::event::Event;
use std::sync::Arc;

impl<B: Backing> Desk<'_, B> {
    /// Reads one more document of what is being told.
    pub(super) fn tell_on(&mut self) {
        let (Some(doc), Some(team)) = (self.telling.next_document(), self.shown.clone()) else {
            return;
        };
        let read = self.store.history_of(&team, &doc);
        if let Err(why) = &read {
            tracing::warn!(%why, "a history was not read");
        }
        if let Some(told) = self.telling.take(doc, read) {
            self.tell(Event::History(told));
        }
    }

    /// Begins to read what the screen does not know yet of what was written.
    pub(super) fn begin_to_tell(&mut self) {
        let Some(team) = self.shown.clone() else {
            return;
        };
        match self.store.history_sources() {
            Ok(sources) => {
                if let Some(told) = self.telling.ask(&sources, &team) {
                    self.tell(Event::History(told));
                }
            }
            Err(why) => self.failed("read the history", why, None),
        }
    }

    /// Looks through a few more documents; whoever has come goes first after that.
    pub(super) fn look_for_conflicts(&mut self) {
        let Some(team) = self.shown.clone() else {
            self.look = false;
            return;
        };
        match self.store.conflicts(&team, LOOKED_THROUGH) {
            Ok(None) => {}
            Ok(Some(mut found)) => {
                self.look = false;
                if self.devices
                    && let Err(why) = self.store.name_devices(&mut found)
                {
                    tracing::warn!(%why, "with which devices it was written is not known");
                }
                if *self.conflicts != found {
                    self.conflicts = Arc::new(found);
                    self.tell(Event::Conflicts(Arc::clone(&self.conflicts)));
                }
            }
            Err(why) => {
                self.look = false;
                tracing::warn!(%why, "what was written apart was not looked for");
            }
        }
    }
}
