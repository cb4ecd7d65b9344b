//! One partition's replica on this broker.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use kafkactl_core::log::dir::RenamableDir;
use kafkactl_core::log::{AppendError, DeletedFiles, LeaderAppend, Log, LogError, Verified};
use kafkactl_core::names::{BrokerId, LeaderEpoch, Offset, TopicId, TopicPartition};
use kafkactl_core::record::Batch;
use kafkactl_core::record::validate::{Origin, Validated, validate_produce};
use parking_lot::{Condvar, Mutex};
use tracing::{error, info};

use super::append::{Acks, AppendAsk, Appended, Terms};
use super::config::PartitionConfig;
use super::data_dir::DataDir;
use super::error::PartitionError;
use super::flusher::Flusher;
use super::inflating::{self, NotValid};
use super::moving::Move;
use super::opening::{Opening, Openings};
use super::read::Bounds;
use super::replica::{Assignment, Replica};
use super::watch::{Change, Watch, Watchers};
use crate::metrics::{LogCounts, Traffic};

/// See the module's description.
pub struct Partition {
    pub id: TopicPartition,
    pub topic_id: TopicId,
    pub(super) local: BrokerId,
    /// Another once the replica has moved: together with the log, under the lock.
    pub(super) data_dir: ArcSwap<DataDir>,
    /// The copy that is to take the replica's place. Locked after all else here.
    pub(super) moving: Mutex<Option<Arc<Move>>>,
    /// The move whose destination the metadata log may name: the next one names its own only after that is undone.
    pub(super) naming: Mutex<Weak<Move>>,
    pub(super) config: ArcSwap<PartitionConfig>,
    pub(super) core: Mutex<Core>,
    /// For those who block in [`Partition::lock`].
    pub(super) is_opened: Condvar,
    pub(super) openings: Arc<Openings>,
    /// Held while the cleaner works in the partition's directory, which must not be renamed meanwhile.
    pub(super) cleaning: Mutex<()>,
    /// Held from the making of a flush task until the log knows its end. Of two at once the second would not sync
    /// what the first has yet to, and might be told that all went well after a failure that the kernel reports once.
    pub(super) syncing: Mutex<()>,
    watchers: Watchers,
    change_count: AtomicU64,
    is_retired: AtomicBool,
    /// Whether the last append failed at the disk: said once, not for every batch that is refused.
    is_failing: AtomicBool,
    /// Whether a failed read has been said.
    pub(super) is_unreadable: AtomicBool,
    pub(super) flusher: Arc<Flusher>,
    pub(crate) traffic: Arc<Traffic>,
    pub(super) counts: Arc<LogCounts>,
}

/// What a replica has in common with others.
pub(super) struct Shared {
    pub flusher: Arc<Flusher>,
    pub openings: Arc<Openings>,
    /// Its topic's.
    pub traffic: Arc<Traffic>,
    pub counts: Arc<LogCounts>,
}

/// What the lock covers.
pub(super) struct Core {
    /// Offline as long as it is being opened.
    pub log: LogState,
    /// The log's directory; `None` until it is opened.
    pub dir: Option<Arc<RenamableDir>>,
    pub opening: Option<Opening>,
    pub replica: Replica,
    /// Up to where this broker itself counts as having the records: the end of the log, or what of it is on stable
    /// storage if nothing less will do (`flush.messages=1`).
    pub local_end: Offset,
    /// Whether the flusher has this partition on its list.
    pub flush_is_due: bool,
    /// Of the segment that takes the appends.
    pub active_base: Offset,
}

/// A log, or why there is none to use.
pub(super) enum LogState {
    Open(Log),
    Offline(String),
}

impl Partition {
    /// A partition whose log is yet to be opened.
    pub(super) fn new(
        id: TopicPartition,
        topic_id: TopicId,
        local: BrokerId,
        config: PartitionConfig,
        data_dir: Arc<DataDir>,
        shared: Shared,
    ) -> Self {
        let Shared { flusher, openings, traffic, counts } = shared;
        let core = Core {
            log: LogState::Offline("the log is not open yet".to_owned()),
            dir: None,
            opening: Some(Opening::default()),
            replica: Replica::new(local, Offset(0)),
            local_end: Offset(0),
            flush_is_due: false,
            active_base: Offset(0),
        };
        Self {
            id,
            topic_id,
            local,
            data_dir: ArcSwap::new(data_dir),
            moving: Mutex::default(),
            naming: Mutex::default(),
            config: ArcSwap::from_pointee(config),
            core: Mutex::new(core),
            is_opened: Condvar::new(),
            openings,
            cleaning: Mutex::default(),
            syncing: Mutex::default(),
            watchers: Watchers::default(),
            change_count: AtomicU64::new(0),
            is_retired: AtomicBool::new(false),
            is_failing: AtomicBool::new(false),
            is_unreadable: AtomicBool::new(false),
            flusher,
            traffic,
            counts,
        }
    }

