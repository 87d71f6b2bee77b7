//! Add-only statements: what others than the owner may say while the owner is away. A manager lets in a technician's device, a person a
//! further device of their own, either stops a lost one, a person says which branch of a log of their own device counts, and a machine says
//! that what it held about an erased person is destroyed. Each is an envelope in its writer's own log of statements and is judged as every
//! envelope is, so that a removal cuts it too.

use super::super::assemble::link;
use super::super::chain::arrange;
use super::super::envelope::Header;
use super::super::ids::{DeviceId, DocId, LogId, TeamId};
use super::super::tags;
use super::super::verdict::{self, Target, Verdict};
use super::Authority;
use super::entry::Cut;
use super::state::Member;
use crate::domain::PersonId;
use crate::domain::team::{Right, Role};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A statement has at most so many bytes.
pub const MAX_STATEMENT: usize = 1 << 20;

/// What somebody states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Statement {
    /// A device belongs to a person, who agreed with the device's signature.
    Admit {
        /// Device.
        device: DeviceId,
        /// Whose.
        person: PersonId,
        /// To whom document keys for it are wrapped.
        seal: String,
        /// The device's signature over team, the device that lets it in, person and seal, in two halves.
        consent: [[u8; 32]; 2],
    },
    /// A device is lost: from these cuts on nothing of it counts.
    Stop {
        /// Device.
        device: DeviceId,
        /// How far its logs are trusted; others are cut at their start.
        cuts: Vec<Cut>,
    },
    /// A log of one's own device with two branches ends here.
    Settle(Cut),
    /// The writer's device holds nothing any more about somebody who was erased.
    Destroyed {
        /// Whom.
        person: PersonId,
    },
}

impl Statement {
    /// A statement that admits a device, with the device's consent that `by` lets it in.
    pub fn admit(
        team: &TeamId,
        person: PersonId,
        seal: String,
        by: &DeviceId,
        device: &SigningKey,
    ) -> Self {
        Self::Admit {
            device: DeviceId(device.verifying_key().to_bytes()),
            consent: consent(team, &person, &seal, by, device),
            person,
            seal,
        }
    }

    /// The one encoding.
    pub fn encode(&self) -> Option<Vec<u8>> {
        postcard::to_stdvec(self).ok()
    }

    /// Reads a statement; what is not exactly what [`Statement::encode`] writes is none.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_STATEMENT {
            return None;
        }
        let statement: Self = postcard::from_bytes(bytes).ok()?;
        (statement.encode()? == bytes).then_some(statement)
    }

    /// Whether the device that a statement admits agreed to be that person's and to be let in by the device that states it; other
    /// statements need nobody's agreement.
    pub fn is_agreed(&self, team: &TeamId, by: &DeviceId) -> bool {
        match self {
            Self::Admit {
                device,
                person,
                seal,
                consent,
            } => {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(&consent[0]);
                signature[32..].copy_from_slice(&consent[1]);
                VerifyingKey::from_bytes(&device.0)
                    .and_then(|k| {
                        k.verify_strict(
                            &consent_bytes(team, person, seal, by),
                            &Signature::from_bytes(&signature),
                        )
                    })
                    .is_ok()
            }
            _ => true,
        }
    }
}

/// A device's signature that it agrees to be a person's and to be let in by one device and no other, in two halves.
pub fn consent(
    team: &TeamId,
    person: &PersonId,
    seal: &str,
    by: &DeviceId,
    device: &SigningKey,
) -> [[u8; 32]; 2] {
    let signature = device
        .sign(&consent_bytes(team, person, seal, by))
        .to_bytes();
    let mut consent = [[0; 32]; 2];
    consent[0].copy_from_slice(&signature[..32]);
    consent[1].copy_from_slice(&signature[32..]);
    consent
}

fn consent_bytes(team: &TeamId, person: &PersonId, seal: &str, by: &DeviceId) -> Vec<u8> {
    let mut bytes = tags::CONSENT.to_vec();
    bytes.extend_from_slice(&team.0);
    bytes.extend_from_slice(&by.0);
    bytes.extend_from_slice(&(person.as_str().len() as u64).to_be_bytes());
    bytes.extend_from_slice(person.as_str().as_bytes());
    bytes.extend_from_slice(seal.as_bytes());
    bytes
}

