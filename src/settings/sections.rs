//! A broker's settings as plain structs, one a subject, resolved once: hot paths read fields.

use std::path::{Path, PathBuf};

use super::listener::{Listener, SecurityProtocol, parse_protocols};
use super::{BrokerSettings, Origin, SettingsError, Value, broker_setting};

pub(super) const CORDONED_LOG_DIRS: &str = "cordoned.log.dirs";

/// A field of a settings struct, out of a value that the table's validator has passed.
trait Field {
    fn field(value: Option<Value>) -> Self;
}

macro_rules! number_fields {
    ($($number:ty),*) => {$(
        impl Field for $number {
            fn field(value: Option<Value>) -> Self {
                match value {
                    // Negative where only a size makes sense stands for "none at all".
                    Some(Value::Number(number)) => number.try_into().unwrap_or_default(),
                    other => unreachable!("a number in the settings table is {other:?}"),
                }
            }
        }
    )*};
}
number_fields!(i16, i32, i64, u32, u64, usize);

impl Field for f64 {
    fn field(value: Option<Value>) -> Self {
        match value {
            Some(Value::Double(number)) => number,
            other => unreachable!("a number in the settings table is {other:?}"),
        }
    }
}

impl Field for bool {
    fn field(value: Option<Value>) -> Self {
        match value {
            Some(Value::Bool(value)) => value,
            other => unreachable!("a boolean in the settings table is {other:?}"),
        }
    }
}

impl Field for Option<usize> {
    fn field(value: Option<Value>) -> Self {
        value.map(|value| usize::field(Some(value)))
    }
}

impl Field for Option<String> {
    fn field(value: Option<Value>) -> Self {
        value.map(|value| value.to_string()).filter(|text| !text.is_empty())
    }
}

impl Field for Vec<String> {
    fn field(value: Option<Value>) -> Self {
        match value {
            Some(Value::List(items)) => items.into_iter().filter(|item| !item.is_empty()).collect(),
            Some(other) => vec![other.to_string()],
            None => Vec::new(),
        }
    }
}

macro_rules! resolved {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $setting:literal,)* $(+ $own:ident: $own_type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $(#[doc = concat!("`", $setting, "`")] $(#[$field_doc])* pub $field: $type,)*
            $(pub $own: $own_type,)*
        }

        impl $name {
            pub(super) fn of(settings: &BrokerSettings) -> Self {
                let value = |name| broker_setting(name).and_then(|setting| settings.value(setting));
                Self {
                    $($field: Field::field(value($setting)),)*
                    $($own: Default::default(),)*
                }
            }
        }
    };
}

resolved!(
    /// Who this node is and where it keeps its data.
    NodeSettings {
        log_dirs_given: Vec<String> = "log.dirs",
        log_dir_given: Vec<String> = "log.dir",
        cordoned_given: Vec<String> = "cordoned.log.dirs",
        metadata_log_dir: Option<String> = "metadata.log.dir",
        rack: Option<String> = "broker.rack",
        roles: Vec<String> = "process.roles",
        quorum_voters: Vec<String> = "controller.quorum.voters",
        quorum_bootstrap_servers: Vec<String> = "controller.quorum.bootstrap.servers",
        recovery_threads: usize = "num.recovery.threads.per.data.dir",
        move_threads: Option<usize> = "num.replica.alter.log.dirs.threads",
    }
);

/// Of `cordoned.log.dirs`: all of them.
const EVERY_DIRECTORY: &str = "*";

impl NodeSettings {
    /// The data directories: `log.dirs`, or `log.dir`.
    pub fn log_dirs(&self) -> Vec<PathBuf> {
        self.log_dir_names().iter().map(PathBuf::from).collect()
    }

    fn log_dir_names(&self) -> &[String] {
        if self.log_dirs_given.is_empty() { &self.log_dir_given } else { &self.log_dirs_given }
    }

