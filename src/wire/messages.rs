//! One name per RPC body: kafka-protocol's type, or our own where its schemas (those of Kafka 4.1) lag behind 4.3.

use bytes::Bytes;
use kafka_protocol::protocol::StrBytes;

use crate::schema::codec::Text;

pub use kafka_protocol::messages::*;
pub use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Message, Request};

impl Text for StrBytes {
    fn from_utf8(bytes: Bytes) -> Option<Self> {
        StrBytes::from_utf8(bytes).ok()
    }

    fn as_str(&self) -> &str {
        self
    }
}
