//! A scripted cluster: three brokers, one that fails and comes back, groups in every state. The same each time.

use std::collections::BTreeMap;

use crate::model::snapshot::{
    Broker, Commits, Config, Configs, Data, Failed, Group, GroupDetail, Groups, LogDir, LogDirs, Member,
    Metadata, Offsets, Partition, PartitionOffsets, Record, Records, Sampler, Segment, Segments, Snapshot,
    Topic, Why,
};

const LOG_DIR: &str = "/var/lib/kafka";
/// When older segments were written: 2026-01-14T00:00:00Z.
const DEMO_MADE_MS: i64 = 1_768_348_800_000;
/// Between two steps of the script.
pub const STEP_MS: i64 = 2_000;
/// The broker that fails, and when.
const FAILING: i32 = 3;
const FAILS_AT: i64 = 8;
const RETURNS_AT: i64 = 20;
/// The script repeats the failure after so many steps.
const ROUND: i64 = 45;

/// Name, partitions, records per second and partition.
const TOPICS: [(&str, i32, i64); 6] = [
    ("orders", 6, 120),
    ("payments", 3, 40),
    ("clicks", 4, 900),
    ("audit-log", 2, 3),
    ("数据同步", 1, 15),
    ("__consumer_offsets", 4, 5),
];

/// What is seen at one step, which begins at `at_ms`.
pub fn step(step: i64, at_ms: i64) -> Vec<Snapshot> {
    step_about(None, step, at_ms)
}

/// As [`step`], with the records of a topic that was chosen.
pub fn step_about(topic: Option<&str>, step: i64, at_ms: i64) -> Vec<Snapshot> {
    let mut seen = vec![Data::Metadata(metadata(step))];
    if step % 15 == 0 {
        seen.push(Data::Configs(configs()));
        seen.push(Data::LogDirs(log_dirs(step)));
    }
    if step % 2 == 0 {
        seen.push(Data::Segments(segments(step, at_ms)));
    }
    seen.extend([
        Data::Groups(groups(step)),
        Data::Commits(commits(step)),
        Data::Offsets(offsets(step)),
        records(topic.unwrap_or(TOPICS[0].0), step, at_ms),
    ]);
    seen.into_iter()
        .map(|data| Snapshot { at_ms: at_ms + delay_ms(data.sampler()), took_ms: 3, data })
        .collect()
}

/// The same at each step, so that rates are even.
fn delay_ms(sampler: Sampler) -> i64 {
    match sampler {
        Sampler::Metadata => 0,
        Sampler::Configs | Sampler::LogDirs | Sampler::Segments => 1,
        Sampler::Groups => 2,
        Sampler::Commits => 3,
        Sampler::Offsets => 4,
        _ => 5,
    }
}

fn is_down(step: i64) -> bool {
    (FAILS_AT..RETURNS_AT).contains(&(step % ROUND))
}

fn metadata(step: i64) -> Metadata {
    let down = is_down(step);
    let brokers = (1..=3).filter(|id| !down || *id != FAILING).map(|id| Broker {
        id,
        host: format!("kafka-{id}.example"),
        port: 9092,
        rack: Some(format!("rack-{}", (b'a' + id as u8 - 1) as char)),
        fenced: false,
    });
    let topics = TOPICS.iter().enumerate().map(|(index, (name, partitions, _))| Topic {
        name: (*name).to_owned(),
        id: format!("demo-{index}"),
        internal: name.starts_with("__"),
        partitions: (0..*partitions).map(|id| partition(name, id, step)).collect(),
    });
    Metadata {
        cluster_id: Some("demo".to_owned()),
        controller: Some(1),
        voters: vec![1, 2, 3],
        brokers: brokers.collect(),
        topics: topics.collect(),
        is_refused: false,
    }
}

