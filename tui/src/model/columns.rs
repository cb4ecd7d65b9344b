//! Which columns fit, and how wide they are. Drawing and mouse clicks agree because both ask here.

use unicode_width::UnicodeWidthStr;

use super::grid::{Grid, Row, Units, Value};

/// Between columns.
const GAP: u16 = 2;
/// A sparkline shows this many values.
pub const SPARK_WIDTH: usize = 12;
/// No column takes more while others want room.
const WIDTH_MAX: u16 = 80;

/// Texts are cut to this width before a column is given up for them.
const TEXT_WIDTH: u16 = 20;

/// A column that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub column: usize,
    pub x: u16,
    pub width: u16,
    pub is_numeric: bool,
}

/// Which of its columns a table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// All, in order, as many as fit; else the most important ones that fit.
    pub wide: bool,
    /// Columns behind the first that have gone to the left; of wide tables.
    pub skipped: usize,
    /// It stays, whatever its rank.
    pub sorted: Option<usize>,
}

/// Places columns for `rows` in `width`: long texts shrink to what can still be told apart, then the highest ranks go,
/// then texts shrink as far as they may, then the right end is cut. Of wide tables no rank goes, but what does not fit
/// beside the first column.
pub fn place(grid: &Grid, rows: &[Row], width: u16, choice: Choice, units: Units) -> Vec<Placed> {
    let is_chosen = |column: usize| match choice.wide {
        true => column == 0 || column > choice.skipped,
        false => !grid.columns[column].wide_only || choice.sorted == Some(column),
    };
    let mut shown: Vec<Placed> = (0..grid.columns.len())
        .filter(|column| is_chosen(*column))
        .map(|column| Placed { column, x: 0, ..measure(grid, rows, column, units) })
        .collect();
    shrink(grid, &mut shown, width, TEXT_WIDTH);
    while total(&shown) > width {
        let gone = match choice.wide {
            true => shown.len().checked_sub(1).filter(|last| *last > 1),
            false => least_important(grid, &shown, choice.sorted),
        };
        let Some(at) = gone else { break };
        shown.remove(at);
        // What went leaves room for what had shrunk.
        for placed in &mut shown {
            *placed = Placed { x: 0, ..measure(grid, rows, placed.column, units) };
        }
        shrink(grid, &mut shown, width, TEXT_WIDTH);
    }
    shrink(grid, &mut shown, width, 0);
    let mut x: u16 = 0;
    for placed in &mut shown {
        placed.x = x;
        x = x.saturating_add(placed.width).saturating_add(GAP);
    }
    shown.retain(|placed| placed.x < width);
    if let Some(last) = shown.last_mut() {
        last.width = last.width.min(width - last.x);
    }
    shown
}

/// The last of those that may go first, if any may go.
fn least_important(grid: &Grid, shown: &[Placed], sorted: Option<usize>) -> Option<usize> {
    let may_go = shown.iter().enumerate().filter(|(_, placed)| sorted != Some(placed.column));
    let ranked = may_go.map(|(at, placed)| (grid.columns[placed.column].rank, at));
    ranked.filter(|(rank, _)| *rank > 0).max().map(|(_, at)| at)
}

/// Takes from the widest texts, down to `least` and to what each may shrink to.
fn shrink(grid: &Grid, shown: &mut [Placed], width: u16, least: u16) {
    while total(shown) > width {
        let shrinkable = |placed: &&mut Placed| {
            let own = grid.columns[placed.column].width_min;
            own > 0 && placed.width > own.max(least)
        };
        let Some(widest) = shown.iter_mut().filter(shrinkable).max_by_key(|placed| placed.width) else {
            return;
        };
        widest.width -= 1;
    }
}

fn measure(grid: &Grid, rows: &[Row], column: usize, units: Units) -> Placed {
    let cells = || rows.iter().filter_map(|row| row.cells.get(column));
    let widest = cells().map(|cell| cell_width(&cell.value, units)).max().unwrap_or(0);
    // Room for the arrow of the sort column.
    let title = grid.columns[column].title.width() as u16 + 1;
    let is_numeric = cells().all(|cell| cell.value.is_numeric()) && !rows.is_empty();
    Placed { column, x: 0, width: widest.max(title).min(WIDTH_MAX), is_numeric }
}

fn cell_width(value: &Value, units: Units) -> u16 {
    match value {
        Value::Spark(_) => SPARK_WIDTH as u16,
        value => u16::try_from(value.human(units).width()).unwrap_or(WIDTH_MAX),
    }
}

fn total(shown: &[Placed]) -> u16 {
    let gaps = GAP * shown.len().saturating_sub(1) as u16;
    shown.iter().fold(gaps, |sum, placed| sum.saturating_add(placed.width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::grid::{Cell, Column};

    #[test]
    fn narrow_screens_drop_ranks_then_shrink_texts() {
        let columns = vec![
            Column::new("NAME").shrinks_to(6),
            Column::new("LAG"),
            Column::new("ETA").rank(1),
            Column::new("X").wide(),
        ];
        let cells = vec![Cell::text("a-long-name"), Cell::count(123_456), Cell::count(1), Cell::count(1)];
        let rows = vec![Row { id: "a".to_owned(), cells, is_trouble: false, copy: Vec::new() }];
        let grid = Grid { title: String::new(), columns, rows };
        let choose = |width, choice| {
            let placed = place(&grid, &grid.rows, width, choice, Units::Human);
            placed.iter().map(|placed| (placed.column, placed.x, placed.width)).collect::<Vec<_>>()
        };
        let shown = |width, wide| choose(width, Choice { wide, ..Choice::default() });
        let long = vec![Cell::text("a".repeat(50)), Cell::count(1), Cell::count(1), Cell::count(1)];
        let rows = vec![Row { cells: long, ..grid.rows[0].clone() }];
        let placed = place(&grid, &rows, 40, Choice::default(), Units::Human);
        let widths: Vec<(usize, u16)> = placed.iter().map(|placed| (placed.column, placed.width)).collect();
        assert_eq!(widths, [(0, 28), (1, 4), (2, 4)], "a name shrinks before a column goes");
        assert_eq!(shown(80, false), [(0, 0, 11), (1, 13, 4), (2, 19, 4)]);
        assert_eq!(shown(80, true).len(), 4);
        assert_eq!(shown(18, false), [(0, 0, 11), (1, 13, 4)]);
        assert_eq!(shown(14, false), [(0, 0, 8), (1, 10, 4)]);
        assert_eq!(shown(4, false), [(0, 0, 4)]);
        assert_eq!(shown(0, false), []);
        // What the table is sorted by stays, and of a wide one the first column and what it was moved to.
        let sorted = Choice { sorted: Some(2), ..Choice::default() };
        assert_eq!(choose(18, sorted), [(0, 0, 6), (1, 8, 4), (2, 14, 4)]);
        let sorted = Choice { sorted: Some(3), ..Choice::default() };
        assert_eq!(choose(80, sorted).len(), 4);
        assert_eq!(shown(19, true), [(0, 0, 11), (1, 13, 4)]);
        let moved = |skipped| choose(19, Choice { wide: true, skipped, sorted: None });
        assert_eq!(moved(1), [(0, 0, 11), (2, 13, 4)]);
        assert_eq!(moved(2), [(0, 0, 11), (3, 13, 2)]);
    }
}
