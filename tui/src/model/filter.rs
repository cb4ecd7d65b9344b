//! The filter language: words are ANDed; `text` and `~regex` of any column, `column~regex`, `column>number`,
//! `column=text`, and `!` before any.

use regex::{Regex, RegexBuilder};

use super::grid::{Column, Row};

#[derive(Debug, Clone, Default)]
pub struct Filter {
    terms: Vec<Term>,
}

#[derive(Debug, Clone)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Text(String),
    Regex(Regex),
    Column { column: String, operator: Operator, value: String, number: Option<f64> },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Matches,
}

/// Longest first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 7] = [
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("!=", Operator::NotEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
    ("~", Operator::Matches),
];

/// Compiled patterns may take this much memory.
const REGEX_BYTES_MAX: usize = 1 << 20;

impl Filter {
    /// Says what is wrong with the text, when something is.
    pub fn parse(text: &str) -> Result<Self, String> {
        let terms = text.split_whitespace().map(parse_term).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub fn matches(&self, columns: &[Column], row: &Row) -> bool {
        self.terms.iter().all(|term| term.test.matches(columns, row) != term.negated)
    }

    /// Names a column that the table does not have, if the filter asks for one.
    pub fn unknown_column(&self, columns: &[Column]) -> Option<&str> {
        self.terms.iter().find_map(|term| match &term.test {
            Test::Column { column, .. } if find(columns, column).is_none() => Some(column.as_str()),
            _ => None,
        })
    }
}

fn parse_term(word: &str) -> Result<Term, String> {
    let (negated, rest) = match word.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    if rest.is_empty() {
        return Err("nothing after !".to_owned());
    }
    if let Some(pattern) = rest.strip_prefix('~') {
        return Ok(Term { negated, test: Test::Regex(regex(pattern)?) });
    }
    let operator = OPERATORS
        .iter()
        .filter_map(|(sign, operator)| Some((rest.find(sign)?, *sign, *operator)))
        .min_by_key(|(at, sign, _)| (*at, usize::MAX - sign.len()));
    let test = match operator {
        Some((at, sign, operator))
            if at > 0 && rest[..at].chars().all(|c| c.is_ascii_alphanumeric() || "-_/".contains(c)) =>
        {
            let value = rest[at + sign.len()..].to_owned();
            let number = number(&value);
            let is_order = !matches!(operator, Operator::Equal | Operator::NotEqual | Operator::Matches);
            if is_order && number.is_none() {
                return Err(match value.is_empty() {
                    true => format!("{rest} wants a number"),
                    false => format!("\"{value}\" is not a number"),
                });
            }
            if operator == Operator::Matches {
                regex(&value)?;
            }
            Test::Column { column: rest[..at].to_ascii_lowercase(), operator, value, number }
        }
        _ => Test::Text(rest.to_lowercase()),
    };
    Ok(Term { negated, test })
}

fn regex(pattern: &str) -> Result<Regex, String> {
    if pattern.is_empty() {
        return Err("nothing after ~".to_owned());
    }
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(REGEX_BYTES_MAX).build().map_err(|error| {
        // The last line of several says what is wrong.
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or("bad pattern").trim();
        reason.strip_prefix("error: ").unwrap_or(reason).to_owned()
    })
}

/// `1000`, `1.5k`, `2M`, `3G`, also with `s`, `m`, `h` for times in columns of seconds.
fn number(text: &str) -> Option<f64> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let factor = match unit {
        "" | "s" => 1.0,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "Ki" | "KiB" => 1024.0,
        "Mi" | "MiB" => 1024.0 * 1024.0,
        "Gi" | "GiB" => 1024.0 * 1024.0 * 1024.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Some(digits.parse::<f64>().ok()? * factor)
}

/// By the title, whichever of `/`, `-` and `_` is typed in it: `in/s`, `in-s`, and `in_s` as files name it.
fn find(columns: &[Column], name: &str) -> Option<usize> {
    let bare = |name: &str| name.to_ascii_lowercase().replace(['/', '_'], "-");
    let name = bare(name);
    columns.iter().position(|column| bare(column.title) == name)
}

impl Test {
    fn matches(&self, columns: &[Column], row: &Row) -> bool {
        match self {
            Self::Text(text) => row.cells.iter().any(|cell| cell.value.plain().to_lowercase().contains(text)),
            Self::Regex(regex) => row.cells.iter().any(|cell| regex.is_match(&cell.value.plain())),
            Self::Column { column, operator, value, number } => {
                let Some(cell) = find(columns, column).and_then(|index| row.cells.get(index)) else {
                    return false;
                };
                let plain = cell.value.plain();
                let order = match (cell.value.number(), number) {
                    (Some(one), Some(other)) => one.partial_cmp(other),
                    _ => None,
                };
                match operator {
                    Operator::Equal => order.map_or(plain.eq_ignore_ascii_case(value), |order| order.is_eq()),
                    Operator::NotEqual => {
                        order.map_or(!plain.eq_ignore_ascii_case(value), |order| order.is_ne())
                    }
                    Operator::Greater => order.is_some_and(|order| order.is_gt()),
                    Operator::GreaterOrEqual => order.is_some_and(|order| order.is_ge()),
                    Operator::Less => order.is_some_and(|order| order.is_lt()),
                    Operator::LessOrEqual => order.is_some_and(|order| order.is_le()),
                    Operator::Matches => regex(value).is_ok_and(|regex| regex.is_match(&plain)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::grid::{Cell, Value};

    #[test]
    fn an_order_wants_a_number() {
        for (text, expected) in [("lag>", "lag> wants a number"), ("lag>x", "\"x\" is not a number")] {
            assert_eq!(Filter::parse(text).err().as_deref(), Some(expected));
        }
    }

    #[test]
    fn filters_say_what_people_mean() {
        let columns = [Column::new("GROUP"), Column::new("LAG"), Column::new("STATE"), Column::new("READ/S")];
        let row = Row {
            id: "billing".to_owned(),
            cells: vec![
                Cell::text("billing-de"),
                Cell::new(Value::Count(1_500)),
                Cell::text("Stable"),
                Cell::new(Value::Rate(20.0)),
            ],
            is_trouble: false,
            copy: Vec::new(),
        };
        for (text, expected) in [
            ("", true),
            ("BILL", true),
            ("!bill", false),
            ("~^billing-..$", true),
            ("!~^billing", false),
            ("~^stable$", true),
            ("group~^stable$", false),
            ("group~^b", true),
            ("lag>1000", true),
            ("lag>=1.5k", true),
            ("lag<1k", false),
            ("!lag>1000", false),
            ("lag=1500 state=stable", true),
            ("state!=empty", true),
            ("state~^sta", true),
            ("bill lag>2k", false),
            ("read/s>10", true),
            ("READ/S>30", false),
            ("read-s>10 read_s<30", true),
            ("nothing=1", false),
        ] {
            assert_eq!(Filter::parse(text).unwrap().matches(&columns, &row), expected, "{text:?}");
        }
        for bad in ["~(", "!", "~", "!~", "state~", "lag>many"] {
            assert!(Filter::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Filter::parse("~").unwrap_err(), "nothing after ~");
        assert_eq!(Filter::parse("~[").unwrap_err(), "unclosed character class");
        assert_eq!(Filter::parse("no>1").unwrap().unknown_column(&columns), Some("no"));
    }
}
