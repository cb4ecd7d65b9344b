//! `top` as an operator meets it: on a terminal, with keys, a mouse and signals.

use std::collections::BTreeSet;
use std::path::Path;

use rustix::process::Signal;

use crate::broker::Broker;
use crate::kafkactl::{command, kafkactl, run};
use crate::pty::Terminal;

/// What a key brings about.
enum Seen {
    Has(&'static str),
    Lacks(&'static str),
    /// The row under the bar, counted from 0.
    Selected(u16),
}

use Seen::{Has, Lacks, Selected};

/// A key, what is pressed before it, what is seen after it, what is pressed then. Each goes on where the last one
/// ended; the script's eight groups make a table of known length, and the screen is paused.
const KEYS: &[(&str, &[&str], Seen, &[&str])] = &[
    ("2", &[], Has("kafka-1.example"), &[]),
    ("3", &[], Has("RETENTION"), &[]),
    ("4", &[], Has("Partitions ("), &[]),
    ("6", &[], Has("Events ("), &[]),
    ("7", &[], Has("customer-"), &[]),
    ("8", &[], Has("Segments in /var/lib/kafka"), &[]),
    ("1", &[], Has("Topics by rate"), &[]),
    ("e", &[], Lacks("Topics by rate"), &["e"]),
    ("Tab", &["3", "Enter"], Has(": config"), &["q"]),
    ("i", &["3"], Has("__consumer_offsets"), &["i"]),
    ("!", &["3"], Has("problems only"), &["!"]),
    ("5", &[], Has("Groups (8)"), &[]),
    ("?", &[], Has("search:"), &["Enter"]),
    ("j", &[], Selected(1), &[]),
    ("Down", &[], Selected(2), &[]),
    ("k", &[], Selected(1), &[]),
    ("Up", &[], Selected(0), &[]),
    ("G", &[], Selected(7), &[]),
    ("g", &[], Selected(0), &[]),
    ("End", &[], Selected(7), &[]),
    ("Home", &[], Selected(0), &[]),
    ("PageDown", &[], Selected(7), &[]),
    ("PageUp", &[], Selected(0), &[]),
    ("^d", &[], Selected(7), &[]),
    ("^u", &[], Selected(0), &[]),
    ("F1", &[], Has("Keys of Groups"), &["Enter"]),
    ("S", &[], Has("LAG▲"), &["S"]),
    ("l", &[], Has("TREND▲"), &[]),
    ("h", &[], Has("LAG▼"), &[]),
    ("Right", &[], Has("TREND▲"), &[]),
    ("Left", &[], Has("LAG▼"), &[]),
    ("s", &[], Has("j k choose"), &["Enter", "S"]),
    ("f", &[], Has("following"), &["f"]),
    ("z", &[], Has("columns 2-"), &["z"]),
    (">", &[">", ">", ">", ">", ">", ">"], Has("EXPIRED"), &[]),
    ("<", &["<", "<", "<", "<", "<", "<"], Has("columns 2-"), &["z"]),
    ("w", &[], Has("rates over 1m00s"), &[]),
    ("t", &[], Has("theme dark"), &[]),
    ("x", &[], Has("changes need --allow-actions"), &[]),
    ("+", &[], Has("polling every 5s"), &[]),
    ("-", &[], Has("polling every 2s"), &[]),
    ("n", &[], Has("no filter yet"), &[]),
    ("/", &[], Has("/█"), &["f", "r", "Enter"]),
    ("Enter", &[], Has("Members"), &["q"]),
    ("Esc", &[], Has("Groups (8)"), &[]),
    ("N", &["g"], Selected(7), &["g"]),
    ("c", &[], Has("copied: "), &[]),
    ("y", &[], Has("copied: kafkactl group describe late-analytics"), &[]),
    ("o", &[], Has("saved kafkactl-groups-"), &[]),
    (":", &[], Has(":█"), &["Enter"]),
    ("u", &["2"], Has("323196289024"), &["u"]),
    ("r", &[], Has("kafka-1.example"), &[]),
    ("Enter", &[], Has("Partitions ("), &[]),
    ("q", &[], Has("Brokers ("), &[]),
    ("Space", &[], Lacks("PAUSED"), &["Space"]),
];

fn start(home: &Path) -> Terminal {
    let mut terminal = Terminal::kafkactl(home, &["top", "--demo", "--theme", "auto"]);
    terminal.wait_for("late-analytics");
    terminal
}

fn selected(screen: &vt100::Screen) -> Option<u16> {
    // Header, tabs, the table's title and its columns lie above.
    (4..screen.size().0.get())
        .find(|row| screen.cell(*row, 0).is_some_and(vt100::Cell::inverse))
        .map(|row| row - 4)
}

/// What is bad is marked by more than its colour: none is needed, and who says so sees none.
#[test]
fn no_color_means_none() {
    let home = tempfile::tempdir().unwrap();
    for (environment, expected) in
        [(&[][..], true), (&[("NO_COLOR", "1")], false), (&[("NO_COLOR", "")], true)]
    {
        let mut terminal = Terminal::kafkactl_with(home.path(), &["top", "--demo"], environment);
        terminal.wait_for("late-analytics");
        for (key, text) in
            [("2", "kafka-1.example"), ("4", "Partitions ("), ("6", "Events ("), ("5", "Groups (8)")]
        {
            terminal.press(key);
            terminal.wait_for(text);
            assert!(expected || !terminal.is_colored(), "{environment:?}, {text}");
        }
        assert_eq!(terminal.is_colored(), expected, "{environment:?}");
        terminal.press("q");
        assert_eq!(terminal.ends_clean().code, 0);
    }
}

#[test]
fn every_key_of_the_help_table_does_what_it_says() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = start(home.path());
    assert!(terminal.is_raw());
    terminal.press("Space");
    terminal.wait_for("PAUSED");
    for (key, before, seen, after) in KEYS {
        before.iter().for_each(|key| terminal.press(key));
        terminal.press(key);
        match seen {
            Has(text) => {
                terminal.wait(&format!("{text:?} after {key}"), |screen| screen.contents().contains(text))
            }
            Lacks(text) => {
                terminal.wait(&format!("end of {text:?} after {key}"), |screen| {
                    !screen.contents().contains(text)
                });
            }
            Selected(row) => {
                terminal.wait(&format!("row {row} after {key}"), |screen| selected(screen) == Some(*row));
            }
        }
        after.iter().for_each(|key| terminal.press(key));
    }
    let tried: BTreeSet<&str> = KEYS.iter().map(|(key, ..)| *key).chain(["^c"]).collect();
    let bound: BTreeSet<&str> =
        kafkactl_tui::model::keys::BINDINGS.iter().flat_map(|binding| binding.keys).copied().collect();
    assert_eq!(tried, bound, "keys tried, and keys bound");
    let saved = std::fs::read_dir(home.path()).unwrap().filter(|entry| {
        entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("kafkactl-groups-")
    });
    assert_eq!(saved.count(), 2, "the table as CSV and as JSON");
    terminal.press("^c");
    assert_eq!(terminal.ends_clean().code, 0);
}

/// Over a slow link the terminal's answer to the question for its background comes when keys are read. What is
/// pasted is text.
#[test]
fn late_answers_of_the_terminal_and_pasted_text_are_no_keys() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = start(home.path());
    terminal.press("5");
    terminal.wait_for("Groups (8)");
    terminal.send(b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\/");
    terminal.wait_for("/█");
    assert!(terminal.text().contains("Groups (8)"), "{}", terminal.text());
    terminal.send(b"\x1b[200~fraud\r\x1b[201~");
    terminal.wait_for("/fraud█");
    terminal.press("Esc");
    // Sent at once, this and the next would be read as one.
    terminal.wait_for("Groups (8)");
    terminal.send(b"\x1b[200~q\x1b[201~2");
    terminal.wait_for("kafka-1.example");
    terminal.press("^c");
    assert_eq!(terminal.ends_clean().code, 0);
}

#[test]
fn it_follows_the_size_and_the_mouse() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = start(home.path());
    for (width, height, seen) in
        [(60, 15, "Problems"), (40, 10, "too small: 40×10"), (200, 60, "Groups by lag")]
    {
        terminal.resize(width, height);
        terminal.wait_for(seen);
    }
    // A click on the tab of the groups, then on the title of a column.
    terminal.send(b"\x1b[<0;60;2M\x1b[<0;60;2m");
    terminal.wait_for("Groups (8)");
    terminal.send(b"\x1b[<0;3;4M");
    terminal.wait_for("GROUP▲");
    terminal.send(b"\x1b[<0;10;6M\x1b[<0;10;6m");
    terminal.wait("the second row", |screen| selected(screen) == Some(1));
    terminal.send(b"\x1b[<65;10;10M");
    terminal.wait("three rows down", |screen| selected(screen) == Some(4));
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
}

