//! The three indexes of a segment: files of entries of one size, in ascending order, without checksums.
//!
//! New entries wait in memory and reach the file when there are many of them, or when the segment is flushed,
//! rolled or closed. Until then they are not needed on disk: whatever kills the process before the segment was
//! flushed has recovery build its indexes anew.
//!
//! Nobody trusts an index blindly: [`super::segment`] checks what an entry points at before it believes it.

mod offset;
mod time;
mod txn;

use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::dir::{LogFile, OpenMode, remove_if_exists};
use super::files::CachedFile;
use crate::names::Offset;

pub use offset::OffsetEntry;
pub use time::TimeEntry;
pub use txn::AbortedTxn;

/// One entry; offsets are stored relative to the segment's base.
pub(crate) trait Entry: Copy {
    const BYTES: usize;
    /// What the file starts with when the segment does.
    const SUFFIX: &'static str;

    fn put(&self, base_offset: Offset, into: &mut Vec<u8>);

    /// `bytes` are [`Entry::BYTES`] long.
    fn take(bytes: &[u8], base_offset: Offset) -> Self;

    /// Whether `self` may stand right before `next`.
    fn precedes(&self, next: &Self) -> bool;

    /// Whether the entry can be one of a segment at `base_offset`, seen alone.
    fn is_plausible(&self, base_offset: Offset) -> bool;

    /// The last offset the entry is about.
    fn offset(&self) -> Offset;
}

#[derive(Debug)]
pub(crate) struct Index<E> {
    file: CachedFile,
    base_offset: Offset,
    /// Entries in the file; those in `pending` follow them.
    stored: u32,
    pending: Vec<E>,
    last: Option<E>,
}

/// Why an index file cannot be used; it can always be rebuilt from the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0}")]
    Damaged(String),
}

/// An index that is loaded when first asked for.
#[derive(Debug)]
pub(crate) struct LazyIndex<E> {
    file: CachedFile,
    base_offset: Offset,
    loaded: OnceLock<Index<E>>,
}

impl<E: Entry> LazyIndex<E> {
    /// The index file of the segment at `base_offset`, which may exist.
    pub fn new(file: CachedFile, base_offset: Offset) -> Self {
        Self { file, base_offset, loaded: OnceLock::new() }
    }

    /// The index as stored; an empty one where there is no file.
    pub fn get(&self) -> Result<&Index<E>, IndexError> {
        if let Some(index) = self.loaded.get() {
            return Ok(index);
        }
        let index = Index::load(self.file.clone(), self.base_offset)?;
        Ok(self.loaded.get_or_init(|| index))
    }

    pub fn get_mut(&mut self) -> Result<&mut Index<E>, IndexError> {
        self.get()?;
        let missing = || IndexError::Damaged("it is not loaded".to_owned());
        self.loaded.get_mut().ok_or_else(missing)
    }

    /// The index, if anyone asked for it.
    pub fn loaded_mut(&mut self) -> Option<&mut Index<E>> {
        self.loaded.get_mut()
    }

    /// Starts over with an empty file.
    pub fn reset(&mut self) -> io::Result<()> {
        self.file.dir().open(self.file.name(), OpenMode::Truncate)?;
        self.loaded = OnceLock::from(Index::empty(self.file.clone(), self.base_offset));
        Ok(())
    }

    /// Starts over without a file.
    pub fn remove(&mut self) -> io::Result<()> {
        self.file = self.file.afresh();
        remove_if_exists(&**self.file.dir(), self.file.name())?;
        self.loaded = OnceLock::from(Index::empty(self.file.clone(), self.base_offset));
        Ok(())
    }

    pub fn file_name(&self) -> &str {
        self.file.name()
    }

    pub fn cached_file(&self) -> &CachedFile {
        &self.file
    }

