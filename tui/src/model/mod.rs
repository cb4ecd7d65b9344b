//! What is known and what is shown, as plain values; no clock, no socket, no terminal.

mod apply;
pub mod cluster;
pub mod event;
pub mod filter;
pub mod grid;
pub mod lag;
pub mod ring;
pub mod snapshot;
