//! What the names in a log directory mean (`LogFileUtils`, `LocalLog.parseTopicPartitionName`).

use crate::names::{Offset, PartitionId, TopicName, TopicPartition, Uuid};

pub(crate) const LOG: &str = ".log";
pub(crate) const OFFSET_INDEX: &str = ".index";
pub(crate) const TIME_INDEX: &str = ".timeindex";
pub(crate) const TXN_INDEX: &str = ".txnindex";
pub(crate) const SNAPSHOT: &str = ".snapshot";
pub(crate) const DELETED: &str = ".deleted";
pub(crate) const CLEANED: &str = ".cleaned";
pub(crate) const SWAP: &str = ".swap";

/// The name of a file that belongs to `offset`: twenty digits and a suffix.
pub(crate) fn offset_file(offset: Offset, suffix: &str) -> String {
    format!("{:020}{suffix}", offset.0)
}

/// The offset and suffix of a file of a partition; `None` for files that are not named so.
pub(crate) fn parse_offset_file(name: &str) -> Option<(Offset, &str)> {
    let (digits, suffix) = name.split_at_checked(20)?;
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits && suffix.starts_with('.')).then_some(())?;
    Some((Offset(digits.parse().ok()?), suffix))
}

/// What a sub-directory of a log directory is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionDir {
    /// `topic-0`: a replica.
    Current(TopicPartition),
    /// `topic-0.<id>-future`: a replica on its way here from another log directory.
    Future(TopicPartition),
    /// `topic-0.<id>-delete`: to be removed.
    Delete(TopicPartition),
    /// `topic-0.<id>-stray`: of a topic the metadata does not know; kept aside.
    Stray(TopicPartition),
}

impl PartitionDir {
    /// `None` for a directory that holds no replica.
    pub fn parse(name: &str) -> Option<Self> {
        type Kind = fn(TopicPartition) -> PartitionDir;
        const SUFFIXES: [(&str, Kind); 3] = [
            ("-future", PartitionDir::Future),
            ("-delete", PartitionDir::Delete),
            ("-stray", PartitionDir::Stray),
        ];
        for (suffix, kind) in SUFFIXES {
            if let Some((partition, _id)) = name.strip_suffix(suffix).and_then(|rest| rest.rsplit_once('.')) {
                return parse_partition(partition).map(kind);
            }
        }
        parse_partition(name).map(Self::Current)
    }
}

fn parse_partition(name: &str) -> Option<TopicPartition> {
    let (topic, partition) = name.rsplit_once('-')?;
    TopicName::validate(topic).ok()?;
    let all_digits = !partition.is_empty() && partition.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then_some(())?;
    Some(TopicPartition { topic: TopicName::new(topic), partition: PartitionId(partition.parse().ok()?) })
}

/// The name of the directory of a replica that is to be removed; long topic names are cut so that it fits.
pub fn delete_dir_name(partition: &TopicPartition, id: Uuid) -> String {
    capped_dir_name(partition, id, "-delete")
}

/// The name of the directory of a replica the metadata does not know.
pub fn stray_dir_name(partition: &TopicPartition, id: Uuid) -> String {
    capped_dir_name(partition, id, "-stray")
}

pub fn future_dir_name(partition: &TopicPartition, id: Uuid) -> String {
    format!("{partition}.{}-future", id.simple())
}

fn capped_dir_name(partition: &TopicPartition, id: Uuid, suffix: &str) -> String {
    const NAME_BYTES_MAX: usize = 255;
    let tail = format!("-{}.{}{suffix}", partition.partition, id.simple());
    let topic = partition.topic.as_str();
    format!("{}{tail}", &topic[..topic.len().min(NAME_BYTES_MAX - tail.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_names_are_split_at_the_last_dash() {
        let partition = TopicPartition::new("a.b-c_d-0", 1);
        assert_eq!(PartitionDir::parse("a.b-c_d-0-1"), Some(PartitionDir::Current(partition)));
        let ghost = TopicPartition::new("ghost", 0);
        for (name, expected) in [
            ("ghost-0", Some(PartitionDir::Current(ghost.clone()))),
            ("ghost-0.4f2507371d1a4d338c47e58937d7f156-stray", Some(PartitionDir::Stray(ghost.clone()))),
            ("ghost-0.4f2507371d1a4d338c47e58937d7f156-delete", Some(PartitionDir::Delete(ghost.clone()))),
            ("ghost-0.09ef9eab1df14ffd813ac144236d1d94-future", Some(PartitionDir::Future(ghost.clone()))),
            ("ghost", None),
            ("-0", None),
            ("ghost-", None),
            ("ghost-x", None),
            ("ghost-99999999999", None),
            ("remote-log-index-cache", None),
        ] {
            assert_eq!(PartitionDir::parse(name), expected, "{name}");
        }
    }

    #[test]
    fn long_names_fit_a_file_system() {
        let partition = TopicPartition::new("t".repeat(249).as_str(), 12);
        let name = delete_dir_name(&partition, Uuid::from_u128(7));
        assert_eq!(name.len(), 255);
        assert!(matches!(PartitionDir::parse(&name), Some(PartitionDir::Delete(_))));
    }

    #[test]
    fn offset_files_have_twenty_digits() {
        assert_eq!(offset_file(Offset(42), LOG), "00000000000000000042.log");
        assert_eq!(parse_offset_file("00000000000000000042.log"), Some((Offset(42), ".log")));
        assert_eq!(parse_offset_file("00000000000000000042.log.deleted"), Some((Offset(42), ".log.deleted")));
        for name in
            ["42.log", "leader-epoch-checkpoint", "99999999999999999999.log", "0000000000000000004é.log"]
        {
            assert_eq!(parse_offset_file(name), None, "{name}");
        }
    }
}