/// The id of the document in whose logs statements stand. It has no contents and no key.
pub fn statements_id(team: &TeamId) -> DocId {
    let mut hasher = blake3::Hasher::new_keyed(&team.0);
    hasher.update(b"guildhall statements\0");
    DocId(*hasher.finalize().as_bytes())
}

/// A statement with the header of its envelope.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub header: Header,
    pub hash: [u8; 32],
    pub statement: Statement,
}

impl Said {
    /// A fixed order, whatever the order of arrival: by position, then place in its log, then hash.
    pub fn order(&self) -> (u64, u64, [u8; 32]) {
        (self.header.authority.len, self.header.seq, self.hash)
    }
}

/// What the statements that hold add.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Devices let in.
    pub devices: BTreeMap<DeviceId, Member>,
    /// Devices that another device of the same person let in, by that device, whether or not the chain knows them too: who shares what is
    /// private. The owner's word neither adds to it nor takes from it.
    pub paired: BTreeMap<DeviceId, DeviceId>,
    /// Devices that a statement would let in that does not hold any more.
    pub void: BTreeMap<DeviceId, PersonId>,
    /// Devices stopped, each with all cuts that were stated; the earliest counts.
    pub stops: BTreeMap<DeviceId, Vec<Vec<Cut>>>,
    /// Logs that their own person settled.
    pub settled: BTreeMap<LogId, Cut>,
    /// Of people who are erased: devices that said that they hold nothing any more, each with the newest time at which it said so.
    pub destroyed: BTreeMap<PersonId, BTreeMap<DeviceId, u64>>,
}

impl Authority {
    /// Goes through all statements until none adds anything: one may rest on another. Stops are heard last, and what a stopped device
    /// let in holds as far as the stop's cut does.
    pub(super) fn hear_statements(&mut self) {
        self.joined = Joined::default();
        if self.statements.is_empty() {
            return;
        }
        let statements = std::mem::take(&mut self.statements);
        let mut counted = self.in_their_logs(&statements);
        self.rest_on_each_other(&counted);
        let stops = stops(self, &counted);
        if !stops.is_empty() {
            // What a stopped device let in is asked anew, now with the stops.
            self.joined = Joined {
                stops,
                ..Joined::default()
            };
            counted = self.in_their_logs(&statements);
            self.rest_on_each_other(&counted);
        }
        for said in &statements {
            if let Statement::Admit { device, person, .. } = &said.statement
                && self.member(device).is_none()
                && (matches!(judge(self, said), Verdict::Quarantined(_))
                    || !counted.iter().any(|c| c.hash == said.hash))
            {
                self.joined.void.insert(*device, person.clone());
            }
        }
        self.statements = statements;
    }

    /// Those that follow each other in their logs, as far as cuts and branches let them: nobody slips one in at a place that is taken.
    fn in_their_logs<'a>(&self, statements: &'a [Said]) -> Vec<&'a Said> {
        let mut logs: BTreeMap<LogId, Vec<&Said>> = BTreeMap::new();
        for said in statements {
            logs.entry(said.header.log).or_default().push(said);
        }
        let mut counted = Vec::with_capacity(statements.len());
        for (log, said) in logs {
            let links: Vec<_> = said.iter().map(|s| link(&s.header)).collect();
            let arranged = arrange(&links, self.anchor(&log).as_ref());
            counted.extend(arranged.path.into_iter().map(|i| said[i]));
        }
        counted.sort_by_key(|s| s.order());
        counted
    }

    fn rest_on_each_other(&mut self, statements: &[&Said]) {
        loop {
            let mut joined = self.joined.clone();
            for said in statements {
                take(self, said, &mut joined);
            }
            if joined == self.joined {
                return;
            }
            self.joined = joined;
        }
    }

    /// With how many entries a device was revoked that the chain did not admit.
    fn revoked_at(&self, device: &DeviceId) -> Option<u64> {
        self.state
            .removals
            .iter()
            .find(|r| r.concerned == super::state::Concerned::Device(*device))
            .map(|r| r.at)
    }
}

