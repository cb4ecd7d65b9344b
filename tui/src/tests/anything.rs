use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::*;
use crate::model::keys::BINDINGS;
use crate::model::snapshot::{
    Broker, Commits, Config, Configs, Data, Failed, Group, GroupDetail, Groups, LogDir, LogDirs, Member,
    Metadata, Offsets, Partition, PartitionOffsets, Place, Record, Records, Sampler, Segment, Segments,
    Stamp, Stamps, Topic, Why,
};

/// Names as nobody would choose them.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{1,3}",
        "\\PC{0,12}",
        Just("数据同步👩‍👩‍👧".to_owned()),
        Just("\u{1b}[2J\n\t\u{202e}x".to_owned()),
        Just("a".repeat(400)),
    ]
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![
        0..50i64,
        Just(0),
        Just(i64::MAX),
        Just(i64::MIN),
        any::<i32>().prop_map(i64::from),
        any::<i64>()
    ]
}

pub(super) fn few<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    proptest::collection::vec(of, 0..4)
}

/// By name.
fn named<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = BTreeMap<String, T>> {
    proptest::collection::btree_map(name(), of, 0..4)
}

fn maybe<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(of)
}

/// Brokers and partitions, some of them of no cluster.
fn id() -> impl Strategy<Value = i32> {
    prop_oneof![8 => 0..4i32, 1 => any::<i32>()]
}

fn metadata() -> impl Strategy<Value = Data> {
    let broker = (id(), name(), any::<u16>(), maybe(name()), any::<bool>())
        .prop_map(|(id, host, port, rack, fenced)| Broker { id, host, port, rack, fenced });
    let partition = (id(), maybe(id()), few(id()), any::<i32>()).prop_map(|(id, leader, ids, epoch)| {
        Partition { id, leader, epoch, isr: ids.iter().skip(1).copied().collect(), replicas: ids }
    });
    let topic = (name(), name(), any::<bool>(), few(partition))
        .prop_map(|(name, id, internal, partitions)| Topic { name, id, internal, partitions });
    (maybe(name()), maybe(id()), few(id()), few(broker), few(topic), any::<bool>()).prop_map(
        |(cluster_id, controller, voters, brokers, topics, is_refused)| {
            Data::Metadata(Metadata { cluster_id, controller, voters, brokers, topics, is_refused })
        },
    )
}

fn offsets() -> impl Strategy<Value = Data> {
    let partition = (id(), maybe(number()), maybe(number()), maybe(number()))
        .prop_map(|(id, start, end, stable)| PartitionOffsets { id, start, end, stable });
    (named(few(partition)), few(id())).prop_map(|(topics, silent)| Data::Offsets(Offsets { topics, silent }))
}

fn groups() -> impl Strategy<Value = Data> {
    let member = (name(), maybe(name()), name(), named(few(id()))).prop_map(
        |(id, instance_id, client_id, partitions)| {
            let host = client_id.clone();
            Member { id, instance_id, client_id, host, partitions }
        },
    );
    let detail = (maybe(any::<i32>()), name(), few(member))
        .prop_map(|(epoch, assignor, members)| GroupDetail { epoch, assignor, members });
    let state = prop_oneof![Just("Stable".to_owned()), Just("Empty".to_owned()), name()];
    let group = (name(), id(), name(), state, any::<bool>(), maybe(detail)).prop_map(
        |(id, coordinator, kind, state, simple, detail)| Group {
            id,
            coordinator,
            kind,
            state,
            simple,
            detail,
        },
    );
    let latency = proptest::collection::btree_map(id(), any::<u32>(), 0..4);
    (few(group), latency, few(id()), few(id()), few(name())).prop_map(
        |(groups, latency_ms, silent, loading, refused)| {
            Data::Groups(Groups { groups, latency_ms, silent, loading, refused })
        },
    )
}

fn commits() -> impl Strategy<Value = Data> {
    (named(named(few((id(), number())))), few(id()), few(name()))
        .prop_map(|(groups, silent, refused)| Data::Commits(Commits { groups, silent, refused }))
}

fn log_dirs() -> impl Strategy<Value = Data> {
    let dir = (name(), maybe(name()), maybe(number()), maybe(number()), named(few((id(), number()))))
        .prop_map(|(path, error, total_bytes, usable_bytes, topics)| LogDir {
            path,
            error,
            total_bytes,
            usable_bytes,
            topics,
        });
    let brokers = proptest::collection::btree_map(id(), few(dir), 0..4);
    (brokers, few(id()), any::<bool>())
        .prop_map(|(brokers, silent, is_refused)| Data::LogDirs(LogDirs { brokers, silent, is_refused }))
}

fn configs() -> impl Strategy<Value = Data> {
    let key = prop_oneof![
        Just("min.insync.replicas".to_owned()),
        Just("retention.ms".to_owned()),
        Just("cleanup.policy".to_owned()),
        name(),
    ];
    let value = prop_oneof![name(), number().prop_map(|number| number.to_string())];
    let config = (maybe(value), any::<bool>()).prop_map(|(value, own)| Config { value, own });
    let of_topic = proptest::collection::btree_map(key, config, 0..4);
    (named(of_topic), few(name())).prop_map(|(topics, refused)| Data::Configs(Configs { topics, refused }))
}

