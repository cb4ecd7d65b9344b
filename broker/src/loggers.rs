//! The log levels of the program, changeable while it runs: over HTTP as one filter, by Kafka's tools logger by logger.
//!
//! Does not know: how lines are written. Whoever set up logging hands in what puts a filter in force.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use parking_lot::Mutex;

/// Kafka's name for the logger that all others inherit from.
pub const ROOT: &str = "root";
/// The longest filter that is taken, in bytes.
const FILTER_BYTES_MAX: usize = 4096;
/// The modules that log, as Kafka's tools list them; deeper ones are set by their whole path.
const LOGGERS: [&str; 13] = [
    "kafkactl_broker",
    "kafkactl_broker::api",
    "kafkactl_broker::cluster",
    "kafkactl_broker::connection",
    "kafkactl_broker::coordinator",
    "kafkactl_broker::group",
    "kafkactl_broker::ops",
    "kafkactl_broker::partition",
    "kafkactl_broker::server",
    "kafkactl_broker::start",
    "kafkactl_broker::transaction",
    "kafkactl_core",
    "kafkactl_core::log",
];

/// Says which loggers there are.
pub(crate) const KNOWN: &str =
    "there are root, kafkactl_broker, kafkactl_core and the modules in them, as kafkactl_broker::group";

/// From the quietest to the loudest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Level {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Off, "OFF"),
        (Self::Error, "ERROR"),
        (Self::Warn, "WARN"),
        (Self::Info, "INFO"),
        (Self::Debug, "DEBUG"),
        (Self::Trace, "TRACE"),
    ];

    /// In capitals, as Kafka writes it.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

impl FromStr for Level {
    type Err = String;

    /// Of any case; Kafka's FATAL is ERROR here.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("FATAL") {
            return Ok(Self::Error);
        }
        let found = Self::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
        let names = Self::ALL.map(|(_, name)| name).join(", ");
        found.map(|(level, _)| *level).ok_or_else(|| format!("\"{text}\" is no level; there are {names}"))
    }
}

/// A level for all, off where none is given, and others for single modules and what lies in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    root: Level,
    by_logger: BTreeMap<String, Level>,
}

impl Levels {
    /// The level in force for a module.
    fn of(&self, logger: &str) -> Level {
        let nearest = self.by_logger.iter().filter(|(outer, _)| is_in(logger, outer));
        nearest.max_by_key(|(outer, _)| outer.len()).map_or(self.root, |(_, level)| *level)
    }

    /// Every logger with its level, by name.
    fn all(&self) -> BTreeMap<String, Level> {
        let known = LOGGERS.into_iter().chain(self.by_logger.keys().map(String::as_str));
        let mut all: BTreeMap<_, _> = known.map(|logger| (logger.to_owned(), self.of(logger))).collect();
        all.insert(ROOT.to_owned(), self.root);
        all
    }

    fn set(&mut self, logger: &str, level: Level) {
        if logger == ROOT {
            self.root = level;
        } else {
            self.by_logger.insert(logger.to_owned(), level);
        }
    }
}

impl FromStr for Levels {
    type Err = String;

    /// `info`, `info,kafkactl_broker::group=debug`.
    fn from_str(filter: &str) -> Result<Self, String> {
        if filter.len() > FILTER_BYTES_MAX {
            return Err(format!("a filter has at most {FILTER_BYTES_MAX} bytes"));
        }
        let mut levels = Self { root: Level::Off, by_logger: BTreeMap::new() };
        for directive in filter.split(',').map(str::trim).filter(|directive| !directive.is_empty()) {
            match directive.split_once('=') {
                None => levels.root = directive.parse()?,
                Some((logger, level)) => levels.set(path(logger)?, level.parse()?),
            }
        }
        Ok(levels)
    }
}

/// The name of a module of this program: a level for any other would do nothing.
fn path(text: &str) -> Result<&str, String> {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|char| char.is_alphanumeric() || char == '_');
    let is_known = text == ROOT || LOGGERS.into_iter().any(|logger| is_in(text, logger));
    if is_known && text.split("::").all(is_word) {
        Ok(text)
    } else {
        Err(format!("there is no logger {text}; {KNOWN}"))
    }
}

/// Whether a module is `outer` or lies in it.
fn is_in(module: &str, outer: &str) -> bool {
    module.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl fmt::Display for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root.name().to_ascii_lowercase())?;
        let mut rest = self.by_logger.iter();
        rest.try_for_each(|(logger, level)| write!(f, ",{logger}={}", level.name().to_ascii_lowercase()))
    }
}

/// Puts levels in force.
pub type PutInForce = Box<dyn Fn(&Levels) -> Result<(), String> + Send + Sync>;

/// The levels in force.
pub struct Loggers {
    levels: Mutex<Levels>,
    put_in_force: PutInForce,
}

/// One change of one logger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoggerChange {
    Set(Level),
    /// Back to what it inherits.
    Reset,
}

impl Loggers {
    /// `levels` are in force already.
    pub fn new(levels: Levels, put_in_force: PutInForce) -> Self {
        Self { levels: Mutex::new(levels), put_in_force }
    }

    /// The filter in force.
    pub fn filter(&self) -> String {
        self.levels.lock().to_string()
    }

