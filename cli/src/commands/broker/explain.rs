//! `broker start --explain`: the settings that a start would have.

use kafkactl_core::settings::{
    BrokerSettings, Setting, UnknownName, Used, Value, authorizer_table, broker_table,
    explain as explain_setting,
};
use serde::Serialize;

use crate::args::broker::BrokerStartArgs;
use crate::args::shared::{Common, TableArgs};
use crate::commands::broker_settings::{Given, Loaded};
use crate::commands::{Outcome, local_command};
use crate::error::CommandError;
use crate::exit::ExitStatus;
use crate::output::{Cell, Column, Output, Report, Row};

#[derive(Serialize)]
struct SettingRow {
    name: String,
    /// Null when nothing is set and there is no default; secrets are not shown.
    value: Option<String>,
    source: String,
    /// `yes`, `no` (accepted, but nothing here acts upon it) or `unknown`.
    effect: &'static str,
    help: &'static str,
}

impl Row for SettingRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("NAME", |row| Cell::from(&row.name)),
        Column::new("VALUE", |row| Cell::option(row.value.as_ref().filter(|value| !value.is_empty()))),
        Column::new("SOURCE", |row| Cell::from(&row.source)),
        Column::new("EFFECT", |row| row.effect.into()),
        Column::wide("HELP", |row| row.help.into()),
    ];
}

pub fn run(args: &BrokerStartArgs, outer: &Common) -> ExitStatus {
    let local = args.local.or(&outer.local);
    local_command(&local, &TableArgs::default(), |out| match args.explain.as_deref() {
        None | Some("") => every_setting(args, out),
        Some(name) => one_setting(name, out),
    })
}

fn one_setting(name: &str, out: &mut Output) -> Outcome {
    let text = explain_setting(name).ok_or_else(|| CommandError::not_found("setting", name))?;
    out.write(text.as_bytes())?;
    Ok(ExitStatus::Done)
}

fn every_setting(args: &BrokerStartArgs, out: &mut Output) -> Outcome {
    let loaded = Given::to_start(args, None)?.load()?;
    let known = broker_table().chain(authorizer_table());
    let mut rows: Vec<SettingRow> = known.map(|setting| known_row(setting, args, &loaded)).collect();
    let unknown = loaded.settings.statics().iter().filter(|(name, _)| UnknownName::of_broker(name).is_some());
    rows.extend(unknown.map(|(name, value)| SettingRow {
        name: name.clone(),
        value: Some(value.clone()),
        source: source(name, args, &loaded),
        effect: "unknown",
        help: "",
    }));
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    out.print(Report::list("BrokerSettings", &rows)?)
}

fn known_row(setting: &'static Setting, args: &BrokerStartArgs, loaded: &Loaded) -> SettingRow {
    SettingRow {
        name: setting.name.to_owned(),
        value: shown(setting, &loaded.settings),
        source: source(setting.name, args, loaded),
        effect: match setting.used {
            Used::Ignored => "no",
            _ => "yes",
        },
        help: setting.help,
    }
}

fn shown(setting: &Setting, settings: &BrokerSettings) -> Option<String> {
    let given = settings.static_text(setting.name).map(|text| text.trim().to_owned());
    match given {
        Some(_) if setting.is_sensitive() => Some("[hidden]".to_owned()),
        Some(text) => Some(text),
        None => settings.value(setting).map(|value: Value| value.to_string()),
    }
}

fn source(name: &str, args: &BrokerStartArgs, loaded: &Loaded) -> String {
    let line = loaded.file.entries.iter().rev().find(|entry| entry.key == name).map(|entry| entry.line);
    match line {
        _ if loaded.is_by_flag(name) => "flag".to_owned(),
        _ if args.settings.iter().any(|set| set.key == name) => "--set".to_owned(),
        Some(line) => format!("line {line}"),
        // Those that `broker start` itself brings, and the ones that follow from a synonym.
        None if loaded.settings.is_set(name) => "start".to_owned(),
        None => "default".to_owned(),
    }
}
