use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use kafkactl_core::log::inspect::{
    Decoder, DumpOptions, FileKind, PartitionFiles, dump_as_kafka, find_key, find_offset, find_timestamp,
    stats, summary, verify,
};
use kafkactl_core::names::Offset;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::golden;

/// Whatever the bytes of a partition are, looking at them ends, and ends without a panic.
#[test]
fn damaged_files_never_panic() {
    let given = std::env::var("KAFKACTL_TEST_SEED").ok().map(|seed| seed.parse().expect("a number"));
    let seed = given.unwrap_or_else(rand::random);
    println!("KAFKACTL_TEST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    for source in [
        "transactions/txn-0",
        "plain/plain-0",
        "legacy-magic/magic1-0",
        "groups/__consumer_offsets-1",
        "config/__cluster_metadata-0",
    ] {
        let source = golden("dirs").join(source);
        let dir = folder.path().join(source.file_name().unwrap());
        fs::create_dir(&dir).unwrap();
        let files: Vec<_> = fs::read_dir(&source).unwrap().map(|entry| entry.unwrap().path()).collect();
        for file in &files {
            fs::copy(file, dir.join(file.file_name().unwrap())).unwrap();
        }
        for _ in 0..60 {
            let file = &files[random.random_range(0..files.len())];
            let target = dir.join(file.file_name().unwrap());
            let whole = fs::read(file).unwrap();
            fs::write(&target, mutated(&mut random, &whole)).unwrap();
            look_at_everything(&dir);
            fs::write(&target, whole).unwrap();
        }
    }
}

fn mutated(random: &mut StdRng, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.random_range(1..4) {
        if bytes.is_empty() {
            bytes.push(random.random());
        }
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..4) {
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.random_range(0..5)],
            2 => bytes.insert(at, random.random()),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// What comes out does not matter here, that it comes out does.
fn look_at_everything(dir: &Path) {
    let Ok(files) = PartitionFiles::read(dir) else { return };
    let _ = verify(&files);
    let _ = stats(&files);
    let _ = find_offset(&files, Offset(7));
    let _ = find_timestamp(&files, 1_700_000_000_005);
    let _ = find_key(&files, b"key-1", |_| ControlFlow::Continue(()));
    for segment in &files.segments {
        let _ = summary(segment);
    }
    let decoder = Decoder::of_partition(&files.name);
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if FileKind::of_path(&path).is_some() {
            for only_index_sanity in [false, true] {
                let options = DumpOptions { with_records: true, with_data: true, decoder, only_index_sanity };
                let _ = dump_as_kafka(&path, "shown", &options, &mut Vec::new());
            }
        }
    }
}
