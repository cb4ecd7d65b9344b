use std::time::Duration;

use kafkactl_core::client::Client;
use kafkactl_core::wire::StrBytes;
use kafkactl_core::wire::messages::DescribeConfigsRequest;
use kafkactl_core::wire::messages::describe_configs_request::DescribeConfigsResource;

use super::{is_refusal, told};
use crate::model::snapshot::{Config, Configs, Data};

/// The number of a topic among DescribeConfigs' resources.
const TOPIC: i8 = 2;
/// The source of a value that was set for the topic itself.
const OWN: i8 = 1;
/// Topics in one request.
const TOPICS_PER_REQUEST_MAX: usize = 500;

/// The settings of every topic.
pub async fn poll(client: &Client) -> Result<(Data, ()), String> {
    let topics: Vec<String> = client.view().topics().map(|topic| topic.name.to_string()).collect();
    let connection = client.any_broker().await.map_err(told)?;
    // Versions below 1 do not tell where a value comes from.
    let version = connection.version_within::<DescribeConfigsRequest>(1, i16::MAX).map_err(told)?;
    let mut found = Configs::default();
    for topics in topics.chunks(TOPICS_PER_REQUEST_MAX) {
        let resources = topics.iter().map(|topic| {
            DescribeConfigsResource::default()
                .with_resource_type(TOPIC)
                .with_resource_name(StrBytes::from_string(topic.clone()))
                .with_configuration_keys(None)
        });
        let request = DescribeConfigsRequest::default().with_resources(resources.collect());
        let answer = connection.call_version(&request, version, Duration::ZERO).await.map_err(told)?;
        let (known, unknown): (Vec<_>, Vec<_>) =
            answer.results.into_iter().partition(|topic| topic.error_code == 0);
        let refused = unknown.into_iter().filter(|topic| is_refusal(topic.error_code));
        found.refused.extend(refused.map(|topic| topic.resource_name.to_string()));
        for topic in known {
            let configs = topic.configs.into_iter().map(|config| {
                let value = config.value.as_deref().map(str::to_owned);
                (config.name.to_string(), Config { value, own: config.config_source == OWN })
            });
            found.topics.insert(topic.resource_name.to_string(), configs.collect());
        }
    }
    Ok((Data::Configs(found), ()))
}
