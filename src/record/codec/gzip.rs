use std::io::{Read, Write};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

use super::Failure;

const MEMBER_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// As Java's reader: members may follow one another, and anything else after a member is left alone.
pub(super) fn decompress(input: &[u8], output: &mut Vec<u8>, output_bytes_max: usize) -> Result<(), Failure> {
    let output_end_max = output.len().saturating_add(output_bytes_max);
    let mut rest = input;
    loop {
        // One byte more than allowed tells "too large" from "just fits".
        let room_bytes = (output_end_max - output.len()).saturating_add(1);
        GzDecoder::new(&mut rest).take(room_bytes as u64).read_to_end(output).map_err(Failure::damaged)?;
        if output.len() > output_end_max {
            return Err(Failure::TooLarge);
        }
        if !rest.starts_with(&MEMBER_MAGIC) {
            return Ok(());
        }
    }
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
