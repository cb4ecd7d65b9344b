//! Appending: as leader, stamping what comes; as follower, taking what the leader stamped.

use super::Log;
use crate::log::error::{AppendError, LogError, ProducerError, Result};
use crate::log::producer::{TransactionVersion, Verdict, Verified, marker_of};
use crate::log::segment::{Incoming, Segment, WriteFailure};
use crate::names::{LeaderEpoch, Offset};
use crate::record::validate::{Origin, Validated};
use crate::record::{Batch, BatchHeader, batches};

/// How a leader appends.
#[derive(Debug, Clone, Copy)]
pub struct LeaderAppend {
    pub leader_epoch: LeaderEpoch,
    pub now_ms: i64,
    pub origin: Origin,
    pub verified: Verified,
    /// Of the transaction a marker ends; of no account for data.
    pub transaction_version: TransactionVersion,
}

/// Where an append lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub first_offset: Offset,
    pub last_offset: Offset,
    /// -1 on a CreateTime topic, but for duplicates (A14).
    pub log_append_time_ms: i64,
    pub log_start_offset: Offset,
    /// It had been appended before; these are the offsets it got then, and nothing was written (A16).
    pub is_duplicate: bool,
}

impl Log {
    /// Appends one batch: gives it offsets and the leader epoch, and writes it. Nothing of it is in the log after
    /// an error; [`LogError::is_disk_full`] says whether the same append may succeed later.
    pub fn append_as_leader(
        &mut self,
        batch: &mut Validated<'_>,
        append: &LeaderAppend,
    ) -> Result<Appended, AppendError> {
        self.check_writable()?;
        batch.stamp(self.end_offset, append.leader_epoch);
        let header = *batch.header();
        self.assign_epoch(append.leader_epoch, header.base_offset)?;
        self.make_room(
            header.size_bytes,
            &header,
            header.max_timestamp_ms,
            header.last_offset(),
            append.now_ms,
        )?;
        let verdict = self.check_producer(batch, append)?;
        let change = match verdict {
            None => None,
            Some(Verdict::Append(change)) => Some(change),
            Some(Verdict::Duplicate(known)) => {
                return Ok(Appended {
                    first_offset: known.first_offset(),
                    last_offset: known.last_offset,
                    log_append_time_ms: known.timestamp_ms,
                    log_start_offset: self.start_offset,
                    is_duplicate: true,
                });
            }
        };
        self.write(batch.parts(), &[header], append.now_ms)?;
        let aborted = change.and_then(|change| self.producers.apply(change));
        self.producers.set_end_offset(self.end_offset);
        if let Some(aborted) = aborted {
            self.active.append_aborted(aborted);
        }
        Ok(Appended {
            first_offset: header.base_offset,
            last_offset: header.last_offset(),
            log_append_time_ms: batch.log_append_time_ms().unwrap_or(-1),
            log_start_offset: self.start_offset,
            is_duplicate: false,
        })
    }

    /// Appends batches whose offsets and epochs another leader has given: on a follower, or in a Raft log. Bytes
    /// of a last batch that is cut short are left out. Returns the offsets `first..end` of what was appended.
    pub fn append_as_follower(&mut self, bytes: &[u8], now_ms: i64) -> Result<(Offset, Offset), AppendError> {
        self.check_writable()?;
        let mut headers: Vec<BatchHeader> = Vec::new();
        let mut end_offset = self.end_offset;
        for batch in batches(bytes) {
            let batch = batch?;
            check_replicated(&batch, end_offset)?;
            headers.push(*batch.header());
            end_offset = batch.header().next_offset();
        }
        let first = *headers.first().ok_or(AppendError::Empty)?;
        let size_bytes: usize = headers.iter().map(|header| header.size_bytes).sum();
        let max_timestamp_ms = headers.iter().map(|header| header.max_timestamp_ms).max().unwrap_or(-1);
        for header in &headers {
            self.assign_epoch(header.partition_leader_epoch, header.base_offset)?;
        }
        self.make_room(size_bytes, &first, max_timestamp_ms, end_offset.plus(-1), now_ms)?;
        let whole = &bytes[..size_bytes];
        self.write([whole, &[]], &headers, now_ms)?;
        for batch in batches(whole) {
            if let Some(aborted) = self.producers.replay(&batch?)? {
                self.active.append_aborted(aborted);
            }
        }
        Ok((first.base_offset, end_offset))
    }

