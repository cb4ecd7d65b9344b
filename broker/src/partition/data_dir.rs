//! One data directory: its lock, its checkpoints, the marker of a clean stop.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kafkactl_core::log::checkpoint::{
    CleanShutdown, OffsetCheckpoint, read_offsets_or_none, read_topic_id, write_offsets,
};
use kafkactl_core::log::dir::{Dir, DirLock, EntryKind, ReadOnlyDir, Space, is_disk_failure};
use kafkactl_core::log::{LogError, PartitionDir};
use kafkactl_core::names::{Offset, TopicId, TopicPartition, Uuid};
use parking_lot::Mutex;

use super::moving::Move;
use crate::cluster::image::DIRECTORY_LOST;
use crate::dir_health::DirHealth;

/// Offsets by partition, as the checkpoint files hold them.
pub type Offsets = BTreeMap<TopicPartition, Offset>;

/// See the module's description. Locked against other processes as long as it lives.
#[derive(Debug)]
pub struct DataDir {
    pub dir: Arc<dyn Dir>,
    pub path: PathBuf,
    /// `directory.id` of `meta.properties`.
    pub id: Uuid,
    /// What the last process left behind.
    pub(super) found: Found,
    pub(crate) health: Arc<DirHealth>,
    /// What the checkpoint files say now, in the order of [`OffsetCheckpoint::ALL`]: a write that changes nothing is
    /// left out.
    written: Mutex<[Offsets; 4]>,
    /// Something was left here that the next start has to recover.
    is_doubtful: AtomicBool,
    _lock: Option<DirLock>,
}

/// The offsets that outlive a process, besides the logs themselves (E7).
#[derive(Debug, Clone, Default)]
pub(super) struct Checkpoints {
    pub recovery_points: Offsets,
    pub log_starts: Offsets,
    pub high_watermarks: Offsets,
    /// Up to where compacted logs have been cleaned.
    pub cleaned: Offsets,
}

impl Checkpoints {
    /// The offsets of one kind.
    pub fn of(&self, checkpoint: OffsetCheckpoint) -> &Offsets {
        match checkpoint {
            OffsetCheckpoint::HighWatermark => &self.high_watermarks,
            OffsetCheckpoint::RecoveryPoint => &self.recovery_points,
            OffsetCheckpoint::LogStart => &self.log_starts,
            OffsetCheckpoint::Cleaner => &self.cleaned,
        }
    }

    /// Takes in what a move says of its copy.
    pub fn take_over_copy(&mut self, id: &TopicPartition, plan: &Move) {
        let of = |checkpoint| plan.checkpointed(id, checkpoint).map(|offset| (id.clone(), offset));
        self.recovery_points.extend(of(OffsetCheckpoint::RecoveryPoint));
        self.log_starts.extend(of(OffsetCheckpoint::LogStart));
    }

    /// Copies what `from` says of a partition.
    pub fn take_over(&mut self, from: &Self, id: &TopicPartition) {
        let pairs = [
            (&mut self.high_watermarks, &from.high_watermarks),
            (&mut self.recovery_points, &from.recovery_points),
            (&mut self.log_starts, &from.log_starts),
            (&mut self.cleaned, &from.cleaned),
        ];
        for (into, from) in pairs {
            into.extend(from.get(id).map(|offset| (id.clone(), *offset)));
        }
    }
}

/// The state a directory was in when it was opened.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Whether the last process stopped cleanly: then no log needs recovery (E4).
    pub is_clean: bool,
    /// The broker epoch under which it stopped cleanly, -1 if it did not know it.
    pub clean_epoch: Option<i64>,
    pub checkpoints: Checkpoints,
    /// The replicas that lay there.
    pub partitions: BTreeSet<TopicPartition>,
    /// Copies of replicas in other directories, by the name of theirs (KIP-113).
    pub futures: BTreeMap<TopicPartition, String>,
    /// Directories that were on their way out.
    pub doomed: Vec<String>,
}

