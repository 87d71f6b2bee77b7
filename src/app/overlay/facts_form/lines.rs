//! The lines of each form, filled in with what stands.

use super::{About, DECIDED, FactsForm, FormLine, Input};
use crate::app::overlay::field::Field;
use crate::app::state::State;
use crate::app::what_if::Mode;
use crate::domain::framework::Target;
use crate::domain::person::HorizonBand;
use crate::domain::{AreaId, ColumnId, PersonId, PostId, SkillId};
use chrono::NaiveDate;

pub(super) fn text(label: &'static str, value: &str, width: u16, help: &'static str) -> FormLine {
    FormLine {
        label,
        input: Input::Text(Field::new(value)),
        help,
        width,
    }
}

pub(super) fn choice(
    label: &'static str,
    options: Vec<(String, String)>,
    value: &str,
    help: &'static str,
) -> FormLine {
    let at = options.iter().position(|(v, _)| v == value).unwrap_or(0);
    FormLine {
        label,
        input: Input::Choice(options, at),
        help,
        width: 0,
    }
}

fn since(label: &'static str, today: NaiveDate) -> FormLine {
    text(
        label,
        &today.to_string(),
        13,
        "2026-11-21, 21 Nov 2026 or “today”",
    )
}

impl FactsForm {
    /// A post that is there, or a new one.
    pub fn post(state: &State, id: Option<&PostId>) -> Option<Self> {
        let (team, today) = (&state.team, state.today);
        let facts = match id {
            Some(id) => Some(team.post(id)?.on(today)?),
            None => None,
        };
        let none = |word: &str| (String::new(), word.to_owned());
        let areas = team.base.areas.iter();
        let areas = areas.map(|a| (a.id.to_string(), a.name.clone()));
        let columns = |word| -> Vec<(String, String)> {
            let columns = team.framework.columns.iter();
            let columns = columns.map(|c| (c.id.to_string(), format!("{} · {}", c.id, c.title)));
            std::iter::once(none(word)).chain(columns).collect()
        };
        let area = facts
            .and_then(|f| f.area.get().as_ref())
            .map_or("", AreaId::as_str);
        let column = facts.and_then(|f| f.column.get().as_ref());
        let column = column.map_or("", ColumnId::as_str);
        let career = facts.and_then(|f| f.career_to.as_ref());
        let career = career.map_or("", ColumnId::as_str);
        let fte = facts.map_or(100, |f| f.fte.get().0);
        let title = facts.map_or("", |f| f.title.get());
        let lines = vec![
            text("title", title, 40, "the job's title"),
            choice(
                "area",
                std::iter::once(none("none")).chain(areas).collect(),
                area,
                "",
            ),
            choice("column", columns("not mapped"), column, "role column"),
            text(
                "FTE",
                &format!("{}.{:02}", fte / 100, fte % 100),
                6,
                "0.01 to 1.00",
            ),
            choice("rises to", columns("no career grade"), career, ""),
            since("since", today),
        ];
        let heading = match id {
            Some(_) => format!("Post · {title}"),
            None => "A new post".to_owned(),
        };
        Some(Self::new(About::Post(id.cloned()), heading, lines, today))
    }

    /// The four factors of a post.
    pub fn factors(state: &State, id: &PostId) -> Option<Self> {
        let (team, today) = (&state.team, state.today);
        let title = team.post(id)?.on(today)?.title.get();
        let records = team.succession.as_deref();
        let known = records
            .and_then(|all| all.iter().find(|r| &r.post == id))
            .and_then(|r| r.on(today));
        let levels = || (1..=5).map(|n| (n.to_string(), n.to_string())).collect();
        let line = |label, value: Option<u8>, help| {
            choice(label, levels(), &value.unwrap_or(3).to_string(), help)
        };
        let lines = vec![
            line(
                "impact",
                known.map(|f| f.impact.get().0),
                "within a month without it: 1 little, 5 the work stops",
            ),
            line(
                "statutory",
                known.map(|f| f.statutory.get().0),
                "statutory or safety duty; 5 alone makes it critical",
            ),
            line(
                "replace",
                known.map(|f| f.replace.get().0),
                "time to replace: 1 weeks, 5 years",
            ),
            line(
                "scarcity",
                known.map(|f| f.scarcity.get().0),
                "how few could be hired",
            ),
            text("why", known.map_or("", |f| &f.reason), 50, ""),
            since("since", today),
        ];
        let title = format!("How critical · {title}");
        let mut form = Self::new(About::Factors(id.clone()), title, lines, today);
        form.fresh = known.is_none();
        Some(form)
    }

