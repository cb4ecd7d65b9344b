//! The page of metrics of a broker with more topics than find room on it.

use super::producing::produce;
use super::{TestBroker, Topic, batch};
use crate::metrics::{Format, Metrics};

const TOPICS: usize = 200;

fn value(page: &str, name: &str) -> usize {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in\n{page}")).parse().unwrap()
}

#[test]
fn a_page_stays_as_small_as_it_is_told_to() {
    let names: Vec<String> = (0..TOPICS).map(|number| format!("topic-{number:03}")).collect();
    let topics: Vec<Topic<'_>> = names.iter().map(|name| (name.as_str(), 2, &[] as &[_])).collect();
    for bytes_max in [2_000_000, 80_000, 100] {
        let directory = tempfile::tempdir().unwrap();
        let setting = bytes_max.to_string();
        let broker =
            TestBroker::start_with(directory.path(), &topics, &[("ops.metrics.bytes.max", setting.as_str())]);
        let last = &names[TOPICS - 1];
        assert_eq!(produce(&mut broker.client(), last, 1, batch(&["the largest"])).error_code, 0);
        for partition in broker.broker.partitions.all() {
            // Waits until the log is open.
            partition.bounds();
        }
        let page = Metrics::scrape(&broker.broker, false, Format::Prometheus).unwrap();
        let rows = |start: &str| page.lines().filter(|line| line.starts_with(start)).count();
        let (logs, named) = (rows("kafka_log_end_offset{"), rows("kafka_topic_partitions{topic=\"topic-"));
        assert_eq!(value(&page, "kafka_log_rows_left_out"), 2 * TOPICS - logs);
        assert_eq!(value(&page, "kafka_broker_partitions"), 2 * TOPICS);
        let largest = format!("kafka_log_end_offset{{topic=\"{last}\",partition=\"1\"}} 1\n");
        match bytes_max {
            2_000_000 => assert_eq!((logs, named), (2 * TOPICS, TOPICS)),
            80_000 => {
                assert!(page.len() <= bytes_max && page.len() > bytes_max * 3 / 4, "{}", page.len());
                assert!((1..2 * TOPICS).contains(&logs) && page.contains(&largest), "{logs} of\n{page}");
                let others = value(&page, "kafka_topic_partitions{topic=\"(others)\"}");
                assert!((1..TOPICS).contains(&named) && others == 2 * (TOPICS - named), "{named}, {others}");
                // What is shared is counted all the same.
                assert_eq!(rows("kafka_topic_records_in_total{topic=\"(others)\"}"), 1);
            }
            // Figures of the whole broker come in any case.
            _ => assert_eq!((logs, named), (0, 0)),
        }
    }
}
