//! Java's properties syntax (`java.util.Properties.load`), keeping the line of each key.
//!
//! Comments (`#`, `!`), separators (`=`, `:`, blanks), continuation lines, `\t \n \r \f \uXXXX` escapes. Unlike
//! Java the text is UTF-8, so a name outside ASCII need not be escaped.

/// The pairs of a properties file in the order they stand there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    pub entries: Vec<Property>,
}

/// One pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    pub key: String,
    pub value: String,
    /// The line its key begins on, from 1.
    pub line: usize,
}

/// Why a text is no properties file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PropertiesError {
    #[error("line {line}: \\u is not followed by four hexadecimal digits")]
    UnicodeEscape { line: usize },
}

impl Properties {
    pub fn parse(text: &str) -> Result<Self, PropertiesError> {
        let mut entries = Vec::new();
        for (line, content) in logical_lines(text) {
            let (key, value) = split_pair(&content);
            let unescaped = |text| unescape(text).ok_or(PropertiesError::UnicodeEscape { line });
            entries.push(Property { key: unescaped(key)?, value: unescaped(value)?, line });
        }
        Ok(Self { entries })
    }

    /// The value of a key; the last one wins, as in Java.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.iter().rev().find(|entry| entry.key == key).map(|entry| entry.value.as_str())
    }
}

/// Lines joined where an odd number of backslashes ends them; comments and blank lines dropped.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut natural = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).zip(1..);
    while let Some((line, number)) = natural.next() {
        let line = line.trim_start_matches(is_blank);
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut content = line.to_owned();
        while is_continued(&content) {
            content.pop();
            let Some((next, _)) = natural.next() else { break };
            content.push_str(next.trim_start_matches(is_blank));
        }
        lines.push((number, content));
    }
    lines
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\x0c')
}

fn is_continued(line: &str) -> bool {
    line.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1
}

/// Cuts at the first separator that is not escaped: blanks, then at most one `=` or `:`, then blanks.
fn split_pair(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let is_end = |letter: char| {
        let ends = !escaped && (is_blank(letter) || matches!(letter, '=' | ':'));
        escaped = !escaped && letter == '\\';
        ends
    };
    let Some(end) = line.find(is_end) else { return (line, "") };
    let rest = line[end..].trim_start_matches(is_blank);
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (&line[..end], rest.trim_start_matches(is_blank))
}

fn unescape(text: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let plain = match letter {
            '\\' => match letters.next() {
                Some('u') => {
                    let digits: String = letters.by_ref().take(4).collect();
                    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                        return None;
                    }
                    units.push(u16::from_str_radix(&digits, 16).ok()?);
                    continue;
                }
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\x0c',
                Some(other) => other,
                None => break,
            },
            other => other,
        };
        // Characters beyond the basic plane are written as two escapes, so units wait until the run ends.
        out.push_str(&String::from_utf16_lossy(&units));
        units.clear();
        out.push(plain);
    }
    out.push_str(&String::from_utf16_lossy(&units));
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String, usize)> {
        let properties = Properties::parse(text).unwrap();
        properties.entries.into_iter().map(|it| (it.key, it.value, it.line)).collect()
    }

    #[test]
    fn syntax_is_javas() {
        let cases: [(&str, &[(&str, &str, usize)]); 9] = [
            ("a=b\n# c\n! d\n\n  e : f \r\n", &[("a", "b", 1), ("e", "f ", 5)]),
            ("key value=x", &[("key", "value=x", 1)]),
            ("k = a,\\\n   b,\\\n   c\nnext=1", &[("k", "a,b,c", 1), ("next", "1", 4)]),
            ("k=a\\\\\nl=1", &[("k", "a\\", 1), ("l", "1", 2)]),
            ("a\\=b\\ c=d", &[("a=b c", "d", 1)]),
            ("t=\\t\\n\\r\\u00e4\\ud83d\\ude00\\q", &[("t", "\t\n\rä😀q", 1)]),
            ("only", &[("only", "", 1)]),
            ("a=#b", &[("a", "#b", 1)]),
            ("last=\\", &[("last", "", 1)]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|&(key, value, line)| (key.to_owned(), value.to_owned(), line)).collect();
            assert_eq!(pairs(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_bad_escape_names_its_line() {
        for text in ["\na=\\u12", "\na=\\uzzzz", "\na=\\u+123"] {
            assert_eq!(Properties::parse(text), Err(PropertiesError::UnicodeEscape { line: 2 }));
        }
    }

    #[test]
    fn the_last_of_equal_keys_wins() {
        assert_eq!(Properties::parse("a=1\na=2").unwrap().get("a"), Some("2"));
    }
}