    /// Appends a client's batch (A8–A19).
    pub fn append(self: &Arc<Self>, ask: &AppendAsk<'_>) -> Result<Appended, PartitionError> {
        let appended = self.append_client(ask);
        match &appended {
            Ok(_) => {}
            Err(PartitionError::InflatesFar(_)) => return appended,
            Err(error) => self.traffic.refused(ask.batch.bytes().len(), error.code()),
        }
        self.traffic.produced();
        appended
    }

    fn append_client(self: &Arc<Self>, ask: &AppendAsk<'_>) -> Result<Appended, PartitionError> {
        let config = self.config.load();
        self.check_may_append(ask.acks, &config)?;
        // Before the lock: this is the long part, and it needs nothing the lock covers.
        let rules = config.log.produce_rules(Origin::Client);
        let validated = inflating::validate(ask.batch, &rules, ask.now_ms, ask.turn.as_ref()).map_err(
            |error| match error {
                NotValid::WantsTurn => PartitionError::InflatesFar(self.id.clone()),
                NotValid::Rejected(rejection) => {
                    PartitionError::Rejected { partition: self.id.clone(), rejection }
                }
            },
        )?;
        let AppendAsk { now_ms, acks, verified, .. } = *ask;
        self.append_validated(validated, &Terms { now_ms, acks, verified, ..Terms::default() }, &config)
    }

    /// Appends a batch of a coordinator of this broker: one whole batch, checked for size only. Fails unless the
    /// partition is led in `epoch`: a coordinator of another epoch does not know all that the log holds. `verified`
    /// counts for transactional batches.
    pub fn append_internal(
        self: &Arc<Self>,
        batch: &Batch<'_>,
        epoch: LeaderEpoch,
        verified: Verified,
        now_ms: i64,
    ) -> Result<Appended, PartitionError> {
        let config = self.config.load();
        let rules = config.log.produce_rules(Origin::Coordinator);
        let validated = validate_produce(batch, &rules, now_ms)
            .map_err(|rejection| PartitionError::Rejected { partition: self.id.clone(), rejection })?;
        let terms = Terms {
            origin: Origin::Coordinator,
            expected_epoch: epoch,
            acks: Acks::All,
            now_ms,
            verified,
            ..Terms::default()
        };
        self.append_validated(validated, &terms, &config)
    }

    /// Leadership and replicas in sync, before the work of checking the batch. Checked again under the lock.
    fn check_may_append(&self, acks: Acks, config: &PartitionConfig) -> Result<(), PartitionError> {
        self.lock().check_may_append(&self.id, acks, config)
    }

    pub(super) fn append_validated(
        self: &Arc<Self>,
        mut batch: Validated<'_>,
        terms: &Terms,
        config: &PartitionConfig,
    ) -> Result<Appended, PartitionError> {
        let mut core = self.lock();
        self.check_leader(&core, terms.expected_epoch)?;
        core.check_may_append(&self.id, terms.acks, config)?;
        let leader_epoch = core.replica.leader_epoch();
        let options = LeaderAppend {
            leader_epoch,
            now_ms: terms.now_ms,
            origin: terms.origin,
            verified: terms.verified,
            transaction_version: terms.transaction_version,
        };
        let log = core.log(&self.id)?;
        let appended =
            log.append_as_leader(&mut batch, &options).map_err(|error| self.append_error(error))?;
        if self.is_failing.load(Ordering::Relaxed) && self.is_failing.swap(false, Ordering::Relaxed) {
            info!(partition = %self.id, "appends succeed again");
        }
        if !appended.is_duplicate {
            let wants_flush = core.appended(config, terms.now_ms);
            drop(core);
            if wants_flush {
                self.flusher.push(self);
            }
            let header = batch.header();
            self.traffic.appended(header.record_count, batch.size_bytes());
            // An end of a transaction shows records that no byte count accounts for.
            let is_marker = header.is_control();
            self.tell(if is_marker { Change::Other } else { Change::Bytes(batch.size_bytes() as u64) });
        }
        Ok(Appended {
            first_offset: appended.first_offset,
            last_offset: appended.last_offset,
            log_append_time_ms: appended.log_append_time_ms,
            log_start_offset: appended.log_start_offset,
            leader_epoch,
        })
    }

