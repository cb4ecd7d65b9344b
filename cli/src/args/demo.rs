use std::time::Duration;

use clap::Args;

use super::shared::LocalArgs;
use super::top::TopLook;
use super::values;

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// End after so long [default: on a terminal when you quit, elsewhere 20s]
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    pub duration: Option<Duration>,
    /// Print what happens and a summary; the default when the output is no terminal
    #[arg(long)]
    pub batch: bool,
    #[command(flatten)]
    pub look: TopLook,
    #[command(flatten)]
    pub local: LocalArgs,
}
