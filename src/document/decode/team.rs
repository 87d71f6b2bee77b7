//! What the whole team may read about itself: areas, skills, posts, policy.

use super::field::{bool_of, count, dated, dated_field, int, rows, text, text_of, value};
use super::post::posts;
use crate::document::Rows;
use crate::document::code::target_of;
use crate::document::rows::Row;
use crate::domain::post::{Area, Listed, Skill};
use crate::domain::team::{Policy, TeamBase};
use crate::domain::{AreaId, Points, SkillId, Value};

/// The `team` document. Areas are in order of their position, then id; skills and posts in order of id.
pub fn base(document: &Rows) -> TeamBase {
    let mut base = TeamBase {
        areas: areas(document),
        posts: posts(document),
        skills: skills(document),
        ..TeamBase::default()
    };
    if let Some(row) = document.row("team", "team") {
        base.name = text(row, "name");
        base.short_name = text(row, "short_name");
        base.notice = text(row, "notice");
        base.relay = text(row, "relay");
    }
    if let Some(row) = document.row("policy", "policy") {
        base.policy = policy(row);
    }
    base
}

fn areas(document: &Rows) -> Vec<Area> {
    let mut areas: Vec<Area> = rows(document, "areas")
        .filter_map(|(parts, row)| {
            Some(Area {
                id: AreaId::new(parts.first()?),
                name: text(row, "name"),
                order: count(row, "order").unwrap_or(0),
            })
        })
        .collect();
    areas.sort_by(|a, b| a.order.cmp(&b.order).then(a.id.cmp(&b.id)));
    areas
}

fn skills(document: &Rows) -> Vec<Skill> {
    dated(document, "skills", 1)
        .into_iter()
        .filter_map(|(parts, rows)| {
            let id = parts.first()?;
            let (_, latest) = rows.last()?;
            Some(Skill {
                id: SkillId::new(id),
                name: value(latest, "name", text_of).unwrap_or_else(|| Value::One(id.clone())),
                code: text(latest, "code"),
                target: dated_field(&rows, "target", target_of),
                n_min: count(latest, "n_min").unwrap_or(2),
                critical: dated_field(&rows, "critical", |s| bool_of(s).map(Listed)),
            })
        })
        .collect()
}

fn policy(row: &Row) -> Policy {
    let default = Policy::default();
    let start = text(row, "ppd_year_start");
    let (month, day) = start
        .split_once('-')
        .and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)))
        .filter(|(m, d)| (1..=12).contains(m) && (1..=31).contains(d))
        .unwrap_or((default.ppd_year_month, default.ppd_year_day));
    let halves = |name| int(row, name).and_then(|n| u8::try_from(n).ok());
    let number = |name, default| count(row, name).unwrap_or(default);
    Policy {
        // In conflict the higher target is the cautious one.
        target: super::field::claims(row, "target")
            .iter()
            .filter_map(|c| super::field::int_of(&c.value))
            .filter_map(|n| Points::from_halves(u8::try_from(n).ok()?))
            .max()
            .unwrap_or(default.target),
        fresh_months: number("fresh_months", default.fresh_months),
        divergence_halves: halves("divergence").unwrap_or(default.divergence_halves),
        need_percent: number("need_percent", default.need_percent),
        need_people: number("need_people", default.need_people),
        heard_days: number("heard_days", default.heard_days),
        talk_months: number("talk_months", default.talk_months),
        talk_notice_days: number("talk_notice_days", default.talk_notice_days),
        ppd_year_month: month,
        ppd_year_day: day,
        protected_half_days_per_fte: count(row, "protected_days_per_fte"),
    }
}
