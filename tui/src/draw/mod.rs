//! Draws the state; looking never changes it.

mod deed;
mod help;
mod summary;
mod table;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::model::app::{App, Input, Mode};
use crate::model::grid::human_millis;
use crate::model::keys::Action;
use crate::model::layout::{self, HEIGHT_MIN, WIDTH_MIN};
use crate::model::snapshot::Sampler;
use crate::model::update::opened;
use crate::theme::{Theme, ThemeChoice};

pub fn draw(frame: &mut Frame<'_>, app: &App, theme: &Theme) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    if layout::is_too_small(area) {
        let text = format!("too small: {}×{}, needs {WIDTH_MIN}×{HEIGHT_MIN}", area.width, area.height);
        Pen::new(buffer, area, app.setup.ascii).put(0, 0, &text, theme.warning);
        return;
    }
    let layout = app.layout();
    header(&mut Pen::new(buffer, layout.header, app.setup.ascii), app, theme);
    tabs(&mut Pen::new(buffer, layout.tabs, app.setup.ascii), app, theme);
    if layout.summary.height > 0 {
        summary::draw(&mut Pen::new(buffer, layout.summary, app.setup.ascii), app, theme);
    }
    for (pane, area) in &layout.panes {
        table::draw(&mut Pen::new(buffer, *area, app.setup.ascii), app, *pane, theme);
    }
    footer(&mut Pen::new(buffer, layout.footer, app.setup.ascii), app, theme);
    let body = Rect { y: 2, height: area.height - 3, ..area };
    match &app.mode {
        Mode::Help { query, top } => {
            help::draw(&mut Pen::new(buffer, body, app.setup.ascii), app, query, *top, theme)
        }
        Mode::SortPick { at } => {
            help::draw_sort(&mut Pen::new(buffer, body, app.setup.ascii), app, *at, theme)
        }
        Mode::Menu { deeds, at } => {
            deed::draw_menu(&mut Pen::new(buffer, body, app.setup.ascii), deeds, *at, theme)
        }
        Mode::Planning(planned) => {
            deed::draw_planning(&mut Pen::new(buffer, body, app.setup.ascii), planned, theme)
        }
        Mode::Confirm { plan, top, .. } => {
            deed::draw_plan(&mut Pen::new(buffer, body, app.setup.ascii), plan, *top, theme)
        }
        Mode::Table | Mode::Input { .. } => {}
    }
}

/// Writes into one area of the screen and never beyond it.
pub(crate) struct Pen<'a> {
    buffer: &'a mut Buffer,
    pub area: Rect,
    ascii: bool,
}

impl<'a> Pen<'a> {
    pub fn new(buffer: &'a mut Buffer, area: Rect, ascii: bool) -> Self {
        let area = area.intersection(buffer.area);
        Self { buffer, area, ascii }
    }

    /// Puts text at a place of the area; what does not fit is cut. Returns where it ends.
    pub fn put(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        self.put_within(x, y, self.area.width.saturating_sub(x), text, style)
    }

    /// As [`put`](Self::put), in at most `width` columns; text that is cut ends in a mark.
    pub fn put_within(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        if x >= self.area.width || y >= self.area.height || width == 0 {
            return x;
        }
        let width = width.min(self.area.width - x);
        let text = shown(text, self.ascii);
        let (left, top) = (self.area.x + x, self.area.y + y);
        let is_cut = text.width() > usize::from(width);
        let room = if is_cut { width - 1 } else { width };
        let (end, _) = self.buffer.set_stringn(left, top, &text, usize::from(room), style);
        if is_cut {
            let mark = if self.ascii { "~" } else { "…" };
            self.buffer.set_stringn(end, top, mark, 1, style);
            return end + 1 - self.area.x;
        }
        end - self.area.x
    }

    pub fn put_right(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) {
        let text_width = u16::try_from(shown(text, self.ascii).width()).unwrap_or(u16::MAX);
        let x = if text_width < width { x + width - text_width } else { x };
        self.put_within(x, y, width.min(text_width), text, style);
    }

    pub fn fill(&mut self, y: u16, style: Style) {
        if y < self.area.height {
            self.buffer.set_style(
                Rect { x: self.area.x, y: self.area.y + y, width: self.area.width, height: 1 },
                style,
            );
        }
    }

    pub fn clear(&mut self) {
        for y in self.area.top()..self.area.bottom() {
            for x in self.area.left()..self.area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }
}

/// Control characters would drive the terminal, and without them a line is a line.
pub(crate) fn shown(text: &str, ascii: bool) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_control() => '·',
            c => c,
        })
        .map(|c| if ascii { to_ascii(c) } else { c })
        .collect()
}

fn to_ascii(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '…' => '~',
        '▲' => '^',
        '▼' => 'v',
        '→' => '>',
        '∞' => '*',
        '≥' => '>',
        '·' => '.',
        '─' => '-',
        '×' => 'x',
        '▁'..='█' => ['.', '.', ':', '-', '=', '+', '*', '#'][(c as usize - '▁' as usize).min(7)],
        _ => '?',
    }
}

/// A line of blocks, the highest value filling its cell; the last `width` values.
pub(crate) fn spark(values: &[u64], width: usize) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let values = &values[values.len().saturating_sub(width)..];
    let highest = values.iter().copied().max().unwrap_or(0).max(1);
    let block = |value: &u64| BLOCKS[(u128::from(*value) * 7 / u128::from(highest)) as usize];
    values.iter().map(block).collect()
}

