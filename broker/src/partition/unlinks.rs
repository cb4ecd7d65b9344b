//! What was renamed away and waits for its readers to be gone (E17).

use std::sync::Arc;

use kafkactl_core::log::DeletedFiles;
use parking_lot::Mutex;
use tracing::error;

use super::data_dir::DataDir;

/// Files and directories that are to be removed, each from a time of its own on, in milliseconds of the broker's
/// monotonic clock.
#[derive(Default)]
pub(super) struct Unlinks {
    waiting: Mutex<Vec<(u64, Doomed)>>,
}

pub(super) enum Doomed {
    Files(DeletedFiles),
    /// A partition's directory.
    Dir {
        data_dir: Arc<DataDir>,
        name: String,
    },
}

impl Unlinks {
    pub fn add(&self, at_ms: u64, doomed: Doomed) {
        self.waiting.lock().push((at_ms, doomed));
    }

    /// Removes what is due. What cannot be removed is left to the next start of the broker.
    pub fn run(&self, now_ms: u64) {
        let due: Vec<_> = self.waiting.lock().extract_if(.., |(at_ms, _)| *at_ms <= now_ms).collect();
        for (_, doomed) in due {
            doomed.remove();
        }
    }
}

impl Doomed {
    fn remove(self) {
        match self {
            Self::Files(files) => {
                if let Err(error) = files.unlink() {
                    error!(%error, "deleted segments cannot be unlinked");
                }
            }
            Self::Dir { data_dir, name } => {
                if let Err(error) = data_dir.dir.remove_child(&name)
                    && !data_dir.health.has_failed()
                {
                    error!(directory = name, %error, "a deleted partition cannot be removed");
                }
            }
        }
    }
}
