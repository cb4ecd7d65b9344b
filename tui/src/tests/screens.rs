use std::collections::BTreeSet;

use super::*;
use crate::model::lag::Verdict;
use crate::screens::{Place, Screen};

const SIZES: [(u16, u16); 3] = [(60, 15), (100, 30), (200, 60)];

fn check(name: &str, text: &str) {
    let path = golden(&format!("screens/{name}.txt"));
    if is_updating() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(text, expected, "{name}: UPDATE_GOLDEN=1 takes the new one");
}

#[test]
fn screens_look_as_they_should() {
    let incident = incident();
    for (looks, theme, ascii) in [
        ("color", ThemeChoice::Dark, false),
        ("mono", ThemeChoice::Mono, false),
        ("ascii", ThemeChoice::Mono, true),
    ] {
        for (width, height) in SIZES {
            let mut app = app_with(&incident, setup(theme, ascii), Size { width, height });
            let mut all = String::new();
            for screen in Screen::ALL {
                press(&mut app, &[&screen.digit().to_string()]);
                all += &format!("=== {} {width}x{height} {looks}\n", screen.name());
                all += &text_of(&screen_of(&app), !ascii);
            }
            check(&format!("{looks}-{width}x{height}"), &all);
        }
    }
}

#[test]
fn drill_downs_help_and_messages_look_as_they_should() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Dark, false), Size { width: 100, height: 30 });
    let mut all = String::new();
    for (name, keys) in [
        ("topic", &["3", "/", "p", "a", "y", "Enter", "Enter"][..]),
        ("topic config", &["Tab"][..]),
        ("topic groups", &["Tab"][..]),
        ("group", &["5", "Esc", "Enter"][..]),
        ("group members", &["Tab"][..]),
        ("broker", &["2", "G", "Enter"][..]),
        ("help", &["5", "?", "s", "o", "r", "t"][..]),
        ("sort", &["Esc", "s", "j"][..]),
        ("wrong filter", &["Esc", "/", "x", ">", "1"][..]),
        ("wrong command", &["Esc", ":", "f", "l", "y", "Enter"][..]),
    ] {
        press(&mut app, keys);
        all += &format!("=== {name}\n{}", text_of(&screen_of(&app), false));
    }
    check("drill-downs", &all);
}

/// What the script says happens, as the model tells it.
#[test]
fn verdicts_and_events_of_the_incident() {
    let app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    for (group, verdict) in [
        ("billing", Some(Verdict::Ok)),
        ("fraud", Some(Verdict::Warn)),
        ("search-index", Some(Verdict::Stall)),
        ("rewound", Some(Verdict::Rewind)),
        ("stopped-batch", Some(Verdict::Stop)),
        ("fresh", None),
    ] {
        assert_eq!(app.cluster.groups[group].verdict(), verdict, "{group}");
    }
    let kinds: Vec<(&str, String)> =
        app.cluster.events.iter().map(|event| (event.what.kind(), event.what.subject())).collect();
    for expected in [("broker-gone", "broker 3"), ("isr-shrink", "orders-0"), ("leader-change", "orders-2")] {
        assert!(
            kinds.iter().any(|(kind, subject)| (*kind, subject.as_str()) == expected),
            "{expected:?} in {kinds:?}"
        );
    }
    let expired = app.cluster.groups["late-analytics"].summary(&app.cluster, 10_000).expired_count;
    assert_eq!(expired, 4);
}

