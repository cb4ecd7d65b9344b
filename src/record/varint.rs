//! Kafka's variable-length integers (`ByteUtils`): little-endian groups of seven bits, zigzag when signed.
//!
//! As in Kafka a 32-bit integer may take five bytes and a 64-bit one ten, and bits beyond the width are dropped.

use super::error::{RecordError, Result};

/// Takes an unsigned 32-bit integer off the front of `input`.
#[inline]
pub fn take_unsigned(input: &mut &[u8]) -> Result<u32> {
    // Nearly every length and delta in a record fits one byte.
    if let [byte @ 0..=0x7f, rest @ ..] = *input {
        *input = rest;
        return Ok(u32::from(*byte));
    }
    take_groups(input, 5).map(|value| value as u32)
}

/// Takes a zigzag 32-bit integer off the front of `input`.
#[inline]
pub fn take_i32(input: &mut &[u8]) -> Result<i32> {
    take_unsigned(input).map(|value| (value >> 1) as i32 ^ -((value & 1) as i32))
}

/// Takes a zigzag 64-bit integer off the front of `input`.
#[inline]
pub fn take_i64(input: &mut &[u8]) -> Result<i64> {
    let value = match *input {
        [byte @ 0..=0x7f, rest @ ..] => {
            *input = rest;
            u64::from(*byte)
        }
        _ => take_groups(input, 10)?,
    };
    Ok((value >> 1) as i64 ^ -((value & 1) as i64))
}

fn take_groups(input: &mut &[u8], groups_max: usize) -> Result<u64> {
    let mut value = 0;
    for (index, byte) in input.iter().take(groups_max).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            *input = &input[index + 1..];
            return Ok(value);
        }
    }
    Err(RecordError::Varint)
}

pub fn put_unsigned(output: &mut Vec<u8>, value: u32) {
    put_groups(output, u64::from(value));
}

pub fn put_i32(output: &mut Vec<u8>, value: i32) {
    put_unsigned(output, zigzag_i32(value));
}

pub fn put_i64(output: &mut Vec<u8>, value: i64) {
    put_groups(output, zigzag_i64(value));
}

fn put_groups(output: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        output.push(value as u8 | 0x80);
        value >>= 7;
    }
    output.push(value as u8);
}

/// Bytes [`put_i32`] writes for `value`.
pub fn bytes_of_i32(value: i32) -> usize {
    groups(u64::from(zigzag_i32(value)))
}

/// Bytes [`put_i64`] writes for `value`.
pub fn bytes_of_i64(value: i64) -> usize {
    groups(zigzag_i64(value))
}

fn groups(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

fn zigzag_i32(value: i32) -> u32 {
    (value << 1 ^ value >> 31) as u32
}

fn zigzag_i64(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}
