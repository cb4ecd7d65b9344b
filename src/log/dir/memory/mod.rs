//! A disk in memory that remembers what was synced, so that a crash can be staged at any point of its history.

mod history;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use self::history::Op;
use super::{Dir, DirEntry, DirLock, EntryKind, LogFile, OpenMode, Space};

/// What a crash takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The process died: the operating system still has every finished call; the one under way may be half done.
    Process,
    /// The power went: names not followed by a directory sync and bytes not followed by a file sync may be lost,
    /// in part and, within a file, in any order.
    Power,
}

/// A whole file system. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    nodes: BTreeMap<String, Node>,
    files: HashMap<FileId, Vec<u8>>,
    files_made: FileId,
    locks: HashSet<String>,
    history: Option<Vec<Op>>,
}

type FileId = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    File(FileId),
    Directory,
}

impl MemoryDisk {
    /// A disk that records its history, for [`MemoryDisk::crash`].
    pub fn recording() -> Self {
        let disk = Self::default();
        disk.state.lock().history = Some(Vec::new());
        disk
    }

    /// A disk with these files, by path.
    pub fn with_contents(contents: BTreeMap<String, Vec<u8>>) -> Self {
        let mut state = State::default();
        for (path, content) in contents {
            let file = state.files_made;
            state.files_made += 1;
            let mut folder = parent_of(&path);
            while !folder.is_empty() {
                state.nodes.insert(folder.to_owned(), Node::Directory);
                folder = parent_of(folder);
            }
            state.nodes.insert(path, Node::File(file));
            state.files.insert(file, content);
        }
        Self { state: Arc::new(Mutex::new(state)) }
    }

    pub fn root(&self) -> Arc<dyn Dir> {
        Arc::new(MemoryDir { disk: self.clone(), path: String::new() })
    }

    /// How many operations the history holds: every one of them is a point to crash at.
    pub fn operations(&self) -> usize {
        self.state.lock().history.as_ref().map_or(0, Vec::len)
    }

    /// The disk as found after a crash while operation `at` was under way. `random(n)` gives a number below `n`.
    pub fn crash(&self, at: usize, loss: Loss, random: &mut dyn FnMut(usize) -> usize) -> MemoryDisk {
        let state = self.state.lock();
        let history = state.history.as_deref().unwrap_or_default();
        let (done, rest) = history.split_at(at.min(history.len()));
        // Files whose names are lost keep their numbers: a new file must not find their bytes.
        let mut after = State { files_made: state.files_made, ..State::default() };
        match loss {
            Loss::Process => {
                for op in done {
                    after.apply_name(op);
                    after.apply_data(op);
                }
                if let Some(under_way) = rest.first() {
                    after.apply_half(under_way, random);
                }
            }
            Loss::Power => {
                // What was under way is one more change that is not synced; a sync under way is none.
                let under_way = rest.first().filter(|op| !op.is_sync());
                let issued: Vec<_> = done.iter().chain(under_way).collect();
                after.apply_what_lasts(&issued, random);
            }
        }
        MemoryDisk { state: Arc::new(Mutex::new(after)) }
    }

    /// Every file's path and content, for comparing two disks.
    pub fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state.lock();
        let content = |node: &Node| match node {
            Node::File(file) => state.files.get(file).cloned(),
            Node::Directory => None,
        };
        state.nodes.iter().filter_map(|(path, node)| Some((path.clone(), content(node)?))).collect()
    }
}

impl State {
    fn record(&mut self, op: Op) {
        if let Some(history) = &mut self.history {
            history.push(op);
        }
    }

    fn apply_name(&mut self, op: &Op) {
        match op {
            Op::Create { path, file } => {
                self.nodes.insert(path.clone(), Node::File(*file));
                self.files.entry(*file).or_default();
            }
            Op::MakeDirectory { path } => drop(self.nodes.insert(path.clone(), Node::Directory)),
            Op::Rename { from, to } => self.move_all(from, to),
            Op::Remove { path } => {
                let inside = format!("{path}/");
                self.nodes.retain(|name, _| name != path && !name.starts_with(&inside));
            }
            _ => {}
        }
    }

