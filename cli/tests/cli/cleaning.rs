//! Compaction by a broker process that is killed at it.

use std::path::Path;

use crate::broker::Broker;
use crate::kafkactl::{command, run, wait_until};

const KEYS: usize = 50;
const ROUNDS: usize = 120;

fn files(folder: &Path, suffix: &str) -> usize {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().ends_with(suffix)).count()
}

/// Up to where the topic's only partition was cleaned.
fn cleaned_to(data: &Path) -> Option<u64> {
    let checkpoint = std::fs::read_to_string(data.join("cleaner-offset-checkpoint")).ok()?;
    checkpoint.lines().find_map(|line| line.strip_prefix("t 0 ")?.parse().ok())
}

#[test]
fn cleaning_goes_on_after_kill_9() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let folder = data.join("t-0");
    let start = |settings: &[&str]| {
        let flags: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
        Broker::start_on(&data, &flags)
    };
    let broker = start(&["log.cleaner.threads=0"]);
    let topic = ["cleanup.policy=compact", "min.cleanable.dirty.ratio=0.01", "segment.bytes=1048576"];
    let configs = topic.iter().flat_map(|config| ["-C", config]);
    let create: Vec<&str> = ["topic", "create", "t", "-P", "1"].into_iter().chain(configs).collect();
    broker.run(&create).ok();
    let lines = |round: usize| -> String {
        (0..KEYS).map(|key| format!("key-{key}:{round} {}\n", "x".repeat(1_000))).collect()
    };
    let input: String = (0..ROUNDS).map(lines).collect();
    broker.run_with(&["produce", "t", "--key-sep", ":", "--compress", "none"], input.as_bytes()).ok();
    assert_eq!(broker.stop(), Some(0));

    // Slowly, so that it is found at work.
    let slowly = ["log.cleaner.backoff.ms=1", "log.cleaner.io.max.bytes.per.second=2000000"];
    let broker = start(&slowly);
    wait_until("a cleaned segment is being written", || files(&folder, ".cleaned") > 0);
    drop(broker);
    assert_eq!(cleaned_to(&data), None, "killed before the end");

    let broker = start(&["log.cleaner.backoff.ms=1"]);
    wait_until("the log is clean", || cleaned_to(&data).is_some_and(|offset| offset > 3_000));
    let read = broker.run(&["consume", "t", "--format", "%k:%s\\n"]).ok().stdout;
    assert!(read.lines().count() < KEYS * ROUNDS);
    // Of every key the last record, in the order they were written.
    let last: Vec<&str> = read.lines().collect();
    assert_eq!(last[last.len() - KEYS..].join("\n") + "\n", lines(ROUNDS - 1));
    assert_eq!(broker.stop(), Some(0));
    assert_eq!((files(&folder, ".cleaned"), files(&folder, ".swap")), (0, 0));
    let mut verify = command(home.path());
    verify.args(["segment", "verify"]).arg(&folder);
    run(verify, b"").ok();
}
