use std::path::Path;

use super::*;

/// What RE2/J makes of expressions by hand and by chance, and which names they match.
#[test]
fn expressions_mean_what_they_mean_to_kafka() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/regex/expressions.tsv");
    let table = std::fs::read_to_string(path).unwrap();
    let mut lines = table.lines();
    let names: Vec<String> = lines.next().unwrap().split('\t').skip(1).map(unescaped).collect();
    let (mut judged, mut wrong) = (0, Vec::new());
    for line in lines {
        let (text, verdict) = line.split_once('\t').unwrap();
        let text = unescaped(text);
        let ours = match compile(&text) {
            Ok(regex) => names.iter().map(|name| if regex.is_match(name) { '1' } else { '0' }).collect(),
            Err(reason) => format!("error: {reason}"),
        };
        judged += 1;
        if ours != verdict {
            wrong.push(format!("{text:?}\n  RE2/J: {verdict}\n  ours:  {ours}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {judged}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(judged, 3_000);
}

/// `%` and four hexadecimal digits stand for a character.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut plain = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let code = u32::from_str_radix(&piece[..4], 16).unwrap();
        plain.push(char::from_u32(code).unwrap());
        plain.push_str(&piece[4..]);
    }
    plain
}

/// What costs other engines the world is refused, or costs no more than the text is long.
#[test]
fn hostile_expressions_are_bounded() {
    assert!(compile(&"a".repeat(40_000)).is_err());
    assert!(compile("((((a{1000}){1000}){1000}){1000})").is_err());
    assert!(compile(&"(".repeat(30_000)).is_err());
    assert!(compile(&format!("{}{}", "(".repeat(15_000), ")".repeat(15_000))).is_err());
    assert!(compile(&r"\pL".repeat(10_000)).is_err());
    let started = std::time::Instant::now();
    let regex = compile("(a*)*b").unwrap_or_else(|_| compile("(?:a|a)*b").unwrap());
    assert!(!regex.is_match(&"a".repeat(249)));
    assert!(started.elapsed().as_secs() < 5);
}

/// Kafka takes them; another engine needs more memory for them than for most.
#[test]
fn long_expressions_that_are_meant() {
    let names: Vec<String> = (0..800).map(|index| format!("team-orders-eu-west-{index}[.]events")).collect();
    let names = compile(&names.join("|")).unwrap();
    assert!(
        names.is_match("team-orders-eu-west-799.events") && !names.is_match("team-orders-eu-west-800.events")
    );
    for text in [r"\w{1,249}", r"\p{L}{1,50}", ".{1,1000}"] {
        let compiled = compile(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
        assert!(compiled.is_match("orders") && !compiled.is_match(""), "{text}");
    }
}

#[test]
fn any_text_is_an_answer() {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    for seed in 0..5_000 {
        let mut random = StdRng::seed_from_u64(seed);
        let symbols: Vec<char> = r"ab()[]{}|*+?\^$.-:,<>0123&~QEpdPéß ".chars().collect();
        let length = random.random_range(0..20);
        let text: String = (0..length).map(|_| symbols[random.random_range(0..symbols.len())]).collect();
        if let Ok(regex) = compile(&text) {
            regex.is_match("orders-2");
        }
    }
}
