use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::*;
use crate::model::keys::BINDINGS;
use crate::model::snapshot::{
    Commits, Data, Group, Groups, Metadata, Offsets, Partition, PartitionOffsets, Topic,
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

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let partition =
        (0..3i32, proptest::option::of(0..4i32), proptest::collection::vec(0..4i32, 0..4), any::<i32>());
    let topic =
        (name(), name(), proptest::collection::vec(partition, 0..3)).prop_map(|(name, id, partitions)| {
            Topic {
                name,
                id,
                internal: false,
                partitions: partitions
                    .into_iter()
                    .map(|(id, leader, ids, epoch)| Partition {
                        id,
                        leader,
                        epoch,
                        isr: ids.iter().skip(1).copied().collect(),
                        replicas: ids,
                    })
                    .collect(),
            }
        });
    let metadata = proptest::collection::vec(topic, 0..4)
        .prop_map(|topics| Data::Metadata(Metadata { topics, ..Metadata::default() }));
    let offsets =
        proptest::collection::btree_map(name(), (number(), number(), number()), 0..4).prop_map(|topics| {
            let one = |(start, end, stable)| {
                (0..3)
                    .map(|id| PartitionOffsets {
                        id,
                        start: Some(start),
                        end: Some(end),
                        stable: Some(stable),
                    })
                    .collect()
            };
            Data::Offsets(Offsets {
                topics: topics.into_iter().map(|(name, of)| (name, one(of))).collect(),
                ..Offsets::default()
            })
        });
    let groups = proptest::collection::vec((name(), name()), 0..4).prop_map(|groups| {
        let group = |(id, state)| Group { id, state, ..Group::default() };
        Data::Groups(Groups { groups: groups.into_iter().map(group).collect(), ..Groups::default() })
    });
    let commits = proptest::collection::btree_map(name(), (name(), number()), 0..4).prop_map(|groups| {
        let one = |(topic, offset)| [(topic, vec![(0, offset), (1, offset)])].into();
        Data::Commits(Commits {
            groups: groups.into_iter().map(|(group, of)| (group, one(of))).collect(),
            ..Commits::default()
        })
    });
    (number(), prop_oneof![metadata, offsets, groups, commits]).prop_map(|(at_ms, data)| Snapshot {
        at_ms,
        took_ms: 1,
        data,
    })
}

fn event() -> impl Strategy<Value = Event> {
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
    assert_eq!(app.cluster.events.count(), 1_000);
    update(&mut app, groups(0));
    assert!(text_of(&screen_of(&app), false).contains("nothing here"));
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
