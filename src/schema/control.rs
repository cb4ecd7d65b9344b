//! Control records: transaction markers, and what KRaft writes into its own log.
//!
//! The key is a version and a type, both int16. The value of a transaction marker starts with its version; that of
//! a KRaft record has its version as first field.

use super::{Message, SchemaError};

super::include_definitions!("control");

/// The version of every control record's key (`ControlRecordType`).
const KEY_VERSION: i16 = 0;

/// A control record, by the type in its key.
#[derive(Debug, Clone, PartialEq)]
pub enum ControlRecord {
    Abort(EndTxnMarker),
    Commit(EndTxnMarker),
    LeaderChange(LeaderChangeMessage),
    SnapshotHeader(SnapshotHeaderRecord),
    SnapshotFooter(SnapshotFooterRecord),
    KRaftVersion(KRaftVersionRecord),
    Voters(VotersRecord),
}

impl ControlRecord {
    /// Decodes key and value of a control record. Types that Kafka 4.3 does not know are an error, which a reader
    /// may skip.
    pub fn decode(key: &[u8], value: &[u8]) -> Result<Self, SchemaError> {
        Ok(match control_type(key)? {
            0 => Self::Abort(super::decode_prefixed_leniently(value)?),
            1 => Self::Commit(super::decode_prefixed_leniently(value)?),
            2 => Self::LeaderChange(decode_versioned(value)?),
            3 => Self::SnapshotHeader(decode_versioned(value)?),
            4 => Self::SnapshotFooter(decode_versioned(value)?),
            5 => Self::KRaftVersion(decode_versioned(value)?),
            6 => Self::Voters(decode_versioned(value)?),
            id => return Err(SchemaError::UnknownType { kind: "control record", id: id.into() }),
        })
    }

    /// The bytes of key and value.
    pub fn encode(&self) -> Result<(Vec<u8>, Vec<u8>), SchemaError> {
        let key = [KEY_VERSION.to_be_bytes(), self.type_id().to_be_bytes()].concat();
        let mut value = Vec::new();
        match self {
            Self::Abort(marker) | Self::Commit(marker) => super::encode_prefixed(marker, 0, &mut value),
            Self::LeaderChange(record) => super::encode(record, record.version, &mut value),
            Self::SnapshotHeader(record) => super::encode(record, record.version, &mut value),
            Self::SnapshotFooter(record) => super::encode(record, record.version, &mut value),
            Self::KRaftVersion(record) => super::encode(record, record.version, &mut value),
            Self::Voters(record) => super::encode(record, record.version, &mut value),
        }?;
        Ok((key, value))
    }

    pub const fn type_id(&self) -> i16 {
        match self {
            Self::Abort(_) => 0,
            Self::Commit(_) => 1,
            Self::LeaderChange(_) => 2,
            Self::SnapshotHeader(_) => 3,
            Self::SnapshotFooter(_) => 4,
            Self::KRaftVersion(_) => 5,
            Self::Voters(_) => 6,
        }
    }
}

/// The type in the key of a control record. Newer key versions are read as this one, as in Kafka.
pub fn control_type(key: &[u8]) -> Result<i16, SchemaError> {
    let (version, rest) = super::message::split_version(key)?;
    if version < KEY_VERSION {
        return Err(SchemaError::UnknownVersion { name: "control record key", version: version.into() });
    }
    Ok(super::message::split_version(rest)?.0)
}

fn decode_versioned<M: Message>(value: &[u8]) -> Result<M, SchemaError> {
    let (version, _) = super::message::split_version(value)?;
    super::decode(value, version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_records_come_back() {
        let voter = leader_change_message::Voter { voter_id: 1, ..Default::default() };
        let records = [
            (ControlRecord::Abort(EndTxnMarker { coordinator_epoch: 7 }), 0),
            (ControlRecord::Commit(EndTxnMarker { coordinator_epoch: 7 }), 1),
            (
                ControlRecord::LeaderChange(LeaderChangeMessage {
                    version: 0,
                    leader_id: 1,
                    voters: vec![voter.clone()],
                    granting_voters: vec![voter],
                }),
                2,
            ),
            (
                ControlRecord::SnapshotHeader(SnapshotHeaderRecord {
                    version: 0,
                    last_contained_log_timestamp: 5,
                }),
                3,
            ),
            (ControlRecord::SnapshotFooter(SnapshotFooterRecord { version: 0 }), 4),
            (ControlRecord::KRaftVersion(KRaftVersionRecord { version: 0, k_raft_version: 1 }), 5),
            (ControlRecord::Voters(VotersRecord::default()), 6),
        ];
        for (record, type_id) in records {
            let (key, value) = record.encode().unwrap();
            assert_eq!(key, [0, 0, 0, type_id]);
            assert_eq!(ControlRecord::decode(&key, &value).unwrap(), record);
        }
        assert!(ControlRecord::decode(&[0, 0, 0, 7], &[0, 0]).is_err());
        assert!(ControlRecord::decode(&[0xff, 0xff, 0, 0], &[0, 0, 0, 0, 0, 0]).is_err());
    }
}
