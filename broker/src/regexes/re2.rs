//! Regular expressions of RE2, as Kafka understands them (RE2/J), on an engine whose syntax differs in corners: what
//! RE2 refuses is refused in its words, what it reads differently is rewritten.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

/// Compiles an expression that has to match a whole text. The error is the reason in RE2/J's words, where it has any.
/// Takes time linear in the text, and so does every match.
pub(super) fn compile(text: &str) -> Result<Regex, String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("longer than {TEXT_BYTES_MAX} bytes"));
    }
    let translated = Translator::new(text).translate()?;
    let whole = format!(r"\A(?:{translated})\z");
    let built =
        RegexBuilder::new(&whole).size_limit(COMPILED_BYTES_MAX).dfa_size_limit(MATCHING_BYTES_MAX).build();
    built.map_err(|error| reason(&error))
}

fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => TOO_LARGE.to_owned(),
        error => {
            error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    }
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    into: String,
    open_groups: usize,
    before: Before,
    unicode_classes: usize,
}

/// What stands before a repetition operator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Item,
    Repetition,
}

/// Where a character of a class stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InClass {
    /// At the beginning, or after a range.
    Start,
    /// After something that a range may begin with.
    Item,
    /// After the `-` of a range.
    Range,
}

type Translated = Result<(), &'static str>;

