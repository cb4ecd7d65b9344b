//! One partition's log: appends whole batches, reads them back, comes back whole after a crash.
//! Does not know: topics, clients, the network, what time it is.
