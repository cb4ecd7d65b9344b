//! Settings that belong to a topic, a group or a client-metrics subscription.

use crate::settings::setting::*;

settings! { TOPIC:
    List "cleanup.policy" = "delete", each_of(&["compact", "delete"]), ClusterWide, Honoured, "What happens to old segments: delete, compact, or both; an empty list keeps them forever.";
    Int "compression.gzip.level" = "-1", GZIP_LEVEL, ClusterWide, Honoured, "Gzip level used when the broker compresses records again.";
    Int "compression.lz4.level" = "9", between(1, 17), ClusterWide, Honoured, "LZ4 level used when the broker compresses records again.";
    Text "compression.type" = "producer", one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), ClusterWide, Honoured, "Codec that stored batches must have; `producer` keeps what the producer chose.";
    Int "compression.zstd.level" = "3", between(-131072, 22), ClusterWide, Honoured, "Zstandard level used when the broker compresses records again.";
    Long "delete.retention.ms" = "86400000", at_least(0), ClusterWide, Honoured, "How long deletion markers of a compacted topic are kept.";
    Long "file.delete.delay.ms" = "60000", at_least(0), ClusterWide, Honoured, "Wait before the files of a deleted segment are removed.";
    Long "flush.messages" = "9223372036854775807", at_least(1), ClusterWide, Honoured, "Records after which the log is forced to disk; 1 makes every acknowledgement durable.";
    Long "flush.ms" = "9223372036854775807", at_least(0), ClusterWide, Honoured, "Longest time a record stays in memory before the log is forced to disk.";
    List "follower.replication.throttled.replicas" = "", THROTTLED_REPLICAS, ClusterWide, Ignored, "Replicas whose follower side is throttled, as `partition:broker`, or `*` for all.";
    Int "index.interval.bytes" = "4096", at_least(0), ClusterWide, Honoured, "Bytes of records between two entries of an offset index.";
    Int "internal.segment.bytes" = null, ANY, Internal, Honoured, "Segment size below Kafka's smallest, for tests.";
    List "leader.replication.throttled.replicas" = "", THROTTLED_REPLICAS, ClusterWide, Ignored, "Replicas whose leader side is throttled, as `partition:broker`, or `*` for all.";
    Long "local.retention.bytes" = "-2", at_least(-2), ClusterWide, Ignored, "Bytes of a tiered partition kept locally; -2 follows retention.bytes.";
    Long "local.retention.ms" = "-2", at_least(-2), ClusterWide, Ignored, "Time that segments of a tiered partition stay locally; -2 follows retention.ms.";
    Long "max.compaction.lag.ms" = "9223372036854775807", at_least(1), ClusterWide, Honoured, "Longest time a record stays uncompacted.";
    Int "max.message.bytes" = "1048588", at_least(0), ClusterWide, Honoured, "Largest batch of records accepted, as it arrives.";
    Long "message.timestamp.after.max.ms" = "3600000", at_least(0), ClusterWide, Honoured, "How far a record's timestamp may lie ahead of the broker's clock.";
    Long "message.timestamp.before.max.ms" = "9223372036854775807", at_least(0), ClusterWide, Honoured, "How far a record's timestamp may lie behind the broker's clock.";
    Text "message.timestamp.type" = "CreateTime", one_of(&["CreateTime", "LogAppendTime"]), ClusterWide, Honoured, "Whether records keep the producer's timestamp or get the time of the append.";
    Double "min.cleanable.dirty.ratio" = "0.5", share(0.0, 1.0), ClusterWide, Honoured, "Share of uncleaned bytes in the log before it is cleaned.";
    Long "min.compaction.lag.ms" = "0", at_least(0), ClusterWide, Honoured, "Shortest time a record stays uncompacted.";
    Int "min.insync.replicas" = "1", at_least(1), ClusterWide, Honoured, "Replicas that must have a record before a write with acks=all succeeds.";
    Bool "preallocate" = "false", ANY, ClusterWide, Ignored, "Whether a new segment file takes its full size at once; it grows with its records here.";
    Bool "remote.log.copy.disable" = "false", ANY, ClusterWide, Ignored, "Whether a tiered topic stops copying segments and becomes read-only remotely.";
    Bool "remote.log.delete.on.disable" = "false", ANY, ClusterWide, Ignored, "Whether remote segments are deleted when tiered storage is turned off.";
    Bool "remote.storage.enable" = "false", ANY, ClusterWide, Ignored, "Whether the topic uses tiered storage.";
    Long "retention.bytes" = "-1", ANY, ClusterWide, Honoured, "Size of a partition above which its oldest segments are deleted; -1 sets no limit.";
    Long "retention.ms" = "604800000", at_least(-1), ClusterWide, Honoured, "Age after which segments are deleted; -1 sets no limit.";
    Int "segment.bytes" = "1073741824", at_least(1048576), ClusterWide, Honoured, "Size at which a new segment is started.";
    Int "segment.index.bytes" = "10485760", at_least(4), ClusterWide, Honoured, "Largest size of an index file.";
    Long "segment.jitter.ms" = "0", at_least(0), ClusterWide, Honoured, "Random time taken off the age at which segments are rolled.";
    Long "segment.ms" = "604800000", at_least(1), ClusterWide, Honoured, "Age at which a new segment is started.";
    Bool "unclean.leader.election.enable" = "false", ANY, ClusterWide, Honoured, "Whether a replica outside the in-sync set may lead as a last resort, at the price of losing records.";
}

