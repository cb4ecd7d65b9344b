//! One broker, and the commands an operator uses on it, in the order of a day.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use kafkactl_core::client::admin::MemberToRemove;
use kafkactl_core::client::{Admin, Client, ClientConfig, Endpoint};
use serde_json::{Value, json};

use crate::broker::Broker;
use crate::golden::check_json;
use crate::kafkactl::{command, kafkactl, wait_until};

#[test]
fn topics_come_and_go() {
    let broker = Broker::start();
    let created =
        broker.run(&["topic", "create", "orders", "-P", "3", "-C", "retention.ms=60000", "-o", "json"]);
    check_json("topic-create", created.ok().json());
    broker.run(&["topic", "create", "orders"]).code(1).stdout("").stderr_has("TOPIC_ALREADY_EXISTS");
    broker.run(&["topic", "create", "no blanks"]).code(2).stdout("").stderr_has("INVALID_TOPIC_EXCEPTION");
    broker
        .run(&["topic", "create", "a.b", "a_b"])
        .code(2)
        .stdout("")
        .stderr_has("differ in '.' and '_' alone");
    broker.run(&["topic", "create", "orders", "--if-not-exists"]).ok().stdout_has("exists");
    broker.run(&["topic", "create", "draft", "--dry-run"]).ok().stdout_has("would-create");
    broker.run(&["topic", "list", "-o", "name"]).ok().stdout("orders\n");
    check_json("topic-list", broker.run(&["topic", "list", "-o", "json"]).ok().json());
    check_json("topic-describe", broker.run(&["topic", "describe", "orders", "-o", "json"]).ok().json());
    broker.run(&["topic", "add-partitions", "orders", "-P", "5"]).ok();
    broker.run(&["topic", "add-partitions", "orders", "-P", "2"]).code(1).stderr_has("INVALID_PARTITIONS");

    broker.run(&["topic", "config", "set", "orders", "cleanup.policy=compact"]).ok();
    check_json("topic-config", broker.run(&["topic", "config", "get", "orders", "-o", "json"]).ok().json());
    broker.run(&["topic", "config", "unset", "orders", "retention.ms"]).ok();
    broker
        .run(&["topic", "config", "get", "orders", "--columns", "name", "--no-headers"])
        .ok()
        .stdout("cleanup.policy\n");
    broker.run(&["topic", "config", "get", "orders", "no.such.setting"]).code(5);
    for words in [
        &["topic", "create", "t", "-C", "retention.ms=1", "-C"][..],
        &["topic", "config", "set", "orders", "retention.ms=1"],
    ] {
        let words = [words, &["retention.ms=2"]].concat();
        broker.run(&words).code(2).stderr_has("retention.ms is given two values");
    }
    broker
        .run(&["topic", "config", "set", "orders", "retension.ms=1"])
        .code(2)
        .stderr_has("did you mean retention.ms?");
    broker
        .run(&["topic", "config", "set", "orders", "retention.ms=soon"])
        .code(2)
        .stderr_has("INVALID_CONFIG");

    for words in [
        &["topic", "describe", "nowhere"][..],
        &["topic", "offsets", "nowhere"],
        &["topic", "config", "get", "nowhere"],
        &["topic", "add-partitions", "nowhere", "-P", "2"],
        &["topic", "delete", "nowhere", "--yes"],
        &["consume", "nowhere"],
        &["produce", "nowhere"],
        &["consume", "orders", "-p", "9"],
    ] {
        broker.run(words).code(5).stdout("").stderr_has("does not exist");
    }
    broker.run(&["topic", "delete", "orders"]).code(7).stdout("").stderr_has("--yes");
    broker.run(&["topic", "delete", "orders", "--yes"]).ok().stdout_has("deleted");
    broker.run(&["topic", "list", "--no-headers"]).ok().stdout("");
    check_json("cluster-info", broker.run(&["cluster", "info", "-o", "json"]).ok().json());
    broker.run(&["cluster", "info"]).ok().stdout_has("4.3-IV0");
    assert_eq!(broker.stop(), Some(0));
}

