"""Spans of requests, from a patched class and from one application."""

from flask import Flask as Before  # noqa: F401
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
FlaskInstrumentor().instrument(
    excluded_urls="hidden",
    response_hook=lambda span, status, headers: span.set_attribute("hook", status),
    commenter_options={},
)

import flask  # noqa: E402

app = flask.Flask(__name__)


@app.get("/ok/<int:number>")
def ok(number):
    with trace.get_tracer("own").start_as_current_span("inner"):
        return "ok"


@app.get("/fail")
def fail():
    raise ValueError("broken")


@app.get("/async")
async def later():
    trace.get_current_span().set_attribute("seen", True)
    return "later"


@app.get("/hidden")
def hidden():
    return "hidden"


@app.get("/stream")
def stream():
    return flask.Response((x for x in ("a", "b")), mimetype="text/plain")


def visit(client):
    for path in ("/ok/5", "/fail", "/async", "/hidden", "/stream", "/none"):
        yield client.get(
            path, headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
        ).status
    for span in exporter.get_finished_spans():
        yield [
            span.name,
            span.kind.name,
            span.status.status_code.name,
            {k: v for k, v in sorted(dict(span.attributes).items()) if "port" not in k},
            [event.name for event in span.events],
            format(span.context.trace_id, "x")[:8],
            (span.parent.span_id if span.parent and span.kind.name == "SERVER" else None),
        ]
    FlaskInstrumentor().uninstrument()
    other = flask.Flask("other")
    other.add_url_rule("/", view_func=lambda: "other", endpoint="other")
    exporter.clear()
    FlaskInstrumentor.instrument_app(other)
    caller = other.test_client()
    caller.gateway = getattr(client, "gateway", "wsgi")
    yield caller.get("/")
    yield [span.name for span in exporter.get_finished_spans()]
