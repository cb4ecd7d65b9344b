//! What an operator meets in an incident.

use std::collections::BTreeSet;

use super::*;
use crate::model::snapshot::{
    Broker, Commits, Data, Failed, Group, GroupDetail, Groups, Member, Metadata, Offsets, Partition,
    PartitionOffsets, Sampler, Stamp, Stamps, Topic, Why,
};
use crate::screens::overview::Summary;
use crate::screens::{Lens, Place, Screen, grid};

const LENS: Lens = Lens { window_ms: 10_000, show_internal: true };

pub(super) fn app_of(seen: impl IntoIterator<Item = (i64, Data)>) -> App {
    let snapshots: Vec<Snapshot> =
        seen.into_iter().map(|(at_ms, data)| Snapshot { at_ms, took_ms: 1, data }).collect();
    app_with(&snapshots, setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 })
}

/// Brokers that are up, and `count` partitions on 1, 2 and 3 whose in-sync replicas are `isr`.
pub(super) fn metadata(up: &[i32], count: i32, isr: &[i32]) -> Data {
    let broker = |id: &i32| Broker { id: *id, host: "h".to_owned(), port: 9092, rack: None, fenced: false };
    let partition = |id| Partition {
        id,
        leader: isr.first().copied(),
        epoch: 1,
        replicas: vec![1, 2, 3],
        isr: isr.to_vec(),
    };
    let topic = Topic {
        name: "orders".to_owned(),
        id: "a".to_owned(),
        internal: false,
        partitions: (0..count).map(partition).collect(),
    };
    Data::Metadata(Metadata {
        brokers: up.iter().map(broker).collect(),
        topics: vec![topic],
        ..Metadata::default()
    })
}

pub(super) fn groups(states: &[(&str, &str)], silent: &[i32]) -> Data {
    let group = |(id, state): &(&str, &str)| Group {
        id: (*id).to_owned(),
        coordinator: 1,
        state: (*state).to_owned(),
        detail: Some(GroupDetail { members: vec![Member::default()], ..GroupDetail::default() }),
        ..Group::default()
    };
    let answered = [1, 2, 3].into_iter().filter(|id| !silent.contains(id));
    Data::Groups(Groups {
        groups: states.iter().map(group).collect(),
        latency_ms: answered.map(|id| (id, 1)).collect(),
        silent: silent.to_vec(),
        ..Groups::default()
    })
}

pub(super) fn commits(group: &str, offsets: &[i64]) -> Data {
    let commits = offsets.iter().enumerate().map(|(id, offset)| (id as i32, *offset)).collect();
    let topics = [("orders".to_owned(), commits)].into();
    Data::Commits(Commits { groups: [(group.to_owned(), topics)].into(), ..Commits::default() })
}

pub(super) fn ends(count: i32, end: i64) -> Data {
    let of = |id| PartitionOffsets { id, start: Some(0), end: Some(end), stable: Some(end) };
    Data::Offsets(Offsets {
        topics: [("orders".to_owned(), (0..count).map(of).collect())].into(),
        silent: vec![],
    })
}

pub(super) fn rows(app: &App, place: Place, pane: usize) -> Vec<Vec<String>> {
    let grid = grid(&place, pane, &app.cluster, LENS);
    let text = |cell: &crate::model::grid::Cell| cell.value.plain().into_owned();
    grid.rows.iter().map(|row| row.cells.iter().map(text).collect()).collect()
}

pub(super) fn problems(app: &App) -> Vec<String> {
    rows(app, Place::Screen(Screen::Overview), 0).into_iter().map(|row| row[1..].join(" ")).collect()
}

#[test]
fn a_broker_that_was_gone_before_we_looked_is_known_by_its_replicas() {
    let app = app_of([(0, metadata(&[1, 3], 62, &[1, 3]))]);
    let summary = Summary::of(&app.cluster, 10_000);
    assert_eq!((summary.brokers_up, summary.brokers_down), (2, vec![2]));
    assert_eq!(problems(&app), ["broker 2 down: 62 partitions lack it"]);
    assert_eq!(app.cluster.events.count(), 0);
}

