//! How a move ends that does not bring the replica to its destination.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kafkactl_core::log::delete_dir_name;
use kafkactl_core::names::Uuid;
use tracing::{error, warn};

use super::copying::MoveError;
use super::hosted::Partitions;
use super::moving::{ASSIGN_PAUSE, Assign, Job};
use super::relocation::Progress;
use super::unlinks::Doomed;

impl Partitions {
    /// Calls off a move that cannot go on. Says whether there is another step. Where a disk has failed the copy stays:
    /// it may be all that is left of the replica.
    pub(super) fn give_up(&self, job: &mut Job, error: &MoveError, assign: &Assign) -> bool {
        error!(partition = %job.partition.id, to = %job.plan.to.path.display(), %error, "a move is given up");
        match error {
            MoveError::Copy(error) => job.plan.to.note(error),
            MoveError::Source(error) => job.partition.data_dir().note(error),
            MoveError::Records(_) | MoveError::Refusing(_) => {}
        }
        let Progress { is_hosted, source_has_failed, destination_has_failed, .. } = job.progress();
        if source_has_failed && is_hosted || destination_has_failed {
            self.leave(job, assign);
            return false;
        }
        self.discard(job, assign)
    }

    /// Leaves the copy to the next start: closed, if its directory is one that a clean stop vouches for.
    pub(super) fn leave(&self, job: &mut Job, assign: &Assign) {
        warn!(partition = %job.partition.id, to = %job.plan.to.path.display(), "a move ends: a directory has failed");
        if job.plan.to.health.has_failed() {
            job.copy = None;
            job.partition.end_move(&job.plan);
        } else {
            job.close();
            // The checkpoints of the destination speak of the copy as long as the move is not over.
            job.partition.moving.lock().get_or_insert_with(|| Arc::clone(&job.plan));
        }
        self.assign_back(job, assign);
    }

    /// Removes the copy; the replica stays where it is. Not before the metadata log says so: of a disk that is gone
    /// nobody could tell any more that the replica lies there. Says whether there is another step.
    pub(super) fn discard(&self, job: &mut Job, assign: &Assign) -> bool {
        job.partition.end_move(&job.plan);
        if !self.assign_back(job, assign) {
            job.is_caught_up = false;
            self.moves.pause(ASSIGN_PAUSE);
            return true;
        }
        let Job { partition, plan, copy, .. } = job;
        drop(copy.take());
        let name = delete_dir_name(&partition.id, Uuid::from_u128(rand::random()));
        // Fails where the copy was not even begun.
        if plan.to.dir.rename(&plan.name, &name).is_ok() {
            self.unlinks.add(0, Doomed::Dir { data_dir: Arc::clone(&plan.to), name });
        }
        false
    }

    /// Has the metadata log say again where the replica lies, unless it cannot say otherwise, or that is of no account.
    /// Says whether nothing is left to do about it.
    fn assign_back(&self, Job { partition, plan, .. }: &Job, assign: &Assign) -> bool {
        let lies_in = partition.data_dir();
        if !plan.may_be_named.load(Ordering::Relaxed) || partition.is_retired() {
            return true;
        }
        if lies_in.health.has_failed() {
            return false;
        }
        match assign(partition.topic_id, partition.id.partition, lies_in.id) {
            Ok(()) => plan.may_be_named.store(false, Ordering::Relaxed),
            Err(reason) => {
                warn!(partition = %partition.id, reason, "the metadata log says that the replica lies where it does not");
                return false;
            }
        }
        true
    }
}
