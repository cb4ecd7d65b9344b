//! Which values a topic, broker, group or client-metrics subscription may be given (D10).

use kafkactl_core::settings::{
    self, BrokerSettings, InvalidValue, ResourceKind, Texts, Update, Value, broker_setting, topic_setting,
};
use kafkactl_core::wire::ErrorCode;

use super::decision::Refusal;
use super::machine::Machine;
use crate::cluster::client_match::ClientMatch;

/// Longest value of a config, in characters.
const VALUE_CHARS_MAX: usize = 32_767;

/// How often clients may be told to push metrics.
const PUSH_INTERVAL_MS: std::ops::RangeInclusive<i64> = 100..=3_600_000;

/// The configs of a topic that is created with them. A null value is as wrong as a bad one.
pub(super) fn new_topic(
    machine: &Machine<'_>,
    configs: &[(String, Option<String>)],
) -> Result<Texts, Refusal> {
    let mut texts = Texts::new();
    for (name, value) in configs {
        let value = value.as_ref().ok_or_else(|| invalid(format!("{name} has no value")))?;
        check_length(name, value)?;
        texts.insert(name.clone(), value.clone());
    }
    whole(machine, ResourceKind::Topic, "", &texts)?;
    Ok(texts)
}

/// A value is short enough to be stored.
pub(super) fn check_length(name: &str, value: &str) -> Result<(), Refusal> {
    if value.chars().count() > VALUE_CHARS_MAX {
        return Err(invalid(format!("the value of {name} is longer than {VALUE_CHARS_MAX} characters")));
    }
    Ok(())
}

/// All that is set for a resource, after a change.
pub(super) fn whole(
    machine: &Machine<'_>,
    kind: ResourceKind,
    resource: &str,
    texts: &Texts,
) -> Result<(), Refusal> {
    match kind {
        ResourceKind::Topic => topic(machine, texts),
        ResourceKind::Broker => broker(machine, resource, texts),
        ResourceKind::Group => group(&machine.cluster_settings(), texts),
        ResourceKind::ClientMetrics => client_metrics(texts),
        ResourceKind::BrokerLogger => {
            Err(Refusal::new(ErrorCode::InvalidRequest, "levels of loggers are kept by each broker"))
        }
    }
}

fn topic(machine: &Machine<'_>, texts: &Texts) -> Result<(), Refusal> {
    if texts.is_empty() {
        return Ok(());
    }
    for (name, text) in texts {
        let setting = topic_setting(name).ok_or_else(|| invalid(format!("unknown topic config {name}")))?;
        setting.parse(text).map_err(|error| invalid_value(name, text, &error))?;
    }
    let broker = machine.cluster_settings();
    let number = |name| match settings::effective(name, texts, &broker) {
        Some(Value::Number(number)) => number,
        _ => 0,
    };
    let (min, max) = (number("min.compaction.lag.ms"), number("max.compaction.lag.ms"));
    if min > max {
        let reason = format!("min.compaction.lag.ms ({min}) is larger than max.compaction.lag.ms ({max})");
        return Err(invalid(reason));
    }
    if settings::effective("remote.storage.enable", texts, &broker) == Some(Value::Bool(true)) {
        return Err(invalid(
            "remote.storage.enable: tiered storage is not enabled on this cluster".to_owned(),
        ));
    }
    Ok(())
}

/// Errors are INVALID_REQUEST here, as Kafka's broker answers before the controller is asked.
fn broker(machine: &Machine<'_>, resource: &str, texts: &Texts) -> Result<(), Refusal> {
    let refuse = |reason: String| Err(Refusal::new(ErrorCode::InvalidRequest, reason));
    for (name, text) in texts {
        // Names nobody knows may be meant for plugins and are kept.
        let Some(setting) = broker_setting(name) else { continue };
        if !setting.is_dynamic() {
            return refuse(format!("{name} can only be set when a broker starts"));
        }
        if resource.is_empty() && setting.update == Update::PerBroker {
            return refuse(format!("{name} can only be set for one broker at a time"));
        }
        if let Err(error) = setting.parse(text) {
            return refuse(format!("{name}: {error}"));
        }
    }
    let before = machine.broker_settings(resource, None);
    let after = machine.broker_settings(resource, Some(texts));
    match after.unusable.iter().find(|error| !before.unusable.contains(error)) {
        None => change_of_broker(&before, &after),
        Some(error) => refuse(error.to_string()),
    }
}

/// Counts of threads that take one step at a time, to the half or the double (`DynamicThreadPool`, `LogCleaner`).
const THREAD_COUNTS: [&str; 6] = [
    "background.threads",
    "log.cleaner.threads",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
];

/// What Kafka could change while it runs and this broker cannot.
const FIXED: [&str; 2] = ["listeners", "listener.security.protocol.map"];

/// Memory that each of the cleaner's threads needs for its keys.
const DEDUPE_BYTES_MIN: i64 = 1 << 20;

