//! What clients tell of themselves (KIP-714): who is asked for which metrics and how often, and the last that each told,
//! for whoever exposes it.
//!
//! Subscriptions follow the metadata log; [`Instances`] decides with time as an argument. What stands in a push is read
//! when somebody asks for it. Does not know: connections.

mod instances;
mod otlp;
mod subscription;

use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::names::{Uuid, uuid_draw, uuid_text};
use kafkactl_core::record::Codec;
use kafkactl_core::settings::ResourceKind;
use kafkactl_core::wire::ErrorCode;
use parking_lot::Mutex;

use self::instances::Instances;
pub use self::instances::{Offer, Push, PushRequest};
pub(crate) use self::otlp::each_figure;
#[cfg(test)]
pub(crate) use self::otlp::tests::{gauge as otlp_gauge, push as otlp_push};
use self::subscription::Subscriptions;
use crate::clock::Clock;
use crate::cluster::client_match::ClientIdentity;
use crate::cluster::image::ConfigResource;
use crate::cluster::{MetadataDelta, MetadataImage, MetadataSubscriber};

/// What a push may grow to, in pushes of `telemetry.max.bytes`.
const UNPACKED_FACTOR_MAX: usize = 8;

/// Every client that has asked what to push, and what it pushed last.
pub struct Telemetry {
    clock: Clock,
    /// Whether somebody reads what is pushed. If not, clients do not hear of these APIs, as with Kafka that has no
    /// receiver for them.
    is_received: bool,
    push_bytes_max: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    subscriptions: Subscriptions,
    instances: Instances,
}

impl Telemetry {
    /// `push_bytes_max` is `telemetry.max.bytes`.
    pub fn new(clock: Clock, is_received: bool, push_bytes_max: usize) -> Self {
        Self { clock, is_received, push_bytes_max, state: Mutex::default() }
    }

    pub fn is_received(&self) -> bool {
        self.is_received
    }

    pub fn push_bytes_max(&self) -> usize {
        self.push_bytes_max
    }

    /// What a client is asked for, under the id it has or is given now. THROTTLING_QUOTA_EXCEEDED when it asks again
    /// before its time.
    pub fn subscribe(&self, id: Uuid, mut client: ClientIdentity) -> Result<(Uuid, Offer), ErrorCode> {
        let id = if id.is_nil() { uuid_draw(rand::random) } else { id };
        client.instance_id = uuid_text(&id);
        let State { subscriptions, instances } = &mut *self.state.lock();
        let offer = instances.subscribe(id, &client, subscriptions, self.clock.now_ms())?;
        Ok((id, offer))
    }

    /// Takes a push, packed as its codec says.
    pub fn push(
        &self,
        request: &PushRequest,
        mut client: ClientIdentity,
        packed: &[u8],
    ) -> Result<(), ErrorCode> {
        let id = request.instance_id;
        client.instance_id = uuid_text(&id);
        let now_ms = self.clock.now_ms();
        {
            let State { subscriptions, instances } = &mut *self.state.lock();
            instances.admit(request, packed.len(), self.push_bytes_max, &client, subscriptions, now_ms)?;
        }
        if packed.is_empty() {
            return Ok(());
        }
        // Unpacking takes a while: not while others wait.
        let unpacked =
            unpack(request.codec_id, packed, self.push_bytes_max.saturating_mul(UNPACKED_FACTOR_MAX));
        let mut state = self.state.lock();
        match unpacked {
            Some(metrics) => {
                state.instances.keep(id, Push { client_id: client.id, received_ms: now_ms, metrics });
                Ok(())
            }
            None => {
                state.instances.failed(id, ErrorCode::InvalidRecord);
                Err(ErrorCode::InvalidRecord)
            }
        }
    }

    /// The last push of every client that is heard of in time, as OTLP `MetricsData`; counts are totals, not differences.
    pub fn latest(&self) -> Vec<(Uuid, Arc<Push>)> {
        self.state.lock().instances.latest(self.clock.now_ms())
    }
}

fn unpack(codec_id: i8, packed: &[u8], bytes_max: usize) -> Option<Bytes> {
    let codec = Codec::from_id(u8::try_from(codec_id).ok()?).ok()?;
    let mut unpacked = Vec::new();
    codec.decompress(packed, &mut unpacked, bytes_max).ok()?;
    Some(unpacked.into())
}

impl MetadataSubscriber for Telemetry {
    fn apply(&self, delta: &MetadataDelta, image: &Arc<MetadataImage>) {
        let is_one = |resource: &&ConfigResource| resource.kind == ResourceKind::ClientMetrics;
        if !delta.is_whole && !delta.configs.iter().any(|resource| is_one(&resource)) {
            return;
        }
        let configs = image.config_resources().filter(|(resource, _)| is_one(resource));
        self.state.lock().subscriptions.replace(configs.map(|(_, texts)| &**texts));
    }
}
