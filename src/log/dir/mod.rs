//! The narrow door to a file system, with its makers: [`RealDir`], [`ReadOnlyDir`], [`MemoryDir`] (with crashes to
//! order) and [`FailingDir`] (with errors to order).
//!
//! Positions are always given, never kept: one handle serves any number of readers and the one writer.

mod bulk;
mod failing;
mod memory;
mod read_only;
mod real;
mod renamable;

use std::any::Any;
use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::io::Errno;

pub(crate) use bulk::BulkWriter;
pub use failing::{FailingDir, Failures, Gate, Operation};
pub use memory::{Loss, MemoryDir, MemoryDisk};
pub use read_only::ReadOnlyDir;
pub use real::RealDir;
pub use renamable::RenamableDir;

/// An open file. Writes go where they are told; nothing is durable before [`LogFile::sync`].
pub trait LogFile: Send + Sync + fmt::Debug {
    /// Reads until `into` is full or the file ends; the count is short only at the end of the file.
    fn read_at(&self, into: &mut [u8], position: u64) -> io::Result<usize>;

    /// Writes all of `bytes`. After an error any part of them may have been written.
    fn write_all_at(&self, bytes: &[u8], position: u64) -> io::Result<()>;

    /// Writes both parts, one after the other, in one call where the system can.
    fn write_parts_at(&self, parts: [&[u8]; 2], position: u64) -> io::Result<()> {
        self.write_all_at(parts[0], position)?;
        self.write_all_at(parts[1], position + parts[0].len() as u64)
    }

    fn size_bytes(&self) -> io::Result<u64>;

    /// Cuts the file, or extends it with zeros.
    fn set_size_bytes(&self, bytes: u64) -> io::Result<()>;

    /// Returns once data and size are on stable storage (`fdatasync`).
    fn sync(&self) -> io::Result<()>;

    /// Last change, in milliseconds since 1970.
    fn modified_ms(&self) -> io::Result<i64>;

    /// Makes the file as old as that.
    fn set_modified_ms(&self, modified_ms: i64) -> io::Result<()>;

    /// The descriptor, for `sendfile`; `None` where there is none.
    fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Fills `into` or fails with `UnexpectedEof`.
    fn read_exact_at(&self, into: &mut [u8], position: u64) -> io::Result<()> {
        if self.read_at(into, position)? == into.len() {
            Ok(())
        } else {
            Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("file ends before byte {}", position + into.len() as u64),
            ))
        }
    }
}

/// A directory. Names are single components; sub-directories are reached by [`Dir::child`].
pub trait Dir: Send + Sync + fmt::Debug {
    /// Where it is, for messages and protocol answers.
    fn path(&self) -> PathBuf;

    fn open(&self, name: &str, mode: OpenMode) -> io::Result<Arc<dyn LogFile>>;

    /// The file of this name for writes that leave no copy in the page cache (`O_DIRECT`); `None` if the file system
    /// cannot. Memory, positions and lengths of such writes must be multiples of a block.
    fn open_direct(&self, _name: &str) -> io::Result<Option<Arc<dyn LogFile>>> {
        Ok(None)
    }

    /// Everything in the directory, in no order.
    fn entries(&self) -> io::Result<Vec<DirEntry>>;

    /// Renames a file, replacing one of the new name, or a directory.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    fn remove_file(&self, name: &str) -> io::Result<()>;

    fn remove_child(&self, name: &str) -> io::Result<()>;

    /// The sub-directory of this name, made if there is none.
    fn child(&self, name: &str) -> io::Result<Arc<dyn Dir>>;

    /// Makes names in here (created, renamed, removed) durable, and the name of this directory itself where it is
    /// the child of another.
    fn sync(&self) -> io::Result<()>;

    /// Makes everything below durable in one go (`syncfs`).
    fn sync_all(&self) -> io::Result<()>;

    /// Takes the advisory lock on the file `name`, which is made if absent; `None` while another process has it.
    fn lock(&self, name: &str) -> io::Result<Option<DirLock>>;

    fn space(&self) -> io::Result<Space>;
}

/// Keeps other processes out until dropped.
#[derive(Debug)]
pub struct DirLock {
    /// Held for the effect of dropping it.
    _held: Box<dyn Any + Send + Sync>,
}

/// How [`Dir::open`] treats a file that is there, or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Must be there.
    Existing,
    /// Made if missing, kept as it is otherwise.
    Create,
    /// Made if missing, emptied otherwise.
    Truncate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirEntry {
    pub name: String,
    pub kind: EntryKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    File { size_bytes: u64 },
    Directory,
}

/// Room on the volume, as DescribeLogDirs reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    pub total_bytes: u64,
    pub usable_bytes: u64,
}

/// Whether the volume has no room: the one failure that goes away by itself.
pub fn is_disk_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Whether the disk has failed, as far as an error can tell: not where it is full, a file is missing or cut, or this
/// process has run out of descriptors or memory.
pub fn is_disk_failure(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, InvalidData, NotFound, OutOfMemory, UnexpectedEof};
    let is_out_of_files = [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|exhausted| error.raw_os_error() == Some(exhausted.raw_os_error()));
    let is_no_fault =
        matches!(error.kind(), Interrupted | InvalidData | NotFound | OutOfMemory | UnexpectedEof);
    !is_no_fault && !is_out_of_files && !is_disk_full(error)
}

/// Reads a whole file of at most `bytes_max`; `None` if it is not there.
pub fn read_file(dir: &dyn Dir, name: &str, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match dir.open(name, OpenMode::Existing) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let size_bytes = file.size_bytes()?;
    if size_bytes > bytes_max {
        let reason = format!("{name} has {size_bytes} bytes, more than the {bytes_max} such a file may have");
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    let mut bytes = vec![0; size_bytes as usize];
    let read = file.read_at(&mut bytes, 0)?;
    bytes.truncate(read);
    Ok(Some(bytes))
}

/// Replaces a small file so that a crash leaves either the old or the new content: temporary file, sync, rename,
/// sync of the directory.
pub fn replace_file(dir: &dyn Dir, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = format!("{name}.tmp");
    let file = dir.open(&temporary, OpenMode::Truncate)?;
    file.write_all_at(bytes, 0)?;
    file.sync()?;
    dir.rename(&temporary, name)?;
    dir.sync()
}

/// As [`replace_file`], without waiting for the disk: after a loss of power the file may be the old one, the new one,
/// or damaged.
pub(crate) fn place_file(dir: &dyn Dir, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = format!("{name}.tmp");
    dir.open(&temporary, OpenMode::Truncate)?.write_all_at(bytes, 0)?;
    dir.rename(&temporary, name)
}

/// Renames a file that may not be there; says whether it was.
pub(crate) fn rename_if_exists(dir: &dyn Dir, from: &str, to: &str) -> io::Result<bool> {
    match dir.rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        other => other.map(|()| true),
    }
}

/// Removes a file that may not be there.
pub fn remove_if_exists(dir: &dyn Dir, name: &str) -> io::Result<()> {
    match dir.remove_file(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
