//! Recordings: one JSON object a line, a header first. What was recorded can be looked at anywhere, any number of times.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::snapshot::Snapshot;

const FORMAT: &str = "kafkactl-top";
const VERSION: u32 = 1;
/// The offsets of a million partitions; no snapshot of a real cluster comes near it.
const LINE_BYTES_MAX: u64 = 64 << 20;
/// The first line names the cluster and little else.
const HEADER_BYTES_MAX: u64 = 64 << 10;

#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: exists; a recording goes to a new file", path.display())]
    Exists { path: PathBuf },
    #[error("{}: no regular file; a recording is read from one", path.display())]
    NoFile { path: PathBuf },
    #[error("{}: not a recording of kafkactl top", path.display())]
    NotARecording { path: PathBuf },
    #[error("{}: recorded in version {version}, and this kafkactl knows {VERSION}", path.display())]
    Version { path: PathBuf, version: u32 },
    #[error("{}: line {line} cannot be read, the recording ends there: {reason}", path.display())]
    Line { path: PathBuf, line: usize, reason: String },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    cluster: String,
}

/// Writes a recording. What was written is whole lines, whenever it ends.
pub struct Recorder {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Recorder {
    /// Refuses a file with something in it: it may be the recording of the incident.
    pub fn create(path: &Path, cluster: &str) -> Result<Self, RecordingError> {
        if std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() > 0) {
            return Err(RecordingError::Exists { path: path.to_owned() });
        }
        let failed = |source| RecordingError::Io { path: path.to_owned(), source };
        let mut recorder =
            Self { path: path.to_owned(), file: BufWriter::new(File::create(path).map_err(failed)?) };
        let header = Header { format: FORMAT.to_owned(), version: VERSION, cluster: cluster.to_owned() };
        recorder.line(&header)?;
        Ok(recorder)
    }

    pub fn write(&mut self, snapshot: &Snapshot) -> Result<(), RecordingError> {
        self.line(snapshot)
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), RecordingError> {
        let mut line = || {
            serde_json::to_writer(&mut self.file, value)?;
            self.file.write_all(b"\n")?;
            self.file.flush()
        };
        line().map_err(|source| RecordingError::Io { path: self.path.clone(), source })
    }
}

/// Reads a recording line by line. A damaged or cut line is the last item.
#[derive(Debug)]
pub struct Recording {
    pub cluster: String,
    path: PathBuf,
    lines: BufReader<File>,
    line: usize,
    ended: bool,
}

impl Recording {
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let failed = |source| RecordingError::Io { path: path.to_owned(), source };
        // A pipe that nobody writes to would keep us waiting, and none can be read twice.
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Err(RecordingError::NoFile { path: path.to_owned() });
        }
        let lines = BufReader::new(File::open(path).map_err(failed)?);
        let mut recording =
            Self { cluster: String::new(), path: path.to_owned(), lines, line: 0, ended: false };
        let first = recording.read_line(HEADER_BYTES_MAX).map_err(failed)?.unwrap_or_default();
        let header: Header = serde_json::from_slice(&first)
            .ok()
            .filter(|header: &Header| header.format == FORMAT)
            .ok_or_else(|| RecordingError::NotARecording { path: path.to_owned() })?;
        if header.version != VERSION {
            return Err(RecordingError::Version { path: path.to_owned(), version: header.version });
        }
        recording.cluster = header.cluster;
        Ok(recording)
    }

    /// A line that is longer than `bytes_max` is given back cut.
    fn read_line(&mut self, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        self.line += 1;
        let read = self.lines.by_ref().take(bytes_max).read_until(b'\n', &mut line)?;
        Ok((read > 0).then_some(line))
    }
}

