//! The action menu: what it offers, and that nothing happens without the name.

use super::*;
use crate::model::app::Mode;
use crate::model::deed::{Deed, Plan, ResetTo, Step};

fn app() -> App {
    let setup = Setup { may_act: true, ..setup(ThemeChoice::Mono, true) };
    app_with(&incident(), setup, Size { width: 100, height: 30 })
}

fn type_in(app: &mut App, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|c| press(app, &[&c.to_string()])).collect()
}

/// Filters a screen to one row, opens the menu there, and gives back what it offers.
fn offered(app: &mut App, screen: &str, row: &str) -> Vec<Deed> {
    press(app, &[screen]);
    if app.view().only_problems {
        press(app, &["!"]);
    }
    press(app, &["/"]);
    type_in(app, row);
    press(app, &["Enter", "x"]);
    match &app.mode {
        Mode::Menu { deeds, .. } => deeds.clone(),
        _ => Vec::new(),
    }
}

#[test]
fn a_row_is_offered_what_makes_sense_for_it() {
    let of = |topic: &str, partition| (topic.to_owned(), partition);
    let ((orders, two), (payments, one)) = (of("orders", 2), of("payments", 1));
    let reset = |to| Deed::ResetGroup { group: "stopped-batch".to_owned(), to };
    for (screen, row, expected) in [
        // Its broker is down, so the preferred leader is not in sync.
        ("4", "orders-2", vec![]),
        ("4", "payments-1", vec![Deed::AbortTransaction { topic: payments, partition: one }]),
        ("5", "stopped-batch", vec![reset(ResetTo::Start), reset(ResetTo::End)]),
        ("5", "billing", vec![]),
        ("2", "kafka-1", vec![]),
    ] {
        assert_eq!(offered(&mut app(), screen, row), expected, "{row}");
    }
    // The broker is back, and leads nothing yet.
    let mut app = app();
    let back = crate::demo::step(20, app.now_ms + 2_000).remove(0);
    let crate::model::snapshot::Data::Metadata(mut metadata) = back.data.clone() else { panic!("{back:?}") };
    for partition in metadata.topics.iter_mut().flat_map(|topic| &mut topic.partitions) {
        partition.leader = partition.leader.filter(|leader| *leader != 3).or(Some(1));
    }
    let data = crate::model::snapshot::Data::Metadata(metadata);
    update(&mut app, Event::Snapshot(Box::new(Snapshot { data, ..back })));
    assert_eq!(offered(&mut app, "4", "orders-2"), [Deed::ElectPreferred { topic: orders, partition: two }]);
}

#[test]
fn without_leave_there_is_no_menu() {
    let mut app = app();
    app.setup.may_act = false;
    assert_eq!(offered(&mut app, "5", "stopped-batch"), []);
    assert!(app.message.as_ref().is_some_and(|message| message.text.contains("--allow-actions")));
    // Another context was not meant when changes were allowed.
    app.setup.may_act = true;
    update(&mut app, Event::Switched { cluster_name: "prod".to_owned(), cluster_color: None });
    assert!(!app.setup.may_act);
}

#[test]
fn only_the_name_confirms_a_plan() {
    let mut app = app();
    let deed = offered(&mut app, "5", "stopped-batch").remove(1);
    assert_eq!(press(&mut app, &["j", "Enter"]), [Effect::Plan(deed.clone())]);
    let plan = Plan {
        deed: deed.clone(),
        changes: vec!["orders-0  9000 → 12000  (+3000)".to_owned()],
        step: Step::Commit(vec![("orders".to_owned(), 0, 12_000)]),
    };
    update(&mut app, Event::Planned { deed: deed.clone(), outcome: Ok(plan.clone()) });
    assert!(text_of(&screen_of(&app), false).contains("9000 > 12000"));
    assert_eq!(type_in(&mut app, "q"), [], "letters are typed, not obeyed");
    assert_eq!(press(&mut app, &["Enter"]), [], "the wrong name");
    assert!(text_of(&screen_of(&app), false).contains("! that is not the name"));
    press(&mut app, &["Backspace"]);
    assert!(!text_of(&screen_of(&app), false).contains("that is not the name"));
    assert_eq!(type_in(&mut app, "stopped-batch-2"), []);
    assert_eq!(press(&mut app, &["Enter"]), [], "a longer name");
    press(&mut app, &["Backspace", "Backspace"]);
    assert_eq!(press(&mut app, &["Enter"]), [Effect::CarryOut(plan.clone())]);
    assert_eq!(app.mode, Mode::Table);
    // A plan that comes after the operator has left is not shown.
    update(&mut app, Event::Planned { deed, outcome: Ok(plan) });
    assert_eq!(app.mode, Mode::Table);
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut app = app();
    let deed = offered(&mut app, "5", "stopped-batch").remove(0);
    press(&mut app, &["Enter"]);
    let refused = Err("group stopped-batch has 2 members now".to_owned());
    update(&mut app, Event::Planned { deed, outcome: refused });
    assert!(text_of(&screen_of(&app), false).contains("has 2 members now"));
    assert_eq!(app.mode, Mode::Table);
}
