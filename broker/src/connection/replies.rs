//! The replies a connection owes, in request order: parked requests keep their place, and every ready prefix leaves
//! in as few system calls as it takes. Bytes in memory go out in one vectored write, segments' bytes by `sendfile`.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};

use bytes::Buf;
use kafkactl_core::log::dir::LogFile;
use rustix::net::{SendAncillaryBuffer, SendFlags};
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::CloseReason;
use super::page_cache::Warming;
use crate::api::{Outcome, ReplyPart};

/// Requests of one connection that may be under way: above it the connection is not read.
const IN_FLIGHT_MAX: usize = 64;
/// Reply bytes that may wait for a slow reader: above it the connection is not read.
const UNSENT_BYTES_MAX: usize = 1024 * 1024;
/// Buffers in one vectored write.
const SLICES_MAX: usize = 32;

/// Bytes copied at once from a file that has no descriptor.
const COPY_BYTES_MAX: usize = 64 * 1024;

/// What a connection owes its client.
#[derive(Default)]
pub(crate) struct Replies {
    slots: VecDeque<Slot>,
    /// Parts of replies whose turn has come; the first may have been sent in part.
    unsent: VecDeque<ReplyPart>,
    unsent_bytes: usize,
    /// Of the file part at the front of `unsent`.
    warming: Warming,
    /// Set when a close has had its turn: what is unsent still leaves, nothing follows.
    closing: Option<CloseReason>,
    /// Whether bytes have left since this was last asked.
    have_moved: bool,
}

struct Slot {
    correlation_id: i32,
    flexible_header: bool,
    outcome: Outcome,
}

impl Replies {
    /// Whether another request may start.
    pub fn have_room(&self) -> bool {
        let is_held_up = self.slots.back().is_some_and(|slot| matches!(slot.outcome, Outcome::Barrier(_)));
        self.slots.len() < IN_FLIGHT_MAX
            && self.unsent_bytes < UNSENT_BYTES_MAX
            && self.closing.is_none()
            && !is_held_up
    }

    /// Whether bytes have left since the last call.
    pub fn take_progress(&mut self) -> bool {
        std::mem::take(&mut self.have_moved)
    }

    /// Gives the next place in the order to this request.
    pub fn push(&mut self, correlation_id: i32, flexible_header: bool, outcome: Outcome) {
        self.slots.push_back(Slot { correlation_id, flexible_header, outcome });
    }

    /// Advances parked requests and sends what is ready. `Ready` only when the connection is to end.
    pub fn poll_send(&mut self, cx: &mut Context<'_>, stream: &TcpStream) -> Poll<CloseReason> {
        for slot in &mut self.slots {
            while let Outcome::Later(future) | Outcome::Barrier(future) = &mut slot.outcome {
                match future.as_mut().poll(cx) {
                    Poll::Ready(outcome) => slot.outcome = outcome,
                    Poll::Pending => break,
                }
            }
        }
        loop {
            self.take_ready_prefix();
            if self.unsent.is_empty() {
                return self.closing.take().map_or(Poll::Pending, Poll::Ready);
            }
            if let Err(error) = ready!(self.poll_write(cx, stream)) {
                return Poll::Ready(CloseReason::Socket(error));
            }
        }
    }

    /// Moves the replies whose turn has come to `unsent`, as far as that has room.
    fn take_ready_prefix(&mut self) {
        while self.closing.is_none() && self.unsent_bytes < UNSENT_BYTES_MAX {
            let is_ready = |slot: &mut Slot| !matches!(slot.outcome, Outcome::Later(_) | Outcome::Barrier(_));
            let Some(slot) = self.slots.pop_front_if(is_ready) else { return };
            match slot.outcome {
                Outcome::Reply(reply) => match reply.into_parts(slot.correlation_id, slot.flexible_header) {
                    Ok((head, tail)) => {
                        self.queue(ReplyPart::Memory(head));
                        tail.into_iter().for_each(|part| self.queue(part));
                    }
                    Err(reason) => self.closing = Some(reason),
                },
                Outcome::Close(reason) => self.closing = Some(reason),
                Outcome::Later(_) | Outcome::Barrier(_) | Outcome::Again { .. } | Outcome::Silent => {}
            }
        }
    }

    fn queue(&mut self, part: ReplyPart) {
        if part.bytes() > 0 {
            self.unsent_bytes += part.bytes();
            self.unsent.push_back(part);
        }
    }

    /// Writes until nothing is unsent.
    fn poll_write(&mut self, cx: &mut Context<'_>, stream: &TcpStream) -> Poll<io::Result<()>> {
        while let Some(first) = self.unsent.front() {
            if let ReplyPart::File { file, position, bytes } = first {
                ready!(self.warming.poll(cx, file, *position, *bytes));
            }
            ready!(stream.poll_write_ready(cx))?;
            let sent = match first {
                ReplyPart::File { file, position, bytes } => {
                    stream.try_io(Interest::WRITABLE, || send_file(stream, &**file, *position, *bytes))
                }
                ReplyPart::Memory(_) => self.send_memory(stream),
            };
            match sent {
                // A segment that ends before the bytes planned from it: the client must not wait for the rest.
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                Ok(bytes) => self.sent(bytes),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// One write of the parts in memory up to the next file. The kernel is told when a file follows, so that a
    /// fetch's header and its records share packets.
    fn send_memory(&self, stream: &TcpStream) -> io::Result<usize> {
        let mut slices = [IoSlice::new(&[]); SLICES_MAX];
        let mut count = 0;
        for part in self.unsent.iter().take(SLICES_MAX) {
            let ReplyPart::Memory(bytes) = part else { break };
            slices[count] = IoSlice::new(bytes);
            count += 1;
        }
        let more = if count < self.unsent.len() { SendFlags::MORE } else { SendFlags::empty() };
        let flags = SendFlags::NOSIGNAL | more;
        stream.try_io(Interest::WRITABLE, || {
            Ok(match &slices[..count] {
                [only] => rustix::net::send(stream, only, flags)?,
                many => rustix::net::sendmsg(stream, many, &mut SendAncillaryBuffer::default(), flags)?,
            })
        })
    }

    /// Drops `bytes` from the front of what is unsent.
    fn sent(&mut self, mut bytes: usize) {
        self.unsent_bytes -= bytes;
        self.have_moved = true;
        while bytes > 0 {
            let Some(first) = self.unsent.front_mut() else { return };
            let of_first = bytes.min(first.bytes());
            bytes -= of_first;
            match first {
                ReplyPart::Memory(memory) => memory.advance(of_first),
                ReplyPart::File { position, bytes, .. } => {
                    *position += of_first as u64;
                    *bytes -= of_first;
                }
            }
            if first.bytes() == 0 {
                self.unsent.pop_front();
                self.warming = Warming::default();
            }
        }
    }
}

/// Sends from the file, without a copy where it has a descriptor.
fn send_file(stream: &TcpStream, file: &dyn LogFile, mut position: u64, bytes: usize) -> io::Result<usize> {
    match file.as_fd() {
        Some(descriptor) => Ok(rustix::fs::sendfile(stream, descriptor, Some(&mut position), bytes)?),
        None => {
            let mut copy = vec![0; bytes.min(COPY_BYTES_MAX)];
            let read = file.read_at(&mut copy, position)?;
            Ok(rustix::net::send(stream, &copy[..read], SendFlags::NOSIGNAL)?)
        }
    }
}
