//! What the operator looks at: place, selection, order, filter, and the tables made for it.
//!
//! [`update`](super::update) changes it; drawing only reads it.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kafkactl_core::record::BytesAs;
use ratatui::layout::{Rect, Size};

use super::cluster::{Cluster, Isolation};
use super::deed::{Deed, Plan};
use super::filter::Filter;
use super::grid::{Grid, Units};
use super::keys::{Action, Keys};
use super::layout::{self, Layout};
use super::snapshot::{self, Sampler};
use crate::screens::{self, Lens, Place, Screen};
use crate::theme::{Color, ThemeChoice};

/// What the outside asked for at the start.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The context's name, or the bootstrap servers.
    pub cluster_name: String,
    /// Of the name in the header, so that one cluster is not taken for another.
    pub cluster_color: Option<Color>,
    /// Options with which commands reach this cluster.
    pub connect: Vec<String>,
    /// Names that `:ctx` takes.
    pub contexts: Vec<String>,
    pub screen: Screen,
    pub filter: String,
    pub sort: Option<(String, bool)>,
    pub only_problems: bool,
    pub period: Duration,
    pub isolation: Isolation,
    /// Whose records are read from the start.
    pub topic: Option<String>,
    pub is_replay: bool,
    pub records_as: RecordsAs,
    pub theme: ThemeChoice,
    pub ascii: bool,
    pub keys: Keys,
    /// Whether the cluster may be changed from here.
    pub may_act: bool,
    /// Told at the start, such as errors of override files.
    pub message: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            cluster_name: "cluster".to_owned(),
            cluster_color: None,
            connect: Vec::new(),
            contexts: Vec::new(),
            screen: Screen::Overview,
            filter: String::new(),
            sort: None,
            only_problems: false,
            period: PERIODS[2],
            isolation: Isolation::default(),
            topic: None,
            is_replay: false,
            records_as: RecordsAs::default(),
            theme: ThemeChoice::Auto,
            ascii: false,
            keys: Keys::default(),
            may_act: false,
            message: None,
        }
    }
}

impl Setup {
    /// The cluster's own name and address say nothing from here on.
    pub fn hide_cluster(&mut self) {
        self.cluster_name = "cluster".to_owned();
        self.connect.clear();
    }
}

/// What keys and values are shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordsAs {
    pub key: BytesAs,
    pub value: BytesAs,
}

/// A directory whose segments are shown.
#[derive(Debug, Clone, PartialEq)]
pub enum DataDir {
    /// It was named: that it is not there is an error.
    Given(PathBuf),
    /// A broker of this cluster says that it is its own. It may be one of another machine or container.
    Told { path: PathBuf, cluster_id: String },
}

/// What + and - step through.
pub const PERIODS: [Duration; 7] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(60),
];
/// What `w` steps through.
pub const WINDOWS_MS: [i64; 3] = [10_000, 60_000, 300_000];
/// How long a message stays.
pub const MESSAGE_MS: i64 = 6_000;

pub struct App {
    pub cluster: Cluster,
    /// The cluster as it was when the screen was paused: a [still](Cluster::still) for [`WINDOWS_MS`].
    pub frozen: Option<Box<Cluster>>,
    pub now_ms: i64,
    pub size: Size,
    /// Where the operator came from; the last is where he is.
    pub path: Vec<Place>,
    pub mode: Mode,
    pub message: Option<Message>,
    pub setup: Setup,
    pub period: Duration,
    pub window_ms: i64,
    pub show_internal: bool,
    pub wide: bool,
    pub units: Units,
    pub follow: bool,
    pub expanded: bool,
    pub theme: ThemeChoice,
    /// Tables of the panes of this place, filtered and sorted.
    pub grids: Vec<Grid>,
    pub(super) panes: HashMap<Place, usize>,
    pub(super) views: HashMap<(Place, usize), TableView>,
    pub(super) last_filter: Filter,
    /// The topic whose records are read.
    pub(super) tailed: Option<String>,
}