    /// Whether a data directory gets no new replicas (`cordoned.log.dirs`, KIP-1066).
    pub fn cordons(&self, dir: &Path) -> bool {
        self.cordoned_given.iter().any(|name| name == EVERY_DIRECTORY || Path::new(name) == dir)
    }

    /// `cordoned.log.dirs` names directories as `log.dirs` does, or all of them (`KafkaConfig.validateCordonedLogDirs`).
    pub(super) fn check_cordoned(&self, origin_of: &dyn Fn(&str) -> Origin) -> Result<(), SettingsError> {
        let strange = self.cordoned_given.iter().find(|name| !self.log_dir_names().contains(name));
        let reason = match strange.map(String::as_str) {
            None => return Ok(()),
            Some(EVERY_DIRECTORY) if self.cordoned_given.len() == 1 => return Ok(()),
            Some(EVERY_DIRECTORY) => "* stands beside other directories".to_owned(),
            Some(name) => format!("{name} is not in log.dirs"),
        };
        Err(SettingsError::Refused { origin: origin_of(CORDONED_LOG_DIRS), name: CORDONED_LOG_DIRS, reason })
    }

    /// The directory of the metadata log: `metadata.log.dir`, or the first data directory.
    pub fn metadata_dir(&self) -> Option<PathBuf> {
        self.metadata_log_dir.as_ref().map(PathBuf::from).or_else(|| self.log_dirs().into_iter().next())
    }
}

resolved!(
    /// Listeners, sockets, connections.
    NetworkSettings {
        listeners_given: Vec<String> = "listeners",
        advertised_given: Vec<String> = "advertised.listeners",
        protocol_map: Option<String> = "listener.security.protocol.map",
        controller_listener_names: Vec<String> = "controller.listener.names",
        inter_broker_listener: Option<String> = "inter.broker.listener.name",
        socket_send_buffer_bytes: i32 = "socket.send.buffer.bytes",
        socket_receive_buffer_bytes: i32 = "socket.receive.buffer.bytes",
        socket_request_bytes_max: usize = "socket.request.max.bytes",
        socket_listen_backlog: u32 = "socket.listen.backlog.size",
        connections_max: usize = "max.connections",
        connections_per_ip_max: usize = "max.connections.per.ip",
        connections_per_ip_overrides: Vec<String> = "max.connections.per.ip.overrides",
        connections_idle_ms_max: i64 = "connections.max.idle.ms",
        request_timeout_ms: i32 = "request.timeout.ms",
        telemetry_bytes_max: usize = "telemetry.max.bytes",
        ops_listen: Option<String> = "ops.listen",
        metrics_bytes_max: usize = "ops.metrics.bytes.max",
        + listeners: Vec<Listener>,
        + controller_listeners: Vec<Listener>,
        + advertised_listeners: Vec<Listener>,
    }
);

impl NetworkSettings {
    pub(super) fn resolve_listeners(
        &mut self,
        origin_of: &dyn Fn(&str) -> Origin,
    ) -> Result<(), SettingsError> {
        let refused = |name: &'static str| {
            let origin = origin_of(name);
            move |reason| SettingsError::Refused { origin, name, reason }
        };
        let map = self.protocol_map.as_deref().unwrap_or_default();
        let mut protocols = parse_protocols(map).map_err(refused("listener.security.protocol.map"))?;
        self.controller_listener_names.iter_mut().for_each(|name| *name = name.to_ascii_uppercase());
        for name in &self.controller_listener_names {
            if !protocols.iter().any(|(listener, _)| listener == name) {
                protocols.push((name.clone(), SecurityProtocol::Plaintext));
            }
        }
        let is_controller = |listener: &Listener| self.controller_listener_names.contains(&listener.name);
        let listeners = parse_listeners(&self.listeners_given, &protocols).map_err(refused("listeners"))?;
        let advertised =
            parse_listeners(&self.advertised_given, &protocols).map_err(refused("advertised.listeners"))?;
        (self.controller_listeners, self.listeners) = listeners.into_iter().partition(is_controller);
        let advertised: Vec<Listener> = advertised.into_iter().filter(|it| !is_controller(it)).collect();
        for listener in &advertised {
            let reason = if !self.listeners.iter().any(|it| it.name == listener.name) {
                format!("{} is not in listeners", listener.name)
            } else if matches!(listener.host.as_str(), "0.0.0.0" | "::") {
                format!("{listener}: clients cannot connect to that address")
            } else {
                continue;
            };
            return Err(refused("advertised.listeners")(reason));
        }
        self.advertised_listeners = advertised;
        Ok(())
    }
}

