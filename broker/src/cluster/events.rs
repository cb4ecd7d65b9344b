//! What happens to the cluster that an operator wants to hear of: found by comparing two images, counted, and told in
//! the log.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kafkactl_core::names::{BrokerId, LeaderEpoch, PartitionId, TopicName};
use kafkactl_core::settings::{Origin, SettingsWarning, Texts};
use parking_lot::Mutex;

use super::image::{BrokerImage, ConfigResource, PartitionImage, TopicImage};
use super::{MetadataDelta, MetadataImage, MetadataSubscriber};
use crate::clock::Clock;
use crate::log_lines::LogLines;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    TopicCreated {
        topic: TopicName,
        partitions: usize,
    },
    TopicDeleted {
        topic: TopicName,
    },
    PartitionsAdded {
        topic: TopicName,
        partitions: usize,
    },
    LeaderChanged {
        partition: Place,
        from: BrokerId,
        to: BrokerId,
        epoch: LeaderEpoch,
        is_unclean: bool,
    },
    /// Planned is what follows from a clean stop of the brokers that are lost.
    IsrShrank {
        partition: Place,
        isr: Vec<BrokerId>,
        is_planned: bool,
    },
    IsrGrew {
        partition: Place,
        isr: Vec<BrokerId>,
    },
    BrokerJoined {
        broker: BrokerId,
    },
    BrokerFenced {
        broker: BrokerId,
        is_planned: bool,
    },
    BrokerLeft {
        broker: BrokerId,
    },
    ConfigsChanged {
        resource: ConfigResource,
    },
    /// A value that this broker does not act upon.
    SettingIgnored {
        resource: ConfigResource,
        warning: SettingsWarning,
    },
}

/// A partition, as log lines name it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub topic: TopicName,
    pub partition: PartitionId,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// Names of the kinds, as metrics show them; [`Event::kind`] is the place in it.
const KINDS: [&str; 12] = [
    "topic_created",
    "topic_deleted",
    "partitions_added",
    "leader_changed",
    "unclean_election",
    "isr_shrank",
    "isr_grew",
    "broker_joined",
    "broker_fenced",
    "broker_left",
    "configs_changed",
    "setting_ignored",
];

impl Event {
    fn kind(&self) -> usize {
        match self {
            Self::TopicCreated { .. } => 0,
            Self::TopicDeleted { .. } => 1,
            Self::PartitionsAdded { .. } => 2,
            Self::LeaderChanged { is_unclean: false, .. } => 3,
            Self::LeaderChanged { is_unclean: true, .. } => 4,
            Self::IsrShrank { .. } => 5,
            Self::IsrGrew { .. } => 6,
            Self::BrokerJoined { .. } => 7,
            Self::BrokerFenced { .. } => 8,
            Self::BrokerLeft { .. } => 9,
            Self::ConfigsChanged { .. } => 10,
            Self::SettingIgnored { .. } => 11,
        }
    }

    fn tell(&self, left_out: u64) {
        use tracing::{info, warn};
        match self {
            Self::TopicCreated { topic, partitions } => info!(%topic, partitions, left_out, "topic created"),
            Self::TopicDeleted { topic } => info!(%topic, left_out, "topic deleted"),
            Self::PartitionsAdded { topic, partitions } => {
                info!(%topic, partitions, left_out, "partitions added");
            }
            Self::LeaderChanged { partition, from, to, epoch, is_unclean: false } => {
                info!(%partition, %from, %to, %epoch, left_out, "leader changed");
            }
            Self::LeaderChanged { partition, from, to, epoch, is_unclean: true } => {
                warn!(%partition, %from, %to, %epoch, left_out, "a replica out of sync leads: records may be lost");
            }
            Self::IsrShrank { partition, isr, is_planned: false } => {
                warn!(%partition, ?isr, left_out, "fewer replicas in sync");
            }
            Self::IsrShrank { partition, isr, is_planned: true } => {
                info!(%partition, ?isr, left_out, "fewer replicas in sync: a broker stops");
            }
            Self::IsrGrew { partition, isr } => info!(%partition, ?isr, left_out, "more replicas in sync"),
            Self::BrokerJoined { broker } => info!(%broker, left_out, "broker joined"),
            Self::BrokerFenced { broker, is_planned: false } => warn!(%broker, left_out, "broker fenced"),
            Self::BrokerFenced { broker, is_planned: true } => info!(%broker, left_out, "broker stops"),
            Self::BrokerLeft { broker } => warn!(%broker, left_out, "broker left"),
            Self::ConfigsChanged { resource } => {
                info!(kind = ?resource.kind, name = resource.name, left_out, "configs changed");
            }
            Self::SettingIgnored { resource, warning } => {
                warn!(kind = ?resource.kind, name = resource.name, left_out, "{warning}");
            }
        }
    }
}

