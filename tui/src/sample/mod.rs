//! Samplers: tasks that poll a cluster and send what they saw down a bounded channel. They decide nothing.
//!
//! Each sampler polls, sends, then waits for its period: it never has two polls under way, and a reader that is slow
//! slows it down. A poll asks each broker once; what failed is told and asked again at the next poll.

mod configs;
mod groups;
mod log_dirs;
mod metadata;
mod offsets;
mod records;
mod segments;
mod stamps;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use kafkactl_core::client::{Client, ClientConfig, ClientError, Connection, Lane};
use kafkactl_core::names::BrokerId;
use kafkactl_core::wire::ErrorCode;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::model::app::{DataDir, RecordsAs, Setup};
use crate::model::snapshot::{Data, Failed, Place, Sampler, Snapshot, Why};
use crate::screens::Screen;

/// Snapshots that wait to be taken in; samplers wait when it is full.
pub const SNAPSHOTS_WAITING_MAX: usize = 16;
/// One broker's answers of one poll.
const POLL_TIMEOUT: Duration = Duration::from_secs(5);
/// One of a broker that did not answer in time a while ago.
const SLOW_TIMEOUT: Duration = Duration::from_millis(500);
/// How long a broker counts as slow.
const SLOW_FOR: Duration = Duration::from_secs(30);
/// Of what is rarely asked for: at first, since a cluster that has just begun grows, and after a failure.
const RARE_PERIOD_MIN: Duration = Duration::from_secs(2);
const RECORDS_PERIOD: Duration = Duration::from_secs(1);
const STAMPS_PERIOD: Duration = Duration::from_secs(1);
/// Between two polls, however much is asked for.
const PAUSE_MIN: Duration = Duration::from_millis(200);
/// Groups that nobody looks at are asked this often.
const HIDDEN_GROUPS_PERIOD: Duration = Duration::from_secs(10);

/// Time between polls of those that do not follow the pace of the screen.
pub fn own_period(sampler: Sampler) -> Option<Duration> {
    match sampler {
        Sampler::LogDirs => Some(Duration::from_secs(30)),
        Sampler::Configs => Some(Duration::from_secs(60)),
        Sampler::Records => Some(RECORDS_PERIOD),
        Sampler::Stamps => Some(STAMPS_PERIOD),
        Sampler::Segments => Some(Duration::from_secs(5)),
        Sampler::Metadata | Sampler::Groups | Sampler::Commits | Sampler::Offsets => None,
    }
}

/// What the screen shows, so that it is kept fresh.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Interest {
    /// Metadata, groups, offsets.
    pub period: Duration,
    pub groups: BTreeSet<String>,
    pub topic: Option<String>,
    pub records_as: RecordsAs,
    pub data_dir: Option<DataDir>,
}

impl Interest {
    /// Of the first screen.
    pub fn of(setup: &Setup) -> Self {
        let topic = (setup.screen == Screen::Records).then(|| setup.topic.clone()).flatten();
        Self { period: setup.period, topic, records_as: setup.records_as, ..Self::default() }
    }
}

/// How a running set of samplers is steered. Dropping it ends them.
pub struct Samplers {
    interest: watch::Sender<Interest>,
    places: watch::Sender<BTreeSet<Place>>,
    refresh: Arc<Notify>,
    _tasks: JoinSet<()>,
}

