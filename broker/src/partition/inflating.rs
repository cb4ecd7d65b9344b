//! The checks of a batch that inflates to far more than it was sent as.

use kafkactl_core::record::Batch;
use kafkactl_core::record::validate::{ProduceRules, Rejection, Validated, validate_produce};
use parking_lot::Mutex;

/// What a batch may inflate to on the task that serves its connection: some milliseconds of work.
const INLINE_BYTES_MAX: usize = 4 << 20;

/// Held by the one batch of this process that inflates beyond that: it bounds the memory, and leaves the processors to
/// those who sent ordinary batches.
static ALONE: Mutex<()> = Mutex::new(());

/// As [`validate_produce`]. Other connections of the thread are served on while a large batch is looked at.
pub(super) fn validate<'a>(
    batch: &Batch<'a>,
    rules: &ProduceRules,
    now_ms: i64,
) -> Result<Validated<'a>, Rejection> {
    let inline = ProduceRules { decompressed_bytes_max: INLINE_BYTES_MAX, ..*rules };
    match validate_produce(batch, &inline, now_ms) {
        Err(Rejection::InflatesTooLarge { .. }) => tokio::task::block_in_place(|| {
            let _alone = ALONE.lock();
            validate_produce(batch, rules, now_ms)
        }),
        done => done,
    }
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
    async fn the_bound_of_any_batch_holds_whoever_looks() {
        for (value_bytes, is_accepted) in
            [(1 << 10, true), (INLINE_BYTES_MAX + 1, true), (DECOMPRESSED_BYTES_MAX, false)]
        {
            let bytes = batch(value_bytes);
            let validated = tokio::spawn(async move {
                validate(&Batch::parse(&bytes).unwrap(), &ProduceRules::default(), 0).map(drop)
            });
            assert_eq!(validated.await.unwrap().is_ok(), is_accepted, "{value_bytes} bytes");
        }
    }
}
