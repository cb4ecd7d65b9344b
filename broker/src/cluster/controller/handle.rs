//! The way for requests to reach the controller, from any task.

use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::Instant;

use arc_swap::ArcSwap;
use kafkactl_core::names::{BrokerEpoch, BrokerId, LeaderEpoch, Offset};
use kafkactl_core::schema::metadata::MetadataRecord;
use kafkactl_core::wire::ErrorCode;
use tokio::sync::oneshot;

use super::decision::{Decision, Refusal};
use super::machine::{Machine, Random};
use crate::cluster::quorum::{StoredSnapshot, Voter};
use crate::metrics::ControllerCounts;

/// Requests that may wait for the controller. One more is told to come again.
pub(crate) const ORDERS_MAX: usize = 1024;

/// Decides, and says how to answer once what was decided is committed, or was not.
type Decide = dyn FnOnce(&Machine<'_>, Random<'_>, Offset) -> (Vec<MetadataRecord>, Answer) + Send;
/// Gives the answer; the refusal says why nothing was written.
pub(crate) type Answer = Box<dyn FnOnce(Result<(), Refusal>) + Send>;

/// What is asked of the controller's thread.
pub(crate) enum Order {
    Decide {
        decide: Box<Decide>,
        given_at: Instant,
        /// When whoever asked has given up.
        deadline: Option<Instant>,
        refuse: oneshot::Sender<Refusal>,
    },
    /// Hand over what this node leads, close the log, and say with which broker epoch it ran.
    Stop { done: oneshot::Sender<BrokerEpoch> },
}

/// The way to change the metadata log. Cheap to clone. The controller stops, as after a crash, when all are dropped.
#[derive(Debug, Clone)]
pub struct Controller {
    orders: SyncSender<Order>,
    quorum: Arc<ArcSwap<QuorumView>>,
    broker: (BrokerId, BrokerEpoch),
    counts: Arc<ControllerCounts>,
}

/// How the metadata quorum stands.
#[derive(Debug, Clone, PartialEq)]
pub struct QuorumView {
    pub leader: BrokerId,
    pub epoch: LeaderEpoch,
    /// Up to where records are committed; -1 while that is not known.
    pub high_watermark: Offset,
    pub log_end: Offset,
    /// The last record that this broker acts upon, or that asks nothing of it.
    pub applied: Offset,
    pub voters: Vec<Voter>,
    /// The newest of the metadata log.
    pub snapshot: Option<StoredSnapshot>,
}

impl Controller {
    pub(crate) fn new(
        orders: SyncSender<Order>,
        quorum: Arc<ArcSwap<QuorumView>>,
        broker: (BrokerId, BrokerEpoch),
        counts: Arc<ControllerCounts>,
    ) -> Self {
        Self { orders, quorum, broker, counts }
    }

    /// A controller that has stopped, for tests that change no metadata.
    #[cfg(test)]
    pub(crate) fn stopped(broker: BrokerId) -> Self {
        let (orders, _) = std::sync::mpsc::sync_channel(1);
        let view = QuorumView {
            leader: broker,
            epoch: LeaderEpoch(0),
            high_watermark: Offset::NONE,
            log_end: Offset(0),
            applied: Offset::NONE,
            voters: Vec::new(),
            snapshot: None,
        };
        Self::new(orders, Arc::new(ArcSwap::from_pointee(view)), (broker, BrokerEpoch(-1)), Arc::default())
    }

    /// The broker this controller shares a process with.
    #[cfg(test)]
    pub fn broker_id(&self) -> BrokerId {
        self.broker.0
    }

    /// The epoch of that broker's registration.
    pub fn broker_epoch(&self) -> BrokerEpoch {
        self.broker.1
    }

    pub fn quorum(&self) -> Arc<QuorumView> {
        self.quorum.load_full()
    }

    pub(crate) fn counts(&self) -> &ControllerCounts {
        &self.counts
    }

    /// Has the controller decide. The reply comes once the records are committed, replayed, and known to everybody
    /// who follows the metadata log on this node (J18).
    ///
    /// Queued before this returns, so that orders are carried out in the order they were given. Refused when the
    /// queue is full or the log cannot be written; with REQUEST_TIMED_OUT when the deadline passes first.
    pub fn submit<R, D>(
        &self,
        deadline: Option<Instant>,
        decide: D,
    ) -> impl Future<Output = Result<R, Refusal>> + Send + use<R, D>
    where
        R: Send + 'static,
        D: FnOnce(&Machine<'_>, Random<'_>, Offset) -> Decision<R> + Send + 'static,
    {
        let (send_reply, reply) = oneshot::channel::<Result<R, Refusal>>();
        let (refuse, refused) = oneshot::channel();
        let decide = Box::new(move |machine: &Machine<'_>, random: Random<'_>, next: Offset| {
            let Decision { records, reply } = decide(machine, random, next);
            // Whoever asked may be gone; what was decided holds all the same.
            let answer: Answer = Box::new(move |committed| {
                let _ = send_reply.send(committed.map(|()| reply));
            });
            (records, answer)
        });
        let sent = self.orders.try_send(Order::Decide { decide, given_at: Instant::now(), deadline, refuse });
        async move {
            match sent {
                Ok(()) => {}
                Err(TrySendError::Full(_)) => {
                    let reason = format!("{ORDERS_MAX} requests are waiting for the controller");
                    return Err(Refusal::new(ErrorCode::RequestTimedOut, reason));
                }
                Err(TrySendError::Disconnected(_)) => return Err(stopped()),
            }
            let answered = async {
                match reply.await {
                    Ok(reply) => reply,
                    // The order was dropped undecided; the reason is on the other channel.
                    Err(_) => Err(refused.await.unwrap_or_else(|_| stopped())),
                }
            };
            match deadline {
                None => answered.await,
                Some(deadline) => tokio::time::timeout_at(deadline.into(), answered)
                    .await
                    .unwrap_or_else(|_| Err(Refusal::plain(ErrorCode::RequestTimedOut))),
            }
        }
    }

    /// Hands over what this broker leads, fences it, and closes the metadata log. `None` if the controller had
    /// stopped before.
    pub async fn shutdown(&self) -> Option<BrokerEpoch> {
        let (done, epoch) = oneshot::channel();
        let orders = self.orders.clone();
        let sent = tokio::task::spawn_blocking(move || orders.send(Order::Stop { done }).is_ok()).await;
        match sent {
            Ok(true) => epoch.await.ok(),
            _ => None,
        }
    }
}

fn stopped() -> Refusal {
    Refusal::new(ErrorCode::NotController, "the controller of this node has stopped")
}
