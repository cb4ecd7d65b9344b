//! Compared with what Java's assignors decided step by step (`tests/golden/hash/assignors.jsonl`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;

fn partitions_of(topics: &Value) -> Vec<TopicPartition> {
    let topics = topics.as_object().unwrap();
    topics
        .iter()
        .flat_map(|(topic, partitions)| {
            let partitions = partitions.as_array().unwrap();
            partitions.iter().map(|id| TopicPartition::new(topic.as_str(), id.as_i64().unwrap() as i32))
        })
        .collect()
}

fn members_of(step: &Value) -> Vec<Member> {
    let members = step["members"].as_object().unwrap();
    members
        .iter()
        .map(|(id, topics)| Member {
            id: id.clone(),
            instance_id: step["instances"][id].as_str().map(str::to_owned),
            topics: topics.as_array().unwrap().iter().map(|topic| topic.as_str().unwrap().into()).collect(),
            owned: step["owned"].get(id).map(partitions_of).unwrap_or_default(),
            generation: 1,
        })
        .collect()
}

fn loads(assignment: &Assignment) -> Vec<usize> {
    let mut loads: Vec<usize> = assignment.values().map(Vec::len).collect();
    loads.sort();
    loads
}

/// How many partitions stay with the member that owned them.
fn kept(members: &[Member], assignment: &Assignment) -> usize {
    members
        .iter()
        .map(|member| member.owned.iter().filter(|owned| assignment[&member.id].contains(owned)).count())
        .sum()
}

#[test]
fn assignors_decide_as_java_does() {
    let golden =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/hash/assignors.jsonl"))
            .unwrap();
    let mut compared = 0;
    for line in golden.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        if case["side"] != "client" {
            continue;
        }
        let assignor = Assignor::from_name(case["assignor"].as_str().unwrap()).unwrap();
        for (number, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let name = format!("{} {} step {number}", case["assignor"], case["case"]);
            let members = members_of(step);
            let counts: BTreeMap<TopicName, i32> = step["topics"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(topic, count)| (topic.as_str().into(), count.as_i64().unwrap() as i32))
                .collect();
            let expected: Assignment = step["assignment"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(id, topics)| (id.clone(), partitions_of(topics)))
                .collect();
            let mut decided = assignor.assign(&members, &counts);
            decided.values_mut().for_each(|partitions| partitions.sort());
            match assignor {
                Assignor::Range | Assignor::RoundRobin => assert_eq!(decided, expected, "{name}"),
                Assignor::Sticky | Assignor::CooperativeSticky => {
                    assert_eq!(loads(&decided), loads(&expected), "{name}: {decided:?}");
                    assert_eq!(kept(&members, &decided), kept(&members, &expected), "{name}: {decided:?}");
                }
            }
            compared += 1;
        }
    }
    assert!(compared > 80, "only {compared} steps compared");
}

fn member(id: &str, topics: &[&str], owned: &[(&str, i32)], generation: i32) -> Member {
    Member {
        id: id.to_owned(),
        instance_id: None,
        topics: topics.iter().map(|topic| TopicName::new(topic)).collect(),
        owned: owned.iter().map(|(topic, partition)| TopicPartition::new(*topic, *partition)).collect(),
        generation,
    }
}

#[test]
fn an_older_claim_yields_and_equal_claims_cancel() {
    let counts = BTreeMap::from([(TopicName::new("t"), 2)]);
    let newer = member("b", &["t"], &[("t", 0)], 5);
    let decided = Assignor::Sticky.assign(&[member("a", &["t"], &[("t", 0), ("t", 1)], 4), newer], &counts);
    assert_eq!(decided["a"], [TopicPartition::new("t", 1)]);
    assert_eq!(decided["b"], [TopicPartition::new("t", 0)]);

    let both = [member("a", &["t"], &[("t", 0)], 5), member("b", &["t"], &[("t", 0)], 5)];
    let decided = Assignor::CooperativeSticky.assign(&both, &counts);
    let given: BTreeSet<_> = decided.values().flatten().collect();
    assert_eq!(
        given,
        BTreeSet::from([&TopicPartition::new("t", 1)]),
        "a partition claimed twice is given to nobody"
    );
}

#[test]
fn plans_are_balanced_and_complete_for_any_subscription() {
    let seed: u64 = rand::random();
    let mut state = seed;
    let mut draw = move |bound: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % bound
    };
    for _ in 0..200 {
        let topics: Vec<String> = (0..1 + draw(5)).map(|index| format!("t{index}")).collect();
        let counts: BTreeMap<TopicName, i32> =
            topics.iter().map(|topic| (topic.as_str().into(), draw(8) as i32)).collect();
        let mut members: Vec<Member> = Vec::new();
        for index in 0..1 + draw(6) {
            let subscribed: Vec<&str> = topics.iter().filter(|_| draw(2) == 0).map(String::as_str).collect();
            members.push(member(&format!("m{index}"), &subscribed, &[], 1));
        }
        let first = Assignor::Sticky.assign(&members, &counts);
        check_plan(&members, &counts, &first, seed);
        for member in &mut members {
            member.owned = first[&member.id].clone();
        }
        assert_eq!(
            Assignor::Sticky.assign(&members, &counts),
            first,
            "nothing changed, nothing moves; seed {seed}"
        );
        members.remove(0);
        let second = Assignor::Sticky.assign(&members, &counts);
        check_plan(&members, &counts, &second, seed);
    }
}

fn check_plan(members: &[Member], counts: &BTreeMap<TopicName, i32>, plan: &Assignment, seed: u64) {
    let subscribed: BTreeSet<&TopicName> = members.iter().flat_map(|member| &member.topics).collect();
    let expected: usize = subscribed.iter().map(|topic| counts[*topic] as usize).sum();
    let given: BTreeSet<&TopicPartition> = plan.values().flatten().collect();
    assert_eq!(given.len(), expected, "seed {seed}");
    assert_eq!(plan.values().map(Vec::len).sum::<usize>(), expected, "given twice; seed {seed}");
    for from in members {
        for partition in &plan[&from.id] {
            for to in members.iter().filter(|member| member.topics.contains(&partition.topic)) {
                assert!(plan[&from.id].len() <= plan[&to.id].len() + 1, "{plan:?} seed {seed}");
            }
        }
    }
}
