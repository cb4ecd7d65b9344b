//! Replication, fetching, waiting requests.

use crate::settings::setting::*;

settings! { SETTINGS:
    Int "delete.records.purgatory.purge.interval.requests" = "1", ANY, ReadOnly, Ignored, "Kafka's bookkeeping of waiting DeleteRecords requests; nothing to purge here.";
    Int "fetch.max.bytes" = "57671680", at_least(1024), ReadOnly, Honoured, "Most bytes a fetch is answered with.";
    Int "fetch.purgatory.purge.interval.requests" = "1000", ANY, ReadOnly, Ignored, "Kafka's bookkeeping of waiting fetches; nothing to purge here.";
    Bool "follower.fetch.last.tiered.offset.enable" = "false", ANY, ClusterWide, Ignored, "Whether a new follower of a tiered partition starts at the last tiered offset.";
    Int "max.incremental.fetch.session.cache.slots" = "1000", at_least(0), ReadOnly, Honoured, "Most incremental fetch sessions the broker remembers.";
    Int "min.insync.replicas" = "1", at_least(1), ClusterWide, Honoured, "Replicas that must have a record before a write with acks=all succeeds.";
    Int "num.replica.alter.log.dirs.threads" = null, ANY, ReadOnly, Honoured, "Threads that move replicas between data directories; one for each directory where it is not set.";
    Int "num.replica.fetchers" = "1", at_least(1), ClusterWide, Ignored, "Connections to each leader that a follower fetches over.";
    Int "producer.purgatory.purge.interval.requests" = "1000", ANY, ReadOnly, Ignored, "Kafka's bookkeeping of waiting produce requests; nothing to purge here.";
    Int "replica.fetch.backoff.ms" = "1000", at_least(0), ReadOnly, Ignored, "Pause of a follower after a fetch that failed.";
    Int "replica.fetch.max.bytes" = "1048576", at_least(0), ReadOnly, Ignored, "Bytes a follower asks of one partition.";
    Int "replica.fetch.min.bytes" = "1", ANY, ReadOnly, Ignored, "Bytes a leader gathers before it answers a follower.";
    Int "replica.fetch.response.max.bytes" = "10485760", at_least(0), ReadOnly, Ignored, "Most bytes a follower asks for in one fetch.";
    Int "replica.fetch.wait.max.ms" = "500", ANY, ReadOnly, Ignored, "Longest time a leader lets a follower's fetch wait.";
    Long "replica.high.watermark.checkpoint.interval.ms" = "5000", ANY, ReadOnly, Honoured, "How often high watermarks are written down.";
    Long "replica.lag.time.max.ms" = "30000", ANY, ReadOnly, Ignored, "A follower that has not caught up for this long leaves the in-sync set.";
    Text "replica.selector.class" = null, ANY, ReadOnly, Ignored, "A Java class that chooses the replica a consumer reads from; such classes cannot be loaded here.";
    Int "replica.socket.receive.buffer.bytes" = "65536", ANY, ReadOnly, Ignored, "Receive buffer of sockets to other brokers.";
    Int "replica.socket.timeout.ms" = "30000", ANY, ReadOnly, Ignored, "How long a follower's fetch may take.";
    Int "share.fetch.purgatory.purge.interval.requests" = "1000", ANY, ReadOnly, Ignored, "Kafka's bookkeeping of waiting share fetches; nothing to purge here.";
}
