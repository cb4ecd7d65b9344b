//! Names that no setting has, and what they were probably meant to be.

use super::synonyms::topic_setting_behind;
use super::{
    Setting, authorizer_setting, broker_setting, broker_table, topic_setting, topic_synonyms, topic_table,
};

/// Letters that a name may have too many, too few or wrong to count as a misspelling of another.
const WRONG_LETTERS_MAX: usize = 3;

/// A name that Apache Kafka 4.3 gives no setting. A plugin of a broker may still have a use for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown setting {name}{}", meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default())]
pub struct UnknownName {
    pub name: String,
    /// A setting that is spelt almost alike, or the same thing for brokers instead of topics or the other way round.
    pub meant: Option<&'static str>,
}

impl UnknownName {
    /// `None` for the name of a broker setting.
    pub fn of_broker(name: &str) -> Option<Self> {
        let is_known = broker_setting(name).or_else(|| authorizer_setting(name)).is_some();
        (!is_known).then(|| Self::in_broker_table(name))
    }

    /// `None` for the name of a topic setting.
    pub fn of_topic(name: &str) -> Option<Self> {
        topic_setting(name).is_none().then(|| {
            let meant = topic_setting_behind(name).or_else(|| nearest(name, topic_table().iter()));
            Self { name: name.to_owned(), meant }
        })
    }

    pub(super) fn in_broker_table(name: &str) -> Self {
        let of_topic = topic_synonyms(name).first().map(|synonym| synonym.name);
        Self { name: name.to_owned(), meant: of_topic.or_else(|| nearest(name, broker_table())) }
    }
}

fn nearest(name: &str, table: impl Iterator<Item = &'static Setting>) -> Option<&'static str> {
    let wrong_letters_max = WRONG_LETTERS_MAX.min(name.len() / 3);
    // What differs more in length differs more in letters, however long a name somebody typed.
    let candidates = table.filter(|setting| setting.name.len().abs_diff(name.len()) <= wrong_letters_max);
    let (wrong_letters, meant) =
        candidates.map(|setting| (distance(name.as_bytes(), setting.name.as_bytes()), setting.name)).min()?;
    (1..=wrong_letters_max).contains(&wrong_letters).then_some(meant)
}

/// How many letters must be added, removed or changed to get from one to the other (Levenshtein).
fn distance(from: &[u8], to: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (taken, letter) in from.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], taken + 1);
        for (at, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted() {
        for (from, to, letters) in
            [("", "", 0), ("", "ab", 2), ("abc", "abc", 0), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!(distance(from.as_bytes(), to.as_bytes()), letters, "{from} {to}");
        }
    }

    #[test]
    fn what_was_meant_is_told() {
        let broker = |name| UnknownName::of_broker(name).map(|unknown| unknown.meant);
        let topic = |name| UnknownName::of_topic(name).map(|unknown| unknown.meant);
        for known in ["log.cleaner.threads", "super.users", "listener.name.a.ssl.keystore.type"] {
            assert_eq!(broker(known), None, "{known}");
        }
        assert_eq!(topic("retention.ms"), None);
        for (name, of_broker, of_topic) in [
            ("log.cleaner.thread", Some("log.cleaner.threads"), None),
            ("log_retention_ms", Some("log.retention.ms"), None),
            ("retention.ms", Some("log.retention.ms"), None),
            ("max.message.bytes", Some("message.max.bytes"), None),
            ("retension.ms", None, Some("retention.ms")),
            ("message.max.bytes", None, Some("max.message.bytes")),
            ("log.retention.hours", None, Some("retention.ms")),
            ("x", None, None),
            ("no.such.setting", None, None),
        ] {
            assert_eq!(broker(name).flatten(), of_broker, "{name}");
            assert_eq!(topic(name).flatten(), of_topic, "{name}");
        }
        assert_eq!(broker(&"x".repeat(10_000_000)), Some(None));
    }

    #[test]
    fn it_reads_as_a_sentence() {
        let text = |name| UnknownName::of_topic(name).unwrap().to_string();
        assert_eq!(text("retention"), "unknown setting retention; did you mean retention.ms?");
        assert_eq!(text("no.such"), "unknown setting no.such");
    }
}