    /// Puts another filter in the place of the one in force; the error says what is wrong with it.
    pub fn set_filter(&self, filter: &str) -> Result<(), String> {
        let next: Levels = filter.parse()?;
        self.replace(&mut self.levels.lock(), next)
    }

    /// Every logger with its level, by name.
    pub fn all(&self) -> BTreeMap<String, Level> {
        self.levels.lock().all()
    }

    pub fn has(&self, logger: &str) -> bool {
        path(logger).is_ok()
    }

    /// Makes all changes or none.
    pub fn change(&self, changes: &[(String, LoggerChange)]) -> Result<(), String> {
        let mut levels = self.levels.lock();
        let mut next = levels.clone();
        for (logger, change) in changes {
            match change {
                LoggerChange::Set(level) => next.set(logger, *level),
                LoggerChange::Reset => drop(next.by_logger.remove(logger)),
            }
        }
        // What is in force must stay short enough to be put in force again.
        next.to_string().parse::<Levels>()?;
        self.replace(&mut levels, next)
    }

    /// The change is told while lines about it are written: before it when it is the end of them.
    fn replace(&self, levels: &mut Levels, next: Levels) -> Result<(), String> {
        let silences = next.of(module_path!()) < Level::Info;
        let tell = || tracing::info!(filter = %next, "log levels change");
        if silences {
            tell();
        }
        (self.put_in_force)(&next)?;
        if !silences {
            tell();
        }
        *levels = next;
        Ok(())
    }
}

impl fmt::Debug for Loggers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Loggers").field(&self.filter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;

    #[test]
    fn filters_are_read_and_written_alike() {
        for (text, written) in [
            ("info", Ok("info")),
            ("WARN, kafkactl_core::log=Debug,", Ok("warn,kafkactl_core::log=debug")),
            ("root=error,kafkactl_core=off", Ok("error,kafkactl_core=off")),
            ("kafkactl_broker::group=debug", Ok("off,kafkactl_broker::group=debug")),
            ("fatal", Ok("error")),
            ("", Ok("off")),
            ("loud", Err("\"loud\" is no level; there are OFF, ERROR, WARN, INFO, DEBUG, TRACE")),
        ] {
            let levels = text.parse::<Levels>().map(|levels| levels.to_string());
            assert_eq!(levels, written.map(str::to_owned).map_err(str::to_owned), "{text}");
        }
        for unknown in ["nosuchmodule", "kafkactl_brokers", "kafkactl_core::a b", "kafkactl_core::", ""] {
            let error = format!("info,{unknown}=debug").parse::<Levels>().unwrap_err();
            assert_eq!(error, format!("there is no logger {unknown}; {KNOWN}"));
        }
        assert!("x".repeat(FILTER_BYTES_MAX + 1).parse::<Levels>().is_err());
    }

    #[test]
    fn the_nearest_outer_logger_gives_the_level() {
        let levels: Levels = "info,kafkactl_core::log=debug,kafkactl_core=warn".parse().unwrap();
        for (logger, level) in [
            ("kafkactl_core", Level::Warn),
            ("kafkactl_core::log::segment", Level::Debug),
            ("kafkactl_core::logs", Level::Warn),
            ("kafkactl_cores", Level::Info),
        ] {
            assert_eq!(levels.of(logger), level, "{logger}");
        }
    }

    #[test]
    fn a_change_that_cannot_be_put_in_force_changes_nothing() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let listener = Arc::clone(&told);
        let put_in_force = move |levels: &Levels| {
            listener.lock().push(levels.to_string());
            if levels.root == Level::Trace { Err("too loud".to_owned()) } else { Ok(()) }
        };
        let loggers = Loggers::new("info".parse().unwrap(), Box::new(put_in_force));
        let set = |logger: &str, level| (logger.to_owned(), LoggerChange::Set(level));
        assert_eq!(loggers.change(&[set(ROOT, Level::Trace)]), Err("too loud".to_owned()));
        assert_eq!(loggers.filter(), "info");
        loggers.change(&[set("kafkactl_core::log", Level::Debug), set(ROOT, Level::Warn)]).unwrap();
        assert_eq!(loggers.filter(), "warn,kafkactl_core::log=debug");
        assert_eq!(loggers.all()["kafkactl_broker"], Level::Warn);
        loggers.change(&[("kafkactl_core::log".to_owned(), LoggerChange::Reset)]).unwrap();
        assert_eq!(*told.lock(), ["trace", "warn,kafkactl_core::log=debug", "warn"]);
        assert!(loggers.has("kafkactl_broker::group::classic") && loggers.has(ROOT));
        assert!(!loggers.has("kafkactl_brokers") && !loggers.has("kafka.server.KafkaApis"));
    }

    #[test]
    fn every_logger_is_a_module() {
        for logger in LOGGERS {
            let (krate, module) = logger.split_once("::").unwrap_or((logger, "lib"));
            let src = if krate == "kafkactl_core" { "../src" } else { "src" };
            let base = Path::new(env!("CARGO_MANIFEST_DIR")).join(src).join(module);
            assert!(base.is_dir() || base.with_extension("rs").is_file(), "{logger}");
        }
    }
}
