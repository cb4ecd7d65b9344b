//! Our broker serves every golden directory as Kafka serves it, and leaves it as Kafka leaves it.

use std::collections::{BTreeMap, BTreeSet};

use kafkactl_core::log::inspect::{PartitionFiles, partition_roots, verify};
use serde_json::Value;

use crate::case::{Case, files_in, golden};
use crate::node::{Advertised, Node};
use crate::seen::Viewer;
use crate::verdict::Verdicts;

/// Directories of a node that stopped in order.
const STOPPED: [&str; 15] = [
    "compacted-after",
    "compacted-before",
    "config",
    "deleted",
    "groups",
    "idempotent",
    "legacy-magic",
    "logappendtime",
    "metadata-upgrade",
    "plain",
    "retention",
    "rolled",
    "transactions",
    "transactions-v0",
    "two-log-dirs",
];

/// Directories of a node that was killed, some damaged afterwards.
const KILLED: [&str; 5] = ["unclean", "torn-cut", "torn-flip", "torn-middle", "torn-zeros"];

#[test]
fn directories_of_stopped_brokers_are_served_and_left_as_kafka_does() {
    judge("stopped", &STOPPED, |case| {
        let originals = files_in(&golden(&format!("dirs/{}", case.name)));
        let written = case.listing("files.tsv");
        let by_hash: BTreeMap<&String, &Vec<u8>> =
            written.iter().filter_map(|(path, hash)| Some((hash, originals.get(path)?))).collect();
        let after = case.listing("files-after.tsv").into_iter();
        // Of a file that Kafka changed the content is not known.
        after.map(|(path, hash)| (path, by_hash.get(&hash).map(|content| (*content).clone()))).collect()
    });
}

#[test]
fn directories_of_killed_brokers_are_served_and_left_as_kafka_does() {
    judge("killed", &KILLED, |case| {
        let recovered = files_in(&golden(&format!("dirs/{}-recovered", case.name)));
        recovered.into_iter().map(|(path, content)| (path, Some(content))).collect()
    });
}

/// Files by their paths.
type Files = BTreeMap<String, Option<Vec<u8>>>;

/// `left` is what Kafka left of a case.
fn judge(scope: &str, cases: &[&'static str], left: impl Fn(&Case) -> Files) {
    let mut verdicts = Verdicts::default();
    for name in cases {
        let case = Case::copy(name);
        let scope = format!("{scope}/{name}");
        for life in ["served", "served-again"] {
            let seen = serve(&case);
            for section in case.logical.as_object().unwrap().keys() {
                compare(&mut verdicts, &format!("{scope}/{life}/{section}"), &case.logical, &seen, section);
            }
            if life == "served" {
                compare_files(&mut verdicts, &format!("{scope}/left"), &case, left(&case));
            }
        }
        verdicts.add(format!("{scope}/sound"), sound(&case));
    }
    verdicts.settle(&format!("{scope}/"));
}

/// What a client sees while our broker runs on the directory.
fn serve(case: &Case) -> Value {
    let node = Node::start(case, Advertised::Real).unwrap();
    let seen = node.runtime.block_on(async {
        let viewer = Viewer::connect(node.address().port()).await.unwrap();
        viewer.everything(case.folder.path().to_str().unwrap()).await
    });
    node.stop();
    seen
}

/// Topics and groups one by one, everything else as a whole.
fn compare(verdicts: &mut Verdicts, scope: &str, expected: &Value, seen: &Value, section: &str) {
    let (expected, seen) = (&expected[section], &seen[section]);
    let (Some(all), true) = (expected.as_object(), ["topics", "groups"].contains(&section)) else {
        return verdicts.add(scope.to_owned(), same(expected, seen));
    };
    let also = seen.as_object().into_iter().flat_map(|seen| seen.keys());
    for name in all.keys().chain(also).collect::<BTreeSet<_>>() {
        verdicts.add(format!("{scope}/{name}"), same(&expected[name], &seen[name]));
    }
}

fn same(expected: &Value, seen: &Value) -> Result<(), String> {
    if expected == seen { Ok(()) } else { Err(format!("\n    Kafka {expected}\n    seen {seen}")) }
}

/// Files of user partitions; topics of the broker itself grow on their own, and what is marked as deleted goes when its
/// time has come.
fn compare_files(verdicts: &mut Verdicts, scope: &str, case: &Case, expected: Files) {
    let found = files_in(case.folder.path());
    let partition_of = |path: &str| {
        let (folder, file) = path.rsplit_once('/')?;
        let (topic, number) = folder.rsplit('/').next()?.rsplit_once('-')?;
        let is_current = number.parse::<u32>().is_ok() && !file.ends_with(".deleted");
        (is_current && !topic.starts_with("__")).then(|| folder.to_owned())
    };
    let paths: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    for path in paths {
        let Some(partition) = partition_of(path) else { continue };
        let outcome = match (expected.get(path), found.get(path)) {
            (None, _) => Err(format!("{path} is not there in Kafka")),
            (_, None) => Err(format!("{path} is missing")),
            (Some(Some(expected)), Some(found)) if expected != found => Err(format!(
                "{path} differs:\n    Kafka {}\n    found {}",
                expected.escape_ascii(),
                found.escape_ascii()
            )),
            (Some(_), Some(_)) => Ok(()),
        };
        verdicts.add(format!("{scope}/{partition}"), outcome);
    }
}

/// Whether our own verifier finds nothing in what was left, the broker's topics included.
fn sound(case: &Case) -> Result<(), String> {
    for dir in case.log_dirs() {
        for root in partition_roots(&dir).map_err(|error| error.to_string())? {
            let files = PartitionFiles::read(&root.path).map_err(|error| error.to_string())?;
            let findings = verify(&files).map_err(|error| error.to_string())?;
            if !findings.is_empty() {
                return Err(format!("{}: {findings:?}", root.path.display()));
            }
        }
    }
    Ok(())
}
