//! The node, its quorum, topics as the controller makes them.

use crate::settings::setting::*;

settings! { SETTINGS:
    Class "alter.config.policy.class.name" = null, ANY, ReadOnly, Ignored, "A Java class that judges configuration changes; such classes cannot be loaded here.";
    Bool "auto.create.topics.enable" = "true", ANY, ReadOnly, Honoured, "Whether a request for a missing topic creates it.";
    Int "broker.heartbeat.interval.ms" = "2000", ANY, ReadOnly, Ignored, "How often a broker tells the controller that it is alive.";
    Int "broker.id" = "-1", ANY, ReadOnly, Honoured, "Older name of node.id.";
    Text "broker.rack" = null, ANY, ReadOnly, Honoured, "The rack this broker stands in; replicas are spread over racks.";
    Int "broker.session.timeout.ms" = "9000", ANY, ReadOnly, Ignored, "A broker that is silent for this long is fenced.";
    Bool "controlled.shutdown.enable" = "true", ANY, ReadOnly, Ignored, "Whether a stopping broker hands its leaderships over first.";
    List "controller.listener.names" = null, ANY, ReadOnly, Honoured, "Names of the listeners that controllers use.";
    Long "controller.performance.always.log.threshold.ms" = "2000", at_least(0), Internal, Ignored, "Controller operations slower than this are always logged.";
    Long "controller.performance.sample.period.ms" = "60000", at_least(100), Internal, Ignored, "How often the controller logs a summary of its work.";
    Int "controller.quorum.append.linger.ms" = "25", at_least(0), ReadOnly, Ignored, "How long the leader of the metadata log gathers records into one write.";
    Bool "controller.quorum.auto.join.enable" = "false", ANY, ReadOnly, Ignored, "Whether a new controller adds itself to the voters.";
    List "controller.quorum.bootstrap.servers" = "", ANY, ReadOnly, Honoured, "Addresses at which the controllers of a dynamic quorum are found.";
    Int "controller.quorum.election.backoff.max.ms" = "1000", at_least(0), ReadOnly, Ignored, "Longest pause before a new election after one that nobody won.";
    Int "controller.quorum.election.timeout.ms" = "1000", at_least(0), ReadOnly, Ignored, "How long a candidate waits for votes.";
    Int "controller.quorum.fetch.max.bytes" = "1048576", at_least(1), ReadOnly, Ignored, "Most metadata a controller returns to one fetch.";
    Int "controller.quorum.fetch.snapshot.max.bytes" = "1048576", at_least(1), ReadOnly, Ignored, "Most snapshot bytes a controller returns to one request.";
    Int "controller.quorum.fetch.timeout.ms" = "2000", at_least(0), ReadOnly, Ignored, "How long a voter goes without hearing from the leader before it stands for election.";
    Int "controller.quorum.request.timeout.ms" = "2000", at_least(0), ReadOnly, Ignored, "How long a request between controllers may take.";
    Int "controller.quorum.retry.backoff.ms" = "20", at_least(0), ReadOnly, Ignored, "Pause before a request between controllers is sent again.";
    List "controller.quorum.voters" = "", ANY, ReadOnly, Honoured, "The voters of a static quorum, as `id@host:port`.";
    Int "controller.socket.timeout.ms" = "30000", ANY, ReadOnly, Ignored, "How long a broker's request to the controller may take.";
    Class "create.topic.policy.class.name" = null, ANY, ReadOnly, Ignored, "A Java class that judges new topics; such classes cannot be loaded here.";
    Int "default.replication.factor" = "1", ANY, ReadOnly, Honoured, "Replicas of a topic that is created without a number.";
    Bool "delete.topic.enable" = "true", ANY, ReadOnly, Honoured, "Whether topics may be deleted.";
    Int "initial.broker.registration.timeout.ms" = "60000", ANY, ReadOnly, Ignored, "How long a starting broker waits until the controller has registered it.";
    Long "internal.metadata.delete.delay.millis" = "60000", ANY, Internal, Ignored, "Wait before old metadata files are removed.";
    Int "internal.metadata.log.segment.bytes" = null, ANY, Internal, Honoured, "Segment size of the metadata log below Kafka's smallest, for tests.";
    Int "internal.metadata.max.batch.size.in.bytes" = "8388608", ANY, Internal, Ignored, "Largest batch of metadata records.";
    Long "leader.imbalance.check.interval.seconds" = "300", at_least(1), ReadOnly, Ignored, "How often leaders are moved back to the preferred replicas.";
    Bool "auto.leader.rebalance.enable" = "true", ANY, ReadOnly, Ignored, "Whether leaders are moved back to the preferred replicas by themselves.";
    Int "max.request.partition.size.limit" = "2000", at_least(1), ReadOnly, Honoured, "Most partitions that one DescribeTopicPartitions answer holds.";
    Text "metadata.log.dir" = null, ANY, ReadOnly, Honoured, "The directory of the metadata log; the first of log.dirs when not set.";
    Long "metadata.log.max.record.bytes.between.snapshots" = "20971520", at_least(1), ReadOnly, Honoured, "Metadata bytes after which a new snapshot is written.";
    Long "metadata.log.max.snapshot.interval.ms" = "3600000", at_least(0), ReadOnly, Honoured, "Longest time between snapshots while there is something new; 0 turns the clock off.";
    Int "metadata.log.segment.bytes" = "1073741824", at_least(8388608), ReadOnly, Honoured, "Size at which the metadata log starts a new segment.";
    Long "metadata.log.segment.ms" = "604800000", ANY, ReadOnly, Honoured, "Age at which the metadata log starts a new segment.";
    Int "metadata.max.idle.interval.ms" = "500", at_least(0), ReadOnly, Honoured, "How often the active controller writes a no-op record while idle; 0 writes none.";
    Long "metadata.max.retention.bytes" = "104857600", ANY, ReadOnly, Honoured, "Size of metadata log and snapshots above which the oldest are removed.";
    Long "metadata.max.retention.ms" = "604800000", ANY, ReadOnly, Honoured, "Age above which metadata segments and snapshots are removed.";
    Int "node.id" = null, at_least(0), ReadOnly, Honoured, "The number of this node, unique in its cluster.";
    Int "num.partitions" = "1", at_least(1), ReadOnly, Honoured, "Partitions of a topic that is created without a number.";
    List "process.roles" = null, each_of(&["broker", "controller"]), ReadOnly, Honoured, "What this process is: broker, controller, or both.";
    Bool "unclean.leader.election.enable" = "false", ANY, ClusterWide, Honoured, "Whether a replica outside the in-sync set may lead as a last resort, at the price of losing records.";
    Long "unclean.leader.election.interval.ms" = "300000", at_least(1), Internal, Ignored, "How often partitions without a leader are looked at for an unclean election.";
    Bool "unstable.feature.versions.enable" = "false", ANY, Internal, Ignored, "Whether feature levels that Kafka has not settled yet may be finalized.";
}
