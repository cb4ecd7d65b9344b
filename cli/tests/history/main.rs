//! Producers and consumers against a broker that is killed and stopped at random; what they saw is judged by a pure
//! checker (semantics K). HISTORY_SECONDS and HISTORY_SEED choose another run than the short one of every test run.

mod breaking;
mod broker;
mod check;
mod check_tests;
mod copiers;
mod copies;
mod faults;
mod history;
mod load;
mod members;
mod place;
mod proxy;
mod script;

use std::time::Duration;

use breaking::{FAULTS, broken};
use check::{Class, check};
use rand::SeedableRng;
use rand::rngs::StdRng;

const SECONDS_DEFAULT: u64 = 4;
/// In a run of this length everything happens that a fault can spoil.
const SECONDS_OF_EVERYTHING: u64 = 30;
/// After the trouble everything is acknowledged, given up or read within this.
const SETTLING_TIMEOUT: Duration = Duration::from_secs(90);
/// Nothing in the script waits for time to pass; a machine under load is slow.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(90);

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A broker that does wrong is found out, whichever way it does; one that does not is left in peace.
#[test]
fn a_broker_that_does_wrong_is_found_out() {
    let runtime = runtime();
    for wrong in [None].into_iter().chain(Class::ALL.map(Some)) {
        let script = async { tokio::time::timeout(SCRIPT_TIMEOUT, script::run(wrong)).await };
        let (history, done) =
            runtime.block_on(script).unwrap_or_else(|_| panic!("{wrong:?}: the script does not end"));
        let findings = check(&history);
        let Some(class) = wrong else {
            assert!(findings.is_empty(), "nothing was wrong: {findings:#?}");
            continue;
        };
        assert!(done > 0, "the broker had no occasion for {class:?}");
        let classes: Vec<Class> = findings.iter().map(|finding| finding.class()).collect();
        assert!(classes.contains(&class), "{class:?} {done} times, the checker sees {classes:?}");
    }
}

/// The run must be clean, and each way of spoiling what was recorded must be found.
#[test]
fn nothing_acknowledged_is_lost_doubled_or_out_of_order() {
    let seconds = setting("HISTORY_SECONDS").unwrap_or(SECONDS_DEFAULT);
    let seed = setting("HISTORY_SEED").unwrap_or_else(rand::random);
    println!("HISTORY_SECONDS={seconds} HISTORY_SEED={seed}");
    let runtime = runtime();
    let length = Duration::from_secs(seconds);
    let run = async { tokio::time::timeout(length + SETTLING_TIMEOUT, load::run(length, seed)).await };
    let history = runtime.block_on(run).unwrap_or_else(|_| panic!("seed {seed}: the run does not end"));
    println!("{}", history.summary());
    let findings = check(&history);
    let shown: Vec<_> = findings.iter().take(20).collect();
    assert!(findings.is_empty(), "seed {seed}: {} findings, the first: {shown:#?}", findings.len());
    let mut random = StdRng::seed_from_u64(seed);
    for fault in FAULTS {
        let Some(spoiled) = broken(&history, fault, &mut random) else {
            assert!(
                seconds < SECONDS_OF_EVERYTHING,
                "seed {seed}: nothing has happened that {fault:?} could spoil"
            );
            continue;
        };
        let found = check(&spoiled).iter().any(|finding| finding.class() == fault.class());
        assert!(found, "seed {seed}: the checker does not see {fault:?}");
    }
}
