//! `produce`: a thread reads input into chunks of records, this task sends them and collects what became of them.

mod deliveries;
mod pace;
mod progress;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kafkactl_core::client::admin::TopicDescription;
use kafkactl_core::client::producer::{self, Producer, ProducerConfig, Record, TransactionConfig};
use kafkactl_core::names::{PartitionId, TopicName};
use kafkactl_core::record::{Codec, HeaderRef};
use tokio::sync::mpsc;

use super::Outcome;
use super::session::{ClusterCommand, Options, Pace, Session, stop_signal};
use crate::args::produce::{Acks, Compress, ProduceArgs};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Output, counted};
use crate::records::NewRecord;
use crate::records::input::{InputPlan, read_all};
use deliveries::Deliveries;
use pace::Pacer;
use progress::Progress;

/// Chunks of input that wait to be sent: with [`CHUNK_BYTES`] the bound of what lies between reader and producer.
const CHUNKS_WAITING_MAX: usize = 8;
const CHUNK_BYTES: usize = 1 << 20;
const CHUNK_RECORDS: usize = 4096;
/// Larger than Java's 16 KiB: a bulk load is what this command is for, and lingering is short.
const BATCH_BYTES: usize = 256 << 10;
/// Records not yet acknowledged, and so the largest record.
const BUFFER_BYTES: usize = 64 << 20;

/// The most that brokers allow by default (`transaction.max.timeout.ms`): an input may be long.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(900);

/// What a signal leaves for records that are on their way.
const INTERRUPTED_GRACE: Duration = Duration::from_secs(2);

impl ClusterCommand for ProduceArgs {
    fn options(&self) -> Options<'_> {
        Options { pace: Pace::Streaming, ..(&self.common).into() }
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        session.may_change()?;
        if self.txn.is_some() && self.acks != Acks::All {
            return Err(CommandError::usage("--txn needs --acks all"));
        }
        let topic = self.describe_topic(session).await?;
        let producer = Producer::new(&session.client, self.producer_config(session.settings.timeout))?;
        if self.txn.is_some() {
            producer.init_transactions().await?;
            producer.begin_transaction()?;
        }
        let plan = InputPlan::new(self);
        let mut load = Load {
            args: self,
            partition_count: topic.partitions.len(),
            topic: topic.name,
            progress: Progress::new(&plan.files, out.quiet),
            deliveries: Deliveries::new(self.report),
            pacer: self.rate.map(|rate| Pacer::new(rate, Instant::now())),
            left: self.max.unwrap_or(u64::MAX),
            is_interrupted: false,
        };
        load.check_partition(self.partition)?;
        let sent = if self.tombstone {
            load.send(&producer, plan.tombstone()).await
        } else {
            load.send_input(&producer, plan, out).await
        };
        let delivered = load.finish(&producer, out).await;
        load.progress.finish(load.deliveries.count(), out);
        out.flush()?;
        let written = sent.and(delivered);
        match (&self.txn, written) {
            (None, written) => written.map(|()| ExitStatus::Done),
            (Some(_), Ok(())) => Ok(producer.commit_transaction().await.map(|()| ExitStatus::Done)?),
            (Some(_), Err(error)) => {
                // What is told is why nothing counts; an abort that fails is made up for by the coordinator.
                let _ = tokio::time::timeout(INTERRUPTED_GRACE, producer.abort_transaction()).await;
                Err(error)
            }
        }
    }
}

impl ProduceArgs {
    /// Looked up first: a topic that is missing is told at once, and none is created by a typing mistake.
    async fn describe_topic(&self, session: &Session) -> Result<TopicDescription, CommandError> {
        let name = TopicName::new(&self.topic);
        let mut described = session.admin.describe_topics(std::slice::from_ref(&name)).await?;
        let topic = described.remove(&name).ok_or_else(|| CommandError::not_found("topic", &self.topic))?;
        let topic = topic.map_err(|error| {
            let error = CommandError::from(error);
            match error.status() {
                ExitStatus::NotFound => {
                    error.hint(format!("create it: kafkactl topic create {}", self.topic))
                }
                _ => error,
            }
        })?;
        Ok(topic)
    }

    fn producer_config(&self, timeout: Option<Duration>) -> ProducerConfig {
        let defaults = ProducerConfig::default();
        let acks = match self.acks {
            Acks::None => producer::Acks::None,
            Acks::Leader => producer::Acks::Leader,
            Acks::All => producer::Acks::All,
        };
        let codec = match self.compress {
            Compress::None => Codec::None,
            Compress::Gzip => Codec::Gzip,
            Compress::Snappy => Codec::Snappy,
            Compress::Lz4 => Codec::Lz4,
            Compress::Zstd => Codec::Zstd,
        };
        ProducerConfig {
            acks,
            transactions: self
                .txn
                .as_deref()
                .map(|id| TransactionConfig { timeout: TRANSACTION_TIMEOUT, ..TransactionConfig::new(id) }),
            idempotence: acks == producer::Acks::All,
            compression: codec.into(),
            batch_bytes: BATCH_BYTES,
            buffer_bytes: BUFFER_BYTES,
            // The topic's max.message.bytes is the broker's to enforce.
            request_bytes_max: BUFFER_BYTES,
            create_topics: false,
            delivery_timeout: timeout.unwrap_or(defaults.delivery_timeout),
            ..defaults
        }
    }
}

