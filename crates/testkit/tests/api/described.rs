//! The description, as tests ask it.

use std::collections::BTreeSet;

use axum::http::header;
use outro_testkit::Reply;
use serde_json::Value;

use super::schema::faults;

/// One operation: method and address, as the description has them.
pub(super) type Operation = (String, String);

/// The description, and what was seen of it.
pub(super) struct Described {
    pub(super) document: Value,
    seen: BTreeSet<(Operation, u16)>,
}

impl Described {
    pub(super) fn new() -> Self {
        let document = serde_json::to_value(outro_http::description()).unwrap();
        Self { document, seen: BTreeSet::new() }
    }

    fn operation(&self, method: &str, template: &str) -> &Value {
        let found = &self.document["paths"][template][method.to_lowercase()];
        assert!(found.is_object(), "{method} {template} is not described");
        found
    }

    /// Every operation.
    pub(super) fn operations(&self) -> Vec<Operation> {
        let paths = self.document["paths"].as_object().unwrap();
        let of = |(path, methods): (&String, &Value)| -> Vec<Operation> {
            methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect()
        };
        paths.iter().flat_map(of).collect()
    }

    /// Whether an operation takes an account.
    pub(super) fn is_secured(&self, (method, template): &Operation) -> bool {
        self.operation(method, template)["security"].as_array().is_some_and(|list| !list.is_empty())
    }

    /// The schema of an operation's JSON body; none when it takes none.
    pub(super) fn body_schema(&self, (method, template): &Operation) -> Option<Value> {
        let schema = &self.operation(method, template)["requestBody"]["content"]["application/json"]["schema"];
        let address = schema["$ref"].as_str()?;
        self.document.pointer(address.trim_start_matches('#')).cloned()
    }

    /// The statuses that an operation is said to answer.
    pub(super) fn statuses(&self, (method, template): &Operation) -> Vec<u16> {
        let responses = self.operation(method, template)["responses"].as_object().unwrap();
        responses.keys().map(|status| status.parse().unwrap()).collect()
    }

    /// Holds an answer against the description: status, shape, and for problems the rest of RFC 9457.
    #[track_caller]
    pub(super) fn hold(&mut self, method: &str, template: &str, status: u16, reply: &Reply) {
        let about = format!("{method} {template}");
        assert_eq!(reply.status.as_u16(), status, "{about}: {}", reply.text());
        let described = &self.operation(method, template)["responses"][status.to_string()];
        assert!(described.is_object(), "{about}: {status} is not described: {}", reply.text());
        if status >= 400 && template != "/readyz" {
            super::assert_problem(reply, status, &about);
        }
        if status == 204 {
            assert!(reply.body.is_empty(), "{about}: {}", reply.text());
        } else if let Some(content) = described["content"].as_object().filter(|content| !is_a_stream(content)) {
            let schema = &content.values().next().unwrap()["schema"];
            let found = faults(&self.document, schema, &reply.json());
            assert!(found.is_empty(), "{about} {status}: {found:#?}");
        }
        self.seen.insert(((method.to_owned(), template.to_owned()), status));
    }

    /// Notes that an answer without a body was seen.
    pub(super) fn see(&mut self, method: &str, template: &str, status: u16) {
        self.seen.insert(((method.to_owned(), template.to_owned()), status));
    }

    /// What is described and was not seen.
    pub(super) fn unseen(&self) -> Vec<String> {
        let all = self
            .operations()
            .into_iter()
            .flat_map(|operation| self.statuses(&operation).into_iter().map(move |status| (operation.clone(), status)));
        all.filter(|pair| !self.seen.contains(pair))
            .map(|((method, path), status)| format!("{method} {path} {status}"))
            .collect()
    }
}

/// What goes on without end, and what is no JSON, has no shape that could be held against it.
fn is_a_stream(content: &serde_json::Map<String, Value>) -> bool {
    content.contains_key("text/event-stream") || content.contains_key("application/zip")
}

/// Every content type that is answered is the one described.
#[track_caller]
pub(super) fn assert_type_is_described(document: &Value, operation: &Operation, reply: &Reply) {
    let (method, template) = operation;
    let responses = &document["paths"][template][method.to_lowercase()]["responses"];
    let content = &responses[reply.status.as_str()]["content"];
    let kind = reply.headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
    let described = content.as_object().map(|content| content.keys().cloned().collect::<Vec<_>>());
    assert_eq!(described, kind.map(|kind| vec![kind]), "{method} {template} {}", reply.status);
}
