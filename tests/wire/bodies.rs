//! Every RPC body by its API and direction, and the golden frames of Apache Kafka.

use std::fs::File;
use std::io::{BufRead, BufReader};

use bytes::{Bytes, BytesMut};
use flate2::read::GzDecoder;
use kafkactl_core::wire::messages::*;
use kafkactl_core::wire::{ApiKey, Direction, WireError, decode_request, decode_response, encode};
use serde_json::Value;

/// One line of `golden/wire/requests.jsonl.gz` or `responses.jsonl.gz`.
pub struct Case {
    pub api: ApiKey,
    pub version: i16,
    pub direction: Direction,
    pub header: Bytes,
    pub body: Bytes,
    /// The variant whose structures carry tagged fields that nobody knows.
    pub has_unknown_tags: bool,
    /// The body as Kafka prints it.
    pub message: Value,
    /// What to print when the case fails.
    pub name: String,
}

impl Case {
    /// All cases of one direction but those of versions that Kafka keeps to itself (InitProducerId 6).
    pub fn all(direction: Direction) -> Vec<Case> {
        let path = format!("{}/tests/golden/wire/{direction}s.jsonl.gz", env!("CARGO_MANIFEST_DIR"));
        let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
        let cases = lines.map(|line| Self::parse(direction, &line.unwrap()));
        cases.filter(|case| case.api.has_version(case.version)).collect()
    }

