//! The metadata log on disk: `__cluster_metadata-0`. Owns the [`Quorum`] and does what it decides.

use std::ops::Range;
use std::sync::Arc;

use kafkactl_core::log::checkpoint::write_topic_id;
use kafkactl_core::log::dir::{Dir, LogFile, remove_if_exists};
use kafkactl_core::log::{Log, LogConfig, OpenOptions, Shared, SliceBytes};
use kafkactl_core::names::{LeaderEpoch, Offset, TopicId};
use kafkactl_core::record::{BatchBuilder, BatchFields, ControlType, batches};
use kafkactl_core::schema;
use kafkactl_core::schema::control::LeaderChangeMessage;
use kafkactl_core::schema::control::leader_change_message::Voter as VoterId;
use kafkactl_core::schema::metadata::MetadataRecord;
use kafkactl_core::settings::MetadataLogSettings;
use tracing::{info, warn};

use super::checkpoint::{self, BOOTSTRAP_SNAPSHOT, SnapshotContents, SnapshotId};
use super::retention::{StoredSnapshot, snapshots_to_drop};
use super::{MetadataLogError, Quorum, ReplicaKey, Voter, VoterSet, state_file, torn};
use crate::cluster::features::MetadataVersion;
use crate::cluster::image::{MetadataImage, encode_record};
use crate::cluster::loader::{LoadError, MetadataLoader, QuorumRecords};

/// The directory of the metadata log within its log directory.
pub const METADATA_LOG_DIR: &str = "__cluster_metadata-0";

/// Bytes read at a time while the log is replayed.
const READ_BYTES: usize = 4 << 20;
/// Largest batch of metadata records, as Kafka has it.
const BATCH_BYTES_MAX: u32 = 8 << 20;
/// The most that a record takes beside its value.
const RECORD_BYTES: usize = 32;
/// Log files kept open, and bytes kept in memory: there are no readers yet.
const OPEN_FILES_MAX: usize = 16;
const TAIL_BYTES_MAX: usize = 0;

/// The metadata log, open for writing.
#[derive(Debug)]
pub struct MetadataLog {
    dir: Arc<dyn Dir>,
    log: Log,
    local: ReplicaKey,
    quorum: Quorum,
    records: QuorumRecords,
    settings: MetadataLogSettings,
    snapshots: Vec<StoredSnapshot>,
    bytes_since_snapshot: u64,
    last_timestamp_ms: i64,
}

impl MetadataLog {
    /// Opens the log of a node and replays it, from the newest snapshot on.
    ///
    /// `static_voters` are those of the settings: they count while `kraft.version` is 0.
    pub fn open(
        dir: Arc<dyn Dir>,
        local: ReplicaKey,
        static_voters: VoterSet,
        settings: MetadataLogSettings,
        now_ms: i64,
    ) -> Result<(Self, MetadataLoader), MetadataLogError> {
        let stored = state_file::read(&*dir)?;
        let found = checkpoint::snapshots(&*dir)?;
        let newest = found.last().map_or(Offset(0), |(id, _)| id.end);
        torn::refuse_damaged_middle(&*dir, newest)?;
        let (mut log, report) = Log::open(
            Arc::clone(&dir),
            Arc::new(log_config(&settings)),
            &Shared::new(OPEN_FILES_MAX, TAIL_BYTES_MAX),
            OpenOptions { recovery_point: newest, now_ms, ..OpenOptions::default() },
        )?;
        if report.cut_bytes > 0 {
            warn!(kept_until = %log.end_offset(), cut_bytes = report.cut_bytes, "cut an incomplete batch from the end of the metadata log");
        }
        if log.end_offset() < newest {
            // The log before a snapshot may be gone; it never ends before the snapshot does.
            log.truncate_fully_and_start_at(newest, now_ms)?;
        }
        write_topic_id(&*dir, TopicId::METADATA)?;
        let snapshots =
            found.iter().map(|&(id, size_bytes)| StoredSnapshot { id, size_bytes, written_ms: None });
        let snapshots = snapshots.collect();
        let mut loader = newest_snapshot(&*dir, &found, log.start_offset())?;
        let mut last_timestamp_ms = 0;
        let bytes_since_snapshot = replay(&dir, &mut log, &mut loader, &mut last_timestamp_ms)?;
        let records = loader.quorum().clone();
        let voters = match (&records.voters, stored.as_ref().and_then(|(_, voters)| voters.as_ref())) {
            (Some(voters), _) => voters.clone(),
            (None, Some(ids)) if !ids.is_empty() => known_voters(ids, &static_voters),
            (None, _) => static_voters,
        };
        let last_epoch = log.latest_epoch().unwrap_or(loader.newest().epoch);
        let quorum = Quorum::new(local, voters, stored.map(|(state, _)| state), last_epoch)?;
        let this = Self {
            dir,
            log,
            local,
            quorum,
            records,
            settings,
            snapshots,
            bytes_since_snapshot,
            last_timestamp_ms,
        };
        Ok((this, loader))
    }

