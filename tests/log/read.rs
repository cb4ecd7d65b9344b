//! What tests read out of a log.

use kafkactl_core::log::SliceBytes;
use kafkactl_core::record::{Batch, ControlType};

pub fn bytes_of(bytes: &SliceBytes) -> Vec<u8> {
    match bytes {
        SliceBytes::Empty => Vec::new(),
        SliceBytes::Memory(batches) => batches.concat(),
        SliceBytes::File { file, position, size_bytes } => {
            let mut bytes = vec![0; *size_bytes];
            file.read_exact_at(&mut bytes, *position).unwrap();
            bytes
        }
    }
}

pub fn is_abort(batch: &Batch<'_>) -> bool {
    let records = batch.records(1 << 20).unwrap();
    let record = records.iter().next();
    record.is_some_and(|record| ControlType::of_key(record.unwrap().key).unwrap() == Some(ControlType::Abort))
}
