//! ApiVersions, v0–v4. Answers every version: an unknown one gets version 0's shape, UNSUPPORTED_VERSION and the one
//! range a client needs to ask again (I2, KIP-511). The response header never is flexible.

use kafkactl_core::wire::messages::api_versions_response::{
    ApiVersion, FinalizedFeatureKey, SupportedFeatureKey,
};
use kafkactl_core::wire::messages::{ApiVersionsRequest, ApiVersionsResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::{ApiSpec, Outcome, Request, SPECS};
use crate::cluster::MetadataImage;
use crate::cluster::features::{FEATURES, FeatureRange};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::ApiVersions, versions: 0..=4, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let version = request.version;
    if !SPEC.versions.contains(&version) {
        let response = ApiVersionsResponse::default()
            .with_error_code(ErrorCode::UnsupportedVersion.code())
            .with_api_keys(vec![range_of(&SPEC)]);
        return Outcome::reply(&response, 0);
    }
    let body: ApiVersionsRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    if version >= 3 {
        let (name, software_version) = (&body.client_software_name, &body.client_software_version);
        if !is_software_text(name) || !is_software_text(software_version) {
            let response = ApiVersionsResponse::default().with_error_code(ErrorCode::InvalidRequest.code());
            return Outcome::reply(&response, version);
        }
        request.connection.client_software = Some((name.to_string(), software_version.to_string()));
    }
    let image = request.broker.metadata.image();
    let ranges = advertised(request.broker.telemetry.is_received());
    Outcome::reply(&features(&image, version).with_api_keys(ranges), version)
}

/// What clients decide by whether to use newer protocols (I3). Versions before 4 cannot carry a range from 0: Java
/// clients refuse it (J8).
fn features(image: &MetadataImage, version: i16) -> ApiVersionsResponse {
    let name = |feature: &FeatureRange| StrBytes::from_static_str(feature.name);
    let supported =
        FEATURES.iter().filter(|feature| feature.served_max > 0 && (feature.min > 0 || version >= 4));
    let supported = supported.map(|feature| {
        SupportedFeatureKey::default()
            .with_name(name(feature))
            .with_min_version(feature.min)
            .with_max_version(feature.served_max)
    });
    let finalized = FEATURES.iter().filter_map(|feature| {
        let level = image.feature_level(feature.name).min(feature.served_max);
        let key = FinalizedFeatureKey::default().with_name(name(feature));
        (level > 0).then(|| key.with_min_version_level(level).with_max_version_level(level))
    });
    if version < 3 {
        return ApiVersionsResponse::default();
    }
    ApiVersionsResponse::default()
        .with_supported_features(supported.collect())
        .with_finalized_features_epoch(image.offset.0)
        .with_finalized_features(finalized.collect())
}

/// Every served API by key; those of telemetry only if somebody receives it.
fn advertised(telemetry: bool) -> Vec<ApiVersion> {
    let is_shown = |spec: &&ApiSpec| {
        telemetry || !matches!(spec.key, ApiKey::GetTelemetrySubscriptions | ApiKey::PushTelemetry)
    };
    let mut ranges: Vec<ApiVersion> = SPECS.iter().filter(is_shown).map(range_of).collect();
    ranges.sort_by_key(|range| range.api_key);
    ranges
}

fn range_of(spec: &ApiSpec) -> ApiVersion {
    // librdkafka takes the absence of Produce 0 for a broker without compression (I4, KAFKA-18659).
    let min = if spec.key == ApiKey::Produce { 0 } else { *spec.versions.start() };
    ApiVersion::default()
        .with_api_key(spec.key.key())
        .with_min_version(min)
        .with_max_version(*spec.versions.end())
}

/// `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?` (KIP-511).
fn is_software_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends_well = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    ends_well(bytes.first())
        && ends_well(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_texts_are_checked() {
        for good in ["librdkafka", "a", "apache-kafka-java", "4.3.1", "0"] {
            assert!(is_software_text(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a b", ".", "a_b", "ä"] {
            assert!(!is_software_text(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_served_is_never_more_than_kafka_has() {
        for spec in SPECS {
            let kafkas = spec.key.versions();
            assert!(kafkas.contains(spec.versions.start()), "{}", spec.key);
            assert!(kafkas.contains(spec.versions.end()), "{}", spec.key);
        }
        let mut keys: Vec<i16> = SPECS.iter().map(|spec| spec.key.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), SPECS.len(), "every API is registered once");
    }
}
