//! Two real endpoints on loopback, one of them honest; the other as the test has it.

mod hostile;

use super::super::desk::Desk;
use super::super::endpoint::{Net, NetOptions};
use super::super::ticket::{Secret, Ticket};
use super::super::words::Words;
use super::*;
use crate::document::{DocRef, Edit, Kind, Op, Rows, Scalar};
use crate::domain::PersonId;
use crate::store::{Joining, Parcel, Standing, Store};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// Longer than anything here takes; only a hang is cut short by it.
const WATCHDOG: Duration = Duration::from_secs(60);

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            tokio::time::timeout(WATCHDOG, future)
                .await
                .expect("it hangs")
        })
}

async fn net(secret: &[u8; 32]) -> Net {
    let options = NetOptions {
        listen: Some("127.0.0.1:0".parse().unwrap()),
        no_mdns: true,
        relay: None,
    };
    Net::open(secret, &options).await.unwrap()
}

/// A folder that invites, on the network.
struct Host {
    dir: TempDir,
    desk: Desk,
    net: Net,
    team: TeamId,
    own: DeviceId,
}

impl Host {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(dir.path(), &"owner-1".into()).unwrap();
        let (team, own) = (store.team_id(), store.device());
        let secret = store.device_secret();
        let desk = Desk::open(store).unwrap();
        let net = net(&secret).await;
        let door = Door::new(desk.clone(), net.guest.clone(), team, own);
        let (minding, serving, served) = (door.clone(), door, net.clone());
        tokio::spawn(async move { minding.mind().await });
        tokio::spawn(async move { serving.serve(&served).await });
        Self {
            dir,
            desk,
            net,
            team,
            own,
        }
    }

    /// A ticket for somebody; the door is open when this returns.
    async fn invite(&self, person: &str) -> Ticket {
        let secret = Secret::random().unwrap();
        let (person, key) = (PersonId::new(person), secret.verifying());
        self.desk
            .ask(move |s| s.invite(&person, &key))
            .await
            .unwrap()
            .unwrap();
        self.door(true).await;
        Ticket {
            team: self.team,
            inviter: self.own,
            secret,
            addresses: self.net.addresses(),
        }
    }

    /// Waits until the door is open or closed: what is in the file is followed soon.
    async fn door(&self, open: bool) {
        while self.net.guest.expects_strangers() != open {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Types words in another process, which has the folder open too.
    fn types(&self, words: &Words) -> Result<(), StoreError> {
        let mut other = Store::open(self.dir.path()).unwrap();
        other.confirm(words.places(), None).map(|_| ())
    }

    async fn standing(&self) -> Standing {
        let all = self.desk.ask(Store::invitations).await.unwrap().unwrap();
        all.last().unwrap().standing
    }

    async fn requests(&self) -> usize {
        let all = self.desk.ask(Store::invitations).await.unwrap().unwrap();
        all.iter().map(|i| i.requests.len()).sum()
    }
}

/// What whoever joined has, or why they did not.
type Ended = Result<(Admission, Vec<Parcel>), PairError>;

/// A fresh folder that joins in a task of its own; the words come first, then how it ended.
struct Guest {
    dir: TempDir,
    words: oneshot::Receiver<Words>,
    ended: tokio::task::JoinHandle<(Joining, Ended)>,
}

impl Guest {
    async fn comes(ticket: &Ticket) -> Self {
        Self::comes_to(ticket, tempfile::tempdir().unwrap()).await
    }

    async fn comes_to(ticket: &Ticket, dir: TempDir) -> Self {
        let joining = Joining::begin(dir.path(), None).unwrap();
        let net = net(&joining.secret()).await;
        let (tell, words) = oneshot::channel();
        let ticket = ticket.clone();
        let ended = tokio::spawn(async move {
            let show = |words: &Words| drop(tell.send(words.clone()));
            let asked = match ask(&net, &ticket, &joining, Wish::Person, show).await {
                Ok((admission, mut contents)) => {
                    let mut all = Vec::new();
                    while let Ok(Some(parcel)) = contents.next().await {
                        all.push(parcel);
                    }
                    Ok((admission, all))
                }
                Err(error) => Err(error),
            };
            net.endpoint.close().await;
            (joining, asked)
        });
        Self { dir, words, ended }
    }

    async fn turned(self) -> PairError {
        self.ended.await.unwrap().1.unwrap_err()
    }
}

#[test]
fn an_invited_device_is_let_in_once_its_words_were_typed_elsewhere() {
    run(async {
        let host = Host::new().await;
        let names = DocRef::of(Kind::Card, &"p-1".into());
        let secret = DocRef::of(Kind::Private, &"owner-1".into());
        for (doc, table, row, field) in [
            (names, "card", "card", "name"),
            (secret, "marks", "a|b|owner-1|2026-01-01", "mark"),
        ] {
            let edit = Edit::new(
                "written before",
                vec![Op {
                    doc,
                    table: table.into(),
                    row: row.into(),
                    field: field.into(),
                    value: Scalar::text("Ada Inkwell"),
                }],
            );
            host.desk
                .ask(move |s| s.commit(&edit))
                .await
                .unwrap()
                .unwrap();
        }
        let ticket = host.invite("p-1").await;
        let guest = Guest::comes(&ticket).await;
        let words = guest.words.await.unwrap();
        assert_eq!(host.standing().await, Standing::Requested);
        host.types(&words).unwrap();
        let (joining, asked) = guest.ended.await.unwrap();
        let (admission, contents) = asked.unwrap();
        assert_eq!(admission.person, Some("p-1".into()));
        let mut joined = joining
            .finish(
                &ticket.team,
                admission.person.as_ref().unwrap(),
                &admission.entries,
                &admission.statements,
            )
            .unwrap();
        assert_eq!(joined.me(), &"p-1".into());
        for parcel in &contents {
            let received = joined.receive(parcel).unwrap();
            assert_eq!(received.refused, Vec::<String>::new());
        }
        assert_eq!(joined.team().unwrap().people[0].name.get(), "Ada Inkwell");
        let private = DocRef::of(Kind::Private, &"owner-1".into());
        assert_eq!(joined.rows(&private).unwrap(), Rows::default());
        assert_eq!(host.standing().await, Standing::Used);
        host.door(false).await;
    });
}

#[test]
fn whoever_lost_the_connection_comes_again_and_is_told() {
    run(async {
        let host = Host::new().await;
        let ticket = host.invite("owner-1").await;
        let guest = Guest::comes(&ticket).await;
        let first = guest.words.await.unwrap();
        guest.ended.abort();
        let _ = guest.ended.await;
        // The same folder again: the same device, other words.
        let guest = Guest::comes_to(&ticket, guest.dir).await;
        let second = guest.words.await.unwrap();
        assert_ne!(first, second);
        assert_eq!(host.requests().await, 1);
        assert!(host.types(&first).is_err());
        guest.ended.abort();
        let _ = guest.ended.await;
        host.types(&second).unwrap();
        // The door is closed to strangers by now; this device is none.
        let id = Joining::begin(guest.dir.path(), None).unwrap().device().0;
        host.net.guest.let_in([id]);
        let again = Guest::comes_to(&ticket, guest.dir).await;
        let (_, asked) = again.ended.await.unwrap();
        assert_eq!(asked.unwrap().0.person, Some("owner-1".into()));
    });
}

#[test]
fn each_other_end_is_told_to_whoever_came() {
    run(async {
        let host = Host::new().await;
        // Wrong words three times.
        let ticket = host.invite("p-1").await;
        let guest = Guest::comes(&ticket).await;
        let words = guest.words.await.unwrap();
        let wrong = Words::of(&[7; 32]);
        assert_ne!(wrong, words);
        for _ in 0..3 {
            assert!(matches!(host.types(&wrong), Err(StoreError::Pairing(_))));
        }
        let (_, asked) = guest.ended.await.unwrap();
        assert!(matches!(asked, Err(PairError::Turned(Turned::WrongWords))));
        // Taken back while somebody waits.
        let ticket = host.invite("p-1").await;
        let guest = Guest::comes(&ticket).await;
        guest.words.await.unwrap();
        let id = host.desk.ask(Store::invitations).await.unwrap().unwrap();
        let id = id.last().unwrap().id;
        host.desk
            .ask(move |s| s.cancel_invitation(id))
            .await
            .unwrap()
            .unwrap();
        let (_, asked) = guest.ended.await.unwrap();
        assert!(matches!(asked, Err(PairError::Turned(Turned::Cancelled))));
        // No invitation at all.
        host.door(false).await;
        let turned = Guest::comes(&ticket).await.turned().await;
        assert!(matches!(turned, PairError::NotOpen), "{turned}");
        // An old ticket while another is open.
        host.invite("p-2").await;
        let turned = Guest::comes(&ticket).await.turned().await;
        assert!(
            matches!(turned, PairError::Turned(Turned::Cancelled)),
            "{turned}"
        );
    });
}

#[test]
fn a_stolen_ticket_shows_as_a_request_and_its_bearer_is_turned_away() {
    run(async {
        let host = Host::new().await;
        let ticket = host.invite("p-1").await;
        let thief = Guest::comes(&ticket).await;
        let thiefs = thief.words.await.unwrap();
        let guest = Guest::comes(&ticket).await;
        let words = guest.words.await.unwrap();
        assert_ne!(thiefs, words);
        assert_eq!(host.requests().await, 2);
        host.types(&words).unwrap();
        assert!(guest.ended.await.unwrap().1.is_ok());
        let (joining, asked) = thief.ended.await.unwrap();
        assert!(matches!(asked, Err(PairError::Turned(Turned::Other))));
        let device = joining.device();
        let record = host.desk.ask(move |s| s.record_for(&device)).await;
        assert_eq!(record.unwrap().unwrap(), None);
    });
}

#[test]
fn a_ticket_of_another_machine_or_with_another_secret_leads_nowhere() {
    run(async {
        let host = Host::new().await;
        let ticket = host.invite("p-1").await;
        let mut secret = ticket.clone();
        secret.secret = Secret::new([1; 16]);
        let turned = Guest::comes(&secret).await.turned().await;
        assert!(matches!(turned, PairError::Turned(Turned::Unknown)));
        let mut team = ticket.clone();
        team.team = TeamId([1; 32]);
        let turned = Guest::comes(&team).await.turned().await;
        assert!(matches!(turned, PairError::Turned(Turned::Unknown)));
        // Somebody else at the right address is not who was asked for.
        let mut inviter = ticket.clone();
        let other = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
        inviter.inviter = DeviceId(other.verifying_key().to_bytes());
        let turned = Guest::comes(&inviter).await.turned().await;
        assert!(matches!(turned, PairError::NoAnswer(_)), "{turned}");
        assert!(turned.to_string().contains("another machine answers"));
        assert_eq!(host.requests().await, 0);
    });
}