    fn append_error(&self, error: AppendError) -> PartitionError {
        let partition = self.id.clone();
        match error {
            AppendError::Log(error) => {
                self.counts.append_failed();
                if !self.is_failing.swap(true, Ordering::Relaxed) {
                    error!(%partition, %error, "appends fail");
                }
                self.storage_error(&error)
            }
            AppendError::Producer(error) => PartitionError::Producer { partition, error },
            AppendError::LargerThanSegment { size_bytes, max_bytes } => {
                PartitionError::LargerThanSegment { partition, size_bytes, max_bytes }
            }
            other => PartitionError::Storage { partition, reason: other.to_string() },
        }
    }

    /// Whether a batch is where `acks` wants it; an error when it no longer can be, or lost its replicas (A21).
    pub fn is_acknowledged(&self, appended: &Appended, acks: Acks) -> Result<bool, PartitionError> {
        let config = self.config.load();
        let core = self.lock();
        if !core.replica.is_leader() || core.replica.leader_epoch() != appended.leader_epoch {
            return Err(PartitionError::NotLeader(self.id.clone()));
        }
        let next = appended.last_offset.plus(1);
        let acknowledged = match acks {
            Acks::None => true,
            Acks::Leader => core.local_end >= next,
            Acks::All => core.replica.high_watermark() >= next,
        };
        if !acknowledged {
            return match core.failure() {
                None => Ok(false),
                Some(reason) => {
                    let (partition, reason) = (self.id.clone(), reason.to_owned());
                    Err(PartitionError::Storage { partition, reason })
                }
            };
        }
        if acks == Acks::All && !core.replica.has_enough_in_sync(config.min_insync_replicas) {
            return Err(PartitionError::NotEnoughReplicasAfterAppend(self.id.clone()));
        }
        Ok(true)
    }

    /// Takes in what the metadata log says of this partition.
    pub(super) fn assign(&self, assignment: Assignment) {
        let mut core = self.lock_as_is();
        if let Some(opening) = &mut core.opening {
            return opening.assign(assignment);
        }
        self.assign_opened(&mut core, assignment);
        drop(core);
        self.tell(Change::Other);
    }

    pub(super) fn assign_opened(&self, core: &mut Core, assignment: Assignment) {
        let end = core.log_end();
        if let Some(epoch) = core.replica.assign(assignment, end)
            && let LogState::Open(log) = &mut core.log
            && let Err(failure) = log.assign_epoch(epoch, end)
        {
            error!(partition = %self.id, error = %failure, "the leader epoch cannot be noted");
        }
        let local_end = core.local_end;
        let _ = core.replica.advance(local_end, self.config.load().min_insync_replicas);
    }

    /// Deletes the segments whose time has come; their files are to be unlinked later (E9).
    pub(crate) fn enforce_retention(&self, now_ms: i64) -> Result<Option<DeletedFiles>, LogError> {
        let mut core = self.lock_as_is();
        let high_watermark = core.replica.high_watermark();
        let LogState::Open(log) = &mut core.log else { return Ok(None) };
        let plan = log.plan_retention(high_watermark, now_ms)?;
        if plan.doomed.is_empty() {
            return Ok(None);
        }
        log.apply_retention(&plan, now_ms).inspect_err(|error| self.data_dir().note(error))?;
        let files = log.take_deleted();
        drop(core);
        self.counts.deleted(plan.doomed.len());
        info!(partition = %self.id, segments = plan.doomed.len(), "deleted old segments");
        self.tell(Change::Other);
        Ok(Some(files))
    }

    /// Holds from the next append on.
    pub(super) fn configure(&self, config: PartitionConfig) {
        if **self.config.load() == config {
            return;
        }
        let config = Arc::new(config);
        // Stored first: an opening that ends in between takes it from there.
        self.config.store(Arc::clone(&config));
        if let LogState::Open(log) = &mut self.lock_as_is().log {
            log.update_config(Arc::new(config.log.clone()));
        }
    }

    pub fn lies_in(&self, dir: &DataDir) -> bool {
        std::ptr::eq(&**self.data_dir.load(), dir)
    }

    /// Whether the directory it lies in can be used.
    pub fn is_online(&self) -> bool {
        !self.data_dir().health.has_failed()
    }

    /// Where the replica lies.
    pub(super) fn data_dir(&self) -> Arc<DataDir> {
        self.data_dir.load_full()
    }

    pub fn config(&self) -> Arc<PartitionConfig> {
        self.config.load_full()
    }

    /// Largest batch it takes (`max.message.bytes`).
    pub fn batch_bytes_max(&self) -> usize {
        self.config.load().log.max_message_bytes as usize
    }

