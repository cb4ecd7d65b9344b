//! Which partitions a fetch looks at: those its request names, or those of its session that changed.

use std::sync::Arc;

use kafkactl_core::wire::ErrorCode;
use parking_lot::Mutex;

use super::plan::{Plan, Planned};
use super::request::{FINAL_EPOCH, FetchRequest, INITIAL_EPOCH, Wanted};
use super::session::{Said, Session, SessionCache, Slot, TopicKey};
use crate::api::cursor::TopicRef;
use crate::api::find_partition;
use crate::broker::Broker;
use crate::partition::{Partition, Watch};

/// The fetch sessions of this broker.
pub(crate) struct FetchSessions(Mutex<SessionCache<LiveSession>>);

impl FetchSessions {
    pub fn new(sessions_max: usize) -> Self {
        Self(Mutex::new(SessionCache::new(sessions_max)))
    }

    pub fn count(&self) -> usize {
        self.0.lock().count()
    }
}

/// A session and what tells it of changes.
pub(super) struct LiveSession {
    machine: Session<Option<Arc<Partition>>>,
    watch: Arc<Watch>,
}

/// One partition as one plan sees it.
pub(super) struct Visit {
    slot: Slot,
    pub topic: TopicKey,
    pub wanted: Wanted,
    pub partition: Result<Arc<Partition>, ErrorCode>,
}

pub(super) enum Follow {
    /// The partitions that the request names, all of them at every look.
    Once(Once),
    /// Those of a session that changed since they were last told.
    Session { id: i32, live: Arc<Mutex<LiveSession>>, watch: Arc<Watch>, visits: Vec<Visit> },
}

pub(super) struct Once {
    visits: Vec<Visit>,
    /// How often each partition had changed before it was first looked at.
    change_counts: Vec<u64>,
    /// Made when there is something to wait for.
    watch: Option<Arc<Watch>>,
    /// What kind of session the client wants to be kept, if any.
    keep_as: Option<Kept>,
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    by_id: bool,
    is_follower: bool,
}

impl Follow {
    /// Finds or begins the session of a request (B12).
    pub fn begin(broker: &Arc<Broker>, request: &FetchRequest<'_>, version: i16) -> Result<Self, ErrorCode> {
        let by_id = version >= 13;
        let sessions = &broker.fetch_sessions;
        if matches!(request.session_epoch, INITIAL_EPOCH | FINAL_EPOCH) {
            if request.session_id != 0 {
                sessions.0.lock().remove(request.session_id);
            }
            let kept = Kept { by_id, is_follower: request.replica.is_some() };
            let keep_as = (request.session_epoch != FINAL_EPOCH).then_some(kept);
            return Ok(Self::Once(Once::of(broker, &request.wanted, keep_as)));
        }
        let id = request.session_id;
        let live = sessions.0.lock().get(id, broker.clock.uptime_ms());
        let live = live.ok_or(ErrorCode::FetchSessionIdNotFound)?;
        let mut session = live.lock();
        session.machine.check(request.session_epoch, by_id)?;
        let updated = session.machine.update(&request.wanted, &request.forgotten);
        for slot in updated.touched {
            session.watch.mark(slot);
        }
        for (slot, partition) in updated.forgotten {
            if let Some(partition) = partition {
                partition.unwatch(&session.watch, slot);
            }
        }
        let count = session.machine.partition_count();
        let watch = Arc::clone(&session.watch);
        drop(session);
        if count == 0 {
            sessions.0.lock().remove(id);
            return Ok(Self::Once(Once::of(broker, &[], None)));
        }
        sessions.0.lock().resize(id, count);
        Ok(Self::Session { id, live, watch, visits: Vec::new() })
    }

    pub fn visits(&self) -> &[Visit] {
        match self {
            Self::Once(once) => &once.visits,
            Self::Session { visits, .. } => visits,
        }
    }

    /// Whether nothing that could happen would change the answer (B10). A session always may get something to say.
    pub fn has_nothing_to_wait_for(&self) -> bool {
        matches!(self, Self::Once(once) if once.visits.iter().all(|visit| visit.partition.is_err()))
    }

    /// Chooses the partitions of the next plan.
    pub fn refresh(&mut self, broker: &Arc<Broker>) {
        match self {
            Self::Once(once) => {
                if let Some(watch) = &once.watch {
                    watch.take_changed();
                }
            }
            Self::Session { live, watch, visits, .. } => {
                let mut session = live.lock();
                let changed = session.machine.in_turn(watch.take_changed());
                *visits = changed.into_iter().filter_map(|slot| session.visit(broker, slot)).collect();
            }
        }
    }

    /// Keeps what an unsent plan found for the next one.
    pub fn keep(&self, plan: &Plan) {
        let Self::Session { live, watch, visits, .. } = self else { return };
        let session = live.lock();
        for (visit, planned) in visits.iter().zip(&plan.partitions) {
            if !planned.is_settled() || session.machine.must_tell(visit.slot, &planned.said()) {
                watch.mark(visit.slot);
            }
        }
    }