/// One run: what was taken from the input goes out and is followed to its outcome.
struct Load<'a> {
    args: &'a ProduceArgs,
    topic: TopicName,
    partition_count: usize,
    progress: Progress,
    deliveries: Deliveries,
    pacer: Option<Pacer>,
    left: u64,
    is_interrupted: bool,
}

impl Load<'_> {
    /// What was taken before a failure is still delivered and accounted for; INT and TERM leave a moment for it.
    async fn finish(&mut self, producer: &Producer, out: &mut Output) -> Result<(), CommandError> {
        let stop = stop_signal()?;
        let is_interrupted = self.is_interrupted;
        let time_is_up = async {
            if !is_interrupted {
                stop.await;
            }
            tokio::time::sleep(INTERRUPTED_GRACE).await;
        };
        tokio::select! {
            delivered = self.deliveries.finish(producer, out) => delivered,
            () = time_is_up => {
                let open = counted(self.deliveries.open(), "record");
                Err(CommandError::failed(format!("interrupted: {open} may not have been written")))
            }
        }
    }

    /// Ends at the end of input, at `--max`, at the first failure, and at INT or TERM.
    async fn send_input(
        &mut self,
        producer: &Producer,
        plan: InputPlan,
        out: &mut Output,
    ) -> Result<(), CommandError> {
        let stop = stop_signal()?;
        tokio::pin!(stop);
        let mut chunks = read_in_thread(plan, self.progress.bytes_read())?;
        loop {
            let chunk = tokio::select! {
                chunk = chunks.recv() => chunk,
                () = &mut stop => return self.interrupted(),
                failed = self.deliveries.advance(out) => {
                    failed?;
                    continue;
                }
            };
            let Some(chunk) = chunk else { return Ok(()) };
            for record in chunk? {
                if self.left == 0 {
                    return Ok(());
                }
                self.left -= 1;
                tokio::select! {
                    sent = self.send(producer, record) => sent?,
                    () = &mut stop => return self.interrupted(),
                }
            }
            self.deliveries.collect(out)?;
        }
    }

    /// What was taken by then is written, but half an input is not what a transaction was asked for.
    fn interrupted(&mut self) -> Result<(), CommandError> {
        self.is_interrupted = true;
        match self.args.txn {
            Some(_) => Err(CommandError::failed("interrupted: the transaction was aborted")),
            None => Ok(()),
        }
    }

    async fn send(&mut self, producer: &Producer, record: NewRecord) -> Result<(), CommandError> {
        self.check_partition(record.partition)?;
        if let Some(pacer) = &mut self.pacer {
            let bytes =
                record.key.as_ref().map_or(0, Bytes::len) + record.value.as_ref().map_or(0, Bytes::len);
            tokio::time::sleep_until(pacer.next(bytes as u64, Instant::now()).into()).await;
        }
        let headers: Vec<HeaderRef<'_>> =
            record.headers.iter().map(|header| (&*header.key, header.value.as_deref())).collect();
        let borrowed = Record {
            topic: &self.topic,
            partition: record.partition.map(PartitionId),
            timestamp_ms: record.timestamp_ms,
            key: record.key.as_deref(),
            value: record.value.as_deref(),
            headers: &headers,
        };
        let receipt = match producer.try_send(&borrowed)? {
            Some(receipt) => receipt,
            None => producer.send(&borrowed).await?,
        };
        self.deliveries.expect(receipt);
        self.progress.tick();
        Ok(())
    }

    /// Asked for here: the producer would wait for the partition to appear.
    fn check_partition(&self, partition: Option<i32>) -> Result<(), CommandError> {
        match partition {
            Some(partition)
                if usize::try_from(partition).is_ok_and(|index| index >= self.partition_count) =>
            {
                let error = CommandError::not_found("partition", format!("{}-{partition}", self.topic));
                let hint = if self.args.partition.is_some() {
                    format!("the topic has partitions 0 to {}", self.partition_count - 1)
                } else {
                    "the number is in the input: --repartition places records by key instead".to_owned()
                };
                Err(error.hint(hint))
            }
            _ => Ok(()),
        }
    }
}

type Chunk = Result<Vec<NewRecord>, CommandError>;

/// Reads on a thread of its own: input may block for ever, and must not keep the process alive.
fn read_in_thread(
    plan: InputPlan,
    bytes_read: Arc<AtomicU64>,
) -> Result<mpsc::Receiver<Chunk>, CommandError> {
    let (chunks, received) = mpsc::channel(CHUNKS_WAITING_MAX);
    let read = move || {
        let mut chunk = Vec::new();
        let mut chunk_bytes = 0;
        let read = read_all(&plan, &bytes_read, &mut |record, more_at_hand| {
            chunk_bytes += record.value.as_ref().map_or(0, Bytes::len);
            chunk.push(record);
            // A record that somebody typed goes out at once.
            if more_at_hand && chunk.len() < CHUNK_RECORDS && chunk_bytes < CHUNK_BYTES {
                return true;
            }
            chunk_bytes = 0;
            chunks.blocking_send(Ok(std::mem::take(&mut chunk))).is_ok()
        });
        // A receiver that is gone has ended for a reason it told itself.
        let _ = chunks.blocking_send(Ok(chunk));
        if let Err(error) = read {
            let _ = chunks.blocking_send(Err(error));
        }
    };
    let thread = std::thread::Builder::new().name("input".to_owned()).spawn(read);
    thread.map(|_| received).map_err(|error| CommandError::failed(format!("cannot start a thread: {error}")))
}
