//! A small connection pooler for PostgreSQL, so that the behaviour of several can be tested without
//! installing them. It expects a server that asks for no password.

use super::database::{TestDatabase, connect};
use game_tasks::sea_orm::DatabaseConnection;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a pooler treats its clients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pooling {
    /// The number of server connections. They are assigned to the clients in turn.
    pub(crate) servers: usize,
    /// Whether the statements that a client prepares are renamed, as by PgBouncer since 1.21.
    pub(crate) renames_statements: bool,
    /// How many transactions are refused by disconnecting the client, as by PgBouncer in statement
    /// mode.
    pub(crate) refused_transactions: usize,
}

impl Pooling {
    /// Transaction mode, with a single server connection.
    pub(crate) const TRANSACTION: Self =
        Self { servers: 1, renames_statements: true, refused_transactions: 0 };
}

/// A pooler in front of a database, which runs until the end of the process.
pub(crate) struct Pooler {
    #[cfg_attr(not(feature = "adopt"), allow(dead_code, reason = "adoption asks its servers"))]
    servers: Arc<[Mutex<Server>]>,
    url: String,
}

impl Pooler {
    pub(crate) fn start(database: &TestDatabase, pooling: Pooling) -> Self {
        let (server, name) = database.url().rsplit_once('/').unwrap();
        let (user, address) = server.rsplit_once('@').unwrap();
        let user = user.rsplit_once('/').unwrap().1.split(':').next().unwrap();
        let server = |_| Mutex::new(Server::connect(address, user, name).unwrap());
        let servers: Arc<[_]> = (0..pooling.servers).map(server).collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://{user}@{}/{name}", listener.local_addr().unwrap());
        let refused = Arc::new(AtomicUsize::new(0));
        let of_clients = Arc::clone(&servers);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (servers, refused) = (Arc::clone(&of_clients), Arc::clone(&refused));
                let client = Client { stream: stream.unwrap(), number, pooling, refused };
                std::thread::spawn(move || {
                    // A client or a database that is gone.
                    let _ = client.serve(&servers[number % servers.len()]);
                });
            }
        });
        Self { servers, url }
    }

    pub(crate) async fn pool(&self, connections: u32) -> DatabaseConnection {
        connect(&self.url, connections).await
    }

    #[cfg_attr(not(feature = "adopt"), allow(dead_code, reason = "adoption asks its servers"))]
    /// What every server connection answers to a query, as it is sent.
    pub(crate) fn query_servers(&self, text: &str) -> Vec<String> {
        let query = |server: &Mutex<Server>| {
            let (answer, _) = lock(server).query(text).unwrap();
            String::from_utf8_lossy(&answer).into_owned()
        };
        self.servers.iter().map(query).collect()
    }
}

fn lock(server: &Mutex<Server>) -> MutexGuard<'_, Server> {
    server.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Server {
    stream: TcpStream,
    /// What the server has reported of itself, for the clients.
    greeting: Vec<u8>,
}

/// A message with its type and its body.
struct Message(u8, Vec<u8>);

impl Message {
    fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let mut kind = [0];
        stream.read_exact(&mut kind)?;
        Ok(Self(kind[0], read_body(stream)?))
    }

    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(&[self.0])?;
        to.write_all(&u32::try_from(self.1.len() + 4).unwrap().to_be_bytes())?;
        to.write_all(&self.1)
    }

    /// Prefixes the name of the prepared statement, if the message contains one.
    fn rename_statement(&mut self, client: usize) {
        let at = match (self.0, self.1.first()) {
            (b'P', _) => 0,
            (b'B', _) => self.1.iter().position(|byte| *byte == 0).unwrap() + 1,
            (b'D' | b'C', Some(b'S')) => 1,
            _ => return,
        };
        if self.1[at] != 0 {
            self.1.splice(at..at, format!("client_{client}_").into_bytes());
        }
    }
}

fn read_body(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut body)?;
    Ok(body)
}

impl Server {
    fn connect(address: &str, user: &str, database: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        let parameters = format!("\0\x03\0\0user\0{user}\0database\0{database}\0\0");
        stream.write_all(&u32::try_from(parameters.len() + 4).unwrap().to_be_bytes())?;
        stream.write_all(parameters.as_bytes())?;
        let mut greeting = Vec::new();
        loop {
            let message = Message::read(&mut stream)?;
            message.write(&mut greeting)?;
            if message.0 == b'Z' {
                return Ok(Self { stream, greeting });
            }
        }
    }

    /// Sends messages up to one that the server answers, and returns the answer to it with the state
    /// of the transaction.
    fn ask(&mut self, messages: &[u8]) -> io::Result<(Vec<u8>, u8)> {
        self.stream.write_all(messages)?;
        let mut answer = Vec::new();
        loop {
            let message = Message::read(&mut self.stream)?;
            message.write(&mut answer)?;
            if message.0 == b'Z' {
                return Ok((answer, message.1[0]));
            }
        }
    }

    fn query(&mut self, text: &str) -> io::Result<(Vec<u8>, u8)> {
        let mut messages = Vec::new();
        Message(b'Q', format!("{text}\0").into_bytes()).write(&mut messages)?;
        self.ask(&messages)
    }
}

/// A client that has the server connection, until the end of its transaction.
struct Turn<'s> {
    server: MutexGuard<'s, Server>,
    in_transaction: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.in_transaction {
            let _ = self.server.query("ROLLBACK");
        }
    }
}

const REFUSAL: &[u8] = b"SFATAL\0VFATAL\0C08P01\0Mtransaction blocks not allowed\0\0";

struct Client {
    stream: TcpStream,
    number: usize,
    pooling: Pooling,
    /// The number of refused transactions of all clients.
    refused: Arc<AtomicUsize>,
}

impl Client {
    fn serve(mut self, server: &Mutex<Server>) -> io::Result<()> {
        // Requests for encryption come before the parameters.
        while read_body(&mut self.stream)?.starts_with(&[0x04, 0xd2]) {
            self.stream.write_all(b"N")?;
        }
        let greeting = lock(server).greeting.clone();
        self.stream.write_all(&greeting)?;
        let (mut turn, mut messages) = (None, Vec::new());
        loop {
            let mut message = Message::read(&mut self.stream)?;
            if message.0 == b'X' {
                return Ok(());
            }
            if self.pooling.renames_statements {
                message.rename_statement(self.number);
            }
            message.write(&mut messages)?;
            if !matches!(message.0, b'S' | b'Q') {
                continue;
            }
            let mut current =
                turn.take().unwrap_or_else(|| Turn { server: lock(server), in_transaction: false });
            let (answer, state) = current.server.ask(&messages)?;
            messages.clear();
            current.in_transaction = state != b'I';
            if current.in_transaction {
                if self.refused.load(Ordering::Relaxed) < self.pooling.refused_transactions {
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    return Message(b'E', REFUSAL.to_vec()).write(&mut self.stream);
                }
                turn = Some(current);
            }
            self.stream.write_all(&answer)?;
        }
    }
}
