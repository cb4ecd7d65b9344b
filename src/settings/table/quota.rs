//! Quotas and metrics.

use crate::settings::setting::*;

settings! { SETTINGS:
    Int "alter.log.dirs.replication.quota.window.num" = "11", at_least(1), ReadOnly, Ignored, "Windows kept to measure moves between data directories.";
    Int "alter.log.dirs.replication.quota.window.size.seconds" = "1", at_least(1), ReadOnly, Ignored, "Length of a window to measure moves between data directories.";
    Class "client.quota.callback.class" = null, ANY, ReadOnly, Ignored, "A Java class that decides client quotas; such classes cannot be loaded here.";
    List "config.providers" = "", ANY, ClusterWide, Ignored, "Java classes that resolve variables in settings; such classes cannot be loaded here.";
    Int "controller.quota.window.num" = "11", at_least(1), ReadOnly, Ignored, "Windows kept to measure controller mutations.";
    Int "controller.quota.window.size.seconds" = "1", at_least(1), ReadOnly, Ignored, "Length of a window to measure controller mutations.";
    Long "follower.replication.throttled.rate" = "9223372036854775807", at_least(0), DynamicOnly, Ignored, "Bytes a second that followers of throttled replicas receive at most.";
    Int "kafka.metrics.polling.interval.secs" = "10", at_least(1), ReadOnly, Ignored, "How often Kafka's metrics reporters are polled.";
    List "kafka.metrics.reporters" = "", ANY, ReadOnly, Ignored, "Java classes that report Kafka's older metrics.";
    Long "leader.replication.throttled.rate" = "9223372036854775807", at_least(0), DynamicOnly, Ignored, "Bytes a second that leaders of throttled replicas send at most.";
    List "metric.reporters" = "org.apache.kafka.common.metrics.JmxReporter", ANY, ClusterWide, Ignored, "Java classes that report metrics.";
    Int "metrics.num.samples" = "2", at_least(1), ReadOnly, Ignored, "Samples kept to compute a metric.";
    Text "metrics.recording.level" = "INFO", ANY, ReadOnly, Ignored, "Finest level of metrics that is recorded.";
    Long "metrics.sample.window.ms" = "30000", at_least(1), ReadOnly, Ignored, "Length of one metric sample.";
    Int "quota.window.num" = "11", at_least(1), ReadOnly, Ignored, "Windows kept to measure client quotas.";
    Int "quota.window.size.seconds" = "1", at_least(1), ReadOnly, Ignored, "Length of a window to measure client quotas.";
    Long "replica.alter.log.dirs.io.max.bytes.per.second" = "9223372036854775807", at_least(0), DynamicOnly, Honoured, "Bytes a second that moves between data directories use at most.";
    Int "replication.quota.window.num" = "11", at_least(1), ReadOnly, Ignored, "Windows kept to measure replication.";
    Int "replication.quota.window.size.seconds" = "1", at_least(1), ReadOnly, Ignored, "Length of a window to measure replication.";
    Int "telemetry.max.bytes" = "1048576", at_least(1), ReadOnly, Honoured, "Largest telemetry push accepted of a client.";
}