/// How one table is looked at.
#[derive(Debug, Clone, Default)]
pub struct TableView {
    /// The row by identity; its place is found anew in every table.
    pub selected: Option<String>,
    /// The first row on the screen.
    pub top: usize,
    /// Columns behind the first that have gone to the left, of a wide table.
    pub skipped: usize,
    pub sort: Option<Sort>,
    pub filter_text: String,
    pub filter: Filter,
    pub only_problems: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub column: &'static str,
    pub descending: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    Table,
    /// Letters go to a line of text.
    Input {
        kind: Input,
        text: String,
        error: Option<String>,
        /// The filter when the line was opened: in force while the text is wrong.
        before: String,
    },
    Help {
        query: String,
        top: usize,
    },
    SortPick {
        at: usize,
    },
    /// What can be done to the selected row.
    Menu {
        deeds: Vec<Deed>,
        at: usize,
    },
    /// The cluster is asked what a deed would change.
    Planning(Deed),
    /// The subject's name is typed, or nothing happens.
    Confirm {
        plan: Plan,
        text: String,
        top: usize,
        /// Another name was typed, and entered.
        is_wrong: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    Filter,
    Command,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub text: String,
    pub is_error: bool,
    pub until_ms: i64,
}

impl App {
    pub fn new(setup: Setup, size: Size, now_ms: i64) -> Self {
        let cluster = Cluster { isolation: setup.isolation, ..Cluster::default() };
        let place = Place::Screen(setup.screen);
        let mut app = Self {
            cluster,
            frozen: None,
            now_ms,
            size,
            path: vec![place.clone()],
            mode: Mode::Table,
            message: setup.message.clone().map(|text| Message {
                text,
                is_error: true,
                until_ms: now_ms.saturating_add(2 * MESSAGE_MS),
            }),
            period: setup.period,
            window_ms: WINDOWS_MS[0],
            show_internal: false,
            wide: false,
            units: Units::Human,
            follow: false,
            expanded: false,
            theme: setup.theme,
            grids: Vec::new(),
            panes: HashMap::new(),
            views: HashMap::new(),
            last_filter: Filter::default(),
            tailed: setup.topic.clone(),
            setup,
        };
        let (filter, sort) = (app.setup.filter.clone(), app.setup.sort.clone());
        app.rebuild();
        let error = app.set_filter(&filter).err();
        if app.setup.only_problems {
            app.view_mut().only_problems = true;
        }
        if let Some((column, descending)) = sort {
            let title = app.grids.first().and_then(|grid| Some(grid.columns[grid.column(&column)?].title));
            match title {
                Some(column) => app.view_mut().sort = Some(Sort { column, descending }),
                None => app.say_error(format!("there is no column \"{column}\" on this screen")),
            }
        }
        if let Some(error) = error {
            app.say_error(error);
        }
        app.rebuild();
        app
    }

    pub fn place(&self) -> &Place {
        // The path is never empty: `back` keeps its first place.
        self.path.last().unwrap_or(&Place::Screen(Screen::Overview))
    }

    /// The focused pane.
    pub fn pane(&self) -> usize {
        let count = self.place().panes().len();
        self.panes.get(self.place()).copied().unwrap_or(0).min(count - 1)
    }

    pub fn view(&self) -> TableView {
        self.view_of(self.pane())
    }

    pub fn view_of(&self, pane: usize) -> TableView {
        self.views.get(&(self.place().clone(), pane)).cloned().unwrap_or_else(|| fresh_view(self.place()))
    }

    pub(super) fn view_mut(&mut self) -> &mut TableView {
        let key = (self.place().clone(), self.pane());
        let fresh = fresh_view(self.place());
        self.views.entry(key).or_insert(fresh)
    }

    /// The table of the focused pane.
    pub fn grid(&self) -> &Grid {
        static EMPTY: Grid = Grid { title: String::new(), columns: Vec::new(), rows: Vec::new() };
        self.grids.get(self.pane()).unwrap_or(&EMPTY)
    }

