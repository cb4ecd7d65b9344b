//! Who votes in the metadata quorum (KIP-853).

use kafkactl_core::names::{BrokerId, Uuid};
use kafkactl_core::schema::control::VotersRecord;
use kafkactl_core::schema::control::voters_record::{
    Endpoint as VoterEndpoint, KRaftVersionFeature, Voter as VoterData,
};

/// The voters of the metadata quorum, by id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VoterSet {
    pub voters: Vec<Voter>,
}

/// One voter.
#[derive(Debug, Clone, PartialEq)]
pub struct Voter {
    pub id: BrokerId,
    /// The id of the directory its metadata log lies in: the same node with a new disk is another voter.
    pub directory: Uuid,
    pub endpoints: Vec<ControllerEndpoint>,
    /// The levels of `kraft.version` it can work with.
    pub kraft_versions: (i16, i16),
}

/// Where a voter is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControllerEndpoint {
    pub listener: String,
    pub host: String,
    pub port: u16,
}

impl VoterSet {
    pub fn get(&self, id: BrokerId) -> Option<&Voter> {
        self.voters.iter().find(|voter| voter.id == id)
    }

    /// Static voters, as `id@host:port` (`controller.quorum.voters`). What is not of that form is left out: nobody
    /// can be asked there.
    pub fn of_settings(entries: &[String]) -> Self {
        let voter = |entry: &String| {
            let (id, address) = entry.split_once('@')?;
            let (host, port) = address.rsplit_once(':')?;
            let endpoint = ControllerEndpoint {
                listener: String::new(),
                host: host.to_owned(),
                port: port.trim().parse().ok()?,
            };
            Some(Voter {
                id: BrokerId(id.trim().parse().ok()?),
                directory: Uuid::nil(),
                endpoints: vec![endpoint],
                kraft_versions: (0, 1),
            })
        };
        Self { voters: entries.iter().filter_map(voter).collect() }
    }

    pub fn of_record(record: &VotersRecord) -> Self {
        let voter = |data: &VoterData| Voter {
            id: BrokerId(data.voter_id),
            directory: data.voter_directory_id,
            endpoints: data
                .endpoints
                .iter()
                .map(|it| ControllerEndpoint {
                    listener: it.name.clone(),
                    host: it.host.clone(),
                    port: it.port,
                })
                .collect(),
            kraft_versions: (
                data.k_raft_version_feature.min_supported_version,
                data.k_raft_version_feature.max_supported_version,
            ),
        };
        Self { voters: record.voters.iter().map(voter).collect() }
    }

    pub fn record(&self) -> VotersRecord {
        let data = |voter: &Voter| VoterData {
            voter_id: voter.id.0,
            voter_directory_id: voter.directory,
            endpoints: voter
                .endpoints
                .iter()
                .map(|it| VoterEndpoint { name: it.listener.clone(), host: it.host.clone(), port: it.port })
                .collect(),
            k_raft_version_feature: KRaftVersionFeature {
                min_supported_version: voter.kraft_versions.0,
                max_supported_version: voter.kraft_versions.1,
            },
        };
        VotersRecord { version: 0, voters: self.voters.iter().map(data).collect() }
    }
}
