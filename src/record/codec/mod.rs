//! The four codecs of record batches, as Kafka's clients read and write them.
//!
//! Decompression never writes more than it was allowed to, and reserves memory by what comes out, never by what the
//! data declares.

mod gzip;
pub(super) mod lz4;
mod snappy;
mod zstd;

use std::fmt;
use std::str::FromStr;

use lz4::HeaderChecksum;

use super::error::{RecordError, Result};

/// How the records of a batch are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Codec {
    #[default]
    None = 0,
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}

impl Codec {
    pub const ALL: [Codec; 5] = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];

    /// The codec of a batch's attributes. Errors: [`RecordError::UnknownCodec`].
    pub fn from_id(id: u8) -> Result<Self> {
        Self::ALL.get(usize::from(id)).copied().ok_or(RecordError::UnknownCodec(id))
    }

    pub fn id(self) -> u8 {
        self as u8
    }

    /// Appends what `input` holds to `output`, at most `output_bytes_max` bytes of it.
    ///
    /// Errors: [`RecordError::Decompress`], [`RecordError::DecompressedSize`]; `output` then holds what came before.
    pub fn decompress(self, input: &[u8], output: &mut Vec<u8>, output_bytes_max: usize) -> Result<()> {
        self.decompress_with(HeaderChecksum::Check, input, output, output_bytes_max)
    }

    /// As [`Codec::decompress`]; `lz4_header` is for message sets of magic 0.
    pub(super) fn decompress_with(
        self,
        lz4_header: HeaderChecksum,
        input: &[u8],
        output: &mut Vec<u8>,
        output_bytes_max: usize,
    ) -> Result<()> {
        let done = match self {
            Codec::None => append(input, output, output_bytes_max),
            Codec::Gzip => gzip::decompress(input, output, output_bytes_max),
            Codec::Snappy => snappy::decompress(input, output, output_bytes_max),
            Codec::Lz4 => lz4::decompress(input, output, output_bytes_max, lz4_header),
            Codec::Zstd => zstd::decompress(input, output, output_bytes_max),
        };
        done.map_err(|failure| match failure {
            Failure::Damaged(reason) => RecordError::Decompress { codec: self, reason },
            Failure::TooLarge => RecordError::DecompressedSize { codec: self, max_bytes: output_bytes_max },
        })
    }

    /// Kafka's name, as in `compression.type`.
    pub fn name(self) -> &'static str {
        match self {
            Codec::None => "none",
            Codec::Gzip => "gzip",
            Codec::Snappy => "snappy",
            Codec::Lz4 => "lz4",
            Codec::Zstd => "zstd",
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A codec and how hard it should try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Compression {
    pub codec: Codec,
    /// As in `compression.gzip.level` and its kin; `None` is the codec's default. Snappy has none, and the LZ4
    /// encoder knows one effort only.
    pub level: Option<i32>,
}

impl From<Codec> for Compression {
    fn from(codec: Codec) -> Self {
        Self { codec, level: None }
    }
}

impl Compression {
    /// Appends the compressed `input` to `output`. Errors: [`RecordError::Compress`].
    pub fn compress(self, input: &[u8], output: &mut Vec<u8>) -> Result<()> {
        let done = match self.codec {
            Codec::None => {
                output.extend_from_slice(input);
                Ok(())
            }
            Codec::Gzip => gzip::compress(input, output, self.level),
            Codec::Snappy => snappy::compress(input, output),
            Codec::Lz4 => lz4::compress(input, output),
            Codec::Zstd => zstd::compress(input, output, self.level),
        };
        done.map_err(|reason| RecordError::Compress { codec: self.codec, reason })
    }
}

/// Why one codec could not decompress.
enum Failure {
    Damaged(String),
    TooLarge,
}

impl Failure {
    fn damaged(reason: impl fmt::Display) -> Self {
        Self::Damaged(reason.to_string())
    }
}

fn append(input: &[u8], output: &mut Vec<u8>, output_bytes_max: usize) -> Result<(), Failure> {
    if input.len() > output_bytes_max {
        return Err(Failure::TooLarge);
    }
    output.extend_from_slice(input);
    Ok(())
}

/// A text that names no codec.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("compression type \"{0}\" is none of none, gzip, snappy, lz4, zstd")]
pub struct UnknownCodecName(String);

impl FromStr for Codec {
    type Err = UnknownCodecName;

    fn from_str(name: &str) -> Result<Self, UnknownCodecName> {
        Self::ALL
            .into_iter()
            .find(|codec| codec.name() == name)
            .ok_or_else(|| UnknownCodecName(name.to_owned()))
    }
}
