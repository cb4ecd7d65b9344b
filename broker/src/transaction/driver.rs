//! One shard at work: decides under its lock, appends, replays, and lets answers go once their records are committed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use kafkactl_core::log::{TransactionVersion, Verified};
use kafkactl_core::names::{LeaderEpoch, Offset, PartitionId};
use kafkactl_core::record::{Batch, BatchBuilder, BatchFields, RecordError};
use kafkactl_core::schema::SchemaError;
use kafkactl_core::settings::TransactionSettings;
use kafkactl_core::wire::ErrorCode;
use parking_lot::Mutex;

use super::shard::{Shard, Turn};
use super::state::{Transaction, TransactionalId};
use super::stored::{self, StoredError, TransactionRecord};
use crate::coordinator::log::{ShardLog, client_code, read_all};
use crate::coordinator::{Acted, Committed, Led, Life, Now};

/// The coordinator of one `__transaction_state` partition, for one leader epoch.
pub(super) struct ShardDriver {
    partition: PartitionId,
    epoch: LeaderEpoch,
    log: Arc<dyn ShardLog>,
    settings: Arc<TransactionSettings>,
    state: Mutex<Life<Active>>,
}

struct Active {
    shard: Shard,
    /// Behind the last record read or appended.
    end: Offset,
    /// Prepared transactions whose markers are being written. What leaves that state leaves this set with it, under
    /// one lock: the id's next transaction may be prepared before anybody hears that the last one is complete.
    completing: HashSet<TransactionalId>,
}

/// Why a batch of the log cannot be taken in. The coordinator stays away rather than serve a part of its ids.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    #[error("the batch at offset {offset} is damaged: {source}")]
    Batch { offset: Offset, source: RecordError },
    #[error("the record at offset {offset} cannot be read: {source}")]
    Record { offset: Offset, source: StoredError },
}

impl Led for ShardDriver {
    fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }
}

impl ShardDriver {
    pub fn new(
        partition: PartitionId,
        epoch: LeaderEpoch,
        log: Arc<dyn ShardLog>,
        settings: Arc<TransactionSettings>,
    ) -> Self {
        Self { partition, epoch, log, settings, state: Mutex::new(Life::Loading) }
    }

    /// Whether there is nothing to load.
    pub fn is_empty(&self) -> bool {
        self.log.is_known_empty()
    }

    /// Reads the log and begins to serve. Blocks. Returns the transactions that are to be completed (F15).
    pub fn load(&self) -> Vec<TransactionalId> {
        let started = Instant::now();
        let mut shard = Shard::default();
        let read = read_all(&*self.log, |batch| take_in(&mut shard, batch));
        let mut state = self.state.lock();
        if !matches!(*state, Life::Loading) {
            return Vec::new();
        }
        match read {
            Ok(end) => {
                let (partition, epoch, ms) =
                    (self.partition, self.epoch, started.elapsed().as_millis() as u64);
                tracing::info!(%partition, %epoch, ms, "transactions loaded");
                let prepared = shard.prepared();
                *state = Life::Active(Active { shard, end, completing: HashSet::new() });
                prepared
            }
            Err(reason) => {
                tracing::error!(partition = %self.partition, %reason, "transactions cannot be loaded");
                *state = Life::Gone;
                Vec::new()
            }
        }
    }

