//! Logs: segments, retention, compaction, flushing.

use crate::settings::setting::*;

settings! { SETTINGS:
    Int "background.threads" = "10", at_least(1), ClusterWide, Ignored, "Kafka's threads for chores; chores here share the runtime.";
    Int "compression.gzip.level" = "-1", GZIP_LEVEL, ClusterWide, Honoured, "Gzip level used when the broker compresses records again.";
    Int "compression.lz4.level" = "9", between(1, 17), ClusterWide, Honoured, "LZ4 level used when the broker compresses records again.";
    Text "compression.type" = "producer", one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), ClusterWide, Honoured, "Codec that stored batches must have; `producer` keeps what the producer chose.";
    Int "compression.zstd.level" = "3", between(-131072, 22), ClusterWide, Honoured, "Zstandard level used when the broker compresses records again.";
    List "cordoned.log.dirs" = "", ANY, PerBroker, Honoured, "Data directories that get no new replicas, as log.dirs names them; `*` alone is all of them.";
    Long "log.cleaner.backoff.ms" = "15000", at_least(0), ClusterWide, Honoured, "How long the cleaner sleeps when there is nothing to clean.";
    Long "log.cleaner.dedupe.buffer.size" = "134217728", ANY, ClusterWide, Honoured, "Memory for the cleaner's table of keys, all threads together.";
    Long "log.cleaner.delete.retention.ms" = "86400000", at_least(0), ClusterWide, Honoured, "How long deletion markers of compacted topics are kept.";
    Bool "log.cleaner.enable" = "true", ANY, ReadOnly, Honoured, "Whether the cleaner runs; compacted topics grow without it.";
    Double "log.cleaner.io.buffer.load.factor" = "0.9", ANY, ClusterWide, Honoured, "How full the cleaner's table of keys may become.";
    Int "log.cleaner.io.buffer.size" = "524288", at_least(0), ClusterWide, Honoured, "Memory for the cleaner's reads and writes, all threads together; a thread writes 1 MiB at once at the least.";
    Double "log.cleaner.io.max.bytes.per.second" = "1.7976931348623157E308", ANY, ClusterWide, Honoured, "Bytes a second that the cleaner reads and writes at most.";
    Long "log.cleaner.max.compaction.lag.ms" = "9223372036854775807", at_least(1), ClusterWide, Honoured, "Longest time a record stays uncompacted.";
    Double "log.cleaner.min.cleanable.ratio" = "0.5", share(0.0, 1.0), ClusterWide, Honoured, "Share of uncleaned bytes in a log before it is cleaned.";
    Long "log.cleaner.min.compaction.lag.ms" = "0", at_least(0), ClusterWide, Honoured, "Shortest time a record stays uncompacted.";
    Int "log.cleaner.threads" = "1", at_least(0), ClusterWide, Honoured, "Threads that compact logs.";
    List "log.cleanup.policy" = "delete", each_of(&["compact", "delete"]), ClusterWide, Honoured, "What happens to old segments: delete, compact, or both.";
    List "log.dir" = "/tmp/kafka-logs", ANY, ReadOnly, Honoured, "The data directory, when log.dirs is not set.";
    Long "log.dir.failure.timeout.ms" = "30000", at_least(1), ReadOnly, Ignored, "How long a broker runs on when it cannot tell the controller that a directory failed.";
    List "log.dirs" = null, ANY, ReadOnly, Honoured, "The data directories, separated by commas.";
    Long "log.flush.interval.messages" = "9223372036854775807", at_least(1), ClusterWide, Honoured, "Records after which a partition's log is forced to disk; 1 makes every acknowledgement durable.";
    Long "log.flush.interval.ms" = null, ANY, ClusterWide, Honoured, "Longest time a record stays in memory before its log is forced to disk.";
    Int "log.flush.offset.checkpoint.interval.ms" = "60000", at_least(0), ReadOnly, Honoured, "How often the recovery points of the logs are written down.";
    Long "log.flush.scheduler.interval.ms" = "9223372036854775807", ANY, ReadOnly, Honoured, "How often it is checked whether logs need to be forced to disk.";
    Int "log.flush.start.offset.checkpoint.interval.ms" = "60000", at_least(0), ReadOnly, Honoured, "How often the start offsets of the logs are written down.";
    Int "log.index.interval.bytes" = "4096", at_least(0), ClusterWide, Honoured, "Bytes of records between two entries of an offset index.";
    Int "log.index.size.max.bytes" = "10485760", at_least(4), ClusterWide, Honoured, "Largest size of an index file.";
    Long "log.initial.task.delay.ms" = "30000", at_least(0), Internal, Ignored, "Wait after the start before the chores of the logs begin.";
    Long "log.local.retention.bytes" = "-2", at_least(-2), ClusterWide, Ignored, "Bytes of a tiered partition kept locally; -2 follows retention.bytes.";
    Long "log.local.retention.ms" = "-2", at_least(-2), ClusterWide, Ignored, "Time that segments of a tiered partition stay locally; -2 follows retention.ms.";
    Long "log.message.timestamp.after.max.ms" = "3600000", at_least(0), ClusterWide, Honoured, "How far a record's timestamp may lie ahead of the broker's clock.";
    Long "log.message.timestamp.before.max.ms" = "9223372036854775807", at_least(0), ClusterWide, Honoured, "How far a record's timestamp may lie behind the broker's clock.";
    Text "log.message.timestamp.type" = "CreateTime", one_of(&["CreateTime", "LogAppendTime"]), ClusterWide, Honoured, "Whether records keep the producer's timestamp or get the time of the append.";
    Bool "log.preallocate" = "false", ANY, ClusterWide, Ignored, "Whether a new segment file takes its full size at once; it grows with its records here.";
    Long "log.retention.bytes" = "-1", ANY, ClusterWide, Honoured, "Size of a partition above which its oldest segments are deleted; -1 sets no limit.";
    Long "log.retention.check.interval.ms" = "300000", at_least(1), ReadOnly, Honoured, "How often logs are checked for segments to delete.";
    Int "log.retention.hours" = "168", ANY, ReadOnly, Honoured, "Age in hours after which segments are deleted, when neither minutes nor milliseconds are set.";
    Int "log.retention.minutes" = null, ANY, ReadOnly, Honoured, "Age in minutes after which segments are deleted, when milliseconds are not set.";
    Long "log.retention.ms" = null, ANY, ClusterWide, Honoured, "Age in milliseconds after which segments are deleted; -1 sets no limit.";
    Int "log.roll.hours" = "168", at_least(1), ReadOnly, Honoured, "Age in hours at which a new segment is started, when milliseconds are not set.";
    Int "log.roll.jitter.hours" = "0", at_least(0), ReadOnly, Honoured, "Random hours taken off the age at which segments are rolled, when milliseconds are not set.";
    Long "log.roll.jitter.ms" = null, ANY, ClusterWide, Honoured, "Random milliseconds taken off the age at which segments are rolled.";
    Long "log.roll.ms" = null, ANY, ClusterWide, Honoured, "Age in milliseconds at which a new segment is started.";
    Int "log.segment.bytes" = "1073741824", at_least(1048576), ClusterWide, Honoured, "Size at which a new segment is started.";
    Long "log.segment.delete.delay.ms" = "60000", at_least(0), ClusterWide, Honoured, "Wait before the files of a deleted segment are removed.";
    Int "message.max.bytes" = "1048588", at_least(0), ClusterWide, Honoured, "Largest batch of records accepted, as it arrives.";
    Int "num.recovery.threads.per.data.dir" = "2", at_least(1), ClusterWide, Honoured, "Threads for each data directory that load logs at the start.";
}
