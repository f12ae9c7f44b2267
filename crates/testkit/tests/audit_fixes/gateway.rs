//! A gateway for text messages that does as it is told.

use std::sync::{Arc, Mutex};

use outro_courier::{Courier, Gateway};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::*;

/// A gateway that answers one status, when it is let.
#[derive(Clone)]
pub(crate) struct Told {
    status: &'static str,
    url: String,
    taken: Arc<Mutex<Vec<String>>>,
    answers: Arc<Semaphore>,
}

impl Told {
    /// A gateway that answers at once.
    pub(crate) async fn to_answer(status: &'static str) -> Self {
        let told = Self::to_wait(status).await;
        told.answer(1_000_000);
        told
    }

    /// A gateway that takes messages, and answers when [`Told::answer`] is called.
    pub(crate) async fn to_wait(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let told = Self { status, url, taken: Arc::default(), answers: Arc::new(Semaphore::new(0)) };
        let serving = told.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        told
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut request = Vec::new();
        // The body is JSON, and ends with its brace.
        while !request.ends_with(b"}") {
            assert!(stream.read_buf(&mut request).await.unwrap() > 0, "the request ended early");
        }
        self.taken.lock().unwrap().push(String::from_utf8(request).unwrap());
        self.answers.acquire().await.unwrap().forget();
        let head = format!("HTTP/1.1 {}\r\ncontent-length: 0\r\nconnection: close\r\n", self.status);
        // A redirection leads nowhere: who follows it fails otherwise.
        stream.write_all(format!("{head}location: http://127.0.0.1:1/\r\n\r\n").as_bytes()).await.unwrap();
    }

    /// Lets it answer, so many times.
    pub(crate) fn answer(&self, times: usize) {
        self.answers.add_permits(times);
    }

    /// How many messages it took.
    pub(crate) fn taken(&self) -> usize {
        self.taken.lock().unwrap().len()
    }

    /// The code of the last message.
    pub(crate) fn last_code(&self) -> String {
        let taken = self.taken.lock().unwrap();
        taken.last().expect("a message").rsplit('#').next().unwrap()[..6].to_owned()
    }

    /// The same server, with this gateway.
    pub(crate) fn of(&self, world: &World) -> World {
        let mut world = world.with_settings(|_| {});
        world.app.courier = Courier::Gateway(Gateway::at(&self.url).unwrap());
        world
    }

    /// The same person, at a server with this gateway.
    pub(crate) fn client(&self, world: &World, who: &Client) -> Client {
        self.of(world).client().with_token(&json!(who.token))
    }
}
