//! Carries out what the [`Machine`] plans: one task that polls it, one per broker that fetches, one per lookup.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::ConsumerConfig;
use super::chunk::{Aborted, Marks, PartitionRecords};
use super::machine::{Fetched, FetchedData, Machine, Plan};
use super::session::{FetchSession, SessionRequest, Wanted};
use crate::client::admin::{Isolation, OffsetSpec};
use crate::client::text::{by_topic, text, topic_text};
use crate::client::{Admin, Client, ClientError, Endpoint, Lane, LeaderHint, Topics};
use crate::names::{BrokerId, LeaderEpoch, Offset, ProducerId, TopicId, TopicName, TopicPartition};
use crate::wire::ErrorCode;
use crate::wire::messages::fetch_request::{FetchPartition, FetchTopic, ForgottenTopic};
use crate::wire::messages::fetch_response::PartitionData;
use crate::wire::messages::{FetchRequest, FetchResponse};

/// What a consumer's handle and tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub client: Client,
    pub lane: Lane,
    pub config: ConsumerConfig,
    pub machine: Mutex<Machine>,
    /// Something changed that the next plan must look at.
    pub wake: Notify,
    /// Something is there for the reader.
    pub ready: Notify,
    pub stop: Notify,
}

/// The first Fetch version without topic names (KIP-516).
const TOPIC_ID_VERSION: i16 = 13;
/// The first with sessions (KIP-227).
const SESSION_VERSION: i16 = 7;
/// A request without a session.
const SESSIONLESS_EPOCH: i32 = -1;

struct FetchOut {
    broker: BrokerId,
    wanted: BTreeMap<TopicPartition, Wanted>,
}

pub(super) async fn run(shared: Arc<Shared>) {
    let mut workers = Workers::default();
    let metadata_age_max = shared.client.config().metadata_age_max;
    let mut metadata_due = Instant::now() + metadata_age_max;
    loop {
        let plan = shared.machine.lock().poll(Instant::now(), &shared.client.view());
        let wake_at = plan.next_deadline.map_or(metadata_due, |deadline| deadline.min(metadata_due));
        carry_out(&shared, &mut workers, plan).await;
        tokio::select! {
            () = shared.wake.notified() => {}
            () = shared.stop.notified() => return,
            () = sleep_until(wake_at.into()) => {
                if metadata_due <= Instant::now() {
                    metadata_due = Instant::now() + metadata_age_max;
                    let mut topics: Vec<TopicName> =
                        shared.machine.lock().assignment().into_iter().map(|partition| partition.topic).collect();
                    topics.dedup();
                    tokio::spawn(refresh(shared.clone(), topics));
                }
            }
        }
    }
}

/// The tasks that fetch; aborted with the driver, for nobody waits for records any more.
#[derive(Default)]
struct Workers {
    by_broker: HashMap<BrokerId, mpsc::Sender<FetchOut>>,
    tasks: JoinSet<()>,
}

async fn carry_out(shared: &Arc<Shared>, workers: &mut Workers, plan: Plan) {
    let Workers { by_broker, tasks } = workers;
    for (broker, wanted) in plan.fetches {
        let worker = by_broker.entry(broker).or_insert_with(|| {
            // The machine has one fetch out per broker, hence sending to the channel never waits.
            let (requests, inbox) = mpsc::channel(1);
            tasks.spawn(work(shared.clone(), inbox));
            requests
        });
        if worker.send(FetchOut { broker, wanted }).await.is_err() {
            shared.machine.lock().fetched(Instant::now(), broker, Err(ClientError::Closed), rand::random());
        }
    }
    if !plan.committed.is_empty() {
        tokio::spawn(find_committed(shared.clone(), plan.committed));
    }
    for resets in by_leader(shared, plan.resets, |(partition, ..)| partition) {
        tokio::spawn(find_resets(shared.clone(), resets));
    }
    for validations in by_leader(shared, plan.validations, |(partition, ..)| partition) {
        tokio::spawn(validate(shared.clone(), validations));
    }
    if !plan.refresh.is_empty() {
        tokio::spawn(refresh(shared.clone(), plan.refresh));
    }
}

/// Questions by who answers them: a partition without a leader keeps nobody else waiting.
fn by_leader<T>(shared: &Shared, asked: Vec<T>, of: impl Fn(&T) -> &TopicPartition) -> Vec<Vec<T>> {
    let view = shared.client.view();
    let mut groups: BTreeMap<Option<BrokerId>, Vec<T>> = BTreeMap::new();
    for question in asked {
        let leader = view.leader(of(&question)).ok().map(|(leader, _)| leader);
        groups.entry(leader).or_default().push(question);
    }
    groups.into_values().collect()
}

