//! Tables of typed cells: what screens draw, batches print, filters test and files save.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

use super::lag::{Eta, Total};

#[derive(Debug, Clone, Default)]
pub struct Grid {
    pub title: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// In capitals, without spaces: `IN/S`.
    pub title: &'static str,
    /// Dropped first when the screen is narrow: columns of the highest rank.
    pub rank: u8,
    /// Shown only when wide columns are asked for.
    pub wide_only: bool,
    /// Cells may be cut to this width when there is no room.
    pub width_min: u16,
    /// Times and durations, which files tell in milliseconds.
    pub is_time: bool,
}

#[derive(Debug, Clone)]
pub struct Row {
    /// What the selection sticks to.
    pub id: String,
    pub cells: Vec<Cell>,
    pub is_trouble: bool,
    /// The command that shows the same: its words after the program's name. Empty where there is none.
    pub copy: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub value: Value,
    pub tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    Dim,
    Good,
    Warning,
    Bad,
    Name,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not known, or not applicable.
    None,
    /// Not known yet: needs a second sample.
    Pending,
    Text(Cow<'static, str>),
    /// A word, and the mark beside it for those who see no colour.
    Marked(&'static str, &'static str),
    Count(i64),
    /// A number to which a part is missing that is not known.
    AtLeast(Box<Value>),
    /// Per second.
    Rate(f64),
    Bytes(i64),
    Millis(i64),
    /// How long an answer took, in whole milliseconds: never no time at all.
    Latency(i64),
    /// Seconds to go.
    Eta(Eta),
    Ratio(f64),
    Time(i64),
    Spark(Vec<u64>),
    /// Replicas, with whether they are missing from the ISR.
    Replicas(Vec<(i32, bool)>),
}

/// How numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Units {
    #[default]
    Human,
    Raw,
}

impl Column {
    pub const fn new(title: &'static str) -> Self {
        Self { title, rank: 0, wide_only: false, width_min: 0, is_time: false }
    }

    pub const fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }

    pub const fn wide(self) -> Self {
        Self { wide_only: true, ..self }
    }

    pub const fn time(self) -> Self {
        Self { is_time: true, ..self }
    }

    pub const fn shrinks_to(self, width_min: u16) -> Self {
        Self { width_min, ..self }
    }

    /// As files name it: `in_s` for `IN/S`, `time_lag_ms` for `TIME-LAG`.
    pub fn key(&self) -> String {
        let unit = if self.is_time { "_ms" } else { "" };
        self.title.to_ascii_lowercase().replace(['/', '-'], "_") + unit
    }
}

impl Cell {
    pub fn new(value: Value) -> Self {
        Self { value, tone: Tone::Plain }
    }

    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Value::Text(text.into()))
    }

    /// Shown as `STOP !`; filters and files know the word alone.
    pub fn marked(word: &'static str, mark: &'static str) -> Self {
        Self::new(Value::Marked(word, mark))
    }

    pub fn name(text: impl Into<Cow<'static, str>>) -> Self {
        Self::text(text).tone(Tone::Name)
    }

    pub fn count(count: impl TryInto<i64>) -> Self {
        Self::new(count.try_into().map_or(Value::None, Value::Count))
    }

    /// `≥` before the number says that a part is not known.
    pub fn total(total: Total) -> Self {
        Self::at_least(total.offsets, total.is_partial, Value::Count)
    }

    /// As [`maybe`](Self::maybe), with the mark where the value is partial.
    pub fn at_least<T>(value: Option<T>, is_partial: bool, kind: impl FnOnce(T) -> Value) -> Self {
        let mark = |value| if is_partial { Value::AtLeast(Box::new(value)) } else { value };
        Self::maybe(value, |value| mark(kind(value)))
    }

    /// Nothing known shows as `-`.
    pub fn maybe<T>(value: Option<T>, kind: impl FnOnce(T) -> Value) -> Self {
        Self::new(value.map_or(Value::None, kind))
    }

    /// Not known yet shows as `…`.
    pub fn soon<T>(value: Option<T>, kind: impl FnOnce(T) -> Value) -> Self {
        Self::new(value.map_or(Value::Pending, kind))
    }

    pub fn tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    pub fn tone_if(self, is: bool, tone: Tone) -> Self {
        if is { self.tone(tone) } else { self }
    }
}

