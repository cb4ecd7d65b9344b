//! What a starting broker needs to know of its log directories, and the formatting of empty ones.

use std::path::PathBuf;
use std::sync::Arc;

use kafkactl_core::log::checkpoint::MetaProperties;
use kafkactl_core::log::dir::Dir;
use kafkactl_core::names::{BrokerId, Uuid, uuid_draw, uuid_text};
use kafkactl_core::settings::BrokerSettings;

use super::{Contents, FormatError, local_voter, write_directory};
use crate::cluster::features::MetadataVersion;
use crate::cluster::metadata::bootstrap_records;
use crate::cluster::quorum::{MetadataLogError, VoterSet};

/// The node id of a broker that was given none.
const NODE_ID_DEFAULT: BrokerId = BrokerId(1);

/// Ids below this are Kafka's own (`DirectoryId.reserved`).
const RESERVED_IDS: u128 = 100;

/// Log directories that belong together and can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    pub cluster_id: String,
    pub node: BrokerId,
    /// The id of each directory, in the order given.
    pub directories: Vec<Uuid>,
    /// Those that were formatted just now.
    pub formatted: Vec<PathBuf>,
}

/// What is known of one directory.
#[derive(Debug, Clone, PartialEq)]
pub enum DirectoryFacts {
    Formatted(MetaProperties),
    Empty,
    /// Not empty, and no log directory; one of the names in it.
    Foreign {
        found: String,
    },
}

/// Looks at a directory without touching it.
pub fn inspect(dir: &dyn Dir) -> Result<DirectoryFacts, FormatError> {
    if let Some(properties) = MetaProperties::read(dir)? {
        return Ok(DirectoryFacts::Formatted(properties));
    }
    let entries = dir.entries().map_err(|error| MetadataLogError::io("list", dir, "", error))?;
    // What a formatting that was cut short leaves, what the lock leaves, and what file systems bring along.
    let is_ours = |name: &str| {
        matches!(name, ".lock" | "lost+found" | "bootstrap.checkpoint" | "bootstrap.checkpoint.part")
            || name == "__cluster_metadata-0"
            || name.ends_with(".tmp")
    };
    let mut foreign: Vec<String> =
        entries.into_iter().map(|entry| entry.name).filter(|name| !is_ours(name)).collect();
    foreign.sort();
    Ok(match foreign.into_iter().next() {
        Some(found) => DirectoryFacts::Foreign { found },
        None => DirectoryFacts::Empty,
    })
}

/// Makes sure that these directories, which are locked, belong to this node and cluster; formats empty ones.
///
/// The metadata log lies in the one with the index `metadata_dir`. When all are empty a cluster of one node begins,
/// with this `cluster_id` or a drawn one; a new directory of an old node joins its others.
pub fn prepare(
    dirs: &[Arc<dyn Dir>],
    metadata_dir: usize,
    settings: &BrokerSettings,
    cluster_id: Option<&str>,
    now_ms: i64,
    random: &mut dyn FnMut() -> u128,
) -> Result<Prepared, FormatError> {
    let facts: Vec<DirectoryFacts> = dirs.iter().map(|dir| inspect(&**dir)).collect::<Result<_, _>>()?;
    let known = facts.iter().find_map(|facts| match facts {
        DirectoryFacts::Formatted(properties) => Some(properties),
        _ => None,
    });
    let cluster_id = match (cluster_id, known.and_then(|known| known.cluster_id.as_deref())) {
        (Some(given), _) => given.to_owned(),
        (None, Some(found)) => found.to_owned(),
        (None, None) => uuid_text(&uuid_draw(&mut *random)),
    };
    let node = settings.node_id().map(BrokerId).or_else(|| known.and_then(|known| known.node_id));
    let node = node.unwrap_or(NODE_ID_DEFAULT);
    let is_new = known.is_none();
    let mut prepared = Prepared { cluster_id, node, directories: Vec::new(), formatted: Vec::new() };
    let belonging = belonging(dirs, facts, &prepared)?;
    for (index, (dir, properties)) in dirs.iter().zip(belonging).enumerate() {
        let id = match properties {
            Some(properties) => id_of(&**dir, properties, random)?,
            None => {
                let id = uuid_draw(&mut *random);
                let version = MetadataVersion::LATEST;
                let voters = (is_new && index == metadata_dir)
                    .then(|| VoterSet { voters: vec![local_voter(settings, node, id)] });
                let contents = Contents {
                    cluster_id: &prepared.cluster_id,
                    node,
                    version,
                    bootstrap: &bootstrap_records(version, &[]),
                    voters,
                    now_ms,
                };
                write_directory(&**dir, id, &contents)?;
                prepared.formatted.push(dir.path());
                id
            }
        };
        prepared.directories.push(id);
    }
    if prepared.directories.is_empty() {
        return Err(FormatError::NoDirectory);
    }
    Ok(prepared)
}

