//! One setting's definition, and what its text may be.

use std::collections::HashSet;
use std::fmt;

/// A setting as the table defines it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub name: &'static str,
    pub kind: Kind,
    /// The value when nobody sets it, as Kafka writes it; `None` is Kafka's null.
    pub default: Option<&'static str>,
    pub valid: Valid,
    pub update: Update,
    pub used: Used,
    /// One sentence for DescribeConfigs and `--explain`.
    pub help: &'static str,
}

/// The type of a setting (`ConfigDef.Type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int,
    Short,
    Long,
    Double,
    Text,
    List,
    Password,
    Class,
}

/// How a setting changes while the broker runs (`DynamicBrokerConfig`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// Fixed at the start.
    ReadOnly,
    /// Fixed at the start, and left out of DescribeConfigs.
    Internal,
    /// May be changed for one broker at a time.
    PerBroker,
    /// May be changed for one broker and for the whole cluster.
    ClusterWide,
    /// As `ClusterWide`, but cannot stand in a properties file.
    DynamicOnly,
}

/// Whether this broker acts on the setting, or accepts it only so that existing files work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    Honoured,
    Ignored,
}

/// Which values of the right kind are allowed.
#[derive(Debug, Clone, Copy)]
pub enum Valid {
    Any,
    Range {
        min: i64,
        max: i64,
    },
    Share {
        min: f64,
        max: f64,
    },
    OneOf(&'static [&'static str]),
    OneOfIgnoringCase(&'static [&'static str]),
    EachOf(&'static [&'static str]),
    NotEmpty,
    /// 1 to 9, or -1 for the codec's own default.
    GzipLevel,
    /// `partition:broker` pairs, or `*` alone.
    ThrottledReplicas,
    /// latest, earliest, or `by_duration:` and an ISO 8601 duration.
    OffsetReset,
}

/// A parsed value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Bool(bool),
    /// Int, Short or Long.
    Number(i64),
    Double(f64),
    /// Text, Password or Class.
    Text(String),
    List(Vec<String>),
}

/// Why a text is no value of a setting. Does not name the setting: the caller knows where it stands.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidValue {
    #[error("not a {}", kind.noun())]
    Kind { kind: Kind },
    #[error("must be {allowed}")]
    NotAllowed { allowed: String },
}

impl Setting {
    /// Reads a text as Kafka does (`ConfigDef.parseType`, then its validator).
    pub fn parse(&self, text: &str) -> Result<Value, InvalidValue> {
        let mut value = self.kind.parse(text)?;
        if let (Valid::EachOf(_), Value::List(items)) = (&self.valid, &mut value) {
            // What is named again does not count (KIP-1161).
            let mut named = HashSet::new();
            items.retain(|item| named.insert(item.clone()));
        }
        self.valid.check(&value)?;
        Ok(value)
    }

    pub fn is_sensitive(&self) -> bool {
        self.kind == Kind::Password
    }

    /// Whether a running broker can take a new value.
    pub fn is_dynamic(&self) -> bool {
        matches!(self.update, Update::PerBroker | Update::ClusterWide | Update::DynamicOnly)
    }

    /// The default as a value; the table's tests hold that every default parses.
    pub fn default_value(&self) -> Option<Value> {
        self.default.and_then(|text| self.kind.parse(text).ok())
    }
}

impl Kind {
    /// Kafka's number of the type in DescribeConfigs (`ConfigEntry.ConfigType`).
    pub fn code(self) -> i8 {
        match self {
            Kind::Bool => 1,
            Kind::Text => 2,
            Kind::Int => 3,
            Kind::Short => 4,
            Kind::Long => 5,
            Kind::Double => 6,
            Kind::List => 7,
            Kind::Class => 8,
            Kind::Password => 9,
        }
    }

    pub fn noun(self) -> &'static str {
        match self {
            Kind::Bool => "boolean",
            Kind::Int => "whole number of 32 bits",
            Kind::Short => "whole number of 16 bits",
            Kind::Long => "whole number of 64 bits",
            Kind::Double => "number",
            Kind::Text => "text",
            Kind::List => "list",
            Kind::Password => "password",
            Kind::Class => "class name",
        }
    }

    fn parse(self, text: &str) -> Result<Value, InvalidValue> {
        let wrong = InvalidValue::Kind { kind: self };
        let text = text.trim();
        match self {
            Kind::Bool if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
            Kind::Bool if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
            Kind::Bool => Err(wrong),
            Kind::Int => text.parse::<i32>().map(|number| Value::Number(number.into())).map_err(|_| wrong),
            Kind::Short => text.parse::<i16>().map(|number| Value::Number(number.into())).map_err(|_| wrong),
            Kind::Long => text.parse().map(Value::Number).map_err(|_| wrong),
            Kind::Double => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Value::Double(number)),
                _ => Err(wrong),
            },
            Kind::Text | Kind::Password | Kind::Class => Ok(Value::Text(text.to_owned())),
            Kind::List if text.is_empty() => Ok(Value::List(Vec::new())),
            Kind::List => Ok(Value::List(text.split(',').map(|item| item.trim().to_owned()).collect())),
        }
    }
}

