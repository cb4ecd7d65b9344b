//! Where the error codes stand in the reply of each API.

use kafkactl_core::wire::messages::*;

/// A reply that says how the request went.
#[diagnostic::on_unimplemented(
    note = "its error codes are not listed in `metrics/errors.rs`: add a line there"
)]
pub(crate) trait ErrorCodes {
    /// Every code but NONE.
    fn error_codes(&self) -> Vec<i16>;
}

/// `Reply: path, path;` names every field that holds a code; a path goes through lists.
macro_rules! error_codes {
    ($($reply:ident: $($path:tt).+ $(, $more:tt $(. $rest:tt)*)*;)*) => {$(
        impl ErrorCodes for $reply {
            fn error_codes(&self) -> Vec<i16> {
                let mut codes = Vec::new();
                error_codes!(@walk self, codes, $($path).+);
                $(error_codes!(@walk self, codes, $more $(. $rest)*);)*
                codes
            }
        }
    )*};
    (@walk $value:expr, $codes:ident, $code:tt) => {
        if $value.$code != 0 {
            $codes.push($value.$code);
        }
    };
    (@walk $value:expr, $codes:ident, $list:tt . $($rest:tt).+) => {
        for item in &$value.$list {
            error_codes!(@walk item, $codes, $($rest).+);
        }
    };
}

error_codes! {
    AddOffsetsToTxnResponse: error_code;
    AddPartitionsToTxnResponse: error_code, results_by_transaction.topic_results.results_by_partition.partition_error_code, results_by_topic_v3_and_below.results_by_partition.partition_error_code;
    AddRaftVoterResponse: error_code;
    AllocateProducerIdsResponse: error_code;
    AlterClientQuotasResponse: entries.error_code;
    AlterConfigsResponse: responses.error_code;
    AlterPartitionReassignmentsResponse: error_code, responses.partitions.error_code;
    AlterPartitionResponse: error_code, topics.partitions.error_code;
    AlterReplicaLogDirsResponse: results.partitions.error_code;
    AlterShareGroupOffsetsResponse: error_code, responses.partitions.error_code;
    AlterUserScramCredentialsResponse: results.error_code;
    ApiVersionsResponse: error_code;
    AssignReplicasToDirsResponse: error_code, directories.topics.partitions.error_code;
    BeginQuorumEpochResponse: error_code, topics.partitions.error_code;
    BrokerHeartbeatResponse: error_code;
    BrokerRegistrationResponse: error_code;
    ConsumerGroupDescribeResponse: groups.error_code;
    ConsumerGroupHeartbeatResponse: error_code;
    ControllerRegistrationResponse: error_code;
    CreateAclsResponse: results.error_code;
    CreateDelegationTokenResponse: error_code;
    CreatePartitionsResponse: results.error_code;
    CreateTopicsResponse: topics.error_code, topics.topic_config_error_code;
    DeleteAclsResponse: filter_results.error_code, filter_results.matching_acls.error_code;
    DeleteGroupsResponse: results.error_code;
    DeleteRecordsResponse: topics.partitions.error_code;
    DeleteShareGroupOffsetsResponse: error_code, responses.error_code;
    DeleteShareGroupStateResponse: results.partitions.error_code;
    DeleteTopicsResponse: responses.error_code;
    DescribeAclsResponse: error_code;
    DescribeClientQuotasResponse: error_code;
    DescribeClusterResponse: error_code;
    DescribeConfigsResponse: results.error_code;
    DescribeDelegationTokenResponse: error_code;
    DescribeGroupsResponse: groups.error_code;
    DescribeLogDirsResponse: error_code, results.error_code;
    DescribeProducersResponse: topics.partitions.error_code;
    DescribeQuorumResponse: error_code, topics.partitions.error_code;
    DescribeShareGroupOffsetsResponse: groups.topics.partitions.error_code, groups.error_code;
    DescribeTopicPartitionsResponse: topics.error_code, topics.partitions.error_code;
    DescribeTransactionsResponse: transaction_states.error_code;
    DescribeUserScramCredentialsResponse: error_code, results.error_code;
    ElectLeadersResponse: error_code, replica_election_results.partition_result.error_code;
    EndQuorumEpochResponse: error_code, topics.partitions.error_code;
    EndTxnResponse: error_code;
    EnvelopeResponse: error_code;
    ExpireDelegationTokenResponse: error_code;
    FetchResponse: error_code, responses.partitions.error_code;
    FetchSnapshotResponse: error_code, topics.partitions.error_code;
    FindCoordinatorResponse: error_code, coordinators.error_code;
    GetTelemetrySubscriptionsResponse: error_code;
    HeartbeatResponse: error_code;
    IncrementalAlterConfigsResponse: responses.error_code;
    InitProducerIdResponse: error_code;
    InitializeShareGroupStateResponse: results.partitions.error_code;
    JoinGroupResponse: error_code;
    LeaveGroupResponse: error_code, members.error_code;
    ListConfigResourcesResponse: error_code;
    ListGroupsResponse: error_code;
    ListOffsetsResponse: topics.partitions.error_code;
    ListPartitionReassignmentsResponse: error_code;
    ListTransactionsResponse: error_code;
    MetadataResponse: topics.error_code, topics.partitions.error_code, error_code;
    OffsetCommitResponse: topics.partitions.error_code;
    OffsetDeleteResponse: error_code, topics.partitions.error_code;
    OffsetFetchResponse: topics.partitions.error_code, error_code, groups.topics.partitions.error_code, groups.error_code;
    OffsetForLeaderEpochResponse: topics.partitions.error_code;
    ProduceResponse: responses.partition_responses.error_code;
    PushTelemetryResponse: error_code;
    ReadShareGroupStateResponse: results.partitions.error_code;
    ReadShareGroupStateSummaryResponse: results.partitions.error_code;
    RemoveRaftVoterResponse: error_code;
    RenewDelegationTokenResponse: error_code;
    SaslAuthenticateResponse: error_code;
    SaslHandshakeResponse: error_code;
    ShareAcknowledgeResponse: error_code, responses.partitions.error_code;
    ShareFetchResponse: error_code, responses.partitions.error_code, responses.partitions.acknowledge_error_code;
    ShareGroupDescribeResponse: groups.error_code;
    ShareGroupHeartbeatResponse: error_code;
    StreamsGroupDescribeResponse: groups.error_code;
    StreamsGroupHeartbeatResponse: error_code;
    SyncGroupResponse: error_code;
    TxnOffsetCommitResponse: topics.partitions.error_code;
    UnregisterBrokerResponse: error_code;
    UpdateFeaturesResponse: error_code, results.error_code;
    UpdateRaftVoterResponse: error_code;
    VoteResponse: error_code, topics.partitions.error_code;
    WriteShareGroupStateResponse: results.partitions.error_code;
    WriteTxnMarkersResponse: markers.topics.partitions.error_code;
}
