//! EndTxn, v0–v5: commits or aborts a transaction. The answer leaves when the decision is committed; markers follow. v2
//! knows PRODUCER_FENCED; from v5 on the client gets a new epoch with the answer (KIP-890).

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::wire::messages::{EndTxnRequest, EndTxnResponse, ProducerId};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::transactional::{decide, fenced_code, producer};
use super::{ApiSpec, Outcome, Request};
use crate::transaction::{EndRequest, Producer};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::EndTxn, versions: 0..=5, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    let body: EndTxnRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let end = EndRequest {
        id: body.transactional_id.as_str().into(),
        producer: producer(body.producer_id, body.producer_epoch),
        is_commit: body.committed,
        version: if version >= 5 { TransactionVersion::V2 } else { TransactionVersion::V0 },
        fresh: None,
    };
    decide(
        request.broker,
        move |broker, fresh| broker.transactions.end(&EndRequest { fresh, ..end.clone() }),
        move |decided| reply(decided, version),
    )
}

fn reply(decided: Result<Producer, ErrorCode>, version: i16) -> Outcome {
    let response = match decided {
        Ok(Producer { id, epoch }) => {
            EndTxnResponse::default().with_producer_id(ProducerId(id.0)).with_producer_epoch(epoch.0)
        }
        Err(error) => EndTxnResponse::default()
            .with_error_code(fenced_code(error, version >= 2).code())
            .with_producer_id(ProducerId(-1))
            .with_producer_epoch(-1),
    };
    Outcome::reply(&response, version)
}
