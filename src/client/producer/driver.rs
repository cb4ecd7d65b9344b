//! Carries out what the [`Machine`](super::machine::Machine) plans: one task that polls it, one per broker that
//! keeps requests in order, one per request that waits for the answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio::time::sleep_until;

use super::batch::PendingBatch;
use super::machine::{Machine, QueueId, SendOut};
use super::record::{Failure, Stored};
use super::transaction::Protocol;
use super::{Acks, ProducerConfig, coordinator};
use crate::client::connection::Answer;
use crate::client::text::{by_topic, some_text, text, topic_text};
use crate::client::{Client, ClientError, Endpoint, Lane, LeaderHint, Topics};
use crate::names::{
    BrokerId, LeaderEpoch, Offset, ProducerEpoch, ProducerId, TopicId, TopicName, TopicPartition,
};
use crate::wire::ErrorCode;
use crate::wire::messages::produce_request::{PartitionProduceData, TopicProduceData};
use crate::wire::messages::produce_response::PartitionProduceResponse;
use crate::wire::messages::{InitProducerIdRequest, ProduceRequest, ProduceResponse};

/// What a producer's handles and tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub client: Client,
    pub lane: Lane,
    pub config: ProducerConfig,
    pub machine: Mutex<Machine>,
    /// Something changed that the next plan must look at.
    pub wake: Notify,
    /// The buffer has become emptier, or a transaction has got on.
    pub changed: Notify,
    /// No handle is left, or the producer was closed.
    pub stop: Notify,
}

/// The broker may take the whole request timeout to gather its replicas; the answer must still reach us.
const ANSWER_SLACK: Duration = Duration::from_secs(5);
/// The first Produce version without topic names (KIP-516).
const TOPIC_ID_VERSION: i16 = 13;
/// From here on writing adds the partition to the transaction (KIP-890).
const IMPLICIT_ADD_VERSION: i16 = 12;

pub(super) async fn run(shared: Arc<Shared>) {
    let mut workers: HashMap<BrokerId, mpsc::Sender<SendOut>> = HashMap::new();
    let mut metadata_due = Instant::now() + shared.client.config().metadata_age_max;
    loop {
        let plan = shared.machine.lock().poll(Instant::now(), &shared.client.view());
        for send in plan.sends {
            dispatch(&shared, &mut workers, send).await;
        }
        if plan.ask_producer_id {
            tokio::spawn(ask_producer_id(shared.clone()));
        }
        if let Some(ask) = plan.transaction {
            tokio::spawn(coordinator::ask(shared.clone(), ask));
        }
        if !plan.refresh.is_empty() {
            tokio::spawn(refresh(shared.clone(), plan.refresh));
        }
        shared.changed.notify_waiters();
        let wake_at = plan.next_deadline.map_or(metadata_due, |deadline| deadline.min(metadata_due));
        tokio::select! {
            () = shared.wake.notified() => {}
            () = shared.stop.notified() => return,
            () = sleep_until(wake_at.into()) => {
                if metadata_due <= Instant::now() {
                    metadata_due = Instant::now() + shared.client.config().metadata_age_max;
                    let topics = shared.machine.lock().topic_names();
                    tokio::spawn(refresh(shared.clone(), topics));
                }
            }
        }
    }
}

async fn dispatch(
    shared: &Arc<Shared>,
    workers: &mut HashMap<BrokerId, mpsc::Sender<SendOut>>,
    send: SendOut,
) {
    let worker = workers.entry(send.leader).or_insert_with(|| {
        // The machine has at most so many requests out, hence sending to the channel never waits.
        let (requests, inbox) = mpsc::channel(shared.config.in_flight_max);
        tokio::spawn(work(shared.clone(), inbox));
        requests
    });
    if let Err(mpsc::error::SendError(send)) = worker.send(send).await {
        fail(shared, send, ClientError::Closed);
    }
}

