//! JSON values as YAML: block style, strings quoted as in JSON wherever YAML could read them otherwise.

use serde_json::Value;

pub fn document(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0, true);
    out
}

/// Writes a value whose first line starts at the cursor: after `key:` (`fresh` is false) or at a line's start.
fn block(out: &mut String, value: &Value, indent: usize, fresh: bool) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (index, (key, value)) in fields.iter().enumerate() {
                start_line(out, indent, index == 0 && fresh);
                out.push_str(&scalar(key));
                out.push(':');
                nested(out, value, indent + 2);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                start_line(out, indent, index == 0 && fresh);
                out.push('-');
                match item {
                    // The first field shares the line with the dash.
                    Value::Object(fields) if !fields.is_empty() => {
                        out.push(' ');
                        block(out, item, indent + 2, true);
                    }
                    _ => nested(out, item, indent + 2),
                }
            }
        }
        leaf => {
            out.push_str(&match leaf {
                Value::String(text) => scalar(text),
                other => other.to_string(),
            });
            out.push('\n');
        }
    }
}

fn nested(out: &mut String, value: &Value, indent: usize) {
    let is_block = match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if is_block {
        out.push('\n');
        block(out, value, indent, false);
    } else {
        out.push(' ');
        block(out, value, indent, true);
    }
}

fn start_line(out: &mut String, indent: usize, at_cursor: bool) {
    if !at_cursor {
        out.extend(std::iter::repeat_n(' ', indent));
    }
}

/// Plain only for words that no YAML version takes for anything but a string.
fn scalar(text: &str) -> String {
    let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null"
        );
    if is_word { text.to_owned() } else { Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn values_in_block_style() {
        let value = json!({
            "kind": "TopicList", "yes": "no", "n": 3, "none": null, "empty": [], "text": "a: b\n",
            "items": [{"name": "t", "replicas": [1, 2], "inner": {"x": true}}, "plain", [1]],
        });
        let expected = "\
kind: TopicList
\"yes\": \"no\"
\"n\": 3
none: null
empty: []
text: \"a: b\\n\"
items:
  - name: t
    replicas:
      - 1
      - 2
    inner:
      x: true
  - plain
  -
    - 1
";
        assert_eq!(super::document(&value), expected);
    }
}
