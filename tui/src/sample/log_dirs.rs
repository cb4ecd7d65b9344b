use std::collections::BTreeMap;

use kafkactl_core::client::{ClientError, Connection};
use kafkactl_core::names::BrokerId;
use kafkactl_core::wire::ErrorCode;
use kafkactl_core::wire::messages::DescribeLogDirsRequest;

use super::{Brokers, is_refusal};
use crate::model::snapshot::{Data, LogDir, LogDirs};

pub async fn poll(brokers: &Brokers) -> Result<(Data, ()), String> {
    let answers = brokers.ask(brokers.all(), describe).await?;
    let is_refused = answers.of.values().any(Option::is_none);
    let found = answers.of.into_iter().filter_map(|(broker, dirs)| Some((broker.0, dirs?)));
    Ok((Data::LogDirs(LogDirs { brokers: found.collect(), silent: answers.silent, is_refused }), ()))
}

/// `None` where the principal may not see them.
async fn describe(broker: BrokerId, connection: Connection) -> Result<Option<Vec<LogDir>>, ClientError> {
    let answer = connection.call(&DescribeLogDirsRequest::default().with_topics(None)).await?;
    if is_refusal(answer.error_code) {
        return Ok(None);
    }
    ClientError::check(format!("broker {broker}"), answer.error_code, None)?;
    let known = |bytes: i64| (bytes >= 0).then_some(bytes);
    let dirs = answer.results.into_iter().map(|dir| {
        let mut topics: BTreeMap<String, Vec<(i32, i64)>> = BTreeMap::new();
        for topic in dir.topics {
            let partitions = topic.partitions.iter().filter(|partition| !partition.is_future_key);
            let sizes = partitions.map(|partition| (partition.partition_index, partition.partition_size));
            topics.entry(topic.name.to_string()).or_default().extend(sizes);
        }
        let error = match ErrorCode::from_code(dir.error_code) {
            Some(ErrorCode::None) => None,
            Some(code) => Some(code.name().to_owned()),
            None => Some(format!("error {}", dir.error_code)),
        };
        LogDir {
            path: dir.log_dir.to_string(),
            error,
            total_bytes: known(dir.total_bytes),
            usable_bytes: known(dir.usable_bytes),
            topics,
        }
    });
    Ok(Some(dirs.collect()))
}
