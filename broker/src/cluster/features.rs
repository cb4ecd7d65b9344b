//! Feature levels: which exist, which this broker serves, and what a `metadata.version` means for records.
//!
//! Levels are those of Apache Kafka 4.3 (`MetadataVersion`, `GroupVersion`, `TransactionVersion` …). A level that a
//! directory brings along but that is not served yet stays in the metadata log untouched; clients are told the
//! level that is served ([`FeatureRange::served_max`]), so none of them turns to an API that is not there.

/// `metadata.version`: which records and fields the metadata log may hold.
pub const METADATA_VERSION: &str = "metadata.version";
/// `kraft.version`: whether the voters stand in the metadata log (1) or in the settings (0).
pub const KRAFT_VERSION: &str = "kraft.version";
/// `eligible.leader.replicas.version`: KIP-966.
pub const ELIGIBLE_LEADER_REPLICAS: &str = "eligible.leader.replicas.version";
/// `group.version`: KIP-848 consumer groups.
pub const GROUP_VERSION: &str = "group.version";
/// `transaction.version`: KIP-890 transactions.
pub const TRANSACTION_VERSION: &str = "transaction.version";

/// The oldest and newest `metadata.version` we read and write: 3.3-IV3 and 4.3-IV0.
pub const METADATA_VERSION_MIN: i16 = 7;
pub const METADATA_VERSION_MAX: i16 = 30;
/// 4.0-IV1: partition records carry eligible leader replicas.
const METADATA_VERSION_ELR: i16 = 23;
/// 3.7-IV2: records carry log directories.
const METADATA_VERSION_DIRECTORIES: i16 = 17;
/// 4.3-IV0: broker registrations carry cordoned directories.
const METADATA_VERSION_CORDONED: i16 = 30;

/// One feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureRange {
    pub name: &'static str,
    pub min: i16,
    /// The newest level of Kafka 4.3: a directory may bring it along.
    pub max: i16,
    /// The newest level this broker serves, and so the one it finalizes and shows.
    pub served_max: i16,
    /// For each level from 0 (or `min`), the `metadata.version` it comes with by default.
    arrives_with: &'static [i16],
}

/// Every feature of Kafka 4.3 but `kraft.version`, which lives in control records.
pub const FEATURES: &[FeatureRange] = &[
    feature(METADATA_VERSION, METADATA_VERSION_MIN, METADATA_VERSION_MAX, METADATA_VERSION_MAX, &[]),
    feature(ELIGIBLE_LEADER_REPLICAS, 0, 1, 1, &[7, 26]),
    feature(GROUP_VERSION, 0, 1, 1, &[7, 22]),
    feature("share.version", 0, 1, 0, &[7, 28]),
    feature("streams.version", 0, 1, 0, &[7, 29]),
    feature(TRANSACTION_VERSION, 0, 2, 2, &[7, 24, 24]),
];

/// `kraft.version`: voters in settings, or in the log.
pub const KRAFT: FeatureRange = feature(KRAFT_VERSION, 0, 1, 1, &[7, 21]);

const fn feature(
    name: &'static str,
    min: i16,
    max: i16,
    served_max: i16,
    arrives_with: &'static [i16],
) -> FeatureRange {
    FeatureRange { name, min, max, served_max, arrives_with }
}

impl FeatureRange {
    /// The level Kafka finalizes when it formats for that `metadata.version`.
    pub fn default_level(&self, metadata_version: i16) -> i16 {
        let count = self.arrives_with.iter().filter(|&&arrives| arrives <= metadata_version).count();
        i16::try_from(count.saturating_sub(1)).unwrap_or(self.max)
    }

    /// The level we finalize when we format for that `metadata.version`.
    pub fn format_level(&self, metadata_version: i16) -> i16 {
        self.default_level(metadata_version).min(self.served_max)
    }
}

/// The feature of that name, `kraft.version` among them.
pub fn feature_named(name: &str) -> Option<&'static FeatureRange> {
    FEATURES.iter().chain([&KRAFT]).find(|feature| feature.name == name)
}

/// What a level needs of other features: name and least level.
pub fn dependencies(name: &str, level: i16) -> &'static [(&'static str, i16)] {
    match (name, level) {
        (ELIGIBLE_LEADER_REPLICAS, 1) => &[(METADATA_VERSION, METADATA_VERSION_ELR)],
        _ => &[],
    }
}

/// A `metadata.version` level and what it brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MetadataVersion(pub i16);

impl MetadataVersion {
    pub const LATEST: Self = Self(METADATA_VERSION_MAX);

    pub fn register_broker_record(self) -> i16 {
        match self.0 {
            METADATA_VERSION_CORDONED.. => 4,
            METADATA_VERSION_DIRECTORIES.. => 3,
            8.. => 2,
            _ => 1,
        }
    }

