//! Carries out what a [`Membership`] plans: talks to the coordinator, hands assignments to the fetching machine,
//! commits on time, and passes on to the reader what happens to its partitions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use regex::Regex;
use tokio::sync::Notify;
use tokio::time::sleep_until;

use super::driver::Shared;
use super::{Event, GroupConfig, GroupProtocol, StartAt};
use crate::client::admin::{Admin, CommittedOffset, Committer};
use crate::client::group::{
    Action, Interest, Member, Membership, MembershipConfig, ReportingConfig, ReportingMembership,
};
use crate::client::{ClientError, Lane, PerItem};
use crate::names::{TopicName, TopicPartition, uuid_draw, uuid_text};
use crate::wire::ErrorCode;

/// What to read: topics by name, or all whose names match. Kafka's own topics match no pattern.
#[derive(Debug, Clone)]
pub enum Subscription {
    Topics(Vec<TopicName>),
    Pattern(Regex),
}

#[derive(Debug)]
pub(super) struct Group {
    pub fetching: Arc<Shared>,
    /// Of its own: a join is held back by the broker until all members are there.
    pub lane: Lane,
    pub config: GroupConfig,
    pub state: Mutex<State>,
    wake: Notify,
    /// The coordinator has answered a report, perhaps with another epoch.
    pub moved: Notify,
    resubscribed: Notify,
    stop: Notify,
}

#[derive(Debug)]
pub(super) struct State {
    membership: Member,
    pub subscription: Subscription,
    /// For the reader, in order. Bounded: a membership says nothing more until the reader has answered a revocation.
    events: VecDeque<Result<Event, ClientError>>,
    /// What the reader was told to give up; it is done with it when it comes back.
    revoking: Option<Arc<Vec<TopicPartition>>>,
    committed: BTreeMap<TopicPartition, CommittedOffset>,
}

/// How long leaving may take when closing.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a commit waits for the epoch that the coordinator has moved on to.
const STALE_EPOCH_TIMEOUT: Duration = Duration::from_secs(10);

impl Group {
    pub fn start(fetching: &Arc<Shared>, config: &GroupConfig, subscription: Subscription) -> Arc<Self> {
        let client = &fetching.client;
        let membership = membership(config, client.config().rack.as_deref());
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
            moved: Notify::new(),
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
            let mut state = self.state.lock();
            // While it was committed all may have been lost, and assigned again.
            if state.revoking.take_if(|now| Arc::ptr_eq(now, &partitions)).is_some() {
                self.unassign(&partitions);
                state.membership.gave_up();
            }
        }
        self.state.lock().membership.reader_came();
        self.wake.notify_one();
        Presence { group: self.clone() }
    }

    /// Reads these partitions no longer.
    fn unassign(&self, partitions: &[TopicPartition]) {
        let mut machine = self.fetching.machine.lock();
        let kept = machine.assignment().into_iter().filter(|partition| !partitions.contains(partition));
        let kept = kept.map(|partition| (partition, StartAt::Committed)).collect();
        machine.assign(&kept);
    }

    pub fn take_event(&self) -> Option<Result<Event, ClientError>> {
        let mut state = self.state.lock();
        let event = state.events.pop_front()?;
        if let Ok(Event::Revoked(partitions)) = &event {
            state.revoking = Some(Arc::new(partitions.clone()));
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
        let until = tokio::time::Instant::now() + STALE_EPOCH_TIMEOUT;
        loop {
            let moved = self.moved.notified();
            let outcome = self.commit_once(offsets).await;
            let refusal = match &outcome {
                Ok(outcomes) => outcomes.values().find_map(|outcome| outcome.as_ref().err()),
                Err(error) => Some(error),
            };
            // The coordinator has moved this member on, whose next heartbeat will tell it so.
            let is_stale = refusal.is_some_and(|error| error.code() == Some(ErrorCode::StaleMemberEpoch));
            if !is_stale || tokio::time::timeout_at(until, moved).await.is_err() {
                return outcome;
            }
        }
    }

    async fn commit_once(
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
        if let Some(Action::Leave { member_id, epoch }) = leave
            && tokio::time::timeout(LEAVE_TIMEOUT, self.leave(&member_id, epoch)).await.is_err()
        {
            tracing::debug!(group = %self.config.group_id, "leaving was not answered in time");
        }
    }

    pub fn stop(&self) {
        self.stop.notify_one();
        self.fetching.client.close_lane(self.lane);
    }

    /// `epoch` where the coordinator assigns.
    async fn leave(&self, member_id: &str, epoch: Option<i32>) {
        match epoch {
            Some(epoch) => self.leave_reporting(member_id, epoch).await,
            None => self.leave_classic(member_id).await,
        }
    }

    pub fn update(&self, change: impl FnOnce(&mut Member)) {
        change(&mut self.state.lock().membership);
        self.wake.notify_one();
    }
}

