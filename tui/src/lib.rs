//! `kafkactl top`: the live dashboard. It sees a cluster through the client core alone.

pub mod model;
pub mod screens;
