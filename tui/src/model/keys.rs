//! The one key table: what is bound, what help shows, what override files may change.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::screens::{Place, Screen};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    Go(Screen),
    Help,
    Back,
    Quit,
    Down,
    Up,
    PageDown,
    PageUp,
    First,
    Last,
    ColumnLeft,
    ColumnRight,
    ScrollLeft,
    ScrollRight,
    SortPick,
    SortReverse,
    Enter,
    NextPane,
    Filter,
    Command,
    NextMatch,
    PreviousMatch,
    ProblemsOnly,
    Internal,
    Pause,
    Refresh,
    Slower,
    Faster,
    Follow,
    Expand,
    Wide,
    Units,
    Window,
    CopyCell,
    CopyCommand,
    Save,
    Theme,
    Menu,
}

/// One line of the table: the action, its name in override files, its keys, what help says.
pub struct Binding {
    pub action: Action,
    pub name: &'static str,
    pub keys: &'static [&'static str],
    pub help: &'static str,
    pub is_valid: fn(&Place) -> bool,
}

const fn binding(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
) -> Binding {
    Binding { action, name, keys, help, is_valid: |_| true }
}

const fn only(binding: Binding, is_valid: fn(&Place) -> bool) -> Binding {
    Binding { is_valid, ..binding }
}

fn has_panes(place: &Place) -> bool {
    place.panes().len() > 1
}

fn opens(place: &Place) -> bool {
    !matches!(place, Place::Screen(Screen::Events | Screen::Records | Screen::Disk) | Place::Group(_))
}

fn has_internal(place: &Place) -> bool {
    matches!(place, Place::Screen(Screen::Topics | Screen::Partitions | Screen::Overview))
}

pub const BINDINGS: &[Binding] = &[
    binding(Action::Go(Screen::Overview), "overview", &["1"], "overview: what is wrong, what is busy"),
    binding(Action::Go(Screen::Brokers), "brokers", &["2"], "brokers"),
    binding(Action::Go(Screen::Topics), "topics", &["3"], "topics"),
    binding(Action::Go(Screen::Partitions), "partitions", &["4"], "partitions: leader, replicas, ISR"),
    binding(Action::Go(Screen::Groups), "groups", &["5"], "groups: lag and verdict"),
    binding(Action::Go(Screen::Events), "events", &["6"], "events: what changed between polls"),
    binding(Action::Go(Screen::Records), "records", &["7"], "records of the selected topic, read-only"),
    binding(Action::Go(Screen::Disk), "disk", &["8"], "segments of a local data directory"),
    binding(Action::Help, "help", &["?", "F1"], "this help; type to search it"),
    binding(Action::Back, "back", &["Esc"], "clear the filter, or go back"),
    binding(Action::Quit, "quit", &["q", "^c"], "back, or quit from a screen (^c always quits)"),
    binding(Action::Down, "down", &["j", "Down"], "next row"),
    binding(Action::Up, "up", &["k", "Up"], "previous row"),
    binding(Action::PageDown, "page-down", &["PageDown", "^d"], "page down"),
    binding(Action::PageUp, "page-up", &["PageUp", "^u"], "page up"),
    binding(Action::First, "first", &["g", "Home"], "first row"),
    binding(Action::Last, "last", &["G", "End"], "last row"),
    binding(Action::ColumnLeft, "column-left", &["h", "Left"], "sort by the column to the left"),
    binding(Action::ColumnRight, "column-right", &["l", "Right"], "sort by the column to the right"),
    binding(Action::ScrollLeft, "scroll-left", &["<"], "columns to the left, of a wide table"),
    binding(Action::ScrollRight, "scroll-right", &[">"], "columns to the right; makes the table wide"),
    binding(Action::SortPick, "sort-pick", &["s"], "pick the column to sort by"),
    binding(Action::SortReverse, "sort-reverse", &["S"], "reverse the order"),
    only(binding(Action::Enter, "open", &["Enter"], "open the selected row"), opens),
    only(binding(Action::NextPane, "next-pane", &["Tab"], "next pane or tab"), has_panes),
    binding(Action::Filter, "filter", &["/"], "filter: text  !not  ~regex  lag>1000  state=empty"),
    binding(Action::Command, "command", &[":"], "command: topics foo, group g, records t, ctx name, q"),
    binding(Action::NextMatch, "next-match", &["n"], "next row that matches the last filter"),
    binding(Action::PreviousMatch, "previous-match", &["N"], "previous row that matches the last filter"),
    binding(Action::ProblemsOnly, "problems-only", &["!"], "problems only, or all rows"),
    only(binding(Action::Internal, "internal", &["i"], "show internal topics"), has_internal),
    binding(Action::Pause, "pause", &["Space"], "pause the screen; polls go on"),
    binding(Action::Refresh, "refresh", &["r"], "poll now"),
    binding(Action::Slower, "slower", &["+"], "poll less often"),
    binding(Action::Faster, "faster", &["-"], "poll more often"),
    binding(Action::Follow, "follow", &["f"], "keep the selected row in view through re-sorts"),
    only(binding(Action::Expand, "expand", &["e"], "give the pane the whole screen"), has_panes),
    binding(Action::Wide, "wide", &["z"], "all columns, in order, or the most important ones"),
    binding(Action::Units, "units", &["u"], "raw numbers or units"),
    binding(Action::Window, "window", &["w"], "rates over 10 s, 1 min, 5 min"),
    binding(Action::CopyCell, "copy-cell", &["c"], "copy the cell of the sort column"),
    binding(Action::CopyCommand, "copy-command", &["y"], "copy the command that shows the row"),
    binding(Action::Save, "save", &["o"], "save the table as CSV and JSON"),
    binding(Action::Theme, "theme", &["t"], "theme: auto, dark, light, mono"),
    binding(Action::Menu, "menu", &["x"], "change what the row shows, with --allow-actions"),
];