#[test]
fn a_dead_broker_does_not_bury_a_stuck_group() {
    let mut seen =
        vec![(0, metadata(&[1, 2, 3], 62, &[1, 2, 3])), (1, groups(&[("billing", "Stable")], &[]))];
    for poll in 0..80 {
        seen.extend([(poll * 2_000 + 2, commits("billing", &[5])), (poll * 2_000 + 3, ends(62, 10 + poll))]);
    }
    seen.push((170_000, metadata(&[1, 3], 62, &[1, 3])));
    let app = app_of(seen);
    assert_eq!(
        problems(&app),
        [
            "broker 2 down: 62 partitions lack it",
            "billing STALL: lag 84, it has members, and they commit nothing"
        ]
    );
    let events = rows(&app, Place::Screen(Screen::Events), 0);
    let told: Vec<(&str, &str)> = events.iter().map(|row| (row[2].as_str(), row[3].as_str())).collect();
    assert_eq!(told, [("isr-shrink", "62 partitions"), ("broker-gone", "broker 2"), ("verdict", "billing")]);
    assert_eq!(app.cluster.events.count(), 64, "programs are told of each");
}

/// Ten thousand partitions on fifty brokers, one of which dies: the timeline still says what it was, and what went before.
#[test]
fn a_dead_broker_of_a_large_cluster_is_a_few_events() {
    let replicas = |id: i32| (0..3).map(|copy| (id + copy) % 50).collect::<Vec<i32>>();
    let cluster = |dead: Option<i32>| {
        let live = |id: i32| Some(id) != dead;
        let up: Vec<i32> = (0..50).filter(|id| live(*id)).collect();
        let Data::Metadata(mut seen) = metadata(&up, 10_000, &[]) else { unreachable!() };
        for partition in &mut seen.topics[0].partitions {
            partition.replicas = replicas(partition.id);
            partition.isr = partition.replicas.iter().copied().filter(|id| live(*id)).collect();
            partition.leader = partition.isr.first().copied();
        }
        Data::Metadata(seen)
    };
    let mut app = app_of([(0, cluster(None)), (1, groups(&[], &[])), (2, groups(&[("new", "Stable")], &[]))]);
    for (round, dead) in [Some(7), None, Some(8), None].into_iter().enumerate() {
        app.cluster.apply(Snapshot { at_ms: 2_000 + round as i64, took_ms: 1, data: cluster(dead) });
    }
    let events = app.cluster.events.iter().map(|event| &event.what);
    let told: Vec<String> = events.map(|what| format!("{}: {what}", what.subject())).collect();
    let of = |broker: i32| {
        [
            format!("broker {broker}: left the cluster"),
            format!(
                "200 partitions: leader {broker} → others: orders-{0}, orders-5{0}, orders-10{0}, …",
                broker
            ),
            format!(
                "600 partitions: ISR lost [{broker}]: orders-{}, orders-{}, orders-{broker}, …",
                broker - 2,
                broker - 1
            ),
            format!("broker {broker}: joined the cluster"),
        ]
    };
    assert_eq!(told.iter().filter(|line| of(7).contains(line)).count(), 4, "{told:#?}");
    assert_eq!(told.iter().filter(|line| of(8).contains(line)).count(), 4, "{told:#?}");
    assert!(told.len() < 20, "{told:#?}");
    let shrunk = app.cluster.events.iter().find(|event| event.what.kind() == "isr-shrink").unwrap();
    let names = serde_json::json!(["orders-5", "orders-6", "orders-7"]);
    assert_eq!(
        shrunk.what.ids(),
        [("count", 600.into()), ("names", names), ("replicas", vec![7].into())],
        "programs learn which broker it was"
    );
}

#[test]
fn a_broker_that_does_not_answer_is_not_up() {
    let seen =
        [(0, metadata(&[1, 2, 3], 1, &[1, 2, 3])), (1_000, groups(&[], &[])), (3_000, groups(&[], &[2]))];
    let mut app = app_of(seen);
    let states = |app: &App| -> Vec<(String, String)> {
        let rows = rows(app, Place::Screen(Screen::Brokers), 0);
        rows.into_iter().map(|row| (row[2].clone(), row[12].clone())).collect()
    };
    let state = |word: &str, age: &str| (word.to_owned(), age.to_owned());
    assert_eq!(states(&app), [state("up", "0"), state("silent", "2000"), state("up", "0")]);
    assert_eq!(Summary::of(&app.cluster, 10_000).brokers_silent, [2]);
    assert!(app.cluster.lag().is_partial, "its groups are not known");
    assert_eq!(problems(&app), ["broker 2 in the cluster, and does not answer"]);
    let failed = Failed { of: Sampler::Groups, error: "refused".to_owned(), why: Why::default() };
    app.cluster.apply(Snapshot { at_ms: 9_000, took_ms: 1, data: Data::Failed(failed) });
    assert_eq!(states(&app), [state("silent", "6000"), state("silent", "8000"), state("silent", "6000")]);
    app.cluster.apply(Snapshot { at_ms: 9_500, took_ms: 1, data: groups(&[], &[]) });
    assert_eq!(states(&app)[1], state("up", "0"));
}

