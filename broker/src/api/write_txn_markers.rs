//! WriteTxnMarkers, v1–v2: a transaction coordinator, or an operator's tool, ends transactions in partitions that this
//! broker leads (F12, F13). v2 says under which version of the protocol (KIP-1228).

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::{ProducerEpoch, ProducerId, TopicPartition};
use kafkactl_core::wire::messages::write_txn_markers_request::WritableTxnMarker;
use kafkactl_core::wire::messages::write_txn_markers_response::{
    WritableTxnMarkerPartitionResult, WritableTxnMarkerResult, WritableTxnMarkerTopicResult,
};
use kafkactl_core::wire::messages::{WriteTxnMarkersRequest, WriteTxnMarkersResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::coordinator::{code, when_all_committed};
use super::{ApiSpec, Outcome, Request};
use crate::partition::TransactionEnd;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::WriteTxnMarkers, versions: 1..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: WriteTxnMarkersRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let mut acted = Vec::new();
    for marker in &body.markers {
        let end = end_of(marker);
        for topic in &marker.topics {
            let partitions = topic.partition_indexes.iter();
            let partitions = partitions.map(|&index| TopicPartition::new(&**topic.name, index));
            // Nobody's transaction; Kafka's brokers fail at it without a code of its own.
            let is_somebodys = end.producer_id >= ProducerId(0);
            let written = partitions.map(|it| match is_somebodys {
                true => request.broker.transactions.write_end(&it, &end),
                false => Err(ErrorCode::UnknownServerError),
            });
            acted.extend(written.map(|written| written.map(|written| written.map(Ok))));
        }
    }
    when_all_committed(acted, move |outcomes| {
        let mut outcomes = outcomes.into_iter();
        let mut results = Vec::with_capacity(body.markers.len());
        for marker in body.markers {
            let topics = marker.topics.into_iter().map(|topic| {
                let codes = topic.partition_indexes.iter().zip(&mut outcomes);
                let partitions = codes.map(|(&partition_index, outcome)| WritableTxnMarkerPartitionResult {
                    partition_index,
                    error_code: code(outcome),
                });
                let partitions = partitions.collect();
                WritableTxnMarkerTopicResult { name: topic.name, partitions }
            });
            let topics = topics.collect();
            results.push(WritableTxnMarkerResult { producer_id: marker.producer_id, topics });
        }
        Outcome::reply(&WriteTxnMarkersResponse { markers: results }, version)
    })
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
