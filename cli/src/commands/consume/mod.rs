//! `consume`: positions become ranges of offsets, the ranges are read, records are printed as they come.

mod hidden;
mod member;
mod plan;
mod sink;
mod tail;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use kafkactl_core::client::admin::{Isolation as IsolationLevel, OffsetSpec};
use kafkactl_core::client::consumer::{Consumer, ConsumerConfig, Event, PartitionRecords, StartAt};
use kafkactl_core::names::{Offset, TopicPartition};
use kafkactl_core::record::{HeaderRef, RecordView};
use tokio::time::Instant;

use super::Outcome;
use super::session::{ClusterCommand, Options, Pace, Session, stop_signal};
use crate::args::consume::{ConsumeArgs, Isolation};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Output, counted};
use crate::records::ReadRecord;
use hidden::Hidden;
use plan::{Chosen, Range, chosen_partitions, ranges};
use sink::Sink;
use tail::Tail;

impl ClusterCommand for ConsumeArgs {
    fn options(&self) -> Options<'_> {
        Options { pace: Pace::Streaming, ..(&self.common).into() }
    }

    async fn run(&self, session: &Session, out: &mut Output) -> Outcome {
        let mut sink = Sink::new(&out.format, self.format.as_ref())?;
        if let Some(group) = self.group.as_deref().filter(|_| self.commit) {
            sink.begin(out)?;
            member::read(self, group, session, &mut sink, out).await?;
            sink.end(out)?;
            out.flush()?;
            return Ok(ExitStatus::Done);
        }
        let Chosen { partitions, leaderless } = chosen_partitions(session, self).await?;
        let comes_last = !self.follow && self.tail.is_none();
        for partition in &leaderless {
            let fate = if comes_last { "read last, once it has one" } else { "left out" };
            out.note(&format!("warning: {partition} has no leader: {fate}"));
        }
        let ranges = ranges(session, self, &partitions, out).await?;
        let mut reading = Reading {
            consumer: Consumer::new(&session.client, self.consumer_config()),
            hidden: Hidden::new(session, self.isolation),
            partitions,
            ranges,
            heard: Instant::now(),
            left: self.max.unwrap_or(u64::MAX),
            records: 0,
            follow: self.follow,
            stop: Box::pin(stop_signal()?),
        };
        sink.begin(out)?;
        if let Some(count) = self.tail {
            reading.print_tail(count, &mut sink, out).await?;
        } else {
            reading.print(self, &mut sink, out).await?;
        }
        if self.tail.is_some() && self.follow {
            reading.print(self, &mut sink, out).await?;
        }
        let late = match leaderless.is_empty() {
            false if comes_last => reading.print_late(self, session, &leaderless, &mut sink, out).await,
            _ => Ok(()),
        };
        sink.end(out)?;
        out.flush()?;
        late?;
        // What was left out may be among what was asked for, unless that was a number of records.
        let is_whole = leaderless.is_empty() || comes_last || reading.left == 0;
        Ok(if is_whole { ExitStatus::Done } else { ExitStatus::Failed })
    }
}

impl ConsumeArgs {
    fn consumer_config(&self) -> ConsumerConfig {
        ConsumerConfig {
            isolation: self.isolation.into(),
            // Every start is within the log when it is looked up; retention may take it away a moment later.
            reset: Some(OffsetSpec::Earliest),
            report_end: true,
            ..ConsumerConfig::default()
        }
    }
}

impl From<Isolation> for IsolationLevel {
    fn from(isolation: Isolation) -> Self {
        match isolation {
            Isolation::Uncommitted => Self::ReadUncommitted,
            Isolation::Committed => Self::ReadCommitted,
        }
    }
}

struct Reading<'a> {
    consumer: Consumer,
    hidden: Hidden<'a>,
    partitions: Vec<TopicPartition>,
    /// What is still to be read.
    ranges: BTreeMap<TopicPartition, Range>,
    left: u64,
    records: u64,
    follow: bool,
    /// When something came last.
    heard: Instant,
    stop: Pin<Box<dyn Future<Output = ()>>>,
}

/// What reading goes on with.
enum Step {
    Event(Event),
    /// INT or TERM.
    Stopped,
    /// It is time to see why nothing comes.
    Look,
    /// Nothing came for `--exit-idle`.
    Idle,
}