/// What the formatted ones among the directories say; `None` for empty ones. All are looked at before any is written
/// to: a start that is refused leaves no trace in the others.
fn belonging(
    dirs: &[Arc<dyn Dir>],
    facts: Vec<DirectoryFacts>,
    prepared: &Prepared,
) -> Result<Vec<Option<MetaProperties>>, FormatError> {
    let mut known: Vec<(Uuid, PathBuf)> = Vec::new();
    let mut belonging = Vec::with_capacity(dirs.len());
    for (dir, facts) in dirs.iter().zip(facts) {
        let properties = match facts {
            DirectoryFacts::Foreign { found } => return Err(FormatError::Foreign { dir: dir.path(), found }),
            DirectoryFacts::Empty => None,
            DirectoryFacts::Formatted(properties) => Some(properties),
        };
        if let Some(properties) = &properties {
            check(prepared, dir.path(), properties)?;
        }
        if let Some(id) = properties.as_ref().and_then(own_id) {
            if let Some((_, first)) = known.iter().find(|(other, _)| *other == id) {
                return Err(FormatError::SameDirectory { first: first.clone(), second: dir.path() });
            }
            known.push((id, dir.path()));
        }
        belonging.push(properties);
    }
    Ok(belonging)
}

fn check(prepared: &Prepared, dir: PathBuf, properties: &MetaProperties) -> Result<(), FormatError> {
    if properties.version == 0 {
        return Err(FormatError::ZooKeeper { dir });
    }
    match (&properties.cluster_id, properties.node_id) {
        (Some(found), _) if *found != prepared.cluster_id => Err(FormatError::OtherCluster {
            dir,
            found: found.clone(),
            expected: prepared.cluster_id.clone(),
        }),
        (_, Some(found)) if found != prepared.node => {
            Err(FormatError::OtherNode { dir, found, expected: prepared.node })
        }
        _ => Ok(()),
    }
}

fn own_id(properties: &MetaProperties) -> Option<Uuid> {
    properties.directory_id.filter(|id| id.as_u128() >= RESERVED_IDS)
}

