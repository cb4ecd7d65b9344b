use std::collections::{BTreeMap, BTreeSet};

use super::Admin;
use super::group_offsets::{CommittedOffset, per_partition};
use crate::client::route::{Ask, Coordinated};
use crate::client::text::{by_topic, text, topic_text};
use crate::client::{ClientError, PerItem};
use crate::names::{LeaderEpoch, Offset, TopicName, TopicPartition};
use crate::wire::messages::alter_share_group_offsets_request::{
    AlterShareGroupOffsetsRequestPartition, AlterShareGroupOffsetsRequestTopic,
};
use crate::wire::messages::delete_share_group_offsets_request::DeleteShareGroupOffsetsRequestTopic;
use crate::wire::messages::describe_share_group_offsets_request::DescribeShareGroupOffsetsRequestGroup;
use crate::wire::messages::{
    AlterShareGroupOffsetsRequest, DeleteShareGroupOffsetsRequest, DescribeShareGroupOffsetsRequest,
};

/// Where a share group is in a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareStart {
    /// The first offset that is not done with.
    pub offset: Offset,
    pub leader_epoch: LeaderEpoch,
    /// Records that are not done with; `None` from brokers that do not tell (KIP-1226).
    pub lag: Option<i64>,
}

/// What the coordinators of share groups keep instead of commits (KIP-932): the first offset that is not done with.
impl Admin {
    /// Where a share group starts in each partition. Partitions in which it has not begun are left out.
    pub async fn share_group_offsets(
        &self,
        group: &str,
    ) -> Result<PerItem<TopicPartition, ShareStart>, ClientError> {
        let what = format!("offsets of share group \"{group}\"");
        let build = |_| {
            let group = DescribeShareGroupOffsetsRequestGroup::default()
                .with_group_id(text(group).into())
                .with_topics(None);
            DescribeShareGroupOffsetsRequest::default().with_groups(vec![group])
        };
        let ask = Ask::new(&what);
        self.client
            .ask_coordinator(ask, &Coordinated::group(group), build, |response| {
                let mut offsets = PerItem::new();
                for group in &response.groups {
                    ClientError::check(&what, group.error_code, group.error_message.as_deref())?;
                    for topic in &group.topics {
                        for of in &topic.partitions {
                            let partition = TopicPartition::new(&**topic.topic_name, of.partition_index);
                            let in_partition = format!("{what} in {partition}");
                            let told = of.error_message.as_deref();
                            let outcome = ClientError::check(in_partition, of.error_code, told);
                            if outcome.is_err() || of.start_offset >= 0 {
                                let start = ShareStart {
                                    offset: Offset(of.start_offset),
                                    leader_epoch: LeaderEpoch(of.leader_epoch),
                                    lag: (of.lag >= 0).then_some(of.lag),
                                };
                                offsets.insert(partition, outcome.map(|()| start));
                            }
                        }
                    }
                }
                Ok(offsets)
            })
            .await
    }

    /// Moves the start of a share group, which may have no members.
    pub async fn alter_share_group_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, CommittedOffset>,
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let what = format!("offsets of share group \"{group}\"");
        let build = |_| {
            let topics = by_topic(offsets).into_iter().map(|(topic, partitions)| {
                let partitions = partitions.into_iter().map(|(index, start)| {
                    AlterShareGroupOffsetsRequestPartition::default()
                        .with_partition_index(index)
                        .with_start_offset(start.offset.0)
                });
                AlterShareGroupOffsetsRequestTopic::default()
                    .with_topic_name(topic_text(topic))
                    .with_partitions(partitions.collect())
            });
            let topics = topics.collect();
            AlterShareGroupOffsetsRequest::default().with_group_id(text(group).into()).with_topics(topics)
        };
        self.client
            .ask_coordinator(Ask::new(&what), &Coordinated::group(group), build, |response| {
                ClientError::check(&what, response.error_code, response.error_message.as_deref())?;
                let answers = response.responses.into_iter().flat_map(|topic| {
                    let name = TopicName::new(&topic.topic_name);
                    topic.partitions.into_iter().map(move |partition| {
                        (TopicPartition::new(name.clone(), partition.partition_index), partition.error_code)
                    })
                });
                per_partition(&what, answers)
            })
            .await
    }

    /// Forgets where a share group starts in the topics of `partitions`, whole as they are.
    pub async fn delete_share_group_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let what = format!("offsets of share group \"{group}\"");
        let topics: BTreeSet<&TopicName> = partitions.iter().map(|partition| &partition.topic).collect();
        let build = |_| {
            let topics = topics.iter().map(|topic| {
                DeleteShareGroupOffsetsRequestTopic::default().with_topic_name(topic_text(topic))
            });
            let topics = topics.collect();
            DeleteShareGroupOffsetsRequest::default().with_group_id(text(group).into()).with_topics(topics)
        };
        self.client
            .ask_coordinator(Ask::new(&what), &Coordinated::group(group), build, |response| {
                ClientError::check(&what, response.error_code, response.error_message.as_deref())?;
                let codes: BTreeMap<TopicName, i16> = response
                    .responses
                    .into_iter()
                    .map(|topic| (TopicName::new(&topic.topic_name), topic.error_code))
                    .collect();
                let answered = partitions
                    .iter()
                    .filter_map(|partition| Some((partition.clone(), *codes.get(&partition.topic)?)));
                per_partition(&what, answered)
            })
            .await
    }
}
