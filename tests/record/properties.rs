use kafkactl_core::names::{Offset, ProducerEpoch, ProducerId};
use kafkactl_core::record::validate::{ProduceRules, only_batch, validate_produce};
use kafkactl_core::record::{
    Batch, BatchBuilder, BatchFields, Codec, Compression, RecordError, batches, record_bytes, stamp,
};
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

use super::allocation::peak_bytes;
use super::{golden_lines, hex};

const OUTPUT_BYTES_MAX: usize = 1 << 20;
/// Beside its output a decoder may hold its own tables and one block of 4 MiB.
const ALLOCATION_BYTES_MAX: usize = 4 * OUTPUT_BYTES_MAX + (5 << 20);

/// A generator whose seed is printed, and can be given again in `KAFKACTL_TEST_SEED`.
fn random() -> StdRng {
    let given = std::env::var("KAFKACTL_TEST_SEED").ok().map(|seed| seed.parse().expect("a number"));
    let seed = given.unwrap_or_else(rand::random);
    println!("KAFKACTL_TEST_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

type Nullable = Option<Vec<u8>>;

#[derive(Debug, PartialEq)]
struct OwnedRecord {
    timestamp_ms: i64,
    key: Nullable,
    value: Nullable,
    headers: Vec<(Vec<u8>, Nullable)>,
}

impl OwnedRecord {
    fn draw(random: &mut StdRng) -> Self {
        let headers =
            (0..random.random_range(0..3)).map(|_| (draw_bytes(random, 9), draw_nullable(random, 20)));
        Self {
            headers: headers.collect(),
            timestamp_ms: random.random_range(-1..i64::MAX / 4),
            key: draw_nullable(random, 40),
            value: draw_nullable(random, 3000),
        }
    }
}

fn draw_nullable(random: &mut StdRng, bytes_max: usize) -> Nullable {
    random.random_bool(0.8).then(|| draw_bytes(random, bytes_max))
}

fn draw_bytes(random: &mut StdRng, bytes_max: usize) -> Vec<u8> {
    let mut bytes = vec![0; random.random_range(0..=bytes_max)];
    // Half of it compresses.
    let half = bytes.len() / 2;
    random.fill_bytes(&mut bytes[half..]);
    bytes
}

#[test]
fn what_is_built_reads_back() {
    let mut random = random();
    for round in 0..200 {
        let codec = Codec::ALL[round % Codec::ALL.len()];
        let fields = BatchFields {
            base_offset: Offset(random.random_range(0..1 << 40)),
            compression: Compression::from(codec),
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(1),
            base_sequence: i32::MAX - 3,
            ..BatchFields::default()
        };
        let records: Vec<_> =
            (0..random.random_range(1..40)).map(|_| OwnedRecord::draw(&mut random)).collect();
        let mut builder = BatchBuilder::new(fields);
        for (index, record) in records.iter().enumerate() {
            let headers = || record.headers.iter().map(|(key, value)| (key.as_slice(), value.as_deref()));
            let size_before = builder.size_bytes();
            builder.append(record.timestamp_ms, record.key.as_deref(), record.value.as_deref(), headers());
            let delta_ms = record.timestamp_ms - records[0].timestamp_ms;
            let size = record_bytes(
                index as i32,
                delta_ms,
                record.key.as_deref(),
                record.value.as_deref(),
                headers(),
            );
            assert_eq!(builder.size_bytes() - size_before, size);
        }
        let bytes = builder.finish().unwrap();
        let batch = Batch::parse(&bytes).unwrap();
        assert!(batch.crc_is_valid());
        assert_eq!(
            batch.header().max_timestamp_ms,
            records.iter().map(|record| record.timestamp_ms).max().unwrap()
        );
        let read: Vec<_> = batch
            .records(OUTPUT_BYTES_MAX)
            .unwrap()
            .iter()
            .enumerate()
            .map(|(index, record)| {
                let record = record.unwrap();
                assert_eq!(record.offset, fields.base_offset.plus(index as i64));
                assert_eq!(i64::from(record.sequence), (i64::from(i32::MAX) - 3 + index as i64) % (1 << 31));
                let owned = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
                OwnedRecord {
                    timestamp_ms: record.timestamp_ms,
                    key: owned(record.key),
                    value: owned(record.value),
                    headers: record.headers.map(|(key, value)| (key.to_vec(), owned(value))).collect(),
                }
            })
            .collect();
        assert_eq!(read, records);
    }
}

#[test]
fn mutated_batches_never_panic_nor_allocate_beyond_the_cap() {
    let mut random = random();
    let mut samples: Vec<Vec<u8>> = golden_lines("records/batches.jsonl")
        .iter()
        .chain(&golden_lines("records/produce.jsonl"))
        .map(|line| hex(line["bytes"].as_str().unwrap()))
        .filter(|bytes| !bytes.is_empty())
        .collect();
    samples.push(random_bytes(&mut random));
    for _ in 0..8000 {
        let mut bytes = samples[random.random_range(0..samples.len())].clone();
        mutate(&mut random, &mut bytes);
        if random.random_bool(0.5) && bytes.len() > 61 {
            // Behind a checksum that fits, the damage gets further.
            stamp::checksum(&mut bytes);
        }
        let ((), peak) = peak_bytes(|| exercise(&bytes));
        assert!(peak <= ALLOCATION_BYTES_MAX, "{peak} bytes for {bytes:02x?}");
    }
}

#[test]
fn arbitrary_bytes_never_panic_nor_allocate_beyond_the_cap() {
    let mut random = random();
    for _ in 0..4000 {
        let bytes = random_bytes(&mut random);
        let ((), peak) = peak_bytes(|| {
            exercise(&bytes);
            for codec in Codec::ALL {
                let _ = codec.decompress(&bytes, &mut Vec::new(), OUTPUT_BYTES_MAX);
            }
        });
        assert!(peak <= ALLOCATION_BYTES_MAX, "{peak} bytes for {bytes:02x?}");
    }
}

fn random_bytes(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = vec![0; random.random_range(1..300)];
    random.fill_bytes(&mut bytes);
    bytes
}

fn mutate(random: &mut StdRng, bytes: &mut Vec<u8>) {
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..4) {
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.random_range(0..5)],
            2 => bytes.insert(at, random.random()),
            _ => bytes.truncate(at.max(1)),
        }
    }
}

