//! The data directories: locked, formatted if they are empty, and all of one cluster and node.

use std::path::Path;
use std::sync::Arc;

use kafkactl_core::log::dir::{Dir, DirLock, RealDir};
use kafkactl_core::names::BrokerId;
use kafkactl_core::settings::BrokerSettings;
use tracing::info;

use super::StartError;
use crate::cluster::format::{FormatError, inspect, prepare};
use crate::partition::DataDir;

const LOCK_FILE: &str = ".lock";

pub(super) struct Directories {
    pub all: Vec<Arc<DataDir>>,
    /// The one with the metadata log.
    pub metadata: Arc<DataDir>,
    pub node_id: BrokerId,
    pub cluster_id: String,
    /// The broker epoch of the last registration, if every directory was left cleanly under it (D2).
    pub clean_epoch: Option<i64>,
}

impl Directories {
    pub fn open(
        settings: &BrokerSettings,
        is_ephemeral: bool,
        cluster_id: Option<&str>,
        now_ms: i64,
    ) -> Result<Self, StartError> {
        let paths = settings.node.log_dirs();
        let metadata_path = settings.node.metadata_dir().ok_or(FormatError::NoDirectory)?;
        if !paths.contains(&metadata_path) {
            let path = metadata_path.display();
            return Err(FormatError::Option(format!("metadata.log.dir {path} is not one of log.dirs")).into());
        }
        let mut all = Vec::with_capacity(paths.len());
        let mut good = Vec::with_capacity(paths.len());
        for path in &paths {
            match claim(path, is_ephemeral) {
                Ok(claimed) => good.push(claimed),
                // The others serve without it.
                Err(error) if *path != metadata_path && error.is_disk_failure() => {
                    all.push(Arc::new(DataDir::failed(path.clone(), &error)));
                }
                Err(error) => return Err(error),
            }
        }
        let (dirs, locks): (Vec<Arc<dyn Dir>>, Vec<DirLock>) = good.into_iter().unzip();
        let metadata =
            dirs.iter().position(|dir| dir.path() == metadata_path).ok_or(FormatError::NoDirectory)?;
        let prepared = prepare(&dirs, metadata, settings, cluster_id, now_ms, &mut rand::random)?;
        for directory in &prepared.formatted {
            let directory = directory.display();
            info!(%directory, cluster = prepared.cluster_id, node = %prepared.node, "formatted");
        }
        for ((dir, lock), id) in dirs.into_iter().zip(locks).zip(prepared.directories) {
            let path = dir.path();
            all.push(Arc::new(match DataDir::open(dir, id, lock) {
                Ok(opened) => opened,
                Err(error) if path != metadata_path && error.is_disk_failure() => {
                    DataDir::failed(path, &error)
                }
                Err(error) => return Err(error.into()),
            }));
        }
        let mut epochs: Vec<Option<i64>> = all.iter().map(|dir| dir.clean_epoch()).collect();
        epochs.dedup();
        let clean_epoch = match epochs[..] {
            [Some(epoch)] if epoch >= 0 => Some(epoch),
            _ => None,
        };
        // As given, the failed ones among the others.
        all.sort_by_key(|dir| paths.iter().position(|path| *path == dir.path));
        let metadata =
            all.iter().find(|dir| dir.path == metadata_path).ok_or(FormatError::NoDirectory)?.clone();
        Ok(Self { all, metadata, node_id: prepared.node, cluster_id: prepared.cluster_id, clean_epoch })
    }
}

/// Opens and locks a directory, and sees to it that it can be read at all.
fn claim(path: &Path, is_ephemeral: bool) -> Result<(Arc<dyn Dir>, DirLock), StartError> {
    let directory = || path.display().to_string();
    let failed = |source| StartError::Directory { directory: directory(), source };
    let opened = if is_ephemeral { RealDir::open_ephemeral(path) } else { RealDir::open(path) };
    let dir: Arc<dyn Dir> = Arc::new(opened.map_err(failed)?);
    let Some(lock) = dir.lock(LOCK_FILE).map_err(failed)? else {
        return Err(StartError::Locked { directory: directory() });
    };
    inspect(&*dir)?;
    Ok((dir, lock))
}
