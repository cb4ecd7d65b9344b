//! Stage two of a produce: the batches whose acknowledgement has yet to come.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use kafkactl_core::wire::ErrorCode;
use tokio::time::{Instant, sleep_until};

use super::Target;
use super::response::{self, Answer};
use crate::api::Outcome;
use crate::api::leader::NodeEndpoint;
use crate::partition::{Acks, Appended, Partition, Watch};

pub(super) struct Waiting {
    acks: Acks,
    deadline: Instant,
    batches: Vec<Batch>,
}

/// One appended batch and its place among the answers.
struct Batch {
    index: usize,
    partition: Arc<Partition>,
    appended: Appended,
}

impl Waiting {
    pub fn new(acks: Option<Acks>, timeout_ms: i32) -> Self {
        let deadline = Instant::now() + Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
        Self { acks: acks.unwrap_or(Acks::None), deadline, batches: Vec::new() }
    }

    pub fn add(&mut self, index: usize, partition: Arc<Partition>, appended: &Appended) {
        self.batches.push(Batch { index, partition, appended: *appended });
    }

    /// Answers now if every batch is acknowledged already.
    pub fn outcome(
        mut self,
        version: i16,
        mut answers: Vec<(Target, Answer)>,
        endpoints: Vec<NodeEndpoint>,
    ) -> Outcome {
        self.settle(&mut answers);
        if self.batches.is_empty() {
            return Outcome::Reply(response::write(version, &answers, &endpoints));
        }
        Outcome::Later(Box::pin(async move {
            self.wait(&mut answers).await;
            Outcome::Reply(response::write(version, &answers, &endpoints))
        }))
    }

    /// Takes off the list what is acknowledged, or can no longer be.
    fn settle(&mut self, answers: &mut [(Target, Answer)]) {
        let acks = self.acks;
        self.batches.retain(|batch| match batch.partition.is_acknowledged(&batch.appended, acks) {
            Ok(acknowledged) => !acknowledged,
            Err(error) => {
                answers[batch.index].1 = Answer::failed(error.code());
                false
            }
        });
    }

    async fn wait(&mut self, answers: &mut [(Target, Answer)]) {
        let watch: Arc<Watch> = Arc::default();
        for (batch, slot) in self.batches.iter().zip(0..) {
            batch.partition.watch(&watch, slot);
        }
        let mut timer = pin!(sleep_until(self.deadline));
        loop {
            watch.take_changed();
            self.settle(answers);
            if self.batches.is_empty() {
                return;
            }
            // Any move of a high watermark is worth a look.
            if watch.wait(1, timer.as_mut()).await {
                break;
            }
        }
        self.settle(answers);
        for batch in &self.batches {
            answers[batch.index].1 = Answer::failed(ErrorCode::RequestTimedOut);
        }
    }
}
