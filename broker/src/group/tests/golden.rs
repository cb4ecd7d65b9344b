//! The `__consumer_offsets` logs that Apache Kafka 4.3 wrote: read as Kafka reads them, written as Kafka wrote them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kafkactl_core::record::batches;
use kafkactl_core::schema::consumer_protocol::ConsumerProtocolAssignment;
use serde_json::{Value, json};

use super::*;
use crate::group::load::{Loaded, Loader};
use crate::group::stored;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden")
}

/// Offset, key and value of every record of a partition's log, markers of transactions left out.
fn records_of(directory: &Path) -> Vec<(Offset, Vec<u8>, Option<Vec<u8>>)> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut segments: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    segments.sort();
    let mut records = Vec::new();
    for segment in segments {
        for batch in batches(&std::fs::read(segment).unwrap()) {
            let batch = batch.unwrap();
            if batch.header().is_control() {
                continue;
            }
            for record in &batch.records(1 << 20).unwrap() {
                let record = record.unwrap();
                records.push((record.offset, record.key.unwrap().to_vec(), record.value.map(<[u8]>::to_vec)));
            }
        }
    }
    records
}

/// The groups of a directory, all partitions together, as `logical.json` shows them.
fn groups_of(case: &Path) -> Value {
    let mut groups = BTreeMap::new();
    for partition in 0..3 {
        let directory = case.join(format!("__consumer_offsets-{partition}"));
        let bytes = std::fs::read(directory.join("00000000000000000000.log")).unwrap();
        let mut loader = Loader::new(Bench::new().now);
        batches(&bytes).for_each(|batch| loader.batch(&batch.unwrap()).unwrap());
        let Loaded { shard, .. } = loader.finish();
        for listed in shard.list() {
            let kind = listed.kind.name();
            let kind = kind[..1].to_uppercase() + &kind[1..];
            let mut shown = json!({"type": kind, "protocol": listed.protocol_type, "state": listed.state});
            if kind == "Classic" || kind == "Consumer" {
                shown["offsets"] = offsets_of(&shard, listed.id);
            }
            if let Ok(described) = shard.describe(listed.id.as_str())
                && !described.members.is_empty()
            {
                shown["members"] = described.members.iter().map(member_text).collect();
            }
            groups.insert(listed.id.to_string(), shown);
        }
    }
    json!(groups)
}

fn offsets_of(shard: &Shard, id: &GroupId) -> Value {
    let mut shown = serde_json::Map::new();
    for (topic, partitions) in shard.offsets.of_group(id.as_str()).into_iter().flatten() {
        for (partition, stored) in partitions {
            let value = &stored.value;
            let leader_epoch = Some(value.leader_epoch.0).filter(|&epoch| epoch >= 0);
            shown.insert(
                format!("{topic}-{partition}"),
                json!([value.offset, leader_epoch, &*value.metadata]),
            );
        }
    }
    Value::Object(shown)
}

fn member_text(member: &DescribedMember) -> String {
    let assignment = ConsumerProtocolAssignment::decode(&member.assignment).unwrap();
    let partitions: Vec<String> = assignment
        .assigned_partitions
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(|partition| format!("{}-{partition}", topic.topic)))
        .collect();
    let instance = member.instance.as_ref().map(|instance| format!("static {instance} ")).unwrap_or_default();
    format!("{} {instance}-> [{}]", member.client_id, partitions.join(", "))
}

#[test]
fn kafkas_groups_are_read_as_kafka_reads_them() {
    for case in ["groups", "transactions"] {
        let expected =
            std::fs::read_to_string(golden().join("expect").join(case).join("logical.json")).unwrap();
        let mut expected: Value = serde_json::from_str(&expected).unwrap();
        let ours = groups_of(&golden().join("dirs").join(case));
        for (id, group) in expected["groups"].as_object_mut().unwrap() {
            // Of groups that are kept but not served, what is inside is not shown.
            let group = group.as_object_mut().unwrap();
            if group["type"] != "Classic" {
                for detail in ["members", "start_offsets", "group_epoch", "topology_epoch"] {
                    group.remove(detail);
                }
            }
            assert_eq!(ours[id], json!(group), "{case}: {id}");
        }
        assert_eq!(ours.as_object().unwrap().len(), expected["groups"].as_object().unwrap().len(), "{case}");
    }
}

