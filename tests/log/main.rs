//! The log room against directories that Apache Kafka 4.3.1 wrote (`tests/golden/README.md`), and against crashes.

mod clean_crash;
mod clean_txn;
mod compaction;
mod crash;
mod damage;
mod directories;
mod failing;
mod golden;
#[path = "../support/logical.rs"]
mod logical;
mod read;
mod reading;
mod replay;
mod sequences;
mod succession;
