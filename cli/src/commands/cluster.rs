//! `cluster`: facts about the whole cluster.

use kafkactl_broker::storage::MetadataVersion;
use kafkactl_core::client::admin::ClusterDescription;
use serde::Serialize;

use super::Outcome;
use super::session::{self, ClusterCommand, Options, Session};
use crate::args::cluster::{ClusterCommand as Verb, ClusterConfigCommand, ClusterInfoArgs};
use crate::args::shared::Common;
use crate::exit::ExitStatus;
use crate::output::{Cell, Column, Output, Report, Row, Section, Table};

pub fn run(command: &Verb, outer: &Common) -> ExitStatus {
    match command {
        Verb::Info(args) => session::run(args, outer),
        Verb::Config(ClusterConfigCommand::Get(args)) => session::run(args, outer),
        Verb::Config(ClusterConfigCommand::Set(args)) => session::run(args, outer),
        Verb::Config(ClusterConfigCommand::Unset(args)) => session::run(args, outer),
    }
}

#[derive(Debug, Serialize)]
struct ClusterItem {
    cluster_id: String,
    controller: Option<i32>,
    /// The finalized metadata version's level; null from brokers that do not tell.
    metadata_version: Option<i16>,
    /// Its name, such as `4.3-IV0`; null for levels that this program does not know.
    metadata_version_name: Option<&'static str>,
    brokers: Vec<BrokerRow>,
}

#[derive(Debug, Serialize)]
struct BrokerRow {
    id: i32,
    host: String,
    port: u16,
    rack: Option<String>,
    controller: bool,
    /// Registered, but out of contact with the controller.
    fenced: bool,
}

impl Row for BrokerRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("BROKER", |row| row.id.into()),
        Column::new("HOST", |row| Cell::from(&row.host)),
        Column::new("PORT", |row| Cell::Number(row.port.into())),
        Column::new("RACK", |row| Cell::option(row.rack.as_ref())),
        Column::new("CONTROLLER", |row| row.controller.into()),
        Column::new("FENCED", |row| row.fenced.into()),
    ];
}

impl ClusterCommand for ClusterInfoArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let mut cluster = session.admin.describe_cluster(true).await?;
        // Under KRaft the other answer names any broker; older clusters have no quorum to ask.
        if let Ok(quorum) = session.admin.describe_quorum().await {
            cluster.controller = quorum.leader;
        }
        let features = session.admin.features().await?;
        let item = item(cluster, features.finalized.get("metadata.version").copied());
        let facts = vec![
            ("Cluster", Cell::from(&item.cluster_id)),
            ("Controller", Cell::option(item.controller)),
            ("Brokers", item.brokers.len().into()),
            ("Metadata version", metadata_version(&item)),
        ];
        let section = Section { facts, table: Some(Table::of(&item.brokers)?) };
        out.print(Report::details("ClusterInfo", &[item], vec![section])?)
    }
}

/// By its name, as Kafka's tools take it.
fn metadata_version(item: &ClusterItem) -> Cell {
    match item.metadata_version_name {
        Some(name) => name.into(),
        None => Cell::option(item.metadata_version.map(i32::from)),
    }
}

fn item(cluster: ClusterDescription, metadata_version: Option<i16>) -> ClusterItem {
    let controller = cluster.controller;
    let brokers = cluster.brokers.into_iter().map(|broker| BrokerRow {
        id: broker.id.0,
        host: broker.endpoint.host.to_string(),
        port: broker.endpoint.port,
        rack: broker.rack,
        controller: Some(broker.id) == controller,
        fenced: broker.is_fenced,
    });
    ClusterItem {
        cluster_id: cluster.cluster_id,
        controller: controller.map(|broker| broker.0),
        metadata_version,
        metadata_version_name: metadata_version.and_then(|level| MetadataVersion(level).name()),
        brokers: brokers.collect(),
    }
}
