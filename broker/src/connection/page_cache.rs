//! Keeps reads of a disk away from the tasks that serve everybody: `sendfile` on bytes outside the page cache would
//! block a whole worker thread. A probe that never waits tells; a reader thread brings the bytes in. Short reads try
//! without waiting first.

use std::io::{self, IoSliceMut};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use kafkactl_core::log::dir::LogFile;
use rustix::io::{Errno, ReadWriteFlags};
use tokio::task::JoinHandle;

/// What one read of the reader thread asks for.
const READ_BYTES: usize = 256 * 1024;

/// Whether the bytes of a file part are in the page cache, as far as is known.
#[derive(Debug, Default)]
pub(crate) enum Warming {
    #[default]
    Unknown,
    Reading(JoinHandle<()>),
    Warm,
}

impl Warming {
    /// Ready when `sendfile` will find the bytes in memory, or a read has failed and `sendfile` shall say why.
    pub fn poll(
        &mut self,
        cx: &mut Context<'_>,
        file: &Arc<dyn LogFile>,
        position: u64,
        bytes: usize,
    ) -> Poll<()> {
        loop {
            match self {
                Self::Warm => return Poll::Ready(()),
                Self::Reading(reader) => {
                    // A reader that panicked has read nothing: `sendfile` does it then.
                    let _ = ready!(std::pin::Pin::new(reader).poll(cx));
                    *self = Self::Warm;
                }
                Self::Unknown if is_cached(&**file, position, bytes) => *self = Self::Warm,
                Self::Unknown => {
                    let file = Arc::clone(file);
                    *self = Self::Reading(tokio::task::spawn_blocking(move || {
                        // The error comes up again, and is reported, where the bytes are needed.
                        let _ = read_through(&*file, position, bytes);
                    }));
                }
            }
        }
    }
}

/// Fills `into` with what is in the page cache. While a disk has to be waited for, other connections of the thread are
/// served.
pub(crate) fn read_exact(file: &dyn LogFile, into: &mut [u8], position: u64) -> io::Result<()> {
    let at_once = file.as_fd().map(|file| {
        rustix::io::preadv2(file, &mut [IoSliceMut::new(into)], position, ReadWriteFlags::NOWAIT)
    });
    match at_once {
        Some(Ok(bytes)) if bytes == into.len() => Ok(()),
        Some(Ok(_) | Err(Errno::AGAIN)) => tokio::task::block_in_place(|| file.read_exact_at(into, position)),
        // No descriptor, or a file system that cannot say.
        _ => file.read_exact_at(into, position),
    }
}

/// Looks at the first and the last byte: readahead brings ranges in whole.
fn is_cached(file: &dyn LogFile, position: u64, bytes: usize) -> bool {
    let Some(file) = file.as_fd() else { return true };
    let last = position + bytes.saturating_sub(1) as u64;
    [position, last].into_iter().all(|at| {
        let mut byte = [0];
        let probe = rustix::io::preadv2(file, &mut [IoSliceMut::new(&mut byte)], at, ReadWriteFlags::NOWAIT);
        // A file system that cannot say (`tmpfs` among them) is taken at its best.
        probe != Err(Errno::AGAIN)
    })
}

fn read_through(file: &dyn LogFile, mut position: u64, bytes: usize) -> io::Result<()> {
    let end = position + bytes as u64;
    let mut buffer = vec![0; READ_BYTES.min(bytes)];
    while position < end {
        let wanted = buffer.len().min((end - position) as usize);
        match file.read_at(&mut buffer[..wanted], position)? {
            0 => break,
            read => position += read as u64,
        }
    }
    Ok(())
}
