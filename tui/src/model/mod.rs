//! What is known and what is shown, as plain values; no clock, no socket, no terminal.

pub mod app;
mod apply;
pub mod cluster;
pub mod columns;
pub mod command;
pub mod commits;
pub mod deed;
pub mod event;
pub mod filter;
pub mod grid;
pub mod group;
pub mod keys;
pub mod lag;
pub mod layout;
mod line;
mod mouse;
pub mod ring;
mod sideways;
pub mod snapshot;
mod still;
pub mod update;