impl Samplers {
    pub fn start(client: &Client, interest: Interest, snapshots: &mpsc::Sender<Snapshot>) -> Self {
        let (interest, watched) = watch::channel(interest);
        let (places, wanted) = watch::channel(BTreeSet::new());
        let refresh = Arc::new(Notify::new());
        let driver = Driver {
            brokers: Brokers { client: client.clone(), slow: Arc::default() },
            interest: watched,
            places: wanted,
            refresh: refresh.clone(),
            snapshots: snapshots.clone(),
            learned: Arc::new(watch::Sender::new(false)),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(driver.clone().metadata());
        tasks.spawn(driver.clone().lag());
        tasks.spawn(driver.clone().log_dirs());
        tasks.spawn(driver.clone().configs());
        tasks.spawn(driver.clone().records());
        tasks.spawn(driver.clone().stamps());
        tasks.spawn(driver.segments());
        Self { interest, places, refresh, _tasks: tasks }
    }

    pub fn watch(&self, interest: Interest) {
        self.interest.send_if_modified(|current| {
            let is_news = *current != interest;
            *current = interest;
            is_news
        });
    }

    /// Find out when the records at these places were written.
    pub fn look_up(&self, places: BTreeSet<Place>) {
        self.places.send_replace(places);
    }

    /// Poll now what is waiting for its period.
    pub fn refresh(&self) {
        self.refresh.notify_waiters();
    }
}

/// A dashboard would rather show a gap than wait: calls give up sooner than those of commands.
pub fn impatient(config: ClientConfig) -> ClientConfig {
    ClientConfig {
        connect_timeout: config.connect_timeout.min(Duration::from_secs(3)),
        request_timeout: config.request_timeout.min(POLL_TIMEOUT),
        api_timeout: config.api_timeout.min(POLL_TIMEOUT),
        ..config
    }
}

#[derive(Clone)]
struct Driver {
    brokers: Brokers,
    interest: watch::Receiver<Interest>,
    places: watch::Receiver<BTreeSet<Place>>,
    refresh: Arc<Notify>,
    snapshots: mpsc::Sender<Snapshot>,
    /// Whether metadata has come once.
    learned: Arc<watch::Sender<bool>>,
}

impl Driver {
    async fn metadata(self) {
        loop {
            let started = Instant::now();
            if self.tell(Sampler::Metadata, metadata::poll(&self.brokers.client)).await.is_err() {
                return;
            }
            self.pause(started, None).await;
        }
    }

    async fn log_dirs(self) {
        self.rarely(Sampler::LogDirs, || log_dirs::poll(&self.brokers)).await;
    }

    async fn configs(self) {
        self.rarely(Sampler::Configs, || configs::poll(&self.brokers.client)).await;
    }

    /// More and more rarely, up to the sampler's own period, while it brings something.
    async fn rarely<F: Future<Output = Result<(Data, ()), String>>>(
        &self,
        sampler: Sampler,
        poll: impl Fn() -> F,
    ) {
        let mut period = RARE_PERIOD_MIN;
        loop {
            let started = Instant::now();
            self.first_metadata().await;
            let Ok(brought) = self.tell(sampler, poll()).await else { return };
            if brought.is_none() {
                period = RARE_PERIOD_MIN;
            }
            self.pause(started, Some(period)).await;
            period = own_period(sampler).map_or(period, |most| most.min(2 * period));
        }
    }

    /// Groups, then their commits, then end offsets: a commit read after the end could lie beyond it.
    async fn lag(self) {
        let mut polls = groups::Polls::default();
        loop {
            let started = Instant::now();
            self.first_metadata().await;
            let visible = self.interest.borrow().groups.clone();
            let due =
                match self.tell(Sampler::Groups, groups::poll(&self.brokers, &mut polls, &visible)).await {
                    Ok(due) => due,
                    Err(Gone) => return,
                };
            if let Some(due) = due {
                let commits = groups::poll_commits(&self.brokers, due);
                if self.tell(Sampler::Commits, commits).await.is_err() {
                    return;
                }
            }
            let offsets = offsets::poll(&self.brokers, polls.next_offsets());
            if self.tell(Sampler::Offsets, offsets).await.is_err() {
                return;
            }
            self.pause(started, None).await;
        }
    }

