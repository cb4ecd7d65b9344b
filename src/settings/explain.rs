//! What `--explain` says about a setting.

use std::fmt::Write;

use super::{
    Setting, Update, Used, authorizer_setting, broker_setting, client_metrics_setting, group_setting,
    topic_setting, topic_synonyms,
};

/// A paragraph about every setting of that name; `None` for a name nobody knows.
pub fn explain(name: &str) -> Option<String> {
    let found = [
        ("broker", broker_setting(name)),
        ("authorizer", authorizer_setting(name)),
        ("topic", topic_setting(name)),
        ("group", group_setting(name)),
        ("client-metrics", client_metrics_setting(name)),
    ];
    let paragraphs: Vec<String> = found
        .into_iter()
        .filter_map(|(scope, setting)| setting.map(|setting| paragraph(scope, setting)))
        .collect();
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n"))
}

fn paragraph(scope: &str, setting: &Setting) -> String {
    let mut text = format!("{} ({scope} setting)\n  {}\n", setting.name, setting.help);
    let default = match setting.default {
        Some("") => "empty",
        Some(default) => default,
        None => "none",
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  type: {}, allowed: {}, default: {default}", setting.kind.noun(), setting.valid);
    let update = match (scope, setting.update) {
        ("broker" | "authorizer", Update::ReadOnly | Update::Internal) => "when the broker starts",
        ("broker", Update::PerBroker) => "while it runs, for one broker",
        ("broker", Update::ClusterWide) => "while it runs, for one broker or all",
        ("broker", Update::DynamicOnly) => "only while it runs, for one broker or all",
        _ => "at any time",
    };
    let _ = writeln!(text, "  can be set: {update}");
    if scope == "topic" && !topic_synonyms(setting.name).is_empty() {
        let names: Vec<&str> = topic_synonyms(setting.name).iter().map(|synonym| synonym.name).collect();
        let _ = writeln!(text, "  when not set, the broker's {} applies", names.join(", then "));
    }
    if setting.used == Used::Ignored {
        text.push_str("  accepted and ignored: it has no effect here\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_mean_two_settings() {
        let text = explain("compression.type").unwrap();
        assert!(text.contains("(broker setting)") && text.contains("(topic setting)"), "{text}");
        assert!(explain("num.io.threads").unwrap().contains("accepted and ignored"));
        assert!(explain("retention.ms").unwrap().contains("log.retention.ms, then log.retention.minutes"));
        let text = explain("super.users").unwrap();
        assert!(text.contains("(authorizer setting)") && text.contains("when the broker starts"), "{text}");
        assert_eq!(explain("no.such.setting"), None);
    }
}
