//! Metadata logs and snapshots that Apache Kafka wrote, against what its clients saw.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kafkactl_core::names::{BrokerId, Offset};
use kafkactl_core::record::batches;
use kafkactl_core::settings::ResourceKind;
use serde_json::Value;

use super::image::{ConfigResource, MetadataDelta, MetadataImage};
use super::{LoadError, MetadataLoader};

fn golden(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(path)
}

fn load(loader: &mut MetadataLoader, path: &Path) -> Result<(), LoadError> {
    let bytes = std::fs::read(path).unwrap();
    for batch in batches(&bytes) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        loader.batch(&batch)?;
    }
    Ok(())
}

/// The image after the whole metadata log of a directory.
fn replayed(dir: &str) -> MetadataLoader {
    let mut loader = MetadataLoader::default();
    let log = golden(&format!("dirs/{dir}/__cluster_metadata-0/00000000000000000000.log"));
    load(&mut loader, &log).unwrap();
    loader
}

fn logical(case: &str) -> Value {
    serde_json::from_slice(&std::fs::read(golden(&format!("expect/{case}/logical.json"))).unwrap()).unwrap()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let object = value.as_object().unwrap();
    object.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

const CASES: [(&str, &str); 14] = [
    ("plain", "plain"),
    ("rolled", "rolled"),
    ("logappendtime", "logappendtime"),
    ("idempotent", "idempotent"),
    ("transactions", "transactions"),
    ("transactions-v0", "transactions-v0"),
    ("groups", "groups"),
    ("compacted-before", "compacted-before"),
    ("retention", "retention"),
    ("config", "config"),
    ("metadata-upgrade", "metadata-upgrade"),
    ("deleted", "deleted"),
    ("three-nodes/node-1", "three-nodes"),
    ("legacy-magic", "legacy-magic"),
];

#[test]
fn topics_and_their_configs_are_what_clients_saw() {
    for (dir, case) in CASES {
        let loader = replayed(dir);
        let image = loader.newest();
        assert!(!loader.is_in_transaction(), "{dir}");
        let expected = logical(case);
        let topics = expected["topics"].as_object().unwrap();
        assert!(!topics.is_empty(), "{dir}");
        for (name, expected) in topics {
            let topic = image.topics.get(name).unwrap_or_else(|| panic!("{dir}: no topic {name}"));
            assert_eq!(topic.id.to_string(), expected["id"].as_str().unwrap(), "{dir} {name}");
            let partitions = expected["partitions"].as_object().unwrap();
            assert_eq!(topic.partitions.len(), partitions.len(), "{dir} {name}");
            for (number, expected) in partitions {
                let partition = &topic.partitions[&number.parse::<i32>().unwrap().into()];
                let replicas: Vec<i32> = partition.replicas.iter().map(|id| id.0).collect();
                assert_eq!(Value::from(replicas), expected["replicas"], "{dir} {name}-{number}");
            }
            // Clients also see what is set for all brokers.
            let mut seen = (*image.topic_configs(name)).clone();
            let cluster =
                image.configs(&ConfigResource::cluster()).and_then(|all| all.get("min.insync.replicas"));
            if let Some(value) = cluster {
                seen.entry("min.insync.replicas".to_owned()).or_insert(value.clone());
            }
            assert_eq!(seen, texts(&expected["configs"]), "{dir} {name}");
        }
        let known = image.topics.iter().filter(|topic| !topic.name.as_str().starts_with("__")).count();
        let expected = topics.keys().filter(|name| !name.starts_with("__")).count();
        assert_eq!(known, expected, "{dir}: topics that clients did not see");
    }
}

#[test]
fn features_configs_and_security_are_what_clients_saw() {
    for (dir, case) in CASES {
        let loader = replayed(dir);
        let image = loader.newest();
        let expected = logical(case);
        let Some(features) = expected["features"].as_object() else { continue };
        for (name, level) in features.iter().filter(|(name, _)| *name != "kraft.version") {
            assert_eq!(Value::from(image.feature_level(name)), *level, "{dir} {name}");
        }
        let kraft = features.get("kraft.version").and_then(Value::as_i64).unwrap_or(0);
        assert_eq!(i64::from(loader.quorum().kraft_version), kraft, "{dir}");
        assert_eq!(loader.quorum().voters.is_some(), kraft == 1, "{dir}");
        let acls = expected["acls"].as_array().map_or(0, Vec::len);
        assert_eq!(image.security.acls.len(), acls, "{dir}");
        let quotas = expected["quotas"].as_array().map_or(0, Vec::len);
        assert_eq!(image.security.quotas.len(), quotas, "{dir}");
        let scram: usize = expected["scram"]
            .as_object()
            .map_or(0, |users| users.values().map(|it| it.as_array().unwrap().len()).sum());
        assert_eq!(image.security.scram.len(), scram, "{dir}");
    }
}

#[test]
fn configs_of_every_kind_are_kept() {
    let loader = replayed("config");
    let image = loader.newest();
    let get = |kind, name: &str| (**image.configs(&ConfigResource::new(kind, name)).unwrap()).clone();
    let expected = logical("config");
    assert_eq!(get(ResourceKind::Broker, ""), texts(&expected["broker_configs"]["default"]));
    assert_eq!(get(ResourceKind::Broker, "1")["log.cleaner.threads"], "2");
    let others = expected["other_configs"].as_object().unwrap();
    assert_eq!(others.len(), 4);
    for (resource, values) in others {
        let (kind, name) = resource.split_once(' ').unwrap();
        let kind = ResourceKind::ALL.into_iter().find(|it| it.name() == kind).unwrap();
        assert_eq!(get(kind, name), texts(values), "{resource}");
    }
    let quota = image.security.quotas.get(&vec![("user".to_owned(), None)]).unwrap();
    assert_eq!(quota["request_percentage"], 50.5);
    assert_eq!(image.next_producer_id.0, 3000);
}

#[test]
fn a_snapshot_holds_what_the_log_up_to_it_holds() {
    let dir = golden("dirs/config/__cluster_metadata-0");
    let mut compared = 0;
    for entry in std::fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".checkpoint") else {
            continue;
        };
        let end: i64 = name[..20].parse().unwrap();
        if end == 0 {
            continue;
        }
        let mut from_snapshot = MetadataLoader::default();
        load(&mut from_snapshot, &path).unwrap();
        let mut from_log = MetadataLoader::default();
        let log = std::fs::read(dir.join("00000000000000000000.log")).unwrap();
        for batch in batches(&log).map(Result::unwrap).take_while(|it| it.header().base_offset < Offset(end))
        {
            from_log.batch(&batch).unwrap();
        }
        assert_eq!(from_snapshot.newest().records(), from_log.newest().records(), "{name}");
        assert_eq!(from_snapshot.quorum(), from_log.quorum(), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 7);
}

