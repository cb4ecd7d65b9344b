//! The settings of one broker: what a properties file and `--set` gave, what the metadata log lays over it, and
//! the values that follow, as plain structs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::listener::SecurityProtocol;
use super::sections::*;
use super::{
    InvalidValue, Properties, Setting, UnknownName, Update, Used, Value, authorizer_setting, broker_setting,
    broker_table,
};

/// Of an authorizer that lets everybody do what no ACL is about; what an ACL is about is still not everybody's.
const EVERYONE: &str = "allow.everyone.if.no.acl.found";

/// Values by name, as they were given.
pub type Texts = BTreeMap<String, String>;

/// Everything one broker is set to. Cheap to clone; a change makes a new one.
#[derive(Debug, Clone)]
pub struct BrokerSettings {
    pub(super) statics: Arc<Texts>,
    dynamic_cluster: Arc<Texts>,
    dynamic_broker: Arc<Texts>,
    /// What stands in the metadata log and is not used.
    pub unusable: Vec<SettingsError>,
    pub node: NodeSettings,
    pub network: NetworkSettings,
    pub topics: TopicCreationSettings,
    pub log: LogSettings,
    pub cleaner: CleanerSettings,
    pub fetch: FetchSettings,
    pub group: GroupSettings,
    pub metadata_log: MetadataLogSettings,
    pub transaction: TransactionSettings,
}

/// Why settings are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingsError {
    #[error("{origin}: {name}{}: {source}", Shown(value))]
    Invalid { origin: Origin, name: String, value: Option<String>, source: InvalidValue },
    #[error("{origin}: {name}: {reason}")]
    Refused { origin: Origin, name: &'static str, reason: String },
}

/// Something worth telling the operator that does not stop the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsWarning {
    #[error("{origin}: {name}")]
    Unknown { origin: Origin, name: UnknownName },
    #[error("{origin}: {name} stands on line {line} too, with another value, which does not count")]
    Replaced { origin: Origin, name: String, line: usize },
    #[error("{origin}: {name} is accepted but has no effect here: {help}")]
    Ignored { origin: Origin, name: String, help: &'static str },
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Line(usize),
    CommandLine,
    Default,
    MetadataLog,
}

impl SettingsWarning {
    /// A setting that this broker does not act upon, set to something else than its default.
    pub fn of_ignored(setting: &Setting, name: &str, text: &str, origin: Origin) -> Option<Self> {
        let is_in_vain = setting.used == Used::Ignored && setting.default != Some(text.trim());
        is_in_vain.then(|| Self::Ignored { origin, name: name.to_owned(), help: setting.help })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::CommandLine => f.write_str("--set"),
            Self::Default => f.write_str("default"),
            Self::MetadataLog => f.write_str("metadata log"),
        }
    }
}

struct Shown<'a>(&'a Option<String>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(f, " = \"{value}\""),
            None => Ok(()),
        }
    }
}

impl BrokerSettings {
    /// Reads the pairs of a properties file, then `--set` pairs, which win.
    ///
    /// Unknown keys, and keys that this broker does not act upon, come back as warnings.
    pub fn load(
        file: &Properties,
        overrides: &[(String, String)],
    ) -> Result<(Self, Vec<SettingsWarning>), SettingsError> {
        let mut origins = BTreeMap::new();
        let mut warnings = Vec::new();
        let lines = file.entries.iter().map(|it| (&it.key, &it.value, Origin::Line(it.line)));
        let sets = overrides.iter().map(|(key, value)| (key, value, Origin::CommandLine));
        for (key, value, origin) in lines.chain(sets) {
            let replaced = origins.insert(key.as_str(), (value.as_str(), origin));
            // What `--set` replaces is meant to be.
            if let (Some((other, Origin::Line(line))), Origin::Line(_)) = (replaced, origin)
                && other != value
            {
                warnings.push(SettingsWarning::Replaced { origin, name: key.clone(), line });
            }
        }
        let mut statics = Texts::new();
        for (name, (text, origin)) in origins.iter().map(|(&name, &given)| (name, given)) {
            let setting = broker_setting(name).or_else(|| authorizer_setting(name));
            match setting.filter(|setting| setting.update != Update::DynamicOnly) {
                None => {
                    let name = UnknownName::in_broker_table(name);
                    warnings.push(SettingsWarning::Unknown { origin, name });
                }
                Some(setting) => {
                    check(setting, name, text, origin)?;
                    warnings.extend(SettingsWarning::of_ignored(setting, name, text, origin));
                }
            }
            statics.insert(name.to_owned(), text.to_owned());
        }
        // Either name gives the other its value (`KafkaConfig.populateSynonyms`).
        for (from, to) in [("node.id", "broker.id"), ("broker.id", "node.id")] {
            if let (Some(id), None) = (statics.get(from).cloned(), statics.get(to)) {
                statics.insert(to.to_owned(), id);
            }
        }
        let origin_of = |name: &str| origins.get(name).map_or(Origin::Default, |&(_, origin)| origin);
        let settings = Self::resolve(Arc::new(statics), Arc::default(), Arc::default(), &origin_of)?;
        settings.check_whole(&origin_of)?;
        Ok((settings, warnings))
    }

