use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::client::{ClientError, Connection};
use kafkactl_core::names::BrokerId;
use kafkactl_core::schema::consumer_protocol::ConsumerProtocolAssignment;
use kafkactl_core::wire::messages::offset_fetch_request::OffsetFetchRequestGroup;
use kafkactl_core::wire::messages::{
    ConsumerGroupDescribeRequest, DescribeGroupsRequest, ListGroupsRequest, OffsetFetchRequest,
    ShareGroupDescribeRequest,
};
use kafkactl_core::wire::{ErrorCode, StrBytes};
use tokio::time::Instant;

use super::{Brokers, HIDDEN_GROUPS_PERIOD, is_refusal};
use crate::model::snapshot::{Commits, Data, Group, GroupDetail, Groups, Member};

/// Groups in one request; coordinators answer each in its own time.
const GROUPS_PER_REQUEST_MAX: usize = 100;
/// Start offsets move slowly: they are asked for at every so many polls.
const POLLS_PER_START: u32 = 5;

/// When what was asked last.
#[derive(Debug, Default)]
pub struct Polls {
    asked: BTreeMap<String, Instant>,
    offsets: u32,
}

/// Groups to be asked about commits, by coordinator.
pub type Due = BTreeMap<BrokerId, Vec<String>>;

impl Polls {
    /// Whether this poll of the offsets asks for the starts too.
    pub fn next_offsets(&mut self) -> bool {
        self.offsets = self.offsets.wrapping_add(1);
        self.offsets % POLLS_PER_START == 1
    }

    fn is_due(&self, group: &str, visible: &BTreeSet<String>, now: Instant) -> bool {
        visible.contains(group)
            || self.asked.get(group).is_none_or(|asked| now.duration_since(*asked) >= HIDDEN_GROUPS_PERIOD)
    }
}

/// Lists the groups of every broker and describes those that are due. The rest of the answer is whom to ask about
/// commits: whoever lists a group coordinates it.
pub async fn poll(
    brokers: &Brokers,
    polls: &mut Polls,
    visible: &BTreeSet<String>,
) -> Result<(Data, Due), String> {
    let listed = brokers.ask(brokers.all(), list).await?;
    let now = Instant::now();
    let mut found = Groups { silent: listed.silent, ..Groups::default() };
    for (broker, Listed { groups, is_loading, latency_ms }) in listed.of {
        found.latency_ms.insert(broker.0, latency_ms);
        found.loading.extend(is_loading.then_some(broker.0));
        found.groups.extend(groups.into_iter().map(|group| Group { coordinator: broker.0, ..group }));
    }
    let mut due = Due::new();
    let mut describe: BTreeMap<BrokerId, Vec<(String, String)>> = BTreeMap::new();
    for group in found.groups.iter().filter(|group| polls.is_due(&group.id, visible, now)) {
        let broker = BrokerId(group.coordinator);
        describe.entry(broker).or_default().push((group.id.clone(), group.kind.clone()));
        if !matches!(group.kind.as_str(), "share") {
            due.entry(broker).or_default().push(group.id.clone());
        }
    }
    polls.asked.retain(|id, _| found.groups.iter().any(|group| group.id == *id));
    polls.asked.extend(describe.values().flatten().map(|(id, _)| (id.clone(), now)));
    let coordinators: Vec<BrokerId> = describe.keys().copied().collect();
    let ask = move |broker, connection| {
        describe_all(connection, describe.get(&broker).cloned().unwrap_or_default())
    };
    // What is not described this time keeps its members.
    let described = brokers.ask(coordinators, ask).await.map(|answers| answers.of).unwrap_or_default();
    let mut details = BTreeMap::new();
    for (id, detail) in described.into_values().flatten() {
        match detail {
            Some(detail) => drop(details.insert(id, detail)),
            None => found.refused.push(id),
        }
    }
    for group in &mut found.groups {
        group.detail = details.remove(&group.id);
    }
    Ok((Data::Groups(found), due))
}

/// What a broker says of the groups it coordinates.
struct Listed {
    groups: Vec<Group>,
    is_loading: bool,
    latency_ms: u32,
}

async fn list(broker: BrokerId, connection: Connection) -> Result<Listed, ClientError> {
    let asked = Instant::now();
    let answer = connection.call(&ListGroupsRequest::default()).await?;
    let latency_ms = asked.elapsed().as_millis() as u32;
    // A coordinator that still loads its groups lists those it has so far: they are not all.
    let is_loading = is_loading(answer.error_code);
    if !is_loading {
        ClientError::check(format!("broker {broker}"), answer.error_code, None)?;
    }
    let groups = answer.groups.iter().map(|group| Group {
        id: group.group_id.to_string(),
        coordinator: -1,
        kind: group.group_type.to_ascii_lowercase(),
        state: group.group_state.to_string(),
        simple: group.protocol_type.is_empty(),
        detail: None,
    });
    Ok(Listed { groups: groups.collect(), is_loading, latency_ms })
}