    fn check_producer(
        &self,
        batch: &Validated<'_>,
        append: &LeaderAppend,
    ) -> Result<Option<Verdict>, AppendError> {
        let header = batch.header();
        if !header.has_producer_id() {
            return Ok(None);
        }
        if !header.is_control() {
            return Ok(Some(self.producers.check_data(header, append.origin, append.verified)?));
        }
        let bytes = batch.parts().concat();
        let marker = marker_of(&Batch::parse(&bytes)?)?;
        let marker = marker.ok_or(ProducerError::Marker {
            producer_id: header.producer_id,
            offset: header.base_offset,
            reason: "it is neither commit nor abort",
        })?;
        let change = self.producers.check_marker(header, marker, append.transaction_version)?;
        Ok(Some(Verdict::Append(change)))
    }

    /// Rolls the active segment if the append does not fit any more (E1).
    fn make_room(
        &mut self,
        size_bytes: usize,
        first: &BatchHeader,
        max_timestamp_ms: i64,
        last_offset: Offset,
        now_ms: i64,
    ) -> Result<(), AppendError> {
        if size_bytes as u64 > u64::from(self.config.segment_bytes) {
            let max_bytes = u64::from(self.config.segment_bytes);
            return Err(AppendError::LargerThanSegment { size_bytes, max_bytes });
        }
        let incoming = Incoming { size_bytes, max_timestamp_ms, last_offset, now_ms };
        let jitter_ms = self.jitter_ms();
        if self.active.must_roll(&incoming, &self.config, jitter_ms)? {
            self.roll_at(first.base_offset, now_ms)?;
        }
        Ok(())
    }

    /// Starts a new segment at the end of the log.
    pub fn roll(&mut self, now_ms: i64) -> Result<()> {
        self.check_writable()?;
        self.roll_at(self.end_offset, now_ms)
    }

    pub(super) fn roll_at(&mut self, offset: Offset, now_ms: i64) -> Result<()> {
        let base_offset = offset.max(self.end_offset);
        if base_offset <= self.active.base_offset() {
            return Ok(());
        }
        self.active.seal()?;
        self.names_are_unsynced = true;
        self.producers.set_end_offset(base_offset);
        self.snapshots.take(&self.producers)?;
        let fresh = Segment::create(&self.place, base_offset, now_ms)?;
        let sealed = std::mem::replace(&mut self.active, fresh);
        self.sealed.push(sealed.into());
        Ok(())
    }

    /// So much earlier than told the active segment rolls: spreads the rolls of partitions made at one time.
    fn jitter_ms(&self) -> u64 {
        match self.config.segment_jitter_ms {
            0 => 0,
            jitter_ms => scramble(self.jitter_seed ^ self.active.base_offset().0 as u64) % jitter_ms,
        }
    }

    /// One write to the active segment; afterwards its batches are in the log.
    fn write(&mut self, parts: [&[u8]; 2], headers: &[BatchHeader], now_ms: i64) -> Result<()> {
        let position = self.active.size_bytes();
        if let Err(failure) = self.active.append(parts, headers, &self.config) {
            return Err(self.write_failed(failure));
        }
        if let Some(last) = headers.last() {
            self.end_offset = last.next_offset();
        }
        self.unflushed_since_ms.get_or_insert(now_ms);
        match headers {
            [header] => self.tail.push(header, self.active.base_offset(), position, parts),
            _ => self.tail.clear(),
        }
        Ok(())
    }

    fn write_failed(&mut self, failure: WriteFailure) -> LogError {
        if !failure.is_undone {
            self.poison(format!("a write failed, and what it left is unknown: {}", failure.source));
        }
        self.active.write_error(failure.source)
    }
}

/// What even a follower checks: the bytes are what the leader sent, and continue the log.
fn check_replicated(batch: &Batch<'_>, end_offset: Offset) -> Result<(), AppendError> {
    batch.check_crc()?;
    let header = batch.header();
    if header.base_offset < end_offset || header.last_offset_delta < 0 {
        return Err(AppendError::UnexpectedOffset { got: header.base_offset, end: end_offset });
    }
    if header.is_control() && header.has_producer_id() {
        marker_of(batch)?;
    }
    Ok(())
}

/// Spreads the bits of a number (SplitMix64's last step).
fn scramble(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