impl Iterator for Recording {
    type Item = Result<Snapshot, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let line = match self.read_line(LINE_BYTES_MAX) {
            Ok(line) => line?,
            Err(source) => {
                self.ended = true;
                return Some(Err(RecordingError::Io { path: self.path.clone(), source }));
            }
        };
        Some(serde_json::from_slice(&line).map_err(|error| {
            self.ended = true;
            let reason = match error.is_eof() {
                true if line.len() as u64 == LINE_BYTES_MAX => format!("longer than {LINE_BYTES_MAX} bytes"),
                true => "it is cut".to_owned(),
                false => error.to_string(),
            };
            RecordingError::Line { path: self.path.clone(), line: self.line, reason }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;

    fn recorded(steps: i64) -> (tempfile::TempDir, PathBuf, Vec<Snapshot>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("incident.jsonl");
        let mut recorder = Recorder::create(&path, "demo").unwrap();
        let snapshots: Vec<Snapshot> =
            (0..steps).flat_map(|step| demo::step(step, step * demo::STEP_MS)).collect();
        for snapshot in &snapshots {
            recorder.write(snapshot).unwrap();
        }
        (dir, path, snapshots)
    }

    #[test]
    fn what_is_recorded_is_replayed() {
        let (_dir, path, snapshots) = recorded(3);
        let recording = Recording::open(&path).unwrap();
        assert_eq!(recording.cluster, "demo");
        assert_eq!(recording.collect::<Result<Vec<_>, _>>().unwrap(), snapshots);
    }

    #[test]
    fn a_recording_is_not_written_over() {
        let (_dir, path, snapshots) = recorded(2);
        let Err(error) = Recorder::create(&path, "other") else { panic!("written over") };
        assert!(matches!(error, RecordingError::Exists { .. }), "{error}");
        assert_eq!(Recording::open(&path).unwrap().count(), snapshots.len());
        // Nothing is lost with an empty file, as `mktemp` makes it, or with a device.
        std::fs::write(&path, "").unwrap();
        for path in [&path, Path::new("/dev/null")] {
            assert!(Recorder::create(path, "other").is_ok(), "{}", path.display());
        }
    }

    #[test]
    fn a_cut_recording_is_read_up_to_the_cut() {
        let (_dir, path, snapshots) = recorded(2);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
        let mut items: Vec<_> = Recording::open(&path).unwrap().collect();
        let last = items.pop().unwrap().unwrap_err().to_string();
        assert!(last.contains("it is cut"), "{last}");
        assert_eq!(items.len(), snapshots.len() - 1);
    }

    #[test]
    fn what_is_no_recording_is_said_without_reading_it_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notes.txt");
        for bytes in [&b""[..], b"hello\n", b"{}\n", b"\xff\xfe", &[b'['; 1 << 20], &[b' '; 1 << 20]] {
            std::fs::write(&path, bytes).unwrap();
            let error = Recording::open(&path).unwrap_err();
            assert!(matches!(error, RecordingError::NotARecording { .. }), "{error}");
        }
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        for no_file in [Path::new("/dev/zero"), &pipe, dir.path()] {
            let error = Recording::open(no_file).unwrap_err();
            assert!(matches!(error, RecordingError::NoFile { .. }), "{error}");
        }
        let header = Header { format: FORMAT.to_owned(), version: 9, cluster: String::new() };
        std::fs::write(&path, serde_json::to_vec(&header).unwrap()).unwrap();
        assert!(matches!(Recording::open(&path).unwrap_err(), RecordingError::Version { version: 9, .. }));
    }

    #[test]
    fn a_bad_line_ends_a_recording_and_is_told() {
        let (_dir, path, snapshots) = recorded(1);
        let good = std::fs::read(&path).unwrap();
        let huge = [&b"\""[..], &vec![b'x'; LINE_BYTES_MAX as usize + 1], b"\"\n"].concat();
        let deep = [&b"{\"x\":"[..], &[b'['; 100_000], b"\n"].concat();
        for (bad, expected) in [
            (&b"\n"[..], "it is cut"),
            (b"null\n", "invalid type"),
            (b"{\"at_ms\":1e99,\"took_ms\":1,\"data\":{}}\n", "invalid type"),
            (b"\x00\x9f\x92\n", "expected value"),
            (&deep, "it is cut"),
            (&huge, "longer than 67108864 bytes"),
        ] {
            std::fs::write(&path, [&good, bad, &good].concat()).unwrap();
            let mut items: Vec<_> = Recording::open(&path).unwrap().collect();
            let last = items.pop().unwrap().unwrap_err().to_string();
            let line = format!("line {} cannot be read", snapshots.len() + 2);
            assert!(last.contains(expected) && last.contains(&line), "{last}");
            assert_eq!(items.len(), snapshots.len(), "{last}");
        }
    }
}