    /// The text given at the start for a name, known or not.
    pub fn static_text(&self, name: &str) -> Option<&str> {
        self.statics.get(name).map(String::as_str)
    }

    /// What was given at the start.
    pub fn statics(&self) -> &Texts {
        &self.statics
    }

    /// The metadata log's configs of all brokers.
    pub fn dynamic_cluster(&self) -> &Texts {
        &self.dynamic_cluster
    }

    /// The metadata log's configs of this broker.
    pub fn dynamic_broker(&self) -> &Texts {
        &self.dynamic_broker
    }

    /// The value in force: dynamic of this broker > dynamic of all > static > default.
    pub fn value(&self, setting: &Setting) -> Option<Value> {
        let layers = [&self.dynamic_broker, &self.dynamic_cluster, &self.statics];
        let text = layers.into_iter().find_map(|layer| layer.get(setting.name));
        match text {
            Some(text) => setting.parse(text).ok(),
            None => setting.default_value(),
        }
    }

    /// Whether a value was given, at the start or in the metadata log.
    pub fn is_set(&self, name: &str) -> bool {
        [&self.dynamic_broker, &self.dynamic_cluster, &self.statics]
            .iter()
            .any(|layer| layer.contains_key(name))
    }

    /// These settings with the node id that was found or chosen at the start, unless one was given.
    pub fn with_node_id(mut self, id: i32) -> Self {
        let statics = Arc::make_mut(&mut self.statics);
        for name in ["node.id", "broker.id"] {
            statics.entry(name.to_owned()).or_insert_with(|| id.to_string());
        }
        self
    }

    /// Whether the metadata log sets a value.
    pub fn is_dynamic(&self, name: &str) -> bool {
        self.dynamic_broker.contains_key(name) || self.dynamic_cluster.contains_key(name)
    }

    /// `node.id`, or `broker.id`; none when neither was given.
    pub fn node_id(&self) -> Option<i32> {
        self.static_text("node.id").and_then(|text| text.trim().parse().ok())
    }

    pub(super) fn resolve(
        statics: Arc<Texts>,
        dynamic_cluster: Arc<Texts>,
        dynamic_broker: Arc<Texts>,
        origin_of: &dyn Fn(&str) -> Origin,
    ) -> Result<Self, SettingsError> {
        // A value of a few fields at a time: the structs are resolved from the layers, so those come first.
        let mut settings = Self {
            statics,
            dynamic_cluster,
            dynamic_broker,
            unusable: Vec::new(),
            node: NodeSettings::default(),
            network: NetworkSettings::default(),
            topics: TopicCreationSettings::default(),
            log: LogSettings::default(),
            cleaner: CleanerSettings::default(),
            fetch: FetchSettings::default(),
            group: GroupSettings::default(),
            metadata_log: MetadataLogSettings::default(),
            transaction: TransactionSettings::default(),
        };
        settings.node = NodeSettings::of(&settings);
        settings.node.check_cordoned(origin_of)?;
        settings.network = NetworkSettings::of(&settings);
        settings.network.resolve_listeners(origin_of)?;
        settings.topics = TopicCreationSettings::of(&settings);
        settings.log = LogSettings::of(&settings);
        settings.cleaner = CleanerSettings::of(&settings);
        settings.fetch = FetchSettings::of(&settings);
        settings.group = GroupSettings::of(&settings);
        settings.metadata_log = MetadataLogSettings::of(&settings);
        settings.transaction = TransactionSettings::of(&settings);
        Ok(settings)
    }

