//! Messages of one log as one enum. The definitions' files name the set, the build lists its variants.

/// Records whose value starts with a frame version, the type and the version, as varints.
macro_rules! framed_set {
    ($set:ident { $($id:literal => $variant:ident($record:ident),)* }) => {
        /// A record, by its type.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::large_enum_variant)]
        pub enum $set {
            $($variant($record),)*
        }

        impl $set {
            /// Decodes the value of a record.
            pub fn decode(value: &[u8]) -> Result<Self, $crate::schema::SchemaError> {
                Self::decode_versioned(value).map(|(record, _)| record)
            }

            /// Decodes the value of a record, and says which version it was written in.
            pub fn decode_versioned(value: &[u8]) -> Result<(Self, i16), $crate::schema::SchemaError> {
                let (id, version, body) = $crate::schema::set::split_frame(value)?;
                let record = match id {
                    $($id => Self::$variant($crate::schema::decode(body, version)?),)*
                    id => return Err($crate::schema::SchemaError::UnknownType { kind: stringify!($set), id: id.into() }),
                };
                Ok((record, version))
            }

            /// Appends the value of a record in `version`.
            pub fn encode(&self, version: i16, output: &mut Vec<u8>) -> Result<(), $crate::schema::SchemaError> {
                $crate::schema::set::put_frame(self.type_id(), version, output);
                match self {
                    $(Self::$variant(record) => $crate::schema::encode(record, version, output),)*
                }
            }

            /// The record's fields in `version` as Kafka prints them.
            pub fn json(&self, version: i16) -> Result<serde_json::Value, $crate::schema::SchemaError> {
                match self {
                    $(Self::$variant(record) => $crate::schema::json(record, version),)*
                }
            }

            pub const fn type_id(&self) -> u16 {
                match self {
                    $(Self::$variant(_) => $id,)*
                }
            }

            /// Kafka's name of the record.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => <$record as $crate::schema::Message>::NAME,)*
                }
            }

            pub const fn versions(&self) -> std::ops::RangeInclusive<i16> {
                match self {
                    $(Self::$variant(_) => <$record as $crate::schema::Message>::VERSIONS,)*
                }
            }
        }

        $(impl From<$record> for $set {
            fn from(record: $record) -> Self {
                Self::$variant(record)
            }
        })*
    };
}

/// Records of a compacted log: the key starts with the type as int16, the value with its version. Without a value the
/// record is a tombstone.
macro_rules! keyed_set {
    ($set:ident { $($id:literal => $variant:ident($key:ident, $value:ident),)* }) => {
        /// A record, by the type in its key. Without a value it is a tombstone.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::large_enum_variant)]
        pub enum $set {
            $($variant($key, Option<$value>),)*
        }

        impl $set {
            /// Decodes key and value of a record.
            pub fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Self, $crate::schema::SchemaError> {
                let (id, key) = $crate::schema::message::split_version(key)?;
                match id {
                    $($id => {
                        let key = $crate::schema::decode(key, 0)?;
                        Ok(Self::$variant(key, value.map($crate::schema::decode_prefixed).transpose()?))
                    })*
                    id => Err($crate::schema::SchemaError::UnknownType { kind: stringify!($set), id: id.into() }),
                }
            }

            /// The bytes of key and value, the value in `version`.
            pub fn encode(&self, version: i16) -> Result<(Vec<u8>, Option<Vec<u8>>), $crate::schema::SchemaError> {
                let mut key_bytes = self.type_id().to_be_bytes().to_vec();
                let mut value_bytes = Vec::new();
                let has_value = match self {
                    $(Self::$variant(key, value) => {
                        $crate::schema::encode(key, 0, &mut key_bytes)?;
                        if let Some(value) = value {
                            $crate::schema::encode_prefixed(value, version, &mut value_bytes)?;
                        }
                        value.is_some()
                    })*
                };
                Ok((key_bytes, has_value.then_some(value_bytes)))
            }

            /// The key's fields as Kafka prints them.
            pub fn key_json(&self) -> Result<serde_json::Value, $crate::schema::SchemaError> {
                match self {
                    $(Self::$variant(key, _) => $crate::schema::json(key, 0),)*
                }
            }

            /// The value's fields in `version` as Kafka prints them; null for a tombstone.
            pub fn value_json(&self, version: i16) -> Result<serde_json::Value, $crate::schema::SchemaError> {
                match self {
                    $(Self::$variant(_, Some(value)) => $crate::schema::json(value, version),)*
                    _ => Ok(serde_json::Value::Null),
                }
            }

            pub const fn type_id(&self) -> i16 {
                match self {
                    $(Self::$variant(..) => $id,)*
                }
            }
        }
    };
}

pub(super) use {framed_set, keyed_set};

use super::SchemaError;
use super::codec::{read_uvarint, write_uvarint};

/// The only one so far (`AbstractApiMessageSerde`).
const FRAME_VERSION: u32 = 1;

/// Type, version and body of a value.
pub(super) fn split_frame(value: &[u8]) -> Result<(u16, i16, &[u8]), SchemaError> {
    let mut body = value;
    let frame_version = read_uvarint(&mut body)?;
    if frame_version != FRAME_VERSION {
        return Err(SchemaError::UnknownVersion { name: "record frame", version: frame_version.into() });
    }
    let id = read_uvarint(&mut body)?;
    let id = u16::try_from(id).map_err(|_| SchemaError::UnknownType { kind: "record", id: id.into() })?;
    let version = read_uvarint(&mut body)?;
    let version = i16::try_from(version)
        .map_err(|_| SchemaError::UnknownVersion { name: "record", version: version.into() })?;
    Ok((id, version, body))
}

pub(super) fn put_frame(id: u16, version: i16, output: &mut Vec<u8>) {
    write_uvarint(output, FRAME_VERSION);
    write_uvarint(output, id.into());
    write_uvarint(output, version as u32);
}
