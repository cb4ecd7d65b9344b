//! The small files beside the logs, in Kafka's formats: text, replaced as a whole, read with bounds.

mod clean_shutdown;
mod epochs;
mod meta_properties;
mod offsets;
mod partition_metadata;

pub use clean_shutdown::CleanShutdown;
pub(crate) use epochs::write_epochs_unsynced;
pub use epochs::{EPOCHS_FILE, EpochStart, read_epochs};
pub use meta_properties::{META_PROPERTIES_FILE, MetaProperties};
pub use offsets::{OffsetCheckpoint, read_offsets, read_offsets_or_none, write_offsets};
pub use partition_metadata::{PARTITION_METADATA_FILE, read_topic_id, write_topic_id};

use std::fmt::Display;
use std::str::FromStr;

use super::dir::{Dir, read_file, replace_file};
use super::error::{Context, LogError, Result};

/// Larger files than this are not ours: a million partitions of the longest names fit.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// The text of a file; `None` if it is not there.
fn read_text(dir: &dyn Dir, name: &str) -> Result<Option<String>> {
    let Some(bytes) = read_file(dir, name, FILE_BYTES_MAX).context("read", name, dir)? else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes).map_err(|_| corrupt(dir, name, "it is not UTF-8 text"))?;
    Ok(Some(text))
}

/// Reads Kafka's `CheckpointFile`: a line with the version, one with the count, then a line an entry. A file that
/// is missing or, as Kafka leaves it until first written, empty has no entries.
fn read_lines<T>(dir: &dyn Dir, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>> {
    let text = read_text(dir, name)?.unwrap_or_default();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    // A number that was cut short would still read as a number.
    if !text.ends_with('\n') {
        return Err(corrupt(dir, name, "its last line is cut short"));
    }
    let mut lines = text.lines();
    if lines.next() != Some("0") {
        return Err(corrupt(dir, name, "its first line is not version 0"));
    }
    let count: Option<usize> = lines.next().and_then(|line| line.parse().ok());
    let Some(count) = count else { return Err(corrupt(dir, name, "its second line is not a count")) };
    let mut entries = Vec::new();
    for line in lines {
        let Some(entry) = parse(line) else {
            return Err(corrupt(dir, name, &format!("line \"{line}\" is not an entry")));
        };
        entries.push(entry);
    }
    if entries.len() != count {
        return Err(corrupt(dir, name, &format!("it announces {count} entries and has {}", entries.len())));
    }
    Ok(entries)
}

fn write_lines<T: Display>(dir: &dyn Dir, name: &str, entries: &[T]) -> Result<()> {
    replace_file(dir, name, lines_of(entries).as_bytes()).context("replace", name, dir)
}

fn lines_of<T: Display>(entries: &[T]) -> String {
    let mut text = format!("0\n{}\n", entries.len());
    for entry in entries {
        text += &format!("{entry}\n");
    }
    text
}

fn corrupt(dir: &dyn Dir, name: &str, reason: &str) -> LogError {
    LogError::Corrupt {
        file: name.to_owned(),
        dir: dir.path().display().to_string(),
        reason: reason.to_owned(),
    }
}

/// The next blank-separated word of a line as a number of no sign but minus.
fn number<T: FromStr>(word: Option<&str>) -> Option<T> {
    let word = word?;
    if word.starts_with('+') { None } else { word.parse().ok() }
}
