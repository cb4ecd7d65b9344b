//! Reads records: keeps a position in each assigned partition, fetches ahead of the reader, hands out whole batches.

mod chunk;
mod config;
mod coordinator;
mod driver;
mod group;
mod lookups;
mod machine;
mod partition;
mod session;

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::admin::{Admin, CommittedOffset, Committer, GroupMetadata};
use super::{Client, ClientError, PerItem};
use crate::names::{Offset, TopicPartition};
use driver::Shared;
use group::Group;
use machine::Machine;

pub use chunk::{FetchedBatch, FetchedRecords, PartitionRecords, UNCOMPRESSED_BYTES_MAX};
pub use config::{ConsumerConfig, GroupConfig, GroupProtocol, StartAt};
pub use group::Subscription;
pub use partition::Position;

/// What a consumer has to tell.
#[derive(Debug, Clone)]
pub enum Event {
    Records(PartitionRecords),
    /// Everything up to `offset` has been given out, and there is no more at the moment.
    End {
        partition: TopicPartition,
        offset: Offset,
    },
    /// The group has given these to this consumer; reading starts where the group has got to, unless it seeks.
    Assigned(Vec<TopicPartition>),
    /// The group takes these back. Finish, and commit what must be committed, before calling
    /// [`Consumer::next`] again: then they go to others.
    Revoked(Vec<TopicPartition>),
    /// The group has given these away already: another member may be reading them.
    Lost(Vec<TopicPartition>),
}

/// Reads partitions of a cluster. Ends its tasks when dropped; [`close`](Self::close) also says so to the cluster.
#[derive(Debug)]
pub struct Consumer {
    shared: Arc<Shared>,
    group: Option<Arc<Group>>,
}

impl Drop for Consumer {
    fn drop(&mut self) {
        if let Some(group) = &self.group {
            group.stop();
        }
        self.shared.stop.notify_one();
        self.shared.client.close_lane(self.shared.lane);
    }
}

impl Consumer {
    /// Must be called within a runtime.
    pub fn new(client: &Client, config: ConsumerConfig) -> Self {
        let preferred_for = client.config().metadata_age_max;
        let shared = Arc::new(Shared {
            client: client.clone(),
            lane: client.open_lane(),
            machine: Mutex::new(Machine::new(config.clone(), preferred_for)),
            config,
            wake: Notify::new(),
            ready: Notify::new(),
            stop: Notify::new(),
        });
        tokio::spawn(driver::run(shared.clone()));
        Self { shared, group: None }
    }

    /// Reads exactly these partitions from now on, in no group's name. Those that were read before go on where they
    /// are.
    pub fn assign(&mut self, starts: &BTreeMap<TopicPartition, StartAt>) {
        if let Some(group) = self.group.take() {
            group.stop();
        }
        self.shared.machine.lock().assign(starts);
        self.shared.wake.notify_one();
    }

    /// Reads what the group gives this consumer of the topics. The group is told by the time of the next
    /// [`next`](Self::next); events tell what it gave and took.
    pub fn subscribe(&mut self, subscription: Subscription) -> Result<(), ClientError> {
        let config = self.group_config("subscribing")?;
        match &self.group {
            Some(group) => group.resubscribe(subscription),
            None => {
                self.shared.machine.lock().assign(&BTreeMap::new());
                self.group = Some(Group::start(&self.shared, config, subscription));
            }
        }
        Ok(())
    }

    /// The next records, or whatever else there is to tell. Coming back for more says that what was given out before
    /// has been processed. Nothing is lost when the future is dropped.
    ///
    /// Errors about one partition do not stop the others: call again to go on.
    pub async fn next(&mut self) -> Result<Event, ClientError> {
        self.shared.machine.lock().processed();
        let group = self.group.clone();
        let _presence = match &group {
            Some(group) => Some(group.reader_came().await),
            None => None,
        };
        loop {
            if let Some(event) = group.as_ref().and_then(|group| group.take_event()) {
                return event;
            }
            let taken = self.shared.machine.lock().take();
            if let Some(event) = taken {
                // Taking has made room to fetch more.
                self.shared.wake.notify_one();
                return event;
            }
            // The one permit that `notify_one` leaves behind is not lost between `take` and here.
            self.shared.ready.notified().await;
        }
    }

