//! Why a reader of committed records gets no more although there is more: told once.

use std::collections::BTreeMap;
use std::time::Duration;

use kafkactl_core::client::admin::{Isolation as IsolationLevel, OffsetSpec};
use kafkactl_core::client::consumer::Consumer;
use kafkactl_core::names::{Offset, TopicPartition};
use tokio::time::Instant;

use crate::args::consume::Isolation;
use crate::commands::session::Session;
use crate::output::{Output, counted};

/// Transactions at work end sooner.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// Looks for open transactions that a reader stands behind, until it has told of some.
pub struct Hidden<'a> {
    session: &'a Session,
    /// Whether there is anything to look for: what is committed is read, and nothing was told yet.
    is_due: bool,
    look_at: Instant,
    /// Where the reader stood at the last look.
    stood_at: BTreeMap<TopicPartition, Offset>,
}

impl<'a> Hidden<'a> {
    pub fn new(session: &'a Session, isolation: Isolation) -> Self {
        Self {
            session,
            is_due: isolation == Isolation::Committed,
            look_at: Instant::now() + LOOK_INTERVAL,
            stood_at: BTreeMap::new(),
        }
    }

    /// Resolves when it is time for a [`look`](Self::look); never once all is told.
    pub async fn due(&self) {
        match self.is_due {
            true => tokio::time::sleep_until(self.look_at).await,
            false => std::future::pending().await,
        }
    }

    /// Of a reader that follows: whether it has stood still before something for a whole interval.
    pub async fn look(&mut self, consumer: &Consumer, out: &mut Output) {
        self.look_at = Instant::now() + LOOK_INTERVAL;
        let stands_at: BTreeMap<TopicPartition, Offset> = consumer
            .assignment()
            .into_iter()
            .filter(|partition| consumer.lag(partition).is_some_and(|lag| lag > 0))
            .filter_map(|partition| Some((partition.clone(), consumer.position(&partition)?)))
            .collect();
        let still = stands_at.iter().filter(|(partition, at)| self.stood_at.get(*partition) == Some(*at));
        let still: Vec<TopicPartition> = still.map(|(partition, _)| partition.clone()).collect();
        self.stood_at = stands_at;
        self.tell(&still, out).await;
    }

    /// Tells what open transactions hide of `partitions`, whose reader is done with all it may see.
    pub async fn tell(&mut self, partitions: &[TopicPartition], out: &mut Output) {
        if !self.is_due || partitions.is_empty() {
            return;
        }
        let ends =
            self.session.offsets(partitions, OffsetSpec::Latest, IsolationLevel::ReadUncommitted).await;
        // Who cannot be asked is told of elsewhere.
        let ends = ends.into_iter().filter_map(|(partition, end)| Some((partition, end.ok()??)));
        let hidden = self.session.hidden_by_transactions(&ends.collect()).await;
        let Some((partition, count)) = hidden.first() else { return };
        let others = match hidden.len() - 1 {
            0 => String::new(),
            others => format!(", and more of {others} others"),
        };
        let count = counted(*count, "offset");
        out.note(&format!(
            "an open transaction hides the last {count} of {partition}{others}: `kafkactl txn list --state \
             Ongoing` names those that are open, `kafkactl txn find-hanging` those that nobody is going to end"
        ));
        self.is_due = false;
    }
}
