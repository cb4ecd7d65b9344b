//! The `kafkactl` binary: reads the command line, runs one command, turns its end into an exit code.

mod args;
mod commands;
mod context;
mod error;
mod exit;
mod output;
mod records;

use std::process::ExitCode;

use clap::Parser;

use args::Cli;
use exit::ExitStatus;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let status = match Cli::try_parse() {
        Ok(cli) => commands::run(cli),
        Err(error) if error.use_stderr() => {
            // Nobody is left to tell when the terminal is gone.
            let _ = error.print();
            ExitStatus::Usage
        }
        Err(help) => commands::printed(help.print()),
    };
    status.into()
}
