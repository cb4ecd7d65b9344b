//! The checks of a batch that inflates to far more than it was sent as.

use kafkactl_core::record::Batch;
use kafkactl_core::record::validate::{ProduceRules, Rejection, Validated, validate_produce};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What a batch may inflate to on the task that serves its connection: some milliseconds of work.
const INLINE_BYTES_MAX: usize = 4 << 20;

static TURNS: Semaphore = Semaphore::const_new(1);

/// The right to have a batch checked that inflates to more than is looked at in passing.
///
/// There is one in this process, given out in the order of asking: it bounds the memory, and leaves the processors to
/// those who sent ordinary batches. Who waits for it holds no thread.
#[derive(Debug)]
pub struct InflatingTurn {
    _permit: Option<SemaphorePermit<'static>>,
}

impl InflatingTurn {
    pub async fn wait() -> Self {
        // Never closed, so there is always a permit to come.
        Self { _permit: TURNS.acquire().await.ok() }
    }
}

/// Why a batch is not appended yet, or never.
pub(super) enum NotValid {
    /// It has to come again with a turn.
    WantsTurn,
    Rejected(Rejection),
}

/// As [`validate_produce`]. With a turn, other connections of the thread are served on meanwhile.
pub(super) fn validate<'a>(
    batch: &Batch<'a>,
    rules: &ProduceRules,
    now_ms: i64,
    turn: Option<&InflatingTurn>,
) -> Result<Validated<'a>, NotValid> {
    if turn.is_some() {
        let validated = tokio::task::block_in_place(|| validate_produce(batch, rules, now_ms));
        return validated.map_err(NotValid::Rejected);
    }
    let inline = ProduceRules { decompressed_bytes_max: INLINE_BYTES_MAX, ..*rules };
    validate_produce(batch, &inline, now_ms).map_err(|rejection| match rejection {
        Rejection::InflatesTooLarge { .. } => NotValid::WantsTurn,
        other => NotValid::Rejected(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::record::validate::DECOMPRESSED_BYTES_MAX;
    use kafkactl_core::record::{BatchBuilder, BatchFields, Codec, Compression};

    /// One record of so many zeros, compressed.
    fn batch(value_bytes: usize) -> Vec<u8> {
        let fields = BatchFields { compression: Compression::from(Codec::Zstd), ..BatchFields::default() };
        let mut builder = BatchBuilder::new(fields);
        builder.append(0, None, Some(&vec![0; value_bytes]), []);
        builder.finish().unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_batch_that_inflates_far_wants_a_turn_and_the_bound_of_any_batch_holds() {
        let sizes = [
            (1 << 10, false, true),
            (INLINE_BYTES_MAX + 1, true, true),
            (DECOMPRESSED_BYTES_MAX, true, false),
        ];
        for (value_bytes, wants_turn, is_accepted) in sizes {
            let bytes = batch(value_bytes);
            let (in_passing, with_turn) = tokio::spawn(async move {
                let (batch, rules) = (Batch::parse(&bytes).unwrap(), ProduceRules::default());
                let wants_turn = matches!(validate(&batch, &rules, 0, None), Err(NotValid::WantsTurn));
                let turn = InflatingTurn::wait().await;
                (wants_turn, validate(&batch, &rules, 0, Some(&turn)).is_ok())
            })
            .await
            .unwrap();
            assert_eq!((in_passing, with_turn), (wants_turn, is_accepted), "{value_bytes} bytes");
        }
    }
}
