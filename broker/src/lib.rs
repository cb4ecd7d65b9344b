//! The broker: server, connections, APIs, partitions, coordinators, metadata quorum.