#[test]
fn records_go_in_and_come_out() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "in", "out", "-P", "2"]).ok();
    broker.run_with(&["produce", "in", "-p", "0", "--report"], b"one\ntwo\n").ok().stdout("in-0@0\nin-0@1\n");
    broker.run_with(&["produce", "in", "-", "-p", "0", "--key-sep", ":"], b"k:v\n").ok().stdout("");
    broker.run_with(&["produce", "in", "-p", "1", "--tombstone", "--key", "gone"], b"").ok();
    let lines = [
        json!({"key": {"base64": "/w=="}, "value": "na\u{ef}ve \u{0}", "partition": 1, "timestamp_ms": 1_768_471_200_000_i64}),
        json!({"value": "", "partition": 1, "headers": [{"key": "a", "value": "1"}, {"key": "a", "value": null}]}),
    ];
    let input = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        broker.run_with(&["produce", "in", "--input", "jsonl", "--compress", codec], input.as_bytes()).ok();
    }
    broker.run(&["consume", "in", "-p", "0"]).ok().stdout("one\ntwo\nv\n");
    broker
        .run(&["consume", "in", "--from", "0:end-2", "-p", "0", "--format", "%o %k=%s\\n"])
        .ok()
        .stdout("1 =two\n2 k=v\n");
    broker.run(&["consume", "in", "--from", "start+1", "--to", "2", "-p", "0"]).ok().stdout("two\n");
    broker.run(&["consume", "in", "-n", "1", "-p", "0"]).ok().stdout("one\n");
    broker.run(&["consume", "in", "-p", "0", "--from", "@now"]).ok().stdout("");
    broker.run(&["consume", "in", "-p", "0", "--from", "@-1h", "-n", "1"]).ok().stdout("one\n");
    let tail = broker.run(&["consume", "in", "--tail", "1", "--format", "%S"]).ok();
    assert_eq!(tail.stdout, "0", "the last record is the empty one");
    let all = broker.run(&["consume", "in", "--tail", "1000", "--format", "%S"]).ok();
    assert_eq!(all.stderr, "", "fewer records than asked for are no news");
    let first = broker.run(&["consume", "in", "-p", "1", "-n", "1", "-o", "json"]).ok();
    check_json("consume", first.json());

    // What is read goes in again byte for byte.
    let read = broker.run(&["consume", "in", "-o", "jsonl"]).ok().stdout;
    broker.run_with(&["produce", "out", "--input", "jsonl"], read.as_bytes()).ok();
    let copy = broker.run(&["consume", "out", "-o", "jsonl"]).ok().stdout;
    assert_eq!(without_place(&copy), without_place(&read));

    broker.run_with(&["produce", "in", "-p", "7"], b"x\n").code(5).stdout("");
    broker
        .run_with(&["produce", "in", "--input", "jsonl"], b"{\"value\":1}\n")
        .code(2)
        .stderr_has("standard input:1");
    check_json(
        "topic-offsets",
        broker.run(&["topic", "offsets", "in", "--at", "end-1", "-o", "json"]).ok().json(),
    );
}

/// JSON lines less where the records lie: partitions keep their order, topics and offsets may differ.
fn without_place(lines: &str) -> Vec<Value> {
    let mut records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    records.sort_by_key(|record| (record["partition"].as_i64(), record["offset"].as_i64()));
    for record in &mut records {
        record.as_object_mut().unwrap().remove("topic");
    }
    records
}

