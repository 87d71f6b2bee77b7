//! The team as the first frame needs it, from typed bases and summaries alone: no document is loaded. For whom a summary would not give the
//! right figures, the views of their documents are read instead. A later look reads only what a newer transaction wrote, and everything
//! else stays the same `Arc`.

use super::error::StoreError;
use super::hidden::{All, Shown, Standing};
use super::inner::{Inner, meta};
use super::local::Purpose;
use super::views::{Base, InHand, read_documents, summary_bound, summary_heads};
use crate::document::decode::{Summary, Who};
use crate::document::{DocRef, Kind};
use crate::domain::framework::Framework;
use crate::domain::ids::sharing;
use crate::domain::team::{Private, Team, TeamBase};
use crate::domain::{Person, PersonId};
use crate::log::{Access, DocId, may};
use chrono::NaiveDate;
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a handle last read.
#[derive(Clone)]
pub struct Snapshot {
    version: i64,
    /// Figures are right from this day on.
    day: NaiveDate,
    team: Team,
    /// What the file says, those who are erased included; the team shows the rest.
    all: All,
    shown: Shown,
    people: HashMap<[u8; 32], Arc<Person>>,
}

/// Views that did not open and have to be made again before the snapshot is whole.
#[derive(Debug, Default)]
pub struct Unreadable {
    /// Keyed hashes of people.
    pub people: Vec<[u8; 32]>,
    /// Bases.
    pub bases: Vec<Base>,
}

impl Unreadable {
    /// Whether everything could be read.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.bases.is_empty()
    }
}

impl Snapshot {
    fn empty(me: &PersonId, day: NaiveDate) -> Self {
        Self {
            version: -1,
            day,
            team: Team {
                base: Arc::default(),
                framework: Arc::default(),
                rights: Arc::default(),
                succession: None,
                people: Vec::new(),
                me: me.clone(),
                private: Arc::default(),
            },
            all: All::default(),
            shown: Shown::default(),
            people: HashMap::new(),
        }
    }

    /// The team.
    pub fn team(&self) -> &Team {
        &self.team
    }

    /// Whether somebody is erased, and so not shown.
    pub fn hides(&self, person: &PersonId) -> bool {
        self.all.hides(person)
    }

    /// Brings a snapshot up to the file, inside one read transaction. What did not open is listed and keeps its former value. `today` is
    /// the day on which rights to read are judged, `day` the first on which figures are to be right.
    pub fn read(
        db: &Connection,
        inner: &mut Inner,
        before: Option<&Self>,
        today: NaiveDate,
        day: NaiveDate,
    ) -> Result<(Self, Unreadable), StoreError> {
        inner.count(|c| c.queries += 1);
        let version = meta::<i64>(db, "version")?.unwrap_or(0);
        let mut new = before
            .filter(|b| b.day == day)
            .cloned()
            .unwrap_or_else(|| Self::empty(&inner.me, day));
        let mut unreadable = Unreadable::default();
        if version == new.version {
            return Ok((new, unreadable));
        }
        let newer = sharing(|| {
            let rights = new.team.rights.clone();
            new.read_bases(db, inner, &mut unreadable)?;
            new.shown = new.all.shown(before.map(|b| (&b.all, &b.shown)));
            new.team.base = new.shown.base.clone();
            new.team.rights = new.shown.rights.clone();
            // Whose summary stands for the whole record depends on rights.
            let since = match new.team.rights == rights {
                true => new.version,
                false => -1,
            };
            new.read_people(db, inner, since, &mut unreadable)
        })?;
        let erased = before.is_none_or(|b| b.all.erased() != new.all.erased());
        if newer || erased {
            let people = new.people.values().filter(|p| !new.all.hides(&p.id));
            new.team.people = people.cloned().collect();
            new.team
                .people
                .sort_by(|a, b| (a.name.get(), &a.id).cmp(&(b.name.get(), &b.id)));
        }
        let succession = DocRef::team_wide(Kind::Succession);
        new.team.succession = may(
            Access::Read,
            &succession,
            &inner.me,
            &new.team.rights,
            today,
        )
        .then(|| new.shown.succession.clone());
        new.version = version;
        Ok((new, unreadable))
    }

