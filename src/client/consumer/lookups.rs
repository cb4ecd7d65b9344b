//! What the machine makes of offsets that were looked up: committed ones, those of reset rules, ends of epochs.

use std::time::Instant;

use super::StartAt;
use super::machine::Machine;
use super::partition::{Partition, Phase};
use crate::client::ClientError;
use crate::client::admin::{CommittedOffset, EpochEnd, ListedOffset, OffsetSpec};
use crate::names::{LeaderEpoch, Offset, TopicPartition};
use crate::wire::ErrorCode;

impl Machine {
    pub fn committed_found(
        &mut self,
        now: Instant,
        partition: &TopicPartition,
        token: u64,
        found: Result<Option<CommittedOffset>, ClientError>,
        random: f64,
    ) {
        let Some(state) = self.asked(partition, token, |phase| phase == Phase::AwaitCommitted) else {
            return;
        };
        match found {
            Ok(Some(committed)) => state.move_to(committed.offset, committed.leader_epoch),
            Ok(None) => self.reset(partition),
            Err(error) => self.lookup_failed(now, partition, error, random),
        }
    }

    pub fn reset_found(
        &mut self,
        now: Instant,
        partition: &TopicPartition,
        token: u64,
        found: Result<ListedOffset, ClientError>,
        random: f64,
    ) {
        let Some(state) = self.asked(partition, token, |phase| matches!(phase, Phase::AwaitReset(_))) else {
            return;
        };
        match found {
            Ok(ListedOffset { offset: Some(offset), leader_epoch, .. }) => {
                state.move_to(offset, leader_epoch);
                state.valid_under = leader_epoch;
            }
            // No record that late: go on with what comes.
            Ok(ListedOffset { offset: None, .. }) if state.phase != Phase::AwaitReset(OffsetSpec::Latest) => {
                state.phase = Phase::AwaitReset(OffsetSpec::Latest);
            }
            Ok(ListedOffset { offset: None, .. }) => {
                let error =
                    ClientError::refused(format!("end of {partition}"), ErrorCode::OffsetNotAvailable, None);
                self.lookup_failed(now, partition, error, random);
            }
            Err(error) => self.lookup_failed(now, partition, error, random),
        }
    }

    /// `asked_under` is the leader epoch when the question was asked.
    pub fn validated(
        &mut self,
        now: Instant,
        partition: &TopicPartition,
        token: u64,
        asked_under: LeaderEpoch,
        found: Result<EpochEnd, ClientError>,
        random: f64,
    ) {
        let reset = self.config.reset;
        let Some(state) = self.asked(partition, token, |phase| phase == Phase::Validating) else { return };
        match found {
            // The leader knows of no such epoch: nothing can be concluded (J36).
            Ok(end) if end.leader_epoch.0 < 0 || end.end_offset.0 < 0 => state.validate(asked_under),
            Ok(end) if end.end_offset < state.fetch_at => {
                tracing::warn!(%partition, from = %state.fetch_at, to = %end.end_offset, "the log was truncated");
                match reset {
                    Some(_) => {
                        let token = self.token();
                        self.drop_ready(|ready| ready == partition);
                        if let Some(state) = self.partitions.get_mut(partition) {
                            state.token = token;
                            state.move_to(end.end_offset, end.leader_epoch);
                            state.valid_under = asked_under;
                        }
                    }
                    None => {
                        let offset = state.fetch_at;
                        self.fail(partition, offset);
                    }
                }
            }
            Ok(_) => state.validate(asked_under),
            Err(ClientError::Unsupported { .. }) => state.validate(asked_under),
            Err(error) => self.lookup_failed(now, partition, error, random),
        }
    }

    /// The state of a partition that `token`'s question was about, if it still waits for the answer.
    fn asked(
        &mut self,
        partition: &TopicPartition,
        token: u64,
        waits: impl Fn(Phase) -> bool,
    ) -> Option<&mut Partition> {
        let state = self.partitions.get_mut(partition)?;
        if state.token != token || !waits(state.phase) {
            return None;
        }
        state.attempt.is_out = false;
        Some(state)
    }

    fn lookup_failed(&mut self, now: Instant, partition: &TopicPartition, error: ClientError, random: f64) {
        let Some(state) = self.partitions.get_mut(partition) else { return };
        state.attempt.failed(now, random);
        // A deadline comes after many tries: the reader should hear of it.
        if !error.is_retriable() {
            self.tell(error);
        }
    }

    /// By the rule for offsets that do not exist.
    pub(super) fn reset(&mut self, partition: &TopicPartition) {
        let token = self.token();
        let reset = self.config.reset;
        let Some(state) = self.partitions.get_mut(partition) else { return };
        match reset {
            Some(spec) => {
                *state = Partition {
                    paused: state.paused,
                    marks: state.marks,
                    ..Partition::starting_at(StartAt::Spec(spec), token)
                };
                self.drop_ready(|ready| ready == partition);
            }
            None => {
                let offset = state.fetch_at;
                self.fail(partition, offset);
            }
        }
    }

    fn fail(&mut self, partition: &TopicPartition, offset: Offset) {
        if let Some(state) = self.partitions.get_mut(partition) {
            state.phase = Phase::Failed;
        }
        let error = ClientError::NoResetPolicy { partition: partition.clone(), offset: offset.0 };
        self.tell(error);
    }
}