fn partition(topic: &str, id: i32, step: i64) -> Partition {
    let first = id % 3 + 1;
    let replicas: Vec<i32> = if topic == "audit-log" {
        // One replica: offline while its broker is.
        vec![if id == 0 { FAILING } else { 1 }]
    } else {
        (0..3).map(|place| (first - 1 + place) % 3 + 1).collect()
    };
    let down = is_down(step);
    let isr: Vec<i32> = replicas.iter().filter(|id| !down || **id != FAILING).copied().collect();
    let leader = isr.first().copied();
    let round =
        step / ROUND * 2 + i64::from(step % ROUND >= FAILS_AT) + i64::from(step % ROUND >= RETURNS_AT);
    let isr = if isr.is_empty() { replicas.clone() } else { isr };
    Partition { id, leader, epoch: round as i32, replicas, isr }
}

fn configs() -> Configs {
    let topics = TOPICS.iter().map(|(name, ..)| {
        let entry =
            |key: &str, value: &str, own| (key.to_owned(), Config { value: Some(value.to_owned()), own });
        let min_isr = if *name == "payments" { "3" } else { "1" };
        let configs = [
            entry("min.insync.replicas", min_isr, *name == "payments"),
            entry(
                "retention.ms",
                if *name == "audit-log" { "-1" } else { "604800000" },
                *name == "audit-log",
            ),
            entry("cleanup.policy", if name.starts_with("__") { "compact" } else { "delete" }, false),
        ];
        ((*name).to_owned(), configs.into_iter().collect())
    });
    Configs { topics: topics.collect(), ..Configs::default() }
}

fn log_dirs(step: i64) -> LogDirs {
    let brokers = (1..=3).filter(|id| !is_down(step) || *id != FAILING).map(|id| {
        let sizes = TOPICS.iter().map(|(name, partitions, rate)| {
            let size = |partition| (partition, (10_000 + step * rate) * 210 * i64::from(partition + 1));
            ((*name).to_owned(), (0..*partitions).map(size).collect())
        });
        let dir = LogDir {
            path: LOG_DIR.to_owned(),
            error: None,
            total_bytes: Some(500 << 30),
            usable_bytes: Some((300 + i64::from(id)) << 30),
            topics: sizes.collect(),
        };
        (id, vec![dir])
    });
    LogDirs { brokers: brokers.collect(), ..LogDirs::default() }
}

/// Of the data directory of a broker: the time index of one segment is cut.
fn segments(step: i64, at_ms: i64) -> Segments {
    let all = TOPICS.iter().flat_map(|(name, partitions, rate)| {
        (0..*partitions).flat_map(move |partition| {
            let end = end(*rate, partition, step);
            [0, end / 2].map(|base_offset| Segment {
                topic: (*name).to_owned(),
                partition,
                base_offset,
                size_bytes: (end - end / 2) * 210,
                modified_ms: Some(if base_offset == 0 { DEMO_MADE_MS } else { at_ms }),
                trouble: if (*name, partition, base_offset) == ("audit-log", 1, 0) {
                    "timeindex cut".to_owned()
                } else {
                    String::new()
                },
                active: base_offset > 0,
            })
        })
    });
    Segments { dir: LOG_DIR.to_owned(), segments: all.collect() }
}

fn end(rate: i64, partition: i32, step: i64) -> i64 {
    // Partition 0 of each topic is hot.
    let heat = if partition == 0 { 3 } else { 1 };
    10_000 + i64::from(partition) * 137 + step * rate * heat * STEP_MS / 1000
}

fn offsets(step: i64) -> Offsets {
    let topics = TOPICS.iter().map(|(name, partitions, rate)| {
        let of = |id| {
            let end = end(*rate, id, step);
            // A transaction hangs in payments-1.
            let stable = if *name == "payments" && id == 1 { end.min(10_400) } else { end };
            let offline = *name == "audit-log" && id == 0 && is_down(step);
            let known = |offset| (!offline).then_some(offset);
            let start = if *name == "clicks" { end - 9_000 } else { 0 };
            PartitionOffsets { id, start: known(start), end: known(end), stable: known(stable) }
        };
        ((*name).to_owned(), (0..*partitions).map(of).collect())
    });
    Offsets { topics: topics.collect(), silent: Vec::new() }
}