    fn read_bases(
        &mut self,
        db: &Connection,
        inner: &Inner,
        unreadable: &mut Unreadable,
    ) -> Result<(), StoreError> {
        inner.count(|c| c.queries += 2);
        let mut heads: HashMap<[u8; 32], [u8; 32]> = HashMap::new();
        let mut statement =
            db.prepare_cached("SELECT doc, heads FROM documents WHERE person IS NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            heads.insert(row.get(0)?, row.get(1)?);
        }
        let mut changed: HashMap<i64, Vec<u8>> = HashMap::new();
        let mut there: HashSet<i64> = HashSet::new();
        let mut statement = db.prepare_cached("SELECT name, version, sealed FROM bases")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let name: i64 = row.get(0)?;
            there.insert(name);
            // At first all of them are read, whatever a damaged number says of when they were written.
            if self.version < 0 || row.get::<_, i64>(1)? > self.version {
                changed.insert(name, row.get(2)?);
            }
        }
        let authority: Option<[u8; 32]> = meta(db, "authority")?;
        for base in [
            Base::Team,
            Base::Framework,
            Base::Succession,
            Base::Private,
            Base::Rights,
        ] {
            let source = match base.document(&inner.me) {
                Some(doc) => heads.get(&DocId::of(&inner.team, &doc, 0).0).copied(),
                None => authority,
            };
            let Some(source) = source else {
                // A base whose document is not to be found is damage, and not an empty team.
                if there.contains(&(base as i64)) {
                    unreadable.bases.push(base);
                }
                continue;
            };
            let whole = match changed.get(&(base as i64)) {
                Some(sealed) => self.take_base(inner, base, &source, sealed),
                None => there.contains(&(base as i64)),
            };
            if !whole {
                unreadable.bases.push(base);
            }
        }
        Ok(())
    }

    fn take_base(&mut self, inner: &Inner, base: Base, source: &[u8; 32], sealed: &[u8]) -> bool {
        fn open<T: DeserializeOwned>(
            inner: &Inner,
            bound: &[u8],
            sealed: &[u8],
            into: &mut Arc<T>,
        ) -> bool {
            inner.count(|c| c.views += 1);
            let value = inner.keys.open_value::<T>(Purpose::Base, bound, sealed);
            let opened = value.is_some();
            if let Some(value) = value {
                *into = Arc::new(value);
            }
            opened
        }
        let bound = base.bound(source);
        match base {
            Base::Team => open::<TeamBase>(inner, &bound, sealed, &mut self.all.base),
            Base::Framework => open::<Framework>(inner, &bound, sealed, &mut self.team.framework),
            Base::Succession => open(inner, &bound, sealed, &mut self.all.succession),
            Base::Private => open::<Private>(inner, &bound, sealed, &mut self.team.private),
            Base::Rights => open::<Standing>(inner, &bound, sealed, &mut self.all.standing),
        }
    }

    /// Reads the summaries that are newer than `since`, all where that is negative; says whether there were any.
    fn read_people(
        &mut self,
        db: &Connection,
        inner: &mut Inner,
        since: i64,
        unreadable: &mut Unreadable,
    ) -> Result<bool, StoreError> {
        inner.count(|c| c.queries += 1);
        let mut statement =
            db.prepare_cached("SELECT person, sealed FROM summaries WHERE version > ?1")?;
        let mut rows = statement.query([since])?;
        let mut newer: Vec<([u8; 32], Vec<u8>)> = Vec::new();
        while let Some(row) = rows.next()? {
            newer.push((row.get(0)?, row.get(1)?));
        }
        if newer.is_empty() && since >= 0 {
            return Ok(false);
        }
        let heads = person_heads(db, inner, since, &newer)?;
        let mut seen = 0;
        let mut large: Vec<([u8; 32], Who)> = Vec::new();
        for (key, sealed) in &newer {
            let Some(heads) = heads.get(key) else {
                continue; // a summary without any document is of nobody
            };
            seen += 1;
            inner.count(|c| c.views += 1);
            let bound = summary_bound(key, heads);
            let summary = inner
                .keys
                .open_value::<Summary>(Purpose::Summary, &bound, sealed);
            match summary.map(|s| s.person(&self.team.rights, self.day)) {
                Some(Ok(person)) => {
                    self.people.insert(*key, Arc::new(person));
                }
                Some(Err(who)) => large.push((*key, who)),
                None => unreadable.people.push(*key),
            }
        }
        for (key, who) in large {
            let mut person = match read_documents(db, inner, &who.id, &InHand::new()) {
                Err(error) if error.is_damage() => {
                    unreadable.people.push(key);
                    continue;
                }
                read => read?,
            };
            (person.heard, person.admitted) = (who.heard, who.admitted);
            // Read on demand, as everybody's is.
            person.detail = None;
            self.people.insert(key, Arc::new(person));
        }
        if since < 0 && seen < heads.len() {
            // Somebody has documents but no summary.
            let known: HashSet<_> = newer.iter().map(|(k, _)| k).collect();
            unreadable
                .people
                .extend(heads.keys().filter(|k| !known.contains(k)));
        }
        Ok(true)
    }
}

/// The hash over the heads of everybody's documents, or only of those whose summary is newer.
fn person_heads(
    db: &Connection,
    inner: &Inner,
    since: i64,
    newer: &[([u8; 32], Vec<u8>)],
) -> Result<HashMap<[u8; 32], [u8; 32]>, StoreError> {
    let mut all: HashMap<[u8; 32], Vec<[u8; 32]>> = HashMap::new();
    if since < 0 {
        inner.count(|c| c.queries += 1);
        let mut statement = db.prepare_cached(
            "SELECT person, heads FROM documents WHERE person IS NOT NULL ORDER BY person, doc",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            all.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
    } else {
        let mut statement =
            db.prepare_cached("SELECT heads FROM documents WHERE person = ?1 ORDER BY doc")?;
        for (key, _) in newer {
            inner.count(|c| c.queries += 1);
            let mut rows = statement.query([&key[..]])?;
            while let Some(row) = rows.next()? {
                all.entry(*key).or_default().push(row.get(0)?);
            }
        }
    }
    Ok(all
        .into_iter()
        .map(|(key, heads)| (key, summary_heads(&heads)))
        .collect())
}

impl Base {
    /// The document behind a base; `None` for the rights, which the authority has.
    pub fn document(self, me: &PersonId) -> Option<DocRef> {
        match self {
            Self::Team => Some(DocRef::team_wide(Kind::Team)),
            Self::Framework => Some(DocRef::team_wide(Kind::Framework)),
            Self::Succession => Some(DocRef::team_wide(Kind::Succession)),
            Self::Private => Some(DocRef::of(Kind::Private, me)),
            Self::Rights => None,
        }
    }
}