fn parse_listeners(
    given: &[String],
    protocols: &[(String, SecurityProtocol)],
) -> Result<Vec<Listener>, String> {
    let listeners: Vec<Listener> =
        given.iter().map(|text| Listener::parse(text, protocols)).collect::<Result<_, _>>()?;
    for (index, listener) in listeners.iter().enumerate() {
        if let Some(same) = listeners[..index].iter().find(|it| it.name == listener.name) {
            return Err(format!("{same} and {listener} have the same name"));
        }
    }
    Ok(listeners)
}

resolved!(
    /// How topics come to be, and the settings of Kafka's own.
    TopicCreationSettings {
        auto_create: bool = "auto.create.topics.enable",
        delete_enabled: bool = "delete.topic.enable",
        partitions: i32 = "num.partitions",
        replication_factor: i16 = "default.replication.factor",
        describe_partitions_max: i32 = "max.request.partition.size.limit",
        offsets_partitions: i32 = "offsets.topic.num.partitions",
        offsets_replication_factor: i16 = "offsets.topic.replication.factor",
        offsets_segment_bytes: i32 = "offsets.topic.segment.bytes",
        transaction_partitions: i32 = "transaction.state.log.num.partitions",
        transaction_replication_factor: i16 = "transaction.state.log.replication.factor",
        transaction_min_isr: i32 = "transaction.state.log.min.isr",
        transaction_segment_bytes: i32 = "transaction.state.log.segment.bytes",
        share_partitions: i32 = "share.coordinator.state.topic.num.partitions",
        share_replication_factor: i16 = "share.coordinator.state.topic.replication.factor",
        share_min_isr: i32 = "share.coordinator.state.topic.min.isr",
        share_segment_bytes: i32 = "share.coordinator.state.topic.segment.bytes",
    }
);

resolved!(
    /// Chores of the logs. What a single log does is in [`super::TopicSettings`].
    LogSettings {
        retention_check_interval_ms: i64 = "log.retention.check.interval.ms",
        flush_scheduler_interval_ms: i64 = "log.flush.scheduler.interval.ms",
        recovery_point_checkpoint_interval_ms: i64 = "log.flush.offset.checkpoint.interval.ms",
        start_offset_checkpoint_interval_ms: i64 = "log.flush.start.offset.checkpoint.interval.ms",
        high_watermark_checkpoint_interval_ms: i64 = "replica.high.watermark.checkpoint.interval.ms",
        producer_id_expiration_ms: i64 = "producer.id.expiration.ms",
        producer_check_interval_ms: i64 = "producer.id.expiration.check.interval.ms",
        move_bytes_per_second_max: i64 = "replica.alter.log.dirs.io.max.bytes.per.second",
    }
);

resolved!(
    /// The compaction of logs (`CleanerConfig`). Buffers are those of all threads together.
    CleanerSettings {
        is_enabled: bool = "log.cleaner.enable",
        threads: usize = "log.cleaner.threads",
        dedupe_buffer_bytes: usize = "log.cleaner.dedupe.buffer.size",
        dedupe_load_max: f64 = "log.cleaner.io.buffer.load.factor",
        io_buffer_bytes: usize = "log.cleaner.io.buffer.size",
        io_bytes_per_second_max: f64 = "log.cleaner.io.max.bytes.per.second",
        backoff_ms: u64 = "log.cleaner.backoff.ms",
    }
);

