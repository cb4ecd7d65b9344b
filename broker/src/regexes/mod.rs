//! Regular expressions that clients send: compiled beside the requests, a few at a time, and remembered. Does not know:
//! what is matched with them.

mod re2;

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use regex::Regex;
use tokio::sync::Semaphore;

/// The expression, or what is wrong with it in RE2/J's words.
pub type Compiled = Result<Regex, Arc<str>>;

/// Shared by all who ask.
#[derive(Clone)]
pub struct Regexes {
    inner: Arc<Inner>,
}

struct Inner {
    /// Those that were compiled last, oldest first.
    known: Mutex<VecDeque<(Arc<str>, Regex)>>,
    permits: Semaphore,
}

impl Regexes {
    /// `at_once_max`: how many threads may be busy with expressions.
    pub fn new(at_once_max: usize) -> Self {
        let known = Mutex::new(VecDeque::with_capacity(KNOWN_MAX));
        Self { inner: Arc::new(Inner { known, permits: Semaphore::new(at_once_max.max(1)) }) }
    }

    /// Compiles an expression that has to match a whole text. May take some hundredths of a second, so whoever serves
    /// requests asks [`Regexes::compile_aside`].
    pub fn compile(&self, text: &str) -> Compiled {
        if let Some(known) = self.known(text) {
            return Ok(known);
        }
        let compiled = re2::compile(text).map_err(Arc::from)?;
        let mut known = self.inner.known.lock();
        if known.len() >= KNOWN_MAX {
            known.pop_front();
        }
        known.push_back((Arc::from(text), compiled.clone()));
        Ok(compiled)
    }

    /// As [`Regexes::compile`]; at once if it is remembered, after a wait otherwise.
    pub async fn compile_aside(&self, text: Arc<str>) -> Compiled {
        match self.known(&text) {
            Some(known) => Ok(known),
            None => self.aside(move |regexes| regexes.compile(&text)).await.unwrap_or(Err("given up".into())),
        }
    }

    /// Carries out `work` apart from requests, once a thread may be busy with it; `None` if it cannot be ended.
    pub async fn aside<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> R + Send + 'static,
    ) -> Option<R> {
        let _permit = self.inner.permits.acquire().await.ok()?;
        let regexes = self.clone();
        match tokio::task::spawn_blocking(move || work(&regexes)).await {
            Ok(done) => Some(done),
            Err(error) => {
                tracing::error!(%error, "work on a regular expression failed");
                None
            }
        }
    }

    fn known(&self, text: &str) -> Option<Regex> {
        let known = self.inner.known.lock();
        known.iter().find(|(known, _)| &**known == text).map(|(_, regex)| regex.clone())
    }
}

/// So many are remembered, each of at most four megabytes.
const KNOWN_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_remembered_and_no_more() {
        let regexes = Regexes::new(1);
        for index in 0..2 * KNOWN_MAX {
            assert!(
                regexes.compile(&format!("orders-{index}")).unwrap().is_match(&format!("orders-{index}"))
            );
        }
        assert_eq!(regexes.inner.known.lock().len(), KNOWN_MAX);
        assert!(regexes.known("orders-0").is_none());
        assert!(regexes.known(&format!("orders-{}", 2 * KNOWN_MAX - 1)).is_some());
        assert_eq!(regexes.compile("(").unwrap_err().as_ref(), "missing closing )");
        assert!(regexes.known("(").is_none(), "what is refused takes no place");
    }

    #[tokio::test]
    async fn a_thread_is_taken_only_for_what_is_new() {
        let regexes = Regexes::new(1);
        assert!(regexes.compile_aside("orders.*".into()).await.unwrap().is_match("orders-2"));
        let busy = regexes.inner.permits.acquire().await.unwrap();
        assert!(regexes.compile_aside("orders.*".into()).await.is_ok(), "remembered");
        let mut waiting = Box::pin(regexes.compile_aside("users".into()));
        assert!(crate::coordinator::poll_once(waiting.as_mut()).is_pending(), "it has to wait for a thread");
        drop(busy);
        assert!(waiting.await.is_ok());
    }
}
