//! Rows with named columns: chosen, ordered and filtered by the operator, then drawn.

use std::cmp::Ordering;
use std::str::FromStr;

use regex::Regex;
use serde::Serialize;
use serde_json::Value;

use crate::args::values;
use crate::error::CommandError;

/// One value of a table. The same cell is drawn, compared and sorted.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Not known or not applicable: `-`, never an empty field.
    Absent,
    Text(String),
    Number(i64),
    /// Drawn with a unit when units are wanted.
    Bytes(i64),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Numbers as a comma list, `-` when there are none.
    pub fn list<T: ToString>(values: impl IntoIterator<Item = T>) -> Self {
        let parts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        if parts.is_empty() { Self::Absent } else { Self::Text(parts.join(",")) }
    }

    pub fn option<T>(value: Option<T>) -> Self
    where
        Self: From<T>,
    {
        value.map_or(Self::Absent, Self::from)
    }

    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Bytes(_))
    }

    pub fn draw(&self, human_units: bool) -> String {
        match self {
            Self::Absent => "-".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Bytes(bytes) if human_units => match u64::try_from(*bytes) {
                Ok(bytes) => bytesize::ByteSize(bytes).display().iec_short().to_string(),
                Err(_) => bytes.to_string(),
            },
            Self::Number(number) | Self::Bytes(number) => number.to_string(),
        }
    }

    /// Absent cells come first, numbers before text.
    fn order(&self, other: &Self) -> Ordering {
        let rank = |cell: &Self| match cell {
            Self::Absent => 0,
            Self::Number(_) | Self::Bytes(_) => 1,
            Self::Text(_) => 2,
        };
        match (self, other) {
            (Self::Number(a) | Self::Bytes(a), Self::Number(b) | Self::Bytes(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        // No count of ours is near 2^63.
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Text(if value { "yes" } else { "no" }.to_owned())
    }
}

/// A column of rows of type `R`.
pub struct Column<R> {
    /// UPPER-WITH-DASH, no spaces.
    pub name: &'static str,
    /// Only with `-o wide` or when named by `--columns`.
    pub wide: bool,
    pub cell: fn(&R) -> Cell,
}

impl<R> Column<R> {
    pub const fn new(name: &'static str, cell: fn(&R) -> Cell) -> Self {
        Self { name, wide: false, cell }
    }

    pub const fn wide(name: &'static str, cell: fn(&R) -> Cell) -> Self {
        Self { name, wide: true, cell }
    }
}

/// A thing that commands list: its JSON by serde, its text by columns.
pub trait Row: Serialize + Sized + 'static {
    const COLUMNS: &'static [Column<Self>];
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub columns: Vec<Heading>,
    pub rows: Vec<TableRow>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    pub name: &'static str,
    pub wide: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// The row as JSON.
    pub item: Value,
    /// One for each column.
    pub cells: Vec<Cell>,
}

impl Table {
    pub fn of<R: Row>(rows: &[R]) -> Result<Self, CommandError> {
        let columns =
            R::COLUMNS.iter().map(|column| Heading { name: column.name, wide: column.wide }).collect();
        let rows = rows.iter().map(|row| {
            let item = super::json_value(row)?;
            Ok(TableRow { item, cells: R::COLUMNS.iter().map(|column| (column.cell)(row)).collect() })
        });
        Ok(Self { columns, rows: rows.collect::<Result<_, CommandError>>()? })
    }

    fn column(&self, name: &str) -> Result<usize, CommandError> {
        let same = |column: &Heading| column.name.eq_ignore_ascii_case(&name.replace('_', "-"));
        self.columns.iter().position(same).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
            CommandError::usage(format!("there is no column \"{name}\""))
                .hint(format!("columns: {}", names.join(", ")))
        })
    }

    /// Keeps the rows that pass every filter, in the wanted order.
    pub fn arrange(&mut self, filters: &[Filter], sort: Option<&Sort>) -> Result<(), CommandError> {
        for filter in filters {
            let column = filter.column.as_deref().map(|name| self.column(name)).transpose()?;
            self.rows.retain(|row| filter.passes(&row.cells, column));
        }
        if let Some(sort) = sort {
            let column = self.column(&sort.column)?;
            self.rows.sort_by(|a, b| {
                let order = a.cells[column].order(&b.cells[column]);
                if sort.descending { order.reverse() } else { order }
            });
        }
        Ok(())
    }

    /// The indexes of the columns to show: the named ones, else all (`wide`) or the narrow ones.
    pub fn shown(&self, names: &[String], wide: bool) -> Result<Vec<usize>, CommandError> {
        if names.is_empty() {
            return Ok((0..self.columns.len()).filter(|&index| wide || !self.columns[index].wide).collect());
        }
        names.iter().map(|name| self.column(name.trim())).collect()
    }
}

