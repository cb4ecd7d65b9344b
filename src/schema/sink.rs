use uuid::Uuid;

use super::SchemaError;

type Result = std::result::Result<(), SchemaError>;

/// Where the fields of a message go: into bytes ([`Writer`](super::codec::Writer)) or into JSON. Fields come in the
/// order of the schema, with their names in Kafka's JSON; elements of arrays have none.
pub trait Sink: Sized {
    fn bool(&mut self, field: &'static str, value: bool) -> Result;
    fn int8(&mut self, field: &'static str, value: i8) -> Result;
    fn int16(&mut self, field: &'static str, value: i16) -> Result;
    fn uint16(&mut self, field: &'static str, value: u16) -> Result;
    fn int32(&mut self, field: &'static str, value: i32) -> Result;
    fn uint32(&mut self, field: &'static str, value: u32) -> Result;
    fn int64(&mut self, field: &'static str, value: i64) -> Result;
    fn float64(&mut self, field: &'static str, value: f64) -> Result;
    fn uuid(&mut self, field: &'static str, value: Uuid) -> Result;
    fn nullable_string(&mut self, field: &'static str, value: Option<&str>) -> Result;
    fn nullable_bytes(&mut self, field: &'static str, value: Option<&[u8]>) -> Result;

    fn nullable_array<T>(
        &mut self,
        field: &'static str,
        elements: Option<&[T]>,
        element: impl FnMut(&mut Self, &T) -> Result,
    ) -> Result;

    fn structure<T>(
        &mut self,
        field: &'static str,
        value: &T,
        fields: impl FnOnce(&mut Self, &T) -> Result,
    ) -> Result;

    /// See [`Reader::nullable_structure`](super::codec::Reader::nullable_structure).
    fn nullable_structure<T>(
        &mut self,
        field: &'static str,
        null: i8,
        value: Option<&T>,
        fields: impl FnOnce(&mut Self, &T) -> Result,
    ) -> Result;

    /// One tagged field of a structure. In bytes they go behind the others, ascending by tag; in JSON they stand where
    /// the schema has them.
    fn tagged(
        &mut self,
        tags: &mut TaggedFields,
        tag: u32,
        write: impl FnOnce(&mut Self) -> Result,
    ) -> Result;

    /// Ends a structure.
    fn tagged_fields(&mut self, tags: TaggedFields);

    fn string(&mut self, field: &'static str, value: &str) -> Result {
        self.nullable_string(field, Some(value))
    }

    fn bytes(&mut self, field: &'static str, value: &[u8]) -> Result {
        self.nullable_bytes(field, Some(value))
    }

    fn array<T>(
        &mut self,
        field: &'static str,
        elements: &[T],
        element: impl FnMut(&mut Self, &T) -> Result,
    ) -> Result {
        self.nullable_array(field, Some(elements), element)
    }
}

/// The tagged fields of a structure on their way into bytes: each is written apart, for its size goes before it.
#[derive(Debug, Default)]
pub struct TaggedFields(pub(super) Vec<(u32, Vec<u8>)>);