#[test]
fn groups_lag_and_are_reset() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    broker.run_with(&["produce", "orders"], b"1\n2\n3\n4\n5\n").ok();
    for words in [&["group", "describe", "g"][..], &["group", "lag", "g"], &["group", "delete", "g", "--yes"]]
    {
        broker.run(words).code(5).stdout("").stderr_has("does not exist");
    }
    let commit = b"{\"topic\":\"orders\",\"partition\":0,\"offset\":2}\n";
    broker
        .run_with(&["group", "offsets", "import", "g"], commit)
        .ok()
        .stderr_has("--yes")
        .stdout_has("would-reset");
    broker.run_with(&["group", "offsets", "import", "g", "--yes"], commit).ok();
    check_json("group-list", broker.run(&["group", "list", "-o", "json"]).ok().json());
    check_json("group-describe", broker.run(&["group", "describe", "g", "-o", "json"]).ok().json());
    check_json("group-lag", broker.run(&["group", "lag", "g", "-o", "json"]).ok().json());
    check_json("group-lag-by-group", broker.run(&["group", "lag", "--all", "-o", "json"]).ok().json());
    broker.run(&["group", "lag", "g", "--fail-over", "2"]).code(6).stderr_has("lags 3 offsets");
    broker.run(&["group", "lag", "g", "--fail-over", "3"]).ok();
    broker.run(&["consume", "orders", "-g", "g"]).ok().stdout("3\n4\n5\n");
    broker.run(&["consume", "orders", "-g", "g", "--from", "-1", "-n", "1"]).ok().stdout("2\n");

    // No log holds it: the nearest end is shown and said.
    let far = b"{\"topic\":\"orders\",\"partition\":0,\"offset\":99}\n";
    let clamped = "orders-0: there is no offset 99, the log holds 0 to 5: using 5";
    let import = ["group", "offsets", "import", "g", "-", "-o", "json"];
    let preview = broker.run_with(&import, far).ok().stderr_has(clamped);
    assert_eq!(preview.json()["items"][0]["new"], 5);
    let nowhere = b"{\"topic\":\"nowhere\",\"partition\":0,\"offset\":1}\n";
    broker.run_with(&import, nowhere).code(5).stderr_has("nowhere-0").stderr_has("nothing was changed");
    let reset = ["group", "reset", "g", "--topic", "orders", "-o", "json"];
    let preview = broker.run(&[&reset[..], &["--to", "99"]].concat()).ok().stderr_has(clamped);
    assert_eq!(preview.json()["items"][0]["new"], 5);
    broker
        .run(&[&reset[..], &["--to", "end-9"]].concat())
        .ok()
        .stderr_has("end-9 is offset -4, the log holds 0 to 5");

    let preview = broker.run(&["group", "reset", "g", "--to", "+1", "--all-topics", "-o", "json"]).ok();
    assert!(preview.stderr.contains("nothing was changed"), "{preview:#?}");
    check_json("group-reset", preview.json());
    let to_end = ["group", "reset", "g", "--to", "end", "--topic", "orders:0", "--yes"];
    broker.run(&to_end).ok().stdout_has("+3").stdout_has("reset");
    broker.run(&to_end).ok().stdout_has("+0").stdout_has("unchanged");
    let lag = broker.run(&["group", "lag", "g", "--columns", "lag,state", "--no-headers"]).ok();
    assert_eq!(lag.stdout.split_whitespace().collect::<Vec<_>>(), ["0", "current"]);
    let export = broker.run(&["group", "offsets", "export", "g"]).ok();
    assert_eq!(export.json()["offset"], 5);

    broker.run(&["group", "delete", "g"]).code(7).stderr_has("--yes");
    broker.run(&["group", "delete", "g", "--yes"]).ok();
    broker.run(&["group", "list", "-o", "name"]).ok().stdout("");
}

#[test]
fn records_are_trimmed_after_a_look() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    broker.run_with(&["produce", "orders"], b"1\n2\n3\n4\n5\n").ok();
    let trim = ["topic", "trim", "orders", "--to"];
    broker.run(&[&trim[..], &["3"]].concat()).code(7).stdout("").stderr_has("--yes");
    let far = broker.run(&[&trim[..], &["99", "--dry-run"]].concat()).ok().stdout_has("would-trim");
    far.stderr_has("there is no offset 99, the log holds 0 to 5: using 5");
    broker.run(&[&trim[..], &["committed", "--yes"]].concat()).code(2);
    broker.run(&[&trim[..], &["7:1", "--yes"]].concat()).code(5).stderr_has("orders-7");
    broker.run(&["consume", "orders"]).ok().stdout("1\n2\n3\n4\n5\n");
    let trimmed = broker.run(&[&trim[..], &["start+3", "--yes", "-o", "json"]].concat()).ok().json();
    let row = &trimmed["items"][0];
    assert_eq!((&row["old_start"], &row["start"], &row["end"]), (&0.into(), &3.into(), &5.into()));
    broker.run(&["consume", "orders"]).ok().stdout("4\n5\n");
    let again = broker.run(&[&trim[..], &["1", "--yes", "-o", "json"]].concat()).ok().json();
    assert_eq!((&again["items"][0]["start"], &again["items"][0]["result"]), (&3.into(), &"unchanged".into()));
    broker.run(&["topic", "delete-records", "orders", "--to", "end", "--yes"]).ok();
    broker.run(&["consume", "orders"]).ok().stdout("");
}

