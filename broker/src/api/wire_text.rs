use std::sync::Arc;

use kafkactl_core::wire::StrBytes;

/// A text for the wire. What is longer than the wire takes, as a message that repeats what a client sent may be, is
/// cut.
pub(super) fn text(text: &str) -> StrBytes {
    let end = text.floor_char_boundary(TEXT_BYTES_MAX);
    StrBytes::from_string(text[..end].to_owned())
}

/// The longest text of Kafka's protocol.
const TEXT_BYTES_MAX: usize = i16::MAX as usize;

pub(super) fn optional_text(optional: &Option<Arc<str>>) -> Option<StrBytes> {
    optional.as_deref().map(text)
}
