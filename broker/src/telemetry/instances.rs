//! The clients that ask what to push, as a machine: when each may come, and what it pushed last
//! (`ClientMetricsManager`).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use kafkactl_core::names::Uuid;
use kafkactl_core::record::Codec;
use kafkactl_core::wire::ErrorCode;

use super::subscription::Subscriptions;
use crate::cluster::client_match::ClientIdentity;

/// Clients that are remembered; of more, those that were silent longest are forgotten.
const INSTANCES_MAX: usize = 16_384;
/// Memory of all pushes together; of more, the oldest are dropped.
const PUSHES_BYTES_MAX: usize = 32 << 20;
/// Intervals after which a client that did not push is gone.
const SILENT_INTERVALS_MAX: i64 = 3;

/// What a client is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Names this question; a push must repeat it.
    pub subscription_id: i32,
    pub push_interval_ms: i32,
    /// Prefixes of names; `*` alone for all; empty for none.
    pub metrics: Vec<String>,
}

/// A push without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushRequest {
    pub instance_id: Uuid,
    pub subscription_id: i32,
    /// The client's last.
    pub is_terminating: bool,
    pub codec_id: i8,
}

/// What a client pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// `client.id`; not unique.
    pub client_id: String,
    pub received_ms: i64,
    /// OTLP `MetricsData`, unpacked, as the client made it.
    pub metrics: Bytes,
}

#[derive(Debug, Default)]
pub struct Instances {
    by_id: HashMap<Uuid, Instance>,
    /// The same by when they last came.
    by_turn: BTreeMap<u64, Uuid>,
    turns: u64,
    pushes_bytes: usize,
}

#[derive(Debug)]
struct Instance {
    offer: Offer,
    /// Of the subscriptions that the offer follows from.
    version: u64,
    /// In milliseconds; `None` until it comes.
    last_subscribe_ms: Option<i64>,
    last_push_ms: Option<i64>,
    last_error: ErrorCode,
    has_terminated: bool,
    turn: u64,
    push: Option<Arc<Push>>,
}

impl Instances {
    /// What `client` is asked for. It may ask again after a push interval, or after an error that tells it to.
    pub fn subscribe(
        &mut self,
        id: Uuid,
        client: &ClientIdentity,
        subscriptions: &Subscriptions,
        now_ms: i64,
    ) -> Result<Offer, ErrorCode> {
        let instance = self.instance(id, client, subscriptions);
        let last_ms = instance.last_subscribe_ms.max(instance.last_push_ms);
        if instance.is_time(last_ms, now_ms) {
            instance.last_subscribe_ms = Some(now_ms);
        } else if !may_ask_again(instance.last_error) {
            return Err(ErrorCode::ThrottlingQuotaExceeded);
        }
        instance.last_error = ErrorCode::None;
        Ok(instance.offer.clone())
    }

    /// Whether a push of `bytes` packed bytes is taken.
    pub fn admit(
        &mut self,
        request: &PushRequest,
        bytes: usize,
        bytes_max: usize,
        client: &ClientIdentity,
        subscriptions: &Subscriptions,
        now_ms: i64,
    ) -> Result<(), ErrorCode> {
        // Ids that are never drawn.
        if request.instance_id.as_u128() <= 100 {
            return Err(ErrorCode::InvalidRequest);
        }
        let instance = self.instance(request.instance_id, client, subscriptions);
        let judged = instance.judge(request, bytes, bytes_max, now_ms);
        instance.has_terminated |= request.is_terminating;
        instance.last_error = judged.err().unwrap_or(ErrorCode::None);
        judged
    }

    /// Keeps what an admitted push holds.
    pub fn keep(&mut self, id: Uuid, push: Push) {
        let Some(instance) = self.by_id.get_mut(&id) else { return };
        self.pushes_bytes += push.metrics.len();
        let old = instance.push.replace(Arc::new(push));
        self.pushes_bytes -= old.map_or(0, |push| push.metrics.len());
        for id in self.by_turn.values() {
            if self.pushes_bytes <= PUSHES_BYTES_MAX {
                break;
            }
            let push = self.by_id.get_mut(id).and_then(|instance| instance.push.take());
            self.pushes_bytes -= push.map_or(0, |push| push.metrics.len());
        }
    }

    /// Remembers how an admitted push ended.
    pub fn failed(&mut self, id: Uuid, error: ErrorCode) {
        if let Some(instance) = self.by_id.get_mut(&id) {
            instance.last_error = error;
        }
    }