#[test]
fn the_selection_sticks_to_its_row() {
    let incident = incident();
    let mut app = app_with(&incident, setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    press(&mut app, &["5", "j", "j"]);
    let selected = app.view().selected.unwrap();
    press(&mut app, &["s", "Enter", "S"]);
    assert_eq!(app.view().selected.as_deref(), Some(selected.as_str()));
    let index = app.selected_index(0).unwrap();
    assert_eq!(app.grid().rows[index].id, selected);
}

/// From the overview: a broker, a group, a partition, several partitions of a topic.
#[test]
fn a_problem_opens_what_it_is_about_and_keeps_the_selection() {
    let subjects = |app: &App| -> Vec<String> {
        app.grid().rows.iter().map(|row| row.cells[1].value.plain().into_owned()).collect()
    };
    for (subject, place) in [
        ("audit-log-0", Place::Topic("audit-log".into())),
        ("broker 3", Place::Broker(3)),
        ("payments", Place::Topic("payments".into())),
        ("rewound", Place::Group("rewound".into())),
    ] {
        let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
        let at = subjects(&app).iter().position(|known| known == subject).unwrap();
        press(&mut app, &vec!["j"; at]);
        // Lags have grown by then.
        for snapshot in crate::demo::step(17, app.now_ms + 2_000) {
            update(&mut app, Event::Snapshot(Box::new(snapshot)));
        }
        let selected = app.selected_index(0).unwrap();
        assert_eq!(subjects(&app)[selected], subject);
        press(&mut app, &["Enter"]);
        assert_eq!(*app.place(), place);
    }
}

#[test]
fn letters_go_to_the_text_field_while_one_is_open() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    assert_eq!(press(&mut app, &["/", "q", "q"]).iter().filter(|effect| **effect == Effect::Quit).count(), 0);
    assert_eq!(app.view().filter_text, "qq");
    press(&mut app, &["Enter", "Esc"]);
    assert_eq!(app.view().filter_text, "");
    assert_eq!(press(&mut app, &["q"]), [Effect::Quit]);
}

#[test]
fn what_is_pasted_goes_to_the_line_that_is_typed() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    let paste = |app: &mut App, text: &str| update(app, Event::Paste(text.to_owned()));
    for keys in [&[][..], &["s"], &["Esc", "5"]] {
        press(&mut app, keys);
        let before = text_of(&screen_of(&app), false);
        assert_eq!(paste(&mut app, "q3:/x"), [], "{keys:?}");
        assert_eq!(text_of(&screen_of(&app), false), before, "{keys:?}");
    }
    press(&mut app, &["/"]);
    paste(&mut app, "bill\r\n");
    assert_eq!(app.view().filter_text, "bill");
    press(&mut app, &["i", "Enter", "Esc", ":"]);
    paste(&mut app, "topic orders");
    press(&mut app, &["Enter"]);
    assert_eq!(*app.place(), Place::Topic("orders".into()));
    press(&mut app, &["?"]);
    paste(&mut app, "mouse");
    assert!(text_of(&screen_of(&app), false).contains("column titles"));
}

#[test]
fn commands_go_where_they_say() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    let mut type_in = |line: &str| {
        press(&mut app, &[":"]);
        let effects: Vec<Effect> = line
            .chars()
            .flat_map(|c| press(&mut app, &[&if c == ' ' { "Space".to_owned() } else { c.to_string() }]))
            .collect();
        let last = press(&mut app, &["Enter"]);
        (app.place().clone(), app.view().filter_text, [effects, last].concat())
    };
    assert_eq!(type_in("topics").0, Place::Screen(Screen::Topics));
    assert_eq!(type_in("group billing").0, Place::Group("billing".into()));
    assert_eq!(type_in("broker 2").0, Place::Broker(2));
    let (place, filter, _) = type_in("topics pay");
    assert_eq!((place, filter.as_str()), (Place::Screen(Screen::Topics), "pay"));
    assert!(type_in("ctx prod").2.contains(&Effect::Switch("prod".to_owned())));
    assert!(type_in("q").2.contains(&Effect::Quit));
}

