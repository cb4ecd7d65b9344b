use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::ClientError;

/// Where a broker listens: `host:port`, with an IPv6 address in brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    pub host: Arc<str>,
    pub port: u16,
}

impl Endpoint {
    /// The port of an address that names none.
    pub const DEFAULT_PORT: u16 = 9092;

    pub fn new(host: &str, port: u16) -> Self {
        Self { host: Arc::from(host), port }
    }

    /// A comma-separated list, as `bootstrap.servers`. Empty entries are skipped; an empty list is an error.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, ClientError> {
        let endpoints: Vec<Self> = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(Self::from_str)
            .collect::<Result<_, _>>()?;
        if endpoints.is_empty() {
            Err(ClientError::BadEndpoint { text: text.to_owned() })
        } else {
            Ok(endpoints)
        }
    }
}

impl FromStr for Endpoint {
    type Err = ClientError;

    fn from_str(text: &str) -> Result<Self, ClientError> {
        let bad = || ClientError::BadEndpoint { text: text.to_owned() };
        // Listener names as in advertised.listeners are accepted: PLAINTEXT://host:port.
        let address = text.split_once("://").map_or(text, |(_, address)| address);
        let (host, port) = match address.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']').ok_or_else(bad)?;
                (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':').ok_or_else(bad)?) })
            }
            None => match address.split_once(':') {
                Some((_, port)) if port.contains(':') => (address, None),
                Some((host, port)) => (host, Some(port)),
                None => (address, None),
            },
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(bad());
        }
        let port = port.map_or(Ok(Self::DEFAULT_PORT), |port| port.parse().map_err(|_| bad()))?;
        Ok(Self::new(host, port))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// How to reach a cluster. The defaults are those of Java's clients unless said otherwise.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    pub bootstrap: Vec<Endpoint>,
    /// Appears in the brokers' logs, metrics and quotas.
    pub client_id: String,
    /// For one address to accept a connection; a host name with several addresses tries each of them.
    pub connect_timeout: Duration,
    /// For one request to be answered once it has been written.
    pub request_timeout: Duration,
    /// For one call of the API with all its retries (`default.api.timeout.ms`).
    pub api_timeout: Duration,
    /// How long cluster metadata is believed without asking again (`metadata.max.age.ms`).
    pub metadata_age_max: Duration,
    /// The rack of this client, for reading from the nearest replica (`client.rack`).
    pub rack: Option<String>,
}

impl ClientConfig {
    pub fn new(bootstrap: Vec<Endpoint>) -> Self {
        Self {
            bootstrap,
            client_id: "kafkactl".to_owned(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            api_timeout: Duration::from_secs(60),
            metadata_age_max: Duration::from_secs(300),
            rack: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_as_people_write_them() {
        for (text, expected) in [
            ("broker-1:9093", Some(("broker-1", 9093))),
            ("broker-1", Some(("broker-1", 9092))),
            ("PLAINTEXT://10.0.0.1:1234", Some(("10.0.0.1", 1234))),
            ("[::1]:9092", Some(("::1", 9092))),
            ("[::1]", Some(("::1", 9092))),
            ("fe80::1", Some(("fe80::1", 9092))),
            ("", None),
            (":9092", None),
            ("host:", None),
            ("host:70000", None),
            ("host name:1", None),
            ("[::1", None),
            ("[::1]x", None),
        ] {
            let parsed = text.parse::<Endpoint>().ok();
            assert_eq!(parsed, expected.map(|(host, port)| Endpoint::new(host, port)), "{text}");
        }
        assert_eq!(Endpoint::new("::1", 1).to_string(), "[::1]:1");
    }

    #[test]
    fn lists_skip_empty_entries_but_not_everything() {
        let list = Endpoint::parse_list(" a:1, ,b:2,").unwrap();
        assert_eq!(list, [Endpoint::new("a", 1), Endpoint::new("b", 2)]);
        assert!(Endpoint::parse_list(" , ").is_err());
    }
}
