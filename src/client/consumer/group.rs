//! Carries out what a [`Membership`] plans: talks to the coordinator, hands assignments to the fetching machine,
//! commits on time, and passes on to the reader what happens to its partitions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use regex::Regex;
use tokio::sync::Notify;
use tokio::time::sleep_until;

use super::driver::Shared;
use super::{Event, GroupConfig, StartAt};
use crate::client::admin::{Admin, CommittedOffset, Committer};
use crate::client::group::{
    Action, Heartbeat, Join, Joined, JoinedMember, Membership, MembershipConfig, Sync, Synced,
};
use crate::client::text::text;
use crate::client::{ClientError, CoordinatorKind, Lane, PerItem, Topics};
use crate::names::{TopicName, TopicPartition};
use crate::wire::ErrorCode;
use crate::wire::messages::join_group_request::JoinGroupRequestProtocol;
use crate::wire::messages::leave_group_request::MemberIdentity;
use crate::wire::messages::sync_group_request::SyncGroupRequestAssignment;
use crate::wire::messages::{
    HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, Request, SyncGroupRequest,
};

/// What to read: topics by name, or all whose names match. Kafka's own topics match no pattern.
#[derive(Debug, Clone)]
pub enum Subscription {
    Topics(Vec<TopicName>),
    Pattern(Regex),
}

#[derive(Debug)]
pub(super) struct Group {
    fetching: Arc<Shared>,
    /// Of its own: a join is held back by the broker until all members are there.
    lane: Lane,
    config: GroupConfig,
    state: Mutex<State>,
    wake: Notify,
    resubscribed: Notify,
    stop: Notify,
}

#[derive(Debug)]
struct State {
    membership: Membership,
    subscription: Subscription,
    /// For the reader, in order. Bounded: a membership says nothing more until the reader has answered a revocation.
    events: VecDeque<Result<Event, ClientError>>,
    /// What the reader was told to give up; it is done with it when it comes back.
    revoking: Option<Vec<TopicPartition>>,
    committed: BTreeMap<TopicPartition, CommittedOffset>,
}

/// How long leaving may take when closing.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(5);
/// A join may take the whole rebalance; the answer must still reach us.
const JOIN_SLACK: Duration = Duration::from_secs(5);
const PROTOCOL_TYPE: &str = "consumer";

impl Group {
    pub fn start(fetching: &Arc<Shared>, config: &GroupConfig, subscription: Subscription) -> Arc<Self> {
        let client = &fetching.client;
        let membership = Membership::new(
            MembershipConfig {
                group_id: config.group_id.clone(),
                instance_id: config.instance_id.clone(),
                assignors: config.assignors.clone(),
                heartbeat_interval: config.heartbeat_interval,
                poll_interval_max: config.poll_interval_max,
                rack: client.config().rack.clone(),
            },
            Instant::now(),
        );
        let group = Arc::new(Self {
            fetching: fetching.clone(),
            lane: client.open_lane(),
            config: config.clone(),
            state: Mutex::new(State {
                membership,
                subscription,
                events: VecDeque::new(),
                revoking: None,
                committed: BTreeMap::new(),
            }),
            wake: Notify::new(),
            resubscribed: Notify::new(),
            stop: Notify::new(),
        });
        tokio::spawn(run(group.clone()));
        group
    }

    pub fn resubscribe(&self, subscription: Subscription) {
        self.state.lock().subscription = subscription;
        self.resubscribed.notify_one();
    }

    /// The reader waits for records, until what is returned is dropped. Whatever it was told to give up is given up.
    pub async fn reader_came(self: &Arc<Self>) -> Presence {
        let revoking = self.state.lock().revoking.clone();
        if let Some(partitions) = revoking {
            if self.config.auto_commit.is_some() {
                self.commit_some(|partition| partitions.contains(partition), true).await;
            }
            let mut machine = self.fetching.machine.lock();
            let kept = machine.assignment().into_iter().filter(|partition| !partitions.contains(partition));
            let kept = kept.map(|partition| (partition, StartAt::Committed)).collect();
            machine.assign(&kept);
            drop(machine);
            let mut state = self.state.lock();
            state.revoking = None;
            state.membership.gave_up();
        }
        self.state.lock().membership.reader_came();
        self.wake.notify_one();
        Presence { group: self.clone() }
    }

