//! Orders of the screens, carried out. Each ends with something that is said. Must not know: when the program is on the network.

use super::Desked;
use super::retry::Retry;
use crate::app::network::{Heard, Order, Ticket as Shown, Uninvited};
use crate::app::toast::Tone;
use crate::domain::PersonId;
use crate::store::{PairingError, Store, StoreError};
use crate::sync::ticket::{MAX_ADDRESSES, Secret};
use crate::sync::{Ticket, Words};
use std::net::SocketAddr;

/// What is said where an order cannot be carried out.
pub(super) fn refused(order: &Order, why: &str) -> Heard {
    let why = why.to_owned();
    match order {
        Order::Confirm { invitation, .. } => Heard::NotLetIn {
            invitation: *invitation,
            why,
        },
        _ => Heard::Said(Tone::Bad, why),
    }
}

/// Why somebody is not invited: where it is about the person, the screens have the name.
fn not_invited(person: PersonId, error: &StoreError) -> Result<Heard, String> {
    let why = match error {
        StoreError::Pairing(PairingError::HasDevice { .. }) => Uninvited::HasDevice,
        StoreError::Pairing(PairingError::OnlyTheOwner(_)) => Uninvited::ByOwner,
        other => return Err(other.to_string()),
    };
    Ok(Heard::NotInvited(person, why))
}

impl Desked<'_> {
    pub(super) async fn perform(&mut self, order: Order) {
        let said = match order {
            Order::Switch(on) => {
                self.off = !on;
                // Somebody asked: it is tried at once.
                self.retry = Retry::default();
                return;
            }
            Order::Invite(person) => self.invite(person).await,
            Order::Cancel(number) => self.cancel(number).await,
            Order::Confirm { invitation, words } => Ok(self.confirm(invitation, &words).await),
            Order::TakeOver(number) => self.take_over(number).await,
        };
        let heard = said.unwrap_or_else(|why| Heard::Said(Tone::Bad, why));
        // Where nobody listens, nobody needs to know.
        let _ = self.say.send(heard);
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, String> {
        let answer = self.desk.ask(question).await.map_err(|e| e.to_string())?;
        answer.map_err(|e| e.to_string())
    }

    async fn invite(&mut self, person: PersonId) -> Result<Heard, String> {
        if self.off {
            return Err("off the network: switch it on first, so that they can come".to_owned());
        }
        let secret = Secret::random().map_err(|e| e.to_string())?;
        let (whom, verifying) = (person.clone(), secret.verifying());
        let invite = move |store: &mut Store| -> Result<_, StoreError> {
            store.invite(&whom, &verifying)?;
            Ok((store.team_id(), store.device()))
        };
        let invited = self.desk.ask(invite).await.map_err(|e| e.to_string())?;
        let (team, inviter) = match invited {
            Ok(invited) => invited,
            Err(error) => return not_invited(person, &error),
        };
        // An invitation is a reason to be on the network.
        self.folder = super::look::folder(&self.desk).await?;
        self.settle().await;
        let mut addresses: Vec<SocketAddr> = match &self.live {
            Some(live) => live.node.net.addresses(),
            // Another program answers whoever comes.
            None => {
                let noted = self.ask(Store::listening).await?;
                noted.iter().filter_map(|a| a.parse().ok()).collect()
            }
        };
        addresses.truncate(MAX_ADDRESSES);
        let ticket = Ticket {
            team,
            inviter,
            secret,
            addresses,
        };
        Ok(Heard::Ticket(Box::new(Shown {
            person,
            reachable: !ticket.addresses.is_empty(),
            text: ticket.to_text().to_string(),
        })))
    }

    async fn cancel(&self, number: i64) -> Result<Heard, String> {
        self.ask(move |store| store.cancel_invitation(number))
            .await?;
        let text = "taken back: nobody can come with that ticket any more";
        Ok(Heard::Said(Tone::Done, text.to_owned()))
    }

    async fn confirm(&self, invitation: i64, typed: &str) -> Heard {
        let not = |why: String| Heard::NotLetIn { invitation, why };
        let words = match typed.parse::<Words>() {
            Ok(words) => words,
            Err(error) => return not(error.to_string()),
        };
        let confirmed = self
            .ask(move |store| store.confirm(words.places(), Some(invitation)))
            .await;
        match confirmed {
            Ok(confirmed) => Heard::LetIn {
                invitation,
                person: confirmed.person,
            },
            Err(why) => not(why),
        }
    }

    async fn take_over(&self, number: i64) -> Result<Heard, String> {
        let Some(edit) = self.folder.quarantined(number).cloned() else {
            return Err("that edit is not there any more".to_owned());
        };
        self.ask(move |store| store.take_over(&edit)).await?;
        let text = "taken over: it is yours now, and counts";
        Ok(Heard::Said(Tone::Done, text.to_owned()))
    }
}
