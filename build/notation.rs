//! Reads message definitions.
//!
//! ```text
//! # a comment
//! set MetadataRecord framed              how the messages of this file are told apart; see `Framing`
//!
//! PartitionRecord 3: versions 0-2, flexible 0+
//!   partition_id: int32 = -1             a default other than zero, empty or false
//!   topic_id: uuid                       in every version of what it is part of
//!   replicas: [int32]                    an array
//!   eligible_leader_replicas: ?[int32] 2+ tag 1 = null
//!   endpoints: [Endpoint]                the fields of a structure stand below its first use
//!     name: string
//!   group_instance_id: string 5+ null 7+ ignorable
//! ```
//! `?` says that null is allowed wherever the field exists, `null 7+` that it is in these versions. A field that is
//! set but not in the version written is an error unless it is `ignorable`. Messages without `flexible` are rigid
//! in all versions. Of the messages that are sent, those marked `own` become structures; the others are
//! kafka-protocol's, and only their shape is used.

/// One file of definitions.
pub struct Definitions {
    pub set: Option<Set>,
    pub messages: Vec<Message>,
}

/// The messages of a file as one enum.
pub struct Set {
    pub name: String,
    pub framing: Framing,
}

/// What stands before a message of a set.
pub enum Framing {
    /// A value with frame version 1, type and version as varints.
    Framed,
    /// A key with its type, and a value with its version, as int16.
    Keyed,
}

pub struct Message {
    pub name: String,
    pub number: Option<i16>,
    pub versions: Versions,
    pub flexible_from: Option<i16>,
    pub is_own: bool,
    /// The top-level structure first, then the others in order of their first use.
    pub structs: Vec<Struct>,
}

pub struct Struct {
    pub name: String,
    pub fields: Vec<Field>,
}

pub struct Field {
    pub name: String,
    pub type_name: String,
    pub is_array: bool,
    pub versions: Versions,
    pub nullable: Option<Versions>,
    pub tag: Option<u32>,
    pub default: Option<String>,
    pub is_ignorable: bool,
}

/// A range of versions, both ends included; the last is `i16::MAX` where it is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    pub first: i16,
    pub last: i16,
}

impl Versions {
    pub const ALL: Versions = Versions { first: 0, last: i16::MAX };

    fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<i16>().ok();
        if let Some(first) = text.strip_suffix('+') {
            return Some(Self { first: number(first)?, last: i16::MAX });
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Some(Self { first: number(first)?, last: number(last)? })
    }

    pub fn covers(self, other: Versions) -> bool {
        self.first <= other.first && self.last >= other.last
    }
}

/// Reads a file of definitions; an error names the line.
pub fn parse(text: &str) -> Result<Definitions, String> {
    let mut definitions = Definitions { set: None, messages: Vec::new() };
    // The structures that the lines of each depth belong to, as indexes into the message's.
    let mut open: Vec<usize> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let content = line.split('#').next().unwrap_or("").trim_end();
        let wrong = |what: &str| format!("line {}: {what}: {line}", index + 1);
        let depth = (content.len() - content.trim_start().len()) / 2;
        if content.is_empty() {
            continue;
        } else if let Some(set) = content.strip_prefix("set ") {
            definitions.set = Some(parse_set(set).ok_or_else(|| wrong("not a set"))?);
        } else if depth == 0 {
            let message = parse_message(content).ok_or_else(|| wrong("not a message"))?;
            definitions.messages.push(message);
            open = vec![0];
        } else {
            let message = definitions.messages.last_mut().ok_or_else(|| wrong("field outside a message"))?;
            let field = parse_field(content.trim_start()).ok_or_else(|| wrong("not a field"))?;
            if depth > open.len() {
                let parent = open.last().and_then(|&parent| message.structs[parent].fields.last());
                let name = parent.ok_or_else(|| wrong("field of nothing"))?.type_name.clone();
                message.structs.push(Struct { name, fields: Vec::new() });
                open.push(message.structs.len() - 1);
            }
            open.truncate(depth);
            message.structs[open[depth - 1]].fields.push(field);
        }
    }
    Ok(definitions)
}

fn parse_set(text: &str) -> Option<Set> {
    let (name, framing) = text.split_once(' ')?;
    let framing = match framing {
        "framed" => Framing::Framed,
        "keyed" => Framing::Keyed,
        _ => return None,
    };
    Some(Set { name: name.to_owned(), framing })
}

fn parse_message(text: &str) -> Option<Message> {
    let (head, clauses) = text.split_once(": ")?;
    let (name, number) = match head.split_once(' ') {
        Some((name, number)) => (name, Some(number.parse().ok()?)),
        None => (head, None),
    };
    let mut versions = None;
    let mut flexible_from = None;
    let mut is_own = false;
    for clause in clauses.split(", ") {
        match clause.split_once(' ') {
            Some(("version" | "versions", range)) => versions = Some(Versions::parse(range)?),
            Some(("flexible", range)) => flexible_from = Some(Versions::parse(range)?.first),
            None if clause == "own" => is_own = true,
            _ => return None,
        }
    }
    let structs = vec![Struct { name: name.to_owned(), fields: Vec::new() }];
    Some(Message { name: name.to_owned(), number, versions: versions?, flexible_from, is_own, structs })
}

fn parse_field(text: &str) -> Option<Field> {
    let (name, rest) = text.split_once(": ")?;
    let mut words = rest.split(' ').peekable();
    let type_text = words.next()?;
    let (type_text, is_nullable) = match type_text.strip_prefix('?') {
        Some(inner) => (inner, true),
        None => (type_text, false),
    };
    let element = type_text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    let mut field = Field {
        name: name.to_owned(),
        type_name: element.unwrap_or(type_text).to_owned(),
        is_array: element.is_some(),
        versions: Versions::ALL,
        nullable: None,
        tag: None,
        default: None,
        is_ignorable: false,
    };
    if let Some(versions) = words.peek().and_then(|word| Versions::parse(word)) {
        field.versions = versions;
        words.next();
    }
    field.nullable = is_nullable.then_some(field.versions);
    while let Some(word) = words.next() {
        match word {
            "tag" => field.tag = Some(words.next()?.parse().ok()?),
            "null" => field.nullable = Some(Versions::parse(words.next()?)?),
            "=" => field.default = Some(words.next()?.to_owned()),
            "ignorable" => field.is_ignorable = true,
            _ => return None,
        }
    }
    Some(field)
}