    /// What every client that is not overdue pushed last, in no order.
    pub fn latest(&self, now_ms: i64) -> Vec<(Uuid, Arc<Push>)> {
        let is_heard = |instance: &Instance, push: &Push| {
            let silent_ms_max = SILENT_INTERVALS_MAX * i64::from(instance.offer.push_interval_ms);
            now_ms.saturating_sub(push.received_ms) <= silent_ms_max
        };
        let latest = self.by_id.iter().filter_map(|(id, instance)| {
            let push = instance.push.as_ref().filter(|push| is_heard(instance, push))?;
            Some((*id, Arc::clone(push)))
        });
        latest.collect()
    }

    /// The instance of that id, known or new, with an offer of these subscriptions.
    fn instance(
        &mut self,
        id: Uuid,
        client: &ClientIdentity,
        subscriptions: &Subscriptions,
    ) -> &mut Instance {
        self.turns += 1;
        let turn = self.turns;
        match self.by_id.get(&id) {
            Some(known) => drop(self.by_turn.remove(&known.turn)),
            None if self.by_id.len() >= INSTANCES_MAX => self.forget_oldest(),
            None => {}
        }
        self.by_turn.insert(turn, id);
        let version = subscriptions.version;
        let fresh = || Instance::new(subscriptions.offer(id, client), version);
        let instance = self.by_id.entry(id).or_insert_with(fresh);
        if instance.version != version {
            // Whoever is asked for something else may answer at once.
            *instance = Instance { push: instance.push.take(), ..fresh() };
        }
        instance.turn = turn;
        instance
    }

    fn forget_oldest(&mut self) {
        let oldest = self.by_turn.pop_first().and_then(|(_, id)| self.by_id.remove(&id));
        self.pushes_bytes -= oldest.and_then(|it| it.push).map_or(0, |push| push.metrics.len());
    }
}

impl Instance {
    fn new(offer: Offer, version: u64) -> Self {
        Self {
            offer,
            version,
            last_subscribe_ms: None,
            last_push_ms: None,
            last_error: ErrorCode::None,
            has_terminated: false,
            turn: 0,
            push: None,
        }
    }

    fn is_time(&self, last_ms: Option<i64>, now_ms: i64) -> bool {
        last_ms.is_none_or(|last_ms| now_ms.saturating_sub(last_ms) >= i64::from(self.offer.push_interval_ms))
    }

    fn judge(
        &mut self,
        request: &PushRequest,
        bytes: usize,
        bytes_max: usize,
        now_ms: i64,
    ) -> Result<(), ErrorCode> {
        if self.has_terminated {
            return Err(ErrorCode::InvalidRequest);
        }
        // The first push after a question comes after a random part of the interval.
        let is_first = self.last_subscribe_ms > self.last_push_ms;
        if is_first || self.is_time(self.last_push_ms, now_ms) {
            self.last_push_ms = Some(now_ms);
        } else if !request.is_terminating {
            return Err(ErrorCode::ThrottlingQuotaExceeded);
        }
        if request.subscription_id != self.offer.subscription_id {
            return Err(ErrorCode::UnknownSubscriptionId);
        }
        if u8::try_from(request.codec_id).ok().and_then(|id| Codec::from_id(id).ok()).is_none() {
            return Err(ErrorCode::UnsupportedCompressionType);
        }
        if bytes > bytes_max {
            return Err(ErrorCode::TelemetryTooLarge);
        }
        Ok(())
    }
}

