//! Writes the RPC bodies: re-exports of kafka-protocol's, and the structures of our own with what makes them the
//! equals of those.

use crate::notation::Message;
use crate::structs::{self, Flavour};

pub fn bodies(messages: &[Message]) -> String {
    messages.iter().map(|message| if message.is_own { own(message) } else { foreign(message) }).collect()
}

fn foreign(message: &Message) -> String {
    let name = &message.name;
    format!("pub use kafka_protocol::messages::{{{name}, {}}};\n", structs::snake(name))
}

fn own(message: &Message) -> String {
    let name = &message.name;
    let glue = match name.strip_suffix("Request") {
        Some(api) => format!("own_request! {{ {name}, ApiKey::{api}, {api}Response }}\n"),
        None => format!("own_response! {{ {name}, ApiKey::{} }}\n", name.trim_end_matches("Response")),
    };
    structs::message(message, Flavour::Sent) + &glue
}
