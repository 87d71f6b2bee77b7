//! What a supposition changes: each figure before and after, the same for the banner of the screen and for the command.

use crate::domain::board::{Board, KeyLine};
use crate::domain::coverage::Coverage;
use crate::domain::ids::{PostId, SkillId};
use crate::domain::succession::PostRisk;
use serde::Serialize;

/// A figure of the key line or of the succession board, as a number of a whole where it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KeyFigure {
    /// What it is called.
    pub name: &'static str,
    /// As it stands.
    pub before: (u32, Option<u32>),
    /// As it would be.
    pub after: (u32, Option<u32>),
}

impl KeyFigure {
    /// "2" or "1/4".
    pub fn text((n, of): (u32, Option<u32>)) -> String {
        match of {
            Some(0) => "—".to_owned(),
            Some(of) => format!("{n}/{of}"),
            None => n.to_string(),
        }
    }

    /// Whether it differs.
    pub fn changes(&self) -> bool {
        self.before != self.after
    }
}

/// A critical post before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostChange {
    /// Which.
    pub post: PostId,
    /// As it stands; `None` where it has no factors.
    pub before: Option<PostRisk>,
    /// As it would be.
    pub after: Option<PostRisk>,
}

/// A critical skill before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkillChange {
    /// Which.
    pub skill: SkillId,
    /// As it stands.
    pub before: Coverage,
    /// As it would be.
    pub after: Coverage,
}

/// Everything of the first screens that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Key figures in their order, those that stay the same included.
    pub figures: Vec<KeyFigure>,
    /// Critical posts that change, in the order of the board after.
    pub posts: Vec<PostChange>,
    /// Critical skills that change, in the team's order.
    pub skills: Vec<SkillChange>,
}

impl Difference {
    /// Key figures that change.
    pub fn changed(&self) -> impl Iterator<Item = &KeyFigure> {
        self.figures.iter().filter(|f| f.changes())
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.changed().next().is_none() && self.posts.is_empty() && self.skills.is_empty()
    }
}

/// Compares two boards of one team on one day.
pub fn difference(before: &Board, after: &Board) -> Difference {
    let mut found = Difference {
        figures: figures(before, after),
        ..Difference::default()
    };
    if let (Some(old), Some(new)) = (&before.succession, &after.succession) {
        let of = |posts: &[PostRisk], id: &PostId| posts.iter().find(|p| &p.post == id).cloned();
        let gone = old
            .posts
            .iter()
            .filter(|p| new.posts.iter().all(|q| q.post != p.post));
        for post in new.posts.iter().chain(gone).map(|p| &p.post) {
            let (before, after) = (of(&old.posts, post), of(&new.posts, post));
            if before != after {
                let post = post.clone();
                found.posts.push(PostChange {
                    post,
                    before,
                    after,
                });
            }
        }
    }
    for new in &after.coverage {
        let old = before.coverage.iter().find(|c| c.skill == new.skill);
        if let Some(old) = old.filter(|old| *old != new) {
            found.skills.push(SkillChange {
                skill: new.skill.clone(),
                before: old.clone(),
                after: new.clone(),
            });
        }
    }
    found
}

fn figures(before: &Board, after: &Board) -> Vec<KeyFigure> {
    let pair = |name, of: &dyn Fn(&KeyLine) -> (u32, u32)| {
        let [before, after] = [of(&before.key), of(&after.key)];
        KeyFigure {
            name,
            before: (before.0, Some(before.1)),
            after: (after.0, Some(after.1)),
        }
    };
    let one = |name, of: &dyn Fn(&Board) -> u32| KeyFigure {
        name,
        before: (of(before), None),
        after: (of(after), None),
    };
    let mut figures = vec![
        pair("below target", &|k| k.below_target),
        pair("fresh", &|k| k.fresh),
        one("own mark only", &|b| b.key.own_mark_only),
        one("one holder", &|b| b.key.one_holder),
        one("no holder", &|b| b.key.no_holder),
    ];
    if let (Some(old), Some(new)) = (&before.succession, &after.succession) {
        figures.push(KeyFigure {
            name: "at risk",
            before: (old.at_risk, Some(old.ready_now.1)),
            after: (new.at_risk, Some(new.ready_now.1)),
        });
        figures.push(KeyFigure {
            name: "ready now",
            before: (old.ready_now.0, Some(old.ready_now.1)),
            after: (new.ready_now.0, Some(new.ready_now.1)),
        });
        figures.push(one("depth", &|b| {
            b.succession.as_ref().map_or(0, |s| s.depth)
        }));
    }
    figures.push(one("overdue", &|b| b.key.overdue));
    figures.push(one("talks due", &|b| b.key.talks_due));
    figures
}
