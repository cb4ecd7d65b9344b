//! What a disk in memory remembers of its changes, and what a crash leaves of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{FileId, State, parent_of};

/// One change or sync, in the order of the calls.
#[derive(Debug, Clone)]
pub(super) enum Op {
    Create { path: String, file: FileId },
    MakeDirectory { path: String },
    Rename { from: String, to: String },
    Remove { path: String },
    SyncDirectory { path: String },
    Write { file: FileId, position: usize, bytes: Arc<[u8]> },
    Resize { file: FileId, size_bytes: usize },
    SyncFile { file: FileId },
    SyncAll,
}

impl State {
    /// What is left of these operations once the power is gone.
    pub(super) fn apply_what_lasts(&mut self, issued: &[&Op], random: &mut dyn FnMut(usize) -> usize) {
        let names_kept = names_kept(issued, random);
        for (op, _) in issued.iter().zip(&names_kept).filter(|(_, kept)| **kept) {
            self.apply_name(op);
        }
        let synced = data_synced(issued);
        for (index, op) in issued.iter().enumerate() {
            match op.file() {
                Some(file) if !synced.is_safe(file, index) => self.apply_data_perhaps(op, random),
                _ => self.apply_data(op),
            }
        }
    }

    /// An unsynced change: kept, lost, cut short, or there in size only.
    fn apply_data_perhaps(&mut self, op: &Op, random: &mut dyn FnMut(usize) -> usize) {
        match (op, random(4)) {
            (_, 0) => {}
            (Op::Write { file, position, bytes }, 1) => {
                self.write(*file, *position, &bytes[..random(bytes.len() + 1)]);
            }
            (Op::Write { file, position, bytes }, 2) => {
                let content = self.files.entry(*file).or_default();
                let end = position + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
            }
            _ => self.apply_data(op),
        }
    }

    pub(super) fn apply_half(&mut self, op: &Op, random: &mut dyn FnMut(usize) -> usize) {
        match op {
            Op::Write { file, position, bytes } => {
                self.write(*file, *position, &bytes[..random(bytes.len() + 1)]);
            }
            _ if random(2) == 0 => {}
            _ => {
                self.apply_name(op);
                self.apply_data(op);
            }
        }
    }
}

/// Which of the operations on names survive: those a directory sync followed, and of the later ones of each
/// directory some first part, since file systems commit names in order.
fn names_kept(done: &[&Op], random: &mut dyn FnMut(usize) -> usize) -> Vec<bool> {
    let mut kept = vec![true; done.len()];
    let mut unsynced: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, op) in done.iter().enumerate() {
        match op {
            Op::SyncDirectory { path } => drop(unsynced.remove(path.as_str())),
            Op::SyncAll => unsynced.clear(),
            _ => {
                if let Some(path) = op.name() {
                    unsynced.entry(parent_of(path)).or_default().push(index);
                }
            }
        }
    }
    for indexes in unsynced.values() {
        let survivors = random(indexes.len() + 1);
        for &lost in &indexes[survivors..] {
            kept[lost] = false;
        }
    }
    kept
}

struct Synced {
    files: HashMap<FileId, usize>,
    all: usize,
}

impl Synced {
    fn is_safe(&self, file: FileId, index: usize) -> bool {
        index < self.all.max(self.files.get(&file).copied().unwrap_or(0))
    }
}

fn data_synced(done: &[&Op]) -> Synced {
    let mut synced = Synced { files: HashMap::new(), all: 0 };
    for (index, op) in done.iter().enumerate() {
        match op {
            Op::SyncFile { file } => drop(synced.files.insert(*file, index)),
            Op::SyncAll => synced.all = index,
            _ => {}
        }
    }
    synced
}

impl Op {
    fn name(&self) -> Option<&str> {
        match self {
            Op::Create { path, .. } | Op::MakeDirectory { path } | Op::Remove { path } => Some(path),
            Op::Rename { from, .. } => Some(from),
            _ => None,
        }
    }

    pub(super) fn is_sync(&self) -> bool {
        matches!(self, Op::SyncDirectory { .. } | Op::SyncFile { .. } | Op::SyncAll)
    }

    fn file(&self) -> Option<FileId> {
        match self {
            Op::Write { file, .. } | Op::Resize { file, .. } => Some(*file),
            _ => None,
        }
    }
}
