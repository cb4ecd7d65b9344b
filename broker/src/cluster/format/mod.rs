//! Turns directories into log directories, and tells what they are (`kafka-storage`, `Formatter`).
//!
//! An empty directory is formatted when a broker starts on it; [`format`] is for those who script it. What is not
//! understood is never touched. `meta.properties` is written last: a directory without it is not formatted.

mod disk;
mod initial_controllers;
mod prepare;
mod whole;

use std::path::PathBuf;

use kafkactl_core::log::LogError;
use kafkactl_core::log::checkpoint::MetaProperties;
use kafkactl_core::log::dir::Dir;
use kafkactl_core::names::{BrokerId, Uuid};
use kafkactl_core::schema::metadata::MetadataRecord;

pub use disk::{directories, format_log_dirs, inspect_log_dirs};
pub use initial_controllers::parse_initial_controllers;
pub use prepare::{DirectoryFacts, inspect, prepare};
pub use whole::{Controllers, FormatOptions, Formatted, format};

use super::features::MetadataVersion;
use super::loader::QuorumRecords;
use super::metadata::BOOTSTRAP_FILE;
use super::quorum::checkpoint::{self, BOOTSTRAP_SNAPSHOT, SnapshotContents};
use super::quorum::{ControllerEndpoint, METADATA_LOG_DIR, MetadataLogError, Voter, VoterSet};
use kafkactl_core::settings::BrokerSettings;

/// Why a directory is not formatted, or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Metadata(#[from] MetadataLogError),
    #[error("{dir} is formatted already; --ignore-formatted leaves it as it is and formats the others")]
    AlreadyFormatted { dir: PathBuf },
    #[error("{dir} has no meta.properties and is not empty (it holds {found}): it is not a log directory")]
    Foreign { dir: PathBuf, found: String },
    #[error(
        "{dir} was written by a broker of a ZooKeeper cluster; migrate it to KRaft with Apache Kafka 3.9 first"
    )]
    ZooKeeper { dir: PathBuf },
    #[error("{dir} belongs to cluster {found}, not to {expected}")]
    OtherCluster { dir: PathBuf, found: String, expected: String },
    #[error("{dir} belongs to node {found}, not to {expected}")]
    OtherNode { dir: PathBuf, found: BrokerId, expected: BrokerId },
    #[error("{first} and {second} have the same directory.id; one is a copy of the other")]
    SameDirectory { first: PathBuf, second: PathBuf },
    #[error("no log directory is given: set log.dirs")]
    NoDirectory,
    #[error("{0}")]
    Option(String),
}

/// The voter that this node is, as its settings say where controllers reach it.
fn local_voter(settings: &BrokerSettings, node: BrokerId, directory: Uuid) -> Voter {
    let endpoint = settings.network.controller_listeners.first().map_or_else(
        || ControllerEndpoint { listener: "CONTROLLER".to_owned(), host: "localhost".to_owned(), port: 9093 },
        |listener| ControllerEndpoint {
            listener: listener.name.clone(),
            host: if listener.host.is_empty() { "localhost".to_owned() } else { listener.host.clone() },
            port: listener.port,
        },
    );
    Voter { id: node, directory, endpoints: vec![endpoint], kraft_versions: (0, 1) }
}

/// What is written into a directory that becomes a log directory.
struct Contents<'a> {
    cluster_id: &'a str,
    node: BrokerId,
    version: MetadataVersion,
    bootstrap: &'a [MetadataRecord],
    /// The voters to write down; only for the directory of the metadata log.
    voters: Option<VoterSet>,
    now_ms: i64,
}

fn write_directory(dir: &dyn Dir, id: Uuid, contents: &Contents<'_>) -> Result<(), FormatError> {
    let snapshot = |records: &[MetadataRecord], quorum: &QuorumRecords| {
        checkpoint::encode(&SnapshotContents {
            records,
            version: contents.version,
            quorum,
            last_timestamp_ms: 0,
            now_ms: contents.now_ms,
            epoch: BOOTSTRAP_SNAPSHOT.epoch,
        })
    };
    let bootstrap = snapshot(contents.bootstrap, &QuorumRecords::default())?;
    checkpoint::write(dir, BOOTSTRAP_FILE, &bootstrap)?;
    if let Some(voters) = &contents.voters {
        let quorum = QuorumRecords { kraft_version: 1, voters: Some(voters.clone()) };
        let metadata = dir
            .child(METADATA_LOG_DIR)
            .map_err(|error| MetadataLogError::io("create", dir, METADATA_LOG_DIR, error))?;
        checkpoint::write(&*metadata, &BOOTSTRAP_SNAPSHOT.file_name(), &snapshot(&[], &quorum)?)?;
    }
    MetaProperties::new(contents.cluster_id, contents.node, id).write(dir)?;
    Ok(())
}
