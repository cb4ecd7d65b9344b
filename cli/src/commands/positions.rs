//! Positions become offsets: the cluster is asked for what they depend on, the rest is arithmetic.

use std::collections::BTreeMap;

use kafkactl_core::client::ClientError;
use kafkactl_core::client::admin::{Isolation, OffsetSpec};
use kafkactl_core::names::{BrokerId, Offset, TopicPartition};

use super::session::Session;
use crate::args::position::Position;
use crate::error::CommandError;

/// What a partition holds: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub start: i64,
    pub end: i64,
}

/// An offset within the bounds, and whether the position pointed outside of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    pub offset: i64,
    /// Where the position pointed, when that was outside.
    pub outside: Option<i64>,
}

impl Resolved {
    /// What to tell of a position that pointed outside of the log.
    pub fn remark(&self, partition: &TopicPartition, position: Position, bounds: Bounds) -> Option<String> {
        let (wanted, Bounds { start, end }, offset) = (self.outside?, bounds, self.offset);
        let pointed = match position {
            Position::Offset(_) => format!("there is no offset {wanted}"),
            _ => format!("{position} is offset {wanted}"),
        };
        Some(format!("{partition}: {pointed}, the log holds {start} to {end}: using {offset}"))
    }
}

/// A position relative to the commit of a group that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCommit;

/// The arithmetic. `at_time` is the first offset at or after a time position, if there is one; `committed` is the
/// group's commit.
pub fn resolve(
    position: Position,
    bounds: Bounds,
    at_time: Option<i64>,
    committed: Option<i64>,
) -> Result<Resolved, NoCommit> {
    let Bounds { start, end } = bounds;
    let wanted = match position {
        Position::Start { plus } => start.saturating_add(plus),
        Position::End { minus } => end.saturating_sub(minus),
        Position::Offset(offset) => offset,
        Position::Committed { shift } => committed.ok_or(NoCommit)?.saturating_add(shift),
        // Nothing is as late: the next record will be.
        Position::Time(_) => at_time.unwrap_or(end),
    };
    let offset = wanted.clamp(start, end.max(start));
    Ok(Resolved { offset, outside: (offset != wanted).then_some(wanted) })
}

/// One answer for each partition.
pub type Answers<T> = BTreeMap<TopicPartition, Result<T, ClientError>>;

impl Session {
    /// The bounds of partitions: the end first, so that records that retention takes in between cannot turn them
    /// around. Who does not tell the one is not asked for the other.
    pub async fn bounds(&self, partitions: &[TopicPartition], isolation: Isolation) -> Answers<Bounds> {
        let ends = self.offsets(partitions, OffsetSpec::Latest, isolation).await;
        let told: Vec<TopicPartition> =
            ends.iter().filter(|(_, end)| end.is_ok()).map(|(partition, _)| partition.clone()).collect();
        let mut starts = self.offsets(&told, OffsetSpec::Earliest, isolation).await;
        ends.into_iter()
            .map(|(partition, end)| {
                let start = starts.remove(&partition);
                let bounds = end.and_then(|end| {
                    let start = start.unwrap_or_else(|| Err(no_answer(&partition)))?;
                    let offset = |found: Option<i64>| found.ok_or_else(|| no_answer(&partition));
                    Ok(Bounds { start: offset(start)?, end: offset(end)? })
                });
                (partition, bounds)
            })
            .collect()
    }

    /// How many offsets of each partition an open transaction hides from readers of committed records; only of those
    /// where one does. `ends` were read before.
    pub async fn hidden_by_transactions(
        &self,
        ends: &BTreeMap<TopicPartition, i64>,
    ) -> Vec<(TopicPartition, u64)> {
        let partitions: Vec<TopicPartition> = ends.keys().cloned().collect();
        let stable = self.offsets(&partitions, OffsetSpec::Latest, Isolation::ReadCommitted).await;
        // The stable end was read later: it is behind only when something holds it back.
        let hidden = stable.into_iter().filter_map(|(partition, stable)| {
            let hidden = u64::try_from(ends.get(&partition)? - stable.ok()??).ok()?;
            (hidden > 0).then_some((partition, hidden))
        });
        hidden.collect()
    }

    /// The offset of one kind in every partition; `None` where no record matches.
    pub async fn offsets(
        &self,
        partitions: &[TopicPartition],
        spec: OffsetSpec,
        isolation: Isolation,
    ) -> Answers<Option<i64>> {
        let specs = partitions.iter().map(|partition| (partition.clone(), spec)).collect();
        self.offsets_by(specs, isolation).await
    }