#[test]
fn a_transaction_that_stays_open_is_a_problem() {
    let offsets = |stable: [i64; 2], end| {
        let of = |(id, stable): (usize, i64)| PartitionOffsets {
            id: id as i32,
            start: Some(0),
            end: Some(end),
            stable: Some(stable),
        };
        let partitions = stable.into_iter().enumerate().map(of).collect();
        Data::Offsets(Offsets { topics: [("orders".to_owned(), partitions)].into(), silent: vec![] })
    };
    let mut app = app_of([(0, metadata(&[1, 2, 3], 2, &[1, 2, 3])), (1_000, offsets([5, 5], 10))]);
    let mut see = |at_ms, data| {
        app.cluster.apply(Snapshot { at_ms, took_ms: 1, data });
        problems(&app)
    };
    // One moves on now and then, the other does not.
    assert_eq!(see(100_000, offsets([5, 7], 30)), [""; 0]);
    let held = "holds 35 offsets back from readers of committed records, for 2m01s";
    assert_eq!(see(122_000, offsets([5, 7], 40)), [format!("orders-0 an open transaction {held}")]);
    let held = "holds 80 offsets back from readers of committed records, for 4m59s";
    assert_eq!(
        see(300_000, offsets([5, 7], 46)),
        [format!("orders an open transaction in 2 partitions {held}")]
    );
    assert_eq!(see(302_000, offsets([46, 46], 46)), [""; 0]);
}

/// As a principal without rights meets it: the tables are empty because it may not see what is there.
#[test]
fn what_is_refused_is_a_problem_and_not_an_empty_cluster() {
    let refused = "broker 1: Cluster authorization failed. (CLUSTER_AUTHORIZATION_FAILED)";
    let failed = |of, error: &str| Data::Failed(Failed { of, error: error.to_owned(), why: Why::default() });
    let mut app = app_of([(0, metadata(&[1], 0, &[])), (1, failed(Sampler::LogDirs, refused))]);
    assert_eq!(problems(&app), [format!("log dirs not answered: {refused}")]);
    assert!(!app.cluster.brokers[&1].is_silent(), "it has answered");
    // Nobody answers at all: that is one problem, whatever else is asked for.
    app.cluster.apply(Snapshot { at_ms: 2, took_ms: 1, data: failed(Sampler::Metadata, "refused") });
    assert_eq!(problems(&app), ["metadata not answered: refused"]);
}

#[test]
fn a_group_with_an_offline_partition_does_not_look_caught_up() {
    let mut seen = vec![(0, metadata(&[1, 2, 3], 2, &[1, 2, 3])), (1, groups(&[("billing", "Stable")], &[]))];
    for poll in 0..4 {
        seen.extend([(poll * 2_000 + 2, commits("billing", &[90, 100])), (poll * 2_000 + 3, ends(2, 100))]);
    }
    let mut app = app_of(seen);
    let group = |app: &App| {
        let row = rows(app, Place::Screen(Screen::Groups), 0).remove(0);
        [row[1].clone(), row[6].clone(), row[11].clone()]
    };
    assert_eq!(group(&app)[1], "10");
    let Data::Metadata(mut gone) = metadata(&[1, 2, 3], 2, &[1, 2, 3]) else { unreachable!() };
    (gone.topics[0].partitions[0].leader, gone.topics[0].partitions[0].epoch) = (None, 2);
    for (at_ms, data) in
        [(20_000, Data::Metadata(gone)), (20_001, commits("billing", &[90, 100])), (20_002, ends(2, 100))]
    {
        app.cluster.apply(Snapshot { at_ms, took_ms: 1, data });
    }
    assert_eq!(group(&app), ["…", "≥0", "-"]);
    assert!(Summary::of(&app.cluster, 10_000).lag_is_partial);
}