resolved!(
    /// Limits of fetches.
    FetchSettings {
        bytes_max: usize = "fetch.max.bytes",
        sessions_max: usize = "max.incremental.fetch.session.cache.slots",
    }
);

resolved!(
    /// Groups and their offsets.
    GroupSettings {
        initial_rebalance_delay_ms: i32 = "group.initial.rebalance.delay.ms",
        session_timeout_min_ms: i32 = "group.min.session.timeout.ms",
        session_timeout_max_ms: i32 = "group.max.session.timeout.ms",
        members_max: usize = "group.max.size",
        offset_metadata_bytes_max: usize = "offset.metadata.max.bytes",
        offsets_commit_timeout_ms: i32 = "offsets.commit.timeout.ms",
        offsets_retention_minutes: i64 = "offsets.retention.minutes",
        offsets_retention_check_interval_ms: i64 = "offsets.retention.check.interval.ms",
        offsets_compression_codec: i32 = "offsets.topic.compression.codec",
        consumer_session_timeout_ms: i32 = "group.consumer.session.timeout.ms",
        consumer_session_timeout_min_ms: i32 = "group.consumer.min.session.timeout.ms",
        consumer_session_timeout_max_ms: i32 = "group.consumer.max.session.timeout.ms",
        consumer_heartbeat_interval_ms: i32 = "group.consumer.heartbeat.interval.ms",
        consumer_heartbeat_interval_min_ms: i32 = "group.consumer.min.heartbeat.interval.ms",
        consumer_heartbeat_interval_max_ms: i32 = "group.consumer.max.heartbeat.interval.ms",
        consumer_assignment_interval_ms: i32 = "group.consumer.assignment.interval.ms",
        consumer_assignment_interval_min_ms: i32 = "group.consumer.min.assignment.interval.ms",
        consumer_assignment_interval_max_ms: i32 = "group.consumer.max.assignment.interval.ms",
        consumer_regex_refresh_interval_ms: i32 = "group.consumer.regex.refresh.interval.ms",
        consumer_members_max: usize = "group.consumer.max.size",
        consumer_assignors: Vec<String> = "group.consumer.assignors",
        migration_policy: Option<String> = "group.consumer.migration.policy",
        protocols: Vec<String> = "group.coordinator.rebalance.protocols",
        background_threads: usize = "group.coordinator.background.threads",
    }
);

resolved!(
    /// Transactions and their coordinator.
    TransactionSettings {
        timeout_max_ms: i32 = "transaction.max.timeout.ms",
        id_expiration_ms: i64 = "transactional.id.expiration.ms",
        abort_interval_ms: i64 = "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        expire_interval_ms: i64 = "transaction.remove.expired.transaction.cleanup.interval.ms",
        verifies: bool = "transaction.partition.verification.enable",
        add_backoff_ms: u64 = "add.partitions.to.txn.retry.backoff.ms",
        add_backoff_ms_max: u64 = "add.partitions.to.txn.retry.backoff.max.ms",
        request_timeout_ms: i32 = "request.timeout.ms",
    }
);

resolved!(
    /// The metadata log.
    MetadataLogSettings {
        segment_bytes_given: i32 = "metadata.log.segment.bytes",
        segment_ms: i64 = "metadata.log.segment.ms",
        snapshot_bytes: u64 = "metadata.log.max.record.bytes.between.snapshots",
        snapshot_interval_ms: i64 = "metadata.log.max.snapshot.interval.ms",
        idle_interval_ms: i64 = "metadata.max.idle.interval.ms",
        retention_bytes: i64 = "metadata.max.retention.bytes",
        retention_ms: i64 = "metadata.max.retention.ms",
        segment_bytes_for_tests: Option<String> = "internal.metadata.log.segment.bytes",
    }
);

impl MetadataLogSettings {
    /// Size at which the metadata log rolls.
    pub fn segment_bytes(&self) -> i32 {
        let for_tests = self.segment_bytes_for_tests.as_deref().and_then(|text| text.parse().ok());
        for_tests.unwrap_or(self.segment_bytes_given)
    }
}
