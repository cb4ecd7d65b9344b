//! `consume --group G --commit`: reads as a member of the group and commits exactly what was printed.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use kafkactl_core::client::admin::{CommittedOffset, OffsetSpec};
use kafkactl_core::client::consumer::{
    self, Consumer, ConsumerConfig, Event, GroupConfig, PartitionRecords, Subscription,
};
use kafkactl_core::names::{LeaderEpoch, TopicName, TopicPartition};
use kafkactl_core::record::HeaderRef;
use kafkactl_core::wire::ErrorCode;

use super::hidden::Hidden;
use super::sink::Sink;
use super::{read_record, silence};
use crate::args::consume::{ConsumeArgs, GroupProtocol};
use crate::commands::session::{Session, stop_signal};
use crate::error::CommandError;
use crate::output::Output;

/// How long a member that is told to stop waits for the cluster to hear of it.
const FAREWELL_MAX: Duration = Duration::from_secs(2);
/// What was printed is committed this often; and always at the end.
const COMMIT_INTERVAL: Duration = Duration::from_secs(5);

/// Prints until `--max`, the end of every partition the group gives us, or a signal.
pub async fn read(
    args: &ConsumeArgs,
    group: &str,
    session: &Session,
    sink: &mut Sink,
    out: &mut Output,
) -> Result<(), CommandError> {
    let protocol = match args.group_protocol {
        GroupProtocol::Classic => consumer::GroupProtocol::Classic,
        GroupProtocol::Consumer => consumer::GroupProtocol::Consumer,
    };
    let config = ConsumerConfig {
        group: Some(GroupConfig { auto_commit: None, protocol, ..GroupConfig::new(group) }),
        isolation: args.isolation.into(),
        reset: Some(OffsetSpec::Earliest),
        report_end: true,
        ..ConsumerConfig::default()
    };
    let mut consumer = Consumer::new(&session.client, config);
    let topics = args.topics.iter().map(|topic| TopicName::from(topic.as_str())).collect();
    consumer.subscribe(Subscription::Topics(topics))?;
    let mut member = Member {
        session,
        consumer,
        left: args.max.unwrap_or(u64::MAX),
        printed: BTreeMap::new(),
        committed_at: Instant::now(),
        assigned: BTreeSet::new(),
        at_end: BTreeSet::new(),
        hidden: Hidden::new(session, args.isolation),
    };
    let read = member.print(args, sink, out).await;
    let is_told = matches!(read, Ok(End::Told));
    let until = is_told.then(|| tokio::time::Instant::now() + FAREWELL_MAX);
    // What was printed before a failure was printed all the same.
    let committed = by(until, member.commit()).await.unwrap_or_else(|| {
        let message = "the cluster does not answer: what was printed since the last commit is not committed";
        Err(CommandError::timeout(message).hint("the group reads it again"))
    });
    if by(until, member.consumer.close()).await.is_none() {
        tracing::debug!(group, "leaving was not answered in time");
    }
    read.map(|_| ()).and(committed)
}

/// What comes of `work`, unless it takes too long.
async fn by<T>(until: Option<tokio::time::Instant>, work: impl Future<Output = T>) -> Option<T> {
    match until {
        Some(until) => tokio::time::timeout_at(until, work).await.ok(),
        None => Some(work.await),
    }
}

/// What ends the printing.
enum End {
    /// INT or TERM.
    Told,
    /// There is nothing more to print.
    Done,
}

struct Member<'a> {
    session: &'a Session,
    consumer: Consumer,
    hidden: Hidden<'a>,
    left: u64,
    /// The next record of each partition after those printed and not committed yet.
    printed: BTreeMap<TopicPartition, CommittedOffset>,
    committed_at: Instant,
    assigned: BTreeSet<TopicPartition>,
    at_end: BTreeSet<TopicPartition>,
}

