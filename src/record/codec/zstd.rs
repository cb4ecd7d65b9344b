//! Zstandard. Contexts are large and slow to make, so each thread keeps one of each kind.

use std::cell::RefCell;
use std::io;

use zstd::bulk::Compressor;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};
use zstd::{DEFAULT_COMPRESSION_LEVEL, zstd_safe};

use super::Failure;

/// How much room the first output gets; it doubles from there.
const OUTPUT_STEP_BYTES: usize = 64 * 1024;

thread_local! {
    static DECODER: RefCell<Option<Decoder<'static>>> = const { RefCell::new(None) };
    static COMPRESSOR: RefCell<Option<(i32, Compressor<'static>)>> = const { RefCell::new(None) };
}

pub(super) fn decompress(input: &[u8], output: &mut Vec<u8>, output_bytes_max: usize) -> Result<(), Failure> {
    DECODER.with_borrow_mut(|kept| {
        let decoder = match kept {
            Some(decoder) => {
                decoder.reinit().map_err(Failure::damaged)?;
                decoder
            }
            None => kept.insert(Decoder::new().map_err(Failure::damaged)?),
        };
        run(decoder, input, output, output_bytes_max)
    })
}

fn run(
    decoder: &mut Decoder<'_>,
    input: &[u8],
    output: &mut Vec<u8>,
    output_bytes_max: usize,
) -> Result<(), Failure> {
    let start = output.len();
    let mut source = InBuffer::around(input);
    loop {
        let written_bytes = output.len() - start;
        if written_bytes > output_bytes_max {
            return Err(Failure::TooLarge);
        }
        // One byte more than allowed tells "too large" from "just fits".
        let room_bytes = (output_bytes_max - written_bytes).saturating_add(1);
        output.reserve(room_bytes.min(written_bytes.max(OUTPUT_STEP_BYTES)));
        let position = output.len();
        let mut sink = OutBuffer::around_pos(output, position);
        let expected_bytes = decoder.run(&mut source, &mut sink).map_err(Failure::damaged)?;
        let is_full = sink.pos() == sink.capacity();
        let input_is_used = source.pos() == input.len();
        match (input_is_used, expected_bytes) {
            (true, 0) => break,
            (true, _) if !is_full => return Err(Failure::damaged("it ends within a frame")),
            _ => {}
        }
    }
    if output.len() - start > output_bytes_max { Err(Failure::TooLarge) } else { Ok(()) }
}

pub(super) fn compress(input: &[u8], output: &mut Vec<u8>, level: Option<i32>) -> Result<(), String> {
    compress_at(input, output, level.unwrap_or(DEFAULT_COMPRESSION_LEVEL)).map_err(|error| error.to_string())
}

fn compress_at(input: &[u8], output: &mut Vec<u8>, level: i32) -> io::Result<()> {
    COMPRESSOR.with_borrow_mut(|kept| {
        let (current_level, compressor) = match kept {
            Some(kept) => kept,
            None => kept.insert((level, Compressor::new(level)?)),
        };
        if *current_level != level {
            compressor.set_compression_level(level)?;
            *current_level = level;
        }
        let start = output.len();
        output.resize(start + zstd_safe::compress_bound(input.len()), 0);
        let compressed_bytes = compressor.compress_to_buffer(input, &mut output[start..])?;
        output.truncate(start + compressed_bytes);
        Ok(())
    })
}
