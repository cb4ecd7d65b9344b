//! A directory that somebody else may be writing to: looked at, never changed.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::real::{RealFile, list};
use super::{Dir, DirEntry, DirLock, LogFile, OpenMode, Space};

/// A directory of the operating system, whose files are opened for reading alone.
#[derive(Debug, Clone)]
pub struct ReadOnlyDir {
    path: PathBuf,
}

impl ReadOnlyDir {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl Dir for ReadOnlyDir {
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    fn open(&self, name: &str, mode: OpenMode) -> io::Result<Arc<dyn LogFile>> {
        if mode != OpenMode::Existing {
            return Err(refused());
        }
        Ok(Arc::new(RealFile { file: File::open(self.path.join(name))?, is_durable: true }))
    }

    fn entries(&self) -> io::Result<Vec<DirEntry>> {
        list(&self.path)
    }

    fn rename(&self, _from: &str, _to: &str) -> io::Result<()> {
        Err(refused())
    }

    fn remove_file(&self, _name: &str) -> io::Result<()> {
        Err(refused())
    }

    fn remove_child(&self, _name: &str) -> io::Result<()> {
        Err(refused())
    }

    fn child(&self, name: &str) -> io::Result<Arc<dyn Dir>> {
        Ok(Arc::new(Self::new(self.path.join(name))))
    }

    fn sync(&self) -> io::Result<()> {
        Err(refused())
    }

    fn sync_all(&self) -> io::Result<()> {
        Err(refused())
    }

    fn lock(&self, _name: &str) -> io::Result<Option<DirLock>> {
        Err(refused())
    }

    fn space(&self) -> io::Result<Space> {
        Err(refused())
    }
}

fn refused() -> io::Error {
    io::ErrorKind::ReadOnlyFilesystem.into()
}
