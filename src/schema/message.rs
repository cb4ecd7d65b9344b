use std::ops::RangeInclusive;

use bytes::Buf;

use super::SchemaError;
use super::codec::{Reader, Writer};
use super::json::Json;
use super::sink::Sink;

/// A message of Kafka's schema language in all its versions. Its default is Kafka's: a nullable field without a
/// default of its own is empty, not null.
pub trait Message: Default {
    const NAME: &'static str;
    const VERSIONS: RangeInclusive<i16>;
    /// The first version with compact lengths and tagged fields (KIP-482).
    const FLEXIBLE_FROM: Option<i16>;

    /// Reads the fields of `version`, which must be one of [`VERSIONS`](Self::VERSIONS); others keep their default.
    fn read<B: Buf>(reader: &mut Reader<'_, B>, version: i16) -> Result<Self, SchemaError>;

    /// Writes the fields of `version`, which must be one of [`VERSIONS`](Self::VERSIONS).
    fn write<S: Sink>(&self, sink: &mut S, version: i16) -> Result<(), SchemaError>;

    fn is_flexible(version: i16) -> bool {
        Self::FLEXIBLE_FROM.is_some_and(|from| version >= from)
    }
}

/// Decodes a message that takes up all of `input`. Unknown tagged fields are skipped.
pub fn decode<M: Message>(mut input: &[u8], version: i16) -> Result<M, SchemaError> {
    let message = decode_front(&mut input, version)?;
    match input.len() {
        0 => Ok(message),
        count => Err(SchemaError::TrailingBytes { count }.in_message(M::NAME, version)),
    }
}

/// Decodes a message off the front of `input`.
pub fn decode_front<M: Message>(input: &mut impl Buf, version: i16) -> Result<M, SchemaError> {
    check_version::<M>(version)?;
    M::read(&mut Reader::new(input, M::is_flexible(version)), version)
        .map_err(|error| error.in_message(M::NAME, version))
}

/// Appends a message to `output`.
pub fn encode<M: Message>(message: &M, version: i16, output: &mut Vec<u8>) -> Result<(), SchemaError> {
    check_version::<M>(version)?;
    message
        .write(&mut Writer::new(output, M::is_flexible(version)), version)
        .map_err(|error| error.in_message(M::NAME, version))
}

/// The message as Kafka's own converters and its dump tool print it.
pub fn json<M: Message>(message: &M, version: i16) -> Result<serde_json::Value, SchemaError> {
    check_version::<M>(version)?;
    let mut json = Json::object();
    message.write(&mut json, version).map_err(|error| error.in_message(M::NAME, version))?;
    Ok(json.into_value())
}

/// Decodes a message that stands behind its version as int16.
pub fn decode_prefixed<M: Message>(input: &[u8]) -> Result<M, SchemaError> {
    let (version, body) = split_version(input)?;
    decode(body, version)
}

/// Decodes a message that stands behind its version as int16 and may come from a newer release: unknown versions are
/// read as the newest known, and bytes after it are ignored.
pub fn decode_prefixed_leniently<M: Message>(input: &[u8]) -> Result<M, SchemaError> {
    let (version, mut body) = split_version(input)?;
    decode_front(&mut body, version.min(*M::VERSIONS.end()))
}

/// Appends a message behind its version as int16.
pub fn encode_prefixed<M: Message>(
    message: &M,
    version: i16,
    output: &mut Vec<u8>,
) -> Result<(), SchemaError> {
    output.extend_from_slice(&version.to_be_bytes());
    encode(message, version, output)
}

/// Takes the int16 off the front of a key or value.
pub(super) fn split_version(input: &[u8]) -> Result<(i16, &[u8]), SchemaError> {
    match input.split_first_chunk() {
        Some((version, body)) => Ok((i16::from_be_bytes(*version), body)),
        None => Err(SchemaError::Truncated { needed: 2, remaining: input.len() }),
    }
}

fn check_version<M: Message>(version: i16) -> Result<(), SchemaError> {
    if M::VERSIONS.contains(&version) {
        Ok(())
    } else {
        Err(SchemaError::UnknownVersion { name: M::NAME, version: version.into() })
    }
}