#[test]
fn settings_of_brokers_and_their_loggers_change_while_they_run() {
    let broker = Broker::start();
    let change = |words: &[&str]| broker.run(&[&["broker", "config"], words].concat());
    change(&["get", "99"]).code(5).stderr_has("brokers that are up: ");
    change(&["set", "99", "log.cleaner.threads=1"]).code(5);
    let value = |words: &[&str]| {
        let rows = broker.run(&[&["broker", "config", "get", "-o", "json"], words].concat()).ok().json();
        let name = words.last().unwrap();
        let rows = rows["items"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["name"] == *name).map(|row| row["value"].clone())
    };
    let set = |value: &str| Some(Value::from(value));
    change(&["set", "all", "log.cleaner.threads=2", "--dry-run"]).ok().stdout_has("would-set");
    let threads = "log.cleaner.threads";
    change(&["get", "all", threads]).code(5);
    change(&["set", "all", "log.cleaner.threads=2"]).ok();
    assert_eq!(value(&["all", threads]), set("2"));
    change(&["get", "all"]).ok().stdout_has(threads);
    change(&["set", "1", "log.cleaner.threads=3"]).ok();
    assert_eq!(value(&["1", threads]), set("3"));
    change(&["unset", "1", "log.cleaner.threads"]).ok().stdout_has("unset");
    assert_eq!(value(&["1", threads]), set("2"));
    broker.run(&["cluster", "config", "get", threads]).ok().stdout_has("DYNAMIC_DEFAULT_BROKER_CONFIG");
    broker.run(&["cluster", "config", "unset", threads]).ok().stdout_has("all");
    change(&["get", "all", threads]).code(5);
    change(&["get", "1", "no.such.setting"]).code(5);
    let warning = "warning: unknown setting log.cleaner.thread; did you mean log.cleaner.threads?\n";
    change(&["set", "1", "log.cleaner.thread=2"]).ok().stderr_has(warning);
    broker.run(&["cluster", "config", "set", "log.cleaner.thread=2"]).ok().stderr_has(warning);
    change(&["set", "1", "log.cleaner.threads=2", "log.cleaner.threads=3"]).code(2).stderr_has("two values");
    change(&["set", "1", "log.cleaner.threads=many"]).code(1).stderr_has("not a whole number");
    change(&["set", "one", "log.cleaner.threads=1"]).code(2);

    change(&["set", "1", "--loggers", "kafkactl_broker.group=DEBUG"]).ok();
    assert_eq!(value(&["1", "--loggers", "kafkactl_broker::group"]), set("DEBUG"));
    change(&["set", "all", "--loggers", "root=INFO"]).code(2).stderr_has("number");
}

