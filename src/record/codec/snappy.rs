//! Snappy in the framing of the Java library (xerial): a header, then blocks with a length before each. Some clients
//! send one bare block instead, which Kafka's reader takes as well.

use snap::raw::{Decoder, Encoder, decompress_len, max_compress_len};

use super::Failure;

/// Magic, version 1, oldest compatible version 1.
const HEADER: [u8; 16] = *b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01";
const MAGIC_BYTES: usize = 8;
/// The block size Kafka's clients use.
const BLOCK_BYTES: usize = 32 * 1024;
/// The densest element gives 64 bytes for 3, so nothing honest declares more than this for each byte.
const EXPANSION_MAX: usize = 22;

pub(super) fn decompress(input: &[u8], output: &mut Vec<u8>, output_bytes_max: usize) -> Result<(), Failure> {
    let output_end_max = output.len().saturating_add(output_bytes_max);
    if !input.starts_with(&HEADER[..MAGIC_BYTES]) {
        return decompress_block(input, output, output_end_max);
    }
    let mut rest = input;
    while !rest.is_empty() {
        // Streams may follow one another, each with its header.
        if rest.starts_with(&HEADER[..MAGIC_BYTES]) {
            rest = rest.get(HEADER.len()..).ok_or_else(cut_short)?;
            continue;
        }
        let (length, after) = rest.split_first_chunk().ok_or_else(cut_short)?;
        let (block, after) =
            after.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or_else(cut_short)?;
        decompress_block(block, output, output_end_max)?;
        rest = after;
    }
    Ok(())
}

fn decompress_block(block: &[u8], output: &mut Vec<u8>, output_end_max: usize) -> Result<(), Failure> {
    let start = output.len();
    let declared_bytes = decompress_len(block).map_err(Failure::damaged)?;
    if declared_bytes > block.len().saturating_mul(EXPANSION_MAX) {
        return Err(Failure::damaged("a block declares more than it can hold"));
    }
    if declared_bytes > output_end_max - start {
        return Err(Failure::TooLarge);
    }
    output.resize(start + declared_bytes, 0);
    Decoder::new().decompress(block, &mut output[start..]).map_err(Failure::damaged)?;
    Ok(())
}

pub(super) fn compress(input: &[u8], output: &mut Vec<u8>) -> Result<(), String> {
    output.extend_from_slice(&HEADER);
    let mut encoder = Encoder::new();
    for block in input.chunks(BLOCK_BYTES) {
        let length_at = output.len();
        let block_at = length_at + 4;
        output.resize(block_at + max_compress_len(block.len()), 0);
        let block_bytes =
            encoder.compress(block, &mut output[block_at..]).map_err(|error| error.to_string())?;
        output.truncate(block_at + block_bytes);
        output[length_at..block_at].copy_from_slice(&(block_bytes as u32).to_be_bytes());
    }
    Ok(())
}

fn cut_short() -> Failure {
    Failure::damaged("it ends within a block")
}
