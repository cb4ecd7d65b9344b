//! Access control entries, logins, quotas and tokens: kept and replayed for those who will act on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use kafkactl_core::names::Uuid;
use kafkactl_core::schema::metadata::client_quota_record::EntityData;
use kafkactl_core::schema::metadata::{
    AccessControlEntryRecord, ClientQuotaRecord, DelegationTokenRecord, UserScramCredentialRecord,
};

/// Whom a quota is for: pairs of entity type and name, sorted; no name is that type's default.
pub type QuotaEntity = Vec<(String, Option<String>)>;

/// What the metadata log says about who may do what, and how much of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Security {
    pub acls: Arc<BTreeMap<Uuid, AccessControlEntryRecord>>,
    /// By user and mechanism (1: SHA-256, 2: SHA-512).
    pub scram: Arc<BTreeMap<(String, i8), UserScramCredentialRecord>>,
    pub quotas: Arc<BTreeMap<QuotaEntity, BTreeMap<String, f64>>>,
    /// By token id.
    pub tokens: Arc<BTreeMap<String, DelegationTokenRecord>>,
}

impl Security {
    pub(super) fn put_quota(&mut self, record: ClientQuotaRecord) {
        let mut entity: QuotaEntity =
            record.entity.into_iter().map(|part| (part.entity_type, part.entity_name)).collect();
        entity.sort();
        let quotas = Arc::make_mut(&mut self.quotas);
        if record.remove {
            if let Some(values) = quotas.get_mut(&entity) {
                values.remove(&record.key);
                if values.is_empty() {
                    quotas.remove(&entity);
                }
            }
        } else {
            quotas.entry(entity).or_default().insert(record.key, record.value);
        }
    }

    pub(super) fn quota_records(&self) -> impl Iterator<Item = ClientQuotaRecord> {
        self.quotas.iter().flat_map(|(entity, values)| {
            values.iter().map(move |(key, &value)| ClientQuotaRecord {
                entity: entity
                    .iter()
                    .map(|(entity_type, entity_name)| EntityData {
                        entity_type: entity_type.clone(),
                        entity_name: entity_name.clone(),
                    })
                    .collect(),
                key: key.clone(),
                value,
                remove: false,
            })
        })
    }
}
