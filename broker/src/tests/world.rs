//! A broker as it is started, whose configs are altered by requests.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use kafkactl_core::names::{PartitionId, Uuid};
use kafkactl_core::settings::{BrokerSettings, Properties};
use kafkactl_core::wire::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use kafkactl_core::wire::messages::describe_configs_request::DescribeConfigsResource;
use kafkactl_core::wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use kafkactl_core::wire::messages::{
    CreateTopicsRequest, CreateTopicsResponse, DescribeConfigsRequest, DescribeConfigsResponse,
    IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, TopicName,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::client::Client;
use crate::broker::Broker;
use crate::partition::Partition;
use crate::start::{RunningBroker, StartOptions, start};
use crate::telemetry::Push;

/// What a config belongs to: `ConfigResource.Type` and name.
pub(super) type Resource<'a> = (i8, &'a str);

/// A whole broker with its controller, on an empty directory, and a client.
pub(super) struct World {
    broker: RunningBroker,
    pub client: Client,
    /// Behind the broker, which is dropped before them.
    runtime: Runtime,
    _directory: Option<TempDir>,
}

impl World {
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let world = Self::start_in(&[directory.path()], settings);
        Self { _directory: Some(directory), ..world }
    }

    /// Starts with these data directories, which stay.
    pub fn start_in(directories: &[&Path], settings: &[(&str, &str)]) -> Self {
        let paths: Vec<&str> = directories.iter().map(|path| path.to_str().unwrap()).collect();
        let paths = paths.join(",");
        // As most are started: the node id is 1 since nobody gives one.
        let own = [("log.dirs", &paths[..]), ("listeners", "PLAINTEXT://127.0.0.1:0")];
        let given: Vec<(String, String)> =
            own.iter().chain(settings).map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let settings = BrokerSettings::load(&Properties::default(), &given).unwrap().0;
        let runtime = Runtime::new().unwrap();
        let broker = runtime
            .block_on(start(StartOptions { settings, cluster_id: None, is_ephemeral: false, loggers: None }))
            .unwrap();
        let client = Client::connect(address(&broker));
        Self { broker, client, runtime, _directory: None }
    }

    /// Stops the broker as an operator does.
    pub fn stop(mut self) {
        self.broker.shutdown();
        self.runtime.block_on(self.broker.wait()).unwrap();
    }

    pub fn broker(&self) -> &Arc<Broker> {
        self.broker.broker()
    }

    pub fn client_metrics(&self) -> Vec<(Uuid, Arc<Push>)> {
        self.broker.client_metrics()
    }

    pub fn connect(&self) -> Client {
        Client::connect(address(&self.broker))
    }

    pub fn create(&mut self, topic: &str, configs: &[(&str, &str)]) -> Arc<Partition> {
        let config = |&(name, value): &(&str, &str)| {
            CreatableTopicConfig::default().with_name(text(name)).with_value(Some(text(value)))
        };
        let new = CreatableTopic::default()
            .with_name(TopicName(text(topic)))
            .with_num_partitions(1)
            .with_replication_factor(1)
            .with_configs(configs.iter().map(config).collect());
        let request = CreateTopicsRequest::default().with_topics(vec![new]).with_timeout_ms(10_000);
        let response: CreateTopicsResponse = self.client.ask(ApiKey::CreateTopics, 7, &request);
        assert_eq!(response.topics[0].error_code, 0, "{topic}");
        self.broker().partitions.get(topic, PartitionId(0)).unwrap()
    }

    /// Sets a value, or deletes it.
    pub fn alter(&mut self, (kind, resource): Resource<'_>, name: &str, value: Option<&str>) -> ErrorCode {
        let config = AlterableConfig::default()
            .with_name(text(name))
            .with_config_operation(i8::from(value.is_none()))
            .with_value(value.map(text));
        let resource = AlterConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(text(resource))
            .with_configs(vec![config]);
        let request = IncrementalAlterConfigsRequest::default().with_resources(vec![resource]);
        let response: IncrementalAlterConfigsResponse =
            self.client.ask(ApiKey::IncrementalAlterConfigs, 1, &request);
        ErrorCode::from_code(response.responses[0].error_code).unwrap()
    }

    pub fn set(&mut self, resource: Resource<'_>, name: &str, value: &str) {
        assert_eq!(self.alter(resource, name, Some(value)), ErrorCode::None, "{resource:?} {name}={value}");
    }

    pub fn delete(&mut self, resource: Resource<'_>, name: &str) {
        assert_eq!(self.alter(resource, name, None), ErrorCode::None, "{resource:?} {name}");
    }

    /// A topic's value and where it comes from (`ConfigSource`).
    pub fn described(&mut self, topic: &str, name: &str) -> (String, i8) {
        let resource = DescribeConfigsResource::default()
            .with_resource_type(2)
            .with_resource_name(text(topic))
            .with_configuration_keys(Some(vec![text(name)]));
        let request = DescribeConfigsRequest::default().with_resources(vec![resource]);
        let response: DescribeConfigsResponse = self.client.ask(ApiKey::DescribeConfigs, 4, &request);
        let config = &response.results[0].configs[0];
        (config.value.as_ref().unwrap().to_string(), config.config_source)
    }
}

fn address(broker: &RunningBroker) -> SocketAddr {
    broker.addresses()[0].address
}

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}
