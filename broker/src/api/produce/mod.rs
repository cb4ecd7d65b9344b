//! Produce, v3–v13; v13 names topics by id. Message sets of magic 0 and 1 are refused. acks=0 sends no reply, and a
//! failure then closes the connection (A22).
//!
//! Stage one appends, in the order requests arrive on the connection; before a partition's first batch of a transaction
//! the transaction's coordinator is asked, and a batch that inflates far waits for its turn; either may hold up the
//! connection. With acks=all the reply is parked until the
//! high watermark has passed every batch, or the time is up (A21).

mod appending;
mod request;
mod response;
mod transaction;
mod waiting;

use std::sync::Arc;

use kafkactl_core::names::{PartitionId, TopicId, TopicName};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use self::appending::Appending;
use self::request::ProduceRequest;
use self::response::Answer;
use self::transaction::Verification;
use super::cursor::TopicRef;
use super::leader::{self, CurrentLeader, NodeEndpoint};
use super::{ApiSpec, Outcome, Request};
use crate::broker::Broker;
use crate::connection::CloseReason;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::Produce, versions: 3..=13, handle };

/// The client id that may write to Kafka's own topics (A6).
const ADMIN_CLIENT_ID: &str = "__admin_client";

/// A partition as the request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    topic: Topic,
    partition: PartitionId,
}

/// Of name and id the one is empty that the request does not give.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Topic {
    name: TopicName,
    id: TopicId,
}

fn handle(request: Request<'_>) -> Outcome {
    let version = request.version;
    let produce = match ProduceRequest::decode(version, &request.body) {
        Ok(produce) => produce,
        Err(detail) => return request.malformed(detail),
    };
    let named = produce.batches.iter().map(|batch| (batch.topic, batch.partition.0));
    if let Err(outcome) = request.wait_for_logs(named) {
        return outcome;
    }
    let origin = Origin {
        broker: Arc::clone(request.broker),
        listener: Arc::clone(&request.connection.listener),
        version,
        may_write_internal: **request.client_id == *ADMIN_CLIENT_ID,
    };
    match transaction::verify(&origin, &produce, &request.body) {
        Verification::Done(verdicts) => {
            Appending::new(origin, &produce, &request.body, verdicts).go_on(&produce, None)
        }
        Verification::Waiting(verdicts) => {
            let body = request.body.clone();
            Outcome::Barrier(Box::pin(async move {
                let verdicts = verdicts.await;
                again(version, &body, |produce| {
                    Appending::new(origin, produce, &body, verdicts).go_on(produce, None)
                })
            }))
        }
    }
}

/// Goes on with a request that was put off: it is decoded a second time, since places in its bytes cannot be kept with them.
fn again(version: i16, body: &[u8], go_on: impl FnOnce(&ProduceRequest<'_>) -> Outcome) -> Outcome {
    match ProduceRequest::decode(version, body) {
        Ok(produce) => go_on(&produce),
        Err(detail) => {
            let detail = detail.to_string();
            Outcome::Close(CloseReason::Malformed { key: ApiKey::Produce, version, detail })
        }
    }
}

/// Whose request it is, as far as that counts.
struct Origin {
    broker: Arc<Broker>,
    listener: Arc<str>,
    version: i16,
    may_write_internal: bool,
}

/// Tells a client that came to the wrong broker who leads (KIP-951).
struct Leaders<'a> {
    broker: &'a Broker,
    listener: &'a str,
}

impl Leaders<'_> {
    fn add(&self, version: i16, answers: &mut [(Target, Answer)]) -> Vec<NodeEndpoint> {
        let is_misled = |answer: &Answer| answer.error == ErrorCode::NotLeaderOrFollower;
        if version < 10 || !answers.iter().any(|(_, answer)| is_misled(answer)) {
            return Vec::new();
        }
        let image = self.broker.metadata.image();
        for (target, answer) in answers.iter_mut().filter(|(_, answer)| is_misled(answer)) {
            let topic = if version >= 13 {
                TopicRef::Id(target.topic.id)
            } else {
                TopicRef::Name(target.topic.name.as_str())
            };
            answer.current_leader = CurrentLeader::of(&image, topic, target.partition);
        }
        let leaders = answers.iter().filter_map(|(_, answer)| answer.current_leader);
        leader::endpoints(&image, self.listener, leaders)
    }
}
