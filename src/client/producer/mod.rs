//! Writes records: partitions them, gathers them into batches, sends them in order.

mod partitioner;
pub use partitioner::{StickyPartition, murmur2, partition_of_key};
