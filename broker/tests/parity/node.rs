//! A broker of ours on a copy of a golden directory, with the settings that Kafka ran it with.

use std::fs;
use std::net::SocketAddr;

use kafkactl_broker::{RunningBroker, StartOptions};
use kafkactl_core::settings::{BrokerSettings, Properties};
use tokio::runtime::Runtime;

use crate::case::{Case, golden};

/// `listeners` of every node: the system chooses the ports.
pub const FREE_PORTS: &str = "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0";

/// The address that clients are told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Advertised {
    /// That of the recorded answers, where nobody listens.
    Recorded,
    Real,
}

pub struct Node {
    pub runtime: Runtime,
    broker: RunningBroker,
}

impl Node {
    pub fn start(case: &Case, advertised: Advertised) -> Result<Self, String> {
        let path = golden(&format!("expect/{}/server.properties", case.name));
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let lines = text
            .lines()
            .filter(|line| advertised == Advertised::Recorded || !line.starts_with("advertised.listeners="));
        let text = lines.collect::<Vec<_>>().join("\n").replace("DIR", case.folder.path().to_str().unwrap());
        let overrides = [("listeners".to_owned(), FREE_PORTS.to_owned())];
        let (settings, _) = BrokerSettings::load(&Properties::parse(&text).unwrap(), &overrides).unwrap();
        let runtime = Runtime::new().unwrap();
        let started = runtime.block_on(kafkactl_broker::start(StartOptions {
            settings,
            cluster_id: None,
            is_ephemeral: false,
            loggers: None,
        }));
        let broker = started.map_err(|error| error.to_string())?;
        Ok(Self { runtime, broker })
    }

    pub fn address(&self) -> SocketAddr {
        self.broker.addresses()[0].address
    }

    /// Stops in order.
    pub fn stop(mut self) {
        self.broker.shutdown();
        self.runtime.block_on(self.broker.wait()).unwrap();
    }
}
