//! The dashboard as its users see it: screens from recorded data, and whatever is thrown at it.

mod anything;
mod deeds;
mod incident;
mod paused;
mod polls;
mod screens;
mod unseen;

use std::path::PathBuf;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::Modifier;

use crate::draw::draw;
use crate::model::app::{App, Setup};
use crate::model::keys::key_event;
use crate::model::snapshot::Snapshot;
use crate::model::update::{Effect, Event, update};
use crate::recording::Recording;
use crate::theme::{Theme, ThemeChoice};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn is_updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// A broker fails: what was recorded of the script around that moment.
fn incident() -> Vec<Snapshot> {
    let path = golden("incident.jsonl");
    if is_updating() {
        // Tests run side by side: each puts a whole file in place.
        let new = path.with_extension(format!("{:?}", std::thread::current().id()));
        let mut recorder = crate::recording::Recorder::create(&new, "demo").unwrap();
        for step in 0..17 {
            for snapshot in crate::demo::step(step, 1_768_471_200_000 + step * crate::demo::STEP_MS) {
                recorder.write(&snapshot).unwrap();
            }
        }
        std::fs::rename(&new, &path).unwrap();
    }
    Recording::open(&path).unwrap().collect::<Result<_, _>>().unwrap()
}

fn app_with(snapshots: &[Snapshot], setup: Setup, size: Size) -> App {
    let mut app = App::new(setup, size, 0);
    for snapshot in snapshots {
        update(&mut app, Event::Clock(snapshot.at_ms));
        update(&mut app, Event::Snapshot(Box::new(snapshot.clone())));
    }
    app
}

fn press(app: &mut App, keys: &[&str]) -> Vec<Effect> {
    let events = keys.iter().map(|key| key_event(key).unwrap());
    events.flat_map(|key| update(app, Event::Key(key))).collect()
}

fn screen_of(app: &App) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(app.size.width, app.size.height)).unwrap();
    let theme = Theme::of(app.theme, None);
    terminal.draw(|frame| draw(frame, app, &theme)).unwrap();
    terminal.backend().buffer().clone()
}

/// The characters, and below each line where its style is not plain, a letter for it when `styled`.
fn text_of(buffer: &Buffer, styled: bool) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let (mut line, mut styles) = (String::new(), String::new());
        let mut hidden = 0;
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            if hidden > 0 {
                hidden -= 1;
                continue;
            }
            line += cell.symbol();
            hidden = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
            styles.push(letter(cell.fg, cell.modifier));
            styles.extend(std::iter::repeat_n(' ', hidden));
        }
        text += line.trim_end();
        text.push('\n');
        if styled && !styles.trim().is_empty() {
            text += &format!("\\{}\n", styles.trim_end());
        }
    }
    text
}

fn letter(color: ratatui::style::Color, modifier: Modifier) -> char {
    use ratatui::style::Color;
    match (color, modifier) {
        (_, modifier) if modifier.contains(Modifier::CROSSED_OUT) => 'x',
        (_, modifier) if modifier.contains(Modifier::REVERSED) => '#',
        (Color::Red, _) => 'R',
        (Color::Yellow, _) => 'Y',
        (Color::Green, _) => 'G',
        (Color::Cyan, _) => 'C',
        (Color::DarkGray, _) => 'd',
        (_, modifier) if modifier.contains(Modifier::UNDERLINED) => 'u',
        (_, modifier) if modifier.contains(Modifier::BOLD) => 'b',
        _ => ' ',
    }
}

fn setup(theme: ThemeChoice, ascii: bool) -> Setup {
    Setup { cluster_name: "demo".to_owned(), theme, ascii, ..Setup::default() }
}