#[test]
fn groups_are_made_by_resets_and_clones() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "2"]).ok();
    broker.run_with(&["produce", "orders", "-p", "0"], b"1\n2\n3\n").ok();
    broker.run(&["group", "reset", "new", "--to", "2", "--all-topics"]).code(5).stderr_has("does not exist");
    let reset = ["group", "reset", "new", "--to", "start+1", "--topic", "orders:0"];
    broker.run(&reset).ok().stdout_has("would-reset").stderr_has("does not exist yet");
    broker.run(&["group", "list", "-o", "name"]).ok().stdout("");
    broker.run(&[&reset[..], &["--yes"]].concat()).ok();
    broker.run(&["consume", "orders", "-g", "new", "-n", "1"]).ok().stdout("2\n");

    broker.run(&["group", "clone", "new", "new"]).code(2);
    broker.run(&["group", "clone", "nobody", "copy"]).code(5).stderr_has("does not exist");
    let preview = broker.run(&["group", "clone", "new", "copy", "-o", "json"]).ok();
    assert!(preview.stderr.contains("does not exist yet"), "{preview:#?}");
    check_json("group-clone", preview.json());
    broker.run(&["group", "clone", "new", "copy", "--topic", "orders:1", "--yes"]).ok();
    broker.run(&["group", "offsets", "export", "copy"]).code(5);
    broker.run(&["group", "clone", "new", "copy", "--yes"]).ok().stdout_has("reset");
    let exported = |group| broker.run(&["group", "offsets", "export", group]).ok().stdout;
    assert_eq!(exported("copy"), exported("new"));

    let home = tempfile::tempdir().unwrap();
    let mut member = command(home.path())
        .args(["-b", broker.bootstrap(), "consume", "orders", "-g", "copy", "--commit", "--follow"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(member.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "2", "it is a member");
    check_json("group-members", broker.run(&["group", "members", "copy", "-o", "json"]).ok().json());
    broker.run(&["group", "members", "copy", "nobody"]).code(5).stdout_has("orders:0-1");
    broker.run(&["group", "clone", "new", "copy", "--yes"]).code(7).stderr_has("is active");
    wait_until("what was printed is committed, though no more comes", || {
        broker.run(&["group", "lag", "copy", "--fail-over", "0"]).code == Some(0)
    });
    let id = rustix::process::Pid::from_child(&member);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(member.wait().unwrap().code(), Some(0));
}

#[test]
fn following_ends_cleanly_on_term() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "live", "-P", "1"]).ok();
    let home = tempfile::tempdir().unwrap();
    let mut child = command(home.path())
        .args(["-b", broker.bootstrap(), "consume", "live", "--follow"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    broker.run_with(&["produce", "live"], b"first\n").ok();
    assert_eq!(lines.next().unwrap().unwrap(), "first");
    broker.run_with(&["produce", "live"], b"second\n").ok();
    assert_eq!(lines.next().unwrap().unwrap(), "second");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Nobody is left to commit to: whoever reads in a group ends all the same, and says what will be read again.
#[test]
fn a_member_of_a_group_ends_on_term_when_its_cluster_is_gone() {
    for protocol in ["classic", "consumer"] {
        let broker = Broker::start();
        broker.run(&["topic", "create", "live", "-P", "1"]).ok();
        broker.run_with(&["produce", "live"], b"first\n").ok();
        let home = tempfile::tempdir().unwrap();
        let mut member = command(home.path())
            .args(["-b", broker.bootstrap(), "consume", "live", "--group", "copy", "--commit", "--follow"])
            .args(["--group-protocol", protocol])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(member.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "first");
        broker.signal(rustix::process::Signal::KILL);
        broker.ended();
        let id = rustix::process::Pid::from_child(&member);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let done = member.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        // On a slow machine it may have been committed at once.
        assert!(done.status.code() == Some(0) || said.contains("is not committed"), "{said}");
    }
}

/// As a consumer of Apache Kafka would: it joins again, and goes on.
#[test]
fn a_member_that_its_group_has_let_go_reads_on() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "live", "-P", "1"]).ok();
    broker.run_with(&["produce", "live"], b"first\n").ok();
    let home = tempfile::tempdir().unwrap();
    let mut member = command(home.path())
        .args(["-vv", "-b", broker.bootstrap(), "consume", "live", "--group", "copy", "--commit", "--follow"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(member.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "first");
    let mut said = BufReader::new(member.stderr.take().unwrap()).lines().map(Result::unwrap);
    // The next one comes later than the commit of what was printed, which so is the first to be refused.
    said.find(|line| line.contains("api=Heartbeat")).expect("it tells its requests");
    let log = std::thread::spawn(move || said.collect::<Vec<_>>().join("\n"));
    let members = broker.run(&["group", "members", "copy", "-o", "json"]).ok().json();
    let member_id = members["items"][0]["member_id"].as_str().unwrap().to_owned();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let bootstrap = Endpoint::parse_list(broker.bootstrap()).unwrap();
        let client = Client::connect(ClientConfig::new(bootstrap)).await.unwrap();
        let removed = [MemberToRemove::Dynamic { member_id }];
        let outcomes = Admin::new(&client).remove_members("copy", &removed, "a test").await.unwrap();
        assert!(outcomes.values().all(Result::is_ok), "{outcomes:?}");
    });
    broker.run_with(&["produce", "live"], b"second\n").ok();
    // What was not committed comes again.
    assert!(lines.any(|line| line == "second"), "it reads on");
    wait_until("it has joined again and commits", || {
        let lag = broker.run(&["group", "lag", "copy", "--columns", "state", "--no-headers"]).ok();
        lag.stdout.trim() == "current"
    });
    let id = rustix::process::Pid::from_child(&member);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let code = member.wait().unwrap().code();
    assert_eq!(code, Some(0), "{}", log.join().unwrap());
}

