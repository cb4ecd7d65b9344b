use super::Pen;
use crate::model::app::App;
use crate::model::keys::BINDINGS;
use crate::theme::Theme;

/// What is no key, and asked for as if it were.
const OTHERS: [(&str, &str); 4] = [
    ("/ ~", "filter: text and ~regex look at every column, group~^s and state=empty at one"),
    ("click", "mouse: tabs, rows, column titles to sort by; --no-mouse leaves it to the terminal"),
    ("wheel", "mouse: scroll by three rows"),
    (
        "--replay",
        "a replay runs as it was recorded; Space holds the screen, w and the other keys work as live",
    ),
];

/// The keys valid here, from the one key table.
pub(super) fn draw(pen: &mut Pen<'_>, app: &App, query: &str, top: usize, theme: &Theme) {
    pen.clear();
    let query = query.to_lowercase();
    let lines: Vec<(String, &str)> = BINDINGS
        .iter()
        .filter(|binding| (binding.is_valid)(app.place()))
        .map(|binding| (app.setup.keys.of(binding.action).join(" "), binding.help))
        .chain(OTHERS.map(|(what, help)| (what.to_owned(), help)))
        .filter(|(keys, help)| help.to_lowercase().contains(&query) || keys.to_lowercase().contains(&query))
        .collect();
    let room = usize::from(pen.area.height.saturating_sub(1)).max(1);
    let top = top.min(lines.len().saturating_sub(room));
    let (all, last) = (lines.len(), lines.len().min(top + room));
    let shown = if last - top < all { format!("{}-{last} of {all}", top + 1) } else { all.to_string() };
    pen.put(0, 0, &format!("Keys of {} ({shown})", app.place().screen().name()), theme.title);
    for (line, (keys, help)) in lines.iter().skip(top).take(room).enumerate() {
        let y = line as u16 + 1;
        pen.put_within(1, y, 14, keys, theme.name);
        pen.put(16, y, help, theme.plain);
    }
    if lines.is_empty() {
        pen.put(1, 1, "no key does that", theme.dim);
    }
}

/// The columns to sort by.
pub(super) fn draw_sort(pen: &mut Pen<'_>, app: &App, at: usize, theme: &Theme) {
    pen.clear();
    pen.put(0, 0, "Sort by", theme.title);
    let room = usize::from(pen.area.height.saturating_sub(1)).max(1);
    let top = (at + 1).saturating_sub(room);
    for (line, column) in app.grid().columns.iter().enumerate().skip(top).take(room) {
        let style = if line == at { theme.selected } else { theme.plain };
        pen.put(1, (line - top) as u16 + 1, column.title, style);
    }
}
