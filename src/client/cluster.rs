//! The driver behind [`ClusterView`]: finds a broker that answers, keeps connections, refreshes what is believed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use rand::seq::SliceRandom;
use tokio::time::{Instant, sleep, sleep_until};

use super::text::{text, topic_text};
use super::{
    Backoff, BrokerView, ClientConfig, ClientError, ClusterView, Connection, Endpoint, LeaderHint, PerItem,
    Scope,
};
use crate::names::{BrokerId, TopicName};
use crate::wire::messages::find_coordinator_response::Coordinator;
use crate::wire::messages::metadata_request::MetadataRequestTopic;
use crate::wire::messages::{FindCoordinatorRequest, FindCoordinatorResponse, MetadataRequest};
use crate::wire::{ApiKey, ErrorCode};

/// A cluster that this process talks to. Clones share connections and view.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// Of the configuration, or less: see [`Client::within`].
    api_timeout: Duration,
}

#[derive(Debug)]
struct Inner {
    config: ClientConfig,
    view: ArcSwap<ClusterView>,
    /// Serialises changes of `view`; readers never take it.
    view_writer: Mutex<()>,
    slots: Mutex<HashMap<(Endpoint, Lane), Arc<Slot>>>,
    coordinators: Mutex<HashMap<(CoordinatorKind, String), BrokerId>>,
    lanes: AtomicU32,
}

/// Connections to the same broker that must not wait for each other: a broker answers in order, so a fetch that
/// waits for records would hold up everything behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lane(u32);

impl Lane {
    /// For questions that are answered at once.
    pub const SHARED: Lane = Lane(0);
}

/// What a coordinator coordinates, with its number in FindCoordinator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoordinatorKind {
    Group = 0,
    Transaction = 1,
}

/// Where a metadata request looks.
#[derive(Debug, Clone, Copy)]
pub enum Topics<'a> {
    All,
    /// No topic: only brokers and controller.
    None,
    Named {
        names: &'a [TopicName],
        create: bool,
    },
}

/// At most one connection to an endpoint per lane; the lock is held while connecting, so that others wait for it.
#[derive(Debug, Default)]
struct Slot {
    state: tokio::sync::Mutex<SlotState>,
}

#[derive(Debug, Default)]
struct SlotState {
    connection: Option<Connection>,
    failures: u32,
    last_failure: Option<Failure>,
}

#[derive(Debug)]
struct Failure {
    at: Instant,
    /// No other attempt is made before.
    not_before: Instant,
    error: ClientError,
}

/// Groups and transactional ids whose coordinator is remembered; more are asked for again.
const COORDINATORS_MAX: usize = 10_000;

impl Client {
    /// Reaches a cluster and learns its brokers. Fails when no bootstrap server answers.
    pub async fn connect(config: ClientConfig) -> Result<Self, ClientError> {
        let client = Self::new(config);
        client.refresh(Topics::None).await?;
        Ok(client)
    }

    /// Without asking anybody yet.
    pub fn new(config: ClientConfig) -> Self {
        Self {
            api_timeout: config.api_timeout,
            inner: Arc::new(Inner {
                config,
                view: ArcSwap::default(),
                view_writer: Mutex::new(()),
                slots: Mutex::default(),
                coordinators: Mutex::default(),
                lanes: AtomicU32::new(1),
            }),
        }
    }

    pub fn config(&self) -> &ClientConfig {
        &self.inner.config
    }

    /// The same client for calls that are not worth more time, with all their retries, than `api_timeout`.
    pub fn within(&self, api_timeout: Duration) -> Self {
        Self { inner: Arc::clone(&self.inner), api_timeout: self.api_timeout.min(api_timeout) }
    }

    /// What is believed now; call [`refresh`](Self::refresh) to learn anew.
    pub fn view(&self) -> Arc<ClusterView> {
        self.inner.view.load_full()
    }

    /// A set of connections of its own, to be given back with [`close_lane`](Self::close_lane).
    pub fn open_lane(&self) -> Lane {
        Lane(self.inner.lanes.fetch_add(1, Ordering::Relaxed))
    }

    pub fn close_lane(&self, lane: Lane) {
        self.inner.slots.lock().retain(|(_, of), _| *of != lane);
    }