/// Requests to one broker, one after another until each is queued on the connection.
async fn work(shared: Arc<Shared>, mut inbox: mpsc::Receiver<SendOut>) {
    while let Some(mut send) = inbox.recv().await {
        match start(&shared, &mut send).await {
            Ok(Some(answer)) => drop(tokio::spawn(finish(shared.clone(), send, answer))),
            Ok(None) => {
                let stored = Stored { base_offset: None, log_append_time_ms: None };
                let batches = send.batches.into_iter().map(|(queue, batch)| (queue, batch, Ok(stored)));
                report(&shared, send.leader, batches.collect());
            }
            Err(error) => fail(&shared, send, error),
        }
    }
}

async fn start(shared: &Shared, send: &mut SendOut) -> Result<Option<Answer<ProduceRequest>>, ClientError> {
    let connection = shared.client.broker(send.leader, shared.lane).await?;
    let view = shared.client.view();
    let ids: HashMap<TopicName, TopicId> = send
        .batches
        .iter()
        .filter_map(|(_, batch)| view.topic(batch.outcome.partition.topic.as_str()))
        .map(|topic| (topic.name.clone(), topic.id))
        .collect();
    let has_ids = send
        .batches
        .iter()
        .all(|(_, batch)| ids.get(&batch.outcome.partition.topic).is_some_and(|id| *id != TopicId::ZERO));
    let (version_min, version_max) = match send.protocol {
        Some(Protocol::V1) => (3, IMPLICIT_ADD_VERSION - 1),
        Some(Protocol::V2) => (IMPLICIT_ADD_VERSION, i16::MAX),
        None => (3, i16::MAX),
    };
    let version_max = if has_ids { version_max } else { version_max.min(TOPIC_ID_VERSION - 1) };
    let version = connection.version_within::<ProduceRequest>(version_min, version_max)?;
    let timeout = shared.client.config().request_timeout;
    let transactional_id = shared.config.transactions.as_ref().map(|of| text(&of.id).into());
    let request = produce_request(shared.config.acks, timeout, &mut send.batches, &ids, version)?
        .with_transactional_id(transactional_id);
    if shared.config.acks == Acks::None {
        connection.enqueue_unanswered(&request, version).await?;
        return Ok(None);
    }
    connection.enqueue(&request, version, timeout + ANSWER_SLACK).await.map(Some)
}

fn produce_request(
    acks: Acks,
    timeout: Duration,
    batches: &mut [(QueueId, PendingBatch)],
    ids: &HashMap<TopicName, TopicId>,
    version: i16,
) -> Result<ProduceRequest, ClientError> {
    let mut sealed = Vec::with_capacity(batches.len());
    for (_, batch) in batches {
        sealed.push((batch.outcome.partition.clone(), batch.seal()?));
    }
    let topics = by_topic(sealed.iter().map(|(partition, bytes)| (partition, bytes.clone())));
    let topic_data = topics.into_iter().map(|(topic, partitions)| {
        let partitions = partitions.into_iter().map(|(index, bytes)| {
            PartitionProduceData::default().with_index(index).with_records(Some(bytes))
        });
        let data = TopicProduceData::default().with_partition_data(partitions.collect());
        match ids.get(topic) {
            Some(id) if version >= TOPIC_ID_VERSION => data.with_topic_id(id.0),
            _ => data.with_name(topic_text(topic)),
        }
    });
    Ok(ProduceRequest::default()
        .with_acks(acks as i16)
        .with_timeout_ms(i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX))
        .with_topic_data(topic_data.collect()))
}

async fn finish(shared: Arc<Shared>, send: SendOut, answer: Answer<ProduceRequest>) {
    let response = match answer.wait().await {
        Ok(response) => response,
        Err(error) => return fail(&shared, send, error),
    };
    let view = shared.client.view();
    let names = |name: &str, id: TopicId| match name {
        "" => view.topic_name(id).cloned(),
        name => Some(TopicName::new(name)),
    };
    shared.client.learn_leaders(&leader_hints(&response, names));
    let mut answers: HashMap<TopicPartition, PartitionProduceResponse> = HashMap::new();
    for topic in response.responses {
        let Some(name) = names(&topic.name, TopicId(topic.topic_id)) else { continue };
        for partition in topic.partition_responses {
            answers.insert(TopicPartition::new(name.clone(), partition.index), partition);
        }
    }
    let batches = send.batches.into_iter().map(|(queue, batch)| {
        let outcome = match answers.remove(&batch.outcome.partition) {
            Some(answer) => outcome_of(&batch.outcome.partition, answer),
            // As good as no answer: the next try will tell.
            None => Err(Failure::from(ClientError::UnknownBroker { broker: send.leader })),
        };
        (queue, batch, outcome)
    });
    report(&shared, send.leader, batches.collect());
}

