//! What a transaction's coordinator says before a partition takes the first batch of the transaction (F7, F8).

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use kafkactl_core::log::{VerificationGuard, Verified};
use kafkactl_core::record::BatchHeader;
use kafkactl_core::wire::ErrorCode;

use super::Origin;
use super::request::{ProduceRequest, ProducedBatch};
use crate::api::find_partition;
use crate::api::transactional::{Joining, Question};
use crate::broker::Broker;
use crate::coordinator::poll_once;
use crate::partition::Partition;
use crate::transaction::Producer;

/// Whether a batch may be appended as far as transactions go.
pub(super) type Verdict = Result<Verified, ErrorCode>;

/// One verdict per batch of a request.
#[derive(Debug, Default)]
pub(super) struct Verdicts(Vec<Verdict>);

/// What has become of the question.
pub(super) enum Verification {
    Done(Verdicts),
    Waiting(Pin<Box<dyn Future<Output = Verdicts> + Send>>),
}

impl Verdicts {
    /// A batch that nobody was asked about is appended if it needs no word of a coordinator.
    pub fn of(&self, index: usize) -> Verdict {
        self.0.get(index).copied().unwrap_or(Ok(Verified::No))
    }

    /// The same for all of a request.
    fn all(produce: &ProduceRequest<'_>, verdict: Verdict) -> Self {
        Self(vec![verdict; produce.batches.len()])
    }
}

/// A batch whose partition awaits the coordinator's word.
struct Awaiting {
    index: usize,
    partition: Arc<Partition>,
    guard: VerificationGuard,
}

/// Asks the coordinator about the partitions of a request in which the producer's transaction is not open yet.
pub(super) fn verify(origin: &Origin, produce: &ProduceRequest<'_>, body: &[u8]) -> Verification {
    let Some(id) = produce.transactional_id else { return Verification::Done(Verdicts::default()) };
    let headers: Vec<_> = produce.batches.iter().map(|batch| transactional_header(batch, body)).collect();
    let mut producers = headers.iter().flatten().map(producer_of);
    let Some(producer) = producers.next() else { return Verification::Done(Verdicts::default()) };
    if producers.any(|other| other != producer) {
        let error = ErrorCode::InvalidProducerIdMapping;
        return Verification::Done(Verdicts::all(produce, Err(error)));
    }
    let joining = match origin.version {
        12.. => Joining::Implicit,
        version => Joining::Announced { knows_abortable: version >= 11 },
    };
    if joining != Joining::Implicit && !origin.broker.settings().transaction.verifies {
        return Verification::Done(Verdicts::all(produce, Ok(Verified::NotNeeded)));
    }
    let (verdicts, awaiting) = begin(origin, produce, &headers, joining);
    if awaiting.is_empty() {
        return Verification::Done(verdicts);
    }
    let partitions = awaiting.iter().map(|it| it.partition.id.clone()).collect::<BTreeSet<_>>();
    let question = Question { id: id.into(), producer, partitions, joining };
    let mut asked = Box::pin(ask(Arc::clone(&origin.broker), question, verdicts, awaiting));
    match poll_once(asked.as_mut()) {
        Poll::Ready(verdicts) => Verification::Done(verdicts),
        Poll::Pending => Verification::Waiting(asked),
    }
}

fn transactional_header(batch: &ProducedBatch<'_>, body: &[u8]) -> Option<BatchHeader> {
    let header = BatchHeader::read(&body[batch.records.clone()]).ok();
    header.filter(|header| header.is_transactional() && header.has_producer_id())
}

fn producer_of(header: &BatchHeader) -> Producer {
    Producer { id: header.producer_id, epoch: header.producer_epoch }
}

/// Finds out which partitions await the coordinator's word. What is wrong with others, the append says.
fn begin(
    origin: &Origin,
    produce: &ProduceRequest<'_>,
    headers: &[Option<BatchHeader>],
    joining: Joining,
) -> (Verdicts, Vec<Awaiting>) {
    let now_ms = origin.broker.clock.now_ms();
    let mut verdicts = Verdicts::all(produce, Ok(Verified::No));
    let mut awaiting = Vec::new();
    for (index, (batch, header)) in produce.batches.iter().zip(headers).enumerate() {
        let Some(header) = header else { continue };
        let Ok(partition) = find_partition(&origin.broker, batch.topic, batch.partition) else { continue };
        let (id, epoch, sequence) = (header.producer_id, header.producer_epoch, header.base_sequence);
        let is_implicit = joining == Joining::Implicit;
        match partition.start_verification(id, epoch, sequence, is_implicit, now_ms) {
            Ok(Some(guard)) => awaiting.push(Awaiting { index, partition, guard }),
            Ok(None) => {}
            Err(error) => verdicts.0[index] = Err(error.code()),
        }
    }
    (verdicts, awaiting)
}

async fn ask(
    broker: Arc<Broker>,
    question: Question,
    mut verdicts: Verdicts,
    awaiting: Vec<Awaiting>,
) -> Verdicts {
    let answers = question.ask(&broker).await.map_err(|error| client_code(error, question.joining));
    for waiting in awaiting {
        let place = question.partitions.iter().position(|partition| *partition == waiting.partition.id);
        let answer = match (&answers, place) {
            (Err(error), _) => Err(*error),
            (Ok(answers), Some(place)) => answers[place],
            (Ok(_), None) => Err(ErrorCode::UnknownServerError),
        };
        verdicts.0[waiting.index] = answer.map(|()| Verified::By(waiting.guard));
    }
    verdicts
}

/// Producers come again for NOT_ENOUGH_REPLICAS, and without looking for another leader.
fn client_code(error: ErrorCode, joining: Joining) -> ErrorCode {
    match error {
        ErrorCode::CoordinatorNotAvailable
        | ErrorCode::CoordinatorLoadInProgress
        | ErrorCode::NotCoordinator => ErrorCode::NotEnoughReplicas,
        ErrorCode::ConcurrentTransactions if joining != Joining::Implicit => ErrorCode::NotEnoughReplicas,
        other => other,
    }
}
