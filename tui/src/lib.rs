//! `kafkactl top`: the live dashboard. It sees a cluster through the client core alone.

pub mod demo;
pub mod draw;
pub mod model;
pub mod sample;
pub mod screens;
pub mod theme;