impl Valid {
    fn check(&self, value: &Value) -> Result<(), InvalidValue> {
        if self.allows(value) { Ok(()) } else { Err(InvalidValue::NotAllowed { allowed: self.to_string() }) }
    }

    fn allows(&self, value: &Value) -> bool {
        match (self, value) {
            (Valid::Range { min, max }, Value::Number(number)) => (min..=max).contains(&number),
            (Valid::Share { min, max }, Value::Double(number)) => (min..=max).contains(&number),
            (Valid::OneOf(allowed), Value::Text(text)) => allowed.contains(&text.as_str()),
            (Valid::OneOfIgnoringCase(allowed), Value::Text(text)) => {
                allowed.iter().any(|one| one.eq_ignore_ascii_case(text))
            }
            (Valid::EachOf(allowed), Value::List(items)) => {
                items.iter().all(|item| allowed.contains(&item.as_str()))
            }
            (Valid::NotEmpty, Value::Text(text)) => !text.is_empty(),
            (Valid::GzipLevel, Value::Number(level)) => *level == -1 || (1..=9).contains(level),
            (Valid::ThrottledReplicas, Value::List(items)) => {
                items.is_empty() || items == &["*"] || items.iter().all(|item| is_replica(item))
            }
            (Valid::OffsetReset, Value::Text(text)) => is_offset_reset(text),
            (Valid::Any, _) => true,
            // A validator of another kind of value: the table's tests hold that none exists.
            _ => false,
        }
    }
}

fn is_replica(item: &str) -> bool {
    let numbers: Vec<&str> = item.split(':').collect();
    numbers.len() == 2 && numbers.iter().all(|number| number.trim().parse::<i32>().is_ok_and(|it| it >= 0))
}

fn is_offset_reset(text: &str) -> bool {
    match text.split_once(':') {
        None => text.eq_ignore_ascii_case("latest") || text.eq_ignore_ascii_case("earliest"),
        Some((strategy, duration)) => {
            strategy.eq_ignore_ascii_case("by_duration") && duration_is_iso_8601(duration)
        }
    }
}

/// `PnDTnHnMn.nS` with at least one part, none negative (`java.time.Duration.parse`).
fn duration_is_iso_8601(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let Some(parts) = text.strip_prefix('P') else { return false };
    let (days, time) = match parts.split_once('T') {
        Some((_, "")) => return false,
        Some((days, time)) => (days, time),
        None => (parts, ""),
    };
    if days.is_empty() && time.is_empty() {
        return false;
    }
    let days_fit = days.is_empty() || days.strip_suffix('D').is_some_and(is_digits);
    let mut rest = time;
    for unit in ['H', 'M', 'S'] {
        let Some((number, after)) = rest.split_once(unit) else { continue };
        let fits = match number.split_once('.') {
            Some((whole, fraction)) => {
                unit == 'S' && is_digits(whole) && fraction.len() <= 9 && is_digits(fraction)
            }
            None => is_digits(number),
        };
        if !fits {
            return false;
        }
        rest = after;
    }
    days_fit && rest.is_empty()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Valid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Valid::Any => f.write_str("anything"),
            Valid::Range { min, max: i64::MAX } => write!(f, "at least {min}"),
            Valid::Range { min, max } => write!(f, "between {min} and {max}"),
            Valid::Share { min, max } => write!(f, "between {min} and {max}"),
            Valid::OneOf(allowed) => write!(f, "one of {}", allowed.join(", ")),
            Valid::OneOfIgnoringCase(allowed) => write!(f, "one of {} in either case", allowed.join(", ")),
            Valid::EachOf(allowed) => write!(f, "a list of {}", allowed.join(", ")),
            Valid::NotEmpty => f.write_str("a text that is not empty"),
            Valid::GzipLevel => f.write_str("between 1 and 9, or -1"),
            Valid::ThrottledReplicas => f.write_str("* or a list of partition:broker"),
            Valid::OffsetReset => f.write_str("latest, earliest, or by_duration:PnDTnHnMn.nS"),
        }
    }
}