#[test]
fn however_it_ends_the_terminal_is_given_back() {
    let home = tempfile::tempdir().unwrap();
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let terminal = start(home.path());
        terminal.signal(signal);
        assert_eq!(terminal.ends_clean().code, 0, "{signal:?}");
    }
}

/// Nothing listens on port 1.
const NOBODY: &str = "127.0.0.1:1";

#[test]
fn what_cannot_be_shown_ends_before_the_screen_changes() {
    let home = tempfile::tempdir().unwrap();
    let recording = home.path().join("notes.txt");
    std::fs::write(&recording, "hello\n").unwrap();
    for (words, code, told) in [
        (&["-b", NOBODY, "top"][..], 3, "127.0.0.1:1"),
        (&["-b", NOBODY, "top", "--once"], 3, "127.0.0.1:1"),
        (&["-X", "sasl.mechanism=PLAIN", "top"], 2, "sasl.mechanism"),
        (&["top", "--replay", "notes.txt"], 1, "not a recording"),
        (&["top", "--replay", "nowhere.jsonl"], 1, "nowhere.jsonl"),
        (&["top", "--demo", "--allow-actions"], 2, "--allow-actions"),
    ] {
        let left = Terminal::kafkactl(home.path(), words).ends_clean();
        assert_eq!(left.code, code, "{words:?}: {left:?}");
        assert!(left.text.contains(told), "{words:?}: {left:?}");
    }
}

