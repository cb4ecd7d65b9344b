//! `.kafka_cleanshutdown`: the last process closed every log (`CleanShutdownFileHandler`).

use serde::{Deserialize, Serialize};

use super::super::dir::{Dir, read_file, remove_if_exists, replace_file};
use super::super::error::{Context, Result};
use super::FILE_BYTES_MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanShutdown {
    version: i32,
    /// The epoch under which the broker was registered; -1 if unknown.
    #[serde(rename = "brokerEpoch")]
    pub broker_epoch: i64,
}

impl CleanShutdown {
    pub const FILE: &str = ".kafka_cleanshutdown";

    pub fn new(broker_epoch: i64) -> Self {
        Self { version: 0, broker_epoch }
    }

    /// `None` where the last process did not stop cleanly. A marker that cannot be read (older Kafka left it
    /// empty) still is one; its epoch is unknown then.
    pub fn read(dir: &dyn Dir) -> Result<Option<Self>> {
        let found = read_file(dir, Self::FILE, FILE_BYTES_MAX).context("read", Self::FILE, dir)?;
        Ok(found.map(|bytes| serde_json::from_slice(&bytes).unwrap_or(Self::new(-1))))
    }

    /// To be written last, once everything it vouches for is durable.
    pub fn write(self, dir: &dyn Dir) -> Result<()> {
        let text = format!("{{\"version\":{},\"brokerEpoch\":{}}}", self.version, self.broker_epoch);
        replace_file(dir, Self::FILE, text.as_bytes()).context("replace", Self::FILE, dir)
    }

    /// Durable on return: a marker that came back after a crash would hide damage.
    pub fn remove(dir: &dyn Dir) -> Result<()> {
        remove_if_exists(dir, Self::FILE).context("remove", Self::FILE, dir)?;
        dir.sync().context("sync the directory of", Self::FILE, dir)
    }
}
