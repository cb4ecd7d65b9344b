use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kafkactl_core::record::{RecordError, varint};

use super::{golden_text, hex, hex_text};

#[test]
fn crc32c_agrees() {
    let golden = golden_text("hash/crc.tsv");
    let mut compared = 0;
    for line in golden.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let data = hex(columns[0]);
        assert_eq!(crc32c::crc32c(&data).to_string(), columns[1], "{line}");
        let mut crc = flate2::Crc::new();
        crc.update(&data);
        assert_eq!(crc.sum().to_string(), columns[2], "{line}");
        compared += 1;
    }
    assert!(compared > 50, "only {compared} checksums compared");
}

#[test]
fn varints_read_and_write_as_kafka_does() {
    let golden = golden_text("hash/varints.tsv");
    for line in golden.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [kind, value, encoded] = columns[..] else { panic!("{line}") };
        let mut written = Vec::new();
        let mut rest = &hex(encoded)[..];
        let read = match kind {
            "unsigned_varint" => {
                varint::put_unsigned(&mut written, value.parse().unwrap());
                varint::take_unsigned(&mut rest).unwrap().to_string()
            }
            "varint" => {
                varint::put_i32(&mut written, value.parse().unwrap());
                assert_eq!(varint::bytes_of_i32(value.parse().unwrap()), written.len());
                varint::take_i32(&mut rest).unwrap().to_string()
            }
            "varlong" => {
                varint::put_i64(&mut written, value.parse().unwrap());
                assert_eq!(varint::bytes_of_i64(value.parse().unwrap()), written.len());
                varint::take_i64(&mut rest).unwrap().to_string()
            }
            _ => panic!("{line}"),
        };
        assert_eq!((read.as_str(), rest), (value, &[][..]), "{line}");
        assert_eq!(hex_text(&written), encoded, "{line}");
    }
}

#[test]
fn odd_varints_are_judged_as_kafka_does() {
    let golden = golden_text("hash/varint-errors.tsv");
    for line in golden.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [kind, encoded, verdict] = columns[..] else { panic!("{line}") };
        let bytes = hex(encoded);
        let mut rest = &bytes[..];
        let read = match kind {
            "unsigned_varint" => varint::take_unsigned(&mut rest).map(i64::from),
            "varint" => varint::take_i32(&mut rest).map(i64::from),
            "varlong" => varint::take_i64(&mut rest),
            _ => panic!("{line}"),
        };
        match read {
            Ok(value) => assert_eq!(format!("{value} rest {}", rest.len()), verdict, "{line}"),
            Err(error) => {
                assert_eq!(error, RecordError::Varint);
                assert!(verdict.starts_with("error: "), "{line}");
            }
        }
    }
}

#[test]
fn every_golden_table_is_read_by_a_test_or_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for folder in ["src", "broker", "tests"] {
        append_sources(&root.join(folder), &mut sources);
    }
    let tables = fs::read_dir(root.join("tests/golden/hash")).unwrap();
    let tables = tables.map(|entry| format!("hash/{}", entry.unwrap().file_name().into_string().unwrap()));
    let is_read = |table: &String| sources.contains(table.strip_prefix("hash/").unwrap());
    let unread: BTreeSet<String> = tables.filter(|table| !is_read(table)).collect();
    let listed = golden_text("unused.txt");
    let listed = listed.lines().filter(|line| !line.starts_with('#')).map(str::to_owned);
    assert_eq!(unread, listed.collect());
}

fn append_sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            append_sources(&path, text);
        } else if path.extension().is_some_and(|it| it == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