impl fmt::Display for Value {
    /// As Kafka prints it (`ConfigDef.convertToString`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(value) => write!(f, "{value}"),
            Value::Double(value) => write_java_double(*value, f),
            Value::Text(value) => f.write_str(value),
            Value::List(items) => f.write_str(&items.join(",")),
        }
    }
}

/// `Double.toString`: plain from 0.001 to 10,000,000, else with an exponent, always with a point.
fn write_java_double(value: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if value == 0.0 || (1e-3..1e7).contains(&value.abs()) {
        return write!(f, "{value:?}");
    }
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((mantissa, exponent)) if mantissa.contains('.') => write!(f, "{mantissa}E{exponent}"),
        Some((mantissa, exponent)) => write!(f, "{mantissa}.0E{exponent}"),
        None => f.write_str(&text),
    }
}

pub(super) const ANY: Valid = Valid::Any;
pub(super) const NOT_EMPTY: Valid = Valid::NotEmpty;
pub(super) const GZIP_LEVEL: Valid = Valid::GzipLevel;
pub(super) const THROTTLED_REPLICAS: Valid = Valid::ThrottledReplicas;
pub(super) const OFFSET_RESET: Valid = Valid::OffsetReset;

pub(super) const fn at_least(min: i64) -> Valid {
    Valid::Range { min, max: i64::MAX }
}

pub(super) const fn between(min: i64, max: i64) -> Valid {
    Valid::Range { min, max }
}

pub(super) const fn share(min: f64, max: f64) -> Valid {
    Valid::Share { min, max }
}

pub(super) const fn one_of(allowed: &'static [&'static str]) -> Valid {
    Valid::OneOf(allowed)
}

pub(super) const fn one_of_ignoring_case(allowed: &'static [&'static str]) -> Valid {
    Valid::OneOfIgnoringCase(allowed)
}

pub(super) const fn each_of(allowed: &'static [&'static str]) -> Valid {
    Valid::EachOf(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_as_java_does() {
        let cases = [
            (Kind::Bool, " TRUE ", Some("true")),
            (Kind::Bool, "yes", None),
            (Kind::Int, "2147483647", Some("2147483647")),
            (Kind::Int, "2147483648", None),
            (Kind::Int, "1.0", None),
            (Kind::Int, "", None),
            (Kind::Short, "32768", None),
            (Kind::Long, "-1", Some("-1")),
            (Kind::Double, "1.7976931348623157E308", Some("1.7976931348623157E308")),
            (Kind::Double, "0.5", Some("0.5")),
            (Kind::Double, "1", Some("1.0")),
            (Kind::Double, "1e9", Some("1.0E9")),
            (Kind::Double, "NaN", None),
            (Kind::List, " a , b ", Some("a,b")),
            (Kind::List, "", Some("")),
            (Kind::Text, " a b ", Some("a b")),
        ];
        for (kind, text, expected) in cases {
            let got = kind.parse(text).ok().map(|value| value.to_string());
            assert_eq!(got.as_deref(), expected, "{kind:?} {text:?}");
        }
    }

    #[test]
    fn validators_allow_what_kafka_allows() {
        let list = |items: &[&str]| Value::List(items.iter().map(|item| item.to_string()).collect());
        let text = |text: &str| Value::Text(text.to_owned());
        let cases = [
            (at_least(1), Value::Number(0), false),
            (at_least(1), Value::Number(i64::MAX), true),
            (between(1, 17), Value::Number(18), false),
            (share(0.0, 1.0), Value::Double(1.0), true),
            (share(0.0, 1.0), Value::Double(1.1), false),
            (GZIP_LEVEL, Value::Number(-1), true),
            (GZIP_LEVEL, Value::Number(0), false),
            (one_of(&["a"]), text("A"), false),
            (one_of_ignoring_case(&["a"]), text("A"), true),
            (each_of(&["a", "b"]), list(&["b", "a"]), true),
            (each_of(&["a", "b"]), list(&[]), true),
            (each_of(&["a", "b"]), list(&["c"]), false),
            (THROTTLED_REPLICAS, list(&["*"]), true),
            (THROTTLED_REPLICAS, list(&["0:1", "1:2"]), true),
            (THROTTLED_REPLICAS, list(&["0"]), false),
            (OFFSET_RESET, text("earliest"), true),
            (OFFSET_RESET, text("by_duration:P1DT2H3M4.5S"), true),
            (OFFSET_RESET, text("by_duration:PT"), false),
            (OFFSET_RESET, text("by_duration:-PT1S"), false),
            (OFFSET_RESET, text("none"), false),
            (NOT_EMPTY, text(""), false),
        ];
        for (valid, value, expected) in cases {
            assert_eq!(valid.check(&value).is_ok(), expected, "{valid:?} {value:?}");
        }
    }
}