fn judge(authority: &Authority, said: &Said) -> Verdict {
    verdict::judge(authority, &said.header, &Target::Statements)
}

/// The writer's person, if the statement holds.
fn writer(authority: &Authority, said: &Said) -> Option<PersonId> {
    if judge(authority, said) != Verdict::Accepted {
        return None;
    }
    authority.member(&said.header.log.device)?.person.clone()
}

fn stops(authority: &Authority, statements: &[&Said]) -> BTreeMap<DeviceId, Vec<Vec<Cut>>> {
    let mut stops: BTreeMap<DeviceId, Vec<Vec<Cut>>> = BTreeMap::new();
    for said in statements {
        let Statement::Stop { device, cuts } = &said.statement else {
            continue;
        };
        let Some(person) = writer(authority, said) else {
            continue;
        };
        let own = authority
            .member(device)
            .is_some_and(|m| m.person.as_ref() == Some(&person));
        if own || is_manager(authority, &person, said) {
            stops.entry(*device).or_default().push(cuts.clone());
        }
    }
    stops
}

fn take(authority: &Authority, said: &Said, joined: &mut Joined) {
    match &said.statement {
        Statement::Admit {
            device,
            person,
            seal,
            ..
        } => {
            let by = said.header.log.device;
            if !said.statement.is_agreed(&authority.state.team, &by) {
                return;
            }
            let Some(writer) = writer(authority, said) else {
                return;
            };
            // Whom the owner had let in before is no device that its person let in.
            let position = said.header.authority.len;
            let of_owner = authority.state.devices.get(device);
            let first = of_owner.is_none_or(|m| m.since > position);
            if writer == *person && first && *device != by {
                joined.paired.entry(*device).or_insert(by);
            }
            let owners = of_owner.is_some_and(|m| !first || m.person.as_ref() != Some(person));
            if owners || authority.joined.devices.contains_key(device) {
                return;
            }
            // What a device of theirs wrote about others before stays that device's.
            let at = authority.state.erased_at.get(person);
            let erased = at.is_some_and(|at| *at <= said.header.authority.len);
            let further = writer == *person;
            let above = [Role::Owner, Role::Manager, Role::Head];
            let technician = is_manager(authority, &writer, said)
                && rights_at(authority, person, &above, said).next().is_none();
            if !erased && (further || technician) {
                joined.devices.entry(*device).or_insert(Member {
                    person: Some(person.clone()),
                    seal: seal.clone(),
                    since: said.header.authority.len,
                    by: Some(by),
                    revoked: authority.revoked_at(device),
                });
            }
        }
        Statement::Settle(cut) => {
            let Some(writer) = writer(authority, said) else {
                return;
            };
            let own = authority
                .member(&cut.device)
                .is_some_and(|m| m.person.as_ref() == Some(&writer));
            if own {
                joined.settled.entry(cut.log()).or_insert(*cut);
            }
        }
        Statement::Destroyed { person } => {
            let erased = authority.state.erased.contains_key(person);
            if erased && writer(authority, said).is_some() {
                let of = joined.destroyed.entry(person.clone()).or_default();
                let at = of.entry(said.header.log.device).or_default();
                *at = (*at).max(said.header.time_ms);
            }
        }
        Statement::Stop { .. } => {}
    }
}

fn is_manager(authority: &Authority, person: &PersonId, said: &Said) -> bool {
    let day = verdict::day_of(said.header.time_ms);
    let roles = [Role::Owner, Role::Manager];
    rights_at(authority, person, &roles, said).any(|r| r.on(day))
}

/// The rights of some roles that a person has by the entries which a statement names.
fn rights_at<'a>(
    authority: &'a Authority,
    person: &'a PersonId,
    roles: &'a [Role],
    said: &Said,
) -> impl Iterator<Item = &'a Right> {
    let len = said.header.authority.len;
    let of = move |r: &Right| r.holder == *person && roles.contains(&r.role);
    let given = authority.state.rights.iter();
    given
        .filter(move |g| g.at(len) && of(&g.given))
        .map(|g| &g.given)
}
