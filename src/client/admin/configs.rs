use std::collections::BTreeMap;

use super::Admin;
use crate::client::route::Ask;
use crate::client::text::{some_text, text};
use crate::client::{ClientError, PerItem};
use crate::names::BrokerId;
use crate::wire::ApiKey;
use crate::wire::messages::describe_configs_request::DescribeConfigsResource;
use crate::wire::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use crate::wire::messages::{
    AlterConfigsRequest, DescribeConfigsRequest, IncrementalAlterConfigsRequest, ListConfigResourcesRequest,
    alter_configs_request, incremental_alter_configs_request,
};

/// What a setting belongs to, with its number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfigResourceKind {
    Topic = 2,
    /// With an empty name: the default of all brokers.
    Broker = 4,
    BrokerLogger = 8,
    ClientMetrics = 16,
    Group = 32,
}

impl ConfigResourceKind {
    const ALL: [Self; 5] = [Self::Topic, Self::Broker, Self::BrokerLogger, Self::ClientMetrics, Self::Group];

    fn from_id(id: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i8 == id)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    pub kind: ConfigResourceKind,
    pub name: String,
}

impl ConfigResource {
    pub fn topic(name: &str) -> Self {
        Self { kind: ConfigResourceKind::Topic, name: name.to_owned() }
    }

    pub fn broker(id: BrokerId) -> Self {
        Self { kind: ConfigResourceKind::Broker, name: id.to_string() }
    }

    /// Settings of one broker are known to, and changed by, that broker.
    fn broker_id(&self) -> Option<BrokerId> {
        match self.kind {
            ConfigResourceKind::Broker | ConfigResourceKind::BrokerLogger => {
                self.name.parse().ok().map(BrokerId)
            }
            ConfigResourceKind::Topic | ConfigResourceKind::ClientMetrics | ConfigResourceKind::Group => None,
        }
    }

    fn what(&self) -> String {
        format!("settings of {self}")
    }
}

impl std::fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let noun = match self.kind {
            ConfigResourceKind::Topic => "topic",
            ConfigResourceKind::Broker if self.name.is_empty() => return f.write_str("all brokers"),
            ConfigResourceKind::Broker => "broker",
            ConfigResourceKind::BrokerLogger => "the loggers of broker",
            ConfigResourceKind::ClientMetrics => "client metrics",
            ConfigResourceKind::Group => "group",
        };
        write!(f, "{noun} \"{}\"", self.name)
    }
}

/// Where a value comes from, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigSource {
    Topic,
    BrokerLogger,
    Broker,
    BrokerDefault,
    StaticBroker,
    Default,
    ClientMetrics,
    Group,
    Unknown,
}

impl ConfigSource {
    fn from_id(id: i8) -> Self {
        match id {
            1 => Self::Topic,
            2 => Self::Broker,
            3 => Self::BrokerDefault,
            4 => Self::StaticBroker,
            5 => Self::Default,
            6 => Self::BrokerLogger,
            7 => Self::ClientMetrics,
            8 => Self::Group,
            _ => Self::Unknown,
        }
    }

