//! Changing configs, one value at a time or all of a resource at once (D10; `ConfigurationControlManager`).

use std::collections::BTreeMap;

use kafkactl_core::names::BrokerId;
use kafkactl_core::schema::metadata::{ClearElrRecord, ConfigRecord, MetadataRecord};
use kafkactl_core::settings::{Kind, ResourceKind, Texts};
use kafkactl_core::wire::ErrorCode;

use super::config_rules::{check_length, invalid, whole};
use super::decision::{Decision, Refusal};
use super::machine::Machine;
use crate::cluster::image::ConfigResource;

const MIN_INSYNC_REPLICAS: &str = "min.insync.replicas";
const CORDONED_LOG_DIRS: &str = "cordoned.log.dirs";

/// What to do with one value (`AlterConfigOp.OpType`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigOperation {
    Set(String),
    Delete,
    Append(String),
    Subtract(String),
}

/// The changes of one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigChange {
    /// Values by name; others stay.
    Each(Vec<(String, ConfigOperation)>),
    /// All values; others go (the older AlterConfigs).
    Whole(Texts),
}

/// The outcome for each resource.
pub type AlterConfigsReply = Vec<(ConfigResource, Result<(), Refusal>)>;

impl Machine<'_> {
    /// Decides changes of configs. A resource changes as a whole or not at all; others are not touched by its
    /// refusal. The caller has seen to it that no resource and no name stands twice.
    pub fn alter_configs(
        &self,
        changes: Vec<(ConfigResource, ConfigChange)>,
        validate_only: bool,
    ) -> Decision<AlterConfigsReply> {
        let mut records = Vec::new();
        let mut reply = Vec::with_capacity(changes.len());
        for (resource, change) in changes {
            let outcome = self.alter_resource(&resource, change).map(|changed| records.extend(changed));
            reply.push((resource, outcome));
        }
        Decision::new(if validate_only { Vec::new() } else { records }, reply)
    }

    fn alter_resource(
        &self,
        resource: &ConfigResource,
        change: ConfigChange,
    ) -> Result<Vec<MetadataRecord>, Refusal> {
        self.check_resource(resource)?;
        let old = self.image.configs(resource).cloned().unwrap_or_default();
        let new = match change {
            ConfigChange::Whole(texts) => {
                texts.iter().try_for_each(|(name, value)| check_length(name, value))?;
                texts
            }
            ConfigChange::Each(operations) => {
                let mut texts = (*old).clone();
                for (name, operation) in operations {
                    apply(resource.kind, &mut texts, name, operation)?;
                }
                texts
            }
        };
        let mut changed: BTreeMap<&String, Option<&String>> = BTreeMap::new();
        changed.extend(old.keys().filter(|name| !new.contains_key(*name)).map(|name| (name, None)));
        changed.extend(
            new.iter().filter(|(name, value)| old.get(*name) != Some(*value)).map(|(k, v)| (k, Some(v))),
        );
        self.check_min_insync(resource, &changed)?;
        self.check_cordoned(resource, &changed)?;
        whole(self, resource.kind, &resource.name, &new)?;
        let mut records: Vec<MetadataRecord> = Vec::with_capacity(changed.len());
        let clears_elr = self.uses_elr() && changed.keys().any(|name| *name == MIN_INSYNC_REPLICAS);
        records.extend(changed.into_iter().map(|(name, value)| {
            MetadataRecord::from(ConfigRecord {
                resource_type: resource.kind.code(),
                resource_name: resource.name.clone(),
                name: name.clone(),
                value: value.cloned(),
            })
        }));
        // Who was eligible under another minimum may not be under this one.
        match resource.kind {
            ResourceKind::Topic if clears_elr => {
                records.push(ClearElrRecord { topic_name: resource.name.clone() }.into());
            }
            ResourceKind::Broker if clears_elr => {
                records.push(ClearElrRecord { topic_name: String::new() }.into());
            }
            _ => {}
        }
        Ok(records)
    }

    /// Whether there is such a resource.
    fn check_resource(&self, resource: &ConfigResource) -> Result<(), Refusal> {
        let name = resource.name.as_str();
        match resource.kind {
            ResourceKind::Topic if self.image.topics.get(name).is_none() => {
                Err(Refusal::new(ErrorCode::UnknownTopicOrPartition, format!("there is no topic '{name}'")))
            }
            ResourceKind::Broker if !name.is_empty() => match name.parse::<i32>() {
                Err(_) => Err(Refusal::new(ErrorCode::InvalidRequest, format!("'{name}' is no broker id"))),
                Ok(id) if !self.is_known(BrokerId(id)) => Err(Refusal::new(
                    ErrorCode::BrokerIdNotRegistered,
                    format!("broker {id} is not registered"),
                )),
                Ok(_) => Ok(()),
            },
            ResourceKind::Group | ResourceKind::ClientMetrics if name.is_empty() => {
                let kind = resource.kind.name();
                Err(Refusal::new(ErrorCode::InvalidRequest, format!("a {kind} resource needs a name")))
            }
            _ => Ok(()),
        }
    }

    /// With eligible leader replicas the minimum is one for all brokers, and always set (C13).
    fn check_min_insync(
        &self,
        resource: &ConfigResource,
        changed: &BTreeMap<&String, Option<&String>>,
    ) -> Result<(), Refusal> {
        let Some(value) = changed.get(&MIN_INSYNC_REPLICAS.to_owned()) else { return Ok(()) };
        match (resource.kind, resource.name.is_empty(), value) {
            _ if !self.uses_elr() => Ok(()),
            (ResourceKind::Broker, true, None) => Err(invalid(format!(
                "{MIN_INSYNC_REPLICAS} of the whole cluster cannot be removed while eligible leader replicas are used"
            ))),
            (ResourceKind::Broker, false, Some(_)) => Err(invalid(format!(
                "{MIN_INSYNC_REPLICAS} cannot be set for one broker while eligible leader replicas are used"
            ))),
            _ => Ok(()),
        }
    }

    /// The metadata log of older versions cannot say which directories are cordoned (KIP-1066).
    fn check_cordoned(
        &self,
        resource: &ConfigResource,
        changed: &BTreeMap<&String, Option<&String>>,
    ) -> Result<(), Refusal> {
        let is_set = matches!(changed.get(&CORDONED_LOG_DIRS.to_owned()), Some(Some(_)));
        if resource.kind == ResourceKind::Broker && is_set && !self.version().has_cordoned_directories() {
            return Err(invalid(format!("{CORDONED_LOG_DIRS} needs a metadata.version of 4.3-IV0 or newer")));
        }
        Ok(())
    }
}

fn apply(
    kind: ResourceKind,
    texts: &mut Texts,
    name: String,
    operation: ConfigOperation,
) -> Result<(), Refusal> {
    let (word, items) = match operation {
        ConfigOperation::Set(value) => {
            check_length(&name, &value)?;
            texts.insert(name, value);
            return Ok(());
        }
        ConfigOperation::Delete => {
            texts.remove(&name);
            return Ok(());
        }
        ConfigOperation::Append(items) => ("append to", items),
        ConfigOperation::Subtract(items) => ("subtract from", items),
    };
    let setting = kind.setting(&name).filter(|setting| setting.kind == Kind::List);
    let setting = setting.ok_or_else(|| invalid(format!("cannot {word} {name}, which is no list")))?;
    let current = texts.get(&name).map(String::as_str).or(setting.default).unwrap_or_default();
    let mut list: Vec<&str> = split(current).collect();
    if word == "append to" {
        for item in split(&items) {
            if !list.contains(&item) {
                list.push(item);
            }
        }
    } else {
        list.retain(|item| !split(&items).any(|gone| gone == *item));
    }
    let joined = list.join(",");
    check_length(&name, &joined)?;
    texts.insert(name, joined);
    Ok(())
}

fn split(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}
