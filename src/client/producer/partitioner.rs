//! Which partition a record goes to: by its key as Java's clients do, or by sticking to one while bytes flow.

use crate::names::PartitionId;

/// The 32-bit murmur2 of Java's clients (`Utils.murmur2`), equal for equal bytes in every Kafka client.
pub fn murmur2(bytes: &[u8]) -> i32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    const R: u32 = 24;

    let mut hash = SEED ^ bytes.len() as u32;
    let (words, tail) = bytes.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> R;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        for (index, byte) in tail.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * index);
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^= hash >> 15;
    hash as i32
}

/// The partition of `key` among `partition_count` (at least 1), as `BuiltInPartitioner.partitionForKey`.
pub fn partition_of_key(key: &[u8], partition_count: i32) -> PartitionId {
    PartitionId((murmur2(key) & i32::MAX) % partition_count.max(1))
}

/// The partition that keyless records of one topic go to, until enough bytes went there (KIP-794).
///
/// Staying with one partition fills batches; switching by bytes rather than by batch keeps a slow partition from
/// being given more than its share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StickyPartition {
    current: Option<PartitionId>,
    sent_bytes: usize,
}

impl StickyPartition {
    /// The partition to use now. Draws one of `available` (partitions with a leader), or of all
    /// `partition_count` when none has; `random` gives a fresh number a call.
    pub fn current(
        &mut self,
        available: &[PartitionId],
        partition_count: i32,
        mut random: impl FnMut() -> u32,
    ) -> PartitionId {
        if let Some(partition) = self.current.filter(|partition| partition.0 < partition_count) {
            return partition;
        }
        let drawn = random() as usize;
        let partition = match available {
            [] => PartitionId((drawn % partition_count.max(1) as usize) as i32),
            some => some[drawn % some.len()],
        };
        *self = Self { current: Some(partition), sent_bytes: 0 };
        partition
    }

    /// Counts `record_bytes` sent to the current partition; the next record may go elsewhere once
    /// `batch_bytes` have been sent and a batch has just been finished, or twice as much in any case.
    pub fn sent(&mut self, record_bytes: usize, batch_bytes: usize, batch_finished: bool) {
        self.sent_bytes += record_bytes;
        let enough = if batch_finished { batch_bytes } else { batch_bytes.saturating_mul(2) };
        if self.sent_bytes >= enough {
            self.current = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_hash_as_in_java() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/hash/murmur2.tsv");
        let golden = std::fs::read_to_string(path).unwrap();
        let mut lines = golden.lines();
        let counts: Vec<i32> = lines
            .next()
            .unwrap()
            .split('\t')
            .filter_map(|column| column.strip_prefix("partition_of_"))
            .map(|count| count.parse().unwrap())
            .collect();
        let mut compared = 0;
        for line in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            let key: Vec<u8> = (0..columns[0].len() / 2)
                .map(|index| u8::from_str_radix(&columns[0][2 * index..2 * index + 2], 16).unwrap())
                .collect();
            assert_eq!(murmur2(&key), columns[1].parse::<i32>().unwrap(), "{line}");
            for (count, expected) in counts.iter().zip(&columns[3..]) {
                assert_eq!(partition_of_key(&key, *count).0, expected.parse::<i32>().unwrap(), "{line}");
                compared += 1;
            }
        }
        assert!(compared > 500, "only {compared} compared");
    }

    #[test]
    fn keyless_records_stay_until_a_batch_worth_of_bytes_went() {
        let available = [PartitionId(3), PartitionId(7)];
        let mut sticky = StickyPartition::default();
        assert_eq!(sticky.current(&available, 10, || 1), PartitionId(7));
        sticky.sent(60, 100, false);
        assert_eq!(sticky.current(&available, 10, || 0), PartitionId(7));
        sticky.sent(60, 100, false);
        assert_eq!(sticky.current(&available, 10, || 0), PartitionId(7), "no batch finished yet");
        sticky.sent(1, 100, true);
        assert_eq!(sticky.current(&available, 10, || 0), PartitionId(3));
        sticky.sent(200, 100, false);
        assert_eq!(sticky.current(&[], 10, || 25), PartitionId(5), "no leader anywhere: any partition");
        assert_eq!(sticky.current(&[], 4, || 2), PartitionId(2), "the topic was created again with fewer");
    }
}
