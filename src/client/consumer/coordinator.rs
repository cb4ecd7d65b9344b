//! What a member of a group asks its coordinator and how the answers are read. When to ask, and what then, is the
//! membership's to decide.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::Subscription;
use super::group::Group;
use crate::client::group::{
    Heartbeat, Interest, Join, Joined, JoinedMember, Member, Membership, Report, Reported,
    ReportingMembership, Sync, Synced,
};
use crate::client::text::{text, topic_text};
use crate::client::{ClientError, CoordinatorKind, Lane, Topics};
use crate::names::{TopicId, TopicName};
use crate::wire::messages::consumer_group_heartbeat_request::TopicPartitions;
use crate::wire::messages::join_group_request::JoinGroupRequestProtocol;
use crate::wire::messages::leave_group_request::MemberIdentity;
use crate::wire::messages::sync_group_request::SyncGroupRequestAssignment;
use crate::wire::messages::{
    ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, HeartbeatRequest, JoinGroupRequest,
    JoinGroupResponse, LeaveGroupRequest, Request, SyncGroupRequest,
};
use crate::wire::{ErrorCode, StrBytes};

/// A join may take the whole rebalance; the answer must still reach us.
const JOIN_SLACK: Duration = Duration::from_secs(5);
const PROTOCOL_TYPE: &str = "consumer";
/// The first version with patterns, and with member ids that members choose themselves (KIP-848, KIP-1082).
const PATTERN_VERSION: i16 = 1;
/// A rebalance timeout that has been told before.
const UNCHANGED_MS: i32 = -1;

impl Group {
    pub(super) async fn join(&self, token: u64, join: Join) {
        let config = &self.config;
        let build = |_| {
            let protocols = join.protocols.iter().map(|(name, metadata)| {
                JoinGroupRequestProtocol::default().with_name(text(name)).with_metadata(metadata.clone())
            });
            JoinGroupRequest::default()
                .with_group_id(text(&config.group_id).into())
                .with_session_timeout_ms(millis(config.session_timeout))
                .with_rebalance_timeout_ms(millis(config.poll_interval_max))
                .with_member_id(text(&join.member_id))
                .with_group_instance_id(self.instance_text())
                .with_protocol_type(text(PROTOCOL_TYPE))
                .with_protocols(protocols.collect())
        };
        let patience = config.poll_interval_max + JOIN_SLACK;
        let answer = self.ask(self.lane, self.version_min(5), patience, build).await;
        if let Ok(response) = &answer
            && response.error_code == ErrorCode::MemberIdRequired.code()
        {
            return self.update_classic(|membership| membership.named(token, response.member_id.to_string()));
        }
        let joined = answer.and_then(|response| self.check(response.error_code).map(|()| joined(response)));
        self.update_classic(|membership| membership.joined(Instant::now(), token, joined, rand::random()));
    }

    pub(super) async fn find_counts(&self, token: u64, topics: BTreeSet<TopicName>) {
        let names: Vec<TopicName> = topics.into_iter().collect();
        let client = &self.fetching.client;
        let counts = client.refresh(Topics::Named { names: &names, create: false }).await.map(|_| {
            let view = client.view();
            let counts = names.into_iter().filter_map(|name| {
                let count = view.topic(name.as_str())?.partition_count();
                Some((name, count))
            });
            counts.collect()
        });
        self.update_classic(|membership| membership.planned(Instant::now(), token, counts, rand::random()));
    }

    pub(super) async fn sync(&self, token: u64, sync: Sync) {
        let build = |_| {
            let assignments = sync.assignments.iter().map(|(member_id, assignment)| {
                SyncGroupRequestAssignment::default()
                    .with_member_id(text(member_id))
                    .with_assignment(assignment.clone())
            });
            SyncGroupRequest::default()
                .with_group_id(text(&self.config.group_id).into())
                .with_generation_id(sync.generation)
                .with_member_id(text(&sync.member_id))
                .with_group_instance_id(self.instance_text())
                .with_protocol_type(Some(text(PROTOCOL_TYPE)))
                .with_protocol_name(Some(text(&sync.assignor)))
                .with_assignments(assignments.collect())
        };
        let patience = self.config.poll_interval_max + JOIN_SLACK;
        let answer = self.ask(self.lane, self.version_min(3), patience, build).await;
        let synced: Result<Synced, ClientError> =
            answer.and_then(|response| self.check(response.error_code).map(|()| response.assignment));
        self.update_classic(|membership| membership.synced(Instant::now(), token, synced, rand::random()));
    }