    /// Asks a broker about the cluster and the topics. Returns the topics that it had to say no about.
    pub async fn refresh(&self, topics: Topics<'_>) -> Result<BTreeMap<TopicName, ErrorCode>, ClientError> {
        let connection = self.any_broker().await?;
        let version = connection.version_of::<MetadataRequest>()?;
        let (asked, scope, create) = match topics {
            Topics::All => (None, Scope::All, false),
            Topics::None => (Some(vec![]), Scope::Asked, false),
            Topics::Named { names, create } => (
                Some(
                    names
                        .iter()
                        .map(|name| MetadataRequestTopic::default().with_name(Some(topic_text(name))))
                        .collect(),
                ),
                Scope::Asked,
                create,
            ),
        };
        // Versions below 4 always create, and there is no way to ask them not to; brokers that old are not served.
        let request = MetadataRequest::default()
            .with_topics(asked)
            .with_allow_auto_topic_creation(create || version < 4);
        let response = connection.call_version(&request, version, Duration::ZERO).await?;
        if response.error_code == ErrorCode::RebootstrapRequired.code() {
            self.forget_brokers();
        }
        ClientError::check("asking for metadata", response.error_code, None)?;
        let refused = self.update_view(|view| view.apply(&response, scope));
        self.drop_unused_slots();
        Ok(refused)
    }

    /// Takes in leaders that answers named; returns whether any of them was news.
    pub(super) fn learn_leaders(&self, hints: &[LeaderHint]) -> bool {
        !hints.is_empty()
            && self.update_view(|view| {
                hints.iter().map(|hint| view.apply_hint(hint)).fold(false, std::ops::BitOr::bitor)
            })
    }

    /// A connection to `broker`; UnknownBroker when the view has no such broker.
    pub async fn broker(&self, broker: BrokerId, lane: Lane) -> Result<Connection, ClientError> {
        let endpoint = match self.view().brokers.get(&broker) {
            Some(broker) => broker.endpoint.clone(),
            None => return Err(ClientError::UnknownBroker { broker }),
        };
        self.endpoint(&endpoint, lane).await
    }

    /// A connection to any broker that answers: an open one at best, then those known, then the bootstrap servers,
    /// so that a cluster that moved while we slept is found again (KIP-899).
    pub async fn any_broker(&self) -> Result<Connection, ClientError> {
        if let Some(open) = self.open_connection() {
            return Ok(open);
        }
        let mut known: Vec<Endpoint> =
            self.view().brokers.values().map(|broker| broker.endpoint.clone()).collect();
        known.shuffle(&mut rand::rng());
        let bootstrap = &self.inner.config.bootstrap;
        let mut last = None;
        for endpoint in known.iter().chain(bootstrap) {
            match self.endpoint(endpoint, Lane::SHARED).await {
                Ok(connection) => return Ok(connection),
                Err(error) => last = Some(error),
            }
        }
        let servers = bootstrap.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match last {
            Some(source) => Err(ClientError::Bootstrap { servers, source: Box::new(source) }),
            None => Err(ClientError::BadEndpoint { text: servers }),
        }
    }

    /// The broker for requests that change the cluster.
    pub async fn controller(&self) -> Result<Connection, ClientError> {
        match self.view().controller {
            Some(controller) => self.broker(controller, Lane::SHARED).await,
            None => self.any_broker().await,
        }
    }

    /// The coordinator of `key`, asked for unless remembered. Forget it with
    /// [`forget_coordinator`](Self::forget_coordinator) when it turns out to be another.
    pub async fn coordinator(&self, kind: CoordinatorKind, key: &str) -> Result<BrokerId, ClientError> {
        let mut found = self.coordinators(kind, &[key.to_owned()]).await;
        found.remove(key).unwrap_or_else(|| {
            Err(ClientError::refused(coordinator_of(kind, key), ErrorCode::CoordinatorNotAvailable, None))
        })
    }

