//! Our broker serves directories that Apache Kafka 4.3.1 left, and is judged by what Kafka answered and left behind
//! when it served them (`tests/golden/README.md`).

#[path = "../../../tests/support/case.rs"]
mod case;
mod directories;
mod live;
#[path = "../../../tests/support/logical.rs"]
mod logical;
mod message_json;
mod node;
#[allow(dead_code)] // only what reads the definitions is needed
#[path = "../../../build/notation.rs"]
mod notation;
mod seen;
mod verdict;
