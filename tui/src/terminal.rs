//! The dashboard on a terminal: reads keys, feeds the model, carries out its effects, draws. Decides nothing.

use std::future::Future;
use std::io::{self, Stdout, Write};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event as Input,
};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use kafkactl_core::client::Client;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::acting;
use crate::anonymize::Anonymizer;
use crate::answers::Answers;
use crate::draw::draw;
use crate::model::app::App;
use crate::model::snapshot::Sampler;
use crate::model::update::{Effect, Event, update};
use crate::recording::Recorder;
use crate::sample::{Interest, now_ms};
use crate::source::{Arrival, Feed, Source, Tempo};
use crate::theme::{Theme, ThemeChoice};
use crate::{Context, Options, TopError};

/// Ten frames a second at most.
const FRAME_PERIOD: Duration = Duration::from_millis(100);
/// Keys that wait to be taken in.
const INPUTS_WAITING_MAX: usize = 64;
/// How soon the thread that reads keys notices that it is over.
const INPUT_PERIOD: Duration = Duration::from_millis(100);

/// Shows the dashboard until the operator, a signal or `count_max` ends it. The terminal is given back as it was,
/// after a panic too.
pub async fn run(options: Options) -> Result<(), TopError> {
    let options = options.settled();
    let recorder = match &options.record {
        Some(path) => Some(Recorder::create(path, &options.setup.cluster_name)?),
        None => None,
    };
    let interest = Interest::of(&options.setup);
    let feed = Feed::start(options.source.clone(), interest, Tempo::Real)?;
    let screen = Screen::enter(options.mouse).map_err(TopError::Terminal)?;
    let terminal = Terminal::new(CrosstermBackend::new(io::stdout())).map_err(TopError::Terminal)?;
    let size = terminal.size().map_err(TopError::Terminal)?;
    let app = App::new(options.setup.clone(), size, now_ms());
    let anonymizer = options.anonymize.then(Anonymizer::default);
    let left = options.count_max;
    let mut dashboard = Dashboard {
        terminal: ManuallyDrop::new(terminal),
        app,
        feed,
        recorder,
        anonymizer,
        options,
        left,
        shift_ms: 0,
        acts: JoinSet::new(),
    };
    dashboard.run(&screen).await
}

struct Dashboard {
    /// Never dropped: ratatui would complain on standard error, and so panic, when the terminal has gone. The cursor
    /// comes back with the rest of the [`Screen`].
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    app: App,
    feed: Feed,
    recorder: Option<Recorder>,
    anonymizer: Option<Anonymizer>,
    options: Options,
    /// Refreshes still to be shown.
    left: Option<u64>,
    /// From the wall clock to the time of the recording.
    shift_ms: i64,
    /// What is asked or changed for the operator; its outcomes come back as events.
    acts: JoinSet<Event>,
}

impl Dashboard {
    async fn run(&mut self, screen: &Screen) -> Result<(), TopError> {
        let (mut inputs, mut answers) = (Inputs::start(), Answers::default());
        let handler = |kind| signal(kind).map_err(TopError::Terminal);
        let (mut terminate, mut hang_up) =
            (handler(SignalKind::terminate())?, handler(SignalKind::hangup())?);
        // The terminal's own ^C comes as a key; this one is sent by another process.
        let mut interrupt = handler(SignalKind::interrupt())?;
        let mut clock = tokio::time::interval(Duration::from_secs(1));
        let mut drawn: Option<Instant> = None;
        let mut is_stale = true;
        loop {
            let next_frame = drawn.map_or_else(Instant::now, |drawn| drawn + FRAME_PERIOD);
            let events = tokio::select! {
                biased;
                _ = terminate.recv() => return Ok(()),
                _ = hang_up.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                () = screen.lost() => return Err(TopError::Panic),
                Some(input) = inputs.received.recv() => event_of(input, &mut answers).into_iter().collect(),
                () = tokio::time::sleep_until(next_frame), if is_stale => {
                    match self.draw() {
                        Err(TopError::Terminal(error)) if has_gone(&error) => return Ok(()),
                        drawn => drawn?,
                    }
                    (drawn, is_stale) = (Some(Instant::now()), false);
                    continue;
                }
                Some(arrival) = self.feed.arrivals.recv() => self.take(arrival),
                Some(Ok(outcome)) = self.acts.join_next() => {
                    self.feed.refresh();
                    vec![outcome]
                }
                _ = clock.tick() => vec![Event::Clock(now_ms().saturating_add(self.shift_ms))],
            };
            is_stale = true;
            for event in events {
                let effects = update(&mut self.app, event);
                if effects.contains(&Effect::Quit) {
                    return Ok(());
                }
                self.carry_out(effects);
            }
            if self.left == Some(0) {
                return self.draw();
            }
        }
    }

