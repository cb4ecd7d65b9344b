//! The replies a connection owes, in request order: parked requests keep their place, and every ready prefix leaves
//! in as few system calls as it takes. Bytes in memory go out in one vectored write, segments' bytes by `sendfile`.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::{Buf, Bytes};
use kafkactl_core::log::dir::LogFile;
use rustix::net::{SendAncillaryBuffer, SendFlags};
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::CloseReason;
use super::page_cache::Warming;
use crate::api::{Outcome, ReplyPart};
use crate::metrics::{Journey, RequestMetrics};

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
    /// The replies that `unsent` holds the rest of.
    leaving: VecDeque<Leaving>,
    /// Of the file part at the front of `unsent`.
    warming: Warming,
    /// Set when a close has had its turn: what is unsent still leaves, nothing follows.
    closing: Option<CloseReason>,
    /// Whether bytes have left since this was last asked.
    have_moved: bool,
}

/// A request's place in the order.
pub(super) struct Slot {
    pub correlation_id: i32,
    pub flexible_header: bool,
    pub outcome: Outcome,
    /// `None` for what is not a request.
    pub journey: Option<Journey>,
}

/// A reply of which bytes are unsent.
struct Leaving {
    journey: Journey,
    unsent_bytes: usize,
}

impl Replies {
    /// Whether another request may start. None does behind one that ends the connection.
    pub fn have_room(&self) -> bool {
        let is_held_up = self
            .slots
            .back()
            .is_some_and(|slot| matches!(slot.outcome, Outcome::Barrier(_) | Outcome::Close(_)));
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
    pub fn push(&mut self, slot: Slot) {
        self.slots.push_back(slot);
    }

    /// Ends the connection once everything before has been answered.
    pub fn close(&mut self, reason: CloseReason) {
        let outcome = Outcome::Close(reason);
        self.push(Slot { correlation_id: 0, flexible_header: false, outcome, journey: None });
    }

    /// Takes the requests that nobody will answer off the books.
    pub fn abandon(&mut self, metrics: &RequestMetrics) {
        for slot in self.slots.drain(..) {
            if let Some(journey) = slot.journey.filter(|_| slot.outcome.is_parked()) {
                metrics.park(journey.api, -1);
            }
        }
    }

    /// Advances parked requests and sends what is ready. `Ready` only when the connection is to end.
    pub fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        stream: &TcpStream,
        metrics: &RequestMetrics,
    ) -> Poll<CloseReason> {
        self.slots.iter_mut().for_each(|slot| slot.advance(cx, metrics));
        loop {
            self.take_ready_prefix(metrics);
            if self.unsent.is_empty() {
                return self.closing.take().map_or(Poll::Pending, Poll::Ready);
            }
            if let Err(error) = ready!(self.poll_write(cx, stream, metrics)) {
                return Poll::Ready(CloseReason::Socket(error));
            }
        }
    }

    /// Moves the replies whose turn has come to `unsent`, as far as that has room.
    fn take_ready_prefix(&mut self, metrics: &RequestMetrics) {
        while self.closing.is_none() && self.unsent_bytes < UNSENT_BYTES_MAX {
            let is_ready = |slot: &mut Slot| !slot.outcome.is_parked();
            let Some(slot) = self.slots.pop_front_if(is_ready) else { return };
            match slot.outcome {
                Outcome::Reply(reply) => {
                    if let Some(journey) = &slot.journey {
                        metrics.fail(journey.api, &reply.errors);
                    }
                    match reply.into_parts(slot.correlation_id, slot.flexible_header) {
                        Ok((head, tail)) => self.leave(head, tail, slot.journey, metrics),
                        Err(reason) => self.closing = Some(reason),
                    }
                }
                Outcome::Close(reason) => self.close_after(reason, slot.journey, metrics),
                Outcome::Silent => {
                    if let Some(journey) = slot.journey {
                        metrics.finish(&journey, journey.answered);
                    }
                }
                Outcome::Later(_) | Outcome::Barrier(_) | Outcome::Again { .. } => {}
            }
        }
    }

    fn queue(&mut self, part: ReplyPart) {
        if part.bytes() > 0 {
            self.unsent_bytes += part.bytes();
            self.unsent.push_back(part);
        }
    }

    /// Queues a reply, and notes when its last byte is sent.
    fn leave(
        &mut self,
        head: Bytes,
        tail: Vec<ReplyPart>,
        journey: Option<Journey>,
        metrics: &RequestMetrics,
    ) {
        let before = self.unsent_bytes;
        self.queue(ReplyPart::Memory(head));
        tail.into_iter().for_each(|part| self.queue(part));
        if let Some(journey) = journey {
            let unsent_bytes = self.unsent_bytes - before;
            metrics.count_response_bytes(journey.api, unsent_bytes);
            self.leaving.push_back(Leaving { journey, unsent_bytes });
        }
    }

    fn close_after(&mut self, reason: CloseReason, journey: Option<Journey>, metrics: &RequestMetrics) {
        if let (Some(journey), CloseReason::SilentProduceFailed(error)) = (journey, &reason) {
            metrics.fail(journey.api, &[error.code()]);
        }
        self.closing = Some(reason);
    }

    /// Writes until nothing is unsent.
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        stream: &TcpStream,
        metrics: &RequestMetrics,
    ) -> Poll<io::Result<()>> {
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
                Ok(bytes) => {
                    self.arrive(bytes, metrics);
                    self.sent(bytes);
                }
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

    /// Notes the replies that end within the next `bytes`.
    fn arrive(&mut self, mut bytes: usize, metrics: &RequestMetrics) {
        let now = Instant::now();
        while let Some(first) = self.leaving.front_mut() {
            if first.unsent_bytes > bytes {
                first.unsent_bytes -= bytes;
                return;
            }
            bytes -= first.unsent_bytes;
            metrics.finish(&first.journey, now);
            self.leaving.pop_front();
        }
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

impl Slot {
    /// Polls a parked request.
    fn advance(&mut self, cx: &mut Context<'_>, metrics: &RequestMetrics) {
        while let Outcome::Later(future) | Outcome::Barrier(future) = &mut self.outcome {
            match future.as_mut().poll(cx) {
                Poll::Pending => return,
                Poll::Ready(outcome) => {
                    if let Some(journey) = &mut self.journey
                        && !outcome.is_parked()
                    {
                        journey.answered = Instant::now();
                        metrics.park(journey.api, -1);
                    }
                    self.outcome = outcome;
                }
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