#[test]
fn the_window_holds_for_reading_and_writing_alike() {
    let mut seen = vec![(0, metadata(&[1, 2, 3], 1, &[1, 2, 3])), (1, groups(&[("billing", "Stable")], &[]))];
    // Written at 10 a second, read at 100 in the last ten seconds, and at 20 before.
    for poll in 0..100 {
        let (at_ms, fast) = (poll * 2_000, (poll - 94).max(0));
        let commit = 1_000 + poll * 40 + fast * 160;
        seen.extend([(at_ms + 2, commits("billing", &[commit])), (at_ms + 3, ends(1, 50_000 + poll * 20))]);
    }
    let app = app_of(seen);
    let of = |window_ms| app.cluster.groups["billing"].summary(&app.cluster, window_ms);
    let (short, long) = (of(10_000), of(60_000));
    assert!((short.consume_rate.unwrap() - 100.0).abs() < 5.0, "{short:?}");
    assert!((20.0..50.0).contains(&long.consume_rate.unwrap()), "{long:?}");
    assert!(
        (short.produce_rate.unwrap() - 10.0).abs() < 0.5 && (long.produce_rate.unwrap() - 10.0).abs() < 0.5
    );
}

#[test]
fn a_filter_is_in_force_whole_or_not_at_all() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    press(&mut app, &["5"]);
    for wrong in ["~[", "bogus>3"] {
        press(&mut app, &["/"]);
        let keys: Vec<String> = wrong.chars().map(|c| c.to_string()).collect();
        press(&mut app, &keys.iter().map(String::as_str).collect::<Vec<_>>());
        press(&mut app, &["Enter"]);
        let text = text_of(&screen_of(&app), false);
        assert!(text.contains("Groups (8)") && text.contains("! ") && !text.contains("error:"), "{text}");
        assert_eq!(app.view().filter_text, "");
        press(&mut app, &["Esc"]);
        assert_eq!(app.mode, crate::model::app::Mode::Table);
    }
}

#[test]
fn escape_never_ends_the_dashboard() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    assert!(!press(&mut app, &["5", "Enter", "Esc", "Esc", "Esc"]).contains(&Effect::Quit));
    assert_eq!(*app.place(), Place::Screen(Screen::Groups));
    assert_eq!(press(&mut app, &["q"]), [Effect::Quit]);
}

#[test]
fn copied_commands_reach_the_same_cluster_and_obey_nobody() {
    let mut app =
        app_of([(0, metadata(&[1, 2, 3], 1, &[1, 2, 3])), (1, groups(&[("-g\nrm -rf /", "Stable")], &[]))]);
    app.setup.connect = vec!["-b".to_owned(), "h:9092".to_owned()];
    press(&mut app, &["5"]);
    let copied = press(&mut app, &["y"]);
    let expected = r"kafkactl -b h:9092 group describe -- $'-g\x0arm -rf /'";
    assert_eq!(copied, [Effect::Copy(expected.to_owned())]);
    press(&mut app, &["g"]);
    assert_eq!(
        press(&mut app, &["s", "k", "k", "k", "k", "k", "k", "Enter", "c"]).last(),
        Some(&Effect::Copy("-g·rm -rf /".to_owned()))
    );
    update(&mut app, Event::Switched { cluster_name: "prod".to_owned(), cluster_color: None });
    assert_eq!(app.setup.connect, ["-c", "prod"]);
}

#[test]
fn what_is_gone_and_what_is_not_there_is_said() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    app.setup.contexts = vec!["dev".to_owned(), "prod".to_owned()];
    let type_in = |app: &mut App, line: &str| {
        for c in line.chars() {
            press(app, &[&if c == ' ' { "Space".to_owned() } else { c.to_string() }]);
        }
        press(app, &["Enter"]);
        app.message.as_ref().map(|message| message.text.clone())
    };
    assert_eq!(type_in(&mut app, ":ctx").as_deref(), Some("contexts: dev, prod"));
    assert_eq!(type_in(&mut app, ":group nosuch").as_deref(), Some("there is no group \"nosuch\""));
    type_in(&mut app, ":topic orders");
    let gone = Data::Metadata(Metadata::default());
    let at_ms = app.now_ms + 1;
    update(&mut app, Event::Snapshot(Box::new(Snapshot { at_ms, took_ms: 1, data: gone })));
    assert!(text_of(&screen_of(&app), false).contains("deleted"));
    press(&mut app, &["?"]);
    type_in(&mut app, "mous");
    press(&mut app, &["?", "m", "o", "u", "s", "e"]);
    assert!(text_of(&screen_of(&app), false).contains("column titles"));
}

