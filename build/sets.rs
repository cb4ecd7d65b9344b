//! Writes the enum of a file's messages, as a call of a macro of `src/schema/set.rs`.

use crate::notation::{Definitions, Framing, Message};

pub fn set(definitions: &Definitions) -> String {
    let Some(set) = &definitions.set else { return String::new() };
    let (call, variants) = match set.framing {
        Framing::Framed => ("framed_set", framed(definitions)),
        Framing::Keyed => ("keyed_set", keyed(definitions)),
    };
    format!("crate::schema::set::{call}! {{ {} {{\n{variants}}} }}\n", set.name)
}

/// `2 => Topic(TopicRecord)` for every message.
fn framed(definitions: &Definitions) -> String {
    let variant = |message: &Message| {
        let name = &message.name;
        let variant = name.strip_suffix("Record").unwrap_or(name);
        format!("    {} => {variant}({name}),\n", number(message))
    };
    definitions.messages.iter().map(variant).collect()
}

/// `2 => GroupMetadata(GroupMetadataKey, GroupMetadataValue)` for every key.
fn keyed(definitions: &Definitions) -> String {
    let variant = |message: &Message| {
        let name = message.name.strip_suffix("Key")?;
        Some(format!("    {} => {name}({name}Key, {name}Value),\n", number(message)))
    };
    definitions.messages.iter().filter_map(variant).collect()
}

fn number(message: &Message) -> i16 {
    message.number.unwrap_or_else(|| panic!("{} has no number", message.name))
}
