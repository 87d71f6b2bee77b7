//! The ticket: what a manager hands to somebody who is to join, as one line of text. Owns its form. Must not know who may invite, nor how
//! two machines talk.
//!
//! `guildhall1` and then, in lower-case base32 without padding: version, team, the inviter's device, the secret, addresses, and a checksum
//! over all of it. Whoever has a ticket can ask to be let in, and nothing more.

use crate::log::{DeviceId, TeamId};
use ed25519_dalek::SigningKey;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use zeroize::{Zeroize, Zeroizing};

/// What every ticket begins with.
pub const PREFIX: &str = "guildhall1";
/// Version of the form behind the prefix.
const VERSION: u8 = 1;
/// A ticket names at most so many addresses.
pub const MAX_ADDRESSES: usize = 8;
/// The longest text that is looked at, white space included.
const MAX_TEXT: usize = 2_000;
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const SUM: usize = 4;

/// The secret of a ticket: 128 random bits, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<[u8; 16]>);

impl Secret {
    /// From random bytes.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// From the system's random bits.
    ///
    /// # Errors
    /// Where it gives none.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut new = Self::new([0; 16]);
        getrandom::fill(new.0.as_mut_slice())?;
        Ok(new)
    }

    /// The key with which somebody who has the ticket signs that they do. The inviter keeps the verifying half alone.
    pub fn key(&self) -> SigningKey {
        let key = Zeroizing::new(blake3::derive_key("guildhall ticket key", &self.0[..]));
        SigningKey::from_bytes(&key)
    }

    /// What the inviter keeps of it.
    pub fn verifying(&self) -> [u8; 32] {
        self.key().verifying_key().to_bytes()
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Into which team.
    pub team: TeamId,
    /// The device that answers, and no other.
    pub inviter: DeviceId,
    /// What only the invited know.
    pub secret: Secret,
    /// Where the inviter may be reached; on its local network it is found without.
    pub addresses: Vec<SocketAddr>,
}

/// Why a text is not a ticket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Something else altogether.
    #[error("that is not a ticket: a ticket is one line that begins with {PREFIX}")]
    NotATicket,
    /// A sign that no ticket has.
    #[error(
        "the ticket holds “{0}”, which no ticket does: copy it once more, from {PREFIX} to its end"
    )]
    Letter(char),
    /// The checksum does not fit.
    #[error(
        "a letter of the ticket is wrong, or part of it is missing: copy it once more, from {PREFIX} to its end"
    )]
    Damaged,
    /// Made by a newer program.
    #[error(
        "the ticket has form {0}, and this program knows form {VERSION}: use a newer guildhall"
    )]
    Newer(u8),
    /// The checksum fits and the rest does not.
    #[error("the ticket does not follow the form of tickets: ask for a new one")]
    Form,
}

impl Ticket {
    /// As text: one line.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(256));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.team.0);
        bytes.extend_from_slice(&self.inviter.0);
        bytes.extend_from_slice(self.secret.bytes());
        let addresses = &self.addresses[..self.addresses.len().min(MAX_ADDRESSES)];
        bytes.push(addresses.len() as u8);
        for at in addresses {
            match at.ip() {
                IpAddr::V4(ip) => {
                    bytes.push(4);
                    bytes.extend_from_slice(&ip.octets());
                }
                IpAddr::V6(ip) => {
                    bytes.push(6);
                    bytes.extend_from_slice(&ip.octets());
                }
            }
            bytes.extend_from_slice(&at.port().to_be_bytes());
        }
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum);
        let mut text = Zeroizing::new(String::with_capacity(512));
        text.push_str(PREFIX);
        to_letters(&bytes, &mut text);
        text
    }

    /// Reads what [`Ticket::to_text`] wrote; capitals do not matter, nor white space that a mail program put in.
    ///
    /// # Errors
    /// What is wrong with the text, and what to do about it.
    pub fn from_text(text: &str) -> Result<Self, TicketError> {
        if text.len() > MAX_TEXT {
            return Err(TicketError::NotATicket);
        }
        let mut plain = Zeroizing::new(String::with_capacity(MAX_TEXT));
        for c in text.chars().filter(|c| !c.is_whitespace()) {
            plain.push(c.to_ascii_lowercase());
        }
        let letters = plain.strip_prefix(PREFIX).ok_or(TicketError::NotATicket)?;
        let bytes = from_letters(letters)?;
        let (body, sum) = bytes
            .split_last_chunk::<SUM>()
            .ok_or(TicketError::Damaged)?;
        if *sum != checksum(body) {
            return Err(TicketError::Damaged);
        }
        let (version, rest) = body.split_first().ok_or(TicketError::Damaged)?;
        if *version != VERSION {
            return Err(TicketError::Newer(*version));
        }
        read(rest).ok_or(TicketError::Form)
    }
}

/// Takes so many bytes off the front.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

