use std::collections::BTreeMap;

use super::Admin;
use super::described::{classic_group, consumer_group, share_group, streams_group};
use crate::client::route::{Ask, Coordinated};
use crate::client::text::{some_text, text};
use crate::client::{ClientError, PerItem, Topics};
use crate::names::{BrokerId, TopicPartition};
use crate::wire::messages::leave_group_request::MemberIdentity;
use crate::wire::messages::{
    ConsumerGroupDescribeRequest, DeleteGroupsRequest, DescribeGroupsRequest, GroupId, LeaveGroupRequest,
    ListGroupsRequest, ShareGroupDescribeRequest, StreamsGroupDescribeRequest,
};
use crate::wire::{ApiKey, ErrorCode};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupListing {
    pub group_id: String,
    /// "consumer" for consumers; empty for groups that only keep offsets.
    pub protocol_type: String,
    /// Kafka's name; `None` from brokers that do not tell (KIP-518).
    pub state: Option<String>,
    /// "classic", "consumer", "share" or "streams"; `None` from brokers that do not tell (KIP-848).
    pub group_type: Option<String>,
    pub coordinator: BrokerId,
}

/// The groups that could be listed, and the brokers that could not be asked for theirs.
#[derive(Debug, Clone, Default)]
pub struct GroupListings {
    pub groups: Vec<GroupListing>,
    pub unreachable: BTreeMap<BrokerId, ClientError>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDescription {
    pub group_id: String,
    /// "classic", "consumer", "share" or "streams".
    pub group_type: &'static str,
    /// Kafka's name, as in `PreparingRebalance`.
    pub state: String,
    pub protocol_type: String,
    /// The assignor in use.
    pub assignor: String,
    /// Of groups whose coordinator assigns (KIP-848, KIP-932, KIP-1071).
    pub epoch: Option<i32>,
    pub coordinator: Option<BrokerId>,
    pub members: Vec<GroupMember>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    pub id: String,
    pub instance_id: Option<String>,
    pub client_id: String,
    pub host: String,
    pub rack: Option<String>,
    pub epoch: Option<i32>,
    pub topics: Vec<String>,
    pub topic_pattern: Option<String>,
    pub assignment: Vec<TopicPartition>,
    /// Where the assignment is going, while it is not there yet.
    pub target: Option<Vec<TopicPartition>>,
}

/// Who shall be removed from a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MemberToRemove {
    Dynamic { member_id: String },
    Static { instance_id: String },
}

/// The kinds of groups, each described by an API of its own.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Consumer,
    Classic,
    Share,
    Streams,
}

impl Kind {
    fn api(self) -> ApiKey {
        match self {
            Self::Consumer => ApiKey::ConsumerGroupDescribe,
            Self::Classic => ApiKey::DescribeGroups,
            Self::Share => ApiKey::ShareGroupDescribe,
            Self::Streams => ApiKey::StreamsGroupDescribe,
        }
    }
}

const DESCRIBING: &str = "describing groups";

/// Answers about groups, each by its name. The bodies of the APIs are alike, and types of their own.
macro_rules! described_with {
    ($groups:expr, $describe:path) => {{
        let groups = $groups.into_iter().map(|group| {
            let of = Coordinated::group(&group.group_id);
            let message = some_text(&group.error_message);
            let outcome = ClientError::check(of.to_string(), group.error_code, message.as_deref());
            (of, outcome.map(|()| $describe(group)))
        });
        groups.collect()
    }};
}

