//! Which columns of a table are on the screen, and the way to the others.

use super::app::App;
use super::columns::{self, Choice, Placed};
use super::layout;

impl App {
    /// The columns of a pane that are on the screen.
    pub fn placed(&self, pane: usize) -> Vec<Placed> {
        let area = self.layout().panes.into_iter().find(|(shown, _)| *shown == pane).map(|(_, area)| area);
        let (Some(grid), Some(area)) = (self.grids.get(pane), area) else { return Vec::new() };
        let top = self.view_of(pane).top.min(grid.rows.len());
        let rows = &grid.rows[top..];
        let rows = &rows[..rows.len().min(layout::rows_in(area))];
        columns::place(grid, rows, area.width, self.choice(pane), self.units)
    }

    /// Which columns of a pane are wanted.
    pub fn choice(&self, pane: usize) -> Choice {
        let view = self.view_of(pane);
        let sorted = view.sort.and_then(|sort| self.grids.get(pane)?.column(sort.column));
        Choice { wide: self.wide, skipped: view.skipped, sorted }
    }

    /// What is missing of the focused pane, and the keys that bring it.
    pub fn hidden_columns(&self) -> Option<String> {
        use super::keys::Action::{ScrollLeft, ScrollRight, Wide};
        let (all, placed) = (self.grid().columns.len(), self.placed(self.pane()));
        let hidden = all.saturating_sub(placed.len());
        let (first, last) = (placed.get(1)?.column, placed.last()?.column);
        match (hidden, self.wide) {
            (0, _) => None,
            (1, false) => Some(format!("1 more column: {}", self.keys_of(Wide))),
            (_, false) => Some(format!("{hidden} more columns: {}", self.keys_of(Wide))),
            (_, true) => {
                let keys = format!("{} {}", self.keys_of(ScrollLeft), self.keys_of(ScrollRight));
                Some(format!("columns {}-{} of {all}: {keys}", first + 1, last + 1))
            }
        }
    }

    /// Moves the columns behind the first of the focused pane; a table whose columns were chosen for it gets wide.
    pub(super) fn scroll_columns(&mut self, to_the_right: bool) {
        let last = self.grid().columns.len().saturating_sub(1);
        let is_at_end = self.placed(self.pane()).last().is_none_or(|placed| placed.column == last);
        if !self.wide {
            self.wide = true;
        } else if !to_the_right {
            self.view_mut().skipped = self.view().skipped.saturating_sub(1);
        } else if !is_at_end {
            self.view_mut().skipped += 1;
        }
        self.rebuild();
    }

    /// Brings a column of a wide table onto the screen.
    pub(super) fn reveal(&mut self, column: usize) {
        if !self.wide || column == 0 {
            return;
        }
        self.view_mut().skipped = self.view().skipped.min(column - 1);
        while self.view().skipped + 1 < column
            && self.placed(self.pane()).last().is_some_and(|last| last.column < column)
        {
            self.view_mut().skipped += 1;
        }
    }
}
