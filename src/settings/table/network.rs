//! Listeners, sockets, connections.

use crate::settings::setting::*;

settings! { SETTINGS:
    List "advertised.listeners" = null, ANY, ReadOnly, Honoured, "The addresses that clients are told to connect to; those of `listeners` when not set.";
    Int "connection.failed.authentication.delay.ms" = "100", at_least(0), ReadOnly, Ignored, "How long a refused login waits before its connection is closed.";
    Long "connections.max.idle.ms" = "600000", ANY, ReadOnly, Honoured, "A connection without traffic for this long is closed.";
    Long "connections.max.reauth.ms" = "0", ANY, ReadOnly, Ignored, "Longest life of a SASL session before the client must log in again; 0 leaves it unlimited.";
    List "early.start.listeners" = null, ANY, ReadOnly, Ignored, "Listeners that accept connections before the authorizer is ready.";
    Text "inter.broker.listener.name" = null, ANY, ReadOnly, Honoured, "The listener that brokers use among themselves.";
    Text "listener.security.protocol.map" = "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", ANY, PerBroker, Honoured, "Which security protocol each listener name speaks.";
    List "listeners" = "PLAINTEXT://:9092", ANY, PerBroker, Honoured, "The addresses this node listens on, as `NAME://host:port`.";
    Int "max.connection.creation.rate" = "2147483647", at_least(0), ClusterWide, Ignored, "Most new connections a second that the broker accepts.";
    Int "max.connections" = "2147483647", at_least(0), ClusterWide, Honoured, "Most connections the broker holds at once.";
    Int "max.connections.per.ip" = "2147483647", at_least(0), ClusterWide, Honoured, "Most connections the broker holds from one address.";
    Text "max.connections.per.ip.overrides" = "", ANY, ClusterWide, Honoured, "Limits for single addresses or host names, as `host:count`, which win over max.connections.per.ip.";
    Int "num.io.threads" = "8", at_least(1), ClusterWide, Ignored, "Kafka's request threads; requests here run on the connection's own task.";
    Int "num.network.threads" = "3", at_least(1), ClusterWide, Ignored, "Kafka's network threads; connections here are spread over the processors.";
    Text "ops.listen" = null, ANY, Internal, Honoured, "Address, as `host:port`, of the HTTP port for operators: metrics, health, debugging. Not Kafka's; off when not set.";
    Int "ops.metrics.bytes.max" = "2000000", at_least(1), Internal, Honoured, "Largest page of metrics. Topics, groups and partitions get rows as long as there is room, those that matter most first. Not Kafka's.";
    Long "queued.max.request.bytes" = "-1", ANY, ReadOnly, Ignored, "Bytes of queued requests after which Kafka stops reading sockets; there is no such queue here.";
    Int "queued.max.requests" = "500", at_least(1), ReadOnly, Ignored, "Requests that Kafka queues before it stops reading sockets; there is no such queue here.";
    Int "request.timeout.ms" = "30000", ANY, ReadOnly, Honoured, "How long requests between nodes may take before they are sent again.";
    Long "socket.connection.setup.timeout.max.ms" = "30000", ANY, ReadOnly, Ignored, "Upper bound of the growing wait for a connection to another node.";
    Long "socket.connection.setup.timeout.ms" = "10000", ANY, ReadOnly, Ignored, "How long the first attempt to connect to another node may take.";
    Int "socket.listen.backlog.size" = "50", at_least(1), ReadOnly, Honoured, "Connections the system holds ready before the broker accepts them.";
    Int "socket.receive.buffer.bytes" = "102400", ANY, ReadOnly, Honoured, "Receive buffer of server sockets; -1 leaves the system's size.";
    Int "socket.request.max.bytes" = "104857600", at_least(1), ReadOnly, Honoured, "Largest request the broker reads; a longer one closes its connection.";
    Int "socket.send.buffer.bytes" = "102400", ANY, ReadOnly, Honoured, "Send buffer of server sockets; -1 leaves the system's size.";
    Bool "unstable.api.versions.enable" = "false", ANY, Internal, Ignored, "Whether API versions that Kafka has not settled yet are offered.";
    Long "server.max.startup.time.ms" = "9223372036854775807", at_least(0), Internal, Ignored, "How long a start may take before Kafka gives up.";
}
