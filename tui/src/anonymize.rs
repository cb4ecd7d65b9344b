//! Takes names out of snapshots, so that a screen or a recording can be shown to others. One name stays one name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::snapshot::{Data, Group, Metadata, Place, Snapshot};
use crate::sample::Interest;

#[derive(Debug, Default)]
pub struct Anonymizer {
    known: HashMap<(Kind, String), String>,
    /// What the cluster calls that which is shown under another name.
    originals: HashMap<(Kind, String), String>,
    counts: HashMap<Kind, usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Topic,
    /// Of a topic.
    Id,
    Rack,
    Group,
    Host,
    Client,
    Member,
}

/// Every broker listens there.
const PORT: u16 = 9092;

impl Anonymizer {
    pub fn apply(&mut self, mut snapshot: Snapshot) -> Snapshot {
        match &mut snapshot.data {
            Data::Metadata(metadata) => self.metadata(metadata),
            Data::Offsets(offsets) => self.rename(Kind::Topic, &mut offsets.topics),
            Data::Configs(configs) => {
                self.rename(Kind::Topic, &mut configs.topics);
                self.replace_all(Kind::Topic, &mut configs.refused);
                for config in configs.topics.values_mut().flat_map(BTreeMap::values_mut) {
                    config.value.take_if(|value| value.contains(':'));
                }
            }
            Data::Groups(groups) => {
                groups.groups.iter_mut().for_each(|group| self.group(group));
                self.replace_all(Kind::Group, &mut groups.refused);
            }
            Data::Commits(commits) => {
                self.replace_all(Kind::Group, &mut commits.refused);
                self.rename(Kind::Group, &mut commits.groups);
                for topics in commits.groups.values_mut() {
                    self.rename(Kind::Topic, topics);
                }
            }
            Data::LogDirs(dirs) => {
                for dir in dirs.brokers.values_mut().flatten() {
                    dir.path = "dir".to_owned();
                    self.rename(Kind::Topic, &mut dir.topics);
                }
            }
            Data::Records(records) => {
                self.replace(Kind::Topic, &mut records.topic);
                for record in &mut records.records {
                    record.key = record.key.take().map(|_| "…".to_owned());
                    record.value = record.value.take().map(|_| "…".to_owned());
                }
            }
            Data::Segments(segments) => {
                segments.dir = "dir".to_owned();
                for segment in &mut segments.segments {
                    self.replace(Kind::Topic, &mut segment.topic);
                }
            }
            Data::Stamps(stamps) => {
                for stamp in &mut stamps.stamps {
                    self.replace(Kind::Topic, &mut stamp.place.topic);
                }
            }
            Data::Failed(failed) => failed.error = "not told".to_owned(),
        }
        snapshot
    }

    fn metadata(&mut self, metadata: &mut Metadata) {
        metadata.cluster_id = None;
        for broker in &mut metadata.brokers {
            self.replace(Kind::Host, &mut broker.host);
            broker.port = PORT;
            if let Some(rack) = &mut broker.rack {
                self.replace(Kind::Rack, rack);
            }
        }
        for topic in &mut metadata.topics {
            if !topic.internal {
                self.replace(Kind::Topic, &mut topic.name);
            }
            if !topic.id.is_empty() {
                self.replace(Kind::Id, &mut topic.id);
            }
        }
    }

    fn group(&mut self, group: &mut Group) {
        self.replace(Kind::Group, &mut group.id);
        for member in group.detail.iter_mut().flat_map(|detail| &mut detail.members) {
            self.replace(Kind::Member, &mut member.id);
            self.replace(Kind::Client, &mut member.client_id);
            self.replace(Kind::Host, &mut member.host);
            member.instance_id = None;
            self.rename(Kind::Topic, &mut member.partitions);
        }
    }