settings! { GROUP:
    Int "consumer.assignment.interval.ms" = "1000", at_least(0), ClusterWide, Honoured, "Shortest time between two assignments of the consumer group.";
    Int "consumer.heartbeat.interval.ms" = "5000", at_least(1), ClusterWide, Honoured, "Heartbeat interval that members of the consumer group are given.";
    Int "consumer.session.timeout.ms" = "45000", at_least(1), ClusterWide, Honoured, "Silence after which a member of the consumer group is removed.";
    Int "share.assignment.interval.ms" = "1000", at_least(0), ClusterWide, Ignored, "Shortest time between two assignments of the share group.";
    Text "share.auto.offset.reset" = "latest", OFFSET_RESET, ClusterWide, Ignored, "Where a share group starts on a partition it has no state for.";
    Int "share.delivery.count.limit" = "5", at_least(2), ClusterWide, Ignored, "How often a record is delivered to the share group before it is given up.";
    Int "share.heartbeat.interval.ms" = "5000", at_least(1), ClusterWide, Ignored, "Heartbeat interval that members of the share group are given.";
    Text "share.isolation.level" = "read_uncommitted", one_of(&["read_committed", "read_uncommitted"]), ClusterWide, Ignored, "Whether the share group sees records of unfinished and aborted transactions.";
    Int "share.partition.max.record.locks" = "2000", at_least(100), ClusterWide, Ignored, "Most records of a share partition that are locked at once.";
    Int "share.record.lock.duration.ms" = "30000", at_least(1000), ClusterWide, Ignored, "How long a share consumer may hold a record before it is offered again.";
    Bool "share.renew.acknowledge.enable" = "true", ANY, ClusterWide, Ignored, "Whether share consumers may renew their locks.";
    Int "share.session.timeout.ms" = "45000", at_least(1), ClusterWide, Ignored, "Silence after which a member of the share group is removed.";
    Int "streams.assignment.interval.ms" = "1000", at_least(0), ClusterWide, Ignored, "Shortest time between two assignments of the streams group.";
    Int "streams.heartbeat.interval.ms" = "5000", at_least(1), ClusterWide, Ignored, "Heartbeat interval that members of the streams group are given.";
    Int "streams.initial.rebalance.delay.ms" = "3000", at_least(0), ClusterWide, Ignored, "How long the first assignment of the streams group waits for more members.";
    Int "streams.num.standby.replicas" = "0", at_least(0), ClusterWide, Ignored, "Standby replicas of each task of the streams group.";
    Int "streams.session.timeout.ms" = "45000", at_least(1), ClusterWide, Ignored, "Silence after which a member of the streams group is removed.";
}

settings! { CLIENT_METRICS:
    Int "interval.ms" = "300000", ANY, ClusterWide, Honoured, "How often matching clients push their metrics.";
    List "match" = "", ANY, ClusterWide, Honoured, "Which clients the subscription is for, as `selector=regular expression`.";
    List "metrics" = "", ANY, ClusterWide, Honoured, "Prefixes of the names of metrics to push; `*` for all.";
}
