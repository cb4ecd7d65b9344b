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
    let outcome = match noun {
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
        "filter" => app.set_filter(name),
        _ => match Screen::of_name(noun) {
            Some(screen) => go(app, screen, name),
            None => Err(format!(
                "there is no \"{noun}\": try topics, groups, brokers, partitions, events, records, disk, ctx, help, q"
            )),
        },
    };
    if let Err(error) = outcome {
        app.say_error(error);
    }
    vec![Effect::Watch]
}

/// To the one of this name, or to all that have it in theirs; says why neither is there.
fn go(app: &mut App, screen: Screen, name: &str) -> Result<(), String> {
    let place = match screen {
        _ if name.is_empty() => Place::Screen(screen),
        Screen::Topics if app.cluster.topics.contains_key(name) => Place::Topic(name.into()),
        Screen::Groups if app.cluster.groups.contains_key(name) => Place::Group(name.into()),
        Screen::Brokers => match name.parse() {
            Ok(id) if app.cluster.brokers.contains_key(&id) => Place::Broker(id),
            _ => return Err(format!("there is no broker \"{name}\"")),
        },
        Screen::Records if app.cluster.topics.contains_key(name) => {
            app.tail(name);
            Place::Screen(screen)
        }
        Screen::Records => return Err(format!("there is no topic \"{name}\"")),
        Screen::Topics | Screen::Groups if !is_part_of_a_name(app, screen, name) => {
            let noun = screen.name().to_lowercase();
            return Err(format!("there is no {} \"{name}\"", noun.trim_end_matches('s')));
        }
        // A part of a name is a filter.
        _ => {
            app.go_to(Place::Screen(screen));
            return app.set_filter(name);
        }
    };
    app.go_to(place);
    Ok(())
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
