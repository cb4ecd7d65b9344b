use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::names::Offset;

/// The latest offset of every key, up to a given number of keys (`SkimpyOffsetMap`).
///
/// Keys are remembered by 128 bits of hashes with secret, random seeds, so nobody can make two of them collide.
#[derive(Debug)]
pub struct KeyMap {
    seeds: [RandomState; 2],
    latest: HashMap<u128, Offset>,
    keys_max: usize,
    /// No record past this offset was looked at.
    last_offset: Offset,
}

impl KeyMap {
    /// Memory for one key.
    pub const BYTES_PER_KEY: usize = 48;

    /// A map that takes about so much memory.
    pub fn new(bytes_max: usize) -> Self {
        Self {
            seeds: [RandomState::new(), RandomState::new()],
            latest: HashMap::new(),
            keys_max: (bytes_max / Self::BYTES_PER_KEY).max(1),
            last_offset: Offset::NONE,
        }
    }

    pub fn is_full(&self) -> bool {
        self.latest.len() >= self.keys_max
    }

    pub fn last_offset(&self) -> Offset {
        self.last_offset
    }

    pub(super) fn put(&mut self, key: &[u8], offset: Offset) {
        let key = self.hash(key);
        self.latest.insert(key, offset);
    }

    pub(super) fn seen_up_to(&mut self, offset: Offset) {
        self.last_offset = self.last_offset.max(offset);
    }

    /// Whether no later record has this key.
    pub(super) fn is_latest(&self, key: &[u8], offset: Offset) -> bool {
        self.latest.get(&self.hash(key)).is_none_or(|latest| offset >= *latest)
    }

    fn hash(&self, key: &[u8]) -> u128 {
        let [high, low] = [0, 1].map(|half: usize| u128::from(self.seeds[half].hash_one(key)));
        high << 64 | low
    }
}
