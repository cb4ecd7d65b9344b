//! What stands before a body in a frame (`RequestHeader.json`, `ResponseHeader.json`). Tagged fields of headers, of
//! which Kafka has none so far, are skipped.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::protocol::StrBytes;

use super::{ApiKey, Direction, WireError};
use crate::schema::SchemaError;
use crate::schema::codec::{Reader, STRING_BYTES_MAX};

const NO_TAGGED_FIELDS: u8 = 0;

/// The header of a request, version 1 or 2 as the API's version demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHeader {
    pub api_key: i16,
    pub api_version: i16,
    pub correlation_id: i32,
    pub client_id: Option<StrBytes>,
}

impl RequestHeader {
    /// Takes the header off the front of a frame. An unknown key is an error, for the header's own version depends
    /// on it; an unknown version is not, so that the broker can answer UNSUPPORTED_VERSION.
    pub fn decode(frame: &mut Bytes) -> Result<Self, WireError> {
        let malformed = |reason| WireError::MalformedHeader { direction: Direction::Request, reason };
        // The client id has a two-byte length in flexible headers too, hence the rigid reader.
        let mut reader = Reader::new(frame, false);
        let api_key = reader.int16().map_err(malformed)?;
        let api_version = reader.int16().map_err(malformed)?;
        let api = ApiKey::from_key(api_key).ok_or(WireError::UnknownApi { key: api_key })?;
        let correlation_id = reader.int32().map_err(malformed)?;
        let client_id = reader.nullable_string().map_err(malformed)?;
        let flexible = api.request_header_version(api_version) >= 2;
        skip_tagged_fields(frame, flexible).map_err(malformed)?;
        Ok(Self { api_key, api_version, correlation_id, client_id })
    }

    pub fn encode(&self, into: &mut BytesMut) -> Result<(), WireError> {
        let api = ApiKey::from_key(self.api_key).ok_or(WireError::UnknownApi { key: self.api_key })?;
        let client_id = self.client_id.as_deref();
        if client_id.map(str::len) > Some(STRING_BYTES_MAX) {
            let reason =
                SchemaError::TooLong { length: client_id.map_or(0, str::len), max: STRING_BYTES_MAX };
            return Err(WireError::MalformedHeader { direction: Direction::Request, reason });
        }
        into.put_i16(self.api_key);
        into.put_i16(self.api_version);
        into.put_i32(self.correlation_id);
        into.put_i16(client_id.map_or(-1, |text| text.len() as i16));
        into.put_slice(client_id.unwrap_or("").as_bytes());
        if api.request_header_version(self.api_version) >= 2 {
            into.put_u8(NO_TAGGED_FIELDS);
        }
        Ok(())
    }
}

/// The header of a response: version 0, or 1 with tagged fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseHeader {
    pub correlation_id: i32,
}

impl ResponseHeader {
    /// Takes the header off the front of a frame; api and version are those of the request it answers.
    pub fn decode(api: ApiKey, api_version: i16, frame: &mut Bytes) -> Result<Self, WireError> {
        let malformed = |reason| WireError::MalformedHeader { direction: Direction::Response, reason };
        let correlation_id = Reader::new(frame, false).int32().map_err(malformed)?;
        let flexible = api.response_header_version(api_version) >= 1;
        skip_tagged_fields(frame, flexible).map_err(malformed)?;
        Ok(Self { correlation_id })
    }

    pub fn encode(&self, api: ApiKey, api_version: i16, into: &mut BytesMut) {
        into.put_i32(self.correlation_id);
        if api.response_header_version(api_version) >= 1 {
            into.put_u8(NO_TAGGED_FIELDS);
        }
    }
}

fn skip_tagged_fields(input: &mut impl Buf, flexible: bool) -> Result<(), SchemaError> {
    Reader::new(input, flexible).tagged_fields(|_, _| Ok(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(api: ApiKey, api_version: i16, client_id: Option<&'static str>) -> RequestHeader {
        let client_id = client_id.map(StrBytes::from_static_str);
        RequestHeader { api_key: api.key(), api_version, correlation_id: 7, client_id }
    }

    #[test]
    fn client_ids_keep_their_two_byte_length_in_flexible_headers() {
        let cases = [
            (header(ApiKey::Fetch, 11, Some("me")), &b"\x00\x01\x00\x0b\0\0\0\x07\x00\x02me"[..]),
            (header(ApiKey::Fetch, 12, Some("me")), b"\x00\x01\x00\x0c\0\0\0\x07\x00\x02me\x00"),
            (header(ApiKey::Fetch, 12, None), b"\x00\x01\x00\x0c\0\0\0\x07\xff\xff\x00"),
        ];
        for (header, bytes) in cases {
            let mut encoded = BytesMut::new();
            header.encode(&mut encoded).unwrap();
            assert_eq!(encoded, bytes);
            let mut frame = encoded.freeze();
            assert_eq!(RequestHeader::decode(&mut frame).unwrap(), header);
            assert!(frame.is_empty());
        }
    }

    #[test]
    fn every_cut_of_a_header_is_refused() {
        let whole = b"\x00\x01\x00\x0c\0\0\0\x07\x00\x02me\x01\x05\x02ab";
        assert!(RequestHeader::decode(&mut Bytes::from_static(whole)).is_ok());
        for end in 0..whole.len() {
            assert!(RequestHeader::decode(&mut Bytes::from_static(&whole[..end])).is_err(), "cut at {end}");
        }
    }
}
