//! Writes the shapes of RPC bodies, which `src/wire/guard.rs` walks before anything is decoded.

use crate::notation::{Field, Message, Struct, Versions};
use crate::structs;

/// A static per body, and the function that finds it.
pub fn shapes(messages: &[Message]) -> String {
    let mut statics = String::new();
    let mut arms = String::new();
    for message in messages {
        let name = structs::snake(&message.name).to_uppercase();
        let flexible_from = message.flexible_from.unwrap_or(i16::MAX);
        let root = structure(message, &message.structs[0]);
        statics +=
            &format!("static {name}: Shape = Shape {{ flexible_from: {flexible_from}, root: {root} }};\n");
        let (api, direction) = match message.name.strip_suffix("Request") {
            Some(api) => (api, "Request"),
            None => (message.name.trim_end_matches("Response"), "Response"),
        };
        arms += &format!("        (ApiKey::{api}, Direction::{direction}) => &{name},\n");
    }
    format!(
        "{statics}
fn shape(api: ApiKey, direction: Direction) -> &'static Shape {{
    match (api, direction) {{
{arms}    }}
}}
"
    )
}

fn structure(message: &Message, structure: &Struct) -> String {
    let fields: Vec<String> = structure.fields.iter().map(|each| field(message, each)).collect();
    let memory_bytes = memory_bytes(message, structure);
    format!("Structure {{ memory_bytes: {memory_bytes}, fields: &[{}] }}", fields.join(", "))
}

fn field(message: &Message, field: &Field) -> String {
    let element = match find(message, field) {
        Some(nested) => format!("Kind::Structure(&{})", structure(message, nested)),
        None => match size_of(field) {
            Size::Fixed(bytes) => format!("Kind::Fixed({bytes})"),
            Size::String => "Kind::String".to_owned(),
            Size::Bytes => "Kind::Bytes".to_owned(),
        },
    };
    let kind = if field.is_array { format!("Kind::Array(&{element})") } else { element };
    let tag = field.tag.map_or("None".to_owned(), |tag| format!("Some({tag})"));
    let versions = range(Some(field.versions));
    let nullable = range(field.nullable);
    format!("Field {{ kind: {kind}, versions: {versions}, nullable: {nullable}, tag: {tag} }}")
}

/// No version at all is an empty range.
fn range(versions: Option<Versions>) -> String {
    match versions {
        Some(Versions { first, last }) => format!("Versions {{ first: {first}, last: {last} }}"),
        None => "Versions { first: 0, last: -1 }".to_owned(),
    }
}

fn find<'a>(message: &'a Message, field: &Field) -> Option<&'a Struct> {
    message.structs.iter().find(|each| each.name == field.type_name)
}

enum Size {
    Fixed(usize),
    String,
    Bytes,
}

fn size_of(field: &Field) -> Size {
    match field.type_name.as_str() {
        "bool" | "int8" => Size::Fixed(1),
        "int16" | "uint16" => Size::Fixed(2),
        "int32" | "uint32" | "broker_id" => Size::Fixed(4),
        "int64" | "float64" | "producer_id" => Size::Fixed(8),
        "uuid" => Size::Fixed(16),
        "bytes" | "records" => Size::Bytes,
        _ => Size::String,
    }
}

/// What a structure takes in memory, without what its fields point to: at most that of kafka-protocol, which adds a
/// map of unknown tagged fields.
fn memory_bytes(message: &Message, structure: &Struct) -> usize {
    const HANDLE_BYTES: usize = 32;
    const VEC_BYTES: usize = 24;
    const MAP_BYTES: usize = 24;
    let of_field = |field: &Field| match (field.is_array, find(message, field)) {
        (true, _) => VEC_BYTES,
        (false, Some(nested)) => memory_bytes(message, nested),
        (false, None) => match size_of(field) {
            Size::Fixed(bytes) => bytes,
            Size::String | Size::Bytes => HANDLE_BYTES,
        },
    };
    let fields: usize = structure.fields.iter().map(of_field).sum();
    (fields + MAP_BYTES).next_multiple_of(8)
}
