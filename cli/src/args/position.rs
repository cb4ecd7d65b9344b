//! Where in a partition to start or stop: one grammar for `consume`, `group reset` and `topic offsets`.
//!
//! ```text
//! start  end  start+N  end-N   the log's ends, and N offsets in from them
//! N                            an offset
//! committed  +N  -N            the group's commit, and N offsets after or before it
//! @TIME  @-1h  @now            the first record at or after a time
//! P:POS[,P:POS…]               per partition; one part without `P:` is for all others
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// One place in a partition, before the cluster was asked what offset that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Offsets after the log's start.
    Start {
        plus: i64,
    },
    /// Offsets before the log's end.
    End {
        minus: i64,
    },
    Offset(i64),
    /// Offsets relative to the group's committed offset.
    Committed {
        shift: i64,
    },
    Time(TimePoint),
}

impl Position {
    pub const START: Self = Self::Start { plus: 0 };
    pub const END: Self = Self::End { minus: 0 };
    pub const COMMITTED: Self = Self::Committed { shift: 0 };
}

/// A moment that may depend on when the command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimePoint {
    /// Milliseconds since 1970 UTC.
    At {
        timestamp_ms: i64,
    },
    Ago {
        age_ms: i64,
    },
}

impl TimePoint {
    /// Not negative: no record is older than 1970, and brokers give negative numbers other meanings.
    pub fn timestamp_ms(self, now_ms: i64) -> i64 {
        let timestamp_ms = match self {
            Self::At { timestamp_ms } => timestamp_ms,
            Self::Ago { age_ms } => now_ms.saturating_sub(age_ms),
        };
        timestamp_ms.max(0)
    }
}

/// A position for every partition: by number, else the common one, else the command's default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Positions {
    pub common: Option<Position>,
    pub by_partition: BTreeMap<i32, Position>,
}

impl Positions {
    /// The position of one partition, if this names one.
    pub fn of(&self, partition: i32) -> Option<Position> {
        self.by_partition.get(&partition).copied().or(self.common)
    }

    pub fn any(&self, test: impl Fn(Position) -> bool) -> bool {
        self.common.into_iter().chain(self.by_partition.values().copied()).any(test)
    }
}

/// Why a text is no position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PositionError {
    #[error("empty position")]
    Empty,
    #[error(
        "\"{0}\" is no position: use start, end, start+N, end-N, N, committed, +N, -N, @TIME, @-1h, @now or P:POSITION"
    )]
    Unknown(String),
    #[error("\"{0}\" is no number of offsets")]
    Number(String),
    #[error("\"{0}\" is no time: use 2026-01-15T10:00Z, 2026-01-15, milliseconds since 1970, -1h or now")]
    Time(String),
    #[error("\"{0}\" is no partition number")]
    Partition(String),
    #[error("partition {0} has two positions")]
    Twice(i32),
    #[error("two positions for all partitions: \"{0}\"")]
    TwoCommon(String),
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        parse_position(text, &TimeZone::system())
    }
}

impl FromStr for Positions {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        parse_positions(text, &TimeZone::system())
    }
}

/// Reads one position; times without a zone are in `zone`.
pub fn parse_position(text: &str, zone: &TimeZone) -> Result<Position, PositionError> {
    let text = text.trim();
    if let Some(time) = text.strip_prefix('@') {
        return parse_time(time, zone).map(Position::Time);
    }
    match text {
        "" => return Err(PositionError::Empty),
        "start" => return Ok(Position::START),
        "end" => return Ok(Position::END),
        "committed" => return Ok(Position::COMMITTED),
        _ => {}
    }
    let offsets =
        |digits: &str| parse_offsets(digits).ok_or_else(|| PositionError::Number(digits.to_owned()));
    if let Some(plus) = text.strip_prefix("start+") {
        Ok(Position::Start { plus: offsets(plus)? })
    } else if let Some(minus) = text.strip_prefix("end-") {
        Ok(Position::End { minus: offsets(minus)? })
    } else if let Some(plus) = text.strip_prefix('+') {
        Ok(Position::Committed { shift: offsets(plus)? })
    } else if let Some(minus) = text.strip_prefix('-') {
        Ok(Position::Committed { shift: -offsets(minus)? })
    } else if text.starts_with(|first: char| first.is_ascii_digit()) {
        offsets(text).map(Position::Offset)
    } else {
        Err(PositionError::Unknown(text.to_owned()))
    }
}

/// Reads a comma list of `POS` (at most one) and `P:POS`.
pub fn parse_positions(text: &str, zone: &TimeZone) -> Result<Positions, PositionError> {
    let mut positions = Positions::default();
    for part in text.split(',') {
        match split_partition(part)? {
            Some((partition, position)) => {
                let position = parse_position(position, zone)?;
                if positions.by_partition.insert(partition, position).is_some() {
                    return Err(PositionError::Twice(partition));
                }
            }
            None => {
                let position = parse_position(part, zone)?;
                if positions.common.replace(position).is_some() {
                    return Err(PositionError::TwoCommon(text.to_owned()));
                }
            }
        }
    }
    Ok(positions)
}

/// `P:POS` apart; `None` where the colon belongs to a time.
fn split_partition(part: &str) -> Result<Option<(i32, &str)>, PositionError> {
    match part.split_once(':') {
        Some((partition, position)) if !part.trim_start().starts_with('@') => {
            let number = parse_offsets(partition.trim()).and_then(|number| i32::try_from(number).ok());
            Ok(Some((number.ok_or_else(|| PositionError::Partition(partition.to_owned()))?, position)))
        }
        _ => Ok(None),
    }
}

