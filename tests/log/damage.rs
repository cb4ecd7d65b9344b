//! Damaged files: an index, snapshot or checkpoint is rebuilt or refused, a log is cut, and never is a record served
//! that nobody wrote.

use std::collections::HashSet;
use std::sync::Arc;

use kafkactl_core::log::checkpoint::{CleanShutdown, MetaProperties, OffsetCheckpoint};
use kafkactl_core::log::checkpoint::{read_epochs, read_offsets, read_topic_id};
use kafkactl_core::log::dir::{Dir, MemoryDisk, OpenMode};
use kafkactl_core::log::{Log, LogDir, LogError, TimeQuery};
use kafkactl_core::names::Offset;
use kafkactl_core::record::batches;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::crash::{Player, config, partition, shared};
use crate::read::bytes_of;

const ROUNDS: usize = 3_000;

/// One file of a log that was closed cleanly is damaged; then the log is opened, read and, in between, closed again.
#[test]
fn no_damage_makes_a_wrong_record() {
    let seed =
        std::env::var("DAMAGE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
    println!("DAMAGE_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut player = Player::new();
    (0..150).for_each(|_| player.act(&mut random));
    player.restart();
    let written: HashSet<Vec<u8>> =
        player.state.batches.iter().map(|stored| stored.bytes[16..].to_vec()).collect();
    let mut contents = player.disk.contents();
    contents.insert(CleanShutdown::FILE.to_owned(), b"{\"version\":0,\"brokerEpoch\":1}".to_vec());

    let (mut refused, mut read) = (0, 0);
    for round in 0..ROUNDS {
        let mut damaged = contents.clone();
        let is_clean = round % 2 == 0;
        if !is_clean {
            damaged.remove(CleanShutdown::FILE);
            damaged.insert(OffsetCheckpoint::RecoveryPoint.file_name().to_owned(), Vec::new());
        }
        // A clean start does not look at the records, as Kafka's does not: the readers check them.
        let files: Vec<_> =
            damaged.keys().filter(|name| !(is_clean && name.ends_with(".log"))).cloned().collect();
        let name = &files[random.random_range(0..files.len())];
        let what = format!(
            "DAMAGE_SEED={seed} round {round} {name}, {}",
            damage(damaged.get_mut(name).unwrap(), &mut random)
        );
        match read_back(&MemoryDisk::with_contents(damaged)) {
            Ok(found) => {
                for bytes in found {
                    // Neither offset nor leader epoch is under the checksum.
                    assert!(written.contains(&bytes[16..]), "{what}: a record nobody wrote");
                }
                read += 1;
            }
            Err(LogError::Corrupt { .. } | LogError::Foreign { .. }) => refused += 1,
            Err(error) => panic!("{what}: {error}"),
        }
    }
    println!("{read} read, {refused} refused");
    assert!(read > ROUNDS / 2, "only {read} of {ROUNDS} could be read");
}

fn damage(bytes: &mut Vec<u8>, random: &mut StdRng) -> String {
    match random.random_range(0..5) {
        0 if !bytes.is_empty() => {
            let at = random.random_range(0..bytes.len());
            bytes[at] ^= 1 << random.random_range(0..8);
            format!("a bit of byte {at} flipped")
        }
        1 if !bytes.is_empty() => {
            bytes.truncate(random.random_range(0..bytes.len()));
            format!("cut to {}", bytes.len())
        }
        2 => {
            let zeros = random.random_range(1..200);
            bytes.resize(bytes.len() + zeros, 0);
            format!("{zeros} zeros added")
        }
        3 => {
            let more: Vec<u8> = (0..random.random_range(1..200)).map(|_| random.random()).collect();
            bytes.extend(&more);
            format!("{} random bytes added", more.len())
        }
        _ => {
            bytes.iter_mut().for_each(|byte| *byte = random.random());
            "all bytes random".to_owned()
        }
    }
}

fn read_back(disk: &MemoryDisk) -> Result<Vec<Vec<u8>>, LogError> {
    let log_dir = LogDir::open(disk.root())?;
    let options = log_dir.open_options(&partition(), 2_000_000);
    let (mut log, _) = Log::open(log_dir.partition(&partition())?, config(), &shared(), options)?;
    let mut found = Vec::new();
    let (mut from, end) = (log.start_offset(), log.end_offset());
    while from < end {
        let slice = log.read(from, 200, end, true)?;
        let bytes = bytes_of(&slice.bytes);
        if bytes.is_empty() {
            break;
        }
        for batch in batches(&bytes) {
            let batch = batch.unwrap();
            from = batch.header().next_offset();
            found.push(batch.bytes().to_vec());
        }
        log.aborted_transactions(from, &slice)?;
    }
    for at_ms in [0, 1_000_500, i64::MAX] {
        log.find_by_time(TimeQuery::AtOrAfter(at_ms))?;
    }
    log.find_by_time(TimeQuery::Latest)?;
    log.close()?;
    Ok(found)
}

/// Damaged indexes are found out, and gone after the next start.
#[test]
fn indexes_are_built_anew() {
    let mut random = StdRng::seed_from_u64(7);
    let mut player = Player::new();
    (0..100).for_each(|_| player.act(&mut random));
    player.restart();
    let mut contents = player.disk.contents();
    let intact = contents.clone();
    contents.insert(CleanShutdown::FILE.to_owned(), Vec::new());
    let is_used = |name: &&String| name.ends_with(".index") && !intact[*name].is_empty();
    for name in intact.keys().filter(is_used) {
        let mut damaged = contents.clone();
        for entry in damaged.get_mut(name).unwrap().chunks_exact_mut(8) {
            entry[7] ^= 3;
        }
        let disk = MemoryDisk::with_contents(damaged.clone());
        assert!(!read_back(&disk).unwrap().is_empty());
        disk.root().open(CleanShutdown::FILE, OpenMode::Create).unwrap();
        read_back(&disk).unwrap();
        let rebuilt = &disk.contents()[name];
        assert!(!rebuilt.is_empty() && rebuilt != &damaged[name], "{name} is as damaged as before");
    }
}

fn dir_with(name: &str, bytes: &[u8]) -> Arc<dyn Dir> {
    let disk = MemoryDisk::default();
    disk.root().open(name, OpenMode::Create).unwrap().write_all_at(bytes, 0).unwrap();
    disk.root()
}

proptest! {
    /// No bytes make the readers of small files panic, or read other than what they would write.
    #[test]
    fn small_files_read_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..100), text in "(0\n)?[0-9 a-z:_=\n.-]{0,60}") {
        for content in [&bytes[..], text.as_bytes()] {
            for checkpoint in OffsetCheckpoint::ALL {
                let _ = read_offsets(&*dir_with(checkpoint.file_name(), content), checkpoint);
            }
            let _ = read_topic_id(&*dir_with("partition.metadata", content));
            let _ = MetaProperties::read(&*dir_with("meta.properties", content));
            let _ = CleanShutdown::read(&*dir_with(CleanShutdown::FILE, content));
            if let Ok(epochs) = read_epochs(&*dir_with("leader-epoch-checkpoint", content)) {
                prop_assert!(epochs.iter().all(|entry| entry.epoch.0 >= 0 && entry.start_offset >= Offset(0)));
            }
        }
    }
}