/// Follows the metadata log and keeps the operator informed.
pub struct Events {
    clock: Clock,
    before: Mutex<Arc<MetadataImage>>,
    counts: [AtomicU64; KINDS.len()],
    lines: [LogLines; KINDS.len()],
}

impl Events {
    pub fn new(clock: Clock) -> Self {
        Self { clock, before: Mutex::default(), counts: Default::default(), lines: Default::default() }
    }

    /// How often each kind has happened since this broker started, by its name.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        KINDS.into_iter().zip(self.counts.iter().map(|count| count.load(Ordering::Relaxed)))
    }

    /// Tells of events whose lines were left out, when no more will come.
    pub fn tell_rest(&self) {
        for (event, lines) in KINDS.into_iter().zip(&self.lines) {
            if let Some(left_out) = lines.rest() {
                tracing::info!(event, left_out, "the cluster changed, each time without a line");
            }
        }
    }
}

impl MetadataSubscriber for Events {
    fn apply(&self, delta: &MetadataDelta, image: &Arc<MetadataImage>) {
        let before = std::mem::replace(&mut *self.before.lock(), Arc::clone(image));
        for event in events(&before, delta, image) {
            let kind = event.kind();
            self.counts[kind].fetch_add(1, Ordering::Relaxed);
            if let Some(left_out) = self.lines[kind].admit(self.clock.now_ms()) {
                event.tell(left_out);
            }
        }
    }
}

/// What `delta` did to `before`. An image that was loaded whole is no news.
pub fn events(before: &MetadataImage, delta: &MetadataDelta, after: &MetadataImage) -> Vec<Event> {
    let mut events = Vec::new();
    if delta.is_whole {
        return events;
    }
    for (id, topic) in &delta.topics {
        match after.topics.by_id(id) {
            None => events.push(Event::TopicDeleted { topic: topic.name.clone() }),
            Some(now) => match before.topics.by_id(id) {
                None => {
                    let (topic, partitions) = (now.name.clone(), now.partitions.len());
                    events.push(Event::TopicCreated { topic, partitions });
                }
                Some(then) => of_topic(then, now, after, &mut events),
            },
        }
    }
    for id in &delta.brokers {
        events.extend(of_broker(*id, before.brokers.get(id), after.brokers.get(id)));
    }
    for resource in &delta.configs {
        events.push(Event::ConfigsChanged { resource: resource.clone() });
        let ignored = ignored(resource, before.configs(resource), after.configs(resource));
        events.extend(ignored.map(|warning| Event::SettingIgnored { resource: resource.clone(), warning }));
    }
    events
}

/// What was set now for a resource and has no effect. What was set before has been told of.
fn ignored<'a>(
    resource: &'a ConfigResource,
    then: Option<&'a Arc<Texts>>,
    now: Option<&'a Arc<Texts>>,
) -> impl Iterator<Item = SettingsWarning> + 'a {
    let now = now.into_iter().flat_map(|texts| texts.iter());
    let set = now.filter(move |(name, text)| then.and_then(|texts| texts.get(*name)) != Some(*text));
    set.filter_map(|(name, text)| {
        let setting = resource.kind.setting(name)?;
        SettingsWarning::of_ignored(setting, name, text, Origin::MetadataLog)
    })
}

fn of_topic(then: &TopicImage, now: &TopicImage, after: &MetadataImage, events: &mut Vec<Event>) {
    if now.partitions.len() > then.partitions.len() {
        let (topic, partitions) = (now.name.clone(), now.partitions.len());
        events.push(Event::PartitionsAdded { topic, partitions });
    }
    for (number, now_here) in &now.partitions {
        let Some(then_here) = then.partitions.get(number) else { continue };
        let place = || Place { topic: now.name.clone(), partition: *number };
        events.extend(of_leader(place, then_here, now_here));
        let lost: Vec<&BrokerId> = then_here.isr.iter().filter(|id| !now_here.isr.contains(id)).collect();
        let joined = now_here.isr.iter().any(|id| !then_here.isr.contains(id));
        let isr = || now_here.isr.clone();
        if !lost.is_empty() {
            let is_planned = lost.into_iter().all(|id| stops(after.brokers.get(id)));
            events.push(Event::IsrShrank { partition: place(), isr: isr(), is_planned });
        }
        events.extend(joined.then(|| Event::IsrGrew { partition: place(), isr: isr() }));
    }
}

