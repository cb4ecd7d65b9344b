//! `consume --format`: kcat's letters, and braces for how bytes and times are shown.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{ReadRecord, rfc3339};
use crate::args::values;

/// A parsed template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTemplate(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    Topic,
    Partition,
    Offset,
    TimestampMs,
    TimestampText,
    Key(Shown),
    Value(Shown),
    Headers,
    KeyBytes,
    ValueBytes,
    /// The value's length as four bytes, big endian, as kcat writes it before binary values.
    ValueBytesBinary,
}

/// How bytes become output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    AsIs,
    Hex,
    Base64,
}

impl FromStr for RecordTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            push_literal(&mut parts, &rest[..at])?;
            let mut after = rest[at + 1..].chars();
            let letter = after.next().ok_or("a lone % at the end: write %% to print it")?;
            rest = after.as_str();
            let option = match rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
                // Braces belong to the letters that have options, so that %o{ prints a brace.
                Some((option, behind)) if matches!(letter, 'k' | 's' | 'v' | 'T') => {
                    rest = behind;
                    Some(option)
                }
                _ => None,
            };
            parts.push(part(letter, option)?);
        }
        push_literal(&mut parts, rest)?;
        Ok(Self(parts))
    }
}

fn push_literal(parts: &mut Vec<Part>, text: &str) -> Result<(), String> {
    if !text.is_empty() {
        parts.push(Part::Literal(values::unescape(text)?));
    }
    Ok(())
}

fn part(letter: char, option: Option<&str>) -> Result<Part, String> {
    let shown = || match option {
        None => Ok(Shown::AsIs),
        Some("hex") => Ok(Shown::Hex),
        Some("base64") => Ok(Shown::Base64),
        Some(other) => Err(format!("%{letter}{{{other}}} is not known: use hex or base64")),
    };
    Ok(match letter {
        't' => Part::Topic,
        'p' => Part::Partition,
        'o' => Part::Offset,
        'T' => match option {
            None => Part::TimestampMs,
            Some("rfc3339") => Part::TimestampText,
            Some(other) => return Err(format!("%T{{{other}}} is not known: use rfc3339")),
        },
        'k' => Part::Key(shown()?),
        's' | 'v' => Part::Value(shown()?),
        'h' => Part::Headers,
        'K' => Part::KeyBytes,
        'S' => Part::ValueBytes,
        'R' => Part::ValueBytesBinary,
        '%' => Part::Literal(b"%".to_vec()),
        other => return Err(format!("%{other} is not known: use %t %p %o %k %s %v %h %T %K %S %R %%")),
    })
}

impl RecordTemplate {
    pub fn render(&self, record: &ReadRecord<'_>, out: &mut Vec<u8>) {
        for part in &self.0 {
            match part {
                Part::Literal(bytes) => out.extend_from_slice(bytes),
                Part::Topic => out.extend_from_slice(record.topic.as_bytes()),
                Part::Partition => number(out, record.partition.into()),
                Part::Offset => number(out, record.offset),
                Part::TimestampMs => number(out, record.timestamp_ms),
                Part::TimestampText => match rfc3339(record.timestamp_ms) {
                    Some(text) => out.extend_from_slice(text.as_bytes()),
                    None => out.push(b'-'),
                },
                Part::Key(shown) => shown.render(record.key, out),
                Part::Value(shown) => shown.render(record.value, out),
                Part::Headers => headers(record, out),
                Part::KeyBytes => number(out, length(record.key)),
                Part::ValueBytes => number(out, length(record.value)),
                // Kafka's own lengths are 32 bits, so the cast loses nothing.
                Part::ValueBytesBinary => out.extend_from_slice(&(length(record.value) as i32).to_be_bytes()),
            }
        }
    }
}

impl Shown {
    fn render(self, bytes: Option<&[u8]>, out: &mut Vec<u8>) {
        let Some(bytes) = bytes else { return };
        match self {
            Self::AsIs => out.extend_from_slice(bytes),
            Self::Hex => out.extend(bytes.iter().flat_map(|byte| {
                let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
                [digit(byte >> 4), digit(byte & 15)]
            })),
            Self::Base64 => out.extend_from_slice(STANDARD.encode(bytes).as_bytes()),
        }
    }
}

/// kcat's form: `a=1,b=NULL`.
fn headers(record: &ReadRecord<'_>, out: &mut Vec<u8>) {
    for (index, (key, value)) in record.headers.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(key);
        out.push(b'=');
        out.extend_from_slice(value.unwrap_or(b"NULL"));
    }
}

fn length(bytes: Option<&[u8]>) -> i64 {
    bytes.map_or(-1, |bytes| bytes.len() as i64)
}

fn number(out: &mut Vec<u8>, number: i64) {
    out.extend_from_slice(number.to_string().as_bytes());
}

#[cfg(test)]
mod tests {
    use kafkactl_core::record::HeaderRef;

    use super::*;

    fn rendered(template: &str, key: Option<&[u8]>, value: Option<&[u8]>) -> Vec<u8> {
        let headers: [HeaderRef<'_>; 2] = [(b"a", Some(b"1")), (b"b", None)];
        let record = ReadRecord {
            topic: "orders",
            partition: 2,
            offset: 41,
            timestamp_ms: 1_768_471_200_000,
            key,
            value,
            headers: &headers,
        };
        let mut out = Vec::new();
        template.parse::<RecordTemplate>().unwrap().render(&record, &mut out);
        out
    }

    #[test]
    fn letters() {
        for (template, expected) in [
            ("%t[%p]@%o\\n", &b"orders[2]@41\n"[..]),
            ("%k=%s %v", b"key=\xff\x01 \xff\x01"),
            ("%k{hex} %v{hex} %s{base64}", b"6b6579 ff01 /wE="),
            ("%T %T{rfc3339}", b"1768471200000 2026-01-15T10:00:00.000Z"),
            ("%K %S", b"3 2"),
            ("%R", b"\0\0\0\x02"),
            ("%h", b"a=1,b=NULL"),
            ("100%% %o{x}", b"100% 41{x}"),
            ("\\t\\x41", b"\tA"),
        ] {
            assert_eq!(rendered(template, Some(b"key"), Some(b"\xff\x01")), expected, "{template}");
        }
        assert_eq!(rendered("%K %S[%k][%s]%R", None, None), b"-1 -1[][]\xff\xff\xff\xff");
    }

    #[test]
    fn wrong_templates_are_refused() {
        for template in ["%", "%q", "%k{oct}", "%T{unix}", "\\q", "%é"] {
            assert!(template.parse::<RecordTemplate>().is_err(), "{template}");
        }
    }
}