/// Whether a running broker can go from one to the other.
fn change_of_broker(before: &BrokerSettings, after: &BrokerSettings) -> Result<(), Refusal> {
    let refuse = |reason: String| Err(Refusal::new(ErrorCode::InvalidRequest, reason));
    let value =
        |settings: &BrokerSettings, name: &str| broker_setting(name).and_then(|it| settings.value(it));
    let number = |settings: &BrokerSettings, name: &str| match value(settings, name) {
        Some(Value::Number(number)) => number,
        _ => 0,
    };
    // What the start has set can always be gone back to: a wrong value that was stored once must have a way out.
    let is_altered = |name: &&str| after.is_dynamic(name) && value(before, name) != value(after, name);
    if let Some(name) = FIXED.into_iter().find(is_altered) {
        return refuse(format!("{name} cannot change while this broker runs"));
    }
    for name in THREAD_COUNTS.into_iter().filter(is_altered) {
        let (old, new) = (number(before, name), number(after, name));
        let (min, max) = ((old / 2).max(1), old.saturating_mul(2));
        if !(min..=max).contains(&new) {
            return refuse(format!("{name} is {old}, it may become {min} to {max} at once"));
        }
    }
    let dedupe_bytes = number(after, "log.cleaner.dedupe.buffer.size");
    if dedupe_bytes / number(after, "log.cleaner.threads").max(1) < DEDUPE_BYTES_MIN {
        return refuse("log.cleaner.dedupe.buffer.size must be 1 MiB for each cleaner thread".to_owned());
    }
    Ok(())
}

fn group(broker: &BrokerSettings, texts: &Texts) -> Result<(), Refusal> {
    for (name, text) in texts {
        let setting =
            settings::group_setting(name).ok_or_else(|| invalid(format!("unknown group config {name}")))?;
        let value = setting.parse(text).map_err(|error| invalid_value(name, text, &error))?;
        check_bounds(broker, name, &value)?;
    }
    for protocol in ["consumer", "share", "streams"] {
        let number = |suffix: &str| group_number(broker, texts, &format!("{protocol}.{suffix}"));
        let (heartbeat, session) = (number("heartbeat.interval.ms"), number("session.timeout.ms"));
        if heartbeat >= session {
            let reason = format!(
                "{protocol}.heartbeat.interval.ms must be smaller than {protocol}.session.timeout.ms"
            );
            return Err(invalid(reason));
        }
    }
    Ok(())
}

/// A group's own value, or its broker's.
fn group_number(broker: &BrokerSettings, texts: &Texts, name: &str) -> i64 {
    let own = texts.get(name).and_then(|text| text.trim().parse().ok());
    let of_broker = || match broker_setting(&format!("group.{name}")).and_then(|it| broker.value(it)) {
        Some(Value::Number(number)) => number,
        _ => 0,
    };
    own.unwrap_or_else(of_broker)
}

/// `consumer.session.timeout.ms` lies between the broker's `group.consumer.min.…` and `group.consumer.max.…`.
fn check_bounds(broker: &BrokerSettings, name: &str, value: &Value) -> Result<(), Refusal> {
    let (Value::Number(number), Some((protocol, rest))) = (value, name.split_once('.')) else {
        return Ok(());
    };
    for (word, is_wrong) in [("min", i64::lt as fn(&i64, &i64) -> bool), ("max", i64::gt)] {
        let bound = match rest {
            "num.standby.replicas" if word == "max" => "group.streams.max.standby.replicas".to_owned(),
            _ => format!("group.{protocol}.{word}.{rest}"),
        };
        let Some(Value::Number(limit)) = broker_setting(&bound).and_then(|setting| broker.value(setting))
        else {
            continue;
        };
        if is_wrong(number, &limit) {
            return Err(invalid(format!("{name} is {number}, {bound} is {limit}")));
        }
    }
    Ok(())
}

fn client_metrics(texts: &Texts) -> Result<(), Refusal> {
    let refuse = |reason: String| Err(Refusal::new(ErrorCode::InvalidRequest, reason));
    for (name, text) in texts {
        let Some(setting) = settings::client_metrics_setting(name) else {
            return refuse(format!("unknown client metrics config {name}"));
        };
        match setting.parse(text) {
            Err(error) => return refuse(format!("{name}: {error}")),
            Ok(Value::Number(interval)) if !PUSH_INTERVAL_MS.contains(&interval) => {
                let (min, max) = (PUSH_INTERVAL_MS.start(), PUSH_INTERVAL_MS.end());
                return refuse(format!("{name} is {interval}, it must be between {min} and {max}"));
            }
            Ok(Value::List(patterns)) if name == "match" => {
                ClientMatch::parse(&patterns).map_err(invalid)?;
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

pub(super) fn invalid(reason: String) -> Refusal {
    Refusal::new(ErrorCode::InvalidConfig, reason)
}

fn invalid_value(name: &str, text: &str, error: &InvalidValue) -> Refusal {
    invalid(format!("value {text} of {name}: {error}"))
}
