//! `storage format`: formatting as asked for, for those who script it.

use std::path::PathBuf;
use std::sync::Arc;

use kafkactl_core::log::dir::Dir;
use kafkactl_core::names::{BrokerId, Uuid, uuid_draw};
use kafkactl_core::settings::BrokerSettings;

use super::prepare::{DirectoryFacts, inspect};
use super::{Contents, FormatError, local_voter, parse_initial_controllers, write_directory};
use crate::cluster::features::{
    FEATURES, KRAFT_VERSION, METADATA_VERSION, MetadataVersion, dependencies, feature_named,
};
use crate::cluster::metadata::bootstrap_records;
use crate::cluster::quorum::VoterSet;

/// Who votes in the new cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Controllers {
    /// Those of `controller.quorum.voters`.
    FromSettings,
    /// `--standalone`: this node alone.
    Standalone,
    /// `--initial-controllers`: these.
    Initial(String),
    /// `--no-initial-controllers`: a quorum this node joins later.
    None,
}

/// What the command line asks for.
#[derive(Debug, Clone)]
pub struct FormatOptions {
    pub cluster_id: String,
    /// Node id, directories, listeners.
    pub settings: BrokerSettings,
    /// `--release-version`, as `4.3` or `4.3-IV0`.
    pub release: Option<String>,
    /// `--feature`, as `name=level`.
    pub features: Vec<String>,
    pub controllers: Controllers,
    pub ignore_formatted: bool,
}

/// What became of each directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Formatted {
    pub version: MetadataVersion,
    pub formatted: Vec<(PathBuf, Uuid)>,
    /// Left as they were (`--ignore-formatted`).
    pub skipped: Vec<PathBuf>,
}

/// Formats directories, in the order of `log.dirs`; the metadata log goes to the one with the index `metadata_dir`.
pub fn format(
    dirs: &[Arc<dyn Dir>],
    metadata_dir: usize,
    options: &FormatOptions,
    now_ms: i64,
    random: &mut dyn FnMut() -> u128,
) -> Result<Formatted, FormatError> {
    let node = options.settings.node_id().map(BrokerId);
    let node = node.ok_or_else(|| FormatError::Option("node.id is not set".to_owned()))?;
    if options.cluster_id.trim().is_empty() || options.cluster_id.contains(['\n', '\r']) {
        return Err(FormatError::Option("the cluster id is empty or not one line".to_owned()));
    }
    let levels = levels(&options.features)?;
    let version = metadata_version(options.release.as_deref(), &levels)?;
    let is_dynamic = options.controllers != Controllers::FromSettings;
    check_controllers(options, &levels, is_dynamic)?;
    for (name, level) in &levels {
        check_dependencies(name, *level, version, &levels)?;
    }
    let levels: Vec<(&str, i16)> = levels.iter().map(|(name, level)| (*name, *level)).collect();
    let bootstrap = bootstrap_records(version, &levels);

    let mut outcome = Formatted { version, formatted: Vec::new(), skipped: Vec::new() };
    let mut empty = Vec::new();
    for (index, dir) in dirs.iter().enumerate() {
        match inspect(&**dir)? {
            DirectoryFacts::Foreign { found } => return Err(FormatError::Foreign { dir: dir.path(), found }),
            DirectoryFacts::Formatted(_) if !options.ignore_formatted => {
                return Err(FormatError::AlreadyFormatted { dir: dir.path() });
            }
            DirectoryFacts::Formatted(_) => outcome.skipped.push(dir.path()),
            DirectoryFacts::Empty => empty.push((index, dir)),
        }
    }
    if dirs.is_empty() {
        return Err(FormatError::NoDirectory);
    }
    for (index, dir) in empty {
        let (id, voters) = match &options.controllers {
            _ if index != metadata_dir => (uuid_draw(&mut *random), None),
            Controllers::FromSettings | Controllers::None => (uuid_draw(&mut *random), None),
            Controllers::Standalone => {
                let id = uuid_draw(&mut *random);
                (id, Some(VoterSet { voters: vec![local_voter(&options.settings, node, id)] }))
            }
            Controllers::Initial(text) => initial(text, &options.settings, node)?,
        };
        let contents = Contents {
            cluster_id: &options.cluster_id,
            node,
            version,
            bootstrap: &bootstrap,
            voters,
            now_ms,
        };
        write_directory(&**dir, id, &contents)?;
        outcome.formatted.push((dir.path(), id));
    }
    Ok(outcome)
}