/// The table with what an override file changed.
#[derive(Debug, Clone)]
pub struct Keys {
    by_action: BTreeMap<Action, Vec<String>>,
}

impl Default for Keys {
    fn default() -> Self {
        let keys = |binding: &Binding| binding.keys.iter().map(|key| (*key).to_owned()).collect();
        Self { by_action: BINDINGS.iter().map(|binding| (binding.action, keys(binding))).collect() }
    }
}

impl Keys {
    /// Gives an action other keys, which others lose. Says what is wrong, and then changes nothing.
    pub fn rebind(&mut self, name: &str, keys: &[String]) -> Result<(), String> {
        let Some(binding) = BINDINGS.iter().find(|binding| binding.name == name) else {
            return Err(format!("there is no key action \"{name}\""));
        };
        if let Some(bad) = keys.iter().find(|key| !is_key_name(key)) {
            return Err(format!("\"{bad}\" is not a key; use a character, ^x, F1, Enter, Space, PageDown …"));
        }
        for taken in self.by_action.values_mut() {
            taken.retain(|key| !keys.contains(key));
        }
        self.by_action.insert(binding.action, keys.to_vec());
        Ok(())
    }

    pub fn action(&self, key: &str, place: &Place) -> Option<Action> {
        let bound = |binding: &&Binding| {
            (binding.is_valid)(place) && self.of(binding.action).iter().any(|bound| bound == key)
        };
        BINDINGS.iter().find(bound).map(|binding| binding.action)
    }

    pub fn of(&self, action: Action) -> &[String] {
        self.by_action.get(&action).map_or(&[], Vec::as_slice)
    }
}

const NAMED: [(&str, KeyCode); 16] = [
    ("Esc", KeyCode::Esc),
    ("Enter", KeyCode::Enter),
    ("Tab", KeyCode::Tab),
    ("BackTab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Space", KeyCode::Char(' ')),
    ("Down", KeyCode::Down),
    ("Up", KeyCode::Up),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PageDown", KeyCode::PageDown),
    ("PageUp", KeyCode::PageUp),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
];

fn is_key_name(name: &str) -> bool {
    let mut chars = name.chars();
    NAMED.iter().any(|(known, _)| *known == name)
        || matches!((chars.next(), chars.next(), chars.next()), (Some(c), None, None) if !c.is_control())
        || name
            .strip_prefix('^')
            .is_some_and(|rest| rest.len() == 1 && rest.chars().all(|c| c.is_ascii_lowercase()))
        || name
            .strip_prefix('F')
            .is_some_and(|rest| rest.parse().is_ok_and(|number: u8| (1..=12).contains(&number)))
}

/// How the table and override files spell a key.
pub fn key_name(key: &KeyEvent) -> Option<String> {
    if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == key.code) {
        return Some((*name).to_owned());
    }
    match key.code {
        KeyCode::F(number) => Some(format!("F{number}")),
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => {
            Some(format!("^{}", c.to_ascii_lowercase()))
        }
        KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::ALT) => Some(c.to_string()),
        _ => None,
    }
}

/// The event for a key's name, as tests and scripts press it.
pub fn key_event(name: &str) -> Option<KeyEvent> {
    if let Some((_, code)) = NAMED.iter().find(|(known, _)| *known == name) {
        return Some(KeyEvent::new(*code, KeyModifiers::NONE));
    }
    let mut chars = name.chars();
    match (chars.next()?, chars.next()) {
        ('^', Some(c)) => Some(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)),
        ('F', Some(_)) => Some(KeyEvent::new(KeyCode::F(name[1..].parse().ok()?), KeyModifiers::NONE)),
        (c, None) => Some(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn places() -> Vec<Place> {
        let mut places: Vec<Place> = Screen::ALL.into_iter().map(Place::Screen).collect();
        places.extend([Place::Topic("t".into()), Place::Group("g".into()), Place::Broker(1)]);
        places
    }

    #[test]
    fn every_key_is_bound_once_on_every_screen() {
        for place in places() {
            let mut seen = BTreeSet::new();
            for binding in BINDINGS.iter().filter(|binding| (binding.is_valid)(&place)) {
                for key in binding.keys {
                    assert!(seen.insert(*key), "{key} twice in {place:?}");
                    assert_eq!(
                        Keys::default().action(key, &place),
                        Some(binding.action),
                        "{key} in {place:?}"
                    );
                }
            }
            assert!(seen.len() > 30, "{place:?} has only {} keys", seen.len());
        }
    }

    #[test]
    fn keys_have_one_spelling() {
        for key in BINDINGS.iter().flat_map(|binding| binding.keys) {
            assert!(is_key_name(key), "{key}");
            assert_eq!(key_event(key).as_ref().and_then(key_name).as_deref(), Some(*key));
        }
        let names: BTreeSet<_> = BINDINGS.iter().map(|binding| binding.name).collect();
        assert_eq!(names.len(), BINDINGS.len(), "two actions of one name");
    }

    #[test]
    fn overrides_take_keys_away_from_others() {
        let mut keys = Keys::default();
        let place = Place::Screen(Screen::Groups);
        keys.rebind("pause", &["p".to_owned(), "n".to_owned()]).unwrap();
        assert_eq!(keys.action("p", &place), Some(Action::Pause));
        assert_eq!(keys.action("n", &place), Some(Action::Pause));
        assert_eq!(keys.action("Space", &place), None);
        assert!(keys.rebind("paus", &[]).unwrap_err().contains("paus"));
        assert!(keys.rebind("pause", &["Ctrl-P".to_owned()]).is_err());
    }
}
