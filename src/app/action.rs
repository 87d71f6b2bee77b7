//! The one table of actions. It feeds the key map (names), the help, the palette and the hint line; default keys stand in
//! `keymaps/default.toml`, which the user's loader reads. Must not know: how anything is drawn.

use super::screen::Screen;

/// Everything that a key, the palette or a click can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionId {
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// A screenful up.
    PageUp,
    /// A screenful down.
    PageDown,
    /// First line.
    First,
    /// Last line.
    Last,
    /// First column.
    LineStart,
    /// Last column.
    LineEnd,
    /// Group before.
    PreviousGroup,
    /// Group after.
    NextGroup,
    /// Pane after.
    NextPane,
    /// Pane before.
    PreviousPane,
    /// First pane.
    Pane1,
    /// Second pane.
    Pane2,
    /// Third pane.
    Pane3,
    /// Open what the cursor stands on.
    Open,
    /// One step back.
    Back,
    /// Close or open the group under the cursor.
    Fold,
    /// Next mode of the heatmap.
    NextMode,
    /// Heatmap of marks.
    ModeMark,
    /// Heatmap of gaps.
    ModeGap,
    /// Heatmap of states.
    ModeState,
    /// Heatmap of differences.
    ModeDifference,
    /// Next grouping.
    NextGrouping,
    /// Group by area.
    GroupArea,
    /// Group by line manager.
    GroupManager,
    /// Group by grade.
    GroupGrade,
    /// The filter line.
    Filter,
    /// Give a mark.
    Mark,
    /// The manager had no occasion to see it.
    NotObserved,
    /// Evidence beside an own mark.
    Evidence,
    /// Feedback beside a manager's mark.
    Feedback,
    /// Share own drafts.
    Share,
    /// Enter, change or sight a credential.
    Credential,
    /// Add a post or a skill.
    Add,
    /// Change a post, a skill or a decision.
    Change,
    /// Score a post by the four factors.
    Factors,
    /// Nominate for a post.
    Nominate,
    /// What a post asks for.
    Requirements,
    /// Who holds a post.
    Holders,
    /// What a person said about staying.
    Horizon,
    /// Pick a gap of a comparison.
    Pick,
    /// Turn picked gaps into objectives.
    IntoPlan,
    /// A new objective.
    AddObjective,
    /// What was written apart.
    Settle,
    /// It is done.
    Done,
    /// The talk about what is done.
    Discuss,
    /// It is dropped.
    Drop,
    /// What is closed or dropped is open again.
    Reopen,
    /// Agree to an objective as it stands.
    Agree,
    /// Undo the last step.
    Undo,
    /// Redo the step undone last.
    Redo,
    /// Offer an edit again that could not be saved.
    Retry,
    /// Suppose that people leave, are away or complete their plans.
    WhatIf,
    /// An earlier day, or what changed since.
    LookBack,
    /// A person beside a post.
    Compare,
    /// A ticket for somebody.
    Invite,
    /// Take an invitation back.
    Uninvite,
    /// Go on the network, or off it.
    SwitchNetwork,
    /// The person of the row.
    GoPerson,
    /// What the role of the row expects.
    GoFramework,
    /// The first screen.
    GoOverview,
    /// The heatmap.
    GoHeatmap,
    /// Critical posts and skills.
    GoSuccession,
    /// Development actions.
    GoActions,
    /// What was written.
    GoHistory,
    /// Other machines.
    GoSync,
    /// One's own record.
    GoMe,
    /// The palette.
    Palette,
    /// The help.
    Help,
    /// Put the program aside.
    Suspend,
    /// Leave.
    Quit,
}

/// Parts of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Moving the cursor.
    Move,
    /// What is shown.
    View,
    /// Changing something.
    Edit,
    /// Going somewhere.
    Go,
    /// The program.
    Program,
}

