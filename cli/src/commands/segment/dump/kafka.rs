use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kafkactl_core::log::inspect::{Decoder, DumpOptions, FileKind, PartitionFiles, dump_as_kafka};

use crate::args::segment::SegmentDumpArgs;
use crate::commands::Outcome;
use crate::commands::segment::target::Target;
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Format, Output};

/// What Kafka's own tool prints about each file, with its remarks on standard error at the end.
pub fn run(args: &SegmentDumpArgs, out: &mut Output) -> Outcome {
    if out.format != Format::Text {
        return Err(CommandError::usage("--format kafka is text; leave out -o"));
    }
    let mut remarks = Vec::new();
    let mut failures = Vec::new();
    for target in args.target.resolve()? {
        let files = match target {
            Target::File(path) => vec![path],
            Target::Partition(files) => files_of(&files),
        };
        for file in files {
            let decoder = args.decode.unwrap_or_else(|| decoder_of(&file));
            let with_records = !args.headers_only;
            let options = DumpOptions { with_records, with_data: true, decoder, only_index_sanity: false };
            let mut writer = DataWriter { out, failure: None };
            let dumped = dump_as_kafka(&file, &file.display().to_string(), &options, &mut writer);
            if let Some(failure) = writer.failure {
                return Err(failure);
            }
            match dumped {
                Ok(of_file) => remarks.extend(of_file),
                Err(error) => {
                    let error = CommandError::from(error);
                    out.error(&error);
                    failures.push(error);
                }
            }
        }
    }
    out.flush()?;
    remarks.iter().for_each(|remark| out.note(remark));
    Ok(ExitStatus::of_items(failures.iter().map(CommandError::status)))
}

/// Every file of a partition that the tool knows, in the order of their names.
fn files_of(partition: &PartitionFiles) -> Vec<PathBuf> {
    let segments = partition.segments.iter().flat_map(|segment| {
        let others = [&segment.offset_index, &segment.time_index, &segment.txn_index, &segment.snapshot];
        std::iter::once(&segment.log).chain(others.into_iter().flatten())
    });
    let mut files: Vec<_> =
        segments.chain(&partition.other_snapshots).chain(&partition.checkpoints).cloned().collect();
    files.sort();
    files
}

fn decoder_of(file: &Path) -> Decoder {
    let dir = file.parent().and_then(|dir| dir.canonicalize().ok());
    let name = dir.as_deref().and_then(|dir| dir.file_name()).unwrap_or_default();
    match Decoder::of_partition(&name.to_string_lossy()) {
        Decoder::Text if FileKind::of_path(file) == Some(FileKind::Checkpoint) => Decoder::Metadata,
        decoder => decoder,
    }
}

/// Standard output for code that knows nothing of commands; keeps what went wrong.
struct DataWriter<'o> {
    out: &'o mut Output,
    failure: Option<CommandError>,
}

impl Write for DataWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.out.write(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.failure = Some(error);
                Err(io::ErrorKind::Other.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
