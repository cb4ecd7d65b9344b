use std::collections::BTreeMap;

use super::Admin;
use crate::client::route::Ask;
use crate::client::text::{some_text, text, topic_text};
use crate::client::{ClientError, Endpoint, PerItem, Topics, Versions};
use crate::names::{BrokerId, LeaderEpoch, Offset, TopicName, TopicPartition, Uuid};
use crate::wire::ApiKey;
use crate::wire::messages::describe_log_dirs_response::DescribeLogDirsResult;
use crate::wire::messages::describe_quorum_request::{PartitionData, TopicData};
use crate::wire::messages::describe_quorum_response::ReplicaState;
use crate::wire::messages::update_features_request::FeatureUpdateKey;
use crate::wire::messages::{
    ApiVersionsRequest, DescribeClusterRequest, DescribeLogDirsRequest, DescribeQuorumRequest, Request,
    UpdateFeaturesRequest,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterDescription {
    pub cluster_id: String,
    pub controller: Option<BrokerId>,
    pub brokers: Vec<BrokerDescription>,
    /// Whether the principal has the right to describe the cluster; `None` from clusters that do not tell.
    pub may_describe: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerDescription {
    pub id: BrokerId,
    pub endpoint: Endpoint,
    pub rack: Option<String>,
    /// Registered, but out of contact with the controller.
    pub is_fenced: bool,
}

/// Feature levels by name (KIP-584).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    pub supported: BTreeMap<String, (i16, i16)>,
    pub finalized: BTreeMap<String, i16>,
    /// Counts the changes of `finalized`; `None` when the broker does not tell.
    pub finalized_epoch: Option<i64>,
}

/// How far down a feature may go in an update, with its number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureUpgrade {
    Upgrade = 1,
    SafeDowngrade = 2,
    UnsafeDowngrade = 3,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDir {
    pub path: String,
    /// Why the directory cannot be used.
    pub error: Option<String>,
    pub replicas: Vec<LogDirReplica>,
    /// Of the file system; `None` from brokers that do not tell (KIP-827).
    pub total_bytes: Option<u64>,
    pub usable_bytes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDirReplica {
    pub partition: TopicPartition,
    pub size_bytes: i64,
    /// How far it lags behind the high watermark, or a moving replica behind the one it will replace.
    pub offset_lag: i64,
    pub is_future: bool,
}

/// The quorum that keeps the cluster's metadata (KIP-595).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumDescription {
    pub leader: Option<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    pub high_watermark: Offset,
    pub voters: Vec<QuorumReplica>,
    pub observers: Vec<QuorumReplica>,
    /// Where the voters listen, by id and listener name.
    pub endpoints: BTreeMap<BrokerId, Vec<(String, Endpoint)>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumReplica {
    pub id: BrokerId,
    pub directory_id: Uuid,
    pub log_end_offset: Offset,
    /// `None` from leaders that do not tell.
    pub last_fetch_ms: Option<i64>,
    pub last_caught_up_ms: Option<i64>,
}

/// Reads the bits of `cluster_authorized_operations` (KIP-430): one for the code of each of Kafka's AclOperations.
fn may_describe(operations: i32) -> Option<bool> {
    const DESCRIBE: i32 = 1 << 8;
    (operations != i32::MIN).then_some(operations & DESCRIBE != 0)
}

impl Admin {
    /// Brokers and controller; with `include_fenced` also brokers that are out of contact, where the cluster tells.
    pub async fn describe_cluster(&self, include_fenced: bool) -> Result<ClusterDescription, ClientError> {
        if !self.client.offers(ApiKey::DescribeCluster).await? {
            return self.cluster_of_metadata().await;
        }
        let what = "describing the cluster";
        let build = |version| {
            DescribeClusterRequest::default()
                .with_endpoint_type(1)
                .with_include_cluster_authorized_operations(true)
                .with_include_fenced_brokers(include_fenced && version >= 2)
        };
        self.client
            .ask_any(Ask::new(what), build, |response| {
                ClientError::check(what, response.error_code, some_text(&response.error_message).as_deref())?;
                let brokers = response.brokers.iter().filter_map(|broker| {
                    Some(BrokerDescription {
                        id: BrokerId(broker.broker_id.0),
                        endpoint: Endpoint::new(&broker.host, u16::try_from(broker.port).ok()?),
                        rack: some_text(&broker.rack),
                        is_fenced: broker.is_fenced,
                    })
                });
                Ok(ClusterDescription {
                    cluster_id: response.cluster_id.to_string(),
                    controller: (response.controller_id.0 >= 0).then_some(BrokerId(response.controller_id.0)),
                    brokers: brokers.collect(),
                    may_describe: may_describe(response.cluster_authorized_operations),
                })
            })
            .await
    }

    async fn cluster_of_metadata(&self) -> Result<ClusterDescription, ClientError> {
        self.client.refresh(Topics::None).await?;
        let view = self.client.view();
        let brokers = view.brokers.values().map(|broker| BrokerDescription {
            id: broker.id,
            endpoint: broker.endpoint.clone(),
            rack: broker.rack.clone(),
            is_fenced: false,
        });
        Ok(ClusterDescription {
            cluster_id: view.cluster_id.clone().unwrap_or_default(),
            controller: view.controller,
            brokers: brokers.collect(),
            may_describe: None,
        })
    }

    /// What each broker speaks, asked now.
    pub async fn api_versions(
        &self,
        brokers: impl IntoIterator<Item = BrokerId>,
    ) -> PerItem<BrokerId, Versions> {
        let what = "asking for versions";
        let build = |_| ApiVersionsRequest::default();
        self.client
            .ask_brokers(Ask::new(what).versions(0..=2), brokers, build, |_, response| {
                ClientError::check(what, response.error_code, None)?;
                Ok(Versions::from_response(&response))
            })
            .await
    }

    pub async fn features(&self) -> Result<Features, ClientError> {
        let what = "asking for features";
        let build = |_| {
            ApiVersionsRequest::default()
                .with_client_software_name(text("kafkactl"))
                .with_client_software_version(text(env!("CARGO_PKG_VERSION")))
        };
        // Features come with version 3.
        self.client
            .ask_any(Ask::new(what).versions(3..=i16::MAX), build, |response| {
                ClientError::check(what, response.error_code, None)?;
                let versions = Versions::from_response(&response);
                Ok(Features {
                    supported: versions.supported_features,
                    finalized: versions.finalized_features,
                    finalized_epoch: (response.finalized_features_epoch >= 0)
                        .then_some(response.finalized_features_epoch),
                })
            })
            .await
    }

    /// Sets feature levels; level 0 switches a feature off.
    pub async fn update_features(
        &self,
        updates: &BTreeMap<String, (i16, FeatureUpgrade)>,
        validate_only: bool,
    ) -> Result<(), ClientError> {
        let what = "updating features";
        let build = |version| {
            let updates = updates.iter().map(|(name, (level, upgrade))| {
                let key = FeatureUpdateKey::default().with_feature(text(name)).with_max_version_level(*level);
                match version {
                    0 => key.with_allow_downgrade(*upgrade != FeatureUpgrade::Upgrade),
                    _ => key.with_upgrade_type(*upgrade as i8),
                }
            });
            UpdateFeaturesRequest::default()
                .with_timeout_ms(self.timeout_ms())
                .with_feature_updates(updates.collect())
                .with_validate_only(validate_only && version >= 1)
        };
        let ask = Ask::new(what).versions(if validate_only { 1 } else { 0 }..=i16::MAX);
        self.client
            .ask_controller(ask, build, |response| {
                let message = some_text(&response.error_message);
                ClientError::check(what, response.error_code, message.as_deref())?;
                for result in &response.results {
                    let message = some_text(&result.error_message);
                    let what = format!("feature {}", &*result.feature);
                    ClientError::check(what, result.error_code, message.as_deref())?;
                }
                Ok(())
            })
            .await
    }

    /// Log directories and the replicas in them, of each broker.
    pub async fn describe_log_dirs(
        &self,
        brokers: impl IntoIterator<Item = BrokerId>,
    ) -> PerItem<BrokerId, Vec<LogDir>> {
        let build = |_| DescribeLogDirsRequest::default().with_topics(None);
        self.client
            .ask_brokers(Ask::new("describing log directories"), brokers, build, |broker, response| {
                let what = format!("log directories of broker {broker}");
                ClientError::check(what, response.error_code, None)?;
                Ok(response.results.into_iter().map(log_dir).collect())
            })
            .await
    }

    pub async fn describe_quorum(&self) -> Result<QuorumDescription, ClientError> {
        let what = "describing the metadata quorum";
        let metadata_log = TopicName::new("__cluster_metadata");
        let build = |_| {
            let topic = TopicData::default()
                .with_topic_name(topic_text(&metadata_log))
                .with_partitions(vec![PartitionData::default().with_partition_index(0)]);
            DescribeQuorumRequest::default().with_topics(vec![topic])
        };
        self.client
            .ask_any(Ask::new(what), build, |response| {
                let message = some_text(&response.error_message);
                ClientError::check(what, response.error_code, message.as_deref())?;
                let endpoints = response.nodes.iter().map(|node| {
                    let listeners = node.listeners.iter().map(|listener| {
                        (listener.name.to_string(), Endpoint::new(&listener.host, listener.port))
                    });
                    (BrokerId(node.node_id.0), listeners.collect())
                });
                let endpoints = endpoints.collect();
                let partition = response.topics.first().and_then(|topic| topic.partitions.first());
                let partition = partition.ok_or_else(|| ClientError::Invalid {
                    what: what.to_owned(),
                    reason: "the answer names no partition".to_owned(),
                })?;
                let message = some_text(&partition.error_message);
                ClientError::check(what, partition.error_code, message.as_deref())?;
                Ok(QuorumDescription {
                    leader: (partition.leader_id.0 >= 0).then_some(BrokerId(partition.leader_id.0)),
                    leader_epoch: LeaderEpoch(partition.leader_epoch),
                    high_watermark: Offset(partition.high_watermark),
                    voters: partition.current_voters.iter().map(quorum_replica).collect(),
                    observers: partition.observers.iter().map(quorum_replica).collect(),
                    endpoints,
                })
            })
            .await
    }

    /// Asks one broker that alone can answer.
    pub(super) async fn ask_one_broker<R: Request, T>(
        &self,
        ask: Ask,
        broker: BrokerId,
        build: impl Fn(i16) -> R,
        read: impl Fn(R::Response) -> T,
    ) -> Result<T, ClientError> {
        let mut answers =
            self.client.ask_brokers(ask, [broker], build, |_, response| Ok(read(response))).await;
        answers.remove(&broker).unwrap_or(Err(ClientError::UnknownBroker { broker }))
    }
}

fn log_dir(result: DescribeLogDirsResult) -> LogDir {
    let path = result.log_dir.to_string();
    let replicas = result.topics.iter().flat_map(|topic| {
        let name = TopicName::new(&topic.name);
        topic.partitions.iter().map(move |partition| LogDirReplica {
            partition: TopicPartition::new(name.clone(), partition.partition_index),
            size_bytes: partition.partition_size,
            offset_lag: partition.offset_lag,
            is_future: partition.is_future_key,
        })
    });
    LogDir {
        error: ClientError::check(&*path, result.error_code, None).err().map(|error| error.to_string()),
        replicas: replicas.collect(),
        total_bytes: u64::try_from(result.total_bytes).ok(),
        usable_bytes: u64::try_from(result.usable_bytes).ok(),
        path,
    }
}

fn quorum_replica(state: &ReplicaState) -> QuorumReplica {
    QuorumReplica {
        id: BrokerId(state.replica_id.0),
        directory_id: state.replica_directory_id,
        log_end_offset: Offset(state.log_end_offset),
        last_fetch_ms: (state.last_fetch_timestamp >= 0).then_some(state.last_fetch_timestamp),
        last_caught_up_ms: (state.last_caught_up_timestamp >= 0).then_some(state.last_caught_up_timestamp),
    }
}
