//! The `quorum-state` file: the quorum's leader, epoch and vote as this node last knew them, as JSON.
//!
//! Version 0 belongs to static voters (`kraft.version` 0), version 1 to voters with directory ids.

use serde::Deserialize;
use uuid::Uuid;

use super::{Message, SchemaError};
use crate::names::uuid_parse;

super::include_definitions!("quorum_state");

impl QuorumStateData {
    /// Reads the file's text, and says which version it is in.
    pub fn parse(text: &str) -> Result<(Self, i16), SchemaError> {
        let malformed = |reason: String| SchemaError::Json { name: Self::NAME, reason };
        let file: FileText = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        if !Self::VERSIONS.contains(&file.data_version) {
            return Err(SchemaError::UnknownVersion { name: Self::NAME, version: file.data_version.into() });
        }
        let voted_directory_id = match file.voted_directory_id {
            Some(text) => uuid_parse(&text).ok_or_else(|| malformed(format!("{text:?} is not an id")))?,
            None => Uuid::nil(),
        };
        let voters = file.current_voters.map(|voters| {
            voters.into_iter().map(|voter| quorum_state_data::Voter { voter_id: voter.voter_id }).collect()
        });
        let state = Self {
            cluster_id: file.cluster_id.unwrap_or_default(),
            leader_id: file.leader_id,
            leader_epoch: file.leader_epoch,
            voted_id: file.voted_id,
            voted_directory_id,
            applied_offset: file.applied_offset.unwrap_or(0),
            current_voters: if file.data_version == 0 { voters } else { Some(Vec::new()) },
        };
        Ok((state, file.data_version))
    }

    /// The file's text in `version`, as Kafka writes it.
    pub fn text(&self, version: i16) -> Result<String, SchemaError> {
        let mut file = super::json(self, version)?;
        file["data_version"] = version.into();
        Ok(file.to_string())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileText {
    cluster_id: Option<String>,
    leader_id: i32,
    leader_epoch: i32,
    voted_id: i32,
    voted_directory_id: Option<String>,
    applied_offset: Option<i64>,
    current_voters: Option<Vec<FileVoter>>,
    #[serde(rename = "data_version")]
    data_version: i16,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileVoter {
    voter_id: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_not_quorum_states_are_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"leaderId":1,"leaderEpoch":1,"votedId":-1,"data_version":2}"#,
            r#"{"leaderId":1,"leaderEpoch":1,"votedId":-1,"votedDirectoryId":"?","data_version":1}"#,
            r#"{"leaderId":"1","leaderEpoch":1,"votedId":-1,"data_version":0}"#,
        ] {
            assert!(QuorumStateData::parse(text).is_err(), "{text}");
        }
    }
}
