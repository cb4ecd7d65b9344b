//! What each screen shows, as tables made from the cluster; how they look is decided elsewhere.

pub mod brokers;
pub mod events;
pub mod groups;
pub mod overview;
pub mod partitions;
pub mod problems;
pub mod records;
pub mod topics;

use crate::model::cluster::{Cluster, Name};
use crate::model::grid::Grid;

/// The screens of the number keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Screen {
    Overview,
    Brokers,
    Topics,
    Partitions,
    Groups,
    Events,
    Records,
    Disk,
}

impl Screen {
    pub const ALL: [Screen; 8] = [
        Self::Overview,
        Self::Brokers,
        Self::Topics,
        Self::Partitions,
        Self::Groups,
        Self::Events,
        Self::Records,
        Self::Disk,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Brokers => "Brokers",
            Self::Topics => "Topics",
            Self::Partitions => "Partitions",
            Self::Groups => "Groups",
            Self::Events => "Events",
            Self::Records => "Records",
            Self::Disk => "Disk",
        }
    }

    /// The number key.
    pub fn digit(self) -> char {
        char::from(b'1' + self as u8)
    }

    /// By its name or the CLI's noun for it, in singular or plural.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "t" => return Some(Self::Topics),
            "g" => return Some(Self::Groups),
            "segment" | "segments" => return Some(Self::Disk),
            "consume" => return Some(Self::Records),
            _ => {}
        }
        Self::ALL.into_iter().find(|screen| {
            let own = screen.name().to_ascii_lowercase();
            own == name || own.strip_suffix('s') == Some(&name)
        })
    }
}

/// Where the operator is: a screen, or inside one of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    Screen(Screen),
    Topic(Name),
    Group(Name),
    Broker(i32),
}

impl Place {
    /// Names of the panes that Tab goes through.
    pub fn panes(&self) -> &'static [&'static str] {
        match self {
            Self::Screen(Screen::Overview) => &["Problems", "Topics", "Groups"],
            Self::Screen(_) | Self::Broker(_) => &["Table"],
            Self::Topic(_) => &["Partitions", "Config", "Groups"],
            Self::Group(_) => &["Partitions", "Members"],
        }
    }

    /// The screen it belongs to.
    pub fn screen(&self) -> Screen {
        match self {
            Self::Screen(screen) => *screen,
            Self::Topic(_) => Screen::Topics,
            Self::Group(_) => Screen::Groups,
            Self::Broker(_) => Screen::Brokers,
        }
    }
}

/// What tables depend on besides the cluster.
#[derive(Debug, Clone, Copy)]
pub struct Lens {
    pub window_ms: i64,
    pub show_internal: bool,
}

/// One pane of a place.
pub fn grid(place: &Place, pane: usize, cluster: &Cluster, lens: Lens) -> Grid {
    match (place, pane) {
        (Place::Screen(Screen::Overview), 0) => problems::grid(cluster),
        (Place::Screen(Screen::Overview), 1) => overview::busiest_topics(cluster, lens),
        (Place::Screen(Screen::Overview), _) => overview::laggards(cluster, lens),
        (Place::Screen(Screen::Brokers), _) => brokers::grid(cluster),
        (Place::Screen(Screen::Topics), _) => topics::grid(cluster, lens),
        (Place::Screen(Screen::Partitions), _) => partitions::grid(cluster, lens, |_, _| true),
        (Place::Screen(Screen::Groups), _) => groups::grid(cluster, lens),
        (Place::Screen(Screen::Events), _) => events::grid(cluster),
        (Place::Screen(Screen::Records), _) => records::grid(cluster),
        (Place::Screen(Screen::Disk), _) => records::segments(cluster),
        (Place::Topic(topic), 0) => {
            partitions::grid(cluster, Lens { show_internal: true, ..lens }, |name, _| name == topic)
        }
        (Place::Topic(topic), 1) => topics::configs(cluster, topic),
        (Place::Topic(topic), _) => topics::groups(cluster, topic, lens),
        (Place::Group(group), 0) => groups::partitions(cluster, group, lens),
        (Place::Group(group), _) => groups::members(cluster, group),
        (Place::Broker(broker), _) => {
            partitions::grid(cluster, Lens { show_internal: true, ..lens }, |_, partition| {
                partition.replicas.contains(broker)
            })
        }
    }
}

/// The words of a command after the program's name. Names that look like options stand behind `--`.
pub fn command(words: &[&str], names: &[&str]) -> Vec<String> {
    let dashes = names.iter().any(|name| name.starts_with('-')).then_some("--");
    words.iter().copied().chain(dashes).chain(names.iter().copied()).map(str::to_owned).collect()
}

/// Words as a shell takes them. Control characters are spelled out, as bash and zsh read them: a terminal that pastes
/// them would obey.
pub fn shell_line<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(shell_word).collect::<Vec<_>>().join(" ")
}

fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-:/@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if !word.contains(char::is_control) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let spelled: String = word
        .chars()
        .map(|c| match c {
            c if c.is_control() => c.to_string().bytes().map(|byte| format!("\\x{byte:02x}")).collect(),
            '\'' | '\\' => format!("\\{c}"),
            c => c.to_string(),
        })
        .collect();
    format!("$'{spelled}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_meant() {
        for (word, expected) in [
            ("orders", "orders"),
            ("-orders", "-orders"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("数据", "'数据'"),
            ("a\nb\u{1b}'c", r"$'a\x0ab\x1b\'c'"),
            ("\u{9b}", r"$'\xc2\x9b'"),
        ] {
            assert_eq!(shell_line([word]), expected, "{word:?}");
        }
        assert_eq!(command(&["group", "describe"], &["-g"]), ["group", "describe", "--", "-g"]);
    }
}