impl Admin {
    /// All groups of the cluster, or those in one of `states` and of one of `types` (Kafka's names; empty for all).
    pub async fn list_groups(
        &self,
        states: &[String],
        types: &[String],
    ) -> Result<GroupListings, ClientError> {
        self.client.refresh(Topics::None).await?;
        let brokers: Vec<BrokerId> = self.client.view().brokers.keys().copied().collect();
        let version_min = match (states, types) {
            (_, [_, ..]) => 5,
            ([_, ..], _) => 4,
            _ => 0,
        };
        let build = |_| {
            ListGroupsRequest::default()
                .with_states_filter(states.iter().map(|state| text(state)).collect())
                .with_types_filter(types.iter().map(|group_type| text(group_type)).collect())
        };
        let ask = Ask::new("listing groups").versions(version_min..=i16::MAX);
        let answers = self
            .client
            .ask_brokers(ask, brokers, build, |coordinator, response| {
                ClientError::check(format!("groups of broker {coordinator}"), response.error_code, None)?;
                let groups = response.groups.into_iter().map(|group| GroupListing {
                    group_id: group.group_id.to_string(),
                    protocol_type: group.protocol_type.to_string(),
                    state: some_text(&Some(group.group_state)),
                    group_type: some_text(&Some(group.group_type)),
                    coordinator,
                });
                Ok(groups.collect::<Vec<_>>())
            })
            .await;
        let mut listings = GroupListings::default();
        for (broker, answer) in answers {
            match answer {
                Ok(groups) => listings.groups.extend(groups),
                Err(error) => drop(listings.unreachable.insert(broker, error)),
            }
        }
        listings.groups.sort_by(|a, b| a.group_id.cmp(&b.group_id));
        // While a coordinator moves, both brokers may list its groups.
        listings.groups.dedup_by(|a, b| a.group_id == b.group_id);
        Ok(listings)
    }

    /// Members and their partitions, of groups of every kind. The first kind asked for is that of new consumers, the
    /// next the classic one; those that few clusters have are asked for what is neither.
    pub async fn describe_groups(
        &self,
        groups: &[String],
    ) -> Result<PerItem<String, GroupDescription>, ClientError> {
        let mut described = PerItem::new();
        let mut left: Vec<String> = groups.to_vec();
        for kind in [Kind::Consumer, Kind::Classic, Kind::Share, Kind::Streams] {
            if left.is_empty() || !self.client.offers(kind.api()).await? {
                continue;
            }
            let answers = match kind {
                Kind::Consumer => self.describe_consumer_groups(&left).await,
                Kind::Classic => self.describe_classic_groups(&left).await,
                Kind::Share => self.describe_share_groups(&left).await,
                Kind::Streams => self.describe_streams_groups(&left).await,
            };
            let is_other = |error: &ClientError| {
                matches!(error.code(), Some(ErrorCode::GroupIdNotFound | ErrorCode::UnsupportedVersion))
            };
            let others = answers.iter().filter(|(_, outcome)| outcome.as_ref().is_err_and(is_other));
            left = others.map(|(group, _)| group.clone()).collect();
            // What a group is not is no news where few groups are of that kind.
            let is_rare = matches!(kind, Kind::Share | Kind::Streams);
            described.extend(answers.into_iter().filter(|(group, _)| !is_rare || !left.contains(group)));
        }
        for (group, outcome) in &mut described {
            if let Ok(description) = outcome {
                let found = self.client.coordinator(Coordinated::group(group).kind, group).await;
                description.coordinator = found.ok();
            }
        }
        Ok(described)
    }

    async fn describe_consumer_groups(&self, groups: &[String]) -> PerItem<String, GroupDescription> {
        let build = |items: &[(Coordinated, ())], _| {
            ConsumerGroupDescribeRequest::default().with_group_ids(group_ids(items))
        };
        let answers = self.client.ask_owners(Ask::new(DESCRIBING), coordinated(groups), build, |response| {
            described_with!(response.groups, consumer_group)
        });
        by_group_id(answers.await)
    }

    async fn describe_share_groups(&self, groups: &[String]) -> PerItem<String, GroupDescription> {
        let build = |items: &[(Coordinated, ())], _| {
            ShareGroupDescribeRequest::default().with_group_ids(group_ids(items))
        };
        let answers = self.client.ask_owners(Ask::new(DESCRIBING), coordinated(groups), build, |response| {
            described_with!(response.groups, share_group)
        });
        by_group_id(answers.await)
    }

    async fn describe_streams_groups(&self, groups: &[String]) -> PerItem<String, GroupDescription> {
        let build = |items: &[(Coordinated, ())], _| {
            StreamsGroupDescribeRequest::default().with_group_ids(group_ids(items))
        };
        let answers = self.client.ask_owners(Ask::new(DESCRIBING), coordinated(groups), build, |response| {
            described_with!(response.groups, streams_group)
        });
        by_group_id(answers.await)
    }

