//! The six words that somebody reads out, typed in to let their device in. Stays open until the words were compared. Must not know: which words
//! there are, nor what is compared with them.

use super::field::Field;
use super::{Outcome, Overlay};
use crate::app::event::Effect;
use crate::app::keymap::key::Plain;
use crate::app::network::{Invited, Order};
use crate::app::state::State;
use crate::app::toast::Tone;
use crate::domain::PersonId;

/// The form.
#[derive(Clone, Debug)]
pub struct WordsForm {
    /// For which invitation.
    pub invitation: i64,
    /// Who is invited; `None` is a carrier.
    pub person: Option<PersonId>,
    /// What is typed.
    pub field: Field,
    /// Why the words before let nobody in.
    pub error: Option<String>,
    /// They are being compared.
    pub busy: bool,
}

impl WordsForm {
    /// An empty form.
    pub fn new(invited: &Invited) -> Self {
        Self {
            invitation: invited.number,
            person: invited.person.clone(),
            field: Field::default(),
            error: None,
            busy: false,
        }
    }

    /// The invitation as it stands; `None` where it is over.
    pub fn invited<'a>(&self, state: &'a State) -> Option<&'a Invited> {
        let mut all = state.network.invited.iter();
        all.find(|i| i.number == self.invitation)
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.field.paste(text);
    }

    pub(super) fn key(&mut self, pressed: Plain) -> Outcome {
        match pressed {
            Plain::Esc => return Outcome::Close,
            // What is being compared is not sent twice: each time counts as a try.
            Plain::Enter if self.busy || self.field.trimmed().is_empty() => {}
            Plain::Enter => {
                self.busy = true;
                self.error = None;
                return Outcome::Keep(vec![Effect::Network(Order::Confirm {
                    invitation: self.invitation,
                    words: self.field.trimmed().to_owned(),
                })]);
            }
            other => {
                self.field.key(other);
            }
        }
        Outcome::Stay
    }
}

fn form(state: &mut State, invitation: i64) -> Option<&mut WordsForm> {
    state.overlays.iter_mut().find_map(|o| match o {
        Overlay::Words(form) if form.invitation == invitation => Some(&mut **form),
        _ => None,
    })
}

/// Says in the form why nobody was let in, or on the hint line where it is closed.
pub fn refuse(state: &mut State, invitation: i64, why: String) {
    match form(state, invitation) {
        Some(form) => {
            form.busy = false;
            form.error = Some(why);
        }
        None => state.toast(Tone::Bad, why),
    }
}

/// Closes the form: its work is done.
pub fn close(state: &mut State, invitation: i64) {
    let is_it = |o: &Overlay| matches!(o, Overlay::Words(form) if form.invitation == invitation);
    state.overlays.retain(|o| !is_it(o));
}
