//! Answers of the terminal, such as its background colour, that come when nobody waits for them any more: over a slow
//! link they are read as keys.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Keys of one answer; colours, names and versions take far fewer.
const KEYS_MAX: usize = 1_024;
/// An answer is sent at once: what comes later is typed.
const GAP_MAX: Duration = Duration::from_secs(1);

/// Tells answers from keys. An answer begins with ESC and `]`, `P`, `^` or `_` (OSC, DCS, PM, APC in ECMA-48), which
/// reads as Alt and that character, goes on with characters, and ends with ESC `\`, which reads as Alt and `\`, with
/// ST as one character, or with BEL, which reads as ^g. Any other key ends it too, and is a key.
#[derive(Debug, Default)]
pub struct Answers(Option<Answer>);

/// One that has begun.
#[derive(Debug, Clone, Copy)]
struct Answer {
    last: Instant,
    key_count: usize,
    /// ESC came alone.
    is_escaped: bool,
}

impl Answers {
    /// Whether the key is a part of an answer, and so nobody's key.
    pub fn swallow(&mut self, key: &KeyEvent, now: Instant) -> bool {
        let open = self
            .0
            .take()
            .filter(|open| now.saturating_duration_since(open.last) <= GAP_MAX && open.key_count < KEYS_MAX);
        let is_alt = key.modifiers.contains(KeyModifiers::ALT);
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_alt && matches!(key.code, KeyCode::Char(']' | 'P' | '^' | '_')) {
            self.0 = Some(Answer { last: now, key_count: 0, is_escaped: false });
            return true;
        }
        let Some(Answer { key_count, is_escaped, .. }) = open else { return false };
        let goes_on = match key.code {
            KeyCode::Char('\\') if is_alt || is_escaped => return true,
            KeyCode::Char('g') if is_control => return true,
            KeyCode::Char('\u{9c}') => return true,
            KeyCode::Esc => !is_escaped,
            KeyCode::Char(_) => !is_alt && !is_control && !is_escaped,
            _ => false,
        };
        let is_escaped = key.code == KeyCode::Esc;
        self.0 = goes_on.then_some(Answer { last: now, key_count: key_count + 1, is_escaped });
        goes_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes as crossterm reads them, in pieces that end at NUL.
    fn keys(bytes: &str) -> Vec<KeyEvent> {
        let mut keys = Vec::new();
        let mut chars = bytes.chars().peekable();
        while let Some(c) = chars.next() {
            let key = match (c, chars.peek().copied()) {
                ('\x1b', Some(next @ (']' | '\\' | 'P' | '^' | '_' | 'x'))) => {
                    chars.next();
                    KeyEvent::new(KeyCode::Char(next), KeyModifiers::ALT)
                }
                ('\x1b', _) => KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE),
                ('\0', _) => continue,
                ('\r', _) => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
                ('\x03' | '\x07', _) => {
                    let letter = if c == '\x03' { 'c' } else { 'g' };
                    KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)
                }
                (c, _) => KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE),
            };
            keys.push(key);
        }
        keys
    }

    fn left_of(bytes: &str, gap: Duration) -> Vec<KeyCode> {
        let (mut answers, mut now) = (Answers::default(), Instant::now());
        let mut left = keys(bytes);
        left.retain(|key| {
            now += gap;
            !answers.swallow(key, now)
        });
        left.into_iter().map(|key| key.code).collect()
    }

    #[test]
    fn what_the_terminal_answers_is_no_key() {
        let long = format!("\x1bP{}q", "0".repeat(KEYS_MAX));
        for (bytes, expected) in [
            ("5j", "5j"),
            ("\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", ""),
            ("a\x1b]11;rgb:1e1e/1e1e/1e1e\x07b", "ab"),
            ("\x1b]10;rgb:f/f/f\x1b\\\x1b]11;rgb:0/0/0\x1b\\q", "q"),
            ("\x1bP>|XTerm(370)\x1b\\q", "q"),
            ("\x1b_Gi=1;OK\u{9c}q", "q"),
            // The terminator came in two pieces.
            ("\x1b]11;1\x1b\0\\q", "q"),
            ("\x1b]11;1\x1b\0q", "q"),
            // Cut off: whatever is no character is a key, and ends it.
            ("\x1b]11;1\rq", "\rq"),
            ("\x1b]11;1\x03q", "cq"),
            ("\x1b]11;1\x1bxq", "xq"),
            ("\x1b]11;1\x1b]11;2\x07q", "q"),
            // What no answer went before.
            ("\x07\\", "g\\"),
            (long.as_str(), "q"),
        ] {
            let codes = left_of(bytes, Duration::from_millis(1));
            let expected: Vec<KeyCode> = keys(expected).into_iter().map(|key| key.code).collect();
            assert_eq!(codes, expected, "{bytes:?}");
        }
        // Alt and ], and then slowly what is meant.
        let typed = left_of("\x1b]5j", GAP_MAX + Duration::from_millis(1));
        assert_eq!(typed, [KeyCode::Char('5'), KeyCode::Char('j')]);
    }
}
