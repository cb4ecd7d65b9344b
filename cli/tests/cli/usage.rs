//! What needs no cluster: usage, failures to connect, local commands.

use std::io::{Read, Write};
use std::process::Stdio;

use serde_json::Value;

use crate::golden::check_json;
use crate::kafkactl::{Done, command, kafkactl, run};

/// Nothing listens on port 1.
const NOBODY: &str = "127.0.0.1:1";

#[test]
fn a_page_of_the_exporter_has_room_for_what_always_comes() {
    for bytes in ["0", "10", "65535"] {
        let words = ["exporter", "-b", NOBODY, "--page-bytes", bytes];
        kafkactl(&words).code(2).stderr_has("--page-bytes: not below 65536");
    }
    kafkactl(&["exporter", "-b", NOBODY, "--listen", "127.0.0.1:0", "--page-bytes", "65536"]).code(3);
}

#[test]
fn wrong_words_are_usage() {
    for words in [
        &[][..],
        &["nothing"],
        &["topic", "describe"],
        &["topic", "create", "t", "-P", "0"],
        &["consume", "t", "--from", "nowhere"],
        &["consume", "t", "--to", "end", "--follow"],
        &["produce", "t", "--tombstone"],
        &["produce", "t", "--txn", ""],
        &["help", "nothing"],
        &["broker", "start", "--data-dir", "a", "--set", "log.dirs=b"],
        &["broker", "start", "--listen", "127.0.0.1:port"],
        &["broker", "start", "--ephemeral", "--ops", "nonsense"],
        &["group", "reset", "g", "--to", "end"],
        &["group", "lag"],
        &["group", "list", "--state", "Stable,asleep"],
        &["txn", "list", "--state", "asleep"],
        &["-o", "xml", "topic", "list"],
        &["-X", "sasl.mechanism=PLAIN", "topic", "list"],
        &["broker", "start", "--ephemeral", "--set", "num.partitions=many"],
        &["broker", "start", "--config", "/no/such/file"],
    ] {
        let done = kafkactl(words);
        let expected = if words.last() == Some(&"/no/such/file") { 5 } else { 2 };
        assert_eq!(done.code, Some(expected), "{words:?}: {done:#?}");
        assert_eq!(done.stdout, "", "{words:?}");
        assert_ne!(done.stderr, "", "{words:?}");
    }
}

#[test]
fn help_and_version_are_data() {
    kafkactl(&["--help"]).ok().stdout_has("Exit codes:");
    kafkactl(&["broker", "start", "--help"]).ok().stdout_has("What an acknowledgement means");
    kafkactl(&["group", "lag", "--help"]).ok().stdout_has("<GROUP|--all>");
    kafkactl(&["help"]).ok().stdout_has("Exit codes:");
    for words in [["help", "group", "lag"], ["group", "help", "lag"]] {
        kafkactl(&words).ok().stdout_has("<GROUP|--all>");
    }
    kafkactl(&["version"]).ok().stdout_has(env!("CARGO_PKG_VERSION"));
    kafkactl(&["--version"]).ok().stdout_has(env!("CARGO_PKG_VERSION"));
}

#[test]
fn an_unreachable_cluster_is_code_3_and_one_error_object() {
    let done = kafkactl(&["-b", NOBODY, "-o", "json", "topic", "list"]).code(3).stdout("");
    let error: Value = serde_json::from_str(&done.stderr).unwrap();
    assert_eq!(error["code"], 3);
    assert_eq!(error["kind"], "unreachable");
    assert!(error["hint"].is_string());
    kafkactl(&["topic", "list", "-b", NOBODY]).code(3).stdout("").stderr_has("error: ").stderr_has("hint: ");
}

/// Where clients are not served: a web server, and a port that speaks TLS alone.
#[test]
fn a_port_that_is_no_brokers_is_called_by_its_name() {
    for (bytes, found, hint) in [
        (&b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"[..], "it speaks HTTP", "`listeners`"),
        (&[21, 3, 3, 0, 2, 2, 80][..], "it speaks TLS alone", "without TLS"),
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(bytes).unwrap();
            // Until the client has gone: what is unread when a socket closes takes along what was written.
            let _ = stream.read_to_end(&mut Vec::new());
        });
        kafkactl(&["-b", &address, "topic", "list"]).code(3).stdout("").stderr_has(found).stderr_has(hint);
        server.join().unwrap();
    }
}

#[test]
fn a_broken_pipe_ends_quietly() {
    let home = tempfile::tempdir().unwrap();
    let mut command = command(home.path());
    command.args(["completion", "bash"]);
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let done = Done::from(child.wait_with_output().unwrap());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
}

#[test]
fn colours_are_for_terminals() {
    let home = tempfile::tempdir().unwrap();
    let colored = |flags: &[&str]| {
        let mut command = command(home.path());
        command.args(["context", "show"]).args(flags).stdin(Stdio::null());
        run(command, b"").ok().stdout.contains('\u{1b}')
    };
    assert!(!colored(&[]));
    assert!(colored(&["--color", "always"]));
}

#[test]
fn ids_are_drawn() {
    let id = kafkactl(&["storage", "random-uuid"]).ok().stdout;
    assert_eq!(id.trim().len(), 22, "{id}");
    let mut drawn = kafkactl(&["storage", "random-uuid", "-o", "json"]).ok().json();
    drawn["items"][0]["name"] = "<drawn>".into();
    check_json("uuid", drawn);
}

#[test]
fn directories_are_formatted_once() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data");
    let dir = dir.to_str().unwrap();
    let id = "4L6g3nShT-eMCtK--X86sw";
    let info = || kafkactl(&["storage", "info", "--data-dir", dir, "-o", "json"]);
    info().code(5).stderr_has("does not exist").stderr_has("storage format");
    std::fs::create_dir(dir).unwrap();
    check_json("storage-info-empty", info().ok().json());
    let format = |flags: &[&str]| {
        let words = ["storage", "format", "--data-dir", dir, "--cluster-id", id];
        kafkactl(&[&words, flags].concat())
    };
    check_json("storage-format", format(&["-o", "json"]).ok().json());
    let facts = info().ok().json();
    assert_eq!(facts["items"][0]["cluster_id"], id);
    assert_eq!(facts["items"][0]["node_id"], 1);
    format(&[]).code(7).stdout("").stderr_has("--ignore-formatted");
    format(&["--ignore-formatted"]).ok().stdout_has("kept");
    std::fs::create_dir(folder.path().join("foreign")).unwrap();
    std::fs::write(folder.path().join("foreign/notes.txt"), "mine").unwrap();
    let foreign = folder.path().join("foreign");
    kafkactl(&["storage", "info", "--data-dir", foreign.to_str().unwrap()]).code(6).stderr_has("notes.txt");
    format(&["--feature", "nothing=1", "--ignore-formatted"]).code(2);
}

#[test]
fn settings_are_explained() {
    kafkactl(&["broker", "start", "--explain=num.partitions"]).ok().stdout_has("num.partitions");
    kafkactl(&["broker", "start", "--explain=no.such.setting"]).code(5).stdout("");
    let all =
        kafkactl(&["broker", "start", "--explain", "--set", "num.partitions=3", "-o", "json"]).ok().json();
    let settings = all["items"].as_array().unwrap();
    let of = |name: &str| settings.iter().find(|setting| setting["name"] == name).unwrap();
    assert_eq!(
        (&of("num.partitions")["value"], &of("num.partitions")["source"]),
        (&"3".into(), &"--set".into())
    );
    assert!(settings.iter().any(|setting| setting["effect"] == "no"), "some settings have no effect here");
}
