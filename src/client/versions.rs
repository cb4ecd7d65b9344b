//! What one broker speaks, as it said in ApiVersions, and the version that both sides know best.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::wire::ApiKey;
use crate::wire::messages::ApiVersionsResponse;

/// The version ranges and features of one broker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions {
    ranges: BTreeMap<i16, (i16, i16)>,
    /// Feature levels that the broker could run, by name.
    pub supported_features: BTreeMap<String, (i16, i16)>,
    /// Feature levels that the cluster runs, by name.
    pub finalized_features: BTreeMap<String, i16>,
}

impl Versions {
    pub fn from_response(response: &ApiVersionsResponse) -> Self {
        let ranges =
            response.api_keys.iter().map(|api| (api.api_key, (api.min_version, api.max_version))).collect();
        let supported_features = response
            .supported_features
            .iter()
            .map(|feature| (feature.name.to_string(), (feature.min_version, feature.max_version)))
            .collect();
        let finalized_features = response
            .finalized_features
            .iter()
            .map(|feature| (feature.name.to_string(), feature.max_version_level))
            .collect();
        Self { ranges, supported_features, finalized_features }
    }

    /// Every API key the broker offers, known here or not, with its range.
    pub fn ranges(&self) -> impl Iterator<Item = (i16, RangeInclusive<i16>)> {
        self.ranges.iter().map(|(key, (min, max))| (*key, *min..=*max))
    }

    pub fn range(&self, api: ApiKey) -> Option<RangeInclusive<i16>> {
        self.ranges.get(&api.key()).map(|(min, max)| *min..=*max)
    }

    /// The highest version that the broker offers, Kafka 4.3 has, and `ours` includes.
    pub fn best(&self, api: ApiKey, ours: RangeInclusive<i16>) -> Option<i16> {
        let theirs = self.range(api)?;
        let known = api.versions();
        let best = (*theirs.end()).min(*ours.end()).min(*known.end());
        let least = (*theirs.start()).max(*ours.start()).max(*known.start());
        (best >= least).then_some(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_version_is_one_that_everybody_knows() {
        for (theirs, ours, expected) in [
            (Some((0, 20)), 0..=11, Some(11)),
            (Some((0, 20)), 0..=99, Some(11)),
            (Some((0, 5)), 0..=11, Some(5)),
            (Some((0, 0)), 0..=11, None),
            (Some((7, 9)), 1..=6, None),
            (Some((5, 3)), 1..=11, None),
            (None, 1..=11, None),
        ] {
            let ranges = theirs.map(|range| (ApiKey::ListOffsets.key(), range)).into_iter().collect();
            let versions = Versions { ranges, ..Versions::default() };
            assert_eq!(versions.best(ApiKey::ListOffsets, ours.clone()), expected, "{theirs:?} {ours:?}");
        }
    }
}
