//! `meta.properties`: whose log directory this is (`MetaProperties`).

use std::collections::BTreeMap;

use super::super::dir::{Dir, replace_file};
use super::super::error::{Context, LogError, Result};
use super::read_text;
use crate::names::{BrokerId, Uuid, uuid_parse, uuid_text};

pub const META_PROPERTIES_FILE: &str = "meta.properties";

/// What `meta.properties` says. Version 1 names cluster and node; version 0, from before KRaft, may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetaProperties {
    pub version: u32,
    pub cluster_id: Option<String>,
    pub node_id: Option<BrokerId>,
    pub directory_id: Option<Uuid>,
}

impl MetaProperties {
    pub fn new(cluster_id: &str, node_id: BrokerId, directory_id: Uuid) -> Self {
        Self {
            version: 1,
            cluster_id: Some(cluster_id.to_owned()),
            node_id: Some(node_id),
            directory_id: Some(directory_id),
        }
    }

    /// `None` where the directory was never formatted. Errors: [`LogError::Foreign`] for a version of the future
    /// and for a file that does not say what it must.
    pub fn read(dir: &dyn Dir) -> Result<Option<Self>> {
        let Some(text) = read_text(dir, META_PROPERTIES_FILE)? else { return Ok(None) };
        Self::parse(&text).map(Some).map_err(|reason| LogError::Foreign {
            dir: dir.path().display().to_string(),
            reason: format!("{META_PROPERTIES_FILE} {reason}"),
        })
    }

    pub fn write(&self, dir: &dyn Dir) -> Result<()> {
        replace_file(dir, META_PROPERTIES_FILE, self.text().as_bytes()).context(
            "replace",
            META_PROPERTIES_FILE,
            dir,
        )
    }

    fn parse(text: &str) -> Result<Self, String> {
        let properties = properties(text);
        let property = |name: &str| properties.get(name).map(String::as_str);
        let version = match property("version") {
            Some("0") => 0,
            Some("1") => 1,
            Some(other) => return Err(format!("has version {other}, which only a newer program knows")),
            None => return Err("has no version".to_owned()),
        };
        let node_key = if version == 0 { "broker.id" } else { "node.id" };
        let node_id = match property(node_key).map(str::parse::<i32>) {
            None => None,
            Some(Ok(id)) if id >= 0 => Some(BrokerId(id)),
            Some(_) => return Err(format!("has a {node_key} that is not a number from 0")),
        };
        let directory_id = match property("directory.id").map(uuid_parse) {
            None => None,
            Some(Some(id)) => Some(id),
            Some(None) => return Err("has a directory.id that is not an id".to_owned()),
        };
        let cluster_id = property("cluster.id").map(str::to_owned);
        if version == 1 && (cluster_id.is_none() || node_id.is_none()) {
            return Err("of version 1 names no cluster.id or no node.id".to_owned());
        }
        Ok(Self { version, cluster_id, node_id, directory_id })
    }

    fn text(&self) -> String {
        let node_key = if self.version == 0 { "broker.id" } else { "node.id" };
        let mut text = String::from("#\n#Written by kafkactl\n");
        let mut line = |key: &str, value: String| text.extend([key, "=", &value, "\n"]);
        if let Some(id) = self.node_id {
            line(node_key, id.to_string());
        }
        if let Some(id) = self.directory_id {
            line("directory.id", uuid_text(&id));
        }
        line("version", self.version.to_string());
        if let Some(id) = &self.cluster_id {
            line("cluster.id", id.clone());
        }
        text
    }
}

/// Java's properties format, as far as this file uses it: no continued lines.
fn properties(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '!']));
    let pairs = lines.filter_map(|line| line.split_once(['=', ':']));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().replace('\\', ""))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_versions_and_writes_what_it_reads() {
        let v1 = "#\n#Sun Nov 22 07:41:16 UTC 2026\nnode.id=1\ndirectory.id=Z29sZGVuLWRpci1ub2RlMQ\nversion=1\n\
                  cluster.id=Z29sZGVuLWNsdXN0ZXItMQ\n";
        let read = MetaProperties::parse(v1).unwrap();
        assert_eq!(read.node_id, Some(BrokerId(1)));
        assert_eq!(read.cluster_id.as_deref(), Some("Z29sZGVuLWNsdXN0ZXItMQ"));
        assert_eq!(MetaProperties::parse(&read.text()).unwrap(), read);
        let without_comments = |text: &str| text.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(without_comments(&read.text()), without_comments(v1));

        let v0 = MetaProperties::parse("version=0\nbroker.id=3\n").unwrap();
        assert_eq!((v0.node_id, v0.cluster_id), (Some(BrokerId(3)), None));
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        for (text, says) in [
            ("", "no version"),
            ("version=2\ncluster.id=a\nnode.id=1\n", "newer"),
            ("version=1\nnode.id=1\n", "no cluster.id"),
            ("version=1\ncluster.id=a\nnode.id=x\n", "not a number"),
            ("version=1\ncluster.id=a\nnode.id=1\ndirectory.id=zz\n", "not an id"),
        ] {
            let error = MetaProperties::parse(text).unwrap_err();
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }
}
