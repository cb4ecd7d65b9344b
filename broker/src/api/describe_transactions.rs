//! DescribeTransactions, v0: the last transaction of each transactional id that this broker coordinates (KIP-664).

use kafkactl_core::wire::messages::describe_transactions_response::{TopicData, TransactionState};
use kafkactl_core::wire::messages::{
    DescribeTransactionsRequest, DescribeTransactionsResponse, ProducerId, TransactionalId,
};
use kafkactl_core::wire::{ApiKey, StrBytes};

use super::coordinator::{Named, wire_name};
use super::room::{NO_ROOM, Room};
use super::{ApiSpec, Outcome, Request};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::DescribeTransactions, versions: 0..=0, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: DescribeTransactionsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let mut named = Named::new();
    let mut room = Room::new(request.version);
    let mut state_of = |id: TransactionalId| {
        let first_time = named.first_time(id.clone());
        let described = first_time.and_then(|()| request.broker.transactions.describe(&id));
        let state = TransactionState::default().with_transactional_id(id);
        let transaction = match described {
            Ok(transaction) => transaction,
            Err(error) => return state.with_error_code(error.code()),
        };
        let partitions: Vec<_> = transaction.partitions.iter().collect();
        let topics = partitions.chunk_by(|a, b| a.topic == b.topic).map(|topic| {
            TopicData::default()
                .with_topic(wire_name(&topic[0].topic))
                .with_partitions(topic.iter().map(|it| it.partition.0).collect())
        });
        state
            .with_transaction_state(StrBytes::from_static_str(transaction.state.name()))
            .with_transaction_timeout_ms(transaction.timeout_ms)
            .with_transaction_start_time_ms(transaction.start_timestamp_ms)
            .with_producer_id(ProducerId(transaction.producer.id.0))
            .with_producer_epoch(transaction.producer.epoch.0)
            .with_topics(topics.collect())
    };
    let states = body.transactional_ids.into_iter().map(|id| {
        let refused =
            || TransactionState::default().with_transactional_id(id.clone()).with_error_code(NO_ROOM.code());
        room.admit(state_of(id.clone()), refused)
    });
    let response = DescribeTransactionsResponse::default().with_transaction_states(states.collect());
    Outcome::reply(&response, request.version)
}