    pub fn take_event(&self) -> Option<Result<Event, ClientError>> {
        let mut state = self.state.lock();
        let event = state.events.pop_front()?;
        if let Ok(Event::Revoked(partitions)) = &event {
            state.revoking = Some(partitions.clone());
        }
        Some(event)
    }

    /// Who commits: this member in its generation.
    pub fn committer(&self) -> Committer {
        let (generation, member_id) = self.state.lock().membership.identity();
        Committer { generation, member_id, instance_id: self.config.instance_id.clone() }
    }

    pub async fn commit(
        &self,
        offsets: &BTreeMap<TopicPartition, CommittedOffset>,
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let admin = Admin::new(&self.fetching.client);
        let outcome = admin.commit_group_offsets(&self.config.group_id, &self.committer(), offsets).await;
        let refusals = match &outcome {
            Ok(outcomes) => outcomes.values().find_map(|outcome| outcome.as_ref().err()),
            Err(error) => Some(error),
        };
        let mut state = self.state.lock();
        match refusals {
            None => state.committed.extend(offsets.clone()),
            Some(error) => state.membership.commit_refused(Instant::now(), error),
        }
        drop(state);
        self.wake.notify_one();
        outcome
    }

    /// Commits what has moved since the last commit; a refusal is logged, for the next commit will tell more.
    async fn commit_some(&self, wanted: impl Fn(&TopicPartition) -> bool, processed_only: bool) {
        let mut offsets = self.fetching.machine.lock().positions(processed_only);
        let committed = self.state.lock().committed.clone();
        offsets.retain(|partition, offset| wanted(partition) && committed.get(partition) != Some(offset));
        if offsets.is_empty() {
            return;
        }
        match self.commit(&offsets).await {
            Ok(outcomes) => {
                for (partition, error) in
                    outcomes.into_iter().filter_map(|(of, outcome)| Some((of, outcome.err()?)))
                {
                    tracing::warn!(%partition, %error, "offset not committed");
                }
            }
            Err(error) => tracing::warn!(group = %self.config.group_id, %error, "offsets not committed"),
        }
    }

    /// Commits what was given out, if that is done here at all, and leaves.
    pub async fn close(&self) {
        if self.config.auto_commit.is_some() {
            self.commit_some(|_| true, false).await;
        }
        let leave = self.state.lock().membership.leave();
        self.stop.notify_one();
        if let Some(Action::Leave { member_id }) = leave
            && tokio::time::timeout(LEAVE_TIMEOUT, self.leave(&member_id)).await.is_err()
        {
            tracing::debug!(group = %self.config.group_id, "leaving was not answered in time");
        }
    }

    pub fn stop(&self) {
        self.stop.notify_one();
        self.fetching.client.close_lane(self.lane);
    }

    async fn leave(&self, member_id: &str) {
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

    fn instance_text(&self) -> Option<crate::wire::StrBytes> {
        self.config.instance_id.as_deref().map(text)
    }

    fn update(&self, change: impl FnOnce(&mut Membership)) {
        change(&mut self.state.lock().membership);
        self.wake.notify_one();
    }
}

/// While it lives the reader waits for records.
pub(super) struct Presence {
    group: Arc<Group>,
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.group.update(|membership| membership.reader_went(Instant::now()));
    }
}

