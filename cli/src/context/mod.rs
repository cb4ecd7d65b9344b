//! Which cluster a command speaks to, and how: settings from six layers, the first that knows one wins.
//!
//! ```text
//! flag  >  -X  >  KAFKACTL_*  >  .kafkactl.toml of the project  >  kafkactl.toml of the user  >  default
//! ```
//! The files' part is one context each: the one named by `--context`, `KAFKACTL_CONTEXT` or `current`.

pub mod file;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::args::shared::ConnectArgs;
use crate::error::CommandError;
use file::{Context, ContextFile};

/// How careful commands that change something are on this cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Protect {
    /// As on any cluster: what destroys asks, or wants --yes.
    #[default]
    None,
    /// What destroys wants the name typed, even with --yes.
    Confirm,
    /// What changes anything is refused.
    Readonly,
}

impl Protect {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Confirm => "confirm",
            Self::Readonly => "readonly",
        }
    }
}

/// How the dashboard shows a context's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ContextColor {
    Red,
    Yellow,
    Green,
    Blue,
    Magenta,
    Cyan,
}

impl ContextColor {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Magenta => "magenta",
            Self::Cyan => "cyan",
        }
    }
}

/// A client property: Apache Kafka's name and meaning.
pub struct Property {
    pub name: &'static str,
    pub default: &'static str,
}

pub const BOOTSTRAP_SERVERS: &str = "bootstrap.servers";
pub const CLIENT_ID: &str = "client.id";
pub const CLIENT_RACK: &str = "client.rack";
pub const REQUEST_TIMEOUT_MS: &str = "request.timeout.ms";

/// Every property that is understood. Another one is refused: a security setting that silently did nothing would
/// be worse than an error.
pub const PROPERTIES: [Property; 4] = [
    Property { name: BOOTSTRAP_SERVERS, default: "127.0.0.1:9092" },
    Property { name: CLIENT_ID, default: "kafkactl" },
    Property { name: CLIENT_RACK, default: "" },
    Property { name: REQUEST_TIMEOUT_MS, default: "30000" },
];

/// Properties of Apache Kafka's clients that single commands have a flag for.
const FLAGS_FOR: [(&str, &str); 7] = [
    ("acks", "produce --acks"),
    ("compression.type", "produce --compress"),
    ("transactional.id", "produce --txn"),
    ("group.id", "consume --group"),
    ("group.protocol", "consume --group-protocol"),
    ("isolation.level", "consume --isolation"),
    ("auto.offset.reset", "consume --from"),
];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Flag(&'static str),
    Property,
    Environment(String),
    File(PathBuf),
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Property => f.write_str("-X"),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced {
    pub value: String,
    pub source: Source,
}

/// Everything outside the command line that has a say, read once at the start.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// The variables that start with `KAFKACTL_`.
    pub environment: BTreeMap<String, String>,
    /// Nearest first: the project's file, the user's file.
    pub files: Vec<(PathBuf, ContextFile)>,
}

/// What the layers come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSettings {
    pub context: Option<Sourced>,
    pub protect: Protect,
    pub color: Option<ContextColor>,
    /// One entry for each of [`PROPERTIES`].
    pub properties: BTreeMap<&'static str, Sourced>,
    /// For the whole command; `None` is no limit but the requests' own.
    pub timeout: Option<Duration>,
}

impl ClientSettings {
    pub fn text(&self, property: &'static str) -> &str {
        &self.properties[property].value
    }

    /// A property that counts milliseconds.
    pub fn millis(&self, property: &'static str) -> Result<Duration, CommandError> {
        let Sourced { value, source } = &self.properties[property];
        match value.parse() {
            Ok(millis) => Ok(Duration::from_millis(millis)),
            Err(_) => Err(CommandError::usage(format!(
                "{property} is \"{value}\", not milliseconds (from {source})"
            ))),
        }
    }
}