    /// Moves a partition to another place; what was fetched of it is dropped.
    pub fn seek(&mut self, partition: &TopicPartition, start: StartAt) -> Result<(), ClientError> {
        let found = self.shared.machine.lock().seek(partition, start);
        self.shared.wake.notify_one();
        assigned(partition, found)
    }

    /// Gives out nothing of a partition until [`resume`](Self::resume).
    pub fn pause(&mut self, partition: &TopicPartition) -> Result<(), ClientError> {
        assigned(partition, self.shared.machine.lock().set_paused(partition, true))
    }

    pub fn resume(&mut self, partition: &TopicPartition) -> Result<(), ClientError> {
        let found = self.shared.machine.lock().set_paused(partition, false);
        self.shared.wake.notify_one();
        assigned(partition, found)
    }

    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.shared.machine.lock().assignment()
    }

    /// The next offset that will be given out; `None` while it is being looked up, or for a partition that is not
    /// assigned.
    pub fn position(&self, partition: &TopicPartition) -> Option<Offset> {
        self.shared.machine.lock().position(partition)?.offset
    }

    /// The end of the partition as of the last fetch.
    pub fn high_watermark(&self, partition: &TopicPartition) -> Option<Offset> {
        self.shared.machine.lock().marks(partition).map(|marks| marks.high_watermark)
    }

    /// Records between what was given out and the end, as of the last fetch.
    pub fn lag(&self, partition: &TopicPartition) -> Option<i64> {
        let machine = self.shared.machine.lock();
        let (position, marks) = (machine.position(partition)?.offset?, machine.marks(partition)?);
        Some((marks.high_watermark.0 - position.0).max(0))
    }

    /// Commits where this consumer stands: everything that was given out.
    pub async fn commit(&self) -> Result<(), ClientError> {
        let offsets = self.shared.machine.lock().positions(false);
        self.commit_offsets(&offsets).await?.into_values().collect()
    }

    /// Commits offsets of the caller's choice.
    pub async fn commit_offsets(
        &self,
        offsets: &BTreeMap<TopicPartition, CommittedOffset>,
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let config = self.group_config("committing offsets")?;
        if offsets.is_empty() {
            return Ok(PerItem::new());
        }
        match &self.group {
            Some(group) => group.commit(offsets).await,
            None => {
                let admin = Admin::new(&self.shared.client);
                admin.commit_group_offsets(&config.group_id, &Committer::outsider(), offsets).await
            }
        }
    }

    /// Who this consumer is in its group, for a producer that commits offsets in a transaction.
    pub fn group_metadata(&self) -> Result<GroupMetadata, ClientError> {
        let config = self.group_config("committing offsets in a transaction")?;
        let committer = self.group.as_ref().map_or_else(Committer::outsider, |group| group.committer());
        Ok(GroupMetadata { group_id: config.group_id.clone(), committer })
    }

    /// Commits what was given out, if committing is automatic, leaves the group, and ends. Dropping a consumer
    /// instead leaves the group to find out by itself.
    pub async fn close(self) {
        if let Some(group) = &self.group {
            group.close().await;
        }
    }

    fn group_config(&self, what: &str) -> Result<&GroupConfig, ClientError> {
        self.shared.config.group.as_ref().ok_or_else(|| ClientError::Invalid {
            what: what.to_owned(),
            reason: "no group is configured".to_owned(),
        })
    }
}

fn assigned(partition: &TopicPartition, found: bool) -> Result<(), ClientError> {
    match found {
        true => Ok(()),
        false => Err(ClientError::Invalid {
            what: partition.to_string(),
            reason: "it is not assigned to this consumer".to_owned(),
        }),
    }
}
