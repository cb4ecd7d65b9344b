//! Bodies made up from the definitions: sound, and as small or as large as the test wants.

#[path = "../../build/notation.rs"]
#[allow(dead_code)]
mod notation;

use std::fs;

use kafkactl_core::schema::codec::write_uvarint;
use kafkactl_core::wire::{ApiKey, Direction};
use notation::{Field, Message, Struct, Versions};

/// What is in a made body beside its one long array.
#[derive(Clone, Copy)]
pub struct Recipe {
    /// Which array is the long one, counted in the order of the bytes; the others have one element.
    pub long_array: usize,
    pub elements: usize,
    /// How many tagged fields that nobody knows end every structure.
    pub unknown_tags: usize,
}

/// The definitions of all bodies.
pub struct Definitions(Vec<Message>);

impl Definitions {
    pub fn read() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/wire/definitions");
        let files =
            fs::read_dir(folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
        Self(files.flat_map(|text| notation::parse(&text).unwrap().messages).collect())
    }

    /// A sound body of texts without letters and nulls wherever they may be; `None` when there are not as many
    /// arrays as the recipe wants.
    pub fn make(&self, api: ApiKey, version: i16, direction: Direction, recipe: Recipe) -> Option<Vec<u8>> {
        let name = match direction {
            Direction::Request => format!("{api}Request"),
            Direction::Response => format!("{api}Response"),
        };
        let message = self.0.iter().find(|message| message.name == name).unwrap();
        let is_flexible = message.flexible_from.is_some_and(|from| version >= from);
        let mut maker = Maker { message, version, is_flexible, recipe, arrays: 0, body: Vec::new() };
        maker.structure(&message.structs[0]);
        (maker.arrays > recipe.long_array).then_some(maker.body)
    }
}

struct Maker<'a> {
    message: &'a Message,
    version: i16,
    is_flexible: bool,
    recipe: Recipe,
    arrays: usize,
    body: Vec<u8>,
}

impl Maker<'_> {
    fn structure(&mut self, structure: &Struct) {
        for field in structure.fields.iter().filter(|field| field.tag.is_none()) {
            if self.is_in(field.versions) {
                self.field(field);
            }
        }
        if self.is_flexible {
            let count = self.recipe.unknown_tags as u32;
            write_uvarint(&mut self.body, count);
            for tag in 0..count {
                write_uvarint(&mut self.body, 1000 + tag);
                write_uvarint(&mut self.body, 0);
            }
        }
    }

    fn field(&mut self, field: &Field) {
        let is_nullable = field.nullable.is_some_and(|versions| self.is_in(versions));
        if field.is_array {
            self.array(field);
        } else if is_nullable {
            let null = match field.type_name.as_str() {
                "string" | "topic_name" | "group_id" | "transactional_id" => self.absent(2),
                "bytes" | "records" => self.absent(4),
                _ => vec![0xff],
            };
            self.body.extend_from_slice(&null);
        } else {
            self.element(field);
        }
    }

    fn array(&mut self, field: &Field) {
        let is_long = self.arrays == self.recipe.long_array;
        self.arrays += 1;
        let count = if is_long { self.recipe.elements } else { 1 };
        match self.is_flexible {
            true => write_uvarint(&mut self.body, count as u32 + 1),
            false => self.body.extend_from_slice(&(count as u32).to_be_bytes()),
        }
        let first = self.body.len();
        self.element(field);
        // All elements are the same: arrays within are counted once.
        let element = self.body.split_off(first);
        self.body.extend(element.repeat(count));
    }

    fn element(&mut self, field: &Field) {
        let bytes = match field.type_name.as_str() {
            "bool" | "int8" => vec![0],
            "int16" | "uint16" => vec![0; 2],
            "int32" | "uint32" | "broker_id" => vec![0; 4],
            "int64" | "float64" | "producer_id" => vec![0; 8],
            "uuid" => vec![0; 16],
            "bytes" | "records" => self.empty(4),
            "string" | "topic_name" | "group_id" | "transactional_id" => self.empty(2),
            name => {
                let message = self.message;
                return self.structure(message.structs.iter().find(|each| each.name == name).unwrap());
            }
        };
        self.body.extend_from_slice(&bytes);
    }

    fn absent(&self, rigid_bytes: usize) -> Vec<u8> {
        if self.is_flexible { vec![0] } else { vec![0xff; rigid_bytes] }
    }

    fn empty(&self, rigid_bytes: usize) -> Vec<u8> {
        if self.is_flexible { vec![1] } else { vec![0; rigid_bytes] }
    }

    fn is_in(&self, versions: Versions) -> bool {
        (versions.first..=versions.last).contains(&self.version)
    }
}
