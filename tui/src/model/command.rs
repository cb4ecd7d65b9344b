//! The `:` line: the nouns of the command line.

use super::app::{App, Mode};
use super::cluster::{Name, Tail};
use super::update::Effect;
use crate::screens::{Place, Screen};

/// `topics`, `topic orders`, `group billing`, `records orders`, `ctx prod`, `filter lag>10`, `q`.
pub fn run(app: &mut App, line: &str) -> Vec<Effect> {
    let line = line.trim();
    let (noun, name) =
        line.split_once(char::is_whitespace).map_or((line, ""), |(noun, name)| (noun, name.trim()));
    match noun {
        "" => return vec![],
        "q" | "quit" | "exit" => return vec![Effect::Quit],
        "help" | "h" | "?" => {
            app.mode = Mode::Help { query: name.to_owned(), top: 0 };
            return vec![];
        }
        "ctx" | "context" if !name.is_empty() => return vec![Effect::Switch(name.to_owned())],
        "ctx" | "context" => {
            match app.setup.contexts.as_slice() {
                [] => app.say_error("kafkactl.toml names no contexts"),
                names => app.say(format!("contexts: {}", names.join(", "))),
            }
            return vec![];
        }
        "filter" => {
            if let Err(error) = app.set_filter(name) {
                app.say_error(error);
            }
            return vec![Effect::Watch];
        }
        _ => {}
    }
    let Some(screen) = Screen::of_name(noun) else {
        app.say_error(format!(
            "there is no \"{noun}\": try topics, groups, brokers, partitions, events, records, disk, ctx, help, q"
        ));
        return vec![];
    };
    let place = match (screen, name) {
        (_, "") => Place::Screen(screen),
        (Screen::Topics, name) if app.cluster.topics.contains_key(name) => Place::Topic(name.into()),
        (Screen::Groups, name) if app.cluster.groups.contains_key(name) => Place::Group(name.into()),
        (Screen::Brokers, name) => match name.parse() {
            Ok(id) if app.cluster.brokers.contains_key(&id) => Place::Broker(id),
            _ => {
                app.say_error(format!("there is no broker \"{name}\""));
                return vec![];
            }
        },
        (Screen::Records, name) if app.cluster.topics.contains_key(name) => {
            app.tail(name);
            Place::Screen(screen)
        }
        (Screen::Records, name) => {
            app.say_error(format!("there is no topic \"{name}\""));
            return vec![];
        }
        // A part of a name is a filter.
        (screen @ (Screen::Topics | Screen::Groups), name) if !is_part_of_a_name(app, screen, name) => {
            app.say_error(format!(
                "there is no {} \"{name}\"",
                screen.name().to_lowercase().trim_end_matches('s')
            ));
            return vec![];
        }
        (screen, name) => {
            app.go_to(Place::Screen(screen));
            if let Err(error) = app.set_filter(name) {
                app.say_error(error);
            }
            return vec![Effect::Watch];
        }
    };
    app.go_to(place);
    vec![Effect::Watch]
}

impl App {
    /// Follows a topic; records of another one would pass for its own.
    pub(super) fn tail(&mut self, topic: &str) {
        if self.cluster.records.topic != topic {
            self.cluster.records = Tail { topic: topic.to_owned(), ..Tail::default() };
        }
        self.tailed = Some(topic.to_owned());
    }
}

fn is_part_of_a_name(app: &App, screen: Screen, part: &str) -> bool {
    let is_in = |name: &Name| name.to_lowercase().contains(&part.to_lowercase());
    match screen {
        Screen::Topics => app.cluster.topics.keys().any(is_in),
        _ => app.cluster.groups.keys().any(is_in),
    }
}