    /// What wakes a parked fetch.
    pub fn watch(&mut self) -> Arc<Watch> {
        match self {
            Self::Once(once) => once.watch(),
            Self::Session { watch, .. } => Arc::clone(watch),
        }
    }

    /// Settles which visits the client is told of, and in which session.
    pub fn tell(&mut self, broker: &Broker, plan: &Plan) -> (i32, Vec<usize>) {
        match self {
            Self::Once(once) => {
                let id = once.keep_as.and_then(|kept| once.keep_session(broker, kept, plan));
                (id.unwrap_or(0), (0..once.visits.len()).collect())
            }
            Self::Session { id, live, watch, visits } => {
                let mut session = live.lock();
                let mut told = Vec::with_capacity(visits.len());
                for (index, (visit, planned)) in visits.iter().zip(&plan.partitions).enumerate() {
                    let said = planned.said();
                    if session.machine.must_tell(visit.slot, &said) {
                        session.machine.tell(visit.slot, &said);
                        told.push(index);
                    }
                    if !planned.is_settled() {
                        watch.mark(visit.slot);
                    }
                }
                (*id, told)
            }
        }
    }
}

impl LiveSession {
    /// A look at one partition, which is watched from before the look.
    fn visit(&mut self, broker: &Arc<Broker>, slot: Slot) -> Option<Visit> {
        let watch = Arc::clone(&self.watch);
        let entry = self.machine.entry_mut(slot)?;
        let partition = match entry.handle.take().filter(|partition| !partition.is_retired()) {
            Some(partition) => Ok(partition),
            None => find_partition(broker, entry.topic.as_ref(), entry.wanted.partition)
                .inspect(|partition| partition.watch(&watch, slot)),
        };
        entry.handle = partition.as_ref().ok().cloned();
        Some(Visit { slot, topic: entry.topic.clone(), wanted: entry.wanted, partition })
    }
}

impl Once {
    fn of(broker: &Arc<Broker>, wanted: &[(TopicRef<'_>, Wanted)], keep_as: Option<Kept>) -> Self {
        let mut once = Self {
            visits: Vec::with_capacity(wanted.len()),
            change_counts: Vec::with_capacity(wanted.len()),
            watch: None,
            keep_as,
        };
        for (slot, (topic, wanted)) in wanted.iter().enumerate() {
            let partition = find_partition(broker, *topic, wanted.partition);
            once.change_counts.push(partition.as_ref().map_or(0, |partition| partition.change_count()));
            // A request names a topic once and then its partitions.
            let topic = match once.visits.last() {
                Some(last) if last.topic.as_ref() == *topic => last.topic.clone(),
                _ => TopicKey::from(*topic),
            };
            once.visits.push(Visit { slot: slot as Slot, topic, wanted: *wanted, partition });
        }
        once
    }

    /// Watches the partitions from the first call on; a change between the first look and now counts as news.
    fn watch(&mut self) -> Arc<Watch> {
        if let Some(watch) = &self.watch {
            return Arc::clone(watch);
        }
        let watch: Arc<Watch> = Arc::default();
        for (visit, seen) in self.visits.iter().zip(&self.change_counts) {
            let Ok(partition) = &visit.partition else { continue };
            partition.watch(&watch, visit.slot);
            if partition.change_count() != *seen {
                watch.alert();
            }
        }
        Arc::clone(self.watch.insert(watch))
    }

    /// Begins the session that a full fetch asks for, if there is room for it.
    fn keep_session(&self, broker: &Broker, kept: Kept, plan: &Plan) -> Option<i32> {
        let mut session = LiveSession { machine: Session::new(kept.by_id), watch: Arc::default() };
        for (visit, planned) in self.visits.iter().zip(&plan.partitions) {
            let slot = session.machine.put(visit.topic.as_ref(), visit.wanted);
            session.machine.tell(slot, &planned.said());
            session.watch.mark(slot);
        }
        let count = session.machine.partition_count();
        let random_id = || rand::random::<i32>() & i32::MAX;
        let mut sessions = broker.fetch_sessions.0.lock();
        sessions.insert(session, count, kept.is_follower, broker.clock.uptime_ms(), random_id)
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        let Some(watch) = &self.watch else { return };
        for visit in &self.visits {
            if let Ok(partition) = &visit.partition {
                partition.unwatch(watch, visit.slot);
            }
        }
    }
}

impl Planned {
    fn said(&self) -> Said {
        Said {
            error: self.answer.error,
            high_watermark: self.answer.high_watermark,
            log_start_offset: self.answer.log_start_offset,
            has_records: self.records.size_bytes() > 0,
            redirects: self.answer.diverging.is_some(),
        }
    }

    /// Whether the next look may be left out until the partition changes.
    fn is_settled(&self) -> bool {
        self.records.size_bytes() == 0
            && !self.is_cut
            && self.answer.error.is_none()
            && self.answer.diverging.is_none()
    }
}
