//! UpdateFeatures, v0–v2: finalizes levels of features, all of a request or none (D12, KIP-584).

use kafkactl_core::wire::messages::update_features_request::FeatureUpdateKey;
use kafkactl_core::wire::messages::update_features_response::UpdatableFeatureResult;
use kafkactl_core::wire::messages::{UpdateFeaturesRequest, UpdateFeaturesResponse};
use kafkactl_core::wire::{ApiKey, ErrorCode, StrBytes};

use super::admin::{deadline, later};
use super::{ApiSpec, Outcome, Request};
use crate::cluster::controller::{FeatureUpdate, Refusal, UpgradeType};

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::UpdateFeatures, versions: 0..=2, handle };

fn handle(mut request: Request<'_>) -> Outcome {
    let body: UpdateFeaturesRequest = match request.decode() {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let version = request.version;
    let features: Vec<StrBytes> = body.feature_updates.iter().map(|it| it.feature.clone()).collect();
    let wishes: Result<Vec<FeatureUpdate>, Refusal> =
        body.feature_updates.iter().map(|update| wish(update, version)).collect();
    let wishes = match wishes {
        Ok(wishes) => wishes,
        Err(refusal) => return Outcome::reply(&answer(version, features, Err(refusal)), version),
    };
    let validate_only = body.validate_only;
    let submitted = request.broker.controller.submit(deadline(body.timeout_ms), move |machine, _, _| {
        machine.update_features(&wishes, validate_only)
    });
    later(version, async move { answer(version, features, submitted.await.and_then(|outcome| outcome)) })
}

/// Version 0 could only say whether a downgrade is allowed.
fn wish(update: &FeatureUpdateKey, version: i16) -> Result<FeatureUpdate, Refusal> {
    let upgrade_type = match (version, update.upgrade_type) {
        (0, _) if update.allow_downgrade => UpgradeType::SafeDowngrade,
        (0, _) | (_, 1) => UpgradeType::Upgrade,
        (_, 2) => UpgradeType::SafeDowngrade,
        (_, 3) => UpgradeType::UnsafeDowngrade,
        (_, other) => {
            let reason = format!("upgrade type {other} of {} is unknown", update.feature);
            return Err(Refusal::new(ErrorCode::InvalidUpdateVersion, reason));
        }
    };
    Ok(FeatureUpdate { feature: update.feature.to_string(), level: update.max_version_level, upgrade_type })
}

fn answer(version: i16, features: Vec<StrBytes>, outcome: Result<(), Refusal>) -> UpdateFeaturesResponse {
    let response = UpdateFeaturesResponse::default();
    match outcome {
        // Version 2 has no results: the request succeeds or fails as a whole.
        Ok(()) if version < 2 => {
            let result = |feature| UpdatableFeatureResult::default().with_feature(feature);
            response.with_error_message(None).with_results(features.into_iter().map(result).collect())
        }
        Ok(()) => response.with_error_message(None),
        Err(refusal) => {
            let reason = format!("no feature was updated: {refusal}");
            response
                .with_error_code(refusal.code.code())
                .with_error_message(Some(StrBytes::from_string(reason)))
        }
    }
}
