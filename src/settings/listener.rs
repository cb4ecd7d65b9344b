//! `listeners`, `advertised.listeners` and the protocols behind them.

use std::fmt;

/// One entry of `listeners` or `advertised.listeners`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// In upper case, as Kafka compares it.
    pub name: String,
    /// Empty for all interfaces.
    pub host: String,
    /// 0 lets the system choose.
    pub port: u16,
    pub protocol: SecurityProtocol,
}

/// What a listener speaks below Kafka's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityProtocol {
    Plaintext,
    Ssl,
    SaslPlaintext,
    SaslSsl,
}

impl SecurityProtocol {
    /// Kafka's number, in registration records.
    pub fn code(self) -> i16 {
        match self {
            Self::Plaintext => 0,
            Self::Ssl => 1,
            Self::SaslPlaintext => 2,
            Self::SaslSsl => 3,
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "PLAINTEXT" => Some(Self::Plaintext),
            "SSL" => Some(Self::Ssl),
            "SASL_PLAINTEXT" => Some(Self::SaslPlaintext),
            "SASL_SSL" => Some(Self::SaslSsl),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Plaintext => "PLAINTEXT",
            Self::Ssl => "SSL",
            Self::SaslPlaintext => "SASL_PLAINTEXT",
            Self::SaslSsl => "SASL_SSL",
        }
    }
}

impl Listener {
    /// Reads one entry; the error says what is wrong with it.
    pub(super) fn parse(text: &str, protocols: &[(String, SecurityProtocol)]) -> Result<Self, String> {
        let shape = || format!("\"{text}\" is not of the form NAME://host:port");
        let (name, address) = text.split_once("://").ok_or_else(shape)?;
        let (host, port) = address.rsplit_once(':').ok_or_else(shape)?;
        let name = name.trim().to_ascii_uppercase();
        if name.is_empty() {
            return Err(shape());
        }
        let port: u16 =
            port.trim().parse().map_err(|_| format!("\"{port}\" is no port number in \"{text}\""))?;
        let host = host.trim();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let protocol = protocols
            .iter()
            .find(|(listener, _)| *listener == name)
            .map(|&(_, protocol)| protocol)
            .ok_or_else(|| format!("listener.security.protocol.map says nothing about {name}"))?;
        Ok(Self { name, host: host.to_owned(), port, protocol })
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "{}://[{}]:{}", self.name, self.host, self.port)
        } else {
            write!(f, "{}://{}:{}", self.name, self.host, self.port)
        }
    }
}

/// Reads `listener.security.protocol.map`: pairs of `NAME:PROTOCOL`.
pub(super) fn parse_protocols(text: &str) -> Result<Vec<(String, SecurityProtocol)>, String> {
    let mut protocols = Vec::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, protocol) =
            pair.split_once(':').ok_or_else(|| format!("\"{pair}\" is not NAME:PROTOCOL"))?;
        let protocol = SecurityProtocol::parse(protocol.trim())
            .ok_or_else(|| format!("\"{}\" is no security protocol", protocol.trim()))?;
        protocols.push((name.trim().to_ascii_uppercase(), protocol));
    }
    Ok(protocols)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_read_and_write() {
        let map = parse_protocols("PLAINTEXT:PLAINTEXT, Inner:SASL_SSL").unwrap();
        let cases = [
            ("PLAINTEXT://:9092", Ok("PLAINTEXT://:9092")),
            ("plaintext://127.0.0.1:0", Ok("PLAINTEXT://127.0.0.1:0")),
            ("INNER://[::1]:9093", Ok("INNER://[::1]:9093")),
            ("OTHER://a:1", Err("listener.security.protocol.map says nothing about OTHER")),
            ("PLAINTEXT:9092", Err("\"PLAINTEXT:9092\" is not of the form NAME://host:port")),
            ("PLAINTEXT://a:70000", Err("\"70000\" is no port number in \"PLAINTEXT://a:70000\"")),
        ];
        for (text, expected) in cases {
            let got = Listener::parse(text, &map).map(|listener| listener.to_string());
            assert_eq!(got.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