    fn move_all(&mut self, from: &str, to: &str) {
        let inside = format!("{from}/");
        let moved: Vec<String> =
            self.nodes.keys().filter(|name| *name == from || name.starts_with(&inside)).cloned().collect();
        for name in moved {
            if let Some(node) = self.nodes.remove(&name) {
                self.nodes.insert(format!("{to}{}", &name[from.len()..]), node);
            }
        }
    }

    fn apply_data(&mut self, op: &Op) {
        match op {
            Op::Write { file, position, bytes } => self.write(*file, *position, bytes),
            Op::Resize { file, size_bytes } => self.files.entry(*file).or_default().resize(*size_bytes, 0),
            _ => {}
        }
    }

    fn write(&mut self, file: FileId, position: usize, bytes: &[u8]) {
        let content = self.files.entry(file).or_default();
        let end = position + bytes.len();
        if content.len() < end {
            content.resize(end, 0);
        }
        content[position..end].copy_from_slice(bytes);
    }

    fn do_name(&mut self, op: Op) {
        self.apply_name(&op);
        self.record(op);
    }

    fn do_data(&mut self, op: Op) {
        self.apply_data(&op);
        self.record(op);
    }
}

fn parent_of(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

/// One directory of a [`MemoryDisk`].
#[derive(Debug, Clone)]
pub struct MemoryDir {
    disk: MemoryDisk,
    path: String,
}

impl MemoryDir {
    fn join(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) }
    }

    fn not_found(&self, name: &str) -> io::Error {
        io::Error::new(io::ErrorKind::NotFound, format!("{} does not exist", self.join(name)))
    }
}

impl Dir for MemoryDir {
    fn path(&self) -> PathBuf {
        PathBuf::from("/memory").join(&self.path)
    }

    fn open(&self, name: &str, mode: OpenMode) -> io::Result<Arc<dyn LogFile>> {
        let path = self.join(name);
        let mut state = self.disk.state.lock();
        let file = match (state.nodes.get(&path), mode) {
            (Some(Node::Directory), _) => return Err(io::ErrorKind::IsADirectory.into()),
            (Some(Node::File(file)), OpenMode::Truncate) => {
                let file = *file;
                state.do_data(Op::Resize { file, size_bytes: 0 });
                file
            }
            (Some(Node::File(file)), _) => *file,
            (None, OpenMode::Existing) => return Err(self.not_found(name)),
            (None, _) => {
                let file = state.files_made;
                state.files_made += 1;
                state.do_name(Op::Create { path, file });
                file
            }
        };
        Ok(Arc::new(MemoryFile { disk: self.disk.clone(), file }))
    }

    fn entries(&self) -> io::Result<Vec<DirEntry>> {
        let state = self.disk.state.lock();
        let children = state.nodes.iter().filter(|(path, _)| parent_of(path) == self.path);
        let entry = |(path, node): (&String, &Node)| DirEntry {
            name: path[path.rfind('/').map_or(0, |slash| slash + 1)..].to_owned(),
            kind: match node {
                Node::Directory => EntryKind::Directory,
                Node::File(file) => EntryKind::File {
                    size_bytes: state.files.get(file).map_or(0, |bytes| bytes.len() as u64),
                },
            },
        };
        Ok(children.map(entry).collect())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.disk.state.lock();
        if !state.nodes.contains_key(&self.join(from)) {
            return Err(self.not_found(from));
        }
        state.do_name(Op::Rename { from: self.join(from), to: self.join(to) });
        Ok(())
    }

    fn remove_file(&self, name: &str) -> io::Result<()> {
        let path = self.join(name);
        let mut state = self.disk.state.lock();
        match state.nodes.get(&path) {
            Some(Node::File(_)) => {
                state.do_name(Op::Remove { path });
                Ok(())
            }
            Some(Node::Directory) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(self.not_found(name)),
        }
    }

    fn remove_child(&self, name: &str) -> io::Result<()> {
        let path = self.join(name);
        let mut state = self.disk.state.lock();
        if !state.nodes.contains_key(&path) {
            return Err(self.not_found(name));
        }
        state.do_name(Op::Remove { path });
        Ok(())
    }

