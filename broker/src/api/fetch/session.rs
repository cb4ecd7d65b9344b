//! Fetch sessions (KIP-227): which partitions a client follows, so that requests and responses name only what
//! changed. Pure: ids and times are arguments (B12–B14).

use std::collections::HashMap;
use std::sync::Arc;

use kafkactl_core::names::{Offset, PartitionId, TopicId, TopicName};
use kafkactl_core::wire::ErrorCode;
use parking_lot::Mutex;

use super::request::Wanted;
use crate::api::cursor::TopicRef;

/// A session idle for longer gives way to any other (`min.incremental.fetch.session.eviction.ms`).
const EVICTION_MS: u64 = 120_000;
/// The epoch of a session's first incremental request.
const FIRST_EPOCH: i32 = 1;

/// A topic as a session keeps it: by what its requests name it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TopicKey {
    Name(TopicName),
    Id(TopicId),
}

impl TopicKey {
    pub fn as_ref(&self) -> TopicRef<'_> {
        match self {
            Self::Name(name) => TopicRef::Name(name.as_str()),
            Self::Id(id) => TopicRef::Id(*id),
        }
    }
}

impl From<TopicRef<'_>> for TopicKey {
    fn from(topic: TopicRef<'_>) -> Self {
        match topic {
            TopicRef::Name(name) => Self::Name(name.into()),
            TopicRef::Id(id) => Self::Id(id),
        }
    }
}

/// Where a partition stands in its session; freed slots are used again.
pub(super) type Slot = u32;

/// The partitions one client follows. `H` is what the driver keeps with each.
#[derive(Debug)]
pub(super) struct Session<H> {
    /// What the next request must carry.
    epoch: i32,
    uses_topic_ids: bool,
    entries: Vec<Option<Entry<H>>>,
    free: Vec<Slot>,
    by_name: HashMap<TopicName, HashMap<PartitionId, Slot>>,
    by_id: HashMap<TopicId, HashMap<PartitionId, Slot>>,
    /// Given to an entry that goes to the end of the line.
    next_turn: u64,
}

#[derive(Debug)]
pub(super) struct Entry<H> {
    pub topic: TopicKey,
    pub wanted: Wanted,
    pub handle: H,
    /// Partitions are read by ascending turn; who returned data goes to the end (fairness).
    turn: u64,
    /// As the client knows them; -1 when it must be told again.
    high_watermark: Offset,
    log_start_offset: Offset,
}

/// What one answer says, as far as the session cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    pub error: ErrorCode,
    pub high_watermark: Offset,
    pub log_start_offset: Offset,
    pub has_records: bool,
    /// A preferred read replica or a diverging epoch.
    pub redirects: bool,
}

/// What an update of a session left to do for the driver.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Updated<H> {
    /// Added or changed: to be read whether or not anything happened to them.
    pub touched: Vec<Slot>,
    pub forgotten: Vec<(Slot, H)>,
}

impl<H: Default> Session<H> {
    pub fn new(uses_topic_ids: bool) -> Self {
        Self {
            epoch: FIRST_EPOCH,
            uses_topic_ids,
            entries: Vec::new(),
            free: Vec::new(),
            by_name: HashMap::new(),
            by_id: HashMap::new(),
            next_turn: 0,
        }
    }

    /// Lets an incremental request in, or says why not (B12).
    pub fn check(&self, epoch: i32, uses_topic_ids: bool) -> Result<(), ErrorCode> {
        if self.epoch != epoch {
            Err(ErrorCode::InvalidFetchSessionEpoch)
        } else if self.uses_topic_ids != uses_topic_ids {
            Err(ErrorCode::FetchSessionTopicIdError)
        } else {
            Ok(())
        }
    }

