//! InitProducerId with a transactional id: who the producer is, and the end of what it left open (F3–F5).

use kafkactl_core::names::ProducerId;
use kafkactl_core::settings::TransactionSettings;
use kafkactl_core::wire::ErrorCode;

use super::shard::{Decided, Shard, Turn};
use super::state::{Producer, Transaction, TransactionState, TransactionalId};

#[derive(Debug, Clone)]
pub struct InitRequest {
    pub id: TransactionalId,
    pub timeout_ms: i32,
    /// Who a client that goes on after an error takes itself for (KIP-360).
    pub expected: Option<Producer>,
    /// A producer id that nobody has, if there is one at hand.
    pub fresh: Option<ProducerId>,
}

impl InitRequest {
    /// What needs no coordinator to be judged (F3).
    pub fn check(&self, settings: &TransactionSettings) -> Result<(), ErrorCode> {
        if self.id.is_empty() {
            return Err(ErrorCode::InvalidRequest);
        }
        if !(1..=settings.timeout_max_ms).contains(&self.timeout_ms) {
            return Err(ErrorCode::InvalidTransactionTimeout);
        }
        Ok(())
    }
}

impl Shard {
    /// CONCURRENT_TRANSACTIONS after an open transaction was found: it is being aborted, and the client asks again.
    pub fn init(&self, request: &InitRequest, turn: &mut Turn<'_>) -> Result<Decided, ErrorCode> {
        self.check_settled(&request.id)?;
        let next = match self.get(&request.id) {
            // Whatever the client was before: its id has expired, and it starts anew.
            None => request.fresh.map(|id| Transaction::new(id, request.timeout_ms, turn.now_ms)),
            Some(known) => self.renew(known, request, turn)?,
        };
        let Some(next) = next else { return Ok(Decided::NeedsProducerId) };
        let producer = next.producer;
        turn.push(&request.id, next);
        Ok(Decided::Producer(producer))
    }

    /// `None` if a fresh producer id is needed.
    fn renew(
        &self,
        known: &Transaction,
        request: &InitRequest,
        turn: &mut Turn<'_>,
    ) -> Result<Option<Transaction>, ErrorCode> {
        let InitRequest { id, timeout_ms, expected, fresh } = request;
        if expected.is_some_and(|expected| !known.may_continue(expected)) {
            return Err(ErrorCode::ProducerFenced);
        }
        match known.state {
            TransactionState::Empty | TransactionState::CompleteCommit | TransactionState::CompleteAbort => {}
            TransactionState::Ongoing => {
                turn.push(id, known.fenced(turn.version, turn.now_ms));
                return Err(ErrorCode::ConcurrentTransactions);
            }
            _ => return Err(ErrorCode::ConcurrentTransactions),
        }
        let is_current = expected.is_none_or(|expected| expected.epoch == known.producer.epoch);
        if known.is_exhausted() && is_current {
            return Ok(fresh.map(|id| known.rotated(id, *expected, *timeout_ms, turn.now_ms)));
        }
        known.renewed(*expected, *timeout_ms, turn.now_ms).map(Some)
    }
}
