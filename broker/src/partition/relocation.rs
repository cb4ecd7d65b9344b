//! What becomes of a wish to move a replica to another data directory, and what a move does next (KIP-113, KIP-858).
//! Pure: what is known is an argument.

use kafkactl_core::names::TopicPartition;
use kafkactl_core::wire::ErrorCode;

/// Longest name of a file system's entry.
const NAME_BYTES_MAX: usize = 255;
/// What follows the partition in the name of a copy's directory: a dot, an id, `-future`.
const FUTURE_SUFFIX_BYTES: usize = 1 + 32 + 7;

/// The directory a replica is to be moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// None of this broker's.
    Unknown,
    Failed,
    /// It gets no new replicas (KIP-1066).
    Cordoned,
    Usable,
}

/// Where the replica is, seen from its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is no such partition.
    Unknown,
    /// The partition has no replica here, or none yet.
    Absent,
    /// Its log cannot be used.
    Offline,
    /// In the destination, perhaps about to leave it.
    There { is_leaving: bool },
    /// In another directory, perhaps on its way.
    Elsewhere { is_coming: bool },
}

/// What is done about a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It is so already, or about to be.
    Nothing,
    /// The move under way ends; the replica stays.
    Stay,
    /// A move begins, in place of any other.
    Begin,
    Refuse(ErrorCode),
    /// As above, but should a replica be made here later, it is made there.
    Remember(ErrorCode),
}

/// Rules in the order in which Kafka does (`ReplicaManager.alterReplicaLogDirs`).
pub(super) fn rule(
    partition: &TopicPartition,
    destination: Destination,
    standing: Standing,
    has_failed_dirs: bool,
) -> Ruling {
    if partition.to_string().len() + FUTURE_SUFFIX_BYTES > NAME_BYTES_MAX {
        return Ruling::Refuse(ErrorCode::InvalidTopicException);
    }
    match destination {
        Destination::Unknown => return Ruling::Refuse(ErrorCode::LogDirNotFound),
        Destination::Failed => return Ruling::Refuse(ErrorCode::KafkaStorageError),
        Destination::Cordoned => return Ruling::Refuse(ErrorCode::InvalidReplicaAssignment),
        Destination::Usable => {}
    }
    match standing {
        Standing::Unknown => Ruling::Remember(ErrorCode::UnknownTopicOrPartition),
        Standing::Absent => Ruling::Remember(ErrorCode::ReplicaNotAvailable),
        Standing::Offline => Ruling::Refuse(ErrorCode::KafkaStorageError),
        Standing::There { is_leaving: true } => Ruling::Stay,
        Standing::There { .. } | Standing::Elsewhere { is_coming: true } => Ruling::Nothing,
        // A copy begun earlier may lie in the directory that has failed.
        Standing::Elsewhere { .. } if has_failed_dirs => Ruling::Refuse(ErrorCode::KafkaStorageError),
        Standing::Elsewhere { .. } => Ruling::Begin,
    }
}

/// How a move stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    /// Nobody has called it off, and the replica is still hosted.
    pub is_wanted: bool,
    pub is_hosted: bool,
    pub source_has_failed: bool,
    pub destination_has_failed: bool,
    pub is_open: bool,
    /// The copy held all there was when it was last appended to.
    pub is_caught_up: bool,
    /// The metadata log says that the replica lies in the destination.
    pub is_assigned: bool,
    /// The metadata log may say so.
    pub may_be_named: bool,
}

/// What a move does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The copy goes, the replica stays where it is.
    Discard,
    /// Nothing can be done, or undone, on the disk: the next start decides.
    Leave,
    Open,
    Copy,
    /// Has the metadata log say where the replica will lie. Before it lies there: of two directories the next start
    /// takes that one, and never makes an empty replica elsewhere.
    Assign,
    /// What is missing is copied under the lock, then the copy takes the replica's place.
    Swap,
}

