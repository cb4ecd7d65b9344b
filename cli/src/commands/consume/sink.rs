//! How a record is printed.

use crate::error::CommandError;
use crate::output::{API_VERSION, Format, Output};
use crate::records::format::RecordTemplate;
use crate::records::{ReadRecord, rfc3339};

/// Writes records in one format. Holds the buffer that they are put together in.
pub struct Sink {
    style: Style,
    buffer: Vec<u8>,
    is_first: bool,
}

enum Style {
    /// The value and a line feed.
    Values,
    /// Where and when, key and value, with tabs.
    Wide,
    JsonLines,
    /// One document.
    Json,
    Template(RecordTemplate),
}

impl Sink {
    pub fn new(format: &Format, template: Option<&RecordTemplate>) -> Result<Self, CommandError> {
        let style = match (template, format) {
            (Some(template), _) => Style::Template(template.clone()),
            (None, Format::Text) => Style::Values,
            (None, Format::Wide) => Style::Wide,
            (None, Format::JsonLines) => Style::JsonLines,
            (None, Format::Json) => Style::Json,
            (None, Format::Yaml | Format::Csv | Format::Name | Format::Template(_)) => {
                return Err(CommandError::usage("records are printed as text, wide, json or jsonl")
                    .hint("--format prints them by a template"));
            }
        };
        Ok(Self { style, buffer: Vec::new(), is_first: true })
    }

    pub fn begin(&mut self, out: &mut Output) -> Result<(), CommandError> {
        match self.style {
            Style::Json => out.write(
                format!("{{\"apiVersion\":\"{API_VERSION}\",\"kind\":\"RecordList\",\"items\":[").as_bytes(),
            ),
            _ => Ok(()),
        }
    }

    pub fn write(&mut self, record: &ReadRecord<'_>, out: &mut Output) -> Result<(), CommandError> {
        self.buffer.clear();
        let is_first = std::mem::replace(&mut self.is_first, false);
        match &self.style {
            Style::Values => {
                self.buffer.extend_from_slice(record.value.unwrap_or_default());
                self.buffer.push(b'\n');
            }
            Style::Wide => wide(record, &mut self.buffer),
            Style::JsonLines => {
                json(record, &mut self.buffer)?;
                self.buffer.push(b'\n');
            }
            Style::Json => {
                self.buffer.extend_from_slice(if is_first { b"\n" } else { b",\n" });
                json(record, &mut self.buffer)?;
            }
            Style::Template(template) => template.render(record, &mut self.buffer),
        }
        out.write(&self.buffer)
    }

    pub fn end(&mut self, out: &mut Output) -> Result<(), CommandError> {
        match self.style {
            Style::Json => out.write(b"\n],\"errors\":[]}\n"),
            _ => Ok(()),
        }
    }
}

fn json(record: &ReadRecord<'_>, buffer: &mut Vec<u8>) -> Result<(), CommandError> {
    serde_json::to_writer(buffer, record)
        .map_err(|error| CommandError::failed(format!("record as JSON: {error}")))
}

fn wide(record: &ReadRecord<'_>, buffer: &mut Vec<u8>) {
    let time = rfc3339(record.timestamp_ms);
    let place = format!(
        "{}-{}@{}\t{}\t",
        record.topic,
        record.partition,
        record.offset,
        time.as_deref().unwrap_or("-")
    );
    buffer.extend_from_slice(place.as_bytes());
    buffer.extend_from_slice(record.key.unwrap_or(b"-"));
    buffer.push(b'\t');
    buffer.extend_from_slice(record.value.unwrap_or(b"-"));
    buffer.push(b'\n');
}
