//! Spans for whoever operates a server: what a request or a job did, told to an OpenTelemetry collector (OTLP over HTTP). What may
//! stand in one is said at [`outro_model::SPANS`].

use std::future::Future;
use std::pin::Pin;

use opentelemetry::trace::{Link, SpanKind, TraceContextExt as _, TraceId, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SamplingResult, SdkTracer, SdkTracerProvider, ShouldSample};
use outro_courier::agent;

use crate::fail::Fail;
use crate::settings;

/// The most that is read of a collector's answer, in bytes.
const ANSWER_BYTES: u64 = 64 << 10;

/// The way to the collector. What waits is told at the end.
pub(crate) struct Spans {
    provider: SdkTracerProvider,
}

impl Spans {
    pub(crate) fn begin(to: &settings::Spans) -> Result<Self, Fail> {
        let exporter = SpanExporter::builder().with_http().with_http_client(Client(agent()));
        let exporter = exporter.with_endpoint(&to.url).with_protocol(Protocol::HttpBinary).build()?;
        // Nothing of the machine: what it is called may be a person's name.
        let resource = Resource::builder_empty()
            .with_service_name("outro")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Share(to.ratio))
            .with_resource(resource.build());
        Ok(Self { provider: provider.build() })
    }

    pub(crate) fn tracer(&self) -> SdkTracer {
        self.provider.tracer("outro")
    }

    /// Tells what waits; it takes as long as the collector takes to answer, at most.
    pub(crate) async fn end(self) {
        let told = tokio::task::spawn_blocking(move || self.provider.shutdown()).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be told");
        }
    }
}

/// Of which requests and jobs spans are told, with all that is done for them: a share of all, by their random number. A statement
/// that belongs to neither is one of those that look whether there is anything to do, and is not told of.
#[derive(Clone, Debug)]
struct Share(f64);

impl ShouldSample for Share {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let is_whole = matches!(kind, SpanKind::Server | SpanKind::Consumer);
        let sampler = match parent.filter(|context| context.has_active_span()) {
            Some(context) if context.span().span_context().is_sampled() => Sampler::AlwaysOn,
            None if is_whole => Sampler::TraceIdRatioBased(self.0),
            _ => Sampler::AlwaysOff,
        };
        sampler.should_sample(parent, trace, name, kind, attributes, links)
    }
}

/// The client that the house has, for the exporter's thread.
#[derive(Debug)]
struct Client(ureq::Agent);

impl HttpClient for Client {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let request =
                self.0.configure_request(request.map(|body| body.to_vec())).http_status_as_error(false).build();
            let answer = self.0.run(request).inspect_err(|_| tracing::warn!("spans could not be told"))?;
            let (head, mut body) = answer.into_parts();
            let bytes = body.with_config().limit(ANSWER_BYTES).read_to_vec()?;
            Ok(Response::from_parts(head, bytes.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceState};
    use opentelemetry_sdk::trace::SamplingDecision;

    use super::*;

    fn is_told(share: f64, parent: Option<bool>, kind: &SpanKind, trace: u128) -> bool {
        let trace = TraceId::from(trace);
        let parent = parent.map(|sampled| {
            let flags = if sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
            let span = SpanContext::new(trace, SpanId::from(1), flags, false, TraceState::NONE);
            Context::new().with_remote_span_context(span)
        });
        let result = Share(share).should_sample(parent.as_ref(), trace, "", kind, &[], &[]);
        result.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn what_is_done_for_a_request_goes_with_it() {
        for (parent, kind, told) in [
            (None, SpanKind::Server, true),
            (None, SpanKind::Consumer, true),
            (None, SpanKind::Client, false),
            (Some(true), SpanKind::Client, true),
            (Some(false), SpanKind::Client, false),
            (Some(false), SpanKind::Server, false),
        ] {
            assert_eq!(is_told(1.0, parent, &kind, 7), told, "{parent:?} {kind:?}");
        }
    }

    #[test]
    fn a_share_is_told() {
        // Random, as ids are, and the same each time.
        let mut random = fastrand::Rng::with_seed(1);
        let told = (0..10_000).filter(|_| is_told(0.1, None, &SpanKind::Server, random.u128(..))).count();
        assert!((800..1_200).contains(&told), "{told}");
        assert!(!is_told(0.0, None, &SpanKind::Server, 7) && is_told(1.0, None, &SpanKind::Server, 7));
    }
}