impl Section {
    /// In the order of the help.
    pub const ALL: [Self; 5] = [Self::Move, Self::View, Self::Edit, Self::Go, Self::Program];

    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::Move => "Moving",
            Self::View => "What is shown",
            Self::Edit => "Changing",
            Self::Go => "Going somewhere",
            Self::Program => "The program",
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// Which.
    pub id: ActionId,
    /// Its name in key map files.
    pub name: &'static str,
    /// In the palette and the help.
    pub label: &'static str,
    /// One sentence more, for the help.
    pub help: &'static str,
    /// A word for the hint line; `None` keeps it off.
    pub hint: Option<&'static str>,
    /// Where it applies.
    pub screens: &'static [Screen],
    /// Part of the help.
    pub section: Section,
    /// Asks before it does something that cannot be undone.
    pub destructive: bool,
    /// A key map that does not bind it is refused.
    pub required: bool,
    /// Stands in the palette (moving the cursor does not).
    pub palette: bool,
}

const ALL: &[Screen] = &Screen::ALL;
const MATRIX: &[Screen] = &[Screen::Overview, Screen::Heatmap];
const OVERVIEW: &[Screen] = &[Screen::Overview];
const PANED: &[Screen] = &[
    Screen::Overview,
    Screen::Heatmap,
    Screen::Person,
    Screen::Framework,
    Screen::Succession,
];
const GROUPED: &[Screen] = &[
    Screen::Overview,
    Screen::Heatmap,
    Screen::Person,
    Screen::Actions,
];
const CELLS: &[Screen] = &[Screen::Overview, Screen::Heatmap, Screen::Person];
const SIDEWAYS: &[Screen] = ALL;
const SUCCESSION: &[Screen] = &[Screen::Succession];
const LOOKING: &[Screen] = &[Screen::Overview, Screen::Heatmap, Screen::Succession];
const FILTERED: &[Screen] = &[Screen::Overview, Screen::Heatmap, Screen::History];
const ACTIONS: &[Screen] = &[Screen::Actions];
const PLANNED: &[Screen] = &[Screen::Person, Screen::Actions];
const LISTED: &[Screen] = &[Screen::Succession, Screen::Actions];
const GROUPING: &[Screen] = &[Screen::Overview, Screen::Heatmap, Screen::Actions];
const SYNC: &[Screen] = &[Screen::Sync];
const INVITING: &[Screen] = &[Screen::Person, Screen::Sync];
const COMPARE: &[Screen] = &[Screen::Compare];
const NAMED: &[Screen] = &[
    Screen::Overview,
    Screen::Heatmap,
    Screen::Succession,
    Screen::Actions,
    Screen::History,
    Screen::Sync,
    Screen::Compare,
];
const PEOPLE: &[Screen] = &[
    Screen::Overview,
    Screen::Heatmap,
    Screen::Person,
    Screen::Succession,
];
const BESIDE: &[Screen] = &[
    Screen::Overview,
    Screen::Heatmap,
    Screen::Person,
    Screen::Succession,
    Screen::Compare,
];

const fn row(
    id: ActionId,
    name: &'static str,
    label: &'static str,
    help: &'static str,
    screens: &'static [Screen],
    section: Section,
) -> Action {
    Action {
        id,
        name,
        label,
        help,
        hint: None,
        screens,
        section,
        destructive: false,
        required: false,
        palette: !matches!(section, Section::Move),
    }
}

