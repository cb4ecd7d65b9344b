use std::time::Duration;

use crate::client::ClientError;
use crate::record::{BatchFields, Compression};

/// Who must have a record before it counts as sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Acks {
    /// Nobody: the broker does not even answer.
    None = 0,
    Leader = 1,
    /// Every in-sync replica.
    #[default]
    All = -1,
}

/// What makes a producer transactional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionConfig {
    /// Names the producer over restarts: a new one with the same id fences the old one and ends its transaction.
    pub id: String,
    /// The coordinator aborts a transaction that stays open for longer.
    pub timeout: Duration,
}

impl TransactionConfig {
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), timeout: Duration::from_secs(60) }
    }
}

/// How a producer gathers and sends. The defaults are those of Java's producer.
#[derive(Debug, Clone)]
pub struct ProducerConfig {
    pub acks: Acks,
    /// Records are written once and in order whatever is retried (KIP-98). Needs acks of all.
    pub idempotence: bool,
    /// Records go in transactions (KIP-98). Needs idempotence.
    pub transactions: Option<TransactionConfig>,
    pub compression: Compression,
    /// A batch is closed when the next record would make it larger (before compression); a larger record goes alone.
    pub batch_bytes: usize,
    /// How long a batch waits for more records.
    pub linger: Duration,
    /// Bytes of records not yet acknowledged; beyond it `send` waits.
    pub buffer_bytes: usize,
    /// The largest record, and about the largest request.
    pub request_bytes_max: usize,
    /// Requests to one broker that wait for their answers.
    pub in_flight_max: usize,
    /// From `send` to the final outcome, retries included.
    pub delivery_timeout: Duration,
    /// How long `send` waits for room, or for the topic to exist; how long one step of a transaction may take.
    pub block_max: Duration,
    /// Whether sending to a missing topic asks the cluster to create it; its `auto.create.topics.enable` decides.
    pub create_topics: bool,
}

impl ProducerConfig {
    /// An idempotent producer may not have more in flight: brokers remember so many batches per partition.
    pub const IDEMPOTENT_IN_FLIGHT_MAX: usize = 5;

    pub(super) fn batch_fields(&self) -> BatchFields {
        BatchFields {
            compression: self.compression,
            is_transactional: self.transactions.is_some(),
            ..BatchFields::default()
        }
    }

    pub(super) fn check(&self) -> Result<(), ClientError> {
        let invalid = |reason: &str| {
            Err(ClientError::Invalid { what: "producer settings".to_owned(), reason: reason.to_owned() })
        };
        match self {
            _ if self.idempotence && self.acks != Acks::All => invalid("idempotence needs acks=all"),
            _ if self.transactions.is_some() && !self.idempotence => invalid("transactions need idempotence"),
            _ if self.transactions.as_ref().is_some_and(|of| of.id.is_empty()) => {
                invalid("a transactional id cannot be empty")
            }
            _ if self.in_flight_max == 0 => invalid("at least one request must be allowed in flight"),
            _ if self.idempotence && self.in_flight_max > Self::IDEMPOTENT_IN_FLIGHT_MAX => {
                invalid("idempotence allows at most 5 requests in flight")
            }
            _ if self.buffer_bytes < self.batch_bytes => invalid("the buffer must hold at least one batch"),
            _ if self.request_bytes_max > i32::MAX as usize => {
                invalid("a request cannot exceed 2147483647 bytes")
            }
            _ => Ok(()),
        }
    }
}

impl Default for ProducerConfig {
    fn default() -> Self {
        Self {
            acks: Acks::All,
            idempotence: true,
            transactions: None,
            compression: Compression::default(),
            batch_bytes: 16 << 10,
            linger: Duration::from_millis(5),
            buffer_bytes: 32 << 20,
            request_bytes_max: 1 << 20,
            in_flight_max: Self::IDEMPOTENT_IN_FLIGHT_MAX,
            delivery_timeout: Duration::from_secs(120),
            block_max: Duration::from_secs(60),
            create_topics: true,
        }
    }
}
