//! Whether a data directory can be used. Does not know: what lies in it.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;
use tracing::error;

/// Shared by all who read or write below one directory. A failure is for good: what the disk holds after it is
/// unknown, and the next start finds out.
#[derive(Debug)]
pub struct DirHealth {
    path: PathBuf,
    has_failed: AtomicBool,
    failure: watch::Sender<Option<Arc<str>>>,
}

impl DirHealth {
    pub fn good(path: PathBuf) -> Self {
        Self { path, has_failed: AtomicBool::new(false), failure: watch::Sender::default() }
    }

    /// Takes the directory out of use, and says so; what failed first stays the reason.
    pub fn fail(&self, reason: &impl Display) {
        let is_first = self.failure.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert_with(|| reason.to_string().into());
            // Before those who wait are woken.
            self.has_failed.store(true, Ordering::Release);
            is_first
        });
        if is_first {
            error!(directory = %self.path.display(), %reason, "the directory has failed and is not used any more");
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// Why the directory cannot be used.
    pub fn failure(&self) -> Option<Arc<str>> {
        if self.has_failed() { self.failure.borrow().clone() } else { None }
    }

    /// Resolves with the reason when the directory fails.
    pub async fn failed(&self) -> Arc<str> {
        let mut failure = self.failure.subscribe();
        match failure.wait_for(Option::is_some).await.ok().and_then(|failure| failure.clone()) {
            Some(reason) => reason,
            // The sender is part of what is borrowed here, so it is not dropped meanwhile.
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_failure_is_the_reason() {
        let health = DirHealth::good("/data".into());
        assert_eq!(health.failure(), None);
        health.fail(&"worn out");
        health.fail(&"gone");
        assert_eq!((&*health.failed().await, health.failure().as_deref()), ("worn out", Some("worn out")));
    }
}