fn membership(config: &GroupConfig, rack: Option<&str>) -> Member {
    let now = Instant::now();
    match config.protocol {
        GroupProtocol::Classic => {
            let config = MembershipConfig {
                group_id: config.group_id.clone(),
                instance_id: config.instance_id.clone(),
                assignors: config.assignors.clone(),
                heartbeat_interval: config.heartbeat_interval,
                poll_interval_max: config.poll_interval_max,
                rack: rack.map(str::to_owned),
            };
            Member::Classic(Membership::new(config, now))
        }
        GroupProtocol::Consumer => {
            let config = ReportingConfig {
                group_id: config.group_id.clone(),
                instance_id: config.instance_id.clone(),
                poll_interval_max: config.poll_interval_max,
                session_timeout: config.session_timeout,
            };
            let member_id = uuid_text(&uuid_draw(rand::random));
            Member::Reporting(ReportingMembership::new(config, member_id, now))
        }
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

/// Tells the membership which topics are meant, and, where members assign, how many partitions they have.
async fn resolve(group: &Group) {
    if let State { membership: Member::Reporting(membership), subscription, .. } = &mut *group.state.lock() {
        return membership.subscribe(interest_of(subscription));
    }
    let subscription = group.refresh_subscription().await;
    let view = group.fetching.client.view();
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
    group.update(|member| {
        if let Member::Classic(membership) = member {
            membership.subscribe(topics);
            membership.topics_changed(&counts);
        }
    });
}

/// The coordinator wants patterns to match whole names; ours may match anywhere in them.
fn interest_of(subscription: &Subscription) -> Interest {
    match subscription {
        Subscription::Topics(names) => Interest::Topics(names.clone()),
        Subscription::Pattern(pattern) => Interest::Pattern(format!(".*(?:{pattern}).*")),
    }
}

fn carry_out(group: &Arc<Group>, token: u64, action: Action) {
    let own = group.clone();
    match action {
        Action::Join(join) => drop(tokio::spawn(async move { own.join(token, join).await })),
        Action::Plan { topics } => drop(tokio::spawn(async move { own.find_counts(token, topics).await })),
        Action::Sync(sync) => drop(tokio::spawn(async move { own.sync(token, sync).await })),
        Action::Heartbeat(heartbeat) => {
            drop(tokio::spawn(async move { own.heartbeat(token, heartbeat).await }))
        }
        Action::Report(report) => drop(tokio::spawn(async move { own.report(token, report).await })),
        Action::Resolve { topics } => drop(tokio::spawn(async move { own.find_names(topics).await })),
        Action::Leave { member_id, epoch } => {
            drop(tokio::spawn(async move { own.leave(&member_id, epoch).await }))
        }
        Action::Revoke(partitions) => {
            let mut machine = group.fetching.machine.lock();
            for partition in &partitions {
                machine.set_paused(partition, true);
            }
            drop(machine);
            tell(group, Ok(Event::Revoked(partitions)));
        }
        Action::Lose(partitions) => {
            group.unassign(&partitions);
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