    fn child(&self, name: &str) -> io::Result<Arc<dyn Dir>> {
        let path = self.join(name);
        let mut state = self.disk.state.lock();
        if !state.nodes.contains_key(&path) {
            state.do_name(Op::MakeDirectory { path: path.clone() });
        }
        Ok(Arc::new(Self { disk: self.disk.clone(), path }))
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state.lock();
        state.record(Op::SyncDirectory { path: self.path.clone() });
        if !self.path.is_empty() {
            state.record(Op::SyncDirectory { path: parent_of(&self.path).to_owned() });
        }
        Ok(())
    }

    fn sync_all(&self) -> io::Result<()> {
        self.disk.state.lock().record(Op::SyncAll);
        Ok(())
    }

    fn lock(&self, name: &str) -> io::Result<Option<DirLock>> {
        let path = self.join(name);
        let is_free = self.disk.state.lock().locks.insert(path.clone());
        Ok(is_free.then(|| DirLock { _held: Box::new(MemoryLock { disk: self.disk.clone(), path }) }))
    }

    fn space(&self) -> io::Result<Space> {
        Ok(Space { total_bytes: u64::MAX, usable_bytes: u64::MAX })
    }
}

struct MemoryLock {
    disk: MemoryDisk,
    path: String,
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.disk.state.lock().locks.remove(&self.path);
    }
}

#[derive(Debug)]
struct MemoryFile {
    disk: MemoryDisk,
    file: FileId,
}

impl LogFile for MemoryFile {
    fn read_at(&self, into: &mut [u8], position: u64) -> io::Result<usize> {
        let state = self.disk.state.lock();
        let content = state.files.get(&self.file).map_or(&[][..], Vec::as_slice);
        let start = (position as usize).min(content.len());
        let count = into.len().min(content.len() - start);
        into[..count].copy_from_slice(&content[start..start + count]);
        Ok(count)
    }

    fn write_all_at(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        let op = Op::Write { file: self.file, position: position as usize, bytes: Arc::from(bytes) };
        self.disk.state.lock().do_data(op);
        Ok(())
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.disk.state.lock().files.get(&self.file).map_or(0, |content| content.len() as u64))
    }

    fn set_size_bytes(&self, bytes: u64) -> io::Result<()> {
        self.disk.state.lock().do_data(Op::Resize { file: self.file, size_bytes: bytes as usize });
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.state.lock().record(Op::SyncFile { file: self.file });
        Ok(())
    }

    /// There is no clock here: as old as can be.
    fn modified_ms(&self) -> io::Result<i64> {
        Ok(0)
    }

    fn set_modified_ms(&self, _: i64) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source of numbers that always takes the same choice.
    fn always(choice: usize) -> impl FnMut(usize) -> usize {
        move |below| choice.min(below - 1)
    }

    #[test]
    fn synced_bytes_and_names_survive_any_crash() {
        let disk = MemoryDisk::recording();
        let dir = disk.root().child("p").unwrap();
        disk.root().sync().unwrap();
        let file = dir.open("f", OpenMode::Create).unwrap();
        file.write_all_at(b"safe", 0).unwrap();
        file.sync().unwrap();
        dir.sync().unwrap();
        file.write_all_at(b"lost", 4).unwrap();
        dir.rename("f", "g").unwrap();
        let end = disk.operations();
        for choice in 0..4 {
            let after = disk.crash(end, Loss::Power, &mut always(choice)).contents();
            let (name, content) = after.iter().next().unwrap();
            assert!(name == "p/f" || name == "p/g", "{name}");
            assert_eq!(&content[..4], b"safe");
        }
        let lost = disk.crash(end, Loss::Power, &mut always(0)).contents();
        assert_eq!(lost, BTreeMap::from([("p/f".to_owned(), b"safe".to_vec())]));
        let kept = disk.crash(end, Loss::Process, &mut always(0)).contents();
        assert_eq!(kept, BTreeMap::from([("p/g".to_owned(), b"safelost".to_vec())]));
    }

    #[test]
    fn the_write_under_way_may_be_torn() {
        let disk = MemoryDisk::recording();
        let file = disk.root().open("f", OpenMode::Create).unwrap();
        file.write_all_at(b"abcdef", 0).unwrap();
        let torn = disk.crash(1, Loss::Process, &mut always(3)).contents();
        assert_eq!(torn["f"], b"abc");
    }
}
