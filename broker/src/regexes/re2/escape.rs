//! What a backslash does.

use super::{INVALID_ESCAPE, INVALID_RANGE, TOO_LARGE, TRAILING_BACKSLASH, Translated, Translator};

/// What stands for one character, or for one of many.
pub(super) enum Escaped {
    /// May be no character: RE2/J takes half of a surrogate pair.
    Char(u32),
    /// In the engine's words; may stand inside of a class too.
    Set(String),
}

/// The engine's words for a set of nothing.
pub(super) const EMPTY_SET: &str = r"[^\x{0}-\x{10FFFF}]";

/// Each may take some kilobytes before it is known how large the whole is.
const UNICODE_CLASSES_MAX: usize = 100;

impl Translator<'_> {
    /// After a backslash outside of a class.
    pub(super) fn escape(&mut self) -> Translated {
        // RE2 knows the letters of words in ASCII alone.
        for (assertion, words) in [("A", r"\A"), ("z", r"\z"), ("b", r"(?-u:\b)"), ("B", r"(?-u:\B)")] {
            if self.rest.eat(assertion) {
                self.into.push_str(words);
                return Ok(());
            }
        }
        match self.escaped()? {
            Escaped::Char(code) => self.push_range(code, code),
            Escaped::Set(set) => self.into.push_str(&set),
        }
        Ok(())
    }

    /// After a backslash anywhere.
    pub(super) fn escaped(&mut self) -> Translated<Escaped> {
        let next = self.rest.next().ok_or(TRAILING_BACKSLASH)?;
        // RE2 knows these sets in ASCII alone.
        let set = match next {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            's' => r"[\t\n\f\r ]",
            'S' => r"[^\t\n\f\r ]",
            'w' => "[0-9A-Za-z_]",
            'W' => "[^0-9A-Za-z_]",
            'p' | 'P' => return self.unicode_set(next == 'P').map(Escaped::Set),
            _ => return self.escaped_char(next).map(Escaped::Char),
        };
        Ok(Escaped::Set(set.to_owned()))
    }

    fn escaped_char(&mut self, next: char) -> Translated<u32> {
        let octal = |next: Option<char>| next.is_some_and(|next| next.is_digit(8));
        Ok(match next {
            'a' => 0x07,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            'v' => 0x0b,
            'x' => return self.hexadecimal(),
            // One digit alone would be a reference to a group, which RE2 has not.
            '0' => self.octal(0),
            '1'..='7' if octal(self.rest.peek()) => self.octal(u32::from(next) - u32::from('0')),
            next if next.is_ascii_alphanumeric() => return Err(INVALID_ESCAPE),
            next => u32::from(next),
        })
    }

    /// At most two digits more.
    fn octal(&mut self, first: u32) -> u32 {
        let mut code = first;
        for _ in 0..2 {
            match self.rest.digit(8) {
                Some(digit) => code = code * 8 + digit,
                None => break,
            }
        }
        code
    }

    /// After `\x`: two digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Translated<u32> {
        let digit = |translator: &mut Self| translator.rest.digit(16).ok_or(INVALID_ESCAPE);
        if !self.rest.eat("{") {
            return Ok(digit(self)? * 16 + digit(self)?);
        }
        let mut code = digit(self)?;
        while !self.rest.eat("}") {
            code = code * 16 + digit(self)?;
            if code > u32::from(char::MAX) {
                return Err(INVALID_ESCAPE);
            }
        }
        Ok(code)
    }

    /// After `\p` or `\P`: a letter or a name in braces.
    fn unicode_set(&mut self, is_negated: bool) -> Translated<String> {
        self.unicode_classes += 1;
        if self.unicode_classes > UNICODE_CLASSES_MAX {
            return Err(TOO_LARGE);
        }
        let mut letter = [0; 4];
        let name = if self.rest.eat("{") {
            self.rest.take_until("}").ok_or(INVALID_RANGE)?
        } else {
            self.rest.next().ok_or(INVALID_RANGE)?.encode_utf8(&mut letter)
        };
        let (name, is_negated) = match name.strip_prefix('^') {
            Some(name) => (name, !is_negated),
            None => (name, is_negated),
        };
        let set = match name {
            "Any" => r"[\x{0}-\x{10FFFF}]".to_owned(),
            // Halves of surrogate pairs are no characters, and unknown scripts have none that are known.
            "Cs" | "Unknown" => EMPTY_SET.to_owned(),
            name if CATEGORIES.contains(&name) || SCRIPTS.contains(&name) => format!(r"\p{{{name}}}"),
            _ => return Err(INVALID_RANGE),
        };
        Ok(if is_negated { format!("[^{set}]") } else { set })
    }
}

/// The names of general categories and of scripts that RE2/J 1.8 knows.
const CATEGORIES: [&str; 36] = [
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl",
    "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

const SCRIPTS: [&str; 96] = [
    "Arabic",
    "Armenian",
    "Avestan",
    "Balinese",
    "Bamum",
    "Batak",
    "Bengali",
    "Bopomofo",
    "Brahmi",
    "Braille",
    "Buginese",
    "Buhid",
    "Canadian_Aboriginal",
    "Carian",
    "Cham",
    "Cherokee",
    "Common",
    "Coptic",
    "Cuneiform",
    "Cypriot",
    "Cyrillic",
    "Deseret",
    "Devanagari",
    "Egyptian_Hieroglyphs",
    "Ethiopic",
    "Georgian",
    "Glagolitic",
    "Gothic",
    "Greek",
    "Gujarati",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hanunoo",
    "Hebrew",
    "Hiragana",
    "Imperial_Aramaic",
    "Inherited",
    "Inscriptional_Pahlavi",
    "Inscriptional_Parthian",
    "Javanese",
    "Kaithi",
    "Kannada",
    "Katakana",
    "Kayah_Li",
    "Kharoshthi",
    "Khmer",
    "Lao",
    "Latin",
    "Lepcha",
    "Limbu",
    "Linear_B",
    "Lisu",
    "Lycian",
    "Lydian",
    "Malayalam",
    "Mandaic",
    "Meetei_Mayek",
    "Mongolian",
    "Myanmar",
    "New_Tai_Lue",
    "Nko",
    "Ogham",
    "Ol_Chiki",
    "Old_Italic",
    "Old_Persian",
    "Old_South_Arabian",
    "Old_Turkic",
    "Oriya",
    "Osmanya",
    "Phags_Pa",
    "Phoenician",
    "Rejang",
    "Runic",
    "Samaritan",
    "Saurashtra",
    "Shavian",
    "Sinhala",
    "Sundanese",
    "Syloti_Nagri",
    "Syriac",
    "Tagalog",
    "Tagbanwa",
    "Tai_Le",
    "Tai_Tham",
    "Tai_Viet",
    "Tamil",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
    "Tifinagh",
    "Ugaritic",
    "Unknown",
    "Vai",
    "Yi",
];
