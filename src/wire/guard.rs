//! Walks the bytes of a body by its shape before anything is decoded.
//!
//! kafka-protocol trusts the lengths it reads: four bytes can make it reserve a hundred gigabytes. What passes here
//! has only lengths that its own bytes bear out, is null only where the version allows it, and decodes to at most
//! [`memory_bytes_max`] of memory.

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
/// of the shortest possible names with little else, such as the members that leave a group.
pub(super) const fn memory_bytes_max(body_bytes: usize) -> usize {
    const PER_BYTE: usize = 32;
    const FOR_SMALL_BODIES: usize = 64 << 10;
    const OF_ANY_BODY: usize = 256 << 20;
    let bytes = body_bytes.saturating_mul(PER_BYTE).saturating_add(FOR_SMALL_BODIES);
    if bytes < OF_ANY_BODY { bytes } else { OF_ANY_BODY }
}

/// Fails unless `body` begins with a whole and sound message; allocates nothing but the error.
///
/// What follows the message is nobody's business: librdkafka sends such bytes, and Kafka reads past none of them.
pub(super) fn check(
    api: ApiKey,
    version: i16,
    direction: Direction,
    mut body: &[u8],
) -> Result<(), SchemaError> {
    let shape = shape(api, direction);
    let mut walk = Walk { version, memory_left: memory_bytes_max(body.len()) };
    walk.structure(&shape.root, &mut Reader::new(&mut body, version >= shape.flexible_from))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::messages::leave_group_request::MemberIdentity;
    use crate::wire::messages::offset_fetch_request::OffsetFetchRequestGroup;
    use crate::wire::messages::{LeaveGroupRequest, OffsetFetchRequest};
    use crate::wire::{StrBytes, encode};
    use bytes::BytesMut;

    fn check_metadata(version: i16, body: &[u8]) -> Result<(), SchemaError> {
        check(ApiKey::Metadata, version, Direction::Request, body)
    }

    #[test]
    fn null_depends_on_the_version() {
        // No list of topics at all is null from version 1 on; an empty one was "all topics" before.
        assert_eq!(check_metadata(0, b"\xff\xff\xff\xff"), Err(SchemaError::UnexpectedNull));
        assert_eq!(check_metadata(1, b"\xff\xff\xff\xff"), Ok(()));
        // A topic without a name needs an id, which version 10 brought.
        let nameless = [&b"\0\0\0\x01\xff\xff"[..], b"\x02\0\0\0\0"];
        assert_eq!(check_metadata(1, nameless[0]), Err(SchemaError::UnexpectedNull));
        assert_eq!(check_metadata(9, nameless[1]), Err(SchemaError::UnexpectedNull));
    }

    #[test]
    fn tagged_fields_belong_to_their_versions() {
        // The replica's state is tag 1 of a fetch from version 15 on.
        let fetch = |version, head: &[u8]| {
            let body = [head, b"\x01\x01\x0d\0\0\0\x01\0\0\0\0\0\0\0\x02\0"].concat();
            check(ApiKey::Fetch, version, Direction::Request, &body)
        };
        let head_of_15 = b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x01\x01";
        assert_eq!(fetch(15, head_of_15), Ok(()));
        let head_of_14 = [&[0; 4][..], head_of_15].concat();
        assert_eq!(fetch(14, &head_of_14), Err(SchemaError::TagNotInVersion { tag: 1, version: 14 }));
    }

    /// A list of topics names each once; no list of distinct names is dense enough to be taken for an attack.
    #[test]
    fn honest_lists_of_short_names_pass() {
        const ALPHABET: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
        let mut body = (64 * 64 + 64 * 64 * 64i32).to_be_bytes().to_vec();
        for &first in ALPHABET {
            for &second in ALPHABET {
                body.extend_from_slice(&[0, 2, first, second]);
                ALPHABET.iter().for_each(|&third| body.extend_from_slice(&[0, 3, first, second, third]));
            }
        }
        assert_eq!(check_metadata(0, &body), Ok(()));
    }

    /// Groups and members of short names that say nothing else, in the versions that take the fewest bytes for it.
    #[test]
    fn honest_lists_of_groups_and_members_pass() {
        const COUNT: usize = 20_000;
        let group = OffsetFetchRequestGroup {
            group_id: StrBytes::from_static_str("ab").into(),
            topics: None,
            ..OffsetFetchRequestGroup::default()
        };
        let groups = OffsetFetchRequest { groups: vec![group; COUNT], ..OffsetFetchRequest::default() };
        let mut body = BytesMut::new();
        encode(&groups, 8, &mut body).unwrap();
        assert_eq!(check(ApiKey::OffsetFetch, 8, Direction::Request, &body), Ok(()));
        let member = MemberIdentity::default().with_member_id(StrBytes::from_static_str("a"));
        let members = LeaveGroupRequest::default().with_members(vec![member; COUNT]);
        body.clear();
        encode(&members, 4, &mut body).unwrap();
        assert_eq!(check(ApiKey::LeaveGroup, 4, Direction::Request, &body), Ok(()));
    }

    #[test]
    fn endless_lists_of_nothing_are_refused() {
        let body = [&100_000i32.to_be_bytes()[..], &[0; 200_000]].concat();
        assert_eq!(check_metadata(0, &body), Err(SchemaError::TooMuchMemory));
    }
}
