//! Which clients a client-metrics subscription is for (KIP-714): `match` of its config.

use regex::{Regex, RegexBuilder};

/// What a pattern may be about, and where a client has it.
const SELECTORS: [(&str, fn(&ClientIdentity) -> &str); 6] = [
    ("client_id", |client| &client.id),
    ("client_instance_id", |client| &client.instance_id),
    ("client_software_name", |client| &client.software_name),
    ("client_software_version", |client| &client.software_version),
    ("client_source_address", |client| &client.source_address),
    ("client_source_port", |client| &client.source_port),
];

/// Bound of a compiled pattern.
const COMPILED_BYTES_MAX: usize = 1 << 20;

/// What a client says of itself, and where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientIdentity {
    pub id: String,
    pub instance_id: String,
    pub software_name: String,
    pub software_version: String,
    pub source_address: String,
    pub source_port: String,
}

/// Patterns that a client's texts must match as a whole, all of them. Without patterns every client matches.
#[derive(Debug, Clone, Default)]
pub struct ClientMatch {
    patterns: Vec<(&'static str, fn(&ClientIdentity) -> &str, Regex)>,
}

impl ClientMatch {
    /// Reads `selector=pattern` items. Of two about the same selector the last counts. The error says what is wrong.
    pub fn parse(items: &[String]) -> Result<Self, String> {
        let mut patterns: Vec<(&str, fn(&ClientIdentity) -> &str, Regex)> = Vec::new();
        for item in items {
            let halves = item.split_once('=').filter(|(_, pattern)| !pattern.contains('='));
            let known = halves.and_then(|(selector, pattern)| {
                let known = SELECTORS.into_iter().find(|(name, _)| *name == selector.trim())?;
                Some((known, pattern.trim()))
            });
            let Some(((name, text_of), pattern)) = known else {
                return Err(format!("\"{item}\" in match is not selector=pattern"));
            };
            let whole =
                RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(COMPILED_BYTES_MAX).build();
            let pattern = whole.map_err(|_| format!("\"{item}\" in match has no regular expression"))?;
            patterns.retain(|(other, ..)| *other != name);
            patterns.push((name, text_of, pattern));
        }
        Ok(Self { patterns })
    }

    pub fn matches(&self, client: &ClientIdentity) -> bool {
        self.patterns.iter().all(|(_, text_of, pattern)| pattern.is_match(text_of(client)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_must_match_as_a_whole() {
        let client = ClientIdentity {
            id: "billing-7".to_owned(),
            software_name: "apache-kafka-java".to_owned(),
            source_address: "10.0.0.7".to_owned(),
            ..ClientIdentity::default()
        };
        let cases: [(&[&str], bool); 7] = [
            (&[], true),
            (&["client_id=billing.*"], true),
            (&["client_id=billing"], false),
            (&["client_id = billing-7 ", "client_source_address=10\\..*"], true),
            (&["client_id=billing-7", "client_software_name=librdkafka"], false),
            (&["client_id=x", "client_id=billing-\\d"], true),
            (&["client_instance_id="], true),
        ];
        for (patterns, expected) in cases {
            let items: Vec<String> = patterns.iter().map(|it| (*it).to_owned()).collect();
            assert_eq!(ClientMatch::parse(&items).unwrap().matches(&client), expected, "{patterns:?}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for item in
            ["", "client_id", "nobody=x", "client_id=a=b", "client_id=(", "client_id=(\\w{1000}){1000}"]
        {
            assert!(ClientMatch::parse(&[item.to_owned()]).is_err(), "{item}");
        }
    }
}
