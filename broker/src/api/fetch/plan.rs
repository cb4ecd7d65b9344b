//! What a fetch would return right now: for each partition of its turn the range of a segment, or an error, within
//! the limits of the request (B5–B9). Looks records up; reads none.

use kafkactl_core::log::SliceBytes;
use kafkactl_core::wire::ErrorCode;

use super::follow::Visit;
use super::request::FetchRequest;
use super::response::PartitionAnswer;
use crate::partition::{Found, Isolation, ReadAsk, Reader};

/// How much a response shall and may hold (B8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub bytes_min: usize,
    pub bytes_max: usize,
}

/// Answers in the order of the visits.
#[derive(Debug)]
pub(super) struct Plan {
    pub partitions: Vec<Planned>,
    bytes: usize,
    /// An error or a divergence, which the client must hear of at once (B10).
    is_urgent: bool,
}

#[derive(Debug)]
pub(super) struct Planned {
    pub answer: PartitionAnswer,
    pub records: SliceBytes,
    /// Whether there may be more than the limits let through.
    pub is_cut: bool,
}

impl Limits {
    pub fn of(request: &FetchRequest<'_>, broker_bytes_max: usize) -> Self {
        let not_negative = |bytes: i32| usize::try_from(bytes).unwrap_or(0);
        let bytes_max = not_negative(request.max_bytes).min(broker_bytes_max);
        Self { bytes_min: not_negative(request.min_bytes).min(bytes_max), bytes_max }
    }
}

impl Plan {
    pub fn make(visits: &[Visit], reader: Reader, limits: Limits) -> Self {
        let mut plan = Self { partitions: Vec::with_capacity(visits.len()), bytes: 0, is_urgent: false };
        for visit in visits {
            let left = limits.bytes_max.saturating_sub(plan.bytes);
            let planned = plan.partition(visit, reader, left);
            plan.bytes += planned.records.size_bytes();
            plan.partitions.push(planned);
        }
        plan
    }

    fn partition(&mut self, visit: &Visit, reader: Reader, left: usize) -> Planned {
        let partition = match &visit.partition {
            Ok(partition) => partition,
            // What the metadata does not know is no reason to hurry: the client asks again at once otherwise.
            Err(error @ (ErrorCode::UnknownTopicId | ErrorCode::UnknownTopicOrPartition)) => {
                return Planned::unknown(*error);
            }
            Err(error) => {
                self.is_urgent = true;
                return Planned::failed(*error);
            }
        };
        let wanted = &visit.wanted;
        let bytes_max = usize::try_from(wanted.max_bytes).unwrap_or(0).min(left);
        let ask = ReadAsk {
            reader,
            offset: wanted.fetch_offset,
            current_leader_epoch: wanted.current_leader_epoch,
            last_fetched_epoch: wanted.last_fetched_epoch,
            bytes_max,
            min_one_batch: self.bytes == 0,
        };
        let read = match partition.read(&ask) {
            Ok(read) => read,
            Err(error) => {
                self.is_urgent = true;
                return Planned::failed(error.code());
            }
        };
        let mut answer = PartitionAnswer {
            error: ErrorCode::None,
            high_watermark: read.bounds.high_watermark,
            last_stable_offset: read.bounds.last_stable_offset,
            log_start_offset: read.bounds.log_start_offset,
            diverging: None,
            current_leader: None,
            aborted: (reader == Reader::Consumer(Isolation::ReadCommitted)).then(Vec::new),
        };
        let mut records = SliceBytes::Empty;
        match read.found {
            Found::Nothing => {}
            Found::Records { bytes, aborted } => {
                if answer.aborted.is_some() {
                    answer.aborted = Some(aborted);
                }
                records = bytes;
            }
            Found::Diverging { epoch, end_offset } => {
                answer.diverging = Some((epoch, end_offset));
                self.is_urgent = true;
            }
        }
        let is_cut = records.size_bytes() == 0 && read.bounds.visible_end(reader) > wanted.fetch_offset;
        Planned { answer, records, is_cut }
    }

    /// Whether to answer now (B10).
    pub fn is_enough(&self, limits: Limits) -> bool {
        self.is_urgent || self.bytes >= limits.bytes_min
    }

    pub fn missing_bytes(&self, limits: Limits) -> u64 {
        limits.bytes_min.saturating_sub(self.bytes) as u64
    }
}

impl Planned {
    /// Kafka answers these before it reads, and then with an empty list instead of null.
    fn unknown(error: ErrorCode) -> Self {
        let mut planned = Self::failed(error);
        planned.answer.aborted = Some(Vec::new());
        planned
    }

    fn failed(error: ErrorCode) -> Self {
        Self { answer: PartitionAnswer::failed(error), records: SliceBytes::Empty, is_cut: false }
    }
}
