//! Readers of single flag values: durations, sizes, partition lists, `key=value`, headers, separators.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::time::Duration;

/// `10s`, `1h30m`, `500ms`.
pub fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{error}: use 500ms, 10s or 1h30m"))
}

/// Bytes: `512`, `10KB` (1000), `10KiB` or `10K` (1024), `1GiB`.
pub fn size_bytes(text: &str) -> Result<u64, String> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    // A bare K, M, G is what Kafka's settings and most tools mean by 1024.
    let text = match text[unit_at..].trim() {
        "K" | "M" | "G" | "T" | "k" | "m" | "g" | "t" => format!("{text}iB"),
        _ => text.to_owned(),
    };
    bytesize::ByteSize::from_str(&text)
        .map(|size| size.0)
        .map_err(|error| format!("{error}: use 512, 10KB or 10MiB"))
}

/// Kafka's states of groups of every type.
const GROUP_STATES: [&str; 9] = [
    "Assigning",
    "CompletingRebalance",
    "Dead",
    "Empty",
    "NotReady",
    "PreparingRebalance",
    "Reconciling",
    "Stable",
    "Unknown",
];

/// Kafka's states of transactions.
const TRANSACTION_STATES: [&str; 8] = [
    "CompleteAbort",
    "CompleteCommit",
    "Dead",
    "Empty",
    "Ongoing",
    "PrepareAbort",
    "PrepareCommit",
    "PrepareEpochFence",
];

/// A group's state, however it is capitalized.
pub fn group_state(text: &str) -> Result<String, String> {
    one_of(text, &GROUP_STATES)
}

/// A transaction's state, however it is capitalized.
pub fn transaction_state(text: &str) -> Result<String, String> {
    one_of(text, &TRANSACTION_STATES)
}

fn one_of(text: &str, names: &[&str]) -> Result<String, String> {
    let found = names.iter().find(|name| name.eq_ignore_ascii_case(text));
    found.map(|name| (*name).to_owned()).ok_or_else(|| format!("none of {}", names.join(", ")))
}

/// Bytes a second, in the words of [`size_bytes`], or records a second as a bare number: see `--rate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    RecordsPerSecond(u64),
    BytesPerSecond(u64),
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.strip_suffix("/s").unwrap_or(text);
        let rate = match text.parse() {
            Ok(records) => Self::RecordsPerSecond(records),
            Err(_) => Self::BytesPerSecond(size_bytes(text)?),
        };
        match rate {
            Self::RecordsPerSecond(0) | Self::BytesPerSecond(0) => {
                Err("a rate is at least 1 a second".to_owned())
            }
            _ => Ok(rate),
        }
    }
}

/// `0,3-5`: partition numbers and inclusive ranges, in order, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionList(pub Vec<i32>);

impl PartitionList {
    /// More partitions than any topic has; a bound for what a range may ask us to hold.
    const PARTITIONS_MAX: usize = 1_000_000;

    pub fn contains(&self, partition: i32) -> bool {
        self.0.binary_search(&partition).is_ok()
    }
}

impl FromStr for PartitionList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| match digits.trim().parse::<i32>() {
            Ok(partition) if partition >= 0 => Ok(partition),
            _ => Err(format!("\"{digits}\" is no partition number: use 0,3-5")),
        };
        let mut partitions = BTreeSet::new();
        for part in text.split(',') {
            let (first, last) = match part.split_once('-') {
                Some((first, last)) => (number(first)?, number(last)?),
                None => (number(part)?, number(part)?),
            };
            if first > last {
                return Err(format!("\"{part}\" runs backwards"));
            }
            if (last - first) as usize >= Self::PARTITIONS_MAX - partitions.len() {
                return Err(format!("more than {} partitions", Self::PARTITIONS_MAX));
            }
            partitions.extend(first..=last);
        }
        Ok(Self(partitions.into_iter().collect()))
    }
}

/// `key=value`; the value may hold further `=` and may be empty, the key may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyValue {
    pub key: String,
    pub value: String,
}

impl KeyValue {
    /// The first key that is given two values.
    pub fn contradiction(pairs: &[Self]) -> Option<&str> {
        let mut values = BTreeMap::new();
        pairs.iter().find_map(|Self { key, value }| {
            let other = values.insert(key.as_str(), value)?;
            (other != value).then_some(key.as_str())
        })
    }
}

