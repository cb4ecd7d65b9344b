//! Colours by meaning. Colour is never the only signal: marks stand beside it.

pub use ratatui::style::Color;
use ratatui::style::{Modifier, Style};

use crate::model::grid::Tone;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    #[default]
    Auto,
    Dark,
    Light,
    Mono,
}

impl ThemeChoice {
    pub const ALL: [ThemeChoice; 4] = [Self::Auto, Self::Dark, Self::Light, Self::Mono];

    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Mono => "mono",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    pub plain: Style,
    pub dim: Style,
    pub good: Style,
    pub warning: Style,
    pub bad: Style,
    pub name: Style,
    pub title: Style,
    pub bar: Style,
    pub selected: Style,
}

impl Theme {
    /// `background_is_light` is what the terminal tells about itself, for [`ThemeChoice::Auto`].
    pub fn of(choice: ThemeChoice, background_is_light: Option<bool>) -> Self {
        match (choice, background_is_light) {
            (ThemeChoice::Mono, _) => Self::mono(),
            (ThemeChoice::Light, _) | (ThemeChoice::Auto, Some(true)) => {
                Self::colored(Color::Blue, Color::Rgb(140, 90, 0), Color::Rgb(0, 110, 0), Color::DarkGray)
            }
            (ThemeChoice::Dark | ThemeChoice::Auto, _) => {
                Self::colored(Color::Cyan, Color::Yellow, Color::Green, Color::DarkGray)
            }
        }
    }

    fn colored(name: Color, warning: Color, good: Color, dim: Color) -> Self {
        let fg = |color| Style::new().fg(color);
        Self {
            plain: Style::new(),
            dim: fg(dim),
            good: fg(good),
            warning: fg(warning),
            bad: fg(Color::Red).add_modifier(Modifier::BOLD),
            name: fg(name),
            title: Style::new().add_modifier(Modifier::BOLD),
            bar: Style::new().add_modifier(Modifier::REVERSED),
            selected: Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    fn mono() -> Self {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        Self {
            plain: Style::new(),
            dim: Style::new(),
            good: Style::new(),
            warning: bold,
            bad: bold.add_modifier(Modifier::UNDERLINED),
            name: Style::new(),
            title: bold,
            bar: Style::new().add_modifier(Modifier::REVERSED),
            selected: Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => self.plain,
            Tone::Dim => self.dim,
            Tone::Good => self.good,
            Tone::Warning => self.warning,
            Tone::Bad => self.bad,
            Tone::Name => self.name,
        }
    }

    /// Replaces one colour; says what is wrong with the name or the colour.
    pub fn set(&mut self, part: &str, color: &str) -> Result<(), String> {
        let color: Color =
            color.parse().map_err(|_| format!("\"{color}\" is not a colour: use a name or #rrggbb"))?;
        let style = match part {
            "plain" => &mut self.plain,
            "dim" => &mut self.dim,
            "good" => &mut self.good,
            "warning" => &mut self.warning,
            "bad" => &mut self.bad,
            "name" => &mut self.name,
            "title" => &mut self.title,
            _ => {
                return Err(format!(
                    "there is no theme colour \"{part}\": use plain, dim, good, warning, bad, name, title"
                ));
            }
        };
        style.fg = Some(color);
        Ok(())
    }
}

/// Terminals that set COLORFGBG tell `foreground;background`; 7 and 15 are light.
pub fn background_is_light(color_fg_bg: Option<&str>) -> Option<bool> {
    let background = color_fg_bg?.rsplit(';').next()?.parse::<u8>().ok()?;
    Some(matches!(background, 7 | 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_tell_their_background() {
        for (told, expected) in [
            (None, None),
            (Some("15;0"), Some(false)),
            (Some("0;15"), Some(true)),
            (Some("0;default;15"), Some(true)),
            (Some("x"), None),
        ] {
            assert_eq!(background_is_light(told), expected, "{told:?}");
        }
    }

    #[test]
    fn overrides_name_what_is_wrong() {
        let mut theme = Theme::of(ThemeChoice::Dark, None);
        theme.set("bad", "#ff8800").unwrap();
        assert_eq!(theme.bad.fg, Some(Color::Rgb(255, 136, 0)));
        assert!(theme.set("worse", "red").unwrap_err().contains("worse"));
        assert!(theme.set("bad", "reddish").unwrap_err().contains("reddish"));
    }
}
