//! ListTransactions, v0–v2: the transactional ids that this broker coordinates (KIP-664). v1 filters by duration
//! (KIP-994), v2 by a regular expression over the whole id (KIP-1152).

use kafkactl_core::wire::messages::list_transactions_response::TransactionState as ListedState;
use kafkactl_core::wire::messages::{
    self, ListTransactionsRequest, ListTransactionsResponse, TransactionalId,
};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};
use regex::{Regex, RegexBuilder};

use super::coordinator::text;
use super::{ApiSpec, Outcome, Request};
use crate::transaction::{ListFilter, TransactionState};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ListTransactions, versions: 0..=2, handle };

/// Most memory that one expression may take compiled.
const REGEX_BYTES_MAX: usize = 1 << 20;

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: ListTransactionsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let Ok(pattern) = whole_pattern(body.transactional_id_pattern.as_deref()) else {
        let error = ErrorCode::InvalidRegularExpression;
        return Outcome::reply(&ListTransactionsResponse::default().with_error_code(error.code()), version);
    };
    let mut unknown = Vec::new();
    let mut states = Vec::new();
    for name in &body.state_filters {
        match TransactionState::named(name) {
            Some(state) => states.push(state),
            None => unknown.push(name.clone()),
        }
    }
    let filter = ListFilter {
        states: (!body.state_filters.is_empty()).then_some(states),
        producer_ids: body.producer_id_filters.iter().map(|id| id.0.into()).collect(),
        duration_ms: Some(body.duration_filter).filter(|&ms| ms >= 0),
        pattern,
    };
    let response = match request.broker.transactions.list(&filter) {
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
    };
    Outcome::reply(&response, version)
}

/// Matches whole ids only. The pattern must be sound by itself: it could close the group it is put into.
fn whole_pattern(pattern: Option<&str>) -> Result<Option<Regex>, regex::Error> {
    let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) else { return Ok(None) };
    let compile = |pattern: &str| RegexBuilder::new(pattern).size_limit(REGEX_BYTES_MAX).build();
    compile(pattern)?;
    compile(&format!("^(?:{pattern})$")).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_ids() {
        let cases = [("tx-t.*", "tx-two", true), ("tx", "tx-two", false), ("a|tx-two", "tx-two", true)];
        for (pattern, id, matches) in cases {
            assert_eq!(whole_pattern(Some(pattern)).unwrap().unwrap().is_match(id), matches, "{pattern}");
        }
        assert!(whole_pattern(Some("")).unwrap().is_none());
        for unsound in ["((", "a)(b", "(a{1000}){1000}"] {
            assert!(whole_pattern(Some(unsound)).is_err(), "{unsound}");
        }
    }
}
