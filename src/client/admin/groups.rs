use std::collections::BTreeMap;

use super::Admin;
use crate::client::route::{Ask, Coordinated};
use crate::client::text::{some_text, text};
use crate::client::{ClientError, PerItem, Topics};
use crate::names::{BrokerId, TopicPartition};
use crate::schema::consumer_protocol::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use crate::wire::messages::consumer_group_describe_response as consumer;
use crate::wire::messages::describe_groups_response as classic;
use crate::wire::messages::leave_group_request::MemberIdentity;
use crate::wire::messages::{
    ConsumerGroupDescribeRequest, DeleteGroupsRequest, DescribeGroupsRequest, GroupId, LeaveGroupRequest,
    ListGroupsRequest,
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
    /// "classic" or "consumer".
    pub group_type: &'static str,
    /// Kafka's name, as in `PreparingRebalance`.
    pub state: String,
    pub protocol_type: String,
    /// The assignor in use.
    pub assignor: String,
    /// Of groups with server-side assignment (KIP-848).
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

    /// Members and their partitions. Groups of new consumers are asked for first; what is none is asked for as a
    /// classic group.
    pub async fn describe_groups(
        &self,
        groups: &[String],
    ) -> Result<PerItem<String, GroupDescription>, ClientError> {
        let mut described = PerItem::new();
        let mut classic: Vec<String> = groups.to_vec();
        if self.client.offers(ApiKey::ConsumerGroupDescribe).await? {
            let answers = self.describe_consumer_groups(groups).await;
            let is_other = |error: &ClientError| {
                matches!(error.code(), Some(ErrorCode::GroupIdNotFound | ErrorCode::UnsupportedVersion))
            };
            classic = answers
                .iter()
                .filter(|(_, outcome)| outcome.as_ref().is_err_and(is_other))
                .map(|(group, _)| group.clone())
                .collect();
            described.extend(answers);
        }
        described.extend(self.describe_classic_groups(&classic).await);
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
        let ask = Ask::new("describing groups");
        let answers = self.client.ask_owners(ask, coordinated(groups), build, |response| {
            let groups = response.groups.into_iter().map(|group| {
                let of = Coordinated::group(&group.group_id);
                let message = some_text(&group.error_message);
                let outcome = ClientError::check(of.to_string(), group.error_code, message.as_deref());
                (of, outcome.map(|()| consumer_group(group)))
            });
            groups.collect()
        });
        by_group_id(answers.await)
    }

    async fn describe_classic_groups(&self, groups: &[String]) -> PerItem<String, GroupDescription> {
        let build =
            |items: &[(Coordinated, ())], _| DescribeGroupsRequest::default().with_groups(group_ids(items));
        let ask = Ask::new("describing groups");
        let answers = self.client.ask_owners(ask, coordinated(groups), build, |response| {
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

fn consumer_group(group: consumer::DescribedGroup) -> GroupDescription {
    GroupDescription {
        group_id: group.group_id.to_string(),
        group_type: "consumer",
        state: group.group_state.to_string(),
        protocol_type: "consumer".to_owned(),
        assignor: group.assignor_name.to_string(),
        epoch: Some(group.group_epoch),
        coordinator: None,
        members: group.members.into_iter().map(consumer_member).collect(),
    }
}

fn consumer_member(member: consumer::Member) -> GroupMember {
    let partitions = |assignment: &consumer::Assignment| -> Vec<TopicPartition> {
        let topics = assignment.topic_partitions.iter();
        let partitions = topics.flat_map(|topic| {
            topic.partitions.iter().map(|partition| TopicPartition::new(&**topic.topic_name, *partition))
        });
        partitions.collect()
    };
    let (assignment, target) = (partitions(&member.assignment), partitions(&member.target_assignment));
    GroupMember {
        id: member.member_id.to_string(),
        instance_id: some_text(&member.instance_id),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: some_text(&member.rack_id),
        epoch: Some(member.member_epoch),
        topics: member.subscribed_topic_names.iter().map(|topic| topic.to_string()).collect(),
        topic_pattern: some_text(&member.subscribed_topic_regex),
        target: (target != assignment).then_some(target),
        assignment,
    }
}

fn classic_group(group: classic::DescribedGroup) -> GroupDescription {
    let is_consumer = &*group.protocol_type == "consumer";
    GroupDescription {
        group_id: group.group_id.to_string(),
        group_type: "classic",
        state: group.group_state.to_string(),
        protocol_type: group.protocol_type.to_string(),
        assignor: group.protocol_data.to_string(),
        epoch: None,
        coordinator: None,
        members: group.members.into_iter().map(|member| classic_member(member, is_consumer)).collect(),
    }
}

/// What members of other protocols than the consumers' tell each other is theirs alone.
fn classic_member(member: classic::DescribedGroupMember, is_consumer: bool) -> GroupMember {
    let assignment = match is_consumer {
        true => ConsumerProtocolAssignment::decode(&member.member_assignment).ok(),
        false => None,
    };
    let subscription = match is_consumer {
        true => ConsumerProtocolSubscription::decode(&member.member_metadata).ok(),
        false => None,
    };
    let partitions =
        assignment.iter().flat_map(|assignment| &assignment.assigned_partitions).flat_map(|topic| {
            topic.partitions.iter().map(|partition| TopicPartition::new(topic.topic.as_str(), *partition))
        });
    GroupMember {
        id: member.member_id.to_string(),
        instance_id: some_text(&member.group_instance_id),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        rack: subscription.as_ref().and_then(|subscription| subscription.rack_id.clone()),
        epoch: None,
        topics: subscription.map_or_else(Vec::new, |subscription| subscription.topics),
        topic_pattern: None,
        assignment: partitions.collect(),
        target: None,
    }
}