/// Every way bytes from outside come in. What comes out does not matter here, that it comes out does.
fn exercise(bytes: &[u8]) {
    let mut scratch = Vec::new();
    for batch in batches(bytes).take(100) {
        let Ok(batch) = batch else { break };
        let _ = batch.crc_is_valid();
        if let Ok(records) = batch.records_in(&mut scratch, OUTPUT_BYTES_MAX) {
            records
                .filter_map(Result::ok)
                .for_each(|record| assert!(record.headers.count() <= bytes.len() * 1100));
        }
    }
    let rules = [None, Some(Codec::None), Some(Codec::Zstd)].map(|codec| ProduceRules {
        compression: codec.map(Compression::from),
        is_compacted: true,
        ..ProduceRules::default()
    });
    if let Ok(batch) = only_batch(bytes, 13) {
        for rules in &rules {
            let _ = validate_produce(&batch, rules, 1_700_000_000_000).map(|valid| valid.size_bytes());
        }
    }
}

#[test]
fn bombs_stop_at_the_cap() {
    let zeros = vec![0; 32 << 20];
    for codec in [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        let mut bomb = Vec::new();
        Compression::from(codec).compress(&zeros, &mut bomb).unwrap();
        let mut output = Vec::new();
        let (result, peak) = peak_bytes(|| codec.decompress(&bomb, &mut output, OUTPUT_BYTES_MAX));
        assert_eq!(result, Err(RecordError::DecompressedSize { codec, max_bytes: OUTPUT_BYTES_MAX }));
        assert!(peak <= ALLOCATION_BYTES_MAX, "{codec}: {peak} bytes");
        let mut whole = Vec::new();
        codec.decompress(&bomb, &mut whole, zeros.len()).unwrap();
        assert!(whole == zeros, "{codec}");
        let one_less = codec.decompress(&bomb, &mut Vec::new(), zeros.len() - 1);
        assert_eq!(one_less, Err(RecordError::DecompressedSize { codec, max_bytes: zeros.len() - 1 }));
    }
}

#[test]
fn declared_sizes_allocate_nothing() {
    // Snappy: a bare block, and one in a frame, that declare 4 GiB.
    let block = [0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61];
    let framed = [&b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01\0\0\0\x07"[..], &block].concat();
    // LZ4: a frame that declares 16 EiB of content in blocks of 4 MiB, and holds an empty block.
    let lz4 = [&b"\x04\x22\x4d\x18\x68\x70"[..], &[0xff; 8], b"\xdf\x01\0\0\0\0\0\0\0\0"].concat();
    // Zstandard: a single segment that declares 16 EiB.
    let zstd = [&b"\x28\xb5\x2f\xfd\xe0"[..], &[0xff; 8], b"\x01\0\0"].concat();
    for (codec, data) in
        [(Codec::Snappy, &block[..]), (Codec::Snappy, &framed), (Codec::Lz4, &lz4), (Codec::Zstd, &zstd)]
    {
        let (result, peak) = peak_bytes(|| codec.decompress(data, &mut Vec::new(), usize::MAX));
        assert!(result.is_err(), "{codec}");
        assert!(peak <= 128 << 10, "{codec}: {peak} bytes");
    }
    let mut builder = BatchBuilder::new(BatchFields::default());
    builder.append(0, None, None, []);
    let mut batch = builder.finish().unwrap();
    batch[57..61].copy_from_slice(&i32::MAX.to_be_bytes());
    let (count, peak) = peak_bytes(|| Batch::parse(&batch).unwrap().records(0).unwrap().iter().count());
    assert_eq!(count, 2, "the record, and the error that no more follow");
    assert!(peak <= 1024, "{peak} bytes");
}

#[test]
fn levels_are_those_of_kafka() {
    let text = b"abcabcabcabd".repeat(1000);
    for (codec, levels, refused) in [
        (Codec::Gzip, [-1, 1, 9], Some(10)),
        (Codec::Lz4, [1, 9, 17], None),
        (Codec::Zstd, [-131_072, 1, 22], None),
    ] {
        for level in levels {
            let compression = Compression { codec, level: Some(level) };
            let [mut compressed, mut output] = [Vec::new(), Vec::new()];
            compression.compress(&text, &mut compressed).unwrap();
            codec.decompress(&compressed, &mut output, text.len()).unwrap();
            assert!(output == text, "{codec} {level}");
        }
        let mut compressed = Vec::new();
        if let Some(level) = refused {
            assert!(Compression { codec, level: Some(level) }.compress(&text, &mut compressed).is_err());
        }
    }
}
