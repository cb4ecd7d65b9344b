//! Stands between clients and a broker, and does wrong in the broker's name.

use std::io;
use std::sync::{Arc, Mutex};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::faults::{Call, Fault, Plan};

/// One for all connections; `None` does no wrong.
pub type Shared = Arc<Mutex<Option<Fault>>>;

/// Ends when dropped, with all connections.
pub struct Proxy {
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Passes what comes to `listener` on to the broker at `port`.
    pub fn start(listener: TcpListener, port: u16, fault: Shared) -> Self {
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let fault = fault.clone();
                connections.spawn(async move {
                    let broker = TcpStream::connect(("127.0.0.1", port)).await?;
                    serve(client, broker, &fault).await
                });
            }
        });
        Self { accepting }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// One request after the other, as a broker answers them; an error is one side gone.
async fn serve(mut client: TcpStream, mut broker: TcpStream, fault: &Shared) -> io::Result<()> {
    loop {
        let call = Call::read(receive(&mut client).await?);
        let plan = fault.lock().unwrap().as_mut().map(|fault| fault.plan(&call));
        let Plan { forward, answer } =
            plan.unwrap_or_else(|| Plan { forward: vec![call.frame.clone()], answer: None });
        let mut answers = Vec::new();
        for frame in forward {
            broker.write_all(&frame).await?;
            answers.push(receive(&mut broker).await?);
        }
        let answer = answer.unwrap_or_else(|| answers.swap_remove(0));
        let answer = match fault.lock().unwrap().as_mut() {
            Some(fault) => fault.spoil(&call, answer),
            None => answer,
        };
        client.write_all(&answer).await?;
    }
}

/// The next frame, with its length.
async fn receive(stream: &mut TcpStream) -> io::Result<Bytes> {
    let bytes = stream.read_u32().await?;
    let mut frame = BytesMut::zeroed(4 + bytes as usize);
    frame[..4].copy_from_slice(&bytes.to_be_bytes());
    stream.read_exact(&mut frame[4..]).await?;
    Ok(frame.freeze())
}