impl Action {
    const fn hint(mut self, word: &'static str) -> Self {
        self.hint = Some(word);
        self
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn no_palette(mut self) -> Self {
        self.palette = false;
        self
    }

    /// Whether it applies on a screen.
    pub fn on(&self, screen: Screen) -> bool {
        self.screens.contains(&screen)
    }
}

use ActionId as A;
use Section as S;

/// Every action, in the order of hint line, help and palette.
#[rustfmt::skip]
pub static TABLE: &[Action] = &[
    row(A::Up, "up", "Up", "Moves the cursor up.", ALL, S::Move).required(),
    row(A::Down, "down", "Down", "Moves the cursor down.", ALL, S::Move).required(),
    row(A::Left, "left", "Left", "Moves the cursor to the left.", SIDEWAYS, S::Move).required(),
    row(A::Right, "right", "Right", "Moves the cursor to the right.", SIDEWAYS, S::Move).required(),
    row(A::PageUp, "page-up", "Page up", "Moves a screenful up.", ALL, S::Move),
    row(A::PageDown, "page-down", "Page down", "Moves a screenful down.", ALL, S::Move),
    row(A::First, "first", "First line", "Goes to the first line.", ALL, S::Move),
    row(A::Last, "last", "Last line", "Goes to the last line.", ALL, S::Move),
    row(A::LineStart, "line-start", "First column", "Goes to the first column.", SIDEWAYS, S::Move),
    row(A::LineEnd, "line-end", "Last column", "Goes to the last column.", SIDEWAYS, S::Move),
    row(A::PreviousGroup, "previous-group", "Group before", "Goes to the group before; on the Person screen to the post before.", GROUPED, S::Move),
    row(A::NextPane, "next-pane", "Next part", "Goes to the next pane or part of the screen.", PANED, S::Move).hint("pane"),
    row(A::PreviousPane, "previous-pane", "Part before", "Goes to the pane or part before.", PANED, S::Move),
    row(A::Pane1, "pane-1", "Heatmap pane", "Goes to the first pane.", OVERVIEW, S::Move),
    row(A::Pane2, "pane-2", "Succession pane", "Goes to the second pane.", OVERVIEW, S::Move),
    row(A::Pane3, "pane-3", "Actions pane", "Goes to the third pane.", OVERVIEW, S::Move),
    row(A::Open, "open", "Open", "Opens what the cursor stands on: the cell and how its number is made, a post, an action, a descriptor.", ALL, S::Go).hint("open").required().no_palette(),
    row(A::Mark, "mark", "Give a mark", "A mark from 1 to 10 in half points. On your own row it is a draft that only your devices hold until you share it; on another's row it is the manager's mark.", CELLS, S::Edit).hint("mark"),
    row(A::NotObserved, "not-observed", "Not observed", "Says that you had no occasion to see it. An earlier number of a manager is set aside, not deleted.", CELLS, S::Edit).hint("not observed"),
    row(A::Feedback, "feedback", "Give feedback", "Words beside the manager's mark.", CELLS, S::Edit).hint("feedback"),
    row(A::Evidence, "evidence", "Add evidence", "Words and a link beside your own mark.", CELLS, S::Edit).hint("evidence"),
    row(A::Share, "share", "Share my drafts", "Shows your drafts to those who may read them, and says first who that is.", CELLS, S::Edit).hint("share"),
    row(A::Credential, "credential", "Credential", "Enters a certificate, registration or training, or says that you saw it today.", CELLS, S::Edit).hint("credential"),
    row(A::Done, "done", "Done", "The action is done and waits to be talked about; an objective is closed.", ACTIONS, S::Edit).hint("done"),
    row(A::Discuss, "discuss", "Talk about it", "Records learning, application and further support, which closes the action.", ACTIONS, S::Edit).hint("talk"),
    row(A::Agree, "agree", "Agree", "Agrees to the objective as it stands; when its text changes, that says agreed to an earlier text.", ACTIONS, S::Edit).hint("agree"),
    row(A::AddObjective, "add-objective", "Add an objective", "A new objective in the plan of the person of the line.", ACTIONS, S::Edit).hint("objective"),
    row(A::WhatIf, "what-if", "What if…", "Supposes that people leave, are away or complete their plans: every screen shows before and after, and nothing is written.", ALL, S::View).hint("what if"),
    row(A::LookBack, "look-back", "Look back…", "The team as of an earlier day, or what changed since one: facts by their own dates, and nothing is written.", LOOKING, S::View).hint("look back"),
    row(A::Compare, "compare", "Compare with a post", "A person beside a post, line by line: what is there, and what is missing.", BESIDE, S::View).hint("compare"),
    row(A::Nominate, "nominate", "Nominate", "Says who might follow in the post under the cursor. A nomination appoints nobody.", SUCCESSION, S::Edit).hint("nominate"),
    row(A::Factors, "factors", "Score a post", "The four factors of criticality, 1 to 5 each, with the reason.", SUCCESSION, S::Edit).hint("factors"),
    row(A::Requirements, "requirements", "What the post asks for", "Skills, must-haves, and the competencies that its column leaves to the post.", SUCCESSION, S::Edit).hint("asks for"),
    row(A::Holders, "holders", "Who holds the post", "Puts people into the post, or out of it.", SUCCESSION, S::Edit).hint("holders"),
    row(A::Settle, "settle", "Settle a conflict", "What was written apart: both values with their authors; 1 or 2 says which is meant.", ALL, S::Edit).hint("settle"),
    row(A::Drop, "drop", "Drop", "Drops the objective or action, with a reason.", ACTIONS, S::Edit).hint("drop"),
    row(A::Reopen, "reopen", "Open it again", "What is done, closed or dropped in the person's plan is open again: what the cursor stands on, or one to choose.", PLANNED, S::Edit),
    row(A::Change, "change", "Change", "What the cursor stands on: the post, the decision about a nominee, the skill, the objective or the action.", LISTED, S::Edit).hint("change"),
    row(A::Add, "add", "Add", "A post, in the list of skills a skill, and in a plan an action under the objective.", LISTED, S::Edit).hint("add"),
    row(A::Horizon, "horizon", "Horizon as told", "What the person told you about staying; everybody is asked the same bands.", PEOPLE, S::Edit).hint("horizon"),
    row(A::Pick, "pick", "Pick the gap", "Picks the line under the cursor, or lets it go; ← and → choose among the development options.", COMPARE, S::View).hint("pick"),
    row(A::IntoPlan, "into-plan", "Into the plan", "Turns the picked gaps into objectives, in one step; without a pick, the line under the cursor.", COMPARE, S::Edit).hint("into the plan"),
    row(A::NextGroup, "next-group", "Group after", "Goes to the group after; on the Person screen to the next post.", GROUPED, S::Move).hint("group"),
    row(A::NextMode, "next-mode", "Next mode", "Shows the next of mark, gap, state and difference.", MATRIX, S::View).hint("mode"),
    row(A::ModeMark, "mode-mark", "Show marks", "Each cell shows the effective mark.", MATRIX, S::View),
    row(A::ModeGap, "mode-gap", "Show gaps", "Each cell shows what is missing to the target.", MATRIX, S::View),
    row(A::ModeState, "mode-state", "Show states", "Each cell shows its state.", MATRIX, S::View),
    row(A::ModeDifference, "mode-difference", "Show differences", "Each cell shows the manager's mark less the own one.", MATRIX, S::View),
    row(A::NextGrouping, "next-grouping", "Next grouping", "Groups by area, by line manager or by grade; actions by date, person, area, post or competency.", GROUPING, S::View).hint("group by"),
    row(A::GroupArea, "group-area", "Group by area", "Groups rows by functional area.", MATRIX, S::View),
    row(A::GroupManager, "group-manager", "Group by manager", "Groups rows by line manager.", MATRIX, S::View),
    row(A::GroupGrade, "group-grade", "Group by grade", "Groups rows by grade.", MATRIX, S::View),
    row(A::Fold, "fold", "Close or open the group", "Hides or shows the rows of the group under the cursor.", MATRIX, S::View),
    row(A::Invite, "invite", "Invite", "Makes a ticket with which a person’s machine joins the team; for yourself, a further device of yours.", INVITING, S::Edit).hint("invite"),
    row(A::Uninvite, "uninvite", "Take the invitation back", "Nobody can come with its ticket any more.", SYNC, S::Edit).hint("take back"),
    row(A::SwitchNetwork, "switch-network", "Network on or off", "Breaks off what is exchanged, or goes on with it where it stopped.", SYNC, S::Program).hint("on/off"),
    row(A::Filter, "filter", "Filter", "Shows only rows whose name, grade, area or manager has what you type; in History the sentences that have it.", FILTERED, S::View).hint("filter"),
    row(A::GoPerson, "go-person", "Open the person", "The person of the row: marks, plan, what is shared.", NAMED, S::Go).hint("person"),
    row(A::GoFramework, "go-framework", "What the role expects", "The framework, at the role and competency under the cursor.", ALL, S::Go).hint("framework"),
    row(A::GoOverview, "go-overview", "Overview", "The first screen.", ALL, S::Go),
    row(A::GoHeatmap, "go-heatmap", "Heatmap", "The whole matrix.", ALL, S::Go),
    row(A::GoSuccession, "go-succession", "Succession", "Critical posts and nominees, critical skills, and who alone covers what.", ALL, S::Go),
    row(A::GoActions, "go-actions", "Actions", "Development actions of everybody: overdue, due, to discuss; by person it is everybody's plan.", ALL, S::Go),
    row(A::GoHistory, "go-history", "History", "What was written, as sentences: who set whose value from what to what, when, with which device.", ALL, S::Go),
    row(A::GoSync, "go-sync", "Sync", "Other machines: who is connected, what waits, who asks to be let in.", ALL, S::Go),
    row(A::GoMe, "go-me", "My own record", "Your own marks, plan and what you share.", ALL, S::Go),
    row(A::Palette, "palette", "Find anything", "Looks for actions, people, roles, competencies, skills and posts.", ALL, S::Program).hint("find").no_palette(),
    row(A::Undo, "undo", "Undo", "Takes back the last step of this device, as a new step. What others changed since stays.", ALL, S::Edit).hint("undo"),
    row(A::Redo, "redo", "Redo", "Does the step undone last again.", ALL, S::Edit),
    row(A::Retry, "retry", "Save again", "Offers again an edit that could not be saved.", ALL, S::Edit).hint("save again"),
    row(A::Help, "help", "Help", "All keys of this screen.", ALL, S::Program).hint("keys").required().no_palette(),
    row(A::Back, "back", "Back", "One step back; on the first screen nothing.", ALL, S::Go).hint("back").required().no_palette(),
    row(A::Suspend, "suspend", "Put aside", "Gives the terminal back; `fg` returns.", ALL, S::Program),
    row(A::Quit, "quit", "Quit", "Leaves. Asks only if something would be lost.", ALL, S::Program).hint("quit").required(),
];

/// The line of an action.
pub fn info(id: ActionId) -> &'static Action {
    // Every variant has a line: a test goes through them all.
    TABLE
        .iter()
        .find(|a| a.id == id)
        .unwrap_or(&TABLE[TABLE.len() - 1])
}

/// The action of a name in a key map file.
pub fn by_name(name: &str) -> Option<&'static Action> {
    TABLE.iter().find(|a| a.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_action_has_one_line_and_one_name() {
        let ids: BTreeSet<_> = TABLE.iter().map(|a| a.id).collect();
        let names: BTreeSet<_> = TABLE.iter().map(|a| a.name).collect();
        assert_eq!(ids.len(), TABLE.len());
        assert_eq!(names.len(), TABLE.len());
        // The last variant closes the list, so a variant without a line leaves a hole below it.
        assert_eq!(TABLE.len(), ActionId::Quit as usize + 1);
    }

    #[test]
    fn every_action_says_what_it_does() {
        for action in TABLE {
            assert!(!action.screens.is_empty(), "{}", action.name);
            assert!(action.help.ends_with('.'), "{}", action.name);
        }
    }
}
