//! The commands on directories that Apache Kafka wrote.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use clap::Parser;
use serde_json::Value;

use crate::args::segment::SegmentCommand;
use crate::args::{Cli, Noun};
use crate::commands::finish;
use crate::exit::ExitStatus;
use crate::output::{Output, View};

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

struct Ended {
    status: ExitStatus,
    data: String,
    messages: String,
}

/// Runs `kafkactl segment WORDS`; `{dirs}` stands for the golden directories.
fn segment(words: &str) -> Ended {
    let dirs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/dirs");
    let words = words.split(' ').map(|word| word.replace("{dirs}", dirs.to_str().unwrap()));
    let cli =
        Cli::try_parse_from(["kafkactl".to_owned(), "segment".to_owned()].into_iter().chain(words)).unwrap();
    let Noun::Segment(command) = cli.noun else { panic!("another noun") };
    let local = match &command {
        SegmentCommand::Dump(args) => &args.local,
        SegmentCommand::Verify(args) => &args.local,
        SegmentCommand::Stats(args) => &args.local,
        SegmentCommand::List(args) => &args.local,
        SegmentCommand::Index(args) => &args.local,
        SegmentCommand::Find(args) => &args.local,
    };
    let (data, messages) = (Buffer::default(), Buffer::default());
    let view = View { headers: true, ..View::default() };
    let mut out = Output::to(local.output.clone().unwrap_or_default(), view, data.clone(), messages.clone());
    let outcome = super::command(&command, &mut out);
    let status = finish(&mut out, outcome);
    Ended { status, data: data.text().replace(dirs.to_str().unwrap(), "DIRS"), messages: messages.text() }
}

#[test]
fn dumps_for_people() {
    let Ended { status, data, .. } = segment("dump {dirs}/transactions/txn-0 --from 8 --to 12");
    assert_eq!(status, ExitStatus::Done);
    assert_eq!(
        data,
        "DIRS/transactions/txn-0/00000000000000000000.log\n\
         batch 7-8 at 352: 2 records, 115 bytes, none, 2100-01-01T00:00:00.121Z, epoch 0, producer 0 epoch 0 \
         sequence 3-4, transactional\n\
         \u{20} 8 2100-01-01T00:00:00.121Z \"key-4\" = \"one-committed-4\"\n\
         batch 9-9 at 467: 1 records, 78 bytes, none, 2026-11-22T07:42:06.482Z, epoch 0, producer 1 epoch 1, \
         transactional, control\n\
         \u{20} 9 2026-11-22T07:42:06.482Z endTxnMarker: ABORT coordinatorEpoch: 0\n\
         batch 10-10 at 545: 1 records, 78 bytes, none, 2026-11-22T07:42:06.496Z, epoch 0, producer 0 epoch 1, \
         transactional, control\n\
         \u{20} 10 2026-11-22T07:42:06.496Z endTxnMarker: COMMIT coordinatorEpoch: 0\n\
         batch 11-13 at 623: 3 records, 139 bytes, none, 2100-01-01T00:00:01.002Z, epoch 0, producer 0 epoch 1 \
         sequence 0-2, transactional\n\
         \u{20} 11 2100-01-01T00:00:01.000Z \"key-0\" = \"one-aborted-10\"\n"
    );
}

#[test]
fn dumps_for_programs() {
    let records = segment("dump {dirs}/plain/plain-0 --records --from end-2 -o jsonl").data;
    let offsets: Vec<Value> =
        records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["offset"].clone()).collect();
    assert_eq!(offsets, [98, 99]);
    let document = segment("dump {dirs}/groups/__consumer_offsets-0 -n 1 -o json").data;
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["kind"], "SegmentDump");
    assert_eq!(document["items"][0]["type"], "batch");
    assert_eq!(document["items"][1]["decoded_key"]["data"]["group"], "group-deleted");
    let batches = segment("dump {dirs}/rolled/by-time-0 --headers-only --limit 3 -o tmpl={base_offset}").data;
    assert_eq!(batches.lines().count(), 3);
}

