//! What is shown of what the file says: people who are erased stand in no post, no nomination and no right. Owns what is left out for them.
//! Must not know: where it comes from.

use crate::domain::PersonId;
use crate::domain::post::CriticalPost;
use crate::domain::team::{Rights, TeamBase};
use std::sync::Arc;

/// Dated rights, and who is erased, sorted.
pub type Standing = (Rights, Vec<PersonId>);

/// What the file says.
#[derive(Clone, Debug, Default)]
pub struct All {
    pub base: Arc<TeamBase>,
    pub succession: Arc<Vec<CriticalPost>>,
    pub standing: Arc<Standing>,
}

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub base: Arc<TeamBase>,
    pub succession: Arc<Vec<CriticalPost>>,
    pub rights: Arc<Rights>,
}

impl All {
    /// Who is erased.
    pub fn erased(&self) -> &[PersonId] {
        &self.standing.1
    }

    /// Whether somebody is.
    pub fn hides(&self, person: &PersonId) -> bool {
        self.erased().binary_search(person).is_ok()
    }

    /// What is to be shown; what did not change since it was shown before is the same `Arc`.
    pub fn shown(&self, before: Option<(&Self, &Shown)>) -> Shown {
        let (was, shown) = before.unzip();
        let same = was.is_some_and(|w| w.erased() == self.erased());
        let kept = |unchanged: bool| shown.filter(|_| same && unchanged);
        let base = match kept(was.is_some_and(|w| Arc::ptr_eq(&w.base, &self.base))) {
            Some(shown) => shown.base.clone(),
            None => self.base_without(),
        };
        let succession =
            match kept(was.is_some_and(|w| Arc::ptr_eq(&w.succession, &self.succession))) {
                Some(shown) => shown.succession.clone(),
                None => self.succession_without(),
            };
        let rights = match kept(was.is_some_and(|w| Arc::ptr_eq(&w.standing, &self.standing))) {
            Some(shown) => shown.rights.clone(),
            None => self.rights_without(),
        };
        Shown {
            base,
            succession,
            rights,
        }
    }

    fn base_without(&self) -> Arc<TeamBase> {
        let holds = |p: &crate::domain::post::Post| p.holders.iter().any(|h| self.hides(&h.person));
        if !self.base.posts.iter().any(holds) {
            return self.base.clone();
        }
        let mut base = (*self.base).clone();
        for post in &mut base.posts {
            post.holders.retain(|h| !self.hides(&h.person));
        }
        Arc::new(base)
    }

    fn succession_without(&self) -> Arc<Vec<CriticalPost>> {
        let names = |p: &CriticalPost| p.nominations.iter().any(|n| self.hides(&n.person));
        if !self.succession.iter().any(names) {
            return self.succession.clone();
        }
        let mut posts = (*self.succession).clone();
        for post in &mut posts {
            post.nominations.retain(|n| !self.hides(&n.person));
        }
        Arc::new(posts)
    }

    fn rights_without(&self) -> Arc<Rights> {
        let rights = &self.standing.0;
        let over = |p: &Option<PersonId>| p.as_ref().is_some_and(|p| self.hides(p));
        let kept = rights.0.iter();
        let kept = kept.filter(|r| !self.hides(&r.holder) && !over(&r.over));
        Arc::new(Rights(kept.cloned().collect()))
    }
}
