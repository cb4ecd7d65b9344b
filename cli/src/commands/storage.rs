//! `storage`: data directories without a broker.

use kafkactl_broker::storage::{
    Controllers, DirectoryFacts, FormatError, FormatOptions, Formatted, directories, format_log_dirs,
    inspect_log_dirs,
};
use kafkactl_core::log::checkpoint::MetaProperties;
use kafkactl_core::names::{uuid_draw, uuid_text};
use serde::Serialize;

use super::broker_settings::Given;
use super::{Outcome, local_command};
use crate::args::shared::{Common, TableArgs};
use crate::args::storage::{StorageCommand, StorageFormatArgs, StorageInfoArgs};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Cell, Column, Format, Output, Report, Row};

pub fn run(command: &StorageCommand, outer: &Common) -> ExitStatus {
    let no_table = TableArgs::default();
    match command {
        StorageCommand::Format(args) => {
            local_command(&args.local.or(&outer.local), &no_table, |out| format(args, out))
        }
        StorageCommand::Info(args) => {
            local_command(&args.local.or(&outer.local), &args.table, |out| info(args, out))
        }
        StorageCommand::RandomUuid(args) => {
            local_command(&args.local.or(&outer.local), &no_table, random_uuid)
        }
    }
}

#[derive(Serialize)]
struct FormattedRow {
    directory: String,
    /// `formatted`, or `kept` with --ignore-formatted.
    result: &'static str,
    /// Null for a directory that was kept: see `storage info`.
    directory_id: Option<String>,
    cluster_id: Option<String>,
    metadata_version: Option<String>,
}

impl Row for FormattedRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("DIRECTORY", |row| Cell::from(&row.directory)),
        Column::new("RESULT", |row| row.result.into()),
        Column::new("CLUSTER", |row| Cell::option(row.cluster_id.as_ref())),
        Column::new("METADATA-VERSION", |row| Cell::option(row.metadata_version.as_ref())),
        Column::wide("DIRECTORY-ID", |row| Cell::option(row.directory_id.as_ref())),
    ];
}

fn format(args: &StorageFormatArgs, out: &mut Output) -> Outcome {
    let loaded = Given::for_directories(&args.dirs)?.load()?;
    for warning in &loaded.warnings {
        out.note(&format!("warning: {warning}"));
    }
    let has_static_voters = !loaded.settings.node.quorum_voters.is_empty();
    let controllers = match &args.initial_controllers {
        Some(list) => Controllers::Initial(list.clone()),
        None if args.no_initial_controllers => Controllers::None,
        None if has_static_voters && !args.standalone => Controllers::FromSettings,
        None => Controllers::Standalone,
    };
    let options = FormatOptions {
        cluster_id: args.cluster_id.clone().unwrap_or_else(drawn_uuid),
        settings: loaded.settings,
        release: args.release_version.clone(),
        features: args.features.clone(),
        controllers,
        ignore_formatted: args.ignore_formatted,
    };
    let Formatted { version, formatted, skipped } = format_log_dirs(&options).map_err(format_error)?;
    let version = version.name().map_or_else(|| version.0.to_string(), str::to_owned);
    let mut rows: Vec<FormattedRow> = formatted
        .into_iter()
        .map(|(directory, id)| FormattedRow {
            directory: directory.display().to_string(),
            result: "formatted",
            directory_id: Some(uuid_text(&id)),
            cluster_id: Some(options.cluster_id.clone()),
            metadata_version: Some(version.clone()),
        })
        .collect();
    rows.extend(skipped.into_iter().map(|directory| FormattedRow {
        directory: directory.display().to_string(),
        result: "kept",
        directory_id: None,
        cluster_id: None,
        metadata_version: None,
    }));
    out.print(Report::list("StorageFormat", &rows)?)
}

/// What was asked for cannot be, or the directory is not ours to format: nothing was written.
fn format_error(error: FormatError) -> CommandError {
    match error {
        FormatError::Option(reason) => CommandError::usage(reason),
        FormatError::AlreadyFormatted { .. }
        | FormatError::Foreign { .. }
        | FormatError::ZooKeeper { .. } => CommandError::refused(error.to_string()),
        _ => CommandError::failed(error.to_string()),
    }
}

#[derive(Serialize)]
struct DirectoryRow {
    directory: String,
    /// `formatted`, `empty` or `foreign`.
    state: &'static str,
    cluster_id: Option<String>,
    node_id: Option<i32>,
    directory_id: Option<String>,
    /// The metadata log is here.
    metadata: bool,
}

impl Row for DirectoryRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("DIRECTORY", |row| Cell::from(&row.directory)),
        Column::new("STATE", |row| row.state.into()),
        Column::new("CLUSTER", |row| Cell::option(row.cluster_id.as_ref())),
        Column::new("NODE", |row| Cell::option(row.node_id)),
        Column::new("DIRECTORY-ID", |row| Cell::option(row.directory_id.as_ref())),
        Column::new("METADATA", |row| row.metadata.into()),
    ];
}

/// A directory that a broker could not use is a finding; one that is not there has nothing to be told of.
fn info(args: &StorageInfoArgs, out: &mut Output) -> Outcome {
    let loaded = Given::for_directories(&args.dirs)?.load()?;
    let (_, metadata_index) = directories(&loaded.settings);
    let mut rows = Vec::new();
    let mut errors = Vec::new();
    for (index, (path, facts)) in inspect_log_dirs(&loaded.settings).into_iter().enumerate() {
        let directory = path.display().to_string();
        let row = |state, properties: Option<MetaProperties>| DirectoryRow {
            directory: directory.clone(),
            state,
            cluster_id: properties.as_ref().and_then(|known| known.cluster_id.clone()),
            node_id: properties.as_ref().and_then(|known| known.node_id).map(|id| id.0),
            directory_id: properties.as_ref().and_then(|known| known.directory_id).map(|id| uuid_text(&id)),
            metadata: index == metadata_index,
        };
        match facts {
            Ok(DirectoryFacts::Formatted(properties)) => rows.push(row("formatted", Some(properties))),
            Ok(DirectoryFacts::Empty) if !path.exists() => {
                let hint = "`kafkactl broker start` and `kafkactl storage format` make it";
                errors.push(CommandError::not_found("directory", directory).hint(hint));
            }
            Ok(DirectoryFacts::Empty) => rows.push(row("empty", None)),
            Ok(DirectoryFacts::Foreign { found }) => {
                rows.push(row("foreign", None));
                let reason = format!("{directory} is no log directory: it holds {found}");
                errors.push(CommandError::check_failed(reason));
            }
            Err(error) => errors.push(CommandError::check_failed(error.to_string())),
        }
    }
    out.print(Report::list("StorageInfo", &rows)?.with_errors(errors))
}

#[derive(Serialize)]
struct DrawnUuid {
    name: String,
}

fn random_uuid(out: &mut Output) -> Outcome {
    let id = drawn_uuid();
    if matches!(out.format, Format::Text | Format::Wide) {
        out.write(format!("{id}\n").as_bytes())?;
        return Ok(ExitStatus::Done);
    }
    out.print(Report::details("Uuid", &[DrawnUuid { name: id }], Vec::new())?)
}

fn drawn_uuid() -> String {
    // Version-4 UUIDs come from the system's randomness; `uuid_draw` sets their fixed bits again.
    uuid_text(&uuid_draw(|| uuid::Uuid::new_v4().as_u128()))
}
