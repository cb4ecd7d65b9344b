//! A map that is cheap to copy: parts of it are shared until they change.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// How many parts: a change copies one of them, a copy of the map copies as many pointers.
const SHARD_COUNT: usize = 64;

/// A hash map in [`SHARD_COUNT`] shared parts. A clone costs as many pointers, a change one part.
#[derive(Debug, Clone)]
pub struct Shards<K, V> {
    shards: Vec<Arc<HashMap<K, V>>>,
    count: usize,
}

impl<K, V> Default for Shards<K, V> {
    fn default() -> Self {
        Self { shards: std::iter::repeat_with(Arc::default).take(SHARD_COUNT).collect(), count: 0 }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Shards<K, V> {
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.shards[shard_of(key)].get(key)
    }

    /// The value to be changed. Copies the part it lies in when another clone shares that.
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let shard = &mut self.shards[shard_of(key)];
        if !shard.contains_key(key) {
            return None;
        }
        Arc::make_mut(shard).get_mut(key)
    }

    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let replaced = Arc::make_mut(&mut self.shards[shard_of(&key)]).insert(key, value);
        self.count += usize::from(replaced.is_none());
        replaced
    }

    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let shard = &mut self.shards[shard_of(key)];
        if !shard.contains_key(key) {
            return None;
        }
        let removed = Arc::make_mut(shard).remove(key);
        self.count -= usize::from(removed.is_some());
        removed
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// All pairs, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }
}

fn shard_of<Q: Hash + ?Sized>(key: &Q) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    // The maps inside use the low bits of another hash; any bits do here.
    (hasher.finish() % SHARD_COUNT as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_until_they_change() {
        let mut first: Shards<String, i32> = Shards::default();
        for number in 0..1000 {
            first.insert(number.to_string(), number);
        }
        let mut second = first.clone();
        *second.get_mut("7").unwrap() = -7;
        assert_eq!(second.remove("8"), Some(8));
        second.insert("1000".to_owned(), 1000);
        assert_eq!((first.get("7"), first.get("8"), first.count()), (Some(&7), Some(&8), 1000));
        assert_eq!((second.get("7"), second.get("8"), second.count()), (Some(&-7), None, 1000));
        let shared = first.shards.iter().zip(&second.shards).filter(|(a, b)| Arc::ptr_eq(a, b)).count();
        assert!(shared >= SHARD_COUNT - 3, "{shared} parts are still shared");
        assert_eq!(second.iter().count(), 1000);
    }
}
