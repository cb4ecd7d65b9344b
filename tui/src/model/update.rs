//! Input and data change the state; what the outside must do comes back as effects.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent};
use ratatui::layout::Size;

use super::app::{App, Input, Mode, PERIODS, Sort, WINDOWS_MS, scrolled};
use super::deed::{self, Deed, Plan};
use super::grid::{Row, Units};
use super::keys::{Action, key_name};
use super::line;
use super::mouse::on_mouse;
use super::snapshot::Snapshot;
use crate::draw::shown;
use crate::screens::{Place, Screen, shell_line};
use crate::theme::{Color, ThemeChoice};

#[derive(Debug, Clone)]
pub enum Event {
    Key(KeyEvent),
    /// What the operator pasted.
    Paste(String),
    Mouse(MouseEvent),
    Resize(Size),
    /// The time in milliseconds since 1970; comes at least once a second.
    Clock(i64),
    Snapshot(Box<Snapshot>),
    /// Something the outside did, or could not do.
    Told {
        text: String,
        is_error: bool,
    },
    /// What a deed would change, or why it cannot be done.
    Planned {
        deed: Deed,
        outcome: Result<Plan, String>,
    },
    /// Another cluster is looked at from now on.
    Switched {
        cluster_name: String,
        cluster_color: Option<Color>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Quit,
    /// Poll now.
    Refresh,
    /// What is looked at has changed: see [`App::visible_groups`], [`App::tailed_topic`], [`App::period`].
    Watch,
    /// Put a text on the clipboard.
    Copy(String),
    /// Write a table to files named after `name`.
    Save {
        name: String,
        csv: String,
        json: String,
    },
    /// Look at another context.
    Switch(String),
    /// Find out what a deed would change.
    Plan(Deed),
    CarryOut(Plan),
}

pub fn update(app: &mut App, event: Event) -> Vec<Effect> {
    match event {
        Event::Clock(now_ms) => {
            app.now_ms = now_ms;
            app.message.take_if(|message| message.until_ms <= now_ms);
            vec![]
        }
        Event::Resize(size) => {
            app.size = size;
            app.settle_scroll();
            vec![Effect::Watch]
        }
        Event::Snapshot(snapshot) => {
            app.cluster.apply(*snapshot);
            if app.frozen.is_none() {
                app.rebuild();
            }
            vec![Effect::Watch]
        }
        Event::Told { text, is_error } => {
            if is_error {
                app.say_error(text)
            } else {
                app.say(text)
            }
            vec![]
        }
        Event::Switched { cluster_name, cluster_color } => {
            // Changes were allowed on the first context alone.
            let setup = super::app::Setup {
                connect: vec!["-c".to_owned(), cluster_name.clone()],
                cluster_name,
                cluster_color,
                screen: Screen::Overview,
                may_act: false,
                ..app.setup.clone()
            };
            *app = App::new(setup, app.size, app.now_ms);
            vec![Effect::Watch]
        }
        Event::Planned { deed, outcome } => {
            deed::planned(app, &deed, outcome);
            vec![]
        }
        // Some terminals tell of releases too.
        Event::Key(key) if key.kind == KeyEventKind::Release => vec![],
        Event::Key(key) => on_key(app, key),
        Event::Paste(text) => line::on_paste(app, &text),
        Event::Mouse(mouse) => on_mouse(app, mouse),
    }
}

impl App {
    /// The topic whose records the screen shows.
    pub fn tailed_topic(&self) -> Option<&str> {
        (self.place().screen() == Screen::Records).then_some(self.tailed.as_deref()).flatten()
    }

    pub(super) fn go_to(&mut self, place: Place) {
        self.path = vec![Place::Screen(place.screen())];
        if self.path.last() != Some(&place) {
            self.path.push(place);
        }
        self.mode = Mode::Table;
        self.rebuild();
    }

    /// False when there is nowhere to go back to.
    fn back(&mut self) -> bool {
        if self.path.len() < 2 {
            return false;
        }
        self.path.pop();
        self.rebuild();
        true
    }