#[test]
fn dumps_of_other_files() {
    let dir = "dump {dirs}/transactions/txn-0";
    let snapshot =
        segment(&format!("{dir}/00000000000000000029.snapshot -o tmpl={{producer_id}}:{{epoch}}")).data;
    assert!(snapshot.lines().any(|line| line.starts_with("0:")), "{snapshot}");
    assert_eq!(
        segment(&format!("{dir}/leader-epoch-checkpoint -o tmpl={{epoch}}:{{start_offset}}")).data,
        "0:0\n"
    );
    assert!(segment(&format!("{dir}/partition.metadata")).data.starts_with("Topic id:  "));
    let index = segment(&format!("{dir}/00000000000000000000.index -o tmpl={{offset}}@{{position}}")).data;
    assert!(index.starts_with("4@99\n6@241\n"), "{index}");
    let formatted = segment("dump {dirs}/transactions/bootstrap.checkpoint -n 5 -o json").data;
    assert!(formatted.contains("FEATURE_LEVEL_RECORD"), "{formatted}");
}

#[test]
fn dumps_as_kafka_does() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/expect/plain/plain-0.dump.txt");
    let golden = std::fs::read_to_string(golden).unwrap();
    let Ended { data, .. } = segment("dump {dirs}/plain/plain-0/00000000000000000000.log --format kafka");
    let data = data.replace("DIRS/plain/", "");
    assert!(golden.contains(&data), "{data}");
    assert!(data.lines().count() > 100);
}

#[test]
fn verify_tells_by_its_status() {
    let sound = segment("verify {dirs}/plain");
    assert_eq!((sound.status, sound.data.as_str()), (ExitStatus::Done, ""));
    let torn = segment("verify {dirs}/torn-flip -o json");
    assert_eq!(torn.status, ExitStatus::CheckFailed);
    let document: Value = serde_json::from_str(&torn.data).unwrap();
    let finding = &document["items"][0];
    assert_eq!((&finding["position"], &finding["offset"]), (&Value::from(290), &Value::from(92)));
    assert!(finding["file"].as_str().unwrap().ends_with("stream-0/00000000000000000084.log"));
}

#[test]
fn lists_counts_and_finds() {
    let list = segment("list {dirs}/transactions/txn-0 -o tmpl={base_offset}:{next_offset}").data;
    assert_eq!(list, "0:29\n29:56\n56:67\n");
    let stats: Value = serde_json::from_str(&segment("stats {dirs}/plain/plain-0 -o json").data).unwrap();
    let stats = &stats["items"][0];
    assert_eq!((&stats["records"], &stats["distinct_keys"]), (&Value::from(100), &Value::from(10)));
    let found = segment("find plain-0 --data-dir {dirs}/plain --key key-3 -n 2 -o tmpl={offset}").data;
    assert_eq!(found, "3\n13\n");
    let found = segment("find {dirs}/plain/plain-0 --time 1700000004000 -o tmpl={offset}").data;
    assert_eq!(found, "80\n");
    let entries =
        segment("index {dirs}/transactions/txn-0 --kind txn -o tmpl={producer_id}:{first_offset}-{offset}")
            .data;
    assert_eq!(entries.lines().next(), Some("1:5-9"));
}

#[test]
fn what_is_not_there_is_said() {
    for (words, status) in [
        ("dump {dirs}/plain/nothing-0", ExitStatus::NotFound),
        ("find {dirs}/plain/plain-0 --key absent", ExitStatus::NotFound),
        ("dump {dirs}/plain/plain-0 -o yaml", ExitStatus::Usage),
        ("dump {dirs}/plain/plain-0 --from committed", ExitStatus::Usage),
        ("dump {dirs}/plain/meta.properties", ExitStatus::Usage),
        ("stats {dirs}/plain/plain-0/00000000000000000000.index", ExitStatus::Usage),
    ] {
        let ended = segment(words);
        assert_eq!(ended.status, status, "{words}: {}", ended.messages);
        assert!(ended.messages.starts_with("error: "), "{words}: {}", ended.messages);
    }
}
