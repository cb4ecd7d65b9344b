use std::collections::BTreeMap;

use super::Admin;
use crate::client::route::Ask;
use crate::client::text::{by_topic, topic_text};
use crate::client::{ClientError, PerItem};
use crate::names::{LeaderEpoch, Offset, TopicName, TopicPartition};
use crate::wire::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use crate::wire::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use crate::wire::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use crate::wire::messages::{DeleteRecordsRequest, ListOffsetsRequest, OffsetForLeaderEpochRequest};

/// Which offset of a partition is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OffsetSpec {
    /// The first that still exists.
    Earliest,
    /// One past the last that a consumer may see.
    Latest,
    /// That of the record with the largest timestamp (KIP-734).
    MaxTimestamp,
    /// The first on the broker's own disks (KIP-405).
    EarliestLocal,
    /// The last in tiered storage (KIP-1005).
    LatestTiered,
    /// The first not yet in tiered storage (KIP-1023).
    EarliestPendingUpload,
    /// The first record at or after this time, in milliseconds since 1970.
    Timestamp(i64),
}

impl OffsetSpec {
    /// As ListOffsets writes it.
    fn timestamp(self) -> i64 {
        match self {
            Self::Latest => -1,
            Self::Earliest => -2,
            Self::MaxTimestamp => -3,
            Self::EarliestLocal => -4,
            Self::LatestTiered => -5,
            Self::EarliestPendingUpload => -6,
            Self::Timestamp(timestamp_ms) => timestamp_ms,
        }
    }

    /// The first version of ListOffsets that knows it.
    fn version_min(self) -> i16 {
        match self {
            Self::Earliest | Self::Latest | Self::Timestamp(_) => 1,
            Self::MaxTimestamp => 7,
            Self::EarliestLocal => 8,
            Self::LatestTiered => 9,
            Self::EarliestPendingUpload => 11,
        }
    }
}

/// Whether records of open and aborted transactions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Isolation {
    #[default]
    ReadUncommitted = 0,
    ReadCommitted = 1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedOffset {
    /// `None` when no record matches: nothing is as late as the timestamp, nothing is tiered.
    pub offset: Option<Offset>,
    /// Of the record found; `None` for the ends of the log.
    pub timestamp_ms: Option<i64>,
    pub leader_epoch: LeaderEpoch,
}

/// Where the records of a leader epoch end (KIP-320).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    /// The largest epoch, up to the one asked for, that the log has records of; -1 when it has none.
    pub leader_epoch: LeaderEpoch,
    pub end_offset: Offset,
}

impl Admin {
    /// Offsets by place or time, one request per leader.
    pub async fn list_offsets(
        &self,
        specs: BTreeMap<TopicPartition, OffsetSpec>,
        isolation: Isolation,
    ) -> PerItem<TopicPartition, ListedOffset> {
        let version_min = specs.values().map(|spec| spec.version_min()).max().unwrap_or(1);
        let ask = Ask::new("listing offsets").versions(version_min..=i16::MAX);
        let timeout_ms = self.timeout_ms();
        let view = self.client.clone();
        let build = |items: &[(TopicPartition, OffsetSpec)], _| {
            let view = view.view();
            let topics = by_topic(items.iter().map(|(partition, spec)| (partition, (partition, *spec))));
            let topics = topics.into_iter().map(|(topic, partitions)| {
                let partitions = partitions.into_iter().map(|(index, (partition, spec))| {
                    let epoch =
                        view.partition(partition).map_or(LeaderEpoch::NONE, |known| known.leader_epoch);
                    ListOffsetsPartition::default()
                        .with_partition_index(index)
                        .with_current_leader_epoch(epoch.0)
                        .with_timestamp(spec.timestamp())
                });
                ListOffsetsTopic::default().with_name(topic_text(topic)).with_partitions(partitions.collect())
            });
            ListOffsetsRequest::default()
                .with_replica_id((-1).into())
                .with_isolation_level(isolation as i8)
                .with_topics(topics.collect())
                .with_timeout_ms(timeout_ms)
        };
        self.client
            .ask_owners(ask, specs, build, |response| {
                let mut outcomes = Vec::new();
                for topic in response.topics {
                    let name = TopicName::new(&topic.name);
                    for answer in topic.partitions {
                        let partition = TopicPartition::new(name.clone(), answer.partition_index);
                        let outcome =
                            ClientError::check(format!("offset of {partition}"), answer.error_code, None);
                        let listed = ListedOffset {
                            offset: (answer.offset >= 0).then_some(Offset(answer.offset)),
                            timestamp_ms: (answer.timestamp >= 0).then_some(answer.timestamp),
                            leader_epoch: LeaderEpoch(answer.leader_epoch),
                        };
                        outcomes.push((partition, outcome.map(|()| listed)));
                    }
                }
                outcomes
            })
            .await
    }

