//! What classic consumers tell each other through the group coordinator: subscriptions, which the leader reads, and
//! assignments. Peers of other releases are read leniently (`ConsumerProtocol.deserializeSubscription`).

use super::SchemaError;

super::include_definitions!("consumer_protocol");

impl ConsumerProtocolSubscription {
    /// Decodes the metadata of a member that joins.
    pub fn decode(metadata: &[u8]) -> Result<Self, SchemaError> {
        super::decode_prefixed_leniently(metadata)
    }

    /// The metadata of a member that joins, in `version`.
    pub fn encode(&self, version: i16) -> Result<Vec<u8>, SchemaError> {
        let mut metadata = Vec::new();
        super::encode_prefixed(self, version, &mut metadata)?;
        Ok(metadata)
    }
}

impl ConsumerProtocolAssignment {
    /// Decodes what the leader assigned to a member. No bytes at all are an assignment of nothing.
    pub fn decode(assignment: &[u8]) -> Result<Self, SchemaError> {
        if assignment.is_empty() { Ok(Self::default()) } else { super::decode_prefixed_leniently(assignment) }
    }

    /// What the leader assigns to a member, in `version`.
    pub fn encode(&self, version: i16) -> Result<Vec<u8>, SchemaError> {
        let mut assignment = Vec::new();
        super::encode_prefixed(self, version, &mut assignment)?;
        Ok(assignment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscriptions_of_newer_consumers_are_read() {
        let subscription =
            ConsumerProtocolSubscription { topics: vec!["orders".to_owned()], ..Default::default() };
        let mut metadata = subscription.encode(3).unwrap();
        metadata[..2].copy_from_slice(&9i16.to_be_bytes());
        metadata.extend_from_slice(b"a field of version 9");
        assert_eq!(ConsumerProtocolSubscription::decode(&metadata).unwrap(), subscription);
        metadata[..2].copy_from_slice(&(-1i16).to_be_bytes());
        assert!(ConsumerProtocolSubscription::decode(&metadata).is_err());
    }

    #[test]
    fn no_assignment_is_an_empty_one() {
        assert_eq!(ConsumerProtocolAssignment::decode(b"").unwrap().assigned_partitions, []);
    }
}