fn records() -> impl Strategy<Value = Data> {
    let record = (id(), number(), number(), maybe(name()), maybe(name()), any::<usize>()).prop_map(
        |(partition, offset, timestamp_ms, key, value, size_bytes)| Record {
            partition,
            offset,
            timestamp_ms,
            key,
            value,
            size_bytes,
        },
    );
    (name(), few(record)).prop_map(|(topic, records)| Data::Records(Records { topic, records }))
}

fn segments() -> impl Strategy<Value = Data> {
    let segment = (name(), id(), number(), number(), maybe(number()), name()).prop_map(
        |(topic, partition, base_offset, size_bytes, modified_ms, trouble)| {
            let active = trouble.is_empty();
            Segment { topic, partition, base_offset, size_bytes, modified_ms, trouble, active }
        },
    );
    (name(), few(segment)).prop_map(|(dir, segments)| Data::Segments(Segments { dir, segments }))
}

fn stamps() -> impl Strategy<Value = Data> {
    let stamp = (name(), id(), number(), number()).prop_map(|(topic, partition, offset, timestamp_ms)| {
        Stamp { place: Place { topic, partition, offset }, timestamp_ms }
    });
    few(stamp).prop_map(|stamps| Data::Stamps(Stamps { stamps }))
}

/// What any sampler may bring.
fn snapshot() -> impl Strategy<Value = Snapshot> {
    let failed = (proptest::sample::select(&Sampler::ALL[..]), name())
        .prop_map(|(of, error)| Data::Failed(Failed { of, error, why: Why::default() }));
    let cluster =
        prop_oneof![3 => metadata(), 2 => offsets(), 2 => groups(), 2 => commits(), 1 => log_dirs()];
    let rest = prop_oneof![configs(), records(), segments(), stamps(), failed];
    let data = prop_oneof![3 => cluster, 1 => rest];
    (number(), any::<u32>(), data).prop_map(|(at_ms, took_ms, data)| Snapshot { at_ms, took_ms, data })
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let bound: Vec<&str> =
        BINDINGS.iter().flat_map(|binding| binding.keys).copied().filter(|key| *key != "^c").collect();
    let mouse = (0..230u16, 0..70u16, 0..3).prop_map(|(column, row, kind)| {
        let kind = match kind {
            0 => MouseEventKind::Down(MouseButton::Left),
            1 => MouseEventKind::ScrollDown,
            _ => MouseEventKind::ScrollUp,
        };
        Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    });
    prop_oneof![
        3 => snapshot().prop_map(|snapshot| Event::Snapshot(Box::new(snapshot))),
        6 => proptest::sample::select(bound).prop_map(|key| Event::Key(key_event(key).unwrap())),
        1 => any::<char>().prop_map(|c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))),
        1 => mouse,
        1 => any::<String>().prop_map(Event::Paste),
        1 => (0..230u16, 0..70u16).prop_map(|(width, height)| Event::Resize(Size { width, height })),
        1 => number().prop_map(Event::Clock),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    /// No size, no name, no order of events makes it panic.
    #[test]
    fn nothing_makes_it_panic(events in proptest::collection::vec(event(), 1..60)) {
        let mut app = App::new(setup(ThemeChoice::Dark, false), Size { width: 100, height: 30 }, 0);
        for event in events {
            update(&mut app, event);
            screen_of(&app);
        }
    }
}

/// Groups by the thousand: the screen shows them, and the timeline keeps its bound.
#[test]
fn a_flood_of_groups_is_taken_in() {
    let groups = |count: usize| {
        let group = |index| Group { id: format!("g{index}"), state: "Stable".to_owned(), ..Group::default() };
        let groups = (0..count).map(group).collect();
        Event::Snapshot(Box::new(Snapshot {
            at_ms: 2_000 + count as i64,
            took_ms: 1,
            data: Data::Groups(Groups { groups, ..Groups::default() }),
        }))
    };
    let mut app = App::new(setup(ThemeChoice::Dark, false), Size { width: 100, height: 30 }, 0);
    update(&mut app, groups(1));
    update(&mut app, groups(20_000));
    press(&mut app, &["5", "G"]);
    assert!(text_of(&screen_of(&app), false).contains("Groups (20000)"));
    update(&mut app, groups(0));
    assert!(text_of(&screen_of(&app), false).contains("nothing here"));
    let told: Vec<String> =
        app.cluster.events.iter().map(|event| format!("{} {}", event.what.subject(), event.what)).collect();
    let expected =
        ["19999 groups group appeared: g1, g10, g100, …", "20000 groups group gone: g0, g1, g10, …"];
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("19999 groups group appeared: g1, g2, g3, "), "{told:?}");
    assert_eq!(told[1], expected[1]);
}

/// Every key of every binding, on every screen, with data and without.
#[test]
fn every_key_works_everywhere() {
    for snapshots in [vec![], incident()] {
        for binding in BINDINGS {
            for key in binding.keys {
                for digit in "12345678".chars() {
                    let mut app =
                        app_with(&snapshots, setup(ThemeChoice::Light, true), Size { width: 80, height: 24 });
                    press(&mut app, &[&digit.to_string(), key, "Enter", key]);
                    screen_of(&app);
                }
            }
        }
    }
}