impl<'a> Translator<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars().peekable(),
            into: String::new(),
            open_groups: 0,
            before: Before::Nothing,
            unicode_classes: 0,
        }
    }

    fn translate(mut self) -> Result<String, &'static str> {
        while let Some(next) = self.rest.next() {
            self.item(next)?;
        }
        if self.open_groups > 0 { Err(MISSING_PAREN) } else { Ok(self.into) }
    }

    fn item(&mut self, next: char) -> Translated {
        let mut before = Before::Item;
        match next {
            '(' => {
                self.group()?;
                before = Before::Nothing;
            }
            ')' => {
                self.open_groups = self.open_groups.checked_sub(1).ok_or(MISSING_PAREN)?;
                self.into.push(')');
            }
            '|' => {
                self.into.push('|');
                before = Before::Nothing;
            }
            '[' => self.class()?,
            '*' | '+' | '?' => {
                self.into.push(next);
                self.repetition()?;
                before = Before::Repetition;
            }
            '{' => match self.counts()? {
                Some(counts) => {
                    self.into.push_str(&counts);
                    self.repetition()?;
                    before = Before::Repetition;
                }
                None => self.into.push_str(r"\{"),
            },
            '\\' => self.escape()?,
            '^' | '$' | '.' => self.into.push(next),
            literal => push_literal(&mut self.into, literal),
        }
        self.before = before;
        Ok(())
    }

    /// What follows `(`: nothing special, a name, or flags.
    fn group(&mut self) -> Translated {
        self.into.push('(');
        let rest: String = self.rest.clone().take(GROUP_HEAD_CHARS_MAX).collect();
        let Some(head) = rest.strip_prefix('?') else {
            self.open_groups += 1;
            return Ok(());
        };
        let is_named = head.starts_with("P<") || head.starts_with('<');
        let end = head.find(if is_named { '>' } else { ')' });
        let (end, is_flags) = match (is_named, head.find(':'), end) {
            (true, _, end) => (end.ok_or("invalid named capture")?, false),
            (false, Some(colon), end) if end.is_none_or(|end| colon < end) => (colon, false),
            (false, _, end) => (end.ok_or(INVALID_PERL_OP)?, true),
        };
        let has_flags = |flags: &str| flags.chars().all(|flag| "imsU-".contains(flag));
        if !is_named && !has_flags(&head[..end]) {
            return Err(INVALID_PERL_OP);
        }
        // Without `)` of its own, a group is open now.
        self.open_groups += usize::from(!is_flags);
        let taken = 1 + head[..=end].chars().count();
        self.into.extend(self.rest.by_ref().take(taken));
        Ok(())
    }

    /// After a repetition operator: it must have something to repeat, and not another repetition.
    fn repetition(&mut self) -> Translated {
        match self.before {
            Before::Nothing => return Err("missing argument to repetition operator"),
            Before::Repetition => return Err("invalid nested repetition operator"),
            Before::Item => {}
        }
        self.into.extend(self.rest.next_if_eq(&'?'));
        Ok(())
    }

    /// After `{`: `n}`, `n,}` or `n,m}`; anything else makes the brace a literal.
    fn counts(&mut self) -> Result<Option<String>, &'static str> {
        let head: String = self.rest.clone().take(COUNTS_CHARS_MAX).take_while(|&next| next != '}').collect();
        let is_closed = self.rest.clone().nth(head.len()) == Some('}');
        let (least, most) = head.split_once(',').unwrap_or((&head, &head));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_closed || !is_number(least) || !(most.is_empty() || is_number(most)) {
            return Ok(None);
        }
        let number = |text: &str| text.parse().ok().filter(|&count: &u32| count <= COUNT_MAX);
        let least = number(least).ok_or(INVALID_COUNT)?;
        if !most.is_empty() && number(most).ok_or(INVALID_COUNT)? < least {
            return Err(INVALID_COUNT);
        }
        self.rest.by_ref().nth(head.len());
        Ok(Some(format!("{{{head}}}")))
    }

    fn escape(&mut self) -> Translated {
        let next = self.rest.next().ok_or(TRAILING_BACKSLASH)?;
        match next {
            'Q' => self.quoted(),
            'A' | 'b' | 'B' | 'z' => self.into.extend(['\\', next]),
            _ => self.escaped(next)?,
        }
        Ok(())
    }

    /// `\Q…\E`: literals, to the end if there is no `\E`.
    fn quoted(&mut self) {
        while let Some(next) = self.rest.next() {
            if next == '\\' && self.rest.next_if_eq(&'E').is_some() {
                return;
            }
            push_literal(&mut self.into, next);
        }
    }

    /// An escape that may stand inside of classes too.
    fn escaped(&mut self, next: char) -> Translated {
        match next {
            // RE2 knows these in ASCII alone.
            'd' => self.into.push_str("[0-9]"),
            'D' => self.into.push_str("[^0-9]"),
            's' => self.into.push_str(r"[\t\n\f\r ]"),
            'S' => self.into.push_str(r"[^\t\n\f\r ]"),
            'w' => self.into.push_str("[0-9A-Za-z_]"),
            'W' => self.into.push_str("[^0-9A-Za-z_]"),
            'a' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' => {
                self.into.extend(['\\', next]);
                if next == 'x' && self.rest.peek() == Some(&'{') {
                    self.braces();
                }
            }
            'p' | 'P' => {
                self.unicode_classes += 1;
                if self.unicode_classes > UNICODE_CLASSES_MAX {
                    return Err(TOO_LARGE);
                }
                self.into.extend(['\\', next]);
                self.braces();
            }
            '0' => self.into.push_str(r"\x00"),
            next if next.is_ascii() && !next.is_ascii_alphanumeric() => push_literal(&mut self.into, next),
            _ => return Err("invalid escape sequence"),
        }
        Ok(())
    }

    /// `{…}` or one character, as they are.
    fn braces(&mut self) {
        let Some(first) = self.rest.next() else { return };
        self.into.push(first);
        while first == '{'
            && let Some(next) = self.rest.next()
        {
            self.into.push(next);
            if next == '}' {
                return;
            }
        }
    }

    /// After `[`. RE2 knows no operators inside of classes: `&&`, `--`, `~~` and `[` are characters.
    fn class(&mut self) -> Translated {
        self.into.push('[');
        self.into.extend(self.rest.next_if_eq(&'^'));
        let mut is_first = true;
        let mut place = InClass::Start;
        loop {
            let next = self.rest.next().ok_or(MISSING_BRACKET)?;
            let is_range = place == InClass::Item && self.rest.peek() != Some(&']');
            match next {
                ']' if !is_first => break,
                '[' if self.rest.peek() == Some(&':') => self.posix_class()?,
                '\\' => {
                    let escaped = self.rest.next().ok_or(MISSING_BRACKET)?;
                    self.escaped(escaped)?;
                }
                '-' if is_range => {
                    self.into.push('-');
                    place = InClass::Range;
                    continue;
                }
                literal => push_literal(&mut self.into, literal),
            }
            is_first = false;
            place = if place == InClass::Range { InClass::Start } else { InClass::Item };
        }
        self.into.push(']');
        Ok(())
    }

    /// `[:name:]` inside of a class.
    fn posix_class(&mut self) -> Translated {
        let name: String = self.rest.clone().take(POSIX_CHARS_MAX).collect();
        match name.find(":]") {
            Some(end) => {
                self.into.push('[');
                self.into.extend(self.rest.by_ref().take(end + 2));
            }
            None => push_literal(&mut self.into, '['),
        }
        Ok(())
    }
}

