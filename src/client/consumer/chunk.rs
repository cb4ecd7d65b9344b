//! Records of one partition as they came, less what the reader may not see. No record is copied or decoded here.

use std::collections::HashSet;
use std::ops::Range;

use bytes::Bytes;

use crate::client::ClientError;
use crate::client::admin::Isolation;
use crate::names::{LeaderEpoch, Offset, ProducerId, TopicPartition};
use crate::record::{Batch, BatchHeader, ControlType, RecordError, RecordIter, RecordView, Records, batches};

/// A batch may inflate to this; what claims more is refused rather than believed.
pub const UNCOMPRESSED_BYTES_MAX: usize = 512 << 20;

/// What one fetch brought of one partition: whole batches, still compressed, in offset order.
///
/// ```no_run
/// # fn show(chunk: &kafkactl_core::client::consumer::PartitionRecords) -> Result<(), kafkactl_core::client::ClientError> {
/// for batch in chunk.batches() {
///     let records = batch.records()?;
///     for record in records.iter() {
///         let record = record?;
///         println!("{}: {:?}", record.offset, record.value);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PartitionRecords {
    pub partition: TopicPartition,
    /// The first offset that was asked for; a batch may begin before it.
    pub from: Offset,
    /// Where the next fetch goes on.
    pub next_offset: Offset,
    /// Of the last batch; tells later whether the log was truncated.
    pub leader_epoch: LeaderEpoch,
    pub high_watermark: Offset,
    pub last_stable_offset: Offset,
    pub log_start_offset: Offset,
    bytes: Bytes,
    visible: Vec<Range<usize>>,
}

/// A transaction that did not happen: its producer's records from `first_offset` up to its abort marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aborted {
    pub producer_id: ProducerId,
    pub first_offset: Offset,
}

/// What a fetch answered about a partition besides its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    pub high_watermark: Offset,
    pub last_stable_offset: Offset,
    pub log_start_offset: Offset,
}

impl PartitionRecords {
    /// Looks through the batch headers of `bytes`: checks checksums, finds where the next fetch starts, and leaves
    /// out control batches and, when reading committed records only, aborted ones (KIP-98).
    ///
    /// `None` when there is no batch. Errors: [`ClientError::CorruptRecords`] naming the offset.
    pub(super) fn new(
        partition: &TopicPartition,
        from: Offset,
        marks: Marks,
        bytes: Bytes,
        isolation: Isolation,
        aborted: Vec<Aborted>,
    ) -> Result<Option<Self>, ClientError> {
        let mut filter = AbortedFilter::new(isolation, aborted);
        let mut next_offset = from;
        let mut leader_epoch = LeaderEpoch::NONE;
        let mut visible = Vec::new();
        let corrupt = |offset: Offset, reason: String| ClientError::CorruptRecords {
            partition: partition.clone(),
            offset: offset.0,
            reason,
        };
        let mut walk = batches(&bytes);
        let mut start = 0;
        while let Some(batch) = walk.next() {
            let batch = batch.map_err(|error| corrupt(next_offset, error.to_string()))?;
            batch.check_crc().map_err(|error| corrupt(batch.header().base_offset, error.to_string()))?;
            let header = batch.header();
            let shown =
                filter.shows(&batch).map_err(|error| corrupt(header.base_offset, error.to_string()))?;
            if shown && header.last_offset() >= from {
                visible.push(start..walk.position());
            }
            start = walk.position();
            if header.next_offset() > next_offset {
                next_offset = header.next_offset();
                leader_epoch = header.partition_leader_epoch;
            }
        }
        if start == 0 && !bytes.is_empty() {
            // Brokers send at least one whole batch (KIP-74).
            return Err(corrupt(from, format!("{} bytes do not hold one whole batch", bytes.len())));
        }
        if start == 0 {
            return Ok(None);
        }
        if next_offset == from {
            return Err(corrupt(from, "only batches before that offset were sent".to_owned()));
        }
        Ok(Some(Self {
            partition: partition.clone(),
            from,
            next_offset,
            leader_epoch,
            high_watermark: marks.high_watermark,
            last_stable_offset: marks.last_stable_offset,
            log_start_offset: marks.log_start_offset,
            bytes,
            visible,
        }))
    }

