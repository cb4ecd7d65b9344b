//! What is not there to be seen, and what is said in its place.

use super::incident::{app_of, commits, ends, groups, metadata, problems, rows};
use super::*;
use crate::model::snapshot::{
    Commits, Configs, Data, Failed, Group, GroupDetail, Groups, LogDir, LogDirs, Metadata, Offsets,
    PartitionOffsets, Sampler, Why,
};
use crate::screens::overview::Summary;
use crate::screens::{Place, Screen};

/// Whoever loads its groups has not lost them, whoever coordinated them before.
#[test]
fn groups_that_are_loaded_stay_as_they_were() {
    let loading = |id: i32| {
        let latency_ms = [(id, 1)].into();
        Data::Groups(Groups { latency_ms, loading: vec![id], ..Groups::default() })
    };
    let seen = vec![
        (0, metadata(&[1, 2, 3], 2, &[1, 2, 3])),
        (1, groups(&[("billing", "Stable")], &[])),
        (2, commits("billing", &[5, 5])),
        (3, ends(2, 10)),
        (2_000, loading(2)),
        (2_001, ends(2, 12)),
    ];
    let mut app = app_of(seen);
    assert_eq!(problems(&app), ["broker 2 loads its groups: they are shown as last seen"]);
    assert_eq!(rows(&app, Place::Screen(Screen::Groups), 0)[0][0], "billing");
    let lag = app.cluster.lag();
    assert_eq!((lag.offsets, lag.is_partial), (Some(14), true));
    let Data::Groups(mut found) = groups(&[("billing", "Stable"), ("idle", "Empty")], &[]) else {
        unreachable!()
    };
    found.groups.iter_mut().for_each(|group| group.coordinator = 2);
    let snapshot = Snapshot { at_ms: 4_000, took_ms: 1, data: Data::Groups(found) };
    update(&mut app, Event::Snapshot(Box::new(snapshot)));
    assert_eq!(problems(&app), [""; 0]);
    let told: Vec<&str> = app.cluster.events.iter().map(|event| event.what.kind()).collect();
    assert_eq!(told, [""; 0], "nothing came or went");
}

/// The cluster leaves out what the principal has no right to see; what it lets on is one problem, as long as it does.
#[test]
fn what_is_refused_is_one_problem() {
    let topics = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), vec![(0, 1)])).collect();
    let log_dirs = |names: &[&str]| {
        let dir = LogDir { topics: topics(names), ..LogDir::default() };
        Data::LogDirs(LogDirs { brokers: [(1, vec![dir])].into(), ..LogDirs::default() })
    };
    let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let cluster = |is_refused: bool| {
        let Data::Metadata(seen) = metadata(&[1, 2, 3], 1, &[1, 2, 3]) else { unreachable!() };
        Data::Metadata(Metadata { is_refused, ..seen })
    };
    let take = |app: &mut App, data: Data| {
        let snapshot = Snapshot { at_ms: app.now_ms + 1, took_ms: 1, data };
        update(app, Event::Snapshot(Box::new(snapshot)));
    };
    let mut app = app_of([(0, cluster(true))]);
    assert_eq!(problems(&app), ["rights not authorized: describe the cluster: rows may be missing"]);

    take(&mut app, Data::LogDirs(LogDirs { is_refused: true, ..LogDirs::default() }));
    take(&mut app, Data::Configs(Configs { refused: strings(&["orders"]), ..Configs::default() }));
    take(&mut app, groups(&[("billing", "Stable"), ("fraud", "Stable")], &[]));
    take(
        &mut app,
        Data::Groups(Groups {
            groups: ["billing", "fraud"].map(|id| Group { id: id.to_owned(), ..Group::default() }).to_vec(),
            refused: strings(&["billing"]),
            ..Groups::default()
        }),
    );
    take(&mut app, Data::Commits(Commits { refused: strings(&["billing", "fraud"]), ..Commits::default() }));
    assert_eq!(
        problems(&app),
        ["rights not authorized: describe the cluster; see log dirs; read settings of orders; \
          describe groups billing; read commits of billing, fraud: rows may be missing"]
    );

    // Each right that is given is heard of.
    take(&mut app, cluster(false));
    take(&mut app, Data::Configs(Configs::default()));
    take(&mut app, groups(&[("billing", "Stable")], &[]));
    take(&mut app, commits("billing", &[1]));
    take(&mut app, log_dirs(&["orders", "secret"]));
    assert_eq!(problems(&app), [""; 0], "it may be new");
    take(&mut app, log_dirs(&["orders", "secret"]));
    assert_eq!(problems(&app), ["rights not authorized: describe topics secret: rows may be missing"]);
    take(&mut app, log_dirs(&["orders"]));
    assert_eq!(problems(&app), [""; 0]);
}

