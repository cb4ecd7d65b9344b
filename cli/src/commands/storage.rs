//! `storage`: data directories without a broker.

use kafkactl_core::names::{uuid_draw, uuid_text};
use serde::Serialize;

use super::{Outcome, local_command};
use crate::args::shared::{Common, TableArgs};
use crate::args::storage::StorageCommand;
use crate::exit::ExitStatus;
use crate::output::{Output, Report, Section};

pub fn run(command: StorageCommand, outer: &Common) -> ExitStatus {
    match command {
        StorageCommand::RandomUuid(args) => {
            local_command(&args.local.or(&outer.local), &TableArgs::default(), random_uuid)
        }
    }
}

#[derive(Serialize)]
struct DrawnUuid {
    name: String,
}

fn random_uuid(out: &mut Output) -> Outcome {
    // Version-4 UUIDs come from the system's randomness; `uuid_draw` sets their fixed bits again.
    let id = uuid_text(&uuid_draw(|| uuid::Uuid::new_v4().as_u128()));
    match out.format {
        crate::output::Format::Text | crate::output::Format::Wide => {
            out.write(format!("{id}\n").as_bytes())?;
            Ok(ExitStatus::Done)
        }
        _ => out.print(Report::details("Uuid", &[DrawnUuid { name: id }], Vec::<Section>::new())?),
    }
}
