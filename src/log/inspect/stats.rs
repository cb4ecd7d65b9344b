use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use super::files::PartitionFiles;
use super::read::{LogReader, RECORDS_BYTES_MAX};
use super::{InspectError, Result};
use crate::names::{Offset, ProducerEpoch, ProducerId};
use crate::record::{Batch, Codec, RecordError, RecordView};

/// What a partition's segments hold.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    pub segments: u64,
    pub bytes: u64,
    pub batches: u64,
    /// Data records; control records are counted apart.
    pub records: u64,
    pub control_records: u64,
    pub first_offset: Option<Offset>,
    pub last_offset: Option<Offset>,
    /// Smallest and largest timestamp of data records that have one.
    pub timestamps_ms: Option<(i64, i64)>,
    pub codecs: BTreeMap<&'static str, CodecStats>,
    pub key_bytes: u64,
    pub value_bytes: u64,
    pub null_keys: u64,
    /// Records without a value.
    pub tombstones: u64,
    /// An estimate, good to about 2 %.
    pub distinct_keys: u64,
    /// The largest records, largest first: bytes as stored before compression, and offset.
    pub largest: Vec<(usize, Offset)>,
    pub producers: BTreeMap<ProducerId, ProducerStats>,
    /// Producers beyond [`PRODUCERS_MAX`], whose batches are counted everywhere else.
    pub producers_left_out: bool,
    pub transactional_records: u64,
}

/// Batches of one codec.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CodecStats {
    pub batches: u64,
    /// As stored, without headers of batches.
    pub stored_bytes: u64,
    pub uncompressed_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerStats {
    pub epoch: ProducerEpoch,
    pub batches: u64,
    pub records: u64,
    pub last_sequence: i32,
    pub is_transactional: bool,
}

impl CodecStats {
    /// How many bytes of records one stored byte stands for.
    pub fn ratio(&self) -> f64 {
        if self.stored_bytes == 0 { 1.0 } else { self.uncompressed_bytes as f64 / self.stored_bytes as f64 }
    }
}

/// Records named in [`Stats::largest`].
pub const LARGEST_MAX: usize = 10;
/// Producers told apart.
pub const PRODUCERS_MAX: usize = 10_000;

/// Reads all segments of a partition. A tail that is no whole batch is not counted.
///
/// Errors: a file cannot be read, or is damaged.
pub fn stats(partition: &PartitionFiles) -> Result<Stats> {
    let mut counting = Counting::default();
    for segment in &partition.segments {
        counting.stats.segments += 1;
        counting.stats.bytes += segment.log_bytes;
        counting.log(&segment.log)?;
    }
    let mut largest: Vec<_> = counting.largest.into_iter().map(|Reverse(record)| record).collect();
    largest.sort_unstable_by_key(|&(bytes, offset)| (Reverse(bytes), offset));
    Ok(Stats { largest, distinct_keys: counting.keys.estimate(), ..counting.stats })
}

#[derive(Default)]
struct Counting {
    stats: Stats,
    keys: DistinctCounter,
    /// The smallest of the largest on top.
    largest: BinaryHeap<Reverse<(usize, Offset)>>,
    scratch: Vec<u8>,
}

impl Counting {
    fn log(&mut self, path: &Path) -> Result<()> {
        let mut reader = LogReader::open(path)?;
        while let Some((position, batch)) = reader.next_batch()? {
            self.batch(&batch).map_err(|error| InspectError::Damaged {
                path: path.to_owned(),
                position,
                reason: error.to_string(),
            })?;
        }
        Ok(())
    }

