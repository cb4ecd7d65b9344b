//! One command's answer, in every format.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::table::{Cell, Row, Table};
use super::{API_VERSION, Format, View, json_value, text, yaml};
use crate::error::CommandError;

/// What a command found out, before it is known how to show it.
#[derive(Debug)]
pub struct Report {
    /// The document's kind, such as `TopicList`.
    kind: &'static str,
    body: Body,
    /// The items that failed.
    pub errors: Vec<CommandError>,
}

#[derive(Debug)]
enum Body {
    /// Items of one kind, a row each.
    List(Table),
    /// Items that need more than a row; sections are their text.
    Details { items: Vec<Value>, sections: Vec<Section> },
}

/// A block of text output: facts as `name: value`, then a table.
#[derive(Debug, Default)]
pub struct Section {
    pub facts: Vec<(&'static str, Cell)>,
    pub table: Option<Table>,
}

impl Report {
    pub fn list<R: Row>(kind: &'static str, rows: &[R]) -> Result<Self, CommandError> {
        Ok(Self { kind, body: Body::List(Table::of(rows)?), errors: Vec::new() })
    }

    pub fn details<T: Serialize>(
        kind: &'static str,
        items: &[T],
        sections: Vec<Section>,
    ) -> Result<Self, CommandError> {
        let items = items.iter().map(json_value).collect::<Result<_, _>>()?;
        Ok(Self { kind, body: Body::Details { items, sections }, errors: Vec::new() })
    }

    pub fn with_errors(mut self, errors: Vec<CommandError>) -> Self {
        self.errors = errors;
        self
    }

    /// No more than so many rows of a list.
    pub fn limited(mut self, rows_max: u64) -> Self {
        if let Body::List(table) = &mut self.body {
            table.rows.truncate(usize::try_from(rows_max).unwrap_or(usize::MAX));
        }
        self
    }

    /// Applies the operator's filters and order to every table.
    pub(super) fn arrange(&mut self, view: &View) -> Result<(), CommandError> {
        for table in self.tables_mut() {
            table.arrange(&view.filters, view.sort.as_ref())?;
        }
        Ok(())
    }

    fn tables_mut(&mut self) -> Vec<&mut Table> {
        match &mut self.body {
            Body::List(table) => vec![table],
            Body::Details { sections, .. } => {
                sections.iter_mut().filter_map(|section| section.table.as_mut()).collect()
            }
        }
    }

    fn tables(&self) -> Vec<&Table> {
        match &self.body {
            Body::List(table) => vec![table],
            Body::Details { sections, .. } => {
                sections.iter().filter_map(|section| section.table.as_ref()).collect()
            }
        }
    }

    fn items(&self) -> Vec<&Value> {
        match &self.body {
            Body::List(table) => table.rows.iter().map(|row| &row.item).collect(),
            Body::Details { items, .. } => items.iter().collect(),
        }
    }

    fn document(&self) -> Result<Value, CommandError> {
        let errors: Vec<_> = self.errors.iter().map(CommandError::object).collect();
        Ok(json!({
            "apiVersion": API_VERSION, "kind": self.kind, "items": self.items(), "errors": json_value(&errors)?,
        }))
    }

    pub(super) fn render(&self, format: &Format, view: &View) -> Result<String, CommandError> {
        Ok(match format {
            Format::Json => format!("{:#}\n", self.document()?),
            Format::Yaml => yaml::document(&self.document()?),
            Format::JsonLines => lines(self.items().into_iter().map(Value::to_string)),
            Format::Template(template) => lines(self.items().into_iter().map(|item| template.render(item))),
            Format::Name => lines(self.names()),
            Format::Csv => {
                let mut out = String::new();
                for table in self.tables() {
                    text::csv(&mut out, table, view)?;
                }
                out
            }
            Format::Text | Format::Wide => self.text(*format == Format::Wide, view)?,
        })
    }

    fn text(&self, wide: bool, view: &View) -> Result<String, CommandError> {
        let mut out = String::new();
        match &self.body {
            // A header above nothing would look like an answer.
            Body::List(table) if table.rows.is_empty() && !self.errors.is_empty() => {}
            Body::List(table) => text::table(&mut out, table, wide, view)?,
            Body::Details { sections, .. } => {
                for (index, section) in sections.iter().enumerate() {
                    if index > 0 {
                        out.push('\n');
                    }
                    text::facts(&mut out, &section.facts, view);
                    if let Some(table) = &section.table {
                        if !section.facts.is_empty() {
                            out.push('\n');
                        }
                        text::table(&mut out, table, wide, view)?;
                    }
                }
            }
        }
        Ok(out)
    }

