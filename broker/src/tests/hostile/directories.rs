//! Moves to directories that nobody has.

use kafkactl_core::wire::messages::alter_replica_log_dirs_request::{
    AlterReplicaLogDir, AlterReplicaLogDirTopic,
};
use kafkactl_core::wire::messages::{AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::super::transactional::{start, topic_name};
use super::*;

/// A path counts once, not for each partition.
#[test]
fn many_partitions_to_a_long_path() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(directory.path(), &[]);
    let topic = AlterReplicaLogDirTopic::default()
        .with_name(topic_name(&"n".repeat(TEXT_BYTES_MAX)))
        .with_partitions((0..).take(MANY).collect());
    let dir = AlterReplicaLogDir::default()
        .with_path(named(format!("/{}", "d".repeat(TEXT_BYTES_MAX - 1))))
        .with_topics(vec![topic]);
    let request = AlterReplicaLogDirsRequest::default().with_dirs(vec![dir]);
    let mut client = broker.client();
    let told: AlterReplicaLogDirsResponse =
        soon(&broker, "a long path", || client.ask(ApiKey::AlterReplicaLogDirs, 2, &request));
    let results = told.results.iter().flat_map(|topic| &topic.partitions);
    all_are(results.map(|it| it.error_code), MANY, ErrorCode::UnknownTopicOrPartition);
}
