//! `leader-epoch-checkpoint`: which leader epoch started at which offset (`LeaderEpochCheckpointFile`).

use std::fmt;

use super::super::dir::Dir;
use super::super::error::Result;
use super::{number, read_lines, write_lines};
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

pub fn write_epochs(dir: &dyn Dir, epochs: &[EpochStart]) -> Result<()> {
    write_lines(dir, EPOCHS_FILE, epochs)
}
