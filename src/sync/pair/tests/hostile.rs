//! Strangers that say what no honest program says, and an inviter that is not honest.

use super::super::super::endpoint::{ALPN_PAIR, ALPN_SYNC, Net, code};
use super::super::super::frame;
use super::super::super::ticket::{Secret, Ticket};
use super::super::*;
use super::{Guest, Host, net, run};
use crate::store::Joining;
use ed25519_dalek::Signer;
use iroh::endpoint::{RecvStream, SendStream, VarInt};
use std::sync::{Arc, Mutex};

/// A stranger with an endpoint of its own, who says what the test wants.
struct Stranger {
    net: Net,
    id: DeviceId,
}

impl Stranger {
    async fn new(n: u8) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&[n; 32]);
        Self {
            net: net(&key.to_bytes()).await,
            id: DeviceId(key.verifying_key().to_bytes()),
        }
    }

    async fn dials(&self, host: &Host) -> (Connection, SendStream, RecvStream) {
        let addresses = host.net.addresses();
        let to = self.net.connect(&host.own.0, &addresses, ALPN_PAIR);
        let connection = to.await.unwrap();
        let (to, from) = connection.open_bi().await.unwrap();
        (connection, to, from)
    }

    /// An honest knock over a connection.
    fn knock(&self, connection: &Connection, host: &Host, ticket: &Ticket) -> Knocking {
        let verifying = ticket.secret.verifying();
        let shared = shared(connection, &host.team, &host.own, &self.id, &verifying).unwrap();
        let signature = ticket.secret.key().sign(&shared.signed).to_bytes();
        let mut proof = [[0; 32]; 2];
        proof[0].copy_from_slice(&signature[..32]);
        proof[1].copy_from_slice(&signature[32..]);
        Knocking {
            version: VERSION,
            team: host.team.0,
            ticket: verifying,
            proof,
        }
    }
}