    pub(super) async fn heartbeat(&self, token: u64, heartbeat: Heartbeat) {
        let build = |_| {
            HeartbeatRequest::default()
                .with_group_id(text(&self.config.group_id).into())
                .with_generation_id(heartbeat.generation)
                .with_member_id(text(&heartbeat.member_id))
                .with_group_instance_id(self.instance_text())
        };
        let answer = self.ask(self.lane, self.version_min(3), Duration::ZERO, build).await;
        let answer = answer.and_then(|response| self.check(response.error_code));
        self.update_classic(|membership| {
            membership.heartbeat_answered(Instant::now(), token, answer, rand::random())
        });
    }

    pub(super) async fn leave_classic(&self, member_id: &str) {
        let build = |version| {
            let request = LeaveGroupRequest::default().with_group_id(text(&self.config.group_id).into());
            match version {
                0..=2 => request.with_member_id(text(member_id)),
                _ => request.with_members(vec![MemberIdentity::default().with_member_id(text(member_id))]),
            }
        };
        // Not over the group's own connection, where a join may be waiting.
        if let Err(error) = self.ask(Lane::SHARED, 0, Duration::ZERO, build).await {
            tracing::debug!(group = %self.config.group_id, %error, "could not leave");
        }
    }

    /// One request to the coordinator, without retries: those are the membership's to decide.
    async fn ask<R: Request>(
        &self,
        lane: Lane,
        version_min: i16,
        patience: Duration,
        build: impl Fn(i16) -> R,
    ) -> Result<R::Response, ClientError> {
        let client = &self.fetching.client;
        let answer = async {
            let broker = client.coordinator(CoordinatorKind::Group, &self.config.group_id).await?;
            let connection = client.broker(broker, lane).await?;
            let version = connection.version_within::<R>(version_min, i16::MAX)?;
            connection.call_version(&build(version), version, patience).await
        };
        answer.await.inspect_err(|error| self.learn_from(error))
    }

    fn check(&self, code: i16) -> Result<(), ClientError> {
        let what = format!("group \"{}\"", self.config.group_id);
        ClientError::check(what, code, None).inspect_err(|error| self.learn_from(error))
    }

    fn learn_from(&self, error: &ClientError) {
        if error.is_stale_coordinator() {
            self.fetching.client.forget_coordinator(CoordinatorKind::Group, &self.config.group_id);
        }
    }

    /// Static members exist since version 5 of JoinGroup, 3 of SyncGroup and Heartbeat.
    fn version_min(&self, for_static: i16) -> i16 {
        if self.config.instance_id.is_some() { for_static } else { 0 }
    }

    fn instance_text(&self) -> Option<StrBytes> {
        self.config.instance_id.as_deref().map(text)
    }

    pub(super) async fn report(&self, token: u64, report: Report) {
        let has_pattern = matches!(&report.interest, Some(Interest::Pattern(_)));
        let version_min = if has_pattern { PATTERN_VERSION } else { 0 };
        let build = |version| self.report_request(&report, version);
        let answer = self.ask(self.lane, version_min, Duration::ZERO, build).await;
        let reported = answer.and_then(|response| {
            let what = format!("group \"{}\"", self.config.group_id);
            ClientError::check(what, response.error_code, response.error_message.as_deref())
                .inspect_err(|error| self.learn_from(error))
                .map(|()| reported(response))
        });
        self.update_reporting(|membership| {
            membership.reported(Instant::now(), token, reported, rand::random());
        });
        self.moved.notify_waiters();
    }