    fn draw(&mut self) -> Result<(), TopError> {
        let theme = Theme::of(self.app.theme, self.options.background_is_light);
        let theme =
            if self.app.theme == ThemeChoice::Mono { theme } else { self.options.overrides.paint(theme) };
        self.terminal.draw(|frame| draw(frame, &self.app, &theme)).map_err(TopError::Terminal)?;
        Ok(())
    }

    fn take(&mut self, arrival: Arrival) -> Vec<Event> {
        let snapshot = match arrival {
            Ok(snapshot) => snapshot,
            Err(error) => return vec![Event::Told { text: error.to_string(), is_error: true }],
        };
        let snapshot = match &mut self.anonymizer {
            Some(anonymizer) => anonymizer.apply(snapshot),
            None => snapshot,
        };
        let mut events = Vec::new();
        if let Some(recorder) = &mut self.recorder
            && let Err(error) = recorder.write(&snapshot)
        {
            self.recorder = None;
            events.push(Event::Told { text: format!("recording ended: {error}"), is_error: true });
        }
        if self.feed.is_history {
            self.shift_ms = snapshot.at_ms.saturating_sub(now_ms());
        }
        if snapshot.data.sampler() == Sampler::Offsets {
            self.left = self.left.map(|left| left.saturating_sub(1));
        }
        events.push(Event::Clock(now_ms().saturating_add(self.shift_ms)));
        events.push(Event::Snapshot(Box::new(snapshot)));
        events
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let told = match effect {
                Effect::Quit => None,
                Effect::Refresh => {
                    self.feed.refresh();
                    None
                }
                Effect::Watch => {
                    self.feed.watch(self.interest());
                    let places = self.app.places_without_time();
                    self.feed.look_up(match &self.anonymizer {
                        Some(anonymizer) => anonymizer.reveal_places(places),
                        None => places,
                    });
                    None
                }
                Effect::Copy(text) => copy(&text).err().map(|error| format!("not copied: {error}")),
                Effect::Save { name, csv, json } => Some(match save(&name, &csv, &json) {
                    Ok(()) => {
                        update(
                            &mut self.app,
                            Event::Told { text: format!("saved {name}.csv and .json"), is_error: false },
                        );
                        continue;
                    }
                    Err(error) => format!("not saved: {error}"),
                }),
                Effect::Switch(context) => self.switch(&context).err(),
                Effect::Plan(deed) => self.act(|client| async move {
                    let outcome = acting::plan(&client, deed.clone()).await;
                    Event::Planned { deed, outcome }
                }),
                Effect::CarryOut(plan) => self.act(|client| async move {
                    match acting::carry_out(&client, plan).await {
                        Ok(text) => Event::Told { text, is_error: false },
                        Err(text) => Event::Told { text, is_error: true },
                    }
                }),
            };
            if let Some(text) = told {
                update(&mut self.app, Event::Told { text, is_error: true });
            }
        }
    }

    /// Starts work on the cluster; says why that is not possible.
    fn act<F>(&mut self, work: impl FnOnce(Client) -> F) -> Option<String>
    where
        F: Future<Output = Event> + Send + 'static,
    {
        match self.feed.client.clone() {
            Some(client) => {
                self.acts.spawn(work(client));
                None
            }
            None => Some("recordings cannot be changed".to_owned()),
        }
    }

    fn interest(&self) -> Interest {
        let interest = Interest {
            period: self.app.period,
            groups: self.app.visible_groups(),
            topic: self.app.tailed_topic().map(str::to_owned),
            records_as: self.app.setup.records_as,
            data_dir: self.app.data_dir(self.options.data_dir.as_deref()),
        };
        match &self.anonymizer {
            Some(anonymizer) => anonymizer.reveal(interest),
            None => interest,
        }
    }

    fn switch(&mut self, context: &str) -> Result<(), String> {
        let Context { config, color } = (self.options.contexts)(context)?;
        let feed = Feed::start(Source::Cluster(config), self.interest(), Tempo::Real);
        self.feed = feed.map_err(|error| error.to_string())?;
        self.shift_ms = 0;
        // A recording is of one cluster.
        let is_recorded = self.recorder.take().is_some();
        let switched = Event::Switched { cluster_name: context.to_owned(), cluster_color: color };
        update(&mut self.app, switched);
        if self.options.anonymize {
            self.app.setup.hide_cluster();
        }
        if is_recorded {
            let text = "recording ended: another cluster is looked at".to_owned();
            update(&mut self.app, Event::Told { text, is_error: false });
        }
        Ok(())
    }
}