fn of_leader(place: impl Fn() -> Place, then: &PartitionImage, now: &PartitionImage) -> Option<Event> {
    let (from, to) = (then.leader, now.leader);
    let is_unclean = now.is_recovering && !then.is_recovering;
    let epoch = now.leader_epoch;
    (from != to).then(|| Event::LeaderChanged { partition: place(), from, to, epoch, is_unclean })
}

fn of_broker(broker: BrokerId, then: Option<&BrokerImage>, now: Option<&BrokerImage>) -> Option<Event> {
    let serves = |image: Option<&BrokerImage>| image.is_some_and(|image| !image.is_fenced);
    match (serves(then), serves(now)) {
        (true, false) if now.is_none() => Some(Event::BrokerLeft { broker }),
        (true, false) => Some(Event::BrokerFenced { broker, is_planned: stops(now) }),
        (false, true) => Some(Event::BrokerJoined { broker }),
        _ => None,
    }
}

/// Whether a broker has said that it goes.
fn stops(broker: Option<&BrokerImage>) -> bool {
    broker.is_some_and(|broker| broker.in_controlled_shutdown)
}

#[cfg(test)]
mod tests {
    use kafkactl_core::names::{TopicId, Uuid};
    use kafkactl_core::schema::metadata::{
        BrokerRegistrationChangeRecord, ConfigRecord, FenceBrokerRecord, MetadataRecord,
        PartitionChangeRecord, PartitionRecord, RegisterBrokerRecord, RemoveTopicRecord, TopicRecord,
        UnregisterBrokerRecord,
    };

    use super::*;
    use crate::cluster::image::NO_LEADER_CHANGE;

    const ORDERS: Uuid = Uuid::from_u128(7);

    /// What a batch of records does to `image`.
    fn told(image: &mut MetadataImage, records: Vec<MetadataRecord>) -> Vec<Event> {
        let (before, mut delta) = (image.clone(), MetadataDelta::default());
        for record in records {
            image.replay(record, &mut delta).unwrap();
        }
        events(&before, &delta, image)
    }

    fn partition(number: i32) -> MetadataRecord {
        let (replicas, isr) = (vec![1, 2], vec![1, 2]);
        PartitionRecord {
            partition_id: number,
            topic_id: ORDERS,
            replicas,
            isr,
            leader: 1,
            leader_epoch: 0,
            ..PartitionRecord::default()
        }
        .into()
    }

    fn change(leader: Option<i32>, isr: &[i32], recovery: i8) -> MetadataRecord {
        PartitionChangeRecord {
            partition_id: 0,
            topic_id: ORDERS,
            isr: Some(isr.to_vec()),
            leader: leader.unwrap_or(NO_LEADER_CHANGE),
            leader_recovery_state: recovery,
            ..PartitionChangeRecord::default()
        }
        .into()
    }

    #[test]
    fn changes_of_topics_and_partitions_are_told() {
        let mut image = MetadataImage::default();
        let topic = || TopicName::new("orders");
        let created = TopicRecord { name: "orders".to_owned(), topic_id: ORDERS };
        let place = Place { topic: topic(), partition: PartitionId(0) };
        let leads = |from, to, epoch, is_unclean| Event::LeaderChanged {
            partition: place.clone(),
            from: BrokerId(from),
            to: BrokerId(to),
            epoch: LeaderEpoch(epoch),
            is_unclean,
        };
        let isr = |ids: &[i32]| ids.iter().copied().map(BrokerId).collect::<Vec<_>>();
        let shrank = |ids| Event::IsrShrank { partition: place.clone(), isr: isr(ids), is_planned: false };
        let grew = |ids| Event::IsrGrew { partition: place.clone(), isr: isr(ids) };
        let steps = [
            (vec![created.into(), partition(0)], vec![Event::TopicCreated { topic: topic(), partitions: 1 }]),
            (vec![partition(1)], vec![Event::PartitionsAdded { topic: topic(), partitions: 2 }]),
            (vec![change(None, &[1], -1)], vec![shrank(&[1])]),
            (vec![change(None, &[1], -1)], vec![]),
            (vec![change(Some(2), &[2], 1)], vec![leads(1, 2, 1, true), shrank(&[2]), grew(&[2])]),
            (vec![change(Some(1), &[2, 1], 0)], vec![leads(2, 1, 2, false), grew(&[2, 1])]),
            (
                vec![RemoveTopicRecord { topic_id: ORDERS }.into()],
                vec![Event::TopicDeleted { topic: topic() }],
            ),
        ];
        for (number, (records, expected)) in steps.into_iter().enumerate() {
            assert_eq!(told(&mut image, records), expected, "step {number}");
        }
        assert!(image.topics.by_id(&TopicId(ORDERS)).is_none());
    }

