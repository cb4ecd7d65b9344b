use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use kafkactl_broker::metrics::Format;
use kafkactl_tui::demo;
use kafkactl_tui::model::cluster::Cluster;
use kafkactl_tui::model::snapshot::{
    Broker, Commits, Data, Failed, Group, Groups, LogDirs, Metadata, Offsets, Partition, PartitionOffsets,
    Place, Sampler, Snapshot, Stamp, Stamps, Topic, Why,
};

use super::figures::{View, written};

const START_MS: i64 = 1_768_471_200_000;
const PERIOD_MS: i64 = demo::STEP_MS;

/// The scripted cluster after so many steps.
fn scripted(steps: i64) -> Cluster {
    let mut cluster = Cluster::default();
    for step in 0..steps {
        demo::step(step, START_MS + step * PERIOD_MS).into_iter().for_each(|seen| cluster.apply(seen));
    }
    cluster
}

fn page_within(cluster: &Cluster, now_ms: i64, bytes_max: usize) -> String {
    let cluster = Arc::new(Mutex::new(cluster.clone()));
    written(&cluster, now_ms, PERIOD_MS, bytes_max).unwrap().finish(Format::Prometheus).unwrap()
}

fn page(cluster: &Cluster, now_ms: i64) -> String {
    page_within(cluster, now_ms, 2_000_000)
}

fn see(cluster: &mut Cluster, at_ms: i64, data: Data) {
    cluster.apply(Snapshot { at_ms, took_ms: 1, data });
}

/// One broker, one topic with a partition that ends at 10 and where the group stands at 4.
fn small() -> Cluster {
    let mut cluster = Cluster::default();
    let partition = Partition { id: 0, leader: Some(1), epoch: 0, replicas: vec![1, 2], isr: vec![1] };
    let topic =
        Topic { name: "orders".to_owned(), id: String::new(), internal: false, partitions: vec![partition] };
    let broker = Broker { id: 1, host: "here".to_owned(), port: 9092, rack: None, fenced: false };
    let metadata = Metadata { brokers: vec![broker], topics: vec![topic], ..Metadata::default() };
    see(&mut cluster, START_MS, Data::Metadata(metadata));
    let group = Group {
        id: "billing".to_owned(),
        coordinator: 1,
        kind: "classic".to_owned(),
        state: "Empty".to_owned(),
        simple: false,
        detail: None,
    };
    see(&mut cluster, START_MS, Data::Groups(Groups { groups: vec![group], ..Groups::default() }));
    let commits = BTreeMap::from([("orders".to_owned(), vec![(0, 4)])]);
    let commits = Commits { groups: BTreeMap::from([("billing".to_owned(), commits)]), ..Commits::default() };
    see(&mut cluster, START_MS, Data::Commits(commits));
    let ends = PartitionOffsets { id: 0, start: Some(0), end: Some(10), stable: Some(8) };
    let topics = BTreeMap::from([("orders".to_owned(), vec![ends])]);
    see(&mut cluster, START_MS, Data::Offsets(Offsets { topics, silent: vec![] }));
    cluster
}

const PLACE: &str = r#"group="billing",topic="orders",partition="0""#;

#[test]
fn figures_are_those_that_were_seen() {
    let mut cluster = small();
    let lacks_time = page(&cluster, START_MS);
    assert!(!lacks_time.contains("kafka_group_lag_seconds{"), "{lacks_time}");
    let place = Place { topic: "orders".to_owned(), partition: 0, offset: 4 };
    assert_eq!(cluster.places_without_time(cluster.groups.values()), [place.clone()].into());
    let stamp = Stamp { place, timestamp_ms: START_MS - 90_000 };
    see(&mut cluster, START_MS, Data::Stamps(Stamps { stamps: vec![stamp] }));
    let page = page(&cluster, START_MS);
    for line in [
        format!("kafka_group_lag_records{{{PLACE}}} 6"),
        format!("kafka_group_committed_offset{{{PLACE}}} 4"),
        format!("kafka_group_lag_seconds{{{PLACE}}} 90.0"),
        r#"kafka_log_end_offset{topic="orders",partition="0"} 10"#.to_owned(),
        r#"kafka_log_last_stable_offset_lag{topic="orders",partition="0"} 2"#.to_owned(),
        r#"kafka_groups{type="classic",state="Empty"} 1"#.to_owned(),
        r#"kafka_exporter_up{sampler="offsets"} 1"#.to_owned(),
        "kafka_cluster_brokers 1".to_owned(),
        // A replica is on broker 2, which is not there.
        "kafka_cluster_fenced_brokers 1".to_owned(),
        "kafka_cluster_under_replicated_partitions 1".to_owned(),
        "kafka_cluster_offline_partitions 0".to_owned(),
    ] {
        assert!(page.lines().any(|one| one == line), "{line}\n{page}");
    }
}

