//! A broker on several data directories (`log.dirs`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::broker::Broker;
use crate::kafkactl::Done;

/// Two directories side by side.
struct Pair {
    folder: tempfile::TempDir,
}

impl Pair {
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self) -> Broker {
        Broker::start_on_all(&[&self.path("a"), &self.path("b")])
    }
}

/// The partitions of a topic that lie in a directory.
fn partitions(dir: &Path, topic: &str) -> Vec<i32> {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut numbers: Vec<i32> =
        names.filter_map(|name| name.strip_prefix(&format!("{topic}-"))?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

/// Key and value of each record of a topic, by partition and offset.
fn records(broker: &Broker, topic: &str) -> BTreeMap<(i64, i64), (Value, Value)> {
    let consumed = broker.run(&["consume", topic, "-o", "jsonl"]).ok();
    let record = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        let number = |name: &str| record[name].as_i64().unwrap();
        ((number("partition"), number("offset")), (record["key"].clone(), record["value"].clone()))
    };
    consumed.stdout.lines().map(record).collect()
}

/// Writes a record to every partition of `t`.
fn fill(broker: &Broker, partitions: &[i32]) {
    for partition in partitions {
        broker.run_with(&["produce", "t", "-p", &partition.to_string()], b"v\n").ok();
    }
}

/// The broker says the first, and the metadata the second as soon as it knows.
fn names_the_failure(done: &Done) -> bool {
    ["KAFKA_STORAGE_ERROR", "has no leader"].iter().any(|why| done.stderr.contains(why))
}

#[track_caller]
fn refused(broker: &Broker, partition: i32) {
    let partition = partition.to_string();
    for (words, input) in
        [(["produce", "t", "-p", &partition], &b"v\n"[..]), (["consume", "t", "-p", &partition], b"")]
    {
        let done = broker.run_within("3s", &words, input);
        assert_ne!(done.code, Some(0), "{done:#?}");
        assert!(names_the_failure(&done), "{done:#?}");
    }
}

/// The others' records come at once, and who waits for those of a leader that does not come is told.
#[track_caller]
fn reads_what_is_led(broker: &Broker, records: &str) {
    let part = broker.run_within("10s", &["consume", "t"], b"").code(3).stdout(records);
    part.stderr_has("has no leader: read last").stderr_has("error: ");
    let enough = records.lines().count().to_string();
    broker.run(&["consume", "t", "-n", &enough]).ok().stdout(records);
    broker
        .run(&["consume", "t", "--tail", "9"])
        .code(1)
        .stdout(records)
        .stderr_has("has no leader: left out");
    broker.run(&["consume", "t", "--follow", "-n", "1"]).ok().stderr_has("has no leader: left out");
}

#[test]
fn partitions_spread_evenly_and_are_found_again() {
    let pair = Pair::empty();
    let broker = pair.start();
    broker.run(&["topic", "create", "t", "-P", "6", "-R", "1"]).ok();
    broker.run(&["topic", "create", "u", "-P", "4", "-R", "1"]).ok();
    fill(&broker, &[0, 1, 2, 3, 4, 5]);
    for name in ["a", "b"] {
        assert_eq!(partitions(&pair.path(name), "t").len(), 3);
        assert_eq!(partitions(&pair.path(name), "u").len(), 2);
    }
    assert_eq!(broker.stop(), Some(0));
    let id_in = |name: &str| {
        let properties = fs::read_to_string(pair.path(name).join("meta.properties")).unwrap();
        assert!(pair.path(name).join(".kafka_cleanshutdown").exists(), "{name} was left cleanly");
        assert!(pair.path(name).join("recovery-point-offset-checkpoint").exists());
        properties.lines().find(|line| line.starts_with("directory.id=")).unwrap().to_owned()
    };
    assert_ne!(id_in("a"), id_in("b"));

    // A replica is where it lies, whatever the directory is called now.
    fs::rename(pair.path("b"), pair.path("c")).unwrap();
    let broker = Broker::start_on_all(&[&pair.path("a"), &pair.path("c")]);
    assert_eq!(records(&broker, "t").len(), 6);
    assert_eq!(broker.stop(), Some(0));
}

#[test]
fn a_directory_that_fails_takes_its_partitions_alone() {
    let pair = Pair::empty();
    let broker = pair.start();
    broker.run(&["topic", "create", "t", "-P", "4", "-R", "1"]).ok();
    fill(&broker, &[0, 1, 2, 3]);
    let [of_a, of_b] = ["a", "b"].map(|name| partitions(&pair.path(name), "t"));
    let [of_a, of_b] = [&of_a[..], &of_b[..]];
    assert_eq!((of_a.len(), of_b.len()), (2, 2));

    fs::rename(pair.path("b"), pair.path("away")).unwrap();
    let taken = refused_soon(&broker, of_b[0]);
    refused(&broker, of_b[1]);
    fill(&broker, of_a);
    assert_eq!(offline(&broker), of_b);
    broker.run(&["topic", "create", "u", "-P", "2", "-R", "1"]).ok();
    assert_eq!(partitions(&pair.path("a"), "u"), [0, 1], "new replicas go to what is left");
    assert_eq!(broker.stop(), Some(0));

    // It cannot be opened: a file is in the way.
    fs::write(pair.path("b"), "").unwrap();
    let broker = pair.start();
    refused(&broker, of_b[0]);
    fill(&broker, of_a);
    assert_eq!(offline(&broker), of_b);
    reads_what_is_led(&broker, &"v\n".repeat(6));
    assert_eq!(broker.stop(), Some(0));

    fs::remove_file(pair.path("b")).unwrap();
    fs::rename(pair.path("away"), pair.path("b")).unwrap();
    let broker = pair.start();
    fill(&broker, of_b);
    assert_eq!(offline(&broker), [0; 0]);
    let records = records(&broker, "t");
    let count =
        |of: &[i32]| records.keys().filter(|(partition, _)| of.contains(&(*partition as i32))).count();
    assert_eq!((count(of_a), count(of_b)), (6, 4 + taken), "nothing was lost, and nothing began again");
    assert_eq!(broker.stop(), Some(0));
}

/// The partitions of `t` whose replica is offline.
fn offline(broker: &Broker) -> Vec<i32> {
    let described = broker.run(&["topic", "describe", "t", "-o", "json"]).ok().json();
    let partitions = described["items"][0]["partitions"].as_array().unwrap();
    let is_offline = |partition: &&Value| partition["offline"].as_array().is_some_and(|it| !it.is_empty());
    partitions
        .iter()
        .filter(is_offline)
        .map(|partition| partition["partition"].as_i64().unwrap() as i32)
        .collect()
}

/// Writes until the broker, which looks for its directories once a second, has noticed. Returns how many records it
/// took until then, into files that it had open.
#[track_caller]
fn refused_soon(broker: &Broker, partition: i32) -> usize {
    let words = ["produce", "t", "-p", &partition.to_string()];
    for taken in 0..1_000 {
        let done = broker.run_within("3s", &words, b"v\n");
        if done.code != Some(0) {
            assert!(names_the_failure(&done), "{done:#?}");
            return taken;
        }
    }
    panic!("the directory is gone, and nobody has noticed");
}

/// Partitions that nobody leads cost the lag of their own rows, and seconds.
#[test]
fn a_lag_that_nobody_knows_is_a_row_and_a_failure() {
    let pair = Pair::empty();
    // The coordinator's own partitions are made while there is one directory, the one that stays.
    let broker = Broker::start_on(&pair.path("a"), &[]);
    broker.run(&["topic", "create", "first", "-P", "1", "-R", "1"]).ok();
    let commit =
        |topic, partition| format!("{{\"topic\":\"{topic}\",\"partition\":{partition},\"offset\":0}}\n");
    let import = ["group", "offsets", "import", "g", "--yes"];
    broker.run_with(&import, commit("first", 0).as_bytes()).ok();
    assert_eq!(broker.stop(), Some(0));
    let broker = pair.start();
    broker.run(&["topic", "create", "t", "-P", "4", "-R", "1"]).ok();
    let commits: String = (0..4).map(|partition| commit("t", partition)).collect();
    broker.run_with(&import, commits.as_bytes()).ok();
    let silent = partitions(&pair.path("b"), "t");
    assert!(!silent.is_empty(), "the new directory takes new partitions");
    assert_eq!(broker.stop(), Some(0));

    fs::remove_dir_all(pair.path("b")).unwrap();
    fs::write(pair.path("b"), "").unwrap();
    let broker = pair.start();
    // A minute is what a command waits for a leader that it cannot do without.
    let done = broker.run_within("50s", &["group", "lag", "g", "-o", "json"], b"").code(1);
    let done = done.stderr_has("lag unknown: t-");
    let document = done.json();
    let rows = document["items"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    for row in rows {
        let number = row["partition"].as_i64().unwrap() as i32;
        let is_silent = row["topic"] == "t" && silent.contains(&number);
        assert_eq!(row["state"], if is_silent { "unknown" } else { "current" }, "{row}");
        assert_eq!(row["note"].is_string(), is_silent, "{row}");
    }
    let by_group = broker.run(&["group", "lag", "--all", "-o", "json"]).code(1).json();
    assert_eq!(
        (&by_group["items"][0]["partitions"], &by_group["items"][0]["unknown"]),
        (&5.into(), &silent.len().into())
    );
    // Who reads in a group gets, and commits, what has a leader.
    let led: Vec<i32> = (0..4).filter(|partition| !silent.contains(partition)).collect();
    fill(&broker, &led);
    let member = ["consume", "t", "-g", "new", "--commit", "--group-protocol", "consumer"];
    let read = broker.run_within("15s", &member, b"").code(3).stdout(&"v\n".repeat(led.len()));
    read.stderr_has("has no leader: read once it has one");
    let commits = broker.run(&["group", "offsets", "export", "new"]).ok().stdout;
    assert_eq!(commits.lines().filter(|line| line.contains("\"offset\":1")).count(), led.len(), "{commits}");
    assert_eq!(broker.stop(), Some(0));
}

#[test]
fn without_the_directory_of_the_metadata_there_is_no_broker() {
    let pair = Pair::empty();
    let broker = pair.start();
    fs::rename(pair.path("a"), pair.path("away")).unwrap();
    let ended = broker.ended().code(1).stderr_has("the directory of the metadata log");
    assert!(ended.stderr.contains(pair.path("a").to_str().unwrap()), "{ended:#?}");
}
