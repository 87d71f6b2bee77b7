use super::*;
use crate::document::Kind;
use crate::domain::generate::{generate, synthetic_framework};
use chrono::NaiveDate;

fn team() -> Arc<Team> {
    let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    Arc::new(generate(Arc::new(synthetic_framework()), 5, 3, day))
}

/// A store of sentences: of each document how many there are. As many stand in its heads.
struct Folder {
    team: Arc<Team>,
    told: Vec<(DocRef, usize)>,
}

fn folder(people: usize) -> Folder {
    let team = team();
    let docs = (0..people).map(|n| {
        let id = format!("p{n}").as_str().into();
        (DocRef::of(Kind::Plan, &id), 1)
    });
    let told = docs.collect();
    Folder { team, told }
}

impl Folder {
    fn sources(&self) -> Sources {
        let heads = |n: usize| [u8::try_from(n).unwrap(); 32];
        let documents = self.told.iter().map(|(doc, n)| (doc.clone(), heads(*n)));
        Sources {
            documents: documents.collect(),
            withheld: 2,
        }
    }

    fn tells(&self, doc: &DocRef) -> Vec<Told> {
        let at = self.told.iter().position(|(d, _)| d == doc).unwrap();
        let one = |n: usize| Told {
            id: (at * 1_000 + n) as u64,
            at: (n * 100 + at) as u64,
            author: None,
            device: String::new(),
            person: doc.person.clone(),
            what: String::new(),
            before: Vec::new(),
            after: None,
            done: format!("{at} {n}"),
            when: String::new(),
            about: Vec::new(),
        };
        (0..self.told[at].1).map(one).collect()
    }

    fn ask(&self, telling: &mut Telling) -> Option<Arc<History>> {
        telling.ask(&self.sources(), &self.team)
    }

    /// Reads one more document; which, and what is shown after it.
    fn step(&self, telling: &mut Telling) -> (DocRef, Option<Arc<History>>) {
        let doc = telling.next_document().unwrap();
        let read = self.tells(&doc);
        (doc.clone(), telling.take(doc, Ok(read)))
    }

    fn to_the_end(&self, telling: &mut Telling) -> (usize, Arc<History>) {
        for n in 1.. {
            if let (_, Some(shown)) = self.step(telling)
                && !telling.is_busy()
            {
                return (n, shown);
            }
        }
        unreachable!()
    }
}

#[test]
fn what_was_read_is_kept_and_only_what_was_written_to_is_read_again() {
    let (mut folder, mut telling) = (folder(40), Telling::default());
    assert_eq!(folder.ask(&mut telling), None);
    let (read, shown) = folder.to_the_end(&mut telling);
    assert_eq!((read, shown.told.len()), (40, 40));
    assert!(shown.complete && shown.withheld == 2);
    // Nothing was written: it is told at once, and is the very same.
    let again = folder.ask(&mut telling).unwrap();
    assert!(Arc::ptr_eq(&again, &shown) && !telling.is_busy());
    folder.told[7].1 = 3;
    assert_eq!(folder.ask(&mut telling), None);
    let (doc, shown) = folder.step(&mut telling);
    let shown = shown.unwrap();
    assert_eq!(doc, folder.told[7].0);
    assert!(!telling.is_busy() && shown.complete);
    assert_eq!((shown.told.len(), &*shown.told[0].done), (42, "7 2"));
}

#[test]
fn the_first_pass_ends_however_much_is_written_and_asked_meanwhile() {
    let (mut folder, mut telling) = (folder(100), Telling::default());
    folder.ask(&mut telling);
    let mut seen: Vec<usize> = Vec::new();
    // After each document that is read somebody writes to the first ones and asks.
    for n in 0..100 {
        let (_, shown) = folder.step(&mut telling);
        seen.extend(shown.map(|s| s.told.len()));
        folder.told[n % 3].1 += 1;
        folder.ask(&mut telling);
    }
    assert!(
        seen.windows(2).all(|w| w[0] <= w[1]),
        "it empties: {seen:?}"
    );
    let (read, shown) = folder.to_the_end(&mut telling);
    assert_eq!(read, 3, "what was written to meanwhile, once each");
    assert!(shown.complete);
    let all: usize = folder.told.iter().map(|(_, n)| n).sum();
    assert_eq!(shown.told.len(), all);
}

#[test]
fn whole_is_said_once_every_document_was_read_and_stays_so() {
    let (mut folder, mut telling) = (folder(40), Telling::default());
    folder.ask(&mut telling);
    for n in 0..32 {
        let (_, shown) = folder.step(&mut telling);
        assert_eq!(shown.map(|s| s.complete), (n == 31).then_some(false));
    }
    folder.to_the_end(&mut telling);
    // Being read again is no reason to say that it is in part.
    folder.told.iter_mut().for_each(|(_, n)| *n += 1);
    folder.ask(&mut telling);
    for _ in 0..32 {
        if let (_, Some(shown)) = folder.step(&mut telling) {
            assert!(shown.complete && shown.told.len() >= 40);
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_keeps_what_it_told_and_is_tried_again() {
    let (mut folder, mut telling) = (folder(2), Telling::default());
    let someone = folder.team.people[0].clone();
    folder.told[0].0 = DocRef::of(Kind::Plan, &someone.id);
    folder.ask(&mut telling);
    folder.to_the_end(&mut telling);
    folder.told[0].1 = 2;
    folder.ask(&mut telling);
    let doc = telling.next_document().unwrap();
    let shown = telling.take(doc, Err("damaged".to_owned())).unwrap();
    let name = someone.name.get();
    assert_eq!(shown.not_read, [format!("{name}'s plan")]);
    assert_eq!((shown.told.len(), shown.complete), (2, true));
    assert_eq!(folder.ask(&mut telling), None, "it is tried again");
    let (_, shown) = folder.to_the_end(&mut telling);
    assert!(shown.not_read.is_empty() && shown.told.len() == 3);
}

#[test]
fn another_name_words_every_sentence_anew_and_what_is_gone_is_told_no_more() {
    let (mut folder, mut telling) = (folder(3), Telling::default());
    folder.ask(&mut telling);
    folder.to_the_end(&mut telling);
    let mut team = (*folder.team).clone();
    let mut person = (*team.people[0]).clone();
    person.name = crate::domain::Value::One("Somebody Else".to_owned());
    team.people[0] = Arc::new(person);
    folder.team = Arc::new(team);
    assert_eq!(folder.ask(&mut telling), None);
    assert_eq!(folder.to_the_end(&mut telling).0, 3);
    folder.told.remove(2);
    let shown = folder.ask(&mut telling).unwrap();
    assert_eq!(shown.told.len(), 2);
}

#[test]
fn where_one_tells_less_what_was_left_out_for_it_comes_back() {
    let (mut folder, mut telling) = (folder(2), Telling::default());
    folder.told[0].1 = 200;
    folder.told[1].1 = 250;
    telling.newest = Newest::new(300);
    folder.ask(&mut telling);
    let (_, shown) = folder.to_the_end(&mut telling);
    assert_eq!((shown.told.len(), shown.older), (300, 150));
    folder.told[1].1 = 20;
    folder.ask(&mut telling);
    let (read, shown) = folder.to_the_end(&mut telling);
    assert_eq!((shown.told.len(), shown.older), (220, 0));
    assert!(read > 1, "the other one was read once more");
}
