//! OffsetCommit, v2–v10: how far a group has read. v2 to v4 may ask for a retention time, v6 brings the leader epoch,
//! v7 the static member, v9 member epochs (KIP-848), v10 topics by id. Topics and partitions that do not exist are
//! sorted out here; the rest is committed whole or not at all (G19).

use kafkactl_core::names::TopicId;
use kafkactl_core::wire::ApiKey;
use kafkactl_core::wire::messages::offset_commit_response::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use kafkactl_core::wire::messages::{OffsetCommitRequest, OffsetCommitResponse};

use super::coordinator::{PENDING, fill_in, find_partition, find_topic, instance, to_commit, when_committed};
use super::{ApiSpec, Outcome, Request};
use crate::cluster::MetadataImage;
use crate::group::{CommitRequest, OffsetToCommit};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::OffsetCommit, versions: 2..=10, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: OffsetCommitRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let (mut response, offsets) = sort_out(&request.broker.metadata.image(), &body);
    if offsets.is_empty() {
        return Outcome::reply(&response, version);
    }
    let commit = CommitRequest {
        group: (&**body.group_id).into(),
        epoch: body.generation_id_or_member_epoch,
        member: (&*body.member_id).into(),
        instance: instance(&body.group_instance_id),
        knows_epochs: version >= 9,
        is_transactional: false,
        retention_ms: Some(body.retention_time_ms).filter(|&retention_ms| retention_ms != -1),
        offsets,
    };
    when_committed(request.broker.groups.commit(commit), move |result| {
        let codes = response.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
        fill_in(codes.map(|partition| &mut partition.error_code), result);
        Outcome::reply(&response, version)
    })
}

/// The response with the errors of what does not exist, and the offsets that can be committed. What the coordinator
/// says to these goes where the response has [`PENDING`], in order.
fn sort_out(
    image: &MetadataImage,
    body: &OffsetCommitRequest,
) -> (OffsetCommitResponse, Vec<OffsetToCommit>) {
    let mut offsets = Vec::new();
    let mut topics = Vec::with_capacity(body.topics.len());
    for asked in &body.topics {
        let topic = find_topic(image, &asked.name, TopicId(asked.topic_id));
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        for commit in &asked.partitions {
            let found = topic.and_then(|topic| Ok((topic, find_partition(topic, commit.partition_index)?)));
            let error_code = match found {
                Ok((topic, partition)) => {
                    let (offset, epoch) = (commit.committed_offset, commit.committed_leader_epoch);
                    offsets.push(to_commit(topic, partition, offset, epoch, &commit.committed_metadata));
                    PENDING
                }
                Err(error) => error.code(),
            };
            partitions
                .push(OffsetCommitResponsePartition { partition_index: commit.partition_index, error_code });
        }
        let (name, topic_id) = (asked.name.clone(), asked.topic_id);
        topics.push(OffsetCommitResponseTopic { name, topic_id, partitions });
    }
    (OffsetCommitResponse { topics, ..OffsetCommitResponse::default() }, offsets)
}
