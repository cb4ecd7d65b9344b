//! What clients tell of themselves (KIP-714), as rows of two families: a client's names are labels, not names of ours.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use kafkactl_core::names::{Uuid, uuid_text};
use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, LabelSetEncoder};

use super::page::Page;
use crate::telemetry::{Push, each_figure};

/// Rows of all clients together.
const ROWS_MAX: usize = 10_000;
/// Rows of one client: the next ones want room too.
const CLIENT_ROWS_MAX: usize = 500;
/// A client with a longer id, in bytes, is left out.
const CLIENT_ID_BYTES_MAX: usize = 255;
/// Labels of ours, which no attribute may take the place of.
const OWN_LABELS: [&str; 3] = ["client", "client_instance", "metric"];

/// The labels of one figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Labels {
    /// `client.id`.
    client: Arc<str>,
    instance: Arc<str>,
    metric: String,
    attributes: Vec<(String, String)>,
}

impl EncodeLabelSet for Labels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        let own = [&*self.client, &*self.instance, &self.metric];
        for label in OWN_LABELS.into_iter().zip(own) {
            label.encode(encoder.encode_label())?;
        }
        let mut attributes = self.attributes.iter();
        attributes.try_for_each(|(name, text)| (&**name, &**text).encode(encoder.encode_label()))
    }
}

/// The figures of clients, as many as find room.
#[derive(Debug, Default)]
struct Rows {
    values: Vec<(Labels, f64)>,
    totals: Vec<(Labels, f64)>,
    /// Clients with figures that found no room, or that are none.
    left_out: usize,
}

impl Rows {
    fn of(pushes: &[(Uuid, Arc<Push>)]) -> Self {
        let mut rows = Self::default();
        pushes.iter().for_each(|(id, push)| rows.add(id, push));
        rows
    }

    fn add(&mut self, id: &Uuid, push: &Push) {
        if push.client_id.len() > CLIENT_ID_BYTES_MAX {
            self.left_out += 1;
            return;
        }
        let (client, instance) = (Arc::from(&*push.client_id), Arc::from(uuid_text(id)));
        let room = CLIENT_ROWS_MAX.min(ROWS_MAX - self.values.len() - self.totals.len());
        // A page with two rows of the same labels is refused as a whole.
        let (mut told, mut fits) = (BTreeSet::new(), true);
        let read = each_figure(&push.metrics, &mut |figure| {
            fits = told.len() < room;
            if !fits {
                return false;
            }
            let labels = Labels {
                client: Arc::clone(&client),
                instance: Arc::clone(&instance),
                metric: figure.name.to_owned(),
                attributes: label_names(figure.attributes),
            };
            if told.insert(labels.clone()) {
                let rows = if figure.is_total { &mut self.totals } else { &mut self.values };
                rows.push((labels, figure.value));
            }
            true
        });
        self.left_out += usize::from(read.is_err() || !fits);
    }
}

/// Attributes under names that Prometheus takes, each once, in one order.
fn label_names(attributes: Vec<(&str, String)>) -> Vec<(String, String)> {
    let mut named: Vec<(String, String)> = Vec::with_capacity(attributes.len());
    for (name, text) in attributes {
        let mut name: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name.insert_str(0, "of_");
        }
        if !OWN_LABELS.contains(&&*name) && named.iter().all(|(known, _)| *known != name) {
            named.push((name, text));
        }
    }
    named.sort_unstable();
    named
}

