//! ListTransactions, v0–v2: the transactional ids that this broker coordinates (KIP-664). v1 filters by duration
//! (KIP-994), v2 by a regular expression of RE2 over the whole id (KIP-1152).

use std::collections::BTreeSet;

use kafkactl_core::wire::messages::list_transactions_response::TransactionState as ListedState;
use kafkactl_core::wire::messages::{
    self, ListTransactionsRequest, ListTransactionsResponse, TransactionalId,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};
use regex::Regex;

use super::coordinator::at_once_or_later;
use super::text;
use super::{ApiSpec, Outcome, Request};
use crate::transaction::{ListFilter, TransactionState, Transactions};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ListTransactions, versions: 0..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: ListTransactionsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let regexes = request.broker.groups.regexes().clone();
    let transactions = request.broker.transactions.clone();
    at_once_or_later(async move {
        let pattern = match body.transactional_id_pattern.as_deref() {
            None | Some("") => None,
            Some(text) => match regexes.compile_aside(text.into()).await {
                Ok(pattern) => Some(pattern),
                Err(_) => {
                    let error = ErrorCode::InvalidRegularExpression.code();
                    let refused = ListTransactionsResponse::default().with_error_code(error);
                    return Outcome::reply(&refused, version);
                }
            },
        };
        Outcome::reply(&list(&transactions, &body, pattern), version)
    })
}

fn list(
    transactions: &Transactions,
    body: &ListTransactionsRequest,
    pattern: Option<Regex>,
) -> ListTransactionsResponse {
    let mut unknown = Vec::new();
    let mut states = BTreeSet::new();
    for name in &body.state_filters {
        match TransactionState::named(name) {
            Some(state) => drop(states.insert(state)),
            None => unknown.push(name.clone()),
        }
    }
    let filter = ListFilter {
        states: (!body.state_filters.is_empty()).then_some(states),
        producer_ids: body.producer_id_filters.iter().map(|id| id.0.into()).collect(),
        duration_ms: Some(body.duration_filter).filter(|&ms| ms >= 0),
        pattern,
    };
    match transactions.list(&filter) {
        Ok(listed) => {
            let states = listed.into_iter().map(|listed| {
                ListedState::default()
                    .with_transactional_id(TransactionalId(text(&listed.id)))
                    .with_producer_id(messages::ProducerId(listed.producer.id.0))
                    .with_transaction_state(StrBytes::from_static_str(listed.state.name()))
            });
            ListTransactionsResponse::default()
                .with_unknown_state_filters(unknown)
                .with_transaction_states(states.collect())
        }
        Err(error) => ListTransactionsResponse::default().with_error_code(error.code()),
    }
}
