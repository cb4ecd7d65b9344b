//! The logs in golden directories, opened.

#[path = "../support/case.rs"]
mod case;

use std::path::Path;
use std::sync::Arc;

use kafkactl_core::log::dir::RealDir;
use kafkactl_core::log::{Log, LogConfig, LogDir, OpenOptions, PartitionDir, RecoveryReport, Shared};
use kafkactl_core::names::TopicPartition;
use serde_json::Value;

pub use case::{Case, files_in, golden};

/// A time when nothing in the golden directories has expired.
pub const NOW_MS: i64 = 1_795_333_400_000;

impl Case {
    pub fn config(&self, topic: &str) -> Arc<LogConfig> {
        let configs = self.topic(topic).map_or(&Value::Null, |topic| &topic["configs"]);
        Arc::new(config_of(configs))
    }
}

pub fn config_of(configs: &Value) -> LogConfig {
    let mut config = LogConfig::default();
    let number = |name: &str| configs[name].as_str().map(|text| text.parse::<u64>().unwrap());
    if let Some(bytes) = number("internal.segment.bytes").or(number("segment.bytes")) {
        config.segment_bytes = bytes as u32;
    }
    if let Some(bytes) = number("segment.index.bytes") {
        config.segment_index_bytes = bytes as u32;
    }
    if let Some(bytes) = number("index.interval.bytes") {
        config.index_interval_bytes = bytes as u32;
    }
    if let Some(ms) = number("segment.ms") {
        config.segment_ms = ms;
    }
    config
}

pub fn shared() -> Shared {
    Shared::new(100, 1 << 20)
}

/// The current partitions of a log directory, opened.
pub fn open_logs(case: &Case, path: &Path) -> Vec<(TopicPartition, Log, RecoveryReport)> {
    let log_dir = LogDir::open(Arc::new(RealDir::open(path).unwrap())).unwrap();
    let mut logs = Vec::new();
    for entry in log_dir.partitions().unwrap() {
        let PartitionDir::Current(partition) = entry.kind else { continue };
        if partition.topic.as_str() == "__cluster_metadata" {
            continue;
        }
        let options =
            OpenOptions { producer_expiration_ms: 2_147_483_647, ..log_dir.open_options(&partition, NOW_MS) };
        let dir = log_dir.child(&entry.name).unwrap();
        let (log, report) =
            Log::open(dir, case.config(partition.topic.as_str()), &shared(), options).unwrap();
        logs.push((partition, log, report));
    }
    logs
}
