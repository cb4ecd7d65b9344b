use ratatui::style::Style;

use super::{Pen, spark};
use crate::model::app::App;
use crate::model::grid::Value;
use crate::screens::overview::Summary;
use crate::theme::Theme;

/// Values of a sparkline beside a figure.
const SPARK_WIDTH: usize = 30;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, theme: &Theme) {
    let cluster = app.shown();
    let summary = Summary::of(cluster, app.window_ms);
    let count = |x: &mut u16, pen: &mut Pen<'_>, y: u16, number: usize, what: &str, bad: Style| {
        let (style, mark) = if number > 0 { (bad, "!") } else { (theme.good, "") };
        *x = pen.put(*x, y, &format!("{number}{mark} {what}"), style) + 3;
    };
    let mut x = 0;
    count(&mut x, pen, 0, summary.offline_count, "offline", theme.bad);
    count(&mut x, pen, 0, summary.under_min_isr_count, "under min ISR", theme.bad);
    count(&mut x, pen, 0, summary.under_replicated_count, "under-replicated", theme.warning);
    count(&mut x, pen, 0, summary.not_preferred_count, "not preferred", theme.dim);
    let down = summary.brokers_down.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    let brokers = if down.is_empty() {
        format!("{} brokers up", summary.brokers_up)
    } else {
        format!("{} brokers up, down: {down} !", summary.brokers_up)
    };
    let style = if down.is_empty() { theme.good } else { theme.bad };
    x = pen.put(0, 1, &brokers, style) + 3;
    let sizes = format!(
        "{} topics   {} partitions   {} groups",
        summary.topic_count, summary.partition_count, summary.group_count
    );
    x = pen.put(x, 1, &sizes, theme.plain) + 3;
    count(&mut x, pen, 1, summary.groups_in_trouble, "in trouble", theme.warning);
    let rate = |rate: Option<f64>| rate.map_or(Value::Pending, Value::Rate).human(app.units).into_owned();
    let x = pen.put(0, 2, &format!("in {:>8}/s  ", rate(summary.in_rate)), theme.plain);
    let trend: Vec<u64> = cluster.rate_trend.iter().copied().collect();
    let x = pen.put(x, 2, &format!("{:<SPARK_WIDTH$}", spark(&trend, SPARK_WIDTH)), theme.name);
    pen.put(x + 2, 2, &format!("read by groups {}/s", rate(summary.out_rate)), theme.plain);
    let lag = summary.lag.map_or(Value::None, Value::Count).human(app.units).into_owned();
    let x = pen.put(0, 3, &format!("lag {lag:>8}   "), theme.plain);
    let trend: Vec<u64> = cluster.lag_trend.iter().copied().collect();
    let x = pen.put(x, 3, &format!("{:<SPARK_WIDTH$}", spark(&trend, SPARK_WIDTH)), theme.name);
    pen.put(x + 2, 3, "offset lag of all groups", theme.dim);
}