impl Member<'_> {
    async fn print(
        &mut self,
        args: &ConsumeArgs,
        sink: &mut Sink,
        out: &mut Output,
    ) -> Result<End, CommandError> {
        let mut stop: Pin<Box<dyn Future<Output = ()>>> = Box::pin(stop_signal()?);
        let mut heard = tokio::time::Instant::now();
        while self.left > 0 {
            let commit_due = tokio::time::Instant::from_std(self.committed_at + COMMIT_INTERVAL);
            let event = tokio::select! {
                event = self.consumer.next() => event?,
                () = tokio::time::sleep_until(commit_due), if !self.printed.is_empty() => {
                    if !self.commit_unless(&mut stop, out).await? {
                        return Ok(End::Told);
                    }
                    continue;
                }
                () = self.hidden.due(), if args.follow => {
                    self.hidden.look(&self.consumer, out).await;
                    continue;
                }
                () = &mut stop => return Ok(End::Told),
                () = silence(heard, args.exit_idle) => break,
            };
            heard = tokio::time::Instant::now();
            match event {
                Event::Records(chunk) => {
                    self.at_end.remove(&chunk.partition);
                    self.print_chunk(&chunk, sink, out)?;
                    out.flush()?;
                }
                Event::End { partition, .. } => drop(self.at_end.insert(partition)),
                Event::Assigned(partitions) => {
                    self.tell_leaderless(&partitions, out);
                    self.assigned.extend(partitions);
                }
                Event::Revoked(partitions) => {
                    if !self.commit_unless(&mut stop, out).await? {
                        return Ok(End::Told);
                    }
                    self.printed.retain(|partition, _| !partitions.contains(partition));
                    self.assigned.retain(|partition| !partitions.contains(partition));
                }
                Event::Lost(partitions) => {
                    // Others may have committed further already.
                    self.printed.retain(|partition, _| !partitions.contains(partition));
                    self.assigned.retain(|partition| !partitions.contains(partition));
                }
            }
            if !args.follow && !self.assigned.is_empty() && self.assigned.is_subset(&self.at_end) {
                out.note("reached the end of every partition of this member");
                let assigned: Vec<TopicPartition> = self.assigned.iter().cloned().collect();
                self.hidden.tell(&assigned, out).await;
                break;
            }
        }
        Ok(End::Done)
    }

    fn tell_leaderless(&self, partitions: &[TopicPartition], out: &mut Output) {
        let view = self.session.client.view();
        let is_leaderless = |partition: &&TopicPartition| {
            view.partition(partition).is_some_and(|known| known.leader.is_none())
        };
        for partition in partitions.iter().filter(is_leaderless) {
            out.note(&format!("warning: {partition} has no leader: read once it has one"));
        }
    }

    fn print_chunk(
        &mut self,
        chunk: &PartitionRecords,
        sink: &mut Sink,
        out: &mut Output,
    ) -> Result<(), CommandError> {
        let mut next = chunk.next_offset;
        for batch in chunk.batches() {
            for record in batch.records()?.iter() {
                let record = record?;
                if self.left == 0 {
                    next = next.min(record.offset);
                    break;
                }
                let headers: Vec<HeaderRef<'_>> = record.headers.collect();
                sink.write(&read_record(&chunk.partition, &record, &headers), out)?;
                self.left -= 1;
            }
        }
        let offset =
            CommittedOffset { offset: next, leader_epoch: LeaderEpoch::NONE, metadata: String::new() };
        self.printed.insert(chunk.partition.clone(), offset);
        Ok(())
    }

    /// Commits what was printed, and lives with a group that has let this member go meanwhile; false if `stop` comes
    /// before that is done.
    async fn commit_unless(
        &mut self,
        stop: impl Future<Output = ()>,
        out: &mut Output,
    ) -> Result<bool, CommandError> {
        let printed = self.printed.clone();
        let committed = tokio::select! {
            committed = self.commit() => committed,
            () = stop => return Ok(false),
        };
        match committed.map_err(|error| (refusal(error.code()), error)) {
            Ok(()) => {}
            Err((Refusal::TooLate, error)) => {
                out.note(&format!("not committed, to be read again by the group: {error}"));
            }
            Err((Refusal::TooEarly, _)) => self.printed = printed,
            Err((Refusal::ForGood, error)) => return Err(error),
        }
        Ok(true)
    }

    async fn commit(&mut self) -> Result<(), CommandError> {
        let outcomes = self.consumer.commit_offsets(&self.printed).await;
        self.printed.clear();
        self.committed_at = Instant::now();
        for outcome in outcomes?.into_values() {
            outcome?;
        }
        Ok(())
    }
}

/// What a member does about a commit that was refused while it reads.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// Join the group again and go on, as Apache Kafka's consumers do: others may have these partitions now.
    TooLate,
    /// Commit again once the rebalance is through.
    TooEarly,
    ForGood,
}

fn refusal(code: Option<ErrorCode>) -> Refusal {
    match code {
        Some(ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration | ErrorCode::FencedMemberEpoch) => {
            Refusal::TooLate
        }
        Some(ErrorCode::RebalanceInProgress | ErrorCode::StaleMemberEpoch) => Refusal::TooEarly,
        _ => Refusal::ForGood,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_outlives_the_group_that_let_it_go() {
        for (code, expected) in [
            (Some(ErrorCode::UnknownMemberId), Refusal::TooLate),
            (Some(ErrorCode::IllegalGeneration), Refusal::TooLate),
            (Some(ErrorCode::FencedMemberEpoch), Refusal::TooLate),
            (Some(ErrorCode::RebalanceInProgress), Refusal::TooEarly),
            (Some(ErrorCode::StaleMemberEpoch), Refusal::TooEarly),
            (Some(ErrorCode::FencedInstanceId), Refusal::ForGood),
            (Some(ErrorCode::GroupAuthorizationFailed), Refusal::ForGood),
            (None, Refusal::ForGood),
        ] {
            assert_eq!(refusal(code), expected, "{code:?}");
        }
    }
}
