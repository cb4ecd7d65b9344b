//! Record batches as bytes: header view, iteration, validation, stamping in place, building, codecs.
//!
//! A batch travels through the broker as the bytes a client sent. Everything here reads those bytes where they
//! lie; only a change of codec makes new ones. Layout and rules are Kafka's (`DefaultRecordBatch`,
//! `DefaultRecord`, `LogValidator`); the format is of KIP-98 (magic 2), KIP-32 (magic 1).
//!
//! Invariants:
//! - no length read from the bytes is ever used to allocate or to slice unchecked;
//! - base offset and partition leader epoch lie outside the CRC, so stamping them costs nothing.

mod batch;
mod builder;
mod bytes_as;
mod codec;
pub mod control;
mod error;
mod header;
mod legacy;
mod rebuild;
pub mod stamp;
pub mod validate;
pub mod varint;
mod view;

pub use batch::{Batch, Batches, batches};
pub use builder::{BatchBuilder, BatchFields, HeaderRef, record_bytes};
pub use bytes_as::{BytesAs, UnknownBytesAs};
pub use codec::{Codec, Compression, UnknownCodecName};
pub use control::{ControlType, EndTransactionMarker};
pub use error::RecordError;
pub use header::{BatchHeader, TimestampType};
pub use legacy::standalone_message;
pub use rebuild::rebuild;
pub use view::{Headers, RecordIter, RecordView, Records};