#[test]
fn a_cut_recording_is_shown_up_to_the_cut() {
    let home = tempfile::tempdir().unwrap();
    let whole = home.path().join("whole.jsonl");
    let mut record = command(home.path());
    record.args(["top", "--demo", "-n", "2", "--record", "whole.jsonl"]);
    run(record, b"").ok();
    let bytes = std::fs::read(&whole).unwrap();
    std::fs::write(home.path().join("cut.jsonl"), &bytes[..bytes.len() - 10]).unwrap();
    let mut replay = command(home.path());
    replay.args(["top", "--replay", "cut.jsonl", "--batch"]);
    run(replay, b"").code(1).stdout_has("brokers 3 up").stderr_has("it is cut");
    let mut once = command(home.path());
    once.args(["top", "--replay", "whole.jsonl", "--once"]);
    run(once, b"").ok();
    // The cut is behind the page.
    let bytes = [&bytes[..], &bytes[bytes.len() - 100..bytes.len() - 10]].concat();
    std::fs::write(home.path().join("behind.jsonl"), bytes).unwrap();
    let mut once = command(home.path());
    once.args(["top", "--replay", "behind.jsonl", "--once"]);
    run(once, b"").code(1).stdout_has("brokers 3 up").stderr_has("cannot be read");
    let mut terminal = Terminal::kafkactl(home.path(), &["top", "--replay", "cut.jsonl"]);
    terminal.wait_for("it is cut");
    terminal.wait_for("late-analytics");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
}