    async fn offsets_by(
        &self,
        specs: BTreeMap<TopicPartition, OffsetSpec>,
        isolation: Isolation,
    ) -> Answers<Option<i64>> {
        if specs.is_empty() {
            return Answers::new();
        }
        let listed = self.admin.list_offsets(specs, isolation).await;
        listed
            .into_iter()
            .map(|(partition, listed)| {
                (partition, listed.map(|listed| listed.offset.map(|Offset(offset)| offset)))
            })
            .collect()
    }

    /// The first offset at or after the time of every time position among `positions`.
    pub async fn at_times(
        &self,
        positions: &BTreeMap<TopicPartition, Position>,
        isolation: Isolation,
        now_ms: i64,
    ) -> Answers<Option<i64>> {
        let specs = positions.iter().filter_map(|(partition, position)| match position {
            Position::Time(time) => {
                Some((partition.clone(), OffsetSpec::Timestamp(time.timestamp_ms(now_ms))))
            }
            _ => None,
        });
        self.offsets_by(specs.collect(), isolation).await
    }

    /// The partitions of a topic; a missing topic is an error.
    pub async fn partitions_of(&self, topic: &str) -> Result<Vec<TopicPartition>, CommandError> {
        let led = self.leaders_of(topic).await?;
        Ok(led.into_iter().map(|(partition, _)| partition).collect())
    }

    /// The partitions of a topic and who leads them; a missing topic is an error.
    pub async fn leaders_of(
        &self,
        topic: &str,
    ) -> Result<Vec<(TopicPartition, Option<BrokerId>)>, CommandError> {
        use kafkactl_core::names::TopicName;
        let name = TopicName::new(topic);
        let mut described = self.admin.describe_topics(std::slice::from_ref(&name)).await?;
        let topic = described.remove(&name).ok_or_else(|| CommandError::not_found("topic", topic))??;
        Ok(topic
            .partitions
            .iter()
            .map(|partition| {
                (TopicPartition { topic: name.clone(), partition: partition.id }, partition.leader)
            })
            .collect())
    }
}

/// # Errors
/// The first of `numbers` that is no partition of the topic, whose `partitions` these are.
pub fn check_partitions<'a>(
    topic: &str,
    partitions: &[TopicPartition],
    mut numbers: impl Iterator<Item = &'a i32>,
) -> Result<(), CommandError> {
    let exists = |number: i32| partitions.iter().any(|partition| partition.partition.0 == number);
    match numbers.find(|&&number| !exists(number)) {
        None => Ok(()),
        Some(missing) => Err(CommandError::not_found("partition", format!("{topic}-{missing}"))
            .hint(format!("the topic has partitions 0 to {}", partitions.len().saturating_sub(1)))),
    }
}

fn no_answer(partition: &TopicPartition) -> ClientError {
    ClientError::Invalid {
        what: format!("offsets of {partition}"),
        reason: "the broker did not tell them".to_owned(),
    }
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::position::parse_position;

    #[test]
    fn positions_stay_within_the_log() {
        let bounds = Bounds { start: 100, end: 200 };
        let inside = |offset| Ok(Resolved { offset, outside: None });
        let outside = |offset, wanted| Ok(Resolved { offset, outside: Some(wanted) });
        for (position, at_time, committed, expected) in [
            ("start", None, None, inside(100)),
            ("end", None, None, inside(200)),
            ("start+30", None, None, inside(130)),
            ("start+100", None, None, inside(200)),
            ("start+101", None, None, outside(200, 201)),
            ("end-30", None, None, inside(170)),
            ("end-101", None, None, outside(100, 99)),
            ("150", None, None, inside(150)),
            ("99", None, None, outside(100, 99)),
            ("9223372036854775807", None, None, outside(200, i64::MAX)),
            ("committed", None, Some(120), inside(120)),
            ("-10", None, Some(120), inside(110)),
            ("-30", None, Some(120), outside(100, 90)),
            ("+10", None, Some(i64::MAX), outside(200, i64::MAX)),
            ("+10", None, None, Err(NoCommit)),
            ("committed", None, None, Err(NoCommit)),
            ("@-1h", Some(140), None, inside(140)),
            ("@now", None, None, inside(200)),
        ] {
            let parsed = parse_position(position, &jiff::tz::TimeZone::UTC).unwrap();
            assert_eq!(resolve(parsed, bounds, at_time, committed), expected, "{position}");
        }
        let empty = Bounds { start: 7, end: 7 };
        assert_eq!(resolve(Position::END, empty, None, None), inside(7));
    }
}