    /// Becomes the leader of the next epoch and says so in the log.
    pub fn lead(&mut self, loader: &mut MetadataLoader, now_ms: i64) -> Result<(), MetadataLogError> {
        if self.quorum.voters().voters.len() > 1 {
            let voters = self.quorum.voters().voters.iter().map(|voter| voter.id).collect();
            return Err(super::QuorumError::SeveralVoters { voters }.into());
        }
        let kraft_version = self.records.kraft_version;
        let vote = self.quorum.stand();
        state_file::write(&*self.dir, &vote, self.quorum.voters(), kraft_version)?;
        let end = self.log.end_offset();
        if let Some(leading) = self.quorum.lead(end) {
            state_file::write(&*self.dir, &leading, self.quorum.voters(), kraft_version)?;
        }
        let ids = || vec![VoterId { voter_id: self.local.id.0, ..VoterId::default() }];
        let change = LeaderChangeMessage {
            version: 0,
            leader_id: self.local.id.0,
            voters: ids(),
            granting_voters: ids(),
        };
        let mut value = Vec::new();
        schema::encode(&change, 0, &mut value)?;
        let mut controls = vec![(ControlType::LeaderChange, value)];
        // The voters of the bootstrap snapshot are no record of the log yet: the first leader makes them one.
        if end == Offset(0) {
            controls.extend(checkpoint::quorum_controls(&self.records)?);
        }
        let mut builder = BatchBuilder::new(BatchFields { is_control: true, ..self.batch_fields() });
        for (kind, value) in &controls {
            builder.append(now_ms, Some(&kind.key()), Some(value), []);
        }
        let count = builder.record_count();
        let bytes = builder.finish()?;
        self.append_bytes(&bytes, now_ms)?;
        loader.advance(end.plus(i64::from(count) - 1), self.quorum.epoch());
        info!(epoch = %self.quorum.epoch(), offset = %end, "leads the metadata log");
        Ok(())
    }

    /// Appends records as one batch: all of them count or none. More than [`BATCH_BYTES_MAX`] become several; only
    /// what happens to all partitions of a large node at once grows to that, and it is taken up again after a crash.
    /// Returns their offsets. They are committed once [`MetadataLog::flush`] has returned.
    pub fn append(
        &mut self,
        records: &[MetadataRecord],
        version: MetadataVersion,
        now_ms: i64,
    ) -> Result<Range<Offset>, MetadataLogError> {
        let first = self.log.end_offset();
        let batch_bytes_max = (BATCH_BYTES_MAX as usize).min(self.log.config().segment_bytes as usize);
        let mut builder = BatchBuilder::new(self.batch_fields());
        for record in records {
            let value = encode_record(record, version)?;
            if !builder.is_empty() && builder.size_bytes() + value.len() + RECORD_BYTES > batch_bytes_max {
                self.append_part(first, &builder.finish()?, now_ms)?;
                builder = BatchBuilder::new(self.batch_fields());
            }
            builder.append(now_ms, None, Some(&value), []);
        }
        self.append_part(first, &builder.finish()?, now_ms)?;
        Ok(first..self.log.end_offset())
    }

    /// Appends one of the batches of a change that began at `first`. If it fails behind others, those are in the log
    /// but in no image: then nothing may follow them.
    fn append_part(&mut self, first: Offset, bytes: &[u8], now_ms: i64) -> Result<(), MetadataLogError> {
        let appended = self.append_bytes(bytes, now_ms);
        if let Err(error) = &appended
            && self.log.end_offset() > first
        {
            self.log.poison(format!("a change of metadata was written in part: {error}"));
        }
        appended
    }