    /// Kafka's name, as in `DYNAMIC_TOPIC_CONFIG`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topic => "DYNAMIC_TOPIC_CONFIG",
            Self::Broker => "DYNAMIC_BROKER_CONFIG",
            Self::BrokerDefault => "DYNAMIC_DEFAULT_BROKER_CONFIG",
            Self::StaticBroker => "STATIC_BROKER_CONFIG",
            Self::Default => "DEFAULT_CONFIG",
            Self::BrokerLogger => "DYNAMIC_BROKER_LOGGER_CONFIG",
            Self::ClientMetrics => "DYNAMIC_CLIENT_METRICS_CONFIG",
            Self::Group => "DYNAMIC_GROUP_CONFIG",
            Self::Unknown => "UNKNOWN",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    pub name: String,
    /// `None` for a secret, and where nothing is set.
    pub value: Option<String>,
    pub source: ConfigSource,
    pub is_sensitive: bool,
    pub is_read_only: bool,
    /// Kafka's name of the type, as in `INT`; "UNKNOWN" from brokers that do not tell.
    pub type_name: &'static str,
    pub documentation: Option<String>,
    /// What would apply if the entry were not set, and then, and so on.
    pub synonyms: Vec<ConfigSynonym>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigSynonym {
    pub name: String,
    pub value: Option<String>,
    pub source: ConfigSource,
}

/// What more to tell about settings than their values.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConfigDetail {
    pub synonyms: bool,
    pub documentation: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigChange {
    Set(String),
    /// Back to the default.
    Delete,
    /// Adds items to a list.
    Append(String),
    /// Takes items out of a list.
    Subtract(String),
}

impl Admin {
    /// The settings of each resource; all of them, or those named.
    pub async fn describe_configs(
        &self,
        resources: &[ConfigResource],
        names: Option<&[String]>,
        detail: ConfigDetail,
    ) -> Result<PerItem<ConfigResource, Vec<ConfigEntry>>, ClientError> {
        let mut described = PerItem::new();
        for (broker, resources) in by_broker(resources.iter()) {
            let build = |_| {
                let resources = resources.iter().map(|resource| {
                    DescribeConfigsResource::default()
                        .with_resource_type(resource.kind as i8)
                        .with_resource_name(text(&resource.name))
                        .with_configuration_keys(
                            names.map(|names| names.iter().map(|name| text(name)).collect()),
                        )
                });
                DescribeConfigsRequest::default()
                    .with_resources(resources.collect())
                    .with_include_synonyms(detail.synonyms)
                    .with_include_documentation(detail.documentation)
            };
            let ask = Ask::new("describing settings");
            let results = match broker {
                None => self.client.ask_any(ask, build, |response| Ok(response.results)).await?,
                Some(broker) => self.ask_one_broker(ask, broker, build, |response| response.results).await?,
            };
            described.extend(results.into_iter().filter_map(described_of));
        }
        Ok(described)
    }

    /// Changes single settings and leaves the others alone; checked first and then changed as one per resource.
    pub async fn alter_configs(
        &self,
        changes: &BTreeMap<ConfigResource, BTreeMap<String, ConfigChange>>,
        validate_only: bool,
    ) -> Result<PerItem<ConfigResource, ()>, ClientError> {
        if !self.client.offers(ApiKey::IncrementalAlterConfigs).await? {
            return self.replace_configs(changes, validate_only).await;
        }
        let mut altered = PerItem::new();
        for (broker, resources) in by_broker(changes.keys()) {
            let build = |_| {
                let resources =
                    resources.iter().filter_map(|resource| Some((*resource, changes.get(resource)?)));
                IncrementalAlterConfigsRequest::default()
                    .with_resources(
                        resources.map(|(resource, changes)| incremental(resource, changes)).collect(),
                    )
                    .with_validate_only(validate_only)
            };
            let ask = Ask::new("changing settings");
            let responses = match broker {
                None => self.client.ask_controller(ask, build, |response| Ok(response.responses)).await?,
                Some(broker) => {
                    self.ask_one_broker(ask, broker, build, |response| response.responses).await?
                }
            };
            altered.extend(responses.into_iter().filter_map(|of| {
                let message = some_text(&of.error_message);
                altered_of(of.resource_type, &of.resource_name, of.error_code, message)
            }));
        }
        Ok(altered)
    }

    /// What settings have been made for, of the given kinds (KIP-1142); of topics and brokers alone in old clusters.
    pub async fn list_config_resources(
        &self,
        kinds: &[ConfigResourceKind],
    ) -> Result<Vec<ConfigResource>, ClientError> {
        let what = "listing what has settings";
        let build = |_| {
            ListConfigResourcesRequest::default()
                .with_resource_types(kinds.iter().map(|kind| *kind as i8).collect())
        };
        // Version 0 knows client metrics alone and takes no kinds.
        let ask = Ask::new(what).versions(1..=i16::MAX);
        self.client
            .ask_any(ask, build, |response| {
                ClientError::check(what, response.error_code, None)?;
                let resources = response.config_resources.into_iter().filter_map(|resource| {
                    let kind = ConfigResourceKind::from_id(resource.resource_type)?;
                    Some(ConfigResource { kind, name: resource.resource_name.to_string() })
                });
                Ok(resources.collect())
            })
            .await
    }

