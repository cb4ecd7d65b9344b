//! What samplers saw, as values: the input of the model, and line by line the format of recordings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One poll of one sampler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When the answers were there, in milliseconds since 1970.
    pub at_ms: i64,
    pub took_ms: u32,
    pub data: Data,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    Metadata(Metadata),
    Offsets(Offsets),
    Groups(Groups),
    Commits(Commits),
    LogDirs(LogDirs),
    Configs(Configs),
    Records(Records),
    Segments(Segments),
    Stamps(Stamps),
    Failed(Failed),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    Metadata,
    Groups,
    Commits,
    Offsets,
    LogDirs,
    Configs,
    Records,
    Segments,
    Stamps,
}

impl Sampler {
    pub const ALL: [Sampler; 9] = [
        Self::Metadata,
        Self::Groups,
        Self::Commits,
        Self::Offsets,
        Self::LogDirs,
        Self::Configs,
        Self::Records,
        Self::Segments,
        Self::Stamps,
    ];

    /// It asks only for what is looked at: once that is left nobody asks again.
    pub fn is_on_demand(self) -> bool {
        matches!(self, Self::Records | Self::Segments | Self::Stamps)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Groups => "groups",
            Self::Commits => "commits",
            Self::Offsets => "offsets",
            Self::LogDirs => "log dirs",
            Self::Configs => "configs",
            Self::Records => "records",
            Self::Segments => "segments",
            Self::Stamps => "commit times",
        }
    }
}

impl Data {
    pub fn sampler(&self) -> Sampler {
        match self {
            Self::Metadata(_) => Sampler::Metadata,
            Self::Offsets(_) => Sampler::Offsets,
            Self::Groups(_) => Sampler::Groups,
            Self::Commits(_) => Sampler::Commits,
            Self::LogDirs(_) => Sampler::LogDirs,
            Self::Configs(_) => Sampler::Configs,
            Self::Records(_) => Sampler::Records,
            Self::Segments(_) => Sampler::Segments,
            Self::Stamps(_) => Sampler::Stamps,
            Self::Failed(failed) => failed.of,
        }
    }
}

/// A poll that brought nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failed {
    pub of: Sampler,
    pub error: String,
    #[serde(default)]
    pub why: Why,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody answered, or not in time.
    #[default]
    Unreachable,
    NotAuthorized,
    /// What was asked about does not exist.
    Missing,
    /// Anything else, as an error of the disk.
    Other,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    pub cluster_id: Option<String>,
    pub controller: Option<i32>,
    /// Nodes that vote on the metadata log, where the cluster tells.
    #[serde(default)]
    pub voters: Vec<i32>,
    pub brokers: Vec<Broker>,
    pub topics: Vec<Topic>,
    /// The principal may not describe the cluster: what it has no right to see is left out without a word.
    #[serde(default)]
    pub is_refused: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Broker {
    pub id: i32,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    /// Registered, and not in the cluster.
    #[serde(default)]
    pub fenced: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    pub name: String,
    /// Empty when the broker is too old to tell.
    pub id: String,
    pub internal: bool,
    pub partitions: Vec<Partition>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Partition {
    pub id: i32,
    pub leader: Option<i32>,
    pub epoch: i32,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Offsets {
    pub topics: BTreeMap<String, Vec<PartitionOffsets>>,
    /// Brokers that did not answer.
    #[serde(default)]
    pub silent: Vec<i32>,
}

/// What was not answered this time is `None` and stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PartitionOffsets {
    pub id: i32,
    pub start: Option<i64>,
    /// The high watermark.
    pub end: Option<i64>,
    /// The last stable offset: the end for read_committed.
    pub stable: Option<i64>,
}

/// Every group of the cluster; those with `detail` were described this time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    pub groups: Vec<Group>,
    /// How long each broker took to list its groups.
    #[serde(default)]
    pub latency_ms: BTreeMap<i32, u32>,
    /// Brokers that did not answer: their groups are kept as they were.
    #[serde(default)]
    pub silent: Vec<i32>,
    /// Brokers that still read what they know of groups, and have not told of all.
    #[serde(default)]
    pub loading: Vec<i32>,
    /// Groups that the principal may not describe.
    #[serde(default)]
    pub refused: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub coordinator: i32,
    /// `classic`, `consumer`, `share`, `streams`; empty from brokers that do not tell.
    pub kind: String,
    pub state: String,
    /// No protocol is known of it: nobody ever joined it, and whoever commits assigns partitions to itself.
    #[serde(default)]
    pub simple: bool,
    pub detail: Option<GroupDetail>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupDetail {
    /// The epoch of the group, where its kind has one.
    pub epoch: Option<i32>,
    pub assignor: String,
    pub members: Vec<Member>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Member {
    pub id: String,
    pub instance_id: Option<String>,
    pub client_id: String,
    pub host: String,
    pub partitions: BTreeMap<String, Vec<i32>>,
}

/// Committed offsets of the groups asked this time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Commits {
    pub groups: BTreeMap<String, BTreeMap<String, Vec<(i32, i64)>>>,
    /// Brokers that did not answer.
    #[serde(default)]
    pub silent: Vec<i32>,
    /// Groups whose commits the principal may not read.
    #[serde(default)]
    pub refused: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LogDirs {
    pub brokers: BTreeMap<i32, Vec<LogDir>>,
    /// Brokers that did not answer.
    #[serde(default)]
    pub silent: Vec<i32>,
    /// The principal may not see them.
    #[serde(default)]
    pub is_refused: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LogDir {
    pub path: String,
    /// Kafka's error name, when the directory is not well.
    pub error: Option<String>,
    pub total_bytes: Option<i64>,
    pub usable_bytes: Option<i64>,
    /// Bytes by topic and partition.
    pub topics: BTreeMap<String, Vec<(i32, i64)>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Configs {
    pub topics: BTreeMap<String, BTreeMap<String, Config>>,
    /// Topics whose settings the principal may not read.
    #[serde(default)]
    pub refused: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    pub value: Option<String>,
    /// Set for this topic rather than inherited.
    pub own: bool,
}

/// New records of the topic under watch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
    pub topic: String,
    pub records: Vec<Record>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: i64,
    pub key: Option<String>,
    /// Cut to what a screen can show.
    pub value: Option<String>,
    pub size_bytes: usize,
}

/// Where a group stands in a partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
}

/// When the records at places were written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stamps {
    pub stamps: Vec<Stamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamp {
    pub place: Place,
    pub timestamp_ms: i64,
}

/// The segments of a local data directory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Segments {
    pub dir: String,
    pub segments: Vec<Segment>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    pub topic: String,
    pub partition: i32,
    pub base_offset: i64,
    pub size_bytes: i64,
    pub modified_ms: Option<i64>,
    /// What is wrong with its index files; empty when nothing is.
    pub trouble: String,
    pub active: bool,
}
