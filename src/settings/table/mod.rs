//! The table itself: one line a setting, one file a subject.
//!
//! Columns: type, name, default, allowed values, how it changes, whether it is acted upon, help.
//! Names, types, defaults, ranges and ways to change are those of Apache Kafka 4.3 (`AbstractKafkaConfig`,
//! `LogConfig`, `GroupConfig`, `ClientMetricsConfigs`, `DynamicBrokerConfig`).

use super::setting::Setting;

macro_rules! settings {
    ($list:ident: $($kind:ident $name:literal = $default:tt, $valid:expr, $update:ident, $used:ident, $help:literal;)*) => {
        pub(in crate::settings) const $list: &[Setting] = &[$(Setting {
            name: $name,
            kind: Kind::$kind,
            default: settings!(@default $default),
            valid: $valid,
            update: Update::$update,
            used: Used::$used,
            help: $help,
        }),*];
    };
    (@default null) => { None };
    (@default $text:literal) => { Some($text) };
}

mod cluster;
mod group;
mod log;
mod network;
mod quota;
mod remote;
mod replication;
mod resource;
mod security;
mod transaction;

pub(super) use resource::{CLIENT_METRICS, GROUP, TOPIC};
pub(super) use security::AUTHORIZER;

/// Every broker setting, by subject.
pub(super) const BROKER: &[&[Setting]] = &[
    network::SETTINGS,
    cluster::SETTINGS,
    log::SETTINGS,
    replication::SETTINGS,
    group::SETTINGS,
    transaction::SETTINGS,
    security::SETTINGS,
    quota::SETTINGS,
    remote::SETTINGS,
];
