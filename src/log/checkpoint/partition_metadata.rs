//! `partition.metadata`: the id of the topic whose records lie beside it (`PartitionMetadataFile`).

use super::super::dir::{Dir, replace_file};
use super::super::error::{Context, Result};
use super::{corrupt, read_text};
use crate::names::{TopicId, uuid_parse, uuid_text};

pub const PARTITION_METADATA_FILE: &str = "partition.metadata";

/// `None` where there is no such file, as in directories from before topic ids.
pub fn read_topic_id(dir: &dyn Dir) -> Result<Option<TopicId>> {
    let name = PARTITION_METADATA_FILE;
    let Some(text) = read_text(dir, name)? else { return Ok(None) };
    let mut lines = text.lines();
    if lines.next() != Some("version: 0") {
        return Err(corrupt(dir, name, "its first line is not \"version: 0\""));
    }
    let id = lines.next().and_then(|line| line.strip_prefix("topic_id: ")).and_then(uuid_parse);
    match id {
        Some(id) if !id.is_nil() => Ok(Some(TopicId(id))),
        _ => Err(corrupt(dir, name, "its second line is not \"topic_id: \" and an id")),
    }
}

/// Durable on return: records of a topic must never lie in a directory that cannot say whose they are.
pub fn write_topic_id(dir: &dyn Dir, id: TopicId) -> Result<()> {
    let name = PARTITION_METADATA_FILE;
    let text = format!("version: 0\ntopic_id: {}", uuid_text(&id.0));
    replace_file(dir, name, text.as_bytes()).context("replace", name, dir)
}