impl Value {
    /// Without units, as CSV and filters see it.
    pub fn plain(&self) -> Cow<'_, str> {
        Cow::Owned(match self {
            Self::None => return Cow::Borrowed("-"),
            Self::Pending => return Cow::Borrowed("…"),
            Self::Text(text) => return Cow::Borrowed(text),
            Self::Marked(word, _) => return Cow::Borrowed(word),
            Self::Count(number) | Self::Bytes(number) => number.to_string(),
            Self::Millis(ms) | Self::Latency(ms) => ms.to_string(),
            Self::AtLeast(value) => format!("≥{}", value.plain()),
            Self::Time(at_ms) => time_text(*at_ms),
            Self::Rate(number) | Self::Ratio(number) => format!("{number:.2}"),
            Self::Eta(Eta::Seconds(seconds)) => format!("{seconds:.0}"),
            Self::Eta(Eta::Never) => "∞".to_owned(),
            Self::Spark(values) => values.last().map_or_else(|| "-".to_owned(), u64::to_string),
            Self::Replicas(ids) => {
                let id = |(id, missing): &(i32, bool)| format!("{id}{}", if *missing { "!" } else { "" });
                ids.iter().map(id).collect::<Vec<_>>().join(",")
            }
        })
    }

    pub fn human(&self, units: Units) -> Cow<'_, str> {
        Cow::Owned(match (self, units) {
            (Self::Marked(word, mark), _) => format!("{word} {mark}"),
            (Self::Count(count), Units::Human) => human_count(*count as f64),
            (Self::AtLeast(value), units) => format!("≥{}", value.human(units)),
            (Self::Rate(rate), Units::Human) if *rate < 10.0 => format!("{rate:.1}"),
            (Self::Rate(rate), Units::Human) => human_count(rate.round()),
            (Self::Rate(rate), Units::Raw) => format!("{rate:.1}"),
            (Self::Bytes(bytes), Units::Human) => human_bytes(*bytes),
            (Self::Latency(0), Units::Human) => return Cow::Borrowed("<1ms"),
            (Self::Millis(ms) | Self::Latency(ms), Units::Human) => human_millis(*ms),
            (Self::Eta(Eta::Seconds(seconds)), Units::Human) => human_millis((seconds * 1000.0) as i64),
            _ => return self.plain(),
        })
    }

    /// For sorting and comparing; times in seconds.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Count(number) | Self::Bytes(number) | Self::Time(number) => Some(*number as f64),
            Self::AtLeast(value) => value.number(),
            Self::Millis(ms) | Self::Latency(ms) => Some(*ms as f64 / 1000.0),
            Self::Rate(number) | Self::Ratio(number) | Self::Eta(Eta::Seconds(number)) => Some(*number),
            Self::Eta(Eta::Never) => Some(f64::INFINITY),
            Self::Spark(values) => values.last().map(|value| *value as f64),
            Self::Text(text) => text.parse().ok(),
            Self::None | Self::Pending | Self::Marked(..) | Self::Replicas(_) => None,
        }
    }

    pub fn is_numeric(&self) -> bool {
        !matches!(self, Self::Text(_) | Self::Marked(..) | Self::Replicas(_) | Self::Spark(_) | Self::Time(_))
    }

    /// Unknown comes last whichever way the table is sorted.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::None | Self::Pending)
    }

    pub fn compare(&self, other: &Self) -> Ordering {
        match (self.number(), other.number()) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (None, None) => self.plain().cmp(&other.plain()),
        }
    }

    pub fn json(&self) -> Json {
        let real = |number: f64| {
            serde_json::Number::from_f64((number * 1000.0).round() / 1000.0).map_or(Json::Null, Json::Number)
        };
        match self {
            Self::None | Self::Pending | Self::Eta(Eta::Never) => Json::Null,
            Self::Text(text) => Json::from(text.as_ref()),
            Self::Marked(word, _) => Json::from(*word),
            Self::Count(number) | Self::Bytes(number) | Self::Time(number) => Json::from(*number),
            Self::Millis(ms) | Self::Latency(ms) => Json::from(*ms),
            Self::AtLeast(value) => value.json(),
            Self::Rate(number) | Self::Ratio(number) | Self::Eta(Eta::Seconds(number)) => real(*number),
            Self::Spark(values) => Json::from(values.clone()),
            Self::Replicas(ids) => Json::from(ids.iter().map(|(id, _)| *id).collect::<Vec<_>>()),
        }
    }
}

impl Grid {
    pub fn column(&self, title: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.title.eq_ignore_ascii_case(title))
    }

    /// Stable, so that equal rows do not dance.
    pub fn sort(&mut self, column: usize, descending: bool) {
        self.rows.sort_by(|one, other| {
            let (Some(one), Some(other)) = (one.cells.get(column), other.cells.get(column)) else {
                return Ordering::Equal;
            };
            match (one.value.is_unknown(), other.value.is_unknown()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) if descending => other.value.compare(&one.value),
                (false, false) => one.value.compare(&other.value),
            }
        });
    }

    /// One object a row; a Replicas column brings its missing ids along, and a sum says when it is not whole.
    pub fn json_rows(&self) -> Vec<Json> {
        let row = |row: &Row| {
            let mut object = Map::new();
            for (column, cell) in self.columns.iter().zip(&row.cells) {
                let key = column.key();
                if let Value::Replicas(ids) = &cell.value {
                    let missing: Vec<i32> =
                        ids.iter().filter(|(_, missing)| *missing).map(|(id, _)| *id).collect();
                    object.insert(format!("{key}_missing"), Json::from(missing));
                }
                if let Value::AtLeast(_) = cell.value {
                    object.insert(format!("{key}_is_partial"), Json::from(true));
                }
                object.insert(key, cell.value.json());
            }
            Json::Object(object)
        };
        self.rows.iter().map(row).collect()
    }

    pub fn csv(&self) -> String {
        let line = |fields: &mut dyn Iterator<Item = Cow<'_, str>>| {
            let quoted = |field: Cow<'_, str>| {
                let field = if field == "-" || field == "…" { Cow::Borrowed("") } else { field };
                if field.contains([',', '"', '\n', '\r']) {
                    format!("\"{}\"", field.replace('"', "\"\""))
                } else {
                    field.into_owned()
                }
            };
            fields.map(quoted).collect::<Vec<_>>().join(",") + "\n"
        };
        let mut text = line(&mut self.columns.iter().map(|column| Cow::Owned(column.key())));
        for row in &self.rows {
            text += &line(&mut row.cells.iter().map(|cell| match cell.value {
                Value::Time(at_ms) => Cow::Owned(at_ms.to_string()),
                ref value => value.plain(),
            }));
        }
        text
    }
}

