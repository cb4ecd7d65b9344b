use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use crate::record::RecordView;
use crate::schema::consumer_protocol::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use crate::schema::control::ControlRecord;
use crate::schema::group::GroupRecord;
use crate::schema::metadata::MetadataRecord;
use crate::schema::remote_log::RemoteLogRecord;
use crate::schema::share::ShareRecord;
use crate::schema::transaction::TransactionRecord;
use crate::schema::{self, Message, SchemaError};

/// What the keys and values of a topic mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decoder {
    /// Anything: shown as text, damaged UTF-8 replaced.
    #[default]
    Text,
    /// `__consumer_offsets`.
    Offsets,
    /// `__transaction_state`.
    Transactions,
    /// `__cluster_metadata` and its snapshots.
    Metadata,
    /// `__share_group_state`.
    Share,
    /// `__remote_log_metadata`.
    RemoteLog,
}

/// A record of one of Kafka's own topics.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Absent where the topic has no keys.
    pub key: Option<Value>,
    /// Absent in a tombstone.
    pub value: Option<Value>,
}

impl Decoder {
    const NAMES: [(Decoder, &'static str); 6] = [
        (Decoder::Text, "text"),
        (Decoder::Offsets, "offsets"),
        (Decoder::Transactions, "txn"),
        (Decoder::Metadata, "metadata"),
        (Decoder::Share, "share"),
        (Decoder::RemoteLog, "remote"),
    ];

    /// What a partition's directory, or a file in it, is about by its name.
    pub fn of_partition(name: &str) -> Self {
        match name.rsplit_once('-').map_or(name, |(topic, _)| topic) {
            "__consumer_offsets" => Self::Offsets,
            "__transaction_state" => Self::Transactions,
            "__cluster_metadata" => Self::Metadata,
            "__share_group_state" => Self::Share,
            "__remote_log_metadata" => Self::RemoteLog,
            _ => Self::Text,
        }
    }

    /// The record in the objects that Kafka's dump tool prints; `None` for [`Decoder::Text`], which has none.
    ///
    /// Errors: the bytes are not what the topic should hold, or are of a newer Kafka.
    pub fn decode(self, record: &RecordView<'_>) -> Result<Option<Decoded>, SchemaError> {
        macro_rules! keyed {
            ($set:ident, $refine:expr) => {{
                let decoded = $set::decode(record.key.unwrap_or_default(), record.value)?;
                let key = json!({ "type": decoded.type_id().to_string(), "data": decoded.key_json()? });
                let value = match record.value.and_then(|value| value.first_chunk()) {
                    Some(version) => {
                        let version = i16::from_be_bytes(*version);
                        let mut data = decoded.value_json(version)?;
                        $refine(&decoded, &mut data);
                        Some(json!({ "version": version.to_string(), "data": data }))
                    }
                    None => None,
                };
                Ok(Some(Decoded { key: Some(key), value }))
            }};
        }
        macro_rules! framed {
            ($set:ident, $name:expr) => {{
                let (decoded, version) = $set::decode_versioned(record.value.unwrap_or_default())?;
                let data = decoded.json(version)?;
                let value = json!({ "type": $name(decoded.name()), "version": version, "data": data });
                Ok(Some(Decoded { key: None, value: Some(value) }))
            }};
        }
        match self {
            Decoder::Text => Ok(None),
            Decoder::Offsets => keyed!(GroupRecord, show_members),
            Decoder::Transactions => keyed!(TransactionRecord, |_: &_, _: &mut Value| {}),
            Decoder::Share => keyed!(ShareRecord, |_: &_, _: &mut Value| {}),
            Decoder::Metadata => framed!(MetadataRecord, screaming_snake_case),
            Decoder::RemoteLog => framed!(RemoteLogRecord, str::to_owned),
        }
    }
}

/// The subscriptions and assignments inside a classic consumer group's value, which the group itself keeps as bytes.
fn show_members(record: &GroupRecord, data: &mut Value) {
    let GroupRecord::GroupMetadata(_, Some(group)) = record else { return };
    if group.protocol_type != "consumer" {
        return;
    }
    let shown = data.get_mut("members").and_then(Value::as_array_mut);
    for (shown, member) in shown.into_iter().flatten().zip(&group.members) {
        // What cannot be read stays as bytes.
        if let Ok(subscription) = prefixed_json::<ConsumerProtocolSubscription>(&member.subscription) {
            shown["subscription"] = subscription;
        }
        if let Ok(assignment) = prefixed_json::<ConsumerProtocolAssignment>(&member.assignment) {
            shown["assignment"] = assignment;
        }
    }
}

fn prefixed_json<M: Message>(bytes: &[u8]) -> Result<Value, SchemaError> {
    let Some(version) = bytes.first_chunk() else {
        return Err(SchemaError::Truncated { needed: 2, remaining: bytes.len() });
    };
    let version = i16::from_be_bytes(*version).min(*M::VERSIONS.end());
    schema::json(&schema::decode_prefixed_leniently::<M>(bytes)?, version)
}

/// What a control record says, as Kafka's dump tool prints it.
pub fn control_text(record: &RecordView<'_>) -> Result<String, SchemaError> {
    let control = ControlRecord::decode(record.key.unwrap_or_default(), record.value.unwrap_or_default())?;
    Ok(match &control {
        ControlRecord::Abort(marker) => {
            format!("endTxnMarker: ABORT coordinatorEpoch: {}", marker.coordinator_epoch)
        }
        ControlRecord::Commit(marker) => {
            format!("endTxnMarker: COMMIT coordinatorEpoch: {}", marker.coordinator_epoch)
        }
        ControlRecord::LeaderChange(change) => {
            format!("LeaderChange: {}", schema::json(change, change.version)?)
        }
        ControlRecord::SnapshotHeader(header) => {
            format!("SnapshotHeader {}", schema::json(header, header.version)?)
        }
        ControlRecord::SnapshotFooter(footer) => {
            format!("SnapshotFooter {}", schema::json(footer, footer.version)?)
        }
        ControlRecord::KRaftVersion(version) => {
            format!("KRaftVersion {}", schema::json(version, version.version)?)
        }
        ControlRecord::Voters(voters) => format!("KRaftVoters {}", schema::json(voters, voters.version)?),
    })
}

/// `TopicRecord` as Kafka's enum has it: `TOPIC_RECORD`.
fn screaming_snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for (index, letter) in name.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

impl fmt::Display for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(decoder, _)| decoder == self).map_or("text", |(_, name)| name);
        f.write_str(name)
    }
}

/// A text that names no decoder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("decoder \"{0}\" is none of text, offsets, txn, metadata, share, remote")]
pub struct UnknownDecoder(String);

impl FromStr for Decoder {
    type Err = UnknownDecoder;

    fn from_str(text: &str) -> Result<Self, UnknownDecoder> {
        let known = Self::NAMES.iter().find(|(_, name)| *name == text);
        known.map(|(decoder, _)| *decoder).ok_or_else(|| UnknownDecoder(text.to_owned()))
    }
}
