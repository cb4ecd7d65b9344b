//! One name per RPC body: kafka-protocol's type, or our own where its schemas (those of Kafka 4.1) lag behind 4.3.
//!
//! Our own come from `definitions/` and are used like the others.

use bytes::Bytes;
use kafka_protocol::protocol::buf::{ByteBuf, ByteBufMut};
use kafka_protocol::protocol::{StrBytes, VersionRange};

use super::ApiKey;
use crate::schema;
use crate::schema::codec::Text;

pub use kafka_protocol::messages::{BrokerId, GroupId, ProducerId, TopicName, TransactionalId};
pub use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Message, Request};

macro_rules! own_request {
    ($body:ident, $api:path, $response:ident) => {
        own_body! { $body, |version| $api.request_header_version(version) }

        impl Request for $body {
            const KEY: i16 = $api.key();
            type Response = $response;
        }
    };
}

macro_rules! own_response {
    ($body:ident, $api:path) => {
        own_body! { $body, |version| $api.response_header_version(version) }
    };
}

macro_rules! own_body {
    ($body:ident, $header_version:expr) => {
        impl Decodable for $body {
            fn decode<B: ByteBuf>(input: &mut B, version: i16) -> anyhow::Result<Self> {
                Ok(schema::decode_front(input, version)?)
            }
        }

        impl Encodable for $body {
            fn encode<B: ByteBufMut>(&self, output: &mut B, version: i16) -> anyhow::Result<()> {
                let mut body = Vec::new();
                schema::encode(self, version, &mut body)?;
                output.put_slice(&body);
                Ok(())
            }

            fn compute_size(&self, version: i16) -> anyhow::Result<usize> {
                let mut body = Vec::new();
                schema::encode(self, version, &mut body)?;
                Ok(body.len())
            }
        }

        impl Message for $body {
            const VERSIONS: VersionRange = VersionRange {
                min: *<$body as schema::Message>::VERSIONS.start(),
                max: *<$body as schema::Message>::VERSIONS.end(),
            };
            const DEPRECATED_VERSIONS: Option<VersionRange> = None;
        }

        impl HeaderVersion for $body {
            fn header_version(version: i16) -> i16 {
                let header_version: fn(i16) -> i16 = $header_version;
                header_version(version)
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/wire_bodies.rs"));

macro_rules! texts {
    ($($text:ty: $from:expr;)*) => {
        $(impl Text for $text {
            fn from_utf8(bytes: Bytes) -> Option<Self> {
                StrBytes::from_utf8(bytes).ok().map($from)
            }

            fn as_str(&self) -> &str {
                self
            }
        })*
    };
}

texts! {
    StrBytes: |text| text;
    TopicName: TopicName;
    GroupId: GroupId;
    TransactionalId: TransactionalId;
}