/// The voters named, and the directory id that is this node's among them.
fn initial(
    text: &str,
    settings: &BrokerSettings,
    node: BrokerId,
) -> Result<(Uuid, Option<VoterSet>), FormatError> {
    let listener = settings.network.controller_listener_names.first().map_or("CONTROLLER", String::as_str);
    let voters = parse_initial_controllers(text, listener)
        .map_err(|reason| FormatError::Option(format!("--initial-controllers: {reason}")))?;
    let local = voters.get(node).map(|voter| voter.directory);
    let local = local.ok_or_else(|| {
        FormatError::Option(format!("--initial-controllers does not name this node, {node}"))
    })?;
    Ok((local, Some(voters)))
}

fn check_controllers(
    options: &FormatOptions,
    levels: &[(&str, i16)],
    is_dynamic: bool,
) -> Result<(), FormatError> {
    let refuse = |reason: &str| Err(FormatError::Option(reason.to_owned()));
    let has_static = !options.settings.node.quorum_voters.is_empty();
    match (is_dynamic, has_static) {
        (true, true) => {
            return refuse(
                "controller.quorum.voters is set: voters stand in the settings, so --standalone, \
                 --initial-controllers and --no-initial-controllers cannot be used",
            );
        }
        (false, false) => {
            return refuse(
                "controller.quorum.voters is not set: say who votes with --standalone, --initial-controllers or \
                 --no-initial-controllers",
            );
        }
        _ => {}
    }
    match levels.iter().find(|(name, _)| *name == KRAFT_VERSION) {
        Some((_, 0)) if is_dynamic => refuse("kraft.version 0 knows no voters in the metadata log"),
        Some((_, level)) if *level > 0 && !is_dynamic => {
            refuse("kraft.version 1 keeps the voters in the metadata log, not in controller.quorum.voters")
        }
        _ => Ok(()),
    }
}