impl Reading<'_> {
    /// Prints until every range is done, `--max` is reached, or the operator has had enough.
    async fn print(
        &mut self,
        args: &ConsumeArgs,
        sink: &mut Sink,
        out: &mut Output,
    ) -> Result<(), CommandError> {
        self.assign();
        let mut at_end: BTreeMap<TopicPartition, bool> =
            self.ranges.keys().map(|partition| (partition.clone(), false)).collect();
        while !self.ranges.is_empty() && self.left > 0 {
            match self.next(args).await? {
                Step::Stopped | Step::Idle => break,
                Step::Look => self.hidden.look(&self.consumer, out).await,
                Step::Event(Event::Records(chunk)) => {
                    self.print_chunk(&chunk, sink, out)?;
                    out.flush()?;
                }
                Step::Event(Event::End { partition, .. }) if self.follow => {
                    let was_known = at_end.insert(partition, true) == Some(true);
                    if !was_known && at_end.values().all(|&at_end| at_end) {
                        out.note("at the end of every partition, waiting for more");
                    }
                }
                Step::Event(Event::End { partition, .. }) => self.done(&partition),
                // Told to members of groups alone.
                Step::Event(Event::Assigned(_) | Event::Revoked(_) | Event::Lost(_)) => {}
            }
        }
        if self.ranges.is_empty() && self.left > 0 {
            out.note(&format!("reached the end after {}", counted(self.records, "record")));
            if args.to.is_none() {
                self.hidden.tell(&self.partitions, out).await;
            }
        }
        Ok(())
    }

    /// Prints what had no leader at first, unless the others were enough. Waits for leaders as long as for any answer.
    async fn print_late(
        &mut self,
        args: &ConsumeArgs,
        session: &Session,
        leaderless: &[TopicPartition],
        sink: &mut Sink,
        out: &mut Output,
    ) -> Result<(), CommandError> {
        if !self.ranges.is_empty() || self.left == 0 {
            return Ok(());
        }
        self.ranges = tokio::select! {
            ranges = ranges(session, args, leaderless, out) => ranges?,
            () = &mut self.stop => return Ok(()),
        };
        self.partitions = leaderless.to_vec();
        self.print(args, sink, out).await
    }

    /// Reads the ranges to their ends, keeps the latest records, prints them, and leaves the reading where they end.
    async fn print_tail(
        &mut self,
        count: usize,
        sink: &mut Sink,
        out: &mut Output,
    ) -> Result<(), CommandError> {
        let follow_from: BTreeMap<TopicPartition, Range> =
            self.ranges.iter().map(|(partition, range)| (partition.clone(), range.after())).collect();
        self.ranges.retain(|_, range| !range.is_done());
        self.assign();
        let mut tail = Tail::new(count);
        while !self.ranges.is_empty() {
            let event = tokio::select! {
                event = self.consumer.next() => event?,
                () = &mut self.stop => break,
            };
            match event {
                Event::Records(chunk) => {
                    self.each(&chunk, |record| {
                        tail.offer(record);
                        Ok(true)
                    })?;
                }
                Event::End { partition, .. } => self.done(&partition),
                // Told to members of groups alone.
                Event::Assigned(_) | Event::Revoked(_) | Event::Lost(_) => {}
            }
        }
        for record in tail.into_records() {
            sink.write(&record.borrowed(&record.header_refs()), out)?;
        }
        out.flush()?;
        if !self.follow {
            self.hidden.tell(&self.partitions, out).await;
        }
        self.ranges = follow_from;
        Ok(())
    }

    async fn next(&mut self, args: &ConsumeArgs) -> Result<Step, CommandError> {
        let idle = silence(self.heard, args.exit_idle);
        let step = tokio::select! {
            event = self.consumer.next() => Step::Event(event?),
            () = &mut self.stop => Step::Stopped,
            () = idle => Step::Idle,
            () = self.hidden.due(), if self.follow => Step::Look,
        };
        if let Step::Event(_) = step {
            self.heard = Instant::now();
        }
        Ok(step)
    }

    fn assign(&mut self) {
        let starts = self
            .ranges
            .iter()
            .map(|(partition, range)| (partition.clone(), StartAt::Offset(Offset(range.from))))
            .collect();
        self.consumer.assign(&starts);
    }

    fn done(&mut self, partition: &TopicPartition) {
        if self.ranges.remove(partition).is_some() {
            // Partitions that go on keep their place whatever their start says.
            self.assign();
        }
    }

    fn print_chunk(
        &mut self,
        chunk: &PartitionRecords,
        sink: &mut Sink,
        out: &mut Output,
    ) -> Result<(), CommandError> {
        let mut left = self.left;
        let before = left;
        self.each(chunk, |record| {
            sink.write(record, out)?;
            left -= 1;
            Ok(left > 0)
        })?;
        self.records += before - left;
        self.left = left;
        Ok(())
    }

    /// Calls `each` for the records of the range until it says no; ends the range when the chunk reaches its end.
    fn each(
        &mut self,
        chunk: &PartitionRecords,
        mut each: impl FnMut(&ReadRecord<'_>) -> Result<bool, CommandError>,
    ) -> Result<(), CommandError> {
        let Some(range) = self.ranges.get(&chunk.partition).copied() else { return Ok(()) };
        for batch in chunk.batches() {
            let records = batch.records()?;
            for record in records.iter() {
                let record = record?;
                if range.to.is_some_and(|to| record.offset.0 >= to) {
                    break;
                }
                let headers: Vec<HeaderRef<'_>> = record.headers.collect();
                if !each(&read_record(&chunk.partition, &record, &headers))? {
                    return Ok(());
                }
            }
        }
        if range.to.is_some_and(|to| chunk.next_offset.0 >= to) {
            self.done(&chunk.partition);
        }
        Ok(())
    }
}

/// Resolves when nothing was `heard` for so long; never without a limit.
async fn silence(heard: Instant, limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep_until(heard + limit).await,
        None => std::future::pending().await,
    }
}

fn read_record<'a>(
    partition: &'a TopicPartition,
    record: &RecordView<'a>,
    headers: &'a [HeaderRef<'a>],
) -> ReadRecord<'a> {
    ReadRecord {
        topic: partition.topic.as_str(),
        partition: partition.partition.0,
        offset: record.offset.0,
        timestamp_ms: record.timestamp_ms,
        key: record.key,
        value: record.value,
        headers,
    }
}