    fn parse(direction: Direction, line: &str) -> Case {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let number = |field: &str| line[field].as_i64().unwrap() as i16;
        let (key, version) = (number("key"), number("version"));
        let hex = |field: &str| {
            let text = line[field].as_str().unwrap();
            (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
        };
        Case {
            api: ApiKey::from_key(key).unwrap(),
            version,
            direction,
            header: hex("header"),
            body: hex("body"),
            has_unknown_tags: line.get("unknown_tags").is_some(),
            name: format!("{} {direction} {version} {}", line["name"], line["variant"]),
            message: line["message"].take(),
        }
    }
}

/// Decodes a body and encodes it again.
pub fn round_trip(
    api: ApiKey,
    version: i16,
    direction: Direction,
    body: Bytes,
) -> Result<BytesMut, WireError> {
    bodies!(round_trip_as, api, direction, version, body)
}

/// Decodes a body and drops it.
pub fn decode(api: ApiKey, version: i16, direction: Direction, body: Bytes) -> Result<(), WireError> {
    bodies!(decode_as, api, direction, version, body)
}

fn round_trip_as<M: Decodable + Encodable>(
    api: ApiKey,
    direction: Direction,
    version: i16,
    body: Bytes,
) -> Result<BytesMut, WireError> {
    let message: M = decode_body(api, direction, version, body)?;
    let mut encoded = BytesMut::new();
    encode(&message, version, &mut encoded)?;
    Ok(encoded)
}

fn decode_as<M: Decodable>(
    api: ApiKey,
    direction: Direction,
    version: i16,
    body: Bytes,
) -> Result<(), WireError> {
    decode_body::<M>(api, direction, version, body).map(drop)
}

fn decode_body<M: Decodable>(
    api: ApiKey,
    direction: Direction,
    version: i16,
    mut body: Bytes,
) -> Result<M, WireError> {
    match direction {
        Direction::Request => decode_request(api, version, &mut body),
        Direction::Response => decode_response(api, version, &mut body),
    }
}

macro_rules! table {
    ($($api:ident: $request:ident, $response:ident;)*) => {
        /// Calls a function with the type of a body.
        macro_rules! bodies {
            ($call:ident, $for_api:expr, $direction:expr, $version:expr, $body:expr) => {
                match ($for_api, $direction) {
                    $(
                        (ApiKey::$api, Direction::Request) => {
                            $call::<$request>($for_api, $direction, $version, $body)
                        }
                        (ApiKey::$api, Direction::Response) => {
                            $call::<$response>($for_api, $direction, $version, $body)
                        }
                    )*
                }
            };
        }
        use bodies;
    };
}

table! {
    Produce: ProduceRequest, ProduceResponse;
    Fetch: FetchRequest, FetchResponse;
    ListOffsets: ListOffsetsRequest, ListOffsetsResponse;
    Metadata: MetadataRequest, MetadataResponse;
    OffsetCommit: OffsetCommitRequest, OffsetCommitResponse;
    OffsetFetch: OffsetFetchRequest, OffsetFetchResponse;
    FindCoordinator: FindCoordinatorRequest, FindCoordinatorResponse;
    JoinGroup: JoinGroupRequest, JoinGroupResponse;
    Heartbeat: HeartbeatRequest, HeartbeatResponse;
    LeaveGroup: LeaveGroupRequest, LeaveGroupResponse;
    SyncGroup: SyncGroupRequest, SyncGroupResponse;
    DescribeGroups: DescribeGroupsRequest, DescribeGroupsResponse;
    ListGroups: ListGroupsRequest, ListGroupsResponse;
    SaslHandshake: SaslHandshakeRequest, SaslHandshakeResponse;
    ApiVersions: ApiVersionsRequest, ApiVersionsResponse;
    CreateTopics: CreateTopicsRequest, CreateTopicsResponse;
    DeleteTopics: DeleteTopicsRequest, DeleteTopicsResponse;
    DeleteRecords: DeleteRecordsRequest, DeleteRecordsResponse;
    InitProducerId: InitProducerIdRequest, InitProducerIdResponse;
    OffsetForLeaderEpoch: OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse;
    AddPartitionsToTxn: AddPartitionsToTxnRequest, AddPartitionsToTxnResponse;
    AddOffsetsToTxn: AddOffsetsToTxnRequest, AddOffsetsToTxnResponse;
    EndTxn: EndTxnRequest, EndTxnResponse;
    WriteTxnMarkers: WriteTxnMarkersRequest, WriteTxnMarkersResponse;
    TxnOffsetCommit: TxnOffsetCommitRequest, TxnOffsetCommitResponse;
    DescribeAcls: DescribeAclsRequest, DescribeAclsResponse;
    CreateAcls: CreateAclsRequest, CreateAclsResponse;
    DeleteAcls: DeleteAclsRequest, DeleteAclsResponse;
    DescribeConfigs: DescribeConfigsRequest, DescribeConfigsResponse;
    AlterConfigs: AlterConfigsRequest, AlterConfigsResponse;
    AlterReplicaLogDirs: AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse;
    DescribeLogDirs: DescribeLogDirsRequest, DescribeLogDirsResponse;
    SaslAuthenticate: SaslAuthenticateRequest, SaslAuthenticateResponse;
    CreatePartitions: CreatePartitionsRequest, CreatePartitionsResponse;
    CreateDelegationToken: CreateDelegationTokenRequest, CreateDelegationTokenResponse;
    RenewDelegationToken: RenewDelegationTokenRequest, RenewDelegationTokenResponse;
    ExpireDelegationToken: ExpireDelegationTokenRequest, ExpireDelegationTokenResponse;
    DescribeDelegationToken: DescribeDelegationTokenRequest, DescribeDelegationTokenResponse;
    DeleteGroups: DeleteGroupsRequest, DeleteGroupsResponse;
    ElectLeaders: ElectLeadersRequest, ElectLeadersResponse;
    IncrementalAlterConfigs: IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse;
    AlterPartitionReassignments: AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse;
    ListPartitionReassignments: ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse;
    OffsetDelete: OffsetDeleteRequest, OffsetDeleteResponse;
    DescribeClientQuotas: DescribeClientQuotasRequest, DescribeClientQuotasResponse;
    AlterClientQuotas: AlterClientQuotasRequest, AlterClientQuotasResponse;
    DescribeUserScramCredentials: DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse;
    AlterUserScramCredentials: AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse;
    Vote: VoteRequest, VoteResponse;
    BeginQuorumEpoch: BeginQuorumEpochRequest, BeginQuorumEpochResponse;
    EndQuorumEpoch: EndQuorumEpochRequest, EndQuorumEpochResponse;
    DescribeQuorum: DescribeQuorumRequest, DescribeQuorumResponse;
    AlterPartition: AlterPartitionRequest, AlterPartitionResponse;
    UpdateFeatures: UpdateFeaturesRequest, UpdateFeaturesResponse;
    Envelope: EnvelopeRequest, EnvelopeResponse;
    FetchSnapshot: FetchSnapshotRequest, FetchSnapshotResponse;
    DescribeCluster: DescribeClusterRequest, DescribeClusterResponse;
    DescribeProducers: DescribeProducersRequest, DescribeProducersResponse;
    BrokerRegistration: BrokerRegistrationRequest, BrokerRegistrationResponse;
    BrokerHeartbeat: BrokerHeartbeatRequest, BrokerHeartbeatResponse;
    UnregisterBroker: UnregisterBrokerRequest, UnregisterBrokerResponse;
    DescribeTransactions: DescribeTransactionsRequest, DescribeTransactionsResponse;
    ListTransactions: ListTransactionsRequest, ListTransactionsResponse;
    AllocateProducerIds: AllocateProducerIdsRequest, AllocateProducerIdsResponse;
    ConsumerGroupHeartbeat: ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse;
    ConsumerGroupDescribe: ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse;
    ControllerRegistration: ControllerRegistrationRequest, ControllerRegistrationResponse;
    GetTelemetrySubscriptions: GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse;
    PushTelemetry: PushTelemetryRequest, PushTelemetryResponse;
    AssignReplicasToDirs: AssignReplicasToDirsRequest, AssignReplicasToDirsResponse;
    ListConfigResources: ListConfigResourcesRequest, ListConfigResourcesResponse;
    DescribeTopicPartitions: DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse;
    ShareGroupHeartbeat: ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse;
    ShareGroupDescribe: ShareGroupDescribeRequest, ShareGroupDescribeResponse;
    ShareFetch: ShareFetchRequest, ShareFetchResponse;
    ShareAcknowledge: ShareAcknowledgeRequest, ShareAcknowledgeResponse;
    AddRaftVoter: AddRaftVoterRequest, AddRaftVoterResponse;
    RemoveRaftVoter: RemoveRaftVoterRequest, RemoveRaftVoterResponse;
    UpdateRaftVoter: UpdateRaftVoterRequest, UpdateRaftVoterResponse;
    InitializeShareGroupState: InitializeShareGroupStateRequest, InitializeShareGroupStateResponse;
    ReadShareGroupState: ReadShareGroupStateRequest, ReadShareGroupStateResponse;
    WriteShareGroupState: WriteShareGroupStateRequest, WriteShareGroupStateResponse;
    DeleteShareGroupState: DeleteShareGroupStateRequest, DeleteShareGroupStateResponse;
    ReadShareGroupStateSummary: ReadShareGroupStateSummaryRequest, ReadShareGroupStateSummaryResponse;
    StreamsGroupHeartbeat: StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse;
    StreamsGroupDescribe: StreamsGroupDescribeRequest, StreamsGroupDescribeResponse;
    DescribeShareGroupOffsets: DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse;
    AlterShareGroupOffsets: AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse;
    DeleteShareGroupOffsets: DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse;
}
