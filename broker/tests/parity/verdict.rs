//! What must agree with Kafka, and the one list of what does not yet.

use std::collections::BTreeMap;

/// Subjects where our broker may differ. It only shrinks: an entry that agrees, or names nothing, fails the test. An entry
/// behind `? ` may agree or not: what goes on by itself may be over by the time it is looked at.
const NOT_SERVED: &str = include_str!("not_served.txt");

/// How many characters of a difference are shown.
const SHOWN_MAX: usize = 1500;

/// What each subject came to, by its name; several of one name are one subject.
#[derive(Default)]
pub struct Verdicts {
    of: BTreeMap<String, Vec<Result<(), String>>>,
}

impl Verdicts {
    pub fn add(&mut self, subject: String, outcome: Result<(), String>) {
        self.of.entry(subject).or_default().push(outcome);
    }

    /// Panics when anything below `scope` differs that is not listed, or is listed and does not differ.
    pub fn settle(self, scope: &str) {
        let listed: Vec<&str> = NOT_SERVED.lines().filter(|line| line.starts_with(scope)).collect();
        let mut complaints = Vec::new();
        for (subject, outcomes) in &self.of {
            assert!(subject.starts_with(scope), "{subject} does not belong to {scope}");
            let differences: Vec<&String> = outcomes.iter().filter_map(|it| it.as_ref().err()).collect();
            if NOT_SERVED.lines().any(|line| line.strip_prefix("? ") == Some(subject)) {
                continue;
            }
            match listed.contains(&subject.as_str()) {
                true if differences.is_empty() => {
                    complaints.push(format!("{subject} agrees now: strike it from not_served.txt"));
                }
                true => {}
                false => complaints.extend(differences.iter().map(|difference| {
                    let shown: String = difference.chars().take(SHOWN_MAX).collect();
                    format!("{subject}: {shown}")
                })),
            }
        }
        let unknown = listed.iter().filter(|subject| !self.of.contains_key(**subject));
        complaints.extend(unknown.map(|subject| format!("{subject} of not_served.txt names nothing")));
        assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    }
}
