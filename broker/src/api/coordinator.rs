//! What the APIs of groups share: replies that wait for their records, texts and topics of the wire.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;
use std::task::Poll;

use kafkactl_core::names::{LeaderEpoch, PartitionId, TopicId, TopicName};
use kafkactl_core::wire::messages;
use kafkactl_core::wire::{ErrorCode, StrBytes};

use super::Outcome;
use super::text;
use crate::broker::Broker;
use crate::cluster::MetadataImage;
use crate::cluster::features::GROUP_VERSION;
use crate::cluster::image::TopicImage;
use crate::coordinator::{Acted, poll_once};
use crate::group::{InstanceId, OffsetToCommit};

/// Answers now if nothing has to be committed first, later otherwise.
pub(super) fn when_committed<R: Send + 'static, E: From<ErrorCode> + Send + 'static>(
    acted: Acted<Result<R, E>>,
    answer: impl FnOnce(Result<R, E>) -> Outcome + Send + 'static,
) -> Outcome {
    match acted {
        Ok(committed) if !committed.is_committed() => {
            Outcome::Later(Box::pin(
                async move { answer(committed.committed().await.map_err(E::from).flatten()) },
            ))
        }
        Ok(committed) => answer(committed.reply),
        Err(error) => answer(Err(error.into())),
    }
}

/// As [`when_committed`], for a request about several groups; results in the order of `acted`.
pub(super) fn when_all_committed<R: Send + 'static>(
    acted: Vec<Acted<Result<R, ErrorCode>>>,
    answer: impl FnOnce(Vec<Result<R, ErrorCode>>) -> Outcome + Send + 'static,
) -> Outcome {
    let has_to_wait = |acted: &Acted<_>| acted.as_ref().is_ok_and(|committed| !committed.is_committed());
    if !acted.iter().any(has_to_wait) {
        return answer(acted.into_iter().map(|acted| acted.and_then(|committed| committed.reply)).collect());
    }
    Outcome::Later(Box::pin(async move {
        let mut results = Vec::with_capacity(acted.len());
        for acted in acted {
            results.push(match acted {
                Ok(committed) => committed.committed().await.flatten(),
                Err(error) => Err(error),
            });
        }
        answer(results)
    }))
}

/// Answers now if nothing has to be waited for, later otherwise.
pub(super) fn at_once_or_later(outcome: impl Future<Output = Outcome> + Send + 'static) -> Outcome {
    let mut outcome = Box::pin(outcome);
    match poll_once(outcome.as_mut()) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Outcome::Later(outcome),
    }
}

/// Puts what a coordinator said about offsets into the places that have [`PENDING`], in order.
pub(super) fn fill_in<'a>(
    codes: impl Iterator<Item = &'a mut i16>,
    result: Result<Vec<Result<(), ErrorCode>>, ErrorCode>,
) {
    let pending = codes.filter(|code| **code == PENDING);
    match result {
        Ok(outcomes) => pending.zip(outcomes).for_each(|(place, outcome)| *place = code(outcome)),
        Err(error) => pending.for_each(|place| *place = error.code()),
    }
}

/// What a response has where the coordinator's word is to come; no error code of Kafka's.
pub(super) const PENDING: i16 = i16::MIN;

/// What a request has named so far. What it names again is not described again, or a short request could ask for an
/// answer of any length.
pub(super) struct Named<T>(HashSet<T>);

impl<T: Eq + Hash> Named<T> {
    pub fn new() -> Self {
        Self(HashSet::new())
    }

    /// INVALID_REQUEST for what has been named before.
    pub fn first_time(&mut self, name: T) -> Result<(), ErrorCode> {
        if self.0.insert(name) { Ok(()) } else { Err(ErrorCode::InvalidRequest) }
    }
}

pub(super) fn to_commit(
    topic: &TopicImage,
    partition: PartitionId,
    offset: i64,
    leader_epoch: i32,
    metadata: &Option<StrBytes>,
) -> OffsetToCommit {
    OffsetToCommit {
        topic: topic.name.clone(),
        topic_id: topic.id,
        partition,
        offset,
        leader_epoch: LeaderEpoch(leader_epoch),
        metadata: Arc::from(metadata.as_deref().unwrap_or("")),
    }
}

pub(super) fn code(result: Result<(), ErrorCode>) -> i16 {
    result.err().unwrap_or(ErrorCode::None).code()
}

pub(super) fn instance(id: &Option<StrBytes>) -> Option<InstanceId> {
    id.as_ref().map(|id| InstanceId::from(&**id))
}

/// Whether members may speak the protocol of KIP-848 here (G13).
pub(super) fn serves_consumer_groups(broker: &Broker) -> bool {
    let is_offered =
        broker.groups.settings().protocols.iter().any(|name| name.eq_ignore_ascii_case("consumer"));
    is_offered && broker.metadata.image().feature_level(GROUP_VERSION) >= 1
}

/// The topic a request names: by id where it has one, by name otherwise.
pub(super) fn find_topic<'a>(
    image: &'a MetadataImage,
    name: &messages::TopicName,
    id: TopicId,
) -> Result<&'a Arc<TopicImage>, ErrorCode> {
    if id == TopicId::ZERO && !name.is_empty() {
        image.topics.get(name).ok_or(ErrorCode::UnknownTopicOrPartition)
    } else {
        image.topics.by_id(&id).ok_or(ErrorCode::UnknownTopicId)
    }
}

/// Checks that a topic has a partition.
pub(super) fn find_partition(topic: &TopicImage, partition: i32) -> Result<PartitionId, ErrorCode> {
    let partition = PartitionId(partition);
    if topic.partitions.contains_key(&partition) {
        Ok(partition)
    } else {
        Err(ErrorCode::UnknownTopicOrPartition)
    }
}

pub(super) fn wire_name(topic: &TopicName) -> messages::TopicName {
    messages::TopicName(text(topic.as_str()))
}

/// What a client may do with a group while nobody forbids anything: READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS,
/// ALTER_CONFIGS, each as the bit of its number.
pub(super) const GROUP_OPERATIONS_ALL: i32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;