impl Found {
    fn list(&mut self, dir: &dyn Dir) -> Result<(), LogError> {
        let entries = dir.entries().map_err(|source| LogError::Io {
            action: "list",
            file: ".".to_owned(),
            dir: dir.path().display().to_string(),
            source,
        })?;
        for entry in entries.into_iter().filter(|entry| entry.kind == EntryKind::Directory) {
            match PartitionDir::parse(&entry.name) {
                Some(PartitionDir::Current(id)) if id.topic.as_str() != METADATA_TOPIC => {
                    self.partitions.insert(id);
                }
                Some(PartitionDir::Future(id)) => match self.futures.entry(id) {
                    Entry::Vacant(vacant) => drop(vacant.insert(entry.name)),
                    // Of two copies one was given up.
                    Entry::Occupied(_) => self.doomed.push(entry.name),
                },
                Some(PartitionDir::Delete(_)) => self.doomed.push(entry.name),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The metadata log's, which is not one of the partitions here.
const METADATA_TOPIC: &str = "__cluster_metadata";

impl DataDir {
    /// What its volume holds, or why the directory cannot be used.
    pub fn space(&self) -> Result<Space, String> {
        match self.health.failure() {
            Some(reason) => Err(reason.to_string()),
            None => self.dir.space().map_err(|error| error.to_string()),
        }
    }

    /// Reads what is there and takes the marker of a clean stop away: from now on a crash is one.
    pub fn open(dir: Arc<dyn Dir>, id: Uuid, lock: DirLock) -> Result<Self, LogError> {
        let marker = CleanShutdown::read(&*dir)?;
        if marker.is_some() {
            CleanShutdown::remove(&*dir)?;
        }
        let mut found = Found {
            is_clean: marker.is_some(),
            clean_epoch: marker.map(|marker| marker.broker_epoch),
            checkpoints: Checkpoints {
                recovery_points: read_offsets_or_none(&*dir, OffsetCheckpoint::RecoveryPoint)?,
                log_starts: read_offsets_or_none(&*dir, OffsetCheckpoint::LogStart)?,
                high_watermarks: read_offsets_or_none(&*dir, OffsetCheckpoint::HighWatermark)?,
                cleaned: read_offsets_or_none(&*dir, OffsetCheckpoint::Cleaner)?,
            },
            ..Found::default()
        };
        found.list(&*dir)?;
        let written = OffsetCheckpoint::ALL.map(|checkpoint| found.checkpoints.of(checkpoint).clone());
        let path = dir.path();
        let health = Arc::new(DirHealth::good(path.clone()));
        Ok(Self {
            path,
            dir,
            id,
            found,
            health,
            written: Mutex::new(written),
            is_doubtful: AtomicBool::new(false),
            _lock: Some(lock),
        })
    }

    /// One that could not be opened. Nobody knows which of the directories of the metadata it is.
    pub fn failed(path: PathBuf, reason: &impl Display) -> Self {
        let health = DirHealth::good(path.clone());
        health.fail(reason);
        Self {
            dir: Arc::new(ReadOnlyDir::new(&path)),
            path,
            id: DIRECTORY_LOST,
            found: Found::default(),
            health: Arc::new(health),
            written: Mutex::default(),
            is_doubtful: AtomicBool::new(false),
            _lock: None,
        }
    }

    /// Whether a replica of this very topic lay here when the process started.
    pub(super) fn holds(&self, id: &TopicPartition, topic_id: TopicId) -> bool {
        self.found.partitions.contains(id) && self.is_of_topic(&id.to_string(), topic_id)
    }

    /// The name of the directory of a copy that lay here when the process started.
    pub(super) fn future_of(&self, id: &TopicPartition, topic_id: TopicId) -> Option<&String> {
        self.found.futures.get(id).filter(|name| self.is_of_topic(name, topic_id))
    }

    fn is_of_topic(&self, name: &str, topic_id: TopicId) -> bool {
        let of_topic =
            |dir: Arc<dyn Dir>| read_topic_id(&*dir).is_ok_and(|found| found.is_none_or(|it| it == topic_id));
        self.dir.child(name).is_ok_and(of_topic)
    }

    /// Where it is, as clients are told and name it.
    pub fn path_told(&self) -> PathBuf {
        std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone())
    }

    /// Finds out whether the directory is still there: open files outlive it.
    pub(super) fn look(&self) {
        match self.dir.space() {
            Err(error) if is_disk_failure(&error) || error.kind() == ErrorKind::NotFound => {
                self.health.fail(&error);
            }
            _ => {}
        }
    }

    /// Takes the directory out of use if `error` says that its disk has failed.
    pub(super) fn note(&self, error: &LogError) {
        if error.is_disk_failure() {
            self.health.fail(error);
        }
    }

    /// The broker epoch under which the last process stopped cleanly; `None` if it did not.
    pub fn clean_epoch(&self) -> Option<i64> {
        self.found.clean_epoch
    }

    /// Writes a checkpoint, unless the file says the same already. Nobody writes it meanwhile, so the newest offsets
    /// are those that stay.
    pub(super) fn write(
        &self,
        checkpoint: OffsetCheckpoint,
        offsets: impl FnOnce() -> Offsets,
    ) -> Result<(), LogError> {
        if self.health.has_failed() {
            return Ok(());
        }
        let written = &mut self.written.lock()[checkpoint as usize];
        let offsets = offsets();
        if *written != offsets {
            write_offsets(&*self.dir, checkpoint, &offsets).inspect_err(|error| self.note(error))?;
            *written = offsets;
        }
        Ok(())
    }

    /// Has the directory go without the mark of a clean stop.
    pub(super) fn doubt(&self) {
        self.is_doubtful.store(true, Ordering::Relaxed);
    }

    /// Makes the closed logs durable and, given the broker epoch, vouches for them; to be called last. A directory that
    /// has failed is left as it is.
    pub(super) fn close(&self, checkpoints: Checkpoints, clean_epoch: Option<i64>) -> Result<(), LogError> {
        if self.health.has_failed() {
            return Ok(());
        }
        self.dir.sync_all().map_err(|source| LogError::Io {
            action: "sync",
            file: ".".to_owned(),
            dir: self.path.display().to_string(),
            source,
        })?;
        for checkpoint in OffsetCheckpoint::ALL {
            self.write(checkpoint, || checkpoints.of(checkpoint).clone())?;
        }
        let clean_epoch = clean_epoch.filter(|_| !self.is_doubtful.load(Ordering::Relaxed));
        clean_epoch.map_or(Ok(()), |epoch| CleanShutdown::new(epoch).write(&*self.dir))
    }
}
