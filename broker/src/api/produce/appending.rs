//! The batches of a request on their way into their logs, one after the other.

use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::names::TopicId;
use kafkactl_core::record::BatchHeader;
use kafkactl_core::record::validate::only_batch;
use kafkactl_core::wire::ErrorCode;

use super::request::{ProduceRequest, ProducedBatch};
use super::response::Answer;
use super::transaction::Verdicts;
use super::waiting::Waiting;
use super::{Leaders, Origin, Target, Topic, again};
use crate::api::cursor::TopicRef;
use crate::api::{Outcome, find_partition};
use crate::connection::CloseReason;
use crate::partition::{Acks, AppendAsk, Appended, InflatingTurn, Partition, PartitionError, rejection_code};

/// The rest of stage one, as far as it has come.
pub(super) struct Appending {
    origin: Origin,
    body: Bytes,
    verdicts: Verdicts,
    now_ms: i64,
    /// `None` for a number that means nothing (A5).
    acks: Option<Acks>,
    is_unauthorised: bool,
    /// Of the batches that have had their turn.
    answers: Vec<(Target, Answer)>,
    waiting: Waiting,
}

impl Appending {
    pub fn new(origin: Origin, produce: &ProduceRequest<'_>, body: &Bytes, verdicts: Verdicts) -> Self {
        let acks = Acks::of(produce.acks);
        Self {
            now_ms: origin.broker.clock.now_ms(),
            acks,
            is_unauthorised: lacks_transactional_id(produce, body),
            answers: Vec::with_capacity(produce.batches.len()),
            waiting: Waiting::new(acks, produce.timeout_ms),
            origin,
            body: body.clone(),
            verdicts,
        }
    }

    /// Appends the batches that are left; `turn` is for the first of them. One that inflates far waits for its turn, and
    /// those behind it with it.
    pub fn go_on(mut self, produce: &ProduceRequest<'_>, mut turn: Option<InflatingTurn>) -> Outcome {
        while let Some(produced) = produce.batches.get(self.answers.len()) {
            let answer = match self.append(produced, turn.take()) {
                Ok((partition, appended)) => {
                    self.waiting.add(self.answers.len(), partition, &appended);
                    Answer::appended(&appended)
                }
                Err(NotAppended::Refused(answer)) => answer,
                Err(NotAppended::InflatesFar) => return self.wait_for_turn(),
            };
            self.answers.push((target_of(produced, self.answers.last()), answer));
        }
        self.outcome()
    }

    fn wait_for_turn(self) -> Outcome {
        Outcome::Barrier(Box::pin(async move {
            let turn = InflatingTurn::wait().await;
            let body = self.body.clone();
            again(self.origin.version, &body, |produce| self.go_on(produce, Some(turn)))
        }))
    }

    /// Appends one batch, or says what is wrong, checking in Kafka's order (A2).
    fn append(
        &self,
        produced: &ProducedBatch<'_>,
        turn: Option<InflatingTurn>,
    ) -> Result<(Arc<Partition>, Appended), NotAppended> {
        if self.is_unauthorised {
            return Err(ErrorCode::TransactionalIdAuthorizationFailed.into());
        }
        let partition = find_partition(&self.origin.broker, produced.topic, produced.partition);
        if let Err(unknown @ (ErrorCode::UnknownTopicId | ErrorCode::UnknownTopicOrPartition)) = partition {
            return Err(unknown.into());
        }
        let records = &self.body[produced.records.clone()];
        let batch =
            only_batch(records, self.origin.version).map_err(|rejection| rejection_code(rejection.kind()))?;
        let verified = self.verdicts.of(self.answers.len())?;
        let acks = self.acks.ok_or(ErrorCode::InvalidRequiredAcks)?;
        let partition = partition?;
        if partition.id.topic.is_internal() && !self.origin.may_write_internal {
            return Err(ErrorCode::InvalidTopicException.into());
        }
        let ask = AppendAsk { batch: &batch, now_ms: self.now_ms, acks, verified, turn };
        match partition.append(&ask) {
            Ok(appended) => Ok((partition, appended)),
            Err(PartitionError::InflatesFar(_)) => Err(NotAppended::InflatesFar),
            Err(error) => Err(NotAppended::Refused(Answer::refused(&error, &partition))),
        }
    }

    /// What the request came to, every batch having had its turn.
    fn outcome(self) -> Outcome {
        let Self { origin, mut answers, acks, waiting, .. } = self;
        if acks == Some(Acks::None) {
            return silent(&answers);
        }
        let leaders = Leaders { broker: &origin.broker, listener: &origin.listener };
        let endpoints = leaders.add(origin.version, &mut answers);
        waiting.outcome(origin.version, answers, endpoints)
    }
}

/// Why a batch is not in its log.
enum NotAppended {
    /// It has to come again with a turn.
    InflatesFar,
    Refused(Answer),
}

impl From<ErrorCode> for NotAppended {
    fn from(error: ErrorCode) -> Self {
        Self::Refused(Answer::failed(error))
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
