//! Clicks and the wheel: tabs, panes, column titles, rows.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::app::App;
use super::layout;
use super::update::{Effect, go_to_screen, sort_by};

pub(super) fn on_mouse(app: &mut App, mouse: MouseEvent) -> Vec<Effect> {
    match mouse.kind {
        MouseEventKind::ScrollDown => app.step(3),
        MouseEventKind::ScrollUp => app.step(-3),
        MouseEventKind::ScrollLeft => app.scroll_columns(false),
        MouseEventKind::ScrollRight => app.scroll_columns(true),
        MouseEventKind::Down(MouseButton::Left) => {
            return on_click(app, Position { x: mouse.column, y: mouse.row });
        }
        _ => return vec![],
    }
    vec![Effect::Watch]
}

fn on_click(app: &mut App, at: Position) -> Vec<Effect> {
    let layout = app.layout();
    if layout.tabs.contains(at) {
        let mut tabs = layout::tabs(app.size.width, app.place().screen()).into_iter();
        let hit = tabs.find(|tab| (tab.x..tab.x + tab.width()).contains(&at.x));
        return hit.map_or_else(Vec::new, |tab| go_to_screen(app, tab.screen));
    }
    let Some((pane, area)) = layout.panes.iter().find(|(_, area)| area.contains(at)).copied() else {
        return vec![];
    };
    if pane != app.pane() {
        app.focus(pane);
    }
    match at.y - area.y {
        0 => {}
        1 => {
            let x = at.x - area.x;
            if let Some(hit) = app.placed(pane).iter().rev().find(|placed| placed.x <= x) {
                sort_by(app, hit.column);
            }
        }
        line => app.select(app.view().top + usize::from(line) - 2),
    }
    vec![Effect::Watch]
}
