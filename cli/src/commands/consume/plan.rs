//! Which offsets of which partitions.

use std::collections::BTreeMap;

use kafkactl_core::names::{BrokerId, TopicPartition};

use crate::args::consume::ConsumeArgs;
use crate::args::position::{Position, Positions};
use crate::commands::positions::{Answers, check_partitions, now_ms, resolve};
use crate::commands::session::Session;
use crate::error::CommandError;
use crate::output::Output;

/// Offsets to read: from, and up to but not including `to`; without it for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: i64,
    pub to: Option<i64>,
}

impl Range {
    pub fn is_done(&self) -> bool {
        self.to.is_some_and(|to| self.from >= to)
    }

    /// What comes behind it.
    pub fn after(&self) -> Self {
        Self { from: self.to.unwrap_or(self.from), to: None }
    }
}

/// Asks the cluster for what the positions depend on. Ranges that hold nothing are left out, but for `--tail`, which
/// goes on behind them.
pub async fn ranges(
    session: &Session,
    args: &ConsumeArgs,
    partitions: &[TopicPartition],
    out: &mut Output,
) -> Result<BTreeMap<TopicPartition, Range>, CommandError> {
    let isolation = args.isolation.into();
    let bounds = all(session.bounds(partitions, isolation).await)?;
    let from = positions(partitions, args.from.as_ref(), args.start());
    let to = positions(partitions, args.to.as_ref(), Position::END);
    let now_ms = now_ms();
    let from_times = all(session.at_times(&from, isolation, now_ms).await)?;
    let to_times = all(session.at_times(&to, isolation, now_ms).await)?;
    let commits = commits(session, args, partitions).await?;
    let mut ranges = BTreeMap::new();
    for (partition, bounds) in bounds {
        let committed = commits.get(&partition).copied();
        let time = |times: &BTreeMap<TopicPartition, Option<i64>>| times.get(&partition).copied().flatten();
        let mut place =
            |position: Position, at_time: Option<i64>| match resolve(position, bounds, at_time, committed) {
                Ok(resolved) => {
                    // That there are fewer records than the tail might have is no news.
                    let remark = resolved.remark(&partition, position, bounds);
                    remark.filter(|_| args.tail.is_none()).iter().for_each(|remark| out.note(remark));
                    Ok(resolved.offset)
                }
                // A group that has read nothing begins at the start, unless it was a distance from its commit.
                Err(_) if position == Position::COMMITTED => Ok(bounds.start),
                Err(_) => Err(CommandError::failed(format!(
                    "{partition}: the group has committed nothing, so {position} is nowhere"
                ))),
            };
        let start = place(from[&partition], time(&from_times))?;
        let end = place(to[&partition], time(&to_times))?;
        let follows = args.follow && args.tail.is_none();
        let range = Range { from: start, to: (!follows).then_some(end) };
        if !range.is_done() || args.tail.is_some() {
            ranges.insert(partition, range);
        }
    }
    Ok(ranges)
}

impl ConsumeArgs {
    /// Where partitions begin that `--from` does not name.
    fn start(&self) -> Position {
        match (self.tail, &self.group) {
            (Some(count), _) => Position::End { minus: i64::try_from(count).unwrap_or(i64::MAX) },
            (None, Some(_)) => Position::COMMITTED,
            (None, None) => Position::START,
        }
    }
}

fn positions(
    partitions: &[TopicPartition],
    given: Option<&Positions>,
    default: Position,
) -> BTreeMap<TopicPartition, Position> {
    let of = |partition: &TopicPartition| {
        given.and_then(|given| given.of(partition.partition.0)).unwrap_or(default)
    };
    partitions.iter().map(|partition| (partition.clone(), of(partition))).collect()
}

/// What is to be read.
#[derive(Debug, Default)]
pub struct Chosen {
    pub partitions: Vec<TopicPartition>,
    /// Those among others that have no leader to read from.
    pub leaderless: Vec<TopicPartition>,
}

impl Chosen {
    /// Where nobody leads any of them, there is nothing to do but to wait.
    fn new(all: BTreeMap<TopicPartition, Option<BrokerId>>) -> Self {
        let (led, leaderless): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(_, leader)| leader.is_some());
        let (led, leaderless) = (led.into_keys().collect::<Vec<_>>(), leaderless.into_keys().collect());
        match led.is_empty() {
            true => Self { partitions: leaderless, leaderless: Vec::new() },
            false => Self { partitions: led, leaderless },
        }
    }
}

/// The partitions of the topics that are to be read.
pub async fn chosen_partitions(session: &Session, args: &ConsumeArgs) -> Result<Chosen, CommandError> {
    let mut chosen = BTreeMap::new();
    for topic in &args.topics {
        let leaders = session.leaders_of(topic).await?;
        let partitions: Vec<TopicPartition> =
            leaders.iter().map(|(partition, _)| partition.clone()).collect();
        let named = args.partition.iter().flat_map(|list| &list.0);
        let positioned =
            [&args.from, &args.to].into_iter().flatten().flat_map(|given| given.by_partition.keys());
        check_partitions(topic, &partitions, named.chain(positioned))?;
        let is_chosen = |partition: &TopicPartition| {
            args.partition.as_ref().is_none_or(|list| list.contains(partition.partition.0))
        };
        chosen.extend(leaders.into_iter().filter(|(partition, _)| is_chosen(partition)));
    }
    Ok(Chosen::new(chosen))
}

/// The group's commits, if there is a group.
async fn commits(
    session: &Session,
    args: &ConsumeArgs,
    partitions: &[TopicPartition],
) -> Result<BTreeMap<TopicPartition, i64>, CommandError> {
    let wants_commit = |given: &Option<Positions>| {
        given
            .as_ref()
            .is_some_and(|given| given.any(|position| matches!(position, Position::Committed { .. })))
    };
    let Some(group) = &args.group else {
        if wants_commit(&args.from) || wants_commit(&args.to) {
            return Err(CommandError::usage("a position relative to a commit needs --group"));
        }
        return Ok(BTreeMap::new());
    };
    let committed = session.admin.group_offsets(group, Some(partitions), false).await?;
    let offsets = committed.into_iter().map(|(partition, committed)| Ok((partition, committed?.offset.0)));
    offsets.collect()
}

fn all<T>(answers: Answers<T>) -> Result<BTreeMap<TopicPartition, T>, CommandError> {
    answers.into_iter().map(|(partition, answer)| Ok((partition, answer?))).collect()
}
