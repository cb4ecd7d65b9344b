//! Runs the controller: one thread that owns the metadata log, decides in the order of the queue, writes, and answers.
//!
//! Orders that wait are decided together and made durable by one sync; each is a batch of its own in the log.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use kafkactl_core::names::{BrokerEpoch, BrokerId, Offset};
use kafkactl_core::schema::metadata::{MetadataRecord, NoOpRecord};
use kafkactl_core::settings::BrokerSettings;
use kafkactl_core::wire::ErrorCode;
use tracing::{error, info, warn};

use super::decision::{Decision, Refusal};
use super::handle::{Answer, Order, QuorumView};
use super::machine::Machine;
use crate::clock::Clock;
use crate::cluster::loader::MetadataLoader;
use crate::cluster::quorum::{MetadataLog, MetadataLogError};
use crate::cluster::{MetadataCache, MetadataDelta, MetadataImage, MetadataSubscriber};
use crate::dir_health::DirHealth;
use crate::metrics::{ControllerCounts, MetadataError};

/// Most orders that one sync makes durable.
const ORDERS_PER_COMMIT: usize = 64;
/// How often no-op records are forced to disk: what a power loss may tear stays within one page.
const NO_OPS_PER_FLUSH: u32 = 20;
/// The longest the thread sleeps when no-op records are turned off.
const IDLE: Duration = Duration::from_secs(60);

/// The controller of this node with everything it needs.
pub(crate) struct Driver {
    pub log: MetadataLog,
    pub loader: MetadataLoader,
    pub settings: BrokerSettings,
    pub node: BrokerId,
    pub clock: Clock,
    pub cache: MetadataCache,
    pub subscribers: Vec<Arc<dyn MetadataSubscriber>>,
    pub quorum: Arc<ArcSwap<QuorumView>>,
    pub no_ops: u32,
    pub broker_epoch: BrokerEpoch,
    /// Of the directory the metadata log lies in.
    pub health: Arc<DirHealth>,
    pub counts: Arc<ControllerCounts>,
}

impl Driver {
    /// Carries out orders until it is told to stop, or nobody can give any.
    pub fn run(mut self, orders: Receiver<Order>) {
        let idle_ms = u64::try_from(self.settings.metadata_log.idle_interval_ms).unwrap_or(0);
        let idle = if idle_ms == 0 { IDLE } else { Duration::from_millis(idle_ms) };
        let mut idle_at = Instant::now() + idle;
        loop {
            let first = match orders.recv_timeout(idle_at.saturating_duration_since(Instant::now())) {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return self.close(),
            };
            match first {
                Some(order) => {
                    if let Some(done) = self.carry_out(order, &orders) {
                        let epoch = self.hand_over();
                        self.close();
                        // Whoever stopped the controller may not wait to hear of it.
                        let _ = done.send(epoch);
                        return;
                    }
                }
                None if idle_ms > 0 => self.no_op(),
                None => {}
            }
            idle_at = Instant::now() + idle;
            self.take_care_of_snapshots();
        }
    }

    /// Decides this order and those that wait behind it, and makes them durable together. Returns whom to tell when
    /// one of them was to stop.
    fn carry_out(
        &mut self,
        first: Order,
        orders: &Receiver<Order>,
    ) -> Option<tokio::sync::oneshot::Sender<BrokerEpoch>> {
        let mut answers: Vec<Answer> = Vec::new();
        let mut wrote = false;
        let mut stop = None;
        let waiting = std::iter::from_fn(|| orders.try_recv().ok());
        for order in std::iter::once(first).chain(waiting.take(ORDERS_PER_COMMIT)) {
            match order {
                Order::Stop { done } => {
                    stop = Some(done);
                    break;
                }
                Order::Decide { deadline, refuse, .. } if deadline.is_some_and(|it| it < Instant::now()) => {
                    self.counts.timed_out();
                    // Whoever asked may have given up.
                    let _ = refuse.send(Refusal::plain(ErrorCode::RequestTimedOut));
                }
                Order::Decide { decide, given_at, .. } => {
                    let began = Instant::now();
                    self.counts.taken_up(began.duration_since(given_at));
                    let machine = machine(&self.loader, &self.settings);
                    let (records, answer) = decide(&machine, &mut random, self.log.end_offset());
                    match self.write(records) {
                        Ok(is_written) => {
                            wrote |= is_written;
                            answers.push(answer);
                        }
                        Err(error) => answer(Err(refusal(&error))),
                    }
                    self.counts.processed(began.elapsed());
                }
            }
        }
        let committed = if wrote { self.commit() } else { Ok(()) };
        for answer in answers {
            answer(committed.clone());
        }
        stop
    }

