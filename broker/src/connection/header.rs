//! The header in front of a request's body, read in borrowed form.

use kafkactl_core::wire::ApiKey;

use super::CloseReason;
use crate::api::Cursor;

/// What a frame says before its body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RequestHeader<'a> {
    pub key: ApiKey,
    pub version: i16,
    pub correlation_id: i32,
    /// Empty when the client sent null (H17).
    pub client_id: &'a str,
    /// Where the body starts in the frame.
    pub body_starts: usize,
}

impl<'a> RequestHeader<'a> {
    /// Reads the header off a frame. Of an ApiVersions request from the future only the start is read: what follows
    /// may have a shape unknown here, and it is answered all the same (I2).
    pub fn read(frame: &'a [u8]) -> Result<Self, CloseReason> {
        let mut cursor = Cursor::new(frame, false);
        let malformed = CloseReason::Header;
        let key = cursor.i16().map_err(malformed)?;
        let version = cursor.i16().map_err(malformed)?;
        let correlation_id = cursor.i32().map_err(malformed)?;
        let key = ApiKey::from_key(key).ok_or(CloseReason::UnknownApi(key))?;
        let mut client_id = None;
        if key.has_version(version) || key == ApiKey::Produce {
            client_id = cursor.rigid_nullable_string().map_err(malformed)?;
            cursor.set_flexible(key.request_header_version(version) >= 2);
            cursor.skip_tagged_fields().map_err(malformed)?;
        } else if key != ApiKey::ApiVersions {
            return Err(CloseReason::UnsupportedVersion { key, version });
        }
        let body_starts = cursor.position();
        Ok(Self { key, version, correlation_id, client_id: client_id.unwrap_or_default(), body_starts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_ids_are_short_strings_in_every_version() {
        let cases: &[(&[u8], ApiKey, &str, usize)] = &[
            (b"\0\x03\0\x08\0\0\0\x07\0\x02mebody", ApiKey::Metadata, "me", 12),
            (b"\0\x03\0\x09\0\0\0\x07\0\x02me\0body", ApiKey::Metadata, "me", 13),
            (b"\0\x03\0\x09\0\0\0\x07\xff\xff\0body", ApiKey::Metadata, "", 11),
            (b"\0\x03\0\x09\0\0\0\x07\xff\xff\x01\x05\x01xbody", ApiKey::Metadata, "", 14),
            (b"\0\x12\0\x63\0\0\0\x07", ApiKey::ApiVersions, "", 8),
        ];
        for &(frame, key, client_id, body_starts) in cases {
            let header = RequestHeader::read(frame).unwrap();
            assert_eq!((header.key, header.correlation_id), (key, 7));
            assert_eq!((header.client_id, header.body_starts), (client_id, body_starts), "{frame:?}");
        }
    }

    #[test]
    fn what_is_not_a_header_is_refused() {
        let cases: &[&[u8]] = &[
            b"\0\x03\0\x09\0\0\0",
            b"\0\x03\0\x09\0\0\0\x07\0\x09me",
            b"\0\x03\0\x63\0\0\0\x07\0\x02me",
            b"\x7f\xff\0\x00\0\0\0\x07\0\x02me",
            b"\0\x04\0\x00\0\0\0\x07\0\x02me",
        ];
        for frame in cases {
            assert!(RequestHeader::read(frame).is_err(), "{frame:?}");
        }
    }
}