/// Fetches from one broker, one request at a time.
async fn work(shared: Arc<Shared>, mut inbox: mpsc::Receiver<FetchOut>) {
    let mut session = FetchSession::default();
    while let Some(fetch) = inbox.recv().await {
        let answer = fetch_once(&shared, &mut session, &fetch).await;
        if answer.is_err() {
            session.start_over();
        }
        shared.machine.lock().fetched(Instant::now(), fetch.broker, answer, rand::random());
        shared.ready.notify_one();
        shared.wake.notify_one();
    }
}

async fn fetch_once(
    shared: &Shared,
    session: &mut FetchSession,
    fetch: &FetchOut,
) -> Result<Vec<Fetched>, ClientError> {
    let connection = shared.client.broker(fetch.broker, shared.lane).await?;
    let has_ids = fetch.wanted.values().all(|wanted| wanted.topic_id != TopicId::ZERO);
    let version_max = if has_ids { i16::MAX } else { TOPIC_ID_VERSION - 1 };
    let version = connection.version_within::<FetchRequest>(4, version_max)?;
    let by_id = version >= TOPIC_ID_VERSION;
    let mut asked = session.request(&fetch.wanted, by_id);
    if version < SESSION_VERSION {
        session.start_over();
        asked = SessionRequest { id: 0, epoch: SESSIONLESS_EPOCH, ..session.request(&fetch.wanted, by_id) };
    }
    let request = fetch_request(shared, &asked, version);
    let response = connection.call_version(&request, version, shared.config.wait_max).await?;
    let code = ErrorCode::from_code(response.error_code);
    session.answered(code, response.session_id);
    ClientError::check(format!("fetching from broker {}", fetch.broker), response.error_code, None)?;
    let names: HashMap<TopicId, TopicName> =
        fetch.wanted.iter().map(|(partition, wanted)| (wanted.topic_id, partition.topic.clone())).collect();
    shared.client.learn_leaders(&leader_hints(&response, &names));
    Ok(read_response(shared.config.isolation, &fetch.wanted, response, &names))
}

fn fetch_request(shared: &Shared, asked: &SessionRequest, version: i16) -> FetchRequest {
    let config = &shared.config;
    let by_id = version >= TOPIC_ID_VERSION;
    let topics = by_topic(asked.send.iter().map(|(partition, wanted)| (partition, wanted)));
    let topics = topics.into_iter().map(|(topic, partitions)| {
        let id = partitions.first().map_or(TopicId::ZERO, |(_, wanted)| wanted.topic_id);
        let partitions = partitions.into_iter().map(|(index, wanted)| {
            FetchPartition::default()
                .with_partition(index)
                .with_current_leader_epoch(wanted.leader_epoch.0)
                .with_fetch_offset(wanted.offset.0)
                .with_last_fetched_epoch(LeaderEpoch::NONE.0)
                .with_log_start_offset(Offset::NONE.0)
                .with_partition_max_bytes(wanted.bytes_max)
        });
        let topic_of = FetchTopic::default().with_partitions(partitions.collect());
        if by_id { topic_of.with_topic_id(id.0) } else { topic_of.with_topic(topic_text(topic)) }
    });
    let forgotten = by_topic(asked.forget.iter().map(|(partition, id)| (partition, *id)));
    let forgotten = forgotten.into_iter().map(|(topic, partitions)| {
        let id = partitions.first().map_or(TopicId::ZERO, |(_, id)| *id);
        let topic_of = ForgottenTopic::default()
            .with_partitions(partitions.into_iter().map(|(index, _)| index).collect());
        if by_id { topic_of.with_topic_id(id.0) } else { topic_of.with_topic(topic_text(topic)) }
    });
    FetchRequest::default()
        .with_replica_id((-1).into())
        .with_max_wait_ms(i32::try_from(config.wait_max.as_millis()).unwrap_or(i32::MAX))
        .with_min_bytes(config.fetch_bytes_min)
        .with_max_bytes(config.fetch_bytes_max)
        .with_isolation_level(config.isolation as i8)
        .with_session_id(asked.id)
        .with_session_epoch(asked.epoch)
        .with_topics(topics.collect())
        .with_forgotten_topics_data(forgotten.collect())
        .with_rack_id(text(shared.client.config().rack.as_deref().filter(|_| version >= 11).unwrap_or("")))
}

fn read_response(
    isolation: Isolation,
    wanted: &BTreeMap<TopicPartition, Wanted>,
    response: FetchResponse,
    names: &HashMap<TopicId, TopicName>,
) -> Vec<Fetched> {
    let mut fetched = Vec::new();
    for topic in response.responses {
        let name = match topic.topic.as_str() {
            "" => names.get(&TopicId(topic.topic_id)).cloned(),
            name => Some(TopicName::new(name)),
        };
        let Some(name) = name else { continue };
        for data in topic.partitions {
            let partition = TopicPartition::new(name.clone(), data.partition_index);
            let Some(wanted) = wanted.get(&partition) else { continue };
            let outcome = read_partition(isolation, &partition, wanted.offset, data);
            fetched.push(Fetched {
                partition,
                offset: wanted.offset,
                leader_epoch: wanted.leader_epoch,
                outcome,
            });
        }
    }
    fetched
}

