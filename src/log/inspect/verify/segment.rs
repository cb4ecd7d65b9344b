use std::path::Path;

use super::indexes::{OffsetIndexCheck, TimeIndexCheck};
use super::{FINDINGS_MAX, Severity, Verifier};
use crate::log::inspect::files::SegmentFiles;
use crate::log::inspect::read::{IndexFile, LogReader, RECORDS_BYTES_MAX};
use crate::log::inspect::{AbortedTxn, InspectError, Result};
use crate::names::{LeaderEpoch, Offset, ProducerId};
use crate::record::{Batch, ControlType, TimestampType};

/// What a segment's log shows, and its indexes beside it.
#[derive(Default)]
struct Seen {
    offset_index: Option<OffsetIndexCheck>,
    time_index: Option<TimeIndexCheck>,
    /// Markers that end a transaction whose beginning is still there, and where that is.
    aborted: Vec<(ProducerId, Offset, Offset)>,
    scratch: Vec<u8>,
}

impl Verifier<'_> {
    pub(super) fn segment(&mut self, number: usize) -> Result<()> {
        let segment = &self.partition.segments[number];
        let next_base = self.partition.segments.get(number + 1).map(|next| next.base_offset);
        let mut seen = Seen {
            offset_index: segment.offset_index.as_deref().map(OffsetIndexCheck::open).transpose()?,
            time_index: segment.time_index.as_deref().map(TimeIndexCheck::open).transpose()?,
            ..Seen::default()
        };
        self.log(segment, next_base, &mut seen)?;
        let of_indexes = [
            seen.offset_index.take().map(OffsetIndexCheck::finish),
            seen.time_index.take().map(TimeIndexCheck::finish),
        ];
        self.findings.extend(of_indexes.into_iter().flatten().flatten());
        self.txn_index(segment, &seen)
    }

    fn log(&mut self, segment: &SegmentFiles, next_base: Option<Offset>, seen: &mut Seen) -> Result<()> {
        let path = &segment.log;
        let mut reader = LogReader::open(path)?;
        loop {
            if self.findings.len() >= FINDINGS_MAX {
                return Ok(());
            }
            match reader.next_batch() {
                Ok(Some((position, batch))) => self.batch(segment, next_base, position, &batch, seen),
                Ok(None) => break,
                Err(InspectError::Damaged { position, reason, .. }) => {
                    self.report(Severity::Error, path, Some(position), None, reason);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        if reader.trailing_bytes() > 0 {
            let reason = format!("{} bytes at the end are no whole batch", reader.trailing_bytes());
            self.report(Severity::Warning, path, Some(reader.position()), None, reason);
        }
        Ok(())
    }

    fn batch(
        &mut self,
        segment: &SegmentFiles,
        next_base: Option<Offset>,
        position: u64,
        batch: &Batch<'_>,
        seen: &mut Seen,
    ) {
        let path = &segment.log;
        let header = *batch.header();
        let (base_offset, last_offset) = (header.base_offset, header.last_offset());
        let mut error = |reason: String| {
            self.report(Severity::Error, path, Some(position), Some(base_offset), reason);
        };
        if let Err(checksum) = batch.check_crc() {
            error(checksum.to_string());
        }
        if base_offset < segment.base_offset {
            error(format!("base offset {base_offset} is before the segment's {}", segment.base_offset));
        }
        if next_base.is_some_and(|next| last_offset >= next) {
            error(format!("last offset {last_offset} reaches into the next segment"));
        }
        self.order(path, position, batch);
        self.records(path, position, batch, seen);
        self.epoch(path, position, batch);
        self.transactions(batch, seen);
        if let Some(index) = &mut seen.offset_index {
            index.see(position, &header);
        }
        if let Some(index) = &mut seen.time_index {
            index.see(&header);
        }
        self.last_offset = Some(last_offset);
    }

    fn order(&mut self, path: &Path, position: u64, batch: &Batch<'_>) {
        let header = batch.header();
        let (base_offset, Some(before)) = (header.base_offset, self.last_offset) else { return };
        // A wrapper of magic 0 and 1 shows its last offset only.
        let is_exact = header.magic >= 2;
        let (severity, reason) = if base_offset <= before {
            (Severity::Error, format!("offset {base_offset} follows {before}"))
        } else if is_exact && base_offset > before.plus(1) && base_offset >= self.cleaned_until {
            (Severity::Warning, format!("offsets {} to {} are missing", before.plus(1), base_offset.plus(-1)))
        } else {
            return;
        };
        self.report(severity, path, Some(position), Some(base_offset), reason);
    }

    fn records(&mut self, path: &Path, position: u64, batch: &Batch<'_>, seen: &mut Seen) {
        let header = *batch.header();
        let mut before = None;
        let mut largest_ms = None;
        let mut fault = None;
        match batch.records_in(&mut seen.scratch, RECORDS_BYTES_MAX) {
            Err(error) => fault = Some(error.to_string()),
            Ok(records) => {
                for record in records {
                    match record {
                        Err(error) => fault = Some(error.to_string()),
                        Ok(record) if before.is_some_and(|before| record.offset <= before) => {
                            fault = Some(format!("record of offset {} is out of order", record.offset));
                        }
                        Ok(record) => {
                            before = Some(record.offset);
                            largest_ms = largest_ms.max(Some(record.timestamp_ms));
                        }
                    }
                }
            }
        }
        let base_offset = Some(header.base_offset);
        if fault.is_none() && before.is_some_and(|last| last > header.last_offset()) {
            fault = Some(format!("its records reach past its last offset {}", header.last_offset()));
        }
        if let Some(reason) = fault {
            self.report(Severity::Error, path, Some(position), base_offset, reason);
        } else if let Some(largest_ms) = largest_ms.filter(|largest_ms| {
            header.timestamp_type() == TimestampType::CreateTime && *largest_ms > header.max_timestamp_ms
        }) {
            let reason =
                format!("max timestamp {} is below its records' {largest_ms}", header.max_timestamp_ms);
            self.report(Severity::Warning, path, Some(position), base_offset, reason);
        }
    }

    fn epoch(&mut self, path: &Path, position: u64, batch: &Batch<'_>) {
        let header = batch.header();
        let epoch = header.partition_leader_epoch;
        if epoch == LeaderEpoch::NONE {
            return;
        }
        let base_offset = header.base_offset;
        if epoch < self.last_epoch {
            let reason = format!("leader epoch {epoch} follows {}", self.last_epoch);
            self.report(Severity::Error, path, Some(position), Some(base_offset), reason);
        }
        self.last_epoch = self.last_epoch.max(epoch);
        if let Some(expected) = self.epoch_at(base_offset).filter(|expected| *expected != epoch) {
            let reason = format!("leader epoch {epoch} where the epoch checkpoint has {expected}");
            self.report(Severity::Warning, path, Some(position), Some(base_offset), reason);
        }
    }

    fn transactions(&mut self, batch: &Batch<'_>, seen: &mut Seen) {
        let header = batch.header();
        if !header.is_transactional() {
            return;
        }
        if !header.is_control() {
            self.open_transactions.entry(header.producer_id).or_insert(header.base_offset);
            return;
        }
        let Some(first_offset) = self.open_transactions.remove(&header.producer_id) else { return };
        let marker = batch
            .records_in(&mut seen.scratch, RECORDS_BYTES_MAX)
            .ok()
            .and_then(|mut records| records.next());
        let kind = marker.and_then(Result::ok).map(|marker| ControlType::of_key(marker.key));
        if kind == Some(Ok(Some(ControlType::Abort))) {
            seen.aborted.push((header.producer_id, first_offset, header.last_offset()));
        }
    }

    /// Every aborted transaction must be listed, or its records would be read as committed.
    fn txn_index(&mut self, segment: &SegmentFiles, seen: &Seen) -> Result<()> {
        let listed = match &segment.txn_index {
            Some(path) => IndexFile::<AbortedTxn>::read(path)?.entries,
            None => Vec::new(),
        };
        let path = segment.txn_index.clone().unwrap_or_else(|| segment.log.with_extension("txnindex"));
        for &(producer_id, first_offset, marker) in &seen.aborted {
            let entry = listed.iter().find(|txn| txn.producer_id == producer_id && txn.last_offset == marker);
            let reason = match entry {
                Some(txn) if txn.first_offset <= first_offset => continue,
                Some(txn) => format!(
                    "transaction of producer {producer_id} begins at {first_offset}, the index says {}",
                    txn.first_offset
                ),
                None => {
                    format!("aborted transaction of producer {producer_id} from {first_offset} is missing")
                }
            };
            self.report(Severity::Error, &path, None, Some(marker), reason);
        }
        Ok(())
    }
}
