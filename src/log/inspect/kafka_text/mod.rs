//! What Kafka's own dump tool prints about a file, line by line (`DumpLogSegments` of 4.3).

mod indexes;
mod lines;

use std::fmt::Arguments;
use std::io::Write;
use std::path::Path;

use super::decode::Decoder;
use super::files::{FileKind, base_offset_of};
use super::read::{IndexFile, LogReader, RECORDS_BYTES_MAX, read_snapshot};
use super::{AbortedTxn, AtPath, InspectError, Result};
use crate::record::{Batch, RecordError};

/// The tool's options.
#[derive(Debug, Clone, Copy, Default)]
pub struct DumpOptions {
    /// `--deep-iteration`: the records, not only the batches.
    pub with_records: bool,
    /// `--print-data-log`: keys and values too.
    pub with_data: bool,
    pub decoder: Decoder,
    /// `--index-sanity-check`: only whether a start of the broker would keep the index.
    pub only_index_sanity: bool,
}

/// Writes what the tool prints on its standard output about the file at `path`, which it calls `shown`, and returns
/// the remarks it prints on standard error once it is through with all files.
///
/// Errors: what makes the tool stop with an exception. What it had printed by then is written.
pub fn dump_as_kafka(
    path: &Path,
    shown: &str,
    options: &DumpOptions,
    out: &mut dyn Write,
) -> Result<Vec<String>> {
    let kind = FileKind::of_path(path).ok_or_else(|| InspectError::UnknownKind(path.to_owned()))?;
    let mut dump = Dump { path, shown, options, out, remarks: Vec::new() };
    dump.line(format_args!("Dumping {shown}"))?;
    match kind {
        FileKind::Log | FileKind::Checkpoint => dump.log()?,
        FileKind::OffsetIndex => dump.offset_index()?,
        FileKind::TimeIndex => dump.time_index()?,
        FileKind::TxnIndex => dump.txn_index()?,
        FileKind::ProducerSnapshot => dump.snapshot()?,
    }
    Ok(dump.remarks)
}

struct Dump<'a> {
    path: &'a Path,
    shown: &'a str,
    options: &'a DumpOptions,
    out: &'a mut dyn Write,
    remarks: Vec<String>,
}

/// Where the dump of a log is.
struct Progress {
    scratch: Vec<u8>,
    last_offset: i64,
    gaps: Vec<(i64, i64)>,
}

impl Dump<'_> {
    fn line(&mut self, line: Arguments<'_>) -> Result<()> {
        writeln!(self.out, "{line}").at_path(self.path)
    }

    fn log(&mut self) -> Result<()> {
        let title = self.log_title();
        self.line(format_args!("{title}"))?;
        let mut reader = LogReader::open(self.path)?;
        let mut progress = Progress { scratch: Vec::new(), last_offset: -1, gaps: Vec::new() };
        while let Some((position, batch)) = reader.next_batch()? {
            self.batch(position, &batch, &mut progress)?;
        }
        if reader.trailing_bytes() > 0 {
            let name = self.file_name();
            self.line(format_args!("Found {} invalid bytes at the end of {name}", reader.trailing_bytes()))?;
        }
        let mut gaps = progress.gaps;
        if !gaps.is_empty() {
            gaps.sort_unstable();
            self.remarks.push(format!("Non-consecutive offsets in {}", self.shown));
            self.remarks
                .extend(gaps.iter().map(|(before, after)| format!("  {before} is followed by {after}")));
        }
        Ok(())
    }

    fn batch(&mut self, position: u64, batch: &Batch<'_>, progress: &mut Progress) -> Result<()> {
        let damaged = |error: RecordError| {
            let reason = error.to_string();
            InspectError::Damaged { path: self.path.to_owned(), position, reason }
        };
        let line = lines::batch(batch, position).map_err(damaged)?;
        writeln!(self.out, "{line}").at_path(self.path)?;
        if !self.options.with_records {
            return Ok(());
        }
        for record in batch.records_in(&mut progress.scratch, RECORDS_BYTES_MAX).map_err(damaged)? {
            let record = record.map_err(damaged)?;
            if record.offset.0 != progress.last_offset.wrapping_add(1) {
                progress.gaps.push((progress.last_offset, record.offset.0));
            }
            progress.last_offset = record.offset.0;
            let line = lines::record(batch.header(), &record, self.options);
            writeln!(self.out, "{line}").at_path(self.path)?;
        }
        Ok(())
    }

    fn log_title(&self) -> String {
        let name = self.file_name();
        if name == "bootstrap.checkpoint" {
            return "KRaft bootstrap snapshot".to_owned();
        }
        let offset = base_offset_of(self.path).map_or(0, |offset| offset.0);
        match name.strip_suffix(".checkpoint").and_then(|stem| stem.split_once('-')) {
            Some((end_offset, epoch)) => {
                let number = |digits: &str| digits.parse().unwrap_or(0_i64);
                format!("Snapshot end offset: {}, epoch: {}", number(end_offset), number(epoch))
            }
            None => format!("Log starting offset: {offset}"),
        }
    }

    fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn txn_index(&mut self) -> Result<()> {
        for txn in IndexFile::<AbortedTxn>::read(self.path)?.entries {
            self.line(format_args!(
                "version: 0 producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}",
                txn.producer_id, txn.first_offset, txn.last_offset, txn.last_stable_offset
            ))?;
        }
        Ok(())
    }

    fn snapshot(&mut self) -> Result<()> {
        for producer in read_snapshot(self.path)? {
            let line = lines::producer(&producer);
            self.line(format_args!("{line}"))?;
        }
        Ok(())
    }
}
