use std::time::{Duration, Instant};

/// Whether the reader waits for records, or since when it works on those it got.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reader {
    Waiting,
    Away { since: Instant },
}

impl Reader {
    /// When it will have been away for too long.
    pub fn expires(self, patience: Duration) -> Option<Instant> {
        match self {
            Self::Waiting => None,
            Self::Away { since } => Some(since + patience),
        }
    }
}
