//! Client-metrics subscriptions, and what they make of one client.

use std::collections::BTreeSet;

use kafkactl_core::names::Uuid;
use kafkactl_core::settings::{Setting, Texts, Value, client_metrics_setting};
use twox_hash::XxHash3_64;

use super::instances::Offer;
use crate::cluster::client_match::{ClientIdentity, ClientMatch};

/// How often a client comes back that nobody asks for anything.
const INTERVAL_MS: i32 = 300_000;
/// The name that stands for all metrics.
const ALL: &str = "*";

/// What the metadata log holds of them.
#[derive(Debug, Default)]
pub struct Subscriptions {
    /// Grows with every change.
    pub version: u64,
    all: Vec<Subscription>,
}

#[derive(Debug)]
struct Subscription {
    interval_ms: i32,
    /// Prefixes of names.
    metrics: Vec<String>,
    clients: ClientMatch,
}

impl Subscriptions {
    /// Takes over the configs of all subscriptions there are.
    pub fn replace<'a>(&mut self, configs: impl Iterator<Item = &'a Texts>) {
        self.all = configs.filter_map(Subscription::of).collect();
        self.version += 1;
    }

    /// What `client` is asked for: all that the subscriptions for it name, as often as the most impatient one.
    pub fn offer(&self, id: Uuid, client: &ClientIdentity) -> Offer {
        let of_client: Vec<_> = self.all.iter().filter(|it| it.clients.matches(client)).collect();
        let intervals_ms = of_client.iter().map(|it| it.interval_ms);
        let push_interval_ms = intervals_ms.fold(INTERVAL_MS, i32::min);
        let mut metrics: BTreeSet<String> =
            of_client.iter().flat_map(|it| it.metrics.iter().cloned()).collect();
        if metrics.contains(ALL) {
            metrics = BTreeSet::from([ALL.to_owned()]);
        }
        let metrics: Vec<String> = metrics.into_iter().collect();
        let subscription_id = subscription_id(id, push_interval_ms, &metrics);
        Offer { subscription_id, push_interval_ms, metrics }
    }
}

/// The same for the same client and question, most likely another for another.
fn subscription_id(id: Uuid, push_interval_ms: i32, metrics: &[String]) -> i32 {
    let text = format!("{id}{push_interval_ms}{}", metrics.join(","));
    XxHash3_64::oneshot(text.as_bytes()) as i32
}

impl Subscription {
    /// `None` when a value makes no sense: the metadata log may come from another version.
    fn of(texts: &Texts) -> Option<Self> {
        let value = |name: &str| {
            let setting: &Setting = client_metrics_setting(name)?;
            match texts.get(name) {
                Some(text) => setting.parse(text).ok(),
                None => setting.default_value(),
            }
        };
        let list = |name| match value(name)? {
            Value::List(items) => Some(items),
            _ => None,
        };
        let interval_ms = match value("interval.ms")? {
            Value::Number(number) => i32::try_from(number).ok()?,
            _ => return None,
        };
        Some(Self {
            interval_ms,
            metrics: list("metrics")?,
            clients: ClientMatch::parse(&list("match")?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pairs: &[(&str, &str)]) -> Texts {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_subscriptions_ask_for_is_put_together() {
        let configs = [
            texts(&[("metrics", "org.a.,org.b."), ("interval.ms", "1000"), ("match", "client_id=one")]),
            texts(&[("metrics", "org.b.,org.c."), ("interval.ms", "500"), ("match", "client_id=one|two")]),
            texts(&[("metrics", "*"), ("match", "client_id=all")]),
            texts(&[("metrics", "org.d."), ("match", "client_id=all"), ("interval.ms", "900000")]),
            texts(&[("metrics", "org.e."), ("interval.ms", "soon")]),
        ];
        let mut subscriptions = Subscriptions::default();
        subscriptions.replace(configs.iter());
        let cases = [
            ("one", 500, vec!["org.a.", "org.b.", "org.c."]),
            ("two", 500, vec!["org.b.", "org.c."]),
            ("all", 300_000, vec!["*"]),
            ("nobody", 300_000, vec![]),
        ];
        for (id, interval_ms, metrics) in cases {
            let client = ClientIdentity { id: id.to_owned(), ..ClientIdentity::default() };
            let offer = subscriptions.offer(Uuid::from_u128(7), &client);
            assert_eq!((offer.push_interval_ms, offer.metrics), (interval_ms, owned(&metrics)), "{id}");
        }
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn an_id_tells_questions_apart() {
        let id = |client, interval_ms, metric: &str| {
            subscription_id(Uuid::from_u128(client), interval_ms, &[metric.to_owned()])
        };
        let same = id(1, 1000, "a");
        assert_eq!(same, id(1, 1000, "a"));
        for other in [id(2, 1000, "a"), id(1, 2000, "a"), id(1, 1000, "b")] {
            assert_ne!(same, other);
        }
    }
}