    async fn records(self) {
        let lane = self.brokers.client.open_lane();
        let mut tail = records::Tail::default();
        loop {
            let started = Instant::now();
            let Interest { topic, records_as, .. } = self.interest.borrow().clone();
            if let Some(topic) = topic {
                self.first_metadata().await;
                let poll = tail.poll(&self.brokers.client, lane, &topic, records_as);
                if self.tell(Sampler::Records, poll).await.is_err() {
                    return;
                }
            }
            self.pause(started, own_period(Sampler::Records)).await;
        }
    }

    /// Of its own: groups that move on ask anew with every poll, and must not hurry the others.
    async fn stamps(mut self) {
        let lane = self.brokers.client.open_lane();
        let mut last = None;
        while self.places.changed().await.is_ok() {
            let started = Instant::now();
            let places = stamps::in_turn(&self.places.borrow_and_update(), last.as_ref());
            if let Some(place) = places.last() {
                last = Some(place.clone());
                let poll = stamps::poll(&self.brokers.client, lane, places.into_iter().collect());
                if self.tell(Sampler::Stamps, poll).await.is_err() {
                    return;
                }
            }
            tokio::time::sleep_until(started + STAMPS_PERIOD).await;
        }
    }

    async fn segments(mut self) {
        loop {
            let started = Instant::now();
            let dir = self.interest.borrow_and_update().data_dir.clone();
            match dir.as_ref().and_then(segments::readable) {
                Some(dir) => {
                    if self.tell(Sampler::Segments, segments::poll(dir)).await.is_err() {
                        return;
                    }
                    self.pause(started, own_period(Sampler::Segments)).await;
                }
                // Until the screen wants another one.
                None if self.interest.changed().await.is_err() => return,
                None => {}
            }
        }
    }

    /// Sends what a poll brought, or that it failed, and returns what else it has to say.
    async fn tell<T, E: Into<Unanswered>>(
        &self,
        of: Sampler,
        poll: impl Future<Output = Result<(Data, T), E>>,
    ) -> Result<Option<T>, Gone> {
        let started = Instant::now();
        let (data, rest) = match poll.await {
            Ok((data, rest)) => (data, Some(rest)),
            Err(error) => {
                let Unanswered { error, why } = error.into();
                (Data::Failed(Failed { of, error, why }), None)
            }
        };
        let took_ms = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
        let snapshot = Snapshot { at_ms: now_ms(), took_ms, data };
        self.snapshots.send(snapshot).await.map_err(|_| Gone)?;
        if of == Sampler::Metadata && rest.is_some() {
            self.learned.send_replace(true);
        }
        Ok(rest)
    }

    /// Until the period that began at `started` is over, or a refresh is asked for, or the screen shows something
    /// else and this sampler runs at the pace of the screen.
    async fn pause(&self, started: Instant, period: Option<Duration>) {
        let mut interest = self.interest.clone();
        interest.mark_unchanged();
        let refreshed = self.refresh.notified();
        let until = started + period.unwrap_or_else(|| self.interest.borrow().period);
        let changed = async {
            let follows_screen = period.is_none_or(|period| period <= RECORDS_PERIOD);
            if !follows_screen || interest.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        // Scrolling through a thousand groups must not ask for each of them.
        tokio::time::sleep_until(until.min(Instant::now() + PAUSE_MIN)).await;
        tokio::select! {
            () = tokio::time::sleep_until(until) => {}
            () = refreshed => {}
            () = changed => {}
        }
    }

    /// Nothing can be asked before the first metadata.
    async fn first_metadata(&self) {
        let mut learned = self.learned.subscribe();
        // It fails only when the sender is gone, and this driver holds it.
        let _ = learned.wait_for(|is_learned| *is_learned).await;
    }
}

/// Why a poll brought nothing.
struct Unanswered {
    error: String,
    why: Why,
}

impl From<String> for Unanswered {
    fn from(error: String) -> Self {
        Self { error, why: Why::Unreachable }
    }
}

/// The reader of the snapshots has gone.
struct Gone;

/// What brokers answered to one question.
struct Answers<T> {
    of: BTreeMap<BrokerId, T>,
    /// Brokers that did not answer.
    silent: Vec<i32>,
}

/// Brokers that let a poll wait lately. They get little time until they answer again, so that the others do not wait
/// for them at every poll.
#[derive(Debug, Default)]
struct Slow(Mutex<BTreeMap<BrokerId, Instant>>);

impl Slow {
    fn patience(&self, broker: BrokerId) -> Duration {
        let brokers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match brokers.get(&broker) {
            Some(since) if since.elapsed() < SLOW_FOR => SLOW_TIMEOUT,
            _ => POLL_TIMEOUT,
        }
    }

