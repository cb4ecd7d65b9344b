use ratatui::style::Style;

use super::{Pen, spark};
use crate::model::app::App;
use crate::model::grid::{Cell, Value};
use crate::screens::overview::Summary;
use crate::theme::Theme;

/// Values of a sparkline beside a figure.
const SPARK_WIDTH: usize = 24;
/// Below it there is no room to say which topics are internal.
const WIDTH_FOR_INTERNAL: u16 = 80;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, theme: &Theme) {
    let cluster = app.shown();
    let summary = Summary::of(cluster, app.window_ms);
    let count = |x: &mut u16, pen: &mut Pen<'_>, y: u16, number: usize, what: &str, bad: Style| {
        let (style, mark) = if number > 0 { (bad, "!") } else { (theme.good, "") };
        *x = pen.put(*x, y, &format!("{number}{mark} {what}"), style) + 3;
    };
    let mut x = if summary.is_cut_off { pen.put(0, 0, "as last seen:", theme.bad) + 1 } else { 0 };
    count(&mut x, pen, 0, summary.offline_count, "offline", theme.bad);
    count(&mut x, pen, 0, summary.under_min_isr_count, "under min ISR", theme.bad);
    count(&mut x, pen, 0, summary.under_replicated_count, "under-replicated", theme.warning);
    count(&mut x, pen, 0, summary.not_preferred_count, "not preferred", theme.dim);
    let down = summary.brokers_down.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    let silent = summary.brokers_silent.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    let mut brokers = format!("{} brokers up", summary.brokers_up);
    for (what, ids) in [("down", &down), ("silent", &silent)].into_iter().filter(|(_, ids)| !ids.is_empty()) {
        brokers += &format!(", {what}: {ids} !");
    }
    let is_well = down.is_empty() && silent.is_empty();
    let style = if is_well { theme.good } else { theme.bad };
    x = pen.put(0, 1, &brokers, style) + 3;
    let internal = match summary.internal_topic_count {
        count if count > 0 && pen.area.width >= WIDTH_FOR_INTERNAL => format!(" ({count} internal)"),
        _ => String::new(),
    };
    let sizes = format!(
        "{} topics{internal}   {} partitions   {} groups",
        summary.topic_count, summary.partition_count, summary.group_count
    );
    x = pen.put(x, 1, &sizes, theme.plain) + 3;
    count(&mut x, pen, 1, summary.groups_in_trouble, "in trouble", theme.warning);
    if summary.groups_not_judged > 0 {
        pen.put(x, 1, &format!("{} not judged yet", summary.groups_not_judged), theme.dim);
    }
    let rate = |rate: Option<f64>| rate.map_or(Value::Pending, Value::Rate).human(app.units).into_owned();
    let x = pen.put(0, 2, &format!("in {:>8}/s  ", rate(summary.in_rate)), theme.plain);
    let trend: Vec<u64> = cluster.rate_trend.iter().copied().collect();
    let x = pen.put(x, 2, &format!("{:<SPARK_WIDTH$}", spark(&trend, SPARK_WIDTH)), theme.name);
    let x = pen.put(x + 2, 2, &format!("read by groups {}/s  ", rate(summary.out_rate)), theme.plain);
    let trend: Vec<u64> = cluster.read_trend.iter().copied().collect();
    pen.put(x, 2, &spark(&trend, SPARK_WIDTH), theme.name);
    let lag = Cell::total(cluster.lag()).value.human(app.units).into_owned();
    let x = pen.put(0, 3, &format!("lag {lag:>8}   "), theme.plain);
    let trend: Vec<u64> = cluster.lag_trend.iter().copied().collect();
    let x = pen.put(x, 3, &format!("{:<SPARK_WIDTH$}", spark(&trend, SPARK_WIDTH)), theme.name);
    pen.put(x + 2, 3, "offset lag of all groups", theme.dim);
}
