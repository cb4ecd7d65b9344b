//! EndTxn: the outcome of a transaction (F9, F10).

use kafkactl_core::log::TransactionVersion;
use kafkactl_core::names::{ProducerEpoch, ProducerId};
use kafkactl_core::wire::ErrorCode;

use super::shard::{Decided, Shard, Turn};
use super::state::{Producer, Transaction, TransactionState, TransactionalId};

#[derive(Debug, Clone)]
pub struct EndRequest {
    pub id: TransactionalId,
    pub producer: Producer,
    pub is_commit: bool,
    /// Of the client: from version 2 on it takes a new epoch with every answer.
    pub version: TransactionVersion,
    /// A producer id that nobody has, if there is one at hand.
    pub fresh: Option<ProducerId>,
}

/// What a valid request means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Prepare,
    /// It has been answered before.
    Repeat,
}

impl Shard {
    /// Decides the outcome; markers follow once the decision is committed. The answer is who the client is from now on.
    pub fn end(&self, request: &EndRequest, turn: &mut Turn<'_>) -> Result<Decided, ErrorCode> {
        self.check_settled(&request.id)?;
        let bumps_epoch = request.version >= TransactionVersion::V2;
        let (known, verdict) =
            if bumps_epoch { self.judge_bumping(request)? } else { self.judge_plain(request)? };
        if verdict == Verdict::Repeat {
            return Ok(Decided::Producer(known.producer));
        }
        let next_id = match request.fresh {
            _ if !(bumps_epoch && known.is_exhausted()) => ProducerId::NONE,
            Some(fresh) => fresh,
            None => return Ok(Decided::NeedsProducerId),
        };
        let next = known.prepared(request.is_commit, request.version, next_id, turn.now_ms);
        let producer = next.producer_when_complete();
        turn.push(&request.id, next);
        Ok(Decided::Producer(producer))
    }

    /// Up to version 1 the epoch tells nothing about whether a request comes for the second time.
    fn judge_plain(&self, request: &EndRequest) -> Result<(&Transaction, Verdict), ErrorCode> {
        let known = self.of_producer(&request.id, request.producer)?;
        let verdict = match known.state {
            TransactionState::Ongoing => Verdict::Prepare,
            state if state.is_commit() != Some(request.is_commit) => return Err(ErrorCode::InvalidTxnState),
            _ => Verdict::Repeat,
        };
        Ok((known, verdict))
    }

    /// From version 2 on a request that comes again shows the epoch before the current one, or, when that was the last
    /// one, the producer id before the current one.
    fn judge_bumping(&self, request: &EndRequest) -> Result<(&Transaction, Verdict), ErrorCode> {
        let known = self.get(&request.id).ok_or(ErrorCode::InvalidProducerIdMapping)?;
        let Producer { id, epoch } = request.producer;
        let is_exchanged = known.previous_producer_id == id
            && epoch == ProducerEpoch(i16::MAX - 1)
            && known.producer.epoch == ProducerEpoch(0);
        if known.producer.id != id && !is_exchanged {
            return Err(ErrorCode::InvalidProducerIdMapping);
        }
        let is_bumped = known.producer.epoch.0 == epoch.0.wrapping_add(1);
        let is_current = known.producer.epoch == epoch;
        let is_known_epoch = match known.state {
            TransactionState::CompleteCommit | TransactionState::CompleteAbort => {
                is_bumped || is_exchanged || is_current
            }
            _ => is_current,
        };
        if !is_known_epoch {
            return Err(ErrorCode::ProducerFenced);
        }
        let is_repeated = is_bumped || is_exchanged;
        let verdict = match known.state {
            TransactionState::Ongoing => Verdict::Prepare,
            // A transaction without partitions may be aborted: the client cannot know that nothing was added.
            state if state.is_idle() && !is_repeated && !request.is_commit => Verdict::Prepare,
            state if state.is_commit() != Some(request.is_commit) => return Err(ErrorCode::InvalidTxnState),
            _ if is_repeated => Verdict::Repeat,
            _ => return Err(ErrorCode::InvalidTxnState),
        };
        Ok((known, verdict))
    }
}