/// A coordinator reads its log, or has not begun to.
fn is_loading(code: i16) -> bool {
    let codes = [ErrorCode::CoordinatorLoadInProgress, ErrorCode::CoordinatorNotAvailable];
    codes.into_iter().any(|loading| loading.code() == code)
}

/// A group by its name; nothing is told of it where the principal may not describe it.
type Described = (String, Option<GroupDetail>);

/// Whether an answer about a group says something: that it is so, or that the principal may not know.
fn is_told(code: i16) -> bool {
    code == 0 || is_refusal(code)
}

async fn describe_all(
    connection: Connection,
    groups: Vec<(String, String)>,
) -> Result<Vec<Described>, ClientError> {
    let mut by_kind: BTreeMap<String, Vec<StrBytes>> = BTreeMap::new();
    for (id, kind) in groups {
        by_kind.entry(kind).or_default().push(StrBytes::from_string(id));
    }
    let mut details = Vec::new();
    for (kind, ids) in by_kind {
        for ids in ids.chunks(GROUPS_PER_REQUEST_MAX) {
            match kind.as_str() {
                "consumer" => details.extend(describe_consumer(&connection, ids).await?),
                "share" => details.extend(describe_share(&connection, ids).await?),
                "streams" => {}
                _ => details.extend(describe_classic(&connection, ids).await?),
            }
        }
    }
    Ok(details)
}

async fn describe_classic(connection: &Connection, ids: &[StrBytes]) -> Result<Vec<Described>, ClientError> {
    let request = DescribeGroupsRequest::default().with_groups(ids.iter().cloned().map(Into::into).collect());
    let answer = connection.call(&request).await?;
    let groups = answer.groups.into_iter().filter(|group| is_told(group.error_code));
    Ok(groups
        .map(|group| {
            if group.error_code != 0 {
                return (group.group_id.to_string(), None);
            }
            let is_consumer = &*group.protocol_type == "consumer";
            let members = group.members.into_iter().map(|member| Member {
                id: member.member_id.to_string(),
                instance_id: member.group_instance_id.as_deref().map(str::to_owned),
                client_id: member.client_id.to_string(),
                host: member.client_host.to_string(),
                partitions: if is_consumer { assigned(&member.member_assignment) } else { BTreeMap::new() },
            });
            let assignor = group.protocol_data.to_string();
            let detail = GroupDetail { epoch: None, assignor, members: members.collect() };
            (group.group_id.to_string(), Some(detail))
        })
        .collect())
}

/// What a classic member was given; bytes that are no assignment count as nothing.
fn assigned(bytes: &[u8]) -> BTreeMap<String, Vec<i32>> {
    ConsumerProtocolAssignment::decode(bytes).map_or_else(
        |_| BTreeMap::new(),
        |assignment| {
            let topics = assignment.assigned_partitions.into_iter();
            topics.map(|topic| (topic.topic.to_string(), topic.partitions)).collect()
        },
    )
}

/// Consumer and share groups are described alike.
macro_rules! describe_by_epoch {
    ($name:ident, $request:ident, $instance:expr) => {
        async fn $name(connection: &Connection, ids: &[StrBytes]) -> Result<Vec<Described>, ClientError> {
            let request = $request::default().with_group_ids(ids.iter().cloned().map(Into::into).collect());
            let answer = connection.call(&request).await?;
            let groups = answer.groups.into_iter().filter(|group| is_told(group.error_code));
            Ok(groups
                .map(|group| {
                    if group.error_code != 0 {
                        return (group.group_id.to_string(), None);
                    }
                    let members = group.members.into_iter().map(|member| Member {
                        instance_id: $instance(&member),
                        id: member.member_id.to_string(),
                        client_id: member.client_id.to_string(),
                        host: member.client_host.to_string(),
                        partitions: member
                            .assignment
                            .topic_partitions
                            .into_iter()
                            .map(|topic| (topic.topic_name.to_string(), topic.partitions))
                            .collect(),
                    });
                    let (epoch, assignor) = (Some(group.group_epoch), group.assignor_name.to_string());
                    let detail = GroupDetail { epoch, assignor, members: members.collect() };
                    (group.group_id.to_string(), Some(detail))
                })
                .collect())
        }
    };
}