#[test]
fn a_pause_holds_the_screen_and_not_the_data() {
    let incident = incident();
    let (before, after) = incident.split_at(incident.len() / 2);
    let mut app = app_with(before, setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    press(&mut app, &["5", "Space"]);
    let paused = text_of(&screen_of(&app), false);
    for snapshot in after {
        update(&mut app, Event::Snapshot(Box::new(snapshot.clone())));
    }
    assert_eq!(text_of(&screen_of(&app), false), paused);
    press(&mut app, &["Space"]);
    assert_ne!(text_of(&screen_of(&app), false), paused);
}

/// Rows stay while nobody answers, and their age is told.
#[test]
fn the_last_good_rows_stay_while_disconnected() {
    use crate::model::snapshot::{Data, Failed, Sampler, Why};
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    press(&mut app, &["3"]);
    let rows = app.grid().rows.len();
    let failed =
        Failed { of: Sampler::Metadata, error: "connection refused".to_owned(), why: Why::default() };
    let now_ms = app.now_ms + 60_000;
    update(&mut app, Event::Clock(now_ms));
    update(
        &mut app,
        Event::Snapshot(Box::new(Snapshot { at_ms: now_ms, took_ms: 1, data: Data::Failed(failed) })),
    );
    assert_eq!(app.grid().rows.len(), rows);
    let text = text_of(&screen_of(&app), false);
    assert!(text.lines().next().unwrap().contains("DISCONNECTED !  data 1m00s old"), "{text}");
}

#[test]
fn the_name_of_the_cluster_has_the_colour_of_its_context() {
    use ratatui::style::Color;
    for (theme, expected) in [(ThemeChoice::Dark, Color::Red), (ThemeChoice::Mono, Color::Reset)] {
        let setup = Setup { cluster_color: Some(Color::Red), ..setup(theme, false) };
        let screen = screen_of(&app_with(&incident(), setup, Size { width: 100, height: 30 }));
        let colored: String =
            (0..100).filter(|x| screen[(*x, 0)].fg == Color::Red).map(|x| screen[(x, 0)].symbol()).collect();
        assert_eq!(colored, if expected == Color::Red { "demo" } else { "" });
    }
}

/// Three periods of two seconds are yellow, ten are red.
#[test]
fn the_age_of_the_data_is_coloured() {
    use ratatui::style::Color;
    let mut app = app_with(&incident(), setup(ThemeChoice::Dark, false), Size { width: 100, height: 30 });
    press(&mut app, &["3"]);
    let seen_ms = app.now_ms - app.age().unwrap().0;
    for (age_ms, color, told) in [
        (5_900, Color::Reset, "data 5s old"),
        (6_000, Color::Yellow, "data 6s old !"),
        (19_900, Color::Yellow, "data 19s old !"),
        (20_000, Color::Red, "data 20s old !"),
    ] {
        update(&mut app, Event::Clock(seen_ms + age_ms));
        let screen = screen_of(&app);
        let header = text_of(&screen, false).lines().next().unwrap().to_owned();
        assert!(header.trim_end().ends_with(told), "{header}");
        assert_eq!(screen[(98, 0)].fg, color, "{told}");
    }
}

/// The sampled ends do not reach back to where this group stands.
#[test]
fn a_commit_from_before_we_looked_is_timed_by_its_record() {
    use crate::model::snapshot::{Commits, Data, Place, Stamp, Stamps};
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    press(&mut app, &["5"]);
    let time_lag_ms =
        |app: &App| app.cluster.groups["stopped-batch"].summary(&app.cluster, 10_000).time_lag_ms;
    let take = |app: &mut App, data| {
        let snapshot = Snapshot { at_ms: app.now_ms + 1, took_ms: 1, data };
        update(app, Event::Snapshot(Box::new(snapshot)));
    };
    let place = Place { topic: "orders".to_owned(), partition: 0, offset: 9_000 };
    assert_eq!(time_lag_ms(&app), None);
    assert!(app.places_without_time().contains(&place));
    let seen_ms = app.cluster.partition("orders", 0).unwrap().ends.last().unwrap().at_ms;
    let stamp = Stamp { place: place.clone(), timestamp_ms: seen_ms - 60_000 };
    take(&mut app, Data::Stamps(Stamps { stamps: vec![stamp] }));
    assert_eq!(time_lag_ms(&app), Some(60_000));
    assert!(!app.places_without_time().contains(&place));
    // What is told about one place says nothing about the next.
    let moved = [("orders".to_owned(), vec![(0, 9_001)])].into();
    take(
        &mut app,
        Data::Commits(Commits { groups: [("stopped-batch".to_owned(), moved)].into(), ..Commits::default() }),
    );
    assert!(app.places_without_time().contains(&Place { offset: 9_001, ..place }));
}

#[test]
fn the_footer_offers_to_open_only_what_opens() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    for (key, expected) in
        [("1", true), ("3", true), ("Enter", false), ("5", true), ("Enter", false), ("6", false)]
    {
        press(&mut app, &[key]);
        let text = text_of(&screen_of(&app), false);
        assert_eq!(text.contains("Enter open"), expected, "{key}: {text}");
    }
}

