//! A bounded set of open files, shared by all logs of a process.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::dir::{Dir, LogFile, OpenMode, rename_if_exists};

/// Closes the files that nobody used lately once more than a given number are open.
///
/// A second-chance ring: a use sets a flag, the hand clears flags and closes the first file without one.
#[derive(Debug)]
pub struct FileCache {
    open_max: usize,
    open: AtomicUsize,
    ring: Mutex<VecDeque<Weak<Slot>>>,
}

#[derive(Debug)]
struct Slot {
    cache: Arc<FileCache>,
    used: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    file: Option<Arc<dyn LogFile>>,
    /// What it is called since it was renamed.
    new_name: Option<String>,
}

/// A file that is opened when needed and may be closed in between. A handle that was given out stays valid.
#[derive(Debug, Clone)]
pub struct CachedFile {
    dir: Arc<dyn Dir>,
    name: Arc<str>,
    slot: Arc<Slot>,
}

impl FileCache {
    pub fn new(open_max: usize) -> Arc<Self> {
        Arc::new(Self { open_max, open: AtomicUsize::new(0), ring: Mutex::default() })
    }

    /// How many files are open now. May pass the limit by as many as are being opened at once.
    pub fn open_count(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Puts a file that was just opened into the ring, and closes others if it is one too many.
    fn admit(&self, slot: &Arc<Slot>) {
        let mut ring = self.ring.lock();
        ring.push_back(Arc::downgrade(slot));
        // Twice round is enough: the first clears every flag.
        for _ in 0..2 * ring.len() {
            if self.open_count() <= self.open_max && ring.len() <= 2 * self.open_max {
                break;
            }
            let Some(oldest) = ring.pop_front() else { break };
            let Some(slot) = oldest.upgrade() else { continue };
            if slot.used.swap(false, Ordering::Relaxed) {
                ring.push_back(oldest);
            } else {
                slot.close();
            }
        }
    }
}

impl Slot {
    fn close(&self) {
        // A slot that is being opened holds this lock: it is in use, so leave it.
        if let Some(mut state) = self.state.try_lock()
            && state.file.take().is_some()
        {
            self.cache.open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.state.get_mut().file.is_some() {
            self.cache.open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl CachedFile {
    /// Names a file without opening it.
    pub fn new(cache: &Arc<FileCache>, dir: Arc<dyn Dir>, name: &str) -> Self {
        let slot = Slot { cache: cache.clone(), used: AtomicBool::new(false), state: Mutex::default() };
        Self { dir, name: name.into(), slot: Arc::new(slot) }
    }

    /// The same name with nothing open: for a file that is removed and may be made again.
    pub fn afresh(&self) -> Self {
        Self::new(&self.slot.cache, self.dir.clone(), &self.name)
    }

    /// The name it was made with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Renames the file; says whether there was one. Whoever has a handle like this one goes on to open this file,
    /// whatever is put in its place.
    pub fn rename(&self, new_name: &str) -> io::Result<bool> {
        let mut state = self.slot.state.lock();
        let name = state.new_name.as_deref().unwrap_or(&self.name);
        let existed = rename_if_exists(&*self.dir, name, new_name)?;
        state.new_name = Some(new_name.to_owned());
        Ok(existed)
    }

    pub fn dir(&self) -> &Arc<dyn Dir> {
        &self.dir
    }

    /// The open file; it must exist.
    pub fn get(&self) -> io::Result<Arc<dyn LogFile>> {
        self.get_as(OpenMode::Existing)
    }

    /// The open file, made if there is none.
    pub fn get_or_create(&self) -> io::Result<Arc<dyn LogFile>> {
        self.get_as(OpenMode::Create)
    }

    fn get_as(&self, mode: OpenMode) -> io::Result<Arc<dyn LogFile>> {
        self.slot.used.store(true, Ordering::Relaxed);
        let mut state = self.slot.state.lock();
        if let Some(file) = &state.file {
            return Ok(file.clone());
        }
        let file = self.dir.open(state.new_name.as_deref().unwrap_or(&self.name), mode)?;
        self.slot.cache.open.fetch_add(1, Ordering::Relaxed);
        state.file = Some(file.clone());
        drop(state);
        self.slot.cache.admit(&self.slot);
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::super::dir::MemoryDisk;
    use super::*;

    #[test]
    fn no_more_files_are_open_than_allowed_and_used_ones_stay() {
        let disk = MemoryDisk::default();
        let cache = FileCache::new(4);
        let files: Vec<_> =
            (0..20).map(|index| CachedFile::new(&cache, disk.root(), &format!("file-{index}"))).collect();
        for file in &files {
            let handle = file.get_or_create().unwrap();
            files[0].get_or_create().unwrap();
            assert!(cache.open_count() <= 4, "{} files are open", cache.open_count());
            handle.write_all_at(b"x", 0).unwrap();
        }
        assert!(files[0].slot.state.lock().file.is_some(), "the file used all the time was closed");
        for file in &files {
            assert_eq!(file.get().unwrap().size_bytes().unwrap(), 1);
        }
        drop(files);
        assert_eq!(cache.open_count(), 0);
    }

    #[test]
    fn a_renamed_file_is_found_under_its_new_name_only() {
        let disk = MemoryDisk::default();
        let old = CachedFile::new(&FileCache::new(0), disk.root(), "log");
        old.get_or_create().unwrap().write_all_at(b"old", 0).unwrap();
        old.slot.close();
        assert!(old.rename("log.deleted").unwrap());
        disk.root().open("log", OpenMode::Create).unwrap();
        assert_eq!(old.get().unwrap().size_bytes().unwrap(), 3);
        old.slot.close();
        disk.root().remove_file("log.deleted").unwrap();
        assert_eq!(old.get().unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(!old.rename("log.gone").unwrap());
    }
}
