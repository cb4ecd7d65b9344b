use std::io::Write;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::{Failure, read_all};

pub(super) fn decompress(input: &[u8], output: &mut Vec<u8>, output_bytes_max: usize) -> Result<(), Failure> {
    read_all(MultiGzDecoder::new(input), output, output_bytes_max)
}

/// Levels 1 to 9; -1 is the default, as in Java's `Deflater`.
pub(super) fn compress(input: &[u8], output: &mut Vec<u8>, level: Option<i32>) -> Result<(), String> {
    let level = match level {
        None | Some(-1) => Compression::default(),
        Some(level @ 1..=9) => Compression::new(level as u32),
        Some(level) => return Err(format!("level {level} is not -1 or 1 to 9")),
    };
    let mut encoder = GzEncoder::new(output, level);
    encoder.write_all(input).and_then(|()| encoder.finish()).map(|_| ()).map_err(|error| error.to_string())
}
