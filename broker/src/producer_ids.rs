//! Ids for producers, out of blocks the controller gives to this broker: one id is never given out twice.

use std::ops::Range;

use kafkactl_core::names::{BrokerEpoch, BrokerId, ProducerId};
use parking_lot::Mutex;

use crate::cluster::Controller;
use crate::cluster::controller::Refusal;

/// What is left of the last block.
#[derive(Debug, Default)]
pub(crate) struct ProducerIds {
    block: Mutex<Range<i64>>,
    /// Held while a block is on its way: those who wait share it.
    refill: tokio::sync::Mutex<()>,
}

impl ProducerIds {
    #[cfg(test)]
    pub fn of_block(block: Range<i64>) -> Self {
        Self { block: Mutex::new(block), ..Self::default() }
    }

    /// The next id, if the block has one.
    pub fn try_next(&self) -> Option<ProducerId> {
        self.block.lock().next().map(ProducerId)
    }

    /// The next id; gets another block first when there is none left.
    pub async fn next(
        &self,
        controller: &Controller,
        broker: (BrokerId, BrokerEpoch),
    ) -> Result<ProducerId, Refusal> {
        loop {
            if let Some(id) = self.try_next() {
                return Ok(id);
            }
            let _alone = self.refill.lock().await;
            if self.block.lock().is_empty() {
                let (id, epoch) = broker;
                let block =
                    controller.submit(None, move |machine, _, _| machine.allocate_producer_ids(id, epoch));
                *self.block.lock() = block.await??;
            }
        }
    }
}
