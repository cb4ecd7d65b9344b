use super::Codec;

/// What is wrong with bytes that should be record batches.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not an error while more bytes may follow: a reader of a file or socket waits, or cuts the tail.
    #[error("batch needs {needed_bytes} bytes, {present_bytes} are there")]
    Truncated { needed_bytes: usize, present_bytes: usize },
    #[error("batch size {size} is below the {min} bytes of the smallest batch of magic {magic}")]
    BatchSize { size: i32, min: i32, magic: i8 },
    #[error("magic {0} is unknown")]
    Magic(i8),
    #[error("batch checksum is {computed}, its header says {stored}")]
    Checksum { stored: u32, computed: u32 },
    #[error("compression codec {0} is unknown")]
    UnknownCodec(u8),
    #[error("{codec} data is damaged: {reason}")]
    Decompress { codec: Codec, reason: String },
    #[error("{codec} data is larger than {max_bytes} bytes once decompressed")]
    DecompressedSize { codec: Codec, max_bytes: usize },
    #[error("{codec} refused to compress: {reason}")]
    Compress { codec: Codec, reason: String },
    #[error("varint is cut short or too long")]
    Varint,
    #[error("record {index} of the batch is damaged: {reason}")]
    Record { index: i32, reason: &'static str },
    #[error("batch declares {declared} records, its bytes hold {reason}")]
    RecordCount { declared: i32, reason: &'static str },
    #[error("control record is damaged: {0}")]
    Control(&'static str),
}

pub type Result<T, E = RecordError> = std::result::Result<T, E>;
