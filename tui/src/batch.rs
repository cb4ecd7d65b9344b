//! The dashboard without a terminal: tables or JSON, one refresh after another.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Write;

use ratatui::layout::Size;
use serde_json::{Value as Json, json};
use unicode_width::UnicodeWidthStr;

use crate::anonymize::Anonymizer;
use crate::draw::shown;
use crate::model::app::App;
use crate::model::columns;
use crate::model::event::{Noticed, Told};
use crate::model::grid::{Cell, Grid, human_millis, time_text};
use crate::model::snapshot::{self, Data, Sampler, Snapshot};
use crate::model::update::{Event, update};
use crate::question::Question;
use crate::recording::Recorder;
use crate::sample::Interest;
use crate::screens::overview::Summary;
use crate::screens::{Place, Screen, problems};
use crate::source::{Feed, Source, Tempo};
use crate::{Options, Setup, TopError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    /// A document per refresh.
    Json,
    /// A line per refresh, and one per event when it is noticed.
    JsonLines,
}

/// A page without end.
const SIZE: Size = Size { width: 20_000, height: 20_000 };
/// `kafkactl/v1`, as the other commands write it.
const API_VERSION: &str = "kafkactl/v1";

/// Prints refreshes until `count_max`, the end of the recording, or for ever. The first one waits until rates are
/// known when it is to be the only one, the last one until what its screen shows was told. Fails when a cluster cannot
/// be asked even once, when that is never told, and when the recording is damaged, behind what was printed too.
pub async fn run(options: Options, format: Format, out: &mut dyn Write) -> Result<(), TopError> {
    let options = options.settled();
    let is_live = matches!(options.source, Source::Cluster(_));
    let Setup { screen, topic, .. } = &options.setup;
    if is_live && *screen == Screen::Records && topic.is_none() {
        return Err(TopError::Usage("--screen records needs --topic".to_owned()));
    }
    let mut interest = Interest::of(&options.setup);
    let mut intake = Intake::start(&options, &interest)?;
    let mut question = Question::of(&options);
    let mut app = app_of(options.setup)?;
    let mut printer = Printer { format, told: Told::default() };
    // A single refresh is taken with rates, which need two polls of the offsets.
    let mut polls_before = u64::from(options.count_max == Some(1));
    let mut left = options.count_max;
    let (mut is_shown, mut unshown_ms) = (false, None);
    while left != Some(0) {
        let Some(snapshot) = intake.next().await? else { break };
        let ends_refresh = refresh_ends_with(&snapshot);
        if is_live && let Some(error) = never_answered(&app, &snapshot) {
            return Err(TopError::NoData(error));
        }
        let at_ms = snapshot.at_ms;
        question.hear(&snapshot);
        update(&mut app, Event::Clock(at_ms));
        update(&mut app, Event::Snapshot(Box::new(snapshot)));
        if format == Format::JsonLines {
            printer.events(&app, out)?;
        }
        if is_live {
            interest.groups = app.cluster.groups.keys().map(ToString::to_string).collect();
            interest.topic = app.tailed_topic().map(str::to_owned);
            interest.data_dir = app.data_dir(options.data_dir.as_deref());
            intake.ask_for(interest.clone(), app.places_without_time());
        }
        if !ends_refresh {
            continue;
        }
        unshown_ms = Some(at_ms);
        if polls_before > 0 {
            polls_before -= 1;
        } else if left != Some(1) || question.is_answered(at_ms)? {
            printer.refresh(&app, at_ms, out)?;
            is_shown = true;
            left = left.map(|left| left - 1);
        }
    }
    intake.read_to_end().await?;
    if left == Some(1) {
        question.end()?;
    }
    match unshown_ms {
        _ if is_shown || left == Some(0) => Ok(()),
        // A recording of a single refresh has no rates.
        Some(at_ms) => printer.refresh(&app, at_ms, out),
        None => Err(TopError::Empty),
    }
}

fn app_of(setup: Setup) -> Result<App, TopError> {
    let only_problems = setup.only_problems;
    let mut app = App::new(setup, SIZE, 0);
    if let Some(error) = app.message.take_if(|message| message.is_error) {
        return Err(TopError::Usage(error.text));
    }
    app.show_all_or_problems(only_problems);
    Ok(app)
}

