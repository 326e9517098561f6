"""Views, functions and fragments of templates in a cache."""

from itertools import count

from flask import Flask, render_template_string, request
from flask_caching import Cache

app = Flask(__name__)
cache = Cache(app, config={"CACHE_TYPE": "SimpleCache"})
calls = count()


@app.get("/view")
@cache.cached(timeout=60)
def view():
    return f"call {next(calls)}"


@app.get("/query")
@cache.cached(query_string=True)
def query():
    return f"{request.args.get('q')} call {next(calls)}"


@app.get("/async")
@cache.cached()
async def later():
    return f"call {next(calls)}"


@cache.memoize()
def add(a, b):
    return [a + b, next(calls)]


@app.get("/add/<int:a>/<int:b>")
def added(a, b):
    return add(a, b)


@app.get("/forget")
def forget():
    cache.delete_memoized(add)
    return "ok"


@app.get("/fragment")
def fragment():
    return render_template_string(
        "{% cache 60, 'part' %}{{ n() }}{% endcache %}", n=lambda: next(calls)
    )


@app.get("/unless")
@cache.cached(unless=lambda: "fresh" in request.args, response_filter=lambda r: r[1] == 200)
def unless():
    return f"call {next(calls)}", 200, {"X-A": "b"}


def visit(client):
    for path in (
        "/view",
        "/view",
        "/query?q=1",
        "/query?q=2",
        "/query?q=1",
        "/add/1/2",
        "/add/1/2",
        "/forget",
        "/add/1/2",
        "/fragment",
        "/fragment",
        "/unless",
        "/unless",
        "/unless?fresh",
        "/view",
    ):
        yield client.get(path)
    client.get("/async")
    yield client.get("/async").status_code
