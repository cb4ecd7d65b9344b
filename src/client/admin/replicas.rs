use super::Admin;
use crate::client::route::Ask;
use crate::client::text::{by_topic, some_text, topic_text};
use crate::client::{ClientError, PerItem};
use crate::names::TopicPartition;
use crate::wire::ErrorCode;
use crate::wire::messages::ElectLeadersRequest;
use crate::wire::messages::elect_leaders_request::TopicPartitions;

/// Which replica may become leader, with its number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElectionKind {
    /// The first of the replicas, if it is in sync.
    Preferred = 0,
    /// Any that lives, at the price of records (KIP-460).
    Unclean = 1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Election {
    Elected,
    /// The right one led already.
    NotNeeded,
}

impl Admin {
    /// Elects leaders of `partitions`, or of every partition that needs it. Those that did not need it and were not
    /// asked for by name are left out.
    pub async fn elect_leaders(
        &self,
        kind: ElectionKind,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<PerItem<TopicPartition, Election>, ClientError> {
        let what = "electing leaders";
        let build = |_| {
            let topics = partitions.map(|partitions| {
                let topics = by_topic(partitions.iter().map(|partition| (partition, ()))).into_iter();
                let topics = topics.map(|(topic, partitions)| {
                    TopicPartitions::default()
                        .with_topic(topic_text(topic))
                        .with_partitions(partitions.into_iter().map(|(index, ())| index).collect())
                });
                topics.collect()
            });
            ElectLeadersRequest::default()
                .with_election_type(kind as i8)
                .with_topic_partitions(topics)
                .with_timeout_ms(self.timeout_ms())
        };
        // Version 0 knows the preferred election alone.
        let ask =
            Ask::new(what).versions(kind as i16..=i16::MAX).patience(self.client.config().request_timeout);
        self.client
            .ask_controller(ask, build, |response| {
                ClientError::check(what, response.error_code, None)?;
                let mut outcomes = PerItem::new();
                for topic in response.replica_election_results {
                    for result in topic.partition_result {
                        let partition = TopicPartition::new(&**topic.topic, result.partition_id);
                        let message = some_text(&result.error_message);
                        let checked = ClientError::check(
                            format!("leader of {partition}"),
                            result.error_code,
                            message.as_deref(),
                        );
                        let outcome = match checked {
                            Ok(()) => Ok(Election::Elected),
                            Err(error) if error.code() == Some(ErrorCode::ElectionNotNeeded) => {
                                Ok(Election::NotNeeded)
                            }
                            Err(error) => Err(error),
                        };
                        outcomes.insert(partition, outcome);
                    }
                }
                Ok(outcomes)
            })
            .await
    }
}
