//! `top`: the dashboard of the cluster, or what it shows without a terminal.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use kafkactl_core::client::Client;
use kafkactl_tui::model::app::RecordsAs;
use kafkactl_tui::model::cluster;
use kafkactl_tui::model::snapshot::Why;
use kafkactl_tui::screens::Screen;
use kafkactl_tui::theme::{Color, ThemeChoice, background_is_light};
use kafkactl_tui::{Format, Options, Overrides, Recording, Setup, Source, TopError};

use super::session::{client_config, stop_signal};
use super::{Outcome, finish, log_to_stderr};
use crate::args::consume::Isolation;
use crate::args::shared::{Common, ConnectArgs, TableArgs};
use crate::args::top::{ScreenChoice, ThemeName, TopArgs, TopLook};
use crate::context::file::{surroundings, user_file};
use crate::context::{self, ContextColor, Protect, settle};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{self, Output};

/// Polls more often than this would load the cluster.
const INTERVAL_MIN: Duration = Duration::from_millis(200);

pub fn run(args: &TopArgs, outer: &Common) -> ExitStatus {
    let common = args.common.or(outer);
    let on_terminal = !args.batch && !args.once && has_terminal();
    // A line of the log would spoil the screen.
    if !on_terminal {
        log_to_stderr(&common.local);
    }
    let mut output = Output::standard(&common.local, &TableArgs::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(show(args, &common, on_terminal, &mut output));
            // A scan of a data directory may be under way.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(CommandError::failed(format!("cannot start: {error}"))),
    };
    finish(&mut output, outcome)
}

async fn show(args: &TopArgs, common: &Common, on_terminal: bool, output: &mut Output) -> Outcome {
    let format = match &output.format {
        output::Format::Text | output::Format::Wide => Format::Text,
        output::Format::Json => Format::Json,
        output::Format::JsonLines => Format::JsonLines,
        _ => return Err(CommandError::usage("top prints text, json or jsonl")),
    };
    let seen = source(args, common).await?;
    let options = options(args, common, seen)?;
    let stop = stop_signal()?;
    let outcome = if on_terminal && format == Format::Text {
        kafkactl_tui::run_terminal(options).await
    } else {
        let mut out = Bytes(output);
        tokio::select! {
            outcome = kafkactl_tui::run_batch(options, format, &mut out) => outcome,
            () = stop => Ok(()),
        }
    };
    outcome.map(|()| ExitStatus::Done).map_err(command_error)
}

/// Whether there is a terminal to show a dashboard on and to read keys from.
pub fn has_terminal() -> bool {
    io::stdout().is_terminal() && io::stdin().is_terminal()
}

/// Where the data comes from, and what the header calls it.
struct Seen {
    source: Source,
    name: String,
    color: Option<Color>,
}

/// A cluster is asked once, so that wrong addresses and rights end the command before the screen changes.
async fn source(args: &TopArgs, common: &Common) -> Result<Seen, CommandError> {
    if args.data.demo {
        return Ok(Seen { source: Source::Demo, name: "demo".to_owned(), color: None });
    }
    if let Some(path) = &args.data.replay {
        let recording = Recording::open(path).map_err(|error| command_error(error.into()))?;
        let name = format!("{} (replay)", recording.cluster);
        return Ok(Seen { source: Source::Replay(path.clone()), name, color: None });
    }
    let settings = settle(&common.connect, &surroundings(common.connect.config.as_deref())?)?;
    if args.allow_actions && settings.protect != Protect::None {
        return Err(CommandError::refused("--allow-actions: the context is protected")
            .hint("its `protect` in kafkactl.toml says so; without the flag the dashboard only looks"));
    }
    let config = client_config(&settings)?;
    Client::connect(kafkactl_tui::sample::impatient(config.clone())).await?;
    let name = match &settings.context {
        Some(context) => context.value.clone(),
        None => settings.text(context::BOOTSTRAP_SERVERS).to_owned(),
    };
    Ok(Seen { source: Source::Cluster(config), name, color: settings.color.map(color) })
}

fn color(of: ContextColor) -> Color {
    match of {
        ContextColor::Red => Color::Red,
        ContextColor::Yellow => Color::Yellow,
        ContextColor::Green => Color::Green,
        ContextColor::Blue => Color::Blue,
        ContextColor::Magenta => Color::Magenta,
        ContextColor::Cyan => Color::Cyan,
    }
}

