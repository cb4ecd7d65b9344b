//! Keys and values for people to read.

use std::fmt::Write;
use std::str::FromStr;

use thiserror::Error;

/// What a key or a value holds. Numbers are those of Java's serializers: big-endian, of a fixed size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BytesAs {
    /// Text where it is UTF-8, else hexadecimal digits.
    #[default]
    Auto,
    /// Text, whatever is none in it replaced.
    Text,
    Hex,
    Short,
    Int,
    Long,
    Float,
    Double,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is none of {names}", names = BytesAs::NAMES.map(|(name, _)| name).join(", "))]
pub struct UnknownBytesAs(String);

impl FromStr for BytesAs {
    type Err = UnknownBytesAs;

    fn from_str(name: &str) -> Result<Self, UnknownBytesAs> {
        let found = Self::NAMES.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, kind)| kind).ok_or_else(|| UnknownBytesAs(name.to_owned()))
    }
}

impl BytesAs {
    pub const NAMES: [(&'static str, Self); 8] = [
        ("auto", Self::Auto),
        ("text", Self::Text),
        ("hex", Self::Hex),
        ("short", Self::Short),
        ("int", Self::Int),
        ("long", Self::Long),
        ("float", Self::Float),
        ("double", Self::Double),
    ];

    /// The beginning of `bytes`, in about `chars_max` characters. What is not what it should be is told in hexadecimal
    /// digits.
    pub fn shown(self, bytes: &[u8], chars_max: usize) -> String {
        let head = &bytes[..bytes.len().min(chars_max.saturating_mul(4))];
        let text = match self {
            Self::Auto => text_of(head, head.len() < bytes.len()).map(|text| cut(text, chars_max)),
            Self::Text => Some(cut(&String::from_utf8_lossy(head), chars_max)),
            Self::Hex => None,
            Self::Short => bytes.try_into().ok().map(|bytes| i16::from_be_bytes(bytes).to_string()),
            Self::Int => bytes.try_into().ok().map(|bytes| i32::from_be_bytes(bytes).to_string()),
            Self::Long => bytes.try_into().ok().map(|bytes| i64::from_be_bytes(bytes).to_string()),
            Self::Float => bytes.try_into().ok().map(|bytes| f32::from_be_bytes(bytes).to_string()),
            Self::Double => bytes.try_into().ok().map(|bytes| f64::from_be_bytes(bytes).to_string()),
        };
        text.unwrap_or_else(|| hex(&bytes[..bytes.len().min(chars_max / 2)]))
    }
}

/// Text that may have been cut within its last character.
fn text_of(head: &[u8], is_cut: bool) -> Option<&str> {
    match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if is_cut && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

fn cut(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHARS_MAX: usize = 400;

    #[test]
    fn bytes_are_what_they_are_said_to_be() {
        let snowmen = "☃".repeat(1_000);
        for (name, bytes, expected) in [
            ("auto", &b""[..], ""),
            ("auto", b"plain", "plain"),
            ("auto", "数据".as_bytes(), "数据"),
            ("auto", snowmen.as_bytes(), &"☃".repeat(CHARS_MAX)),
            ("auto", b"\x00\x00\x00\x00\x07\xff", "0x0000000007ff"),
            ("auto", b"cut \xe6\x95", "0x63757420e695"),
            ("auto", &[0xff; 10_000], &format!("0x{}", "ff".repeat(CHARS_MAX / 2))),
            ("text", b"cut \xe6\x95", "cut \u{fffd}"),
            ("hex", b"plain", "0x706c61696e"),
            ("short", b"\xff\xfe", "-2"),
            ("int", b"\x00\x00\x00\x07", "7"),
            ("int", b"7", "0x37"),
            ("long", b"\x00\x00\x00\x00\x00\x00\x01\x00", "256"),
            ("long", b"\x00\x00\x00\x07", "0x00000007"),
            ("float", &1.5_f32.to_be_bytes(), "1.5"),
            ("double", &0.1_f64.to_be_bytes(), "0.1"),
        ] {
            let kind: BytesAs = name.parse().unwrap();
            assert_eq!(kind.shown(bytes, CHARS_MAX), expected, "{name} {:?}", &bytes[..bytes.len().min(20)]);
        }
        let error = "avro".parse::<BytesAs>().unwrap_err().to_string();
        assert_eq!(error, "\"avro\" is none of auto, text, hex, short, int, long, float, double");
    }
}
