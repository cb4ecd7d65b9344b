//! The values of a resource with the chain of what stands behind each. Pure: everything is an argument.

use kafkactl_core::settings::{
    BrokerSettings, Kind, Setting, Texts, Update, Value, broker_setting, broker_synonyms,
    client_metrics_table, described_names, effective, group_synonym, group_table, topic_synonyms,
    topic_table,
};

/// Where a value comes from (`ConfigSource`), strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub(super) enum Source {
    DynamicTopic = 1,
    DynamicBroker = 2,
    DynamicDefaultBroker = 3,
    StaticBroker = 4,
    Default = 5,
    BrokerLogger = 6,
    ClientMetrics = 7,
    Group = 8,
}

/// One link of the chain behind a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sourced {
    pub name: String,
    pub value: Option<String>,
    pub source: Source,
}

/// One config of a resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub name: String,
    pub value: Option<String>,
    /// `None` for a name that no table knows.
    pub kind: Option<Kind>,
    pub is_read_only: bool,
    pub is_sensitive: bool,
    pub help: Option<&'static str>,
    /// What gives the value comes first.
    pub sources: Vec<Sourced>,
}

impl Entry {
    pub fn source(&self) -> Source {
        self.sources.first().map_or(Source::Default, |sourced| sourced.source)
    }

    fn of(setting: &Setting, value: Option<Value>, sources: Vec<Sourced>) -> Self {
        Self {
            name: setting.name.to_owned(),
            value: value.map(|value| value.to_string()),
            kind: Some(setting.kind),
            is_read_only: false,
            is_sensitive: setting.is_sensitive(),
            help: Some(setting.help),
            sources,
        }
    }
}

/// The layers of a broker's settings.
pub(super) struct Layers<'a> {
    settings: &'a BrokerSettings,
}

impl<'a> Layers<'a> {
    pub fn of(settings: &'a BrokerSettings) -> Self {
        Self { settings }
    }

    /// Every config of a topic with these values of its own, by name.
    pub fn topic(&self, own: &Texts) -> Vec<Entry> {
        let entry = |setting: &Setting| {
            let mut sources: Vec<Sourced> =
                own_source(setting.name, own, Source::DynamicTopic).into_iter().collect();
            if let Some(synonym) = topic_synonyms(setting.name).first() {
                sources.extend(self.chain(synonym.name));
            }
            Entry::of(setting, effective(setting.name, own, self.settings), sources)
        };
        topic_table().iter().filter(|setting| setting.update != Update::Internal).map(entry).collect()
    }

    /// Every config of a group with these values of its own.
    pub fn group(&self, own: &Texts) -> Vec<Entry> {
        let entry = |setting: &'static Setting| {
            let mut sources: Vec<Sourced> =
                own_source(setting.name, own, Source::Group).into_iter().collect();
            let behind = broker_setting(group_synonym(setting.name));
            match behind {
                Some(behind) => sources.extend(self.chain(behind.name)),
                None => sources.extend(default_of(setting)),
            }
            let own = own.get(setting.name).and_then(|text| setting.parse(text).ok());
            let value = own.or_else(|| behind.and_then(|behind| self.settings.value(behind)));
            Entry::of(setting, value.or_else(|| setting.default_value()), sources)
        };
        group_table().iter().map(entry).collect()
    }

    /// Every config of this broker.
    pub fn broker(&self) -> Vec<Entry> {
        described_names(self.settings).into_iter().map(|name| self.broker_entry(name)).collect()
    }

    /// What is set for all brokers together.
    pub fn all_brokers(&self) -> Vec<Entry> {
        let entry = |(name, value): (&String, &String)| {
            let mut entry = self.broker_entry(name.clone());
            entry.sources.retain(|sourced| sourced.source == Source::DynamicDefaultBroker);
            entry.value = Some(value.clone());
            entry
        };
        self.settings.dynamic_cluster().iter().map(entry).collect()
    }

    fn broker_entry(&self, name: String) -> Entry {
        // The older name of a setting has an entry of its own.
        let Some(setting) = broker_setting(&name).filter(|setting| setting.name == name) else {
            let sources = self.chain(&name);
            let value = sources.first().and_then(|sourced| sourced.value.clone());
            // What nobody knows may be a secret.
            return Entry {
                name,
                value,
                kind: None,
                is_read_only: true,
                is_sensitive: true,
                help: None,
                sources,
            };
        };
        let mut entry = Entry::of(setting, self.settings.value(setting), self.chain(setting.name));
        entry.is_read_only = !setting.is_dynamic();
        entry
    }

    /// What a broker setting and those behind it are set to, the strongest layer first, and their defaults. What is
    /// stronger than anything said of the setting itself is another setting's business, as in Kafka
    /// (`ConfigHelper.configSynonyms`).
    fn chain(&self, name: &str) -> Vec<Sourced> {
        let layers = [
            (self.settings.dynamic_broker(), Source::DynamicBroker),
            (self.settings.dynamic_cluster(), Source::DynamicDefaultBroker),
            (self.settings.statics(), Source::StaticBroker),
        ];
        let names = broker_synonyms(name);
        let set = layers
            .into_iter()
            .flat_map(|(texts, source)| names.iter().filter_map(move |name| own_source(name, texts, source)));
        let defaults = names.iter().filter_map(|name| broker_setting(name).and_then(default_of));
        set.chain(defaults).skip_while(|sourced| sourced.name != name).collect()
    }
}

