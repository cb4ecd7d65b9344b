//! `-o tmpl=TEMPLATE`: one line an item, with its JSON fields in braces: `{name}`, `{a.b}`; `{{` is a brace.

use std::str::FromStr;

use serde_json::Value;

use crate::args::values;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemTemplate(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Vec<String>),
}

impl FromStr for ItemTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text =
            String::from_utf8(values::unescape(text)?).map_err(|_| "the template is not UTF-8".to_owned())?;
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from_brace) = rest.split_at(at);
            parts.push(Part::Text(before.to_owned()));
            let brace = &from_brace[..1];
            if let Some(after) = from_brace[1..].strip_prefix(brace) {
                parts.push(Part::Text(brace.to_owned()));
                rest = after;
                continue;
            }
            let Some((field, after)) = from_brace[1..].split_once('}').filter(|_| brace == "{") else {
                return Err(format!(
                    "\"{from_brace}\": a brace without its other half; write it twice to print it"
                ));
            };
            parts.push(Part::Field(field.split('.').map(str::to_owned).collect()));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(Self(parts))
    }
}

impl ItemTemplate {
    /// A field that is missing or null prints `-`, so that the number of words in a line never changes.
    pub fn render(&self, item: &Value) -> String {
        let mut line = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => line.push_str(text),
                Part::Field(path) => match path.iter().try_fold(item, |value, key| step(value, key)) {
                    None | Some(Value::Null) => line.push('-'),
                    Some(Value::String(text)) => line.push_str(text),
                    Some(value) => line.push_str(&value.to_string()),
                },
            }
        }
        line
    }
}

fn step<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => value.get(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_filled_in() {
        let item = json!({"name": "t", "n": 3, "a": {"b": [7, null]}, "none": null});
        for (template, line) in [
            ("{name}", "t"),
            ("{name}\\t{n}", "t\t3"),
            ("{a.b}/{a.b.0}/{a.b.1}/{a.b.9}", "[7,null]/7/-/-"),
            ("{none}{missing}", "--"),
            ("{{{name}}}", "{t}"),
            ("", ""),
        ] {
            assert_eq!(template.parse::<ItemTemplate>().unwrap().render(&item), line, "{template}");
        }
    }

    #[test]
    fn lone_braces_are_refused() {
        for template in ["{name", "name}", "{", "a}b{c}"] {
            assert!(template.parse::<ItemTemplate>().is_err(), "{template}");
        }
    }
}