fn push_literal(into: &mut String, literal: char) {
    if literal.is_ascii_punctuation() && literal != '<' && literal != '>' && literal != '_' {
        into.push('\\');
    }
    into.push(literal);
}

/// The longest text that fits the key of its record.
const TEXT_BYTES_MAX: usize = i16::MAX as usize;
/// Most memory that one compiled expression takes: an alternation of 800 long names needs half of it.
const COMPILED_BYTES_MAX: usize = 4 << 20;
/// Most memory that remembered matches of one expression take.
const MATCHING_BYTES_MAX: usize = 512 << 10;
/// RE2 repeats nothing more often.
const COUNT_MAX: u32 = 1_000;
/// Each may take some kilobytes before it is known how large the whole is.
const UNICODE_CLASSES_MAX: usize = 100;
const COUNTS_CHARS_MAX: usize = 16;
const GROUP_HEAD_CHARS_MAX: usize = 256;
const POSIX_CHARS_MAX: usize = 16;

const TOO_LARGE: &str = "too large";
const MISSING_PAREN: &str = "missing closing )";
const MISSING_BRACKET: &str = "missing closing ]";
const TRAILING_BACKSLASH: &str = "trailing backslash at end of expression";
const INVALID_PERL_OP: &str = "invalid or unsupported Perl syntax";
const INVALID_COUNT: &str = "invalid repeat count";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_match() {
        let cases = [
            ("orders", "orders", "orders-2 my-orders"),
            ("a|bc", "a bc", "ac abc"),
            ("orders.*", "orders orders-2", "my-orders"),
            (r"or\.ders", "or.ders", "or-ders"),
            (r"\Qa.b\E.", "a.bc a.b-", "axbc"),
            (r"\Qa.b", "a.b", "axb"),
            ("(?i)ORDERS", "orders Orders", "order"),
            ("(?P<name>a)+", "a aaa", "b"),
            ("(?i:A)b", "ab Ab", "aB"),
            ("a{2,3}", "aa aaa", "a aaaa"),
            ("a{,2}", "a{,2}", "a aa"),
            ("a{b", "a{b", "ab"),
            ("[a&&b]", "a b &", "c"),
            ("[[a]", "[ a", "b"),
            ("[a-c-e]", "a b - e", "d"),
            ("[+--]", "+ , -", "b"),
            ("[]a]", "] a", "b"),
            ("[^a-c]", "d -", "a b"),
            ("[a-]", "a -", "b"),
            ("[[:digit:]]+", "12", "a"),
            (r"[\d_]+", "1_2", "a"),
            (r"\w+\_x", "a_x", "a-x ß_x"),
            (r"[\d-]\D[\S]\s?\W", "1a=. -a1é", "11a. 1a=b"),
            ("^a$", "a", "b"),
            ("", "", "a"),
            ("a??b", "ab b", "a"),
        ];
        for (text, matching, others) in cases {
            let regex = compile(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
            for name in matching.split(' ') {
                assert!(regex.is_match(name), "{text} should match {name}");
            }
            for name in others.split(' ') {
                assert!(!regex.is_match(name), "{text} should not match {name}");
            }
        }
    }

    #[test]
    fn what_re2_refuses_is_refused_in_its_words() {
        let cases = [
            ("(", "missing closing )"),
            ("a)", "missing closing )"),
            ("[a", "missing closing ]"),
            ("*a", "missing argument to repetition operator"),
            ("a|*", "missing argument to repetition operator"),
            ("a**", "invalid nested repetition operator"),
            ("a{2}{3}", "invalid nested repetition operator"),
            ("a{1001}", "invalid repeat count"),
            ("a{3,2}", "invalid repeat count"),
            ("(?x)a", "invalid or unsupported Perl syntax"),
            ("(?=a)", "invalid or unsupported Perl syntax"),
            (r"\1", "invalid escape sequence"),
            ("[a--]", "invalid character class range, the start must be <= the end"),
            (r"\C", "invalid escape sequence"),
            ("\\", "trailing backslash at end of expression"),
        ];
        for (text, reason) in cases {
            assert_eq!(compile(text).err().as_deref(), Some(reason), "{text}");
        }
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
        let names: Vec<String> =
            (0..800).map(|index| format!("team-orders-eu-west-{index}[.]events")).collect();
        let names = compile(&names.join("|")).unwrap();
        assert!(
            names.is_match("team-orders-eu-west-799.events")
                && !names.is_match("team-orders-eu-west-800.events")
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
}
