//! Writes the Rust of messages: structures with Kafka's defaults, readers and writers of every version.

use std::fmt::Write;

use crate::notation::{Field, Message, Struct, Versions};

/// What the fields of a structure are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// Owned texts and bytes: what is kept.
    Stored,
    /// Slices of the frame and kafka-protocol's new types, with its builder methods: what is sent.
    Sent,
}

const IMPORTS: &str = "
    use std::ops::RangeInclusive;
    use bytes::{Buf, Bytes};
    use uuid::Uuid;
    use crate::schema::codec::{NULL_STRUCTURE, NULL_TAGGED_STRUCTURE, Reader};
    use crate::schema::{Message, SchemaError, Sink, TaggedFields};
";

const SENT_IMPORTS: &str = "
    use kafka_protocol::messages::{BrokerId, GroupId, ProducerId, TopicName, TransactionalId};
    use kafka_protocol::protocol::StrBytes;
";

/// The module of one message.
pub fn message(message: &Message, flavour: Flavour) -> String {
    let name = &message.name;
    let module = snake(name);
    let Versions { first, last } = message.versions;
    let flexible_from = message.flexible_from.map_or("None".to_owned(), |from| format!("Some({from})"));
    let imports = match flavour {
        Flavour::Stored => "",
        Flavour::Sent => SENT_IMPORTS,
    };
    let mut out = format!(
        "/// `{name}` and its structures, versions {first} to {last}.\n\
         #[allow(clippy::all)]\n\
         #[allow(unused_imports)]\n\
         pub mod {module} {{{IMPORTS}{imports}"
    );
    for structure in &message.structs {
        out += &Emitter { message, structure, flavour }.structure();
    }
    let body = format!(
        "
    impl Message for {name} {{
        const NAME: &'static str = \"{name}\";
        const VERSIONS: RangeInclusive<i16> = {first}..={last};
        const FLEXIBLE_FROM: Option<i16> = {flexible_from};

        fn read<B: Buf>(reader: &mut Reader<'_, B>, version: i16) -> Result<Self, SchemaError> {{
            Self::read_fields(reader, version)
        }}

        fn write<S: Sink>(&self, sink: &mut S, version: i16) -> Result<(), SchemaError> {{
            self.write_fields(sink, version)
        }}
    }}
}}
pub use {module}::{name};
"
    );
    out + &body
}

/// `OffsetCommitKey` as `offset_commit_key`.
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// `topic_id` as `topicId`, the name in Kafka's JSON.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or("").to_owned();
    words.fold(first, |out, word| out + &word[..1].to_ascii_uppercase() + &word[1..])
}

struct Emitter<'a> {
    message: &'a Message,
    structure: &'a Struct,
    flavour: Flavour,
}

