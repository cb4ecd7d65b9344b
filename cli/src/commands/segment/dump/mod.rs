//! `segment dump`: batches and records as they lie, one line or one JSON object each, streamed.

mod entries;
mod items;
mod kafka;
mod range;

use kafkactl_core::log::inspect::{
    LogReader, PartitionFiles, RECORDS_BYTES_MAX, SegmentFiles, start_position,
};
use kafkactl_core::record::{Batch, HeaderRef, RecordError};

use super::item::{BatchItem, RecordItem};
use super::target::Target;
use crate::args::segment::{DumpFormat, SegmentDumpArgs};
use crate::commands::Outcome;
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::Output;
use items::Items;
use range::Range;

pub fn run(args: &SegmentDumpArgs, out: &mut Output) -> Outcome {
    if args.format == Some(DumpFormat::Kafka) {
        return kafka::run(args, out);
    }
    let left = args.max.unwrap_or(u64::MAX);
    let mut logs = Vec::new();
    for target in args.target.resolve()? {
        match target {
            Target::Partition(files) => logs.push(files),
            Target::File(path) => match entries::report(&path)? {
                Some(report) => drop(out.print(report.limited(left))?),
                None => logs.push(range::alone(&path)?),
            },
        }
    }
    if logs.is_empty() {
        return Ok(ExitStatus::Done);
    }
    let mut dump = Dump { args, items: Items::begin(out)?, left, failures: Vec::new() };
    for files in &logs {
        dump.partition(files)?;
    }
    let failures = dump.failures;
    dump.items.end(&failures)?;
    Ok(ExitStatus::of_items(failures.iter().map(CommandError::status)))
}

struct Dump<'a, 'o> {
    args: &'a SegmentDumpArgs,
    items: Items<'o>,
    /// Records, or with `--headers-only` batches, still to print.
    left: u64,
    /// Files that could not be read to their end.
    failures: Vec<CommandError>,
}

/// Where a batch lies.
struct Place<'a> {
    partition: (&'a str, i32),
    file: &'a str,
    position: u64,
}

impl Dump<'_, '_> {
    fn partition(&mut self, files: &PartitionFiles) -> Result<(), CommandError> {
        let range = Range::of(self.args, files)?;
        let (topic, number) = files.name.rsplit_once('-').unwrap_or((&files.name, ""));
        // A directory that is renamed or not a partition's has no number; its records are shown all the same.
        let partition = (topic, number.parse().unwrap_or(0));
        for segment in range.segments(files) {
            match self.log(partition, segment, &range) {
                Ok(()) => {}
                Err(error) if error.is_quiet() => return Err(error),
                Err(error) => {
                    self.items.error(&error);
                    self.failures.push(error);
                }
            }
        }
        Ok(())
    }

    fn log(
        &mut self,
        partition: (&str, i32),
        segment: &SegmentFiles,
        range: &Range,
    ) -> Result<(), CommandError> {
        let file = segment.log.display().to_string();
        let mut reader = LogReader::open_at(&segment.log, start_position(segment, range.from)?)?;
        let mut scratch = Vec::new();
        self.items.title(&file);
        while self.left > 0 {
            let Some((position, batch)) = reader.next_batch()? else {
                if reader.trailing_bytes() > 0 {
                    let bytes = reader.trailing_bytes();
                    self.items.note(&format!("{file}: {bytes} bytes at the end are no whole batch"));
                }
                break;
            };
            if batch.header().last_offset() < range.from {
                continue;
            }
            if range.is_behind(batch.header()) {
                break;
            }
            if !self.args.records {
                let item = BatchItem::of(&batch, position, &file);
                self.items.put(&item, || item.line())?;
            }
            if self.args.headers_only {
                self.left -= 1;
            } else {
                self.records(&Place { partition, file: &file, position }, &batch, range, &mut scratch)?;
            }
        }
        Ok(())
    }

    fn records(
        &mut self,
        place: &Place<'_>,
        batch: &Batch<'_>,
        range: &Range,
        scratch: &mut Vec<u8>,
    ) -> Result<(), CommandError> {
        let damaged = |error: RecordError| {
            CommandError::check_failed(format!("{}: byte {}: {error}", place.file, place.position))
        };
        for record in batch.records_in(scratch, RECORDS_BYTES_MAX).map_err(damaged)? {
            let record = record.map_err(damaged)?;
            if record.offset < range.from {
                continue;
            }
            if record.offset >= range.to || self.left == 0 {
                break;
            }
            self.left -= 1;
            let headers: Vec<HeaderRef<'_>> = record.headers.collect();
            let item = RecordItem::of(place.partition, batch.header(), &record, &headers, range.decoder);
            self.items.put(&item, || item.line())?;
        }
        Ok(())
    }
}
