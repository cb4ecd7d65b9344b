//! Regular expressions of RE2, as Kafka understands them (RE2/J), on an engine whose syntax differs in corners: what
//! RE2 refuses is refused in its words, what it reads differently is rewritten.
//!
//! Only whether a whole text matches is asked, so groups are not captured. No escape or range is left for the engine to
//! read in its own way.

mod class;
mod cursor;
mod escape;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use regex::{Regex, RegexBuilder};

use cursor::Cursor;

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
    rest: Cursor<'a>,
    into: String,
    open_groups: usize,
    group_names: HashSet<&'a str>,
    before: Before,
    /// Where the operator of a repetition goes: behind what was read last, but before flags that came since.
    item_end: usize,
    unicode_classes: usize,
}

/// What stands before a repetition operator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Item,
    Repetition,
}

/// The error is what RE2/J says.
type Translated<T = ()> = Result<T, &'static str>;

impl<'a> Translator<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: Cursor::new(text),
            into: String::new(),
            open_groups: 0,
            group_names: HashSet::new(),
            before: Before::Nothing,
            item_end: 0,
            unicode_classes: 0,
        }
    }

    fn translate(mut self) -> Translated<String> {
        while let Some(next) = self.rest.next() {
            self.item(next)?;
        }
        if self.open_groups > 0 { Err(MISSING_PAREN) } else { Ok(self.into) }
    }

    fn item(&mut self, next: char) -> Translated {
        let before = match next {
            '(' => return self.group(),
            '\\' if self.rest.eat("Q") => {
                self.quoted();
                return Ok(());
            }
            ')' => {
                self.open_groups = self.open_groups.checked_sub(1).ok_or(STRAY_PAREN)?;
                self.into.push(')');
                Before::Item
            }
            '|' => {
                self.into.push('|');
                Before::Nothing
            }
            // Where one repetition follows another, behind flags, a question mark would have another meaning.
            '?' => return self.repetition("{0,1}"),
            '*' => return self.repetition("*"),
            '+' => return self.repetition("+"),
            '{' => match self.counts()? {
                Some(counts) => return self.repetition(&counts),
                None => {
                    push_literal(&mut self.into, '{');
                    // RE2/J takes it for a repetition all the same, when another follows.
                    Before::Repetition
                }
            },
            '[' => {
                self.class()?;
                Before::Item
            }
            '\\' => {
                self.escape()?;
                Before::Item
            }
            '^' | '$' | '.' => {
                self.into.push(next);
                Before::Item
            }
            literal => {
                push_literal(&mut self.into, literal);
                Before::Item
            }
        };
        self.ends(before);
        Ok(())
    }

    /// What may be repeated ends here, or begins.
    fn ends(&mut self, before: Before) {
        self.before = before;
        self.item_end = self.into.len();
    }

    /// Nothing that could be repeated ends here: what stands before it may still be, or once more.
    fn leaves(&mut self) {
        if self.before == Before::Repetition {
            self.before = Before::Item;
        }
    }

    /// What follows `(`: nothing special, a name, or flags.
    fn group(&mut self) -> Translated {
        if self.rest.eat("?P<") || self.rest.eat("?<") {
            let name = self.rest.take_until(">").ok_or(INVALID_NAME)?;
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(INVALID_NAME);
            }
            if !self.group_names.insert(name) {
                return Err("duplicate capture group name");
            }
        } else if self.rest.eat("?") {
            return self.flags();
        }
        self.open_group("(?:");
        Ok(())
    }

    fn open_group(&mut self, head: &str) {
        self.into.push_str(head);
        self.open_groups += 1;
        self.ends(Before::Nothing);
    }

    /// `flags)`, or `flags:` and a group. The last word on a flag counts.
    fn flags(&mut self) -> Translated {
        const FLAGS: [char; 4] = ['i', 'm', 's', 'U'];
        let mut set: [Option<bool>; FLAGS.len()] = [None; FLAGS.len()];
        let (mut is_on, mut is_complete) = (true, true);
        let end = loop {
            match self.rest.next().ok_or(INVALID_PERL_OP)? {
                '-' if is_on => (is_on, is_complete) = (false, false),
                end @ (':' | ')') if is_complete => break end,
                flag => {
                    let at = FLAGS.iter().position(|known| *known == flag).ok_or(INVALID_PERL_OP)?;
                    (set[at], is_complete) = (Some(is_on), true);
                }
            }
        };
        let flags_of = |wanted| FLAGS.iter().zip(set).filter(move |(_, is)| *is == Some(wanted));
        let on: String = flags_of(true).map(|(flag, _)| flag).collect();
        let off: String = flags_of(false).map(|(flag, _)| flag).collect();
        let flags = if off.is_empty() { on } else { format!("{on}-{off}") };
        if end == ':' {
            self.open_group(&format!("(?{flags}:"));
            return Ok(());
        }
        if !flags.is_empty() {
            self.into.extend(["(?", &flags, ")"]);
        }
        self.leaves();
        Ok(())
    }

    /// Something is to be repeated, and not another repetition.
    fn repetition(&mut self, operator: &str) -> Translated {
        match self.before {
            Before::Nothing => return Err("missing argument to repetition operator"),
            Before::Repetition => return Err("invalid nested repetition operator"),
            Before::Item => {}
        }
        let flags = self.into.split_off(self.item_end);
        self.into.push_str(operator);
        if self.rest.eat("?") {
            self.into.push('?');
        }
        self.ends(Before::Repetition);
        self.into.push_str(&flags);
        Ok(())
    }

    /// After `{`: `n}`, `n,}` or `n,m}`; anything else makes the brace a literal.
    fn counts(&mut self) -> Translated<Option<String>> {
        let mut rest = self.rest;
        let Some(least) = rest.number() else { return Ok(None) };
        let most = if !rest.eat(",") {
            Some(least)
        } else if rest.peek() == Some('}') {
            None
        } else {
            let Some(most) = rest.number() else { return Ok(None) };
            Some(most)
        };
        if !rest.eat("}") {
            return Ok(None);
        }
        self.rest = rest;
        let count = |digits: &str| digits.parse().ok().filter(|count: &u32| *count <= COUNT_MAX);
        let least = count(least).ok_or(INVALID_COUNT)?;
        let Some(most) = most else { return Ok(Some(format!("{{{least},}}"))) };
        let most = count(most).filter(|most| *most >= least).ok_or(INVALID_COUNT)?;
        Ok(Some(format!("{{{least},{most}}}")))
    }

    /// After `\Q`: literals up to `\E`, or to the end.
    fn quoted(&mut self) {
        let literals = self.rest.take_until(r"\E").unwrap_or_else(|| self.rest.take_all());
        self.leaves();
        for literal in literals.chars() {
            push_literal(&mut self.into, literal);
            self.ends(Before::Item);
        }
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

const TOO_LARGE: &str = "too large";
const MISSING_PAREN: &str = "missing closing )";
/// So RE2/J says it.
const STRAY_PAREN: &str = "regexp/syntax: internal error";
const MISSING_BRACKET: &str = "missing closing ]";
const TRAILING_BACKSLASH: &str = "trailing backslash at end of expression";
const INVALID_PERL_OP: &str = "invalid or unsupported Perl syntax";
const INVALID_NAME: &str = "invalid named capture";
const INVALID_COUNT: &str = "invalid repeat count";
const INVALID_ESCAPE: &str = "invalid escape sequence";
const INVALID_RANGE: &str = "invalid character class range";
