//! Reading directories that Apache Kafka 4.3.1 wrote (`tests/golden/README.md`) without changing them.

mod damage;
mod dump;
mod find;
mod verify;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use kafkactl_core::log::inspect::partition_roots;

/// A case's directory with its preallocated files at their true length. Where none are it is the golden one itself,
/// else a copy in which the other files are links.
struct Case {
    name: String,
    path: PathBuf,
    _copy: Option<tempfile::TempDir>,
}

impl Case {
    fn all() -> Vec<Case> {
        let mut names: Vec<_> = fs::read_dir(golden("dirs"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names.iter().map(|name| Case::open(name)).collect()
    }

    fn open(name: &str) -> Case {
        let mut case = Case { name: name.to_owned(), path: golden("dirs").join(name), _copy: None };
        let Ok(sparse) = fs::read_to_string(case.expected().join("sparse.tsv")) else { return case };
        let copy = tempfile::tempdir().unwrap();
        link_tree(&case.path, copy.path());
        for line in sparse.lines() {
            let (file, bytes) = line.split_once('\t').unwrap();
            let file = copy.path().join(file);
            let content = fs::read(&file).unwrap();
            fs::remove_file(&file).unwrap();
            fs::write(&file, content).unwrap();
            File::options().write(true).open(&file).unwrap().set_len(bytes.parse().unwrap()).unwrap();
        }
        case.path = copy.path().to_owned();
        case._copy = Some(copy);
        case
    }

    fn path(&self) -> &Path {
        &self.path
    }

    /// The directories of its partitions, those of each node or log directory.
    fn partitions(&self) -> Vec<PathBuf> {
        let below = fs::read_dir(&self.path).unwrap().map(|entry| entry.unwrap().path());
        let parents = std::iter::once(self.path.clone()).chain(below.filter(|path| path.is_dir()));
        let mut found: Vec<_> = parents
            .filter_map(|path| partition_roots(&path).ok())
            .flat_map(|roots| roots.into_iter().map(|root| root.path))
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// What Kafka said about it.
    fn expected(&self) -> PathBuf {
        golden("expect").join(&self.name)
    }
}

fn golden(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(path)
}

fn link_tree(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            link_tree(&entry.path(), &target);
        } else {
            std::os::unix::fs::symlink(entry.path(), &target).unwrap();
        }
    }
}
