//! CreateTopics, v2–v7: the reply comes once this broker hosts the partitions (D6, J18).

use kafkactl_core::names::{BrokerId, Uuid};
use kafkactl_core::settings::Texts;
use kafkactl_core::wire::messages::create_topics_request::CreatableTopic;
use kafkactl_core::wire::messages::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult};
use kafkactl_core::wire::messages::{CreateTopicsRequest, CreateTopicsResponse, TopicName};
use kafkactl_core::wire::{ApiKey, StrBytes};

use super::admin::{deadline, later, verdict};
use super::config_entries::Layers;
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{CreateTopicsReply, CreatedTopic, NewTopic, Refusal};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::CreateTopics, versions: 2..=7, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: CreateTopicsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let topics: Vec<NewTopic> = body.topics.iter().map(new_topic).collect();
    let names: Vec<TopicName> = body.topics.into_iter().map(|topic| topic.name).collect();
    let broker = request.broker;
    let submitted = broker.controller.submit(deadline(body.timeout_ms), move |machine, random, _| {
        machine.create_topics(topics, body.validate_only, random)
    });
    let broker = broker.clone();
    later(request.version, async move {
        let settings = broker.settings();
        let layers = Layers::of(&settings);
        let results = match submitted.await {
            Ok(reply) => results(&layers, reply),
            Err(refusal) => names.into_iter().map(|name| refused(name, &refusal)).collect(),
        };
        CreateTopicsResponse::default().with_topics(results)
    })
}

fn new_topic(topic: &CreatableTopic) -> NewTopic {
    NewTopic {
        name: topic.name.to_string(),
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: topic
            .assignments
            .iter()
            .map(|it| (it.partition_index, it.broker_ids.iter().map(|id| BrokerId(id.0)).collect()))
            .collect(),
        configs: topic
            .configs
            .iter()
            .map(|config| (config.name.to_string(), config.value.as_ref().map(StrBytes::to_string)))
            .collect(),
    }
}

fn results(layers: &Layers<'_>, reply: CreateTopicsReply) -> Vec<CreatableTopicResult> {
    let result = |(name, outcome): (String, Result<CreatedTopic, Refusal>)| {
        let name = TopicName(StrBytes::from_string(name));
        match outcome {
            Ok(created) => CreatableTopicResult::default()
                .with_name(name)
                .with_topic_id(created.id.0)
                .with_error_message(None)
                .with_num_partitions(created.partitions)
                .with_replication_factor(created.replication_factor)
                .with_configs(Some(configs(layers, &created.configs))),
            Err(refusal) => refused(name, &refusal),
        }
    };
    reply.into_iter().map(result).collect()
}

/// Every effective config of the new topic (J63).
fn configs(layers: &Layers<'_>, own: &Texts) -> Vec<CreatableTopicConfigs> {
    let config = |entry: super::config_entries::Entry| {
        CreatableTopicConfigs::default()
            .with_config_source(entry.source() as i8)
            .with_name(StrBytes::from_string(entry.name))
            .with_value(entry.value.map(StrBytes::from_string))
            .with_read_only(entry.is_read_only)
            .with_is_sensitive(entry.is_sensitive)
    };
    layers.topic(own).into_iter().map(config).collect()
}

fn refused(name: TopicName, refusal: &Refusal) -> CreatableTopicResult {
    let (code, message) = verdict::<()>(&Err(refusal.clone()));
    CreatableTopicResult::default()
        .with_name(name)
        .with_topic_id(Uuid::nil())
        .with_error_code(code)
        .with_error_message(message.or_else(|| Some(text(refusal.code.message()))))
        .with_num_partitions(-1)
        .with_replication_factor(-1)
        .with_configs(Some(Vec::new()))
}
