//! What may be changed from the dashboard: chosen in a menu, looked at, and confirmed by typing a name.

use crossterm::event::{KeyCode, KeyEvent};

use super::app::{App, Mode};
use super::line;
use super::update::Effect;
use crate::screens::{Place, Screen};

/// One thing that can be done to the selected row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    ElectPreferred {
        topic: String,
        partition: i32,
    },
    ResetGroup {
        group: String,
        to: ResetTo,
    },
    /// The transaction that holds the last stable offset.
    AbortTransaction {
        topic: String,
        partition: i32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetTo {
    Start,
    End,
}

/// What a deed would change, as the cluster told a moment ago, and what is then asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub deed: Deed,
    /// For the operator, line by line.
    pub changes: Vec<String>,
    pub step: Step,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Elect,
    /// Topic, partition, offset.
    Commit(Vec<(String, i32, i64)>),
    /// Of this producer, if its transaction still begins there.
    Abort {
        producer_id: i64,
        start_offset: i64,
    },
}

impl Deed {
    /// What must be typed to confirm it.
    pub fn subject(&self) -> String {
        match self {
            Self::ElectPreferred { topic, partition } | Self::AbortTransaction { topic, partition } => {
                format!("{topic}-{partition}")
            }
            Self::ResetGroup { group, .. } => group.clone(),
        }
    }

    pub fn title(&self) -> String {
        let subject = self.subject();
        match self {
            Self::ElectPreferred { .. } => format!("elect the preferred leader of {subject}"),
            Self::ResetGroup { to: ResetTo::Start, .. } => format!("reset group {subject} to the start"),
            Self::ResetGroup { to: ResetTo::End, .. } => format!("reset group {subject} to the end"),
            Self::AbortTransaction { .. } => format!("abort the transaction that hangs in {subject}"),
        }
    }
}

/// What makes sense for the selected row.
fn deeds(app: &App) -> Vec<Deed> {
    let selected = || app.selected_row().map(|row| row.id.as_str());
    match (app.place(), app.pane()) {
        (Place::Screen(Screen::Partitions) | Place::Broker(_), _) | (Place::Topic(_), 0) => {
            selected().and_then(|id| id.rsplit_once('-')).map_or_else(Vec::new, |(topic, partition)| {
                partition.parse().map_or_else(|_| Vec::new(), |partition| of_partition(app, topic, partition))
            })
        }
        (Place::Screen(Screen::Groups), _) | (Place::Screen(Screen::Overview), 2) | (Place::Topic(_), 2) => {
            selected().map_or_else(Vec::new, |group| of_group(app, group))
        }
        (Place::Group(group), _) => of_group(app, group),
        _ => Vec::new(),
    }
}

fn of_partition(app: &App, topic: &str, partition: i32) -> Vec<Deed> {
    let Some(known) = app.cluster.partition(topic, partition) else { return Vec::new() };
    let mut deeds = Vec::new();
    let preferred = known.replicas.first();
    if preferred.copied() != known.leader && preferred.is_some_and(|id| known.isr.contains(id)) {
        deeds.push(Deed::ElectPreferred { topic: topic.to_owned(), partition });
    }
    if known.end.zip(known.stable).is_some_and(|(end, stable)| stable < end) {
        deeds.push(Deed::AbortTransaction { topic: topic.to_owned(), partition });
    }
    deeds
}

fn of_group(app: &App, name: &str) -> Vec<Deed> {
    let is_idle =
        app.cluster.groups.get(name).is_some_and(|group| {
            group.is_described && group.members.is_empty() && !group.partitions.is_empty()
        });
    let reset = |to| Deed::ResetGroup { group: name.to_owned(), to };
    if is_idle { vec![reset(ResetTo::Start), reset(ResetTo::End)] } else { Vec::new() }
}

/// Opens the menu of the selected row, where changes are allowed at all.
pub(super) fn open(app: &mut App) {
    if !app.setup.may_act {
        return app.say_error("changes need --allow-actions and a context without protection");
    }
    let deeds = deeds(app);
    if deeds.is_empty() {
        return app.say_error(
            "nothing to do here: leaders that are not preferred, groups without members, hanging transactions",
        );
    }
    app.mode = Mode::Menu { deeds, at: 0 };
}

pub(super) fn on_menu_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Mode::Menu { mut deeds, at } = std::mem::take(&mut app.mode) else { return vec![] };
    let last = deeds.len().saturating_sub(1);
    let at = match key.code {
        KeyCode::Esc => return vec![],
        KeyCode::Enter => {
            let deed = deeds.swap_remove(at.min(last));
            app.mode = Mode::Planning(deed.clone());
            return vec![Effect::Plan(deed)];
        }
        KeyCode::Down | KeyCode::Char('j') => (at + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') => at.saturating_sub(1),
        _ => at,
    };
    app.mode = Mode::Menu { deeds, at };
    vec![]
}

pub(super) fn on_planning_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    if key.code == KeyCode::Esc {
        app.mode = Mode::Table;
    }
    vec![]
}

/// Shows a plan to the operator, if he still waits for it.
pub(super) fn planned(app: &mut App, deed: &Deed, outcome: Result<Plan, String>) {
    if !matches!(&app.mode, Mode::Planning(awaited) if awaited == deed) {
        return;
    }
    app.mode = match outcome {
        Ok(plan) => Mode::Confirm { plan, text: String::new(), top: 0, is_wrong: false },
        Err(error) => {
            app.say_error(error);
            Mode::Table
        }
    };
}

/// What is typed to confirm a plan may be longer than the name, so that it is seen to be another one.
pub(super) fn chars_max(plan: &Plan) -> usize {
    plan.deed.subject().chars().count().max(line::CHARS_MAX)
}

pub(super) fn on_confirm_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Mode::Confirm { plan, mut text, mut top, mut is_wrong } = std::mem::take(&mut app.mode) else {
        return vec![];
    };
    match key.code {
        KeyCode::Esc => {
            app.say("nothing was changed");
            return vec![];
        }
        KeyCode::Enter if text == plan.deed.subject() => {
            app.say(format!("{} …", plan.deed.title()));
            return vec![Effect::CarryOut(plan)];
        }
        KeyCode::Enter => is_wrong = true,
        KeyCode::Down => top = (top + 1).min(plan.changes.len().saturating_sub(1)),
        KeyCode::Up => top = top.saturating_sub(1),
        _ => {
            line::edit(&mut text, key, chars_max(&plan));
            is_wrong = false;
        }
    }
    app.mode = Mode::Confirm { plan, text, top, is_wrong };
    vec![]
}
