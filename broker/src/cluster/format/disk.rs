//! Formatting and looking at directories by their paths: what the command line calls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kafkactl_core::log::LogError;
use kafkactl_core::log::dir::{Dir, RealDir};
use kafkactl_core::settings::BrokerSettings;

use super::{DirectoryFacts, FormatError, FormatOptions, Formatted, format, inspect};
use crate::clock::Clock;
use crate::cluster::controller::random;
use crate::cluster::quorum::MetadataLogError;

/// Every directory a node uses, and which of them holds the metadata log.
pub fn directories(settings: &BrokerSettings) -> (Vec<PathBuf>, usize) {
    let mut paths = settings.node.log_dirs();
    let metadata = settings.node.metadata_dir();
    let index = match metadata {
        None => 0,
        Some(metadata) => paths.iter().position(|path| *path == metadata).unwrap_or_else(|| {
            paths.push(metadata);
            paths.len() - 1
        }),
    };
    (paths, index)
}

/// Formats the directories of these settings; they are made if they are missing. No broker may run on them.
pub fn format_log_dirs(options: &FormatOptions) -> Result<Formatted, FormatError> {
    let (paths, metadata_dir) = directories(&options.settings);
    let mut dirs: Vec<Arc<dyn Dir>> = Vec::with_capacity(paths.len());
    let mut locks = Vec::with_capacity(paths.len());
    for path in paths {
        let dir = open(&path)?;
        let lock = dir.lock(".lock").map_err(|error| MetadataLogError::io("lock", &dir, ".lock", error))?;
        locks.push(lock.ok_or_else(|| LogError::Locked { dir: path.display().to_string() })?);
        dirs.push(Arc::new(dir));
    }
    format(&dirs, metadata_dir, options, Clock::start().now_ms(), &mut random)
}

/// What the directories of these settings are. A missing one is empty.
pub fn inspect_log_dirs(settings: &BrokerSettings) -> Vec<(PathBuf, Result<DirectoryFacts, FormatError>)> {
    let facts = |path: &PathBuf| {
        if !path.exists() {
            return Ok(DirectoryFacts::Empty);
        }
        inspect(&open(path)?)
    };
    directories(settings)
        .0
        .into_iter()
        .map(|path| {
            let facts = facts(&path);
            (path, facts)
        })
        .collect()
}

fn open(path: &Path) -> Result<RealDir, MetadataLogError> {
    RealDir::open(path).map_err(|source| MetadataLogError::Io {
        action: "open",
        file: String::new(),
        dir: path.display().to_string(),
        source,
    })
}