    /// The version of partition and partition change records.
    pub fn partition_record(self) -> i16 {
        match self.0 {
            METADATA_VERSION_ELR.. => 2,
            METADATA_VERSION_DIRECTORIES.. => 1,
            _ => 0,
        }
    }

    pub fn has_directories(self) -> bool {
        self.0 >= METADATA_VERSION_DIRECTORIES
    }

    pub fn has_eligible_leader_replicas(self) -> bool {
        self.0 >= METADATA_VERSION_ELR
    }

    pub fn has_cordoned_directories(self) -> bool {
        self.0 >= METADATA_VERSION_CORDONED
    }

    /// Metadata transactions, and with them bootstrap records in one piece (3.6-IV2).
    pub fn has_transactions(self) -> bool {
        self.0 >= 14
    }

    /// Records that say which controllers there are (3.7-IV0).
    pub fn has_controller_registrations(self) -> bool {
        self.0 >= 15
    }

    /// SCRAM credentials in the metadata log (3.5-IV2).
    pub fn has_scram(self) -> bool {
        self.0 >= 11
    }

    /// Leaves the leader epoch alone when only the ISR shrinks (3.6-IV0).
    pub fn keeps_epoch_on_isr_shrink(self) -> bool {
        self.0 >= 12
    }

    /// Kafka's name of the level, as `4.3-IV0`.
    pub fn name(self) -> Option<&'static str> {
        METADATA_VERSIONS.iter().find(|(level, _)| *level == self.0).map(|(_, name)| *name)
    }

    /// The newest level of a release: `4.3` or `4.3-IV0`.
    pub fn of_release(release: &str) -> Option<Self> {
        METADATA_VERSIONS
            .iter()
            .rev()
            .find(|(_, name)| *name == release || name.split_once("-IV").is_some_and(|(it, _)| it == release))
            .map(|&(level, _)| Self(level))
    }
}

const METADATA_VERSIONS: &[(i16, &str)] = &[
    (7, "3.3-IV3"),
    (8, "3.4-IV0"),
    (9, "3.5-IV0"),
    (10, "3.5-IV1"),
    (11, "3.5-IV2"),
    (12, "3.6-IV0"),
    (13, "3.6-IV1"),
    (14, "3.6-IV2"),
    (15, "3.7-IV0"),
    (16, "3.7-IV1"),
    (17, "3.7-IV2"),
    (18, "3.7-IV3"),
    (19, "3.7-IV4"),
    (20, "3.8-IV0"),
    (21, "3.9-IV0"),
    (22, "4.0-IV0"),
    (23, "4.0-IV1"),
    (24, "4.0-IV2"),
    (25, "4.0-IV3"),
    (26, "4.1-IV0"),
    (27, "4.1-IV1"),
    (28, "4.2-IV0"),
    (29, "4.2-IV1"),
    (30, "4.3-IV0"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn golden(name: &str) -> Vec<Vec<String>> {
        let path = format!("{}/../tests/golden/wire/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn metadata_versions_are_kafkas() {
        let mut compared = 0;
        for row in golden("metadata-versions.tsv") {
            let version = MetadataVersion(row[0].parse().unwrap());
            if version > MetadataVersion::LATEST {
                continue;
            }
            assert_eq!(version.name(), Some(row[3].as_str()));
            assert_eq!(version.register_broker_record().to_string(), row[7], "{version:?}");
            assert_eq!(version.partition_record().to_string(), row[8], "{version:?}");
            assert_eq!(version.partition_record().to_string(), row[9], "{version:?}");
            compared += 1;
        }
        assert_eq!(compared, METADATA_VERSIONS.len());
        assert_eq!(MetadataVersion::of_release("3.5"), Some(MetadataVersion(11)));
        assert_eq!(MetadataVersion::of_release("3.5-IV0"), Some(MetadataVersion(9)));
        assert_eq!(MetadataVersion::of_release("4.4"), None);
    }

    #[test]
    fn features_are_kafkas() {
        let rows = golden("features.tsv");
        for row in &rows {
            let feature = feature_named(&row[0]).unwrap();
            let level: i16 = row[1].parse().unwrap();
            let arrives = MetadataVersion::of_release(&row[3]).unwrap().0;
            assert!(feature.default_level(arrives) >= level, "{row:?}");
            assert!(level == 0 || feature.default_level(arrives - 1) < level, "{row:?}");
            assert_eq!(feature.default_level(METADATA_VERSION_MAX).to_string(), row[4], "{row:?}");
            assert_eq!(feature.max.to_string(), row[5], "{row:?}");
            let needs = dependencies(feature.name, level);
            let needs: Vec<String> = needs.iter().map(|(name, level)| format!("{name}={level}")).collect();
            assert_eq!(format!("{{{}}}", needs.join(", ")), row[6], "{row:?}");
        }
        assert!(rows.len() >= 13);
    }
}
