//! A paused screen keeps little of the past, and shows everything that the whole of it would.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::anything::{event, few};
use super::*;
use crate::model::app::WINDOWS_MS;
use crate::model::cluster::{Cluster, Name};
use crate::model::snapshot::{
    Broker, Commits, Data, Group, GroupDetail, Groups, Member, Metadata, Offsets, Partition,
    PartitionOffsets, Place as Commit, Stamp, Stamps, Topic,
};
use crate::screens::{Place, Screen};

const START_MS: i64 = 1_768_471_200_000;
const TOPICS: [(&str, i32); 3] = [("orders", 3), ("payments", 1), ("__consumer_offsets", 2)];
const PARTITIONS: usize = 6;
const GROUPS: [&str; 3] = ["reads", "left", "assigns"];

/// What comes between one poll and the next.
#[derive(Debug, Clone)]
struct Step {
    elapsed_ms: i64,
    /// Of each partition: what is written, or that nobody answers for it, or that its log is cut.
    ends: Vec<End>,
    /// Of each group.
    reads: Vec<Read>,
    /// The record at the commits of this partition is looked up, and found to be so old.
    stamp: Option<(usize, i64)>,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Written(i64),
    Silent,
    Cut,
}

#[derive(Debug, Clone, Copy)]
enum Read {
    Nothing,
    /// So many parts of a hundred of what is left.
    Percent(i64),
    /// Back by so many offsets.
    Back(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let elapsed_ms = prop_oneof![8 => Just(2_000), 3 => 1..4_000i64, 1 => 0..60_000i64];
    let written = prop_oneof![3 => Just(0), 4 => 0..1_000i64, 1 => 0..1_000_000_000i64];
    let end = prop_oneof![60 => written.prop_map(End::Written), 6 => Just(End::Silent), 1 => Just(End::Cut)];
    let percent = prop_oneof![2 => Just(100), 3 => 0..100i64].prop_map(Read::Percent);
    let read = prop_oneof![10 => Just(Read::Nothing), 10 => percent, 1 => (0..5_000i64).prop_map(Read::Back)];
    let stamp = proptest::option::weighted(0.1, (0..PARTITIONS, 0..1_000_000i64));
    (
        elapsed_ms,
        proptest::collection::vec(end, PARTITIONS),
        proptest::collection::vec(read, GROUPS.len()),
        stamp,
    )
        .prop_map(|(elapsed_ms, ends, reads, stamp)| Step { elapsed_ms, ends, reads, stamp })
}

fn partitions() -> impl Iterator<Item = (&'static str, i32)> {
    TOPICS.into_iter().flat_map(|(topic, count)| (0..count).map(move |id| (topic, id)))
}

fn metadata() -> Data {
    let broker = |id| Broker { id, host: format!("kafka-{id}"), port: 9092, rack: None, fenced: false };
    let partition = |id| Partition { id, leader: Some(1), epoch: 1, replicas: vec![1, 2], isr: vec![1, 2] };
    let topic = |(name, count): (&str, i32)| Topic {
        name: name.to_owned(),
        id: name.to_owned(),
        internal: name.starts_with("__"),
        partitions: (0..count).map(partition).collect(),
    };
    let (brokers, topics) = (vec![broker(1), broker(2)], TOPICS.map(topic).to_vec());
    Data::Metadata(Metadata { brokers, topics, ..Metadata::default() })
}

fn groups() -> Data {
    let held = TOPICS.map(|(topic, count)| (topic.to_owned(), (0..count).collect()));
    let member = Member { id: "m".to_owned(), partitions: BTreeMap::from(held), ..Member::default() };
    let group = |id: &str, state: &str, members, simple| Group {
        id: id.to_owned(),
        coordinator: 1,
        kind: "classic".to_owned(),
        state: state.to_owned(),
        simple,
        detail: Some(GroupDetail { members, ..GroupDetail::default() }),
    };
    let groups = vec![
        group(GROUPS[0], "Stable", vec![member], false),
        group(GROUPS[1], "Empty", vec![], false),
        group(GROUPS[2], "Empty", vec![], true),
    ];
    Data::Groups(Groups { groups, ..Groups::default() })
}

/// A cluster as it is after these polls.
fn watched(steps: &[Step]) -> Cluster {
    let mut cluster = Cluster::default();
    let mut at_ms = START_MS;
    let mut ends = [1_000; PARTITIONS];
    let mut commits = [[500; PARTITIONS]; GROUPS.len()];
    for step in steps {
        at_ms += step.elapsed_ms;
        for (end, change) in ends.iter_mut().zip(&step.ends) {
            match change {
                End::Written(count) => *end += count,
                End::Silent => {}
                End::Cut => *end /= 2,
            }
        }
        for (commits, read) in commits.iter_mut().zip(&step.reads) {
            for (commit, end) in commits.iter_mut().zip(ends) {
                *commit = match read {
                    Read::Nothing => *commit,
                    Read::Percent(part) => *commit + (end - *commit).max(0) * part / 100,
                    Read::Back(by) => (*commit - by).max(0),
                };
            }
        }
        let mut seen: BTreeMap<String, Vec<PartitionOffsets>> = BTreeMap::new();
        for (((topic, id), end), change) in partitions().zip(ends).zip(&step.ends) {
            let end = (!matches!(change, End::Silent)).then_some(end);
            let found = PartitionOffsets { id, start: end.map(|_| 0), end, stable: end };
            seen.entry(topic.to_owned()).or_default().push(found);
        }
        let committed = GROUPS.iter().zip(commits).map(|(group, commits)| {
            let mut topics: BTreeMap<String, Vec<(i32, i64)>> = BTreeMap::new();
            for ((topic, id), commit) in partitions().zip(commits) {
                topics.entry(topic.to_owned()).or_default().push((id, commit));
            }
            ((*group).to_owned(), topics)
        });
        let stamps = step.stamp.into_iter().filter_map(|(at, age_ms)| {
            let (topic, partition) = partitions().nth(at)?;
            let place = Commit { topic: topic.to_owned(), partition, offset: commits[0][at] };
            Some(Stamp { place, timestamp_ms: at_ms - age_ms })
        });
        for data in [
            metadata(),
            groups(),
            Data::Commits(Commits { groups: committed.collect(), ..Commits::default() }),
            Data::Offsets(Offsets { topics: seen, silent: vec![] }),
            Data::Stamps(Stamps { stamps: stamps.collect() }),
        ] {
            cluster.apply(Snapshot { at_ms, took_ms: 1, data });
        }
    }
    cluster
}

/// Everywhere that keys lead to.
fn places() -> Vec<Place> {
    let screens = Screen::ALL.map(Place::Screen).into_iter();
    let topics = TOPICS.map(|(topic, _)| Place::Topic(Name::from(topic)));
    let groups = GROUPS.map(|group| Place::Group(Name::from(group)));
    screens.chain(topics).chain(groups).chain([Place::Broker(1)]).collect()
}

/// An app that was paused, and one that has kept the whole cluster instead.
fn paused(cluster: &Cluster, size: Size) -> [App; 2] {
    [false, true].map(|is_whole| {
        let mut app = App::new(setup(ThemeChoice::Dark, false), size, cluster.seen_ms);
        app.cluster = cluster.clone();
        press(&mut app, &["Space"]);
        if is_whole {
            app.frozen = Some(Box::new(cluster.clone()));
        }
        // Tables are made anew, of the same window in the end.
        press(&mut app, &["w"; WINDOWS_MS.len()]);
        app
    })
}

fn look_alike(apps: &[App; 2]) -> Result<(), TestCaseError> {
    let [still, whole] = apps.each_ref().map(screen_of);
    // Text first: it is what one wants to read when they differ.
    prop_assert_eq!(text_of(&still, false), text_of(&whole, false));
    prop_assert_eq!(still, whole);
    let tables = apps.each_ref().map(|app| format!("{:?}", app.grids));
    prop_assert_eq!(&tables[0], &tables[1]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// At every place, in every pane, over every window, with and without what Kafka keeps for itself.
    #[test]
    fn every_pane_is_as_it_would_be_of_the_whole_past(steps in proptest::collection::vec(step(), 1..220)) {
        let cluster = watched(&steps);
        let mut apps = paused(&cluster, Size { width: 160, height: 30 });
        for place in places() {
            apps.iter_mut().for_each(|app| app.path = vec![place.clone()]);
            for _ in place.panes() {
                for key in ["w", "w", "w", "i", "w", "w", "w", "i", "Tab"] {
                    apps.iter_mut().for_each(|app| drop(press(app, &[key])));
                    look_alike(&apps)?;
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever is pressed, and whatever comes in meanwhile.
    #[test]
    fn keys_lead_to_the_same_screens_as_with_the_whole_past(
        steps in proptest::collection::vec(step(), 1..220),
        events in proptest::collection::vec(event(), 1..60),
        filter in proptest::sample::select(vec!["lag>0", "e", "read/s>0", "time-lag>10s", "!reads"]),
        more in few(step()),
    ) {
        let cluster = watched(&steps);
        let mut apps = paused(&cluster, Size { width: 120, height: 30 });
        let typed = filter.chars().map(|c| c.to_string());
        let filtered = ["5", "/"].map(str::to_owned).into_iter().chain(typed).chain(["Enter".to_owned()]);
        let keys = filtered.map(|key| Event::Key(key_event(&key).unwrap()));
        let space = key_event("Space").unwrap();
        let events = keys.chain(events).filter(|event| !matches!(event, Event::Key(key) if *key == space));
        let goes_on = watched(&[steps, more].concat());
        apps.iter_mut().for_each(|app| app.cluster = goes_on.clone());
        for event in events {
            let [still, whole] = apps.each_mut().map(|app| update(app, event.clone()));
            prop_assert_eq!(still, whole);
            look_alike(&apps)?;
        }
        prop_assert!(apps.iter().all(|app| app.frozen.is_some()));
    }
}

/// Five minutes of a partition are 151 samples; of a paused one stay the first, the last, and two for each question.
#[test]
fn a_paused_screen_keeps_what_it_may_be_asked_for_and_no_more() {
    let step = |poll: i64| Step {
        elapsed_ms: 2_000,
        ends: vec![End::Written(100 + poll % 7); PARTITIONS],
        reads: vec![Read::Percent(10 + poll % 3); GROUPS.len()],
        stamp: None,
    };
    let cluster = watched(&(0..200).map(step).collect::<Vec<_>>());
    let [still, whole] = paused(&cluster, Size { width: 120, height: 30 });
    let kept = |app: &App| app.shown().partitions().map(|(_, _, _, partition)| partition.ends.count()).max();
    // Each group asks for its own windows and for its commit.
    let questions = WINDOWS_MS.len() + GROUPS.len() * (WINDOWS_MS.len() + 1);
    assert_eq!(kept(&whole), Some(151));
    assert!(kept(&still).is_some_and(|count| count <= 2 + 2 * questions), "{:?}", kept(&still));
}