/// `NAME` or `NAME:desc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub column: String,
    pub descending: bool,
}

impl FromStr for Sort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None => Ok(Self { column: text.to_owned(), descending: false }),
            Some((column, "asc")) => Ok(Self { column: column.to_owned(), descending: false }),
            Some((column, "desc")) => Ok(Self { column: column.to_owned(), descending: true }),
            Some(_) => Err("use NAME, NAME:asc or NAME:desc".to_owned()),
        }
    }
}

/// One test of a row: `lag>1000`, `state!=Stable`, `topic~^or`, `text`, `~regex`, each also behind `!`.
#[derive(Debug, Clone)]
pub struct Filter {
    negated: bool,
    /// `None` looks at every cell.
    column: Option<String>,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Contains(String),
    Matches(Regex),
    Is(String),
    /// Passes when the cell compares to the value as one of these.
    Order(&'static [Ordering], String),
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        use Ordering::{Equal, Greater, Less};
        let (negated, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let regex = |text: &str| Regex::new(text).map(Test::Matches).map_err(|error| error.to_string());
        let name_end =
            text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(text.len());
        let (name, rest) = text.split_at(name_end);
        if name.is_empty() || rest.is_empty() {
            let test = match text.strip_prefix('~') {
                Some(pattern) => regex(pattern)?,
                None if text.is_empty() => return Err("an empty test".to_owned()),
                None => Test::Contains(text.to_owned()),
            };
            return Ok(Self { negated, column: None, test });
        }
        let column = Some(name.to_owned());
        let of = |negated, test| Ok(Self { negated, column: column.clone(), test });
        let order = |orders, value: &str| Test::Order(orders, value.to_owned());
        if let Some(value) = rest.strip_prefix("!=") {
            of(!negated, Test::Is(value.to_owned()))
        } else if let Some(value) = rest.strip_prefix(">=") {
            of(negated, order(&[Greater, Equal], value))
        } else if let Some(value) = rest.strip_prefix("<=") {
            of(negated, order(&[Less, Equal], value))
        } else if let Some(value) = rest.strip_prefix('>') {
            of(negated, order(&[Greater], value))
        } else if let Some(value) = rest.strip_prefix('<') {
            of(negated, order(&[Less], value))
        } else if let Some(value) = rest.strip_prefix('=') {
            of(negated, Test::Is(value.to_owned()))
        } else if let Some(pattern) = rest.strip_prefix('~') {
            of(negated, regex(pattern)?)
        } else {
            Ok(Self { negated, column: None, test: Test::Contains(text.to_owned()) })
        }
    }
}

impl Filter {
    fn passes(&self, cells: &[Cell], column: Option<usize>) -> bool {
        let cells = match column {
            Some(index) => &cells[index..=index],
            None => cells,
        };
        cells.iter().any(|cell| self.test.passes(cell)) != self.negated
    }
}

impl Test {
    fn passes(&self, cell: &Cell) -> bool {
        match self {
            Self::Contains(text) => cell.draw(false).contains(text),
            Self::Matches(regex) => regex.is_match(&cell.draw(false)),
            Self::Is(text) => *cell == comparable(cell, text),
            Self::Order(orders, text) => {
                *cell != Cell::Absent && orders.contains(&cell.order(&comparable(cell, text)))
            }
        }
    }
}

/// The operator's text as a cell of the same kind as `like`, so that `size>1MiB` and `lag>1000` count.
fn comparable(like: &Cell, text: &str) -> Cell {
    let number = || i64::try_from(values::size_bytes(text).ok()?).ok();
    match like {
        Cell::Number(_) => text.parse().map_or_else(|_| Cell::text(text), Cell::Number),
        Cell::Bytes(_) => number().map_or_else(|| Cell::text(text), Cell::Bytes),
        Cell::Absent if text == "-" => Cell::Absent,
        Cell::Absent | Cell::Text(_) => Cell::text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Lag {
        topic: &'static str,
        lag: Option<i64>,
        size_bytes: i64,
    }

    impl Row for Lag {
        const COLUMNS: &'static [Column<Self>] = &[
            Column::new("TOPIC", |row| row.topic.into()),
            Column::new("LAG", |row| Cell::option(row.lag)),
            Column::wide("SIZE-BYTES", |row| Cell::Bytes(row.size_bytes)),
        ];
    }

    fn table() -> Table {
        Table::of(&[
            Lag { topic: "orders", lag: Some(1200), size_bytes: 1 << 20 },
            Lag { topic: "audit", lag: None, size_bytes: 10 },
            Lag { topic: "users", lag: Some(9), size_bytes: 5000 },
        ])
        .unwrap()
    }

    fn topics(table: &Table) -> Vec<String> {
        table.rows.iter().map(|row| row.cells[0].draw(false)).collect()
    }

    #[test]
    fn filters_choose_rows() {
        for (filter, left) in [
            ("lag>1000", &["orders"][..]),
            ("lag>=9", &["orders", "users"]),
            ("lag<1200", &["users"]),
            ("lag=9", &["users"]),
            ("lag=-", &["audit"]),
            ("lag!=-", &["orders", "users"]),
            ("!lag>1000", &["audit", "users"]),
            ("topic~^(o|u)", &["orders", "users"]),
            ("~^a", &["audit"]),
            ("!~^a", &["orders", "users"]),
            ("ser", &["users"]),
            ("!ser", &["orders", "audit"]),
            ("size_bytes>4KB", &["orders", "users"]),
            ("SIZE-BYTES<1MiB", &["audit", "users"]),
        ] {
            let mut table = table();
            table.arrange(&[filter.parse().unwrap()], None).unwrap();
            assert_eq!(topics(&table), left, "{filter}");
        }
    }

    #[test]
    fn sorting_counts_and_reverses() {
        for (sort, order) in [
            ("lag", ["audit", "users", "orders"]),
            ("lag:desc", ["orders", "users", "audit"]),
            ("topic", ["audit", "orders", "users"]),
        ] {
            let mut table = table();
            table.arrange(&[], Some(&sort.parse().unwrap())).unwrap();
            assert_eq!(topics(&table), order, "{sort}");
        }
    }

    #[test]
    fn wrong_names_and_tests_are_refused() {
        assert!(table().arrange(&["nothing=1".parse().unwrap()], None).is_err());
        assert!(table().arrange(&[], Some(&"nothing".parse().unwrap())).is_err());
        assert!(table().shown(&["nothing".to_owned()], false).is_err());
        for text in ["", "!", "~(", "topic~("] {
            assert!(text.parse::<Filter>().is_err(), "{text}");
        }
        assert!("lag:down".parse::<Sort>().is_err());
    }

    #[test]
    fn columns_are_chosen() {
        assert_eq!(table().shown(&[], false).unwrap(), [0, 1]);
        assert_eq!(table().shown(&[], true).unwrap(), [0, 1, 2]);
        assert_eq!(table().shown(&["lag".into(), "topic".into()], false).unwrap(), [1, 0]);
    }

    #[test]
    fn units() {
        assert_eq!(Cell::Bytes(1536).draw(true), "1.5K");
        assert_eq!(Cell::Bytes(1536).draw(false), "1536");
        assert_eq!(Cell::Bytes(-1).draw(true), "-1");
    }
}