/// A topic goes while it is looked at; a group is reset from the menu, once its name is typed.
#[test]
fn a_cluster_changes_under_the_dashboard_and_by_it() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "gone", "-P", "1"]).ok();
    broker.run_with(&["produce", "orders"], b"1\n2\n3\n4\n5\n").ok();
    let commit = b"{\"topic\":\"orders\",\"partition\":0,\"offset\":2}\n";
    broker.run_with(&["group", "offsets", "import", "idle", "--yes"], commit).ok();
    let home = tempfile::tempdir().unwrap();
    let words = ["-b", broker.bootstrap(), "top", "-d", "500ms", "--allow-actions"];
    let mut terminal = Terminal::kafkactl(home.path(), &words);
    terminal.wait_for("gone");
    terminal.send(b":records gone\r");
    terminal.wait_for("Records of gone");
    broker.run(&["topic", "delete", "gone", "--yes"]).ok();
    terminal.wait_for("topic \"gone\" does not exist");
    terminal.press("6");
    terminal.wait_for("topic deleted");
    terminal.press("5");
    terminal.wait_for("idle");
    terminal.press("x");
    terminal.wait_for("reset group idle to the start");
    terminal.press("Enter");
    terminal.wait_for("orders-0  2 → 0  (-2)");
    terminal.send(b"ide\r");
    terminal.send(b"\x7f\x7fdle\r");
    terminal.wait_for("idle: 1 partitions reset");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
    let export = broker.run(&["group", "offsets", "export", "idle"]).ok();
    assert_eq!(export.json()["offset"], 0);
}

#[test]
fn keys_and_values_are_read_as_what_they_are_said_to_be() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    broker.run_with(&["produce", "orders", "--key", "abc"], b"\0\0\x01\x02\n").ok();
    let home = tempfile::tempdir().unwrap();
    let words = ["-b", broker.bootstrap(), "top", "--key-as", "hex", "--value-as", "int"];
    let mut terminal = Terminal::kafkactl(home.path(), &words);
    terminal.wait_for("orders");
    terminal.send(b":records orders\r");
    terminal.wait_for("0x616263  258 ");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
    let records = ["top", "--once", "--screen", "records", "-d", "1s"];
    broker.run(&records).code(2).stderr_has("--screen records needs --topic");
    let seen =
        broker.run(&[&records[..], &["--topic", "orders", "--value-as", "int", "-o", "json"]].concat()).ok();
    let record = &seen.json()["items"][0];
    assert_eq!((&record["key"], &record["value"]), (&"abc".into(), &"258".into()), "{record}");
    kafkactl(&["top", "--value-as", "avro"]).code(2).stderr_has("none of auto, text, hex");
}

#[test]
fn what_is_shown_under_another_name_is_still_read() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    broker.run_with(&["produce", "orders"], b"secret\n").ok();
    let home = tempfile::tempdir().unwrap();
    let words = ["-b", broker.bootstrap(), "top", "--anonymize", "-d", "500ms", "--screen", "topics"];
    let mut terminal = Terminal::kafkactl(home.path(), &words);
    terminal.wait_for("topic-1");
    terminal.press("7");
    terminal.wait_for("Records of topic-1 (1)");
    assert!(!terminal.text().contains("secret") && !terminal.text().contains("orders"));
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
}

#[test]
fn the_segments_of_a_broker_on_this_machine_need_no_option() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    broker.run_with(&["produce", "orders"], b"a\n").ok();
    let home = tempfile::tempdir().unwrap();
    let words = ["-b", broker.bootstrap(), "top", "-d", "500ms", "--screen", "disk"];
    let mut terminal = Terminal::kafkactl(home.path(), &words);
    terminal.wait_for(&format!("Segments in {}", broker.data_dir().display()));
    terminal.wait_for("orders-0");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
}

#[test]
fn a_page_whose_question_has_no_answer_is_a_failure() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    broker.run_with(&["produce", "orders"], b"a\n").ok();
    let once = ["top", "--once", "-d", "200ms", "--screen"];
    let data_dir = broker.data_dir().display().to_string();
    let page = |words: &[&str]| broker.run(&[&once[..], words].concat());
    for (words, shown) in [
        (&["records", "-t", "orders"][..], "Records of orders (1)"),
        (&["disk", "--data-dir", &data_dir], "Segments in"),
        (&["disk"], "Segments in"),
    ] {
        page(words).ok().stdout_has(shown);
    }
    for (words, code, told) in [
        (&["records", "-t", "nosuch"][..], 5, "topic \"nosuch\" does not exist"),
        (&["disk", "--data-dir", "/nope"], 5, "/nope: No such file"),
        (&["disk", "--data-dir", "/etc/passwd"], 1, "/etc/passwd: Not a directory"),
    ] {
        page(words).code(code).stdout("").stderr_has(told);
    }
}

