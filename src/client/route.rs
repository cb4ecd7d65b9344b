//! Sends a request to whoever must answer it, and again when that was the wrong one or the moment was bad.
//!
//! Building requests and reading answers are plain functions of the callers; what is tried again, when, and after
//! learning what, is decided here for all of them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::connection::Answer;
use super::{Client, ClientError, Connection, CoordinatorKind, Lane, PerItem, Topics};
use crate::names::{BrokerId, TopicName, TopicPartition};
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
            let error = match self.controller().await {
                Ok(connection) => match call(&ask, &connection, &build).await.and_then(&read) {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            retry.after(error).await?;
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
            let error = match self.any_broker().await {
                Ok(connection) => match call(&ask, &connection, &build).await.and_then(&read) {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            retry.after(error).await?;
        }
    }

    /// Asks the coordinator of `key`, looking it up again when it has moved.
    pub(super) async fn ask_coordinator<R: Request, T>(
        &self,
        ask: Ask,
        kind: CoordinatorKind,
        key: &str,
        build: impl Fn(i16) -> R,
        read: impl Fn(R::Response) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut retry = self.retry(&ask.what);
        loop {
            let error = match self.coordinator_connection(kind, key).await {
                Ok(connection) => match call(&ask, &connection, &build).await.and_then(&read) {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if error.is_stale_coordinator() {
                self.forget_coordinator(kind, key);
            }
            retry.after(error).await?;
        }
    }

    /// Asks every one of `brokers` at once. Each answers for itself; nothing is moved to another broker.
    pub(super) async fn ask_brokers<R: Request, T>(
        &self,
        ask: Ask,
        brokers: impl IntoIterator<Item = BrokerId>,
        build: impl Fn(i16) -> R,
        read: impl Fn(R::Response) -> Result<T, ClientError>,
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
                match answer.wait().await.and_then(&read) {
                    Ok(answer) => drop(answers.insert(broker, Ok(answer))),
                    Err(error) => failed.push((broker, error)),
                }
            }
            let (again, last) = settle(&mut answers, failed);
            let Some(error) = last else { return answers };
            if let Err(error) = retry.after(error).await {
                answers.extend(again.into_iter().map(|(broker, _)| (broker, Err(error.clone()))));
                return answers;
            }
            pending = again.into_iter().map(|(broker, _)| broker).collect();
        }
    }

    /// Asks the leader of each partition, one request a leader, all leaders at once. What fails for a reason that
    /// passes is asked again, of a new leader if there is one. Every item gets an outcome.
    pub(super) async fn ask_leaders<I: Clone, R: Request, T>(
        &self,
        ask: Ask,
        items: BTreeMap<TopicPartition, I>,
        build: impl Fn(&[(TopicPartition, I)], i16) -> R,
        read: impl Fn(R::Response) -> Vec<(TopicPartition, Result<T, ClientError>)>,
    ) -> PerItem<TopicPartition, T> {
        let mut answers = PerItem::new();
        let mut retry = self.retry(&ask.what);
        let mut pending = items.clone();
        let mut refresh_all = false;
        loop {
            let mut failed = Vec::new();
            if let Err(error) = self.learn_topics(pending.keys(), refresh_all).await {
                failed.extend(pending.keys().map(|partition| (partition.clone(), error.clone())));
                pending.clear();
            }
            let mut by_leader: BTreeMap<BrokerId, Vec<(TopicPartition, I)>> = BTreeMap::new();
            for (partition, item) in std::mem::take(&mut pending) {
                match self.view().leader(&partition) {
                    Ok((leader, _)) => by_leader.entry(leader).or_default().push((partition, item)),
                    // The topic was asked for just now, so this is the cluster's word and not old knowledge.
                    Err(error @ ClientError::Refused { .. }) => drop(answers.insert(partition, Err(error))),
                    Err(error) => failed.push((partition, error)),
                }
            }
            let mut sent = Vec::new();
            for (leader, items) in by_leader {
                match self.enqueue_to(leader, &ask, |version| build(&items, version)).await {
                    Ok(answer) => sent.push((items, answer)),
                    Err(error) => {
                        failed.extend(items.into_iter().map(|(partition, _)| (partition, error.clone())))
                    }
                }
            }
            for (items, answer) in sent {
                let outcomes = answer.wait().await.map(&read);
                failed.extend(sort_out(&ask.what, items, outcomes, &mut answers));
            }
            let (again, last) = settle(&mut answers, failed);
            let Some(error) = last else { return answers };
            if let Err(error) = retry.after(error).await {
                answers.extend(again.into_iter().map(|(partition, _)| (partition, Err(error.clone()))));
                return answers;
            }
            pending = again
                .into_iter()
                .map(|(partition, _)| {
                    let item = items[&partition].clone();
                    (partition, item)
                })
                .collect();
            refresh_all = true;
        }
    }

    /// Learns about the topics that the view lacks, or about all of them.
    async fn learn_topics<'a>(
        &self,
        partitions: impl Iterator<Item = &'a TopicPartition>,
        all: bool,
    ) -> Result<(), ClientError> {
        let view = self.view();
        let mut names: Vec<TopicName> = partitions
            .filter(|partition| all || view.partition(partition).is_none())
            .map(|partition| partition.topic.clone())
            .collect();
        names.dedup();
        if !names.is_empty() {
            self.refresh(Topics::Named { names: &names, create: false }).await?;
        }
        Ok(())
    }

    async fn coordinator_connection(
        &self,
        kind: CoordinatorKind,
        key: &str,
    ) -> Result<Connection, ClientError> {
        let broker = self.coordinator(kind, key).await?;
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

async fn call<R: Request>(
    ask: &Ask,
    connection: &Connection,
    build: impl Fn(i16) -> R,
) -> Result<R::Response, ClientError> {
    let version = ask.version_at::<R>(connection)?;
    connection.call_version(&build(version), version, ask.patience).await
}

/// Puts answers where they belong and returns those of `items` that failed.
fn sort_out<I, T>(
    what: &str,
    items: Vec<(TopicPartition, I)>,
    outcomes: Result<Vec<(TopicPartition, Result<T, ClientError>)>, ClientError>,
    answers: &mut PerItem<TopicPartition, T>,
) -> Vec<(TopicPartition, ClientError)> {
    let mut outcomes: BTreeMap<TopicPartition, Result<T, ClientError>> = match outcomes {
        Ok(outcomes) => outcomes.into_iter().collect(),
        Err(error) => return items.into_iter().map(|(partition, _)| (partition, error.clone())).collect(),
    };
    let mut failed = Vec::new();
    for (partition, _) in items {
        match outcomes.remove(&partition) {
            Some(Ok(answer)) => drop(answers.insert(partition, Ok(answer))),
            Some(Err(error)) => failed.push((partition, error)),
            None => {
                let reason = format!("the answer says nothing about {partition}");
                failed.push((partition, ClientError::Invalid { what: what.to_owned(), reason }));
            }
        }
    }
    failed
}

/// Final failures become answers; the others are returned, with one of them to decide on.
fn settle<K: Ord, T>(
    answers: &mut PerItem<K, T>,
    failed: Vec<(K, ClientError)>,
) -> (Vec<(K, ClientError)>, Option<ClientError>) {
    let (again, fatal): (Vec<_>, Vec<_>) = failed.into_iter().partition(|(_, error)| error.is_retriable());
    answers.extend(fatal.into_iter().map(|(key, error)| (key, Err(error))));
    let last = again.first().map(|(_, error)| error.clone());
    (again, last)
}