/// Whether the terminal was closed: the signal that tells so may come later than the next frame.
fn has_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

fn event_of(input: Input, answers: &mut Answers) -> Option<Event> {
    match input {
        Input::Key(key) if answers.swallow(&key, Instant::now().into_std()) => None,
        Input::Key(key) => Some(Event::Key(key)),
        Input::Mouse(mouse) => Some(Event::Mouse(mouse)),
        Input::Resize(width, height) => Some(Event::Resize(Size { width, height })),
        Input::Paste(text) => Some(Event::Paste(text)),
        Input::FocusGained | Input::FocusLost => None,
    }
}

/// To the clipboard of the terminal the operator sits at, over any number of hops (OSC 52).
fn copy(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(text))?;
    out.flush()
}

fn save(name: &str, csv: &str, json: &str) -> io::Result<()> {
    std::fs::write(Path::new(name).with_extension("csv"), csv)?;
    std::fs::write(Path::new(name).with_extension("json"), json)
}

/// A thread that waits for keys, since terminals cannot be awaited. It ends soon after this is dropped.
struct Inputs {
    received: mpsc::Receiver<Input>,
    is_over: Arc<AtomicBool>,
}

impl Inputs {
    fn start() -> Self {
        let (sender, received) = mpsc::channel(INPUTS_WAITING_MAX);
        let is_over = Arc::new(AtomicBool::new(false));
        let over = is_over.clone();
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                match crossterm::event::poll(INPUT_PERIOD) {
                    Ok(false) => continue,
                    Ok(true) => {}
                    Err(_) => return,
                }
                let Ok(input) = crossterm::event::read() else { return };
                if sender.blocking_send(input).is_err() {
                    return;
                }
            }
        });
        Self { received, is_over }
    }
}

impl Drop for Inputs {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// The terminal while it is ours.
struct Screen(Arc<Hold>);

/// What the panic hook shares with the screen.
struct Hold {
    is_ours: AtomicBool,
    panicked: Notify,
}

impl Screen {
    /// From here on, whatever fails or panics gives the terminal back.
    fn enter(mouse: bool) -> io::Result<Self> {
        let screen = Self(Arc::new(Hold { is_ours: AtomicBool::new(true), panicked: Notify::new() }));
        let (hold, hook) = (screen.0.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            hold.give_back();
            hook(panic);
            hold.panicked.notify_one();
        }));
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if mouse {
            execute!(io::stdout(), EnableMouseCapture)?;
        }
        Ok(screen)
    }

    /// Resolves when a panic anywhere has given the terminal back: nothing may be drawn from then on.
    async fn lost(&self) {
        self.0.panicked.notified().await;
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl Hold {
    /// Once: a second time would put the cursor where the message of a panic stands.
    fn give_back(&self) {
        if self.is_ours.swap(false, Ordering::Relaxed) {
            // A terminal that cannot be given back has gone.
            let _ = execute!(
                io::stdout(),
                DisableBracketedPaste,
                DisableMouseCapture,
                LeaveAlternateScreen,
                crossterm::cursor::Show
            );
            let _ = disable_raw_mode();
        }
    }
}
