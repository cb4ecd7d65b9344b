//! What the flags of `broker start` mean in Kafka's settings.

use std::fs;
use std::path::Path;

use kafkactl_core::settings::{BrokerSettings, Properties, SettingsWarning};

use crate::args::broker::BrokerStartArgs;
use crate::error::CommandError;

/// Where topics live when nobody says so. Kafka's /tmp would lose them at the next boot.
pub const DATA_DIR: &str = "kafkactl-data";
const NODE_ID: &str = "1";
/// Without a server.properties nobody outside of this machine is served: the broker asks for no password.
const LISTEN: &str = "127.0.0.1:9092";
/// A free port.
const LISTEN_EPHEMERAL: &str = "127.0.0.1:0";

/// Settings and what there is to say about them.
pub struct Loaded {
    pub settings: BrokerSettings,
    pub warnings: Vec<SettingsWarning>,
    /// The names that flags, not `--set`, gave.
    pub flags: Vec<&'static str>,
    pub file: Properties,
}

/// Reads the file and lays `--set`, then the flags, over it. `ephemeral_dir` is the data directory of `--ephemeral`.
pub fn load(args: &BrokerStartArgs, ephemeral_dir: Option<&Path>) -> Result<Loaded, CommandError> {
    let file = match &args.config {
        Some(path) => read_properties(path)?,
        None => Properties::default(),
    };
    let flags = flag_settings(args, ephemeral_dir)?;
    let sets = args.settings.iter().map(|set| (set.key.clone(), set.value.clone()));
    let mut overrides: Vec<(String, String)> = sets.collect();
    overrides.extend(flags.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let defaults = default_settings(args, &file, &overrides);
    overrides.extend(defaults);
    let (settings, warnings) = BrokerSettings::load(&file, &overrides).map_err(|error| {
        CommandError::usage(match &args.config {
            Some(path) => format!("{}: {error}", path.display()),
            None => error.to_string(),
        })
    })?;
    Ok(Loaded { settings, warnings, flags: flags.into_iter().map(|(name, _)| name).collect(), file })
}

fn read_properties(path: &Path) -> Result<Properties, CommandError> {
    let text = fs::read_to_string(path).map_err(|error| CommandError::io(path, error))?;
    Properties::parse(&text).map_err(|error| CommandError::usage(format!("{}: {error}", path.display())))
}

fn flag_settings(
    args: &BrokerStartArgs,
    ephemeral_dir: Option<&Path>,
) -> Result<Vec<(&'static str, String)>, CommandError> {
    let mut settings = Vec::new();
    if let Some(dir) = ephemeral_dir.or(args.data_dir.as_deref()) {
        let text = dir.to_str().filter(|text| !text.contains(','));
        let text = text.ok_or_else(|| {
            CommandError::usage(format!("{}: a data directory's path is UTF-8 without commas", dir.display()))
        })?;
        settings.push(("log.dirs", text.to_owned()));
    }
    if let Some(address) = &args.listen {
        settings.push(("listeners", listener(address)));
    }
    if let Some(address) = &args.advertise {
        settings.push(("advertised.listeners", listener(address)));
    }
    if let Some(id) = args.node_id {
        settings.push(("node.id", id.to_string()));
    }
    Ok(settings)
}

/// A bare address is a PLAINTEXT listener.
fn listener(address: &str) -> String {
    if address.contains("://") { address.to_owned() } else { format!("PLAINTEXT://{address}") }
}

/// What `broker start` means without a word more. A server.properties keeps Kafka's own defaults for listeners and
/// directories.
fn default_settings(
    args: &BrokerStartArgs,
    file: &Properties,
    overrides: &[(String, String)],
) -> Vec<(String, String)> {
    let given = |name: &str| file.get(name).is_some() || overrides.iter().any(|(key, _)| key == name);
    let mut defaults = Vec::new();
    if !given("node.id") && !given("broker.id") {
        defaults.push(("node.id".to_owned(), NODE_ID.to_owned()));
    }
    if args.config.is_none() {
        if !given("log.dirs") && !given("log.dir") {
            defaults.push(("log.dirs".to_owned(), DATA_DIR.to_owned()));
        }
        if !given("listeners") {
            let address = if args.ephemeral { LISTEN_EPHEMERAL } else { LISTEN };
            defaults.push(("listeners".to_owned(), listener(address)));
        }
    }
    defaults
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
        load(&start(flags), None).unwrap().settings.static_text(name).map(str::to_owned)
    }

    #[test]
    fn flags_win_over_sets_over_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.properties");
        fs::write(&path, "node.id=7\nlisteners=PLAINTEXT://:19092\nlog.dirs=/file\n").unwrap();
        let config = ["--config", path.to_str().unwrap()];
        for (flags, name, value) in [
            (&[][..], "node.id", "1"),
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
        let Err(error) = load(&start(&["--config", path.to_str().unwrap()]), None) else { panic!("loaded") };
        let text = error.to_string();
        assert!(text.contains("server.properties: line 2: num.partitions"), "{text}");
        assert_eq!(error.status(), crate::exit::ExitStatus::Usage);
    }
}
