//! Subscriptions by regular expression, resolved beside the requests (G16).

use super::*;

fn bench() -> Bench {
    Bench::with_topics(&[("orders", 2), ("orders-eu", 2), ("users", 2)])
}

fn join(member: &str, regex: &str) -> Beat {
    Beat { topics: None, ..Beat::join(member, &[]) }.regex(regex)
}

fn both() -> Assignment {
    all_of("orders", 2).into_iter().chain(all_of("orders-eu", 2)).collect()
}

#[test]
fn topics_come_once_they_are_found() {
    let mut bench = bench();
    let reply = bench.beat(join("a", "orders.*")).unwrap();
    assert_eq!((reply.epoch, reply.assignment), (1, Some(Assignment::new())), "nothing is known yet");
    assert_eq!(bench.regex_jobs.len(), 1);
    bench.resolve_regexes();
    assert_eq!(bench.consumers_state(), ("Assigning", 2));
    bench.pass_ms(1_000);
    let reply = bench.beat(Beat::of("a", 1)).unwrap();
    assert_eq!((reply.epoch, reply.assignment), (2, Some(both())));
    bench.failover();
    assert_eq!(bench.beat(Beat::of("a", 2)).unwrap().assignment, None, "what was found is in the log");
}

#[test]
fn one_look_at_a_time_from_the_first_on() {
    let mut bench = bench();
    for (member, regex) in [("a", "orders.*"), ("a", "orders.*"), ("b", "users.*")] {
        bench.beat(join(member, regex)).unwrap();
        assert_eq!(bench.regex_jobs.len(), 1);
    }
}

#[test]
fn names_and_an_expression_add_up() {
    let mut bench = bench();
    bench.beat(join("a", "orders-.*").topics(&["users"])).unwrap();
    bench.resolve_regexes();
    bench.pass_ms(1_000);
    let assigned = bench.beat(Beat::of("a", 2)).unwrap().assignment.unwrap();
    assert_eq!(assigned, all_of("users", 2).into_iter().chain(all_of("orders-eu", 2)).collect());
}

#[test]
fn what_is_known_needs_no_second_look() {
    let mut bench = bench();
    bench.beat(join("a", "orders.*")).unwrap();
    bench.resolve_regexes();
    bench.pass_ms(1_000);
    let reply = bench.beat(join("b", "orders.*")).unwrap();
    assert!(bench.regex_jobs.is_empty());
    assert_eq!(count_of(&reply.assignment.unwrap()), 2, "its part, at once");
}

#[test]
fn new_topics_are_found_after_a_while() {
    let mut bench = bench();
    bench.beat(join("a", "orders.*")).unwrap();
    bench.resolve_regexes();
    bench.pass_ms(1_000);
    assert_eq!(bench.beat(Beat::of("a", 1)).unwrap().epoch, 2);
    bench.make_topic("orders-us", 1);
    bench.beat(Beat::of("a", 2)).unwrap();
    assert!(bench.regex_jobs.is_empty(), "not more often than every ten seconds");
    bench.pass_ms(10_001);
    bench.beat(Beat::of("a", 2)).unwrap();
    assert_eq!(bench.regex_jobs.len(), 1);
    bench.beat(Beat::of("a", 2)).unwrap();
    assert_eq!(bench.regex_jobs.len(), 1, "one look at a time");
    bench.resolve_regexes();
    let assigned = bench.beat(Beat::of("a", 2)).unwrap().assignment.unwrap();
    assert!(assigned.contains_key(&topic_id("orders-us")));

    bench.pass_ms(30_000);
    bench.beat(Beat::of("a", 3)).unwrap();
    assert!(bench.regex_jobs.is_empty(), "nothing has changed");
    bench.pass_ms(30_000);
    bench.beat(Beat::of("a", 3)).unwrap();
    bench.pass_ms(30_000);
    bench.settings.consumer_regex_refresh_interval_ms = 60_000;
    bench.beat(Beat::of("a", 3)).unwrap();
    assert_eq!(bench.regex_jobs.len(), 1, "looked at again from time to time");
    bench.resolve_regexes();
    assert_eq!(bench.consumers_state(), ("Stable", 3), "nothing new, no new epoch");
}

#[test]
fn an_expression_goes_with_its_last_member() {
    let resolved = |bench: &Bench| {
        let records = bench.log.iter().filter_map(|(_, record)| match record {
            GroupRecord::Consumer { record: ConsumerRecord::Regex(text, value), .. } => {
                Some((text.to_string(), value.is_some()))
            }
            _ => None,
        });
        records.collect::<BTreeMap<_, _>>()
    };
    let mut bench = bench();
    for (member, regex) in [("a", "orders"), ("b", "orders"), ("c", "users")] {
        bench.beat(join(member, regex)).unwrap();
        bench.resolve_regexes();
        bench.pass_ms(11_000);
    }
    assert_eq!(resolved(&bench), BTreeMap::from([("orders".into(), true), ("users".into(), true)]));
    bench.beat(Beat::of("a", -1)).unwrap();
    assert!(resolved(&bench)["orders"], "b has it still");
    let epoch = bench.consumer("b").epoch;
    bench.beat(Beat::of("b", epoch).regex("orders-.*")).unwrap();
    assert!(!resolved(&bench)["orders"]);
    bench.beat(Beat::of("c", -1)).unwrap();
    assert!(!resolved(&bench)["users"]);
}

#[test]
fn an_answer_that_comes_too_late_means_nothing() {
    let mut bench = bench();
    bench.beat(join("a", "orders.*")).unwrap();
    bench.beat(Beat::of("a", -1)).unwrap();
    let before = bench.log.len();
    bench.resolve_regexes();
    assert_eq!(bench.log.len(), before, "the member has gone");
}

#[test]
fn a_look_that_takes_too_long_leaves_what_was_known() {
    let mut bench = bench();
    bench.beat(join("a", "orders.*")).unwrap();
    bench.resolve_regexes();
    bench.pass_ms(11_000);
    assert_eq!(bench.beat(Beat::of("a", 1)).unwrap().assignment, Some(both()));
    bench.make_topic("orders-us", 1);
    bench.beat(Beat::of("a", 2)).unwrap();
    let job = bench.regex_jobs.pop().unwrap();
    let late = job.run(&bench.metadata.image, bench.now.ms, |text| bench.regexes.compile(text), || true);
    bench.turn(|shard, turn| shard.regexes_resolved(&job.group, late, turn));
    bench.beat(Beat::of("a", 2)).unwrap();
    assert_eq!(bench.consumer("a").assigned, both());
}