fn outcome_of(partition: &TopicPartition, answer: PartitionProduceResponse) -> Result<Stored, Failure> {
    let message = some_text(&answer.error_message);
    match ClientError::check(format!("records for {partition}"), answer.error_code, message.as_deref()) {
        Ok(()) => Ok(Stored {
            base_offset: (answer.base_offset >= 0).then_some(Offset(answer.base_offset)),
            log_append_time_ms: (answer.log_append_time_ms >= 0).then_some(answer.log_append_time_ms),
        }),
        Err(error) => Err(Failure {
            error,
            record_errors: answer
                .record_errors
                .iter()
                .filter_map(|of| {
                    Some((u32::try_from(of.batch_index).ok()?, some_text(&of.batch_index_error_message)))
                })
                .collect(),
        }),
    }
}

/// The new leaders that a refusal names (KIP-951).
fn leader_hints(
    response: &ProduceResponse,
    names: impl Fn(&str, TopicId) -> Option<TopicName>,
) -> Vec<LeaderHint> {
    let mut hints = Vec::new();
    for topic in &response.responses {
        for partition in &topic.partition_responses {
            let leader = &partition.current_leader;
            if partition.error_code != ErrorCode::NotLeaderOrFollower.code() || leader.leader_id.0 < 0 {
                continue;
            }
            let Some(name) = names(&topic.name, TopicId(topic.topic_id)) else { continue };
            let node = response.node_endpoints.iter().find(|node| node.node_id == leader.leader_id);
            let endpoint =
                node.and_then(|node| Some(Endpoint::new(&node.host, u16::try_from(node.port).ok()?)));
            hints.push(LeaderHint {
                partition: TopicPartition::new(name, partition.index),
                leader: BrokerId(leader.leader_id.0),
                leader_epoch: LeaderEpoch(leader.leader_epoch),
                endpoint,
            });
        }
    }
    hints
}

fn fail(shared: &Shared, send: SendOut, error: ClientError) {
    let failed =
        send.batches.into_iter().map(|(queue, batch)| (queue, batch, Err(Failure::from(error.clone()))));
    report(shared, send.leader, failed.collect());
}

fn report(shared: &Shared, leader: BrokerId, answers: Vec<(QueueId, PendingBatch, Result<Stored, Failure>)>) {
    shared.machine.lock().answered(Instant::now(), leader, answers, rand::random());
    shared.changed.notify_waiters();
    shared.wake.notify_one();
}

async fn ask_producer_id(shared: Arc<Shared>) {
    let answer = init_producer_id(&shared).await;
    shared.machine.lock().producer_id_answered(Instant::now(), answer, rand::random());
    shared.wake.notify_one();
}

async fn init_producer_id(shared: &Shared) -> Result<(ProducerId, ProducerEpoch), ClientError> {
    let connection = shared.client.any_broker().await?;
    let request = InitProducerIdRequest::default()
        .with_transactional_id(None)
        .with_transaction_timeout_ms(i32::MAX)
        .with_producer_id(ProducerId::NONE.0.into())
        .with_producer_epoch(ProducerEpoch::NONE.0);
    let response = connection.call(&request).await?;
    ClientError::check("asking for a producer id", response.error_code, None)?;
    Ok((ProducerId(response.producer_id.0), ProducerEpoch(response.producer_epoch)))
}

async fn refresh(shared: Arc<Shared>, topics: Vec<TopicName>) {
    let outcome = shared.client.refresh(Topics::Named { names: &topics, create: false }).await;
    let mut machine = shared.machine.lock();
    machine.refreshed(Instant::now(), &shared.client.view(), outcome.is_ok(), rand::random());
    drop(machine);
    shared.wake.notify_one();
}