async fn run(group: Arc<Group>) {
    resolve(&group).await;
    let metadata_age_max = group.fetching.client.config().metadata_age_max;
    let mut metadata_due = Instant::now() + metadata_age_max;
    let mut commit_due = group.config.auto_commit.map(|interval| Instant::now() + interval);
    loop {
        let (token, actions) = group.state.lock().membership.poll(Instant::now());
        for action in actions {
            carry_out(&group, token, action);
        }
        let deadline = group.state.lock().membership.next_deadline();
        let wake_at = [deadline, commit_due, Some(metadata_due)].into_iter().flatten().min();
        tokio::select! {
            () = group.wake.notified() => {}
            () = group.stop.notified() => return,
            () = group.resubscribed.notified() => resolve(&group).await,
            () = sleep_until(wake_at.unwrap_or(metadata_due).into()) => {}
        }
        let now = Instant::now();
        if metadata_due <= now {
            metadata_due = now + metadata_age_max;
            resolve(&group).await;
        }
        if let Some(interval) = group.config.auto_commit
            && commit_due.is_some_and(|due| due <= now)
        {
            commit_due = Some(now + interval);
            let group = group.clone();
            tokio::spawn(async move { group.commit_some(|_| true, true).await });
        }
    }
}

/// Finds out which topics are meant and how many partitions they have.
async fn resolve(group: &Group) {
    let subscription = group.state.lock().subscription.clone();
    let client = &group.fetching.client;
    let asked = match &subscription {
        Subscription::Topics(names) => Topics::Named { names, create: false },
        Subscription::Pattern(_) => Topics::All,
    };
    if let Err(error) = client.refresh(asked).await {
        tracing::warn!(group = %group.config.group_id, %error, "topics not looked up");
    }
    let view = client.view();
    let topics: Vec<TopicName> = match subscription {
        Subscription::Topics(names) => names,
        Subscription::Pattern(pattern) => view
            .topics()
            .filter(|topic| !topic.is_internal && pattern.is_match(topic.name.as_str()))
            .map(|topic| topic.name.clone())
            .collect(),
    };
    let counts =
        topics.iter().filter_map(|name| Some((name.clone(), view.topic(name.as_str())?.partition_count())));
    let counts = counts.collect();
    group.update(|membership| {
        membership.subscribe(topics);
        membership.topics_changed(&counts);
    });
}

fn carry_out(group: &Arc<Group>, token: u64, action: Action) {
    let own = group.clone();
    match action {
        Action::Join(join) => drop(tokio::spawn(async move { send_join(&own, token, join).await })),
        Action::Plan { topics } => drop(tokio::spawn(async move { find_counts(&own, token, topics).await })),
        Action::Sync(sync) => drop(tokio::spawn(async move { send_sync(&own, token, sync).await })),
        Action::Heartbeat(heartbeat) => {
            drop(tokio::spawn(async move { send_heartbeat(&own, token, heartbeat).await }))
        }
        Action::Leave { member_id } => drop(tokio::spawn(async move { own.leave(&member_id).await })),
        Action::Revoke(partitions) => {
            let mut machine = group.fetching.machine.lock();
            for partition in &partitions {
                machine.set_paused(partition, true);
            }
            drop(machine);
            tell(group, Ok(Event::Revoked(partitions)));
        }
        Action::Lose(partitions) => {
            let mut machine = group.fetching.machine.lock();
            let kept = machine.assignment().into_iter().filter(|partition| !partitions.contains(partition));
            let kept = kept.map(|partition| (partition, StartAt::Committed)).collect();
            machine.assign(&kept);
            drop(machine);
            let mut state = group.state.lock();
            state.revoking = None;
            state.events.retain(|event| !matches!(event, Ok(Event::Revoked(_))));
            drop(state);
            tell(group, Ok(Event::Lost(partitions)));
        }
        Action::Assign { added, all } => {
            let starts = all.into_iter().map(|partition| (partition, StartAt::Committed)).collect();
            group.fetching.machine.lock().assign(&starts);
            group.state.lock().committed.retain(|partition, _| starts.contains_key(partition));
            group.fetching.wake.notify_one();
            tell(group, Ok(Event::Assigned(added)));
        }
        Action::Fail(error) => tell(group, Err(error)),
    }
}

