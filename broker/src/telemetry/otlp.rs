//! What stands in a push: OTLP `MetricsData` (opentelemetry-proto, `metrics.proto`), read as far as Kafka's clients write
//! it: sums and gauges of numbers. Other kinds, and what is too long to be a name, are passed over.

/// Names of metrics and of attributes are not longer, in bytes.
const NAME_BYTES_MAX: usize = 128;
/// Texts of attributes are not longer, in bytes.
const TEXT_BYTES_MAX: usize = 256;
/// Attributes of one figure.
const ATTRIBUTES_MAX: usize = 8;

/// One number that a client tells of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure<'a> {
    /// `org.apache.kafka.producer.record.send.total`.
    pub name: &'a str,
    /// Whether it counts from the client's start and never falls.
    pub is_total: bool,
    pub value: f64,
    pub attributes: Vec<(&'a str, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not OTLP metrics")]
pub struct NotOtlp;

/// Calls `take` with every figure of `bytes`, in their order, as long as it returns true.
pub fn each_figure<'a>(bytes: &'a [u8], take: &mut dyn FnMut(Figure<'a>) -> bool) -> Result<(), NotOtlp> {
    // MetricsData.resource_metrics, ResourceMetrics.scope_metrics, ScopeMetrics.metrics.
    for resource in messages(bytes, 1) {
        for scope in messages(resource?, 2) {
            for metric in messages(scope?, 2) {
                if !each_point(metric?, take)? {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// False when no more figures are wanted.
fn each_point<'a>(metric: &'a [u8], take: &mut dyn FnMut(Figure<'a>) -> bool) -> Result<bool, NotOtlp> {
    const NAME: u64 = 1;
    const GAUGE: u64 = 5;
    const SUM: u64 = 7;
    const CUMULATIVE: u64 = 2;
    let (mut name, mut data, mut is_total) = (None, None, false);
    for field in Fields(metric) {
        match field? {
            (NAME, Field::Bytes(bytes)) => name = text(bytes, NAME_BYTES_MAX),
            (GAUGE, Field::Bytes(gauge)) => data = Some(gauge),
            (SUM, Field::Bytes(sum)) => {
                let (mut temporality, mut is_monotonic) = (0, 0);
                for field in Fields(sum) {
                    match field? {
                        (2, Field::Varint(number)) => temporality = number,
                        (3, Field::Varint(number)) => is_monotonic = number,
                        _ => {}
                    }
                }
                is_total = temporality == CUMULATIVE && is_monotonic != 0;
                data = Some(sum);
            }
            _ => {}
        }
    }
    let (Some(name), Some(data)) = (name.filter(|name| !name.is_empty()), data) else { return Ok(true) };
    // Gauge.data_points and Sum.data_points.
    for point in messages(data, 1) {
        let Some((value, attributes)) = number(point?)? else { continue };
        let is_total = is_total && value >= 0.0;
        if !take(Figure { name, is_total, value, attributes }) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Value and attributes of a `NumberDataPoint`; `None` for one without a finite value or with more than is taken.
fn number(point: &[u8]) -> Result<Option<(f64, Vec<(&str, String)>)>, NotOtlp> {
    const AS_DOUBLE: u64 = 4;
    const AS_INT: u64 = 6;
    const ATTRIBUTES: u64 = 7;
    let (mut value, mut attributes, mut fits) = (None, Vec::new(), true);
    for field in Fields(point) {
        match field? {
            (AS_DOUBLE, Field::Fixed64(bits)) => value = Some(f64::from_bits(bits)),
            (AS_INT, Field::Fixed64(bits)) => value = Some(bits.cast_signed() as f64),
            (ATTRIBUTES, Field::Bytes(bytes)) if attributes.len() < ATTRIBUTES_MAX => match attribute(bytes)?
            {
                Some(attribute) => attributes.push(attribute),
                None => fits = false,
            },
            (ATTRIBUTES, _) => fits = false,
            _ => {}
        }
    }
    Ok(value.filter(|value| value.is_finite() && fits).map(|value| (value, attributes)))
}

/// A `KeyValue` with a plain value.
fn attribute(bytes: &[u8]) -> Result<Option<(&str, String)>, NotOtlp> {
    let (mut key, mut value) = (None, None);
    for field in Fields(bytes) {
        match field? {
            (1, Field::Bytes(bytes)) => key = text(bytes, NAME_BYTES_MAX),
            (2, Field::Bytes(bytes)) => value = Some(bytes),
            _ => {}
        }
    }
    let Some(value) = value else { return Ok(None) };
    let mut told = None;
    for field in Fields(value) {
        told = match field? {
            (1, Field::Bytes(bytes)) => text(bytes, TEXT_BYTES_MAX).map(str::to_owned),
            (2, Field::Varint(number)) => Some((number != 0).to_string()),
            (3, Field::Varint(number)) => Some(number.cast_signed().to_string()),
            (4, Field::Fixed64(bits)) => Some(f64::from_bits(bits).to_string()),
            _ => None,
        };
    }
    Ok(key.zip(told))
}

fn text(bytes: &[u8], bytes_max: usize) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| text.len() <= bytes_max)
}

/// The messages under a number.
fn messages(bytes: &[u8], number: u64) -> impl Iterator<Item = Result<&[u8], NotOtlp>> {
    Fields(bytes).filter_map(move |field| match field {
        Ok((found, Field::Bytes(bytes))) if found == number => Some(Ok(bytes)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// A value of Protocol Buffers on the wire.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Field<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32,
}

/// The fields of a message, by number; ends after the first that makes no sense.
#[derive(Debug, Clone)]
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<(u64, Field<'a>)> {
        let tag = self.varint()?;
        let field = match tag & 7 {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed64(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            2 => {
                let length = self.varint()?;
                Field::Bytes(self.take(usize::try_from(length).ok()?)?)
            }
            5 => self.take(4).map(|_| Field::Fixed32)?,
            _ => return None,
        };
        Some((tag >> 3, field))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Field<'a>), NotOtlp>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or(NotOtlp))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    /// A field that holds bytes.
    fn bytes_field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut length = Vec::new();
        let mut left = bytes.len();
        while left >= 0x80 {
            length.push(left as u8 | 0x80);
            left >>= 7;
        }
        length.push(left as u8);
        [&[number << 3 | 2][..], &length, bytes].concat()
    }

    fn fixed64_field(number: u8, bits: u64) -> Vec<u8> {
        [&[number << 3 | 1][..], &bits.to_le_bytes()].concat()
    }

    fn varint_field(number: u8, value: u8) -> Vec<u8> {
        vec![number << 3, value]
    }

    fn attribute(key: &str, value: Vec<u8>) -> Vec<u8> {
        bytes_field(7, &[bytes_field(1, key.as_bytes()), bytes_field(2, &value)].concat())
    }

    fn point(value: Vec<u8>, attributes: &[Vec<u8>]) -> Vec<u8> {
        let time = fixed64_field(3, 1_768_471_200_000_000_000);
        bytes_field(1, &[attributes.concat(), time, value].concat())
    }

    fn metric(name: &str, data: Vec<u8>) -> Vec<u8> {
        bytes_field(2, &[bytes_field(1, name.as_bytes()), bytes_field(3, b"1"), data].concat())
    }

    /// What a client pushes that tells these metrics.
    fn data(metrics: &[Vec<u8>]) -> Vec<u8> {
        let scope = bytes_field(2, &[bytes_field(1, &bytes_field(1, b"scope")), metrics.concat()].concat());
        bytes_field(1, &[bytes_field(1, b""), scope].concat())
    }

    /// A push of one gauge.
    pub(crate) fn gauge(name: &str, value: f64) -> Vec<u8> {
        data(&[metric(name, bytes_field(5, &point(fixed64_field(4, value.to_bits()), &[])))])
    }

    /// A push of one total and one gauge.
    pub(crate) fn push(total: u64, gauge: f64) -> Vec<u8> {
        let topic = attribute("topic", bytes_field(1, b"orders"));
        let count = point(fixed64_field(6, total), &[topic]);
        let sum = bytes_field(7, &[count, varint_field(2, 2), varint_field(3, 1)].concat());
        let node = attribute("node.id", varint_field(3, 1));
        let average = bytes_field(5, &point(fixed64_field(4, gauge.to_bits()), &[node]));
        data(&[metric("client.records", sum), metric("client.latency", average)])
    }

    fn figures(bytes: &[u8]) -> Result<Vec<Figure<'_>>, NotOtlp> {
        let mut figures = Vec::new();
        each_figure(bytes, &mut |figure| {
            figures.push(figure);
            true
        })?;
        Ok(figures)
    }

    #[test]
    fn sums_and_gauges_are_read() {
        let pushed = push(300, 1.5);
        let expected = [
            ("client.records", true, 300.0, "topic", "orders"),
            ("client.latency", false, 1.5, "node.id", "1"),
        ];
        let expected = expected.map(|(name, is_total, value, key, text)| Figure {
            name,
            is_total,
            value,
            attributes: vec![(key, text.to_owned())],
        });
        assert_eq!(figures(&pushed).unwrap(), expected);
        let mut first = None;
        each_figure(&pushed, &mut |figure| {
            assert_eq!(first.replace(figure.name), None, "no more is wanted");
            false
        })
        .unwrap();
        assert_eq!(first, Some("client.records"));
    }

    #[test]
    fn a_difference_is_no_total() {
        let count = |temporality, is_monotonic| {
            let value = point(fixed64_field(6, 7), &[]);
            let sum = [value, varint_field(2, temporality), varint_field(3, is_monotonic)].concat();
            let pushed = data(&[metric("m", bytes_field(7, &sum))]);
            figures(&pushed).unwrap()[0].is_total
        };
        assert_eq!([count(2, 1), count(1, 1), count(2, 0)], [true, false, false]);
        let falls = fixed64_field(6, (-7_i64).cast_unsigned());
        let sum = [point(falls, &[]), varint_field(2, 2), varint_field(3, 1)].concat();
        let pushed = data(&[metric("m", bytes_field(7, &sum))]);
        let figures = figures(&pushed).unwrap();
        assert_eq!((figures[0].value, figures[0].is_total), (-7.0, false));
    }

    #[test]
    fn what_is_no_figure_is_passed_over() {
        let gauge = |value, attributes: &[Vec<u8>]| bytes_field(5, &point(value, attributes));
        let one = || fixed64_field(4, 1_f64.to_bits());
        let named = |key: &str| attribute(key, bytes_field(1, b"v"));
        let many: Vec<Vec<u8>> = (0..=ATTRIBUTES_MAX).map(|number| named(&format!("a{number}"))).collect();
        let long = "n".repeat(NAME_BYTES_MAX + 1);
        let list = attribute("list", bytes_field(5, b""));
        for (what, of) in [
            ("a histogram", metric("m", bytes_field(9, &point(one(), &[])))),
            ("not a number", metric("m", gauge(fixed64_field(4, f64::NAN.to_bits()), &[]))),
            ("without a value", metric("m", gauge(vec![], &[]))),
            ("without a name", metric("", gauge(one(), &[]))),
            ("a long name", metric(&long, gauge(one(), &[]))),
            ("many attributes", metric("m", gauge(one(), &many))),
            ("a long attribute", metric("m", gauge(one(), &[named(&long)]))),
            ("an attribute that is a list", metric("m", gauge(one(), &[list]))),
        ] {
            assert_eq!(figures(&data(&[of])).unwrap(), [], "{what}");
        }
        let most = metric("m", gauge(one(), &many[1..]));
        assert_eq!(figures(&data(&[most])).unwrap()[0].attributes.len(), ATTRIBUTES_MAX);
    }

    #[test]
    fn whatever_comes_is_read_or_refused() {
        let pushed = push(300, 1.5);
        for end in 1..pushed.len() {
            // Cut short: the outermost length promises more.
            assert_eq!(figures(&pushed[..end]), Err(NotOtlp), "{end}");
        }
        let seed = rand::random::<u64>();
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..20_000 {
            let mut bytes = pushed.clone();
            for _ in 0..random.random_range(1..4) {
                let at = random.random_range(0..bytes.len());
                bytes[at] = random.random();
            }
            // A panic prints this.
            let told = std::panic::catch_unwind(|| drop(figures(&bytes)));
            assert!(told.is_ok(), "seed {seed}: {bytes:?}");
        }
        assert_eq!(figures(b"").unwrap(), []);
        // A varint that never ends, a group, a length beyond the end.
        for bytes in [&[0xff; 11][..], &[0x0b], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f]] {
            assert_eq!(figures(bytes), Err(NotOtlp), "{bytes:?}");
        }
    }
}