#[test]
fn the_topic_that_was_chosen_stays_whatever_is_told_of_others() {
    let home = tempfile::tempdir().unwrap();
    let top = |words: &[&str]| {
        let mut top = command(home.path());
        top.arg("top").args(words);
        run(top, b"")
    };
    let payments = ["--screen", "records", "-t", "payments"];
    top(&[&["--demo", "--once"], &payments[..]].concat()).ok().stdout_has("Records of payments (3)");
    let missing = ["--demo", "--once", "--screen", "records", "-t", "nosuch"];
    top(&missing).code(5).stderr_has("topic \"nosuch\" does not exist");
    top(&["--demo", "-n", "3", "--record", "orders.jsonl"]).ok();
    top(&[&["--replay", "orders.jsonl", "--once"], &payments[..]].concat())
        .code(5)
        .stderr_has("the recording has no records of payments");
    let mut terminal = Terminal::kafkactl(home.path(), &["top", "--demo"]);
    terminal.wait_for("orders");
    terminal.send(b":records payments\r");
    terminal.wait_for("Records of payments (3)");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
    let replay = [&["top", "--replay", "orders.jsonl"], &payments[..]].concat();
    let mut terminal = Terminal::kafkactl(home.path(), &replay);
    terminal.wait_for("the recording has no records of payments up to here");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
}

/// The script's pause hides what `r` does; here nothing else polls for as long as the test runs.
#[test]
fn a_refresh_polls_at_once() {
    let broker = Broker::start();
    let home = tempfile::tempdir().unwrap();
    let words = ["-b", broker.bootstrap(), "top", "-d", "1h", "--screen", "topics"];
    let mut terminal = Terminal::kafkactl(home.path(), &words);
    terminal.wait_for("1/1 brokers");
    broker.run(&["topic", "create", "orders", "-P", "1"]).ok();
    assert!(!terminal.text().contains("orders"));
    terminal.press("r");
    terminal.wait_for("orders");
    terminal.press("q");
    assert_eq!(terminal.ends_clean().code, 0);
}

/// The dashboard runs in a test of this binary, which looks contexts up in a way that panics.
#[test]
fn a_panic_gives_the_terminal_back_and_says_what_it_was() {
    let home = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    for place in ["here", "elsewhere"] {
        let words = ["--exact", "top::inside::panics_when_it_looks_up_a_context", "--ignored", "--nocapture"];
        let mut terminal = Terminal::start(this.as_os_str(), home.path(), &words, &[]);
        terminal.wait_for("late-analytics");
        terminal.press(":");
        terminal.wait_for(":█");
        terminal.send(format!("ctx {place}\r").as_bytes());
        let left = terminal.ends_clean();
        assert!(left.text.contains(&format!("panic {place}")), "{left:?}");
        assert_ne!(left.code, 0);
    }
}

mod inside {
    use kafkactl_tui::{Options, Overrides, Setup, Source};

    #[test]
    #[ignore = "needs a terminal; another test runs it in one"]
    fn panics_when_it_looks_up_a_context() {
        let options = Options {
            source: Source::Demo,
            setup: Setup::default(),
            overrides: Overrides::default(),
            count_max: None,
            record: None,
            anonymize: false,
            mouse: true,
            data_dir: None,
            contexts: Box::new(|name| match name {
                "here" => panic!("panic here"),
                _ => {
                    let elsewhere = std::thread::spawn(|| panic!("panic elsewhere"));
                    Err(format!("{:?}", elsewhere.join()))
                }
            }),
            background_is_light: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime.block_on(kafkactl_tui::run_terminal(options));
        runtime.shutdown_background();
        outcome.unwrap();
    }
}
