use std::io;
use std::sync::Arc;

use super::{Endpoint, Found};
use crate::names::{BrokerId, TopicPartition};
use crate::wire::{ApiKey, ErrorCode};

/// What went wrong between this client and a cluster. Cheap to clone: one failure may answer many callers.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientError {
    #[error("cannot connect to {endpoint}: {source}")]
    Connect { endpoint: Endpoint, source: Arc<io::Error> },
    #[error("none of the bootstrap servers answers ({servers}): {source}")]
    Bootstrap { servers: String, source: Box<ClientError> },
    #[error("bootstrap server \"{text}\" is not host:port")]
    BadEndpoint { text: String },
    #[error("the connection to {endpoint} was closed: {reason}")]
    Disconnected { endpoint: Endpoint, reason: String },
    #[error("{endpoint} is no listener for Kafka's clients: {found}")]
    NotABroker { endpoint: Endpoint, found: Found },
    #[error("{endpoint} did not answer {api} within {timeout_ms} ms")]
    RequestTimeout { endpoint: Endpoint, api: ApiKey, timeout_ms: u64 },
    #[error("{endpoint} sent an answer to {api} that cannot be read: {reason}")]
    BadResponse { endpoint: Endpoint, api: ApiKey, reason: String },
    #[error("a {api} request of version {version} cannot be written: {reason}")]
    BadRequest { api: ApiKey, version: i16, reason: String },
    #[error("{endpoint} does not offer {api} in any version that can do this{}", .offered.as_deref().unwrap_or(""))]
    Unsupported { endpoint: Endpoint, api: ApiKey, offered: Option<String> },
    #[error("broker {broker} is not part of the cluster (any more)")]
    UnknownBroker { broker: BrokerId },
    #[error("{partition} has no leader at the moment")]
    NoLeader { partition: TopicPartition },
    #[error("{what}: not done within {timeout_ms} ms: {last}")]
    Deadline { what: String, timeout_ms: u64, last: Box<ClientError> },
    /// A broker's own answer about one thing.
    #[error("{what}: {} ({})", .message.as_deref().unwrap_or(.code.message()), .code.name())]
    Refused { what: String, code: ErrorCode, message: Option<String> },
    /// The cluster was asked just now and has no such thing.
    #[error("{what}: {} ({})", .code.message(), .code.name())]
    Missing { what: String, code: ErrorCode },
    #[error("{what}: {reason}")]
    Invalid { what: String, reason: String },
    #[error("{what}: the record of {size_bytes} bytes is larger than {max_bytes} bytes")]
    RecordTooLarge { what: String, size_bytes: usize, max_bytes: usize },
    #[error(
        "no room for {size_bytes} more bytes within {timeout_ms} ms: {buffer_bytes} bytes wait to be sent"
    )]
    BufferFull { size_bytes: usize, buffer_bytes: usize, timeout_ms: u64 },
    #[error("offset {offset} of {partition} does not exist and there is no rule where to go on")]
    NoResetPolicy { partition: TopicPartition, offset: i64 },
    #[error("{partition}: records from offset {offset} cannot be read: {reason}")]
    CorruptRecords { partition: TopicPartition, offset: i64, reason: String },
    /// The transaction can only be aborted; after that the producer goes on.
    #[error("transactional id \"{transactional_id}\": the transaction must be aborted: {source}")]
    MustAbort { transactional_id: String, source: Box<ClientError> },
    #[error("transactional id \"{transactional_id}\": the transaction was aborted before this was sent")]
    Aborted { transactional_id: String },
    #[error("this client is closed")]
    Closed,
}

impl ClientError {
    /// A broker's error `code` about `what`; an empty message counts as none.
    pub(crate) fn refused(what: impl Into<String>, code: ErrorCode, message: Option<&str>) -> Self {
        let message = message.filter(|text| !text.is_empty()).map(str::to_owned);
        Self::Refused { what: what.into(), code, message }
    }

    /// `Ok` for code 0. A number that this build does not know is an UNKNOWN_SERVER_ERROR that tells the number.
    pub fn check(what: impl Into<String>, code: i16, message: Option<&str>) -> Result<(), Self> {
        match ErrorCode::from_code(code) {
            Some(ErrorCode::None) => Ok(()),
            Some(code) => Err(Self::refused(what, code, message)),
            None => {
                let text = format!("error code {code}, unknown to this version");
                Err(Self::refused(what, ErrorCode::UnknownServerError, Some(&text)))
            }
        }
    }