    /// Rules about several settings at once.
    fn check_whole(&self, origin_of: &dyn Fn(&str) -> Origin) -> Result<(), SettingsError> {
        let refuse = |name: &'static str, reason: String| {
            Err(SettingsError::Refused { origin: origin_of(name), name, reason })
        };
        if self.static_text("broker.id").map(str::trim) != self.static_text("node.id").map(str::trim) {
            return refuse("broker.id", "differs from node.id".to_owned());
        }
        if !self.node.roles.is_empty() && self.node.roles.len() < 2 {
            let reason = "only combined nodes (broker,controller) are served".to_owned();
            return refuse("process.roles", reason);
        }
        if self.node.quorum_voters.len() > 1 {
            return refuse(
                "controller.quorum.voters",
                "only quorums of one controller are served".to_owned(),
            );
        }
        if self.node.quorum_bootstrap_servers.len() > 1 {
            let reason = "only quorums of one controller are served".to_owned();
            return refuse("controller.quorum.bootstrap.servers", reason);
        }
        if let Some(listener) =
            self.network.listeners.iter().find(|it| it.protocol != SecurityProtocol::Plaintext)
        {
            let reason = format!("{listener} speaks {}; only PLAINTEXT is served", listener.protocol.name());
            return refuse("listeners", reason);
        }
        if self.names_authorizer() && !self.everybody_is_super_user() {
            let everyone = match self.static_text(EVERYONE).map(str::trim) {
                Some(text) if text.eq_ignore_ascii_case("true") => {
                    format!(", also what {EVERYONE}=true leaves to the ACLs")
                }
                _ => String::new(),
            };
            let reason = format!(
                "no authorizer runs here, so everybody could do everything{everyone}; without this line, or with \
                 super.users=User:ANONYMOUS, it starts open"
            );
            return refuse("authorizer.class.name", reason);
        }
        if self.network.listeners.is_empty() {
            return refuse("listeners", "names no listener for clients".to_owned());
        }
        Ok(())
    }
}

impl BrokerSettings {
    fn names_authorizer(&self) -> bool {
        self.static_text("authorizer.class.name").is_some_and(|class| !class.trim().is_empty())
    }

    /// Whether an authorizer would let everybody do everything: clients of PLAINTEXT are all `User:ANONYMOUS`.
    fn everybody_is_super_user(&self) -> bool {
        let users = self.static_text("super.users").into_iter().flat_map(|users| users.split(';'));
        users.map(str::trim).any(|user| user == "User:ANONYMOUS")
    }
}

/// The value is one that the setting can take.
pub(super) fn check(setting: &Setting, name: &str, text: &str, origin: Origin) -> Result<(), SettingsError> {
    setting.parse(text).map(drop).map_err(|source| SettingsError::Invalid {
        origin,
        name: name.to_owned(),
        value: (!setting.is_sensitive()).then(|| text.to_owned()),
        source,
    })
}