fn tell(group: &Group, event: Result<Event, ClientError>) {
    group.state.lock().events.push_back(event);
    group.fetching.ready.notify_one();
}

async fn send_join(group: &Group, token: u64, join: Join) {
    let config = &group.config;
    let build = |_| {
        let protocols = join.protocols.iter().map(|(name, metadata)| {
            JoinGroupRequestProtocol::default().with_name(text(name)).with_metadata(metadata.clone())
        });
        JoinGroupRequest::default()
            .with_group_id(text(&config.group_id).into())
            .with_session_timeout_ms(millis(config.session_timeout))
            .with_rebalance_timeout_ms(millis(config.poll_interval_max))
            .with_member_id(text(&join.member_id))
            .with_group_instance_id(group.instance_text())
            .with_protocol_type(text(PROTOCOL_TYPE))
            .with_protocols(protocols.collect())
    };
    let patience = config.poll_interval_max + JOIN_SLACK;
    let answer = group.ask(group.lane, group.version_min(5), patience, build).await;
    if let Ok(response) = &answer
        && response.error_code == ErrorCode::MemberIdRequired.code()
    {
        return group.update(|membership| membership.named(token, response.member_id.to_string()));
    }
    let joined = answer.and_then(|response| group.check(response.error_code).map(|()| joined(response)));
    group.update(|membership| membership.joined(Instant::now(), token, joined, rand::random()));
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

async fn find_counts(group: &Group, token: u64, topics: BTreeSet<TopicName>) {
    let names: Vec<TopicName> = topics.into_iter().collect();
    let client = &group.fetching.client;
    let counts = client.refresh(Topics::Named { names: &names, create: false }).await.map(|_| {
        let view = client.view();
        let counts = names.into_iter().filter_map(|name| {
            let count = view.topic(name.as_str())?.partition_count();
            Some((name, count))
        });
        counts.collect()
    });
    group.update(|membership| membership.planned(Instant::now(), token, counts, rand::random()));
}

async fn send_sync(group: &Group, token: u64, sync: Sync) {
    let build = |_| {
        let assignments = sync.assignments.iter().map(|(member_id, assignment)| {
            SyncGroupRequestAssignment::default()
                .with_member_id(text(member_id))
                .with_assignment(assignment.clone())
        });
        SyncGroupRequest::default()
            .with_group_id(text(&group.config.group_id).into())
            .with_generation_id(sync.generation)
            .with_member_id(text(&sync.member_id))
            .with_group_instance_id(group.instance_text())
            .with_protocol_type(Some(text(PROTOCOL_TYPE)))
            .with_protocol_name(Some(text(&sync.assignor)))
            .with_assignments(assignments.collect())
    };
    let patience = group.config.poll_interval_max + JOIN_SLACK;
    let answer = group.ask(group.lane, group.version_min(3), patience, build).await;
    let synced: Result<Synced, ClientError> =
        answer.and_then(|response| group.check(response.error_code).map(|()| response.assignment));
    group.update(|membership| membership.synced(Instant::now(), token, synced, rand::random()));
}

async fn send_heartbeat(group: &Group, token: u64, heartbeat: Heartbeat) {
    let build = |_| {
        HeartbeatRequest::default()
            .with_group_id(text(&group.config.group_id).into())
            .with_generation_id(heartbeat.generation)
            .with_member_id(text(&heartbeat.member_id))
            .with_group_instance_id(group.instance_text())
    };
    let answer = group.ask(group.lane, group.version_min(3), Duration::ZERO, build).await;
    let answer = answer.and_then(|response| group.check(response.error_code));
    group.update(|membership| membership.heartbeat_answered(Instant::now(), token, answer, rand::random()));
}

fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}
