//! Files and standard input as records.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::{Header, NewRecord, json};
use crate::args::produce::{Input, ProduceArgs};
use crate::error::CommandError;

/// The longest record taken from input: Kafka's `socket.request.max.bytes`, which no batch can exceed.
pub const RECORD_BYTES_MAX: usize = 100 << 20;

/// How bytes become records: the input's part of the command line, settled.
#[derive(Debug, Clone)]
pub struct InputPlan {
    pub files: Vec<PathBuf>,
    kind: Input,
    delim: Vec<u8>,
    key_sep: Option<Vec<u8>>,
    /// Defaults and additions for every record.
    key: Option<Bytes>,
    headers: Vec<Header>,
    partition: Option<i32>,
    repartition: bool,
}

impl InputPlan {
    pub fn new(args: &ProduceArgs) -> Self {
        let header = |given: &crate::args::values::KeyValue| Header {
            key: Bytes::from(given.key.clone()),
            value: Some(Bytes::from(given.value.clone())),
        };
        Self {
            files: args.files.clone(),
            kind: args.input,
            delim: args.delim.0.clone(),
            key_sep: args.key_sep.as_ref().map(|sep| sep.0.clone()),
            key: args.key.clone().map(Bytes::from),
            headers: args.headers.iter().map(header).collect(),
            partition: args.partition,
            repartition: args.repartition,
        }
    }

    /// The one record of `--tombstone`.
    pub fn tombstone(&self) -> NewRecord {
        self.complete(NewRecord::default())
    }

    fn complete(&self, mut record: NewRecord) -> NewRecord {
        if record.key.is_none() {
            record.key = self.key.clone();
        }
        if self.repartition {
            record.partition = None;
        }
        record.partition = self.partition.or(record.partition);
        record.headers.extend_from_slice(&self.headers);
        record
    }

    fn line(&self, line: &[u8]) -> Result<NewRecord, String> {
        let Some(sep) = &self.key_sep else {
            return Ok(NewRecord { value: Some(Bytes::copy_from_slice(line)), ..NewRecord::default() });
        };
        let Some(at) = line.windows(sep.len()).position(|window| window == sep) else {
            return Err(format!("there is no \"{}\" between key and value", sep.escape_ascii()));
        };
        Ok(NewRecord {
            key: Some(Bytes::copy_from_slice(&line[..at])),
            value: Some(Bytes::copy_from_slice(&line[at + sep.len()..])),
            ..NewRecord::default()
        })
    }
}

/// A file to be read, and what it is called; `-` is standard input.
pub fn open(path: &Path) -> Result<(&Path, Box<dyn Read>), CommandError> {
    if path.as_os_str() == "-" {
        return Ok((Path::new("standard input"), Box::new(io::stdin())));
    }
    let file = File::open(path).map_err(|error| CommandError::io(path, error))?;
    Ok((path, Box::new(file)))
}

/// Reads every input in turn. `each` takes a record and whether more bytes already lie in the buffer, and says
/// whether to go on. `bytes_read` is kept up to date for whoever shows the progress.
pub fn read_all(
    plan: &InputPlan,
    bytes_read: &AtomicU64,
    each: &mut dyn FnMut(NewRecord, bool) -> bool,
) -> Result<(), CommandError> {
    let standard_input = [PathBuf::from("-")];
    let paths = if plan.files.is_empty() { &standard_input[..] } else { &plan.files };
    for path in paths {
        let (name, source) = open(path)?;
        let input = BufReader::with_capacity(BUFFER_BYTES, Counted { source, bytes_read });
        if !read(plan, name, input, each)? {
            break;
        }
    }
    Ok(())
}

const BUFFER_BYTES: usize = 256 << 10;

struct Counted<'a> {
    source: Box<dyn Read>,
    bytes_read: &'a AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

