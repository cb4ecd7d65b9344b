//! What `config get|set|unset` of topics and brokers share.

use std::collections::BTreeMap;

use kafkactl_core::client::admin::{ConfigChange, ConfigEntry, ConfigResource, ConfigResourceKind};
use kafkactl_core::settings::UnknownName;
use serde::Serialize;

use crate::args::values::KeyValue;
use crate::commands::session::Session;
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Row};

/// One setting in force.
#[derive(Debug, Serialize)]
pub struct ConfigRow {
    pub name: String,
    /// Null for a secret, and where nothing is set.
    pub value: Option<String>,
    /// Kafka's name of where the value comes from, such as `DYNAMIC_TOPIC_CONFIG`.
    pub source: &'static str,
    #[serde(rename = "type")]
    pub type_name: &'static str,
    pub sensitive: bool,
}

impl Row for ConfigRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("NAME", |row| Cell::from(&row.name)),
        Column::new("VALUE", |row| Cell::option(row.value.as_ref().filter(|value| !value.is_empty()))),
        Column::new("SOURCE", |row| row.source.into()),
        Column::wide("TYPE", |row| row.type_name.into()),
    ];
}

impl From<ConfigEntry> for ConfigRow {
    fn from(entry: ConfigEntry) -> Self {
        Self {
            name: entry.name,
            value: entry.value,
            source: entry.source.name(),
            type_name: entry.type_name,
            sensitive: entry.is_sensitive,
        }
    }
}

/// The keys that were asked for and are not among the entries.
pub fn missing(keys: &[String], entries: &[ConfigEntry], noun: &'static str) -> Vec<CommandError> {
    let missing = keys.iter().filter(|key| !entries.iter().any(|entry| entry.name == **key));
    missing.map(|key| CommandError::not_found(noun, key)).collect()
}

/// What is to be changed, by setting.
pub type Changes = BTreeMap<String, ConfigChange>;

pub fn to_set(configs: &[KeyValue]) -> Result<Changes, CommandError> {
    refuse_contradictions(configs)?;
    Ok(configs.iter().map(|set| (set.key.clone(), ConfigChange::Set(set.value.clone()))).collect())
}

/// Nobody knows which of two values is meant.
pub fn refuse_contradictions(configs: &[KeyValue]) -> Result<(), CommandError> {
    match KeyValue::contradiction(configs) {
        Some(key) => {
            Err(CommandError::usage(format!("{key} is given two values")).hint("leave one of them out"))
        }
        None => Ok(()),
    }
}

/// Warns of names that are no settings: brokers take them in silence, and nobody acts on them.
pub fn tell_unknown<'a>(
    names: impl Iterator<Item = &'a str>,
    unknown: fn(&str) -> Option<UnknownName>,
    out: &mut Output,
) {
    for unknown in names.filter_map(unknown) {
        out.note(&format!("warning: {unknown}"));
    }
}

pub fn to_unset(keys: &[String]) -> Changes {
    keys.iter().map(|key| (key.clone(), ConfigChange::Delete)).collect()
}

/// A change that was made, or would be.
pub struct ConfigChanged {
    pub name: String,
    /// Null for a return to the default.
    pub value: Option<String>,
    /// `set`, `unset`, `would-set` or `would-unset`.
    pub result: &'static str,
}

/// Changes settings of one resource, all or none; with `dry_run` the cluster only checks them. Warns of names that are
/// no settings.
pub async fn alter(
    session: &Session,
    resource: ConfigResource,
    changes: Changes,
    dry_run: bool,
    out: &mut Output,
) -> Result<Vec<ConfigChanged>, CommandError> {
    if !dry_run {
        session.may_change()?;
    }
    let names = changes.keys().map(String::as_str);
    match resource.kind {
        ConfigResourceKind::Topic => tell_unknown(names, UnknownName::of_topic, out),
        ConfigResourceKind::Broker => tell_unknown(names, UnknownName::of_broker, out),
        _ => {}
    }
    let changed = changes.iter().map(|(name, change)| told(name, change, dry_run)).collect();
    for (_, outcome) in session.admin.alter_configs(&BTreeMap::from([(resource, changes)]), dry_run).await? {
        outcome?;
    }
    Ok(changed)
}

fn told(name: &str, change: &ConfigChange, dry_run: bool) -> ConfigChanged {
    let (value, result) = match change {
        ConfigChange::Set(value) => (Some(value.clone()), if dry_run { "would-set" } else { "set" }),
        _ => (None, if dry_run { "would-unset" } else { "unset" }),
    };
    ConfigChanged { name: name.to_owned(), value, result }
}