/// Every empty table says why it is empty, or what to do.
#[test]
fn an_empty_table_says_what_to_do() {
    let mut app = app_of([
        (0, metadata(&[1, 2, 3], 2, &[1, 2, 3])),
        (1, groups(&[("billing", "Stable")], &[])),
        (2, Data::Groups(Groups { groups: vec![Group::default()], ..Groups::default() })),
    ]);
    for (keys, expected) in [
        (&["4"][..], "no problems: ! shows all"),
        (&["6", "/", "x", "Enter"], "no row matches the filter"),
        (&["7"], "choose a topic: 3, select one, 7; or :records NAME"),
        (&["5", "Enter", "Tab"], "no members"),
        (&["3", "7"], "no records yet"),
    ] {
        press(&mut app, keys);
        let text = text_of(&screen_of(&app), false);
        assert!(text.lines().any(|line| line == expected), "{keys:?}: {text}");
    }
    let mut app = app_of([(0, metadata(&[1, 2, 3], 2, &[1, 2, 3]))]);
    press(&mut app, &["6"]);
    assert!(text_of(&screen_of(&app), false).contains("nothing has changed since the first look"));
}

/// A group whose members have left, of a cluster that is stopped in order: its last metadata knows no leaders.
fn stopped_in_order() -> Vec<(i64, Data)> {
    let group = Group {
        id: "idle".to_owned(),
        coordinator: 1,
        state: "Empty".to_owned(),
        detail: Some(GroupDetail::default()),
        ..Group::default()
    };
    let mut seen = vec![
        (0, metadata(&[1, 2, 3], 1, &[1, 2, 3])),
        (1, Data::Groups(Groups { groups: vec![group], ..Groups::default() })),
    ];
    for poll in 0..4 {
        seen.extend([(poll * 2_000 + 2, commits("idle", &[5])), (poll * 2_000 + 3, ends(1, 10))]);
    }
    let Data::Metadata(mut last) = metadata(&[1], 1, &[1]) else { unreachable!() };
    (last.topics[0].partitions[0].leader, last.topics[0].partitions[0].epoch) = (None, 2);
    let silent = || Data::Offsets(Offsets { silent: vec![1], ..Offsets::default() });
    seen.extend([(8_000, Data::Metadata(last)), (8_001, silent()), (10_000, silent())]);
    seen
}

fn failed(of: Sampler) -> Data {
    Data::Failed(Failed { of, error: "refused".to_owned(), why: Why::default() })
}

#[test]
fn groups_of_a_cluster_that_has_gone_stay_as_last_seen() {
    let mut app = app_of(stopped_in_order());
    let figures = |app: &App| {
        let summary = Summary::of(&app.cluster, 10_000);
        (summary.groups_in_trouble, summary.groups_not_judged, summary.lag)
    };
    assert_eq!(figures(&app), (0, 1, None), "it answers, and the partition has no leader");
    let take = |app: &mut App, at_ms, data| app.cluster.apply(Snapshot { at_ms, took_ms: 1, data });
    take(&mut app, 12_000, failed(Sampler::Metadata));
    assert_eq!(figures(&app), (1, 0, Some(5)));
    // However long it lasts, and whatever else is asked in vain.
    take(&mut app, 600_000, Data::Offsets(Offsets { silent: vec![1], ..Offsets::default() }));
    take(&mut app, 600_001, failed(Sampler::Groups));
    assert_eq!(figures(&app), (1, 0, Some(5)));
    let told = problems(&app);
    assert!(told.contains(&"idle STOP: lag 5, nobody reads".to_owned()), "{told:?}");
    // What is back is told as it is.
    let back = stopped_in_order().into_iter().rev().find(|(_, data)| data.sampler() == Sampler::Metadata);
    take(&mut app, 610_000, back.unwrap().1);
    take(&mut app, 610_001, Data::Offsets(Offsets::default()));
    assert_eq!(figures(&app), (0, 1, None));
}

