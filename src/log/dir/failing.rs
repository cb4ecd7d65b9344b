//! A directory whose calls fail on request.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Dir, DirEntry, DirLock, LogFile, OpenMode, Space};

/// The calls that can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Open,
    Read,
    Write,
    Resize,
    Sync,
    Rename,
    Remove,
    List,
}

/// The failures still to come; shared by a [`FailingDir`], its files and its sub-directories.
#[derive(Debug, Clone, Default)]
pub struct Failures {
    rules: Arc<Mutex<Vec<Rule>>>,
}

#[derive(Debug, Clone, Copy)]
struct Rule {
    operation: Operation,
    kind: io::ErrorKind,
    /// Calls let through before the failures start.
    passes: usize,
    /// Calls that fail after that.
    failures: usize,
}

impl Failures {
    /// After `passes` calls of `operation`, lets `failures` calls fail with `kind`. A failing write leaves half.
    pub fn add(&self, operation: Operation, kind: io::ErrorKind, passes: usize, failures: usize) {
        self.rules.lock().push(Rule { operation, kind, passes, failures });
    }

    pub fn clear(&self) {
        self.rules.lock().clear();
    }

    fn check(&self, operation: Operation) -> io::Result<()> {
        let mut rules = self.rules.lock();
        for rule in rules.iter_mut().filter(|rule| rule.operation == operation) {
            if rule.passes > 0 {
                rule.passes -= 1;
            } else if rule.failures > 0 {
                rule.failures -= 1;
                return Err(io::Error::new(rule.kind, format!("{operation:?} was told to fail")));
            }
        }
        Ok(())
    }
}

/// Another directory, with [`Failures`] in front.
#[derive(Debug)]
pub struct FailingDir {
    inner: Arc<dyn Dir>,
    failures: Failures,
}

impl FailingDir {
    pub fn new(inner: Arc<dyn Dir>, failures: Failures) -> Self {
        Self { inner, failures }
    }
}

impl Dir for FailingDir {
    fn path(&self) -> PathBuf {
        self.inner.path()
    }

    fn open(&self, name: &str, mode: OpenMode) -> io::Result<Arc<dyn LogFile>> {
        self.failures.check(Operation::Open)?;
        let file = self.inner.open(name, mode)?;
        Ok(Arc::new(FailingFile { inner: file, failures: self.failures.clone() }))
    }

    fn entries(&self) -> io::Result<Vec<DirEntry>> {
        self.failures.check(Operation::List)?;
        self.inner.entries()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.failures.check(Operation::Rename)?;
        self.inner.rename(from, to)
    }

    fn remove_file(&self, name: &str) -> io::Result<()> {
        self.failures.check(Operation::Remove)?;
        self.inner.remove_file(name)
    }

    fn remove_child(&self, name: &str) -> io::Result<()> {
        self.failures.check(Operation::Remove)?;
        self.inner.remove_child(name)
    }

    fn child(&self, name: &str) -> io::Result<Arc<dyn Dir>> {
        Ok(Arc::new(Self { inner: self.inner.child(name)?, failures: self.failures.clone() }))
    }

    fn sync(&self) -> io::Result<()> {
        self.failures.check(Operation::Sync)?;
        self.inner.sync()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.failures.check(Operation::Sync)?;
        self.inner.sync_all()
    }

    fn lock(&self, name: &str) -> io::Result<Option<DirLock>> {
        self.inner.lock(name)
    }

    fn space(&self) -> io::Result<Space> {
        self.inner.space()
    }
}

#[derive(Debug)]
struct FailingFile {
    inner: Arc<dyn LogFile>,
    failures: Failures,
}

impl LogFile for FailingFile {
    fn read_at(&self, into: &mut [u8], position: u64) -> io::Result<usize> {
        self.failures.check(Operation::Read)?;
        self.inner.read_at(into, position)
    }

    fn write_all_at(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        if let Err(error) = self.failures.check(Operation::Write) {
            self.inner.write_all_at(&bytes[..bytes.len() / 2], position)?;
            return Err(error);
        }
        self.inner.write_all_at(bytes, position)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        self.inner.size_bytes()
    }

    fn set_size_bytes(&self, bytes: u64) -> io::Result<()> {
        self.failures.check(Operation::Resize)?;
        self.inner.set_size_bytes(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.failures.check(Operation::Sync)?;
        self.inner.sync()
    }

    fn modified_ms(&self) -> io::Result<i64> {
        self.inner.modified_ms()
    }

    fn set_modified_ms(&self, modified_ms: i64) -> io::Result<()> {
        self.inner.set_modified_ms(modified_ms)
    }
}
