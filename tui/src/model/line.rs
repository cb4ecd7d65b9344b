//! Lines that the operator types.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

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
}
