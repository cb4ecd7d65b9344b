use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::shared::{LocalArgs, TableArgs};
use super::values::KeyValue;
use crate::context::{ContextColor, Protect};

#[derive(Debug, Subcommand)]
pub enum ContextCommand {
    /// The contexts of the user's and the project's file
    #[command(visible_alias = "ls")]
    List(ContextListArgs),
    /// Make a context the current one
    Use(ContextNameArgs),
    /// The name of the current context
    Current(ContextFileArgs),
    /// The settings that a context comes to, each with its source
    Show(ContextShowArgs),
    /// Write a context to the user's file
    Add(ContextAddArgs),
    /// Take a context out of the user's file
    #[command(visible_alias = "rm")]
    Remove(ContextNameArgs),
}

#[derive(Debug, Args)]
pub struct ContextFileArgs {
    /// Context file to use in place of the user's
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub local: LocalArgs,
}

#[derive(Debug, Args)]
pub struct ContextListArgs {
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub file: ContextFileArgs,
}

#[derive(Debug, Args)]
pub struct ContextNameArgs {
    /// The context's name
    pub name: String,
    #[command(flatten)]
    pub file: ContextFileArgs,
}

#[derive(Debug, Args)]
pub struct ContextShowArgs {
    /// The context's name [default: the current one]
    pub name: Option<String>,
    #[command(flatten)]
    pub table: TableArgs,
    #[command(flatten)]
    pub file: ContextFileArgs,
}

#[derive(Debug, Args)]
pub struct ContextAddArgs {
    /// The context's name
    pub name: String,
    /// Brokers to ask first, as host:port with commas
    #[arg(short, long, value_name = "HOST:PORT,…", value_delimiter = ',', required = true)]
    pub bootstrap: Vec<String>,
    /// A client property, such as client.id=me; may repeat
    #[arg(short = 'X', value_name = "KEY=VALUE")]
    pub properties: Vec<KeyValue>,
    /// Guard against changes: none; confirm asks for typed names; readonly refuses
    #[arg(long, value_name = "GUARD", default_value = "none")]
    pub protect: Protect,
    /// Colour of its name in `top`
    #[arg(long, value_name = "COLOR")]
    pub name_color: Option<ContextColor>,
    /// Replace a context of the same name
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    pub file: ContextFileArgs,
}