    pub fn bounds(&self) -> Bounds {
        self.lock().bounds()
    }

    /// For those who watch: does not wait for a log that is being opened. `None` where this is not the leader.
    pub fn led_bounds(&self) -> Option<Bounds> {
        let mut core = self.lock_as_is();
        core.replica.is_leader().then(|| core.bounds())
    }

    pub fn is_leader(&self) -> bool {
        self.lock().replica.is_leader()
    }

    pub fn leader_epoch(&self) -> LeaderEpoch {
        self.lock().replica.leader_epoch()
    }

    /// Tells `watch` of every change from now on, under a slot of its own choice.
    pub fn watch(&self, watch: &Arc<Watch>, slot: u32) {
        self.watchers.add(watch, slot);
    }

    pub fn unwatch(&self, watch: &Arc<Watch>, slot: u32) {
        self.watchers.remove(watch, slot);
    }

    /// Grows with every change that watches are told of.
    pub fn change_count(&self) -> u64 {
        self.change_count.load(Ordering::Acquire)
    }

    /// Whether this broker no longer hosts the partition; somebody may still hold it.
    pub fn is_retired(&self) -> bool {
        self.is_retired.load(Ordering::Acquire)
    }

    /// Takes the log away: whoever still holds the partition finds that this broker does not lead it.
    pub(super) fn retire(&self) {
        self.is_retired.store(true, Ordering::Release);
        // A cleaning under way sees that and ends.
        drop(self.cleaning.lock());
        let mut core = self.lock_idle();
        core.replica.resign();
        drop(self.end(&mut core, "the partition is no longer hosted"));
        drop(core);
        self.tell(Change::Other);
    }

    pub(super) fn tell(&self, change: Change) {
        self.change_count.fetch_add(1, Ordering::AcqRel);
        self.watchers.notify(change);
    }
}

impl Core {
    /// The log, if it can be used.
    pub fn log(&mut self, partition: &TopicPartition) -> Result<&mut Log, PartitionError> {
        match &mut self.log {
            LogState::Open(log) => Ok(log),
            LogState::Offline(reason) => {
                Err(PartitionError::Storage { partition: partition.clone(), reason: reason.clone() })
            }
        }
    }

    /// Why nothing can be written any more.
    fn failure(&self) -> Option<&str> {
        match &self.log {
            LogState::Open(log) => log.poisoned(),
            LogState::Offline(reason) => Some(reason),
        }
    }

    pub fn log_end(&self) -> Offset {
        match &self.log {
            LogState::Open(log) => log.end_offset(),
            LogState::Offline(_) => Offset(0),
        }
    }

    pub fn bounds(&mut self) -> Bounds {
        let high_watermark = self.replica.high_watermark();
        match &mut self.log {
            LogState::Open(log) => Bounds {
                high_watermark,
                last_stable_offset: log.last_stable_offset(high_watermark),
                log_start_offset: log.start_offset(),
                log_end_offset: log.end_offset(),
            },
            LogState::Offline(_) => Bounds {
                high_watermark,
                last_stable_offset: high_watermark,
                log_start_offset: Offset::NONE,
                log_end_offset: Offset::NONE,
            },
        }
    }

    fn check_may_append(
        &self,
        partition: &TopicPartition,
        acks: Acks,
        config: &PartitionConfig,
    ) -> Result<(), PartitionError> {
        if let LogState::Offline(reason) = &self.log {
            return Err(PartitionError::Storage { partition: partition.clone(), reason: reason.clone() });
        }
        if !self.replica.is_leader() {
            return Err(PartitionError::NotLeader(partition.clone()));
        }
        let wanted = config.min_insync_replicas;
        if acks == Acks::All && !self.replica.has_enough_in_sync(wanted) {
            let in_sync = self.replica.assignment().isr.len();
            return Err(PartitionError::NotEnoughReplicas { partition: partition.clone(), in_sync, wanted });
        }
        Ok(())
    }

    /// Draws the conclusions from an append; returns whether the flusher has to come.
    fn appended(&mut self, config: &PartitionConfig, now_ms: i64) -> bool {
        let LogState::Open(log) = &self.log else { return false };
        let has_rolled = self.active_base != log.active_base_offset();
        self.active_base = log.active_base_offset();
        // A segment that is full is synced once, so that a recovery never has to read it.
        let wants_flush = has_rolled || log.flush_is_due(now_ms);
        if !config.is_durable() {
            self.local_end = log.end_offset();
            let _ = self.replica.advance(self.local_end, config.min_insync_replicas);
        }
        wants_flush && !std::mem::replace(&mut self.flush_is_due, true)
    }
}