fn options(args: &TopArgs, common: &Common, seen: Seen) -> Result<Options, CommandError> {
    let Seen { source, name: cluster_name, color: cluster_color } = seen;
    let Dress { theme, overrides, background_is_light } = dress(&args.look, common)?;
    let interval = args.interval.unwrap_or(Setup::default().period);
    if interval < INTERVAL_MIN {
        return Err(CommandError::usage("--interval: not below 200ms"));
    }
    let is_cluster = matches!(source, Source::Cluster(_));
    let is_replay = matches!(source, Source::Replay(_));
    let setup = Setup {
        cluster_name,
        cluster_color,
        connect: if is_cluster { connect_words(&common.connect) } else { Vec::new() },
        contexts: context_names(&common.connect)?,
        screen: screen(args.screen),
        filter: args.filter.clone(),
        sort: args.sort.as_ref().map(|sort| (sort.column.clone(), sort.descending)),
        only_problems: args.only_problems,
        period: interval,
        isolation: args.isolation.into(),
        topic: args.topic.clone(),
        is_replay,
        records_as: RecordsAs { key: args.data.key_as, value: args.data.value_as },
        theme,
        ascii: args.look.ascii,
        keys: overrides.keys.clone(),
        may_act: args.allow_actions,
        message: complaint(&overrides),
    };
    Ok(Options {
        source,
        setup,
        overrides,
        count_max: if args.once { Some(1) } else { args.max },
        record: args.data.record.clone(),
        anonymize: args.data.anonymize,
        mouse: !args.look.no_mouse,
        data_dir: args.data.data_dir.clone(),
        contexts: contexts(common.connect.clone()),
        background_is_light,
    })
}

impl From<Isolation> for cluster::Isolation {
    fn from(isolation: Isolation) -> Self {
        match isolation {
            Isolation::Uncommitted => Self::Uncommitted,
            Isolation::Committed => Self::Committed,
        }
    }
}

fn context_names(connect: &ConnectArgs) -> Result<Vec<String>, CommandError> {
    let around = surroundings(connect.config.as_deref())?;
    let names: BTreeSet<String> =
        around.files.into_iter().flat_map(|(_, file)| file.contexts.into_keys()).collect();
    Ok(names.into_iter().collect())
}

/// The options that lead other commands to the same cluster. Properties stay out: they may be secrets.
fn connect_words(connect: &ConnectArgs) -> Vec<String> {
    let config = connect.config.as_ref().map(|path| path.display().to_string());
    let options = [("--config", config), ("-c", connect.context.clone()), ("-b", connect.bootstrap.clone())];
    let given = options.into_iter().filter_map(|(option, value)| Some([option.to_owned(), value?]));
    given.flatten().collect()
}

/// How a dashboard looks and which keys it knows.
pub struct Dress {
    pub theme: ThemeChoice,
    pub overrides: Overrides,
    pub background_is_light: Option<bool>,
}

pub fn dress(look: &TopLook, common: &Common) -> Result<Dress, CommandError> {
    let theme = match look.theme {
        ThemeName::Auto if !common.local.may_color() => ThemeChoice::Mono,
        ThemeName::Auto => ThemeChoice::Auto,
        ThemeName::Dark => ThemeChoice::Dark,
        ThemeName::Light => ThemeChoice::Light,
        ThemeName::Mono => ThemeChoice::Mono,
    };
    let background_is_light = background_is_light(std::env::var("COLORFGBG").ok().as_deref());
    Ok(Dress { theme, overrides: overrides(look, common)?, background_is_light })
}

/// What is wrong with an override file.
pub fn complaint(overrides: &Overrides) -> Option<String> {
    (!overrides.errors.is_empty()).then(|| format!("overrides: {}", overrides.errors.join("; ")))
}

fn screen(choice: ScreenChoice) -> Screen {
    match choice {
        ScreenChoice::Overview => Screen::Overview,
        ScreenChoice::Brokers => Screen::Brokers,
        ScreenChoice::Topics => Screen::Topics,
        ScreenChoice::Partitions => Screen::Partitions,
        ScreenChoice::Groups => Screen::Groups,
        ScreenChoice::Events => Screen::Events,
        ScreenChoice::Records => Screen::Records,
        ScreenChoice::Disk => Screen::Disk,
    }
}

/// A file that was named must be there; the usual one need not.
fn overrides(look: &TopLook, common: &Common) -> Result<Overrides, CommandError> {
    let around = surroundings(common.connect.config.as_deref())?;
    let usual = user_file(common.connect.config.as_deref(), &around.environment).path;
    let usual = usual.map(|path: PathBuf| path.with_file_name("top.toml"));
    let Some(path) = look.overrides.clone().or(usual) else { return Ok(Overrides::default()) };
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Overrides::parse(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && look.overrides.is_none() => {
            Ok(Overrides::default())
        }
        Err(error) => Err(CommandError::io(&path, error)),
    }
}

