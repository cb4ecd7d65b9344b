//! The command line as typed. Parsing here; what it settles to is each command's plan.
//!
//! Options that every command shares are not clap globals: they are flattened at the root and in each command that
//! has a use for them, and merged, the deeper one winning. So help and errors stay true to the command.

pub mod broker;
pub mod cluster;
pub mod completion;
pub mod consume;
pub mod context;
pub mod demo;
pub mod exporter;
pub mod group;
pub mod position;
pub mod produce;
pub mod segment;
pub mod shared;
pub mod storage;
pub mod top;
pub mod topic;
pub mod txn;
pub mod values;

use clap::{Parser, Subcommand};

use crate::exit::EXIT_CODES_HELP;
use shared::Common;

/// Kafka in one binary: a broker, and the command line for any Kafka cluster
#[derive(Debug, Parser)]
#[command(
    name = "kafkactl",
    version,
    after_help = EXIT_CODES_HELP,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 110
)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub noun: Noun,
}

#[derive(Debug, Subcommand)]
pub enum Noun {
    /// Run a broker, and set those that run
    #[command(subcommand, visible_alias = "brokers")]
    Broker(broker::BrokerCommand),
    /// Read and change topics, their settings and partitions
    #[command(subcommand, visible_aliases = ["topics", "t"])]
    Topic(topic::TopicCommand),
    /// Write records from files or standard input to a topic
    Produce(Box<produce::ProduceArgs>),
    /// Read records of topics
    Consume(Box<consume::ConsumeArgs>),
    /// Watch brokers, partitions and groups live
    Top(Box<top::TopArgs>),
    /// See it all at once: a broker, clients at work and the dashboard; nothing of it stays
    Demo(demo::DemoArgs),
    /// Serve lag and the state of any cluster to Prometheus
    Exporter(Box<exporter::ExporterArgs>),
    /// Read consumer groups, their lag and offsets, and change them
    #[command(subcommand, visible_aliases = ["groups", "g"])]
    Group(group::GroupCommand),
    /// Look into transactions, and end those that hang
    #[command(subcommand)]
    Txn(txn::TxnCommand),
    /// Facts about the whole cluster
    #[command(subcommand)]
    Cluster(cluster::ClusterCommand),
    /// Format and inspect data directories; no broker needed
    #[command(subcommand)]
    Storage(storage::StorageCommand),
    /// Read the files of partitions: dump, verify, count, find; no broker needed
    #[command(subcommand, visible_aliases = ["segments", "seg"])]
    Segment(segment::SegmentCommand),
    /// Named clusters in kafkactl.toml
    #[command(subcommand, visible_alias = "ctx")]
    Context(context::ContextCommand),
    /// Print a shell's completion script
    Completion(completion::CompletionArgs),
    /// Print the version
    Version(shared::LocalArgs),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_argument_tree_is_sound() {
        Cli::command().debug_assert();
    }

    /// A short flag means one thing in the whole tree (grammar table of the command line).
    #[test]
    fn short_flags_have_one_meaning() {
        let mut meanings = std::collections::BTreeMap::new();
        let mut commands = vec![Cli::command()];
        while let Some(command) = commands.pop() {
            for arg in command.get_arguments() {
                let (Some(short), Some(long)) = (arg.get_short(), arg.get_long()) else { continue };
                let known = meanings.entry(short).or_insert_with(|| long.to_owned());
                assert_eq!(known, long, "-{short} in `{}`", command.get_name());
            }
            commands.extend(command.get_subcommands().cloned());
        }
        assert!(meanings.len() > 10, "only {} short flags seen", meanings.len());
    }
}
