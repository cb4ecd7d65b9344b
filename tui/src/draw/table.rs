use std::borrow::Cow;

use ratatui::style::Modifier;

use super::{Pen, spark};
use crate::model::app::App;
use crate::model::columns::{Placed, SPARK_WIDTH};
use crate::model::grid::{Cell, Row, Value};
use crate::model::keys::Action;
use crate::model::layout;
use crate::model::snapshot::Sampler;
use crate::screens::{Place, Screen};
use crate::theme::Theme;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, pane: usize, theme: &Theme) {
    let Some(grid) = app.grids.get(pane) else { return };
    let view = app.view_of(pane);
    let is_focused = pane == app.pane();
    title(pen, app, pane, is_focused, theme);
    let top = view.top.min(grid.rows.len());
    let count = layout::rows_in(pen.area).min(grid.rows.len() - top);
    let rows = &grid.rows[top..top + count];
    let placed = app.placed(pane);
    for column in &placed {
        let title = grid.columns[column.column].title;
        let arrow = match &view.sort {
            Some(sort) if sort.column == title => {
                if sort.descending {
                    "▼"
                } else {
                    "▲"
                }
            }
            _ => "",
        };
        let text = format!("{title}{arrow}");
        if column.is_numeric {
            pen.put_right(column.x, 1, column.width, &text, theme.title);
        } else {
            pen.put_within(column.x, 1, column.width, &text, theme.title);
        }
    }
    if rows.is_empty() {
        pen.put(0, 2, &nothing(app, pane), theme.dim);
        return;
    }
    let selected = app.selected_index(pane);
    for (line, row) in rows.iter().enumerate() {
        let y = line as u16 + 2;
        draw_row(pen, app, row, &placed, y, theme);
        if is_focused && selected == Some(top + line) {
            pen.fill(y, theme.selected);
        }
    }
}

fn title(pen: &mut Pen<'_>, app: &App, pane: usize, is_focused: bool, theme: &Theme) {
    let (grid, view) = (&app.grids[pane], app.view_of(pane));
    let style = if is_focused { theme.title } else { theme.dim };
    let is_tabbed = app.place().panes().len() > 1 && *app.place() != Place::Screen(Screen::Overview);
    let mut x = 0;
    if is_tabbed {
        for (index, name) in app.place().panes().iter().enumerate() {
            let style = if index == pane { theme.selected } else { theme.plain };
            x = pen.put(x, 0, &format!(" {name} "), style) + 1;
        }
    }
    x = pen.put(x, 0, &format!("{} ({})", grid.title, grid.rows.len()), style);
    if view.only_problems {
        x = pen.put(x + 2, 0, "problems only", theme.warning);
    }
    if !view.filter_text.is_empty() {
        x = pen.put(x + 2, 0, &format!("/{}", view.filter_text), theme.warning);
    }
    if app.follow && is_focused {
        x = pen.put(x + 2, 0, "following", theme.warning);
    }
    if let Some(hidden) = app.hidden_columns().filter(|_| is_focused) {
        pen.put(x + 2, 0, &hidden, theme.dim);
    }
}

/// Why a table is empty.
fn nothing(app: &App, pane: usize) -> Cow<'_, str> {
    let view = app.view_of(pane);
    let source = match app.place() {
        Place::Screen(Screen::Records) => Some(Sampler::Records),
        Place::Screen(Screen::Disk) => Some(Sampler::Segments),
        _ => None,
    };
    let error = source.and_then(|sampler| app.cluster.health.get(&sampler)?.error.as_deref());
    let is_gone = match app.place() {
        Place::Topic(topic) => !app.shown().topics.contains_key(topic),
        Place::Group(group) => !app.shown().groups.contains_key(group),
        Place::Screen(_) | Place::Broker(_) => false,
    };
    let is_problems = *app.place() == Place::Screen(Screen::Overview) && pane == 0;
    let text = if let Some(error) = error {
        error
    } else if is_gone {
        "deleted: Esc goes back"
    } else if !view.filter_text.is_empty() {
        "no row matches the filter"
    } else if app.cluster.health.values().all(|health| health.good_ms.is_none()) {
        "no data yet"
    } else if is_problems && app.shown().unjudged_count() > 0 {
        "no problems in what was judged"
    } else if is_problems {
        "no problems"
    } else if view.only_problems {
        return format!("no problems: {} shows all", app.keys_of(Action::ProblemsOnly)).into();
    } else {
        return nothing_of(app, pane);
    };
    text.into()
}

/// Where nothing is wrong, and there is nothing.
fn nothing_of(app: &App, pane: usize) -> Cow<'static, str> {
    match (app.place(), pane) {
        (Place::Screen(Screen::Records), _) if app.tailed_topic().is_none() => {
            let keys = [Screen::Topics, Screen::Records].map(|screen| app.keys_of(Action::Go(screen)));
            let [topics, records] = keys;
            format!("choose a topic: {topics}, select one, {records}; or :records NAME").into()
        }
        (Place::Screen(Screen::Records), _) if app.setup.is_replay => {
            format!("the recording has no records of {} up to here", app.tailed_topic().unwrap_or_default())
                .into()
        }
        (Place::Screen(Screen::Records), _) => "no records yet".into(),
        (Place::Screen(Screen::Events), _) => "nothing has changed since the first look".into(),
        (Place::Group(_), 1) => "no members".into(),
        _ => "nothing here".into(),
    }
}

fn draw_row(pen: &mut Pen<'_>, app: &App, row: &Row, placed: &[Placed], y: u16, theme: &Theme) {
    for column in placed {
        let Some(cell) = row.cells.get(column.column) else { continue };
        draw_cell(pen, app, cell, column, y, theme);
    }
}

fn draw_cell(pen: &mut Pen<'_>, app: &App, cell: &Cell, column: &Placed, y: u16, theme: &Theme) {
    let style = theme.tone(cell.tone);
    match &cell.value {
        Value::Spark(values) => {
            pen.put_within(column.x, y, column.width, &spark(values, SPARK_WIDTH), style);
        }
        // Missing replicas are struck out, and marked for those who see no strike.
        Value::Replicas(ids) => {
            let mut x = column.x;
            let end = column.x + column.width;
            for (index, (id, missing)) in ids.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                x = pen.put_within(x, y, end.saturating_sub(x), comma, style);
                let text = format!("{id}{}", if *missing { "!" } else { "" });
                let style = if *missing { theme.bad.add_modifier(Modifier::CROSSED_OUT) } else { style };
                x = pen.put_within(x, y, end.saturating_sub(x), &text, style);
            }
        }
        value if column.is_numeric => {
            pen.put_right(column.x, y, column.width, &value.human(app.units), style)
        }
        value => {
            pen.put_within(column.x, y, column.width, &value.human(app.units), style);
        }
    }
}