/// Puts the layers together. Pure: a test states them all.
pub fn settle(flags: &ConnectArgs, around: &Surroundings) -> Result<ClientSettings, CommandError> {
    let chosen = choose_context(flags, around)?;
    let context = chosen.as_ref().map(|(name, ..)| name.clone());
    let protect = chosen.as_ref().map(|(_, _, context)| context.protect).unwrap_or_default();
    for property in &flags.properties {
        known(&property.key, "-X")?;
    }
    if let Some((_, path, context)) = &chosen {
        for key in context.properties.keys() {
            known(key, &path.display().to_string())?;
        }
    }
    let properties = PROPERTIES
        .iter()
        .map(|property| (property.name, layered(property, flags, around, chosen.as_ref())))
        .collect();
    let color = chosen.as_ref().and_then(|(_, _, context)| context.color);
    Ok(ClientSettings { context, protect, color, properties, timeout: flags.timeout })
}

type Chosen<'a> = (Sourced, &'a Path, &'a Context);

fn choose_context<'a>(
    flags: &ConnectArgs,
    around: &'a Surroundings,
) -> Result<Option<Chosen<'a>>, CommandError> {
    let from_files = || {
        around.files.iter().find_map(|(path, file)| {
            Some(Sourced { value: file.current.clone()?, source: Source::File(path.clone()) })
        })
    };
    let variable = "KAFKACTL_CONTEXT";
    let name = flags
        .context
        .clone()
        .map(|value| Sourced { value, source: Source::Flag("--context") })
        .or_else(|| {
            let value = around.environment.get(variable)?.clone();
            Some(Sourced { value, source: Source::Environment(variable.to_owned()) })
        })
        .or_else(from_files);
    let Some(name) = name else { return Ok(None) };
    let found =
        around.files.iter().find_map(|(path, file)| Some((path.as_path(), file.contexts.get(&name.value)?)));
    match found {
        Some((path, context)) => Ok(Some((name, path, context))),
        None => Err(CommandError::not_found("context", &name.value)
            .hint(format!("it was named by {}; `kafkactl context list` shows the contexts", name.source))),
    }
}

fn layered(
    property: &Property,
    flags: &ConnectArgs,
    around: &Surroundings,
    chosen: Option<&Chosen<'_>>,
) -> Sourced {
    let is_bootstrap = property.name == BOOTSTRAP_SERVERS;
    if let (true, Some(bootstrap)) = (is_bootstrap, &flags.bootstrap) {
        return Sourced { value: bootstrap.clone(), source: Source::Flag("--bootstrap") };
    }
    if let Some(given) = flags.properties.iter().rev().find(|given| given.key == property.name) {
        return Sourced { value: given.value.clone(), source: Source::Property };
    }
    let short = is_bootstrap.then(|| "KAFKACTL_BOOTSTRAP".to_owned());
    for variable in short.into_iter().chain([variable_of(property.name)]) {
        if let Some(value) = around.environment.get(&variable) {
            return Sourced { value: value.clone(), source: Source::Environment(variable) };
        }
    }
    if let Some((_, path, context)) = chosen {
        let value = match context.properties.get(property.name) {
            _ if is_bootstrap && !context.bootstrap.is_empty() => Some(context.bootstrap.join(",")),
            given => given.cloned(),
        };
        if let Some(value) = value {
            return Sourced { value, source: Source::File(path.to_path_buf()) };
        }
    }
    Sourced { value: property.default.to_owned(), source: Source::Default }
}

/// `client.id` is `KAFKACTL_CLIENT_ID`.
fn variable_of(property: &str) -> String {
    format!("KAFKACTL_{}", property.replace('.', "_").to_uppercase())
}