    /// What is shown: the cluster as it is, or as it was when paused.
    pub fn shown(&self) -> &Cluster {
        self.frozen.as_deref().unwrap_or(&self.cluster)
    }

    pub fn layout(&self) -> Layout {
        layout::layout(
            Rect::from((ratatui::layout::Position::ORIGIN, self.size)),
            self.place(),
            self.pane(),
            self.expanded,
        )
    }

    pub fn lens(&self) -> Lens {
        Lens { window_ms: self.window_ms, show_internal: self.show_internal }
    }

    /// Where the selected row is in the table; the first row when it is gone or nothing is selected.
    pub fn selected_index(&self, pane: usize) -> Option<usize> {
        let grid = self.grids.get(pane)?;
        let view = self.view_of(pane);
        let found = view.selected.and_then(|id| grid.rows.iter().position(|row| row.id == id));
        found.or(if grid.rows.is_empty() { None } else { Some(0) })
    }

    /// Makes the tables anew, after data or the way to look at them changed.
    pub(super) fn rebuild(&mut self) {
        let place = self.place().clone();
        let lens = self.lens();
        // The tables of before go first: one of all partitions is large.
        self.grids.clear();
        let shows_all = place == Place::Screen(Screen::Overview);
        for pane in 0..place.panes().len() {
            if !shows_all && pane != self.pane() {
                self.grids.push(Grid::default());
                continue;
            }
            let mut grid = screens::grid(&place, pane, self.shown(), lens);
            let view = self.view_of(pane);
            arrange(&mut grid, &view);
            self.grids.push(grid);
        }
        self.settle_scroll();
    }

    /// Keeps the scroll position within the table, and with `follow` on the selected row.
    pub(super) fn settle_scroll(&mut self) {
        let (pane, rows) = (self.pane(), self.rows_on_screen());
        let count = self.grid().rows.len();
        let selected = self.selected_index(pane).unwrap_or(0);
        let follow = self.follow;
        let view = self.view_mut();
        view.top = view.top.min(count.saturating_sub(rows));
        if follow {
            view.top = scrolled(view.top, selected, rows);
        }
    }

    /// Rows of the focused pane that fit the screen.
    pub fn rows_on_screen(&self) -> usize {
        let layout = self.layout();
        layout
            .panes
            .iter()
            .find(|(pane, _)| *pane == self.pane())
            .map_or(1, |(_, area)| layout::rows_in(*area))
            .max(1)
    }

    pub fn say(&mut self, text: impl Into<String>) {
        self.message = Some(Message {
            text: text.into(),
            is_error: false,
            until_ms: self.now_ms.saturating_add(MESSAGE_MS),
        });
    }

    pub fn say_error(&mut self, text: impl Into<String>) {
        self.message = Some(Message {
            text: text.into(),
            is_error: true,
            until_ms: self.now_ms.saturating_add(MESSAGE_MS),
        });
    }

    /// An empty text clears it; a wrong one says why and leaves the filter as it was.
    pub(super) fn set_filter(&mut self, text: &str) -> Result<(), String> {
        let filter = Filter::parse(text)?;
        if let Some(column) = filter.unknown_column(&self.grid().columns) {
            return Err(format!("there is no column \"{column}\" on this screen"));
        }
        if !filter.is_empty() {
            self.last_filter = filter.clone();
        }
        let view = self.view_mut();
        (view.filter, view.filter_text) = (filter, text.to_owned());
        self.rebuild();
        Ok(())
    }

    /// Settles what every table of the place shows, whatever it starts with.
    pub fn show_all_or_problems(&mut self, only_problems: bool) {
        self.view_mut().only_problems = only_problems;
        self.rebuild();
    }

