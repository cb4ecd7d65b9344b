//! The real `kafkactl`, started as a process: exit codes, what goes to which stream, and the shape of JSON.

mod actions;
mod broker;
mod cleaning;
mod contexts;
mod demo;
mod directories;
mod exporter;
mod golden;
mod hostile;
mod journey;
mod kafkactl;
mod pty;
mod silence;
mod starting;
mod top;
mod usage;
