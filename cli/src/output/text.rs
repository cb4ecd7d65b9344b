//! Tables and facts for people, and CSV.

use std::borrow::Cow;
use std::fmt::Write;

use comfy_table::{Attribute, Cell as DrawnCell, CellAlignment, ColumnConstraint, ContentArrangement};

use super::View;
use super::table::{Cell, Table};
use crate::error::CommandError;

/// Columns two spaces apart, without borders; wraps only at a terminal's edge.
pub fn table(out: &mut String, table: &Table, wide: bool, view: &View) -> Result<(), CommandError> {
    let shown = table.shown(&view.columns, wide)?;
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(comfy_table::presets::NOTHING);
    match view.width {
        Some(width) => drawn.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => drawn.set_content_arrangement(ContentArrangement::Disabled),
    };
    if view.color {
        drawn.enforce_styling();
    } else {
        drawn.force_no_tty();
    }
    if view.headers {
        drawn.set_header(shown.iter().map(|&index| {
            let name = DrawnCell::new(table.columns[index].name);
            if view.color { name.add_attribute(Attribute::Bold) } else { name }
        }));
    }
    for row in &table.rows {
        drawn.add_row(shown.iter().map(|&index| {
            let text = row.cells[index].draw(view.human_units);
            DrawnCell::new(printable(&text))
        }));
    }
    for (position, &index) in shown.iter().enumerate() {
        let Some(column) = drawn.column_mut(position) else { continue };
        let last = position + 1 == shown.len();
        column.set_padding((0, if last { 0 } else { 2 }));
        column.set_constraint(ColumnConstraint::LowerBoundary(comfy_table::Width::Fixed(4)));
        if table.rows.iter().any(|row| row.cells[index].is_number()) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if view.headers || !table.rows.is_empty() {
        out.push_str(&drawn.trim_fmt());
        out.push('\n');
    }
    Ok(())
}

/// `name:  value`, the values in one column.
pub fn facts(out: &mut String, facts: &[(&'static str, Cell)], view: &View) {
    let width = facts.iter().map(|(name, _)| name.len() + 1).max().unwrap_or(0);
    for (name, value) in facts {
        let name = format!("{name}:");
        let _ = writeln!(out, "{name:<width$}  {}", printable(&value.draw(view.human_units)));
    }
}

/// Names come from anybody who may write to the cluster: none of them gets to command the terminal. Ends of lines and tabs
/// stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    let commands = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(commands) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match commands(c) {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// All columns, RFC 4180 quoting, an empty field for an absent cell.
pub fn csv(out: &mut String, table: &Table, view: &View) -> Result<(), CommandError> {
    let shown = table.shown(&view.columns, true)?;
    let mut line = |fields: &mut dyn Iterator<Item = String>| {
        let fields: Vec<String> = fields.collect();
        out.push_str(&fields.join(","));
        out.push('\n');
    };
    if view.headers {
        line(&mut shown.iter().map(|&index| table.columns[index].name.to_owned()));
    }
    for row in &table.rows {
        line(&mut shown.iter().map(|&index| match &row.cells[index] {
            Cell::Absent => String::new(),
            cell => quoted(&cell.draw(false)),
        }));
    }
    Ok(())
}

fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// The terminal's columns, if it tells.
pub fn terminal_width() -> Option<u16> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0).then_some(size.ws_col)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_commands_the_terminal() {
        for (text, expected) in [
            ("group-1 ü", "group-1 ü"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            ("\u{1b}[2Jgone\u{7}", "\\u{1b}[2Jgone\\u{7}"),
            ("\u{9b}31m\r", "\\u{9b}31m\\r"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }
}
