//! From flags and a server.properties to the settings of a broker, for the commands that start one or prepare its
//! directories.

use std::fs;
use std::path::{Path, PathBuf};

use kafkactl_core::settings::{BrokerSettings, Properties, SettingsWarning};

use crate::args::broker::BrokerStartArgs;
use crate::args::storage::StorageDirArgs;
use crate::args::values::KeyValue;
use crate::error::CommandError;

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
    flags: Vec<(&'static str, String)>,
    sets: Vec<KeyValue>,
    node_id_default: Option<&'static str>,
    listen_default: &'static str,
}

/// Settings and what there is to say about them.
pub struct Loaded {
    pub settings: BrokerSettings,
    pub warnings: Vec<SettingsWarning>,
    /// The names that flags, not `--set`, gave.
    pub flags: Vec<&'static str>,
    pub file: Properties,
}

impl Given {
    /// `ephemeral_dir` is the data directory of `--ephemeral`.
    pub fn to_start(args: &BrokerStartArgs, ephemeral_dir: Option<&Path>) -> Result<Self, CommandError> {
        let mut flags = directory_flags(ephemeral_dir.or(args.data_dir.as_deref()), args.node_id)?;
        if let Some(address) = &args.listen {
            flags.push(("listeners", listener(address)));
        }
        if let Some(address) = &args.advertise {
            flags.push(("advertised.listeners", listener(address)));
        }
        if let Some(address) = &args.ops {
            flags.push(("ops.listen", address.clone()));
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
            flags: directory_flags(args.data_dir.as_deref(), args.node_id)?,
            sets: args.settings.clone(),
            node_id_default: Some(NODE_ID),
            listen_default: LISTEN,
        })
    }

    pub fn load(self) -> Result<Loaded, CommandError> {
        let file = match &self.config {
            Some(path) => read_properties(path)?,
            None => Properties::default(),
        };
        let sets = self.sets.iter().map(|set| (set.key.clone(), set.value.clone()));
        let flags = self.flags.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut overrides: Vec<(String, String)> = sets.chain(flags).collect();
        let defaults = self.defaults(&file, &overrides);
        overrides.extend(defaults);
        let (settings, warnings) = BrokerSettings::load(&file, &overrides).map_err(|error| {
            CommandError::usage(match &self.config {
                Some(path) => format!("{}: {error}", path.display()),
                None => error.to_string(),
            })
        })?;
        Ok(Loaded { settings, warnings, flags: self.flags.into_iter().map(|(name, _)| name).collect(), file })
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
                defaults.push(("listeners".to_owned(), listener(self.listen_default)));
            }
        }
        defaults
    }
}

fn read_properties(path: &Path) -> Result<Properties, CommandError> {
    let text = fs::read_to_string(path).map_err(|error| CommandError::io(path, error))?;
    Properties::parse(&text).map_err(|error| CommandError::usage(format!("{}: {error}", path.display())))
}

/// `--data-dir` and `--node-id` as settings.
fn directory_flags(
    data_dir: Option<&Path>,
    node_id: Option<i32>,
) -> Result<Vec<(&'static str, String)>, CommandError> {
    let dirs = data_dir.map(directory).transpose()?.map(|dirs| ("log.dirs", dirs));
    Ok(dirs.into_iter().chain(node_id.map(|id| ("node.id", id.to_string()))).collect())
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

/// A bare address is a PLAINTEXT listener.
fn listener(address: &str) -> String {
    if address.contains("://") { address.to_owned() } else { format!("PLAINTEXT://{address}") }
}

#[cfg(test)]
mod tests {
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
            (&["--set", "node.id=3", "--node-id", "4"][..], "node.id", "4"),
            (&config[..], "node.id", "7"),
            (&config[..], "listeners", "PLAINTEXT://:19092"),
            (&[config[0], config[1], "--data-dir", "/flag"][..], "log.dirs", "/flag"),
        ] {
            assert_eq!(text(flags, name).as_deref(), Some(value), "{flags:?} {name}");
        }
    }

    #[test]
    fn wrong_settings_name_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.properties");
        fs::write(&path, "node.id=7\nnum.partitions=many\n").unwrap();
        let given = Given::to_start(&start(&["--config", path.to_str().unwrap()]), None).unwrap();
        let Err(error) = given.load() else { panic!("loaded") };
        let text = error.to_string();
        assert!(text.contains("server.properties: line 2: num.partitions"), "{text}");
        assert_eq!(error.status(), crate::exit::ExitStatus::Usage);
    }
}
