//! Read buffers, shared by all connections: a connection holds one only while bytes of a request are in it, so
//! ten thousand idle connections hold none, and the busy ones keep using the same warm memory.

use bytes::BytesMut;
use parking_lot::Mutex;

/// What most requests fit in.
pub(crate) const SMALL_BYTES: usize = 64 * 1024;
/// On the way to a large frame of a connection that has sent none yet.
const MEDIUM_BYTES: usize = 4 * SMALL_BYTES;
/// A produce request with a batch of Kafka's largest default size (`max.message.bytes`), and some more.
pub(crate) const LARGE_BYTES: usize = 1024 * 1024 + SMALL_BYTES;
const SMALL_COUNT_MAX: usize = 64;
const LARGE_COUNT_MAX: usize = 16;

/// The buffers nobody is using.
#[derive(Debug, Default)]
pub(crate) struct BufferPool {
    small: Mutex<Vec<BytesMut>>,
    large: Mutex<Vec<BytesMut>>,
}

impl BufferPool {
    /// An empty buffer with room for `bytes`. Above [`LARGE_BYTES`] it is made for this one frame.
    pub fn take(&self, bytes: usize) -> BytesMut {
        let (shelf, capacity) = match bytes {
            _ if bytes <= SMALL_BYTES => (&self.small, SMALL_BYTES),
            _ if bytes <= MEDIUM_BYTES => return BytesMut::with_capacity(bytes),
            _ if bytes <= LARGE_BYTES => (&self.large, LARGE_BYTES),
            _ => return BytesMut::with_capacity(bytes),
        };
        let spare = shelf.lock().pop();
        spare.unwrap_or_else(|| BytesMut::with_capacity(capacity))
    }

    /// Takes a buffer back, if no slice of it lives on elsewhere and there is room for it.
    pub fn give_back(&self, mut buffer: BytesMut) {
        buffer.clear();
        let (shelf, count_max) = if buffer.try_reclaim(LARGE_BYTES) {
            (&self.large, LARGE_COUNT_MAX)
        } else if buffer.try_reclaim(SMALL_BYTES) {
            (&self.small, SMALL_COUNT_MAX)
        } else {
            return;
        };
        // A buffer made for one huge frame must not stay.
        if buffer.capacity() > 2 * LARGE_BYTES {
            return;
        }
        let mut shelf = shelf.lock();
        if shelf.len() < count_max {
            shelf.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BufMut;

    #[test]
    fn a_buffer_comes_back_unless_a_slice_of_it_lives() {
        let pool = BufferPool::default();
        let mut buffer = pool.take(10);
        buffer.put_slice(b"frame");
        let address = buffer.as_ptr();
        let frame = buffer.split_to(5);
        drop(frame);
        pool.give_back(buffer);
        let mut again = pool.take(SMALL_BYTES);
        assert_eq!(again.as_ptr(), address, "the same memory is used again");
        again.put_slice(b"frame");
        let frame = again.split_to(5).freeze();
        pool.give_back(again);
        assert_ne!(pool.take(1).as_ptr(), frame.as_ptr());
        assert_eq!(&frame[..], b"frame");
    }

    #[test]
    fn sizes_have_classes_and_the_huge_are_not_kept() {
        let pool = BufferPool::default();
        for (asked, at_least) in [
            (0, SMALL_BYTES),
            (SMALL_BYTES + 1, SMALL_BYTES + 1),
            (MEDIUM_BYTES + 1, LARGE_BYTES),
            (5_000_000, 5_000_000),
        ] {
            let buffer = pool.take(asked);
            assert!(buffer.capacity() >= at_least, "{asked}");
            pool.give_back(buffer);
        }
        assert_eq!((pool.small.lock().len(), pool.large.lock().len()), (2, 1));
    }
}