/// Group, topic, and the state it is in.
const GROUPS: [(&str, &str, &str); 8] = [
    ("billing", "payments", "Stable"),
    ("fraud", "orders", "Stable"),
    ("search-index", "orders", "Stable"),
    ("stopped-batch", "orders", "Empty"),
    ("rewound", "payments", "Stable"),
    ("late-analytics", "clicks", "Stable"),
    ("fresh", "audit-log", "Stable"),
    ("同步-sync", "数据同步", "Stable"),
];

fn partitions_of(topic: &str) -> i32 {
    TOPICS.iter().find(|(name, ..)| *name == topic).map_or(0, |(_, partitions, _)| *partitions)
}

fn groups(step: i64) -> Groups {
    let groups = GROUPS.iter().enumerate().map(|(index, (id, topic, state))| {
        let count = partitions_of(topic);
        let member = |number: i32| {
            let mine = (0..count).filter(|partition| partition % 2 == number).collect();
            Member {
                id: format!("{id}-{number}-9f8e7d6c"),
                instance_id: (*id == "billing").then(|| format!("billing-{number}")),
                client_id: format!("{id}-client-{number}"),
                host: format!("/10.0.0.{}", 10 + index as i32 * 2 + number),
                partitions: BTreeMap::from([((*topic).to_owned(), mine)]),
            }
        };
        let members = if *state == "Empty" { Vec::new() } else { (0..2.min(count)).map(member).collect() };
        Group {
            id: (*id).to_owned(),
            coordinator: index as i32 % 2 + 1,
            kind: if index % 2 == 0 { "classic" } else { "consumer" }.to_owned(),
            state: (*state).to_owned(),
            simple: false,
            detail: Some(GroupDetail {
                epoch: Some(4 + (step / ROUND) as i32),
                assignor: "range".to_owned(),
                members,
            }),
        }
    });
    let latency_ms =
        (1..=3).filter(|id| !is_down(step) || *id != FAILING).map(|id| (id, id as u32)).collect();
    Groups { groups: groups.collect(), latency_ms, ..Groups::default() }
}

fn commits(step: i64) -> Commits {
    let groups = GROUPS.iter().map(|(id, topic, _)| {
        let rate = TOPICS.iter().find(|(name, ..)| name == topic).map_or(0, |(.., rate)| *rate);
        let at = |partition: i32| {
            let now = end(rate, partition, step);
            match *id {
                "billing" | "同步-sync" => Some(now),
                "fraud" => Some(now - 500 - step * 40),
                "search-index" => Some(end(rate, partition, step.min(5)) - 50),
                "stopped-batch" => Some(9_000),
                "rewound" => Some(if step >= 14 { 4_000 + step } else { now - 20 }),
                "late-analytics" => Some(end(rate, partition, step) - 12_000),
                _ => None,
            }
        };
        let commits: Vec<(i32, i64)> =
            (0..partitions_of(topic)).filter_map(|partition| Some((partition, at(partition)?))).collect();
        ((*id).to_owned(), BTreeMap::from([((*topic).to_owned(), commits)]))
    });
    Commits { groups: groups.collect(), ..Commits::default() }
}

fn records(topic: &str, step: i64, at_ms: i64) -> Data {
    let Some((_, partitions, rate)) = TOPICS.iter().find(|(name, ..)| *name == topic) else {
        let error = format!("topic \"{topic}\" does not exist");
        return Data::Failed(Failed { of: Sampler::Records, error, why: Why::Missing });
    };
    let record = |partition: i32| Record {
        partition,
        offset: end(*rate, partition, step),
        timestamp_ms: at_ms - 40 * i64::from(partition),
        key: Some(format!("customer-{}", (step * 7 + i64::from(partition)) % 97)),
        value: Some(format!(
            "{{\"order\":{},\"euro\":{}}}",
            step * 10 + i64::from(partition),
            (step * 13) % 90 + 5
        )),
        size_bytes: 31,
    };
    Data::Records(Records { topic: topic.to_owned(), records: (0..3.min(*partitions)).map(record).collect() })
}
