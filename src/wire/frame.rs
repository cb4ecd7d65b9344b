//! Frames: a four-byte length, then header and body.

use bytes::{Buf, Bytes, BytesMut};
use kafka_protocol::protocol::Encodable;

use super::{ApiKey, RequestHeader, ResponseHeader, WireError, encode};

/// Bytes of the length that starts a frame.
pub const LENGTH_BYTES: usize = 4;

/// Cuts a stream of bytes into frames. Not enough bytes is not an error; a length out of bounds is, and the stream
/// is then of no further use.
///
/// Holds at most one unfinished frame, and never reserves more than is announced by a length within bounds.
#[derive(Debug)]
pub struct FrameDecoder {
    inbox: BytesMut,
    frame_bytes_max: usize,
}

/// A length that no frame may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("frame length {length} is negative")]
    Negative { length: i32 },
    #[error("frame of {length} bytes exceeds the limit of {max}")]
    TooLarge { length: usize, max: usize },
}

impl FrameDecoder {
    pub fn new(frame_bytes_max: usize) -> Self {
        Self { inbox: BytesMut::new(), frame_bytes_max }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        self.inbox.extend_from_slice(bytes);
    }

    /// The buffer to read a socket into, in place of [`feed`](Self::feed).
    pub fn inbox(&mut self) -> &mut BytesMut {
        &mut self.inbox
    }

    /// The next whole frame without its length, or `None` until more bytes are fed.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(length) = self.announced()? else { return Ok(None) };
        if self.inbox.len() < LENGTH_BYTES + length {
            return Ok(None);
        }
        self.inbox.advance(LENGTH_BYTES);
        Ok(Some(self.inbox.split_to(length).freeze()))
    }

    /// How many bytes are missing to the end of the frame that has begun; 0 when one is whole or none has begun.
    pub fn bytes_missing(&self) -> Result<usize, FrameError> {
        let announced = self.announced()?.map_or(0, |length| LENGTH_BYTES + length);
        Ok(announced.saturating_sub(self.inbox.len()))
    }

    fn announced(&self) -> Result<Option<usize>, FrameError> {
        let Some(prefix) = self.inbox.first_chunk() else { return Ok(None) };
        let length = i32::from_be_bytes(*prefix);
        let length_bytes = usize::try_from(length).map_err(|_| FrameError::Negative { length })?;
        if length_bytes > self.frame_bytes_max {
            return Err(FrameError::TooLarge { length: length_bytes, max: self.frame_bytes_max });
        }
        Ok(Some(length_bytes))
    }
}

/// Appends a whole request frame, length included.
pub fn encode_request<M: Encodable>(
    header: &RequestHeader,
    message: &M,
    into: &mut BytesMut,
) -> Result<(), WireError> {
    framed(into, |into| {
        header.encode(into)?;
        encode(message, header.api_version, into)
    })
}

/// Appends a whole response frame, length included.
pub fn encode_response<M: Encodable>(
    api: ApiKey,
    api_version: i16,
    correlation_id: i32,
    message: &M,
    into: &mut BytesMut,
) -> Result<(), WireError> {
    framed(into, |into| {
        ResponseHeader { correlation_id }.encode(api, api_version, into);
        encode(message, api_version, into)
    })
}

/// Puts the length before what `content` appends; takes everything back when it fails.
fn framed(
    into: &mut BytesMut,
    content: impl FnOnce(&mut BytesMut) -> Result<(), WireError>,
) -> Result<(), WireError> {
    let start = into.len();
    into.extend_from_slice(&[0; LENGTH_BYTES]);
    if let Err(error) = content(into) {
        into.truncate(start);
        return Err(error);
    }
    let length = (into.len() - start - LENGTH_BYTES) as u32;
    into[start..start + LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::messages::ApiVersionsRequest;

    #[test]
    fn frames_come_whole_however_the_stream_is_cut() {
        let stream = b"\0\0\0\x03one\0\0\0\x00\0\0\0\x05three";
        for cut in 0..stream.len() {
            let mut decoder = FrameDecoder::new(5);
            let mut frames = Vec::new();
            for part in [&stream[..cut], &stream[cut..]] {
                decoder.feed(part);
                while let Some(frame) = decoder.next_frame().unwrap() {
                    frames.push(frame);
                }
            }
            assert_eq!(frames, [&b"one"[..], b"", b"three"], "cut at {cut}");
            assert_eq!(decoder.bytes_missing(), Ok(0));
        }
    }

    #[test]
    fn lengths_out_of_bounds_are_refused_before_the_frame_arrives() {
        let mut decoder = FrameDecoder::new(5);
        decoder.feed(&6i32.to_be_bytes());
        assert_eq!(decoder.next_frame(), Err(FrameError::TooLarge { length: 6, max: 5 }));
        let mut decoder = FrameDecoder::new(5);
        decoder.feed(&(-1i32).to_be_bytes());
        assert_eq!(decoder.next_frame(), Err(FrameError::Negative { length: -1 }));
    }

    #[test]
    fn a_frame_announces_what_is_missing() {
        let mut decoder = FrameDecoder::new(100);
        decoder.feed(b"\0\0\0\x0aabc");
        assert_eq!(decoder.next_frame(), Ok(None));
        assert_eq!(decoder.bytes_missing(), Ok(7));
    }

    #[test]
    fn a_request_that_cannot_be_written_leaves_nothing_behind() {
        let mut into = BytesMut::from(&b"before"[..]);
        let header = RequestHeader {
            api_key: ApiKey::ApiVersions.key(),
            api_version: 99,
            correlation_id: 1,
            client_id: None,
        };
        assert!(encode_request(&header, &ApiVersionsRequest::default(), &mut into).is_err());
        assert_eq!(into, &b"before"[..]);
        encode_request(
            &RequestHeader { api_version: 0, ..header },
            &ApiVersionsRequest::default(),
            &mut into,
        )
        .unwrap();
        assert_eq!(into, &b"before\0\0\0\x0a\0\x12\0\0\0\0\0\x01\xff\xff"[..]);
    }
}
