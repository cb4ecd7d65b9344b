//! Where things are on the screen.

use ratatui::layout::Rect;

use crate::screens::{Place, Screen};

pub const WIDTH_MIN: u16 = 60;
pub const HEIGHT_MIN: u16 = 15;
/// From here on there is room for two tables side by side.
const WIDTH_FOR_TWO: u16 = 100;
/// From here on the overview shows more than its problems.
const HEIGHT_FOR_TWO: u16 = 24;
/// Lines of the overview's figures.
const SUMMARY_LINES: u16 = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub header: Rect,
    pub tabs: Rect,
    /// The overview's figures; empty elsewhere.
    pub summary: Rect,
    /// Panes on the screen with their number. The first line is the title, the second the column titles.
    pub panes: Vec<(usize, Rect)>,
    pub footer: Rect,
}

pub fn is_too_small(area: Rect) -> bool {
    area.width < WIDTH_MIN || area.height < HEIGHT_MIN
}

/// Rows of a table in an area.
pub fn rows_in(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2))
}

pub fn layout(area: Rect, place: &Place, pane: usize, expanded: bool) -> Layout {
    let line =
        |y: u16| Rect { x: 0, y: y.min(area.height), width: area.width, height: u16::from(y < area.height) };
    let body = Rect { x: 0, y: 2, width: area.width, height: area.height.saturating_sub(3) };
    let mut layout = Layout {
        header: line(0),
        tabs: line(1),
        summary: Rect { height: 0, ..body },
        panes: vec![(pane, body)],
        footer: line(area.height.saturating_sub(1)),
    };
    if *place != Place::Screen(Screen::Overview) {
        return layout;
    }
    layout.summary = Rect { height: SUMMARY_LINES.min(body.height), ..body };
    let rest =
        Rect { y: body.y + layout.summary.height, height: body.height - layout.summary.height, ..body };
    layout.panes = vec![(pane, rest)];
    if expanded || area.height < HEIGHT_FOR_TWO {
        return layout;
    }
    let upper = Rect { height: rest.height / 2, ..rest };
    let lower = Rect { y: rest.y + upper.height, height: rest.height - upper.height, ..rest };
    layout.panes = if area.width >= WIDTH_FOR_TWO {
        let half = lower.width / 2;
        let left = Rect { width: half - 1, ..lower };
        let right = Rect { x: half + 1, width: lower.width - half - 1, ..lower };
        vec![(0, upper), (1, left), (2, right)]
    } else {
        vec![(0, upper), (if pane == 0 { 2 } else { pane }, lower)]
    };
    layout
}

/// One of the line of tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    pub screen: Screen,
    pub x: u16,
    pub text: String,
}

impl Tab {
    pub fn width(&self) -> u16 {
        self.text.len() as u16
    }
}

/// The screens in the line of tabs. Where there is no room for all names, the current screen has one, and the others
/// their digits.
pub fn tabs(width: u16, current: Screen) -> Vec<Tab> {
    let named = |screen: Screen| format!(" {} {} ", screen.digit(), screen.name());
    let all: usize = Screen::ALL.iter().map(|screen| named(*screen).len() + 1).sum();
    let is_short = all > usize::from(width);
    let mut x = 0;
    let mut tabs = Vec::new();
    for screen in Screen::ALL {
        let text =
            if is_short && screen != current { format!(" {} ", screen.digit()) } else { named(screen) };
        let tab = Tab { screen, x, text };
        x += tab.width() + 1;
        if x > width + 1 {
            break;
        }
        tabs.push(tab);
    }
    tabs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_has_a_tab_and_no_word_is_cut() {
        for width in WIDTH_MIN..200 {
            for current in Screen::ALL {
                let tabs = tabs(width, current);
                assert_eq!(tabs.len(), Screen::ALL.len(), "{width}");
                for tab in tabs {
                    let name = tab.text.trim_matches(|c: char| c == ' ' || c.is_ascii_digit());
                    assert!(tab.x + tab.width() <= width, "{width} {tab:?}");
                    assert!(name == tab.screen.name() || name.is_empty() && tab.screen != current, "{tab:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_lies_outside_the_screen() {
        for width in 0..220 {
            for height in 0..70 {
                let area = Rect { x: 0, y: 0, width, height };
                for (place, pane) in [
                    (Place::Screen(Screen::Overview), 0),
                    (Place::Screen(Screen::Overview), 2),
                    (Place::Group("g".into()), 1),
                ] {
                    for expanded in [false, true] {
                        let layout = layout(area, &place, pane, expanded);
                        let mut parts = vec![layout.header, layout.tabs, layout.summary, layout.footer];
                        parts.extend(layout.panes.iter().map(|(_, area)| *area));
                        for part in parts.into_iter().filter(|part| part.height > 0) {
                            assert_eq!(part.intersection(area), part, "{place:?} {width}×{height}");
                        }
                    }
                }
            }
        }
    }
}