/// Writes what clients pushed last.
pub(super) fn write(mut pushes: Vec<(Uuid, Arc<Push>)>, page: &mut Page<'_>) -> fmt::Result {
    // The same clients find room at every scrape.
    pushes.sort_unstable_by(|a, b| (&a.1.client_id, a.0).cmp(&(&b.1.client_id, b.0)));
    let Rows { values, totals, left_out } = Rows::of(&pushes);
    page.gauge("kafka_client_instances", "Clients that push metrics of their own", pushes.len() as i64)?;
    page.gauge(
        "kafka_client_instances_left_out",
        "Clients whose metrics are beyond the bound of rows or cannot be read",
        left_out as i64,
    )?;
    page.gauges("kafka_client_value", "What a client tells of itself: values", values)?;
    page.counters("kafka_client_count", "What a client tells of itself: counts since it started", totals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Format, expose, registry_of};
    use crate::telemetry::otlp_push;

    fn pushed(number: u128, client: &str, metrics: Vec<u8>) -> (Uuid, Arc<Push>) {
        let push = Push { client_id: client.to_owned(), received_ms: 0, metrics: metrics.into() };
        (Uuid::from_u128(number), Arc::new(push))
    }

    fn page(pushes: Vec<(Uuid, Arc<Push>)>) -> String {
        let registry = registry_of(move |page| write(pushes.clone(), page));
        expose(&[&registry], Format::Prometheus).unwrap()
    }

    #[test]
    fn clients_are_told_apart() {
        let page = page(vec![pushed(8, "b", otlp_push(5, 2.5)), pushed(7, "a\"", otlp_push(3, 1.5))]);
        let a = r#"client="a\"",client_instance="AAAAAAAAAAAAAAAAAAAABw""#;
        let b = r#"client="b",client_instance="AAAAAAAAAAAAAAAAAAAACA""#;
        for line in [
            "kafka_client_instances 2".to_owned(),
            "kafka_client_instances_left_out 0".to_owned(),
            format!("kafka_client_value{{{a},metric=\"client.latency\",node_id=\"1\"}} 1.5"),
            format!("kafka_client_value{{{b},metric=\"client.latency\",node_id=\"1\"}} 2.5"),
            format!("kafka_client_count_total{{{a},metric=\"client.records\",topic=\"orders\"}} 3.0"),
            format!("kafka_client_count_total{{{b},metric=\"client.records\",topic=\"orders\"}} 5.0"),
        ] {
            assert!(page.lines().any(|one| one == line), "{line}\n{page}");
        }
    }

    #[test]
    fn rows_are_bounded_and_each_is_there_once() {
        let rows = Rows::of(&[pushed(1, "twice", otlp_push(1, 1.0).repeat(2))]);
        assert_eq!((rows.values.len(), rows.totals.len(), rows.left_out), (1, 1, 0));
        assert_eq!(Rows::of(&[pushed(1, "odd", b"\xff".to_vec())]).left_out, 1);
        let long = "c".repeat(CLIENT_ID_BYTES_MAX + 1);
        let rows = Rows::of(&[pushed(1, &long, otlp_push(1, 1.0))]);
        assert_eq!((rows.values.len(), rows.left_out), (0, 1));
        // Two figures each.
        let many = (0..ROWS_MAX as u128).map(|number| pushed(number, "many", otlp_push(1, 1.0)));
        let rows = Rows::of(&many.collect::<Vec<_>>());
        assert_eq!((rows.values.len() + rows.totals.len(), rows.left_out), (ROWS_MAX, ROWS_MAX / 2));
    }

    #[test]
    fn one_client_does_not_take_all_the_room() {
        let names =
            (0..CLIENT_ROWS_MAX).map(|number| crate::telemetry::otlp_gauge(&format!("m{number}"), 1.0));
        let metrics: Vec<u8> = names.flatten().collect();
        let one_more = [metrics.clone(), otlp_push(1, 1.0)].concat();
        let rows = Rows::of(&[pushed(1, "full", metrics), pushed(2, "over", one_more)]);
        assert_eq!((rows.values.len(), rows.left_out), (2 * CLIENT_ROWS_MAX, 1));
    }

    #[test]
    fn attributes_become_labels() {
        let attributes = [("node.id", "1"), ("metric", "mine"), ("node_id", "2"), ("1st", "x"), ("a", "y")];
        let attributes = attributes.map(|(name, text)| (name, text.to_owned()));
        let expected = [("a", "y"), ("node_id", "1"), ("of_1st", "x")];
        assert_eq!(
            label_names(attributes.into()),
            expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
    }
}
