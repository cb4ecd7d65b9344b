//! `leader-epoch-checkpoint`: which leader epoch started at which offset (`LeaderEpochCheckpointFile`).

use std::fmt;

use super::super::dir::{Dir, place_file};
use super::super::error::{Context, Result};
use super::{lines_of, number, read_lines};
use crate::names::{LeaderEpoch, Offset};

pub const EPOCHS_FILE: &str = "leader-epoch-checkpoint";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochStart {
    pub epoch: LeaderEpoch,
    pub start_offset: Offset,
}

impl fmt::Display for EpochStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.epoch, self.start_offset)
    }
}

pub fn read_epochs(dir: &dyn Dir) -> Result<Vec<EpochStart>> {
    read_lines(dir, EPOCHS_FILE, |line| {
        let mut words = line.split(' ');
        let (epoch, start) = (number::<i32>(words.next())?, number::<i64>(words.next())?);
        (epoch >= 0 && start >= 0 && words.next().is_none())
            .then_some(EpochStart { epoch: LeaderEpoch(epoch), start_offset: Offset(start) })
    })
}

/// Replaces the file without waiting for the disk.
pub(crate) fn write_epochs_unsynced(dir: &dyn Dir, epochs: &[EpochStart]) -> Result<()> {
    let text = lines_of(epochs);
    place_file(dir, EPOCHS_FILE, text.as_bytes()).context("replace", EPOCHS_FILE, dir)
}