impl Emitter<'_> {
    fn structure(&self) -> String {
        let name = &self.structure.name;
        let fields = &self.structure.fields;
        let mut out = format!("\n    #[derive(Debug, Clone, PartialEq)]\n    pub struct {name} {{\n");
        for field in fields {
            if let Some(doc) = versions_doc(field.versions, self.message.versions) {
                let _ = writeln!(out, "        /// {doc}");
            }
            let _ = writeln!(out, "        pub {}: {},", identifier(field), self.rust_type(field));
        }
        let defaults: String =
            fields.iter().map(|field| format!("{}: {}, ", identifier(field), self.default(field))).collect();
        let _ = write!(
            out,
            "    }}\n
    impl Default for {name} {{
        fn default() -> Self {{
            Self {{ {defaults}}}
        }}
    }}\n
    impl {name} {{\n"
        );
        if self.flavour == Flavour::Sent {
            fields.iter().for_each(|field| out += &self.builder(field));
        }
        out + &self.reader() + &self.writer() + "    }\n"
    }

    fn builder(&self, field: &Field) -> String {
        let (name, of_type) = (&field.name, self.rust_type(field));
        format!(
            "        pub fn with_{name}(mut self, value: {of_type}) -> Self {{
            self.{} = value;
            self
        }}\n\n",
            identifier(field)
        )
    }

    fn reader(&self) -> String {
        let mut out = "        #[allow(unused_mut, unused_variables)]
        pub(super) fn read_fields<B: Buf>(
            reader: &mut Reader<'_, B>,
            version: i16,
        ) -> Result<Self, SchemaError> {
            let mut out = Self::default();\n"
            .to_owned();
        for field in self.structure.fields.iter().filter(|field| field.tag.is_none()) {
            let assign = format!("out.{} = {};", identifier(field), self.read_value(field));
            let _ = match self.condition(field.versions) {
                Some(condition) => writeln!(out, "            if {condition} {{ {assign} }}"),
                None => writeln!(out, "            {assign}"),
            };
        }
        out + &self.read_tagged_fields() + "            Ok(out)\n        }\n\n"
    }

    fn read_tagged_fields(&self) -> String {
        if self.message.flexible_from.is_none() {
            return String::new();
        }
        let arms: String = self
            .tagged()
            .map(|(tag, field)| {
                let guard = self
                    .condition(field.versions)
                    .map_or(String::new(), |condition| format!(" if {condition}"));
                let value = self.read_value(field);
                format!("                    {tag}{guard} => out.{} = {value},\n", identifier(field))
            })
            .collect();
        if arms.is_empty() {
            return "            reader.tagged_fields(|_, _| Ok(false))?;\n".to_owned();
        }
        format!(
            "            reader.tagged_fields(|reader, tag| {{
                match tag {{
{arms}                    _ => return Ok(false),
                }}
                Ok(true)
            }})?;\n"
        )
    }

    fn writer(&self) -> String {
        let mut out = "        #[allow(unused_mut, unused_variables)]
        pub(super) fn write_fields<S: Sink>(&self, sink: &mut S, version: i16) -> Result<(), SchemaError> {\n"
            .to_owned();
        let has_tags = self.message.flexible_from.is_some();
        if has_tags {
            out += "            let mut tags = TaggedFields::default();\n";
        }
        for field in &self.structure.fields {
            let write = self.write_value(field);
            let write = match field.tag {
                None => write + ";",
                Some(tag) => format!(
                    "if {} {{ sink.tagged(&mut tags, {tag}, |sink| {{ {write}; Ok(()) }})?; }}",
                    self.is_set(field)
                ),
            };
            out += &self.in_versions(field, &write);
        }
        if has_tags {
            out += "            sink.tagged_fields(tags);\n";
        }
        out + "            Ok(())\n        }\n"
    }

    /// Runs `write` in the field's versions; in others a value that would be lost is an error.
    fn in_versions(&self, field: &Field, write: &str) -> String {
        let Some(condition) = self.condition(field.versions) else {
            return format!("            {write}\n");
        };
        let otherwise = if field.is_ignorable {
            String::new()
        } else {
            format!(
                " else if {} {{ return Err(SchemaError::FieldNotInVersion {{ field: \"{}\", version }}); }}",
                self.is_set(field),
                field.name
            )
        };
        format!("            if {condition} {{ {write} }}{otherwise}\n")
    }

    fn tagged(&self) -> impl Iterator<Item = (u32, &Field)> {
        let mut tagged: Vec<_> =
            self.structure.fields.iter().filter_map(|field| Some((field.tag?, field))).collect();
        tagged.sort_by_key(|(tag, _)| *tag);
        tagged.into_iter()
    }

    fn read_value(&self, field: &Field) -> String {
        let call = |nullable: bool| {
            let prefix = if nullable { "nullable_" } else { "" };
            let element = self.read_element(field);
            if field.is_array {
                format!("reader.{prefix}array(|reader| {element})?")
            } else if self.primitive(field).is_none() && nullable {
                format!("reader.nullable_structure({}, |reader| {element})?", null_flag(field))
            } else if nullable {
                format!("reader.nullable_{}?", element.trim_start_matches("reader."))
            } else {
                format!("{element}?")
            }
        };
        match field.nullable {
            None => call(false),
            Some(versions) => match self.condition_within(versions, field.versions) {
                None => call(true),
                Some(condition) => {
                    format!("if {condition} {{ {} }} else {{ Some({}) }}", call(true), call(false))
                }
            },
        }
    }

    fn read_element(&self, field: &Field) -> String {
        match self.primitive(field) {
            None => format!("{}::read_fields(reader, version)", field.type_name),
            Some(primitive) if self.is_new_number(primitive) => {
                format!("reader.{}().map(Into::into)", primitive.method)
            }
            Some(primitive) => format!("reader.{}()", primitive.method),
        }
    }

    fn write_value(&self, field: &Field) -> String {
        let value = format!("self.{}", identifier(field));
        let Some(versions) = field.nullable else {
            return self.write_call(field, &value, false) + "?";
        };
        let write = self.write_call(field, &value, true) + "?";
        match self.condition_within(versions, field.versions) {
            None => write,
            Some(condition) => format!(
                "if {value}.is_none() && !({condition}) {{ return Err(SchemaError::UnexpectedNull); }} {write}"
            ),
        }
    }

    fn write_call(&self, field: &Field, value: &str, nullable: bool) -> String {
        let json = camel(&field.name);
        let prefix = if nullable { "nullable_" } else { "" };
        if field.is_array {
            let elements = if nullable { format!("{value}.as_deref()") } else { format!("&{value}") };
            let element = self.write_element(field);
            return format!("sink.{prefix}array(\"{json}\", {elements}, |sink, value| {element})");
        }
        let Some(primitive) = self.primitive(field) else {
            let value = if nullable {
                format!("{}, {value}.as_ref()", null_flag(field))
            } else {
                format!("&{value}")
            };
            return format!(
                "sink.{prefix}structure(\"{json}\", {value}, |sink, value| value.write_fields(sink, version))"
            );
        };
        let method = primitive.method;
        let value = match (method, nullable) {
            ("string", true) => format!("{value}.as_ref().map(|text| text.as_str())"),
            ("string", false) => format!("{value}.as_str()"),
            ("bytes", true) => format!("{value}.as_deref()"),
            ("bytes", false) => format!("&{value}"),
            _ if self.is_new_number(primitive) => format!("{value}.0"),
            _ => value.to_owned(),
        };
        format!("sink.{prefix}{method}(\"{json}\", {value})")
    }

    fn write_element(&self, field: &Field) -> String {
        match self.primitive(field) {
            None => "sink.structure(\"\", value, |sink, value| value.write_fields(sink, version))".to_owned(),
            Some(primitive) => {
                let value = match primitive.method {
                    "string" => "value.as_str()",
                    "bytes" => "value",
                    _ if self.is_new_number(primitive) => "value.0",
                    _ => "*value",
                };
                format!("sink.{}(\"\", {value})", primitive.method)
            }
        }
    }

    fn rust_type(&self, field: &Field) -> String {
        let element = match self.primitive(field) {
            None => field.type_name.as_str(),
            Some(primitive) => match self.flavour {
                Flavour::Stored => primitive.stored,
                Flavour::Sent => primitive.sent,
            },
        };
        let whole = if field.is_array { format!("Vec<{element}>") } else { element.to_owned() };
        if field.nullable.is_some() { format!("Option<{whole}>") } else { whole }
    }

    fn default(&self, field: &Field) -> String {
        match field.default.as_deref() {
            Some("null") => "None".to_owned(),
            Some(value) if self.primitive(field).is_some_and(|primitive| self.is_new_number(primitive)) => {
                format!("({value}).into()")
            }
            Some(value) => value.to_owned(),
            None if field.nullable.is_some() => "Some(Default::default())".to_owned(),
            None => "Default::default()".to_owned(),
        }
    }

    /// Whether a field differs from its default.
    fn is_set(&self, field: &Field) -> String {
        let value = format!("self.{}", identifier(field));
        let primitive = self.primitive(field);
        let method = primitive.map_or("", |primitive| primitive.method);
        match field.default.as_deref() {
            Some("null") => format!("{value}.is_some()"),
            Some("true") => format!("!{value}"),
            None if field.is_array || matches!(method, "string" | "bytes") => match field.nullable {
                Some(_) => format!("{value}.as_ref().is_none_or(|value| !value.is_empty())"),
                None => format!("!{value}.is_empty()"),
            },
            None if method == "bool" => value,
            None if method == "uuid" => format!("!{value}.is_nil()"),
            None if method == "float64" => format!("{value} != 0.0"),
            None if primitive.is_none() => format!("{value} != {}", self.default(field)),
            default => {
                let number = if primitive.is_some_and(|it| self.is_new_number(it)) { ".0" } else { "" };
                format!("{value}{number} != {}", default.unwrap_or("0"))
            }
        }
    }

    fn condition(&self, versions: Versions) -> Option<String> {
        self.condition_within(versions, self.message.versions)
    }

    /// The test for `versions` where the version is known to be in `outer`; `None` when it always holds.
    fn condition_within(&self, versions: Versions, outer: Versions) -> Option<String> {
        let first = outer.first.max(self.message.versions.first);
        let last = outer.last.min(self.message.versions.last);
        match (versions.first > first, versions.last < last) {
            (false, false) => None,
            (true, false) => Some(format!("version >= {}", versions.first)),
            (false, true) => Some(format!("version <= {}", versions.last)),
            (true, true) => Some(format!("({}..={}).contains(&version)", versions.first, versions.last)),
        }
    }

    fn primitive(&self, field: &Field) -> Option<&'static Primitive> {
        if field.type_name.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            return None;
        }
        let primitive = PRIMITIVES.iter().find(|primitive| primitive.notation == field.type_name);
        Some(primitive.unwrap_or_else(|| panic!("{}: no type {}", self.message.name, field.type_name)))
    }

    fn is_new_number(&self, primitive: &Primitive) -> bool {
        self.flavour == Flavour::Sent && matches!(primitive.notation, "broker_id" | "producer_id")
    }
}