    /// Forces everything appended to disk, and returns the high watermark.
    pub fn flush(&mut self) -> Result<Option<Offset>, MetadataLogError> {
        if let Some(task) = self.log.flush_task()? {
            if let Err(error) = task.run() {
                // Pages that failed to be written may be marked clean: no later sync says the truth about them.
                self.log.poison(error.to_string());
                return Err(error.into());
            }
            self.log.flushed(&task);
        }
        self.quorum.persisted(self.local.id, self.log.end_offset());
        Ok(self.quorum.high_watermark())
    }

    /// Whether it is time for a snapshot: enough bytes, or enough time while there was something to write.
    pub fn snapshot_is_due(&self, now_ms: i64) -> bool {
        if self.bytes_since_snapshot >= self.settings.snapshot_bytes {
            return true;
        }
        let interval_ms = self.settings.snapshot_interval_ms;
        let since = self.snapshots.last().and_then(|snapshot| snapshot.written_ms);
        interval_ms > 0
            && self.bytes_since_snapshot > 0
            && since.is_some_and(|written_ms| now_ms.saturating_sub(written_ms) >= interval_ms)
    }

    /// Writes a snapshot of an image that holds everything committed.
    pub fn write_snapshot(
        &mut self,
        image: &MetadataImage,
        now_ms: i64,
    ) -> Result<SnapshotId, MetadataLogError> {
        let id = SnapshotId { end: image.offset.plus(1), epoch: image.epoch };
        let contents = SnapshotContents {
            records: &image.records(),
            version: image.metadata_version(),
            quorum: &self.records,
            last_timestamp_ms: self.last_timestamp_ms,
            now_ms,
            epoch: id.epoch,
        };
        let bytes = checkpoint::encode(&contents)?;
        checkpoint::write(&*self.dir, &id.file_name(), &bytes)?;
        self.snapshots.push(StoredSnapshot { id, size_bytes: bytes.len() as u64, written_ms: Some(now_ms) });
        self.bytes_since_snapshot = 0;
        Ok(id)
    }

    pub fn newest_snapshot(&self) -> Option<StoredSnapshot> {
        self.snapshots.last().copied()
    }

    /// Starts counting the time to the next snapshot.
    pub fn start_clock(&mut self, now_ms: i64) {
        if let Some(newest) = self.snapshots.last_mut() {
            newest.written_ms.get_or_insert(now_ms);
        } else {
            let none = StoredSnapshot { id: BOOTSTRAP_SNAPSHOT, size_bytes: 0, written_ms: Some(now_ms) };
            self.snapshots.push(none);
        }
    }

    /// Removes snapshots that are too old or too much, and the log before the oldest that is left.
    pub fn clean(&mut self, now_ms: i64) -> Result<(), MetadataLogError> {
        let count = snapshots_to_drop(&self.snapshots, self.log.size_bytes(), &self.settings, now_ms);
        if count == 0 {
            return Ok(());
        }
        if let Some(oldest) = self.snapshots.get(count) {
            self.log.advance_start(oldest.id.end)?;
            let plan = self.log.plan_retention(self.log.end_offset(), now_ms)?;
            self.log.apply_retention(&plan, now_ms)?;
            self.log.take_deleted().unlink()?;
        }
        for snapshot in &self.snapshots[..count] {
            let name = snapshot.id.file_name();
            remove_if_exists(&*self.dir, &name)
                .map_err(|error| MetadataLogError::io("remove", &*self.dir, &name, error))?;
        }
        self.snapshots.drain(..count);
        info!(snapshots = count, log_start = %self.log.start_offset(), "cleaned the metadata log");
        Ok(())
    }

    /// Leaves the directory as Kafka leaves it.
    pub fn close(mut self) -> Result<(), MetadataLogError> {
        self.flush()?;
        Ok(self.log.close()?)
    }

    /// Takes no more writes, because of what was read back.
    pub fn poison(&mut self, reason: LoadError) -> MetadataLogError {
        self.log.poison(reason.to_string());
        MetadataLogError::load(&*self.dir, METADATA_LOG_DIR, reason)
    }

    pub fn end_offset(&self) -> Offset {
        self.log.end_offset()
    }

    /// Up to where records are committed.
    pub fn high_watermark(&self) -> Option<Offset> {
        self.quorum.high_watermark()
    }

    pub fn epoch(&self) -> LeaderEpoch {
        self.quorum.epoch()
    }

    pub fn voters(&self) -> &[Voter] {
        &self.quorum.voters().voters
    }

    fn batch_fields(&self) -> BatchFields {
        BatchFields {
            base_offset: self.log.end_offset(),
            partition_leader_epoch: self.quorum.epoch(),
            ..BatchFields::default()
        }
    }