    /// The broker's error code, if a broker said no.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } | Self::Missing { code, .. } => Some(*code),
            Self::Deadline { last, .. } => last.code(),
            Self::MustAbort { source, .. } => source.code(),
            _ => None,
        }
    }

    /// Why, without the time that it was tried for.
    pub fn root(&self) -> &Self {
        match self {
            Self::Deadline { last, .. } => last.root(),
            _ => self,
        }
    }

    /// Whether the same request may succeed later, unchanged.
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Bootstrap { .. }
            | Self::Disconnected { .. }
            | Self::RequestTimeout { .. }
            | Self::UnknownBroker { .. }
            | Self::NoLeader { .. } => true,
            Self::Refused { code, .. } => code.is_retriable() || *code == ErrorCode::RebootstrapRequired,
            Self::BadEndpoint { .. }
            | Self::NotABroker { .. }
            | Self::BadResponse { .. }
            | Self::BadRequest { .. }
            | Self::Unsupported { .. }
            | Self::Deadline { .. }
            | Self::Missing { .. }
            | Self::Invalid { .. }
            | Self::RecordTooLarge { .. }
            | Self::BufferFull { .. }
            | Self::NoResetPolicy { .. }
            | Self::CorruptRecords { .. }
            | Self::MustAbort { .. }
            | Self::Aborted { .. }
            | Self::Closed => false,
        }
    }

    /// Whether what this client believes about brokers and leaders may be out of date.
    pub fn is_stale_metadata(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Disconnected { .. } | Self::RequestTimeout { .. } => true,
            Self::UnknownBroker { .. } | Self::NoLeader { .. } => true,
            Self::Refused { code, .. } => matches!(
                code,
                ErrorCode::UnknownTopicOrPartition
                    | ErrorCode::UnknownTopicId
                    | ErrorCode::InconsistentTopicId
                    | ErrorCode::LeaderNotAvailable
                    | ErrorCode::NotLeaderOrFollower
                    | ErrorCode::NotController
                    | ErrorCode::ReplicaNotAvailable
                    | ErrorCode::ListenerNotFound
                    | ErrorCode::FencedLeaderEpoch
                    | ErrorCode::UnknownLeaderEpoch
                    | ErrorCode::KafkaStorageError
                    | ErrorCode::NetworkException
                    | ErrorCode::PreferredLeaderNotAvailable
                    | ErrorCode::EligibleLeadersNotAvailable
                    | ErrorCode::RebootstrapRequired
            ),
            _ => false,
        }
    }

    /// Whether another broker must be asked for the coordinator before the next try.
    pub fn is_stale_coordinator(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Disconnected { .. } | Self::RequestTimeout { .. } => true,
            Self::UnknownBroker { .. } => true,
            Self::Refused { code, .. } => {
                matches!(code, ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable)
            }
            _ => false,
        }
    }

    /// What the person at the keyboard can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            // It was reached.
            Self::Bootstrap { source, .. }
                if matches!(**source, Self::Disconnected { .. } | Self::NotABroker { .. }) =>
            {
                source.hint()
            }
            Self::NotABroker { found, .. } => Some(found.hint()),
            Self::Connect { .. } | Self::Bootstrap { .. } => Some(
                "check the address and that the broker runs; brokers are reached at the addresses they advertise",
            ),
            Self::BadEndpoint { .. } => Some("write addresses as host:port, several separated by commas"),
            Self::Disconnected { .. } => Some(
                "a listener that wants TLS or SASL closes plain connections; see the broker's log for the reason",
            ),
            Self::Unsupported { .. } => Some("the cluster is older than this feature"),
            Self::NoLeader { .. } => {
                Some("the brokers that hold its replicas may be down; `kafkactl topic describe` names them")
            }
            Self::NoResetPolicy { .. } => Some("start from earliest, latest, an offset or a time"),
            Self::RecordTooLarge { .. } => Some(
                "raise max.request.size here and max.message.bytes of the topic, or send smaller records",
            ),
            Self::Deadline { last, .. } => last.hint(),
            Self::MustAbort { source, .. } => source.hint(),
            Self::Refused { code, .. } | Self::Missing { code, .. } => hint_of(*code),
            _ => None,
        }
    }
}

fn hint_of(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::UnknownTopicOrPartition => "list the topics, or create this one first",
        ErrorCode::TopicAlreadyExists => "choose another name, or delete the topic first",
        ErrorCode::InvalidReplicationFactor => {
            "the replication factor may not exceed the number of live brokers"
        }
        ErrorCode::MessageTooLarge => "raise max.message.bytes of the topic, or send smaller records",
        ErrorCode::NonEmptyGroup => "stop the members of the group first",
        ErrorCode::GroupSubscribedToTopic => {
            "stop the members of the group, or unsubscribe them from the topic"
        }
        ErrorCode::GroupIdNotFound => "list the groups: the group has neither members nor committed offsets",
        ErrorCode::CoordinatorNotAvailable | ErrorCode::CoordinatorLoadInProgress => {
            "if it stays so, __consumer_offsets may lack live replicas (offsets.topic.replication.factor)"
        }
        ErrorCode::NotEnoughReplicas | ErrorCode::NotEnoughReplicasAfterAppend => {
            "fewer replicas are in sync than min.insync.replicas asks for; start the missing brokers"
        }
        ErrorCode::OffsetOutOfRange => "the offset was deleted by retention or was never written",
        ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration | ErrorCode::RebalanceInProgress => {
            "the group is rebalancing or has active members; offsets of a running group are its members' to commit"
        }
        ErrorCode::ProducerFenced | ErrorCode::InvalidProducerEpoch => {
            "another producer has started with the same transactional id, or a transaction ran into its timeout"
        }
        ErrorCode::FencedInstanceId => "another member runs with the same group.instance.id",
        ErrorCode::TopicAuthorizationFailed
        | ErrorCode::GroupAuthorizationFailed
        | ErrorCode::ClusterAuthorizationFailed
        | ErrorCode::TransactionalIdAuthorizationFailed => "grant this principal the operation with an ACL",
        ErrorCode::PolicyViolation => "the cluster's own rules forbid it",
        ErrorCode::UnsupportedVersion => {
            "the cluster is older than this feature, or the feature is not switched on"
        }
        _ => return None,
    })
}
