//! A person as the team's records hold them: the core that figures need, and the detail that is read on demand.
//! The core stays small (a summary of at most 4 KiB); long texts live in [`Detail`].

use super::ids::{ActionId, ColumnId, CompetencyId, CredentialId, ObjectiveId, PersonId, PostId};
use super::mark::{Series, Subject};
use super::plan_words::{DropReason, ProgressNote};
use super::post::Fte;
use super::value::{Cautious, Dated, Value};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::Arc;

/// Everything that figures need to know of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Opaque id.
    pub id: PersonId,
    /// What files and commands call the person: the id of the team folder, or the opaque id.
    pub handle: String,
    /// Full name.
    pub name: Value<String>,
    /// Marks by subject and column.
    pub series: Vec<Series>,
    /// Contracted FTE.
    pub fte: Dated<Fte>,
    /// Day on which the contract ends, where it does.
    pub contract_end: Dated<Option<NaiveDate>>,
    /// Day on which notice was given, where it was.
    pub notice: Dated<Option<NaiveDate>>,
    /// Declared horizons, each with the date said.
    pub horizons: Vec<Horizon>,
    /// Times away.
    pub absences: Vec<Absence>,
    /// Credentials claimed, booked and sighted.
    pub credentials: Vec<Credential>,
    /// Days of development talks, oldest first.
    pub talks: Vec<NaiveDate>,
    /// The plan.
    pub objectives: Vec<Objective>,
    /// Competencies that the person says do not apply, until a manager settles them for the post.
    pub not_applicable: Vec<CompetencyId>,
    /// Day on which a device of the person was last heard; `None` if never or if they have none.
    pub heard: Option<NaiveDate>,
    /// Whether a device of the person has been admitted.
    pub admitted: bool,
    /// `Some(day)`: old marks were left out of this summary, so for a `today` before that day the detail is needed.
    pub complete_from: Option<NaiveDate>,
    /// Long texts and logs, where they have been read.
    pub detail: Option<Arc<Detail>>,
}

/// What a person said about staying, and when. Everybody is asked the same bands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Horizon {
    /// The day it was said.
    pub said: NaiveDate,
    /// What was said.
    pub band: Value<HorizonBand>,
    /// Told to the manager, who recorded it, rather than shared by the person.
    pub told: bool,
}

/// The bands of definition 11.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HorizonBand {
    /// Leaves within 12 months.
    Within12,
    /// Leaves in 12 to 36 months.
    From12To36,
    /// Leaves later.
    Later,
    /// Wishes to move.
    WishToMove,
    /// Stays.
    Staying,
    /// Prefers not to say.
    NotSaid,
}

impl HorizonBand {
    /// In the order in which everybody is asked.
    pub const ALL: [Self; 6] = [
        Self::Within12,
        Self::From12To36,
        Self::Later,
        Self::WishToMove,
        Self::Staying,
        Self::NotSaid,
    ];

    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::Within12 => "leaving within 12 months",
            Self::From12To36 => "leaving in 12 to 36 months",
            Self::Later => "later",
            Self::WishToMove => "wishes to move",
            Self::Staying => "staying",
            Self::NotSaid => "prefers not to say",
        }
    }
}

impl Cautious for HorizonBand {
    /// The band with the higher likelihood.
    fn caution(&self, other: &Self) -> Ordering {
        fn rank(b: &HorizonBand) -> u8 {
            match b {
                HorizonBand::Within12 => 0,
                HorizonBand::From12To36 => 1,
                HorizonBand::WishToMove => 2,
                HorizonBand::NotSaid => 3,
                HorizonBand::Later => 4,
                HorizonBand::Staying => 5,
            }
        }
        rank(self).cmp(&rank(other))
    }
}

/// A time away from work, both days inclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Its id.
    pub id: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day; `None` is open.
    pub until: Value<Option<NaiveDate>>,
    /// Kind in a word: secondment, placement, leave.
    pub kind: String,
}

impl Absence {
    /// Whether it covers a day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        // In conflict the earlier end would make somebody available too soon: the later one is the cautious answer here.
        let until = match &self.until {
            Value::One(u) => *u,
            Value::Several(claims) if claims.iter().any(|c| c.value.is_none()) => None,
            Value::Several(claims) => claims.iter().filter_map(|c| c.value).max(),
        };
        self.from <= day && until.is_none_or(|u| day <= u)
    }
}

