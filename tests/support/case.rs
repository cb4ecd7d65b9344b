//! Golden directories, copied to where they may be changed, and what Kafka said about them. Include with `#[path]`.
#![allow(dead_code)] // no test binary needs all of it

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A copy of a golden directory.
pub struct Case {
    pub name: &'static str,
    pub folder: tempfile::TempDir,
    pub logical: Value,
}

impl Case {
    pub fn copy(name: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_all(&golden(&format!("dirs/{name}")), folder.path());
        if let Ok(sparse) = fs::read_to_string(golden(&format!("expect/{name}/sparse.tsv"))) {
            for line in sparse.lines() {
                let (path, size) = line.split_once('\t').unwrap();
                let file = fs::OpenOptions::new().write(true).open(folder.path().join(path)).unwrap();
                file.set_len(size.parse().unwrap()).unwrap();
            }
        }
        let logical = match fs::read(golden(&format!("expect/{name}/logical.json"))) {
            Ok(text) => serde_json::from_slice(&text).unwrap(),
            Err(_) => Value::Null,
        };
        Self { name, folder, logical }
    }

    /// The log directories in it: one, one for each node, or one for each of `log.dirs`.
    pub fn log_dirs(&self) -> Vec<PathBuf> {
        let root = self.folder.path();
        if root.join("meta.properties").exists() || root.join("recovery-point-offset-checkpoint").exists() {
            return vec![root.to_owned()];
        }
        let mut dirs: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
        dirs.sort();
        dirs
    }

    pub fn topic(&self, topic: &str) -> Option<&Value> {
        self.logical["topics"].get(topic)
    }

    /// The path of every file of a listing, with the hash of its content.
    pub fn listing(&self, file: &str) -> BTreeMap<String, String> {
        let text = fs::read_to_string(golden(&format!("expect/{}/{file}", self.name))).unwrap();
        let row = |line: &str| {
            let columns: Vec<_> = line.split('\t').collect();
            (columns[0].to_owned(), columns[2].to_owned())
        };
        text.lines().skip(1).map(row).collect()
    }
}

/// A golden file, from whichever crate of the workspace the test belongs to.
pub fn golden(path: &str) -> PathBuf {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|it| it.join("tests/golden"));
    folders.find(|folder| folder.exists()).unwrap().join(path)
}

/// Every file below a folder, by its path there.
pub fn files_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn copy_all(from: &Path, to: &Path) {
    for (name, content) in files_in(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}
