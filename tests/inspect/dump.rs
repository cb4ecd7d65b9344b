use std::fs;
use std::path::{Path, PathBuf};

use kafkactl_core::log::inspect::{Decoder, DumpOptions, FileKind, InspectError, dump_as_kafka};

use super::Case;

/// Every dump that Kafka's tool made of the golden directories comes out line by line.
#[test]
fn dumps_equal_those_of_kafka() {
    let mut compared = 0;
    for case in Case::all() {
        let Ok(expected) = fs::read_dir(case.expected()) else { continue };
        let mut names: Vec<_> =
            expected.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        for name in names.iter().filter_map(|name| name.strip_suffix(".dump.txt")) {
            let expected = fs::read_to_string(case.expected().join(format!("{name}.dump.txt"))).unwrap();
            let dumped = dump_of(&case, name);
            for (number, (ours, theirs)) in dumped.lines().zip(expected.lines()).enumerate() {
                assert_eq!(ours, theirs, "{} {name} line {}", case.name, number + 1);
            }
            assert_eq!(dumped.lines().count(), expected.lines().count(), "{} {name}", case.name);
            compared += 1;
        }
    }
    assert!(compared > 150, "only {compared} dumps compared");
}

/// The dump of all files of a directory, made as the golden ones were (`golden/make/DirsGolden.java`, `dumps`).
fn dump_of(case: &Case, name: &str) -> String {
    let dir = directory(case, name);
    let mut files: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| FileKind::of_path(path).is_some() && path.extension().unwrap() != "deleted")
        .collect();
    files.sort();
    let mut text = String::new();
    for file in files {
        let kind = FileKind::of_path(&file).unwrap();
        if kind == FileKind::Checkpoint && fs::metadata(&file).unwrap().len() == 0 {
            continue;
        }
        text += &dump(case, &file, &options(&dir, kind));
        if matches!(kind, FileKind::OffsetIndex | FileKind::TimeIndex) {
            text += &dump(case, &file, &DumpOptions { only_index_sanity: true, ..DumpOptions::default() });
        }
    }
    text
}

/// `a_spread-0` stands for `a/spread-0`, and so on; `root` for the directory itself.
fn directory(case: &Case, name: &str) -> PathBuf {
    if name == "root" {
        return case.path().to_owned();
    }
    let candidates =
        name.match_indices('_').map(|(at, _)| case.path().join(&name[..at]).join(&name[at + 1..]));
    let mut candidates = std::iter::once(case.path().join(name)).chain(candidates);
    candidates.find(|path| path.is_dir()).unwrap_or_else(|| panic!("{} has no {name}", case.name))
}

fn options(dir: &Path, kind: FileKind) -> DumpOptions {
    let decoder = match Decoder::of_partition(&dir.file_name().unwrap().to_string_lossy()) {
        Decoder::Text if kind == FileKind::Checkpoint => Decoder::Metadata,
        decoder => decoder,
    };
    DumpOptions { with_records: true, with_data: true, decoder, ..DumpOptions::default() }
}

fn dump(case: &Case, file: &Path, options: &DumpOptions) -> String {
    let shown = file.strip_prefix(case.path()).unwrap().to_str().unwrap();
    let mut out = Vec::new();
    let result = dump_as_kafka(file, shown, options, &mut out);
    let mut text = String::from_utf8(out).unwrap();
    // The golden dumps leave out the empty slots of preallocated time indexes.
    text = text
        .lines()
        .filter(|line| !line.starts_with("timestamp: 0 offset: "))
        .fold(String::new(), |text, line| text + line + "\n");
    let remarks = result.unwrap_or_else(|error| vec![exception(&error, file, shown)]);
    text + &remarks.iter().map(|line| format!("{line}\n")).collect::<String>()
}

/// The exception that stops Kafka's tool where ours returns an error.
fn exception(error: &InspectError, file: &Path, shown: &str) -> String {
    let text = match error {
        InspectError::NoBatch { .. } => "java.util.NoSuchElementException".to_owned(),
        InspectError::Index { reason, .. } => {
            format!("org.apache.kafka.storage.internals.log.CorruptIndexException: {reason}")
        }
        InspectError::Damaged { reason, .. } => {
            assert_eq!(reason, "batch size 0 is below the 14 bytes of the smallest batch of magic 0");
            let log = Path::new(shown).with_extension("log");
            format!(
                "org.apache.kafka.common.errors.CorruptRecordException: Found record size 0 smaller than minimum \
                 record overhead (14) in file {}.",
                log.display()
            )
        }
        error => panic!("{}: {error}", file.display()),
    };
    format!("Exception: {text}")
}
