//! A look inside a running broker.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::broker::Broker;

pub(super) async fn broker(State(broker): State<Arc<Broker>>) -> Json<Value> {
    let image = broker.metadata.image();
    let quorum = broker.controller.quorum();
    let partitions = broker.partitions.all();
    let led = partitions.iter().filter(|partition| partition.figures().is_leader).count();
    let mut groups = 0;
    broker.groups.each_figures(&mut |_| groups += 1);
    let directories = broker.partitions.data_dirs().iter().map(|dir| dir.path.display().to_string());
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "cluster_id": broker.cluster_id,
        "node_id": broker.node_id.0,
        "uptime_ms": broker.clock.uptime_ms(),
        "log_dirs": directories.collect::<Vec<_>>(),
        "partitions": partitions.len(),
        "leaders": led,
        "groups": groups,
        "metadata_offset": image.offset.0,
        "features": image.features.iter().map(|(name, level)| (name.clone(), json!(level))).collect::<Value>(),
        "quorum": {
            "leader": quorum.leader.0,
            "epoch": quorum.epoch.0,
            "high_watermark": quorum.high_watermark.0,
            "log_end_offset": quorum.log_end.0,
        },
    }))
}

/// Settings that were given, without those that may hold secrets.
pub(super) async fn settings(State(broker): State<Arc<Broker>>) -> Json<Value> {
    let settings = broker.settings();
    let is_secret = |name: &str| ["password", "jaas", "secret", "key"].iter().any(|word| name.contains(word));
    let texts = |texts: &kafkactl_core::settings::Texts| -> Value {
        let shown = texts.iter().map(|(name, value)| {
            let value = if is_secret(name) { json!("(hidden)") } else { json!(value) };
            (name.clone(), value)
        });
        shown.collect()
    };
    Json(json!({
        "static": texts(settings.statics()),
        "dynamic_cluster": texts(settings.dynamic_cluster()),
        "dynamic_broker": texts(settings.dynamic_broker()),
    }))
}

pub(super) async fn log_level(State(broker): State<Arc<Broker>>) -> (StatusCode, String) {
    match &broker.loggers {
        Some(loggers) => (StatusCode::OK, format!("{}\n", loggers.filter())),
        None => (StatusCode::NOT_FOUND, NO_LOGGERS.to_owned()),
    }
}

pub(super) async fn set_log_level(State(broker): State<Arc<Broker>>, filter: String) -> (StatusCode, String) {
    let Some(loggers) = &broker.loggers else { return (StatusCode::NOT_FOUND, NO_LOGGERS.to_owned()) };
    let filter = filter.trim();
    if filter.is_empty() {
        return (StatusCode::BAD_REQUEST, "a filter is missing; off turns the log off\n".to_owned());
    }
    match loggers.set_filter(filter) {
        Ok(()) => (StatusCode::OK, format!("{}\n", loggers.filter())),
        Err(reason) => (StatusCode::BAD_REQUEST, format!("{reason}\n")),
    }
}

const NO_LOGGERS: &str = "this program does not let its log levels be changed\n";