/// Digits only: `i64::from_str` would also take a second sign, as in `start+-5`.
fn parse_offsets(digits: &str) -> Option<i64> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// Reads what follows `@`.
pub fn parse_time(text: &str, zone: &TimeZone) -> Result<TimePoint, PositionError> {
    let unknown = || PositionError::Time(text.to_owned());
    if text == "now" {
        return Ok(TimePoint::Ago { age_ms: 0 });
    }
    if let Some(age) = text.strip_prefix('-') {
        let age = humantime::parse_duration(age).map_err(|_| unknown())?;
        let age = SignedDuration::try_from(age).map_err(|_| unknown())?;
        return Ok(TimePoint::Ago { age_ms: i64::try_from(age.as_millis()).map_err(|_| unknown())? });
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(TimePoint::At { timestamp_ms: text.parse().map_err(|_| unknown())? });
    }
    let timestamp = parse_timestamp(text, zone).ok_or_else(unknown)?;
    Ok(TimePoint::At { timestamp_ms: timestamp.as_millisecond() })
}

fn parse_timestamp(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil = match text.parse::<Date>() {
        // A whole date only: `Date` would read a date and time too and drop the time.
        Ok(date) if text.len() <= "2026-01-15".len() => date.to_datetime(jiff::civil::Time::midnight()),
        _ => text.parse::<DateTime>().ok()?,
    };
    zone.to_timestamp(civil).ok()
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Start { plus: 0 } => f.write_str("start"),
            Self::Start { plus } => write!(f, "start+{plus}"),
            Self::End { minus: 0 } => f.write_str("end"),
            Self::End { minus } => write!(f, "end-{minus}"),
            Self::Offset(offset) => write!(f, "{offset}"),
            Self::Committed { shift: 0 } => f.write_str("committed"),
            Self::Committed { shift } => write!(f, "{shift:+}"),
            Self::Time(TimePoint::Ago { age_ms: 0 }) => f.write_str("@now"),
            Self::Time(TimePoint::Ago { age_ms }) => write!(f, "@-{age_ms}ms"),
            Self::Time(TimePoint::At { timestamp_ms }) => write!(f, "@{timestamp_ms}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_O_CLOCK_MS: i64 = 1_768_471_200_000;

    #[test]
    fn positions_parse() {
        use Position::*;
        let at = |timestamp_ms| Time(TimePoint::At { timestamp_ms });
        let ago = |age_ms| Time(TimePoint::Ago { age_ms });
        for (text, position) in [
            ("start", Start { plus: 0 }),
            ("end", End { minus: 0 }),
            ("start+3", Start { plus: 3 }),
            ("end-10", End { minus: 10 }),
            ("0", Offset(0)),
            (" 42 ", Offset(42)),
            ("9223372036854775807", Offset(i64::MAX)),
            ("+5", Committed { shift: 5 }),
            ("-5", Committed { shift: -5 }),
            ("committed", Committed { shift: 0 }),
            ("@2026-01-15T10:00Z", at(TEN_O_CLOCK_MS)),
            ("@2026-01-15T10:00:00.250Z", at(TEN_O_CLOCK_MS + 250)),
            ("@2026-01-15T12:00+02:00", at(TEN_O_CLOCK_MS)),
            ("@2026-01-15T10:00", at(TEN_O_CLOCK_MS)),
            ("@2026-01-15 10:00:00", at(TEN_O_CLOCK_MS)),
            ("@2026-01-15", at(TEN_O_CLOCK_MS - 36_000_000)),
            ("@1768471200000", at(TEN_O_CLOCK_MS)),
            ("@-1h", ago(3_600_000)),
            ("@-1h30m", ago(5_400_000)),
            ("@-500ms", ago(500)),
            ("@now", ago(0)),
        ] {
            assert_eq!(parse_position(text, &TimeZone::UTC), Ok(position), "{text}");
        }
    }

    #[test]
    fn wrong_positions_are_refused() {
        for text in [
            "",
            "begin",
            "start-1",
            "end+1",
            "start+",
            "start+-1",
            "+-5",
            "--5",
            "5x",
            "1.5",
            "@",
            "@tomorrow",
            "@1h",
            "@-",
            "@--1h",
            "9223372036854775808",
            "@2026-13-01",
            "0:",
            "x:end",
            "-1:end",
            "0:1:2",
            "99999999999:end",
            "start,end",
            "0:start,0:end",
            "start,",
            ",",
        ] {
            assert!(parse_positions(text, &TimeZone::UTC).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_name_partitions() {
        let positions = parse_positions("3:end-5,start,0:@2026-01-15T10:00Z", &TimeZone::UTC).unwrap();
        assert_eq!(positions.of(3), Some(Position::End { minus: 5 }));
        assert_eq!(positions.of(0), Some(Position::Time(TimePoint::At { timestamp_ms: TEN_O_CLOCK_MS })));
        assert_eq!(positions.of(1), Some(Position::START));
        assert_eq!(parse_positions("1:7", &TimeZone::UTC).unwrap().of(0), None);
    }

    #[test]
    fn what_is_shown_reads_back() {
        for text in [
            "start",
            "end",
            "start+3",
            "end-10",
            "42",
            "committed",
            "+5",
            "-5",
            "@1768471200000",
            "@-500ms",
            "@now",
        ] {
            let position = parse_position(text, &TimeZone::UTC).unwrap();
            assert_eq!(position.to_string(), text);
        }
    }

    #[test]
    fn ages_count_back_from_now() {
        assert_eq!(TimePoint::Ago { age_ms: 300 }.timestamp_ms(1_000), 700);
        assert_eq!(TimePoint::At { timestamp_ms: 5 }.timestamp_ms(1_000), 5);
    }
}
