//! Sends a request to whoever must answer it, and again when that was the wrong one or the moment was bad.
//!
//! Building requests and reading answers are plain functions of the callers; what is tried again, when, and after
//! learning what, is decided here for all of them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::connection::Answer;
use super::{Client, ClientError, Connection, CoordinatorKind, Lane, PerItem, Topics};
use crate::names::{BrokerId, TopicName, TopicPartition};
use crate::wire::ErrorCode;
use crate::wire::messages::Request;

/// What is asked, for errors; in which versions; and how long the broker may hold the answer back.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub what: String,
    pub versions: RangeInclusive<i16>,
    pub patience: Duration,
}

impl Ask {
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), versions: 0..=i16::MAX, patience: Duration::ZERO }
    }

    pub fn versions(self, versions: RangeInclusive<i16>) -> Self {
        Self { versions, ..self }
    }

    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn version_at<R: Request>(&self, connection: &Connection) -> Result<i16, ClientError> {
        connection.version_within::<R>(*self.versions.start(), *self.versions.end())
    }
}

/// Something that one broker is responsible for, which may change at any time.
pub(super) trait Owned: Ord + Clone + Display + Send + Sync {
    /// Who is responsible for each. With `again` what is known proved wrong or was not enough.
    fn owners(
        client: &Client,
        keys: Vec<Self>,
        again: bool,
    ) -> impl Future<Output = Vec<(Self, Result<BrokerId, ClientError>)>> + Send;

    /// What was learned from a failure.
    fn failed(&self, client: &Client, error: &ClientError);
}

/// A partition's leader is responsible for it.
impl Owned for TopicPartition {
    async fn owners(
        client: &Client,
        partitions: Vec<Self>,
        again: bool,
    ) -> Vec<(Self, Result<BrokerId, ClientError>)> {
        let view = client.view();
        let mut names: Vec<TopicName> = partitions
            .iter()
            .filter(|partition| again || view.partition(partition).is_none())
            .map(|partition| partition.topic.clone())
            .collect();
        names.dedup();
        let learned = match names.is_empty() {
            true => Ok(()),
            false => client.refresh(Topics::Named { names: &names, create: false }).await.map(|_| ()),
        };
        let view = client.view();
        let owner = |partition: &Self| match (view.leader(partition), &learned) {
            (Ok((leader, _)), _) => Ok(leader),
            (Err(_), Err(error)) => Err(error.clone()),
            // The topic was asked for just now, so that there is none is the cluster's word and not old knowledge.
            (Err(ClientError::Refused { what, code, .. }), Ok(())) => {
                Err(ClientError::Missing { what, code })
            }
            (Err(error), Ok(())) => Err(error),
        };
        partitions.into_iter().map(|partition| (partition.clone(), owner(&partition))).collect()
    }

    /// The next look-up asks anew whatever it was.
    fn failed(&self, _client: &Client, _error: &ClientError) {}
}

/// A group or transactional id, for which its coordinator is responsible.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Coordinated {
    pub kind: CoordinatorKind,
    pub key: String,
}

impl Coordinated {
    pub fn group(id: &str) -> Self {
        Self { kind: CoordinatorKind::Group, key: id.to_owned() }
    }

    pub fn transaction(id: &str) -> Self {
        Self { kind: CoordinatorKind::Transaction, key: id.to_owned() }
    }
}

impl Display for Coordinated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            CoordinatorKind::Group => write!(f, "group \"{}\"", self.key),
            CoordinatorKind::Transaction => write!(f, "transactional id \"{}\"", self.key),
        }
    }
}

impl Owned for Coordinated {
    async fn owners(
        client: &Client,
        keys: Vec<Self>,
        _again: bool,
    ) -> Vec<(Self, Result<BrokerId, ClientError>)> {
        let mut owners = Vec::new();
        for kind in [CoordinatorKind::Group, CoordinatorKind::Transaction] {
            let wanted: Vec<String> =
                keys.iter().filter(|of| of.kind == kind).map(|of| of.key.clone()).collect();
            let mut found = client.coordinators(kind, &wanted).await;
            owners.extend(wanted.into_iter().map(|key| {
                let owner = found.remove(&key);
                let of = Self { kind, key };
                let missing =
                    || Err(ClientError::refused(of.to_string(), ErrorCode::CoordinatorNotAvailable, None));
                (of.clone(), owner.unwrap_or_else(missing))
            }));
        }
        owners
    }

    fn failed(&self, client: &Client, error: &ClientError) {
        if error.is_stale_coordinator() {
            client.forget_coordinator(self.kind, &self.key);
        }
    }
}

impl Client {
    /// Asks the controller, or the broker that forwards to it.
    pub(super) async fn ask_controller<R: Request, T>(
        &self,
        ask: Ask,
        build: impl Fn(i16) -> R,
        read: impl Fn(R::Response) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut retry = self.retry(&ask.what);
        loop {
            match call(&ask, self.controller().await, &build, &read).await {
                Ok(answer) => return Ok(answer),
                Err(error) => retry.after(error).await?,
            }
        }
    }

    /// Asks any broker that answers.
    pub(super) async fn ask_any<R: Request, T>(
        &self,
        ask: Ask,
        build: impl Fn(i16) -> R,
        read: impl Fn(R::Response) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut retry = self.retry(&ask.what);
        loop {
            match call(&ask, self.any_broker().await, &build, &read).await {
                Ok(answer) => return Ok(answer),
                Err(error) => retry.after(error).await?,
            }
        }
    }

