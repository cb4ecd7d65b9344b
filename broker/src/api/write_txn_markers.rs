//! WriteTxnMarkers, v1–v2: a transaction coordinator, or an operator's tool, ends transactions in partitions that this
//! broker leads (F12, F13). v2 says under which version of the protocol (KIP-1228).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::{PartitionId, ProducerEpoch, ProducerId, TopicName, TopicPartition};
use kafkactl_core::wire::messages::write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic};
use kafkactl_core::wire::messages::write_txn_markers_response::{
    WritableTxnMarkerPartitionResult, WritableTxnMarkerResult, WritableTxnMarkerTopicResult,
};
use kafkactl_core::wire::messages::{WriteTxnMarkersRequest, WriteTxnMarkersResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::coordinator::{at_once_or_later, code};
use super::cursor::TopicRef;
use super::{ApiSpec, Outcome, Request};
use crate::partition::TransactionEnd;
use crate::transaction::Transactions;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::WriteTxnMarkers, versions: 1..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: WriteTxnMarkersRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let topics = body.markers.iter().flat_map(|marker| &marker.topics);
    let named = topics
        .flat_map(|topic| topic.partition_indexes.iter().map(|&index| (TopicRef::Name(&topic.name), index)));
    if let Err(outcome) = request.wait_for_logs(named) {
        return outcome;
    }
    let transactions = request.broker.transactions.clone();
    at_once_or_later(async move {
        let mut results = Vec::with_capacity(body.markers.len());
        for (marker, written) in write_all(&transactions, &body.markers, version).await {
            results.push(result(marker, &written));
        }
        Outcome::reply(&WriteTxnMarkersResponse { markers: results }, version)
    })
}

/// What became of one marker in each partition that it names, however often.
type Written = HashMap<TopicPartition, Result<(), ErrorCode>>;

/// Writes all markers, then waits for them. Other connections get their turn in between.
async fn write_all<'a>(
    transactions: &Transactions,
    markers: &'a [WritableTxnMarker],
    version: i16,
) -> Vec<(&'a WritableTxnMarker, Written)> {
    let mut acted = Vec::with_capacity(markers.len());
    let mut count = 0;
    for marker in markers {
        let end = end_of(marker);
        let mut of_marker = HashMap::new();
        for topic in &marker.topics {
            let Some(name) = name_of(topic) else { continue };
            for &index in &topic.partition_indexes {
                let partition = TopicPartition { topic: name.clone(), partition: PartitionId(index) };
                let Entry::Vacant(place) = of_marker.entry(partition) else { continue };
                let written = match is_somebodys(&end, version) {
                    true => transactions.write_end(place.key(), &end),
                    false => Err(ErrorCode::UnknownServerError),
                };
                place.insert(written);
                count += 1;
                if count % MARKERS_AT_ONCE_MAX == 0 {
                    tokio::task::yield_now().await;
                }
            }
        }
        acted.push((marker, of_marker));
    }
    let mut all = Vec::with_capacity(acted.len());
    for (marker, of_marker) in acted {
        let mut written = Written::with_capacity(of_marker.len());
        for (partition, acted) in of_marker {
            let outcome = match acted {
                Ok(acted) => acted.committed().await,
                Err(error) => Err(error),
            };
            written.insert(partition, outcome);
        }
        all.push((marker, written));
    }
    all
}

/// Markers of nobody's transaction make Kafka's brokers fail without a code of its own.
fn is_somebodys(end: &TransactionEnd, version: i16) -> bool {
    let has_version = version < 2 || end.version.0 >= 0;
    end.producer_id >= ProducerId(0) && end.producer_epoch != ProducerEpoch(-1) && has_version
}

fn result(marker: &WritableTxnMarker, written: &Written) -> WritableTxnMarkerResult {
    let topics = marker.topics.iter().map(|topic| {
        let name = name_of(topic);
        let partitions = topic.partition_indexes.iter().map(|&partition_index| {
            let id = |topic: &TopicName| TopicPartition {
                topic: topic.clone(),
                partition: PartitionId(partition_index),
            };
            let outcome = name.as_ref().and_then(|name| written.get(&id(name)).copied());
            let outcome = outcome.unwrap_or(Err(ErrorCode::UnknownTopicOrPartition));
            WritableTxnMarkerPartitionResult { partition_index, error_code: code(outcome) }
        });
        WritableTxnMarkerTopicResult { name: topic.name.clone(), partitions: partitions.collect() }
    });
    WritableTxnMarkerResult { producer_id: marker.producer_id, topics: topics.collect() }
}

/// A name that a topic can have. Others may be as long as a request lets them, and are not copied for each partition.
fn name_of(topic: &WritableTxnMarkerTopic) -> Option<TopicName> {
    TopicName::validate(&topic.name).is_ok().then(|| TopicName::new(&topic.name))
}

fn end_of(marker: &WritableTxnMarker) -> TransactionEnd {
    TransactionEnd {
        producer_id: ProducerId(marker.producer_id.0),
        producer_epoch: ProducerEpoch(marker.producer_epoch),
        coordinator_epoch: marker.coordinator_epoch,
        is_commit: marker.transaction_result,
        version: TransactionVersion(marker.transaction_version.into()),
    }
}

/// Markers of one request that are written before other connections get their turn.
const MARKERS_AT_ONCE_MAX: usize = 64;
