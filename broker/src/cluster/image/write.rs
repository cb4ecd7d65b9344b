//! An image as the records of a snapshot, in Kafka's order (`MetadataImage.write`).

use kafkactl_core::names::ProducerId;
use kafkactl_core::schema::SchemaError;
use kafkactl_core::schema::metadata::{
    ConfigRecord, FeatureLevelRecord, MetadataRecord, ProducerIdsRecord, TopicRecord,
};

use super::MetadataImage;
use crate::cluster::features::{METADATA_VERSION, MetadataVersion};

impl MetadataImage {
    /// The records that lead from nothing to this image, `metadata.version` first.
    pub fn records(&self) -> Vec<MetadataRecord> {
        let version = self.metadata_version();
        let mut records = Vec::new();
        let level =
            |name: &str, level: i16| FeatureLevelRecord { name: name.to_owned(), feature_level: level };
        if let Some(&metadata_version) = self.features.get(METADATA_VERSION) {
            records.push(level(METADATA_VERSION, metadata_version).into());
        }
        let others = self.features.iter().filter(|(name, _)| *name != METADATA_VERSION);
        records.extend(others.map(|(name, &value)| level(name, value).into()));
        records.extend(self.brokers.values().map(|broker| broker.record(version).into()));
        if version.has_controller_registrations() {
            records.extend(self.controllers.values().map(|controller| controller.record().into()));
        }
        self.topic_records(version, &mut records);
        self.config_records(&mut records);
        records.extend(self.security.quota_records().map(MetadataRecord::from));
        if self.next_producer_id > ProducerId(0) {
            let next_producer_id = self.next_producer_id.0;
            // Nobody in particular holds the last block.
            let record = ProducerIdsRecord { broker_id: -1, broker_epoch: -1, next_producer_id };
            records.push(record.into());
        }
        records.extend(self.security.acls.values().cloned().map(MetadataRecord::from));
        if version.has_scram() {
            records.extend(self.security.scram.values().cloned().map(MetadataRecord::from));
        }
        records.extend(self.security.tokens.values().cloned().map(MetadataRecord::from));
        records
    }

    fn topic_records(&self, version: MetadataVersion, records: &mut Vec<MetadataRecord>) {
        for topic in self.topics.sorted() {
            records.push(TopicRecord { name: topic.name.to_string(), topic_id: topic.id.0 }.into());
            let partitions = topic.partitions.iter();
            records.extend(partitions.map(|(&id, partition)| partition.record(topic.id, id, version).into()));
        }
    }

    fn config_records(&self, records: &mut Vec<MetadataRecord>) {
        let mut resources: Vec<_> = self.configs.iter().collect();
        resources.sort_unstable_by_key(|(resource, _)| *resource);
        for (resource, values) in resources {
            records.extend(values.iter().map(|(name, value)| {
                MetadataRecord::from(ConfigRecord {
                    resource_type: resource.kind.code(),
                    resource_name: resource.name.clone(),
                    name: name.clone(),
                    value: Some(value.clone()),
                })
            }));
        }
    }
}

/// The bytes of a record in the version that `metadata.version` calls for.
pub fn encode_record(record: &MetadataRecord, version: MetadataVersion) -> Result<Vec<u8>, SchemaError> {
    let mut bytes = Vec::with_capacity(64);
    record.encode(record_version(record, version), &mut bytes)?;
    Ok(bytes)
}

fn record_version(record: &MetadataRecord, version: MetadataVersion) -> i16 {
    match record {
        MetadataRecord::RegisterBroker(_) => version.register_broker_record(),
        MetadataRecord::Partition(_) | MetadataRecord::PartitionChange(_) => version.partition_record(),
        // The oldest version that can say it, as Kafka writes them.
        MetadataRecord::BrokerRegistrationChange(record) if record.cordoned_log_dirs.is_some() => 3,
        MetadataRecord::BrokerRegistrationChange(record) if !record.log_dirs.is_empty() => 2,
        MetadataRecord::BrokerRegistrationChange(record) if record.in_controlled_shutdown != 0 => 1,
        _ => 0,
    }
}
