//! What a paused screen shows: the cluster of one moment, without the past that no screen asks for.

use std::collections::BTreeMap;
use std::mem::take;

use super::cluster::{Cluster, Group, Name, Partition, Topic};

/// What is asked of the ends of a partition.
#[derive(Default)]
struct Asked {
    windows_ms: Vec<i64>,
    /// Offsets, for when the log passed them.
    commits: Vec<i64>,
}

impl Cluster {
    /// Every screen that looks back over one of `windows_ms` is the same made from this as from the cluster itself. It
    /// takes no snapshots: histories kept for those to come, which are most of a large cluster, are cut down to the
    /// samples around the starts of windows and around commits.
    pub fn still(&mut self, windows_ms: &[i64]) -> Self {
        // Histories are copied whole one at a time at most: memory would peak as if all were kept.
        let (topics, groups) = (take(&mut self.topics), take(&mut self.groups));
        let rest = self.clone();
        (self.topics, self.groups) = (topics, groups);
        let mut asked = asked_by(&self.groups, windows_ms);
        let thinned = self.topics.iter().map(|(name, topic)| {
            let partitions = topic.partitions.iter().map(|(id, partition)| {
                let asked = asked.remove(&(name, *id)).unwrap_or_default();
                (*id, partition.thinned(windows_ms, asked))
            });
            let (id, configs) = (topic.id.clone(), topic.configs.clone());
            let partitions = partitions.collect();
            (name.clone(), Topic { id, is_internal: topic.is_internal, partitions, configs })
        });
        let topics = thinned.collect();
        let groups = self.groups.iter_mut().map(|(name, group)| (name.clone(), group.thinned(windows_ms)));
        Self { topics, groups: groups.collect(), ..rest }
    }
}

fn asked_by<'a>(groups: &'a BTreeMap<Name, Group>, windows_ms: &[i64]) -> BTreeMap<(&'a Name, i32), Asked> {
    let mut all: BTreeMap<(&Name, i32), Asked> = BTreeMap::new();
    for ((topic, id), partition) in groups.values().flat_map(|group| &group.partitions) {
        let asked = all.entry((topic, *id)).or_default();
        asked.windows_ms.extend(partition.spans_ms(windows_ms));
        asked.commits.extend(partition.commit);
    }
    all
}

impl Partition {
    fn thinned(&self, windows_ms: &[i64], asked: Asked) -> Self {
        let windows_ms = windows_ms.iter().copied().chain(asked.windows_ms);
        Self { ends: self.ends.thinned(windows_ms, asked.commits), ..self.clone() }
    }
}

impl Group {
    fn thinned(&mut self, windows_ms: &[i64]) -> Self {
        let partitions = take(&mut self.partitions);
        let rest = self.clone();
        self.partitions = partitions;
        let partitions = self.partitions.iter();
        let partitions = partitions.map(|(key, partition)| (key.clone(), partition.thinned(windows_ms)));
        Self { partitions: partitions.collect(), ..rest }
    }
}