impl FromStr for KeyValue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok(Self { key: key.trim().to_owned(), value: value.to_owned() })
            }
            _ => Err(format!("\"{text}\" is not key=value")),
        }
    }
}

/// One byte string that stands between things: `\t`, `\n`, `\0`, `\xNN` and `\\` are read as escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Separator(pub Vec<u8>);

impl FromStr for Separator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = unescape(text)?;
        if bytes.is_empty() { Err("a separator has at least one byte".to_owned()) } else { Ok(Self(bytes)) }
    }
}

/// Reads `\t \n \r \0 \\ \xNN`; any other escape is refused, so that a typing mistake is seen.
pub fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = &rest[at + 1..];
        let (byte, used) = match escape.as_bytes().first() {
            Some(b't') => (b'\t', 1),
            Some(b'n') => (b'\n', 1),
            Some(b'r') => (b'\r', 1),
            Some(b'0') => (0, 1),
            Some(b'\\') => (b'\\', 1),
            Some(b'x') => match escape.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => (byte, 3),
                None => return Err(format!("\"\\{escape}\" needs two hexadecimal digits after \\x")),
            },
            _ => return Err(format!("\"\\{escape}\" is no escape: use \\t \\n \\r \\0 \\xNN \\\\")),
        };
        bytes.push(byte);
        rest = &escape[used..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", Some(0)),
            ("512", Some(512)),
            ("10KB", Some(10_000)),
            ("10KiB", Some(10_240)),
            ("10K", Some(10_240)),
            ("1.5M", Some(1_572_864)),
            ("1 GiB", Some(1 << 30)),
            ("x", None),
            ("", None),
            ("10 apples", None),
        ] {
            assert_eq!(size_bytes(text).ok(), bytes, "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, millis) in [
            ("10s", Some(10_000)),
            ("1h30m", Some(5_400_000)),
            ("500ms", Some(500)),
            ("10", None),
            ("", None),
        ] {
            assert_eq!(duration(text).ok().map(|d| d.as_millis()), millis, "{text}");
        }
    }

    #[test]
    fn rates() {
        for (text, rate) in [
            ("100", Some(Rate::RecordsPerSecond(100))),
            ("100/s", Some(Rate::RecordsPerSecond(100))),
            ("1MB/s", Some(Rate::BytesPerSecond(1_000_000))),
            ("0", None),
            ("fast", None),
        ] {
            assert_eq!(text.parse().ok(), rate, "{text}");
        }
    }

    #[test]
    fn partition_lists() {
        for (text, partitions) in [
            ("0", Some(&[0][..])),
            ("0,3-5", Some(&[0, 3, 4, 5][..])),
            ("5,3-5,0", Some(&[0, 3, 4, 5][..])),
            ("5-3", None),
            ("-1", None),
            ("", None),
            ("0,", None),
            ("0-2147483647", None),
            ("a", None),
        ] {
            assert_eq!(
                text.parse::<PartitionList>().ok().map(|list| list.0).as_deref(),
                partitions,
                "{text}"
            );
        }
    }

    #[test]
    fn key_values() {
        assert_eq!("a=b=c".parse(), Ok(KeyValue { key: "a".into(), value: "b=c".into() }));
        assert_eq!("a=".parse(), Ok(KeyValue { key: "a".into(), value: String::new() }));
        let pairs =
            |texts: &[&str]| -> Vec<KeyValue> { texts.iter().map(|text| text.parse().unwrap()).collect() };
        for (texts, key) in [
            (&["a=1", "b=1", "a=1"][..], None),
            (&["a=1", "b=1", "b=2", "a=2"], Some("b")),
            (&["a=1", "a="], Some("a")),
        ] {
            assert_eq!(KeyValue::contradiction(&pairs(texts)), key, "{texts:?}");
        }
        assert!("=b".parse::<KeyValue>().is_err());
        assert!("ab".parse::<KeyValue>().is_err());
    }

    #[test]
    fn escapes() {
        for (text, bytes) in [
            ("a\\tb", Some(&b"a\tb"[..])),
            ("\\x00\\0\\\\", Some(&b"\0\0\\"[..])),
            ("plain", Some(&b"plain"[..])),
            ("é\\n", Some("é\n".as_bytes())),
            ("\\q", None),
            ("\\x1", None),
            ("\\xé", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(text).ok().as_deref(), bytes, "{text}");
        }
    }
}