    pub(super) fn select(&mut self, index: usize) {
        let Some(id) = self.grid().rows.get(index).map(|row| row.id.clone()) else { return };
        let rows = self.rows_on_screen();
        let view = self.view_mut();
        view.selected = Some(id);
        view.top = scrolled(view.top, index, rows);
    }

    pub(super) fn selected_row(&self) -> Option<&Row> {
        self.grid().rows.get(self.selected_index(self.pane())?)
    }

    pub(super) fn focus(&mut self, pane: usize) {
        self.panes.insert(self.place().clone(), pane);
        self.rebuild();
    }

    pub(super) fn step(&mut self, by: isize) {
        let last = self.grid().rows.len().saturating_sub(1);
        let at = self.selected_index(self.pane()).unwrap_or(0);
        self.select(at.saturating_add_signed(by).min(last));
    }
}

fn on_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
        return vec![Effect::Quit];
    }
    match &app.mode {
        Mode::Table => {
            let action = key_name(&key).and_then(|name| app.setup.keys.action(&name, app.place()));
            action.map_or_else(Vec::new, |action| act(app, action))
        }
        Mode::Input { .. } => line::on_input_key(app, key),
        Mode::Help { .. } => line::on_help_key(app, key),
        Mode::SortPick { .. } => on_sort_key(app, key),
        Mode::Menu { .. } => deed::on_menu_key(app, key),
        Mode::Planning(_) => deed::on_planning_key(app, key),
        Mode::Confirm { .. } => deed::on_confirm_key(app, key),
    }
}

fn act(app: &mut App, action: Action) -> Vec<Effect> {
    let page = app.rows_on_screen() as isize;
    app.message = None;
    match action {
        Action::Go(screen) => return go_to_screen(app, screen),
        Action::Help => app.mode = Mode::Help { query: String::new(), top: 0 },
        Action::Quit => return if app.back() { vec![Effect::Watch] } else { vec![Effect::Quit] },
        Action::Back => {
            if !app.view().filter_text.is_empty() {
                // An empty filter is always a good one.
                let _ = app.set_filter("");
                return vec![Effect::Watch];
            }
            app.back();
        }
        Action::Down => app.step(1),
        Action::Up => app.step(-1),
        Action::PageDown => app.step(page),
        Action::PageUp => app.step(-page),
        Action::First => app.select(0),
        Action::Last => app.select(app.grid().rows.len().saturating_sub(1)),
        Action::ColumnLeft => move_sort(app, -1),
        Action::ColumnRight => move_sort(app, 1),
        Action::ScrollLeft => app.scroll_columns(false),
        Action::ScrollRight => app.scroll_columns(true),
        Action::SortPick => app.mode = Mode::SortPick { at: sort_column(app).unwrap_or(0) },
        Action::SortReverse => reverse_sort(app),
        Action::Enter => open(app),
        Action::NextPane => app.focus((app.pane() + 1) % app.place().panes().len()),
        Action::Filter => {
            let text = app.view().filter_text;
            app.mode = Mode::Input { kind: Input::Filter, text: text.clone(), error: None, before: text };
        }
        Action::Command => {
            app.mode =
                Mode::Input { kind: Input::Command, text: String::new(), error: None, before: String::new() };
        }
        Action::NextMatch => next_match(app, true),
        Action::PreviousMatch => next_match(app, false),
        Action::Refresh => return vec![Effect::Refresh],
        Action::CopyCell | Action::CopyCommand => return copy(app, action == Action::CopyCell),
        Action::Save => return save(app),
        Action::Menu => deed::open(app),
        _ => switch(app, action),
    }
    vec![Effect::Watch]
}