fn header(pen: &mut Pen<'_>, app: &App, theme: &Theme) {
    pen.fill(0, theme.bar);
    let cluster = app.shown();
    let up = cluster.brokers_up();
    // The age matters more than the rest of the line, and figures more than the end of a long name.
    let (age, style) = state_of_data(app, theme);
    let width = u16::try_from(age.width()).unwrap_or(u16::MAX).saturating_add(1);
    let at = pen.area.width.saturating_sub(width);
    pen.put(at, 0, &age, style);
    let controller = cluster.controller.map_or_else(|| "none".to_owned(), |id| id.to_string());
    let figures = match cluster.brokers.len() {
        0 => String::new(),
        all => format!("  {up}/{all} brokers  controller {controller}"),
    };
    let room = at.saturating_sub(1);
    let name_room = room.saturating_sub(figures.width() as u16);
    let style = theme.bar.patch(theme.title);
    let x = pen.put_within(0, 0, name_room, " kafkactl top  ", style);
    let color = app.setup.cluster_color.filter(|_| app.theme != ThemeChoice::Mono);
    let style = color.map_or(style, |color| style.fg(color));
    let x = pen.put_within(x, 0, name_room.saturating_sub(x), &app.setup.cluster_name, style);
    pen.put_within(x, 0, room.saturating_sub(x), &figures, theme.bar);
}

fn state_of_data(app: &App, theme: &Theme) -> (String, Style) {
    let error = app.cluster.health.get(&Sampler::Metadata).and_then(|health| health.error.as_ref());
    let age = app.age();
    let told = age.map_or_else(|| "…".to_owned(), |(age_ms, _)| human_millis(age_ms / 1000 * 1000));
    if app.frozen.is_some() {
        return ("PAUSED: Space goes on".to_owned(), theme.bar.patch(theme.warning));
    }
    let periods = age.map_or(0.0, |(_, periods)| periods);
    let style = match periods {
        late if late >= 10.0 => theme.bar.patch(theme.bad),
        late if late >= 3.0 => theme.bar.patch(theme.warning),
        _ => theme.bar,
    };
    match (error, age) {
        (Some(_), Some(_)) => (format!("DISCONNECTED !  data {told} old"), theme.bar.patch(theme.bad)),
        (Some(_), None) => ("NOT CONNECTED !".to_owned(), theme.bar.patch(theme.bad)),
        (None, None) => ("connecting …".to_owned(), theme.bar),
        (None, Some(_)) => {
            let mark = if periods >= 3.0 { " !" } else { "" };
            (format!("data {told} old{mark}"), style)
        }
    }
}

fn tabs(pen: &mut Pen<'_>, app: &App, theme: &Theme) {
    let current = app.place().screen();
    for tab in layout::tabs(pen.area.width, current) {
        let style = if tab.screen == current { theme.selected.patch(theme.title) } else { theme.plain };
        pen.put(tab.x, 0, &tab.text, style);
    }
}

fn footer(pen: &mut Pen<'_>, app: &App, theme: &Theme) {
    match &app.mode {
        Mode::Input { kind, text, error, .. } => {
            let sign = if *kind == Input::Filter { "/" } else { ":" };
            let end = pen.put(0, 0, &format!("{sign}{text}█"), theme.title);
            if let Some(error) = error {
                pen.put(end + 2, 0, &format!("! {error}"), theme.bad);
            }
            return;
        }
        Mode::Help { query, .. } => {
            let text = format!("search: {query}█   Up Down PageUp PageDown scroll   Esc closes");
            pen.put(0, 0, &text, theme.title);
            return;
        }
        Mode::SortPick { .. } => {
            pen.put(0, 0, "j k choose   Enter sort   Esc close", theme.title);
            return;
        }
        Mode::Menu { .. } => {
            pen.put(0, 0, "j k choose   Enter shows what would change   Esc close", theme.title);
            return;
        }
        Mode::Planning(_) => {
            pen.put(0, 0, "Esc close", theme.title);
            return;
        }
        Mode::Confirm { plan, text, is_wrong, .. } => {
            let hint = if *is_wrong { "! that is not the name" } else { "Esc changes nothing" };
            let question = format!("type {} to do it: {text}█   {hint}", plan.deed.subject());
            pen.put(0, 0, &question, theme.bad);
            return;
        }
        Mode::Table => {}
    }
    if let Some(message) = &app.message {
        let style = if message.is_error { theme.bad } else { theme.good };
        pen.put(0, 0, &message.text, style);
        return;
    }
    pen.put(0, 0, &hints(app), theme.dim);
}

/// The keys most wanted here.
fn hints(app: &App) -> String {
    let mut wanted = vec![(Action::Help, "help"), (Action::Filter, "filter"), (Action::SortPick, "sort")];
    wanted.push((Action::ProblemsOnly, if app.view().only_problems { "all" } else { "problems" }));
    if opened(app).is_some() {
        wanted.push((Action::Enter, "open"));
    }
    if app.place().panes().len() > 1 {
        wanted.push((Action::NextPane, "pane"));
    }
    wanted.extend([(Action::Pause, "pause"), (Action::CopyCommand, "copy command"), (Action::Quit, "quit")]);
    wanted
        .iter()
        .map(|(action, what)| format!("{} {what}", app.keys_of(*action)))
        .collect::<Vec<_>>()
        .join("  ")
}
