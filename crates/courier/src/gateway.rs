//! An HTTP gateway that takes `POST {"to": "+…", "text": "…"}`. Number and text stand in the body
//! alone, never in an address.

use std::sync::Arc;

use outro_model::PhoneNumber;
use ureq::Agent;

use crate::CourierError;
use crate::agent::{agent, is_web};

/// The operator's gateway.
#[derive(Clone)]
pub struct Gateway {
    url: Arc<str>,
    agent: Agent,
}

impl Gateway {
    /// The gateway at `url`, `http://…` or `https://…`; `None` when it is neither.
    pub fn at(url: &str) -> Option<Self> {
        is_web(url).then(|| Self { url: url.into(), agent: agent() })
    }

    pub(crate) async fn send(&self, to: &PhoneNumber, text: String) -> Result<(), CourierError> {
        let (url, agent) = (self.url.clone(), self.agent.clone());
        let body = serde_json::json!({ "to": to.as_str(), "text": text });
        let sent = tokio::task::spawn_blocking(move || agent.post(&*url).send_json(body));
        match sent.await {
            // A redirection is not followed: whoever answers so has not taken the message.
            Ok(Ok(answer)) if !answer.status().is_success() => {
                Err(CourierError::Refused(format!("status {}", answer.status().as_u16())))
            }
            Ok(Ok(_)) => Ok(()),
            // The status tells enough; an error's own text could quote the address.
            Ok(Err(ureq::Error::StatusCode(code))) => Err(CourierError::Refused(format!("status {code}"))),
            Ok(Err(ureq::Error::Timeout(_))) => Err(CourierError::NoAnswer),
            Ok(Err(_)) => Err(CourierError::Refused("it cannot be reached".into())),
            Err(_) => Err(CourierError::Refused("the hand-over was stopped".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};

    use super::*;

    /// A gateway that takes one request, answers `status`, and gives back the request's body.
    fn gateway(status: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                assert!(!line.contains("491512345678"), "a number in the head: {line}");
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            write!(reader.get_mut(), "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            String::from_utf8(body).unwrap()
        });
        (url, served)
    }

    #[tokio::test]
    async fn the_gateway_gets_number_and_text_in_the_body() {
        let (url, served) = gateway("202 Accepted");
        let number = "+491512345678".parse().unwrap();
        Gateway::at(&url).unwrap().send(&number, "123456 is your code".into()).await.unwrap();
        let body: serde_json::Value = serde_json::from_str(&served.join().unwrap()).unwrap();
        assert_eq!(body, serde_json::json!({"to": "+491512345678", "text": "123456 is your code"}));
    }

    #[tokio::test]
    async fn only_success_is_success() {
        for (status, taken) in [("200 OK", true), ("204 No Content", true), ("302 Found", false), ("304 Not", false)] {
            let (url, served) = gateway(status);
            let sent = Gateway::at(&url).unwrap().send(&"+491512345678".parse().unwrap(), "x".into()).await;
            served.join().unwrap();
            assert_eq!(sent.is_ok(), taken, "{status}: {sent:?}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_an_error_that_names_nobody() {
        let (url, served) = gateway("500 Oops");
        let error = Gateway::at(&url).unwrap().send(&"+491512345678".parse().unwrap(), "x".into()).await.unwrap_err();
        served.join().unwrap();
        assert_eq!(error.to_string(), "the gateway did not take the message: status 500");
        assert!(Gateway::at("ftp://host").is_none());
    }
}