    /// Groups on the screen: their commits are read at every poll.
    pub fn visible_groups(&self) -> BTreeSet<String> {
        let shows_groups = |place: &Place, pane| {
            matches!(
                (place, pane),
                (Place::Screen(Screen::Groups), _)
                    | (Place::Screen(Screen::Overview), 2)
                    | (Place::Topic(_), 2)
            )
        };
        let mut visible = BTreeSet::new();
        if let Place::Group(group) = self.place() {
            visible.insert(group.to_string());
        }
        for (pane, grid) in self.grids.iter().enumerate() {
            if shows_groups(self.place(), pane) {
                let rows = grid.rows.iter().skip(self.view_of(pane).top).take(self.rows_on_screen());
                visible.extend(rows.map(|row| row.id.clone()));
            }
        }
        visible
    }

    /// Where visible groups stand for so long that the sampled ends do not reach back: the records there tell.
    pub fn places_without_time(&self) -> BTreeSet<snapshot::Place> {
        let visible = self.visible_groups();
        self.cluster
            .places_without_time(visible.iter().filter_map(|name| self.cluster.groups.get(name.as_str())))
    }

    /// Whose segments are wanted: those of the directory that was given, or, where they are looked at, those of a broker
    /// on this machine.
    pub fn data_dir(&self, given: Option<&Path>) -> Option<DataDir> {
        match given {
            Some(path) => Some(DataDir::Given(path.to_owned())),
            None if self.place().screen() == Screen::Disk => {
                let (path, cluster_id) = (self.cluster.local_dir()?.into(), self.cluster.id.clone()?);
                Some(DataDir::Told { path, cluster_id })
            }
            None => None,
        }
    }

    /// How old the data of this screen is, and how many of its periods that makes.
    pub fn age(&self) -> Option<(i64, f64)> {
        let samplers: &[Sampler] = match self.place().screen() {
            Screen::Overview | Screen::Topics | Screen::Partitions => &[Sampler::Metadata, Sampler::Offsets],
            Screen::Brokers | Screen::Events => &[Sampler::Metadata],
            Screen::Groups => &[Sampler::Groups, Sampler::Commits, Sampler::Offsets],
            Screen::Records => &[Sampler::Records],
            Screen::Disk => &[Sampler::Segments],
        };
        let good_ms_of = |sampler| self.cluster.health.get(sampler)?.good_ms;
        // Where nothing was chosen yet nothing is asked for: the age is that of the cluster.
        let good_ms =
            samplers.iter().filter_map(good_ms_of).min().or_else(|| good_ms_of(&Sampler::Metadata))?;
        let age_ms = self.now_ms.saturating_sub(good_ms).max(0);
        let period_ms = match self.place().screen() {
            Screen::Disk => 5_000.0,
            _ => self.period.as_millis() as f64,
        };
        Some((age_ms, age_ms as f64 / period_ms))
    }

    pub fn keys_of(&self, action: Action) -> String {
        self.setup.keys.of(action).first().cloned().unwrap_or_default()
    }
}

fn arrange(grid: &mut Grid, view: &TableView) {
    if view.only_problems {
        grid.rows.retain(|row| row.is_trouble);
    }
    if !view.filter.is_empty() {
        let columns = std::mem::take(&mut grid.columns);
        grid.rows.retain(|row| view.filter.matches(&columns, row));
        grid.columns = columns;
    }
    if let Some(sort) = &view.sort
        && let Some(column) = grid.column(sort.column)
    {
        grid.sort(column, sort.descending);
    }
}

/// The order a place starts with.
fn fresh_view(place: &Place) -> TableView {
    let sort = match place {
        Place::Screen(Screen::Groups) | Place::Group(_) => Some(Sort { column: "LAG", descending: true }),
        _ => None,
    };
    TableView { sort, only_problems: *place == Place::Screen(Screen::Partitions), ..TableView::default() }
}

/// The least scrolling that shows row `index`.
pub(super) fn scrolled(top: usize, index: usize, rows: usize) -> usize {
    top.clamp((index + 1).saturating_sub(rows), index)
}