/// Why nothing is known of the cluster, when its first metadata has not come.
fn never_answered(app: &App, snapshot: &Snapshot) -> Option<String> {
    match &snapshot.data {
        Data::Failed(failed)
            if failed.of == Sampler::Metadata && !app.cluster.health.contains_key(&failed.of) =>
        {
            Some(failed.error.clone())
        }
        _ => None,
    }
}

/// Where snapshots come in; they are recorded as they are shown.
struct Intake {
    feed: Feed,
    recorder: Option<Recorder>,
    anonymizer: Option<Anonymizer>,
    is_replay: bool,
}

impl Intake {
    fn start(options: &Options, interest: &Interest) -> Result<Self, TopError> {
        let create = |path| Recorder::create(path, &options.setup.cluster_name);
        let recorder = options.record.as_deref().map(create).transpose()?;
        // The script never ends: without a count it is played as it would be watched.
        let is_endless = matches!(options.source, Source::Demo) && options.count_max.is_none();
        let tempo = if is_endless { Tempo::Real } else { Tempo::Fast };
        Ok(Self {
            feed: Feed::start(options.source.clone(), interest.clone(), tempo)?,
            recorder,
            anonymizer: options.anonymize.then(Anonymizer::default),
            is_replay: matches!(options.source, Source::Replay(_)),
        })
    }

    /// The rest of a recording is not shown, and told of when it is damaged.
    async fn read_to_end(&mut self) -> Result<(), TopError> {
        while self.is_replay
            && let Some(arrival) = self.feed.arrivals.recv().await
        {
            arrival?;
        }
        Ok(())
    }

    /// Has what the tables show kept fresh.
    fn ask_for(&self, interest: Interest, places: BTreeSet<snapshot::Place>) {
        let (interest, places) = match &self.anonymizer {
            Some(anonymizer) => (anonymizer.reveal(interest), anonymizer.reveal_places(places)),
            None => (interest, places),
        };
        self.feed.watch(interest);
        self.feed.look_up(places);
    }

    /// `None` at the end of a recording.
    async fn next(&mut self) -> Result<Option<Snapshot>, TopError> {
        let Some(arrival) = self.feed.arrivals.recv().await else { return Ok(None) };
        let snapshot = match &mut self.anonymizer {
            Some(anonymizer) => anonymizer.apply(arrival?),
            None => arrival?,
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.write(&snapshot)?;
        }
        Ok(Some(snapshot))
    }
}

/// Offsets come last of what is polled together.
fn refresh_ends_with(snapshot: &Snapshot) -> bool {
    snapshot.data.sampler() == Sampler::Offsets
}

struct Printer {
    format: Format,
    told: Told,
}

impl Printer {
    fn refresh(&mut self, app: &App, at_ms: i64, out: &mut dyn Write) -> Result<(), TopError> {
        let text = match self.format {
            Format::Text => text(app, at_ms),
            Format::Json => format!("{:#}\n", self.document(app, at_ms)),
            Format::JsonLines => format!("{}\n", self.document(app, at_ms)),
        };
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(TopError::Output)
    }

    fn events(&mut self, app: &App, out: &mut dyn Write) -> Result<(), TopError> {
        for event in self.told.news(&app.cluster.events) {
            writeln!(out, "{}", event_json(&event, true)).map_err(TopError::Output)?;
        }
        out.flush().map_err(TopError::Output)
    }

