use std::io;
use std::sync::Arc;

use rustix::io::Errno;

use super::{Dir, LogFile};

/// What writing past the page cache asks of memory, positions and lengths. No file system in use asks for more.
pub(super) const BLOCK_BYTES: usize = 4096;

/// Fills an empty file from its start to its end, past the page cache where the file system can do that: for large
/// copies, which would push out what is being read, and cost a second copy in memory.
#[derive(Debug)]
pub(crate) struct BulkWriter {
    file: Arc<dyn LogFile>,
    /// The same file, for whole blocks; `None` if the file system cannot.
    direct: Option<Arc<dyn LogFile>>,
    /// What is still to be written, behind `start` bytes that make it begin where a block may begin in memory.
    pending: Vec<u8>,
    start: usize,
    written: u64,
}

impl BulkWriter {
    /// `file` is the empty file `name` of `dir`.
    pub fn new(dir: &dyn Dir, name: &str, file: Arc<dyn LogFile>) -> io::Result<Self> {
        let direct = dir.open_direct(name)?;
        Ok(Self { file, direct, pending: Vec::new(), start: 0, written: 0 })
    }

    /// To be appended to, and nothing else.
    pub fn pending(&mut self) -> &mut Vec<u8> {
        &mut self.pending
    }

    pub fn pending_bytes(&self) -> usize {
        self.pending.len() - self.start
    }

    /// Writes what is pending, but for less than a block; says how much that was. After an error the file is of no use.
    pub fn write(&mut self) -> io::Result<usize> {
        let Some(direct) = &self.direct else { return self.finish() };
        let direct = Arc::clone(direct);
        self.align();
        let whole = self.pending_bytes() / BLOCK_BYTES * BLOCK_BYTES;
        let blocks = self.start..self.start + whole;
        match direct.write_all_at(&self.pending[blocks.clone()], self.written) {
            // Some say so no earlier than this.
            Err(error) if is_no_direct(&error) => {
                self.direct = None;
                return self.finish();
            }
            written => written?,
        }
        self.pending.drain(blocks);
        self.written += whole as u64;
        Ok(whole)
    }

    /// Writes all that is pending; says how much that was.
    pub fn finish(&mut self) -> io::Result<usize> {
        let rest = &self.pending[self.start..];
        let bytes = rest.len();
        self.file.write_all_at(rest, self.written)?;
        self.pending.truncate(self.start);
        self.written += bytes as u64;
        Ok(bytes)
    }

    /// Appending may have moved the memory.
    fn align(&mut self) {
        let bytes = self.pending_bytes();
        self.pending.reserve(BLOCK_BYTES);
        let address = self.pending.as_ptr().addr();
        let start = address.next_multiple_of(BLOCK_BYTES) - address;
        if start != self.start {
            self.pending.resize(self.pending.len().max(start + bytes), 0);
            self.pending.copy_within(self.start..self.start + bytes, start);
            self.pending.truncate(start + bytes);
            self.start = start;
        }
    }
}

/// Whether a file system says that it cannot do that.
pub(super) fn is_no_direct(error: &io::Error) -> bool {
    [Errno::INVAL, Errno::OPNOTSUPP].iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::super::{MemoryDisk, OpenMode, RealDir};
    use super::*;

    /// Takes no write.
    #[derive(Debug)]
    struct Refusing;

    impl LogFile for Refusing {
        fn write_all_at(&self, _bytes: &[u8], _position: u64) -> io::Result<()> {
            Err(Errno::INVAL.into())
        }

        fn read_at(&self, _into: &mut [u8], _position: u64) -> io::Result<usize> {
            unreachable!("it is written alone")
        }

        fn size_bytes(&self) -> io::Result<u64> {
            unreachable!("it is written alone")
        }

        fn set_size_bytes(&self, _bytes: u64) -> io::Result<()> {
            unreachable!("it is written alone")
        }

        fn sync(&self) -> io::Result<()> {
            unreachable!("it is written alone")
        }

        fn modified_ms(&self) -> io::Result<i64> {
            unreachable!("it is written alone")
        }

        fn set_modified_ms(&self, _modified_ms: i64) -> io::Result<()> {
            unreachable!("it is written alone")
        }
    }

    fn new(dir: &dyn Dir) -> BulkWriter {
        BulkWriter::new(dir, "f", dir.open("f", OpenMode::Truncate).unwrap()).unwrap()
    }

    /// Pieces of many sizes, also some that make the memory grow.
    fn fill(mut writer: BulkWriter) {
        let mut expected = Vec::new();
        for piece in 0..200_usize {
            let bytes = vec![piece as u8; piece * 7919 % 30_011];
            expected.extend_from_slice(&bytes);
            writer.pending().extend_from_slice(&bytes);
            if piece % 3 == 0 {
                let pending = writer.pending_bytes();
                let written = writer.write().unwrap();
                assert!(written <= pending && pending - written < BLOCK_BYTES, "{written} of {pending}");
                assert_eq!(writer.pending_bytes(), pending - written);
            }
        }
        writer.finish().unwrap();
        assert_eq!((writer.pending_bytes(), writer.finish().unwrap()), (0, 0));
        let mut content = vec![0; expected.len()];
        writer.file.read_exact_at(&mut content, 0).unwrap();
        assert!(content == expected && writer.file.size_bytes().unwrap() == expected.len() as u64);
    }

    #[test]
    fn a_file_holds_what_was_appended() {
        let folder = tempfile::tempdir().unwrap();
        fill(new(&RealDir::open(folder.path()).unwrap()));
    }

    #[test]
    fn a_file_system_without_direct_writes_will_do() {
        fill(new(&*MemoryDisk::default().root()));
    }

    #[test]
    fn a_file_system_that_refuses_direct_writes_late_will_do() {
        let root = MemoryDisk::default().root();
        fill(BulkWriter { direct: Some(Arc::new(Refusing)), ..new(&*root) });
    }
}
