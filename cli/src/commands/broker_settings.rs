//! From flags and a server.properties to the settings of a broker, for the commands that start one or prepare its
//! directories.

use std::io::Read;
use std::path::{Path, PathBuf};

use kafkactl_core::settings::{BrokerSettings, Origin, Properties, SettingsError, SettingsWarning};

use crate::args::broker::BrokerStartArgs;
use crate::args::storage::StorageDirArgs;
use crate::args::values::KeyValue;
use crate::commands::configs::refuse_contradictions;
use crate::error::CommandError;
use crate::records::input;

/// Where topics live when nobody says so. Kafka's /tmp would lose them at the next boot.
const DATA_DIR: &str = "kafkactl-data";
/// Of a directory that is to be formatted. A broker that starts has the number its directory names.
const NODE_ID: &str = "1";
/// Without a server.properties nobody outside of this machine is served: the broker asks for no password.
const LISTEN: &str = "127.0.0.1:9092";
/// A free port.
const LISTEN_EPHEMERAL: &str = "127.0.0.1:0";

/// What the command line says about settings, strongest first: flags, `--set`, file; then what stands in for
/// `listeners` where there is no file.
pub struct Given {
    config: Option<PathBuf>,
    flags: Vec<Flag>,
    sets: Vec<KeyValue>,
    node_id_default: Option<&'static str>,
    listen_default: &'static str,
}

/// A flag that stands for a setting.
#[derive(Debug)]
struct Flag {
    /// As it is typed.
    name: &'static str,
    typed: String,
    setting: &'static str,
    value: String,
}

impl Flag {
    fn new(name: &'static str, setting: &'static str, typed: String) -> Self {
        Self { name, setting, value: typed.clone(), typed }
    }

    /// Of an address; a bare one is a PLAINTEXT listener's.
    fn listener(name: &'static str, setting: &'static str, typed: &str) -> Result<Self, CommandError> {
        let is_bare = !typed.contains("://");
        if is_bare && !typed.contains(':') {
            return Err(CommandError::usage(format!("{name} {typed}: not of the form HOST:PORT")));
        }
        let value = if is_bare { plaintext(typed) } else { typed.to_owned() };
        Ok(Self { name, typed: typed.to_owned(), setting, value })
    }

    /// Whether a setting of that name says the same: Kafka has two names for some.
    fn is_for(&self, setting: &str) -> bool {
        let other_name = match self.setting {
            "log.dirs" => "log.dir",
            "node.id" => "broker.id",
            name => name,
        };
        setting == self.setting || setting == other_name
    }
}

/// Settings and what there is to say about them.
pub struct Loaded {
    pub settings: BrokerSettings,
    /// Each names the file or the flag that it is about.
    pub warnings: Vec<String>,
    /// What flags, not `--set`, gave.
    flags: Vec<Flag>,
    pub file: Properties,
}

impl Loaded {
    pub fn is_by_flag(&self, setting: &str) -> bool {
        self.flags.iter().any(|flag| flag.setting == setting)
    }

    /// A text about values with the words of the command line in their place.
    pub fn as_typed(&self, text: &str) -> String {
        as_typed(&self.flags, text)
    }
}

fn as_typed(flags: &[Flag], text: &str) -> String {
    flags.iter().fold(text.to_owned(), |text, flag| text.replace(&flag.value, &flag.typed))
}

impl Given {
    /// `ephemeral_dir` is the data directory of `--ephemeral`.
    pub fn to_start(args: &BrokerStartArgs, ephemeral_dir: Option<&Path>) -> Result<Self, CommandError> {
        let data_dir = match (ephemeral_dir, args.data_dir.as_deref()) {
            (Some(dir), _) => Some(("--ephemeral", dir)),
            (None, dir) => dir.map(|dir| ("--data-dir", dir)),
        };
        let mut flags = directory_flags(data_dir, args.node_id)?;
        if let Some(address) = &args.listen {
            flags.push(Flag::listener("--listen", "listeners", address)?);
        }
        if let Some(address) = &args.advertise {
            flags.push(Flag::listener("--advertise", "advertised.listeners", address)?);
        }
        if let Some(address) = &args.ops {
            flags.push(Flag::new("--ops", "ops.listen", address.clone()));
        }
        Ok(Self {
            config: args.config.clone(),
            flags,
            sets: args.settings.clone(),
            node_id_default: None,
            listen_default: if args.ephemeral { LISTEN_EPHEMERAL } else { LISTEN },
        })
    }

    pub fn for_directories(args: &StorageDirArgs) -> Result<Self, CommandError> {
        Ok(Self {
            config: args.config.clone(),
            flags: directory_flags(args.data_dir.as_deref().map(|dir| ("--data-dir", dir)), args.node_id)?,
            sets: args.settings.clone(),
            node_id_default: Some(NODE_ID),
            listen_default: LISTEN,
        })
    }

