//! Readers that share partitions in a group: they come, are torn down, and others go on where they had got to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use kafkactl_core::client::Client;
use kafkactl_core::client::admin::{CommittedOffset, Isolation, OffsetSpec};
use kafkactl_core::client::consumer::{
    Consumer, ConsumerConfig, Event as Polled, GroupConfig, GroupProtocol, PartitionRecords, Subscription,
};
use kafkactl_core::names::{LeaderEpoch, Offset, TopicName, TopicPartition};
use rand::Rng;
use rand::rngs::StdRng;

use super::history::Event;
use super::load::{Log, note, values};
use super::place::place;

/// How long a member lives.
const LIFE: Duration = Duration::from_millis(1_500);
/// Members that vanish without a word are missed after this; as short as a broker that is stopped now and then bears.
const SESSION_TIMEOUT: Duration = Duration::from_millis(2_500);
const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(200);

/// One life of a member of a group.
#[derive(Clone)]
pub struct Member {
    pub group: u32,
    pub reader: u32,
    pub log: Log,
}

/// A consumer of `topic` in the member's group.
pub fn subscribed(
    client: &Client,
    member: &Member,
    protocol: GroupProtocol,
    isolation: Isolation,
    topic: &str,
) -> Consumer {
    let group = GroupConfig {
        protocol,
        session_timeout: SESSION_TIMEOUT,
        heartbeat_interval: HEARTBEAT_INTERVAL,
        auto_commit: None,
        ..GroupConfig::new(&group_name(member.group))
    };
    let config = ConsumerConfig {
        group: Some(group),
        isolation,
        reset: Some(OffsetSpec::Earliest),
        wait_max: Duration::from_millis(100),
        ..ConsumerConfig::default()
    };
    let mut consumer = Consumer::new(client, config);
    let topics = Subscription::Topics(vec![TopicName::new(topic)]);
    consumer.subscribe(topics).expect("a group is configured");
    consumer
}

pub fn group_name(group: u32) -> String {
    format!("group-{group}")
}

/// The partitions of a member.
pub struct Held {
    member: Member,
    /// Assigned, and nothing of it was read yet.
    fresh: BTreeSet<TopicPartition>,
}

impl Held {
    pub fn new(member: Member) -> Self {
        Self { member, fresh: BTreeSet::new() }
    }

    /// Notes what the consumer tells, and gives back what is to be processed.
    pub fn take_in(&mut self, polled: Polled) -> Option<PartitionRecords> {
        match polled {
            Polled::Assigned(partitions) => self.fresh.extend(partitions),
            Polled::Revoked(partitions) | Polled::Lost(partitions) => {
                self.fresh.retain(|partition| !partitions.contains(partition));
            }
            Polled::End { .. } => {}
            Polled::Records(chunk) => {
                let Member { group, reader, log } = &self.member;
                let (partition, offset) = (place(&chunk.partition), chunk.from.0);
                if self.fresh.remove(&chunk.partition) {
                    note(log, Event::Restored { group: *group, partition, offset });
                    note(log, Event::Began { reader: *reader, partition, offset });
                }
                return Some(chunk);
            }
        }
        None
    }
}

/// Reads in lives: each begins where the group has got to, and commits what it saw.
pub async fn read(
    client: Client,
    member: Member,
    protocol: GroupProtocol,
    (isolation, topic): (Isolation, &str),
    (until, mut random): (Instant, StdRng),
) {
    while Instant::now() < until {
        let life = until.min(Instant::now() + LIFE);
        let mut consumer = subscribed(&client, &member, protocol, isolation, topic);
        let mut held = Held::new(member.clone());
        while let Ok(polled) = tokio::time::timeout_at(life.into(), consumer.next()).await {
            // Errors pass with the trouble that made them; what was missed by one would be found as a hole.
            let Ok(polled) = polled else { continue };
            let Some(chunk) = held.take_in(polled) else { continue };
            process(&member, &consumer, &chunk).await;
        }
        if random.random_bool(0.7) {
            consumer.close().await;
        }
    }
}

/// Notes what a member was given, and commits it.
pub async fn process(member: &Member, consumer: &Consumer, chunk: &PartitionRecords) {
    let Member { group, reader, log } = member;
    let (group, reader, partition) = (*group, *reader, place(&chunk.partition));
    for (offset, value) in values(chunk) {
        note(log, Event::Polled { reader, partition, offset, value });
    }
    let offset = chunk.next_offset.0;
    note(log, Event::CommitSent { group, partition, offset });
    let at =
        CommittedOffset { offset: Offset(offset), leader_epoch: LeaderEpoch::NONE, metadata: String::new() };
    let outcome = consumer.commit_offsets(&BTreeMap::from([(chunk.partition.clone(), at)])).await;
    if outcome.is_ok_and(|outcomes| outcomes.values().all(Result::is_ok)) {
        note(log, Event::CommitAcked { group, partition, offset });
    }
}
