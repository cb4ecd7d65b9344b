//! Produce, v3–v13; v13 names topics by id. Message sets of magic 0 and 1 are refused. acks=0 sends no reply, and a
//! failure then closes the connection (A22).
//!
//! Stage one appends, in the order requests arrive on the connection; before a partition's first batch of a transaction
//! the transaction's coordinator is asked, which may hold up the connection. With acks=all the reply is parked until the
//! high watermark has passed every batch, or the time is up (A21).

mod request;
mod response;
mod transaction;
mod waiting;

use std::sync::Arc;

use kafkactl_core::names::{PartitionId, TopicId, TopicName};
use kafkactl_core::record::BatchHeader;
use kafkactl_core::record::validate::only_batch;
use kafkactl_core::wire::{ApiKey, ErrorCode};

use self::request::{ProduceRequest, ProducedBatch};
use self::response::Answer;
use self::transaction::{Verdict, Verdicts, Verification};
use self::waiting::Waiting;
use super::cursor::TopicRef;
use super::leader::{self, CurrentLeader, NodeEndpoint};
use super::{ApiSpec, Outcome, Request, find_partition};
use crate::broker::Broker;
use crate::connection::CloseReason;
use crate::partition::{Acks, AppendAsk, Appended, Partition, rejection_code};

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
        Verification::Done(verdicts) => append_all(&origin, &produce, &request.body, &verdicts),
        Verification::Waiting(verdicts) => {
            let body = request.body.clone();
            Outcome::Barrier(Box::pin(async move {
                let verdicts = verdicts.await;
                match ProduceRequest::decode(version, &body) {
                    Ok(produce) => append_all(&origin, &produce, &body, &verdicts),
                    Err(detail) => Outcome::Close(CloseReason::Malformed {
                        key: ApiKey::Produce,
                        version,
                        detail: detail.to_string(),
                    }),
                }
            }))
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

/// The rest of stage one.
fn append_all(origin: &Origin, produce: &ProduceRequest<'_>, body: &[u8], verdicts: &Verdicts) -> Outcome {
    let version = origin.version;
    let stage = StageOne {
        origin,
        body,
        now_ms: origin.broker.clock.now_ms(),
        acks: Acks::of(produce.acks),
        is_unauthorised: lacks_transactional_id(produce, body),
    };
    let mut answers: Vec<(Target, Answer)> = Vec::with_capacity(produce.batches.len());
    let mut waiting = Waiting::new(stage.acks, produce.timeout_ms);
    for (index, batch) in produce.batches.iter().enumerate() {
        let target = target_of(batch, answers.last());
        let answer = match stage.append(batch, verdicts.of(index)) {
            Ok((partition, appended)) => {
                let answer = Answer::appended(&appended);
                waiting.add(answers.len(), partition, &appended);
                answer
            }
            Err(refused) => refused,
        };
        answers.push((target, answer));
    }
    if stage.acks == Some(Acks::None) {
        return silent(&answers);
    }
    let leaders = Leaders { broker: &origin.broker, listener: &origin.listener };
    let endpoints = leaders.add(version, &mut answers);
    waiting.outcome(version, answers, endpoints)
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

/// What every batch of a request is judged by.
struct StageOne<'a> {
    origin: &'a Origin,
    body: &'a [u8],
    now_ms: i64,
    /// `None` for a number that means nothing (A5).
    acks: Option<Acks>,
    is_unauthorised: bool,
}

impl StageOne<'_> {
    /// Appends one batch, or says what is wrong, checking in Kafka's order (A2).
    fn append(
        &self,
        produced: &ProducedBatch<'_>,
        verdict: Verdict,
    ) -> Result<(Arc<Partition>, Appended), Answer> {
        if self.is_unauthorised {
            return Err(Answer::failed(ErrorCode::TransactionalIdAuthorizationFailed));
        }
        let partition = find_partition(&self.origin.broker, produced.topic, produced.partition);
        if let Err(unknown @ (ErrorCode::UnknownTopicId | ErrorCode::UnknownTopicOrPartition)) = partition {
            return Err(Answer::failed(unknown));
        }
        let records = &self.body[produced.records.clone()];
        let batch = only_batch(records, self.origin.version)
            .map_err(|rejection| Answer::failed(rejection_code(rejection.kind())))?;
        let verified = verdict.map_err(Answer::failed)?;
        let acks = self.acks.ok_or(Answer::failed(ErrorCode::InvalidRequiredAcks))?;
        let partition = partition.map_err(Answer::failed)?;
        if partition.id.topic.is_internal() && !self.origin.may_write_internal {
            return Err(Answer::failed(ErrorCode::InvalidTopicException));
        }
        let ask = AppendAsk { batch: &batch, now_ms: self.now_ms, acks, verified };
        match partition.append(&ask) {
            Ok(appended) => Ok((partition, appended)),
            Err(error) => Err(Answer::refused(&error, &partition)),
        }
    }
}

/// Whether a transactional batch comes without the id it would have to be authorised by (A2).
fn lacks_transactional_id(produce: &ProduceRequest<'_>, body: &[u8]) -> bool {
    produce.transactional_id.is_none()
        && produce.batches.iter().any(|batch| {
            let header = BatchHeader::read(&body[batch.records.clone()]);
            header.is_ok_and(|header| header.is_transactional())
        })
}

/// Takes names and ids out of the request; consecutive partitions share their topic's.
fn target_of(batch: &ProducedBatch<'_>, previous: Option<&(Target, Answer)>) -> Target {
    let topic = match (previous, batch.topic) {
        (Some((last, _)), TopicRef::Name(name)) if last.topic.name.as_str() == name => last.topic.clone(),
        (Some((last, _)), TopicRef::Id(id)) if last.topic.id == id => last.topic.clone(),
        (_, TopicRef::Name(name)) => Topic { name: name.into(), id: TopicId::ZERO },
        (_, TopicRef::Id(id)) => Topic { name: "".into(), id },
    };
    Target { topic, partition: batch.partition }
}

/// A client that asked for no answer learns of a failure by the end of its connection only.
fn silent(answers: &[(Target, Answer)]) -> Outcome {
    match answers.iter().find(|(_, answer)| !answer.error.is_none()) {
        Some((_, answer)) => Outcome::Close(CloseReason::SilentProduceFailed(answer.error)),
        None => Outcome::Silent,
    }
}