    pub fn load(self) -> Result<Loaded, CommandError> {
        self.refuse_doubles()?;
        let file = match &self.config {
            Some(path) => read_properties(path)?,
            None => Properties::default(),
        };
        let sets = self.sets.iter().map(|set| (set.key.clone(), set.value.clone()));
        let flags = self.flags.iter().map(|flag| (flag.setting.to_owned(), flag.value.clone()));
        let mut overrides: Vec<(String, String)> = sets.chain(flags).collect();
        let defaults = self.defaults(&file, &overrides);
        overrides.extend(defaults);
        let (settings, warnings) = BrokerSettings::load(&file, &overrides)
            .map_err(|error| CommandError::usage(self.error_text(&error)))?;
        let warnings = warnings.iter().map(|warning| self.warning_text(warning)).collect();
        Ok(Loaded { settings, warnings, flags: self.flags, file })
    }

    /// Two words about one thing: neither is dropped in silence.
    fn refuse_doubles(&self) -> Result<(), CommandError> {
        refuse_contradictions(&self.sets)?;
        let double = self
            .flags
            .iter()
            .find_map(|flag| Some((flag, self.sets.iter().find(|set| flag.is_for(&set.key))?)));
        match double {
            None => Ok(()),
            Some((flag, set)) => {
                let (name, key, value) = (flag.name, &set.key, &set.value);
                Err(CommandError::usage(format!("{name} and --set {key}={value} say the same setting"))
                    .hint("leave one of them out"))
            }
        }
    }

    /// An error by the name that the operator typed.
    fn error_text(&self, error: &SettingsError) -> String {
        let (origin, name, reason) = match error {
            SettingsError::Invalid { origin, name, source, .. } => {
                (origin, name.as_str(), source.to_string())
            }
            SettingsError::Refused { origin, name, reason } => (origin, *name, reason.clone()),
        };
        let reason = as_typed(&self.flags, &reason);
        match (origin, self.flags.iter().find(|flag| flag.setting == name)) {
            (Origin::CommandLine, Some(flag)) => format!("{} {}: {reason}", flag.name, flag.typed),
            (Origin::Line(_), _) => self.in_file(error),
            _ => error.to_string(),
        }
    }

    fn warning_text(&self, warning: &SettingsWarning) -> String {
        let (SettingsWarning::Unknown { origin, .. }
        | SettingsWarning::Replaced { origin, .. }
        | SettingsWarning::Ignored { origin, .. }) = warning;
        match origin {
            Origin::Line(_) => self.in_file(warning),
            _ => warning.to_string(),
        }
    }

    fn in_file(&self, text: impl std::fmt::Display) -> String {
        match &self.config {
            Some(path) => format!("{}: {text}", path.display()),
            None => text.to_string(),
        }
    }

    /// What holds without a word more. A server.properties keeps Kafka's own defaults for listeners and directories.
    fn defaults(&self, file: &Properties, overrides: &[(String, String)]) -> Vec<(String, String)> {
        let given = |name: &str| file.get(name).is_some() || overrides.iter().any(|(key, _)| key == name);
        let mut defaults = Vec::new();
        if !given("node.id") && !given("broker.id") {
            defaults.extend(self.node_id_default.map(|id| ("node.id".to_owned(), id.to_owned())));
        }
        if self.config.is_none() {
            if !given("log.dirs") && !given("log.dir") {
                defaults.push(("log.dirs".to_owned(), DATA_DIR.to_owned()));
            }
            if !given("listeners") {
                defaults.push(("listeners".to_owned(), plaintext(self.listen_default)));
            }
        }
        defaults
    }
}

fn read_properties(path: &Path) -> Result<Properties, CommandError> {
    let (name, mut source) = input::open(path)?;
    let mut text = String::new();
    source.read_to_string(&mut text).map_err(|error| CommandError::io(name, error))?;
    Properties::parse(&text).map_err(|error| CommandError::usage(format!("{}: {error}", name.display())))
}

