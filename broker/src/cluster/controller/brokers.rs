//! Nodes coming and going, producer ids, directories (D1 to D3, C13, C17, D17; `ClusterControlManager`).

use std::ops::Range;

use kafkactl_core::names::{BrokerEpoch, BrokerId, PartitionId, TopicId, Uuid};
use kafkactl_core::schema::metadata::{
    BrokerRegistrationChangeRecord, MetadataRecord, PartitionChangeRecord, ProducerIdsRecord,
};
use kafkactl_core::wire::ErrorCode;

use super::decision::{Decision, Refusal};
use super::machine::{Machine, Upheaval};
use super::partition_change::Election;
use crate::cluster::image::{
    BrokerImage, ControllerImage, Endpoint, NO_LEADER_CHANGE, PartitionImage, SupportedFeature, TopicImage,
};

/// How many producer ids a broker is given at a time.
pub const PRODUCER_ID_BLOCK: i64 = 1000;

/// What a starting broker says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    pub id: BrokerId,
    pub incarnation: Uuid,
    pub endpoints: Vec<Endpoint>,
    pub features: Vec<SupportedFeature>,
    pub rack: Option<String>,
    pub directories: Vec<Uuid>,
    /// The epoch of its last registration, when it stopped cleanly after that (D2).
    pub previous_epoch: Option<BrokerEpoch>,
}

