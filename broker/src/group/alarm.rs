//! When the coordinator's one timer task has to wake.

use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Shared by those who set deadlines and the task that keeps them.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    /// What the task sleeps towards; `None` for nothing yet.
    at: Mutex<Option<Instant>>,
    earlier: Notify,
}

impl Alarm {
    /// Makes sure that the task is awake at `at`.
    pub fn set(&self, at: Instant) {
        let mut armed = self.at.lock();
        if armed.is_none_or(|armed| at < armed) {
            *armed = Some(at);
            self.earlier.notify_one();
        }
    }

    /// Forgets what was set; deadlines known to the task are set again before it sleeps.
    pub fn clear(&self) {
        *self.at.lock() = None;
    }

    /// Returns at the time set, or when an earlier one is.
    pub async fn sleep(&self) {
        let at = *self.at.lock();
        let elapsed = async {
            match at {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = elapsed => {}
            () = self.earlier.notified() => {}
        }
    }
}
