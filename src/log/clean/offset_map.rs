use siphasher::sip128::SipHasher13;

use super::CleanLimits;
use crate::names::Offset;

/// The latest offset of every key, in memory of a fixed size (`SkimpyOffsetMap`): an open table with 24 bytes a slot,
/// 16 of them for the key.
///
/// Kafka tells keys apart by their MD5. Here it is a hash of the same width with a secret, random seed: it costs less,
/// and nobody can make two keys that count as one.
#[derive(Debug)]
pub(super) struct OffsetMap {
    hasher: SipHasher13,
    slots: Vec<Slot>,
    keys: usize,
    keys_max: usize,
    /// No record past this offset was looked at.
    latest_offset: Offset,
}

/// The key's hash, and its latest offset plus one: all zeros is a free slot.
type Slot = [u64; 3];

/// What tells a key from others.
pub(super) type KeyHash = [u64; 2];

impl OffsetMap {
    /// A map for a stretch of the log with so many offsets, which takes no more memory than allowed.
    pub fn new(limits: &CleanLimits, offsets: u64) -> Self {
        let slots_max = limits.map_bytes_max / size_of::<Slot>();
        let keys_max = (slots_max as f64 * limits.map_load_max.clamp(0.0, 0.95)) as usize;
        let keys_max = keys_max.max(1).min(usize::try_from(offsets).unwrap_or(usize::MAX));
        // A third free makes for short searches; one must be free for any to end.
        let slots = keys_max.saturating_add(keys_max / 2).min(slots_max).max(keys_max + 1);
        Self {
            hasher: SipHasher13::new_with_key(&rand::random()),
            slots: vec![[0; 3]; slots],
            keys: 0,
            keys_max,
            latest_offset: Offset::NONE,
        }
    }

    pub fn latest_offset(&self) -> Offset {
        self.latest_offset
    }

    pub fn hash(&self, key: &[u8]) -> KeyHash {
        let hash = self.hasher.hash(key);
        [hash.h1, hash.h2]
    }

    /// Brings the slots of many keys into the processor's caches before they are looked at: together that costs one
    /// wait for memory, one after the other one each.
    pub fn fetch(&self, keys: impl IntoIterator<Item = KeyHash>) {
        let found = keys.into_iter().fold(0, |found, key| found ^ self.slots[self.home(key)][2]);
        std::hint::black_box(found);
    }

    /// Notes a record; says whether there was room for it. Records come in the order of their offsets.
    pub fn put(&mut self, key: KeyHash, offset: Offset) -> bool {
        if self.keys >= self.keys_max {
            return false;
        }
        let at = self.find(key);
        self.keys += usize::from(self.slots[at][2] == 0);
        self.slots[at] = [key[0], key[1], offset.0 as u64 + 1];
        self.seen_up_to(offset);
        true
    }

    pub fn seen_up_to(&mut self, offset: Offset) {
        self.latest_offset = self.latest_offset.max(offset);
    }

    /// Whether no later record has this key.
    pub fn is_latest(&self, key: KeyHash, offset: Offset) -> bool {
        offset.0 as u64 + 1 >= self.slots[self.find(key)][2]
    }

    /// Where the search for a key begins.
    fn home(&self, key: KeyHash) -> usize {
        ((u128::from(key[0]) * self.slots.len() as u128) >> 64) as usize
    }

    /// The slot of a key, or the free one where it belongs.
    fn find(&self, key: KeyHash) -> usize {
        let mut at = self.home(key);
        loop {
            match self.slots[at] {
                [_, _, 0] => return at,
                [high, low, _] if [high, low] == key => return at,
                _ => at = if at + 1 == self.slots.len() { 0 } else { at + 1 },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn the_latest_offset_of_each_key_until_it_is_full() {
        let limits = CleanLimits { map_bytes_max: 24 * 100, map_load_max: 0.9, ..CleanLimits::default() };
        let mut map = OffsetMap::new(&limits, 1 << 40);
        assert_eq!(map.slots.len(), 100);
        let mut known = HashMap::new();
        for offset in 0..180_i64 {
            let key = format!("key-{}", offset % 89).into_bytes();
            assert!(map.put(map.hash(&key), Offset(offset)));
            known.insert(key, offset);
        }
        assert!(map.put(map.hash(b"one more"), Offset(180)));
        assert!(!map.put(map.hash(b"too many"), Offset(181)), "90 keys are all that fit");
        assert_eq!(map.latest_offset(), Offset(180));
        for (key, latest) in known {
            let key = map.hash(&key);
            map.fetch([key]);
            assert!(map.is_latest(key, Offset(latest)) && !map.is_latest(key, Offset(latest - 1)));
        }
        assert!(map.is_latest(map.hash(b"unknown"), Offset(0)));
    }

    #[test]
    fn no_more_memory_than_the_stretch_needs() {
        let limits = CleanLimits::default();
        assert_eq!(OffsetMap::new(&limits, 10).slots.len(), 15);
        assert_eq!(OffsetMap::new(&limits, 0).slots.len(), 1);
        let tiny = CleanLimits { map_bytes_max: 0, map_load_max: f64::NAN, ..limits };
        let mut map = OffsetMap::new(&tiny, 10);
        let [a, b] = [b"a", b"b"].map(|key| map.hash(key));
        assert!(map.put(a, Offset(0)) && !map.put(b, Offset(1)));
    }
}