    /// An item's name is its `name`, else the first column of its row, else its first field.
    fn names(&self) -> Vec<String> {
        let name = |item: &Value| item.get("name").and_then(Value::as_str).map(str::to_owned);
        let first = |item: &Value| item.as_object()?.values().next()?.as_str().map(str::to_owned);
        match &self.body {
            Body::List(table) => {
                let row_name = |row: &super::table::TableRow| {
                    name(&row.item).or_else(|| row.cells.first().map(|cell| cell.draw(false)))
                };
                table.rows.iter().filter_map(row_name).collect()
            }
            Body::Details { items, .. } => {
                items.iter().filter_map(|item| name(item).or_else(|| first(item))).collect()
            }
        }
    }
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    let mut out = String::new();
    for line in lines {
        let _ = writeln!(out, "{line}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::*;

    #[derive(Serialize)]
    struct Topic {
        name: &'static str,
        partitions: i64,
        size_bytes: i64,
        note: Option<&'static str>,
    }

    impl Row for Topic {
        const COLUMNS: &'static [Column<Self>] = &[
            Column::new("TOPIC", |topic| topic.name.into()),
            Column::new("PARTITIONS", |topic| topic.partitions.into()),
            Column::new("NOTE", |topic| Cell::option(topic.note)),
            Column::wide("SIZE", |topic| Cell::Bytes(topic.size_bytes)),
        ];
    }

    fn topics() -> Report {
        Report::list(
            "TopicList",
            &[
                Topic { name: "orders", partitions: 12, size_bytes: 2048, note: Some("a, \"b\"") },
                Topic { name: "x", partitions: 1, size_bytes: 0, note: None },
            ],
        )
        .unwrap()
    }

    fn rendered(format: &str) -> String {
        let view = View { headers: true, ..View::default() };
        topics().render(&format.parse().unwrap(), &view).unwrap()
    }

    #[test]
    fn text_is_aligned_and_ends_without_spaces() {
        assert_eq!(
            rendered("text"),
            "TOPIC   PARTITIONS  NOTE\norders          12  a, \"b\"\nx                1  -\n"
        );
        assert_eq!(rendered("wide").lines().next(), Some("TOPIC   PARTITIONS  NOTE    SIZE"));
    }

    #[test]
    fn other_formats() {
        for (format, expected) in [
            ("name", "orders\nx\n"),
            ("csv", "TOPIC,PARTITIONS,NOTE,SIZE\norders,12,\"a, \"\"b\"\"\",2048\nx,1,,0\n"),
            ("tmpl={name}={partitions}", "orders=12\nx=1\n"),
            (
                "jsonl",
                "{\"name\":\"orders\",\"partitions\":12,\"size_bytes\":2048,\"note\":\"a, \\\"b\\\"\"}\n\
                 {\"name\":\"x\",\"partitions\":1,\"size_bytes\":0,\"note\":null}\n",
            ),
        ] {
            assert_eq!(rendered(format), expected, "{format}");
        }
    }

    #[test]
    fn items_without_a_name_go_by_their_first_field() {
        let items = [json!({"transactional_id": "copier", "state": "Empty"})];
        let report = Report::details("TransactionDescription", &items, Vec::new()).unwrap();
        assert_eq!(report.render(&Format::Name, &View::default()).unwrap(), "copier\n");
    }

    #[test]
    fn documents_carry_version_kind_items_and_errors() {
        let report = topics().with_errors(vec![CommandError::not_found("topic", "y").hint("create it")]);
        let view = View { headers: true, ..View::default() };
        let document: Value = serde_json::from_str(&report.render(&Format::Json, &view).unwrap()).unwrap();
        let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["apiVersion", "kind", "items", "errors"]);
        assert_eq!(document["items"].as_array().unwrap().len(), 2);
        assert_eq!(
            document["errors"][0],
            json!({"code": 5, "kind": "not-found", "kafka_error": null,
                   "message": "topic \"y\" does not exist", "hint": "create it"})
        );
        let yaml = report.render(&Format::Yaml, &view).unwrap();
        assert!(
            yaml.starts_with("apiVersion: kafkactl/v1\nkind: TopicList\nitems:\n  - name: orders\n"),
            "{yaml}"
        );
    }
}
