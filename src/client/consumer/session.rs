//! The client's half of a fetch session (KIP-227): a broker remembers what is fetched from it, so that a request
//! need only say what has changed. A pure value beside the connection.

use std::collections::BTreeMap;

use crate::names::{LeaderEpoch, Offset, TopicId, TopicPartition};
use crate::wire::ErrorCode;

/// What is wanted of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub topic_id: TopicId,
    pub offset: Offset,
    /// The leader's epoch as this client knows it; the broker refuses when it knows better.
    pub leader_epoch: LeaderEpoch,
    pub bytes_max: i32,
    /// Another than before when the reader has moved the partition.
    pub token: u64,
}

/// One request's worth of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SessionRequest {
    pub id: i32,
    pub epoch: i32,
    pub send: Vec<(TopicPartition, Wanted)>,
    pub forget: Vec<(TopicPartition, TopicId)>,
}

/// 0 begins a session; positive numbers count its requests.
const EPOCH_FIRST: i32 = 0;

#[derive(Debug, Default)]
pub(super) struct FetchSession {
    id: i32,
    epoch: i32,
    uses_topic_ids: bool,
    /// What the broker remembers.
    partitions: BTreeMap<TopicPartition, Wanted>,
}

impl FetchSession {
    /// The next request, so that the broker serves exactly `wanted`. Topics are named by id or by name within one
    /// session, not by both.
    pub fn request(
        &mut self,
        wanted: &BTreeMap<TopicPartition, Wanted>,
        uses_topic_ids: bool,
    ) -> SessionRequest {
        // A broker keeps silent about a partition whose watermarks have not changed; a reader that has moved, and
        // knows none, is told them only by a new session.
        let is_moved = |(partition, known): (&TopicPartition, &Wanted)| {
            wanted.get(partition).is_some_and(|wanted| wanted.token != known.token)
        };
        if self.uses_topic_ids != uses_topic_ids || self.partitions.iter().any(is_moved) {
            self.start_over();
            self.uses_topic_ids = uses_topic_ids;
        }
        if self.epoch == EPOCH_FIRST {
            self.partitions = wanted.clone();
            let send = wanted.iter().map(|(partition, wanted)| (partition.clone(), *wanted)).collect();
            return SessionRequest { id: self.id, epoch: self.epoch, send, forget: Vec::new() };
        }
        let send = wanted
            .iter()
            .filter(|(partition, wanted)| self.partitions.get(partition) != Some(wanted))
            .map(|(partition, wanted)| (partition.clone(), *wanted))
            .collect();
        // A topic created again under its old name is another one: its old id must be forgotten.
        let forget = self
            .partitions
            .iter()
            .filter(|(partition, known)| {
                wanted.get(partition).is_none_or(|wanted| uses_topic_ids && wanted.topic_id != known.topic_id)
            })
            .map(|(partition, known)| (partition.clone(), known.topic_id))
            .collect();
        self.partitions = wanted.clone();
        SessionRequest { id: self.id, epoch: self.epoch, send, forget }
    }

    /// Takes in the answer's session fields.
    pub fn answered(&mut self, error: Option<ErrorCode>, session_id: i32) {
        match error {
            Some(ErrorCode::None) if self.epoch == EPOCH_FIRST && session_id == 0 => {
                // The broker has no room for a session: every request tells everything.
                *self = Self { uses_topic_ids: self.uses_topic_ids, ..Self::default() };
            }
            Some(ErrorCode::None) if self.epoch == EPOCH_FIRST => {
                self.id = session_id;
                self.epoch = 1;
            }
            Some(ErrorCode::None) => self.epoch = self.epoch.checked_add(1).unwrap_or(1),
            Some(ErrorCode::FetchSessionIdNotFound) => {
                *self = Self { uses_topic_ids: self.uses_topic_ids, ..Self::default() };
            }
            _ => self.start_over(),
        }
    }

