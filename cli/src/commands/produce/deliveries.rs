//! What became of the records that were sent, in their order.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use kafkactl_core::client::ClientError;
use kafkactl_core::client::producer::{Delivery, Producer, Receipt};
use serde::Serialize;

use crate::error::CommandError;
use crate::output::{Format, Output, counted};

type Pending = Pin<Box<dyn Future<Output = Result<Delivery, ClientError>>>>;

pub struct Deliveries {
    report: bool,
    /// The oldest receipt, being waited for. Kept across calls, so that a cancelled wait loses nothing.
    front: Option<Pending>,
    receipts: VecDeque<Receipt>,
    delivered: u64,
}

#[derive(Serialize)]
struct DeliveryLine<'a> {
    topic: &'a str,
    partition: i32,
    /// Null when the broker does not say: acks 0.
    offset: Option<i64>,
    timestamp_ms: i64,
}

impl Deliveries {
    pub fn new(report: bool) -> Self {
        Self { report, front: None, receipts: VecDeque::new(), delivered: 0 }
    }

    pub fn expect(&mut self, receipt: Receipt) {
        self.receipts.push_back(receipt);
    }

    pub fn count(&self) -> u64 {
        self.delivered
    }

    /// Records of which it is not known yet what became of them.
    pub fn open(&self) -> u64 {
        self.receipts.len() as u64 + u64::from(self.front.is_some())
    }

    /// Waits for the next outcome and takes it in; for ever when there is none to wait for. Cancel safe.
    pub async fn advance(&mut self, out: &mut Output) -> Result<(), CommandError> {
        let outcome = self.next().await;
        self.take(outcome, out)?;
        if self.front.is_none() && self.receipts.is_empty() {
            out.flush()?;
        }
        Ok(())
    }

    /// Takes in what is known already.
    pub fn collect(&mut self, out: &mut Output) -> Result<(), CommandError> {
        let mut context = Context::from_waker(Waker::noop());
        while self.front.is_some() || !self.receipts.is_empty() {
            let polled = pin!(self.next()).poll(&mut context);
            let Poll::Ready(outcome) = polled else { break };
            self.take(outcome, out)?;
        }
        Ok(())
    }

    /// Waits for every outcome. The first failure is the command's; how many more there are is its hint.
    pub async fn finish(&mut self, producer: &Producer, out: &mut Output) -> Result<(), CommandError> {
        let mut first_failure = None;
        let mut failed = 0_u64;
        // Nothing lingers any more. Its own verdict is about batches that are looked at below, one by one.
        let _ = producer.flush().await;
        while self.front.is_some() || !self.receipts.is_empty() {
            let outcome = self.next().await;
            if let Err(error) = self.take(outcome, out) {
                failed += 1;
                first_failure.get_or_insert(error);
            }
        }
        match first_failure {
            Some(error) if failed > 1 => {
                let all = counted(failed + self.delivered, "record");
                Err(error.hint(format!("{failed} of {all} were not written")))
            }
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    async fn next(&mut self) -> Result<Delivery, ClientError> {
        let front = match &mut self.front {
            Some(front) => front,
            None => match self.receipts.pop_front() {
                Some(receipt) => self.front.insert(Box::pin(receipt.wait())),
                None => return std::future::pending().await,
            },
        };
        let outcome = front.await;
        self.front = None;
        outcome
    }

    fn take(&mut self, outcome: Result<Delivery, ClientError>, out: &mut Output) -> Result<(), CommandError> {
        let delivery = outcome?;
        self.delivered += 1;
        if !self.report {
            return Ok(());
        }
        let offset = delivery.offset.map(|offset| offset.0);
        let text = match (&out.format, offset) {
            (Format::Json | Format::JsonLines, _) => {
                let line = DeliveryLine {
                    topic: delivery.partition.topic.as_str(),
                    partition: delivery.partition.partition.0,
                    offset,
                    timestamp_ms: delivery.timestamp_ms,
                };
                serde_json::to_string(&line).map_err(|error| CommandError::failed(error.to_string()))?
            }
            (_, Some(offset)) => format!("{}@{offset}", delivery.partition),
            (_, None) => format!("{}@-", delivery.partition),
        };
        out.write(text.as_bytes())?;
        out.write(b"\n")
    }
}