pub(super) fn next_step(progress: Progress) -> Step {
    let Progress { is_wanted, is_open, is_caught_up, is_assigned, .. } = progress;
    // Where the metadata names the destination, the next start without the disk that failed needs the copy.
    let copy_may_be_needed = is_wanted || progress.is_hosted && progress.may_be_named;
    if progress.destination_has_failed || progress.source_has_failed && copy_may_be_needed {
        return Step::Leave;
    }
    match (is_wanted, is_open, is_caught_up, is_assigned) {
        (false, ..) => Step::Discard,
        (true, false, ..) => Step::Open,
        (true, true, false, _) => Step::Copy,
        (true, true, true, false) => Step::Assign,
        (true, true, true, true) => Step::Swap,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_ruled_on_as_kafka_does() {
        use Destination as D;
        use Standing as S;
        let short = TopicPartition::new("t", 0);
        let long = TopicPartition::new("t".repeat(214).as_str(), 0);
        let refuse = Ruling::Refuse;
        for (partition, destination, standing, has_failed_dirs, expected) in [
            (&long, D::Unknown, S::Unknown, false, refuse(ErrorCode::InvalidTopicException)),
            (&short, D::Unknown, S::Unknown, true, refuse(ErrorCode::LogDirNotFound)),
            (&short, D::Failed, S::There { is_leaving: false }, true, refuse(ErrorCode::KafkaStorageError)),
            (&short, D::Cordoned, S::Unknown, false, refuse(ErrorCode::InvalidReplicaAssignment)),
            (
                &short,
                D::Cordoned,
                S::There { is_leaving: true },
                true,
                refuse(ErrorCode::InvalidReplicaAssignment),
            ),
            (&short, D::Usable, S::Unknown, false, Ruling::Remember(ErrorCode::UnknownTopicOrPartition)),
            (&short, D::Usable, S::Absent, false, Ruling::Remember(ErrorCode::ReplicaNotAvailable)),
            (&short, D::Usable, S::Offline, true, refuse(ErrorCode::KafkaStorageError)),
            (&short, D::Usable, S::There { is_leaving: false }, true, Ruling::Nothing),
            (&short, D::Usable, S::There { is_leaving: true }, true, Ruling::Stay),
            (&short, D::Usable, S::Elsewhere { is_coming: true }, true, Ruling::Nothing),
            (
                &short,
                D::Usable,
                S::Elsewhere { is_coming: false },
                true,
                refuse(ErrorCode::KafkaStorageError),
            ),
            (&short, D::Usable, S::Elsewhere { is_coming: false }, false, Ruling::Begin),
        ] {
            let ruling = rule(partition, destination, standing, has_failed_dirs);
            assert_eq!(ruling, expected, "{destination:?} {standing:?}");
        }
    }

    #[test]
    fn a_move_goes_its_way() {
        let begun = Progress {
            is_wanted: true,
            is_hosted: true,
            source_has_failed: false,
            destination_has_failed: false,
            is_open: false,
            is_caught_up: false,
            is_assigned: false,
            may_be_named: false,
        };
        let open = Progress { is_open: true, ..begun };
        let caught_up = Progress { is_caught_up: true, ..open };
        let assigned = Progress { is_assigned: true, ..caught_up };
        for (progress, expected) in [
            (begun, Step::Open),
            (open, Step::Copy),
            (caught_up, Step::Assign),
            (assigned, Step::Swap),
            // Taken up by a later process.
            (Progress { is_assigned: true, ..begun }, Step::Open),
            (Progress { is_assigned: true, ..open }, Step::Copy),
        ] {
            assert_eq!(next_step(progress), expected, "{progress:?}");
            let called_off = Progress { is_wanted: false, ..progress };
            assert_eq!(next_step(called_off), Step::Discard, "{progress:?}");
            let failed = Progress { source_has_failed: true, ..called_off };
            assert_eq!(next_step(failed), Step::Discard, "{progress:?}");
            let named = Progress { may_be_named: true, ..failed };
            assert_eq!(next_step(named), Step::Leave, "{progress:?}");
            assert_eq!(next_step(Progress { is_hosted: false, ..named }), Step::Discard, "{progress:?}");
            assert_eq!(next_step(Progress { source_has_failed: true, ..progress }), Step::Leave);
            assert_eq!(next_step(Progress { destination_has_failed: true, ..called_off }), Step::Leave);
        }
    }
}
