//! A client of raw frames: says exactly what a test wants, and reads what comes back.

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use kafkactl_core::wire::messages::{Decodable, Encodable};
use kafkactl_core::wire::{self, ApiKey, RequestHeader, StrBytes, frame};

/// Longer than anything here may take; a test that gets here has failed.
const PATIENCE: Duration = Duration::from_secs(60);

thread_local! {
    static SENT_BYTES: Cell<usize> = const { Cell::new(0) };
}

/// What all clients of this thread have sent so far.
pub fn sent_bytes() -> usize {
    SENT_BYTES.get()
}

pub struct Client {
    stream: TcpStream,
    next_correlation_id: i32,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, next_correlation_id: 1 }
    }

    /// Sends a request and waits for its answer.
    pub fn ask<Q: Encodable, A: Decodable>(&mut self, api: ApiKey, version: i16, request: &Q) -> A {
        let correlation_id = self.send(api, version, request);
        self.receive(api, version, correlation_id)
    }

    /// Sends a request; returns its correlation id.
    pub fn send<Q: Encodable>(&mut self, api: ApiKey, version: i16, request: &Q) -> i32 {
        let correlation_id = self.next_correlation_id;
        self.next_correlation_id += 1;
        let header = RequestHeader {
            api_key: api.key(),
            api_version: version,
            correlation_id,
            client_id: Some(StrBytes::from_static_str("test")),
        };
        let mut bytes = BytesMut::new();
        frame::encode_request(&header, request, &mut bytes).unwrap();
        self.send_raw(&bytes);
        correlation_id
    }

    pub fn send_raw(&mut self, bytes: &[u8]) {
        SENT_BYTES.set(SENT_BYTES.get() + bytes.len());
        self.stream.write_all(bytes).unwrap();
    }

    /// The next answer, which must be that of `correlation_id`.
    pub fn receive<A: Decodable>(&mut self, api: ApiKey, version: i16, correlation_id: i32) -> A {
        let mut frame = self.receive_frame().expect("the connection is open");
        let header = wire::ResponseHeader::decode(api, version, &mut frame).unwrap();
        assert_eq!(header.correlation_id, correlation_id, "answers come in the order of requests");
        wire::decode_response(api, version, &mut frame)
            .unwrap_or_else(|error| panic!("{api} v{version}: {error}"))
    }

    /// The next frame; `None` when the broker has closed the connection.
    pub fn receive_frame(&mut self) -> Option<Bytes> {
        let mut size = [0; 4];
        let mut filled = 0;
        while filled < size.len() {
            match self.stream.read(&mut size[filled..]) {
                Ok(0) => {
                    assert_eq!(filled, 0, "no half frames");
                    return None;
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("no answer: {error}"),
            }
        }
        let mut frame = vec![0; i32::from_be_bytes(size) as usize];
        self.stream.read_exact(&mut frame).unwrap();
        Some(frame.into())
    }

    /// The next bytes, whatever they are.
    pub fn receive_bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Whether the broker closes this connection without another byte.
    pub fn is_closed(&mut self) -> bool {
        self.receive_frame().is_none()
    }
}