/// Every config of a client-metrics subscription.
pub(super) fn client_metrics(own: &Texts) -> Vec<Entry> {
    let entry = |setting: &Setting| {
        let sources = own_source(setting.name, own, Source::ClientMetrics).into_iter().collect();
        let value = own.get(setting.name).and_then(|text| setting.parse(text).ok());
        Entry::of(setting, value.or_else(|| setting.default_value()), sources)
    };
    client_metrics_table().iter().map(entry).collect()
}

fn own_source(name: &str, texts: &Texts, source: Source) -> Option<Sourced> {
    let value = texts.get(name)?.clone();
    Some(Sourced { name: name.to_owned(), value: Some(value), source })
}

fn default_of(setting: &Setting) -> Option<Sourced> {
    let value = setting.default?.to_owned();
    Some(Sourced { name: setting.name.to_owned(), value: Some(value), source: Source::Default })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::settings::Properties;

    fn settings(text: &str) -> BrokerSettings {
        BrokerSettings::load(&Properties::parse(text).unwrap(), &[]).unwrap().0
    }

    fn chain_of<'a>(entries: &'a [Entry], name: &str) -> Vec<(&'a str, &'a str, Source)> {
        let entry = entries.iter().find(|entry| entry.name == name).unwrap();
        let links = entry.sources.iter();
        links.map(|it| (it.name.as_str(), it.value.as_deref().unwrap(), it.source)).collect()
    }

    #[test]
    fn a_topics_value_stands_before_the_brokers() {
        let settings = settings("log.retention.ms=-1");
        let own = Texts::from([("compression.type".to_owned(), "gzip".to_owned())]);
        let entries = Layers::of(&settings).topic(&own);
        let expected = [
            ("compression.type", "gzip", Source::DynamicTopic),
            ("compression.type", "producer", Source::Default),
        ];
        assert_eq!(chain_of(&entries, "compression.type"), expected);
        let expected = [
            ("log.retention.ms", "-1", Source::StaticBroker),
            ("log.retention.hours", "168", Source::Default),
        ];
        assert_eq!(chain_of(&entries, "retention.ms"), expected);
        assert_eq!(chain_of(&entries, "remote.storage.enable"), []);
        // Only hours have a default here, and they are not what the chain is about.
        assert_eq!(chain_of(&entries, "segment.ms"), []);
        assert_eq!(entries.len(), 33, "settings for tests are not shown");
    }

    #[test]
    fn unknown_names_are_secrets() {
        let entries = Layers { settings: &settings("super.duper=x") }.broker();
        let entry = entries.iter().find(|entry| entry.name == "super.duper").unwrap();
        assert!(entry.is_sensitive && entry.is_read_only && entry.kind.is_none());
    }
}
