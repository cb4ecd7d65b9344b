//! A member that does what Kafka's client does with what it is told.

use super::*;

pub(super) struct Reader {
    pub id: String,
    pub instance: Option<String>,
    pub topics: Vec<&'static str>,
    pub regex: Option<&'static str>,
    /// 0 while it is not in the group.
    pub epoch: i32,
    pub owned: Assignment,
    /// What it was told last, if it has not taken that in yet.
    told: Option<Assignment>,
    /// The coordinator has to hear what it has.
    has_news: bool,
    /// Its last answer was lost: it says everything again.
    says_all: bool,
}

impl Reader {
    pub fn new(id: &str, topics: &[&'static str]) -> Self {
        Self {
            id: id.to_owned(),
            instance: None,
            topics: topics.to_vec(),
            regex: None,
            epoch: 0,
            owned: Assignment::new(),
            told: None,
            has_news: false,
            says_all: false,
        }
    }

    pub fn is_joined(&self) -> bool {
        self.epoch > 0
    }

    /// Whether it has nothing to do and nothing to say.
    pub fn is_settled(&self) -> bool {
        self.is_joined() && self.told.is_none() && !self.has_news && !self.says_all
    }

    pub fn request(&self) -> Beat {
        let mut beat = match self.epoch {
            0 => Beat::join(&self.id, &self.topics),
            epoch => Beat::of(&self.id, epoch),
        };
        if self.says_all && self.is_joined() {
            beat = Beat { epoch: self.epoch, ..Beat::join(&self.id, &self.topics) };
        }
        if self.is_joined() && (self.has_news || self.says_all) {
            beat.owned = Some(self.owned.clone());
        }
        if beat.topics.is_some() {
            beat.regex = self.regex.map(str::to_owned);
        }
        Beat { instance: self.instance.clone(), ..beat }
    }

    /// Beats, and takes note of the answer unless it is lost.
    pub fn beat(&mut self, bench: &mut Bench, is_lost: bool) {
        let answer = bench.beat(self.request());
        if is_lost {
            // It starts over from what it has: the answer to that may make over what it was told before.
            self.told = None;
            self.says_all = true;
            return;
        }
        self.says_all = false;
        match answer {
            Ok(reply) => {
                self.has_news = false;
                self.epoch = reply.epoch;
                self.told = reply.assignment.or(self.told.take());
            }
            Err(ErrorCode::UnreleasedInstanceId | ErrorCode::GroupMaxSizeReached) => {}
            Err(ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId | ErrorCode::GroupIdNotFound) => {
                self.forget_all()
            }
            Err(error) => panic!("{} is told {error:?}", self.id),
        }
    }

    /// Gives up what it has lost, takes what it has got.
    pub fn take_in(&mut self) {
        if let Some(told) = self.told.take() {
            self.has_news = true;
            self.owned = told;
        }
    }

    /// Leaves, for good or, as static members do, for now.
    pub fn leave(&mut self, bench: &mut Bench) {
        let epoch = if self.instance.is_some() { -2 } else { -1 };
        let beat = Beat { instance: self.instance.clone(), ..Beat::of(&self.id, epoch) };
        // Whatever the answer: it is gone.
        let _ = bench.beat(beat);
        self.forget_all();
    }

    pub fn subscribe(&mut self, topics: &[&'static str], regex: Option<&'static str>) {
        self.topics = topics.to_vec();
        // An empty expression takes the last one back.
        self.regex = regex.or(self.regex.map(|_| ""));
        self.says_all = true;
    }

    fn forget_all(&mut self) {
        self.epoch = 0;
        self.owned.clear();
        self.told = None;
        self.has_news = false;
        self.says_all = false;
    }
}

/// Every reader beats and takes in what it is told, again and again, until all is settled; says how many rounds that
/// took.
pub(super) fn settle(bench: &mut Bench, readers: &mut [Reader], pause_ms: u64, rounds_max: usize) -> usize {
    for round in 1..=rounds_max {
        bench.pass_ms(pause_ms);
        for reader in &mut *readers {
            reader.beat(bench, false);
            reader.take_in();
        }
        bench.resolve_regexes();
        if bench.consumers().state == "Stable" && readers.iter().all(Reader::is_settled) {
            return round;
        }
    }
    panic!("not settled after {rounds_max} rounds: {:#?}", bench.consumers());
}
