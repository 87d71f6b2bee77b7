//! The documents that a team has one of.

use super::{Writer, date, from, target};
use crate::document::code::row_key;
use crate::document::decode::{BANDS, word_for};
use crate::document::{Rows, Scalar};
use crate::domain::framework::{Expected, Framework, RegistrationExample};
use crate::domain::post::{CriticalPost, Post};
use crate::domain::team::{Policy, TeamBase};
use chrono::NaiveDate;

/// Position in a list, from 1.
fn order(at: usize) -> i64 {
    i64::try_from(at + 1).unwrap_or(i64::MAX)
}

pub(super) fn framework(framework: &Framework) -> Rows {
    let mut rows = Rows::default();
    Writer::new(&mut rows, "framework", "framework".to_owned())
        .text("title", &framework.title)
        .text("institution", &framework.institution)
        .text("version", &framework.version);
    Writer::new(&mut rows, "scale", "scale".to_owned())
        .text("anchor_low", &framework.scale.anchor_low)
        .text("anchor_high", &framework.scale.anchor_high)
        .text("note", &framework.scale.note);
    for (at, c) in framework.competencies.iter().enumerate() {
        Writer::new(&mut rows, "competencies", row_key(&[c.id.as_str()]))
            .int("order", order(at))
            .text("name", &c.name)
            .text("short", &c.short)
            .text("code", &c.code)
            .text("meaning", &c.meaning)
            .text("group", &c.group)
            .text("jd_heading", &c.jd_heading);
    }
    for line in &framework.grid_lines {
        let competencies: Vec<&str> = line.competencies.iter().map(|c| c.as_str()).collect();
        Writer::new(&mut rows, "grid_lines", line.number.to_string())
            .text("label", &line.label)
            .text("competencies", &competencies.join("\n"))
            .text("options", &line.options.join("\n"))
            .text("note", &line.note);
    }
    for (at, c) in framework.columns.iter().enumerate() {
        let levels: Vec<String> = c.qualification_levels.iter().map(u32::to_string).collect();
        let registration: Vec<String> = c.registration.iter().map(registration).collect();
        Writer::new(&mut rows, "columns", row_key(&[c.id.as_str()]))
            .int("order", order(at))
            .text("name", &c.name)
            .int("grade", c.grade)
            .text("band", &c.band)
            .text("path", &c.path)
            .text("title", &c.title)
            .text("titles", &c.titles.join("\n"))
            .text("qualification_levels", &levels.join("\n"))
            .text("knowledge", &c.knowledge)
            .text("registration", &registration.join("\n"))
            .text("cpd", &c.cpd)
            .text("note", &c.note);
    }
    cells(framework, &mut rows);
    for c in &framework.criteria {
        Writer::new(&mut rows, "career_criteria", row_key(&[&c.id]))
            .text("from", c.from.as_str())
            .text("to", c.to.as_str())
            .int("number", c.number)
            .text("text", &c.text);
    }
    for rule in &framework.targets {
        for (day, value) in &rule.target.0 {
            let key = row_key(&[
                rule.column.as_ref().map_or("", |c| c.as_str()),
                rule.competency.as_ref().map_or("", |c| c.as_str()),
                &from(*day),
            ]);
            Writer::new(&mut rows, "targets", key).value("target", value, target);
        }
    }
    rows
}

fn cells(framework: &Framework, rows: &mut Rows) {
    let pairs = framework.columns.iter().flat_map(|column| {
        let competencies = framework.competencies.iter();
        competencies.map(move |competency| (&column.id, &competency.id))
    });
    for ((column, competency), cell) in pairs.zip(&framework.cells) {
        let key = row_key(&[column.as_str(), competency.as_str()]);
        let expected = match cell.expected {
            Expected::Yes => "yes",
            Expected::Depends => "depends",
            Expected::No => "no",
        };
        let mut row = Writer::new(rows, "cells", key);
        row.text("expected", expected)
            .text("descriptor", &cell.descriptor)
            .text(
                "inherits",
                cell.inherits.as_ref().map_or("", |c| c.as_str()),
            )
            .text("note", &cell.note);
        if cell.adds {
            row.put("adds", Scalar::Bool(true));
        }
    }
}

fn registration(example: &RegistrationExample) -> String {
    format!(
        "{}\t{}\t{}",
        example.title,
        if example.held { "held" } else { "-" },
        if example.uncertain { "uncertain" } else { "-" }
    )
}