#[test]
fn what_was_seen_long_ago_is_not_told() {
    let mut cluster = small();
    let failed = Failed { of: Sampler::Offsets, error: "nobody answers".to_owned(), why: Why::default() };
    see(&mut cluster, START_MS + PERIOD_MS, Data::Failed(failed));
    let view = |now_ms| View { cluster: &cluster, now_ms, period_ms: PERIOD_MS };
    // One poll that fails takes nothing away.
    assert!(page(&cluster, START_MS + PERIOD_MS).contains("kafka_group_lag_records{"));
    assert_eq!(view(START_MS + PERIOD_MS).check(Sampler::Offsets), Ok(()));
    let later_ms = START_MS + 4 * PERIOD_MS;
    assert_eq!(view(later_ms).check(Sampler::Offsets), Err("offsets not known: nobody answers".to_owned()));
    let page = page(&cluster, later_ms);
    assert!(page.contains("kafka_exporter_up{sampler=\"offsets\"} 0\n"), "{page}");
    assert!(page.contains("kafka_exporter_data_age_seconds{sampler=\"offsets\"} 8.0\n"), "{page}");
    for gone in ["kafka_group_", "kafka_log_end_offset", "kafka_cluster_", "kafka_groups"] {
        assert!(!page.contains(gone), "{gone} in {page}");
    }
}

/// Directories that nobody may see are no directories without failures.
#[test]
fn what_is_refused_is_not_told() {
    let mut cluster = scripted(1);
    assert!(page(&cluster, START_MS).contains("kafka_log_dirs_failed 0"));
    see(&mut cluster, START_MS, Data::LogDirs(LogDirs { is_refused: true, ..LogDirs::default() }));
    let page = page(&cluster, START_MS);
    assert!(page.contains("kafka_exporter_up{sampler=\"log dirs\"} 0"), "{page}");
    assert!(!page.contains("kafka_log_dir"), "{page}");
}

#[test]
fn a_page_is_bounded_and_tells_the_largest() {
    let mut cluster = Cluster::default();
    let count = 1_000;
    let name = |number: usize| format!("t{number:03}");
    let partition = Partition { leader: Some(1), replicas: vec![1], isr: vec![1], ..Partition::default() };
    let topic = |number| Topic {
        name: name(number),
        id: String::new(),
        internal: false,
        partitions: vec![partition.clone()],
    };
    let metadata = Metadata { topics: (0..count).map(topic).collect(), ..Metadata::default() };
    see(&mut cluster, START_MS, Data::Metadata(metadata));
    let group = Group { id: "g".to_owned(), coordinator: 1, ..Group::default() };
    see(&mut cluster, START_MS, Data::Groups(Groups { groups: vec![group], ..Groups::default() }));
    let commits = (0..count).map(|number| (name(number), vec![(0, 1)])).collect();
    let commits = Commits { groups: BTreeMap::from([("g".to_owned(), commits)]), ..Commits::default() };
    see(&mut cluster, START_MS, Data::Commits(commits));
    // The later a topic's name, the more lies behind the group.
    let ends =
        |number| vec![PartitionOffsets { end: Some(1 + number as i64), ..PartitionOffsets::default() }];
    let topics = (0..count).map(|number| (name(number), ends(number))).collect();
    see(&mut cluster, START_MS, Data::Offsets(Offsets { topics, silent: vec![] }));
    let bytes_max = 100_000;
    let page = page_within(&cluster, START_MS, bytes_max);
    assert!(page.len() <= bytes_max && page.len() > bytes_max / 2, "{}", page.len());
    let rows = |metric: &str| page.lines().filter(|line| line.starts_with(&format!("{metric}{{"))).count();
    let (groups, logs, topics) =
        (rows("kafka_group_lag_records"), rows("kafka_log_end_offset"), rows("kafka_topic_partitions") - 1);
    for (metric, value) in [
        ("kafka_group_rows_left_out", count - groups),
        ("kafka_log_rows_left_out", count - logs),
        ("kafka_topic_partitions{topic=\"(others)\"}", count - topics),
    ] {
        assert!((1..count).contains(&value), "{metric}");
        assert!(page.contains(&format!("\n{metric} {value}\n")), "{metric} {value}\n{page}");
    }
    let told =
        |number| page.contains(&format!("kafka_group_lag_records{{group=\"g\",topic=\"{}\"", name(number)));
    assert!(told(count - groups) && !told(count - groups - 1), "{page}");
}

/// docs/metrics.md has a table of what the exporter tells: that, and nothing else, is told.
#[test]
fn every_figure_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (broker, exporter) = text.split_once("\n## The exporter").unwrap();
    let documented = |text: &str| -> BTreeMap<String, String> {
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        rows.map(|(name, rest)| (name.to_owned(), rest.split(" | ").next().unwrap().to_owned())).collect()
    };
    let (broker, exporter) = (documented(broker), documented(exporter));
    let seen = page(&scripted(3), START_MS + 3 * PERIOD_MS);
    let families = seen.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let told: BTreeMap<String, String> =
        families.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect();
    assert_eq!(told, exporter);
    for (name, kind) in exporter.iter().filter(|(name, _)| !name.starts_with("kafka_exporter_")) {
        assert_eq!(broker.get(name), Some(kind), "{name} is a broker's own name too");
    }
}