    fn batch(&mut self, batch: &Batch<'_>) -> Result<(), RecordError> {
        let header = *batch.header();
        let mut scratch = std::mem::take(&mut self.scratch);
        let (mut records, mut uncompressed_bytes) = (0, 0);
        for record in batch.records_in(&mut scratch, RECORDS_BYTES_MAX)? {
            let record = record?;
            records += 1;
            uncompressed_bytes += record.bytes.len() as u64;
            self.stats.first_offset.get_or_insert(record.offset);
            if !header.is_control() {
                self.record(&record);
            }
        }
        self.scratch = scratch;
        let stats = &mut self.stats;
        stats.batches += 1;
        stats.last_offset = Some(header.last_offset());
        if header.is_control() {
            stats.control_records += records;
            return Ok(());
        }
        stats.records += records;
        let codec: Codec = header.codec()?;
        let of_codec = stats.codecs.entry(codec.name()).or_default();
        of_codec.batches += 1;
        of_codec.stored_bytes += header.records_bytes() as u64;
        of_codec.uncompressed_bytes += uncompressed_bytes;
        if header.is_transactional() {
            stats.transactional_records += records;
        }
        if header.has_producer_id() {
            self.producer(batch, records);
        }
        Ok(())
    }

    fn record(&mut self, record: &RecordView<'_>) {
        let stats = &mut self.stats;
        stats.key_bytes += record.key.map_or(0, <[u8]>::len) as u64;
        stats.value_bytes += record.value.map_or(0, <[u8]>::len) as u64;
        stats.tombstones += u64::from(record.value.is_none());
        match record.key {
            Some(key) => self.keys.add(key),
            None => stats.null_keys += 1,
        }
        if record.timestamp_ms >= 0 {
            let (smallest_ms, largest_ms) = stats.timestamps_ms.unwrap_or((i64::MAX, i64::MIN));
            stats.timestamps_ms =
                Some((smallest_ms.min(record.timestamp_ms), largest_ms.max(record.timestamp_ms)));
        }
        self.largest.push(Reverse((record.bytes.len(), record.offset)));
        if self.largest.len() > LARGEST_MAX {
            self.largest.pop();
        }
    }

    fn producer(&mut self, batch: &Batch<'_>, records: u64) {
        let header = batch.header();
        let producers = &mut self.stats.producers;
        if producers.len() >= PRODUCERS_MAX && !producers.contains_key(&header.producer_id) {
            self.stats.producers_left_out = true;
            return;
        }
        let producer = producers.entry(header.producer_id).or_insert(ProducerStats {
            epoch: header.producer_epoch,
            batches: 0,
            records: 0,
            last_sequence: -1,
            is_transactional: false,
        });
        producer.epoch = header.producer_epoch;
        producer.batches += 1;
        producer.records += records;
        producer.last_sequence = header.last_sequence();
        producer.is_transactional |= header.is_transactional();
    }
}

/// HyperLogLog: the longest run of zeros among hashes tells how many there were.
#[derive(Clone)]
struct DistinctCounter {
    registers: Vec<u8>,
}

impl Default for DistinctCounter {
    fn default() -> Self {
        Self { registers: vec![0; 1 << Self::INDEX_BITS] }
    }
}

impl DistinctCounter {
    /// 4096 registers: a standard error of 1.6 %.
    const INDEX_BITS: u32 = 12;

    fn add(&mut self, key: &[u8]) {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        let register = &mut self.registers[(hash >> (64 - Self::INDEX_BITS)) as usize];
        let rank = (hash << Self::INDEX_BITS).leading_zeros().min(64 - Self::INDEX_BITS) as u8 + 1;
        *register = rank.max(*register);
    }

    fn estimate(&self) -> u64 {
        let count = self.registers.len() as f64;
        let sum: f64 = self.registers.iter().map(|&rank| f64::powi(2.0, -i32::from(rank))).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let empty = self.registers.iter().filter(|&&rank| rank == 0).count();
        // Few keys are counted better by the registers they left empty.
        let estimate =
            if raw <= 2.5 * count && empty > 0 { count * (count / empty as f64).ln() } else { raw };
        estimate.round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_keys_are_estimated_within_five_percent() {
        for distinct in [0_u64, 1, 10, 1000, 10_000, 200_000] {
            let mut counter = DistinctCounter::default();
            for key in (0..distinct).chain(0..distinct / 2) {
                counter.add(&key.to_be_bytes());
            }
            let off = counter.estimate().abs_diff(distinct);
            assert!(off * 20 <= distinct, "{} for {distinct}", counter.estimate());
        }
    }
}
