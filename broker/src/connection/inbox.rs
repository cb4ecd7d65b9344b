//! Bytes from the socket, cut into frames. A frame is handed out as a slice of the read buffer: nothing is copied
//! but the beginning of a frame that outgrows its buffer.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::CloseReason;
use super::pool::{BufferPool, LARGE_BYTES, SMALL_BYTES};

/// The size field before every frame.
const SIZE_BYTES: usize = 4;
/// Kafka's smallest request header: API key, version, correlation id.
const FRAME_BYTES_MIN: usize = 8;

pub(crate) struct Inbox {
    pool: Arc<BufferPool>,
    /// Held only while it has bytes of a frame.
    buffer: Option<BytesMut>,
    frame_bytes_max: usize,
    /// The size of the last frame: the best guess for the next.
    frame_bytes_guess: usize,
}

impl Inbox {
    pub fn new(pool: Arc<BufferPool>, frame_bytes_max: usize) -> Self {
        Self { pool, buffer: None, frame_bytes_max, frame_bytes_guess: 0 }
    }

    /// The next whole frame without its size field, `None` while bytes are missing.
    ///
    /// Errors: a size that is no request's or above `socket.request.max.bytes` (H17).
    pub fn next_frame(&mut self) -> Result<Option<BytesMut>, CloseReason> {
        let Some(size) = self.frame_size()? else { return Ok(None) };
        let Some(buffer) = self.buffer.as_mut().filter(|buffer| buffer.len() >= SIZE_BYTES + size) else {
            return Ok(None);
        };
        self.frame_bytes_guess = SIZE_BYTES + size;
        buffer.advance(SIZE_BYTES);
        Ok(Some(buffer.split_to(size)))
    }

    /// Reads what the socket has, at most what the buffer takes; `Ready(0)` is the end of the stream.
    pub fn poll_fill(&mut self, cx: &mut Context<'_>, stream: &mut TcpStream) -> Poll<io::Result<usize>> {
        if self.buffer.as_ref().is_none_or(BytesMut::is_empty) {
            self.release();
            // An idle connection waits without a buffer.
            ready!(stream.poll_read_ready(cx))?;
        }
        let missing = self.make_room();
        // Of a large frame only the rest is read, which leaves the buffer empty to start over; of small ones as many
        // as there are.
        let bytes_max = if missing < SMALL_BYTES / 2 { usize::MAX } else { missing };
        let mut target = self.buffer.get_or_insert_default().limit(bytes_max);
        let read = pin!(stream.read_buf(&mut target)).poll(cx);
        if read.is_pending() && self.buffer.as_ref().is_some_and(BytesMut::is_empty) {
            self.release();
        }
        read
    }

    /// The size field of the frame the buffer begins with.
    fn frame_size(&self) -> Result<Option<usize>, CloseReason> {
        let Some(field) = self.buffer.as_ref().and_then(|buffer| buffer.first_chunk::<SIZE_BYTES>()) else {
            return Ok(None);
        };
        let size = i32::from_be_bytes(*field);
        match usize::try_from(size) {
            Ok(bytes) if (FRAME_BYTES_MIN..=self.frame_bytes_max).contains(&bytes) => Ok(Some(bytes)),
            _ => Err(CloseReason::FrameSize { size, max: self.frame_bytes_max }),
        }
    }

