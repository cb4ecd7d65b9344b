use std::collections::BTreeMap;
use std::fs;

use kafkactl_core::log::inspect::{Finding, PartitionFiles, Severity, verify};

use super::Case;

/// What Kafka left is sound, killed or not; what was damaged by hand is found, with file and place.
#[test]
fn only_damaged_directories_have_findings() {
    let mut partitions = 0;
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in Case::all() {
        for path in case.partitions() {
            partitions += 1;
            let findings = verify(&PartitionFiles::read(&path).unwrap()).unwrap();
            found.entry(case.name.clone()).or_default().extend(findings.iter().map(describe));
        }
    }
    found.retain(|_, findings| !findings.is_empty());
    let expected = BTreeMap::from([
        (
            "torn-cut",
            vec![
                "warning 00000000000000000084.log 290 -: 40 bytes at the end are no whole batch",
                "error 00000000000000000084.index 0 95: no batch begins at byte 290 of the log",
                "error 00000000000000000084.timeindex 0 95: the log does not reach that offset",
            ],
        ),
        (
            "torn-flip",
            vec![
                "error 00000000000000000084.log 290 92: batch checksum is 1578457684, its header says 678063224",
            ],
        ),
        (
            "torn-middle",
            vec![
                "error 00000000000000000028.log 435 40: batch checksum is 1220162122, its header says 719428097",
            ],
        ),
        (
            "torn-zeros",
            vec![
                "error 00000000000000000084.log 435 -: batch size 0 is below the 14 bytes of the smallest batch of magic 0",
            ],
        ),
    ]);
    let expected: BTreeMap<_, Vec<String>> = expected
        .into_iter()
        .map(|(case, findings)| (case.to_owned(), findings.into_iter().map(str::to_owned).collect()))
        .collect();
    assert_eq!(found, expected);
    assert!(partitions > 170, "only {partitions} partitions");
}

/// One damage after the other to a sound partition.
#[test]
fn damage_is_found_where_it_is() {
    type Damage = fn(&mut Vec<u8>);
    let table: [(&str, Damage, Severity, &str); 8] = [
        (".log", |log| log[12] = 9, Severity::Warning, "where the epoch checkpoint has 0"),
        (".log", |log| log[106] = 1, Severity::Error, "offset 1 follows 1"),
        (".log", |log| log.truncate(100), Severity::Warning, "1 bytes at the end are no whole batch"),
        (".index", |index| index[7] ^= 1, Severity::Error, "no batch begins at byte 98 of the log"),
        (".index", |index| index[3] = 1, Severity::Error, "the batch at byte 99 ends at offset 4"),
        (".timeindex", |index| index[7] ^= 1, Severity::Error, "the largest timestamp up to there is"),
        (".txnindex", |index| index.truncate(34), Severity::Error, "aborted transaction of producer"),
        (".txnindex", |index| index[17] += 1, Severity::Error, "begins at 5, the index says 6"),
    ];
    let case = Case::open("transactions");
    let source = case.path().join("txn-0");
    for (suffix, damage, severity, reason) in table {
        let file = format!("00000000000000000000{suffix}");
        let copy = tempfile::tempdir().unwrap();
        let dir = copy.path().join("txn-0");
        fs::create_dir(&dir).unwrap();
        for entry in fs::read_dir(&source).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), dir.join(entry.file_name())).unwrap();
        }
        let mut bytes = fs::read(dir.join(&file)).unwrap();
        damage(&mut bytes);
        fs::write(dir.join(&file), bytes).unwrap();
        let findings = verify(&PartitionFiles::read(&dir).unwrap()).unwrap();
        let is_it = |finding: &&Finding| finding.file.ends_with(&file) && finding.reason.contains(reason);
        let found = findings.iter().find(is_it).map(|finding| finding.severity);
        assert_eq!(found, Some(severity), "{file}, {reason}: {findings:#?}");
    }
}

fn describe(finding: &Finding) -> String {
    let Finding { severity, file, position, offset, reason } = finding;
    let file = file.file_name().unwrap().to_str().unwrap();
    let position = position.map_or("-".to_owned(), |position| position.to_string());
    let offset = offset.map_or("-".to_owned(), |offset| offset.to_string());
    format!("{severity} {file} {position} {offset}: {reason}")
}