fn read<R: Read>(
    plan: &InputPlan,
    name: &Path,
    mut input: BufReader<R>,
    each: &mut dyn FnMut(NewRecord, bool) -> bool,
) -> Result<bool, CommandError> {
    if plan.kind == Input::Raw {
        let value = whole(name, &mut input)?;
        let record = NewRecord { value: Some(Bytes::from(value)), ..NewRecord::default() };
        return Ok(each(plan.complete(record), false));
    }
    let delim: &[u8] = if plan.kind == Input::Jsonl { b"\n" } else { &plan.delim };
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if !next_line(name, number, &mut input, delim, &mut line)? {
            break;
        }
        let record = match plan.kind {
            // Blank lines stand between objects as white space does.
            Input::Jsonl if line.trim_ascii().is_empty() => continue,
            Input::Jsonl => json::parse(&line),
            _ => plan.line(&line),
        };
        let record =
            record.map_err(|reason| CommandError::usage(format!("{}:{number}: {reason}", name.display())))?;
        if !each(plan.complete(record), !input.buffer().is_empty()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn whole(name: &Path, input: &mut impl Read) -> Result<Vec<u8>, CommandError> {
    let mut value = Vec::new();
    let limit = RECORD_BYTES_MAX as u64 + 1;
    input.take(limit).read_to_end(&mut value).map_err(|error| CommandError::io(name, error))?;
    if value.len() > RECORD_BYTES_MAX { Err(too_long(name, 1)) } else { Ok(value) }
}

/// Appends the bytes up to the next delimiter, without it. False at the end of input.
fn next_line(
    name: &Path,
    number: u64,
    input: &mut impl BufRead,
    delim: &[u8],
    line: &mut Vec<u8>,
) -> Result<bool, CommandError> {
    let Some(&last) = delim.last() else { return Ok(false) };
    loop {
        let limit = (RECORD_BYTES_MAX + delim.len()).saturating_sub(line.len());
        let read = input
            .by_ref()
            .take(limit as u64)
            .read_until(last, line)
            .map_err(|error| CommandError::io(name, error))?;
        if line.ends_with(delim) {
            line.truncate(line.len() - delim.len());
            return Ok(true);
        }
        if line.len() >= RECORD_BYTES_MAX + delim.len() {
            return Err(too_long(name, number));
        }
        if read == 0 || line.last() != Some(&last) {
            return Ok(!line.is_empty());
        }
    }
}

fn too_long(name: &Path, number: u64) -> CommandError {
    CommandError::usage(format!("{}:{number}: longer than {RECORD_BYTES_MAX} bytes", name.display()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Noun};

    fn plan(flags: &[&str]) -> InputPlan {
        let words = ["kafkactl", "produce", "t"].iter().chain(flags);
        let Noun::Produce(args) = Cli::try_parse_from(words).unwrap().noun else { panic!("not produce") };
        InputPlan::new(&args)
    }

    fn records(flags: &[&str], input: &[u8]) -> Result<Vec<NewRecord>, String> {
        let mut records = Vec::new();
        // A capacity of three bytes makes every line span several reads.
        let input = BufReader::with_capacity(3, input);
        read(&plan(flags), Path::new("in"), input, &mut |record, _| {
            records.push(record);
            true
        })
        .map_err(|error| error.to_string())?;
        Ok(records)
    }

    fn pairs(flags: &[&str], input: &[u8]) -> Vec<(Option<String>, String)> {
        let text = |bytes: Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        let records = records(flags, input).unwrap();
        records.into_iter().map(|record| (record.key.map(text), text(record.value.unwrap()))).collect()
    }

    #[test]
    fn lines_become_values() {
        let values = |flags: &[&str], input: &[u8]| -> Vec<String> {
            pairs(flags, input).into_iter().map(|(_, value)| value).collect()
        };
        assert_eq!(values(&[], b"one\ntwo\n"), ["one", "two"]);
        assert_eq!(values(&[], b"one\n\ntwo"), ["one", "", "two"]);
        assert_eq!(values(&[], b""), [""; 0]);
        assert_eq!(values(&[], b"\n"), [""]);
        assert_eq!(values(&["--delim", "\\r\\n"], b"a\nb\r\nc\r"), ["a\nb", "c\r"]);
        assert_eq!(values(&["--delim", "\\0"], b"a\nb\0c"), ["a\nb", "c"]);
        assert_eq!(values(&["--input", "raw"], b"one\ntwo\n"), ["one\ntwo\n"]);
    }

    #[test]
    fn keys_come_from_the_line_or_the_flag() {
        let some = |key: &str, value: &str| (Some(key.to_owned()), value.to_owned());
        assert_eq!(pairs(&["--key-sep", ":"], b"a:b:c\n:x\n"), [some("a", "b:c"), some("", "x")]);
        assert_eq!(pairs(&["--key-sep", "=>"], b"a=>b"), [some("a", "b")]);
        assert_eq!(pairs(&["--key", "k"], b"a"), [some("k", "a")]);
        assert_eq!(
            records(&["--key-sep", "\\t"], b"a\tb\nab").unwrap_err(),
            "in:2: there is no \"\\t\" between key and value"
        );
    }

    #[test]
    fn json_lines_keep_partition_unless_told_otherwise() {
        let line = b"{\"value\":\"v\",\"partition\":4,\"headers\":[{\"key\":\"a\",\"value\":null}]}\n\n";
        let partition = |flags: &[&str]| {
            let flags: Vec<&str> = ["--input", "jsonl"].iter().chain(flags).copied().collect();
            records(&flags, line).unwrap()[0].partition
        };
        assert_eq!(partition(&[]), Some(4));
        assert_eq!(partition(&["--repartition"]), None);
        assert_eq!(partition(&["-p", "1"]), Some(1));
        let record = &records(&["--input", "jsonl", "--header", "b=c=d"], line).unwrap()[0];
        let names: Vec<&[u8]> = record.headers.iter().map(|header| &*header.key).collect();
        assert_eq!(names, [b"a", b"b"]);
        assert!(
            records(&["--input", "jsonl"], b"{\"value\":\"v\"}\nno\n").unwrap_err().starts_with("in:2: ")
        );
    }

    #[test]
    fn input_without_end_is_refused_in_time() {
        for flags in [&[][..], &["--input", "jsonl"], &["--input", "raw"]] {
            let endless = BufReader::new(io::repeat(b'x'));
            let error = read(&plan(flags), Path::new("in"), endless, &mut |_, _| true).unwrap_err();
            assert_eq!(error.to_string(), "in:1: longer than 104857600 bytes", "{flags:?}");
        }
    }

    #[test]
    fn a_consumer_can_stop_the_reading() {
        let mut seen = 0;
        let go_on = read(&plan(&[]), Path::new("in"), BufReader::new(&b"a\nb\nc\n"[..]), &mut |_, _| {
            seen += 1;
            seen < 2
        });
        assert!(!go_on.unwrap());
        assert_eq!(seen, 2);
    }

    #[test]
    fn a_tombstone_has_a_key_and_no_value() {
        let record = plan(&["--tombstone", "--key", "k", "--header", "h=1"]).tombstone();
        assert_eq!((record.key.as_deref(), record.value, record.headers.len()), (Some(&b"k"[..]), None, 1));
    }
}
