//! What a client sees of a cluster, in the form of `logical.json`.

use std::collections::BTreeMap;

use kafkactl_core::client::admin::{
    ConfigDetail, ConfigResource, ConfigResourceKind, GroupListing, Isolation, LogDirReplica, OffsetSpec,
    PartitionDescription, TopicListing,
};
use kafkactl_core::client::consumer::{Consumer, ConsumerConfig, Event, StartAt};
use kafkactl_core::client::{Admin, Client, ClientConfig, ClientError, Endpoint};
use kafkactl_core::names::{BrokerId, LeaderEpoch, TopicPartition};
use serde_json::{Map, Value, json};

use crate::logical::{ranges_of, record_json};

type Seen<T = Value> = Result<T, ClientError>;

pub struct Viewer {
    client: Client,
    admin: Admin,
}

impl Viewer {
    pub async fn connect(port: u16) -> Seen<Self> {
        let client = Client::connect(ClientConfig::new(vec![Endpoint::new("127.0.0.1", port)])).await?;
        Ok(Self { admin: Admin::new(&client), client })
    }

    /// Every section that has content; one that cannot be seen says why.
    pub async fn everything(&self, log_root: &str) -> Value {
        let sections = [
            ("groups", shown(self.groups().await)),
            ("topics", shown(self.topics().await)),
            ("features", shown(self.features().await)),
            ("broker_configs", shown(self.broker_configs().await)),
            ("other_configs", shown(self.other_configs().await)),
            ("transactions", shown(self.transactions().await)),
            ("log_dirs", shown(self.log_dirs(log_root).await)),
        ];
        let sections = sections.into_iter().filter(|(_, section)| *section != json!({}));
        sections.map(|(name, section)| (name.to_owned(), section)).collect::<Map<_, _>>().into()
    }

    async fn topics(&self) -> Seen {
        let mut topics = Map::new();
        for listing in self.admin.list_topics().await? {
            topics.insert(listing.name.to_string(), shown(self.topic(&listing).await));
        }
        Ok(topics.into())
    }

    async fn topic(&self, listing: &TopicListing) -> Seen {
        let mut described = self.admin.describe_topics(std::slice::from_ref(&listing.name)).await?;
        let mut partitions = Map::new();
        for partition in described.remove(&listing.name).unwrap()?.partitions {
            let id = TopicPartition { topic: listing.name.clone(), partition: partition.id };
            partitions.insert(partition.id.to_string(), self.partition(&id, &partition).await?);
        }
        Ok(json!({
            "id": listing.id.to_string(),
            "internal": listing.is_internal,
            "configs": self.dynamic(ConfigResource::topic(listing.name.as_str())).await?,
            "partitions": partitions,
        }))
    }

    async fn partition(&self, id: &TopicPartition, description: &PartitionDescription) -> Seen {
        let end = self.offset(id, OffsetSpec::Latest, Isolation::ReadUncommitted).await?.1;
        let stable_end = self.offset(id, OffsetSpec::Latest, Isolation::ReadCommitted).await?.1;
        let mut partition = json!({
            "replicas": description.replicas.iter().map(|id| id.0).collect::<Vec<_>>(),
            "log_start": self.offset(id, OffsetSpec::Earliest, Isolation::ReadUncommitted).await?.1,
            "high_watermark": end,
            "last_stable_offset": stable_end,
            "max_timestamp": self.offset(id, OffsetSpec::MaxTimestamp, Isolation::ReadUncommitted).await?,
        });
        if id.topic.as_str().starts_with("__") {
            return Ok(partition);
        }
        let records = self.records(id, Isolation::ReadUncommitted).await?;
        if !records.is_empty() {
            let committed = self.records(id, Isolation::ReadCommitted).await?;
            partition["read_committed"] = ranges_of(&committed);
        }
        let producers = self.producers(id).await?;
        if !producers.is_empty() {
            partition["producers"] = producers.into();
        }
        partition["records"] = records.into();
        Ok(partition)
    }

    /// Timestamp and offset, -1 where there is none.
    async fn offset(&self, id: &TopicPartition, spec: OffsetSpec, isolation: Isolation) -> Seen<(i64, i64)> {
        let asked = BTreeMap::from([(id.clone(), spec)]);
        let listed = self.admin.list_offsets(asked, isolation).await.remove(id).unwrap()?;
        Ok((listed.timestamp_ms.unwrap_or(-1), listed.offset.map_or(-1, |offset| offset.0)))
    }

    async fn records(&self, id: &TopicPartition, isolation: Isolation) -> Seen<Vec<Value>> {
        let config = ConsumerConfig { isolation, report_end: true, ..ConsumerConfig::default() };
        let mut consumer = Consumer::new(&self.client, config);
        consumer.assign(&BTreeMap::from([(id.clone(), StartAt::Spec(OffsetSpec::Earliest))]));
        let mut records = Vec::new();
        while let Event::Records(chunk) = consumer.next().await? {
            for batch in chunk.batches() {
                for record in batch.records()?.iter() {
                    records.push(record_json(batch.header(), record?));
                }
            }
        }
        Ok(records)
    }

    async fn producers(&self, id: &TopicPartition) -> Seen<Vec<Value>> {
        let described = self.admin.describe_producers(std::slice::from_ref(id)).await;
        let mut producers = described.into_values().next().unwrap()?;
        producers.sort_by_key(|producer| producer.producer_id);
        let value = |producer: &kafkactl_core::client::admin::ProducerDescription| {
            json!({
                "id": producer.producer_id.0,
                "epoch": producer.producer_epoch,
                "last_sequence": producer.last_sequence,
                "last_timestamp": producer.last_timestamp_ms,
                "coordinator_epoch": producer.coordinator_epoch.unwrap_or(-1),
                "open_transaction_start": producer.transaction_start.map_or(-1, |offset| offset.0),
            })
        };
        Ok(producers.iter().map(value).collect())
    }