#[test]
fn more_is_said_to_whoever_asks_for_it() {
    let broker = Broker::start();
    broker.run(&["topic", "list"]).ok();
    let said = |words: &[&str]| broker.run(words).ok().stderr;
    assert_eq!(said(&["topic", "list"]), "");
    let connections = said(&["-v", "topic", "list"]);
    assert!(connections.contains(&format!("connected endpoint={}", broker.bootstrap())), "{connections}");
    assert!(!connections.contains("Metadata"), "{connections}");
    let requests = said(&["-vv", "topic", "list"]);
    assert!(requests.contains("answered") && requests.contains("api=Metadata"), "{requests}");
    let unreachable = kafkactl(&["-v", "-b", "127.0.0.1:1", "topic", "list"]).code(3);
    unreachable.stdout("").stderr_has("not connected endpoint=127.0.0.1:1");
}

/// A transaction that somebody is at work on is not taken for one that hangs.
#[test]
fn transactions_at_work_are_not_aborted_by_mistake() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    broker.run(&["produce", "orders", "--txn", "copier", "--acks", "1"]).code(2).stderr_has("--acks all");
    let home = tempfile::tempdir().unwrap();
    let mut writer = command(home.path())
        .args(["-b", broker.bootstrap(), "produce", "orders", "--txn", "copier"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = writer.stdin.take().unwrap();
    input.write_all(b"one\n").unwrap();
    wait_until("the transaction is open", || {
        broker.run(&["txn", "list", "--state", "Ongoing", "-o", "name"]).ok().stdout == "copier\n"
            && broker
                .run(&["topic", "offsets", "orders", "--columns", "end", "--no-headers"])
                .ok()
                .stdout
                .trim()
                == "1"
    });
    broker.run(&["txn", "describe", "copier", "-o", "name"]).ok().stdout("copier\n");
    let hidden = "an open transaction hides the last 1 offset of orders-0";
    for isolation in ["committed", "read_committed"] {
        let read = ["consume", "orders", "--isolation", isolation];
        broker.run(&read).ok().stdout("").stderr_has(hidden).stderr_has("kafkactl txn find-hanging");
    }
    let whole = broker.run(&["consume", "orders", "--isolation", "read_uncommitted"]).ok().stdout("one\n");
    assert!(!whole.stderr.contains("open transaction"), "{whole:#?}");
    let group = ["consume", "orders", "--isolation", "committed", "-g", "g", "--commit"];
    broker.run(&group).ok().stdout("").stderr_has(hidden);
    let mut follower = command(home.path())
        .args(["-b", broker.bootstrap(), "consume", "orders", "--isolation", "committed", "--follow"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(follower.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.starts_with(hidden)), "it has stood there for a while");
    let id = rustix::process::Pid::from_child(&follower);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(follower.wait().unwrap().code(), Some(0));
    let abort = ["txn", "abort", "orders", "-p", "0", "--start-offset", "0"];
    broker.run(&[&abort[..], &["--yes"]].concat()).code(7).stderr_has("does not hang").stderr_has("--force");
    broker.run(&[&abort[..], &["--force", "--dry-run"]].concat()).ok().stdout_has("would-abort");
    drop(input);
    assert!(writer.wait().unwrap().success());
    broker.run(&["consume", "orders", "--isolation", "committed"]).ok().stdout("one\n");
    broker.run(&abort).code(5).stderr_has("open transaction");
}
