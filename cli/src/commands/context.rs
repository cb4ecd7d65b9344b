//! `context`: named clusters in the user's `kafkactl.toml`, next to those of a project's `.kafkactl.toml`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Outcome, local_command};
use crate::args::context::{
    ContextAddArgs, ContextCommand, ContextFileArgs, ContextListArgs, ContextNameArgs, ContextShowArgs,
};
use crate::args::shared::{Common, ConnectArgs, TableArgs};
use crate::context::file::{Context, UserDocument, surroundings};
use crate::context::{Protect, Surroundings, settle};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Cell, Column, Output, Report, Row};

pub fn run(command: ContextCommand, outer: &Common) -> ExitStatus {
    let run = |file: &ContextFileArgs,
               table: &TableArgs,
               command: &dyn Fn(&ConnectArgs, &mut Output) -> Outcome| {
        let connect = ConnectArgs {
            config: file.config.clone().or_else(|| outer.connect.config.clone()),
            ..outer.connect.clone()
        };
        local_command(&file.local.or(&outer.local), table, |out| command(&connect, out))
    };
    let no_table = TableArgs::default();
    match &command {
        ContextCommand::List(ContextListArgs { file, table }) => run(file, table, &list),
        ContextCommand::Show(ContextShowArgs { name, file, table }) => {
            run(file, table, &|connect, out| show(name.as_deref(), connect, out))
        }
        ContextCommand::Current(file) => run(file, &no_table, &current),
        ContextCommand::Use(ContextNameArgs { name, file }) => {
            run(file, &no_table, &|connect, out| use_context(name, connect, out))
        }
        ContextCommand::Add(args) => run(&args.file, &no_table, &|connect, out| add(args, connect, out)),
        ContextCommand::Remove(ContextNameArgs { name, file }) => {
            run(file, &no_table, &|connect, out| remove(name, connect, out))
        }
    }
}

#[derive(Serialize)]
struct ContextRow {
    name: String,
    current: bool,
    bootstrap: Vec<String>,
    protect: Protect,
    file: String,
}

impl Row for ContextRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("NAME", |row| Cell::from(&row.name)),
        Column::new("CURRENT", |row| if row.current { "*".into() } else { Cell::Absent }),
        Column::new("BOOTSTRAP", |row| Cell::list(&row.bootstrap)),
        Column::new("PROTECT", |row| row.protect.as_str().into()),
        Column::wide("FILE", |row| Cell::from(&row.file)),
    ];
}

fn list(connect: &ConnectArgs, out: &mut Output) -> Outcome {
    let around = surroundings(connect.config.as_deref())?;
    let current = current_name(connect, &around);
    // A project's context hides the user's of the same name.
    let mut rows = BTreeMap::new();
    for (path, file) in around.files.iter().rev() {
        for (name, context) in &file.contexts {
            let row = ContextRow {
                name: name.clone(),
                current: current.as_ref() == Some(name),
                bootstrap: context.bootstrap.clone(),
                protect: context.protect,
                file: path.display().to_string(),
            };
            rows.insert(name, row);
        }
    }
    let rows: Vec<ContextRow> = rows.into_values().collect();
    out.print(Report::list("ContextList", &rows)?)
}

/// The name of the context in force, without asking whether it exists.
fn current_name(connect: &ConnectArgs, around: &Surroundings) -> Option<String> {
    let from_environment = || around.environment.get("KAFKACTL_CONTEXT").cloned();
    let from_files = || around.files.iter().find_map(|(_, file)| file.current.clone());
    connect.context.clone().or_else(from_environment).or_else(from_files)
}

fn current(connect: &ConnectArgs, out: &mut Output) -> Outcome {
    let around = surroundings(connect.config.as_deref())?;
    let Some(name) = current_name(connect, &around) else {
        return Err(CommandError::failed("no context is current")
            .hint("`kafkactl context use NAME` makes one current"));
    };
    out.write(format!("{name}\n").as_bytes())?;
    Ok(ExitStatus::Done)
}

#[derive(Serialize)]
struct SettingRow {
    name: &'static str,
    value: String,
    source: String,
}

impl Row for SettingRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("NAME", |row| row.name.into()),
        Column::new("VALUE", |row| if row.value.is_empty() { Cell::Absent } else { Cell::from(&row.value) }),
        Column::new("SOURCE", |row| Cell::from(&row.source)),
    ];
}

fn show(name: Option<&str>, connect: &ConnectArgs, out: &mut Output) -> Outcome {
    let mut connect = connect.clone();
    connect.context = name.map(str::to_owned).or(connect.context);
    let settings = settle(&connect, &surroundings(connect.config.as_deref())?)?;
    let row = |name, value: &str, source: String| SettingRow { name, value: value.to_owned(), source };
    let mut rows = Vec::new();
    if let Some(context) = &settings.context {
        rows.push(row("context", &context.value, context.source.to_string()));
        rows.push(row("protect", settings.protect.as_str(), "context".to_owned()));
        if let Some(color) = settings.color {
            rows.push(row("color", color.as_str(), "context".to_owned()));
        }
    }
    rows.extend(
        settings
            .properties
            .iter()
            .map(|(name, sourced)| row(name, &sourced.value, sourced.source.to_string())),
    );
    out.print(Report::list("ClientSettings", &rows)?)
}

fn use_context(name: &str, connect: &ConnectArgs, out: &mut Output) -> Outcome {
    let around = surroundings(connect.config.as_deref())?;
    if !around.files.iter().any(|(_, file)| file.contexts.contains_key(name)) {
        return Err(
            CommandError::not_found("context", name).hint("`kafkactl context list` shows the contexts")
        );
    }
    let mut document = UserDocument::open(connect.config.as_deref())?;
    document.set_current(name);
    document.save()?;
    out.note(&format!("current context is {name}"));
    Ok(ExitStatus::Done)
}

fn add(args: &ContextAddArgs, connect: &ConnectArgs, out: &mut Output) -> Outcome {
    let context = Context {
        bootstrap: args.bootstrap.clone(),
        protect: args.protect,
        color: args.name_color,
        properties: args.properties.iter().map(|given| (given.key.clone(), given.value.clone())).collect(),
    };
    // Checked here, so that a wrong property is told now and not at every later command.
    let flags = ConnectArgs { properties: args.properties.clone(), ..ConnectArgs::default() };
    settle(&flags, &Surroundings::default())?;
    let mut document = UserDocument::open(connect.config.as_deref())?;
    if document.has(&args.name) && !args.replace {
        return Err(CommandError::refused(format!("context \"{}\" exists", args.name))
            .hint("--replace overwrites it"));
    }
    document.put(&args.name, &context);
    document.save()?;
    out.note(&format!("context {} written to {}", args.name, document.path.display()));
    Ok(ExitStatus::Done)
}

fn remove(name: &str, connect: &ConnectArgs, out: &mut Output) -> Outcome {
    let mut document = UserDocument::open(connect.config.as_deref())?;
    if !document.has(name) {
        return Err(CommandError::not_found("context", name));
    }
    document.remove(name);
    document.save()?;
    out.note(&format!("context {name} removed from {}", document.path.display()));
    Ok(ExitStatus::Done)
}
