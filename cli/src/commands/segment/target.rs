use std::path::{Path, PathBuf};

use kafkactl_core::log::inspect::{FileKind, InspectError, PartitionFiles, partition_roots};

use super::SEGMENT_NAMES;
use crate::args::segment::TargetArgs;
use crate::error::CommandError;

/// What a command looks at.
pub enum Target {
    /// A file that was named itself.
    File(PathBuf),
    Partition(PartitionFiles),
}

impl TargetArgs {
    /// The files and partitions that were named, in that order.
    pub fn resolve(&self) -> Result<Vec<Target>, CommandError> {
        let mut targets = Vec::new();
        for named in &self.targets {
            let path = self.locate(named)?;
            if path.is_dir() {
                for root in partition_roots(&path)? {
                    targets.push(Target::Partition(PartitionFiles::read(&root.path)?));
                }
            } else {
                targets.push(Target::File(path));
            }
        }
        Ok(targets)
    }

    /// The partitions that were named; a file of one stands for itself alone.
    pub fn partitions(&self) -> Result<Vec<PartitionFiles>, CommandError> {
        self.resolve()?.into_iter().map(Target::into_partition).collect()
    }

    fn locate(&self, named: &Path) -> Result<PathBuf, CommandError> {
        let in_data_dir = self.data_dir.as_ref().map(|dir| dir.join(named));
        // What lies at the path itself comes first, as everywhere in a shell.
        if let Some(path) =
            [Some(named.to_owned()), in_data_dir].into_iter().flatten().find(|path| path.exists())
        {
            return Ok(path);
        }
        let error = CommandError::not_found("file or partition", named.display().to_string());
        Err(match &self.data_dir {
            Some(dir) => error.hint(format!("it lies neither here nor in {}", dir.display())),
            None => error.hint("name a path, or a partition and its --data-dir"),
        })
    }
}

impl Target {
    fn into_partition(self) -> Result<PartitionFiles, CommandError> {
        let path = match self {
            Target::Partition(files) => return Ok(files),
            Target::File(path) => path,
        };
        let dir = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let no_segment = || {
            CommandError::usage(format!("{}: not the log of a segment", path.display())).hint(SEGMENT_NAMES)
        };
        let mut files = match PartitionFiles::read(dir) {
            Err(InspectError::NoPartition(_)) => return Err(no_segment()),
            read => read?,
        };
        files.segments.retain(|segment| path.file_name() == segment.log.file_name());
        if FileKind::of_path(&path) != Some(FileKind::Log) || files.segments.is_empty() {
            return Err(no_segment());
        }
        files.other_snapshots.clear();
        Ok(files)
    }
}
