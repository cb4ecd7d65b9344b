//! `broker config` and `cluster config`: the settings of one broker, of all of them, or the levels of a broker's
//! loggers.

use kafkactl_core::client::admin::{
    ConfigDetail, ConfigEntry, ConfigResource, ConfigResourceKind, ConfigSource,
};
use kafkactl_core::names::BrokerId;
use serde::Serialize;

use crate::args::broker::{
    BrokerChoice, BrokerConfigGetArgs, BrokerConfigSetArgs, BrokerConfigTarget, BrokerConfigUnsetArgs,
};
use crate::args::shared::{ConfigGetArgs, ConfigSetArgs, ConfigUnsetArgs};
use crate::commands::Outcome;
use crate::commands::configs::{Changes, ConfigChanged, ConfigRow, alter, missing, to_set, to_unset};
use crate::commands::session::{ClusterCommand, Options, Session};
use crate::error::CommandError;
use crate::output::{Cell, Column, Output, Report, Row};

impl BrokerConfigTarget {
    fn resource(&self, session: &Session) -> Result<ConfigResource, CommandError> {
        let view = session.client.view();
        if let BrokerChoice::One(id) = self.broker
            && !view.brokers.contains_key(&BrokerId(id))
        {
            let live: Vec<String> = view.brokers.keys().map(ToString::to_string).collect();
            return Err(CommandError::not_found("broker", id.to_string())
                .hint(format!("brokers that are up: {}", live.join(", "))));
        }
        match (self.broker, self.loggers) {
            (BrokerChoice::One(id), false) => Ok(ConfigResource::broker(BrokerId(id))),
            (BrokerChoice::All, false) => {
                Ok(ConfigResource { kind: ConfigResourceKind::Broker, name: String::new() })
            }
            (BrokerChoice::One(id), true) => {
                Ok(ConfigResource { kind: ConfigResourceKind::BrokerLogger, name: id.to_string() })
            }
            (BrokerChoice::All, true) => {
                Err(CommandError::usage("loggers are those of one broker: name its number"))
            }
        }
    }

    /// Whether an entry was set where this looks, and is not what applies from elsewhere.
    fn is_own(&self, entry: &ConfigEntry) -> bool {
        match self.broker {
            _ if self.loggers => true,
            BrokerChoice::One(_) => entry.source == ConfigSource::Broker,
            BrokerChoice::All => entry.source == ConfigSource::BrokerDefault,
        }
    }

    async fn show(&self, session: &Session, args: &ConfigGetArgs, out: &mut Output) -> Outcome {
        let resource = self.resource(session)?;
        let names = (!args.keys.is_empty()).then_some(&*args.keys);
        let asked = std::slice::from_ref(&resource);
        let mut described = session.admin.describe_configs(asked, names, ConfigDetail::default()).await?;
        let not_found = || CommandError::not_found("broker", self.broker.to_string());
        let mut entries = described.remove(&resource).ok_or_else(not_found)??;
        let errors = missing(&args.keys, &entries, "broker setting");
        if names.is_none() && !args.all {
            entries.retain(|entry| self.is_own(entry));
        }
        let rows: Vec<ConfigRow> = entries.into_iter().map(ConfigRow::from).collect();
        out.print(Report::list("BrokerConfig", &rows)?.with_errors(errors))
    }

    async fn alter(&self, session: &Session, changes: Changes, dry_run: bool, out: &mut Output) -> Outcome {
        let resource = self.resource(session)?;
        let row = |ConfigChanged { name, value, result }| ChangeRow {
            broker: self.broker.to_string(),
            name,
            value,
            result,
        };
        let rows: Vec<ChangeRow> =
            alter(session, resource, changes, dry_run, out).await?.into_iter().map(row).collect();
        out.print(Report::list("BrokerConfigChange", &rows)?)
    }
}

#[derive(Debug, Serialize)]
struct ChangeRow {
    /// A number, or `all`.
    broker: String,
    name: String,
    value: Option<String>,
    result: &'static str,
}

impl Row for ChangeRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("BROKER", |row| Cell::from(&row.broker)),
        Column::new("NAME", |row| Cell::from(&row.name)),
        Column::new("RESULT", |row| row.result.into()),
        Column::new("VALUE", |row| Cell::option(row.value.as_ref())),
    ];
}

impl ClusterCommand for BrokerConfigGetArgs {
    fn options(&self) -> Options<'_> {
        (&self.get.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        self.target.show(session, &self.get, out).await
    }
}

impl ClusterCommand for BrokerConfigSetArgs {
    fn options(&self) -> Options<'_> {
        (&self.set.change).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        self.target.alter(session, to_set(&self.set.configs)?, self.set.change.dry_run, out).await
    }
}

impl ClusterCommand for BrokerConfigUnsetArgs {
    fn options(&self) -> Options<'_> {
        (&self.unset.change).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        self.target.alter(session, to_unset(&self.unset.keys), self.unset.change.dry_run, out).await
    }
}

/// `cluster config` is about all brokers.
const EVERY_BROKER: BrokerConfigTarget = BrokerConfigTarget { broker: BrokerChoice::All, loggers: false };

impl ClusterCommand for ConfigGetArgs {
    fn options(&self) -> Options<'_> {
        (&self.read).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        EVERY_BROKER.show(session, self, out).await
    }
}

impl ClusterCommand for ConfigSetArgs {
    fn options(&self) -> Options<'_> {
        (&self.change).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        EVERY_BROKER.alter(session, to_set(&self.configs)?, self.change.dry_run, out).await
    }
}

impl ClusterCommand for ConfigUnsetArgs {
    fn options(&self) -> Options<'_> {
        (&self.change).into()
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        EVERY_BROKER.alter(session, to_unset(&self.keys), self.change.dry_run, out).await
    }
}
