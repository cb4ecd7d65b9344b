//! Judges what groups have copied in transactions: every record up to where the group has come, as often and in the
//! order it was written, and nothing else.

use std::collections::{BTreeMap, HashSet};

use super::check::Finding;
use super::history::{Copies, History, original_of};

pub fn check(history: &History, findings: &mut Vec<Finding>) {
    let none = Vec::new();
    let records = |partition: i32| history.committed.get(&partition).unwrap_or(&none).as_slice();
    for copies in &history.copies {
        for partition in copies.inputs.clone() {
            let (input, output) = (records(partition), records(copies.base + partition));
            check_partition(copies, partition, input, output, findings);
        }
    }
}

fn check_partition(
    copies: &Copies,
    partition: i32,
    input: &[(i64, u64)],
    output: &[(i64, u64)],
    findings: &mut Vec<Finding>,
) {
    let read = copies.read.get(&partition).copied().unwrap_or(0);
    let into = copies.base + partition;
    let originals: HashSet<u64> = input.iter().map(|(_, value)| *value).collect();
    let expected: Vec<u64> =
        input.iter().filter(|(offset, _)| *offset < read).map(|(_, value)| *value).collect();
    let found: Vec<u64> = output.iter().map(|(_, copy)| original_of(*copy)).collect();
    let (wanted, counted) = (counts(&expected), counts(&found));
    for (&value, &count) in &counted {
        let wanted = wanted.get(&value).copied().unwrap_or(0);
        let copies = || output.iter().filter(|(_, copy)| original_of(*copy) == value);
        if !originals.contains(&value) {
            findings.push(Finding::AbortedRead { value });
        } else if wanted == 0 {
            // The record counts, and that it was read does not.
            findings.extend(copies().map(|(_, copy)| Finding::TornRead { seen: *copy, missing: value }));
        } else if count > wanted {
            let offsets = copies().map(|(offset, _)| *offset).collect();
            findings.push(Finding::Duplicate { partition: into, value, offsets });
        }
    }
    for (&value, &wanted) in &wanted {
        if counted.get(&value).copied().unwrap_or(0) < wanted {
            findings.push(Finding::LostWrite { partition: into, value });
        }
    }
    let differs = expected.iter().zip(&found).find(|(expected, found)| expected != found);
    if let Some((&earlier, &later)) = differs.filter(|_| wanted == counted) {
        findings.push(Finding::Reordered { partition: into, earlier, later });
    }
}

fn counts(values: &[u64]) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    values.iter().for_each(|value| *counts.entry(*value).or_default() += 1);
    counts
}