#[test]
fn records_of_an_image_lead_to_the_same_image() {
    for (dir, _) in CASES {
        let loader = replayed(dir);
        let image = loader.newest();
        let version = image.metadata_version();
        let mut copy = MetadataImage::default();
        let mut delta = MetadataDelta::default();
        for record in image.records() {
            let bytes = super::image::encode_record(&record, version).unwrap();
            let read = kafkactl_core::schema::metadata::MetadataRecord::decode(&bytes).unwrap();
            copy.replay(read, &mut delta).unwrap();
        }
        assert_eq!(copy.records(), image.records(), "{dir}");
        assert_eq!(copy.topics.count(), image.topics.count(), "{dir}");
    }
}

#[test]
fn a_clean_stop_leaves_a_fenced_broker_and_its_replicas_eligible() {
    let loader = replayed("config");
    let image = loader.newest();
    let broker = &image.brokers[&BrokerId(1)];
    assert!(broker.is_fenced && broker.in_controlled_shutdown);
    let partition = image.topics.partition("configured-0", 0.into()).unwrap();
    assert!(!partition.has_leader() && partition.isr.is_empty());
    assert_eq!(partition.elr, [BrokerId(1)]);
    assert_eq!(partition.leader_epoch.0, 5, "two starts and three stops of leaders");
}