/// Finds the cluster of another context. Servers named on the command line are those of the first one.
pub fn contexts(connect: ConnectArgs) -> kafkactl_tui::Contexts {
    let known = move |name: &str| -> Result<kafkactl_tui::Context, CommandError> {
        let connect = ConnectArgs { context: Some(name.to_owned()), bootstrap: None, ..connect.clone() };
        let settings = settle(&connect, &surroundings(connect.config.as_deref())?)?;
        Ok(kafkactl_tui::Context { config: client_config(&settings)?, color: settings.color.map(color) })
    };
    Box::new(move |name| known(name).map_err(|error| error.to_string()))
}

pub fn command_error(error: TopError) -> CommandError {
    match error {
        TopError::Output(error) => CommandError::output(error),
        TopError::Usage(message) => CommandError::usage(message),
        TopError::NoData(_) => CommandError::timeout(error.to_string()),
        TopError::Unanswered { why, error } => CommandError::told(
            match why {
                Why::Unreachable => ExitStatus::Unreachable,
                Why::NotAuthorized => ExitStatus::Denied,
                Why::Missing => ExitStatus::NotFound,
                Why::Other => ExitStatus::Failed,
            },
            error,
        ),
        TopError::Recording(_) | TopError::Empty | TopError::Terminal(_) | TopError::Panic => {
            CommandError::failed(error.to_string())
        }
    }
}

/// The command's output as a writer.
struct Bytes<'a>(&'a mut Output);

impl io::Write for Bytes<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(io_error).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(io_error)
    }
}

/// A reader that went away stays recognisable.
fn io_error(error: CommandError) -> io::Error {
    if error.is_quiet() { io::ErrorKind::BrokenPipe.into() } else { io::Error::other(error.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::{CommandFactory, Parser};
    use kafkactl_tui::model::cluster::Cluster;
    use kafkactl_tui::model::snapshot::{Data, Segment, Segments, Snapshot};
    use kafkactl_tui::screens::{self, Lens, Place};

    /// The script's cluster, with names as nobody should choose them.
    fn cluster() -> Cluster {
        let mut cluster = Cluster::default();
        for snapshot in (0..12).flat_map(|step| kafkactl_tui::demo::step(step, step * 2_000)) {
            let text = serde_json::to_string(&snapshot).unwrap();
            let text =
                text.replace("orders", "-orders").replace("billing", "--all").replace("fraud", "a 'b'\\n");
            cluster.apply(serde_json::from_str(&text).unwrap());
        }
        let segment = Segment { topic: "-orders".to_owned(), ..Segment::default() };
        let segments = Segments { dir: "-data".to_owned(), segments: vec![segment] };
        cluster.apply(Snapshot { at_ms: 99_000, took_ms: 1, data: Data::Segments(segments) });
        cluster
    }

    #[test]
    fn help_names_the_formats_that_are_taken() {
        let mut cli = Cli::command();
        let help = cli.find_subcommand_mut("top").unwrap().render_long_help().to_string();
        assert!(help.contains("text, wide, json or jsonl") && !help.contains("yaml"), "{help}");
    }

    #[test]
    fn every_copied_command_exists() {
        let cluster = cluster();
        let lens = Lens { window_ms: 10_000, show_internal: true };
        let mut places: Vec<Place> = Screen::ALL.into_iter().map(Place::Screen).collect();
        places.extend(cluster.topics.keys().cloned().map(Place::Topic));
        places.extend(cluster.groups.keys().cloned().map(Place::Group));
        places.push(Place::Broker(1));
        let connect = ConnectArgs {
            bootstrap: Some("h:1".to_owned()),
            context: Some("prod".to_owned()),
            ..ConnectArgs::default()
        };
        let mut seen = BTreeSet::new();
        for place in places {
            for pane in 0..place.panes().len() {
                for row in screens::grid(&place, pane, &cluster, lens).rows {
                    if row.copy.is_empty() {
                        continue;
                    }
                    seen.insert(row.copy[..2].join(" "));
                    let words = ["kafkactl".to_owned()].into_iter().chain(connect_words(&connect));
                    let words: Vec<String> = words.chain(row.copy).collect();
                    if let Err(error) = Cli::try_parse_from(&words) {
                        panic!("{place:?}: {words:?}: {error}");
                    }
                }
            }
        }
        assert_eq!(seen.len(), 6, "{seen:?}");
    }
}