    /// The file, if it exists.
    pub fn file(&self) -> io::Result<Option<Arc<dyn LogFile>>> {
        match self.file.get() {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Entries kept back until they are written together.
const PENDING_MAX: usize = 512;
/// Entries read at once.
const PAGE_ENTRIES: u32 = 512;

impl<E: Entry> Index<E> {
    /// An index without entries. The file is made when there is something to write.
    pub fn empty(file: CachedFile, base_offset: Offset) -> Self {
        Self { file, base_offset, stored: 0, pending: Vec::new(), last: None }
    }

    /// The index in a file; without a file it is empty. Looks at its ends only.
    pub fn load(file: CachedFile, base_offset: Offset) -> Result<Self, IndexError> {
        let size_bytes = match file.get() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            file => file?.size_bytes()?,
        };
        let entries = size_bytes / E::BYTES as u64;
        if size_bytes % E::BYTES as u64 != 0 || entries > u64::from(u32::MAX) {
            return Err(IndexError::Damaged(format!("{size_bytes} bytes are no whole number of entries")));
        }
        let mut index = Self::empty(file, base_offset);
        index.stored = entries as u32;
        if index.stored > 0 {
            let first = index.read(0)?;
            let last = index.read(index.stored - 1)?;
            let ordered = index.stored == 1 || first.precedes(&last);
            if !ordered || !first.is_plausible(base_offset) || !last.is_plausible(base_offset) {
                return Err(IndexError::Damaged("first and last entry contradict each other".to_owned()));
            }
            index.last = Some(last);
        }
        Ok(index)
    }

    /// Looks at every entry.
    pub fn check(&self) -> Result<(), IndexError> {
        let (mut number, mut last): (u32, Option<E>) = (0, None);
        loop {
            let page = self.page(number)?;
            for entry in &page {
                if !entry.is_plausible(self.base_offset) || last.is_some_and(|last| !last.precedes(entry)) {
                    return Err(IndexError::Damaged("an entry contradicts the one before it".to_owned()));
                }
                last = Some(*entry);
            }
            if page.is_empty() {
                return Ok(());
            }
            number += page.len() as u32;
        }
    }

    pub fn count(&self) -> u32 {
        self.stored + self.pending.len() as u32
    }

    pub fn last(&self) -> Option<E> {
        self.last
    }

    /// Adds an entry, which the caller knows to follow the last one.
    pub fn push(&mut self, entry: E) {
        self.pending.push(entry);
        self.last = Some(entry);
    }

    /// Whether it is time to [`Index::write`], lest the waiting entries grow without bound.
    pub fn should_write(&self) -> bool {
        self.pending.len() >= PENDING_MAX
    }

    /// Writes the waiting entries; after an error they still wait.
    pub fn write(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(self.pending.len() * E::BYTES);
        for entry in &self.pending {
            entry.put(self.base_offset, &mut bytes);
        }
        self.file.get_or_create()?.write_all_at(&bytes, u64::from(self.stored) * E::BYTES as u64)?;
        self.stored += self.pending.len() as u32;
        self.pending.clear();
        Ok(())
    }

    /// The entry before the first one for which `before` is false; `before` must hold for a first part only.
    pub fn floor(&self, before: impl Fn(&E) -> bool) -> io::Result<Option<E>> {
        match self.partition_point(before)? {
            0 => Ok(None),
            point => self.read(point - 1).map(Some),
        }
    }

    /// The first entry for which `before` is false.
    pub fn ceiling(&self, before: impl Fn(&E) -> bool) -> io::Result<Option<E>> {
        let point = self.partition_point(before)?;
        if point < self.count() { self.read(point).map(Some) } else { Ok(None) }
    }

    /// How many entries come before the first one for which `before` is false.
    pub fn partition_point(&self, before: impl Fn(&E) -> bool) -> io::Result<u32> {
        if self.pending.first().is_some_and(&before) {
            return Ok(self.stored + self.pending.partition_point(before) as u32);
        }
        let (mut low, mut high) = (0, self.stored);
        while high - low > PAGE_ENTRIES {
            let middle = low + (high - low) / 2;
            if before(&self.read(middle)?) { low = middle + 1 } else { high = middle }
        }
        Ok(low + self.read_range(low..high)?.partition_point(before) as u32)
    }

    /// At most [`PAGE_ENTRIES`] entries from number `from` on; empty at the end.
    pub fn page(&self, from: u32) -> io::Result<Vec<E>> {
        if from < self.stored {
            self.read_range(from..self.stored.min(from + PAGE_ENTRIES))
        } else {
            let pending = self.pending.get((from - self.stored) as usize..).unwrap_or_default();
            Ok(pending.iter().take(PAGE_ENTRIES as usize).copied().collect())
        }
    }

    /// Drops the entries about `offset` and later ones.
    pub fn truncate_to(&mut self, offset: Offset) -> io::Result<()> {
        let kept = self.partition_point(|entry| entry.offset() < offset)?;
        self.truncate(kept)
    }

    fn truncate(&mut self, kept: u32) -> io::Result<()> {
        if kept >= self.stored {
            self.pending.truncate((kept - self.stored) as usize);
        } else {
            self.file.get()?.set_size_bytes(u64::from(kept) * E::BYTES as u64)?;
            self.pending.clear();
            self.stored = kept;
        }
        self.last = if self.count() > 0 { Some(self.read(self.count() - 1)?) } else { None };
        Ok(())
    }

    fn read(&self, number: u32) -> io::Result<E> {
        if number >= self.stored {
            let waiting = self.pending.get((number - self.stored) as usize);
            return waiting.copied().ok_or_else(|| io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = [0; 64];
        let bytes = &mut bytes[..E::BYTES];
        self.file.get()?.read_exact_at(bytes, u64::from(number) * E::BYTES as u64)?;
        Ok(E::take(bytes, self.base_offset))
    }

    fn read_range(&self, range: Range<u32>) -> io::Result<Vec<E>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let mut bytes = vec![0; (range.end - range.start) as usize * E::BYTES];
        self.file.get()?.read_exact_at(&mut bytes, u64::from(range.start) * E::BYTES as u64)?;
        Ok(bytes.chunks_exact(E::BYTES).map(|entry| E::take(entry, self.base_offset)).collect())
    }
}

/// The `N` bytes at `at` of an entry.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&bytes[at..at + N]);
    field
}

/// An offset as it is stored: relative to the base, which a segment never outgrows.
fn relative(offset: Offset, base_offset: Offset) -> [u8; 4] {
    ((offset.0 - base_offset.0) as i32).to_be_bytes()
}

fn absolute(bytes: [u8; 4], base_offset: Offset) -> Offset {
    base_offset.plus(i64::from(i32::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::super::dir::MemoryDisk;
    use super::super::files::FileCache;
    use super::*;

    const BASE: Offset = Offset(1000);

    fn file(disk: &MemoryDisk) -> CachedFile {
        CachedFile::new(&FileCache::new(10), disk.root(), "index")
    }

    fn entry(number: u32) -> OffsetEntry {
        OffsetEntry { offset: BASE.plus(i64::from(number) * 10 + 5), position: number * 4096 }
    }

    /// Entries are found whether they lie in the file, wait in memory, or both, and after a reload.
    #[test]
    fn lookups_agree_with_a_plain_list() {
        for (written, waiting) in [(0, 0), (0, 3), (3, 0), (600, 0), (2000, 100), (512, 512)] {
            let disk = MemoryDisk::default();
            let mut index = Index::empty(file(&disk), BASE);
            for number in 0..written {
                index.push(entry(number));
            }
            index.write().unwrap();
            for number in written..written + waiting {
                index.push(entry(number));
            }
            let count = written + waiting;
            let check = |index: &Index<OffsetEntry>| {
                assert_eq!(index.count(), count);
                for target in (0..u64::from(count) * 10 + 20).step_by(7).map(|at| BASE.plus(at as i64)) {
                    let expected = (0..count).map(entry).take_while(|entry| entry.offset <= target).last();
                    assert_eq!(index.floor(|entry| entry.offset <= target).unwrap(), expected);
                    let expected = (0..count).map(entry).find(|entry| entry.offset > target);
                    assert_eq!(index.ceiling(|entry| entry.offset <= target).unwrap(), expected);
                }
            };
            check(&index);
            index.write().unwrap();
            check(&index);
            if count > 0 {
                check(&Index::load(file(&disk), BASE).unwrap());
            }
        }
    }

    #[test]
    fn truncation_keeps_what_lies_before_the_offset() {
        let disk = MemoryDisk::default();
        let mut index = Index::empty(file(&disk), BASE);
        (0..10).for_each(|number| index.push(entry(number)));
        index.write().unwrap();
        (10..20).for_each(|number| index.push(entry(number)));
        index.truncate_to(BASE.plus(156)).unwrap();
        assert_eq!((index.count(), index.last()), (16, Some(entry(15))));
        index.truncate_to(BASE.plus(45)).unwrap();
        assert_eq!((index.count(), index.last()), (4, Some(entry(3))));
        index.push(entry(7));
        index.write().unwrap();
        assert_eq!(Index::<OffsetEntry>::load(file(&disk), BASE).unwrap().last(), Some(entry(7)));
        index.truncate_to(BASE).unwrap();
        assert_eq!((index.count(), index.last()), (0, None));
    }

    #[test]
    fn damaged_files_are_refused() {
        for bytes in
            [&[1u8, 2, 3][..], &[0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 0, 1], &[0xff; 16], &[0; 16]]
        {
            let disk = MemoryDisk::default();
            disk.root().open("index", OpenMode::Create).unwrap().write_all_at(bytes, 0).unwrap();
            let loaded = Index::<OffsetEntry>::load(file(&disk), BASE);
            assert!(matches!(loaded, Err(IndexError::Damaged(_))), "{bytes:?}");
        }
    }
}