    /// For clusters without IncrementalAlterConfigs: the whole set is written anew, which loses what somebody else
    /// changes in between.
    async fn replace_configs(
        &self,
        changes: &BTreeMap<ConfigResource, BTreeMap<String, ConfigChange>>,
        validate_only: bool,
    ) -> Result<PerItem<ConfigResource, ()>, ClientError> {
        let resources: Vec<ConfigResource> = changes.keys().cloned().collect();
        let current = self.describe_configs(&resources, None, ConfigDetail::default()).await?;
        let mut altered = PerItem::new();
        let mut wanted = Vec::new();
        for (resource, outcome) in current {
            match (outcome, changes.get(&resource)) {
                (Ok(entries), Some(changes)) => wanted.push(replacement(&resource, entries, changes)),
                (Ok(_), None) => {}
                (Err(error), _) => drop(altered.insert(resource, Err(error))),
            }
        }
        let build = |_| {
            AlterConfigsRequest::default().with_resources(wanted.clone()).with_validate_only(validate_only)
        };
        let ask = Ask::new("changing settings");
        let responses = self.client.ask_controller(ask, build, |response| Ok(response.responses)).await?;
        altered.extend(responses.into_iter().filter_map(|of| {
            let message = some_text(&of.error_message);
            altered_of(of.resource_type, &of.resource_name, of.error_code, message)
        }));
        Ok(altered)
    }
}

/// Requests to be made: one to each broker whose own settings are meant, one for everything else.
fn by_broker<'a>(
    resources: impl Iterator<Item = &'a ConfigResource>,
) -> BTreeMap<Option<BrokerId>, Vec<&'a ConfigResource>> {
    let mut brokers: BTreeMap<Option<BrokerId>, Vec<&ConfigResource>> = BTreeMap::new();
    for resource in resources {
        brokers.entry(resource.broker_id()).or_default().push(resource);
    }
    brokers
}

fn described_of(
    result: DescribeConfigsResult,
) -> Option<(ConfigResource, Result<Vec<ConfigEntry>, ClientError>)> {
    let kind = ConfigResourceKind::from_id(result.resource_type)?;
    let resource = ConfigResource { kind, name: result.resource_name.to_string() };
    let message = some_text(&result.error_message);
    let outcome = ClientError::check(resource.what(), result.error_code, message.as_deref());
    let entries = outcome.map(|()| result.configs.into_iter().map(entry).collect());
    Some((resource, entries))
}

fn entry(config: DescribeConfigsResourceResult) -> ConfigEntry {
    ConfigEntry {
        name: config.name.to_string(),
        value: config.value.map(|value| value.to_string()),
        source: ConfigSource::from_id(config.config_source),
        is_sensitive: config.is_sensitive,
        is_read_only: config.read_only,
        type_name: type_name(config.config_type),
        documentation: some_text(&config.documentation),
        synonyms: config
            .synonyms
            .into_iter()
            .map(|synonym| ConfigSynonym {
                name: synonym.name.to_string(),
                value: synonym.value.map(|value| value.to_string()),
                source: ConfigSource::from_id(synonym.source),
            })
            .collect(),
    }
}

/// `ConfigEntry.ConfigType` of Java's clients.
fn type_name(id: i8) -> &'static str {
    match id {
        1 => "BOOLEAN",
        2 => "STRING",
        3 => "INT",
        4 => "SHORT",
        5 => "LONG",
        6 => "DOUBLE",
        7 => "LIST",
        8 => "CLASS",
        9 => "PASSWORD",
        _ => "UNKNOWN",
    }
}