    /// Asks the coordinator of `of`, looking it up again when it has moved.
    pub(super) async fn ask_coordinator<R: Request, T>(
        &self,
        ask: Ask,
        of: &Coordinated,
        build: impl Fn(i16) -> R,
        read: impl Fn(R::Response) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut retry = self.retry(&ask.what);
        loop {
            match call(&ask, self.coordinator_connection(of).await, &build, &read).await {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    of.failed(self, &error);
                    retry.after(error).await?;
                }
            }
        }
    }

    /// Asks every one of `brokers` at once. Each answers for itself; nothing is moved to another broker.
    pub(super) async fn ask_brokers<R: Request, T>(
        &self,
        ask: Ask,
        brokers: impl IntoIterator<Item = BrokerId>,
        build: impl Fn(i16) -> R,
        read: impl Fn(BrokerId, R::Response) -> Result<T, ClientError>,
    ) -> PerItem<BrokerId, T> {
        let mut answers = PerItem::new();
        let mut pending: Vec<BrokerId> = brokers.into_iter().collect();
        let mut retry = self.retry(&ask.what);
        loop {
            let mut sent = Vec::new();
            let mut failed = Vec::new();
            for broker in pending.drain(..) {
                match self.enqueue_to(broker, &ask, &build).await {
                    Ok(answer) => sent.push((broker, answer)),
                    Err(error) => failed.push((broker, error)),
                }
            }
            for (broker, answer) in sent {
                match answer.wait().await.and_then(|response| read(broker, response)) {
                    Ok(answer) => drop(answers.insert(broker, Ok(answer))),
                    Err(error) => failed.push((broker, error)),
                }
            }
            match retry.settle(&mut answers, failed).await {
                Some(again) => pending = again,
                None => return answers,
            }
        }
    }

    /// Asks the owner of each item, one request an owner, all owners at once. What fails for a reason that passes is
    /// asked again, of a new owner if there is one. Every item gets an outcome.
    pub(super) async fn ask_owners<K: Owned, I: Clone, R: Request, T>(
        &self,
        ask: Ask,
        items: BTreeMap<K, I>,
        build: impl Fn(&[(K, I)], i16) -> R,
        read: impl Fn(R::Response) -> Vec<(K, Result<T, ClientError>)>,
    ) -> PerItem<K, T> {
        let mut answers = PerItem::new();
        let mut retry = self.retry(&ask.what);
        let mut pending: Vec<K> = items.keys().cloned().collect();
        let mut again = false;
        loop {
            let mut failed = Vec::new();
            let mut by_owner: BTreeMap<BrokerId, Vec<(K, I)>> = BTreeMap::new();
            for (key, owner) in K::owners(self, pending, again).await {
                match (owner, items.get(&key)) {
                    (Ok(owner), Some(item)) => by_owner.entry(owner).or_default().push((key, item.clone())),
                    (Ok(_), None) => {}
                    (Err(error), _) => failed.push((key, error)),
                }
            }
            let mut sent = Vec::new();
            for (owner, items) in by_owner {
                let outcome = self.enqueue_to(owner, &ask, |version| build(&items, version)).await;
                let keys: Vec<K> = items.into_iter().map(|(key, _)| key).collect();
                match outcome {
                    Ok(answer) => sent.push((keys, answer)),
                    Err(error) => failed.extend(keys.into_iter().map(|key| (key, error.clone()))),
                }
            }
            for (keys, answer) in sent {
                let outcomes = answer.wait().await.map(&read);
                failed.extend(sort_out(&ask.what, keys, outcomes, &mut answers));
            }
            for (key, error) in &failed {
                key.failed(self, error);
            }
            match retry.settle(&mut answers, failed).await {
                Some(keys) => pending = keys,
                None => return answers,
            }
            again = true;
        }
    }

    async fn coordinator_connection(&self, of: &Coordinated) -> Result<Connection, ClientError> {
        let broker = self.coordinator(of.kind, &of.key).await?;
        self.broker(broker, Lane::SHARED).await
    }

    async fn enqueue_to<R: Request>(
        &self,
        broker: BrokerId,
        ask: &Ask,
        build: impl Fn(i16) -> R,
    ) -> Result<Answer<R>, ClientError> {
        let connection = self.broker(broker, Lane::SHARED).await?;
        let version = ask.version_at::<R>(&connection)?;
        let timeout = self.config().request_timeout + ask.patience;
        connection.enqueue(&build(version), version, timeout).await
    }
}

/// Asks once, on the connection if there is one.
async fn call<R: Request, T>(
    ask: &Ask,
    connection: Result<Connection, ClientError>,
    build: impl Fn(i16) -> R,
    read: impl Fn(R::Response) -> Result<T, ClientError>,
) -> Result<T, ClientError> {
    let connection = connection?;
    let version = ask.version_at::<R>(&connection)?;
    connection.call_version(&build(version), version, ask.patience).await.and_then(read)
}

/// Puts answers where they belong and returns those of `keys` that failed.
fn sort_out<K: Owned, T>(
    what: &str,
    keys: Vec<K>,
    outcomes: Result<Vec<(K, Result<T, ClientError>)>, ClientError>,
    answers: &mut PerItem<K, T>,
) -> Vec<(K, ClientError)> {
    let mut outcomes: BTreeMap<K, Result<T, ClientError>> = match outcomes {
        Ok(outcomes) => outcomes.into_iter().collect(),
        Err(error) => return keys.into_iter().map(|key| (key, error.clone())).collect(),
    };
    let mut failed = Vec::new();
    for key in keys {
        match outcomes.remove(&key) {
            Some(Ok(answer)) => drop(answers.insert(key, Ok(answer))),
            Some(Err(error)) => failed.push((key, error)),
            None => {
                let reason = format!("the answer says nothing about {key}");
                failed.push((key, ClientError::Invalid { what: what.to_owned(), reason }));
            }
        }
    }
    failed
}
