//! What clients tell of themselves (KIP-714), as rows of two families: a client's names are labels, not names of ours.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use kafkactl_core::names::{Uuid, uuid_text};
use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, LabelSetEncoder};

use super::page::Page;
use super::room::label_bytes;
use crate::telemetry::{Push, each_figure};

/// Rows of one client: the next ones want room too.
const CLIENT_ROWS_MAX: usize = 500;
/// A client with a longer id, in bytes, is left out.
const CLIENT_ID_BYTES_MAX: usize = 255;
/// Labels of ours, which no attribute may take the place of.
const OWN_LABELS: [&str; 3] = ["client", "client_instance", "metric"];

/// The longer name, and the longest value with its braces, in bytes.
const NAME_AND_VALUE_BYTES: usize = "kafka_client_count_total{} -1.2345678901234567e-123\n".len();

/// The labels of one figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Labels {
    /// `client.id`.
    client: Arc<str>,
    instance: Arc<str>,
    metric: String,
    attributes: Vec<(String, String)>,
}

impl Labels {
    fn page_bytes(&self) -> usize {
        let own = OWN_LABELS.into_iter().zip([&*self.client, &*self.instance, &self.metric]);
        let attributes = self.attributes.iter().map(|(name, text)| (&**name, &**text));
        let labels = own.chain(attributes).map(|(name, text)| label_bytes(name, text));
        NAME_AND_VALUE_BYTES + labels.sum::<usize>()
    }
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
pub(super) struct Rows {
    room_bytes: usize,
    used_bytes: usize,
    clients: usize,
    values: Vec<(Labels, f64)>,
    totals: Vec<(Labels, f64)>,
    /// Clients with figures that found no room, or that are none.
    left_out: usize,
}

impl Rows {
    /// What clients pushed last.
    pub fn of(mut pushes: Vec<(Uuid, Arc<Push>)>, room_bytes: usize) -> Self {
        // The same clients find room at every scrape.
        pushes.sort_unstable_by(|a, b| (&a.1.client_id, a.0).cmp(&(&b.1.client_id, b.0)));
        let mut rows = Self { room_bytes, clients: pushes.len(), ..Self::default() };
        pushes.iter().for_each(|(id, push)| rows.add(id, push));
        rows
    }

    pub fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    pub fn write(self, page: &mut Page<'_>) -> fmt::Result {
        page.gauge("kafka_client_instances", "Clients that push metrics of their own", self.clients as i64)?;
        page.gauge(
            "kafka_client_instances_left_out",
            "Clients whose metrics are beyond the bound of rows or cannot be read",
            self.left_out as i64,
        )?;
        page.gauges("kafka_client_value", "What a client tells of itself: values", self.values)?;
        let help = "What a client tells of itself: counts since it started";
        page.counters("kafka_client_count", help, self.totals)
    }

    fn add(&mut self, id: &Uuid, push: &Push) {
        if push.client_id.len() > CLIENT_ID_BYTES_MAX {
            self.left_out += 1;
            return;
        }
        let (client, instance) = (Arc::from(&*push.client_id), Arc::from(uuid_text(id)));
        // A page with two rows of the same labels is refused as a whole.
        let (mut told, mut fits) = (BTreeSet::new(), true);
        let read = each_figure(&push.metrics, &mut |figure| {
            let labels = Labels {
                client: Arc::clone(&client),
                instance: Arc::clone(&instance),
                metric: figure.name.to_owned(),
                attributes: label_names(figure.attributes),
            };
            if told.contains(&labels) {
                return true;
            }
            let bytes = self.used_bytes + labels.page_bytes();
            fits = told.len() < CLIENT_ROWS_MAX && bytes <= self.room_bytes;
            if fits {
                told.insert(labels.clone());
                self.used_bytes = bytes;
                let rows = if figure.is_total { &mut self.totals } else { &mut self.values };
                rows.push((labels, figure.value));
            }
            fits
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Format, expose, registry_of};
    use crate::telemetry::otlp_push;

    const ROOM_BYTES: usize = 1 << 20;

    fn pushed(number: u128, client: &str, metrics: Vec<u8>) -> (Uuid, Arc<Push>) {
        let push = Push { client_id: client.to_owned(), received_ms: 0, metrics: metrics.into() };
        (Uuid::from_u128(number), Arc::new(push))
    }

    fn page(pushes: Vec<(Uuid, Arc<Push>)>) -> String {
        let registry = registry_of(move |page| Rows::of(pushes.clone(), ROOM_BYTES).write(page));
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
        let of = |push| Rows::of(vec![push], ROOM_BYTES);
        let rows = of(pushed(1, "twice", otlp_push(1, 1.0).repeat(2)));
        assert_eq!((rows.values.len(), rows.totals.len(), rows.left_out), (1, 1, 0));
        assert_eq!(of(pushed(1, "odd", b"\xff".to_vec())).left_out, 1);
        let long = "c".repeat(CLIENT_ID_BYTES_MAX + 1);
        let rows = of(pushed(1, &long, otlp_push(1, 1.0)));
        assert_eq!((rows.values.len(), rows.left_out), (0, 1));
        // All take the same.
        let many = || (0..20).map(|number| pushed(number, "many", otlp_push(1, 1.0)));
        let one_bytes = Rows::of(many().take(1).collect(), ROOM_BYTES).used_bytes();
        let rows = Rows::of(many().collect(), 7 * one_bytes);
        assert_eq!((rows.values.len(), rows.used_bytes(), rows.left_out), (7, 7 * one_bytes, 13));
    }

    #[test]
    fn one_client_does_not_take_all_the_room() {
        let names =
            (0..CLIENT_ROWS_MAX).map(|number| crate::telemetry::otlp_gauge(&format!("m{number}"), 1.0));
        let metrics: Vec<u8> = names.flatten().collect();
        let one_more = [metrics.clone(), otlp_push(1, 1.0)].concat();
        let rows = Rows::of(vec![pushed(1, "full", metrics), pushed(2, "over", one_more)], ROOM_BYTES);
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