#[test]
fn kafkas_records_are_written_as_kafka_wrote_them() {
    let mut compared = 0;
    for case in ["groups", "transactions", "transactions-v0"] {
        for partition in 0..3 {
            let directory = golden().join("dirs").join(case).join(format!("__consumer_offsets-{partition}"));
            for (offset, key, value) in records_of(&directory) {
                let record = stored::decode(&key, value.as_deref()).unwrap();
                if matches!(record, GroupRecord::Other(_)) {
                    continue;
                }
                let ours = stored::encode(&record).unwrap();
                // Topics of an assignment stand in the order of Java's hash maps.
                let is_same = ours.1.as_ref().map(Vec::len) == value.as_ref().map(Vec::len)
                    && stored::decode(&ours.0, ours.1.as_deref()).unwrap() == record;
                let may_differ = matches!(record, GroupRecord::Consumer { .. }) && is_same;
                assert!(ours == (key, value) || may_differ, "{case} {partition} at {offset}: {record:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > 40, "only {compared} records compared");
}

/// The static member of `classic-live` joins, synchronises and commits: what we store is what Kafka stored.
#[test]
fn the_same_requests_leave_the_same_records() {
    let directory = golden().join("dirs/groups/__consumer_offsets-2");
    let is_ours = |record: &GroupRecord| match record {
        GroupRecord::Classic { group, .. } | GroupRecord::Offset { group, .. } => {
            group.as_str() == "classic-live"
        }
        GroupRecord::Consumer { .. } | GroupRecord::Other(_) => false,
    };
    let expected: Vec<GroupRecord> = records_of(&directory)
        .iter()
        .map(|(_, key, value)| stored::decode(key, value.as_deref()).unwrap())
        .filter(is_ours)
        .collect();
    let GroupRecord::Classic { value: Some(stable), .. } = &expected[1] else { panic!("{:?}", expected[1]) };
    let GroupRecord::Classic { value: Some(created), .. } = &expected[0] else { panic!("{:?}", expected[0]) };
    let member = &stable.members[0];

    let mut bench = Bench::with(GroupSettings { initial_rebalance_delay_ms: 1, ..defaults() });
    bench.now.ms = created.state_timestamp_ms;
    let ticket = bench.ticket();
    let request = JoinRequest {
        group: "classic-live".into(),
        member: "".into(),
        fresh_member: member.id.clone(),
        instance: member.instance.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        session_timeout_ms: member.session_timeout_ms,
        rebalance_timeout_ms: member.rebalance_timeout_ms,
        protocol_type: stable.protocol_type.clone(),
        protocols: vec![Protocol {
            name: stable.protocol.clone().unwrap(),
            metadata: member.subscription.clone(),
        }],
        must_know_its_id: true,
        may_skip_assignment: true,
    };
    bench.turn(|shard, turn| shard.join(request, ticket, turn));
    bench.now.ms = stable.state_timestamp_ms - 1;
    bench.pass_ms(1);
    let joined = bench.joined(ticket);
    let request = SyncRequest {
        group: "classic-live".into(),
        generation: joined.generation,
        member: member.id.clone(),
        instance: member.instance.clone(),
        protocol_type: joined.protocol_type,
        protocol: joined.protocol,
        assignments: [(member.id.clone(), member.assignment.clone())].into(),
    };
    bench.turn(|shard, turn| shard.sync(request, ticket, turn));
    for record in &expected[2..] {
        let GroupRecord::Offset { topic, partition, value: Some(value), .. } = record else {
            panic!("{record:?}")
        };
        bench.now.ms = value.commit_timestamp_ms;
        let request = CommitRequest {
            group: "classic-live".into(),
            epoch: 1,
            member: member.id.clone(),
            instance: member.instance.clone(),
            knows_epochs: true,
            is_transactional: false,
            retention_ms: None,
            offsets: vec![OffsetToCommit {
                topic: topic.clone(),
                topic_id: value.topic_id,
                partition: *partition,
                offset: value.offset,
                leader_epoch: value.leader_epoch,
                metadata: value.metadata.clone(),
            }],
        };
        bench.turn(|shard, turn| shard.commit(request, turn)).unwrap();
    }
    let ours: Vec<GroupRecord> = bench.log.into_iter().map(|(_, record)| record).collect();
    assert_eq!(ours, expected);
}

/// An emptied group of a newer kind makes way for a classic one, and its records get their tombstones.
#[test]
fn an_empty_consumer_group_becomes_classic() {
    let mut bench = Bench::new();
    let directory = golden().join("dirs/groups/__consumer_offsets-2");
    for (_, key, value) in records_of(&directory) {
        bench.append(ProducerId::NONE, stored::decode(&key, value.as_deref()).unwrap());
    }
    let kind_of = |bench: &Bench, id: &str| {
        bench
            .shard
            .list()
            .find(|listed| listed.id.as_str() == id)
            .map(|listed| (listed.kind.name(), listed.state))
    };
    assert_eq!(kind_of(&bench, "consumer-empty"), Some(("consumer", "Empty")));
    assert_eq!(kind_of(&bench, "consumer-live"), Some(("consumer", "Stable")));
    let before = bench.log.len();
    for (id, error) in [("consumer-live", ErrorCode::NonEmptyGroup), ("share-live", ErrorCode::NonEmptyGroup)]
    {
        assert_eq!(bench.turn(|shard, turn| shard.delete(&id.into(), turn)), Err(error));
    }
    assert_eq!(bench.log.len(), before);
    assert_eq!(bench.turn(|shard, turn| shard.delete(&"consumer-empty".into(), turn)), Ok(()));
    assert_eq!(kind_of(&bench, "consumer-empty"), None);
    bench.failover();
    assert_eq!(kind_of(&bench, "consumer-empty"), None);
    assert_eq!(kind_of(&bench, "consumer-live"), Some(("consumer", "Stable")));
}
