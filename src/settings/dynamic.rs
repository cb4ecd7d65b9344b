//! What the metadata log lays over the settings of the start.

use std::sync::Arc;

use super::broker::{Texts, check};
use super::sections::CORDONED_LOG_DIRS;
use super::{BrokerSettings, Origin, SettingsError, Update, broker_setting};

/// They are read together: neither is used if they do not fit each other, or the listeners that are advertised.
const OF_LISTENERS: [&str; 2] = ["listener.security.protocol.map", "listeners"];

/// Whom a set of the metadata log's configs is for.
#[derive(Clone, Copy, PartialEq)]
enum Layer {
    AllBrokers,
    OneBroker,
}

impl BrokerSettings {
    /// These settings with the metadata log's configs of all brokers, and of this one, laid over them.
    ///
    /// A value that cannot be used counts as not set and is told of in `unusable`, as in Kafka
    /// (`DynamicBrokerConfig.fromPersistentProps`): the log may come from another version, and one bad value must not
    /// take the others away.
    pub fn with_dynamic(&self, cluster: Arc<Texts>, broker: Arc<Texts>) -> Self {
        let mut unusable = Vec::new();
        let mut cluster = usable(cluster, Layer::AllBrokers, &mut unusable);
        let mut broker = usable(broker, Layer::OneBroker, &mut unusable);
        let mut settings = loop {
            let (over, under) = (Arc::clone(&broker), Arc::clone(&cluster));
            let error = match Self::resolve(Arc::clone(&self.statics), under, over, &|_| Origin::MetadataLog)
            {
                Ok(settings) => break settings,
                Err(error) => error,
            };
            let names = read_together(&error);
            unusable.push(error);
            // What was given at the start has been resolved before, so that one of them is the metadata log's.
            if !names.iter().any(|&name| cluster.contains_key(name) || broker.contains_key(name)) {
                break self.clone();
            }
            cluster = retained(cluster, |name| !names.contains(&name));
            broker = retained(broker, |name| !names.contains(&name));
        };
        settings.unusable = unusable;
        settings
    }
}

/// The settings of which none is used when they are refused.
fn read_together(error: &SettingsError) -> &'static [&'static str] {
    match error {
        SettingsError::Refused { name: CORDONED_LOG_DIRS, .. } => &[CORDONED_LOG_DIRS],
        _ => &OF_LISTENERS,
    }
}

/// The values of a layer that can be used.
fn usable(texts: Arc<Texts>, layer: Layer, unusable: &mut Vec<SettingsError>) -> Arc<Texts> {
    let faults: Vec<(&String, SettingsError)> =
        texts.iter().filter_map(|(name, text)| Some((name, fault(name, text, layer)?))).collect();
    if faults.is_empty() {
        return texts;
    }
    let names: Vec<String> = faults.iter().map(|(name, _)| (*name).clone()).collect();
    unusable.extend(faults.into_iter().map(|(_, error)| error));
    retained(texts, |name| !names.iter().any(|it| it == name))
}

/// Why a value cannot be used. Names nobody knows may be meant for plugins.
fn fault(name: &str, text: &str, layer: Layer) -> Option<SettingsError> {
    let setting = broker_setting(name)?;
    let refused = |reason: &str| {
        Some(SettingsError::Refused {
            origin: Origin::MetadataLog,
            name: setting.name,
            reason: reason.to_owned(),
        })
    };
    if !setting.is_dynamic() {
        return refused("can only be set when a broker starts");
    }
    if layer == Layer::AllBrokers && setting.update == Update::PerBroker {
        return refused("can only be set for one broker at a time");
    }
    check(setting, name, text, Origin::MetadataLog).err()
}

fn retained(mut texts: Arc<Texts>, keeps: impl Fn(&str) -> bool) -> Arc<Texts> {
    Arc::make_mut(&mut texts).retain(|name, _| keeps(name));
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Properties;

    fn texts(pairs: &[(&str, &str)]) -> Arc<Texts> {
        Arc::new(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn directories_are_cordoned_that_are_there() {
        let properties = Properties::parse("log.dirs=/a,/b").unwrap();
        let started = BrokerSettings::load(&properties, &[]).unwrap().0;
        for (value, cordoned, fault) in [
            ("", [false, false], None),
            ("/a", [true, false], None),
            (" /b , /b", [false, true], None),
            ("/a,/b", [true, true], None),
            ("*", [true, true], None),
            ("/c", [false, false], Some("/c is not in log.dirs")),
            ("/a/", [false, false], Some("/a/ is not in log.dirs")),
            ("/a,*", [false, false], Some("* stands beside other directories")),
        ] {
            let own = texts(&[(CORDONED_LOG_DIRS, value), ("listeners", "PLAINTEXT://:1,PLAINTEXT://:1")]);
            let settings = started.with_dynamic(Arc::default(), own);
            let told: Vec<String> = settings.unusable.iter().map(ToString::to_string).collect();
            let expected = fault.map(|fault| format!("metadata log: cordoned.log.dirs: {fault}"));
            let listeners = "metadata log: listeners: PLAINTEXT://:1 and PLAINTEXT://:1 have the same name";
            assert_eq!(
                told,
                expected.into_iter().chain([listeners.to_owned()]).collect::<Vec<_>>(),
                "{value}"
            );
            assert_eq!(["/a", "/b"].map(|dir| settings.node.cordons(dir.as_ref())), cordoned, "{value}");
            let at_start = BrokerSettings::load(&properties, &[(CORDONED_LOG_DIRS.into(), value.into())]);
            let expected = fault.map(|fault| format!("--set: cordoned.log.dirs: {fault}"));
            assert_eq!(at_start.err().map(|error| error.to_string()), expected, "{value}");
        }
    }

    #[test]
    fn one_bad_value_takes_no_other_away() {
        let started =
            BrokerSettings::load(&Properties::parse("message.max.bytes=5").unwrap(), &[]).unwrap().0;
        let cluster = texts(&[
            ("message.max.bytes", "x"),
            ("num.partitions", "7"),
            ("ssl.keystore.type", "PEM"),
            ("log.retention.ms", "9"),
            ("known.to.nobody", "x"),
        ]);
        let broker = texts(&[
            ("listeners", "PLAINTEXT://:1,PLAINTEXT://:2"),
            ("log.retention.ms", "many"),
            ("max.connections", "3"),
        ]);
        let settings = started.with_dynamic(cluster, broker);
        let value = |name| broker_setting(name).and_then(|it| settings.value(it)).unwrap().to_string();
        let values =
            ["message.max.bytes", "num.partitions", "log.retention.ms", "max.connections"].map(value);
        assert_eq!(values, ["5", "1", "9", "3"]);
        assert_eq!(settings.network.connections_max, 3);
        let faults: Vec<String> = settings.unusable.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "metadata log: message.max.bytes = \"x\": not a whole number of 32 bits",
                "metadata log: num.partitions: can only be set when a broker starts",
                "metadata log: ssl.keystore.type: can only be set for one broker at a time",
                "metadata log: log.retention.ms = \"many\": not a whole number of 64 bits",
                "metadata log: listeners: PLAINTEXT://:1 and PLAINTEXT://:2 have the same name",
            ]
        );
        assert_eq!(settings.dynamic_cluster().len(), 2);
        let mended = settings.with_dynamic(texts(&[("message.max.bytes", "6")]), Arc::default());
        assert!(mended.unusable.is_empty());
        assert_eq!(mended.network.connections_max, started.network.connections_max);
    }
}