    fn document(&mut self, app: &App, at_ms: i64) -> Json {
        let cluster = app.shown();
        let unanswered = cluster.health.iter().filter_map(|(sampler, health)| {
            Some(json!({ "sampler": sampler.name(), "message": health.error.as_ref()? }))
        });
        let refusal = problems::refusal(&cluster.refused);
        let errors = unanswered
            .chain(refusal.map(|message| json!({ "sampler": problems::RIGHTS, "message": message })));
        let mut document = json!({
            "apiVersion": API_VERSION,
            "kind": "Top",
            "at": time_text(at_ms),
            "at_ms": at_ms,
            "data_age_ms": app.age().map(|(age_ms, _)| age_ms),
            "screen": app.place().screen().name().to_lowercase(),
            "summary": Summary::of(cluster, app.window_ms),
            "items": app.grid().json_rows(),
            "errors": errors.collect::<Vec<_>>(),
        });
        if let (Place::Screen(Screen::Overview), [_, topics, groups, ..]) =
            (app.place(), app.grids.as_slice())
        {
            document["topics"] = topics.json_rows().into();
            document["groups"] = groups.json_rows().into();
        }
        if self.format == Format::Json {
            let news = self.told.news(&app.cluster.events);
            document["events"] = news.iter().map(|event| event_json(event, false)).collect::<Vec<_>>().into();
        }
        document
    }
}

fn event_json(event: &Noticed, stands_alone: bool) -> Json {
    let mut json = json!({
        "at": time_text(event.at_ms),
        "at_ms": event.at_ms,
        "event": event.what.kind(),
        "severity": event.what.severity(),
        "subject": event.what.subject(),
        "what": event.what.to_string(),
    });
    if stands_alone {
        json["apiVersion"] = API_VERSION.into();
        json["kind"] = "TopEvent".into();
    }
    for (key, value) in event.what.ids() {
        json[key] = value;
    }
    json
}

fn text(app: &App, at_ms: i64) -> String {
    let summary = Summary::of(app.shown(), app.window_ms);
    let number = |number: Option<f64>| number.map_or_else(|| "…".to_owned(), |number| format!("{number:.1}"));
    let mut text = format!(
        "{}  {}  data {} old  brokers {} up {} down  offline {}  under-min-isr {}  under-replicated {}  groups {} ({} in trouble{})  in {}/s  lag {}\n",
        time_text(at_ms),
        app.setup.cluster_name,
        app.age().map_or(Cow::Borrowed("…"), |(age_ms, _)| human_millis(age_ms).into()),
        summary.brokers_up,
        summary.brokers_down.len(),
        summary.offline_count,
        summary.under_min_isr_count,
        summary.under_replicated_count,
        summary.group_count,
        summary.groups_in_trouble,
        match summary.groups_not_judged {
            0 => String::new(),
            count => format!(", {count} not judged yet"),
        },
        number(summary.in_rate),
        Cell::total(app.shown().lag()).value.plain(),
    );
    for (sampler, health) in &app.cluster.health {
        if let Some(error) = &health.error {
            text += &format!("! {} not answered: {}\n", sampler.name(), shown(error, false));
        }
    }
    if let Some(refusal) = problems::refusal(&app.cluster.refused) {
        text += &format!("! {}\n", shown(&refusal, false));
    }
    for (pane, grid) in app.grids.iter().enumerate().filter(|(_, grid)| !grid.columns.is_empty()) {
        text += &table(app, pane, grid);
    }
    text.push('\n');
    text
}

fn table(app: &App, pane: usize, grid: &Grid) -> String {
    let placed = columns::place(grid, &grid.rows, SIZE.width, app.choice(pane), app.units);
    let mut text = format!("{} ({})\n", grid.title, grid.rows.len());
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let mut line = String::new();
        for (column, cell) in placed.iter().zip(cells) {
            let cell = shown(&cell, app.setup.ascii);
            let pad = " ".repeat(usize::from(column.width).saturating_sub(cell.width()));
            line += &if column.is_numeric { format!("{pad}{cell}  ") } else { format!("{cell}{pad}  ") };
        }
        text += line.trim_end();
        text.push('\n');
    };
    line(&mut placed.iter().map(|column| grid.columns[column.column].title.to_owned()));
    for row in &grid.rows {
        line(&mut placed.iter().map(|column| match row.cells.get(column.column).map(|cell| &cell.value) {
            Some(crate::model::grid::Value::Spark(values)) => {
                crate::draw::spark(values, columns::SPARK_WIDTH)
            }
            Some(value) => value.human(app.units).into_owned(),
            None => String::new(),
        }));
    }
    text
}
