//! What the APIs of groups share: replies that wait for their records, texts and topics of the wire.

use std::sync::Arc;

use kafkactl_core::names::{PartitionId, TopicId, TopicName};
use kafkactl_core::wire::messages;
use kafkactl_core::wire::{ErrorCode, StrBytes};

use super::Outcome;
use crate::cluster::MetadataImage;
use crate::cluster::image::TopicImage;
use crate::coordinator::Acted;
use crate::group::InstanceId;

/// Answers now if nothing has to be committed first, later otherwise.
pub(super) fn when_committed<R: Send + 'static>(
    acted: Acted<Result<R, ErrorCode>>,
    answer: impl FnOnce(Result<R, ErrorCode>) -> Outcome + Send + 'static,
) -> Outcome {
    match acted {
        Ok(committed) if !committed.is_committed() => {
            Outcome::Later(Box::pin(async move { answer(committed.committed().await.flatten()) }))
        }
        Ok(committed) => answer(committed.reply),
        Err(error) => answer(Err(error)),
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

pub(super) fn code(result: Result<(), ErrorCode>) -> i16 {
    result.err().unwrap_or(ErrorCode::None).code()
}

pub(super) fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

pub(super) fn optional_text(optional: &Option<Arc<str>>) -> Option<StrBytes> {
    optional.as_deref().map(text)
}

pub(super) fn instance(id: &Option<StrBytes>) -> Option<InstanceId> {
    id.as_ref().map(|id| InstanceId::from(&**id))
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
