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
         batch 9-9 at 467: 1 record, 78 bytes, none, 2026-11-22T07:42:06.482Z, epoch 0, producer 1 epoch 1, \
         transactional, control\n\
         \u{20} 9 2026-11-22T07:42:06.482Z endTxnMarker: ABORT coordinatorEpoch: 0\n\
         batch 10-10 at 545: 1 record, 78 bytes, none, 2026-11-22T07:42:06.496Z, epoch 0, producer 0 epoch 1, \
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
    let first =
        segment(&format!("{dir}/00000000000000000000.index -n 1 -o tmpl={{offset}}@{{position}}")).data;
    assert_eq!(first, "4@99\n");
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
    assert!(torn.messages.contains("hint: log, error: copy the directory away first"), "{}", torn.messages);
}

#[test]
fn lists_counts_and_finds() {
    let list = segment("list {dirs}/transactions/txn-0 -o tmpl={base_offset}:{next_offset}").data;
    assert_eq!(list, "0:29\n29:56\n56:67\n");
    let stats: Value = serde_json::from_str(&segment("stats {dirs}/plain/plain-0 -o json").data).unwrap();
    let stats = &stats["items"][0];
    assert_eq!((&stats["records"], &stats["distinct_keys"]), (&Value::from(100), &Value::from(10)));
    assert_eq!(stats["cleaning"], Value::Null);
    let compacted = segment("stats {dirs}/compacted-after/compact-txn-0 -o json").data;
    let compacted: Value = serde_json::from_str(&compacted).unwrap();
    let cleaning = &compacted["items"][0]["cleaning"];
    assert_eq!((&cleaning["cleaned_to"], &cleaning["dirty_bytes"]), (&Value::from(70), &Value::from(0)));
    let known = &compacted["items"][0]["producer_state"];
    assert_eq!(known["offset"], 80);
    assert!(!known["producers"].as_array().unwrap().is_empty());
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
fn slots_that_nobody_wrote_are_no_entries() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, rows) in [
        ("blank/00000000000000000007.index", vec![0; 80], 0),
        ("blank/00000000000000000007.timeindex", vec![0; 120], 0),
        ("begun/00000000000000000007.index", [&[0, 0, 0, 3, 0, 0, 0, 9][..], &[0; 80]].concat(), 1),
        ("trimmed/00000000000000000007.timeindex", vec![0; 12], 1),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let ended = segment(&format!("index {} -o jsonl", path.display()));
        assert_eq!((ended.status, ended.data.lines().count()), (ExitStatus::Done, rows), "{name}");
    }
}

/// Every command of `segment` on one path, and what each may end with.
fn inspect_all(path: &Path) -> Vec<(String, Ended)> {
    let path = path.display();
    ["dump", "dump --format kafka", "verify", "stats", "list", "index", "find --offset 0", "find --key k"]
        .into_iter()
        .map(|verb| (format!("{verb} {path}"), segment(&format!("{verb} {path}"))))
        .collect()
}

#[test]
fn whatever_a_file_holds_is_shown_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let garbage: Vec<u8> =
        (0..5_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let batch_of_2_gib = [&[0; 8][..], &i32::MAX.to_be_bytes(), &[0, 0, 0, 0, 2], &[0xff; 200]].concat();
    for kind in ["log", "index", "timeindex", "txnindex", "snapshot"] {
        for (name, bytes) in
            [("empty", &[][..]), ("garbage", &garbage), ("ones", &[0xff; 300]), ("giant", &batch_of_2_gib)]
        {
            let dir = folder.path().join(format!("{name}-{kind}-0"));
            std::fs::create_dir(&dir).unwrap();
            // Beside an empty log, so that commands on the directory come as far as the damaged file.
            std::fs::write(dir.join("00000000000000000000.log"), b"").unwrap();
            let path = dir.join(format!("00000000000000000000.{kind}"));
            std::fs::write(&path, bytes).unwrap();
            for (words, ended) in inspect_all(&dir).into_iter().chain(inspect_all(&path)) {
                let is_said = !ended.messages.is_empty() || !ended.data.is_empty();
                assert!(is_said || ended.status == ExitStatus::Done, "{words} says nothing");
                if name == "garbage" && kind == "log" && !words.starts_with("index") {
                    let is_refused = matches!(ended.status, ExitStatus::CheckFailed | ExitStatus::NotFound);
                    assert!(
                        is_refused || words.contains("kafka"),
                        "{words}: {:?} {}",
                        ended.status,
                        ended.messages
                    );
                }
            }
        }
    }
}

#[test]
fn a_log_cut_anywhere_is_read_as_far_as_it_goes() {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/golden/dirs/transactions/txn-0/00000000000000000000.log");
    let whole = std::fs::read(whole).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("cut-0");
    std::fs::create_dir(&dir).unwrap();
    let path = dir.join("00000000000000000000.log");
    let mut offsets_before = 0;
    for bytes in (0..whole.len()).step_by(97) {
        std::fs::write(&path, &whole[..bytes]).unwrap();
        let dumped = segment(&format!("dump {} --records -o tmpl={{offset}}", dir.display()));
        assert_eq!(dumped.status, ExitStatus::Done, "{bytes}: {}", dumped.messages);
        let offsets = dumped.data.lines().count();
        assert!(
            offsets >= offsets_before,
            "{bytes} bytes show {offsets} records, fewer than {offsets_before}"
        );
        offsets_before = offsets;
        for (words, ended) in inspect_all(&path) {
            assert_ne!(ended.status, ExitStatus::Unreachable, "{words}");
        }
    }
    assert!(offsets_before > 20);
}

#[test]
fn files_of_any_size_take_no_memory() {
    const TEBIBYTE: u64 = 1 << 40;
    let folder = tempfile::tempdir().unwrap();
    for kind in ["log", "index", "timeindex", "txnindex", "snapshot"] {
        let dir = folder.path().join(format!("huge-{kind}-0"));
        std::fs::create_dir(&dir).unwrap();
        std::fs::write(dir.join("00000000000000000000.log"), b"").unwrap();
        let path = dir.join(format!("00000000000000000000.{kind}"));
        // A hole: no byte of it lies on the disk.
        let made = std::fs::File::create(&path).and_then(|file| file.set_len(TEBIBYTE));
        if made.is_err() {
            println!("skipped: the file system takes no file of 1 TiB");
            return;
        }
        for (words, ended) in inspect_all(&path) {
            assert_ne!(ended.status, ExitStatus::Done, "{words}: {}", ended.data);
        }
    }
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

/// A check of nothing would look like a clean one.
#[test]
fn what_holds_no_segment_is_not_sound() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "").unwrap();
    };
    file("empty-0/notes");
    file("odd/5.log");
    for (words, status, reason) in [
        ("verify empty-0", ExitStatus::NotFound, "segment of partition \"empty-0\" does not exist"),
        ("verify odd", ExitStatus::NotFound, "odd\" does not exist"),
        ("verify odd/5.log", ExitStatus::Usage, "5.log: not the log of a segment"),
        ("stats empty-0/notes", ExitStatus::Usage, "not the log of a segment"),
    ] {
        let ended = segment(&format!("{words} --data-dir {}", folder.path().display()));
        assert_eq!(ended.status, status, "{words}: {}", ended.messages);
        assert!(ended.messages.contains(reason), "{words}: {}", ended.messages);
        assert!(ended.messages.contains("00000000000000000000.log"), "{words}: {}", ended.messages);
    }
}