    /// Nobody knows whether the broker saw the last request: the next one closes this session and begins another.
    pub fn start_over(&mut self) {
        self.epoch = EPOCH_FIRST;
        self.partitions.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Uuid;

    fn wanted(items: &[(&str, u128, i64)]) -> BTreeMap<TopicPartition, Wanted> {
        items
            .iter()
            .map(|&(topic, id, offset)| {
                let wanted = Wanted {
                    topic_id: TopicId(Uuid::from_u128(id)),
                    offset: Offset(offset),
                    leader_epoch: LeaderEpoch(0),
                    bytes_max: 1,
                    token: 0,
                };
                (TopicPartition::new(topic, 0), wanted)
            })
            .collect()
    }

    /// Session id and epoch, what is sent, what is forgotten.
    fn told(request: &SessionRequest) -> (i32, i32, Vec<(String, i64)>, Vec<String>) {
        let send = request.send.iter().map(|(of, wanted)| (of.topic.to_string(), wanted.offset.0)).collect();
        let forget = request.forget.iter().map(|(of, _)| of.topic.to_string()).collect();
        (request.id, request.epoch, send, forget)
    }

    fn text(items: &[(&str, i64)]) -> Vec<(String, i64)> {
        items.iter().map(|(topic, offset)| (topic.to_string(), *offset)).collect()
    }

    #[test]
    fn a_session_tells_only_what_changed() {
        let mut session = FetchSession::default();
        let all = wanted(&[("a", 1, 0), ("b", 2, 0)]);
        assert_eq!(told(&session.request(&all, true)), (0, 0, text(&[("a", 0), ("b", 0)]), vec![]));
        session.answered(Some(ErrorCode::None), 42);
        assert_eq!(told(&session.request(&all, true)), (42, 1, vec![], vec![]));
        session.answered(Some(ErrorCode::None), 42);
        let moved = wanted(&[("a", 1, 5), ("c", 3, 0)]);
        let expected = (42, 2, text(&[("a", 5), ("c", 0)]), vec!["b".to_owned()]);
        assert_eq!(told(&session.request(&moved, true)), expected);
        session.answered(Some(ErrorCode::None), 42);
        let recreated = wanted(&[("a", 9, 5), ("c", 3, 0)]);
        let expected = (42, 3, text(&[("a", 5)]), vec!["a".to_owned()]);
        assert_eq!(told(&session.request(&recreated, true)), expected);
    }

    #[test]
    fn without_room_at_the_broker_everything_is_told_every_time() {
        let mut session = FetchSession::default();
        for _ in 0..2 {
            let all = wanted(&[("a", 1, 0)]);
            assert_eq!(told(&session.request(&all, true)), (0, 0, text(&[("a", 0)]), vec![]));
            session.answered(Some(ErrorCode::None), 0);
        }
    }

    #[test]
    fn errors_begin_another_session() {
        for (error, id) in [
            (Some(ErrorCode::FetchSessionIdNotFound), 0),
            (Some(ErrorCode::InvalidFetchSessionEpoch), 42),
            (Some(ErrorCode::FetchSessionTopicIdError), 42),
            (None, 42),
        ] {
            let mut session = FetchSession::default();
            let all = wanted(&[("a", 1, 0)]);
            session.request(&all, true);
            session.answered(Some(ErrorCode::None), 42);
            session.request(&all, true);
            session.answered(error, 0);
            assert_eq!(told(&session.request(&all, true)), (id, 0, text(&[("a", 0)]), vec![]), "{error:?}");
        }
    }

    #[test]
    fn a_moved_reader_begins_another_session() {
        let mut session = FetchSession::default();
        let mut all = wanted(&[("a", 1, 5)]);
        session.request(&all, true);
        session.answered(Some(ErrorCode::None), 42);
        all.values_mut().for_each(|wanted| wanted.token = 1);
        assert_eq!(told(&session.request(&all, true)), (42, 0, text(&[("a", 5)]), vec![]));
    }

    #[test]
    fn names_and_ids_do_not_mix() {
        let mut session = FetchSession::default();
        let all = wanted(&[("a", 1, 0)]);
        session.request(&all, true);
        session.answered(Some(ErrorCode::None), 42);
        assert_eq!(told(&session.request(&all, false)), (42, 0, text(&[("a", 0)]), vec![]));
    }

    #[test]
    fn request_numbers_wrap_to_one() {
        let mut session = FetchSession { id: 42, epoch: i32::MAX, ..FetchSession::default() };
        session.answered(Some(ErrorCode::None), 42);
        assert_eq!(session.epoch, 1);
    }
}
