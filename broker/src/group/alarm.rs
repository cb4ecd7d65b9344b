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

    /// Forgets what was set. The task does so before it looks at the deadlines it knows, and then calls
    /// [`Alarm::arm`]: what others set meanwhile is not lost.
    pub fn clear(&self) {
        *self.at.lock() = None;
    }

    /// As [`Alarm::set`], by the task itself, which is awake.
    pub fn arm(&self, at: Instant) {
        let mut armed = self.at.lock();
        *armed = Some(armed.map_or(at, |armed| armed.min(at)));
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

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn only_an_earlier_deadline_wakes_the_task() {
        let alarm = Alarm::default();
        let hour = |hours: u64| Instant::now() + Duration::from_secs(3_600 * hours);
        alarm.clear();
        alarm.arm(hour(2));
        let mut sleep = pin!(alarm.sleep());
        let mut is_awake = || sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        assert!(!is_awake(), "arming is no alarm");
        alarm.set(hour(3));
        assert!(!is_awake());
        alarm.set(hour(1));
        assert!(is_awake());
    }

    #[tokio::test]
    async fn what_is_set_while_the_task_looks_around_is_not_lost() {
        let alarm = Alarm::default();
        alarm.clear();
        alarm.set(Instant::now());
        alarm.arm(Instant::now() + Duration::from_secs(3_600));
        alarm.sleep().await;
        alarm.sleep().await;
    }
}