impl Machine<'_> {
    /// Registers a controller as it is now; nothing when the log says the same.
    pub fn register_controller(&self, controller: ControllerImage) -> Decision<()> {
        let is_known = self.image.controllers.get(&controller.id) == Some(&controller);
        if is_known || !self.version().has_controller_registrations() {
            return Decision::reply(());
        }
        Decision::new(vec![controller.record().into()], ())
    }

    /// Registers a broker, fenced; its epoch is the offset the registration will lie at, given that the first
    /// record decided here lies at `next_offset`.
    ///
    /// A broker that did not stop cleanly may have lost what it had in memory, so it first leaves the replicas in
    /// sync and the eligible ones. The registration is the last record: a part of it alone never counts.
    pub fn register_broker(&self, registration: Registration, next_offset: i64) -> Decision<BrokerEpoch> {
        let id = registration.id;
        let old = self.image.brokers.get(&id);
        let stopped_cleanly = old.is_none_or(|old| registration.previous_epoch == Some(old.epoch));
        let mut records: Vec<MetadataRecord> = match stopped_cleanly {
            true => self.removal(id, Some(id), None),
            false if self.version().has_eligible_leader_replicas() => self.removal(id, None, Some(id)),
            false => self.removal(id, Some(id), None),
        };
        let epoch = BrokerEpoch(next_offset + i64::try_from(records.len()).unwrap_or(i64::MAX));
        let broker = BrokerImage {
            id,
            epoch,
            incarnation: registration.incarnation,
            endpoints: registration.endpoints,
            features: registration.features,
            rack: registration.rack,
            is_fenced: true,
            in_controlled_shutdown: false,
            directories: registration.directories,
            cordoned_directories: Vec::new(),
        };
        records.push(broker.record(self.version()).into());
        Decision::new(records, epoch)
    }

    /// Lets a registered broker serve: it is unfenced and takes partitions without a leader.
    pub fn unfence_broker(&self, id: BrokerId) -> Decision<Result<(), Refusal>> {
        let Some(broker) = self.image.brokers.get(&id) else {
            return Decision::reply(Err(not_registered(id)));
        };
        if !broker.is_fenced {
            return Decision::reply(Ok(()));
        }
        let mut records: Vec<MetadataRecord> = vec![fencing(broker, -1).into()];
        let can_lead = |other: BrokerId| other == id || self.image.is_active(other);
        let upheaval = Upheaval::new(Election::Online, &can_lead);
        let changes = self.partition_changes(|partition| !partition.has_leader(), &upheaval);
        records.extend(changes.into_iter().map(MetadataRecord::from));
        Decision::new(records, Ok(()))
    }

    /// Takes a broker's partitions from it because it is about to stop.
    pub fn begin_shutdown(&self, id: BrokerId) -> Decision<Result<(), Refusal>> {
        let Some(broker) = self.image.brokers.get(&id) else {
            return Decision::reply(Err(not_registered(id)));
        };
        let mut records: Vec<MetadataRecord> = Vec::new();
        if !broker.in_controlled_shutdown {
            let change = BrokerRegistrationChangeRecord { in_controlled_shutdown: 1, ..change_of(broker) };
            records.push(change.into());
        }
        records.extend(self.removal(id, Some(id), None));
        Decision::new(records, Ok(()))
    }

    /// Fences a broker: it serves nobody until it registers again.
    pub fn fence_broker(&self, id: BrokerId) -> Decision<Result<(), Refusal>> {
        let Some(broker) = self.image.brokers.get(&id) else {
            return Decision::reply(Err(not_registered(id)));
        };
        if broker.is_fenced {
            return Decision::reply(Ok(()));
        }
        let mut records = self.removal(id, Some(id), None);
        records.push(fencing(broker, 1).into());
        Decision::new(records, Ok(()))
    }

    /// The changes of all partitions that a broker is in sync, eligible or leading in, when it goes.
    fn removal(
        &self,
        id: BrokerId,
        leaving: Option<BrokerId>,
        stopped_uncleanly: Option<BrokerId>,
    ) -> Vec<MetadataRecord> {
        let can_lead = |other: BrokerId| other != id && self.image.is_active(other);
        let upheaval = Upheaval { leaving, stopped_uncleanly, ..Upheaval::new(Election::Online, &can_lead) };
        let concerns = |partition: &PartitionImage| {
            let is_eligible = stopped_uncleanly.is_some() && partition.elr.contains(&id);
            let is_in_sync =
                partition.isr.contains(&id) && (partition.has_leader() || stopped_uncleanly.is_some());
            is_in_sync || partition.leader == id || is_eligible
        };
        self.partition_changes(concerns, &upheaval).into_iter().map(MetadataRecord::from).collect()
    }

    /// Says that a leader chosen from outside the replicas in sync has gone through what it has.
    pub fn finish_recovery(&self, leader: BrokerId) -> Decision<()> {
        let mut records: Vec<MetadataRecord> = Vec::new();
        for topic in self.image.topics.sorted() {
            for (&partition, image) in &topic.partitions {
                if image.leader == leader && image.is_recovering {
                    let change =
                        PartitionChangeRecord { leader_recovery_state: 0, ..no_change(topic.id, partition) };
                    records.push(change.into());
                }
            }
        }
        Decision::new(records, ())
    }

    /// Gives out the next block of producer ids. Ids are never given out twice.
    pub fn allocate_producer_ids(
        &self,
        id: BrokerId,
        epoch: BrokerEpoch,
    ) -> Decision<Result<Range<i64>, Refusal>> {
        match self.image.brokers.get(&id) {
            None => return Decision::reply(Err(not_registered(id))),
            Some(broker) if broker.epoch != epoch => {
                let reason = format!("broker {id} has epoch {}, not {epoch}", broker.epoch);
                return Decision::reply(Err(Refusal::new(ErrorCode::StaleBrokerEpoch, reason)));
            }
            Some(_) => {}
        }
        let first = self.image.next_producer_id.0;
        let Some(next) = first.checked_add(PRODUCER_ID_BLOCK) else {
            let reason = "all producer ids have been given out";
            return Decision::reply(Err(Refusal::new(ErrorCode::UnknownServerError, reason)));
        };
        let record = ProducerIdsRecord { broker_id: id.0, broker_epoch: epoch.0, next_producer_id: next };
        Decision::new(vec![record.into()], Ok(first..next))
    }

    /// Notes which directories of a broker can be used; one at least. What lay in the others leaves the replicas in
    /// sync and is led by others, or by nobody (`handleDirectoriesOffline`).
    pub fn online_directories(&self, id: BrokerId, online: Vec<Uuid>) -> Decision<()> {
        let broker = self.image.brokers.get(&id).filter(|broker| broker.directories != online);
        let Some(broker) = broker.filter(|_| self.version().has_directories()) else {
            return Decision::reply(());
        };
        let is_lost =
            |directory: Uuid| broker.directories.contains(&directory) && !online.contains(&directory);
        let concerns = |partition: &PartitionImage| {
            partition.directory_of(id).is_some_and(is_lost)
                && (partition.leader == id || partition.has_leader() && partition.isr.contains(&id))
        };
        let can_lead = |other: BrokerId| other != id && self.image.is_active(other);
        let upheaval = Upheaval { leaving: Some(id), ..Upheaval::new(Election::Online, &can_lead) };
        let changes = self.partition_changes(concerns, &upheaval);
        let mut records: Vec<MetadataRecord> = changes.into_iter().map(MetadataRecord::from).collect();
        records.push(BrokerRegistrationChangeRecord { log_dirs: online, ..change_of(broker) }.into());
        Decision::new(records, ())
    }

    /// Notes which directories of a broker get no new replicas (`handleDirectoriesCordoned`, KIP-1066).
    pub fn cordon_directories(&self, id: BrokerId, cordoned: Vec<Uuid>) -> Decision<()> {
        let broker = self.image.brokers.get(&id).filter(|broker| broker.cordoned_directories != cordoned);
        let Some(broker) = broker.filter(|_| self.version().has_cordoned_directories()) else {
            return Decision::reply(());
        };
        let cordoned_log_dirs = Some(cordoned);
        let change = BrokerRegistrationChangeRecord { cordoned_log_dirs, ..change_of(broker) };
        Decision::new(vec![change.into()], ())
    }

    /// Notes the directories that a broker chose for its replicas, which may lead from there; what does not exist any
    /// more is left out.
    pub fn assign_directories(
        &self,
        broker: BrokerId,
        directories: &[(TopicId, PartitionId, Uuid)],
    ) -> Decision<()> {
        if !self.version().has_directories() {
            return Decision::reply(());
        }
        let mut records: Vec<MetadataRecord> = Vec::new();
        for (topic, partition, directory) in directories {
            let Some(topic) = self.image.topics.by_id(topic) else { continue };
            let Some(image) = topic.partitions.get(partition) else { continue };
            let mut assigned = image.clone();
            for (replica, lies_in) in image.replicas.iter().zip(&mut assigned.directories) {
                if *replica == broker {
                    *lies_in = *directory;
                }
            }
            if assigned.directories != image.directories {
                let elected = (!image.has_leader()).then(|| self.elect_again(topic, *partition, &assigned));
                let change = elected.flatten().unwrap_or_else(|| no_change(topic.id, *partition));
                let directories = Some(assigned.directories);
                records.push(PartitionChangeRecord { directories, ..change }.into());
            }
        }
        Decision::new(records, ())
    }

    /// Gives a partition a leader if there is one to be had now.
    fn elect_again(
        &self,
        topic: &TopicImage,
        partition: PartitionId,
        image: &PartitionImage,
    ) -> Option<PartitionChangeRecord> {
        let can_lead = |broker: BrokerId| self.image.is_active(broker);
        let upheaval = Upheaval::new(Election::Online, &can_lead);
        let wanted = self.topic_settings(topic.name.as_str()).min_insync_replicas;
        self.partition_change(topic.id, usize::try_from(wanted).unwrap_or(1), (partition, image), &upheaval)
    }
}

fn no_change(topic: TopicId, partition: PartitionId) -> PartitionChangeRecord {
    PartitionChangeRecord {
        partition_id: partition.0,
        topic_id: topic.0,
        leader: NO_LEADER_CHANGE,
        leader_recovery_state: -1,
        ..PartitionChangeRecord::default()
    }
}

fn change_of(broker: &BrokerImage) -> BrokerRegistrationChangeRecord {
    BrokerRegistrationChangeRecord {
        broker_id: broker.id.0,
        broker_epoch: broker.epoch.0,
        ..Default::default()
    }
}

/// 1 fences, -1 unfences.
fn fencing(broker: &BrokerImage, fenced: i8) -> BrokerRegistrationChangeRecord {
    BrokerRegistrationChangeRecord { fenced, ..change_of(broker) }
}

fn not_registered(id: BrokerId) -> Refusal {
    Refusal::new(ErrorCode::BrokerIdNotRegistered, format!("broker {id} is not registered"))
}