    fn report_request(&self, report: &Report, version: i16) -> ConsumerGroupHeartbeatRequest {
        let config = &self.config;
        let owned = report.owned.as_ref().map(|topics| {
            let topics = topics.iter().map(|(id, partitions)| {
                TopicPartitions::default().with_topic_id(id.0).with_partitions(partitions.clone())
            });
            topics.collect()
        });
        let request = ConsumerGroupHeartbeatRequest::default()
            .with_group_id(text(&config.group_id).into())
            .with_member_id(text(&report.member_id))
            .with_member_epoch(report.epoch)
            .with_instance_id(self.instance_text())
            .with_rebalance_timeout_ms(UNCHANGED_MS)
            .with_topic_partitions(owned);
        let request = match &report.interest {
            None => request,
            Some(Interest::Topics(names)) => request
                .with_subscribed_topic_names(Some(names.iter().map(topic_text).collect()))
                // Empty is none, where null is what was told before.
                .with_subscribed_topic_regex((version >= PATTERN_VERSION).then(|| text(""))),
            Some(Interest::Pattern(pattern)) => request
                .with_subscribed_topic_names(Some(Vec::new()))
                .with_subscribed_topic_regex(Some(text(pattern))),
        };
        if !report.is_full {
            return request;
        }
        request
            .with_rebalance_timeout_ms(millis(config.poll_interval_max))
            .with_rack_id(self.fetching.client.config().rack.as_deref().map(text))
            .with_server_assignor(config.server_assignor.as_deref().map(text))
    }

    /// Tells a coordinator that assigns; nothing is repeated.
    pub(super) async fn leave_reporting(&self, member_id: &str, epoch: i32) {
        let build = |_| {
            ConsumerGroupHeartbeatRequest::default()
                .with_group_id(text(&self.config.group_id).into())
                .with_member_id(text(member_id))
                .with_member_epoch(epoch)
                .with_instance_id(self.instance_text())
                .with_rebalance_timeout_ms(UNCHANGED_MS)
        };
        if let Err(error) = self.ask(self.lane, 0, Duration::ZERO, build).await {
            tracing::debug!(group = %self.config.group_id, %error, "could not leave");
        }
    }

    /// Names of topics, from fresh metadata of what is subscribed to.
    pub(super) async fn find_names(&self, topics: BTreeSet<TopicId>) {
        self.refresh_subscription().await;
        let view = self.fetching.client.view();
        let named = |id: TopicId| Some((id, view.topic_name(id)?.clone()));
        let names: BTreeMap<TopicId, TopicName> = topics.into_iter().filter_map(named).collect();
        self.update_reporting(|membership| membership.resolved(Instant::now(), names, rand::random()));
    }

    /// Learns what the cluster says about the topics that are meant.
    pub(super) async fn refresh_subscription(&self) -> Subscription {
        let subscription = self.state.lock().subscription.clone();
        let asked = match &subscription {
            Subscription::Topics(names) => Topics::Named { names, create: false },
            Subscription::Pattern(_) => Topics::All,
        };
        if let Err(error) = self.fetching.client.refresh(asked).await {
            tracing::warn!(group = %self.config.group_id, %error, "topics not looked up");
        }
        subscription
    }

    fn update_classic(&self, change: impl FnOnce(&mut Membership)) {
        self.update(|member| {
            if let Member::Classic(membership) = member {
                change(membership);
            }
        });
    }

    fn update_reporting(&self, change: impl FnOnce(&mut ReportingMembership)) {
        self.update(|member| {
            if let Member::Reporting(membership) = member {
                change(membership);
            }
        });
    }
}

fn joined(response: JoinGroupResponse) -> Joined {
    Joined {
        member_id: response.member_id.to_string(),
        generation: response.generation_id,
        assignor: response.protocol_name.map_or_else(String::new, |name| name.to_string()),
        leader: response.leader.to_string(),
        skip_assignment: response.skip_assignment,
        members: response
            .members
            .into_iter()
            .map(|member| JoinedMember {
                id: member.member_id.to_string(),
                instance_id: member.group_instance_id.map(|id| id.to_string()),
                metadata: member.metadata,
            })
            .collect(),
    }
}

fn reported(response: ConsumerGroupHeartbeatResponse) -> Reported {
    let assignment = response.assignment.map(|assignment| {
        let topics = assignment.topic_partitions.into_iter();
        let partitions = topics.flat_map(|topic| {
            let id = TopicId(topic.topic_id);
            topic.partitions.into_iter().map(move |index| (id, index))
        });
        partitions.collect()
    });
    Reported {
        member_id: response.member_id.map(|id| id.to_string()).filter(|id| !id.is_empty()),
        epoch: response.member_epoch,
        interval: Duration::from_millis(u64::try_from(response.heartbeat_interval_ms).unwrap_or(0)),
        assignment,
    }
}

fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}