/// Every name this broker was told at the start or knows, for DescribeConfigs: all but internal ones.
pub fn described_names(settings: &BrokerSettings) -> Vec<String> {
    let known = broker_table()
        .filter(|setting| !matches!(setting.update, Update::Internal | Update::DynamicOnly))
        .map(|setting| setting.name.to_owned());
    let layers = [&settings.statics, &settings.dynamic_cluster, &settings.dynamic_broker];
    let given = layers.into_iter().flat_map(|layer| layer.keys().cloned());
    let mut names: Vec<String> =
        known.chain(given.filter(|name| broker_setting(name).is_none_or(|it| it.name != name))).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<(BrokerSettings, Vec<SettingsWarning>), SettingsError> {
        BrokerSettings::load(&Properties::parse(text).unwrap(), &[])
    }

    #[test]
    fn wrong_values_are_refused_naming_key_and_line() {
        let cases = [
            ("\nnum.partitions=x", "line 2: num.partitions = \"x\": not a whole number of 32 bits"),
            ("num.partitions=0", "line 1: num.partitions = \"0\": must be at least 1"),
            (
                "log.cleanup.policy=compact,",
                "line 1: log.cleanup.policy = \"compact,\": must be a list of compact, delete",
            ),
            (
                "listeners=TLS://:9092",
                "line 1: listeners: listener.security.protocol.map says nothing about TLS",
            ),
            (
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "line 1: authorizer.class.name: no authorizer runs here, so everybody could do everything; without \
                 this line, or with super.users=User:ANONYMOUS, it starts open",
            ),
            (
                "authorizer.class.name=a.Authorizer\nallow.everyone.if.no.acl.found=true",
                "line 1: authorizer.class.name: no authorizer runs here, so everybody could do everything, also what \
                 allow.everyone.if.no.acl.found=true leaves to the ACLs; without this line, or with \
                 super.users=User:ANONYMOUS, it starts open",
            ),
            ("listeners=SSL://:9092", "line 1: listeners: SSL://:9092 speaks SSL; only PLAINTEXT is served"),
            (
                "listeners=PLAINTEXT://:1,PLAINTEXT://:2",
                "line 1: listeners: PLAINTEXT://:1 and PLAINTEXT://:2 have the same name",
            ),
            (
                "advertised.listeners=PLAINTEXT://0.0.0.0:1",
                "line 1: advertised.listeners: PLAINTEXT://0.0.0.0:1: clients cannot connect to that address",
            ),
            ("node.id=1\nbroker.id=2", "line 2: broker.id: differs from node.id"),
            (
                "process.roles=broker",
                "line 1: process.roles: only combined nodes (broker,controller) are served",
            ),
            (
                "controller.quorum.voters=1@a:1,2@b:1",
                "line 1: controller.quorum.voters: only quorums of one controller are served",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(load(text).unwrap_err().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn an_authorizer_that_lets_everybody_through_may_stand() {
        let authorizer = "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer";
        assert!(load(&format!("{authorizer}\nsuper.users=User:alice; User:ANONYMOUS")).is_ok());
        assert!(load(&format!("{authorizer}\nsuper.users=User:alice")).is_err());
        assert!(load("authorizer.class.name=").is_ok());
        let (_, warnings) = load("super.users=User:ANONYMOUS\nallow.everyone.if.no.acl.found=true").unwrap();
        let texts: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].starts_with("line 2: allow.everyone.if.no.acl.found is accepted but has no effect"));
    }

    #[test]
    fn unknown_and_ignored_settings_warn() {
        let (settings, warnings) =
            load("num.io.threads=8\nnum.network.threads=9\nno.such=1\nsasl.jaas.config=secret").unwrap();
        let texts: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert_eq!(texts[0], "line 3: unknown setting no.such");
        assert!(texts[1].starts_with("line 2: num.network.threads is accepted but has no effect here"));
        assert_eq!(settings.static_text("no.such"), Some("1"));
    }

    #[test]
    fn a_line_that_another_replaces_is_told() {
        let (settings, warnings) =
            load("num.partitions=1\nlog.dirs=a\nnum.partitions=2\nlog.dirs=a\n").unwrap();
        let texts: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        let told = "line 3: num.partitions stands on line 1 too, with another value, which does not count";
        assert_eq!((texts, settings.topics.partitions), (vec![told.to_owned()], 2));
    }

    #[test]
    fn overrides_win_and_say_where_they_stand() {
        let set = |value: &str| vec![("num.partitions".to_owned(), value.to_owned())];
        let file = Properties::parse("num.partitions=3").unwrap();
        assert_eq!(BrokerSettings::load(&file, &set("5")).unwrap().0.topics.partitions, 5);
        let error = BrokerSettings::load(&file, &set("-")).unwrap_err().to_string();
        assert_eq!(error, "--set: num.partitions = \"-\": not a whole number of 32 bits");
    }

    #[test]
    fn listeners_are_split_by_role() {
        let (settings, _) = load(
            "listeners=PLAINTEXT://:9092,CONTROLLER://:9093\ncontroller.listener.names=CONTROLLER\n\
             advertised.listeners=PLAINTEXT://example:9092,CONTROLLER://example:9093\nnode.id=7",
        )
        .unwrap();
        let names = |listeners: &[super::super::Listener]| -> Vec<String> {
            listeners.iter().map(ToString::to_string).collect()
        };
        assert_eq!(names(&settings.network.listeners), ["PLAINTEXT://:9092"]);
        assert_eq!(names(&settings.network.controller_listeners), ["CONTROLLER://:9093"]);
        assert_eq!(names(&settings.network.advertised_listeners), ["PLAINTEXT://example:9092"]);
        assert_eq!(settings.node_id(), Some(7));
    }
}
