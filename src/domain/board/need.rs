//! Collective need (definition 8).

use super::key::{Place, for_each_person};
use super::{BoardRow, Need};
use crate::domain::cell::By;
use crate::domain::mark::Subject;
use crate::domain::team::{Policy, Team};
use std::sync::Arc;

/// Need of some rows for each subject: people with g > 0 / people with a fresh mark. A person counts once, a shared mark once.
pub(super) fn needs(
    team: &Team,
    rows: &[Arc<BoardRow>],
    of: &[usize],
    subjects: &[Subject],
    competencies: usize,
) -> Vec<Need> {
    let mut needs: Vec<Need> = subjects
        .iter()
        .map(|subject| Need {
            subject: subject.clone(),
            in_need: 0,
            with_mark: 0,
            unvalidated: 0,
            gap_halves: 0,
            flagged: false,
        })
        .collect();
    // For each subject: (has a mark, is in need, a mark is unvalidated) of the person at hand.
    let mut seen = vec![(false, false, false); subjects.len()];
    for_each_person(rows, of, competencies, |cells| {
        seen.fill((false, false, false));
        for (place, cell) in cells {
            let (Place::Competency(i) | Place::Critical(i)) = place else {
                continue;
            };
            let (Some(gap), Some((_, by)), true) = (cell.gap, cell.effective, i < needs.len())
            else {
                continue;
            };
            seen[i].0 = true;
            seen[i].1 |= gap > 0;
            seen[i].2 |= by == By::Own;
            needs[i].gap_halves += u32::from(gap);
        }
        for (need, (mark, gap, unvalidated)) in needs.iter_mut().zip(&seen) {
            need.with_mark += u32::from(*mark);
            need.in_need += u32::from(*gap);
            need.unvalidated += u32::from(*unvalidated);
        }
    });
    for need in &mut needs {
        need.flagged = is_flagged(need, &team.base.policy);
    }
    needs
}

/// At least the policy's share of those with a mark, and at least so many people.
fn is_flagged(need: &Need, policy: &Policy) -> bool {
    need.in_need >= policy.need_people
        && u64::from(need.in_need) * 100
            >= u64::from(need.with_mark) * u64::from(policy.need_percent)
        && need.in_need > 0
}