    fn append_bytes(&mut self, bytes: &[u8], now_ms: i64) -> Result<(), MetadataLogError> {
        self.log.append_as_follower(bytes, now_ms)?;
        self.bytes_since_snapshot += bytes.len() as u64;
        self.last_timestamp_ms = now_ms;
        Ok(())
    }
}

fn log_config(settings: &MetadataLogSettings) -> LogConfig {
    LogConfig {
        segment_bytes: u32::try_from(settings.segment_bytes()).unwrap_or(u32::MAX >> 1),
        segment_ms: u64::try_from(settings.segment_ms).unwrap_or(u64::MAX >> 1),
        max_message_bytes: BATCH_BYTES_MAX,
        // Only what lies before the oldest snapshot goes, whatever its age.
        retention_ms: None,
        retention_bytes: None,
        ..LogConfig::default()
    }
}

/// The image of the newest snapshot that can be read and that the log goes on from.
fn newest_snapshot(
    dir: &dyn Dir,
    found: &[(SnapshotId, u64)],
    log_start: Offset,
) -> Result<MetadataLoader, MetadataLogError> {
    let mut failed = None;
    for (id, _) in found.iter().rev().filter(|(id, _)| id.end >= log_start) {
        match checkpoint::read(dir, &id.file_name()) {
            Ok(Some(mut loader)) => {
                loader.advance(id.end.plus(-1), id.epoch);
                return Ok(loader);
            }
            Ok(None) => {}
            Err(error) => {
                warn!(%error, "skips a snapshot of the metadata log");
                failed.get_or_insert(error);
            }
        }
    }
    match failed {
        _ if log_start == Offset(0) => Ok(MetadataLoader::default()),
        Some(error) => Err(error),
        None => {
            let dir = dir.path().display().to_string();
            Err(MetadataLogError::SnapshotMissing { dir, start: log_start.0 })
        }
    }
}

/// Replays the log from where the loader stands; returns how many bytes that were.
fn replay(
    dir: &Arc<dyn Dir>,
    log: &mut Log,
    loader: &mut MetadataLoader,
    last_timestamp_ms: &mut i64,
) -> Result<u64, MetadataLogError> {
    let mut bytes_read = 0;
    let mut from = loader.newest().offset.plus(1);
    while from < log.end_offset() {
        let slice = log.read(from, READ_BYTES, log.end_offset(), true)?;
        let bytes =
            bytes_of(slice.bytes).map_err(|error| MetadataLogError::io("read", &**dir, ".log", error))?;
        let before = from;
        for batch in batches(&bytes) {
            let batch = batch?;
            // A snapshot may end inside a batch of a log that Kafka compacted by hand; its own batches never do.
            if batch.header().base_offset < from {
                continue;
            }
            loader
                .batch(&batch)
                .map_err(|source| MetadataLogError::load(&**dir, METADATA_LOG_DIR, source))?;
            from = batch.header().next_offset();
            *last_timestamp_ms = batch.header().max_timestamp_ms;
            bytes_read += batch.bytes().len() as u64;
        }
        if from == before {
            let reason =
                format!("nothing can be read at offset {from}, the log ends at {}", log.end_offset());
            return Err(MetadataLogError::damaged(&**dir, METADATA_LOG_DIR, reason));
        }
    }
    Ok(bytes_read)
}

fn bytes_of(slice: SliceBytes) -> std::io::Result<Vec<u8>> {
    match slice {
        SliceBytes::Empty => Ok(Vec::new()),
        SliceBytes::Memory(parts) => Ok(parts.concat()),
        SliceBytes::File { file, position, size_bytes } => read_range(&*file, position, size_bytes),
    }
}

fn read_range(file: &dyn LogFile, position: u64, size_bytes: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; size_bytes];
    file.read_exact_at(&mut bytes, position)?;
    Ok(bytes)
}

/// Static voters by id: their addresses are those of the settings.
fn known_voters(ids: &[kafkactl_core::names::BrokerId], settings: &VoterSet) -> VoterSet {
    let voter = |&id| {
        let known = settings.get(id).cloned();
        known.unwrap_or(Voter {
            id,
            directory: Default::default(),
            endpoints: Vec::new(),
            kraft_versions: (0, 1),
        })
    };
    VoterSet { voters: ids.iter().map(voter).collect() }
}