    /// Takes in an incremental request that passed [`check`](Self::check).
    pub fn update(
        &mut self,
        wanted: &[(TopicRef<'_>, Wanted)],
        forgotten: &[(TopicRef<'_>, PartitionId)],
    ) -> Updated<H> {
        let touched = wanted.iter().map(|(topic, wanted)| self.put(*topic, *wanted)).collect();
        let forgotten =
            forgotten.iter().filter_map(|(topic, partition)| self.remove(*topic, *partition)).collect();
        self.epoch = if self.epoch == i32::MAX { FIRST_EPOCH } else { self.epoch + 1 };
        Updated { touched, forgotten }
    }

    /// Adds the partition, or changes what is wanted of it.
    pub fn put(&mut self, topic: TopicRef<'_>, wanted: Wanted) -> Slot {
        if let Some(slot) = self.slot_of(topic, wanted.partition) {
            if let Some(entry) = self.entry_mut(slot) {
                entry.wanted = wanted;
            }
            return slot;
        }
        let entry = Entry {
            topic: topic.into(),
            wanted,
            handle: H::default(),
            turn: self.take_turn(),
            high_watermark: Offset::NONE,
            log_start_offset: Offset::NONE,
        };
        let slot = self.free.pop().unwrap_or(self.entries.len() as Slot);
        match entry.topic.clone() {
            TopicKey::Name(name) => self.by_name.entry(name).or_default().insert(wanted.partition, slot),
            TopicKey::Id(id) => self.by_id.entry(id).or_default().insert(wanted.partition, slot),
        };
        match self.entries.get_mut(slot as usize) {
            Some(freed) => *freed = Some(entry),
            None => self.entries.push(Some(entry)),
        }
        slot
    }

    fn remove(&mut self, topic: TopicRef<'_>, partition: PartitionId) -> Option<(Slot, H)> {
        let slot = match topic {
            TopicRef::Name(name) => remove_slot(&mut self.by_name, name, partition),
            TopicRef::Id(id) => remove_slot(&mut self.by_id, &id, partition),
        }?;
        let entry = self.entries.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some((slot, entry.handle))
    }

    fn slot_of(&self, topic: TopicRef<'_>, partition: PartitionId) -> Option<Slot> {
        let of_topic = match topic {
            TopicRef::Name(name) => self.by_name.get(name),
            TopicRef::Id(id) => self.by_id.get(&id),
        };
        of_topic?.get(&partition).copied()
    }

    pub fn entry(&self, slot: Slot) -> Option<&Entry<H>> {
        self.entries.get(slot as usize)?.as_ref()
    }

    pub fn entry_mut(&mut self, slot: Slot) -> Option<&mut Entry<H>> {
        self.entries.get_mut(slot as usize)?.as_mut()
    }

    /// The slots in use, in no order.
    #[cfg(test)]
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        (0..self.entries.len() as Slot).filter(|&slot| self.entry(slot).is_some())
    }

    pub fn partition_count(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Puts `slots` in the order they are to be read in, without what is no longer followed.
    pub fn in_turn(&self, mut slots: Vec<Slot>) -> Vec<Slot> {
        slots.retain(|&slot| self.entry(slot).is_some());
        slots.sort_unstable_by_key(|&slot| self.entry(slot).map(|entry| entry.turn));
        slots.dedup();
        slots
    }

    /// Whether the client must hear this answer (B13). LSO changes alone are not told.
    pub fn must_tell(&self, slot: Slot, said: &Said) -> bool {
        self.entry(slot).is_some_and(|entry| {
            said.has_records
                || said.redirects
                || !said.error.is_none()
                || entry.high_watermark != said.high_watermark
                || entry.log_start_offset != said.log_start_offset
        })
    }

    /// Notes that the client is told `said`.
    pub fn tell(&mut self, slot: Slot, said: &Said) {
        let turn = said.has_records.then(|| self.take_turn());
        let Some(entry) = self.entry_mut(slot) else { return };
        entry.log_start_offset = said.log_start_offset;
        // So that the recovery from an error is told even when nothing else has changed.
        entry.high_watermark = if said.error.is_none() { said.high_watermark } else { Offset::NONE };
        if let Some(turn) = turn {
            entry.turn = turn;
        }
    }

    fn take_turn(&mut self) -> u64 {
        self.next_turn += 1;
        self.next_turn
    }
}

fn remove_slot<K, Q>(
    topics: &mut HashMap<K, HashMap<PartitionId, Slot>>,
    topic: &Q,
    partition: PartitionId,
) -> Option<Slot>
where
    K: std::borrow::Borrow<Q> + Eq + std::hash::Hash,
    Q: Eq + std::hash::Hash + ?Sized,
{
    let of_topic = topics.get_mut(topic)?;
    let slot = of_topic.remove(&partition);
    if of_topic.is_empty() {
        topics.remove(topic);
    }
    slot
}

/// The sessions of this broker, at most `sessions_max` (B14).
#[derive(Debug)]
pub(super) struct SessionCache<S> {
    sessions: HashMap<i32, Cached<S>>,
    sessions_max: usize,
}

#[derive(Debug)]
struct Cached<S> {
    session: Arc<Mutex<S>>,
    is_follower: bool,
    partition_count: usize,
    created_ms: u64,
    used_ms: u64,
}

impl<S> SessionCache<S> {
    pub fn new(sessions_max: usize) -> Self {
        Self { sessions: HashMap::new(), sessions_max }
    }

    /// Keeps a session under the first free id that `random_id` draws, if there is room or somebody gives way;
    /// `None` leaves the client without a session. Times are in milliseconds of a monotonic clock.
    pub fn insert(
        &mut self,
        session: S,
        partition_count: usize,
        is_follower: bool,
        now_ms: u64,
        mut random_id: impl FnMut() -> i32,
    ) -> Option<i32> {
        if self.sessions.len() >= self.sessions_max {
            let evicted = self.evictable(partition_count, is_follower, now_ms)?;
            self.sessions.remove(&evicted);
        }
        let id = loop {
            let id = random_id();
            if id > 0 && !self.sessions.contains_key(&id) {
                break id;
            }
        };
        let session = Arc::new(Mutex::new(session));
        self.sessions.insert(
            id,
            Cached { session, is_follower, partition_count, created_ms: now_ms, used_ms: now_ms },
        );
        Some(id)
    }

    pub fn count(&self) -> usize {
        self.sessions.len()
    }

    /// The session of this id, used now.
    pub fn get(&mut self, id: i32, now_ms: u64) -> Option<Arc<Mutex<S>>> {
        let cached = self.sessions.get_mut(&id)?;
        cached.used_ms = now_ms;
        Some(Arc::clone(&cached.session))
    }

    /// Notes how many partitions the session has now.
    pub fn resize(&mut self, id: i32, partition_count: usize) {
        if let Some(cached) = self.sessions.get_mut(&id) {
            cached.partition_count = partition_count;
        }
    }

    pub fn remove(&mut self, id: i32) {
        self.sessions.remove(&id);
    }

    /// Who gives way to a session of this size (`FetchSessionCacheShard.tryEvict`): the least recently used if it
    /// has been idle for long; else the least important one, if it is less important than the new one.
    fn evictable(&self, partition_count: usize, is_follower: bool, now_ms: u64) -> Option<i32> {
        let (&id, least_recent) = self.sessions.iter().min_by_key(|(id, cached)| (cached.used_ms, **id))?;
        if now_ms.saturating_sub(least_recent.used_ms) > EVICTION_MS {
            return Some(id);
        }
        let importance = |cached: &Cached<S>| (cached.is_follower, cached.partition_count);
        let (&id, least) = self
            .sessions
            .iter()
            .filter(|(_, cached)| {
                let is_old = now_ms.saturating_sub(cached.created_ms) > EVICTION_MS;
                is_old || (is_follower && !cached.is_follower)
            })
            .min_by_key(|(id, cached)| (importance(cached), **id))?;
        (importance(least) < (is_follower, partition_count)).then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafkactl_core::names::LeaderEpoch;

    fn wanted(partition: i32, offset: i64) -> Wanted {
        Wanted {
            partition: PartitionId(partition),
            current_leader_epoch: LeaderEpoch::NONE,
            fetch_offset: Offset(offset),
            last_fetched_epoch: LeaderEpoch::NONE,
            log_start_offset: Offset::NONE,
            max_bytes: 1024,
        }
    }

    fn said(high_watermark: i64) -> Said {
        Said {
            error: ErrorCode::None,
            high_watermark: Offset(high_watermark),
            log_start_offset: Offset(0),
            has_records: false,
            redirects: false,
        }
    }

    const TOPIC: TopicRef<'static> = TopicRef::Name("t");

    fn session(partitions: i32) -> Session<()> {
        let mut session = Session::new(false);
        for partition in 0..partitions {
            session.put(TOPIC, wanted(partition, 0));
        }
        session
    }

    #[test]
    fn epochs_and_naming_are_checked_and_the_epoch_wraps_to_one() {
        let mut session = session(1);
        assert_eq!(session.check(1, false), Ok(()));
        assert_eq!(session.check(2, false), Err(ErrorCode::InvalidFetchSessionEpoch));
        assert_eq!(session.check(1, true), Err(ErrorCode::FetchSessionTopicIdError));
        session.epoch = i32::MAX;
        session.update(&[], &[]);
        assert_eq!(session.epoch, 1);
    }

    #[test]
    fn updates_add_change_and_forget() {
        let mut session = session(2);
        let updated = session.update(
            &[(TOPIC, wanted(1, 7)), (TOPIC, wanted(2, 0))],
            &[(TOPIC, PartitionId(0)), (TOPIC, PartitionId(9))],
        );
        assert_eq!(updated.touched, [1, 2]);
        assert_eq!(updated.forgotten, [(0, ())]);
        assert_eq!(session.entry(1).unwrap().wanted.fetch_offset, Offset(7));
        assert_eq!(session.partition_count(), 2);
        assert_eq!(session.put(TOPIC, wanted(3, 0)), 0, "a freed slot is used again");
        assert_eq!(session.slots().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn only_news_is_told() {
        let mut session = session(1);
        assert!(session.must_tell(0, &said(5)), "the first high watermark");
        session.tell(0, &said(5));
        assert!(!session.must_tell(0, &said(5)));
        let news = [
            Said { has_records: true, ..said(5) },
            Said { redirects: true, ..said(5) },
            Said { log_start_offset: Offset(1), ..said(5) },
            Said { error: ErrorCode::NotLeaderOrFollower, ..said(5) },
            said(6),
        ];
        for news in news {
            assert!(session.must_tell(0, &news), "{news:?}");
        }
    }

    #[test]
    fn recovery_from_an_error_is_told() {
        let mut session = session(1);
        session.tell(0, &said(5));
        session.tell(0, &Said { error: ErrorCode::NotLeaderOrFollower, ..said(5) });
        assert!(session.must_tell(0, &said(5)));
    }

    #[test]
    fn who_returned_data_goes_to_the_end() {
        let mut session = session(3);
        assert_eq!(session.in_turn(vec![2, 0, 1, 9, 0]), [0, 1, 2]);
        session.tell(0, &Said { has_records: true, ..said(5) });
        assert_eq!(session.in_turn(vec![0, 1, 2]), [1, 2, 0]);
        session.tell(1, &said(5));
        assert_eq!(session.in_turn(vec![0, 1, 2]), [1, 2, 0]);
    }

    /// A cache of one session of 10 partitions that was created and last used at the given times; may a new one of
    /// `partition_count` partitions have its place at 200 s?
    fn check_eviction(old_follower: bool, created_s: u64, used_s: u64, new: (usize, bool), expected: bool) {
        let mut cache: SessionCache<()> = SessionCache::new(1);
        let mut ids = [7, 7, 8].into_iter();
        let mut draw = || ids.next().unwrap();
        cache.insert((), 10, old_follower, created_s * 1000, &mut draw).unwrap();
        cache.get(7, used_s * 1000).unwrap();
        let kept = cache.insert((), new.0, new.1, 200_000, &mut draw).is_some();
        assert_eq!(kept, expected, "follower {old_follower}, {created_s} s, {used_s} s, new {new:?}");
        assert_eq!(cache.get(7, 0).is_none(), expected && cache.get(8, 0).is_some());
    }

    #[test]
    fn eviction_follows_kafka() {
        check_eviction(true, 0, 79, (1, false), true);
        check_eviction(false, 0, 199, (11, false), true);
        check_eviction(false, 0, 199, (10, false), false);
        check_eviction(false, 100, 199, (11, false), false);
        check_eviction(false, 100, 199, (1, true), true);
        check_eviction(true, 0, 199, (11, false), false);
        check_eviction(true, 100, 199, (11, true), false);
        check_eviction(true, 0, 199, (11, true), true);
    }
}
