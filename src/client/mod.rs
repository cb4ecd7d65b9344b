//! Talks to any Kafka cluster: connections, cluster view, admin, producer, consumer.
