//! Contexts from files, variables and flags.

use std::fs;

use tempfile::TempDir;

use crate::golden::check_json;
use crate::kafkactl::{Done, command, run};

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn run(&self, words: &[&str]) -> Done {
        self.run_in(&[], words)
    }

    fn run_in(&self, environment: &[(&str, &str)], words: &[&str]) -> Done {
        let mut command = command(self.0.path());
        command.envs(environment.iter().copied()).args(words);
        run(command, b"")
    }
}

#[test]
fn contexts_are_added_used_and_removed() {
    let home = Home::new();
    home.run(&["context", "current"]).code(1).stdout("").stderr_has("context use");
    home.run(&["context", "add", "prod", "--bootstrap", "a:1,b:2", "--protect", "readonly"]).ok().stdout("");
    home.run(&["context", "add", "test", "--bootstrap", "t:1", "-X", "client.id=me"]).ok();
    home.run(&["context", "add", "test", "--bootstrap", "t:2"]).code(7).stderr_has("--replace");
    home.run(&["context", "add", "bad", "--bootstrap", "t:2", "-X", "nonsense=1"]).code(2);
    home.run(&["context", "use", "nowhere"]).code(5);
    home.run(&["context", "use", "prod"]).ok();
    home.run(&["context", "current"]).ok().stdout("prod\n");
    let mut list = home.run(&["context", "list", "-o", "json"]).ok().json();
    for item in list["items"].as_array_mut().unwrap() {
        item["file"] = "<file>".into();
    }
    check_json("context-list", list);
    let value = |words: &[&str], name: &str| {
        let settings = home.run(&[&["context", "show", "-o", "json"], words].concat()).ok().json();
        let items = settings["items"].as_array().unwrap().clone();
        let item = items.into_iter().find(|item| item["name"] == name).unwrap();
        item["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(value(&[], "bootstrap.servers"), "a:1,b:2");
    assert_eq!(value(&["test"], "client.id"), "me");
    home.run(&["context", "remove", "prod"]).ok();
    home.run(&["context", "remove", "prod"]).code(5);
    home.run(&["context", "current"]).code(1);
}

#[test]
fn a_read_only_context_refuses_changes_and_names_itself() {
    let home = Home::new();
    home.run(&["context", "add", "prod", "--bootstrap", "127.0.0.1:1", "--protect", "readonly"]).ok();
    home.run(&["topic", "list", "--context", "nowhere"]).code(5).stderr_has("nowhere");
    // The cluster is asked for first, so a context that names none ends there.
    home.run(&["topic", "delete", "t", "--yes", "--context", "prod"]).code(3);
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    let home = Home::new();
    let path = home.0.path().join("my.toml");
    fs::write(&path, "current = \"a\"\n[contexts.a]\nbootstap = [\"x:1\"]\n").unwrap();
    let path = path.to_str().unwrap();
    home.run(&["topic", "list", "--config", path])
        .code(2)
        .stdout("")
        .stderr_has("my.toml")
        .stderr_has("line 3");
    home.run_in(&[("KAFKACTL_CONFIG", path)], &["topic", "list"]).code(2).stderr_has("line 3");
    home.run(&["topic", "list", "--config", "/no/such.toml"]).code(5).stderr_has("/no/such.toml");
}

#[test]
fn variables_and_flags_say_where_to_go() {
    let home = Home::new();
    let bootstrap = [("KAFKACTL_BOOTSTRAP", "127.0.0.1:1")];
    home.run_in(&bootstrap, &["topic", "list"]).code(3).stderr_has("127.0.0.1:1");
    home.run_in(&bootstrap, &["topic", "list", "-b", "127.0.0.1:2"]).code(3).stderr_has("127.0.0.1:2");
}
