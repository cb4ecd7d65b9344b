//! Making a segment whole again after a crash (E4, `LogSegment.recover`).

use tracing::warn;

use super::{ScanError, Segment, WholeBatches};
use crate::log::config::LogConfig;
use crate::log::epochs::Epochs;
use crate::log::error::{Context, Result};
use crate::log::index::TimeEntry;
use crate::log::producer::Producers;
use crate::names::Offset;
use crate::record::Batch;

/// What a recovery found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recovered {
    pub end_offset: Offset,
    pub cut_bytes: u64,
}

impl Segment {
    /// Walks over the whole segment: builds its indexes anew, carries leader epochs and producer state forward, and
    /// cuts the file at the first batch that is not whole and true.
    pub fn recover(
        &mut self,
        producers: &mut Producers,
        epochs: &mut Epochs,
        config: &LogConfig,
    ) -> Result<Recovered> {
        self.reset_indexes()?;
        let file = self.file()?;
        let found_bytes = file.size_bytes().context("measure", self.log.name(), self.dir())?;
        self.size_bytes = 0;
        self.bytes_since_index_entry = 0;
        self.max_timestamp = TimeEntry { timestamp_ms: -1, offset: self.base_offset }.into();
        let mut end_offset = self.base_offset;
        let mut batches = WholeBatches::new(file.clone(), 0, found_bytes);
        let damage = loop {
            match batches.next() {
                Ok(Some((_, batch))) => {
                    if let Err(reason) = self.take_over(&batch, end_offset, producers, epochs, config) {
                        break reason;
                    }
                    end_offset = batch.header().next_offset();
                }
                Ok(None) => break "a batch is cut short".to_owned(),
                Err(ScanError::Damaged { reason, .. }) => break reason,
                Err(error) => return Err(self.scan_error(error)),
            }
        };
        let cut_bytes = found_bytes - self.size_bytes;
        if cut_bytes > 0 {
            let (dir, segment) = (self.dir().path(), self.log.name());
            warn!(dir = %dir.display(), segment, kept_until = %end_offset, cut_bytes, reason = damage,
                "cut the end of a segment");
            file.set_size_bytes(self.size_bytes).context("cut", segment, self.dir())?;
        }
        self.seal()?;
        // As after a restart: the next entry is due an interval from here.
        self.bytes_since_index_entry = 0;
        Ok(Recovered { end_offset, cut_bytes })
    }

    /// Accepts the next batch of the file, or says why the file ends before it.
    fn take_over(
        &mut self,
        batch: &Batch<'_>,
        end_offset: Offset,
        producers: &mut Producers,
        epochs: &mut Epochs,
        config: &LogConfig,
    ) -> Result<(), String> {
        let header = batch.header();
        batch.check_crc().map_err(|error| error.to_string())?;
        // Neither offset is covered by the checksum of magic 2.
        if header.last_offset_delta < 0
            || header.base_offset < end_offset
            || !self.can_hold(header.last_offset())
        {
            return Err(format!(
                "offsets {}..{} follow {end_offset}",
                header.base_offset,
                header.last_offset()
            ));
        }
        // A batch that a truncation had removed can come back with a loss of power; the epochs tell.
        let epoch = header.partition_leader_epoch;
        if epochs.epoch_at(header.base_offset).is_some_and(|known| epoch.0 >= 0 && known > epoch) {
            return Err(format!(
                "epoch {epoch} at offset {} is of a past that was cut off",
                header.base_offset
            ));
        }
        let aborted = producers.replay(batch).map_err(|error| error.to_string())?;
        if epochs.latest().is_none_or(|latest| header.partition_leader_epoch > latest) {
            epochs.assign(header.partition_leader_epoch, header.base_offset);
        }
        self.note_batch(header, config);
        if let Some(aborted) = aborted {
            self.append_aborted(aborted);
        }
        Ok(())
    }
}
