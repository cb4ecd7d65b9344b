//! Tiered storage.

use crate::settings::setting::*;

settings! { SETTINGS:
    Int "remote.fetch.max.wait.ms" = "500", at_least(1), ClusterWide, Ignored, "Longest wait for a read from remote storage.";
    Long "remote.list.offsets.request.timeout.ms" = "30000", at_least(1), ClusterWide, Ignored, "Longest wait for an offset lookup in remote storage.";
    Long "remote.log.index.file.cache.total.size.bytes" = "1073741824", at_least(1), ClusterWide, Ignored, "Disk space for indexes fetched from remote storage.";
    Long "remote.log.index.file.cache.ttl.ms" = "900000", at_least(-1), Internal, Ignored, "How long an index fetched from remote storage is kept.";
    Int "remote.log.manager.copier.thread.pool.size" = "10", at_least(1), ClusterWide, Ignored, "Threads that copy segments to remote storage.";
    Long "remote.log.manager.copy.max.bytes.per.second" = "9223372036854775807", at_least(1), ClusterWide, Ignored, "Bytes a second that are copied to remote storage at most.";
    Int "remote.log.manager.copy.quota.window.num" = "11", at_least(1), ReadOnly, Ignored, "Windows kept to measure copies to remote storage.";
    Int "remote.log.manager.copy.quota.window.size.seconds" = "1", at_least(1), ReadOnly, Ignored, "Length of a window to measure copies to remote storage.";
    Int "remote.log.manager.expiration.thread.pool.size" = "10", at_least(1), ClusterWide, Ignored, "Threads that delete expired segments from remote storage.";
    Long "remote.log.manager.fetch.max.bytes.per.second" = "9223372036854775807", at_least(1), ClusterWide, Ignored, "Bytes a second that are read from remote storage at most.";
    Int "remote.log.manager.fetch.quota.window.num" = "11", at_least(1), ReadOnly, Ignored, "Windows kept to measure reads from remote storage.";
    Int "remote.log.manager.fetch.quota.window.size.seconds" = "1", at_least(1), ReadOnly, Ignored, "Length of a window to measure reads from remote storage.";
    Int "remote.log.manager.follower.thread.pool.size" = "2", at_least(1), ClusterWide, Ignored, "Threads that follow remote segments of partitions led elsewhere.";
    Long "remote.log.manager.task.interval.ms" = "30000", at_least(1), ReadOnly, Ignored, "How often remote storage is brought up to date.";
    Long "remote.log.manager.task.retry.backoff.max.ms" = "30000", at_least(1), Internal, Ignored, "Longest wait before a remote storage task is tried again.";
    Long "remote.log.manager.task.retry.backoff.ms" = "500", at_least(1), Internal, Ignored, "First wait before a remote storage task is tried again.";
    Double "remote.log.manager.task.retry.jitter" = "0.2", share(0.0, 0.5), Internal, Ignored, "Random share of the wait before a remote storage task is tried again.";
    Int "remote.log.manager.thread.pool.size" = "2", at_least(1), ReadOnly, Ignored, "Threads for remote storage tasks.";
    Int "remote.log.metadata.custom.metadata.max.bytes" = "128", at_least(0), ReadOnly, Ignored, "Largest custom metadata of a remote segment.";
    Text "remote.log.metadata.manager.class.name" = "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager", NOT_EMPTY, ReadOnly, Ignored, "The Java class that keeps the metadata of remote segments.";
    Text "remote.log.metadata.manager.class.path" = null, ANY, ReadOnly, Ignored, "Where the class of remote metadata is found.";
    Text "remote.log.metadata.manager.impl.prefix" = "rlmm.config.", NOT_EMPTY, ReadOnly, Ignored, "Prefix of settings handed to the class of remote metadata.";
    Text "remote.log.metadata.manager.listener.name" = null, NOT_EMPTY, ReadOnly, Ignored, "Listener used by the class of remote metadata.";
    Int "remote.log.reader.max.pending.tasks" = "100", at_least(1), ReadOnly, Ignored, "Most reads from remote storage that wait.";
    Int "remote.log.reader.threads" = "10", at_least(1), ClusterWide, Ignored, "Threads that read from remote storage.";
    Text "remote.log.storage.manager.class.name" = null, NOT_EMPTY, ReadOnly, Ignored, "The Java class that stores remote segments.";
    Text "remote.log.storage.manager.class.path" = null, ANY, ReadOnly, Ignored, "Where the class of remote storage is found.";
    Text "remote.log.storage.manager.impl.prefix" = "rsm.config.", NOT_EMPTY, ReadOnly, Ignored, "Prefix of settings handed to the class of remote storage.";
    Bool "remote.log.storage.system.enable" = "false", ANY, ReadOnly, Ignored, "Whether tiered storage is on.";
}
