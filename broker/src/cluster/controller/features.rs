//! Changing finalized feature levels (D12; `FeatureControlManager`).

use kafkactl_core::schema::metadata::{ConfigRecord, FeatureLevelRecord, MetadataRecord};
use kafkactl_core::settings::ResourceKind;
use kafkactl_core::wire::ErrorCode;

use super::decision::{Decision, Refusal};
use super::machine::Machine;
use crate::cluster::features::{
    ELIGIBLE_LEADER_REPLICAS, KRAFT_VERSION, METADATA_VERSION, dependencies, feature_named,
};
use crate::cluster::image::ConfigResource;

/// Which way a level may move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpgradeType {
    Upgrade,
    SafeDowngrade,
    UnsafeDowngrade,
}

/// A wish for one feature.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureUpdate {
    pub feature: String,
    /// 0 takes the feature back altogether.
    pub level: i16,
    pub upgrade_type: UpgradeType,
}

impl Machine<'_> {
    /// Decides new levels: all of them or, with the first one's refusal, none.
    pub fn update_features(
        &self,
        updates: &[FeatureUpdate],
        validate_only: bool,
    ) -> Decision<Result<(), Refusal>> {
        let mut records = Vec::new();
        for (index, update) in updates.iter().enumerate() {
            if updates[..index].iter().any(|other| other.feature == update.feature) {
                let reason = format!("{} is updated twice", update.feature);
                return Decision::reply(Err(Refusal::new(ErrorCode::InvalidRequest, reason)));
            }
            match self.update_feature(update, updates) {
                Ok(changed) => records.extend(changed),
                Err(refusal) => return Decision::reply(Err(refusal)),
            }
        }
        Decision::new(if validate_only { Vec::new() } else { records }, Ok(()))
    }

    fn update_feature(
        &self,
        update: &FeatureUpdate,
        all: &[FeatureUpdate],
    ) -> Result<Vec<MetadataRecord>, Refusal> {
        let FeatureUpdate { feature: name, level, upgrade_type } = update;
        let refuse = |reason: String| Err(Refusal::new(ErrorCode::InvalidUpdateVersion, reason));
        let current = self.image.feature_level(name);
        let Some(feature) = feature_named(name).filter(|feature| feature.name != KRAFT_VERSION) else {
            return match name.as_str() {
                KRAFT_VERSION => refuse(format!("{name} cannot be changed on a quorum of one controller")),
                _ => refuse(format!("there is no feature {name}")),
            };
        };
        // A level that is kept for later may be lowered, but only levels that are served may be reached.
        let reachable = feature.min..=feature.served_max.max(current.min(feature.max));
        if !reachable.contains(level) {
            return refuse(format!(
                "level {level} of {name} is outside {} to {}, the levels that all brokers serve",
                feature.min, feature.served_max
            ));
        }
        if *level < current {
            if *upgrade_type == UpgradeType::Upgrade {
                return refuse(format!(
                    "{name} is {current}; a lower level must be asked for as a downgrade"
                ));
            }
            if name == METADATA_VERSION {
                return refuse(format!(
                    "{name} is {current}; going back to {level} would lose what the log holds since"
                ));
            }
        }
        for (needed, least) in dependencies(name, *level) {
            let updated = all.iter().find(|other| other.feature == *needed).map(|other| other.level);
            if updated.unwrap_or_else(|| self.image.feature_level(needed)) < *least {
                return refuse(format!("level {level} of {name} needs {needed} of at least {least}"));
            }
        }
        if *level == current {
            return Ok(Vec::new());
        }
        let mut records: Vec<MetadataRecord> =
            vec![FeatureLevelRecord { name: name.clone(), feature_level: *level }.into()];
        if name == ELIGIBLE_LEADER_REPLICAS && current == 0 {
            records.extend(self.min_insync_records());
        }
        Ok(records)
    }

    /// Eligible leader replicas need one minimum for all brokers: it is written down, and brokers' own ones go.
    pub(in crate::cluster) fn min_insync_records(&self) -> Vec<MetadataRecord> {
        let record = |resource_name: String, value: Option<String>| {
            MetadataRecord::from(ConfigRecord {
                resource_type: ResourceKind::Broker.code(),
                resource_name,
                name: "min.insync.replicas".to_owned(),
                value,
            })
        };
        let mut records = Vec::new();
        let cluster = self.image.configs(&ConfigResource::cluster());
        if !cluster.is_some_and(|texts| texts.contains_key("min.insync.replicas")) {
            let default = self.topic_settings("").min_insync_replicas;
            records.push(record(String::new(), Some(default.to_string())));
        }
        let mut brokers: Vec<&ConfigResource> = self
            .image
            .config_resources()
            .filter(|(resource, texts)| {
                resource.kind == ResourceKind::Broker
                    && !resource.name.is_empty()
                    && texts.contains_key("min.insync.replicas")
            })
            .map(|(resource, _)| resource)
            .collect();
        brokers.sort();
        records.extend(brokers.into_iter().map(|resource| record(resource.name.clone(), None)));
        records
    }
}
