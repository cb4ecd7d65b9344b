//! A directory whose calls fail on request.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

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

#[derive(Debug, Clone)]
struct Rule {
    operation: Operation,
    kind: io::ErrorKind,
    /// Calls let through before the failures start.
    passes: usize,
    /// Calls that fail after that.
    failures: usize,
    /// Whether a failing call panics.
    panics: bool,
    /// What a failing call waits for first.
    gate: Option<Arc<Gate>>,
}

/// Holds up a call that is going to fail.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct GateState {
    is_reached: bool,
    is_open: bool,
}

impl Gate {
    /// Waits until the call is made.
    pub fn until_reached(&self) {
        self.changed.wait_while(&mut self.state.lock(), |state| !state.is_reached);
    }

    /// Lets the call fail.
    pub fn open(&self) {
        self.state.lock().is_open = true;
        self.changed.notify_all();
    }

    fn pass(&self) {
        let mut state = self.state.lock();
        state.is_reached = true;
        self.changed.notify_all();
        self.changed.wait_while(&mut state, |state| !state.is_open);
    }
}

impl Failures {
    /// After `passes` calls of `operation`, lets `failures` calls fail with `kind`. A failing write leaves half.
    pub fn add(&self, operation: Operation, kind: io::ErrorKind, passes: usize, failures: usize) {
        self.rules.lock().push(Rule { operation, kind, passes, failures, panics: false, gate: None });
    }

    /// Lets the next call of `operation` fail once the gate is opened. Later calls do not wait for that.
    pub fn hold(&self, operation: Operation, kind: io::ErrorKind) -> Arc<Gate> {
        let gate: Arc<Gate> = Arc::default();
        self.rules.lock().push(Rule {
            operation,
            kind,
            passes: 0,
            failures: 1,
            panics: false,
            gate: Some(Arc::clone(&gate)),
        });
        gate
    }

    /// Lets the next call of `operation` panic, as a mistake in whoever makes it would.
    pub fn panic(&self, operation: Operation) {
        let kind = io::ErrorKind::Other;
        self.rules.lock().push(Rule { operation, kind, passes: 0, failures: 1, panics: true, gate: None });
    }

    pub fn clear(&self) {
        self.rules.lock().clear();
    }

    fn check(&self, operation: Operation) -> io::Result<()> {
        let Some(Rule { kind, gate, panics, .. }) = self.failing(operation) else { return Ok(()) };
        assert!(!panics, "{operation:?} was told to panic");
        if let Some(gate) = gate {
            gate.pass();
        }
        Err(io::Error::new(kind, format!("{operation:?} was told to fail")))
    }

    /// The rule that lets this call fail.
    fn failing(&self, operation: Operation) -> Option<Rule> {
        let mut rules = self.rules.lock();
        for rule in rules.iter_mut().filter(|rule| rule.operation == operation) {
            if rule.passes > 0 {
                rule.passes -= 1;
            } else if rule.failures > 0 {
                rule.failures -= 1;
                return Some(rule.clone());
            }
        }
        None
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
