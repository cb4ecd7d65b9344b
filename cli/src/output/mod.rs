//! What commands say: data on standard output in the form asked for, everything else on standard error.

mod report;
mod table;
mod template;
mod text;
mod yaml;

use std::io::{self, IsTerminal, Write};
use std::str::FromStr;

use serde::Serialize;
use serde_json::Value;

use crate::args::shared::{ColorChoice, LocalArgs, TableArgs, Units};
use crate::error::CommandError;
use crate::exit::ExitStatus;

pub use report::{Report, Section};
pub use table::{Cell, Column, Filter, Row, Sort, Table};
use template::ItemTemplate;

/// Stands in every document; what it names only ever grows.
pub const API_VERSION: &str = "kafkactl/v1";

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Text,
    Wide,
    Json,
    JsonLines,
    Yaml,
    Csv,
    Name,
    Template(ItemTemplate),
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "text" => Self::Text,
            "wide" => Self::Wide,
            "json" => Self::Json,
            "jsonl" => Self::JsonLines,
            "yaml" => Self::Yaml,
            "csv" => Self::Csv,
            "name" => Self::Name,
            _ => match text.strip_prefix("tmpl=") {
                Some(template) => Self::Template(template.parse()?),
                None => {
                    return Err("use text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE".to_owned());
                }
            },
        })
    }
}

/// How text is drawn.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub color: bool,
    /// Wrap to this many columns; `None` never wraps.
    pub width: Option<u16>,
    pub human_units: bool,
    pub headers: bool,
    pub columns: Vec<String>,
    pub sort: Option<Sort>,
    pub filters: Vec<Filter>,
}

/// Where a command's words go. All writes to standard output are made here.
pub struct Output {
    pub format: Format,
    pub view: View,
    pub quiet: bool,
    data: Box<dyn Write>,
    messages: Box<dyn Write>,
    /// A terminal that `--watch` may clear.
    pub is_terminal: bool,
}

impl Output {
    /// The real one: standard output, buffered, and standard error.
    pub fn standard(local: &LocalArgs, table: &TableArgs) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let color = local.may_color() && (is_terminal || local.color == Some(ColorChoice::Always));
        let view = View {
            color,
            width: if is_terminal { text::terminal_width() } else { None },
            human_units: table.units.map_or(is_terminal, |units| units == Units::Human),
            headers: !table.no_headers,
            columns: table.columns.clone(),
            sort: table.sort.clone(),
            filters: table.filter.clone(),
        };
        Self {
            format: local.output.clone().unwrap_or_default(),
            view,
            quiet: local.quiet,
            data: Box::new(io::BufWriter::new(io::stdout())),
            messages: Box::new(io::stderr()),
            is_terminal,
        }
    }

    #[cfg(test)]
    pub fn to(
        format: Format,
        view: View,
        data: impl Write + 'static,
        messages: impl Write + 'static,
    ) -> Self {
        let (data, messages) = (Box::new(data), Box::new(messages));
        Self { format, view, quiet: false, data, messages, is_terminal: false }
    }

    /// Prints a report; its errors go to standard error and decide the status.
    pub fn print(&mut self, mut report: Report) -> Result<ExitStatus, CommandError> {
        report.arrange(&self.view)?;
        let text = report.render(&self.format, &self.view)?;
        self.write(text.as_bytes())?;
        self.flush()?;
        for error in &report.errors {
            self.error(error);
        }
        Ok(ExitStatus::of_items(report.errors.iter().map(CommandError::status)))
    }

    /// Bytes of data, as they are; see [`Self::flush`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), CommandError> {
        self.data.write_all(bytes).map_err(|error| self.failure(error))
    }

    pub fn flush(&mut self) -> Result<(), CommandError> {
        self.data.flush().map_err(|error| self.failure(error))
    }

    /// A terminal that was closed is a reader that has gone, as with a pipe.
    fn failure(&self, error: io::Error) -> CommandError {
        let is_closed = error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error());
        CommandError::output(match self.is_terminal && is_closed {
            true => io::ErrorKind::BrokenPipe.into(),
            false => error,
        })
    }

    /// A remark for the operator on standard error; `--quiet` drops it.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// A failure on standard error: an object in the JSON formats, else a line and its hint.
    pub fn error(&mut self, error: &CommandError) {
        if error.is_quiet() {
            return;
        }
        if matches!(self.format, Format::Json | Format::JsonLines) {
            if let Ok(object) = serde_json::to_string(&error.object()) {
                self.say(&object);
            }
            return;
        }
        self.say(&format!("error: {error}"));
        if let Some(hint) = error.hint_text() {
            self.say(&format!("  hint: {hint}"));
        }
    }

    /// A line on standard error, also with `--quiet`. One that cannot be written to leaves nobody to tell.
    pub fn say(&mut self, line: &str) {
        let _ = writeln!(self.messages, "{}", text::printable(line));
    }
}

/// `1 record`, `2 records`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Our own types as JSON. It fails only for maps whose keys are not strings, which none of them has.
fn json_value(item: &impl Serialize) -> Result<Value, CommandError> {
    serde_json::to_value(item).map_err(|error| CommandError::failed(format!("output as JSON: {error}")))
}
