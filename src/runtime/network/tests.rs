//! The thread where there is no network: before the folder is open, while it cannot be read, and where it never opens.

use super::*;
use crate::app::toast::Tone;
use crate::domain::PersonId;
use crate::store::team_file;
use crate::store::tests::fresh;

/// Longer than anything here takes; only a hang is cut short by it.
const WATCHDOG: Duration = Duration::from_secs(60);

fn block_on<T>(future: impl Future<Output = T>) -> T {
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

/// Waits until it is told that things stand so.
async fn told_of(heard: &mut UnboundedReceiver<Heard>, holds: impl Fn(&Way) -> bool) -> Way {
    loop {
        match heard.recv().await.expect("it ended") {
            Heard::Seen(seen) if holds(&seen.way) => return seen.way.clone(),
            _ => {}
        }
    }
}

#[test]
fn what_is_asked_for_before_the_folder_is_open_is_answered_and_a_switch_remembered() {
    let (tell, mut told) = unbounded_channel();
    let (say, mut heard) = unbounded_channel();
    let words = "abandon".to_owned();
    for order in [
        Order::Switch(false),
        Order::Invite(PersonId::new("elm")),
        Order::Confirm {
            invitation: 7,
            words,
        },
    ] {
        tell.send(Told::Order(order)).unwrap();
    }
    tell.send(Told::Begin).unwrap();
    let mut setup = Setup::default();
    assert!(block_on(begun(&mut setup, &mut told, &say)));
    assert!(setup.off);
    assert!(matches!(heard.try_recv(), Ok(Heard::Seen(seen)) if seen.way == Way::Off));
    assert!(
        matches!(heard.try_recv(), Ok(Heard::Said(Tone::Bad, why)) if why.contains("not on yet"))
    );
    // The form for the words waits for its own answer.
    assert!(matches!(
        heard.try_recv(),
        Ok(Heard::NotLetIn { invitation: 7, why }) if why.contains("try again in a moment")
    ));
    tell.send(Told::Order(Order::Switch(true))).unwrap();
    tell.send(Told::End).unwrap();
    assert!(!block_on(begun(&mut setup, &mut told, &say)));
    assert!(!setup.off);
    assert!(matches!(heard.try_recv(), Ok(Heard::Seen(seen)) if seen.way == Way::Unknown));
}

#[test]
fn a_folder_that_cannot_be_read_is_said_and_looked_at_again() {
    let (dir, store) = fresh();
    let db = rusqlite::Connection::open(team_file(dir.path())).unwrap();
    db.busy_timeout(WATCHDOG).unwrap();
    let (tell, mut told) = unbounded_channel();
    let (say, mut heard) = unbounded_channel();
    tell.send(Told::Begin).unwrap();
    let setup = Setup {
        dir: dir.path().to_owned(),
        ..Setup::default()
    };
    let living = live(setup, move || Ok(store), &mut told, &say);
    let talking = async {
        told_of(&mut heard, |way| *way == Way::Alone).await;
        db.execute_batch("ALTER TABLE devices RENAME TO elsewhere")
            .unwrap();
        let way = told_of(&mut heard, |way| matches!(way, Way::Failed(_))).await;
        assert!(matches!(way, Way::Failed(why) if why.contains("it is tried again by itself")));
        db.execute_batch("ALTER TABLE elsewhere RENAME TO devices")
            .unwrap();
        told_of(&mut heard, |way| *way == Way::Alone).await;
        tell.send(Told::End).unwrap();
    };
    let (ended, ()) = block_on(async { tokio::join!(living, talking) });
    assert_eq!(ended, Ok(()));
}

#[test]
fn where_the_folder_never_opens_whoever_asks_hears_why() {
    let gone = || Err(StoreError::NoTeam(PathBuf::from("/nowhere")));
    let mut network = Network::spawn(Setup::default(), gone).unwrap();
    network.begin();
    network.order(Order::TakeOver(1));
    let why = block_on(async {
        told_of(&mut network.heard, |way| matches!(way, Way::Failed(_))).await;
        match network.next().await {
            Heard::Said(Tone::Bad, why) => why,
            other => panic!("{other:?}"),
        }
    });
    assert!(why.contains("not on the network"), "{why}");
    network.finish();
}
