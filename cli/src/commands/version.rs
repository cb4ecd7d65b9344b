use serde::Serialize;

use super::Outcome;
use crate::output::{Cell, Output, Report, Section};

#[derive(Serialize)]
struct Version {
    name: &'static str,
    version: &'static str,
    kafka: &'static str,
}

/// The Apache Kafka whose protocol and files this speaks.
const KAFKA_VERSION: &str = "4.3";

pub fn run(out: &mut Output) -> Outcome {
    let version = Version { name: "kafkactl", version: env!("CARGO_PKG_VERSION"), kafka: KAFKA_VERSION };
    let facts = vec![("kafkactl", version.version.into()), ("Kafka", Cell::from(version.kafka))];
    out.print(Report::details("Version", &[version], vec![Section { facts, table: None }])?)
}