type ConsumerMember = kafkactl_core::wire::messages::consumer_group_describe_response::Member;
type ShareMember = kafkactl_core::wire::messages::share_group_describe_response::Member;
describe_by_epoch!(describe_consumer, ConsumerGroupDescribeRequest, |member: &ConsumerMember| {
    member.instance_id.as_deref().map(str::to_owned)
});
describe_by_epoch!(describe_share, ShareGroupDescribeRequest, |_: &ShareMember| None);

/// The commits of groups, from their coordinators.
pub async fn poll_commits(brokers: &Brokers, due: Due) -> Result<(Data, ()), String> {
    let coordinators: Vec<BrokerId> = due.keys().copied().collect();
    let ask = move |broker, connection| commits(connection, due.get(&broker).cloned().unwrap_or_default());
    let answers = brokers.ask(coordinators, ask).await?;
    let mut commits = Commits { silent: answers.silent, ..Commits::default() };
    for (group, found) in answers.of.into_values().flatten() {
        match found {
            Some(found) => drop(commits.groups.insert(group, found)),
            None => commits.refused.push(group),
        }
    }
    Ok((Data::Commits(commits), ()))
}

type CommitsOfGroup = BTreeMap<String, Vec<(i32, i64)>>;

/// By group, `None` of those whose commits the principal may not read, and nothing of those that are not told this time.
///
/// Many groups at once where the broker can (KIP-709). Version 10 names topics by id alone: 9 is enough here, and
/// version 2 is the first that can ask for all topics.
async fn commits(
    connection: Connection,
    groups: Vec<String>,
) -> Result<Vec<(String, Option<CommitsOfGroup>)>, ClientError> {
    let version = connection.version_within::<OffsetFetchRequest>(2, 9)?;
    let mut found = Vec::new();
    if version < 8 {
        for group in groups {
            let id = StrBytes::from_string(group.clone());
            let request = OffsetFetchRequest::default().with_group_id(id.into()).with_topics(None);
            let answer = connection.call_version(&request, version, std::time::Duration::ZERO).await?;
            if !is_told(answer.error_code) {
                continue;
            }
            let is_refused = is_refusal(answer.error_code);
            let partitions = answer.topics.into_iter().flat_map(|topic| {
                let name = topic.name.to_string();
                let partitions = topic.partitions.into_iter();
                partitions
                    .map(move |one| (name.clone(), one.partition_index, one.committed_offset, one.error_code))
            });
            found.push((group, (!is_refused).then(|| gathered(partitions))));
        }
        return Ok(found);
    }
    for groups in groups.chunks(GROUPS_PER_REQUEST_MAX) {
        let groups = groups.iter().map(|group| {
            let id = StrBytes::from_string(group.clone());
            OffsetFetchRequestGroup::default().with_group_id(id.into()).with_topics(None)
        });
        let request = OffsetFetchRequest::default().with_groups(groups.collect());
        let answer = connection.call_version(&request, version, std::time::Duration::ZERO).await?;
        for group in answer.groups.into_iter().filter(|group| is_told(group.error_code)) {
            let is_refused = is_refusal(group.error_code);
            let partitions = group.topics.into_iter().flat_map(|topic| {
                let name = topic.name.to_string();
                let partitions = topic.partitions.into_iter();
                partitions
                    .map(move |one| (name.clone(), one.partition_index, one.committed_offset, one.error_code))
            });
            found.push((group.group_id.to_string(), (!is_refused).then(|| gathered(partitions))));
        }
    }
    Ok(found)
}

fn gathered(partitions: impl Iterator<Item = (String, i32, i64, i16)>) -> CommitsOfGroup {
    let mut topics = CommitsOfGroup::new();
    for (topic, partition, offset, _) in partitions.filter(|(.., offset, error)| *offset >= 0 && *error == 0)
    {
        topics.entry(topic).or_default().push((partition, offset));
    }
    topics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_on_the_screen_are_due_at_every_poll_and_others_now_and_then() {
        let asked = Instant::now();
        let polls = Polls { asked: ["seen", "hidden"].map(|id| (id.to_owned(), asked)).into(), offsets: 0 };
        let visible = BTreeSet::from(["seen".to_owned()]);
        let after = |secs| asked + std::time::Duration::from_secs(secs);
        for (group, secs, expected) in [
            ("seen", 0, true),
            ("hidden", 2, false),
            ("hidden", 9, false),
            ("hidden", 10, true),
            ("new", 0, true),
        ] {
            assert_eq!(polls.is_due(group, &visible, after(secs)), expected, "{group} after {secs} s");
        }
    }

    #[test]
    fn starts_are_asked_for_at_the_first_poll_and_every_fifth() {
        let mut polls = Polls::default();
        let asked: Vec<bool> = (0..7).map(|_| polls.next_offsets()).collect();
        assert_eq!(asked, [true, false, false, false, false, true, false]);
    }
}
