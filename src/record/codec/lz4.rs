//! LZ4 frames as Kafka's clients write and read them (`Lz4BlockInputStream`): independent blocks, checksums of content
//! not looked at, bytes after the end left alone.
//!
//! The frame is read here and only its blocks by the library, whose own frame reader takes a frame that is cut
//! between two blocks for a whole one.

use std::io::Write;

use lz4_flex::block;
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
use twox_hash::XxHash32;

use super::Failure;

const FRAME_MAGIC: [u8; 4] = 0x184D_2204_u32.to_le_bytes();
/// Version 1 with independent blocks, no dictionary: Java clients cannot read anything else, so nothing else must get
/// into a log.
const FLAGS_REQUIRED: u8 = 0b0110_0000;
const FLAGS_REQUIRED_MASK: u8 = 0b1110_0011;
const FLAG_BLOCK_CHECKSUM: u8 = 0b0001_0000;
const FLAG_CONTENT_SIZE: u8 = 0b0000_1000;
const BLOCK_IS_PLAIN: u32 = 1 << 31;
/// No block expands more than this for each of its bytes.
const EXPANSION_MAX: usize = 255;

/// Whether the frame's header checksum can be relied on. Kafka before 0.10 computed it over too many bytes
/// (KAFKA-3160), so readers of magic 0 ignore it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::record) enum HeaderChecksum {
    Check,
    Ignore,
}

pub(super) fn decompress(
    input: &[u8],
    output: &mut Vec<u8>,
    output_bytes_max: usize,
    header_checksum: HeaderChecksum,
) -> Result<(), Failure> {
    let mut rest = input;
    let frame = Frame::take(&mut rest, header_checksum)?;
    let start = output.len();
    loop {
        let word = u32::from_le_bytes(take(&mut rest)?);
        if word == 0 {
            return Ok(());
        }
        let block_bytes = (word & !BLOCK_IS_PLAIN) as usize;
        if block_bytes > frame.block_bytes_max {
            return Err(Failure::damaged("a block is larger than its frame allows"));
        }
        let (block, after) = rest.split_at_checked(block_bytes).ok_or_else(cut_short)?;
        rest = after;
        if frame.has_block_checksums && u32::from_le_bytes(take(&mut rest)?) != XxHash32::oneshot(0, block) {
            return Err(Failure::damaged("the checksum of a block differs"));
        }
        if word & BLOCK_IS_PLAIN != 0 {
            output.extend_from_slice(block);
        } else {
            decompress_block(block, output, frame.block_bytes_max)?;
        }
        if output.len() - start > output_bytes_max {
            return Err(Failure::TooLarge);
        }
    }
}

fn decompress_block(block: &[u8], output: &mut Vec<u8>, block_bytes_max: usize) -> Result<(), Failure> {
    let start = output.len();
    output.resize(start + block_bytes_max.min(block.len() * EXPANSION_MAX), 0);
    let written_bytes = block::decompress_into(block, &mut output[start..]).map_err(Failure::damaged)?;
    output.truncate(start + written_bytes);
    Ok(())
}

/// What a frame's header says.
struct Frame {
    block_bytes_max: usize,
    has_block_checksums: bool,
}

impl Frame {
    fn take(rest: &mut &[u8], header_checksum: HeaderChecksum) -> Result<Self, Failure> {
        if take(rest)? != FRAME_MAGIC {
            return Err(Failure::damaged("it does not start with a frame header"));
        }
        let descriptor = *rest;
        let [flags, block_size] = take(rest)?;
        if flags & FLAGS_REQUIRED_MASK != FLAGS_REQUIRED {
            return Err(Failure::damaged("the frame is not of version 1 with independent blocks"));
        }
        // 4 to 7 stand for 64 KiB, 256 KiB, 1 MiB, 4 MiB; no other bit is in use.
        let block_bytes_max = match (block_size >> 4, block_size & 0x0f) {
            (power @ 4..=7, 0) => 1 << (8 + 2 * power),
            _ => return Err(Failure::damaged("the frame's block size is unknown")),
        };
        if flags & FLAG_CONTENT_SIZE != 0 {
            let _content_size: [u8; 8] = take(rest)?;
        }
        let computed = XxHash32::oneshot(0, &descriptor[..descriptor.len() - rest.len()]);
        let [stored] = take(rest)?;
        if header_checksum == HeaderChecksum::Check && stored != (computed >> 8) as u8 {
            return Err(Failure::damaged("the checksum of the frame header differs"));
        }
        Ok(Self { block_bytes_max, has_block_checksums: flags & FLAG_BLOCK_CHECKSUM != 0 })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Failure> {
    let (taken, after) = rest.split_first_chunk().ok_or_else(cut_short)?;
    *rest = after;
    Ok(*taken)
}

fn cut_short() -> Failure {
    Failure::damaged("it ends within the frame")
}

pub(super) fn compress(input: &[u8], output: &mut Vec<u8>) -> Result<(), String> {
    let frame = FrameInfo::new().block_mode(BlockMode::Independent).block_size(BlockSize::Max64KB);
    let mut encoder = FrameEncoder::with_frame_info(frame, output);
    encoder.write_all(input).map_err(|error| error.to_string())?;
    encoder.finish().map(|_| ()).map_err(|error| error.to_string())
}
