//! DeleteTopics, v1–v6: by name, or from v6 by id as well (D9).

use std::collections::HashMap;

use kafkactl_core::names::TopicId;
use kafkactl_core::wire::messages::delete_topics_request::DeleteTopicState;
use kafkactl_core::wire::messages::delete_topics_response::DeletableTopicResult;
use kafkactl_core::wire::messages::{DeleteTopicsRequest, DeleteTopicsResponse, TopicName};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::admin::{deadline, later, verdict};
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{DeletedTopic, Refusal, TopicRef};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DeleteTopics, versions: 1..=6, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DeleteTopicsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let version = request.version;
    let named = body.topic_names.into_iter().map(|name| DeleteTopicState::default().with_name(Some(name)));
    let asked: Vec<DeleteTopicState> = body.topics.into_iter().chain(named).collect();
    if !request.broker.settings().topics.delete_enabled {
        let code = match version {
            ..3 => ErrorCode::InvalidRequest,
            _ => ErrorCode::TopicDeletionDisabled,
        };
        let refusal = Refusal::new(code, code.message());
        let results = asked.into_iter().map(|topic| refused(topic, &refusal));
        let response = DeleteTopicsResponse::default().with_responses(results.collect());
        return Outcome::reply(&response, version);
    }
    let (mut results, wanted) = sort_out(asked);
    let refs: Vec<TopicRef> = wanted.iter().map(topic_ref).collect();
    let submitted = request
        .broker
        .controller
        .submit(deadline(body.timeout_ms), move |machine, _, _| machine.delete_topics(&refs));
    later(version, async move {
        match submitted.await {
            Ok(outcomes) => results.extend(wanted.into_iter().zip(outcomes).map(result)),
            Err(refusal) => results.extend(wanted.into_iter().map(|topic| refused(topic, &refusal))),
        }
        DeleteTopicsResponse::default().with_responses(results)
    })
}

/// Answers what makes no sense at once: neither or both of name and id, and what is named twice.
fn sort_out(asked: Vec<DeleteTopicState>) -> (Vec<DeletableTopicResult>, Vec<DeleteTopicState>) {
    let mut counts: HashMap<(Option<TopicName>, TopicId), usize> = HashMap::new();
    for topic in &asked {
        *counts.entry((topic.name.clone(), TopicId(topic.topic_id))).or_default() += 1;
    }
    let mut results = Vec::new();
    let mut wanted = Vec::new();
    for topic in asked {
        let by_id = TopicId(topic.topic_id) != TopicId::ZERO;
        let reason = match (&topic.name, by_id) {
            (Some(_), true) => Some("give a name or an id, not both"),
            (None, false) => Some("give a name or an id"),
            _ if counts[&(topic.name.clone(), TopicId(topic.topic_id))] > 1 => {
                Some("the request names this topic twice")
            }
            _ => None,
        };
        match reason {
            Some(reason) => {
                results.push(refused(topic, &Refusal::new(ErrorCode::InvalidRequest, reason)));
            }
            None => wanted.push(topic),
        }
    }
    (results, wanted)
}

fn topic_ref(topic: &DeleteTopicState) -> TopicRef {
    match &topic.name {
        Some(name) => TopicRef::Name(name.to_string()),
        None => TopicRef::Id(TopicId(topic.topic_id)),
    }
}

fn result((asked, outcome): (DeleteTopicState, Result<DeletedTopic, Refusal>)) -> DeletableTopicResult {
    match outcome {
        Ok(deleted) => DeletableTopicResult::default()
            .with_name(Some(TopicName(text(deleted.name.as_str()))))
            .with_topic_id(deleted.id.0),
        Err(refusal) => refused(asked, &refusal),
    }
}

fn refused(asked: DeleteTopicState, refusal: &Refusal) -> DeletableTopicResult {
    let (code, message) = verdict::<()>(&Err(refusal.clone()));
    DeletableTopicResult::default()
        .with_name(asked.name)
        .with_topic_id(asked.topic_id)
        .with_error_code(code)
        .with_error_message(message)
}
