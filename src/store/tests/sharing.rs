//! Several handles on one file: threads, processes, broken transactions, waking up.

use super::*;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::Duration;

#[test]
fn two_handles_writing_in_turn_see_each_other() {
    let (dir, mut a) = fresh();
    let mut b = Store::open(dir.path()).unwrap();
    let first = b.team().unwrap();
    for i in 0..10 {
        a.commit(&note("p-1", &format!("a{i}"), "by a")).unwrap();
        assert!(b.data_changed().unwrap());
        assert!(!b.data_changed().unwrap());
        b.commit(&note("p-1", &format!("b{i}"), "by b")).unwrap();
    }
    let rows = a.rows(&record("p-1")).unwrap();
    assert_eq!(rows.table("meetings").count(), 20);
    assert_eq!(rows, b.rows(&record("p-1")).unwrap());
    let now = b.refresh(&first).unwrap().unwrap();
    assert_eq!(a.team().unwrap(), now);
    // One handle takes back what the other did: it is one device.
    a.undo().unwrap().unwrap();
    assert_eq!(
        b.rows(&record("p-1")).unwrap().table("meetings").count(),
        19
    );
    assert_eq!(a.check().unwrap().findings, []);
}

#[test]
fn threads_writing_at_once_lose_nothing() {
    let (dir, store) = fresh();
    drop(store);
    std::thread::scope(|scope| {
        for t in 0..4 {
            let dir = dir.path();
            scope.spawn(move || {
                let mut store = Store::open(dir).unwrap();
                for i in 0..8 {
                    // Everybody writes to the same two documents, and to one field together.
                    let mut edit = note("p-1", &format!("t{t}-{i}"), "mine");
                    edit.ops
                        .extend(note("p-2", "shared", &format!("{t}-{i}")).ops);
                    store.commit(&edit).unwrap();
                }
            });
        }
    });
    let mut store = Store::open(dir.path()).unwrap();
    let rows = store.rows(&record("p-1")).unwrap();
    assert_eq!(rows.table("meetings").count(), 32);
    let shared = store.rows(&record("p-2")).unwrap();
    assert_eq!(values(&shared, "meetings", "shared", "notes").len(), 1);
    assert_eq!(store.check().unwrap().findings, []);
}

const CHILD_DIR: &str = "GUILDHALL_TEST_STORE_CHILD";

/// Not a test by itself: the process that the next test starts and kills.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else {
        return;
    };
    let mut store = Store::open(Path::new(&dir)).unwrap();
    let me = std::process::id();
    for i in 0.. {
        store
            .commit(&note("p-1", &format!("c{me}-{i}"), "by a child"))
            .unwrap();
        println!("saved c{me}-{i}");
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    use std::io::{BufRead, BufReader};
    let (dir, mut store) = fresh();
    let mut acknowledged = Vec::new();
    let mut children: Vec<_> = (0..2)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "--nocapture"])
                .arg("store::tests::sharing::child_that_writes_until_it_is_killed")
                .env(CHILD_DIR, dir.path())
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for (i, child) in children.iter_mut().enumerate() {
        store
            .commit(&note("p-1", &format!("own{i}"), "beside"))
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        while seen < 6 {
            let line = lines.next().unwrap().unwrap();
            // The test harness prints its own words in front of the first line.
            if let Some((_, row)) = line.split_once("saved ") {
                acknowledged.push(row.to_owned());
                seen += 1;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(
            lines
                .map_while(Result::ok)
                .filter_map(|l| l.split_once("saved ").map(|(_, row)| row.to_owned())),
        );
    }
    let rows = store.rows(&record("p-1")).unwrap();
    for row in &acknowledged {
        assert!(
            rows.row("meetings", row).is_some(),
            "{row} was acknowledged"
        );
    }
    store.commit(&note("p-1", "after", "goes on")).unwrap();
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn a_transaction_that_fails_leaves_neither_file_nor_memory_changed() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "kept")).unwrap();
    let before = store.rows(&record("p-1")).unwrap();
    for _ in 0..3 {
        let failed: Result<(), _> = store.write(|work| {
            commit::apply_edit(work, &note("p-1", "m", "lost"))?;
            Err(StoreError::Full)
        });
        assert!(matches!(failed, Err(StoreError::Full)));
        assert_eq!(store.rows(&record("p-1")).unwrap(), before);
    }
    store.commit(&note("p-1", "n", "next")).unwrap();
    let mut again = Store::open(dir.path()).unwrap();
    let rows = again.rows(&record("p-1")).unwrap();
    assert_eq!(
        values(&rows, "meetings", "m", "notes"),
        [Scalar::text("kept")]
    );
    assert_eq!(
        values(&rows, "meetings", "n", "notes"),
        [Scalar::text("next")]
    );
    assert_eq!(again.check().unwrap().findings, []);
}

#[test]
fn a_write_by_another_handle_wakes_the_watch() {
    let (dir, mut writer) = fresh();
    let reader = Store::open(dir.path()).unwrap();
    type Start = fn(&Store, Box<dyn Fn() + Send + Sync>) -> Watch;
    let starts: [Start; 2] = [
        |store, wake| store.watch(wake).unwrap(),
        |store, wake| Watch::poll(store.dir(), wake).unwrap(),
    ];
    for (i, start) in starts.into_iter().enumerate() {
        let (tell, told) = channel();
        let watch = start(
            &reader,
            Box::new(move || {
                let _ = tell.send(());
            }),
        );
        writer
            .commit(&note("p-1", &format!("w{i}"), "wake up"))
            .unwrap();
        told.recv_timeout(Duration::from_secs(30))
            .unwrap_or_else(|_| panic!("{watch:?} never woke up"));
    }
}
