//! A cluster that was looked at from outside, under the names of a broker's own figures.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use kafkactl_broker::metrics::{
    ClusterFigures, GroupRows, LagRow, LogRow, OTHERS, Page, PartitionState, Room, TopicRoom, Written,
    registry_of, write_logs,
};
use kafkactl_tui::model::cluster::{Cluster, Dir, Health, Name, Partition, Topic};
use kafkactl_tui::model::lag::Lag;
use kafkactl_tui::model::snapshot::Sampler;
use kafkactl_tui::sample::own_period;

use super::lock;

/// Polls that may go unanswered before what the last one saw is no longer told.
const UNANSWERED_POLLS_MAX: i64 = 3;

/// A page about `cluster` of at most `bytes_max`, to which a little more may be added.
pub fn written(
    cluster: &Arc<Mutex<Cluster>>,
    now_ms: i64,
    period_ms: i64,
    bytes_max: usize,
) -> Result<Written, fmt::Error> {
    let of = |write: Box<dyn Fn(&View<'_>, &mut Page<'_>) -> fmt::Result + Send + Sync>| {
        let cluster = Arc::clone(cluster);
        registry_of(move |page| write(&View { cluster: &lock(&cluster), now_ms, period_ms }, page))
    };
    let mut written = Written::default();
    let topics = TopicRoom::of_page(bytes_max);
    written.add(&of(Box::new(move |view, page| view.write(topics, page))))?;
    let room = written.room(bytes_max);
    written.add(&of(Box::new(move |view, page| view.write_rows(room, page))))?;
    Ok(written)
}

/// What was seen, and how it looks now.
pub struct View<'a> {
    pub cluster: &'a Cluster,
    pub now_ms: i64,
    /// Between polls.
    pub period_ms: i64,
}

