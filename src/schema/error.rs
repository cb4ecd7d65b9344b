/// Why bytes are not the message they should be, or why a message cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    #[error("{needed} bytes needed where {remaining} remain")]
    Truncated { needed: usize, remaining: usize },
    #[error("length {length} is negative")]
    NegativeLength { length: i32 },
    #[error("length {length} exceeds {max}")]
    TooLong { length: usize, max: usize },
    #[error("null where a value is required")]
    UnexpectedNull,
    #[error("text is not valid UTF-8")]
    InvalidUtf8,
    #[error("variable-length integer has more than {bytes_max} bytes")]
    VarintTooLong { bytes_max: usize },
    #[error("tagged field {tag} takes {taken} bytes of the {size} it declares")]
    TagSizeMismatch { tag: u32, size: usize, taken: usize },
    #[error("tagged field {tag} does not exist in version {version}")]
    TagNotInVersion { tag: u32, version: i16 },
    #[error("{flag} says neither that a structure follows nor that it is null")]
    BadStructureFlag { flag: i8 },
    #[error("more memory needed than such a message may take")]
    TooMuchMemory,
    #[error("{count} bytes follow the end of the message")]
    TrailingBytes { count: usize },
    #[error("unknown {kind} type {id}")]
    UnknownType { kind: &'static str, id: i64 },
    #[error("{name} has no version {version}")]
    UnknownVersion { name: &'static str, version: i64 },
    #[error("{field} is set, and version {version} cannot carry it")]
    FieldNotInVersion { field: &'static str, version: i16 },
    #[error("{name} is not the JSON it should be: {reason}")]
    Json { name: &'static str, reason: String },
    #[error("{name} version {version}: {reason}")]
    Message { name: &'static str, version: i16, reason: Box<SchemaError> },
}

impl SchemaError {
    /// Names the message that the error is about.
    pub(crate) fn in_message(self, name: &'static str, version: i16) -> Self {
        Self::Message { name, version, reason: Box::new(self) }
    }
}
