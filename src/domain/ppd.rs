//! The PPD year and protected days (definitions 15 and 16).

use super::cell::months_after;
use super::ids::PersonId;
use super::person::{Person, PpdCategory, PpdEntry};
use super::team::{Policy, Team};
use chrono::{Datelike, Days, NaiveDate};
use serde::Serialize;

/// A PPD year, both days inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Year {
    /// First day.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
}

impl Year {
    /// The year that a day falls into; it starts on the policy's day (1 January). 29 February starts on the 28th of a short year.
    pub fn of(policy: &Policy, day: NaiveDate) -> Self {
        let this = start(policy, day.year());
        let first = if this <= day {
            this
        } else {
            start(policy, day.year() - 1)
        };
        let next = start(policy, first.year() + 1);
        let last = next.checked_sub_days(Days::new(1)).unwrap_or(next);
        Self { first, last }
    }

    /// Whether a day lies in it.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }
}

/// First day of the PPD year that begins in a calendar year.
fn start(policy: &Policy, year: i32) -> NaiveDate {
    let (month, day) = (policy.ppd_year_month, policy.ppd_year_day);
    NaiveDate::from_ymd_opt(year, month, day)
        .or_else(|| NaiveDate::from_ymd_opt(year, month, 28))
        // A policy that names no day of the calendar falls back to 1 January, which every year has.
        .or_else(|| NaiveDate::from_ymd_opt(year, 1, 1))
        .unwrap_or(NaiveDate::MIN)
}

/// Whether a record has enough categories (definition 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PpdRule {
    /// Three categories or more.
    Met,
    /// Two: exceptional, a reason is required.
    Exceptional,
    /// One or none.
    NotMet,
}

impl PpdRule {
    /// ≥ 3 categories met, 2 exceptional, ≤ 1 not met.
    pub fn of(categories: usize) -> Self {
        match categories {
            3.. => Self::Met,
            2 => Self::Exceptional,
            _ => Self::NotMet,
        }
    }

    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Exceptional => "exceptional, reason required",
            Self::NotMet => "not met",
        }
    }
}

/// A person's PPD in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PpdYear {
    /// Which year.
    pub year: Year,
    /// Completed entries, by completion date up to today.
    pub completed: u32,
    /// Booked entries of the year.
    pub booked: u32,
    /// Distinct categories among completed entries, in their order.
    pub categories: Vec<PpdCategory>,
    /// What the categories make of it.
    pub rule: PpdRule,
    /// Points of completed entries, in hundredths.
    pub points: u32,
}

/// PPD of the year that `today` falls into (definition 15).
pub fn ppd_year(entries: &[PpdEntry], policy: &Policy, today: NaiveDate) -> PpdYear {
    let year = Year::of(policy, today);
    let done = || {
        entries
            .iter()
            .filter(|e| e.completed && e.date <= today && year.contains(e.date))
    };
    let categories: Vec<PpdCategory> = PpdCategory::ALL
        .into_iter()
        .filter(|c| done().any(|e| e.category == *c))
        .collect();
    PpdYear {
        completed: done().count() as u32,
        booked: entries
            .iter()
            .filter(|e| !(e.completed && e.date <= today) && year.contains(e.date))
            .count() as u32,
        rule: PpdRule::of(categories.len()),
        points: done().map(|e| e.points).sum(),
        categories,
        year,
    }
}

/// Protected days of one person in the year, in half days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProtectedDays {
    /// Allowance, up to the next half day.
    pub allowance: u32,
    /// Used by completed entries marked protected.
    pub used: u32,
    /// Booked by entries marked protected.
    pub booked: u32,
}

impl ProtectedDays {
    /// Allowance less used, less booked, in half days; below 0 is warned.
    pub fn left(&self) -> i64 {
        i64::from(self.allowance) - i64::from(self.used) - i64::from(self.booked)
    }
}

/// Protected days of a person (definition 16): allowance per FTE × FTE, joiners and leavers by whole months, up to the next half
/// day; less used, less booked. `None` where the team has set no allowance, or the person's log has not been read.
///
/// The allowance is taken month by month, a twelfth for each whole month in contract at the FTE of its first day, so that a change
/// of FTE counts from its month on. 5 days × 0.25 × 6 months / 12 = 0.625 becomes 1.0.
pub fn protected_days(person: &Person, policy: &Policy, today: NaiveDate) -> Option<ProtectedDays> {
    let detail = person.detail.as_ref()?;
    let per_fte = policy.protected_half_days_per_fte?;
    let year = Year::of(policy, today);
    let mut days = ProtectedDays {
        allowance: allowance(person, per_fte, year, today),
        ..ProtectedDays::default()
    };
    for entry in detail.ppd.iter().filter(|e| year.contains(e.date)) {
        if entry.completed && entry.date <= today {
            days.used += entry.protected_half_days;
        } else {
            days.booked += entry.protected_half_days;
        }
    }
    Some(days)
}

/// Allowance in half days, rounded up; all sums in hundredths of FTE and months, so it is exact.
fn allowance(person: &Person, per_fte: u32, year: Year, today: NaiveDate) -> u32 {
    let joined = person.fte.0.first().and_then(|(from, _)| *from);
    // While the end is in conflict the earlier one is the cautious one.
    let left = person
        .contract_end
        .on(today)
        .and_then(|end| end.all().flatten().min().copied());
    let mut fte_months: u64 = 0;
    for month in 0..12 {
        let first = months_after(year.first, month);
        let next = months_after(year.first, month + 1);
        let last = next.checked_sub_days(Days::new(1)).unwrap_or(next);
        if joined.is_some_and(|day| day > first) || left.is_some_and(|day| day < last) {
            continue;
        }
        let fte = person.fte.on(first).map_or(0, |f| f.get().0);
        fte_months += u64::from(fte);
    }
    let allowance = (u64::from(per_fte) * fte_months).div_ceil(1200);
    u32::try_from(allowance).unwrap_or(u32::MAX)
}

/// Protected days of the team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamProtectedDays {
    /// Sums over everybody whose log has been read.
    pub total: ProtectedDays,
    /// People below 0, by name.
    pub below: Vec<PersonId>,
    /// People whose log has not been read, and who are not in the sums.
    pub not_read: u32,
}

/// Protected days of everybody (definition 16); `None` where the team has set no allowance.
pub fn team_protected_days(team: &Team, today: NaiveDate) -> Option<TeamProtectedDays> {
    let policy = &team.base.policy;
    policy.protected_half_days_per_fte?;
    let mut found = TeamProtectedDays::default();
    for person in super::by_name(team) {
        let Some(days) = protected_days(person, policy, today) else {
            found.not_read += 1;
            continue;
        };
        found.total.allowance += days.allowance;
        found.total.used += days.used;
        found.total.booked += days.booked;
        if days.left() < 0 {
            found.below.push(person.id.clone());
        }
    }
    Some(found)
}
