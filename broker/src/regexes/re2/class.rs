//! What stands in brackets.

use super::escape::{EMPTY_SET, Escaped};
use super::{INVALID_ESCAPE, INVALID_RANGE, MISSING_BRACKET, Translated, Translator};

/// `[:name:]`, or `[:^name:]`.
const POSIX_NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

impl Translator<'_> {
    /// After `[`. RE2 knows no operators inside of classes: `&&`, `--`, `~~` and `[` are characters.
    pub(super) fn class(&mut self) -> Translated {
        self.into.push('[');
        if self.rest.eat("^") {
            self.into.push('^');
        }
        let mut is_first = true;
        while is_first || !self.rest.eat("]") {
            is_first = false;
            if !self.posix_class()? {
                self.member()?;
            }
        }
        self.into.push(']');
        Ok(())
    }

    /// `[:name:]`; says whether that is what came.
    fn posix_class(&mut self) -> Translated<bool> {
        let mut rest = self.rest;
        if rest.peek() != Some('[') {
            return Ok(false);
        }
        rest.next();
        // The colon of the end may be that of the beginning.
        let Some(name) = rest.peek().filter(|next| *next == ':').and_then(|_| rest.take_until(":]")) else {
            return Ok(false);
        };
        let name = name.strip_prefix(':').ok_or(INVALID_RANGE)?;
        if !POSIX_NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(INVALID_RANGE);
        }
        self.into.extend(["[:", name, ":]"]);
        self.rest = rest;
        Ok(true)
    }

    /// A set, a character, or a range of characters.
    fn member(&mut self) -> Translated {
        let first = match self.class_char()? {
            Escaped::Char(code) => code,
            Escaped::Set(set) => {
                self.into.push_str(&set);
                return Ok(());
            }
        };
        let mut rest = self.rest;
        // Before the end of the class it is a character.
        if !rest.eat("-") || rest.peek().is_none_or(|next| next == ']') {
            self.push_range(first, first);
            return Ok(());
        }
        self.rest = rest;
        match self.class_char()? {
            Escaped::Char(last) if last >= first => self.push_range(first, last),
            Escaped::Char(_) => return Err(INVALID_RANGE),
            Escaped::Set(_) => return Err(INVALID_ESCAPE),
        }
        Ok(())
    }

    fn class_char(&mut self) -> Translated<Escaped> {
        if self.rest.eat("\\") {
            return self.escaped();
        }
        self.rest.next().map(|next| Escaped::Char(u32::from(next))).ok_or(MISSING_BRACKET)
    }

    /// Characters of these numbers: nothing matches halves of surrogate pairs.
    pub(super) fn push_range(&mut self, first: u32, last: u32) {
        const BEFORE_SURROGATES: u32 = 0xd7ff;
        const AFTER_SURROGATES: u32 = 0xe000;
        let is_surrogate = |code| char::from_u32(code).is_none();
        let first = if is_surrogate(first) { AFTER_SURROGATES } else { first };
        let last = if is_surrogate(last) { BEFORE_SURROGATES } else { last };
        if first > last {
            self.into.push_str(EMPTY_SET);
        } else if first == last {
            self.into.push_str(&format!(r"\x{{{first:X}}}"));
        } else {
            self.into.push_str(&format!(r"\x{{{first:X}}}-\x{{{last:X}}}"));
        }
    }
}
