//! Kafka's stored records: metadata log, control records, `__consumer_offsets`, `__transaction_state`, share state.
