//! The file that changes keys and colours. It holds only what differs; every mistake in it is told, none is fatal.
//!
//! ```toml
//! [keys]
//! pause = ["p"]
//! [theme]
//! bad = "#ff8800"
//! ```

use toml_edit::{DocumentMut, Item};

use crate::model::keys::{BINDINGS, Keys};
use crate::theme::Theme;

/// What a file asked for, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub keys: Keys,
    /// Keys by the name of their action, as the file gives them.
    given: Vec<(String, Vec<String>)>,
    /// Colours by part of the theme.
    colors: Vec<(String, String)>,
    pub errors: Vec<String>,
}

impl Overrides {
    pub fn parse(text: &str) -> Self {
        let mut overrides = Self::default();
        let document: DocumentMut = match text.parse() {
            Ok(document) => document,
            Err(error) => {
                overrides.errors.push(error.to_string().lines().next().unwrap_or("not TOML").to_owned());
                return overrides;
            }
        };
        for (section, item) in document.iter() {
            let Some(table) = item.as_table_like() else {
                overrides.errors.push(format!("\"{section}\" is not a section"));
                continue;
            };
            for (name, item) in table.iter() {
                let outcome = match section {
                    "keys" => overrides.take_keys(name, item),
                    "theme" => overrides.take_color(name, item),
                    _ => Err(format!("there is no section \"{section}\": use keys and theme")),
                };
                overrides.errors.extend(outcome.err());
            }
        }
        overrides.errors.extend(clashes(&overrides.given));
        overrides
    }

    fn take_keys(&mut self, name: &str, item: &Item) -> Result<(), String> {
        let text = |value: &toml_edit::Value| value.as_str().map(str::to_owned);
        let keys: Option<Vec<String>> = match item.as_value() {
            Some(toml_edit::Value::Array(keys)) => keys.iter().map(text).collect(),
            Some(value) => text(value).map(|key| vec![key]),
            None => None,
        };
        let keys = keys.ok_or_else(|| format!("keys of \"{name}\": use a text or a list of texts"))?;
        self.keys.rebind(name, &keys)?;
        self.given.push((name.to_owned(), keys));
        Ok(())
    }

    fn take_color(&mut self, part: &str, item: &Item) -> Result<(), String> {
        let color = item.as_str().ok_or_else(|| format!("colour of \"{part}\": use a text"))?;
        Theme::of(crate::theme::ThemeChoice::Mono, None).set(part, color)?;
        self.colors.push((part.to_owned(), color.to_owned()));
        Ok(())
    }

    /// The theme with the file's colours. Mono stays without.
    pub fn paint(&self, mut theme: Theme) -> Theme {
        for (part, color) in &self.colors {
            // Checked when it was read.
            let _ = theme.set(part, color);
        }
        theme
    }
}

/// Keys that two actions want: of two in the file the later one has it, of others that in the file.
fn clashes(given: &[(String, Vec<String>)]) -> Vec<String> {
    let mut told = Vec::new();
    for (place, (name, keys)) in given.iter().enumerate() {
        for key in keys {
            let later = given[place + 1..].iter().find(|(_, keys)| keys.contains(key));
            told.extend(later.map(|(later, _)| format!("\"{key}\" is given to {name} and to {later}")));
            let loser = BINDINGS.iter().find(|binding| {
                binding.keys.contains(&key.as_str()) && given.iter().all(|(name, _)| name != binding.name)
            });
            told.extend(loser.map(|loser| format!("\"{key}\" is {name} now, and not {}", loser.name)));
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::ThemeChoice;

    #[test]
    fn good_lines_hold_and_bad_ones_are_told() {
        let text = "[keys]\npause = [\"p\"]\nfly = \"x\"\nhelp = 3\n[theme]\nbad = \"#010203\"\nworse = \"red\"\n[more]\na = 1\n";
        let overrides = Overrides::parse(text);
        assert_eq!(overrides.errors.len(), 4, "{:?}", overrides.errors);
        assert_eq!(overrides.keys.of(crate::model::keys::Action::Pause), ["p"]);
        let painted = overrides.paint(Theme::of(ThemeChoice::Dark, None));
        assert_eq!(painted.bad.fg, Some(ratatui::style::Color::Rgb(1, 2, 3)));
        assert_eq!(Overrides::parse("keys = [").errors.len(), 1);
    }

    #[test]
    fn a_key_that_two_actions_want_is_told_with_both() {
        for (keys, expected) in [
            ("pause = \"p\"", &[][..]),
            ("pause = [\"p\", \"Space\"]", &[]),
            ("pause = \"n\"", &["\"n\" is pause now, and not next-match"]),
            ("pause = \"n\"\nnext-match = []", &[]),
            ("next-match = \"N\"\nprevious-match = \"n\"", &[]),
            ("pause = \"p\"\nwide = [\"p\"]", &["\"p\" is given to pause and to wide"]),
        ] {
            assert_eq!(Overrides::parse(&format!("[keys]\n{keys}\n")).errors, expected, "{keys}");
        }
    }
}
