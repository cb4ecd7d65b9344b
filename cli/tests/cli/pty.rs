//! A program in a pseudo-terminal: keys go in, a screen comes out.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal};
use rustix::termios::LocalModes;

/// For what takes a moment; a loaded machine takes many.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Running,
    output: mpsc::Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

/// Killed when dropped.
struct Running(Box<dyn Child + Send + Sync>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// What a program left behind.
#[derive(Debug)]
pub struct Left {
    pub code: u32,
    /// The normal screen.
    pub text: String,
}

fn size(width: u16, height: u16) -> (NonZeroU16, NonZeroU16) {
    let positive = |number| NonZeroU16::new(number).expect("a terminal has room");
    (positive(height), positive(width))
}

impl Terminal {
    /// Starts kafkactl on a screen of 120×40, in an environment of its own.
    pub fn kafkactl<W: AsRef<OsStr>>(home: &Path, words: &[W]) -> Self {
        Self::kafkactl_with(home, words, &[])
    }

    /// As [`kafkactl`](Self::kafkactl), with more in its environment.
    pub fn kafkactl_with<W: AsRef<OsStr>>(home: &Path, words: &[W], more: &[(&str, &str)]) -> Self {
        Self::start(OsStr::new(env!("CARGO_BIN_EXE_kafkactl")), home, words, more)
    }

    pub fn start<W: AsRef<OsStr>>(program: &OsStr, home: &Path, words: &[W], more: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(words);
        command.cwd(home);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("KAFKACTL_") {
                command.env_remove(name);
            }
        }
        for name in ["NO_COLOR", "COLORFGBG"] {
            command.env_remove(name);
        }
        let home = home.as_os_str();
        let own = [("XDG_CONFIG_HOME", home), ("TMPDIR", home)];
        // A backtrace would push the message of a panic off the screen.
        let usual = [("TERM", "xterm-256color"), ("RUST_BACKTRACE", "0")];
        let more = usual.iter().chain(more).map(|(name, value)| (*name, OsStr::new(*value)));
        let own = own.into_iter().chain(more);
        for (name, value) in own {
            command.env(name, value);
        }
        let (width, height) = (120, 40);
        let pair = native_pty_system()
            .openpty(PtySize { rows: height, cols: width, ..PtySize::default() })
            .expect("there is a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let (sender, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end is an error: nobody has the other side open any more.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (rows, columns) = size(width, height);
        Self {
            keyboard: pair.master.take_writer().expect("the terminal can be written to"),
            master: pair.master,
            child: Running(child),
            output,
            screen: vt100::Parser::new(rows, columns, 0),
        }
    }

    /// Presses a key by its name in the key table.
    pub fn press(&mut self, key: &str) {
        let bytes = bytes_of(key);
        self.send(&bytes);
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.keyboard.write_all(bytes).and_then(|()| self.keyboard.flush()).expect("keys are taken");
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.master.resize(PtySize { rows: height, cols: width, ..PtySize::default() }).expect("it resizes");
        let (rows, columns) = size(width, height);
        self.screen.set_size(rows, columns);
    }

    pub fn signal(&self, signal: Signal) {
        let id = self.child.0.process_id().and_then(|id| Pid::from_raw(id as i32)).expect("it runs");
        rustix::process::kill_process(id, signal).expect("it runs");
    }

    /// Whether anything on the screen has a colour.
    pub fn is_colored(&self) -> bool {
        let screen = self.screen.screen();
        let (rows, columns) = screen.size();
        let mut cells = (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
        cells.any(|(row, column)| {
            let is_plain = |cell: &vt100::Cell| {
                cell.fgcolor() == vt100::Color::Default && cell.bgcolor() == vt100::Color::Default
            };
            screen.cell(row, column).is_some_and(|cell| !is_plain(cell))
        })
    }

    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.wait(&format!("{text:?}"), |screen| screen.contents().contains(text));
    }

    /// Reads until the screen is as wanted.
    #[track_caller]
    pub fn wait(&mut self, what: &str, is_there: impl Fn(&vt100::Screen) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_there(self.screen.screen()) {
            match self.output.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(RecvTimeoutError::Timeout) => panic!("no {what} on\n{}", self.text()),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended before {what} on\n{}", self.text()),
            }
        }
    }

    /// Whether keys come one by one and unseen, as a dashboard wants them.
    pub fn is_raw(&self) -> bool {
        let path = self.master.tty_name().expect("the terminal has a name");
        let tty = OpenOptions::new().read(true).write(true).open(path).expect("the terminal opens");
        let modes = rustix::termios::tcgetattr(&tty).expect("it is a terminal").local_modes;
        !modes.intersects(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    /// Closes the window, and waits for the program to end; gives its exit code.
    #[track_caller]
    pub fn close(self) -> u32 {
        // The thread that reads ends with the next bytes, as nobody takes them any more.
        let Self { master, keyboard, output, mut child, .. } = self;
        drop((master, keyboard, output));
        let status = child.0.wait().expect("it was started");
        assert_eq!(status.signal(), None);
        status.exit_code()
    }

    /// Waits for the end and finds the terminal as it was: the normal screen, the cursor, the mouse, the modes.
    #[track_caller]
    pub fn ends_clean(mut self) -> Left {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.screen.process(&bytes);
        }
        let status = self.child.0.wait().expect("it was started");
        assert_eq!(status.signal(), None, "{}", self.text());
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is still there");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert!(!screen.bracketed_paste() && !screen.application_cursor());
        assert!(!self.is_raw(), "the terminal is still raw");
        Left { code: status.exit_code(), text: self.text() }
    }
}

/// What a terminal sends for a key.
fn bytes_of(key: &str) -> Vec<u8> {
    let sequence = match key {
        "Esc" => "\x1b",
        "Enter" => "\r",
        "Tab" => "\t",
        "Space" => " ",
        "Backspace" => "\x7f",
        "Up" => "\x1b[A",
        "Down" => "\x1b[B",
        "Right" => "\x1b[C",
        "Left" => "\x1b[D",
        "Home" => "\x1b[H",
        "End" => "\x1b[F",
        "PageUp" => "\x1b[5~",
        "PageDown" => "\x1b[6~",
        "F1" => "\x1bOP",
        _ => {
            let mut letters = key.bytes();
            return match (letters.next(), letters.next(), letters.next()) {
                (Some(b'^'), Some(letter), None) => vec![letter & 0x1f],
                (Some(_), None, _) => key.as_bytes().to_vec(),
                _ => panic!("no terminal has a key {key:?}"),
            };
        }
    };
    sequence.as_bytes().to_vec()
}
