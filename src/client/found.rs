//! What answers where a broker was expected.

use std::fmt;

use super::Versions;
use crate::wire::ApiKey;

/// Something that is no broker, as far as its first words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Http,
    Tls,
    /// A controller of a Kafka cluster: its port serves brokers and other controllers.
    Controller,
}

/// The content type of a TLS record that refuses (RFC 8446, 5.1), followed by the major version.
const TLS_ALERT: [u8; 2] = [21, 3];

impl Found {
    /// By bytes that are no frame of Kafka's.
    pub(super) fn by_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"HTTP") {
            return Some(Self::Http);
        }
        bytes.starts_with(&TLS_ALERT).then_some(Self::Tls)
    }

    /// By the APIs that are offered: controllers elect each other, and tell nobody where partitions lie.
    pub(super) fn by_versions(versions: &Versions) -> Option<Self> {
        let offers = |api| versions.range(api).is_some();
        (offers(ApiKey::Vote) && !offers(ApiKey::Metadata)).then_some(Self::Controller)
    }

    /// What the person at the keyboard can do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Http => "name the port of the broker's `listeners`, not one for metrics or other web pages",
            Self::Tls => "name a listener of the broker without TLS: this program does not speak TLS yet",
            Self::Controller => "name a broker: the ports of `controller.listener.names` serve no clients",
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "it speaks HTTP",
            Self::Tls => "it speaks TLS alone",
            Self::Controller => "it is a controller's",
        })
    }
}
