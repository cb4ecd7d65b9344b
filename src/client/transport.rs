//! The one place where a byte stream to a broker is made. TLS is added here; everything above sees a [`Transport`].

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::Endpoint;

/// A stream of bytes in both directions: TCP, TLS over it, or a pipe in tests.
pub trait Transport: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Transport for T {}

/// Connects to the first address of the host that accepts, each given `connect_timeout` (KIP-302, KIP-602).
pub(super) async fn connect(
    endpoint: &Endpoint,
    connect_timeout: Duration,
) -> io::Result<Box<dyn Transport>> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in lookup_host((&*endpoint.host, endpoint.port)).await? {
        match timeout(connect_timeout, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true)?;
                return Ok(Box::new(stream));
            }
            Ok(Err(error)) => last = error,
            Err(_) => {
                last = io::Error::new(io::ErrorKind::TimedOut, format!("{address} did not answer in time"))
            }
        }
    }
    Err(last)
}