#[test]
fn what_is_offline_stands_before_what_merely_lacks_a_replica() {
    let Data::Metadata(mut seen) = metadata(&[1, 2, 3], 3, &[1, 2]) else { unreachable!() };
    let whole = |partition: &mut Partition| partition.isr = partition.replicas.clone();
    whole(&mut seen.topics[0].partitions[0]);
    seen.topics[0].partitions[2].isr.clear();
    seen.topics[0].partitions[2].leader = None;
    let app = app_of([(0, Data::Metadata(seen))]);
    let told = rows(&app, Place::Screen(Screen::Partitions), 0);
    let told: Vec<(&str, &str)> = told.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    assert_eq!(told, [("orders-2", "OFFLINE"), ("orders-1", "URP"), ("orders-0", "ok")]);
}

/// Whoever joins, reads, commits and leaves between two polls was never a member that a poll saw.
#[test]
fn only_what_goes_back_is_a_reset_and_a_group_is_told_of_once() {
    let without_members = || {
        let Data::Groups(mut seen) = groups(&[("billing", "Empty")], &[]) else { unreachable!() };
        seen.groups[0].detail = Some(GroupDetail::default());
        Data::Groups(seen)
    };
    let mut app = app_of([(0, metadata(&[1, 2, 3], 3, &[1, 2, 3])), (1, without_members())]);
    let mut see = |at_ms, data| {
        app.cluster.apply(Snapshot { at_ms, took_ms: 1, data });
        app.cluster.events.iter().map(|event| event.what.to_string()).collect::<Vec<_>>()
    };
    see(2, commits("billing", &[10, 10, 10]));
    see(3, ends(3, 20));
    assert_eq!(see(2_000, commits("billing", &[20, 25, 10])), [""; 0], "beyond the end known so far, too");
    let reset = "orders-0 reset 20 → 5 without members, and 1 other";
    assert_eq!(see(4_000, commits("billing", &[5, 5, 10])), [reset]);
    see(5_000, groups(&[("billing", "Empty")], &[]));
    let rewound = "orders-1 rewound 5 → 4";
    assert_eq!(see(6_000, commits("billing", &[5, 4, 11])).last().map(String::as_str), Some(rewound));
}

#[test]
fn a_screen_for_which_nothing_was_chosen_is_not_connecting() {
    let mut app = app_of([(0, metadata(&[1, 2, 3], 1, &[1, 2, 3]))]);
    for screen in ["7", "8"] {
        press(&mut app, &[screen]);
        let text = text_of(&screen_of(&app), false);
        assert!(text.contains("data 0s old") && !text.contains("connecting"), "{text}");
    }
}

#[test]
fn groups_of_which_too_little_was_seen_are_not_called_well() {
    let summary = |app: &App| {
        let summary = Summary::of(&app.cluster, 10_000);
        (summary.groups_in_trouble, summary.groups_not_judged)
    };
    let mut app =
        app_of([(0, metadata(&[1, 2, 3], 1, &[1, 2, 3])), (1, groups(&[("billing", "Stable")], &[]))]);
    assert_eq!(summary(&app), (0, 1), "its commits are not known yet");
    let text = text_of(&screen_of(&app), false);
    assert!(text.contains("Problems, 1 group not judged yet (0)"), "{text}");
    assert!(text.contains("no problems in what was judged"), "{text}");
    assert!(text.contains("1 not judged yet"), "{text}");
    let mut see = |at_ms, data| {
        app.cluster.apply(Snapshot { at_ms, took_ms: 1, data });
        summary(&app)
    };
    assert_eq!(see(2, commits("billing", &[5])), (0, 1), "the end is not known yet");
    assert_eq!(see(3, ends(1, 10)), (0, 1), "a single commit says nothing");
    see(2_000, commits("billing", &[10]));
    assert_eq!(see(2_001, ends(1, 10)), (0, 0));
}

