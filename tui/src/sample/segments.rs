//! The files of a local data directory, by name and size alone: safe beside a running broker.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Unanswered;
use crate::model::app::DataDir;
use crate::model::snapshot::{Data, Segment, Segments, Why};

/// Segments shown; a directory with more is cut.
const SEGMENTS_MAX: usize = 20_000;

/// The directory, if it is there or has to be.
pub fn readable(dir: &DataDir) -> Option<PathBuf> {
    match dir {
        DataDir::Given(path) => Some(path.clone()),
        DataDir::Told { path, cluster_id } => {
            let properties = fs::read_to_string(path.join("meta.properties")).ok()?;
            let is_own = properties.lines().any(|line| line.strip_prefix("cluster.id=") == Some(cluster_id));
            is_own.then(|| path.clone())
        }
    }
}

pub(super) async fn poll(dir: PathBuf) -> Result<(Data, ()), Unanswered> {
    let scan = tokio::task::spawn_blocking(move || scan(&dir));
    let found = scan.await.map_err(|error| error.to_string())??;
    Ok((Data::Segments(found), ()))
}

fn scan(dir: &Path) -> Result<Segments, Unanswered> {
    let failed = |error: io::Error| Unanswered {
        error: format!("{}: {error}", dir.display()),
        why: match error.kind() {
            io::ErrorKind::NotFound => Why::Missing,
            _ => Why::Other,
        },
    };
    let mut segments = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let Some((topic, partition)) = name.to_str().and_then(partition_of) else { continue };
        // A partition that is deleted while we look is no failure.
        let Ok(files) = fs::read_dir(entry.path()) else { continue };
        let files: BTreeMap<String, Metadata> = files
            .flatten()
            .filter_map(|file| Some((file.file_name().into_string().ok()?, file.metadata().ok()?)))
            .collect();
        segments.extend(segments_of(topic, partition, &files));
        if segments.len() >= SEGMENTS_MAX {
            segments.truncate(SEGMENTS_MAX);
            break;
        }
    }
    segments.sort_by(|one, other| {
        (&one.topic, one.partition, one.base_offset).cmp(&(&other.topic, other.partition, other.base_offset))
    });
    Ok(Segments { dir: dir.display().to_string(), segments })
}

/// `orders-3`; directories that are being deleted or moved have a longer end.
fn partition_of(name: &str) -> Option<(&str, i32)> {
    let (topic, partition) = name.rsplit_once('-')?;
    Some((topic, partition.parse().ok().filter(|partition| *partition >= 0)?))
}

fn segments_of(topic: &str, partition: i32, files: &BTreeMap<String, Metadata>) -> Vec<Segment> {
    let logs: Vec<(&str, &Metadata)> =
        files.iter().filter_map(|(name, metadata)| Some((name.strip_suffix(".log")?, metadata))).collect();
    let last = logs.len().saturating_sub(1);
    let segment = |(index, (base, metadata)): (usize, &(&str, &Metadata))| {
        let modified = metadata.modified().ok().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        Some(Segment {
            topic: topic.to_owned(),
            partition,
            base_offset: base.parse().ok()?,
            size_bytes: i64::try_from(metadata.len()).ok()?,
            modified_ms: modified.and_then(|since| i64::try_from(since.as_millis()).ok()),
            trouble: trouble(base, metadata, files),
            active: index == last,
        })
    };
    logs.iter().enumerate().filter_map(segment).collect()
}

/// Entries of the offset index are 8 bytes, of the time index 12.
fn trouble(base: &str, log: &Metadata, files: &BTreeMap<String, Metadata>) -> String {
    for (suffix, entry_bytes) in [("index", 8), ("timeindex", 12)] {
        match files.get(&format!("{base}.{suffix}")) {
            None if log.len() > 0 => return format!("no {suffix}"),
            Some(index) if index.len() % entry_bytes != 0 => return format!("{suffix} cut"),
            _ => {}
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_known_by_their_directories() {
        for (name, expected) in [
            ("orders-3", Some(("orders", 3))),
            ("a-b-c-0", Some(("a-b-c", 0))),
            ("orders", None),
            ("orders-3.9f8e-delete", None),
            ("orders-x", None),
            ("meta.properties", None),
        ] {
            assert_eq!(partition_of(name), expected, "{name}");
        }
    }
}