fn read(mut bytes: &[u8]) -> Option<Ticket> {
    let rest = &mut bytes;
    let team = TeamId(take(rest)?);
    let inviter = DeviceId(take(rest)?);
    let mut secret = take::<16>(rest)?;
    let kept = Secret::new(secret);
    secret.zeroize();
    let [count] = take(rest)?;
    if usize::from(count) > MAX_ADDRESSES {
        return None;
    }
    let mut addresses = Vec::new();
    for _ in 0..count {
        let ip: IpAddr = match take(rest)? {
            [4] => Ipv4Addr::from(take::<4>(rest)?).into(),
            [6] => Ipv6Addr::from(take::<16>(rest)?).into(),
            _ => return None,
        };
        addresses.push(SocketAddr::new(ip, u16::from_be_bytes(take(rest)?)));
    }
    rest.is_empty().then_some(Ticket {
        team,
        inviter,
        secret: kept,
        addresses,
    })
}

fn checksum(bytes: &[u8]) -> [u8; SUM] {
    let mut sum = [0; SUM];
    sum.copy_from_slice(&blake3::derive_key("guildhall ticket checksum", bytes)[..SUM]);
    sum
}

fn to_letters(bytes: &[u8], text: &mut String) {
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(LETTERS[(bits >> held) as usize & 31]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(char::from(LETTERS[(bits << (5 - held)) as usize & 31]));
    }
}

fn from_letters(letters: &str) -> Result<Zeroizing<Vec<u8>>, TicketError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(letters.len()));
    let (mut bits, mut held) = (0_u32, 0_u32);
    for c in letters.chars() {
        let value = LETTERS
            .iter()
            .position(|l| char::from(*l) == c)
            .ok_or(TicketError::Letter(c))?;
        bits = (bits << 5) | value as u32;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
        bits &= (1 << held) - 1;
    }
    // What is left over is less than a letter, and nothing: each ticket has one spelling.
    match held < 5 && bits == 0 {
        true => Ok(bytes),
        false => Err(TicketError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ticket(addresses: &[&str]) -> Ticket {
        Ticket {
            team: TeamId([3; 32]),
            inviter: DeviceId([200; 32]),
            secret: Secret::new([9; 16]),
            addresses: addresses.iter().map(|a| a.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn a_ticket_is_one_line_and_is_read_back_however_it_was_copied() {
        for addresses in [
            &[][..],
            &["192.0.2.7:47474"],
            &["192.0.2.7:1", "[2001:db8::1]:65535"],
        ] {
            let ticket = ticket(addresses);
            let text = ticket.to_text();
            assert!(text.starts_with(PREFIX) && !text.contains(char::is_whitespace));
            assert_eq!(Ticket::from_text(&text).unwrap(), ticket);
            let (one, two) = text.split_at(40);
            let mailed = format!("  {}\r\n  {two}\n", one.to_uppercase());
            assert_eq!(Ticket::from_text(&mailed).unwrap(), ticket);
        }
    }

    #[test]
    fn every_wrong_or_missing_letter_is_noticed() {
        let text = ticket(&["192.0.2.7:47474"]).to_text();
        for (at, c) in text.char_indices() {
            let mut wrong = text.to_string();
            wrong.replace_range(at..=at, if c == 'q' { "r" } else { "q" });
            assert!(Ticket::from_text(&wrong).is_err(), "{at}");
            assert!(Ticket::from_text(&text[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
        let text = ticket(&[]).to_text();
        let error = |text: &str| Ticket::from_text(text).unwrap_err();
        assert_eq!(error("hello"), TicketError::NotATicket);
        assert_eq!(error(""), TicketError::NotATicket);
        assert_eq!(error(&"x".repeat(MAX_TEXT + 1)), TicketError::NotATicket);
        assert_eq!(error(&format!("{}!", *text)), TicketError::Letter('!'));
        assert_eq!(error(&format!("{}a", *text)), TicketError::Damaged);
        assert_eq!(error(PREFIX), TicketError::Damaged);
        let sealed = |body: &[u8]| {
            let mut text = PREFIX.to_owned();
            to_letters(&[body, &checksum(body)].concat(), &mut text);
            text
        };
        assert_eq!(error(&sealed(&[2, 0, 0])), TicketError::Newer(2));
        assert_eq!(error(&sealed(&[1, 0, 0])), TicketError::Form);
        let mut many = vec![1];
        many.extend([0; 80]);
        many.push(9);
        many.extend([4; 9 * 7]);
        assert_eq!(error(&sealed(&many)), TicketError::Form);
        assert!(!format!("{:?}", ticket(&[])).contains('9'));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "(guildhall1)?[a-z2-7 ]{0,300}") {
            prop_assert!(Ticket::from_text(&text).is_err());
        }

        #[test]
        fn any_body_under_a_right_checksum_reads_or_is_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut text = PREFIX.to_owned();
            let mut body = body;
            if let Some(first) = body.first_mut() { *first = 1; }
            to_letters(&[&body[..], &checksum(&body)].concat(), &mut text);
            if let Ok(ticket) = Ticket::from_text(&text) {
                let again = ticket.to_text();
                prop_assert_eq!(again.as_str(), text.as_str());
            }
        }
    }
}