#[test]
fn what_was_last_seen_of_a_cluster_that_is_gone_is_not_told_as_the_present() {
    let failed = Failed { of: Sampler::Metadata, error: "refused".to_owned(), why: Why::default() };
    let app = app_of([(0, metadata(&[1], 1, &[1])), (2_000, Data::Failed(failed))]);
    let summary = Summary::of(&app.cluster, 10_000);
    assert_eq!((summary.is_cut_off, summary.brokers_up, summary.brokers_silent), (true, 0, vec![1]));
    assert_eq!(rows(&app, Place::Screen(Screen::Brokers), 0)[0][2], "silent");
    let text = text_of(&screen_of(&app), false);
    for part in ["0/3 brokers", "as last seen: 0 offline", "0 brokers up"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// Written at 100 a second: a group that commits now and then is behind by what was written since, which says nothing
/// of when it will have read it.
#[test]
fn a_group_that_keeps_up_has_no_time_to_go() {
    let etas = |behind: i64| {
        let mut app =
            app_of([(0, metadata(&[1, 2, 3], 1, &[1, 2, 3])), (1, groups(&[("billing", "Stable")], &[]))]);
        let mut seen = BTreeSet::new();
        for poll in 0..40 {
            let (at_ms, end) = (poll * 2_000, 100_000 + poll * 200);
            let commit = end - behind - poll % 3 * 90 + poll;
            for (at_ms, data) in [(at_ms + 2, commits("billing", &[commit])), (at_ms + 3, ends(1, end))] {
                app.cluster.apply(Snapshot { at_ms, took_ms: 1, data });
            }
            if poll > 10 {
                let group = rows(&app, Place::Screen(Screen::Groups), 0).remove(0);
                let partition = rows(&app, Place::Group("billing".into()), 0).remove(0);
                seen.insert([group[1].clone(), group[11].clone(), partition[11].clone()]);
            }
        }
        seen
    };
    assert_eq!(etas(300), [["OK", "-", "-"].map(str::to_owned)].into());
    assert!(etas(30_000).iter().all(|[_, group, partition]| group != "-" && partition != "-"));
}

/// Behind what was sampled, and moving: the record at the commit is known some polls later only.
#[test]
fn time_lag_stays_known_while_a_group_moves_on() {
    let mut app =
        app_of([(0, metadata(&[1, 2, 3], 1, &[1, 2, 3])), (1, groups(&[("billing", "Stable")], &[]))]);
    let mut told = Vec::new();
    for poll in 0..10 {
        let (at_ms, commit) = (1_000_000 + poll * 2_000, 1_000 + poll * 10);
        let mut seen =
            vec![(at_ms, commits("billing", &[commit])), (at_ms + 1, ends(1, 100_000 + poll * 200))];
        if poll == 1 {
            // The offset of the poll before: written 500 s before the first end was seen.
            let place =
                crate::model::snapshot::Place { topic: "orders".to_owned(), partition: 0, offset: 1_000 };
            let stamp = Stamp { place, timestamp_ms: 500_001 };
            seen.push((at_ms + 2, Data::Stamps(Stamps { stamps: vec![stamp] })));
        }
        for (at_ms, data) in seen {
            app.cluster.apply(Snapshot { at_ms, took_ms: 1, data });
        }
        let group = &app.cluster.groups["billing"];
        told.push(group.summary(&app.cluster, 10_000).time_lag_ms.map(|ms| ms / 1_000));
        assert_eq!(app.cluster.places_without_time([group].into_iter()).len(), 1, "the newest is asked for");
    }
    // Each poll brings two seconds, and 10 of the 99 000 offsets that took 500 s.
    assert_eq!(
        told,
        [
            None,
            Some(501),
            Some(503),
            Some(505),
            Some(507),
            Some(509),
            Some(511),
            Some(513),
            Some(515),
            Some(517)
        ]
    );
}

#[test]
fn a_problem_of_what_is_not_looked_at_any_more_goes() {
    let failed = |of, error: &str| Data::Failed(Failed { of, error: error.to_owned(), why: Why::default() });
    let mut app = app_of([
        (0, metadata(&[1, 2, 3], 1, &[1, 2, 3])),
        (1_000, failed(Sampler::Records, "topic \"pay\" does not exist")),
        (2_000, failed(Sampler::LogDirs, "refused")),
    ]);
    let log_dirs = "log dirs not answered: refused";
    assert_eq!(problems(&app), [log_dirs, "records not answered: topic \"pay\" does not exist"]);
    app.cluster.apply(Snapshot { at_ms: 20_000, took_ms: 1, data: metadata(&[1, 2, 3], 1, &[1, 2, 3]) });
    assert_eq!(problems(&app), [log_dirs], "what is asked for all the time stays");
}
