//! What the APIs of transactions share: decisions that may take a fresh producer id, and what a coordinator is asked
//! before records join a transaction.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::{ProducerEpoch, ProducerId, TopicPartition};
use kafkactl_core::wire::{ErrorCode, messages};

use super::Outcome;
use super::coordinator::when_committed;
use crate::broker::Broker;
use crate::coordinator::Acted;
use crate::transaction::{Decided, Producer, TransactionalId};

/// Decides, with a fresh producer id if it takes one, and answers once the decision is committed.
pub(super) fn decide(
    broker: &Arc<Broker>,
    decide: impl Fn(&Broker, Option<ProducerId>) -> Acted<Result<Decided, ErrorCode>> + Send + 'static,
    answer: impl FnOnce(Result<Producer, ErrorCode>) -> Outcome + Send + 'static,
) -> Outcome {
    let answer = |decided| {
        answer(match decided {
            Ok(Decided::Producer(producer)) => Ok(producer),
            Ok(Decided::NeedsProducerId) => Err(ErrorCode::CoordinatorNotAvailable),
            Err(error) => Err(error),
        })
    };
    let mut decided = decide(broker, None);
    if needs_id(&decided)
        && let Some(fresh) = broker.producer_ids.try_next()
    {
        decided = decide(broker, Some(fresh));
    }
    if !needs_id(&decided) {
        return when_committed(decided, answer);
    }
    let broker = Arc::clone(broker);
    Outcome::Later(Box::pin(async move {
        let fresh = broker.next_producer_id().await;
        when_committed(fresh.and_then(|fresh| decide(&broker, Some(fresh))), answer)
    }))
}

fn needs_id(decided: &Acted<Result<Decided, ErrorCode>>) -> bool {
    decided.as_ref().is_ok_and(|decided| decided.reply == Ok(Decided::NeedsProducerId))
}

pub(super) fn producer(id: messages::ProducerId, epoch: i16) -> Producer {
    Producer { id: ProducerId(id.0), epoch: ProducerEpoch(epoch) }
}

/// PRODUCER_FENCED for clients that know it; INVALID_PRODUCER_EPOCH is what older ones know (F5).
pub(super) fn fenced_code(error: ErrorCode, knows_fenced: bool) -> ErrorCode {
    match error {
        ErrorCode::ProducerFenced if !knows_fenced => ErrorCode::InvalidProducerEpoch,
        other => other,
    }
}

/// What a transaction's coordinator is asked before records join the transaction.
#[derive(Debug)]
pub(super) struct Question {
    pub id: TransactionalId,
    pub producer: Producer,
    pub partitions: BTreeSet<TopicPartition>,
    pub joining: Joining,
}

/// How partitions become part of a transaction: the version of the client's request tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joining {
    /// By AddPartitionsToTxn before; the client knows TRANSACTION_ABORTABLE or not (KIP-890, part 1).
    Announced { knows_abortable: bool },
    /// By the records themselves (KIP-890, part 2).
    Implicit,
}

impl Question {
    /// One answer per partition, in their order. While the last transaction is being completed, one that is joined
    /// implicitly is asked for again for a while (F8).
    pub async fn ask(&self, broker: &Broker) -> Result<Vec<Result<(), ErrorCode>>, ErrorCode> {
        let settings = broker.settings();
        let pause = Duration::from_millis(settings.transaction.add_backoff_ms.max(1));
        let mut left = Duration::from_millis(settings.transaction.add_backoff_ms_max);
        loop {
            let answered = match self.ask_once(broker) {
                Ok(answered) => answered.committed().await.flatten(),
                Err(error) => Err(error),
            };
            let is_busy = answered == Err(ErrorCode::ConcurrentTransactions);
            if !is_busy || self.joining != Joining::Implicit || left < pause {
                return answered.map_err(|error| fenced_code(error, false));
            }
            tokio::time::sleep(pause).await;
            left -= pause;
        }
    }

    fn ask_once(&self, broker: &Broker) -> Acted<Result<Vec<Result<(), ErrorCode>>, ErrorCode>> {
        let Self { id, producer, partitions, joining } = self;
        let absent = match joining {
            Joining::Implicit => {
                let count = partitions.len();
                let added =
                    broker.transactions.add(id, *producer, partitions.clone(), TransactionVersion::V2)?;
                return Ok(added.map(|added| added.map(|()| vec![Ok(()); count])));
            }
            Joining::Announced { knows_abortable: true } => ErrorCode::TransactionAbortable,
            Joining::Announced { knows_abortable: false } => ErrorCode::InvalidTxnState,
        };
        let verified = broker.transactions.verify(id, *producer, partitions)?;
        let answer = |is_part: bool| if is_part { Ok(()) } else { Err(absent) };
        Ok(verified.map(|verified| verified.map(|parts| parts.into_iter().map(answer).collect())))
    }
}