    #[test]
    fn brokers_come_and_go() {
        let mut image = MetadataImage::default();
        let broker = BrokerId(3);
        let registered = |fenced| RegisterBrokerRecord { broker_id: 3, fenced, ..Default::default() };
        let fenced = FenceBrokerRecord { id: 3, epoch: 0 };
        let gone = UnregisterBrokerRecord { broker_id: 3, broker_epoch: 0 };
        assert_eq!(told(&mut image, vec![registered(true).into()]), []);
        assert_eq!(told(&mut image, vec![registered(false).into()]), [Event::BrokerJoined { broker }]);
        assert_eq!(
            told(&mut image, vec![fenced.into()]),
            [Event::BrokerFenced { broker, is_planned: false }]
        );
        assert_eq!(told(&mut image, vec![registered(false).into()]), [Event::BrokerJoined { broker }]);
        assert_eq!(told(&mut image, vec![gone.into()]), [Event::BrokerLeft { broker }]);
    }

    #[test]
    fn a_broker_that_stops_is_no_alarm() {
        let mut image = MetadataImage::default();
        let registered = RegisterBrokerRecord { broker_id: 2, fenced: false, ..Default::default() };
        let created = TopicRecord { name: "orders".to_owned(), topic_id: ORDERS };
        told(&mut image, vec![registered.into(), created.into(), partition(0)]);
        let stops = BrokerRegistrationChangeRecord {
            broker_id: 2,
            in_controlled_shutdown: 1,
            ..BrokerRegistrationChangeRecord::default()
        };
        let place = Place { topic: TopicName::new("orders"), partition: PartitionId(0) };
        let shrank = Event::IsrShrank { partition: place, isr: vec![BrokerId(1)], is_planned: true };
        assert_eq!(told(&mut image, vec![stops.into(), change(None, &[1], -1)]), [shrank]);
        let fenced = FenceBrokerRecord { id: 2, epoch: 0 };
        let stopped = Event::BrokerFenced { broker: BrokerId(2), is_planned: true };
        assert_eq!(told(&mut image, vec![fenced.into()]), [stopped]);
    }

    #[test]
    fn what_is_set_in_vain_is_told_once() {
        let mut image = MetadataImage::default();
        let (topic, broker) = ((2, "orders"), (4, "1"));
        let rate = "metadata log: max.connection.creation.rate is accepted but has no effect here";
        let preallocate = "metadata log: preallocate is accepted but has no effect here";
        let steps = [
            (topic, "preallocate", Some("true"), Some(preallocate)),
            (topic, "retention.ms", Some("7"), None),
            (topic, "preallocate", Some("true"), None),
            (topic, "preallocate", Some("false"), None),
            (topic, "preallocate", Some("true"), Some(preallocate)),
            (topic, "preallocate", None, None),
            (broker, "max.connection.creation.rate", Some("9"), Some(rate)),
            (broker, "what.nobody.knows", Some("9"), None),
            ((4, ""), "max.connection.creation.rate", Some("10"), Some(rate)),
        ];
        for (number, ((resource_type, resource), name, value, expected)) in steps.into_iter().enumerate() {
            let record = ConfigRecord {
                resource_type,
                resource_name: resource.to_owned(),
                name: name.to_owned(),
                value: value.map(str::to_owned),
            };
            let warnings: Vec<String> = told(&mut image, vec![record.into()])
                .into_iter()
                .filter_map(|event| match event {
                    Event::SettingIgnored { warning, .. } => Some(warning.to_string()),
                    _ => None,
                })
                .collect();
            let without_help: Vec<&str> =
                warnings.iter().filter_map(|warning| Some(warning.rsplit_once(": ")?.0)).collect();
            assert_eq!(without_help, expected.into_iter().collect::<Vec<_>>(), "step {number}");
        }
    }

    #[test]
    fn an_image_that_was_loaded_is_no_news() {
        let mut image = MetadataImage::default();
        let created = TopicRecord { name: "orders".to_owned(), topic_id: ORDERS };
        told(&mut image, vec![created.into(), partition(0)]);
        assert_eq!(events(&MetadataImage::default(), &image.whole(), &image), []);
    }
}
