//! Lines that the operator types or pastes.

use std::mem::take;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{App, Input, Mode};
use super::keys::BINDINGS;
use super::update::Effect;
use super::{command, deed};

/// Characters taken into a line of text.
pub(super) const CHARS_MAX: usize = 200;

/// Of the filter or a command.
pub(super) fn on_input_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Mode::Input { kind, mut text, error, before } = take(&mut app.mode) else { return vec![] };
    match key.code {
        KeyCode::Esc => {
            if kind == Input::Filter {
                // An empty filter is always a good one.
                let _ = app.set_filter("");
            }
            return vec![Effect::Watch];
        }
        KeyCode::Enter if kind == Input::Command => return command::run(app, &text),
        KeyCode::Enter if error.is_none() => return vec![Effect::Watch],
        _ => edit(&mut text, key, CHARS_MAX),
    }
    settle(app, kind, text, before)
}

/// The line as it reads now; a filter is in force as soon as it is a good one.
fn settle(app: &mut App, kind: Input, text: String, before: String) -> Vec<Effect> {
    let error = if kind == Input::Filter { app.set_filter(&text).err() } else { None };
    if error.is_some() {
        // A filter that was in force is a good one.
        let _ = app.set_filter(&before);
    }
    app.mode = Mode::Input { kind, text, error, before };
    vec![Effect::Watch]
}

pub(super) fn on_help_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Mode::Help { mut query, mut top } = take(&mut app.mode) else { return vec![] };
    match key.code {
        KeyCode::Esc | KeyCode::Enter | KeyCode::F(1) => return vec![],
        KeyCode::Down => top += 1,
        KeyCode::Up => top = top.saturating_sub(1),
        KeyCode::PageDown => top += 10,
        KeyCode::PageUp => top = top.saturating_sub(10),
        _ => {
            let before = query.clone();
            edit(&mut query, key, CHARS_MAX);
            top = if query == before { top } else { 0 };
        }
    }
    app.mode = Mode::Help { query, top: top.min(BINDINGS.len()) };
    vec![]
}

/// What is pasted goes into the line that is typed, and is no keys where there is none.
pub(super) fn on_paste(app: &mut App, pasted: &str) -> Vec<Effect> {
    match take(&mut app.mode) {
        Mode::Input { kind, mut text, before, .. } => {
            paste(&mut text, pasted, CHARS_MAX);
            return settle(app, kind, text, before);
        }
        Mode::Help { mut query, .. } => {
            paste(&mut query, pasted, CHARS_MAX);
            app.mode = Mode::Help { query, top: 0 };
        }
        Mode::Confirm { plan, mut text, top, .. } => {
            paste(&mut text, pasted, deed::chars_max(&plan));
            app.mode = Mode::Confirm { plan, text, top, is_wrong: false };
        }
        mode => app.mode = mode,
    }
    vec![]
}

/// Puts a text at the end of a line of at most `chars_max` characters; what controls a terminal is left out.
fn paste(text: &mut String, pasted: &str, chars_max: usize) {
    let room = chars_max.saturating_sub(text.chars().count());
    text.extend(pasted.chars().filter(|c| !c.is_control()).take(room));
}

/// Takes a key into a line of at most `chars_max` characters: letters go to its end, Backspace takes the last one, ^u all.
pub(super) fn edit(text: &mut String, key: KeyEvent, chars_max: usize) {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Backspace => drop(text.pop()),
        KeyCode::Char('u') if is_control => text.clear(),
        KeyCode::Char(c) if !is_control && text.chars().count() < chars_max => text.push(c),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::keys::key_event;

    #[test]
    fn lines_are_edited_at_their_end_and_bounded() {
        for (keys, expected) in [
            (&["l", "a", "g"][..], "lag"),
            (&["l", "a", "g", "x"], "lag"),
            (&["l", "a", "Backspace"], "l"),
            (&["Backspace"], ""),
            (&["l", "a", "^u", "ü"], "ü"),
            (&["l", "^a", "Enter", "F1"], "l"),
        ] {
            let mut text = String::new();
            keys.iter().for_each(|key| edit(&mut text, key_event(key).unwrap(), 3));
            assert_eq!(text, expected, "{keys:?}");
        }
    }

    #[test]
    fn what_is_pasted_drives_nothing() {
        for (pasted, expected) in
            [("rders", "orders"), ("rders\r\n", "orders"), ("\x1b[31mr\u{9b}\t数据", "o[31mr数"), ("", "o")]
        {
            let mut text = "o".to_owned();
            paste(&mut text, pasted, 7);
            assert_eq!(text, expected, "{pasted:?}");
        }
    }
}