fn read_partition(
    isolation: Isolation,
    partition: &TopicPartition,
    from: Offset,
    data: PartitionData,
) -> Result<FetchedData, ClientError> {
    ClientError::check(format!("records of {partition} from offset {from}"), data.error_code, None)?;
    let marks = Marks {
        high_watermark: Offset(data.high_watermark),
        last_stable_offset: Offset(data.last_stable_offset),
        log_start_offset: Offset(data.log_start_offset),
    };
    let aborted = data.aborted_transactions.into_iter().flatten().map(|aborted| Aborted {
        producer_id: ProducerId(aborted.producer_id.0),
        first_offset: Offset(aborted.first_offset),
    });
    let preferred = data.preferred_read_replica.0;
    let bytes: Bytes = data.records.unwrap_or_default();
    Ok(FetchedData {
        marks,
        preferred_replica: (preferred >= 0).then_some(BrokerId(preferred)),
        records: PartitionRecords::new(partition, from, marks, bytes, isolation, aborted.collect())?,
    })
}

/// The new leaders that refusals name (KIP-951).
fn leader_hints(response: &FetchResponse, names: &HashMap<TopicId, TopicName>) -> Vec<LeaderHint> {
    let mut hints = Vec::new();
    for topic in &response.responses {
        for data in &topic.partitions {
            let leader = &data.current_leader;
            if data.error_code == ErrorCode::None.code() || leader.leader_id.0 < 0 {
                continue;
            }
            let Some(name) = names.get(&TopicId(topic.topic_id)) else { continue };
            let node = response.node_endpoints.iter().find(|node| node.node_id == leader.leader_id);
            hints.push(LeaderHint {
                partition: TopicPartition::new(name.clone(), data.partition_index),
                leader: BrokerId(leader.leader_id.0),
                leader_epoch: LeaderEpoch(leader.leader_epoch),
                endpoint: node
                    .and_then(|node| Some(Endpoint::new(&node.host, u16::try_from(node.port).ok()?))),
            });
        }
    }
    hints
}

async fn find_committed(shared: Arc<Shared>, asked: Vec<(TopicPartition, u64)>) {
    let partitions: Vec<TopicPartition> = asked.iter().map(|(partition, _)| partition.clone()).collect();
    let found = match &shared.config.group {
        Some(group) => {
            Admin::new(&shared.client).group_offsets(&group.group_id, Some(&partitions), true).await
        }
        None => Err(ClientError::Invalid {
            what: "starting at the committed offset".to_owned(),
            reason: "no group is configured".to_owned(),
        }),
    };
    let mut machine = shared.machine.lock();
    match found {
        Ok(mut offsets) => {
            for (partition, token) in asked {
                let offset = offsets.remove(&partition).transpose();
                machine.committed_found(Instant::now(), &partition, token, offset, rand::random());
            }
        }
        Err(error) => {
            for (partition, token) in asked {
                let error = Err(error.clone());
                machine.committed_found(Instant::now(), &partition, token, error, rand::random());
            }
        }
    }
    drop(machine);
    shared.ready.notify_one();
    shared.wake.notify_one();
}

async fn find_resets(shared: Arc<Shared>, asked: Vec<(TopicPartition, OffsetSpec, u64)>) {
    let specs = asked.iter().map(|(partition, spec, _)| (partition.clone(), *spec)).collect();
    let mut found = Admin::new(&shared.client).list_offsets(specs, shared.config.isolation).await;
    let mut machine = shared.machine.lock();
    for (partition, _, token) in asked {
        if let Some(outcome) = found.remove(&partition) {
            machine.reset_found(Instant::now(), &partition, token, outcome, rand::random());
        }
    }
    drop(machine);
    shared.ready.notify_one();
    shared.wake.notify_one();
}

async fn validate(shared: Arc<Shared>, asked: Vec<(TopicPartition, LeaderEpoch, u64)>) {
    let view = shared.client.view();
    let epochs = asked.iter().map(|(partition, epoch, _)| (partition.clone(), *epoch)).collect();
    let mut found = Admin::new(&shared.client).epoch_ends(epochs).await;
    let mut machine = shared.machine.lock();
    for (partition, _, token) in asked {
        if let Some(outcome) = found.remove(&partition) {
            let asked_under =
                view.partition(&partition).map_or(LeaderEpoch::NONE, |known| known.leader_epoch);
            machine.validated(Instant::now(), &partition, token, asked_under, outcome, rand::random());
        }
    }
    drop(machine);
    shared.ready.notify_one();
    shared.wake.notify_one();
}

async fn refresh(shared: Arc<Shared>, topics: Vec<TopicName>) {
    let outcome = shared.client.refresh(Topics::Named { names: &topics, create: false }).await;
    shared.machine.lock().refreshed(Instant::now(), outcome.is_ok(), rand::random());
    shared.wake.notify_one();
}
