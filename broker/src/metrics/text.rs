//! Registries as text: OpenMetrics, or the older format of Prometheus for whoever does not ask for that.

use std::fmt;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::registry::Registry;

use super::room::Room;

/// How figures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `text/plain; version=0.0.4`.
    Prometheus,
    /// `application/openmetrics-text; version=1.0.0`.
    OpenMetrics,
}

impl Format {
    /// What an HTTP client's `Accept` header asks for.
    pub fn accepted(header: &str) -> Self {
        if header.contains("application/openmetrics-text") { Self::OpenMetrics } else { Self::Prometheus }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// The figures of all registries; a name must be in one of them only.
pub fn expose(registries: &[&Registry], format: Format) -> Result<String, fmt::Error> {
    let mut written = Written::default();
    registries.iter().try_for_each(|registry| written.add(registry))?;
    written.finish(format)
}

/// What is on a page so far.
#[derive(Debug, Default)]
pub struct Written {
    text: String,
}

impl Written {
    /// A name must be in one registry only.
    pub fn add(&mut self, registry: &Registry) -> fmt::Result {
        encode_registry(&mut self.text, registry)
    }

    /// What is left of a page of `bytes_max`.
    pub fn room(&self, bytes_max: usize) -> Room {
        Room::behind(self.text.len(), bytes_max)
    }

    pub fn finish(mut self, format: Format) -> Result<String, fmt::Error> {
        match format {
            Format::OpenMetrics => encode_eof(&mut self.text)?,
            Format::Prometheus => self.text = older(&self.text),
        }
        Ok(self.text)
    }
}

/// OpenMetrics names the family of a counter without `_total`, the older format with it. Units are its invention.
fn older(text: &str) -> String {
    let mut older = String::with_capacity(text.len());
    let mut help = None;
    for line in text.lines() {
        if line.starts_with("# HELP ") {
            help = Some(line);
            continue;
        }
        if line.starts_with("# UNIT ") {
            continue;
        }
        let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|line| line.split_once(' ')) else {
            older.push_str(line);
            older.push('\n');
            continue;
        };
        let (suffix, kind) = match kind {
            "counter" => ("_total", kind),
            "unknown" => ("", "untyped"),
            _ => ("", kind),
        };
        let help = help.take().and_then(|line| line.strip_prefix("# HELP ")?.strip_prefix(name));
        if let Some(help) = help {
            older.extend(["# HELP ", name, suffix, help, "\n"]);
        }
        older.extend(["# TYPE ", name, suffix, " ", kind, "\n"]);
    }
    older
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::registry_of;

    #[test]
    fn the_older_format_names_counters_in_full() {
        let registry = registry_of(|page| {
            page.counters("kafka_requests", "Requests", [([("api", "Fetch")], 3_u64)])?;
            page.gauge("kafka_connections", "Open \"connections\"", 2_i64)
        });
        let text = expose(&[&registry], Format::Prometheus).unwrap();
        let expected = "# HELP kafka_requests_total Requests\n\
                        # TYPE kafka_requests_total counter\n\
                        kafka_requests_total{api=\"Fetch\"} 3\n\
                        # HELP kafka_connections Open \"connections\"\n\
                        # TYPE kafka_connections gauge\n\
                        kafka_connections 2\n";
        assert_eq!(text, expected);
        let text = expose(&[&registry], Format::OpenMetrics).unwrap();
        assert!(
            text.starts_with("# HELP kafka_requests Requests\n# TYPE kafka_requests counter\n"),
            "{text}"
        );
        assert!(text.ends_with("# EOF\n"), "{text}");
    }

    #[test]
    fn the_format_is_the_one_asked_for() {
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5";
        assert_eq!(Format::accepted(prometheus), Format::OpenMetrics);
        assert_eq!(Format::accepted("*/*"), Format::Prometheus);
        assert_eq!(Format::accepted(""), Format::Prometheus);
    }
}
