use super::Pen;
use crate::model::deed::{Deed, Plan};
use crate::theme::Theme;

/// What can be done to the selected row.
pub(super) fn draw_menu(pen: &mut Pen<'_>, deeds: &[Deed], at: usize, theme: &Theme) {
    pen.clear();
    pen.put(0, 0, "Change", theme.title);
    for (line, deed) in deeds.iter().enumerate() {
        let style = if line == at { theme.selected } else { theme.plain };
        pen.put(1, line as u16 + 1, &deed.title(), style);
    }
}

pub(super) fn draw_planning(pen: &mut Pen<'_>, deed: &Deed, theme: &Theme) {
    pen.clear();
    pen.put(0, 0, &deed.title(), theme.title);
    pen.put(1, 1, "asking the cluster what would change …", theme.dim);
}

/// What would change, from line `top` on.
pub(super) fn draw_plan(pen: &mut Pen<'_>, plan: &Plan, top: usize, theme: &Theme) {
    pen.clear();
    pen.put(0, 0, &format!("{}: {} lines", plan.deed.title(), plan.changes.len()), theme.title);
    for (line, change) in plan.changes.iter().skip(top).enumerate() {
        pen.put(1, line.saturating_add(1).try_into().unwrap_or(u16::MAX), change, theme.warning);
    }
}