fn altered_of(
    kind: i8,
    name: &str,
    code: i16,
    message: Option<String>,
) -> Option<(ConfigResource, Result<(), ClientError>)> {
    let resource = ConfigResource { kind: ConfigResourceKind::from_id(kind)?, name: name.to_owned() };
    let outcome = ClientError::check(resource.what(), code, message.as_deref());
    Some((resource, outcome))
}

fn incremental(
    resource: &ConfigResource,
    changes: &BTreeMap<String, ConfigChange>,
) -> incremental_alter_configs_request::AlterConfigsResource {
    let configs = changes.iter().map(|(name, change)| {
        let (operation, value) = match change {
            ConfigChange::Set(value) => (0, Some(value)),
            ConfigChange::Delete => (1, None),
            ConfigChange::Append(value) => (2, Some(value)),
            ConfigChange::Subtract(value) => (3, Some(value)),
        };
        incremental_alter_configs_request::AlterableConfig::default()
            .with_name(text(name))
            .with_config_operation(operation)
            .with_value(value.map(|value| text(value)))
    });
    incremental_alter_configs_request::AlterConfigsResource::default()
        .with_resource_type(resource.kind as i8)
        .with_resource_name(text(&resource.name))
        .with_configs(configs.collect())
}

/// The whole set of a resource's own settings after `changes`.
fn replacement(
    resource: &ConfigResource,
    entries: Vec<ConfigEntry>,
    changes: &BTreeMap<String, ConfigChange>,
) -> alter_configs_request::AlterConfigsResource {
    let own = |entry: &ConfigEntry| {
        matches!(entry.source, ConfigSource::Topic | ConfigSource::Broker | ConfigSource::BrokerDefault)
    };
    let effective: BTreeMap<String, Option<String>> =
        entries.iter().map(|entry| (entry.name.clone(), entry.value.clone())).collect();
    let mut values: BTreeMap<String, Option<String>> =
        entries.into_iter().filter(own).map(|entry| (entry.name, entry.value)).collect();
    for (name, change) in changes {
        let before = effective.get(name).and_then(Option::as_deref).unwrap_or("");
        let items = before.split(',').map(str::trim).filter(|item| !item.is_empty());
        let value = match change {
            ConfigChange::Set(value) => value.clone(),
            ConfigChange::Delete => {
                values.remove(name);
                continue;
            }
            ConfigChange::Append(value) => items.chain(value.split(',')).collect::<Vec<_>>().join(","),
            ConfigChange::Subtract(value) => {
                items.filter(|item| !value.split(',').any(|gone| gone == *item)).collect::<Vec<_>>().join(",")
            }
        };
        values.insert(name.clone(), Some(value));
    }
    let configs = values.into_iter().map(|(name, value)| {
        alter_configs_request::AlterableConfig::default()
            .with_name(text(&name))
            .with_value(value.as_deref().map(text))
    });
    alter_configs_request::AlterConfigsResource::default()
        .with_resource_type(resource.kind as i8)
        .with_resource_name(text(&resource.name))
        .with_configs(configs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replacement_keeps_what_was_not_changed() {
        let entry = |name: &str, value: &str, source| ConfigEntry {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            source,
            is_sensitive: false,
            is_read_only: false,
            type_name: "STRING",
            documentation: None,
            synonyms: Vec::new(),
        };
        let entries = vec![
            entry("kept", "1", ConfigSource::Topic),
            entry("deleted", "2", ConfigSource::Topic),
            entry("list", "a, b", ConfigSource::Default),
            entry("default", "3", ConfigSource::Default),
        ];
        let changes = BTreeMap::from([
            ("deleted".to_owned(), ConfigChange::Delete),
            ("list".to_owned(), ConfigChange::Append("c".to_owned())),
            ("new".to_owned(), ConfigChange::Set("4".to_owned())),
        ]);
        let resource = replacement(&ConfigResource::topic("t"), entries, &changes);
        let values: Vec<(&str, &str)> =
            resource.configs.iter().map(|config| (&*config.name, config.value.as_deref().unwrap())).collect();
        assert_eq!(values, [("kept", "1"), ("list", "a,b,c"), ("new", "4")]);
    }
}
