//! Nodes as the metadata log knows them.

use kafkactl_core::names::{BrokerEpoch, BrokerId, Uuid};
use kafkactl_core::schema::metadata::register_broker_record::{BrokerEndpoint, BrokerFeature};
use kafkactl_core::schema::metadata::register_controller_record::{ControllerEndpoint, ControllerFeature};
use kafkactl_core::schema::metadata::{
    BrokerRegistrationChangeRecord, RegisterBrokerRecord, RegisterControllerRecord,
};

use super::{DIRECTORY_LOST, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED};
use crate::cluster::features::MetadataVersion;

/// One broker's registration. It serves clients while it is not fenced.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerImage {
    pub id: BrokerId,
    pub epoch: BrokerEpoch,
    /// Drawn anew by every start of the broker.
    pub incarnation: Uuid,
    pub endpoints: Vec<Endpoint>,
    pub features: Vec<SupportedFeature>,
    pub rack: Option<String>,
    pub is_fenced: bool,
    pub in_controlled_shutdown: bool,
    /// The ids of its log directories; empty before 3.7.
    pub directories: Vec<Uuid>,
    pub cordoned_directories: Vec<Uuid>,
}

/// One controller's registration.
#[derive(Debug, Clone, PartialEq)]
pub struct ControllerImage {
    pub id: BrokerId,
    pub incarnation: Uuid,
    pub endpoints: Vec<Endpoint>,
    pub features: Vec<SupportedFeature>,
}

/// An address of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub listener: String,
    pub host: String,
    pub port: u16,
    /// Kafka's number: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    pub security_protocol: i16,
}

/// The levels of a feature that a node can work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportedFeature {
    pub name: String,
    pub min: i16,
    pub max: i16,
}

impl BrokerImage {
    /// Whether a replica in this directory can be used, as far as the broker has told (`DirectoryId.isOnline`).
    pub fn has_online(&self, directory: Uuid) -> bool {
        let is_unknown = directory == DIRECTORY_UNASSIGNED || directory == DIRECTORY_MIGRATING;
        let is_listed = self.directories.is_empty() || self.directories.contains(&directory);
        is_unknown || (is_listed && directory != DIRECTORY_LOST)
    }

    /// Whether replicas on this broker may lead and be in sync (C12).
    pub fn is_active(&self) -> bool {
        !self.is_fenced && !self.in_controlled_shutdown
    }

    pub fn endpoint(&self, listener: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.listener == listener)
    }

    pub(super) fn of_record(record: RegisterBrokerRecord) -> Self {
        Self {
            id: BrokerId(record.broker_id),
            epoch: BrokerEpoch(record.broker_epoch),
            incarnation: record.incarnation_id,
            endpoints: record.end_points.into_iter().map(Endpoint::from).collect(),
            features: by_name(record.features.into_iter().map(SupportedFeature::from)),
            rack: record.rack,
            is_fenced: record.fenced,
            in_controlled_shutdown: record.in_controlled_shutdown,
            directories: record.log_dirs,
            cordoned_directories: record.cordoned_log_dirs.unwrap_or_default(),
        }
    }

    pub(super) fn merge(&mut self, change: BrokerRegistrationChangeRecord) {
        match change.fenced {
            1 => self.is_fenced = true,
            -1 => self.is_fenced = false,
            _ => {}
        }
        if change.in_controlled_shutdown == 1 {
            self.in_controlled_shutdown = true;
        }
        if !change.log_dirs.is_empty() {
            self.directories = change.log_dirs;
        }
        if let Some(cordoned) = change.cordoned_log_dirs {
            self.cordoned_directories = cordoned;
        }
    }

    /// The record that says all of this.
    pub fn record(&self, version: MetadataVersion) -> RegisterBrokerRecord {
        RegisterBrokerRecord {
            broker_id: self.id.0,
            is_migrating_zk_broker: false,
            incarnation_id: self.incarnation,
            broker_epoch: self.epoch.0,
            end_points: self.endpoints.iter().cloned().map(BrokerEndpoint::from).collect(),
            features: self.features.iter().cloned().map(BrokerFeature::from).collect(),
            rack: self.rack.clone(),
            fenced: self.is_fenced,
            in_controlled_shutdown: self.in_controlled_shutdown,
            log_dirs: if version.has_directories() { self.directories.clone() } else { Vec::new() },
            cordoned_log_dirs: version.has_cordoned_directories().then(|| self.cordoned_directories.clone()),
        }
    }
}

impl ControllerImage {
    pub(super) fn of_record(record: RegisterControllerRecord) -> Self {
        Self {
            id: BrokerId(record.controller_id),
            incarnation: record.incarnation_id,
            endpoints: record.end_points.into_iter().map(Endpoint::from).collect(),
            features: by_name(record.features.into_iter().map(SupportedFeature::from)),
        }
    }

    /// The record that says all of this.
    pub fn record(&self) -> RegisterControllerRecord {
        RegisterControllerRecord {
            controller_id: self.id.0,
            incarnation_id: self.incarnation,
            zk_migration_ready: false,
            end_points: self.endpoints.iter().cloned().map(ControllerEndpoint::from).collect(),
            features: self.features.iter().cloned().map(ControllerFeature::from).collect(),
        }
    }
}

/// Kafka writes them in the order of a hash map.
fn by_name(features: impl Iterator<Item = SupportedFeature>) -> Vec<SupportedFeature> {
    let mut features: Vec<SupportedFeature> = features.collect();
    features.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    features
}

/// Brokers and controllers write the same fields in structures of their own.
macro_rules! same_fields {
    ($($endpoint:ty, $feature:ty;)*) => {$(
        impl From<$endpoint> for Endpoint {
            fn from(it: $endpoint) -> Self {
                Self { listener: it.name, host: it.host, port: it.port, security_protocol: it.security_protocol }
            }
        }

        impl From<Endpoint> for $endpoint {
            fn from(it: Endpoint) -> Self {
                Self { name: it.listener, host: it.host, port: it.port, security_protocol: it.security_protocol }
            }
        }

        impl From<$feature> for SupportedFeature {
            fn from(it: $feature) -> Self {
                Self { name: it.name, min: it.min_supported_version, max: it.max_supported_version }
            }
        }

        impl From<SupportedFeature> for $feature {
            fn from(it: SupportedFeature) -> Self {
                Self { name: it.name, min_supported_version: it.min, max_supported_version: it.max }
            }
        }
    )*};
}
same_fields! {
    BrokerEndpoint, BrokerFeature;
    ControllerEndpoint, ControllerFeature;
}
