//! Producers and transactions.

use crate::settings::setting::*;

settings! { SETTINGS:
    Int "add.partitions.to.txn.retry.backoff.max.ms" = "100", at_least(0), ReadOnly, Honoured, "Longest wait of the broker before it tries again to add partitions to a transaction.";
    Int "add.partitions.to.txn.retry.backoff.ms" = "20", at_least(1), ReadOnly, Honoured, "First wait of the broker before it tries again to add partitions to a transaction.";
    Int "producer.id.expiration.check.interval.ms" = "600000", at_least(1), Internal, Honoured, "How often expired producer ids are looked for.";
    Int "producer.id.expiration.ms" = "86400000", at_least(1), ClusterWide, Honoured, "How long a partition remembers a producer that is silent.";
    Int "transaction.abort.timed.out.transaction.cleanup.interval.ms" = "10000", at_least(1), ReadOnly, Honoured, "How often transactions past their timeout are aborted.";
    Int "transaction.max.timeout.ms" = "900000", at_least(1), ReadOnly, Honoured, "Longest timeout a transactional producer may ask for.";
    Bool "transaction.partition.verification.enable" = "true", ANY, ClusterWide, Honoured, "Whether a partition asks the coordinator before it joins a transaction.";
    Int "transaction.remove.expired.transaction.cleanup.interval.ms" = "3600000", at_least(1), ReadOnly, Honoured, "How often expired transactional ids are looked for.";
    Int "transaction.state.log.load.buffer.size" = "5242880", at_least(1), ReadOnly, Ignored, "Bytes that Kafka reads at a time while it loads transactions.";
    Int "transaction.state.log.min.isr" = "2", at_least(1), ReadOnly, Honoured, "min.insync.replicas of __transaction_state when it is created.";
    Int "transaction.state.log.num.partitions" = "50", at_least(1), ReadOnly, Honoured, "Partitions of __transaction_state when it is created.";
    Short "transaction.state.log.replication.factor" = "3", at_least(1), ReadOnly, Honoured, "Replicas of __transaction_state when it is created; min(3, live brokers) unless set.";
    Int "transaction.state.log.segment.bytes" = "104857600", at_least(1), ReadOnly, Honoured, "Segment size of __transaction_state.";
    Bool "transaction.two.phase.commit.enable" = "false", ANY, ReadOnly, Ignored, "Whether transactions may be prepared and completed from outside.";
    Int "transactional.id.expiration.ms" = "604800000", at_least(1), ReadOnly, Honoured, "How long a transactional id without activity is kept.";
}