/// A directory's id; Kafka before 3.7 gave it none.
fn id_of(
    dir: &dyn Dir,
    properties: MetaProperties,
    random: &mut dyn FnMut() -> u128,
) -> Result<Uuid, FormatError> {
    if let Some(id) = own_id(&properties) {
        return Ok(id);
    }
    let id = uuid_draw(random);
    MetaProperties { directory_id: Some(id), ..properties }.write(dir)?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use kafkactl_core::log::dir::{MemoryDisk, OpenMode};
    use kafkactl_core::settings::Properties;

    use super::*;

    fn settings(text: &str) -> BrokerSettings {
        BrokerSettings::load(&Properties::parse(text).unwrap(), &[]).unwrap().0
    }

    fn dirs(disk: &MemoryDisk, names: &[&str]) -> Vec<Arc<dyn Dir>> {
        names.iter().map(|name| disk.root().child(name).unwrap()).collect()
    }

    fn counter() -> impl FnMut() -> u128 {
        let mut next = 1_u128 << 90;
        move || {
            next = next.wrapping_mul(0x2545_F491_4F6C_DD1D_0000_0000_0000_0001).wrapping_add(12_345);
            next
        }
    }

    #[test]
    fn empty_directories_become_one_node_and_stay_it() {
        let disk = MemoryDisk::default();
        let mut random = counter();
        let both = dirs(&disk, &["a", "b"]);
        let first = prepare(&both[..1], 0, &settings(""), None, 0, &mut random).unwrap();
        assert_eq!((first.node, first.cluster_id.len(), first.formatted.len()), (BrokerId(1), 22, 1));
        let again = prepare(&both[..1], 0, &settings(""), None, 0, &mut random).unwrap();
        assert_eq!(again, Prepared { formatted: Vec::new(), ..first.clone() });
        let grown = prepare(&both, 0, &settings(""), Some(&first.cluster_id), 0, &mut random).unwrap();
        assert_eq!((grown.directories[0], grown.directories.len()), (first.directories[0], 2));
        assert!(both[1].child("__cluster_metadata-0").unwrap().entries().unwrap().is_empty());
    }

    #[test]
    fn what_does_not_belong_is_refused_with_the_reason() {
        let disk = MemoryDisk::default();
        let mut random = counter();
        let given = dirs(&disk, &["a", "b", "c"]);
        prepare(&given[..1], 0, &settings("node.id=1"), Some("one"), 0, &mut random).unwrap();
        prepare(&given[1..2], 0, &settings("node.id=2"), Some("two"), 0, &mut random).unwrap();
        given[2].open("precious.txt", OpenMode::Create).unwrap();
        let mut refused = |dirs: &[Arc<dyn Dir>], properties: &str, cluster_id: Option<&str>| {
            prepare(dirs, 0, &settings(properties), cluster_id, 0, &mut random).unwrap_err().to_string()
        };
        let cases = [
            (refused(&given[..1], "", Some("two")), "belongs to cluster one, not to two"),
            (refused(&given[..1], "node.id=2", None), "belongs to node 1, not to 2"),
            (refused(&given[..2], "", None), "belongs to cluster two, not to one"),
            (refused(&given[2..], "", None), "(it holds precious.txt): it is not a log directory"),
            (refused(&[], "", None), "no log directory is given"),
            (refused(&[Arc::clone(&given[0]), Arc::clone(&given[0])], "", None), "the same directory.id"),
        ];
        for (got, expected) in cases {
            assert!(got.contains(expected), "{got:?} should say {expected:?}");
        }
        let empty = disk.root().child("empty").unwrap();
        let mixed = [Arc::clone(&empty), Arc::clone(&given[2])];
        assert!(prepare(&mixed, 0, &settings(""), None, 0, &mut counter()).is_err());
        assert!(empty.entries().unwrap().is_empty(), "nothing is written when one is refused");
        let zookeeper = disk.root().child("z").unwrap();
        let file = zookeeper.open("meta.properties", OpenMode::Create).unwrap();
        file.write_all_at(b"version=0\nbroker.id=1\n", 0).unwrap();
        let error = prepare(&[zookeeper], 0, &settings(""), None, 0, &mut counter()).unwrap_err();
        assert!(matches!(error, FormatError::ZooKeeper { .. }), "{error}");
        let newer = disk.root().child("n").unwrap();
        let file = newer.open("meta.properties", OpenMode::Create).unwrap();
        file.write_all_at(b"version=2\n", 0).unwrap();
        let error = prepare(&[newer], 0, &settings(""), None, 0, &mut counter()).unwrap_err().to_string();
        assert!(error.contains("version 2"), "{error}");
    }
}
