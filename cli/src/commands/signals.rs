//! INT, TERM and HUP: somebody wants the program to end.

use std::fs;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::CommandError;

pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` where hang-ups are ignored, and stay so.
    hangup: Option<Signal>,
}

impl StopSignals {
    pub fn listen() -> Result<Self, CommandError> {
        let handler = |kind| signal(kind).map_err(|error| CommandError::failed(format!("signals: {error}")));
        Ok(Self {
            interrupt: handler(SignalKind::interrupt())?,
            terminate: handler(SignalKind::terminate())?,
            hangup: (!hangup_is_ignored()).then(|| handler(SignalKind::hangup())).transpose()?,
        })
    }

    /// Resolves at the next of them.
    pub async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Whether the program is to outlive its terminal (`nohup`), or cannot tell.
fn hangup_is_ignored() -> bool {
    fs::read_to_string("/proc/self/status").map_or(true, |status| ignores_hangup(&status))
}

fn ignores_hangup(status: &str) -> bool {
    const HANGUP_BIT: u64 = 1;
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_none_or(|mask| mask & HANGUP_BIT != 0)
}

#[cfg(test)]
mod tests {
    use super::ignores_hangup;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        let status = |mask: &str| format!("Name:\tkafkactl\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\n");
        assert!(!ignores_hangup(&status("0000000000001000")));
        assert!(ignores_hangup(&status("0000000000001001")));
        assert!(ignores_hangup("Name:\tkafkactl\n"));
    }
}
