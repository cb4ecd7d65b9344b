//! A broker with two data directories.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::world::World;

pub struct Disks {
    folder: TempDir,
}

impl Disks {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn name(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn start(&self, settings: &[(&str, &str)]) -> World {
        World::start_in(&[&self.path("a"), &self.path("b")], settings)
    }

    /// The directories in which a new topic lies.
    pub fn of_new(&self, world: &mut World, topic: &str) -> Vec<&'static str> {
        world.create(topic, &[]);
        ["a", "b"].into_iter().filter(|name| self.path(name).join(format!("{topic}-0")).exists()).collect()
    }

    /// Every directory of a replica of `t`, of which ids are left out.
    pub fn replicas(&self) -> Vec<String> {
        let mut found = Vec::new();
        for disk in ["a", "b"] {
            for entry in fs::read_dir(self.path(disk)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                match name.split_once('.') {
                    _ if !name.starts_with("t-") => {}
                    None => found.push(format!("{disk}/{name}")),
                    Some((id, rest)) => {
                        found.push(format!("{disk}/{id}-{}", rest.rsplit_once('-').unwrap().1))
                    }
                }
            }
        }
        found.sort();
        found
    }
}