/// A type of the notation: the method that reads and writes it, and what it is in Rust.
struct Primitive {
    notation: &'static str,
    method: &'static str,
    stored: &'static str,
    sent: &'static str,
}

const PRIMITIVES: &[Primitive] = &[
    Primitive { notation: "bool", method: "bool", stored: "bool", sent: "bool" },
    Primitive { notation: "int8", method: "int8", stored: "i8", sent: "i8" },
    Primitive { notation: "int16", method: "int16", stored: "i16", sent: "i16" },
    Primitive { notation: "uint16", method: "uint16", stored: "u16", sent: "u16" },
    Primitive { notation: "int32", method: "int32", stored: "i32", sent: "i32" },
    Primitive { notation: "uint32", method: "uint32", stored: "u32", sent: "u32" },
    Primitive { notation: "int64", method: "int64", stored: "i64", sent: "i64" },
    Primitive { notation: "float64", method: "float64", stored: "f64", sent: "f64" },
    Primitive { notation: "uuid", method: "uuid", stored: "Uuid", sent: "Uuid" },
    Primitive { notation: "string", method: "string", stored: "String", sent: "StrBytes" },
    Primitive { notation: "bytes", method: "bytes", stored: "Vec<u8>", sent: "Bytes" },
    Primitive { notation: "records", method: "bytes", stored: "Vec<u8>", sent: "Bytes" },
    Primitive { notation: "topic_name", method: "string", stored: "String", sent: "TopicName" },
    Primitive { notation: "group_id", method: "string", stored: "String", sent: "GroupId" },
    Primitive { notation: "transactional_id", method: "string", stored: "String", sent: "TransactionalId" },
    Primitive { notation: "broker_id", method: "int32", stored: "i32", sent: "BrokerId" },
    Primitive { notation: "producer_id", method: "int64", stored: "i64", sent: "ProducerId" },
];

fn null_flag(field: &Field) -> &'static str {
    if field.tag.is_some() { "NULL_TAGGED_STRUCTURE" } else { "NULL_STRUCTURE" }
}

fn identifier(field: &Field) -> String {
    if field.name == "type" { "r#type".to_owned() } else { field.name.clone() }
}

fn versions_doc(versions: Versions, all: Versions) -> Option<String> {
    match versions {
        versions if versions.covers(all) => None,
        Versions { first, last } if first == last => Some(format!("Version {first} only.")),
        Versions { first, last } if last >= all.last => Some(format!("Version {first} and later.")),
        Versions { first, last } => Some(format!("Versions {first} to {last}.")),
    }
}