    /// Makes room for the rest of the current frame. A size somebody sent is not yet memory: at once there is what the
    /// connection's last frame took, and beyond it as much again as has arrived. Returns how many bytes the frame is
    /// short of.
    fn make_room(&mut self) -> usize {
        let held = self.buffer.as_ref().map_or(0, BytesMut::len);
        // `next_frame` has refused sizes out of bounds before anything is read after them.
        let wanted = match self.frame_size() {
            Ok(Some(size)) => SIZE_BYTES + size,
            _ => self.frame_bytes_guess.min(LARGE_BYTES),
        };
        let credit = self.frame_bytes_guess.clamp(SMALL_BYTES, LARGE_BYTES);
        let capacity = wanted.min(credit.max(2 * held)).max(held + 1);
        let fits = self.buffer.as_mut().is_some_and(|buffer| {
            buffer.capacity() >= capacity || buffer.try_reclaim(capacity.saturating_sub(held))
        });
        if !fits {
            let mut grown = self.pool.take(capacity);
            if let Some(outgrown) = self.buffer.take() {
                grown.put_slice(&outgrown);
                self.pool.give_back(outgrown);
            }
            self.buffer = Some(grown);
        }
        wanted.saturating_sub(held)
    }

    /// Gives the empty buffer back to the pool.
    fn release(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            self.pool.give_back(buffer);
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME_BYTES_MAX: usize = 4 * LARGE_BYTES;

    /// Somebody who declares a large frame and sends nothing of it costs no more than any other.
    #[test]
    fn a_declared_size_is_not_yet_memory() {
        let mut inbox = Inbox::new(Arc::default(), FRAME_BYTES_MAX);
        inbox.make_room();
        inbox.buffer.as_mut().unwrap().put_u32(LARGE_BYTES as u32);
        assert_eq!(inbox.make_room(), LARGE_BYTES);
        assert!(inbox.buffer.as_ref().unwrap().capacity() <= SMALL_BYTES);
    }

    /// Feeds `bytes` in pieces of `step`, as a socket would, and collects the frames.
    fn frames(bytes: &[u8], step: usize) -> Result<Vec<Vec<u8>>, CloseReason> {
        let mut inbox = Inbox::new(Arc::default(), FRAME_BYTES_MAX);
        let mut frames = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            inbox.make_room();
            let buffer = inbox.buffer.as_mut().unwrap();
            let count = step.min(rest.len()).min(buffer.capacity() - buffer.len());
            assert!(count > 0, "room is always made");
            buffer.put_slice(&rest[..count]);
            rest = &rest[count..];
            while let Some(frame) = inbox.next_frame()? {
                frames.push(frame.to_vec());
            }
        }
        Ok(frames)
    }

    fn framed(bodies: &[Vec<u8>]) -> Vec<u8> {
        bodies.iter().flat_map(|body| [&(body.len() as i32).to_be_bytes()[..], body].concat()).collect()
    }

    #[test]
    fn frames_come_out_whole_however_they_arrive() {
        let bodies: Vec<Vec<u8>> =
            [8, 9, 100, SMALL_BYTES - 4, SMALL_BYTES, 200_000, 8, LARGE_BYTES, 3_000_000]
                .iter()
                .enumerate()
                .map(|(index, &bytes)| vec![index as u8; bytes])
                .collect();
        for step in [977, 4096, 70_000, 10_000_000] {
            assert_eq!(frames(&framed(&bodies), step).unwrap(), bodies, "in steps of {step}");
        }
        let small = vec![vec![1; 8], vec![2; 12]];
        assert_eq!(frames(&framed(&small), 1).unwrap(), small);
    }

    #[test]
    fn sizes_out_of_bounds_are_refused() {
        for size in [-1, 0, 7, i32::MIN, i32::MAX, FRAME_BYTES_MAX as i32 + 1] {
            let refused = frames(&size.to_be_bytes(), 4).unwrap_err();
            assert!(matches!(refused, CloseReason::FrameSize { size: s, .. } if s == size), "{size}");
        }
    }

    #[test]
    fn a_declared_size_is_not_memory() {
        let mut inbox = Inbox::new(Arc::default(), 1 << 30);
        inbox.make_room();
        inbox.buffer.as_mut().unwrap().put_slice(&(1i32 << 29).to_be_bytes());
        assert!(inbox.next_frame().unwrap().is_none());
        inbox.make_room();
        assert!(inbox.buffer.as_ref().unwrap().capacity() <= 2 * LARGE_BYTES);
    }
}
