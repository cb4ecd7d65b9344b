/// What is still to be read of an expression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    pub fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Goes past `wanted`, if that is what comes.
    pub fn eat(&mut self, wanted: &str) -> bool {
        let after = self.rest.strip_prefix(wanted);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Goes past the next `end`, and gives out what stands before it.
    pub fn take_until(&mut self, end: &str) -> Option<&'a str> {
        let (before, after) = self.rest.split_once(end)?;
        self.rest = after;
        Some(before)
    }

    pub fn take_all(&mut self) -> &'a str {
        std::mem::take(&mut self.rest)
    }

    /// Goes past one digit of this radix.
    pub fn digit(&mut self, radix: u32) -> Option<u32> {
        let digit = self.peek()?.to_digit(radix)?;
        self.next();
        Some(digit)
    }

    /// Goes past the digits of a decimal number without leading zeros.
    pub fn number(&mut self) -> Option<&'a str> {
        let end = self.rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, after) = self.rest.split_at(end);
        let is_number = !digits.is_empty() && (digits == "0" || !digits.starts_with('0'));
        is_number.then(|| {
            self.rest = after;
            digits
        })
    }
}