    /// As [`coordinator`](Self::coordinator) for many keys; those not remembered are asked for in one request where
    /// the broker can (KIP-699).
    pub(super) async fn coordinators(
        &self,
        kind: CoordinatorKind,
        keys: &[String],
    ) -> HashMap<String, Result<BrokerId, ClientError>> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        {
            let remembered = self.inner.coordinators.lock();
            for key in keys {
                match remembered.get(&(kind, key.clone())) {
                    Some(broker) => drop(found.insert(key.clone(), Ok(*broker))),
                    None => missing.push(key.clone()),
                }
            }
        }
        if !missing.is_empty() {
            match self.find_coordinators(kind, &missing).await {
                Ok(answers) => found.extend(answers),
                Err(error) => found.extend(missing.into_iter().map(|key| (key, Err(error.clone())))),
            }
        }
        found
    }

    async fn find_coordinators(
        &self,
        kind: CoordinatorKind,
        keys: &[String],
    ) -> Result<HashMap<String, Result<BrokerId, ClientError>>, ClientError> {
        let connection = self.any_broker().await?;
        let version = connection.version_of::<FindCoordinatorRequest>()?;
        let mut found = HashMap::new();
        if version >= 4 {
            let request = FindCoordinatorRequest::default()
                .with_key_type(kind as i8)
                .with_coordinator_keys(keys.iter().map(|key| text(key)).collect());
            let response = connection.call_version(&request, version, Duration::ZERO).await?;
            for answer in &response.coordinators {
                found.insert(answer.key.to_string(), self.take_coordinator(kind, answer));
            }
        } else {
            for key in keys {
                let request = FindCoordinatorRequest::default().with_key_type(kind as i8).with_key(text(key));
                let response = connection.call_version(&request, version, Duration::ZERO).await?;
                found.insert(key.clone(), self.take_coordinator(kind, &single_coordinator(key, response)));
            }
        }
        Ok(found)
    }

    pub fn forget_coordinator(&self, kind: CoordinatorKind, key: &str) {
        self.inner.coordinators.lock().remove(&(kind, key.to_owned()));
    }

    /// A retry loop for something named `what`, within the configured time for one call.
    pub(super) fn retry(&self, what: impl Into<String>) -> Retry<'_> {
        let timeout = self.api_timeout;
        Retry { client: self, what: what.into(), until: Instant::now() + timeout, timeout, failures: 0 }
    }

    /// Whether the connected broker offers `api` in any version; the others of its cluster will do the same.
    pub async fn offers(&self, api: ApiKey) -> Result<bool, ClientError> {
        Ok(self.any_broker().await?.versions().range(api).is_some())
    }

    async fn endpoint(&self, endpoint: &Endpoint, lane: Lane) -> Result<Connection, ClientError> {
        let slot = self.inner.slots.lock().entry((endpoint.clone(), lane)).or_default().clone();
        let asked = Instant::now();
        let mut state = slot.state.lock().await;
        if let Some(connection) = state.connection.as_ref().filter(|connection| !connection.is_closed()) {
            return Ok(connection.clone());
        }
        if let Some(failure) = &state.last_failure {
            // Whoever waited for an attempt shares its failure: they would try one after another.
            if failure.at > asked {
                return Err(failure.error.clone());
            }
            sleep_until(failure.not_before).await;
        }
        match Connection::open(endpoint, &self.inner.config).await.and_then(Connection::into_broker) {
            Ok(connection) => {
                *state = SlotState { connection: Some(connection.clone()), failures: 0, last_failure: None };
                Ok(connection)
            }
            Err(error) => {
                tracing::info!(%endpoint, %error, "not connected");
                state.failures += 1;
                let wait = Backoff::RECONNECT.delay(state.failures, rand::random());
                state.connection = None;
                let at = Instant::now();
                state.last_failure = Some(Failure { at, not_before: at + wait, error: error.clone() });
                Err(error)
            }
        }
    }

    fn open_connection(&self) -> Option<Connection> {
        let slots = self.inner.slots.lock();
        slots.iter().filter(|((_, lane), _)| *lane == Lane::SHARED).find_map(|(_, slot)| {
            let state = slot.state.try_lock().ok()?;
            state.connection.clone().filter(|connection| !connection.is_closed())
        })
    }

    fn update_view<T>(&self, change: impl FnOnce(&mut ClusterView) -> T) -> T {
        let _writer = self.inner.view_writer.lock();
        let mut view = ClusterView::clone(&self.inner.view.load());
        let outcome = change(&mut view);
        self.inner.view.store(Arc::new(view));
        outcome
    }

    fn forget_brokers(&self) {
        self.update_view(|view| view.brokers.clear());
        self.drop_unused_slots();
        self.inner.slots.lock().retain(|(_, lane), _| *lane != Lane::SHARED);
    }

    /// Connections to addresses that nobody has any more.
    fn drop_unused_slots(&self) {
        let view = self.view();
        let bootstrap = &self.inner.config.bootstrap;
        self.inner.slots.lock().retain(|(endpoint, _), _| {
            bootstrap.contains(endpoint) || view.brokers.values().any(|broker| broker.endpoint == *endpoint)
        });
    }

    fn take_coordinator(&self, kind: CoordinatorKind, answer: &Coordinator) -> Result<BrokerId, ClientError> {
        let key = answer.key.to_string();
        ClientError::check(coordinator_of(kind, &key), answer.error_code, answer.error_message.as_deref())?;
        let id = BrokerId(answer.node_id.0);
        if let Ok(port) = u16::try_from(answer.port)
            && !self.view().brokers.contains_key(&id)
        {
            let endpoint = Endpoint::new(&answer.host, port);
            self.update_view(|view| {
                view.brokers.insert(id, BrokerView { id, endpoint, rack: None });
            });
        }
        let mut coordinators = self.inner.coordinators.lock();
        if coordinators.len() >= COORDINATORS_MAX {
            coordinators.clear();
        }
        coordinators.insert((kind, key), id);
        Ok(id)
    }
}

