use std::time::Duration;

use clap::Args;

use super::consume::Isolation;
use super::shared::Common;
use super::values;

#[derive(Debug, Args)]
pub struct ExporterArgs {
    /// Address of the HTTP port: /metrics, /healthz, /readyz; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9308")]
    pub listen: String,
    /// Time between polls of the cluster
    #[arg(short = 'd', long, value_name = "TIME", default_value = "15s", value_parser = values::duration)]
    pub interval: Duration,
    /// Measure lag from the last record, or from the last committed one
    #[arg(long, value_name = "LEVEL", default_value = "uncommitted")]
    pub isolation: Isolation,
    /// Largest page; topics, groups and partitions get rows as long as there is room; 65536 or more
    #[arg(long, value_name = "BYTES", default_value = "2000000")]
    pub page_bytes: usize,
    #[command(flatten)]
    pub common: Common,
}
