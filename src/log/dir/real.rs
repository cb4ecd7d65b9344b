//! The operating system's files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{FlockOperation, OFlags, flock, statvfs, syncfs};
use rustix::io::{Errno, pwritev};

use super::bulk::is_no_direct;
use super::{Dir, DirEntry, DirLock, EntryKind, LogFile, OpenMode, Space};

/// A directory of the operating system.
#[derive(Debug, Clone)]
pub struct RealDir {
    path: PathBuf,
    parent: Option<PathBuf>,
    is_durable: bool,
}

impl RealDir {
    /// The directory at `path`, made (with its parents) if there is none.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        fs::create_dir_all(&path)?;
        Ok(Self { path, parent: None, is_durable: true })
    }

    /// The same for data that nobody wants after this process: nothing waits for the disk, so what a sync promises
    /// does not hold.
    pub fn open_ephemeral(path: impl Into<PathBuf>) -> io::Result<Self> {
        Ok(Self { is_durable: false, ..Self::open(path)? })
    }

    fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Dir for RealDir {
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    fn open(&self, name: &str, mode: OpenMode) -> io::Result<Arc<dyn LogFile>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(mode != OpenMode::Existing)
            .truncate(mode == OpenMode::Truncate)
            .open(self.join(name))?;
        Ok(Arc::new(RealFile { file, is_durable: self.is_durable }))
    }

    fn open_direct(&self, name: &str) -> io::Result<Option<Arc<dyn LogFile>>> {
        if !self.is_durable {
            return Ok(None);
        }
        let flags = OFlags::DIRECT.bits().cast_signed();
        match OpenOptions::new().write(true).custom_flags(flags).open(self.join(name)) {
            Ok(file) => Ok(Some(Arc::new(RealFile { file, is_durable: self.is_durable }))),
            Err(error) if is_no_direct(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn entries(&self) -> io::Result<Vec<DirEntry>> {
        list(&self.path)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.join(from), self.join(to))
    }

    fn remove_file(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.join(name))
    }

    fn remove_child(&self, name: &str) -> io::Result<()> {
        fs::remove_dir_all(self.join(name))
    }

    fn child(&self, name: &str) -> io::Result<Arc<dyn Dir>> {
        let path = self.join(name);
        match fs::create_dir(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(Arc::new(Self { path, parent: Some(self.path.clone()), is_durable: self.is_durable })),
        }
    }

    fn sync(&self) -> io::Result<()> {
        if !self.is_durable {
            return Ok(());
        }
        open_dir(&self.path)?.sync_all()?;
        self.parent.as_ref().map_or(Ok(()), |parent| open_dir(parent)?.sync_all())
    }

    fn sync_all(&self) -> io::Result<()> {
        if self.is_durable {
            syncfs(open_dir(&self.path)?)?;
        }
        Ok(())
    }

    fn lock(&self, name: &str) -> io::Result<Option<DirLock>> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.join(name))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(DirLock { _held: Box::new(file) })),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn space(&self) -> io::Result<Space> {
        let volume = statvfs(&self.path)?;
        Ok(Space {
            total_bytes: volume.f_blocks.saturating_mul(volume.f_frsize),
            usable_bytes: volume.f_bavail.saturating_mul(volume.f_frsize),
        })
    }
}

pub(super) fn list(path: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => EntryKind::Directory,
            Ok(metadata) => EntryKind::File { size_bytes: metadata.len() },
            // Removed between the listing and the look at it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        entries.push(DirEntry { name, kind });
    }
    Ok(entries)
}

fn open_dir(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[derive(Debug)]
pub(super) struct RealFile {
    pub file: File,
    pub is_durable: bool,
}

impl LogFile for RealFile {
    fn read_at(&self, into: &mut [u8], position: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            match self.file.read_at(&mut into[filled..], position + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn write_all_at(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, position)
    }

    fn write_parts_at(&self, parts: [&[u8]; 2], position: u64) -> io::Result<()> {
        let [first, second] = parts.map(IoSlice::new);
        let written = match pwritev(&self.file, &[first, second], position) {
            Ok(written) => written,
            Err(Errno::INTR) => 0,
            Err(error) => return Err(error.into()),
        };
        let mut at = position + written as u64;
        let mut skip = written;
        for part in parts {
            let rest = &part[skip.min(part.len())..];
            skip -= part.len() - rest.len();
            if !rest.is_empty() {
                self.file.write_all_at(rest, at)?;
                at += rest.len() as u64;
            }
        }
        Ok(())
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn set_size_bytes(&self, bytes: u64) -> io::Result<()> {
        self.file.set_len(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        if self.is_durable { self.file.sync_data() } else { Ok(()) }
    }

    fn modified_ms(&self) -> io::Result<i64> {
        let modified = self.file.metadata()?.modified()?;
        Ok(modified.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis() as i64))
    }

    fn set_modified_ms(&self, modified_ms: i64) -> io::Result<()> {
        self.file.set_modified(UNIX_EPOCH + Duration::from_millis(modified_ms.max(0) as u64))
    }

    fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.file.as_fd())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_does_not_get_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RealDir::open(folder.path()).unwrap();
        let held = dir.lock(".lock").unwrap();
        assert!(held.is_some());
        assert!(dir.lock(".lock").unwrap().is_none());
        drop(held);
        assert!(dir.lock(".lock").unwrap().is_some());
    }

    #[test]
    fn what_is_ephemeral_does_not_wait_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        for (is_durable, open) in [(true, RealDir::open as fn(_) -> _), (false, RealDir::open_ephemeral)] {
            let dir = open(&path).unwrap();
            let child = dir.child("topic-0").unwrap();
            fs::remove_dir_all(&path).unwrap();
            // What is not there cannot be synced.
            for synced in [dir.sync(), dir.sync_all(), child.sync()] {
                assert_eq!(synced.is_err(), is_durable);
            }
        }
    }

    #[test]
    fn parts_land_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = RealDir::open(folder.path()).unwrap().open("f", OpenMode::Create).unwrap();
        file.write_parts_at([b"head", b"body"], 2).unwrap();
        file.write_parts_at([b"", b"!"], 10).unwrap();
        let mut into = [0; 11];
        file.read_exact_at(&mut into, 0).unwrap();
        assert_eq!(&into, b"\0\0headbody!");
    }

    #[test]
    fn reads_are_short_only_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RealDir::open(folder.path()).unwrap();
        let file = dir.open("f", OpenMode::Create).unwrap();
        file.write_all_at(b"abcdef", 0).unwrap();
        let mut into = [0; 4];
        assert_eq!(file.read_at(&mut into, 4).unwrap(), 2);
        assert_eq!(&into[..2], b"ef");
        assert_eq!(file.read_exact_at(&mut into, 4).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(
            dir.entries().unwrap(),
            [DirEntry { name: "f".into(), kind: EntryKind::File { size_bytes: 6 } }]
        );
    }
}
