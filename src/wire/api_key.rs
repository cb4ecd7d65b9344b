//! The version table: every API of Kafka 4.3, the versions it has, and from which one its encoding is flexible
//! (KIP-482). What a broker serves may be less; it never is more.

use std::fmt;
use std::ops::RangeInclusive;

macro_rules! api_keys {
    ($($name:ident = $key:literal, $versions:expr, $encoding:ident $($flexible_from:literal)?;)*) => {
        /// The number that says what a request asks for. Keys that 4.3 has retired (4 to 7) are unknown here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum ApiKey {
            $($name = $key,)*
        }

        impl ApiKey {
            /// Every key, ascending.
            pub const ALL: &[ApiKey] = &[$(ApiKey::$name),*];

            pub const fn from_key(key: i16) -> Option<Self> {
                match key {
                    $($key => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Kafka's name, as in `ListOffsets`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The stable versions of Kafka 4.3.
            pub const fn versions(self) -> RangeInclusive<i16> {
                match self {
                    $(Self::$name => $versions,)*
                }
            }

            /// The first version with compact lengths and tagged fields, in requests and responses alike.
            const fn flexible_from(self) -> Option<i16> {
                match self {
                    $(Self::$name => api_keys!(@ $encoding $($flexible_from)?),)*
                }
            }
        }
    };
    (@ flexible $from:literal) => { Some($from) };
    (@ rigid) => { None };
}

impl ApiKey {
    pub const fn key(self) -> i16 {
        self as i16
    }

    pub fn has_version(self, version: i16) -> bool {
        self.versions().contains(&version)
    }

    /// Whether `version` has compact lengths and tagged fields. Answers for unknown versions too: the header of
    /// an ApiVersions request from the future must still be read.
    pub fn is_flexible(self, version: i16) -> bool {
        self.flexible_from().is_some_and(|from| version >= from)
    }

    pub fn request_header_version(self, version: i16) -> i16 {
        if self.is_flexible(version) { 2 } else { 1 }
    }

    /// Version 0 for ApiVersions whatever its own version: the client cannot know yet what the broker speaks
    /// (KIP-511).
    pub fn response_header_version(self, version: i16) -> i16 {
        if self.is_flexible(version) && self != Self::ApiVersions { 1 } else { 0 }
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

api_keys! {
    Produce = 0, 3..=13, flexible 9;
    Fetch = 1, 4..=18, flexible 12;
    ListOffsets = 2, 1..=11, flexible 6;
    Metadata = 3, 0..=13, flexible 9;
    OffsetCommit = 8, 2..=10, flexible 8;
    OffsetFetch = 9, 1..=10, flexible 6;
    FindCoordinator = 10, 0..=6, flexible 3;
    JoinGroup = 11, 0..=9, flexible 6;
    Heartbeat = 12, 0..=4, flexible 4;
    LeaveGroup = 13, 0..=5, flexible 4;
    SyncGroup = 14, 0..=5, flexible 4;
    DescribeGroups = 15, 0..=6, flexible 5;
    ListGroups = 16, 0..=5, flexible 3;
    SaslHandshake = 17, 0..=1, rigid;
    ApiVersions = 18, 0..=4, flexible 3;
    CreateTopics = 19, 2..=7, flexible 5;
    DeleteTopics = 20, 1..=6, flexible 4;
    DeleteRecords = 21, 0..=2, flexible 2;
    InitProducerId = 22, 0..=5, flexible 2;
    OffsetForLeaderEpoch = 23, 2..=4, flexible 4;
    AddPartitionsToTxn = 24, 0..=5, flexible 3;
    AddOffsetsToTxn = 25, 0..=4, flexible 3;
    EndTxn = 26, 0..=5, flexible 3;
    WriteTxnMarkers = 27, 1..=2, flexible 1;
    TxnOffsetCommit = 28, 0..=5, flexible 3;
    DescribeAcls = 29, 1..=3, flexible 2;
    CreateAcls = 30, 1..=3, flexible 2;
    DeleteAcls = 31, 1..=3, flexible 2;
    DescribeConfigs = 32, 1..=4, flexible 4;
    AlterConfigs = 33, 0..=2, flexible 2;
    AlterReplicaLogDirs = 34, 1..=2, flexible 2;
    DescribeLogDirs = 35, 1..=5, flexible 2;
    SaslAuthenticate = 36, 0..=2, flexible 2;
    CreatePartitions = 37, 0..=3, flexible 2;
    CreateDelegationToken = 38, 1..=3, flexible 2;
    RenewDelegationToken = 39, 1..=2, flexible 2;
    ExpireDelegationToken = 40, 1..=2, flexible 2;
    DescribeDelegationToken = 41, 1..=3, flexible 2;
    DeleteGroups = 42, 0..=2, flexible 2;
    ElectLeaders = 43, 0..=2, flexible 2;
    IncrementalAlterConfigs = 44, 0..=1, flexible 1;
    AlterPartitionReassignments = 45, 0..=1, flexible 0;
    ListPartitionReassignments = 46, 0..=0, flexible 0;
    OffsetDelete = 47, 0..=0, rigid;
    DescribeClientQuotas = 48, 0..=1, flexible 1;
    AlterClientQuotas = 49, 0..=1, flexible 1;
    DescribeUserScramCredentials = 50, 0..=0, flexible 0;
    AlterUserScramCredentials = 51, 0..=0, flexible 0;
    Vote = 52, 0..=2, flexible 0;
    BeginQuorumEpoch = 53, 0..=1, flexible 1;
    EndQuorumEpoch = 54, 0..=1, flexible 1;
    DescribeQuorum = 55, 0..=2, flexible 0;
    AlterPartition = 56, 2..=3, flexible 2;
    UpdateFeatures = 57, 0..=2, flexible 0;
    Envelope = 58, 0..=0, flexible 0;
    FetchSnapshot = 59, 0..=1, flexible 0;
    DescribeCluster = 60, 0..=2, flexible 0;
    DescribeProducers = 61, 0..=0, flexible 0;
    BrokerRegistration = 62, 0..=4, flexible 0;
    BrokerHeartbeat = 63, 0..=2, flexible 0;
    UnregisterBroker = 64, 0..=0, flexible 0;
    DescribeTransactions = 65, 0..=0, flexible 0;
    ListTransactions = 66, 0..=2, flexible 0;
    AllocateProducerIds = 67, 0..=0, flexible 0;
    ConsumerGroupHeartbeat = 68, 0..=1, flexible 0;
    ConsumerGroupDescribe = 69, 0..=1, flexible 0;
    ControllerRegistration = 70, 0..=0, flexible 0;
    GetTelemetrySubscriptions = 71, 0..=0, flexible 0;
    PushTelemetry = 72, 0..=0, flexible 0;
    AssignReplicasToDirs = 73, 0..=0, flexible 0;
    ListConfigResources = 74, 0..=1, flexible 0;
    DescribeTopicPartitions = 75, 0..=0, flexible 0;
    ShareGroupHeartbeat = 76, 1..=1, flexible 1;
    ShareGroupDescribe = 77, 1..=1, flexible 1;
    ShareFetch = 78, 1..=2, flexible 1;
    ShareAcknowledge = 79, 1..=2, flexible 1;
    AddRaftVoter = 80, 0..=1, flexible 0;
    RemoveRaftVoter = 81, 0..=0, flexible 0;
    UpdateRaftVoter = 82, 0..=0, flexible 0;
    InitializeShareGroupState = 83, 0..=0, flexible 0;
    ReadShareGroupState = 84, 0..=0, flexible 0;
    WriteShareGroupState = 85, 0..=1, flexible 0;
    DeleteShareGroupState = 86, 0..=0, flexible 0;
    ReadShareGroupStateSummary = 87, 0..=1, flexible 0;
    StreamsGroupHeartbeat = 88, 0..=0, flexible 0;
    StreamsGroupDescribe = 89, 0..=0, flexible 0;
    DescribeShareGroupOffsets = 90, 0..=1, flexible 0;
    AlterShareGroupOffsets = 91, 0..=0, flexible 0;
    DeleteShareGroupOffsets = 92, 0..=0, flexible 0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_kafkas() {
        let golden = std::fs::read_to_string("tests/golden/wire/api-versions.tsv").unwrap();
        let mut keys = ApiKey::ALL.iter();
        for line in golden.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let (min, max): (i16, i16) = (columns[2].parse().unwrap(), columns[3].parse().unwrap());
            if max < min {
                assert_eq!(ApiKey::from_key(columns[0].parse().unwrap()), None, "{line}");
                continue;
            }
            let api = *keys.next().unwrap_or_else(|| panic!("missing: {line}"));
            assert_eq!(ApiKey::from_key(columns[0].parse().unwrap()), Some(api));
            assert_eq!((api.key().to_string().as_str(), api.name()), (columns[0], columns[1]));
            assert_eq!(api.versions(), min..=max, "{line}");
            for version in min..=max {
                let flexible = columns[8].parse().is_ok_and(|from: i16| version >= from);
                assert_eq!(api.is_flexible(version), flexible, "{line}");
            }
        }
        assert_eq!(keys.next(), None);
    }

    #[test]
    fn api_versions_answers_with_the_oldest_header() {
        assert_eq!(ApiKey::ApiVersions.request_header_version(4), 2);
        assert_eq!(ApiKey::ApiVersions.response_header_version(4), 0);
        assert_eq!(ApiKey::Fetch.response_header_version(12), 1);
    }
}