fn human_count(count: f64) -> String {
    let magnitude = count.abs();
    for (unit, sign) in [(1e12, 'T'), (1e9, 'G'), (1e6, 'M')] {
        if magnitude >= unit {
            return format!("{:.1}{sign}", count / unit);
        }
    }
    if magnitude >= 1e5 { format!("{:.0}k", count / 1e3) } else { format!("{count:.0}") }
}

fn human_bytes(bytes: i64) -> String {
    let size = bytes as f64;
    for (unit, name) in [(1u64 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if size >= unit as f64 {
            return format!("{:.1}{name}", size / unit as f64);
        }
    }
    format!("{bytes}B")
}

pub fn human_millis(ms: i64) -> String {
    let seconds = ms / 1000;
    match seconds {
        ..1 if ms != 0 => format!("{ms}ms"),
        ..1 => "0s".to_owned(),
        1..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h{:02}m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// RFC 3339 in UTC, to the millisecond; a time beyond the calendar stays a number.
pub fn time_text(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map_or_else(|_| at_ms.to_string(), |time| format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_for_people_and_for_programs() {
        for (value, human, raw) in [
            (Value::None, "-", "-"),
            (Value::Pending, "…", "…"),
            (Value::Count(99_999), "99999", "99999"),
            (Value::Count(123_456), "123k", "123456"),
            (Value::Count(12_345_678), "12.3M", "12345678"),
            (Value::AtLeast(Box::new(Value::Count(123_456))), "≥123k", "≥123456"),
            (Value::Rate(1.25), "1.2", "1.2"),
            (Value::Rate(1234.5), "1235", "1234.5"),
            (Value::Bytes(1536), "1.5KiB", "1536"),
            (Value::Millis(250), "250ms", "250"),
            (Value::Millis(0), "0s", "0"),
            (Value::Latency(0), "<1ms", "0"),
            (Value::Latency(7), "7ms", "7"),
            (Value::Eta(Eta::Seconds(0.0)), "0s", "0"),
            (Value::Millis(75_000), "1m15s", "75000"),
            (Value::Eta(Eta::Never), "∞", "∞"),
            (Value::Eta(Eta::Seconds(7_260.0)), "2h01m", "7260"),
            (Value::Marked("STOP", "!"), "STOP !", "STOP !"),
            (Value::Replicas(vec![(1, false), (2, true)]), "1,2!", "1,2!"),
            (Value::Time(0), "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(
                (value.human(Units::Human), value.human(Units::Raw)),
                (human.into(), raw.into()),
                "{value:?}"
            );
        }
        assert_eq!(time_text(i64::MAX), i64::MAX.to_string());
    }

    #[test]
    fn files_name_a_column_alike_whatever_is_known() {
        let row = |value| Row {
            id: String::new(),
            cells: vec![Cell::new(value)],
            is_trouble: false,
            copy: Vec::new(),
        };
        let rows = vec![row(Value::None), row(Value::Millis(7)), row(Value::Time(9))];
        let grid = Grid { title: String::new(), columns: vec![Column::new("TIME-LAG").time()], rows };
        let json = serde_json::json!([{ "time_lag_ms": null }, { "time_lag_ms": 7 }, { "time_lag_ms": 9 }]);
        assert_eq!(serde_json::Value::from(grid.json_rows()), json);
        assert_eq!(grid.csv(), "time_lag_ms\n\n7\n9\n");
    }

    #[test]
    fn unknown_values_sort_last_both_ways() {
        let row = |id: &str, value| Row {
            id: id.to_owned(),
            cells: vec![Cell::new(value)],
            is_trouble: false,
            copy: Vec::new(),
        };
        let rows = vec![row("b", Value::Count(2)), row("n", Value::None), row("a", Value::Count(1))];
        let mut grid = Grid { title: String::new(), columns: vec![Column::new("N")], rows };
        let ids = |grid: &Grid| grid.rows.iter().map(|row| row.id.clone()).collect::<String>();
        grid.sort(0, true);
        assert_eq!(ids(&grid), "ban");
        grid.sort(0, false);
        assert_eq!(ids(&grid), "abn");
        assert_eq!(grid.csv(), "n\n1\n2\n\"\"\n".replace("\"\"", ""));
    }
}
