//! The log levels of this broker as configs of Kafka's resource BROKER_LOGGER (KIP-412): one config a logger.

use kafkactl_core::wire::ErrorCode;

use super::config_entries::{Entry, Source, Sourced};
use crate::broker::Broker;
use crate::cluster::controller::{ConfigChange, ConfigOperation, Refusal};
use crate::loggers::{KNOWN, LoggerChange, Loggers, ROOT};

/// Every logger with its level.
pub(super) fn describe(broker: &Broker) -> Result<Vec<Entry>, Refusal> {
    let levels = loggers_of(broker)?.all();
    let entries = levels.into_iter().map(|(name, level)| {
        let value = Some(level.name().to_owned());
        let source = Sourced { name: name.clone(), value: value.clone(), source: Source::BrokerLogger };
        Entry {
            name,
            value,
            kind: None,
            is_read_only: false,
            is_sensitive: false,
            help: None,
            sources: vec![source],
        }
    });
    Ok(entries.collect())
}

/// Sets levels, or gives them back to the loggers above: all that is wished, or nothing.
pub(super) fn alter(broker: &Broker, change: &ConfigChange, validate_only: bool) -> Result<(), Refusal> {
    let loggers = loggers_of(broker)?;
    let ConfigChange::Each(operations) = change else {
        return Err(invalid("the levels of loggers are changed one by one".to_owned()));
    };
    let changes: Result<Vec<_>, Refusal> = operations
        .iter()
        .map(|(name, operation)| {
            let logger = logger_of(name);
            change_of(loggers, &logger, operation).map(|change| (logger, change))
        })
        .collect();
    let changes = changes?;
    if validate_only {
        return Ok(());
    }
    loggers.change(&changes).map_err(invalid)
}

/// The logger of a name as Kafka's tools write them, with a dot between the parts.
fn logger_of(name: &str) -> String {
    name.replace('.', "::")
}

fn change_of(loggers: &Loggers, logger: &str, operation: &ConfigOperation) -> Result<LoggerChange, Refusal> {
    let wrong = |reason: String| Refusal::new(ErrorCode::InvalidConfig, reason);
    if !loggers.has(logger) {
        return Err(wrong(format!("there is no logger {logger}; {KNOWN}")));
    }
    match operation {
        ConfigOperation::Set(level) => level.parse().map(LoggerChange::Set).map_err(wrong),
        ConfigOperation::Delete if logger == ROOT => {
            Err(invalid("the root logger inherits from nobody: set its level instead".to_owned()))
        }
        ConfigOperation::Delete => Ok(LoggerChange::Reset),
        ConfigOperation::Append(_) | ConfigOperation::Subtract(_) => {
            Err(invalid("a log level is no list: set or delete it".to_owned()))
        }
    }
}

fn loggers_of(broker: &Broker) -> Result<&Loggers, Refusal> {
    let refusal = || invalid("this program does not let its log levels be changed".to_owned());
    broker.loggers.as_deref().ok_or_else(refusal)
}

fn invalid(reason: String) -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, reason)
}
