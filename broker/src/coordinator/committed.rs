use std::sync::Arc;
use std::time::{Duration, Instant};

use kafkactl_core::names::Offset;
use kafkactl_core::wire::ErrorCode;

use super::Now;
use super::log::{ShardLog, client_code};

/// A reply, and what must be committed before it may leave.
///
/// A reply sent earlier could acknowledge, or show, a record that the next leader does not have.
pub struct Committed<R> {
    pub reply: R,
    wait: Option<CommitWait>,
}

/// What becomes of a request: an error at once, or a reply that may have to wait for its records.
pub type Acted<R> = Result<Committed<R>, ErrorCode>;

struct CommitWait {
    log: Arc<dyn ShardLog>,
    end: Offset,
    deadline: Instant,
}

impl<R> Committed<R> {
    /// A reply that may leave once everything before `end` is committed, and fails if that takes too long.
    pub fn after(reply: R, log: &Arc<dyn ShardLog>, end: Offset, now: Now, timeout_ms: i32) -> Self {
        let is_committed = log.high_watermark() >= end;
        let deadline = now.at + Duration::from_millis(timeout_ms.max(0) as u64);
        let wait = (!is_committed).then(|| CommitWait { log: Arc::clone(log), end, deadline });
        Self { reply, wait }
    }

    /// A reply that waits for nothing.
    pub fn at_once(reply: R) -> Self {
        Self { reply, wait: None }
    }

    pub fn map<T>(self, change: impl FnOnce(R) -> T) -> Committed<T> {
        Committed { reply: change(self.reply), wait: self.wait }
    }

    pub fn is_committed(&self) -> bool {
        self.wait.is_none()
    }

    /// The reply, once it may leave; the error takes its place.
    pub async fn committed(self) -> Result<R, ErrorCode> {
        if let Some(wait) = self.wait {
            wait.log.wait_committed(wait.end, wait.deadline).await.map_err(client_code)?;
        }
        Ok(self.reply)
    }
}