    /// Takes part in the shard's life: `act` decides, and what it decides is appended and replayed.
    pub fn act<R>(
        &self,
        now: Now,
        version: TransactionVersion,
        act: impl FnOnce(&Shard, &mut Turn<'_>) -> R,
    ) -> Acted<R> {
        let mut state = self.state.lock();
        let active = state.active()?;
        let mut turn = Turn { now_ms: now.ms, settings: &self.settings, version, records: Vec::new() };
        let reply = act(&active.shard, &mut turn);
        self.append(active, now, version, turn.records).map_err(client_code)?;
        Ok(self.after(reply, active.end, now))
    }

    /// Looks at the shard without waiting for what is not committed yet.
    pub fn look<R>(&self, look: impl FnOnce(&Shard) -> R) -> Result<R, ErrorCode> {
        self.state.lock().active().map(|active| look(&active.shard))
    }

    /// Takes over the completion of a transaction, if it is prepared and nobody else completes it. The reply waits
    /// until the decision is committed.
    pub fn begin_completion(&self, id: &TransactionalId, now: Now) -> Option<Committed<Transaction>> {
        let mut state = self.state.lock();
        let active = state.active().ok()?;
        let prepared = active.shard.get(id).filter(|known| known.state.is_prepared())?.clone();
        let is_first = active.completing.insert(id.clone());
        is_first.then(|| self.after(prepared, active.end, now))
    }

    /// Gives the completion of a transaction back that is still prepared.
    pub fn give_up_completion(&self, id: &TransactionalId) {
        if let Ok(active) = self.state.lock().active() {
            active.completing.remove(id);
        }
    }

    /// Whether this is still the coordinator.
    pub fn is_active(&self) -> bool {
        matches!(*self.state.lock(), Life::Active(_))
    }

    /// A reply that may leave once all there is so far is committed.
    pub fn settled(&self, now: Now) -> Acted<()> {
        let mut state = self.state.lock();
        let end = state.active()?.end;
        Ok(self.after((), end, now))
    }

    /// Drops transactional ids that nobody has used for long.
    pub fn expire(&self, now: Now, version: TransactionVersion) {
        // Half of what a batch takes leaves room for its own fields.
        let bytes_max = self.log.batch_bytes_max() / 2;
        while let Ok(Committed { reply: 1.., .. }) =
            self.act(now, version, |shard, turn| shard.expire(bytes_max, turn))
        {}
    }

    /// Another broker coordinates from now on.
    pub fn resign(&self) {
        *self.state.lock() = Life::Gone;
    }

    fn append(
        &self,
        active: &mut Active,
        now: Now,
        version: TransactionVersion,
        records: Vec<TransactionRecord>,
    ) -> Result<(), ErrorCode> {
        if records.is_empty() {
            return Ok(());
        }
        let mut builder = BatchBuilder::new(BatchFields::default());
        for record in &records {
            let (key, value) = stored::encode(record, version).map_err(|error| unwritable(&error))?;
            builder.append(now.ms, Some(&key), value.as_deref(), []);
        }
        let batch = builder.finish().map_err(|error| unwritable(&error))?;
        let first = self.log.append(batch, Verified::NotNeeded, now.ms)?;
        active.end = first.plus(records.len() as i64);
        for record in records {
            if !record.value.as_ref().is_some_and(|transaction| transaction.state.is_prepared()) {
                active.completing.remove(&record.id);
            }
            active.shard.replay(record);
        }
        Ok(())
    }

    fn after<R>(&self, reply: R, end: Offset, now: Now) -> Committed<R> {
        Committed::after(reply, &self.log, end, now, self.settings.request_timeout_ms)
    }
}

/// Replays one batch of the log. Records of types that Kafka 4.3 does not know are left alone.
fn take_in(shard: &mut Shard, batch: &Batch<'_>) -> Result<(), LoadError> {
    let offset = batch.header().base_offset;
    let damaged = |source| LoadError::Batch { offset, source };
    if batch.header().is_control() {
        return Ok(());
    }
    for record in batch.records(BATCH_BYTES_MAX).map_err(damaged)?.iter() {
        let record = record.map_err(damaged)?;
        let Some(key) = record.key else { continue };
        match stored::decode(key, record.value) {
            Ok(change) => shard.replay(change),
            Err(StoredError::Schema(SchemaError::UnknownType { .. })) => {}
            Err(source) => return Err(LoadError::Record { offset: record.offset, source }),
        }
    }
    Ok(())
}

fn unwritable(error: &dyn std::fmt::Display) -> ErrorCode {
    tracing::error!(%error, "a transaction's record cannot be written");
    ErrorCode::UnknownServerError
}

/// Most bytes that one batch of the log may inflate to.
const BATCH_BYTES_MAX: usize = 256 << 20;