/// A certificate, registration or training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Code that must-haves name, or empty.
    pub code: String,
    /// Its name.
    pub name: Value<String>,
    /// certificate, registration or training.
    pub kind: CredentialKind,
    /// Day obtained.
    pub obtained: Value<Option<NaiveDate>>,
    /// Last valid day, where it expires.
    pub expires: Value<Option<NaiveDate>>,
    /// Day of a booked course.
    pub booked: Value<Option<NaiveDate>>,
    /// Whether the person entered it themself.
    pub claimed: bool,
    /// Manager who saw the paper, and when.
    pub sighted: Option<(PersonId, NaiveDate)>,
}

/// Kinds of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CredentialKind {
    /// A certificate.
    Certificate,
    /// A professional registration.
    Registration,
    /// A training.
    Training,
}

/// One objective of the plan. Its long columns are in [`ObjectiveText`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objective {
    /// Its id.
    pub id: ObjectiveId,
    /// Position in the plan.
    pub order: u32,
    /// Column 1: Development Objective.
    pub title: Value<String>,
    /// A gap to close or a strength to build on.
    pub priority: Value<Priority>,
    /// Competency or skill that it serves.
    pub subject: Option<Subject>,
    /// Post that it leads towards.
    pub post: Option<PostId>,
    /// Column 5, first date: review.
    pub review: Value<Option<NaiveDate>>,
    /// Column 5, second date: completion.
    pub completion: Value<Option<NaiveDate>>,
    /// Whether a success measure is written; without one it cannot be agreed.
    pub has_measure: bool,
    /// Dated states.
    pub states: Dated<ItemState>,
    /// Digest of what stands now, in canonical form, without progress; `None` while anything in it is in conflict.
    pub digest: Option<[u8; 32]>,
    /// Agreements as recorded.
    pub agreements: Vec<Agreement>,
    /// Its actions in order.
    pub actions: Vec<Action>,
}

/// One action under an objective. Panes and overdue count actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Its id.
    pub id: ActionId,
    /// What is to be done.
    pub text: Value<String>,
    /// Completion date.
    pub completion: Value<Option<NaiveDate>>,
    /// Progress, 0 to 100, as typed.
    pub progress: Value<Progress>,
    /// Dated states; open before the first entry.
    pub states: Dated<ItemState>,
}

/// Progress in per cent, 0 to 100.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Progress(pub u8);

impl Cautious for Progress {
    /// The smaller progress.
    fn caution(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// Why an objective was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Priority {
    /// A gap to close.
    Gap,
    /// A strength to build on.
    Strength,
}

impl Cautious for Priority {
    fn caution(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// State of an action or objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ItemState {
    /// Not done yet.
    Open,
    /// Done; learning, application and further support are still to be talked about.
    ToDiscuss,
    /// Done and talked about.
    Closed,
    /// Given up, with a reason.
    Dropped,
}

impl Cautious for ItemState {
    /// Open before done; dropped last.
    fn caution(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// One side's agreement to an objective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Whose.
    pub side: Side,
    /// Who agreed.
    pub by: PersonId,
    /// When.
    pub date: NaiveDate,
    /// Digest of the text agreed to, written where only that side can write; `None`: reported by somebody else.
    pub digest: Option<[u8; 32]>,
}

/// The two sides of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// The person.
    Technician,
    /// A manager of theirs.
    Manager,
}

/// Long texts and logs of a person, read when the person is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Contact line.
    pub contact: String,
    /// Texts beside marks.
    pub mark_notes: Vec<MarkNote>,
    /// The other columns of each objective.
    pub objective_texts: Vec<ObjectiveText>,
    /// What was said of each action that is done.
    pub action_texts: Vec<ActionText>,
    /// Notes on how far objectives and actions are, oldest first.
    pub progress_notes: Vec<ProgressNote>,
    /// Why objectives and actions were dropped.
    pub drop_reasons: Vec<DropReason>,
    /// PPD log, oldest first.
    pub ppd: Vec<PpdEntry>,
    /// Professional registrations.
    pub registrations: Vec<Registration>,
    /// Aspirations, oldest first.
    pub aspirations: Vec<Aspiration>,
    /// Meetings with their notes, oldest first.
    pub meetings: Vec<Meeting>,
    /// Evidence towards career-grade criteria.
    pub criteria: Vec<CriterionEvidence>,
    /// Where transcribed facts came from: file or talk, by table.
    pub sources: Vec<(String, String)>,
}

/// Evidence or feedback beside a mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkNote {
    /// About what.
    pub subject: Subject,
    /// Against which column.
    pub column: Option<ColumnId>,
    /// Whose mark.
    pub rater: PersonId,
    /// Its date.
    pub date: NaiveDate,
    /// Evidence in words (own marks), or empty.
    pub evidence: String,
    /// A link, or empty.
    pub link: String,
    /// Feedback in words (manager's marks), or empty.
    pub feedback: String,
    /// For transcribed marks: where they came from, or empty.
    pub source: String,
}

