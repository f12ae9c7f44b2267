//! The description of the interface: what the routes say of themselves, and what holds for all of them.

use axum::Json;
use utoipa::openapi::path::Operation;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Info, OpenApi, OpenApiBuilder, Ref, RefOr, Response, ResponseBuilder};

/// The type of every problem document (RFC 9457).
const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";

/// What every route answers that takes a JSON body, by the reader of bodies: one place reads them all.
const OF_BODIES: &[(&str, &str)] = &[
    ("400", "The body is not JSON"),
    ("413", "The body is too large"),
    ("415", "The body is not of type application/json"),
    ("422", "A field is missing, of another type, or cannot be used"),
];

/// The description of the interface (OpenAPI 3.1).
pub fn description() -> OpenApi {
    let (_, described) = super::routes().split_for_parts();
    let mut info = Info::new("Outro", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "A short-video server that people can really leave. Errors are RFC 9457 problem documents \
         with a stable `code`. What is hidden answers exactly as what never existed. A browser that asks \
         with the session cookie sends the token of its pages as `X-CSRF-Token` with what changes something; \
         without, and from another site, that is refused with 403."
            .into(),
    );
    let mut api = OpenApiBuilder::from(described).info(info).build();
    let components = api.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("bearer", bearer);
    for path in api.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        operations.into_iter().flatten().for_each(complete);
    }
    api
}

/// Adds what an operation answers without saying so itself.
fn complete(operation: &mut Operation) {
    let takes_json = |body: &RefOr<RequestBody>| matches!(body, RefOr::T(body) if body.content.contains_key(JSON));
    if operation.request_body.as_ref().is_some_and(takes_json) {
        for (status, words) in OF_BODIES {
            let problem = || ResponseBuilder::new().description(*words).content(JSON, problem()).build().into();
            operation.responses.responses.entry((*status).to_owned()).or_insert_with(problem);
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with(['4', '5']), response) {
            name_the_type(response);
        }
    }
}

fn problem() -> Content {
    Content::new(Some(Ref::from_schema_name("Problem")))
}

/// Problem documents have a type of their own.
fn name_the_type(response: &mut Response) {
    let is_problem = |content: &RefOr<Content>| matches!(content, RefOr::T(content) if *content == problem());
    if response.content.get(JSON).is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove(JSON)
    {
        response.content.insert(PROBLEM.to_owned(), content);
    }
}

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operating",
    responses((status = 200, description = "The description of the interface (OpenAPI 3.1)")))]
pub(crate) async fn describe() -> Json<OpenApi> {
    Json(description())
}