/// The data directory, with the flag that names it, and `--node-id` as settings.
fn directory_flags(
    data_dir: Option<(&'static str, &Path)>,
    node_id: Option<i32>,
) -> Result<Vec<Flag>, CommandError> {
    let flag = |(name, path)| directory(path).map(|dir| Flag::new(name, "log.dirs", dir));
    let dirs = data_dir.map(flag).transpose()?;
    let node_id = node_id.map(|id| Flag::new("--node-id", "node.id", id.to_string()));
    Ok(dirs.into_iter().chain(node_id).collect())
}

/// A directory as an entry of `log.dirs`.
fn directory(path: &Path) -> Result<String, CommandError> {
    match path.to_str().filter(|text| !text.contains(',')) {
        Some(text) => Ok(text.to_owned()),
        None => Err(CommandError::usage(format!(
            "{}: a data directory's path is UTF-8 without commas",
            path.display()
        ))),
    }
}

fn plaintext(address: &str) -> String {
    format!("PLAINTEXT://{address}")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;
    use crate::args::broker::BrokerCommand;
    use crate::args::{Cli, Noun};

    fn start(flags: &[&str]) -> BrokerStartArgs {
        let words = ["kafkactl", "broker", "start"].iter().chain(flags);
        match Cli::try_parse_from(words).unwrap().noun {
            Noun::Broker(BrokerCommand::Start(args)) => *args,
            other => panic!("{other:?}"),
        }
    }

    fn text(flags: &[&str], name: &str) -> Option<String> {
        Given::to_start(&start(flags), None)
            .unwrap()
            .load()
            .unwrap()
            .settings
            .static_text(name)
            .map(str::to_owned)
    }

    #[test]
    fn flags_win_over_sets_over_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.properties");
        fs::write(&path, "node.id=7\nlisteners=PLAINTEXT://:19092\nlog.dirs=/file\n").unwrap();
        let config = ["--config", path.to_str().unwrap()];
        for (flags, name, value) in [
            (&[][..], "listeners", "PLAINTEXT://127.0.0.1:9092"),
            (&[][..], "log.dirs", "kafkactl-data"),
            (&["--ephemeral"][..], "listeners", "PLAINTEXT://127.0.0.1:0"),
            (
                &["--listen", "0.0.0.0:1", "--advertise", "me:2"][..],
                "advertised.listeners",
                "PLAINTEXT://me:2",
            ),
            (&["--set", "node.id=3"][..], "node.id", "3"),
            (&["--set", "broker.id=3"][..], "node.id", "3"),
            (&config[..], "node.id", "7"),
            (&config[..], "listeners", "PLAINTEXT://:19092"),
            (&[config[0], config[1], "--data-dir", "/flag"][..], "log.dirs", "/flag"),
        ] {
            assert_eq!(text(flags, name).as_deref(), Some(value), "{flags:?} {name}");
        }
    }

    fn refused(flags: &[&str]) -> CommandError {
        let loaded = Given::to_start(&start(flags), None).and_then(Given::load);
        let Err(error) = loaded else { panic!("loaded: {flags:?}") };
        assert_eq!(error.status(), crate::exit::ExitStatus::Usage);
        error
    }

    #[test]
    fn a_wrong_value_is_told_by_the_flag_that_was_typed() {
        for (flags, start) in [
            (
                &["--listen", "127.0.0.1:port"][..],
                "--listen 127.0.0.1:port: \"port\" is no port number in \"127.0.0.1:port\"",
            ),
            (&["--listen", "nonsense"], "--listen nonsense: not of the form HOST:PORT"),
            (&["--listen", "SSL://127.0.0.1:1"][..], "--listen SSL://127.0.0.1:1: "),
            (
                &["--advertise", "0.0.0.0:4"],
                "--advertise 0.0.0.0:4: 0.0.0.0:4: clients cannot connect to that address",
            ),
            (&["--node-id=-3"][..], "--node-id -3: "),
            (&["--set", "listeners=nowhere"][..], "--set: listeners"),
        ] {
            let text = refused(flags).to_string();
            assert!(text.starts_with(start), "{flags:?}: {text}");
        }
    }

    #[test]
    fn a_flag_and_a_set_of_one_setting_are_refused() {
        for flags in [
            ["--data-dir", "a", "--set", "log.dirs=b"],
            ["--data-dir", "a", "--set", "log.dir=b"],
            ["--listen", "127.0.0.1:1", "--set", "listeners=PLAINTEXT://127.0.0.1:2"],
            ["--node-id", "4", "--set", "broker.id=3"],
        ] {
            let text = refused(&flags).to_string();
            assert!(text.contains(flags[0]) && text.contains(flags[3]), "{flags:?}: {text}");
        }
        let twice = ["--set", "num.partitions=1", "--set", "num.partitions=2"];
        assert_eq!(refused(&twice).to_string(), "num.partitions is given two values");
        let same = ["--set", "num.partitions=2", "--set", "num.partitions=2"];
        assert_eq!(text(&same, "num.partitions").as_deref(), Some("2"));
    }

    #[test]
    fn warnings_name_file_and_line_or_the_flag() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.properties");
        fs::write(&path, "node.id=7\nno.such.setting=1\n").unwrap();
        let flags = ["--config", path.to_str().unwrap(), "--set", "nor.this=1"];
        let loaded =
            Given::to_start(&start(&flags), None).and_then(Given::load).unwrap_or_else(|e| panic!("{e}"));
        let file = format!("{}: line 2: unknown setting no.such.setting", path.display());
        assert_eq!(loaded.warnings, [file, "--set: unknown setting nor.this".to_owned()]);
    }

    #[test]
    fn wrong_settings_name_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.properties");
        fs::write(&path, "node.id=7\nnum.partitions=many\n").unwrap();
        let text = refused(&["--config", path.to_str().unwrap()]).to_string();
        assert!(text.contains("server.properties: line 2: num.partitions"), "{text}");
    }
}