/// The long columns of the PDP template, in its order, and the aim served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectiveText {
    /// Objective.
    pub id: String,
    /// Column 2: Development Activity.
    pub activity: String,
    /// Column 3: What will I be doing differently?
    pub difference: String,
    /// Column 4: Support Needed?
    pub support: String,
    /// Aim of the university that it serves.
    pub aim: String,
    /// Development option picked from the framework.
    pub option: String,
}

/// What was said of an action in the talk about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionText {
    /// Action.
    pub id: String,
    /// What was learned.
    pub learning: String,
    /// How it is applied.
    pub application: String,
    /// What support is needed further.
    pub further_support: String,
}

/// One PPD activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PpdEntry {
    /// Its id.
    pub id: String,
    /// Completion date, or the day it is booked for.
    pub date: NaiveDate,
    /// One of the five categories.
    pub category: PpdCategory,
    /// What it was.
    pub title: String,
    /// Completed, or only booked.
    pub completed: bool,
    /// Protected days used, in half days.
    pub protected_half_days: u32,
    /// Points by the user's own tariff, in hundredths.
    pub points: u32,
    /// Reflection in words, or empty.
    pub reflection: String,
}

/// The five categories of PPD, with their exact names in the domain brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PpdCategory {
    /// Work based.
    WorkBased,
    /// Professional activity.
    ProfessionalActivity,
    /// Formal / Educational.
    FormalEducational,
    /// Self-directed learning.
    SelfDirected,
    /// Other.
    Other,
}

impl PpdCategory {
    /// All five, in order.
    pub const ALL: [Self; 5] = [
        Self::WorkBased,
        Self::ProfessionalActivity,
        Self::FormalEducational,
        Self::SelfDirected,
        Self::Other,
    ];

    /// The exact name.
    pub fn name(self) -> &'static str {
        match self {
            Self::WorkBased => "Work based",
            Self::ProfessionalActivity => "Professional activity",
            Self::FormalEducational => "Formal / Educational",
            Self::SelfDirected => "Self-directed learning",
            Self::Other => "Other",
        }
    }
}

/// A professional registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// RSciTech, RSci, …
    pub title: String,
    /// Body.
    pub body: String,
    /// Held since; `None` while working towards it.
    pub since: Option<NaiveDate>,
    /// Renewal due.
    pub expires: Option<NaiveDate>,
}

/// What a person hopes for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aspiration {
    /// When it was said.
    pub date: NaiveDate,
    /// Column aspired to, where one was named.
    pub column: Option<ColumnId>,
    /// Post aspired to, where one was named.
    pub post: Option<PostId>,
    /// In words.
    pub text: String,
}

/// A meeting with a manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Its id.
    pub id: String,
    /// Its day.
    pub date: NaiveDate,
    /// Development talk, rather than another meeting.
    pub development: bool,
    /// Notes.
    pub notes: String,
}

/// Evidence for one career-grade criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionEvidence {
    /// Which criterion.
    pub criterion: String,
    /// Evidence in words; empty is none.
    pub evidence: String,
    /// Manager who endorsed it.
    pub endorsed_by: Option<PersonId>,
}
