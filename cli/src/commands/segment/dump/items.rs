use serde::Serialize;

use crate::error::CommandError;
use crate::output::{API_VERSION, Format, Output};

/// Writes items as they come: a log may hold more than memory does.
pub struct Items<'o> {
    out: &'o mut Output,
    count: u64,
    /// Printed before the next item.
    title: Option<String>,
}

impl<'o> Items<'o> {
    /// Errors: the format needs all items before it can be written.
    pub fn begin(out: &'o mut Output) -> Result<Self, CommandError> {
        match out.format {
            Format::Text | Format::Wide | Format::JsonLines | Format::Template(_) => {}
            Format::Json => {
                let head = format!("{{\"apiVersion\":\"{API_VERSION}\",\"kind\":\"SegmentDump\",\"items\":[");
                out.write(head.as_bytes())?;
            }
            _ => return Err(CommandError::usage("a dump is text, json, jsonl or tmpl=TEMPLATE")),
        }
        Ok(Self { out, count: 0, title: None })
    }

    /// What the following items are from: a line above them in text.
    pub fn title(&mut self, title: &str) {
        self.title = Some(title.to_owned());
    }

    pub fn put(&mut self, item: &impl Serialize, line: impl FnOnce() -> String) -> Result<(), CommandError> {
        let json = || {
            serde_json::to_value(item)
                .map_err(|error| CommandError::failed(format!("output as JSON: {error}")))
        };
        let text = match &self.out.format {
            Format::JsonLines => format!("{}\n", json()?),
            Format::Json => format!("{}\n{}", if self.count > 0 { "," } else { "" }, json()?),
            Format::Template(template) => format!("{}\n", template.render(&json()?)),
            _ => match self.title.take() {
                Some(title) => format!("{title}\n{}\n", line()),
                None => line() + "\n",
            },
        };
        self.count += 1;
        self.out.write(text.as_bytes())
    }

    pub fn note(&mut self, text: &str) {
        self.out.note(text);
    }

    pub fn error(&mut self, error: &CommandError) {
        self.out.error(error);
    }

    pub fn end(self, errors: &[CommandError]) -> Result<(), CommandError> {
        if self.out.format == Format::Json {
            let errors: Vec<_> = errors.iter().map(CommandError::object).collect();
            let errors = serde_json::to_string(&errors)
                .map_err(|error| CommandError::failed(format!("output as JSON: {error}")))?;
            self.out.write(format!("\n],\"errors\":{errors}}}\n").as_bytes())?;
        }
        self.out.flush()
    }
}
