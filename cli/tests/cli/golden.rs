//! Output kept in files. UPDATE_GOLDEN=1 writes them.

use std::path::Path;
use std::{env, fs};

use serde_json::Value;

/// Compares a JSON document with `tests/golden/json/NAME.json`, with what differs from run to run masked.
#[track_caller]
pub fn check_json(name: &str, mut document: Value) {
    mask(&mut document);
    let text = format!("{document:#}\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/json").join(format!("{name}.json"));
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(text, golden, "{name}: run with UPDATE_GOLDEN=1 if fields were added; none may be taken away");
}

/// Fields whose values no two runs share.
const MASKED: [&str; 8] =
    ["id", "cluster_id", "directory_id", "directory", "port", "timestamp", "timestamp_ms", "member_id"];

fn mask(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                if MASKED.contains(&key.as_str()) && !field.is_null() {
                    *field = Value::from(format!("<{key}>"));
                } else {
                    mask(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}
