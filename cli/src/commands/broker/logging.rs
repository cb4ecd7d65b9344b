//! The log of a running broker: lines on standard error, as text or JSON, with levels that can be changed.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use kafkactl_broker::{Levels, Loggers};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, reload};

use crate::args::broker::{BrokerStartArgs, LogFormat};
use crate::args::shared::LocalArgs;
use crate::error::CommandError;

/// Begins to log; what comes back changes the levels.
pub fn set_up(args: &BrokerStartArgs, local: &LocalArgs) -> Result<Arc<Loggers>, CommandError> {
    let filter = args.log_level.as_deref().unwrap_or(match (local.quiet, local.verbose) {
        (true, _) => "warn",
        (false, 0) => "info",
        (false, 1) => "debug",
        (false, _) => "trace",
    });
    let refuse = |error| CommandError::usage(format!("--log-level {filter}: {error}"));
    let levels: Levels = filter.parse().map_err(refuse)?;
    let (targets, changing) = reload::Layer::new(targets(&levels).map_err(refuse)?);
    let lines = match args.log_format {
        LogFormat::Text => {
            let ansi = io::stderr().is_terminal() && local.may_color();
            fmt::layer().with_writer(io::stderr).with_ansi(ansi).with_target(false).boxed()
        }
        LogFormat::Json => fmt::layer().with_writer(io::stderr).json().boxed(),
    };
    // It fails only when a subscriber is set already, which then does the same.
    let _ = tracing_subscriber::registry().with(targets).with(lines).try_init();
    let put_in_force =
        move |levels: &Levels| changing.reload(self::targets(levels)?).map_err(|error| error.to_string());
    Ok(Arc::new(Loggers::new(levels, Box::new(put_in_force))))
}

fn targets(levels: &Levels) -> Result<Targets, String> {
    levels.to_string().parse().map_err(|error: tracing_subscriber::filter::ParseError| error.to_string())
}