/// After these errors a client asks what to push before it pushes again.
fn may_ask_again(error: ErrorCode) -> bool {
    matches!(error, ErrorCode::UnknownSubscriptionId | ErrorCode::UnsupportedCompressionType)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::settings::Texts;

    const ID: Uuid = Uuid::from_u128(1000);
    const BYTES_MAX: usize = 100;

    struct Bench {
        instances: Instances,
        subscriptions: Subscriptions,
    }

    impl Bench {
        fn new() -> Self {
            let mut bench = Self { instances: Instances::default(), subscriptions: Subscriptions::default() };
            bench.change("1000");
            bench
        }

        fn change(&mut self, interval_ms: &str) {
            let pairs = [("interval.ms", interval_ms), ("metrics", "*")];
            let texts: Texts = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            self.subscriptions.replace([&texts].into_iter());
        }

        fn subscribe(&mut self, now_ms: i64) -> Result<Offer, ErrorCode> {
            self.instances.subscribe(ID, &ClientIdentity::default(), &self.subscriptions, now_ms)
        }

        fn push(&mut self, request: &PushRequest, bytes: usize, now_ms: i64) -> Result<(), ErrorCode> {
            let client = ClientIdentity::default();
            self.instances.admit(request, bytes, BYTES_MAX, &client, &self.subscriptions, now_ms)
        }

        fn request(&mut self) -> PushRequest {
            let subscription_id = self.subscriptions.offer(ID, &ClientIdentity::default()).subscription_id;
            PushRequest { instance_id: ID, subscription_id, is_terminating: false, codec_id: 0 }
        }
    }

    #[test]
    fn clients_come_once_in_an_interval() {
        let mut bench = Bench::new();
        let request = bench.request();
        assert_eq!(bench.subscribe(0).unwrap().push_interval_ms, 1000);
        assert_eq!(bench.subscribe(999).unwrap_err(), ErrorCode::ThrottlingQuotaExceeded);
        // The first push may come at any time.
        assert_eq!(bench.push(&request, 1, 600), Ok(()));
        assert_eq!(bench.push(&request, 1, 1599), Err(ErrorCode::ThrottlingQuotaExceeded));
        assert_eq!(bench.push(&request, 1, 1600), Ok(()));
        assert_eq!(bench.subscribe(2599).unwrap_err(), ErrorCode::ThrottlingQuotaExceeded);
        assert!(bench.subscribe(2600).is_ok());
    }

    #[test]
    fn what_is_wrong_with_a_push_is_said() {
        let right = Bench::new().request();
        let cases = [
            (PushRequest { instance_id: Uuid::nil(), ..right.clone() }, 1, ErrorCode::InvalidRequest),
            (PushRequest { subscription_id: 7, ..right.clone() }, 1, ErrorCode::UnknownSubscriptionId),
            (PushRequest { codec_id: 5, ..right.clone() }, 1, ErrorCode::UnsupportedCompressionType),
            (PushRequest { codec_id: -1, ..right.clone() }, 1, ErrorCode::UnsupportedCompressionType),
            (right.clone(), BYTES_MAX + 1, ErrorCode::TelemetryTooLarge),
        ];
        for (request, bytes, expected) in cases {
            assert_eq!(Bench::new().push(&request, bytes, 0), Err(expected), "{request:?}");
        }
        assert_eq!(Bench::new().push(&right, BYTES_MAX, 0), Ok(()));
    }

    #[test]
    fn the_last_push_comes_out_of_turn_and_is_the_last() {
        let mut bench = Bench::new();
        let request = bench.request();
        let last = PushRequest { is_terminating: true, ..request.clone() };
        assert_eq!(bench.push(&request, 1, 0), Ok(()));
        assert_eq!(bench.push(&last, 1, 1), Ok(()));
        assert_eq!(bench.push(&last, 1, 5000), Err(ErrorCode::InvalidRequest));
    }

    #[test]
    fn another_question_is_heard_of_by_the_next_push() {
        let mut bench = Bench::new();
        let request = bench.request();
        assert!(bench.subscribe(0).is_ok());
        bench.change("2000");
        assert_eq!(bench.push(&request, 1, 10), Err(ErrorCode::UnknownSubscriptionId));
        assert_eq!(bench.subscribe(11).unwrap().push_interval_ms, 2000);
        assert_eq!(bench.subscribe(12).unwrap_err(), ErrorCode::ThrottlingQuotaExceeded);
    }

    #[test]
    fn what_was_pushed_is_kept_until_the_client_is_overdue() {
        let mut bench = Bench::new();
        assert!(bench.subscribe(0).is_ok());
        let push = |text: &'static str, received_ms| Push {
            client_id: "client".to_owned(),
            received_ms,
            metrics: Bytes::from_static(text.as_bytes()),
        };
        bench.instances.keep(ID, push("first", 0));
        bench.instances.keep(ID, push("second", 10));
        let latest = |bench: &Bench, now_ms| -> Vec<Bytes> {
            let latest = bench.instances.latest(now_ms).into_iter();
            latest.map(|(_, push)| push.metrics.clone()).collect()
        };
        assert_eq!(latest(&bench, 3010), ["second"]);
        assert_eq!(latest(&bench, 3011), [""; 0]);
        assert_eq!(bench.instances.pushes_bytes, "second".len());
    }

    #[test]
    fn memory_is_bounded() {
        let mut bench = Bench::new();
        let client = ClientIdentity::default();
        let large = Bytes::from(vec![0; PUSHES_BYTES_MAX / 2]);
        for number in 0..INSTANCES_MAX as u128 + 10 {
            let id = Uuid::from_u128(1000 + number);
            assert!(bench.instances.subscribe(id, &client, &bench.subscriptions, 0).is_ok());
            if number < 3 {
                let push = Push { client_id: String::new(), received_ms: 0, metrics: large.clone() };
                bench.instances.keep(id, push);
                assert!(bench.instances.pushes_bytes <= PUSHES_BYTES_MAX);
            }
        }
        assert_eq!(
            (bench.instances.by_id.len(), bench.instances.by_turn.len()),
            (INSTANCES_MAX, INSTANCES_MAX)
        );
        assert_eq!(bench.instances.pushes_bytes, 0);
    }
}