    /// A skill that is there, or a new one.
    pub fn skill(state: &State, id: Option<&SkillId>) -> Option<Self> {
        let (team, today) = (&state.team, state.today);
        let known = match id {
            Some(id) => Some(team.skill(id)?),
            None => None,
        };
        let target = known.and_then(|s| s.target.on(today)).map(|t| *t.get());
        let target = match target {
            None => team.base.policy.target.to_string(),
            Some(Target::Points(points)) => points.to_string(),
            Some(Target::None) => "none".to_owned(),
        };
        let critical = known.is_none_or(|s| s.critical.on(today).is_some_and(|l| l.get().0));
        let yes_no = vec![("yes", "yes"), ("no", "no")];
        let yes_no = yes_no
            .into_iter()
            .map(|(v, w)| (v.to_owned(), w.to_owned()));
        let name = known.map_or("", |s| s.name.get());
        let lines = vec![
            text("name", name, 40, ""),
            text(
                "code",
                known.map_or("", |s| &s.code),
                7,
                "three letters or so, for the heatmap’s head",
            ),
            text(
                "target",
                &target,
                6,
                "its own: 1 to 10 in half points, or none",
            ),
            text(
                "enough",
                &known.map_or(2, |s| s.n_min).to_string(),
                6,
                "holders; fewer are thin",
            ),
            choice(
                "critical",
                yes_no.collect(),
                if critical { "yes" } else { "no" },
                "on the team’s critical-skill list",
            ),
            since("since", today),
        ];
        let heading = match id {
            Some(_) => format!("Skill · {name}"),
            None => "A new skill".to_owned(),
        };
        Some(Self::new(About::Skill(id.cloned()), heading, lines, today))
    }

    /// The decision about a nominee.
    pub fn decision(state: &State, post: &PostId, who: &PersonId) -> Option<Self> {
        let board = state.board.succession.as_ref()?;
        let risk = board.posts.iter().find(|p| &p.post == post)?;
        let nominee = risk.nominees.iter().find(|n| &n.person == who)?;
        let mut options = vec![(String::new(), "no decision".to_owned())];
        for band in DECIDED {
            options.push((band.position().to_string(), band.label().to_owned()));
        }
        let (band, reason) = match &nominee.decision {
            Some((band, reason)) => (band.position().to_string(), reason.as_str()),
            None => (String::new(), ""),
        };
        let lines = vec![
            choice("decided", options, &band, ""),
            text("why", reason, 50, "the person may ask for it"),
        ];
        let title = format!(
            "{} · {} · computed: {}",
            nominee.name,
            risk.title,
            nominee.readiness.band.label()
        );
        let about = About::Decision(post.clone(), who.clone());
        Some(Self::new(about, title, lines, state.today))
    }

    /// Which earlier day is looked at.
    pub fn look_back(state: &State) -> Self {
        let ways = vec![
            ("as-of".to_owned(), "the team as of that day".to_owned()),
            ("since".to_owned(), "what changed since that day".to_owned()),
        ];
        // An earlier day that is looked at already is where the next look begins.
        let (today, mode) = match &state.what_if {
            Some(simulation) => (simulation.today(), Some(&simulation.mode)),
            None => (state.today, None),
        };
        let (way, day) = match mode {
            Some(Mode::AsOf(day)) => ("as-of", *day),
            Some(Mode::Since(day)) => ("since", *day),
            _ => ("as-of", today - chrono::Months::new(12)),
        };
        let help = "facts count by their own dates; a year ago unless you say otherwise";
        let lines = vec![
            choice("show", ways, way, ""),
            text("day", &day.to_string(), 13, help),
        ];
        let mut form = Self::new(About::Day, "Look back".to_owned(), lines, today);
        form.fresh = true;
        form
    }

    /// What a person told about staying.
    pub fn horizon(state: &State, who: &PersonId) -> Self {
        let bands = HorizonBand::ALL.iter().enumerate();
        let bands = bands.map(|(at, band)| (at.to_string(), band.label().to_owned()));
        let lines = vec![
            choice(
                "said",
                bands.collect(),
                "5",
                "everybody is asked the same bands",
            ),
            since("on", state.today),
        ];
        let name = crate::app::screen::cell::person_name(&state.team, who);
        let title = format!("Horizon as told to you · {name}");
        let mut form = Self::new(About::Horizon(who.clone()), title, lines, state.today);
        form.fresh = true;
        form
    }
}
