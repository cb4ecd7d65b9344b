//! The `quorum-state` file: version 0 with static voters, version 1 with voters in the log.

use kafkactl_core::log::dir::{Dir, read_file, replace_file};
use kafkactl_core::names::{BrokerId, LeaderEpoch, Uuid};
use kafkactl_core::schema::quorum_state::QuorumStateData;
use kafkactl_core::schema::quorum_state::quorum_state_data::Voter;

use super::{ElectionState, MetadataLogError, ReplicaKey, VoterSet};

const FILE: &str = "quorum-state";
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What was stored last. Voters come along in version 0.
pub fn read(dir: &dyn Dir) -> Result<Option<(ElectionState, Option<Vec<BrokerId>>)>, MetadataLogError> {
    let bytes = read_file(dir, FILE, FILE_BYTES_MAX)
        .map_err(|error| MetadataLogError::io("read", dir, FILE, error))?;
    let Some(bytes) = bytes else { return Ok(None) };
    let damaged = |reason: String| MetadataLogError::damaged(dir, FILE, reason);
    let text = String::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8 text".to_owned()))?;
    let (data, version) = QuorumStateData::parse(&text).map_err(|error| damaged(error.to_string()))?;
    if data.leader_epoch < 0 {
        return Err(damaged(format!("its leader epoch is {}", data.leader_epoch)));
    }
    let node = |id: i32| (id >= 0).then_some(BrokerId(id));
    let state = ElectionState {
        epoch: LeaderEpoch(data.leader_epoch),
        leader: node(data.leader_id),
        voted: node(data.voted_id).map(|id| ReplicaKey { id, directory: data.voted_directory_id }),
    };
    let voters = (version == 0)
        .then(|| data.current_voters.iter().flatten().map(|voter| BrokerId(voter.voter_id)).collect());
    Ok(Some((state, voters)))
}

/// Stores it durably: a vote that is forgotten could be given twice.
pub fn write(
    dir: &dyn Dir,
    state: &ElectionState,
    voters: &VoterSet,
    kraft_version: i16,
) -> Result<(), MetadataLogError> {
    let id = |node: Option<BrokerId>| node.map_or(-1, |node| node.0);
    let version = i16::from(kraft_version > 0);
    let data = QuorumStateData {
        leader_id: id(state.leader),
        leader_epoch: state.epoch.0,
        voted_id: id(state.voted.map(|voted| voted.id)),
        voted_directory_id: match state.voted {
            Some(voted) if version > 0 => voted.directory,
            _ => Uuid::nil(),
        },
        current_voters: Some(match version {
            0 => voters.voters.iter().map(|voter| Voter { voter_id: voter.id.0 }).collect(),
            _ => Vec::new(),
        }),
        ..QuorumStateData::default()
    };
    let text = data.text(version)?;
    replace_file(dir, FILE, text.as_bytes()).map_err(|error| MetadataLogError::io("write", dir, FILE, error))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use kafkactl_core::log::dir::{MemoryDisk, OpenMode, RealDir};

    use super::super::Voter as QuorumVoter;
    use super::*;

    fn golden(case: &str) -> RealDir {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/dirs").join(case);
        RealDir::open(path.join("__cluster_metadata-0")).unwrap()
    }

    fn one_voter() -> VoterSet {
        let voter = QuorumVoter {
            id: BrokerId(1),
            directory: Uuid::nil(),
            endpoints: Vec::new(),
            kraft_versions: (0, 1),
        };
        VoterSet { voters: vec![voter] }
    }

    #[test]
    fn files_of_both_versions_are_read_and_written_as_kafka_does() {
        for (case, kraft_version, epoch, has_voters) in
            [("config", 1, 3, false), ("metadata-upgrade", 0, 2, true)]
        {
            let dir = golden(case);
            let (state, voters) = read(&dir).unwrap().unwrap();
            assert_eq!(
                state,
                ElectionState { epoch: LeaderEpoch(epoch), leader: Some(BrokerId(1)), voted: None }
            );
            assert_eq!(voters, has_voters.then(|| vec![BrokerId(1)]), "{case}");
            let copy = MemoryDisk::default().root();
            write(&*copy, &state, &one_voter(), kraft_version).unwrap();
            let bytes = |dir: &dyn Dir| read_file(dir, FILE, 1000).unwrap().unwrap();
            assert_eq!(bytes(&*copy), bytes(&dir), "{case}");
        }
    }

    #[test]
    fn damaged_files_are_refused() {
        for text in [
            "",
            "{",
            "[]",
            "{\"leaderId\":1}",
            "{\"leaderId\":1,\"leaderEpoch\":-5,\"votedId\":-1,\"data_version\":1}",
            "{\"data_version\":9}",
        ] {
            let dir = MemoryDisk::default().root();
            dir.open(FILE, OpenMode::Create).unwrap().write_all_at(text.as_bytes(), 0).unwrap();
            let error = read(&*dir).unwrap_err().to_string();
            assert!(error.contains("quorum-state"), "{text:?}: {error}");
        }
    }
}