fn known(name: &str, source: &str) -> Result<(), CommandError> {
    if PROPERTIES.iter().any(|property| property.name == name) {
        return Ok(());
    }
    let hint = match FLAGS_FOR.iter().find(|(property, _)| *property == name) {
        Some((_, flag)) => format!("{flag} says it"),
        None => {
            let names: Vec<&str> = PROPERTIES.iter().map(|property| property.name).collect();
            format!("supported: {}", names.join(", "))
        }
    };
    Err(CommandError::usage(format!("client property \"{name}\" is not supported (from {source})"))
        .hint(hint))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Cli;
    use crate::args::values::KeyValue;
    use crate::exit::ExitStatus;

    const USER: &str = r#"
        current = "prod"
        [contexts.prod]
        bootstrap = ["a:9092", "b:9092"]
        protect = "readonly"
        properties = { "client.id" = "ops" }
        [contexts.test]
        bootstrap = ["t:9092"]
    "#;
    const PROJECT: &str = "current = \"local\"\n[contexts.local]\nbootstrap = [\"l:1\"]\n";

    struct Case {
        bootstrap: Option<&'static str>,
        context: Option<&'static str>,
        properties: &'static [&'static str],
        environment: &'static [(&'static str, &'static str)],
        project: bool,
    }

    const NOTHING: Case =
        Case { bootstrap: None, context: None, properties: &[], environment: &[], project: false };

    fn run(case: &Case) -> Result<ClientSettings, CommandError> {
        let flags = ConnectArgs {
            bootstrap: case.bootstrap.map(str::to_owned),
            context: case.context.map(str::to_owned),
            properties: case.properties.iter().map(|text| text.parse::<KeyValue>().unwrap()).collect(),
            ..ConnectArgs::default()
        };
        let file =
            |path: &str, text| (PathBuf::from(path), ContextFile::read(Path::new(path), text).unwrap());
        let mut files = vec![file("user.toml", USER)];
        if case.project {
            files.insert(0, file("project.toml", PROJECT));
        }
        let environment =
            case.environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        settle(&flags, &Surroundings { environment, files })
    }

    #[test]
    fn the_first_layer_that_knows_wins() {
        let variable = |name: &str| Source::Environment(name.to_owned());
        let user = || Source::File("user.toml".into());
        for (case, servers, source) in [
            (NOTHING, "a:9092,b:9092", user()),
            (Case { context: Some("test"), ..NOTHING }, "t:9092", user()),
            (Case { project: true, ..NOTHING }, "l:1", Source::File("project.toml".into())),
            (Case { project: true, context: Some("prod"), ..NOTHING }, "a:9092,b:9092", user()),
            (Case { environment: &[("KAFKACTL_CONTEXT", "test")], ..NOTHING }, "t:9092", user()),
            (
                Case { environment: &[("KAFKACTL_BOOTSTRAP", "e:1")], ..NOTHING },
                "e:1",
                variable("KAFKACTL_BOOTSTRAP"),
            ),
            (
                Case { environment: &[("KAFKACTL_BOOTSTRAP_SERVERS", "e:1")], ..NOTHING },
                "e:1",
                variable("KAFKACTL_BOOTSTRAP_SERVERS"),
            ),
            (
                Case {
                    properties: &["bootstrap.servers=x:1", "bootstrap.servers=x:2"],
                    environment: &[("KAFKACTL_BOOTSTRAP", "e:1")],
                    ..NOTHING
                },
                "x:2",
                Source::Property,
            ),
            (
                Case { bootstrap: Some("f:1"), properties: &["bootstrap.servers=x:1"], ..NOTHING },
                "f:1",
                Source::Flag("--bootstrap"),
            ),
        ] {
            let settings = run(&case).unwrap();
            let expected = Sourced { value: servers.to_owned(), source };
            assert_eq!(settings.properties[BOOTSTRAP_SERVERS], expected);
        }
    }

    #[test]
    fn a_context_brings_its_guard_and_properties() {
        let settings = run(&NOTHING).unwrap();
        assert_eq!(settings.protect, Protect::Readonly);
        assert_eq!(settings.text(CLIENT_ID), "ops");
        let settings = run(&Case { context: Some("test"), ..NOTHING }).unwrap();
        assert_eq!(settings.protect, Protect::None);
        assert_eq!(settings.text(CLIENT_ID), "kafkactl");
    }

    #[test]
    fn wrong_names_are_refused() {
        let missing = run(&Case { context: Some("nowhere"), ..NOTHING }).unwrap_err();
        assert_eq!(missing.status(), ExitStatus::NotFound);
        let unknown = run(&Case { properties: &["sasl.mechanism=PLAIN"], ..NOTHING }).unwrap_err();
        assert_eq!(unknown.status(), ExitStatus::Usage);
        let elsewhere = run(&Case { properties: &["group.protocol=consumer"], ..NOTHING }).unwrap_err();
        assert_eq!(elsewhere.hint_text(), Some("consume --group-protocol says it"));
    }

    #[test]
    fn flags_that_hints_name_exist() {
        let program = Cli::command();
        for (property, flag) in FLAGS_FOR {
            let (command, long) = flag.split_once(" --").unwrap();
            let command = program.find_subcommand(command).unwrap();
            assert!(command.get_arguments().any(|flag| flag.get_long() == Some(long)), "{property}: {flag}");
        }
    }
}