    /// Deletes the records before each offset; `None` deletes all there are. Returns the new first offsets.
    pub async fn delete_records(
        &self,
        before: BTreeMap<TopicPartition, Option<Offset>>,
    ) -> PerItem<TopicPartition, Offset> {
        let timeout_ms = self.timeout_ms();
        let build = |items: &[(TopicPartition, Option<Offset>)], _| {
            let topics = by_topic(items.iter().map(|(partition, before)| (partition, *before)));
            let topics = topics.into_iter().map(|(topic, partitions)| {
                let partitions = partitions.into_iter().map(|(index, before)| {
                    DeleteRecordsPartition::default()
                        .with_partition_index(index)
                        .with_offset(before.unwrap_or(Offset::NONE).0)
                });
                DeleteRecordsTopic::default()
                    .with_name(topic_text(topic))
                    .with_partitions(partitions.collect())
            });
            DeleteRecordsRequest::default().with_topics(topics.collect()).with_timeout_ms(timeout_ms)
        };
        let ask = Ask::new("deleting records").patience(self.client.config().request_timeout);
        self.client
            .ask_owners(ask, before, build, |response| {
                let mut outcomes = Vec::new();
                for topic in response.topics {
                    let name = TopicName::new(&topic.name);
                    for answer in topic.partitions {
                        let partition = TopicPartition::new(name.clone(), answer.partition_index);
                        let outcome =
                            ClientError::check(format!("records of {partition}"), answer.error_code, None);
                        outcomes.push((partition, outcome.map(|()| Offset(answer.low_watermark))));
                    }
                }
                outcomes
            })
            .await
    }

    /// Where leader epochs end in the log of the current leader: what tells whether records read under an epoch are
    /// still there.
    pub async fn epoch_ends(
        &self,
        epochs: BTreeMap<TopicPartition, LeaderEpoch>,
    ) -> PerItem<TopicPartition, EpochEnd> {
        let client = self.client.clone();
        let build = |items: &[(TopicPartition, LeaderEpoch)], _| {
            let view = client.view();
            let topics = by_topic(items.iter().map(|(partition, epoch)| (partition, (partition, *epoch))));
            let topics = topics.into_iter().map(|(topic, partitions)| {
                let partitions = partitions.into_iter().map(|(index, (partition, epoch))| {
                    let current =
                        view.partition(partition).map_or(LeaderEpoch::NONE, |known| known.leader_epoch);
                    OffsetForLeaderPartition::default()
                        .with_partition(index)
                        .with_current_leader_epoch(current.0)
                        .with_leader_epoch(epoch.0)
                });
                OffsetForLeaderTopic::default()
                    .with_topic(topic_text(topic))
                    .with_partitions(partitions.collect())
            });
            OffsetForLeaderEpochRequest::default().with_replica_id((-1).into()).with_topics(topics.collect())
        };
        // Consumers may ask since version 3; before, only brokers were let in.
        let ask = Ask::new("looking up leader epochs").versions(3..=i16::MAX);
        self.client
            .ask_owners(ask, epochs, build, |response| {
                let mut outcomes = Vec::new();
                for topic in response.topics {
                    let name = TopicName::new(&topic.topic);
                    for answer in topic.partitions {
                        let partition = TopicPartition::new(name.clone(), answer.partition);
                        let outcome = ClientError::check(
                            format!("leader epochs of {partition}"),
                            answer.error_code,
                            None,
                        );
                        let end = EpochEnd {
                            leader_epoch: LeaderEpoch(answer.leader_epoch),
                            end_offset: Offset(answer.end_offset),
                        };
                        outcomes.push((partition, outcome.map(|()| end)));
                    }
                }
                outcomes
            })
            .await
    }
}