    pub fn batches(&self) -> impl Iterator<Item = FetchedBatch<'_>> {
        self.visible.iter().filter_map(|range| {
            // They were parsed before.
            let batch = Batch::parse(&self.bytes[range.clone()]).ok()?;
            Some(FetchedBatch { batch, of: self })
        })
    }

    /// Bytes that it keeps alive, compressed as they came.
    pub fn size_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is no record in it: only markers and aborted transactions.
    pub fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }
}

/// One batch of a [`PartitionRecords`].
#[derive(Debug, Clone, Copy)]
pub struct FetchedBatch<'a> {
    batch: Batch<'a>,
    of: &'a PartitionRecords,
}

impl<'a> FetchedBatch<'a> {
    pub fn header(&self) -> &BatchHeader {
        self.batch.header()
    }

    /// As stored, header and all.
    pub fn bytes(&self) -> &'a [u8] {
        self.batch.bytes()
    }

    /// Decompresses the batch if need be; uncompressed records are looked at where they lie.
    pub fn records(&self) -> Result<FetchedRecords<'a>, ClientError> {
        let records = self
            .batch
            .records(UNCOMPRESSED_BYTES_MAX)
            .map_err(|error| self.of.corrupt(self.header(), &error))?;
        Ok(FetchedRecords { records, header: *self.header(), of: self.of })
    }
}

/// The records of one batch from the wanted offset on.
#[derive(Debug)]
pub struct FetchedRecords<'a> {
    records: Records<'a>,
    header: BatchHeader,
    of: &'a PartitionRecords,
}

impl FetchedRecords<'_> {
    pub fn iter(&self) -> impl Iterator<Item = Result<RecordView<'_>, ClientError>> {
        let records: RecordIter<'_> = self.records.iter();
        records
            .map(|record| record.map_err(|error| self.of.corrupt(&self.header, &error)))
            .filter(|record| record.as_ref().map_or(true, |record| record.offset >= self.of.from))
    }
}

impl PartitionRecords {
    fn corrupt(&self, header: &BatchHeader, error: &RecordError) -> ClientError {
        ClientError::CorruptRecords {
            partition: self.partition.clone(),
            offset: header.base_offset.0,
            reason: error.to_string(),
        }
    }
}

/// Follows the aborted transactions that the broker listed through the batches.
#[derive(Debug)]
struct AbortedFilter {
    isolation: Isolation,
    /// By first offset, the lowest last.
    upcoming: Vec<Aborted>,
    aborting: HashSet<ProducerId>,
}

impl AbortedFilter {
    fn new(isolation: Isolation, mut upcoming: Vec<Aborted>) -> Self {
        upcoming.sort_by_key(|aborted| std::cmp::Reverse(aborted.first_offset));
        Self { isolation, upcoming, aborting: HashSet::new() }
    }

    fn shows(&mut self, batch: &Batch<'_>) -> Result<bool, RecordError> {
        let header = batch.header();
        if self.isolation == Isolation::ReadUncommitted || !header.has_producer_id() {
            return Ok(!header.is_control());
        }
        while let Some(aborted) = self.upcoming.pop_if(|aborted| aborted.first_offset <= header.last_offset())
        {
            self.aborting.insert(aborted.producer_id);
        }
        if header.is_control() {
            if is_abort_marker(batch)? {
                self.aborting.remove(&header.producer_id);
            }
            return Ok(false);
        }
        Ok(!(header.is_transactional() && self.aborting.contains(&header.producer_id)))
    }
}

