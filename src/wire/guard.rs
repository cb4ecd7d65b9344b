//! Walks the bytes of a body by its shape before anything is decoded.
//!
//! kafka-protocol trusts the lengths it reads: four bytes can make it reserve a hundred gigabytes. What passes here
//! has only lengths that its own bytes bear out, ends where the body ends, is null only where the version allows it,
//! and decodes to at most [`memory_bytes_max`] of memory.

use super::{ApiKey, Direction};
use crate::schema::SchemaError;
use crate::schema::codec::{NULL_STRUCTURE, NULL_TAGGED_STRUCTURE, Reader};

include!(concat!(env!("OUT_DIR"), "/wire_shapes.rs"));

/// A body, in all its versions.
struct Shape {
    flexible_from: i16,
    root: Structure,
}

struct Structure {
    /// What it takes in memory when decoded, without what its fields point to.
    memory_bytes: usize,
    fields: &'static [Field],
}

struct Field {
    kind: Kind,
    versions: Versions,
    nullable: Versions,
    tag: Option<u32>,
}

enum Kind {
    /// So many bytes.
    Fixed(usize),
    String,
    Bytes,
    Structure(&'static Structure),
    Array(&'static Kind),
}

/// Both ends included.
struct Versions {
    first: i16,
    last: i16,
}

impl Versions {
    fn contains(&self, version: i16) -> bool {
        (self.first..=self.last).contains(&version)
    }
}

/// A text or bytes: a slice of the body.
const HANDLE_MEMORY_BYTES: usize = 32;

/// A node of the map in which kafka-protocol keeps unknown tagged fields.
const UNKNOWN_TAG_MEMORY_BYTES: usize = 432;

/// The most memory that a body of so many bytes may take when decoded. Honest bodies stay below: the worst are lists
/// of the shortest possible topic names.
pub(super) const fn memory_bytes_max(body_bytes: usize) -> usize {
    const PER_BYTE: usize = 16;
    const FOR_SMALL_BODIES: usize = 64 << 10;
    const OF_ANY_BODY: usize = 256 << 20;
    let bytes = body_bytes.saturating_mul(PER_BYTE).saturating_add(FOR_SMALL_BODIES);
    if bytes < OF_ANY_BODY { bytes } else { OF_ANY_BODY }
}

/// Fails unless `body` is whole and sound; allocates nothing but the error.
pub(super) fn check(
    api: ApiKey,
    version: i16,
    direction: Direction,
    mut body: &[u8],
) -> Result<(), SchemaError> {
    let shape = shape(api, direction);
    let mut walk = Walk { version, memory_left: memory_bytes_max(body.len()) };
    walk.structure(&shape.root, &mut Reader::new(&mut body, version >= shape.flexible_from))?;
    match body.len() {
        0 => Ok(()),
        count => Err(SchemaError::TrailingBytes { count }),
    }
}

struct Walk {
    version: i16,
    memory_left: usize,
}

type Body<'a, 'b> = Reader<'a, &'b [u8]>;

impl Walk {
    fn structure(&mut self, structure: &Structure, body: &mut Body<'_, '_>) -> Result<(), SchemaError> {
        for field in structure.fields {
            if field.tag.is_none() && field.versions.contains(self.version) {
                self.field(field, NULL_STRUCTURE, body)?;
            }
        }
        body.tagged_fields(|body, tag| {
            let Some(field) = structure.fields.iter().find(|field| field.tag == Some(tag)) else {
                self.take_memory(UNKNOWN_TAG_MEMORY_BYTES)?;
                return Ok(false);
            };
            if !field.versions.contains(self.version) {
                return Err(SchemaError::TagNotInVersion { tag, version: self.version });
            }
            self.field(field, NULL_TAGGED_STRUCTURE, body)?;
            Ok(true)
        })
    }

    fn field(&mut self, field: &Field, null: i8, body: &mut Body<'_, '_>) -> Result<(), SchemaError> {
        let is_nullable = field.nullable.contains(self.version);
        let value = match field.kind {
            Kind::Structure(structure) if is_nullable => {
                body.nullable_structure(null, |body| self.structure(structure, body))?
            }
            ref kind => self.value(kind, body)?,
        };
        if value.is_none() && !is_nullable { Err(SchemaError::UnexpectedNull) } else { Ok(()) }
    }

    /// `None` for null.
    fn value(&mut self, kind: &Kind, body: &mut Body<'_, '_>) -> Result<Option<()>, SchemaError> {
        match kind {
            Kind::Fixed(bytes) => body.slice(*bytes).map(|_| Some(())),
            Kind::Structure(structure) => self.structure(structure, body).map(Some),
            Kind::String => Ok(body.nullable_str()?.map(|_| ())),
            Kind::Bytes => body.count()?.map(|length| body.slice(length).map(|_| ())).transpose(),
            Kind::Array(element) => {
                body.count()?.map(|count| self.elements(element, count, body)).transpose()
            }
        }
    }

    fn elements(&mut self, element: &Kind, count: usize, body: &mut Body<'_, '_>) -> Result<(), SchemaError> {
        let memory_bytes = match element {
            Kind::Fixed(bytes) => *bytes,
            Kind::Structure(structure) => structure.memory_bytes,
            Kind::String | Kind::Bytes | Kind::Array(_) => HANDLE_MEMORY_BYTES,
        };
        self.take_memory(count.saturating_mul(memory_bytes))?;
        if let Kind::Fixed(bytes) = element {
            return body.slice(count.saturating_mul(*bytes)).map(|_| ());
        }
        for _ in 0..count {
            self.value(element, body)?.ok_or(SchemaError::UnexpectedNull)?;
        }
        Ok(())
    }

    fn take_memory(&mut self, bytes: usize) -> Result<(), SchemaError> {
        self.memory_left = self.memory_left.checked_sub(bytes).ok_or(SchemaError::TooMuchMemory)?;
        Ok(())
    }
}
