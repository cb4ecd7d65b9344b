use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;

use super::{Dir, DirEntry, DirLock, LogFile, OpenMode, Space};

/// A sub-directory that can be renamed while it is in use: whoever holds it goes on under the new name.
#[derive(Debug)]
pub struct RenamableDir {
    parent: Arc<dyn Dir>,
    /// Its name and the directory itself. Locked for changes while the name changes, so that nothing is looked up
    /// under a name that is about to go.
    current: RwLock<(String, Arc<dyn Dir>)>,
}

impl RenamableDir {
    /// The sub-directory of this name, made if there is none.
    pub fn open(parent: Arc<dyn Dir>, name: impl Into<String>) -> io::Result<Self> {
        let name = name.into();
        let dir = parent.child(&name)?;
        Ok(Self { parent, current: RwLock::new((name, dir)) })
    }

    /// Renames it within its parent. After an error it has the name it had.
    pub fn rename_to(&self, name: &str) -> io::Result<()> {
        let mut current = self.current.write();
        self.parent.rename(&current.0, name)?;
        *current = (name.to_owned(), self.parent.child(name)?);
        Ok(())
    }
}

impl Dir for RenamableDir {
    fn path(&self) -> PathBuf {
        self.current.read().1.path()
    }

    fn open(&self, name: &str, mode: OpenMode) -> io::Result<Arc<dyn LogFile>> {
        self.current.read().1.open(name, mode)
    }

    fn open_direct(&self, name: &str) -> io::Result<Option<Arc<dyn LogFile>>> {
        self.current.read().1.open_direct(name)
    }

    fn entries(&self) -> io::Result<Vec<DirEntry>> {
        self.current.read().1.entries()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.current.read().1.rename(from, to)
    }

    fn remove_file(&self, name: &str) -> io::Result<()> {
        self.current.read().1.remove_file(name)
    }

    fn remove_child(&self, name: &str) -> io::Result<()> {
        self.current.read().1.remove_child(name)
    }

    fn child(&self, name: &str) -> io::Result<Arc<dyn Dir>> {
        self.current.read().1.child(name)
    }

    fn sync(&self) -> io::Result<()> {
        self.current.read().1.sync()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.current.read().1.sync_all()
    }

    fn lock(&self, name: &str) -> io::Result<Option<DirLock>> {
        self.current.read().1.lock(name)
    }

    fn space(&self) -> io::Result<Space> {
        self.current.read().1.space()
    }
}

#[cfg(test)]
mod tests {
    use super::super::MemoryDisk;
    use super::*;

    #[test]
    fn files_are_found_under_the_new_name() {
        let disk = MemoryDisk::default();
        let dir = RenamableDir::open(disk.root(), "old").unwrap();
        dir.open("a", OpenMode::Create).unwrap().write_all_at(b"before", 0).unwrap();
        dir.rename_to("new").unwrap();
        assert_eq!(dir.open("a", OpenMode::Existing).unwrap().size_bytes().unwrap(), 6);
        dir.open("b", OpenMode::Create).unwrap();
        assert_eq!(disk.contents().into_keys().collect::<Vec<_>>(), ["new/a", "new/b"]);
        disk.root().rename("new", "elsewhere").unwrap();
        assert_eq!(dir.rename_to("newer").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(dir.path().ends_with("new"));
    }
}