/// The code with which the other side closed.
async fn closed_with(connection: &Connection) -> u32 {
    match connection.closed().await {
        ConnectionError::ApplicationClosed(closed) => {
            u32::try_from(closed.error_code.into_inner()).unwrap()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_no_message_ends_the_connection_and_nothing_else() {
    run(async {
        let host = Host::new().await;
        let ticket = host.invite("p-1").await;
        let stranger = Stranger::new(77).await;
        let oversized = u32::MAX.to_be_bytes();
        let too_long = (limits::STRANGER_FRAME_BYTES as u32 + 1).to_be_bytes();
        let form = [0, 0, 0, 3, 255, 255, 255];
        for bytes in [&oversized[..], &too_long, &form, &[0, 0, 0, 0]] {
            let (connection, mut to, _from) = stranger.dials(&host).await;
            to.write_all(bytes).await.unwrap();
            assert_eq!(closed_with(&connection).await, code::PROTOCOL);
        }
        // A knock with bytes behind it.
        let (connection, mut to, _from) = stranger.dials(&host).await;
        let mut knock = postcard::to_stdvec(&stranger.knock(&connection, &host, &ticket)).unwrap();
        knock.push(0);
        let length = u32::try_from(knock.len()).unwrap().to_be_bytes();
        to.write_all(&[&length[..], &knock].concat()).await.unwrap();
        assert_eq!(closed_with(&connection).await, code::PROTOCOL);
        // An agreement that is none, after a good knock.
        let (connection, mut to, mut from) = stranger.dials(&host).await;
        let knock = stranger.knock(&connection, &host, &ticket);
        frame::write(&mut to, &knock, 4096).await.unwrap();
        let said: Say = frame::read(&mut from, 4096).await.unwrap().unwrap();
        assert_eq!(said, Say::Agree("p-1".into()));
        to.write_all(&form).await.unwrap();
        assert_eq!(closed_with(&connection).await, code::PROTOCOL);
        assert_eq!(host.requests().await, 0);
        // Honest ones go on.
        let guest = Guest::comes(&ticket).await;
        let words = guest.words.await.unwrap();
        host.types(&words).unwrap();
        assert!(guest.ended.await.unwrap().1.is_ok());
    });
}

#[test]
fn a_proof_is_good_on_its_own_connection_only() {
    run(async {
        let host = Host::new().await;
        let ticket = host.invite("p-1").await;
        let (one, two) = (Stranger::new(71).await, Stranger::new(72).await);
        let (connection, mut to, mut from) = one.dials(&host).await;
        let knock = one.knock(&connection, &host, &ticket);
        frame::write(&mut to, &knock, 4096).await.unwrap();
        let said: Say = frame::read(&mut from, 4096).await.unwrap().unwrap();
        assert_eq!(said, Say::Agree("p-1".into()));
        // The same bytes from somebody else, and from the same device over another connection.
        for stranger in [&two, &one] {
            let (_connection, mut to, mut from) = stranger.dials(&host).await;
            frame::write(&mut to, &knock, 4096).await.unwrap();
            let said: Say = frame::read(&mut from, 4096).await.unwrap().unwrap();
            assert_eq!(said, Say::Turned(Turned::Unknown));
        }
        assert_eq!(host.requests().await, 0);
    });
}

#[test]
fn an_agreement_for_somebody_else_is_refused() {
    run(async {
        let host = Host::new().await;
        let ticket = host.invite("p-1").await;
        let dir = tempfile::tempdir().unwrap();
        let joining = Joining::begin(dir.path(), None).unwrap();
        let stranger = Stranger::new(73).await;
        let (connection, mut to, mut from) = stranger.dials(&host).await;
        let knock = stranger.knock(&connection, &host, &ticket);
        frame::write(&mut to, &knock, 4096).await.unwrap();
        let _: Say = frame::read(&mut from, 4096).await.unwrap().unwrap();
        // Signed by another device than the one that came.
        let agreement = Agreement {
            seal: joining.recipient(),
            consent: joining.consent(&host.team, &ticket.inviter, &"p-1".into()),
        };
        frame::write(&mut to, &agreement, 4096).await.unwrap();
        let said: Say = frame::read(&mut from, 4096).await.unwrap().unwrap();
        assert_eq!(said, Say::Turned(Turned::Disagreed));
        assert_eq!(host.requests().await, 0);
    });
}

#[test]
fn the_door_holds_so_many_and_no_more() {
    run(async {
        let host = Host::new().await;
        let ticket = host.invite("p-1").await;
        let stranger = Stranger::new(74).await;
        let mut standing = Vec::new();
        for _ in 0..limits::PAIRINGS {
            let (connection, mut to, mut from) = stranger.dials(&host).await;
            let knock = stranger.knock(&connection, &host, &ticket);
            frame::write(&mut to, &knock, 4096).await.unwrap();
            let said: Say = frame::read(&mut from, 4096).await.unwrap().unwrap();
            assert_eq!(said, Say::Agree("p-1".into()));
            standing.push((connection, to, from));
        }
        let turned = Guest::comes(&ticket).await.turned().await;
        assert!(
            matches!(turned, PairError::Turned(Turned::Busy)),
            "{turned}"
        );
        for (connection, ..) in standing {
            connection.close(VarInt::from_u32(code::DONE), b"");
        }
    });
}

#[test]
fn strangers_come_for_nothing_but_pairing_and_only_while_somebody_is_invited() {
    run(async {
        let host = Host::new().await;
        let stranger = Stranger::new(75).await;
        for (alpn, open) in [(ALPN_SYNC, false), (ALPN_PAIR, false), (ALPN_SYNC, true)] {
            if open {
                host.invite("p-1").await;
            }
            let addresses = host.net.addresses();
            // Whether the refusal comes with the handshake or right after it is the transport's affair.
            if let Ok(connection) = stranger.net.connect(&host.own.0, &addresses, alpn).await {
                assert_eq!(closed_with(&connection).await, code::UNKNOWN);
            }
        }
    });
}

/// What an inviter that is not honest can do to whoever joins.
#[test]
fn a_joiner_takes_no_more_than_it_asked_for() {
    run(async {
        for (n, hostile) in [
            Say::Whole,
            Say::Wait,
            Say::Entries(vec![vec![0; 10]]),
            Say::Admitted("p-9".into()),
        ]
        .into_iter()
        .enumerate()
        {
            let key = ed25519_dalek::SigningKey::from_bytes(&[90 + n as u8; 32]);
            let inviter = net(&key.to_bytes()).await;
            inviter.guest.expect_strangers(true);
            let ticket = Ticket {
                team: TeamId([5; 32]),
                inviter: DeviceId(key.verifying_key().to_bytes()),
                secret: Secret::new([5; 16]),
                addresses: inviter.addresses(),
            };
            let said = hostile.clone();
            let held = Arc::new(Mutex::new(None));
            let keep = held.clone();
            tokio::spawn(async move {
                let connection = inviter.endpoint.accept().await.unwrap().await.unwrap();
                let (mut to, mut from) = connection.accept_bi().await.unwrap();
                let _: Knocking = frame::read(&mut from, 4096).await.unwrap().unwrap();
                frame::write(&mut to, &said, 4096).await.unwrap();
                frame::write(&mut to, &Say::Whole, 4096).await.unwrap();
                frame::write(&mut to, &Say::End, 4096).await.unwrap();
                *keep.lock().unwrap() = Some((to, from, inviter));
                connection.closed().await;
            });
            let guest = Guest::comes(&ticket).await;
            let (joining, asked) = guest.ended.await.unwrap();
            match asked {
                Err(error) => assert!(matches!(error, PairError::Protocol(_)), "{error}"),
                Ok((admission, _)) => {
                    // It says so, and shows nothing for it: no folder is made.
                    assert_eq!(hostile, Say::Admitted("p-9".into()));
                    let made = joining.finish(
                        &ticket.team,
                        admission.person.as_ref().unwrap(),
                        &admission.entries,
                        &[],
                    );
                    assert!(made.is_err());
                }
            }
        }
    });
}
