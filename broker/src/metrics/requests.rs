//! What requests cost, by API: how many, how long at each station of their way, how large, which errors.
//!
//! Kafka's split (`RequestMetrics`) on this house's stations: *queue* from the arrival of the bytes to the handler,
//! *local* in the handler, *remote* parked until others have done their part, *response* until the last byte of the
//! reply is in the socket.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use kafkactl_core::wire::{ApiKey, ErrorCode};

use super::histogram::Histogram;
use super::page::Page;

/// Versions of one API that are counted apart; no API of Kafka has more.
const VERSIONS_MAX: usize = 24;
/// The number of UNKNOWN_SERVER_ERROR, the lowest.
const ERROR_CODE_MIN: i16 = -1;
/// Above Kafka's highest; what lies outside is counted with UNKNOWN_SERVER_ERROR.
const ERROR_CODE_MAX: i16 = 150;

/// The figures of every API that is served, by its place in the table.
#[derive(Debug)]
pub(crate) struct RequestMetrics {
    apis: Box<[ApiMetrics]>,
}

#[derive(Debug)]
struct ApiMetrics {
    key: ApiKey,
    by_version: [AtomicU64; VERSIONS_MAX],
    errors: Box<[AtomicU64]>,
    parked: AtomicI64,
    request_bytes: AtomicU64,
    response_bytes: AtomicU64,
    total: Histogram,
    queue: Histogram,
    local: Histogram,
    remote: Histogram,
    response: Histogram,
}

/// When a request passed the stations of its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Journey {
    /// The API's place in the table.
    pub api: usize,
    /// The bytes were read from the socket.
    pub arrived: Instant,
    /// Its handler began.
    pub begun: Instant,
    /// Its handler was done.
    pub handled: Instant,
    /// Its reply was ready; equal to `handled` unless it was parked.
    pub answered: Instant,
}

impl RequestMetrics {
    pub fn of(keys: impl Iterator<Item = ApiKey>) -> Self {
        Self { apis: keys.map(ApiMetrics::new).collect() }
    }

    /// A request begins.
    pub fn begin(&self, api: usize, version: i16, bytes: usize) {
        let api = &self.apis[api];
        let version = usize::try_from(version).unwrap_or(0).min(VERSIONS_MAX - 1);
        api.by_version[version].fetch_add(1, Ordering::Relaxed);
        api.request_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A request waits for others, or (-1) no longer does.
    pub fn park(&self, api: usize, change: i64) {
        self.apis[api].parked.fetch_add(change, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub fn parked(&self, key: ApiKey) -> i64 {
        self.apis.iter().filter(|api| api.key == key).map(|api| api.parked.load(Ordering::Relaxed)).sum()
    }

    /// A reply carries errors.
    pub fn fail(&self, api: usize, codes: &[i16]) {
        for &code in codes {
            let known = if code <= ERROR_CODE_MAX { code } else { ERROR_CODE_MIN };
            let index = usize::try_from(known - ERROR_CODE_MIN).unwrap_or(0);
            self.apis[api].errors[index].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The last byte of a reply is in the socket; a request without a reply is done when it is handled.
    pub fn finish(&self, journey: &Journey, sent: Instant) {
        let api = &self.apis[journey.api];
        api.total.record(sent - journey.arrived);
        api.queue.record(journey.begun - journey.arrived);
        api.local.record(journey.handled - journey.begun);
        if journey.answered != journey.handled {
            api.remote.record(journey.answered - journey.handled);
        }
        api.response.record(sent - journey.answered);
    }

    pub fn count_response_bytes(&self, api: usize, bytes: usize) {
        self.apis[api].response_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Writes the APIs that were asked for at least once.
    pub fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        let asked: Vec<&ApiMetrics> = self.apis.iter().filter(|api| api.has_been_asked()).collect();
        let versions = asked.iter().flat_map(|api| {
            let counted = (0..).zip(&api.by_version).map(|(version, count)| (version, load(count)));
            let counted = counted.filter(|(_, count)| *count > 0);
            counted.map(|(version, count): (i16, u64)| {
                ([("api", api.key.name().to_owned()), ("version", version.to_string())], count)
            })
        });
        page.counters("kafka_requests", "Requests by API and version", versions)?;
        let errors = asked.iter().flat_map(|api| {
            let counted = (ERROR_CODE_MIN..).zip(&api.errors).map(|(code, count)| (code, load(count)));
            counted.filter(|(_, count)| *count > 0).map(|(code, count)| {
                let error = ErrorCode::from_code(code).unwrap_or(ErrorCode::UnknownServerError);
                ([("api", api.key.name()), ("error", error.name())], count)
            })
        });
        page.counters("kafka_request_errors", "Errors in replies by API and code", errors)?;
        let of = |count: fn(&ApiMetrics) -> &AtomicU64| {
            asked.iter().map(move |api| ([("api", api.key.name())], load(count(api))))
        };
        page.counters("kafka_request_bytes", "Bytes of requests", of(|api| &api.request_bytes))?;
        page.counters("kafka_response_bytes", "Bytes of replies", of(|api| &api.response_bytes))?;
        let parked = asked.iter().map(|api| ([("api", api.key.name())], api.parked.load(Ordering::Relaxed)));
        page.gauges("kafka_requests_parked", "Requests that wait for others (purgatory)", parked)?;
        for (name, help, station) in STATIONS {
            let rows = asked.iter().map(|api| ([("api", api.key.name())], station(api).recorded()));
            page.histograms(name, help, rows.filter(|(_, recorded)| recorded.count > 0))?;
        }
        Ok(())
    }
}

type Station = fn(&ApiMetrics) -> &Histogram;

/// One histogram each.
const STATIONS: [(&str, &str, Station); 5] = [
    ("kafka_request_total_seconds", "Time from the arrival of a request to the end of its reply", |api| {
        &api.total
    }),
    ("kafka_request_queue_seconds", "Time from the arrival of a request to its handler", |api| &api.queue),
    ("kafka_request_local_seconds", "Time in the handler", |api| &api.local),
    (
        "kafka_request_remote_seconds",
        "Time parked until others had done their part; only requests that were",
        |api| &api.remote,
    ),
    ("kafka_request_response_seconds", "Time until the reply was in the socket", |api| &api.response),
];

impl ApiMetrics {
    fn new(key: ApiKey) -> Self {
        Self {
            key,
            by_version: Default::default(),
            errors: (ERROR_CODE_MIN..=ERROR_CODE_MAX).map(|_| AtomicU64::new(0)).collect(),
            parked: AtomicI64::new(0),
            request_bytes: AtomicU64::new(0),
            response_bytes: AtomicU64::new(0),
            total: Histogram::default(),
            queue: Histogram::default(),
            local: Histogram::default(),
            remote: Histogram::default(),
            response: Histogram::default(),
        }
    }

    fn has_been_asked(&self) -> bool {
        self.by_version.iter().any(|count| load(count) > 0)
    }
}

fn load(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}