/// Reads `name=level` pairs.
fn levels(features: &[String]) -> Result<Vec<(&'static str, i16)>, FormatError> {
    let refuse = |reason: String| Err(FormatError::Option(reason));
    let mut levels: Vec<(&'static str, i16)> = Vec::new();
    for text in features {
        let pair = text.split_once('=').and_then(|(name, level)| Some((name, level.trim().parse().ok()?)));
        let Some((name, level)) = pair else { return refuse(format!("\"{text}\" is not feature=level")) };
        let Some(feature) = feature_named(name.trim()) else {
            let known: Vec<&str> = FEATURES.iter().map(|feature| feature.name).collect();
            return refuse(format!("there is no feature {name}; known are {}", known.join(", ")));
        };
        if !(feature.min..=feature.max).contains(&level) {
            let (name, min, max) = (feature.name, feature.min, feature.max);
            return refuse(format!("{name} is between {min} and {max}, not {level}"));
        }
        if levels.iter().any(|(other, _)| *other == feature.name) {
            return refuse(format!("{} is given twice", feature.name));
        }
        levels.push((feature.name, level));
    }
    Ok(levels)
}

fn metadata_version(release: Option<&str>, levels: &[(&str, i16)]) -> Result<MetadataVersion, FormatError> {
    let level = levels.iter().find(|(name, _)| *name == METADATA_VERSION).map(|(_, level)| *level);
    match (release, level) {
        (Some(_), Some(_)) => Err(FormatError::Option(
            "--release-version and --feature metadata.version say the same".to_owned(),
        )),
        (None, Some(level)) => Ok(MetadataVersion(level)),
        (None, None) => Ok(MetadataVersion::LATEST),
        (Some(release), None) => MetadataVersion::of_release(release).ok_or_else(|| {
            let newest = MetadataVersion::LATEST.name().unwrap_or_default();
            FormatError::Option(format!("there is no release {release}; 3.3-IV3 to {newest} are known"))
        }),
    }
}

fn check_dependencies(
    name: &str,
    level: i16,
    version: MetadataVersion,
    levels: &[(&str, i16)],
) -> Result<(), FormatError> {
    for (needed, least) in dependencies(name, level) {
        let given = levels.iter().find(|(other, _)| other == needed).map(|(_, level)| *level);
        let found = if *needed == METADATA_VERSION { version.0 } else { given.unwrap_or(0) };
        if found < *least {
            let reason = format!("{name} {level} needs {needed} of at least {least}, it is {found}");
            return Err(FormatError::Option(reason));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kafkactl_core::log::dir::MemoryDisk;
    use kafkactl_core::settings::Properties;

    use super::*;
    use crate::cluster::quorum::checkpoint;

    fn options(properties: &str, controllers: Controllers, features: &[&str]) -> FormatOptions {
        FormatOptions {
            cluster_id: "cluster".to_owned(),
            settings: BrokerSettings::load(&Properties::parse(properties).unwrap(), &[]).unwrap().0,
            release: None,
            features: features.iter().map(|text| (*text).to_owned()).collect(),
            controllers,
            ignore_formatted: false,
        }
    }

    fn run(disk: &MemoryDisk, options: &FormatOptions) -> Result<Formatted, String> {
        let mut next = 1_u128 << 100;
        let mut random = || {
            next += 1 << 77;
            next
        };
        format(&[disk.root()], 0, options, 5, &mut random).map_err(|error| error.to_string())
    }

    #[test]
    fn options_that_contradict_each_other_are_refused() {
        use Controllers::{FromSettings, Initial, None, Standalone};
        let id = "JEXY6aqzQY-32P5TStzaFg";
        let cases = [
            ("", Standalone, &[][..], "node.id is not set"),
            ("node.id=1", FromSettings, &[], "controller.quorum.voters is not set"),
            ("node.id=1\ncontroller.quorum.voters=1@a:1", Standalone, &[], "controller.quorum.voters is set"),
            ("node.id=1", Standalone, &["kraft.version=0"], "kraft.version 0"),
            (
                "node.id=1\ncontroller.quorum.voters=1@a:1",
                FromSettings,
                &["kraft.version=1"],
                "kraft.version 1",
            ),
            ("node.id=1", Standalone, &["no.such=1"], "there is no feature no.such"),
            ("node.id=1", Standalone, &["group.version=2"], "between 0 and 1"),
            ("node.id=1", Standalone, &["group.version"], "not feature=level"),
            ("node.id=1", Standalone, &["group.version=1", "group.version=0"], "given twice"),
            (
                "node.id=1",
                Standalone,
                &["metadata.version=22", "eligible.leader.replicas.version=1"],
                "needs metadata.version",
            ),
            ("node.id=1", Initial(format!("2@a:1:{id}")), &[], "does not name this node"),
            ("node.id=1", Initial("x".to_owned()), &[], "not of the form"),
        ];
        for (properties, controllers, features, expected) in cases {
            let disk = MemoryDisk::default();
            let got = run(&disk, &options(properties, controllers, features)).unwrap_err();
            assert!(got.contains(expected), "{got:?} should say {expected:?}");
            assert!(disk.root().entries().unwrap().is_empty(), "nothing is written: {expected}");
        }
        assert!(run(&MemoryDisk::default(), &options("node.id=1", None, &[])).is_ok());
    }

    #[test]
    fn a_directory_is_formatted_once() {
        let disk = MemoryDisk::default();
        let mut options = options("node.id=1", Controllers::Standalone, &["group.version=1"]);
        let first = run(&disk, &options).unwrap();
        assert_eq!(first.formatted.len(), 1);
        assert!(run(&disk, &options).unwrap_err().contains("formatted already"));
        options.ignore_formatted = true;
        assert_eq!(run(&disk, &options).unwrap().skipped.len(), 1);
        let bootstrap = checkpoint::read(&*disk.root(), "bootstrap.checkpoint").unwrap().unwrap();
        assert_eq!(bootstrap.newest().feature_level("group.version"), 1);
        let voters = disk.root().child("__cluster_metadata-0").unwrap();
        let voters =
            checkpoint::read(&*voters, "00000000000000000000-0000000000.checkpoint").unwrap().unwrap();
        let quorum = voters.quorum();
        assert_eq!((quorum.kraft_version, quorum.voters.as_ref().unwrap().voters.len()), (1, 1));
        assert_eq!(quorum.voters.as_ref().unwrap().voters[0].directory, first.formatted[0].1);
    }

    #[test]
    fn a_release_chooses_the_levels() {
        let mut options = options("node.id=1", Controllers::Standalone, &[]);
        options.release = Some("3.9".to_owned());
        let disk = MemoryDisk::default();
        assert_eq!(run(&disk, &options).unwrap().version, MetadataVersion(21));
        let bootstrap = checkpoint::read(&*disk.root(), "bootstrap.checkpoint").unwrap().unwrap();
        assert_eq!(bootstrap.newest().features.len(), 1, "nothing but metadata.version is that old");
        options.release = Some("9.9".to_owned());
        assert!(run(&MemoryDisk::default(), &options).unwrap_err().contains("there is no release 9.9"));
    }
}