    async fn describe_classic_groups(&self, groups: &[String]) -> PerItem<String, GroupDescription> {
        let build =
            |items: &[(Coordinated, ())], _| DescribeGroupsRequest::default().with_groups(group_ids(items));
        let answers = self.client.ask_owners(Ask::new(DESCRIBING), coordinated(groups), build, |response| {
            let groups = response.groups.into_iter().map(|group| {
                let of = Coordinated::group(&group.group_id);
                let message = some_text(&group.error_message);
                let outcome = ClientError::check(of.to_string(), group.error_code, message.as_deref());
                let outcome = match &*group.group_state {
                    // Before version 6 an unknown group is described as a dead one (KIP-1043).
                    "Dead" if outcome.is_ok() => {
                        Err(ClientError::refused(of.to_string(), ErrorCode::GroupIdNotFound, None))
                    }
                    _ => outcome,
                };
                (of, outcome.map(|()| classic_group(group)))
            });
            groups.collect()
        });
        by_group_id(answers.await)
    }

    /// Deletes groups without members, offsets and all.
    pub async fn delete_groups(&self, groups: &[String]) -> PerItem<String, ()> {
        let build = |items: &[(Coordinated, ())], _| {
            DeleteGroupsRequest::default().with_groups_names(group_ids(items))
        };
        let answers =
            self.client.ask_owners(Ask::new("deleting groups"), coordinated(groups), build, |response| {
                let groups = response.results.into_iter().map(|result| {
                    let of = Coordinated::group(&result.group_id);
                    let outcome = ClientError::check(of.to_string(), result.error_code, None);
                    (of, outcome)
                });
                groups.collect()
            });
        by_group_id(answers.await)
    }

    /// Removes members from a classic group as if they had left (KIP-345); running ones will join again.
    pub async fn remove_members(
        &self,
        group: &str,
        members: &[MemberToRemove],
        reason: &str,
    ) -> Result<PerItem<MemberToRemove, ()>, ClientError> {
        let of = Coordinated::group(group);
        let build = |version| {
            let members = members.iter().map(|member| {
                let (member_id, instance_id) = match member {
                    MemberToRemove::Dynamic { member_id } => (member_id.as_str(), None),
                    MemberToRemove::Static { instance_id } => ("", Some(text(instance_id))),
                };
                MemberIdentity::default()
                    .with_member_id(text(member_id))
                    .with_group_instance_id(instance_id)
                    .with_reason((version >= 5).then(|| text(reason)))
            });
            LeaveGroupRequest::default().with_group_id(text(group).into()).with_members(members.collect())
        };
        // Several members, and static ones, since version 3.
        let ask = Ask::new("removing members").versions(3..=i16::MAX);
        self.client
            .ask_coordinator(ask, &of, build, |response| {
                ClientError::check(of.to_string(), response.error_code, None)?;
                let outcomes = response.members.into_iter().map(|member| {
                    let (name, key) = match some_text(&member.group_instance_id) {
                        Some(instance_id) => (instance_id.clone(), MemberToRemove::Static { instance_id }),
                        None => {
                            let member_id = member.member_id.to_string();
                            (member_id.clone(), MemberToRemove::Dynamic { member_id })
                        }
                    };
                    (key, ClientError::check(format!("member \"{name}\" of {of}"), member.error_code, None))
                });
                Ok(outcomes.collect())
            })
            .await
    }
}

fn coordinated(groups: &[String]) -> BTreeMap<Coordinated, ()> {
    groups.iter().map(|group| (Coordinated::group(group), ())).collect()
}

fn by_group_id<T>(answers: PerItem<Coordinated, T>) -> PerItem<String, T> {
    answers.into_iter().map(|(of, outcome)| (of.key, outcome)).collect()
}

fn group_ids(items: &[(Coordinated, ())]) -> Vec<GroupId> {
    items.iter().map(|(of, ())| text(&of.key).into()).collect()
}
