//! The metadata log and what it says: image, controller.

use std::sync::Arc;

/// All that the metadata log says up to one offset.
#[derive(Debug, Default)]
pub struct MetadataImage {}

/// What changed between two images.
#[derive(Debug, Default)]
pub struct MetadataDelta {}

/// The newest image; readers never wait.
#[derive(Debug, Default)]
pub struct MetadataCache {}

/// The way to change the metadata log.
#[derive(Debug, Default)]
pub struct Controller {}

/// A room that follows the metadata log. Called in log order, on the replaying thread, before the reply of the
/// request that wrote the records leaves (J18).
pub trait MetadataSubscriber: Send + Sync {
    fn apply(&self, delta: &MetadataDelta, image: &Arc<MetadataImage>);
}