    fn learn(&self, broker: BrokerId, answered: bool) {
        let mut brokers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answered {
            brokers.remove(&broker);
        } else if brokers.get(&broker).is_none_or(|since| since.elapsed() >= SLOW_FOR) {
            brokers.insert(broker, Instant::now());
        }
    }
}

/// Whom samplers ask.
#[derive(Clone)]
struct Brokers {
    client: Client,
    slow: Arc<Slow>,
}

impl Brokers {
    fn all(&self) -> Vec<BrokerId> {
        self.client.view().brokers.keys().copied().collect()
    }

    /// Asks each broker at once; the time limit holds for each, connecting included. Fails when none answers.
    async fn ask<T, F>(
        &self,
        brokers: impl IntoIterator<Item = BrokerId>,
        ask: impl Fn(BrokerId, Connection) -> F + Send + Sync + 'static,
    ) -> Result<Answers<T>, String>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ClientError>> + Send + 'static,
    {
        let (mut asked, ask) = (JoinSet::new(), Arc::new(ask));
        for broker in brokers {
            let (client, ask, patience) = (self.client.clone(), ask.clone(), self.slow.patience(broker));
            asked.spawn(async move {
                let answer = async { ask(broker, client.broker(broker, Lane::SHARED).await?).await };
                (broker, timeout(patience, answer).await)
            });
        }
        let (mut answers, mut failed) = (Answers { of: BTreeMap::new(), silent: Vec::new() }, None);
        while let Some(answered) = asked.join_next().await {
            let Ok((broker, outcome)) = answered else { continue };
            self.slow.learn(broker, outcome.is_ok());
            match outcome {
                Ok(Ok(answer)) => drop(answers.of.insert(broker, answer)),
                Ok(Err(error)) => {
                    answers.silent.push(broker.0);
                    failed = Some(error.to_string());
                }
                Err(_) => {
                    answers.silent.push(broker.0);
                    failed = Some(format!("broker {broker} does not answer"));
                }
            }
        }
        answers.silent.sort_unstable();
        match failed {
            Some(error) if answers.of.is_empty() => Err(error),
            _ => Ok(answers),
        }
    }
}

/// Whether the principal has no right to what was asked for.
fn is_refusal(code: i16) -> bool {
    use ErrorCode::{ClusterAuthorizationFailed, GroupAuthorizationFailed, TopicAuthorizationFailed};
    let refusals = [ClusterAuthorizationFailed, GroupAuthorizationFailed, TopicAuthorizationFailed];
    refusals.into_iter().any(|refusal| refusal.code() == code)
}

/// One line of an error.
fn told(error: ClientError) -> String {
    error.to_string()
}

pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_that_let_a_poll_wait_gets_little_time_until_it_answers() {
        let (slow, one, other) = (Slow::default(), BrokerId(1), BrokerId(2));
        let patience = || (slow.patience(one), slow.patience(other));
        assert_eq!(patience(), (POLL_TIMEOUT, POLL_TIMEOUT));
        slow.learn(one, false);
        slow.learn(other, true);
        assert_eq!(patience(), (SLOW_TIMEOUT, POLL_TIMEOUT));
        slow.learn(one, true);
        assert_eq!(patience(), (POLL_TIMEOUT, POLL_TIMEOUT));
    }
}
