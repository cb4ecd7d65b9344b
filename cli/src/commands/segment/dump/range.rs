use std::fs;
use std::path::Path;

use kafkactl_core::log::inspect::{Decoder, FileKind, PartitionFiles, SegmentFiles, find_timestamp, summary};
use kafkactl_core::names::Offset;
use kafkactl_core::record::BatchHeader;

use crate::args::position::Position;
use crate::args::segment::SegmentDumpArgs;
use crate::commands::positions::{Bounds, now_ms, resolve};
use crate::error::CommandError;

/// What to print of one partition.
pub struct Range {
    pub from: Offset,
    /// Not printed any more.
    pub to: Offset,
    pub decoder: Decoder,
}

impl Range {
    pub fn of(args: &SegmentDumpArgs, files: &PartitionFiles) -> Result<Self, CommandError> {
        let offset = |position: Option<Position>| position.map(|at| offset_of(files, at)).transpose();
        Ok(Self {
            from: offset(args.from)?.unwrap_or(Offset(0)),
            to: offset(args.to)?.unwrap_or(Offset(i64::MAX)),
            decoder: args.decode.unwrap_or_else(|| decoder_of(files)),
        })
    }

    /// The segments with offsets of the range.
    pub fn segments<'f>(&self, files: &'f PartitionFiles) -> impl Iterator<Item = &'f SegmentFiles> {
        let first =
            files.segments.partition_point(|segment| segment.base_offset <= self.from).saturating_sub(1);
        let to = self.to;
        files.segments[first..].iter().take_while(move |segment| segment.base_offset < to)
    }

    /// Whether a batch, and with it all that follow, lies behind the range. Older message sets do not show where they
    /// begin.
    pub fn is_behind(&self, header: &BatchHeader) -> bool {
        header.magic >= 2 && header.base_offset >= self.to
    }
}

/// A single log, or a snapshot of the metadata log, as a partition of that alone.
pub fn alone(path: &Path) -> Result<PartitionFiles, CommandError> {
    if !matches!(FileKind::of_path(path), Some(FileKind::Log | FileKind::Checkpoint)) {
        return Err(CommandError::usage(format!("{}: not a file of a partition", path.display())));
    }
    let metadata = fs::metadata(path).map_err(|error| CommandError::io(path, error))?;
    Ok(PartitionFiles::of_log(path, metadata.len()))
}

fn decoder_of(files: &PartitionFiles) -> Decoder {
    match Decoder::of_partition(&files.name) {
        // What a cluster is formatted with lies beside its partitions.
        Decoder::Text if files.segments.iter().all(|segment| is_checkpoint(&segment.log)) => {
            Decoder::Metadata
        }
        decoder => decoder,
    }
}

fn is_checkpoint(path: &Path) -> bool {
    FileKind::of_path(path) == Some(FileKind::Checkpoint)
}

fn offset_of(files: &PartitionFiles, position: Position) -> Result<Offset, CommandError> {
    let (Some(first), Some(last)) = (files.segments.first(), files.segments.last()) else {
        return Ok(Offset(0));
    };
    let bounds = Bounds { start: first.base_offset.0, end: summary(last)?.next_offset.0 };
    let at_time = match position {
        Position::Time(time) => {
            find_timestamp(files, time.timestamp_ms(now_ms()))?.map(|found| found.offset.0)
        }
        _ => None,
    };
    match resolve(position, bounds, at_time, None) {
        Ok(resolved) => Ok(Offset(resolved.offset)),
        Err(_no_commit) => Err(CommandError::usage("files hold no group's commit to count from")),
    }
}
