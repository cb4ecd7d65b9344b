//! Which snapshots of the metadata log go (`KafkaMetadataLog.maybeClean`).

use kafkactl_core::settings::MetadataLogSettings;

use super::checkpoint::SnapshotId;

/// A snapshot on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredSnapshot {
    pub id: SnapshotId,
    pub size_bytes: u64,
    /// `None` while nobody has looked: it was there at the start.
    pub written_ms: Option<i64>,
}

/// How many of the oldest snapshots go: those too old, and as many as it takes for snapshots and log together to fit.
/// The newest always stays.
pub fn snapshots_to_drop(
    snapshots: &[StoredSnapshot],
    log_bytes: u64,
    settings: &MetadataLogSettings,
    now_ms: i64,
) -> usize {
    let limit = |limit: i64| u64::try_from(limit).ok();
    let mut bytes = log_bytes + snapshots.iter().map(|snapshot| snapshot.size_bytes).sum::<u64>();
    let droppable = &snapshots[..snapshots.len().saturating_sub(1)];
    let mut count = 0;
    for snapshot in droppable {
        let age_ms = snapshot.written_ms.map(|written_ms| now_ms.saturating_sub(written_ms));
        let is_old =
            settings.retention_ms >= 0 && age_ms.is_some_and(|age_ms| age_ms > settings.retention_ms);
        let is_much = limit(settings.retention_bytes).is_some_and(|max| bytes > max);
        if !is_old && !is_much {
            break;
        }
        bytes -= snapshot.size_bytes;
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use kafkactl_core::names::{LeaderEpoch, Offset};

    use super::*;

    #[test]
    fn old_and_excess_snapshots_go_but_never_the_newest() {
        let snapshot = |end, size_bytes, written_ms| StoredSnapshot {
            id: SnapshotId { end: Offset(end), epoch: LeaderEpoch(1) },
            size_bytes,
            written_ms,
        };
        let all = [snapshot(0, 10, None), snapshot(50, 100, Some(1_000)), snapshot(99, 100, Some(9_000))];
        let cases = [
            (-1, -1, 0),
            (10_000, 1_000, 0),
            (5_000, 1_000, 0),
            (10_000, 300, 1),
            (10_000, 1, 2),
            (-1, 1, 2),
        ];
        for (retention_ms, retention_bytes, expected) in cases {
            let settings = MetadataLogSettings { retention_ms, retention_bytes, ..Default::default() };
            let got = snapshots_to_drop(&all, 100, &settings, 10_000);
            assert_eq!(got, expected, "{retention_ms} ms, {retention_bytes} bytes");
        }
        let old = MetadataLogSettings { retention_ms: 5_000, retention_bytes: -1, ..Default::default() };
        assert_eq!(snapshots_to_drop(&all[1..], 100, &old, 10_000), 1);
        assert_eq!(snapshots_to_drop(&all[2..], 100, &old, 99_000), 0);
    }
}