#[test]
fn a_broker_that_is_silent_is_not_called_up() {
    let silent = |of| match of {
        Sampler::Metadata => failed(Sampler::Metadata),
        _ => Data::Offsets(Offsets { silent: vec![3], ..Offsets::default() }),
    };
    for (of, expected) in [
        (
            Sampler::Offsets,
            &["broker 3 in the cluster, and does not answer", "broker 3 out of sync in orders-0"][..],
        ),
        (Sampler::Metadata, &["metadata not answered: refused", "broker 3 out of sync in orders-0"]),
    ] {
        let mut app = app_of([(0, metadata(&[1, 2, 3], 1, &[1, 2]))]);
        assert_eq!(problems(&app), ["broker 3 up, and out of sync in orders-0"]);
        app.cluster.apply(Snapshot { at_ms: 1, took_ms: 1, data: silent(of) });
        assert_eq!(problems(&app), expected);
    }
}

/// What cannot be judged for a while has not changed.
#[test]
fn a_verdict_is_told_once() {
    let told = |app: &App| {
        let events = app.cluster.events.iter().filter(|event| event.what.kind() == "verdict");
        events.map(|event| event.what.to_string()).collect::<Vec<_>>()
    };
    let mut app = app_of(stopped_in_order());
    assert_eq!(told(&app), ["… → STOP"]);
    let mut see = |at_ms, data| {
        app.cluster.apply(Snapshot { at_ms, took_ms: 1, data });
        told(&app)
    };
    see(12_000, failed(Sampler::Metadata));
    let Data::Metadata(mut back) = metadata(&[1], 1, &[1]) else { unreachable!() };
    for (at_ms, leader, epoch) in [(13_000, None, 2), (14_000, Some(1), 3)] {
        (back.topics[0].partitions[0].leader, back.topics[0].partitions[0].epoch) = (leader, epoch);
        see(at_ms, Data::Metadata(back.clone()));
        see(at_ms + 1, Data::Offsets(Offsets::default()));
    }
    for poll in 7..10 {
        see(poll * 2_000 + 2, commits("idle", &[5]));
        assert_eq!(see(poll * 2_000 + 3, ends(1, 10)), ["… → STOP"]);
    }
    see(20_002, commits("idle", &[10]));
    assert_eq!(see(20_003, ends(1, 10)), ["… → STOP", "STOP → OK"]);
}

/// Every problem of a group is counted in the figure above the problems.
#[test]
fn a_group_whose_data_was_deleted_unread_is_in_trouble() {
    let of = |start| {
        let partition = PartitionOffsets { id: 0, start: Some(start), end: Some(10), stable: Some(10) };
        let topics = [("orders".to_owned(), vec![partition])].into();
        Data::Offsets(Offsets { topics, silent: vec![] })
    };
    for (start, expected, problem) in
        [(5, 0, &[][..]), (8, 1, &["billing expired: 3 offsets deleted unread"])]
    {
        let app = app_of([
            (0, metadata(&[1, 2, 3], 1, &[1, 2, 3])),
            (1, groups(&[("billing", "Stable")], &[])),
            (2, commits("billing", &[5])),
            (3, of(start)),
        ]);
        assert_eq!(problems(&app), problem, "from {start} on");
        assert_eq!(Summary::of(&app.cluster, 10_000).groups_in_trouble, expected, "from {start} on");
        let is_trouble = |place: &Place, pane| {
            let lens = crate::screens::Lens { window_ms: 10_000, show_internal: true };
            crate::screens::grid(place, pane, &app.cluster, lens).rows[0].is_trouble
        };
        assert_eq!(is_trouble(&Place::Screen(Screen::Groups), 0), expected > 0);
        assert_eq!(is_trouble(&Place::Topic("orders".into()), 2), expected > 0);
    }
}