impl View<'_> {
    /// Writes what there is to tell. What a sampler saw long ago is left out: an alert must not rest on it.
    pub fn write(&self, topics: TopicRoom, page: &mut Page<'_>) -> fmt::Result {
        self.write_samplers(page)?;
        if self.is_fresh(Sampler::Metadata) {
            self.cluster_figures().write(page)?;
            self.write_topics(topics, page)?;
        }
        if self.is_fresh(Sampler::LogDirs) && !self.cluster.refused.log_dirs {
            self.write_log_dirs(page)?;
        }
        Ok(())
    }

    /// Writes what there may be a lot of, as much as finds room.
    pub fn write_rows(&self, mut room: Room, page: &mut Page<'_>) -> fmt::Result {
        let knows_ends = self.is_fresh(Sampler::Offsets);
        let knows_lag = knows_ends && self.is_fresh(Sampler::Commits);
        let mut rows = GroupRows::new(room.share());
        for (id, group) in &self.cluster.groups {
            let places = group.partitions.keys().filter(|_| knows_lag);
            rows.add(id, &group.kind, &group.state, places.filter_map(|place| self.lag_of(id, place)));
        }
        room.take(rows.used_bytes());
        if self.is_fresh(Sampler::Groups) {
            rows.write_states("Groups of the cluster", page)?;
        }
        if knows_lag {
            rows.write_lag(|row| self.lag_seconds(row), page)?;
        }
        if knows_ends {
            self.write_logs(room.rest(), page)?;
        }
        Ok(())
    }

    /// Why a sampler's figures are not told, if that is so.
    pub fn check(&self, sampler: Sampler) -> Result<(), String> {
        if self.is_fresh(sampler) {
            return Ok(());
        }
        let error = self.cluster.health.get(&sampler).and_then(|health| health.error.clone());
        let why = error.unwrap_or_else(|| "nothing was answered yet".to_owned());
        Err(format!("{} not known: {why}", sampler.name()))
    }

    fn is_fresh(&self, sampler: Sampler) -> bool {
        let good_ms = self.cluster.health.get(&sampler).and_then(|health| health.good_ms);
        good_ms.is_some_and(|good_ms| self.is_recent(sampler, good_ms))
    }

    fn is_recent(&self, sampler: Sampler, seen_ms: i64) -> bool {
        let own_ms = own_period(sampler).map_or(0, |period| period.as_millis() as i64);
        self.now_ms - seen_ms <= UNANSWERED_POLLS_MAX * own_ms.max(self.period_ms)
    }

    /// How the polls fare.
    fn write_samplers(&self, page: &mut Page<'_>) -> fmt::Result {
        let id = self.cluster.id.as_deref().unwrap_or_default();
        let labels = [("version", env!("CARGO_PKG_VERSION")), ("cluster", id)];
        page.gauges("kafka_exporter_info", "The program and the cluster; always 1", [(labels, 1_i64)])?;
        let samplers = || self.cluster.health.iter().map(|(of, health)| ([("sampler", of.name())], health));
        let up = self.cluster.health.iter().map(|(of, health)| {
            let is_refused = *of == Sampler::LogDirs && self.cluster.refused.log_dirs;
            ([("sampler", of.name())], i64::from(health.error.is_none() && !is_refused))
        });
        page.gauges("kafka_exporter_up", "Whether the last poll was answered", up)?;
        let took = samplers().map(|(labels, health)| (labels, f64::from(health.took_ms) / 1e3));
        page.gauges("kafka_exporter_poll_seconds", "How long the last poll took", took)?;
        let age_s = |health: &Health| Some((self.now_ms - health.good_ms?).max(0) as f64 / 1e3);
        let ages = samplers().filter_map(|(labels, health)| Some((labels, age_s(health)?)));
        page.gauges("kafka_exporter_data_age_seconds", "Time since a poll was last answered", ages)
    }

    fn cluster_figures(&self) -> ClusterFigures {
        let is_up = |id: &i32| self.cluster.brokers.get(id).is_some_and(|broker| broker.is_up);
        let replicas = self.cluster.partitions().flat_map(|(.., partition)| &partition.replicas);
        let gone: BTreeSet<&i32> = replicas.filter(|id| !is_up(id)).collect();
        let mut figures = ClusterFigures {
            controller: self.cluster.controller.unwrap_or(-1),
            brokers: self.cluster.brokers.values().filter(|broker| broker.is_up).count(),
            // Metadata does not name them, but it names them as replicas.
            fenced_brokers: gone.len(),
            topics: self.cluster.topics.len(),
            ..ClusterFigures::default()
        };
        for (_, topic, _, partition) in self.cluster.partitions() {
            figures.add(state_of(topic, partition));
        }
        figures
    }

    fn write_topics(&self, room: TopicRoom, page: &mut Page<'_>) -> fmt::Result {
        let of = |value: fn(&Topic) -> Option<i64>| {
            let (mut room, mut rows, mut others) = (room, Vec::new(), None);
            for (name, topic) in &self.cluster.topics {
                let is_named = room.admit(name);
                match value(topic) {
                    Some(value) if is_named => rows.push(([("topic", &**name)], value)),
                    Some(value) => others = Some(others.unwrap_or(0) + value),
                    None => {}
                }
            }
            rows.extend(others.map(|sum| ([("topic", OTHERS)], sum)));
            rows
        };
        let count = |topic: &Topic| i64::try_from(topic.partitions.len()).ok();
        page.gauges("kafka_topic_partitions", "Partitions of a topic", of(count))?;
        page.gauges(
            "kafka_topic_size_bytes",
            "Bytes of a topic, of each partition the largest replica",
            of(Topic::size_bytes),
        )
    }

    fn write_logs(&self, room_bytes: usize, page: &mut Page<'_>) -> fmt::Result {
        let rows = self.cluster.partitions().map(|(topic, _, number, log)| LogRow {
            topic,
            partition: number,
            start: log.start,
            end: log.end,
            size_bytes: log.size_bytes,
            held_back: log.end.zip(log.stable).map(|(end, stable)| end - stable),
        });
        write_logs(page, rows, room_bytes)
    }

    fn write_log_dirs(&self, page: &mut Page<'_>) -> fmt::Result {
        let brokers = || self.cluster.brokers.iter();
        let dirs = || brokers().flat_map(|(id, broker)| broker.log_dirs.iter().map(move |dir| (id, dir)));
        let of = |bytes: fn(&Dir) -> Option<i64>| {
            dirs().filter_map(move |(id, dir)| {
                Some(([("broker", id.to_string()), ("dir", dir.path.clone())], bytes(dir)?))
            })
        };
        page.gauges(
            "kafka_log_dir_total_bytes",
            "Size of a log directory's volume",
            of(|dir| dir.total_bytes),
        )?;
        page.gauges(
            "kafka_log_dir_usable_bytes",
            "Free space of a log directory's volume",
            of(|dir| dir.usable_bytes),
        )?;
        let failed = dirs().filter(|(_, dir)| dir.error.is_some()).count();
        page.gauge("kafka_log_dirs_failed", "Log directories that cannot be reached", failed as i64)
    }

    /// `None` where nothing is committed, the end is not known, or the group's coordinator has not answered for long:
    /// the poll of all others still counts as answered.
    fn lag_of(&self, group: &Name, place: &(Name, i32)) -> Option<LagRow> {
        let partition = &self.cluster.groups.get(group)?.partitions[place];
        let (topic, number) = place;
        self.cluster.partition(topic, *number)?;
        let lag = partition.lag.filter(|_| self.is_recent(Sampler::Commits, partition.read_ms()))?;
        let expired = match lag {
            Lag::Expired { lost, .. } => lost,
            _ => 0,
        };
        Some(LagRow {
            group: group.to_string(),
            topic: topic.to_string(),
            partition: *number,
            committed: partition.commit?,
            lag: lag.offsets()?,
            expired,
        })
    }

    fn lag_seconds(&self, row: &LagRow) -> Option<f64> {
        let known = self.cluster.partition(&row.topic, row.partition)?;
        let place = (Name::from(&*row.topic), row.partition);
        let partition = self.cluster.groups.get(&*row.group)?.partitions.get(&place)?;
        Some(partition.time_lag_ms(known)? as f64 / 1e3)
    }
}

fn state_of(topic: &Topic, partition: &Partition) -> PartitionState {
    PartitionState {
        has_leader: partition.leader.is_some(),
        replicas: partition.replicas.len(),
        in_sync: partition.isr.len(),
        min_in_sync: topic.min_isr(),
        leader_is_preferred: partition.leader == partition.replicas.first().copied(),
        // Metadata does not tell.
        is_reassigning: None,
    }
}
