//! Fetch, v4–v18. Old message sets are returned as they lie in the log; nothing is ever converted (B1).
//!
//! A fetch that has not enough bytes is parked as a value: what it watches, how many bytes are missing, until when.
//! With a session only the partitions that changed are looked at again; see [`follow`].

mod follow;
mod plan;
mod request;
mod response;
mod session;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use kafkactl_core::log::SliceBytes;
use kafkactl_core::wire::{ApiKey, ErrorCode};
use tokio::time::{Instant, sleep_until};

pub(crate) use self::follow::FetchSessions;
use self::follow::Follow;
use self::plan::{Limits, Plan};
use self::request::{FetchRequest, Wanted};
use self::response::{PartitionAnswer, ResponseWriter};
use self::session::TopicKey;
use super::cursor::TopicRef;
use super::leader::{self, CurrentLeader, NodeEndpoint};
use super::{ApiSpec, Outcome, Reply, Request};
use crate::broker::Broker;
use crate::partition::Reader;

pub(super) const SPEC: ApiSpec = ApiSpec { key: ApiKey::Fetch, versions: 4..=18, handle };

fn handle(request: Request<'_>) -> Outcome {
    let version = request.version;
    let wanted = match FetchRequest::decode(version, &request.body) {
        Ok(wanted) => wanted,
        Err(detail) => return request.malformed(detail),
    };
    let named = wanted.wanted.iter().map(|(topic, wanted)| (*topic, wanted.partition.0));
    if let Err(outcome) = request.wait_for_logs(named) {
        return outcome;
    }
    let follow = match Follow::begin(request.broker, &wanted, version) {
        Ok(follow) => follow,
        Err(error) => {
            let reply = ResponseWriter::new(version, error, 0, 0).finish(&[]);
            return Outcome::Reply(reply.with_errors(vec![error.code()]));
        }
    };
    let reader = match (wanted.replica, wanted.isolation) {
        (_, None) => return Outcome::Reply(failed(version, &wanted, ErrorCode::UnknownServerError)),
        (Some(follower), _) => Reader::Follower(follower),
        (None, Some(isolation)) => Reader::Consumer(isolation),
    };
    let limits = Limits::of(&wanted, request.broker.settings().fetch.bytes_max);
    let listener = Arc::clone(&request.connection.listener);
    let broker = Arc::clone(request.broker);
    let mut fetch = Fetch { broker, version, reader, limits, follow, listener };
    let plan = fetch.plan();
    if wanted.max_wait_ms <= 0 || fetch.follow.has_nothing_to_wait_for() || plan.is_enough(limits) {
        return Outcome::Reply(fetch.answer(plan));
    }
    let deadline = Instant::now() + Duration::from_millis(wanted.max_wait_ms as u64);
    Outcome::Later(Box::pin(fetch.wait(plan, deadline)))
}

/// The same error for all that is asked for (`FetchRequest.getErrorResponse`); named by topic ids, nothing is listed.
fn failed(version: i16, request: &FetchRequest<'_>, error: ErrorCode) -> Reply {
    let listed = if version < 13 { &request.wanted[..] } else { &[] };
    let same_topic = |a: &(TopicRef<'_>, Wanted), b: &(TopicRef<'_>, Wanted)| a.0 == b.0;
    let topics = listed.chunk_by(same_topic);
    let mut writer = ResponseWriter::new(version, error, request.session_id, topics.clone().count());
    let answer = PartitionAnswer { aborted: Some(Vec::new()), ..PartitionAnswer::failed(error) };
    for partitions in topics {
        writer.topic(&TopicKey::from(partitions[0].0), partitions.len());
        for (_, wanted) in partitions {
            writer.partition(wanted.partition, &answer, SliceBytes::Empty);
        }
        writer.end_topic();
    }
    writer.finish(&[]).with_errors(vec![error.code()])
}

/// A fetch under way.
struct Fetch {
    broker: Arc<Broker>,
    version: i16,
    reader: Reader,
    limits: Limits,
    follow: Follow,
    /// The listener the client came in by.
    listener: Arc<str>,
}

impl Fetch {
    fn plan(&mut self) -> Plan {
        self.follow.refresh(&self.broker);
        Plan::make(self.follow.visits(), self.reader, self.limits)
    }

    /// Plans again whenever enough has happened, until there is enough to answer or the time is up.
    async fn wait(mut self, mut plan: Plan, deadline: Instant) -> Outcome {
        let mut timer = pin!(sleep_until(deadline));
        loop {
            self.follow.keep(&plan);
            let expired = self.follow.watch().wait(plan.missing_bytes(self.limits), timer.as_mut()).await;
            plan = self.plan();
            if expired || plan.is_enough(self.limits) {
                return Outcome::Reply(self.answer(plan));
            }
        }
    }

    fn answer(&mut self, mut plan: Plan) -> Reply {
        let endpoints = self.add_leaders(&mut plan);
        let (session_id, told) = self.follow.tell(&self.broker, &plan);
        let visits = self.follow.visits();
        let same_topic = |a: &usize, b: &usize| visits[*a].topic == visits[*b].topic;
        let topics = told.chunk_by(same_topic).count();
        let mut writer = ResponseWriter::new(self.version, ErrorCode::None, session_id, topics);
        for topic in told.chunk_by(same_topic) {
            writer.topic(&visits[topic[0]].topic, topic.len());
            for &index in topic {
                let planned = &mut plan.partitions[index];
                let records = std::mem::replace(&mut planned.records, SliceBytes::Empty);
                if let Ok(partition) = &visits[index].partition {
                    let by_follower = matches!(self.reader, Reader::Follower(_));
                    partition.traffic.fetched(records.size_bytes(), by_follower, planned.answer.error);
                }
                writer.partition(visits[index].wanted.partition, &planned.answer, records);
            }
            writer.end_topic();
        }
        let errors = told.iter().map(|&index| plan.partitions[index].answer.error);
        let errors = errors.filter(|error| !error.is_none()).map(ErrorCode::code).collect();
        writer.finish(&endpoints).with_errors(errors)
    }

    /// Tells a client that came to the wrong broker, or with an old epoch, who leads (KIP-951).
    fn add_leaders(&self, plan: &mut Plan) -> Vec<NodeEndpoint> {
        let is_misled =
            |error| matches!(error, ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch);
        if self.version < 16 || !plan.partitions.iter().any(|planned| is_misled(planned.answer.error)) {
            return Vec::new();
        }
        let image = self.broker.metadata.image();
        for (visit, planned) in self.follow.visits().iter().zip(&mut plan.partitions) {
            if is_misled(planned.answer.error) {
                let leader = CurrentLeader::of(&image, visit.topic.as_ref(), visit.wanted.partition);
                planned.answer.current_leader = leader;
            }
        }
        let leaders = plan.partitions.iter().filter_map(|planned| planned.answer.current_leader);
        leader::endpoints(&image, &self.listener, leaders)
    }
}
