//! LZ4 frames as Kafka's clients write and read them: independent blocks, 64 KiB each, no checksums of content.

use std::io::Write;

use lz4_flex::frame::{BlockMode, BlockSize, FrameDecoder, FrameEncoder, FrameInfo};

use super::{Failure, read_all};

const FRAME_MAGIC: [u8; 4] = 0x184D_2204_u32.to_le_bytes();
/// Version 1 with independent blocks: Java clients cannot read frames whose blocks depend on each other, so they
/// must not get into a log.
const FLAGS_REQUIRED: u8 = 0b0110_0000;
const FLAGS_REQUIRED_MASK: u8 = 0b1110_0000;

pub(super) fn decompress(input: &[u8], output: &mut Vec<u8>, output_bytes_max: usize) -> Result<(), Failure> {
    match input.split_first_chunk() {
        Some((&FRAME_MAGIC, [flags, ..])) if flags & FLAGS_REQUIRED_MASK == FLAGS_REQUIRED => {
            read_all(FrameDecoder::new(input), output, output_bytes_max)
        }
        Some((&FRAME_MAGIC, _)) => {
            Err(Failure::damaged("the frame is not of version 1 with independent blocks"))
        }
        _ => Err(Failure::damaged("it does not start with a frame header")),
    }
}

pub(super) fn compress(input: &[u8], output: &mut Vec<u8>) -> Result<(), String> {
    let frame = FrameInfo::new().block_mode(BlockMode::Independent).block_size(BlockSize::Max64KB);
    let mut encoder = FrameEncoder::with_frame_info(frame, output);
    encoder.write_all(input).map_err(|error| error.to_string())?;
    encoder.finish().map(|_| ()).map_err(|error| error.to_string())
}