    /// Decides something of the controller's own and writes it.
    pub fn decide<R>(
        &mut self,
        decide: impl FnOnce(&Machine<'_>, Offset) -> Decision<R>,
    ) -> Result<R, MetadataLogError> {
        let machine = machine(&self.loader, &self.settings);
        let Decision { records, reply } = decide(&machine, self.log.end_offset());
        self.write(records)?;
        Ok(reply)
    }

    /// Appends records as one batch and replays them. Says whether there were any.
    pub fn write(&mut self, records: Vec<MetadataRecord>) -> Result<bool, MetadataLogError> {
        if records.is_empty() {
            return Ok(false);
        }
        // A batch that raises metadata.version is still written as the version before it wants.
        let version = self.loader.newest().metadata_version();
        let appended = self.log.append(&records, version, self.clock.now_ms());
        let offsets = appended.inspect_err(|error| self.note(error))?;
        for (record, offset) in records.into_iter().zip(offsets.start.0..) {
            if let Err(source) = self.loader.replay(Offset(offset), record) {
                // What is written now says what cannot be. Nothing more is written on top of it.
                error!(error = %source, "the controller decided on a record that cannot be replayed");
                self.counts.failed(MetadataError::Replay);
                return Err(self.log.poison(source));
            }
        }
        self.loader.advance(offsets.end.plus(-1), self.log.epoch());
        Ok(true)
    }

    /// Forces what was written to disk and makes it known.
    pub fn commit(&mut self) -> Result<(), Refusal> {
        let began = Instant::now();
        if let Err(error) = self.log.flush() {
            error!(%error, "the metadata log cannot be forced to disk; it takes no more writes");
            self.note(&error);
            return Err(refusal(&error));
        }
        self.publish();
        self.counts.committed(began.elapsed());
        Ok(())
    }

    /// Counts a write that failed, and takes the log's directory out of use if its disk has failed.
    fn note(&self, error: &MetadataLogError) {
        self.counts.failed(MetadataError::Write);
        if error.is_disk_failure() {
            self.health.fail(error);
        }
    }

    /// Gives the newest committed image to those who follow it.
    pub fn publish(&mut self) {
        while let Some((image, delta)) = self.loader.take() {
            self.announce(image, &delta);
        }
        self.show_quorum();
    }

    /// Gives everything to those who see their first image.
    pub fn publish_whole(&mut self) {
        // What changed so far is in the whole.
        drop(self.loader.take());
        let image = self.loader.newest().clone();
        let whole = image.whole();
        self.announce(image, &whole);
        self.publish();
    }

    /// Tells those who follow the log, and writes down what that made them choose.
    fn announce(&mut self, image: MetadataImage, delta: &MetadataDelta) {
        let image = Arc::new(image);
        let mut chosen = Vec::new();
        let mut cordoned = None;
        for subscriber in &self.subscribers {
            subscriber.apply(delta, &image);
            chosen.extend(subscriber.chosen_directories(delta, &image));
            cordoned = cordoned.or_else(|| subscriber.cordoned_directories());
        }
        self.cache.publish(image);
        let node = self.node;
        if let Err(error) = self.write_down(|machine| machine.assign_directories(node, &chosen)) {
            warn!(%error, "the metadata log does not say where replicas lie; they are looked for at the next start");
        }
        let Some(cordoned) = cordoned else { return };
        if let Err(error) = self.write_down(|machine| machine.cordon_directories(node, cordoned)) {
            warn!(%error, "the metadata log does not say which directories get no new replicas");
        }
    }

    /// Writes what this broker says of itself, durably.
    fn write_down(
        &mut self,
        decide: impl FnOnce(&Machine<'_>) -> Decision<()>,
    ) -> Result<(), MetadataLogError> {
        let Decision { records, reply: () } = decide(&machine(&self.loader, &self.settings));
        if self.write(records)? {
            self.log.flush()?;
        }
        Ok(())
    }

    fn show_quorum(&self) {
        let applied = match self.loader.has_news() {
            true => self.cache.image().offset,
            false => self.loader.newest().offset,
        };
        self.quorum.store(Arc::new(QuorumView {
            leader: self.node,
            epoch: self.log.epoch(),
            high_watermark: self.log.high_watermark().unwrap_or(Offset::NONE),
            log_end: self.log.end_offset(),
            applied,
            voters: self.log.voters().to_vec(),
            snapshot: self.log.newest_snapshot(),
        }));
    }

    /// Shows that the controller is alive, to those who read the log.
    fn no_op(&mut self) {
        if let Err(error) = self.write(vec![NoOpRecord::default().into()]) {
            warn!(%error, "a no-op record cannot be written to the metadata log");
            return;
        }
        self.no_ops += 1;
        if self.no_ops.is_multiple_of(NO_OPS_PER_FLUSH) {
            // A failed sync is on record in the log, and said to whoever writes next.
            let _ = self.commit();
        }
        self.show_quorum();
    }

    fn take_care_of_snapshots(&mut self) {
        let now_ms = self.clock.now_ms();
        if !self.log.snapshot_is_due(now_ms) || self.loader.is_in_transaction() || self.commit().is_err() {
            return;
        }
        match self.log.write_snapshot(self.loader.newest(), now_ms) {
            Ok(id) => info!(end = %id.end, epoch = %id.epoch, "wrote a snapshot of the metadata log"),
            Err(error) => {
                self.counts.failed(MetadataError::Snapshot);
                return warn!(%error, "a snapshot of the metadata log cannot be written");
            }
        }
        self.show_quorum();
        if let Err(error) = self.log.clean(now_ms) {
            self.counts.failed(MetadataError::Snapshot);
            warn!(%error, "the metadata log cannot be cleaned");
        }
    }

    /// Gives up what this broker leads, as before a clean stop.
    fn hand_over(&mut self) -> BrokerEpoch {
        let node = self.node;
        let written = self
            .decide(|machine, _| machine.begin_shutdown(node))
            .and_then(|_| self.decide(|machine, _| machine.fence_broker(node)));
        if let Err(error) = written {
            warn!(%error, "the metadata log does not say that this broker stops");
        }
        // A failed sync is logged there; the stop goes on.
        let _ = self.commit();
        self.broker_epoch
    }

    fn close(self) {
        if let Err(error) = self.log.close() {
            warn!(%error, "the metadata log is not closed cleanly");
        }
    }
}

fn machine<'a>(loader: &'a MetadataLoader, settings: &'a BrokerSettings) -> Machine<'a> {
    Machine { image: loader.newest(), settings }
}

/// 128 fresh bits.
pub(crate) fn random() -> u128 {
    rand::random()
}

fn refusal(error: &MetadataLogError) -> Refusal {
    let code =
        if error.is_disk_full() { ErrorCode::KafkaStorageError } else { ErrorCode::UnknownServerError };
    Refusal::new(code, error.to_string())
}