    /// The settings of a resource that were not there from the start.
    async fn dynamic(&self, resource: ConfigResource) -> Seen {
        let resources = std::slice::from_ref(&resource);
        let mut described = self.admin.describe_configs(resources, None, ConfigDetail::default()).await?;
        let entries = described.remove(&resource).unwrap()?.into_iter();
        let dynamic = entries.filter(|entry| entry.source.name().starts_with("DYNAMIC"));
        Ok(dynamic.map(|entry| (entry.name, json!(entry.value))).collect::<Map<_, _>>().into())
    }

    async fn broker_configs(&self) -> Seen {
        let mut configs = Map::new();
        for (shown, name) in [("default", ""), ("1", "1")] {
            let resource = ConfigResource { kind: ConfigResourceKind::Broker, name: name.to_owned() };
            let dynamic = self.dynamic(resource).await?;
            if dynamic.as_object().is_some_and(|it| !it.is_empty()) {
                configs.insert(shown.to_owned(), dynamic);
            }
        }
        Ok(configs.into())
    }

    async fn other_configs(&self) -> Seen {
        let kinds = [ConfigResourceKind::Group, ConfigResourceKind::ClientMetrics];
        let mut configs = Map::new();
        for resource in self.admin.list_config_resources(&kinds).await? {
            let kind = if resource.kind == ConfigResourceKind::Group { "GROUP" } else { "CLIENT_METRICS" };
            let shown = format!("{kind} {}", resource.name);
            configs.insert(shown, self.dynamic(resource).await?);
        }
        Ok(configs.into())
    }

    async fn features(&self) -> Seen {
        Ok(json!(self.admin.features().await?.finalized))
    }

    async fn groups(&self) -> Seen {
        let mut groups = Map::new();
        for listing in self.admin.list_groups(&[], &[]).await?.groups {
            groups.insert(listing.group_id.clone(), shown(self.group(&listing).await));
        }
        Ok(groups.into())
    }

    async fn group(&self, listing: &GroupListing) -> Seen {
        let id = &listing.group_id;
        let mut group = json!({
            "type": listing.group_type.as_deref().map(capitalized),
            "protocol": listing.protocol_type,
            "state": listing.state,
        });
        let described = self.admin.describe_groups(std::slice::from_ref(id)).await?.remove(id).unwrap()?;
        let mut members: Vec<String> = Vec::new();
        for mut member in described.members {
            member.assignment.sort_by_key(TopicPartition::to_string);
            let instance = member.instance_id.map_or(String::new(), |id| format!(" static {id}"));
            members.push(format!("{}{instance} -> {}", member.client_id, listed(&member.assignment)));
        }
        members.sort();
        if !members.is_empty() {
            group["members"] = members.into();
        }
        let offsets = self.admin.group_offsets(id, None, false).await?;
        let offsets = offsets.into_iter().map(|(partition, committed)| {
            let committed = committed?;
            let epoch = Some(committed.leader_epoch.0).filter(|epoch| *epoch != LeaderEpoch::NONE.0);
            Ok((partition.to_string(), json!([committed.offset.0, epoch, committed.metadata])))
        });
        group["offsets"] = offsets.collect::<Seen<Map<_, _>>>()?.into();
        Ok(group)
    }

    async fn transactions(&self) -> Seen {
        let mut transactions = Map::new();
        for listing in self.admin.list_transactions(&[]).await? {
            let id = listing.transactional_id;
            let described = self.admin.describe_transactions(std::slice::from_ref(&id)).await;
            let described = described.into_values().next().unwrap()?;
            let value = json!({
                "producer_id": described.producer_id.0,
                "producer_epoch": described.producer_epoch.0,
                "state": described.state,
                "partitions": listed(&described.partitions),
            });
            transactions.insert(id, value);
        }
        Ok(transactions.into())
    }

    async fn log_dirs(&self, root: &str) -> Seen {
        let node = BrokerId(1);
        let mut described = self.admin.describe_log_dirs([node]).await.remove(&node).unwrap()?;
        described.sort_by(|a, b| a.path.cmp(&b.path));
        let mut lines = Vec::new();
        for mut dir in described {
            let path = dir.path.strip_prefix(root).unwrap().trim_start_matches('/');
            let path = if path.is_empty() { "." } else { path };
            dir.replicas.sort_by_key(|replica| replica.partition.to_string());
            let users = dir.replicas.iter().filter(|it| !it.partition.topic.as_str().starts_with("__"));
            let line = |replica: &LogDirReplica| {
                let future = if replica.is_future { " future" } else { "" };
                format!("node 1 dir {path} {} size {}{future}", replica.partition, replica.size_bytes)
            };
            lines.extend(users.map(line));
        }
        Ok(lines.into())
    }
}

/// What was seen, or why it was not.
fn shown(seen: Seen) -> Value {
    seen.unwrap_or_else(|error| json!({ "error": error.to_string() }))
}

/// As Java prints the type of a group.
fn capitalized(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// As Java prints a list.
fn listed(partitions: &[TopicPartition]) -> String {
    let names: Vec<_> = partitions.iter().map(TopicPartition::to_string).collect();
    format!("[{}]", names.join(", "))
}
