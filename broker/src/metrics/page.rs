//! Writes families of figures: a name, a line of help, and a row for each set of labels.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabel, EncodeLabelSet, LabelSetEncoder,
    MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry::Registry;

use super::histogram::Recorded;
use super::room::{digits, label_bytes};

/// What a collector writes on. Names of counters come without `_total`.
pub struct Page<'e> {
    encoder: DescriptorEncoder<'e>,
}

impl Page<'_> {
    pub fn gauge(&mut self, name: &str, help: &str, value: impl EncodeGaugeValue) -> fmt::Result {
        self.encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
    }

    pub fn counter(&mut self, name: &str, help: &str, value: impl EncodeCounterValue) -> fmt::Result {
        let mut metric = self.encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        metric.encode_counter(&value, None::<&Exemplar<NoLabelSet, f64>>)
    }

    pub fn gauges<L: EncodeLabelSet, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Gauge)?;
        rows.into_iter().try_for_each(|(labels, value)| family.encode_family(&labels)?.encode_gauge(&value))
    }

    pub fn counters<L: EncodeLabelSet, V: EncodeCounterValue>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Counter)?;
        rows.into_iter().try_for_each(|(labels, value)| {
            family.encode_family(&labels)?.encode_counter(&value, None::<&Exemplar<NoLabelSet, f64>>)
        })
    }

    pub(super) fn histogram(&mut self, name: &str, help: &str, recorded: Recorded) -> fmt::Result {
        let Recorded { sum_s, count, buckets } = recorded;
        let mut metric = self.encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        metric.encode_histogram::<NoLabelSet>(sum_s, count, &buckets, None)
    }

    pub(super) fn histograms<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (L, Recorded)>,
    ) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Histogram)?;
        rows.into_iter().try_for_each(|(labels, Recorded { sum_s, count, buckets })| {
            family.encode_family(&labels)?.encode_histogram::<NoLabelSet>(sum_s, count, &buckets, None)
        })
    }

    fn family<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error> {
        self.encoder.encode_descriptor(name, help, None, kind)
    }
}

/// The labels of what is counted by partition.
#[derive(Debug, Clone, Copy)]
pub(super) struct PartitionLabels<'a> {
    pub group: Option<&'a str>,
    pub topic: &'a str,
    pub partition: i32,
}

impl PartitionLabels<'_> {
    /// Bytes of a line that these take.
    pub fn bytes(&self) -> usize {
        let group = self.group.map_or(0, |group| label_bytes("group", group));
        let number = label_bytes("partition", "") + digits(self.partition.into());
        group + label_bytes("topic", self.topic) + number
    }
}

impl EncodeLabelSet for PartitionLabels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        if let Some(group) = self.group {
            ("group", group).encode(encoder.encode_label())?;
        }
        ("topic", self.topic).encode(encoder.encode_label())?;
        ("partition", self.partition).encode(encoder.encode_label())
    }
}

/// A registry that holds what `write` writes, anew at each scrape.
pub fn registry_of(write: impl Fn(&mut Page<'_>) -> fmt::Result + Send + Sync + 'static) -> Registry {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Written(write)));
    registry
}

struct Written<F>(F);

impl<F> fmt::Debug for Written<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Written")
    }
}

impl<F: Fn(&mut Page<'_>) -> fmt::Result + Send + Sync + 'static> Collector for Written<F> {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        (self.0)(&mut Page { encoder })
    }
}