fn coordinator_of(kind: CoordinatorKind, key: &str) -> String {
    match kind {
        CoordinatorKind::Group => format!("coordinator of group \"{key}\""),
        CoordinatorKind::Transaction => format!("coordinator of transactional id \"{key}\""),
    }
}

fn single_coordinator(key: &str, response: FindCoordinatorResponse) -> Coordinator {
    Coordinator::default()
        .with_key(text(key))
        .with_node_id(response.node_id)
        .with_host(response.host)
        .with_port(response.port)
        .with_error_code(response.error_code)
        .with_error_message(response.error_message)
}

/// Whether and when to try again, in one place.
#[derive(Debug)]
pub(super) struct Retry<'a> {
    client: &'a Client,
    what: String,
    until: Instant,
    timeout: Duration,
    failures: u32,
}

impl Retry<'_> {
    /// After a failed attempt: waits and returns `Ok` when another makes sense, else returns why not.
    /// What `error` shows to be out of date is refreshed or forgotten by the caller's next attempt.
    pub(super) async fn after(&mut self, error: ClientError) -> Result<(), ClientError> {
        if !error.is_retriable() {
            return Err(error);
        }
        self.failures += 1;
        let wait = Backoff::RETRY.delay(self.failures, rand::random());
        if Instant::now() + wait >= self.until {
            return Err(self.too_late(error));
        }
        tracing::info!(what = %self.what, failures = self.failures, %error, "trying again");
        sleep(wait).await;
        if error.is_stale_metadata() {
            // The next attempt says whether it helped; a refresh that fails is no worse than none.
            if let Err(error) = self.client.refresh(Topics::None).await {
                tracing::debug!(%error, "metadata not refreshed");
            }
        }
        Ok(())
    }

    /// As [`after`](Self::after) for a number of things that failed: those that cannot succeed, or not in time, get
    /// their failure as answer; the others are returned to be asked again, after the wait.
    pub(super) async fn settle<K: Ord, T>(
        &mut self,
        answers: &mut PerItem<K, T>,
        failed: Vec<(K, ClientError)>,
    ) -> Option<Vec<K>> {
        let (again, fatal): (Vec<_>, Vec<_>) =
            failed.into_iter().partition(|(_, error)| error.is_retriable());
        answers.extend(fatal.into_iter().map(|(key, error)| (key, Err(error))));
        let (_, error) = again.first()?;
        match self.after(error.clone()).await {
            Ok(()) => Some(again.into_iter().map(|(key, _)| key).collect()),
            Err(_) => {
                answers.extend(again.into_iter().map(|(key, error)| (key, Err(self.too_late(error)))));
                None
            }
        }
    }

    fn too_late(&self, last: ClientError) -> ClientError {
        let timeout_ms = self.timeout.as_millis() as u64;
        ClientError::Deadline { what: self.what.clone(), timeout_ms, last: Box::new(last) }
    }
}

#[cfg(test)]
mod tests;
