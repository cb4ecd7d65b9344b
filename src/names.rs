//! The nouns that everything else is about, as types that cannot be swapped for one another.
//!
//! Topic names are `Arc<str>`s of their own, never slices of a network frame: a ten-byte name kept in a map would
//! otherwise pin the whole frame.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

pub use uuid::Uuid;

/// A topic's name. Cheap to clone; equality and hashing are by text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicName(Arc<str>);

impl TopicName {
    /// Longest name Kafka accepts (`org.apache.kafka.common.internals.Topic`).
    pub const CHARS_MAX: usize = 249;

    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Kafka's own topics, which clients may not write to (`Topic.isInternal`).
    pub fn is_internal(&self) -> bool {
        matches!(&*self.0, "__consumer_offsets" | "__transaction_state" | "__share_group_state")
    }

    /// Kafka's rule for a legal topic name (`Topic.validate`): 1 to 249 of `[a-zA-Z0-9._-]`, not `.` or `..`.
    ///
    /// Errors say what is wrong in Kafka's terms.
    pub fn validate(name: &str) -> Result<(), InvalidTopicName> {
        if name.is_empty() {
            return Err(InvalidTopicName::Empty);
        }
        if name == "." || name == ".." {
            return Err(InvalidTopicName::Dots);
        }
        if name.chars().count() > Self::CHARS_MAX {
            return Err(InvalidTopicName::TooLong { name: name.to_owned() });
        }
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
            return Err(InvalidTopicName::IllegalCharacter { name: name.to_owned() });
        }
        Ok(())
    }
}

/// Why a text cannot name a topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTopicName {
    #[error("topic name is empty")]
    Empty,
    #[error("topic name cannot be \".\" or \"..\"")]
    Dots,
    #[error("topic name \"{name}\" is longer than {} characters", TopicName::CHARS_MAX)]
    TooLong { name: String },
    #[error("topic name \"{name}\" has a character other than ASCII letters, digits, '.', '_' and '-'")]
    IllegalCharacter { name: String },
}

impl Borrow<str> for TopicName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for TopicName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for TopicName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl fmt::Debug for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One partition of a topic, by name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    pub topic: TopicName,
    pub partition: PartitionId,
}

impl TopicPartition {
    pub fn new(topic: impl Into<TopicName>, partition: i32) -> Self {
        Self { topic: topic.into(), partition: PartitionId(partition) }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

impl fmt::Debug for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[repr(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self(value)
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

number!(
    /// The number of a partition within its topic, from 0.
    PartitionId(i32)
);
number!(
    /// A record's place in its partition. Not a file position and not a count.
    Offset(i64)
);
number!(
    /// Counts the leaders a partition has had; -1 means unknown.
    LeaderEpoch(i32)
);
number!(
    /// Counts the changes of a partition's registration in the metadata log.
    PartitionEpoch(i32)
);
number!(
    /// The id of an idempotent or transactional producer; -1 means none.
    ProducerId(i64)
);
number!(
    /// Fences older producers of the same id; -1 means none.
    ProducerEpoch(i16)
);
number!(
    /// A node's number in the cluster.
    BrokerId(i32)
);
number!(
    /// A broker registration's epoch: the metadata offset of its record.
    BrokerEpoch(i64)
);

impl Offset {
    pub const NONE: Offset = Offset(-1);

    /// Stops at the ends of the range: offsets from files and peers may be anything.
    pub fn plus(self, records: i64) -> Offset {
        Offset(self.0.saturating_add(records))
    }
}

impl LeaderEpoch {
    pub const NONE: LeaderEpoch = LeaderEpoch(-1);
}

impl ProducerId {
    pub const NONE: ProducerId = ProducerId(-1);
}

impl ProducerEpoch {
    pub const NONE: ProducerEpoch = ProducerEpoch(-1);

    /// The epoch that fences this one; the largest one stays.
    pub fn next(self) -> ProducerEpoch {
        ProducerEpoch(self.0.saturating_add(1))
    }
}

/// A topic's id: stays when nothing else does, new when a name is created again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TopicId(pub Uuid);

impl TopicId {
    pub const ZERO: TopicId = TopicId(Uuid::nil());
    /// The id of `__cluster_metadata` (`Uuid.METADATA_TOPIC_ID`).
    pub const METADATA: TopicId = TopicId(Uuid::from_u128(1));
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&uuid_text(&self.0))
    }
}

impl fmt::Debug for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const UUID_ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Kafka's text of a UUID: 22 characters of unpadded base64url (`org.apache.kafka.common.Uuid.toString`).
pub fn uuid_text(id: &Uuid) -> String {
    let bits = id.as_u128();
    // 21 characters carry 126 bits; the last carries the two that are left, above four zero bits.
    let mut text: String =
        (0..21).map(|index| UUID_ALPHABET[(bits >> (122 - 6 * index)) as usize & 63] as char).collect();
    text.push(UUID_ALPHABET[((bits & 3) << 4) as usize] as char);
    text
}

/// Reads [`uuid_text`] back; `None` for anything else, as `Uuid.fromString` throws. As there, padding may follow, and
/// the four bits that mean nothing may be set.
pub fn uuid_parse(text: &str) -> Option<Uuid> {
    let text = text.strip_suffix("==").unwrap_or(text);
    if text.len() != 22 {
        return None;
    }
    let mut sextets = text.bytes().map(|byte| UUID_ALPHABET.iter().position(|&letter| letter == byte));
    let mut bits: u128 = 0;
    for _ in 0..21 {
        bits = bits << 6 | sextets.next()?? as u128;
    }
    let last = sextets.next()?? as u128;
    Some(Uuid::from_u128(bits << 2 | last >> 4))
}

/// Draws a UUID as Kafka does (`Uuid.randomUuid`): version 4, and neither reserved nor starting with `-`,
/// which a shell would take for an option. `random` gives 128 fresh bits a call.
pub fn uuid_draw(mut random: impl FnMut() -> u128) -> Uuid {
    loop {
        let id = uuid::Builder::from_random_bytes(random().to_be_bytes()).into_uuid();
        if id.as_u128() > 100 && !uuid_text(&id).starts_with('-') {
            return id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a table below the header, each cut into as many columns as the header has.
    fn golden<const COLUMNS: usize>(file: &str) -> Vec<[String; COLUMNS]> {
        let text = std::fs::read_to_string(format!("tests/golden/hash/{file}")).unwrap();
        let row = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
        text.lines().skip(1).map(row).collect()
    }

    #[test]
    fn uuids_read_and_write_as_kafka_does() {
        for [bytes, text, note] in golden("uuid.tsv") {
            let id = uuid_parse(&text).unwrap();
            assert_eq!((id.simple().to_string(), uuid_text(&id)), (bytes, text), "{note}");
        }
    }

    #[test]
    fn texts_that_are_ids_are_those_that_kafka_reads() {
        for [text, expected] in golden("uuid-parse.tsv") {
            let parsed = uuid_parse(&text).map(|id| id.simple().to_string());
            assert_eq!(parsed, Some(expected).filter(|it| !it.starts_with("error")), "{text:?}");
        }
    }

    #[test]
    fn topic_names_are_judged_as_kafka_does() {
        for [name, valid, internal, _, error] in golden("topic-names.tsv") {
            let name = name.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0");
            let verdict = TopicName::validate(&name);
            assert_eq!((verdict.is_ok(), verdict.is_ok()), (valid == "true", error.is_empty()), "{name:?}");
            assert_eq!(TopicName::new(&name).is_internal(), internal == "true", "{name:?}");
        }
    }
}