fn is_abort_marker(batch: &Batch<'_>) -> Result<bool, RecordError> {
    let records = batch.records(UNCOMPRESSED_BYTES_MAX)?;
    match records.iter().next() {
        Some(record) => Ok(ControlType::of_key(record?.key)? == Some(ControlType::Abort)),
        // Compaction leaves markers without a record.
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::ProducerEpoch;
    use crate::record::{BatchBuilder, BatchFields, Codec};

    fn fields(base: i64, producer: Option<i64>) -> BatchFields {
        BatchFields {
            base_offset: Offset(base),
            partition_leader_epoch: LeaderEpoch(3),
            producer_id: ProducerId(producer.unwrap_or(-1)),
            producer_epoch: ProducerEpoch(0),
            is_transactional: producer.is_some(),
            ..BatchFields::default()
        }
    }

    fn batch(fields: BatchFields, count: i64) -> Vec<u8> {
        let mut builder = BatchBuilder::new(fields);
        for index in 0..count {
            builder.append(0, None, Some(format!("{}", fields.base_offset.0 + index).as_bytes()), []);
        }
        builder.finish().unwrap()
    }

    fn marker(base: i64, producer: i64, kind: ControlType) -> Vec<u8> {
        let mut builder = BatchBuilder::new(BatchFields { is_control: true, ..fields(base, Some(producer)) });
        builder.append(0, Some(&kind.key()), Some(&[0; 6]), []);
        builder.finish().unwrap()
    }

    fn read(
        from: i64,
        parts: &[Vec<u8>],
        isolation: Isolation,
        aborted: &[(i64, i64)],
    ) -> Result<Option<PartitionRecords>, ClientError> {
        let marks =
            Marks { high_watermark: Offset(99), last_stable_offset: Offset(99), log_start_offset: Offset(0) };
        let aborted = aborted
            .iter()
            .map(|&(producer_id, first_offset)| Aborted {
                producer_id: ProducerId(producer_id),
                first_offset: Offset(first_offset),
            })
            .collect();
        let partition = TopicPartition::new("t", 0);
        PartitionRecords::new(&partition, Offset(from), marks, parts.concat().into(), isolation, aborted)
    }

    fn offsets(chunk: &PartitionRecords) -> Vec<i64> {
        let mut offsets = Vec::new();
        for batch in chunk.batches() {
            let records = batch.records().unwrap();
            for record in records.iter() {
                let record = record.unwrap();
                assert_eq!(record.value, Some(record.offset.to_string().as_bytes()));
                offsets.push(record.offset.0);
            }
        }
        offsets
    }

    #[test]
    fn a_batch_that_begins_before_the_wanted_offset_is_cut_by_record() {
        let compressed = BatchFields { compression: Codec::Zstd.into(), ..fields(0, None) };
        let chunk =
            read(2, &[batch(compressed, 4), batch(fields(4, None), 2)], Isolation::ReadUncommitted, &[]);
        let chunk = chunk.unwrap().unwrap();
        assert_eq!(offsets(&chunk), [2, 3, 4, 5]);
        assert_eq!((chunk.next_offset, chunk.leader_epoch), (Offset(6), LeaderEpoch(3)));
    }

    /// B11: the list names what was open before the fetch too; a marker ends it for that producer.
    #[test]
    fn aborted_transactions_are_hidden_up_to_their_marker() {
        let log = [
            batch(fields(0, Some(7)), 2),
            batch(fields(2, Some(8)), 1),
            batch(fields(3, None), 1),
            marker(4, 7, ControlType::Abort),
            batch(fields(5, Some(7)), 1),
            marker(6, 8, ControlType::Commit),
            marker(7, 7, ControlType::Commit),
        ];
        let committed = read(0, &log, Isolation::ReadCommitted, &[(7, 0)]).unwrap().unwrap();
        assert_eq!(offsets(&committed), [2, 3, 5]);
        assert_eq!(committed.next_offset, Offset(8));
        let all = read(0, &log, Isolation::ReadUncommitted, &[]).unwrap().unwrap();
        assert_eq!(offsets(&all), [0, 1, 2, 3, 5]);
        let markers = read(6, &log[5..], Isolation::ReadCommitted, &[]).unwrap().unwrap();
        assert!(markers.is_empty());
        assert_eq!(markers.next_offset, Offset(8), "markers are passed, not fetched again");
    }

    #[test]
    fn a_cut_tail_is_left_for_the_next_fetch() {
        let mut second = batch(fields(1, None), 1);
        second.pop();
        let chunk = read(0, &[batch(fields(0, None), 1), second], Isolation::ReadUncommitted, &[]);
        assert_eq!(offsets(&chunk.unwrap().unwrap()), [0]);
    }

    #[test]
    fn damage_is_named_by_offset() {
        let mut flipped = batch(fields(5, None), 2);
        *flipped.last_mut().unwrap() ^= 1;
        let mut half = batch(fields(5, None), 1);
        half.truncate(20);
        for (name, bytes, offset, reason) in [
            ("flipped bit", flipped, 5, "checksum"),
            ("not one batch", half, 5, "do not hold one whole batch"),
            ("only older batches", batch(fields(3, None), 1), 5, "only batches before"),
        ] {
            let error = read(5, &[bytes], Isolation::ReadUncommitted, &[]).unwrap_err();
            assert!(
                matches!(&error, ClientError::CorruptRecords { offset: at, reason: why, .. }
                    if *at == offset && why.contains(reason)),
                "{name}: {error}"
            );
        }
        assert!(read(5, &[], Isolation::ReadUncommitted, &[]).unwrap().is_none());
    }
}
