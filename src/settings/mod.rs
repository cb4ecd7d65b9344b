//! Every broker, topic, group and client-metrics setting in one table: name, type, default, range, how it
//! changes, a sentence of help; and the settings of one broker, read from a properties file.
//!
//! [`BrokerSettings`] holds what was set at the start; [`BrokerSettings::with_dynamic`] lays the metadata log's
//! broker configs over it. [`TopicSettings`] is one topic's effective configuration: dynamic topic > dynamic
//! broker > dynamic default > static > default (semantics D11).
//!
//! Does not know: the metadata log, logs, the network.

mod broker;
mod dynamic;
mod explain;
mod listener;
mod properties;
mod sections;
mod setting;
mod synonyms;
mod table;
mod topic;
mod unknown;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use broker::{BrokerSettings, Origin, SettingsError, SettingsWarning, Texts, described_names};
pub use explain::explain;
pub use listener::{Listener, SecurityProtocol};
pub use properties::{Properties, PropertiesError, Property};
pub use sections::{
    CleanerSettings, FetchSettings, GroupSettings, LogSettings, MetadataLogSettings, NetworkSettings,
    NodeSettings, TopicCreationSettings, TransactionSettings,
};
pub use setting::{InvalidValue, Kind, Setting, Update, Used, Valid, Value};
pub use synonyms::{Synonym, broker_synonyms, group_synonym, topic_synonyms};
pub use topic::{CleanupPolicy, TopicSettings, TopicValues, effective, unusable};
pub use unknown::UnknownName;

/// What a configuration belongs to (`ConfigResource.Type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceKind {
    Topic,
    Broker,
    BrokerLogger,
    ClientMetrics,
    Group,
}

impl ResourceKind {
    pub const ALL: [ResourceKind; 5] =
        [Self::Topic, Self::Broker, Self::BrokerLogger, Self::ClientMetrics, Self::Group];

    /// Kafka's number of the type, in requests and in config records.
    pub fn code(self) -> i8 {
        match self {
            Self::Topic => 2,
            Self::Broker => 4,
            Self::BrokerLogger => 8,
            Self::ClientMetrics => 16,
            Self::Group => 32,
        }
    }

    pub fn from_code(code: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The setting of that name for a resource of this kind. Levels of loggers are none.
    pub fn setting(self, name: &str) -> Option<&'static Setting> {
        match self {
            Self::Topic => topic_setting(name),
            Self::Broker => broker_setting(name),
            Self::BrokerLogger => None,
            Self::ClientMetrics => client_metrics_setting(name),
            Self::Group => group_setting(name),
        }
    }

    /// Kafka's name of the type, as its error messages have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topic => "TOPIC",
            Self::Broker => "BROKER",
            Self::BrokerLogger => "BROKER_LOGGER",
            Self::ClientMetrics => "CLIENT_METRICS",
            Self::Group => "GROUP",
        }
    }
}

/// All broker settings, by subject.
pub fn broker_table() -> impl Iterator<Item = &'static Setting> {
    table::BROKER.iter().copied().flatten()
}

/// What Kafka's authorizer reads beside the broker's settings (`StandardAuthorizer`).
pub fn authorizer_table() -> &'static [Setting] {
    table::AUTHORIZER
}

/// All settings of a topic.
pub fn topic_table() -> &'static [Setting] {
    table::TOPIC
}

/// All settings of a group.
pub fn group_table() -> &'static [Setting] {
    table::GROUP
}

/// All settings of a client-metrics subscription.
pub fn client_metrics_table() -> &'static [Setting] {
    table::CLIENT_METRICS
}

/// The broker setting of that name, or the one a listener prefix stands before
/// (`listener.name.internal.ssl.keystore.type`).
pub fn broker_setting(name: &str) -> Option<&'static Setting> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Setting>> =
        LazyLock::new(|| broker_table().map(|setting| (setting.name, setting)).collect());
    if let Some(setting) = BY_NAME.get(name) {
        return Some(setting);
    }
    let without_listener = name.strip_prefix("listener.name.")?.split_once('.')?.1;
    BY_NAME
        .get(without_listener)
        .or_else(|| BY_NAME.get(without_listener.split_once('.')?.1))
        .copied()
        .filter(|setting| setting.update == Update::PerBroker || setting.name.starts_with("max.connection"))
}

/// The authorizer's setting of that name.
pub fn authorizer_setting(name: &str) -> Option<&'static Setting> {
    table::AUTHORIZER.iter().find(|setting| setting.name == name)
}

/// The topic setting of that name.
pub fn topic_setting(name: &str) -> Option<&'static Setting> {
    table::TOPIC.iter().find(|setting| setting.name == name)
}

/// The group setting of that name.
pub fn group_setting(name: &str) -> Option<&'static Setting> {
    table::GROUP.iter().find(|setting| setting.name == name)
}

/// The client-metrics setting of that name.
pub fn client_metrics_setting(name: &str) -> Option<&'static Setting> {
    table::CLIENT_METRICS.iter().find(|setting| setting.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_is_sound() {
        let mut names = HashSet::new();
        for setting in broker_table() {
            assert!(names.insert(setting.name), "{} stands twice", setting.name);
        }
        // Kafka's, and two of `ops.`.
        assert_eq!(names.len(), 365);
        let others = [authorizer_table(), topic_table(), group_table(), client_metrics_table()];
        for setting in broker_table().chain(others.into_iter().flatten()) {
            if let Some(default) = setting.default {
                let parsed = setting.parse(default);
                assert!(parsed.is_ok(), "{}: default {default}: {parsed:?}", setting.name);
            }
            assert!(setting.help.ends_with('.'), "{}: help is a sentence", setting.name);
        }
    }

    #[test]
    fn listener_prefixes_lead_to_the_setting() {
        let name = |name| broker_setting(name).map(|setting| setting.name);
        assert_eq!(name("listener.name.internal.ssl.keystore.type"), Some("ssl.keystore.type"));
        assert_eq!(name("listener.name.sasl.plain.sasl.jaas.config"), Some("sasl.jaas.config"));
        assert_eq!(name("listener.name.a.num.partitions"), None);
        assert_eq!(name("no.such.setting"), None);
    }
}
