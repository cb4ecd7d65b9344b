//! Changes a cluster, as planned and confirmed on the screen. Asks afresh: what the screen shows may be old.

use std::collections::BTreeMap;

use kafkactl_core::client::admin::{
    CommittedOffset, Committer, Election, ElectionKind, Isolation, OffsetSpec, ProducerDescription,
};
use kafkactl_core::client::{Admin, Client, ClientError, Topics};
use kafkactl_core::names::{LeaderEpoch, Offset, TopicPartition};

use crate::model::deed::{Deed, Plan, ResetTo, Step};

/// What a deed would change. Errors are for the operator: why it cannot be done.
pub async fn plan(client: &Client, deed: Deed) -> Result<Plan, String> {
    let admin = Admin::new(client);
    let (changes, step) = match &deed {
        Deed::ElectPreferred { topic, partition } => plan_election(client, topic, *partition).await?,
        Deed::ResetGroup { group, to } => plan_reset(&admin, group, *to).await?,
        Deed::AbortTransaction { topic, partition } => {
            plan_abort(&admin, &TopicPartition::new(topic.as_str(), *partition)).await?
        }
    };
    Ok(Plan { deed, changes, step })
}

/// Does it, and says what came of it.
pub async fn carry_out(client: &Client, plan: Plan) -> Result<String, String> {
    let admin = Admin::new(client);
    let subject = plan.deed.subject();
    match (plan.deed, plan.step) {
        (Deed::ElectPreferred { topic, partition }, Step::Elect) => {
            let partition = TopicPartition::new(topic.as_str(), partition);
            let asked = std::slice::from_ref(&partition);
            let mut elected =
                admin.elect_leaders(ElectionKind::Preferred, Some(asked)).await.map_err(told)?;
            match elected.remove(&partition).ok_or_else(|| no_answer(&subject))?.map_err(told)? {
                Election::Elected => Ok(format!("{subject}: the preferred leader leads")),
                Election::NotNeeded => Ok(format!("{subject}: the preferred leader led already")),
            }
        }
        (Deed::ResetGroup { group, .. }, Step::Commit(offsets)) => {
            let count = offsets.len();
            let offsets = offsets.into_iter().map(|(topic, partition, offset)| {
                let committed = CommittedOffset {
                    offset: Offset(offset),
                    leader_epoch: LeaderEpoch::NONE,
                    metadata: String::new(),
                };
                (TopicPartition::new(topic.as_str(), partition), committed)
            });
            let (committer, offsets) = (Committer::outsider(), offsets.collect());
            let committed = admin.commit_group_offsets(&group, &committer, &offsets).await.map_err(told)?;
            for outcome in committed.into_values() {
                outcome.map_err(told)?;
            }
            Ok(format!("{subject}: {count} partitions reset"))
        }
        (Deed::AbortTransaction { topic, partition }, Step::Abort { producer_id, start_offset }) => {
            let partition = TopicPartition::new(topic.as_str(), partition);
            let producer = hanging(&admin, &partition).await?;
            if (producer.producer_id.0, producer.transaction_start)
                != (producer_id, Some(Offset(start_offset)))
            {
                return Err(format!("{subject}: another transaction hangs there now"));
            }
            admin.abort_in_partition(&partition, &producer).await.map_err(told)?;
            Ok(format!("{subject}: the transaction of producer {producer_id} is aborted"))
        }
        (deed, step) => Err(format!("{}: {step:?} is no step of it", deed.title())),
    }
}

async fn plan_election(client: &Client, topic: &str, partition: i32) -> Result<(Vec<String>, Step), String> {
    client.refresh(Topics::All).await.map_err(told)?;
    let view = client.view();
    let known = view.topic(topic).and_then(|topic| topic.partitions.iter().find(|one| one.id.0 == partition));
    let known = known.ok_or_else(|| format!("{topic}-{partition} does not exist"))?;
    let preferred = known.replicas.first().ok_or_else(|| format!("{topic}-{partition} has no replicas"))?;
    if known.leader == Some(*preferred) {
        return Err(format!("{topic}-{partition}: the preferred leader leads already"));
    }
    if !known.isr.contains(preferred) {
        return Err(format!("{topic}-{partition}: the preferred leader {preferred} is not in sync"));
    }
    let leader = known.leader.map_or_else(|| "none".to_owned(), |leader| leader.to_string());
    Ok((vec![format!("{topic}-{partition}  leader {leader} → {preferred}")], Step::Elect))
}

async fn plan_reset(admin: &Admin, group: &str, to: ResetTo) -> Result<(Vec<String>, Step), String> {
    let mut described = admin.describe_groups(&[group.to_owned()]).await.map_err(told)?;
    let described = described.remove(group).ok_or_else(|| no_answer(group))?.map_err(told)?;
    if !described.members.is_empty() {
        return Err(format!("group {group} has {} members now: stop them first", described.members.len()));
    }
    let spec = match to {
        ResetTo::Start => OffsetSpec::Earliest,
        ResetTo::End => OffsetSpec::Latest,
    };
    let committed = admin.group_offsets(group, None, true).await.map_err(told)?;
    let specs: BTreeMap<_, _> = committed.keys().map(|partition| (partition.clone(), spec)).collect();
    let mut places = admin.list_offsets(specs, Isolation::ReadUncommitted).await;
    let (mut changes, mut offsets) = (Vec::new(), Vec::new());
    for (partition, committed) in committed {
        let from = committed.map_err(told)?.offset.0;
        let listed =
            places.remove(&partition).ok_or_else(|| no_answer(&partition.to_string()))?.map_err(told)?;
        let Some(to) = listed.offset.map(|offset| offset.0) else { continue };
        changes.push(format!("{partition}  {from} → {to}  ({:+})", to.saturating_sub(from)));
        offsets.push((partition.topic.to_string(), partition.partition.0, to));
    }
    if offsets.is_empty() {
        Err(format!("group {group} has no offsets"))
    } else {
        Ok((changes, Step::Commit(offsets)))
    }
}

async fn plan_abort(admin: &Admin, partition: &TopicPartition) -> Result<(Vec<String>, Step), String> {
    let producer = hanging(admin, partition).await?;
    let start_offset = producer.transaction_start.map_or(-1, |start| start.0);
    let producer_id = producer.producer_id.0;
    let changes = vec![
        format!("{partition}  producer {producer_id}, epoch {}", producer.producer_epoch),
        format!(
            "its transaction is open since offset {start_offset}; what it wrote will not be read as committed"
        ),
        "abort only what hangs: a producer that is alive fails at its next step".to_owned(),
    ];
    Ok((changes, Step::Abort { producer_id, start_offset }))
}

/// The producer whose open transaction began first: it holds the last stable offset.
async fn hanging(admin: &Admin, partition: &TopicPartition) -> Result<ProducerDescription, String> {
    let mut described = admin.describe_producers(std::slice::from_ref(partition)).await;
    let producers =
        described.remove(partition).ok_or_else(|| no_answer(&partition.to_string()))?.map_err(told)?;
    let open = producers.into_iter().filter(|producer| producer.transaction_start.is_some());
    open.min_by_key(|producer| producer.transaction_start)
        .ok_or_else(|| format!("{partition}: no transaction is open"))
}

fn no_answer(of: &str) -> String {
    format!("{of}: the cluster does not answer for it")
}

fn told(error: ClientError) -> String {
    error.to_string()
}