pub(super) fn base(base: &TeamBase) -> Rows {
    let mut rows = Rows::default();
    Writer::new(&mut rows, "team", "team".to_owned())
        .text("name", &base.name)
        .text("short_name", &base.short_name)
        .text("notice", &base.notice)
        .text("relay", &base.relay);
    policy(&base.policy, &mut rows);
    for area in &base.areas {
        Writer::new(&mut rows, "areas", row_key(&[area.id.as_str()]))
            .text("name", &area.name)
            .int("order", area.order);
    }
    for skill in &base.skills {
        let mut days: Vec<_> = skill.target.0.iter().map(|(day, _)| *day).collect();
        days.extend(skill.critical.0.iter().map(|(day, _)| *day));
        days.sort_unstable();
        days.dedup();
        for day in days {
            let key = row_key(&[skill.id.as_str(), &from(day)]);
            let mut row = Writer::new(&mut rows, "skills", key);
            row.value("name", &skill.name, |n| Scalar::text(n))
                .text("code", &skill.code)
                .int("n_min", skill.n_min);
            // A row holds all facts of its day: what has no entry of that day still holds from before.
            if let Some(at) = standing(&skill.target.0, day) {
                row.value("target", &skill.target.0[at].1, target);
            }
            if let Some(at) = standing(&skill.critical.0, day) {
                row.value("critical", &skill.critical.0[at].1, |l| Scalar::Bool(l.0));
            }
        }
    }
    for post in &base.posts {
        self::post(post, &mut rows);
    }
    rows
}

/// Position of the entry that holds on a day.
fn standing<T>(entries: &[(Option<NaiveDate>, T)], day: Option<NaiveDate>) -> Option<usize> {
    entries.iter().rposition(|(from, _)| *from <= day)
}

fn policy(policy: &Policy, rows: &mut Rows) {
    let start = format!("{:02}-{:02}", policy.ppd_year_month, policy.ppd_year_day);
    let mut row = Writer::new(rows, "policy", "policy".to_owned());
    row.int("target", policy.target.halves())
        .int("fresh_months", policy.fresh_months)
        .int("divergence", policy.divergence_halves)
        .int("need_percent", policy.need_percent)
        .int("need_people", policy.need_people)
        .int("heard_days", policy.heard_days)
        .int("talk_months", policy.talk_months)
        .int("talk_notice_days", policy.talk_notice_days)
        .text("ppd_year_start", &start);
    if let Some(days) = policy.protected_half_days_per_fte {
        row.int("protected_days_per_fte", days);
    }
}

fn post(post: &Post, rows: &mut Rows) {
    let id = post.id.as_str();
    for (day, facts) in &post.facts {
        let name = |id: &Option<_>| id.as_ref().map_or(Scalar::Null, text_of);
        Writer::new(rows, "posts", row_key(&[id, &from(*day)]))
            .value("title", &facts.title, |t| Scalar::text(t))
            .value("area", &facts.area, |a| {
                a.as_ref()
                    .map_or(Scalar::Null, |a| Scalar::text(a.as_str()))
            })
            .value("column", &facts.column, name)
            .value("fte", &facts.fte, |f| Scalar::Int(f.0.into()))
            .put("career_to", name(&facts.career_to));
    }
    for holder in &post.holders {
        let key = row_key(&[id, holder.person.as_str(), &from(holder.from)]);
        Writer::new(rows, "holders", key)
            .present()
            .value("until", &holder.until, date);
    }
    for (skill, listed) in &post.skills {
        for (day, value) in &listed.0 {
            let key = row_key(&[id, skill.as_str(), &from(*day)]);
            Writer::new(rows, "post_skills", key).value("listed", value, |l| Scalar::Bool(l.0));
        }
    }
    for must in &post.must_haves {
        for (day, value) in &must.listed.0 {
            let key = row_key(&[id, &must.code, &from(*day)]);
            Writer::new(rows, "must_haves", key)
                .text("name", &must.name)
                .value("listed", value, |l| Scalar::Bool(l.0));
        }
    }
    for (competency, expected) in &post.depends {
        for (day, value) in &expected.0 {
            let key = row_key(&[id, competency.as_str(), &from(*day)]);
            Writer::new(rows, "depends", key)
                .value("expected", value, |e| Scalar::Bool(*e != Expected::No));
        }
    }
}

fn text_of(id: &crate::domain::ColumnId) -> Scalar {
    Scalar::text(id.as_str())
}

pub(super) fn succession(posts: &[CriticalPost]) -> Rows {
    let mut rows = Rows::default();
    for post in posts {
        let id = post.post.as_str();
        for (day, factors) in &post.factors {
            let code = |f: &crate::domain::post::Factor| Scalar::Int(f.0.into());
            Writer::new(&mut rows, "critical", row_key(&[id, &from(*day)]))
                .value("impact", &factors.impact, code)
                .value("statutory", &factors.statutory, code)
                .value("replace", &factors.replace, code)
                .value("scarcity", &factors.scarcity, code)
                .text("reason", &factors.reason);
        }
        for nomination in &post.nominations {
            let key = row_key(&[id, nomination.person.as_str(), &from(nomination.from)]);
            let mut row = Writer::new(&mut rows, "nominations", key);
            row.present().value("until", &nomination.until, date);
            if let Some((band, reason)) = &nomination.decision {
                row.value("decision", band, |b| {
                    word_for(BANDS, b).map_or(Scalar::Null, Scalar::text)
                })
                .text("reason", reason);
            }
        }
    }
    rows
}