    fn replace(&mut self, kind: Kind, name: &mut String) {
        // Kafka's own names tell nothing.
        if kind == Kind::Topic && name.starts_with("__") {
            return;
        }
        let original = std::mem::take(name);
        if let Some(other) = self.known.get(&(kind, original.clone())) {
            name.clone_from(other);
            return;
        }
        let count = self.counts.entry(kind).or_insert(0);
        *count += 1;
        *name = format!("{}-{count}", format!("{kind:?}").to_lowercase());
        self.originals.insert((kind, name.clone()), original.clone());
        self.known.insert((kind, original), name.clone());
    }

    /// What the screen shows under other names, as the cluster knows it.
    pub fn reveal(&self, interest: Interest) -> Interest {
        let Interest { groups, topic, .. } = &interest;
        let groups = groups.iter().map(|group| self.original(Kind::Group, group)).collect();
        let topic = topic.as_ref().map(|topic| self.original(Kind::Topic, topic));
        Interest { groups, topic, ..interest }
    }

    pub fn reveal_places(&self, places: BTreeSet<Place>) -> BTreeSet<Place> {
        let reveal = |place: Place| Place { topic: self.original(Kind::Topic, &place.topic), ..place };
        places.into_iter().map(reveal).collect()
    }

    fn original(&self, kind: Kind, name: &str) -> String {
        let known = self.originals.get(&(kind, name.to_owned()));
        known.map_or_else(|| name.to_owned(), Clone::clone)
    }

    fn replace_all(&mut self, kind: Kind, names: &mut [String]) {
        names.iter_mut().for_each(|name| self.replace(kind, name));
    }

    fn rename<T>(&mut self, kind: Kind, map: &mut BTreeMap<String, T>) {
        let renamed = std::mem::take(map).into_iter().map(|(mut name, value)| {
            self.replace(kind, &mut name);
            (name, value)
        });
        *map = renamed.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;

    #[test]
    fn no_name_is_left_and_sums_stay() {
        let mut anonymizer = Anonymizer::default();
        let (mut plain, mut hidden) =
            (crate::model::cluster::Cluster::default(), crate::model::cluster::Cluster::default());
        for snapshot in (0..12).flat_map(|step| demo::step(step, step * demo::STEP_MS)) {
            plain.apply(snapshot.clone());
            let mut snapshot = snapshot;
            match &mut snapshot.data {
                Data::Metadata(metadata) => {
                    metadata.brokers.iter_mut().for_each(|broker| broker.port = 29_092);
                }
                Data::Configs(configs) => configs.refused.push("orders".to_owned()),
                Data::Groups(groups) => groups.refused.push("billing".to_owned()),
                Data::Commits(commits) => commits.refused.push("fraud".to_owned()),
                _ => {}
            }
            let anonymous = anonymizer.apply(snapshot);
            let text = serde_json::to_string(&anonymous).unwrap();
            for name in [
                "orders", "payments", "clicks", "billing", "fraud", "kafka-1", "10.0.0", "customer",
                "rack-a", "demo", "29092",
            ] {
                assert!(!text.contains(name), "{name} in {text}");
            }
            hidden.apply(anonymous);
        }
        assert_eq!(plain.lag(), hidden.lag());
        // What is wanted of the cluster is asked for by its own names.
        let interest = Interest {
            groups: hidden.groups.keys().map(ToString::to_string).collect(),
            topic: hidden.topics.keys().next().map(ToString::to_string),
            ..Interest::default()
        };
        let revealed = anonymizer.reveal(interest);
        assert_eq!(revealed.groups, plain.groups.keys().map(ToString::to_string).collect());
        assert!(revealed.topic.is_some_and(|topic| plain.topics.contains_key(topic.as_str())));
        let places = anonymizer.reveal_places(hidden.places_without_time(hidden.groups.values()));
        assert_eq!(places, plain.places_without_time(plain.groups.values()));
        assert!(!places.is_empty());
        assert!(plain.lag().offsets.is_some_and(|lag| lag > 0));
    }
}