/// Where not all columns fit there is a way to each of them.
#[test]
fn every_column_can_be_reached_on_every_width() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 60, height: 30 });
    press(&mut app, &["z"]);
    for width in [60, 80, 130] {
        update(&mut app, Event::Resize(Size { width, height: 30 }));
        for screen in ["2", "3", "4", "5", "7", "8"] {
            press(&mut app, &[screen]);
            let titles: Vec<&str> = app.grid().columns.iter().map(|column| column.title).collect();
            let seen = |app: &App| -> BTreeSet<usize> {
                let placed = app.placed(0).into_iter();
                placed.filter(|placed| placed.width > 2).map(|placed| placed.column).collect()
            };
            titles.iter().for_each(|_| drop(press(&mut app, &["<"])));
            let mut reached = seen(&app);
            for _ in &titles {
                press(&mut app, &[">"]);
                assert!(seen(&app).contains(&0), "the first column says whose row it is");
                reached.extend(seen(&app));
            }
            assert_eq!(reached.len(), titles.len(), "{screen} on {width}: {reached:?} of {titles:?}");
            for title in [titles[titles.len() - 1], titles[titles.len() / 2], titles[1]] {
                let column = app.grid().column(title).unwrap();
                crate::model::update::sort_by(&mut app, column);
                let text = text_of(&screen_of(&app), false);
                assert!(text.lines().nth(3).unwrap().contains(title), "{title} on {width}:\n{text}");
            }
        }
    }
}

#[test]
fn the_title_tells_of_columns_that_do_not_fit() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 130, height: 30 });
    let title = |app: &App| text_of(&screen_of(app), false).lines().nth(2).unwrap().to_owned();
    for (keys, expected) in [
        (&["5"][..], "Groups (8)  5 more columns: z"),
        (&["z"], "Groups (8)  columns 2-12 of 19: < >"),
        (&[">", ">"], "Groups (8)  columns 4-15 of 19: < >"),
        (&["<", "<", "<"], "Groups (8)  columns 2-12 of 19: < >"),
        (&["z"], "Groups (8)  5 more columns: z"),
        (&[">"], "Groups (8)  columns 2-12 of 19: < >"),
    ] {
        press(&mut app, keys);
        assert_eq!(title(&app), expected, "{keys:?}");
    }
}

/// From wherever a row is about a topic.
#[test]
fn the_records_are_those_of_the_topic_at_hand() {
    for (keys, topic) in [
        (&["1"][..], "audit-log"),
        (&["1", "Tab"], "clicks"),
        (&["2", "Enter"], "payments"),
        (&["3", "G"], "数据同步"),
        (&["4"], "audit-log"),
        (&["5", "Enter"], "orders"),
        (&["3", "Enter", "Tab"], "audit-log"),
    ] {
        let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
        press(&mut app, keys);
        press(&mut app, &["7"]);
        assert_eq!(app.tailed_topic(), Some(topic), "{keys:?}");
    }
}

#[test]
fn help_says_how_much_of_it_is_on_the_screen() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    let title = |app: &App| text_of(&screen_of(app), false).lines().nth(2).unwrap().to_owned();
    press(&mut app, &["5", "?"]);
    assert!(title(&app).starts_with("Keys of Groups (1-26 of "), "{}", title(&app));
    press(&mut app, &["Down", "Down"]);
    assert!(title(&app).starts_with("Keys of Groups (3-28 of "), "{}", title(&app));
    press(&mut app, &["s", "o", "r", "t"]);
    assert_eq!(title(&app), "Keys of Groups (6)");
    press(&mut app, &["^u"]);
    assert!(title(&app).starts_with("Keys of Groups (1-26 of "), "{}", title(&app));
}

/// What was said of one thing is not left standing beside the next.
#[test]
fn a_message_goes_with_the_next_key() {
    let mut app = app_with(&incident(), setup(ThemeChoice::Mono, true), Size { width: 100, height: 30 });
    let footer = |app: &App| text_of(&screen_of(app), false).lines().last().unwrap().to_owned();
    let type_in = |app: &mut App, line: &str| {
        press(app, &[":"]);
        for c in line.chars() {
            press(app, &[&if c == ' ' { "Space".to_owned() } else { c.to_string() }]);
        }
        press(app, &["Enter"]);
    };
    type_in(&mut app, "records nosuch");
    assert_eq!(footer(&app), "there is no topic \"nosuch\"");
    type_in(&mut app, "records clicks");
    assert!(footer(&app).starts_with("? help"), "{}", footer(&app));
    // Nothing of it was read yet, and what was read of another topic is not its own.
    let text = text_of(&screen_of(&app), false);
    assert!(text.contains("Records of clicks (0)") && text.contains("no records yet"), "{text}");
    type_in(&mut app, "help sort");
    assert!(footer(&app).starts_with("search: sort"), "{}", footer(&app));
}