/// Actions that turn one thing on, off or over.
fn switch(app: &mut App, action: Action) {
    match action {
        Action::ProblemsOnly => {
            let view = app.view_mut();
            view.only_problems = !view.only_problems;
        }
        Action::Internal => app.show_internal = !app.show_internal,
        Action::Pause => {
            app.frozen = match app.frozen.take() {
                Some(_) => None,
                None => Some(Box::new(app.cluster.still(&WINDOWS_MS))),
            };
        }
        Action::Slower | Action::Faster => {
            let slower = PERIODS.iter().find(|period| **period > app.period);
            let faster = PERIODS.iter().rev().find(|period| **period < app.period);
            let next = if action == Action::Slower { slower } else { faster };
            app.period = next.copied().unwrap_or(app.period);
            app.say(format!("polling every {}", seconds(app.period)));
        }
        Action::Follow => {
            app.follow = !app.follow;
            let index = app.selected_index(app.pane()).unwrap_or(0);
            app.select(index);
        }
        Action::Expand => app.expanded = !app.expanded,
        Action::Wide => app.wide = !app.wide,
        Action::Units => app.units = if app.units == Units::Human { Units::Raw } else { Units::Human },
        Action::Window => {
            let at = WINDOWS_MS.iter().position(|window| *window == app.window_ms).unwrap_or(0);
            app.window_ms = WINDOWS_MS[(at + 1) % WINDOWS_MS.len()];
            app.say(format!("rates over {}", super::grid::human_millis(app.window_ms)));
        }
        Action::Theme => {
            let at = ThemeChoice::ALL.iter().position(|choice| *choice == app.theme).unwrap_or(0);
            app.theme = ThemeChoice::ALL[(at + 1) % ThemeChoice::ALL.len()];
            app.say(format!("theme {}", app.theme.name()));
        }
        _ => {}
    }
    app.rebuild();
}

pub fn seconds(period: Duration) -> String {
    format!("{}s", period.as_secs_f64())
}

pub(super) fn go_to_screen(app: &mut App, screen: Screen) -> Vec<Effect> {
    if screen == Screen::Records
        && let Some(topic) = selected_topic(app)
    {
        app.tail(&topic);
    }
    app.go_to(Place::Screen(screen));
    vec![Effect::Watch]
}

/// The topic that the operator is at: the one he looks into, or that of the selected row.
fn selected_topic(app: &App) -> Option<String> {
    match (app.place(), app.pane(), opened(app)) {
        (Place::Topic(topic), ..) => Some(topic.to_string()),
        (_, _, Some(Place::Topic(topic))) => Some(topic.to_string()),
        (Place::Group(_), 0, _) => Some(app.selected_row()?.id.rsplit_once('-')?.0.to_owned()),
        _ => None,
    }
}

fn open(app: &mut App) {
    if let Some(next) = opened(app) {
        app.path.push(next);
        app.rebuild();
    }
}

/// What the selected row leads to.
pub(crate) fn opened(app: &App) -> Option<Place> {
    let id = app.selected_row()?.id.as_str();
    let topic_of = |id: &str| id.rsplit_once('-').map(|(topic, _)| Place::Topic(topic.into()));
    match (app.place(), app.pane()) {
        (Place::Screen(Screen::Topics), _) | (Place::Screen(Screen::Overview), 1) => {
            Some(Place::Topic(id.into()))
        }
        (Place::Screen(Screen::Groups), _) | (Place::Screen(Screen::Overview), 2) | (Place::Topic(_), 2) => {
            Some(Place::Group(id.into()))
        }
        (Place::Screen(Screen::Brokers), _) => id.parse().ok().map(Place::Broker),
        (Place::Screen(Screen::Partitions) | Place::Broker(_), _) => topic_of(id),
        (Place::Screen(Screen::Overview), _) => problem_place(app, id),
        _ => None,
    }
}

/// A problem's row is named after its subject.
fn problem_place(app: &App, id: &str) -> Option<Place> {
    let subject = id.split_once('\n').map_or(id, |(subject, _)| subject);
    if let Some(broker) = subject.strip_prefix("broker ") {
        return broker.parse().ok().map(Place::Broker);
    }
    if app.shown().groups.contains_key(subject) {
        return Some(Place::Group(subject.into()));
    }
    let of_partition = subject.rsplit_once('-').map(|(topic, _)| topic);
    let topic = [Some(subject), of_partition].into_iter().flatten();
    topic.map(Into::into).find(|topic| app.shown().topics.contains_key(topic)).map(Place::Topic)
}

fn sort_column(app: &App) -> Option<usize> {
    app.view().sort.and_then(|sort| app.grid().column(sort.column))
}

pub(crate) fn sort_by(app: &mut App, column: usize) {
    let Some(title) = app.grid().columns.get(column).map(|column| column.title) else { return };
    let is_numeric = app
        .grid()
        .rows
        .first()
        .and_then(|row| row.cells.get(column))
        .is_some_and(|cell| cell.value.is_numeric());
    let view = app.view_mut();
    let descending = match &view.sort {
        Some(sort) if sort.column == title => !sort.descending,
        // Large numbers are what one looks for; names are read from A.
        _ => is_numeric,
    };
    view.sort = Some(Sort { column: title, descending });
    app.rebuild();
    app.reveal(column);
}

fn move_sort(app: &mut App, by: isize) {
    let last = app.grid().columns.len().saturating_sub(1);
    let next = match sort_column(app) {
        Some(at) => at.saturating_add_signed(by).min(last),
        None => 0,
    };
    if sort_column(app) != Some(next) {
        sort_by(app, next);
    }
}

fn reverse_sort(app: &mut App) {
    sort_by(app, sort_column(app).unwrap_or(0));
}

fn next_match(app: &mut App, forward: bool) {
    let count = app.grid().rows.len();
    if app.last_filter.is_empty() || count == 0 {
        return app.say_error("no filter yet: press /");
    }
    let at = app.selected_index(app.pane()).unwrap_or(0);
    let step = |distance: usize| {
        if forward { (at + distance) % count } else { (at + count - distance % count) % count }
    };
    let found = (1..=count).map(step).find(|index| {
        let grid = app.grid();
        app.last_filter.matches(&grid.columns, &grid.rows[*index])
    });
    match found {
        Some(index) => app.select(index),
        None => app.say_error("no row matches the last filter"),
    }
}

fn copy(app: &mut App, cell: bool) -> Vec<Effect> {
    let column = sort_column(app).unwrap_or(0);
    let Some(row) = app.selected_row() else {
        app.say_error("nothing is selected");
        return vec![];
    };
    let text = if cell {
        row.cells.get(column).map_or_else(String::new, |cell| shown(&cell.value.plain(), false))
    } else if row.copy.is_empty() {
        String::new()
    } else {
        // Files are read without a cluster.
        let needs_cluster = row.copy.first().is_some_and(|noun| noun != "segment");
        let connect = app.setup.connect.iter().filter(|_| needs_cluster);
        let words = connect.chain(&row.copy).map(String::as_str);
        shell_line(std::iter::once("kafkactl").chain(words))
    };
    if text.is_empty() {
        app.say_error("nothing to copy here");
        return vec![];
    }
    app.say(format!("copied: {text}"));
    vec![Effect::Copy(text)]
}

fn save(app: &mut App) -> Vec<Effect> {
    let grid = app.grid();
    if grid.rows.is_empty() {
        app.say_error("the table is empty");
        return vec![];
    }
    let json = serde_json::Value::from(grid.json_rows());
    let name = format!("kafkactl-{}-{}", app.place().screen().name().to_lowercase(), app.now_ms);
    vec![Effect::Save { name, csv: grid.csv(), json: format!("{json:#}\n") }]
}

fn on_sort_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Mode::SortPick { at } = std::mem::take(&mut app.mode) else { return vec![] };
    let last = app.grid().columns.len().saturating_sub(1);
    let at = match key.code {
        KeyCode::Esc => return vec![],
        KeyCode::Enter => {
            sort_by(app, at);
            return vec![Effect::Watch];
        }
        KeyCode::Down | KeyCode::Char('j') => (at + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') => at.saturating_sub(1),
        _ => at,
    };
    app.mode = Mode::SortPick { at };
    vec![]
}
