"""The house: which module stands on which. ARCHITECTURE.md is written from this table.

python tests/test_architecture.py --write
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import quaff
import quaff.flask

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"
DOCUMENT = ROOT / "ARCHITECTURE.md"
LOADED = Path(__file__).parent / "import-quaff.txt"
PUBLIC = Path(__file__).parent / "public-names.txt"

#: Lowest first; a module imports modules of its own layer or of lower ones, without cycles.
LAYERS: list[tuple[str, str, dict[str, str]]] = [
    (
        "values",
        "Messages and other values, which know no application and do no I/O of their own.",
        {
            "typing": "aliases for annotations",
            "unloaded": "modules that are in place before their own code has run",
            "lazy": "an attribute computed when it is first read",
            "nameplate": "the names that differ between Quaff and its Flask mirror",
            "packages": "where a module lies on disk",
            "signals": "the ten signals",
            "watched": "containers that say when they change",
            "nesting": "how deeply JSON of clients may be nested",
            "providers": "JSON providers",
            "yaml": "plain values as YAML",
            "tags": "JSON that keeps Python's types, for sessions",
            "http": "messages",
            "http.settings": "what an application decides about every request",
            "http.validity": "what may stand in a Host, a status, a header, a cookie",
            "http.body": "reading a request body without trusting it",
            "http.uploads": "UploadedFile",
            "http.query": "the fields of a query string",
            "http.cookies": "one cookie, read or written by itself",
            "http.missing_files": "in debug mode: why a file is missing",
            "http.environ": "WSGI environs, read and made",
            "http.head": "RequestHead: what a request says before its body",
            "http.request": "Request",
            "http.response": "Response",
            "http.websocket": "WebSocket",
            "http.sse": "server-sent events as text",
            "http.problems": "HTTP errors that programs can read",
            "http.conversion": "from what a view returned to a Response",
            "http.preconditions": "conditions and ranges that a request asks for",
            "http.file_body": "the bytes of a file, on their way to a client",
            "http.file_source": "where the bytes of a response come from",
            "http.files": "files as responses",
        },
    ),
    (
        "rules",
        "What an application is configured with.",
        {
            "config": "Config: a dict that can load itself",
            "dotenv": "variables from .env files",
            "bridge": "where sync meets async, and nowhere else",
            "threads": "how many plain functions run at once for async servers",
            "ongoing": "what goes on until somebody ends it",
            "routing": "rules to one compiled matcher",
            "routing.map": "RouteMap: Werkzeug's Map, which says when it changes",
            "routing.matcher": "from a method and a path to a rule and its values",
            "routing.endings": "what a path is answered with that ends at a node",
            "routing.search": "functions that search the tree of rules, written for each tree",
            "routing.values": "how texts become values, as source",
            "routing.redirects": "what a developer should know about redirects",
            "routing.subdomains": "which subdomain a request was sent to",
            "binding": "a view's signature to one compiled bind()",
            "binding.annotations": "what kind of value an annotation asks for",
            "binding.binder": "what fills the parameters of an endpoint's view",
            "binding.completion": "dataclasses that msgspec made, with all their fields",
            "binding.constraints": "what values are asked to be, for msgspec",
            "binding.conversion": "from texts and JSON to what an annotation asks for",
            "binding.detection": "whether a view may have something to bind",
            "binding.errors": "what is wrong with a request, or with a signature",
            "binding.failures": "all that is wrong with a request",
            "binding.finite": "numbers that are none",
            "binding.forms": "what comes in a form besides plain text",
            "binding.malformed": "where a text stops being JSON",
            "binding.markers": "Path, Query, Header, Cookie, Body, Form, File, Depends",
            "binding.messages": "what clients are told of values that do not fit",
            "binding.parameters": "what a signature says of where values come from",
            "binding.places": "where in a request values lie",
            "binding.providers": "functions that a view depends on",
            "binding.rules": "which function answers for a rule",
            "binding.returns": "whether a view returns what its annotation says",
            "binding.source": "the bind function of a signature, written out",
        },
    ),
    ("context", "What belongs to one request or command.", {"context": "Context"}),
    (
        "pipeline",
        "The life of a request.",
        {
            "globals": "request, session, g, current_app: proxies, for users only",
            "signing": "itsdangerous, prepared once",
            "session_cookies": "the settings of the session cookie",
            "sessions": "sessions in signed cookies",
            "pipeline": "the life of a request, written once",
            "pipeline_sync": "generated from it, without coroutines",
            "conversation": "the life of a WebSocket",
            "lifespan": "before, after and beside serving",
            "route": "an endpoint with all that a request for it runs through",
            "finder": "where requests lead",
            "plan": "everything an application decided, compiled",
        },
    ),
    (
        "gateways",
        "The doors: a server's message to a Request, a Response to what is sent.",
        {
            "gateways": "the doors",
            "gateways.bodies": "request bodies, read before the view",
            "gateways.answers": "what async gateways share",
            "gateways.arrivals": "the context of a request, before the request is made",
            "gateways.disconnects": "clients that go away",
            "gateways.line": "what async gateways share of WebSockets",
            "gateways.wsgi": "WSGI",
            "gateways.asgi": "ASGI 3",
            "gateways.asgi_websocket": "WebSockets over ASGI",
            "gateways.rsgi": "RSGI",
            "gateways.rsgi_websocket": "WebSockets over RSGI",
        },
    ),
    (
        "registration",
        "What applications and blueprints share.",
        {
            "documentation": "what a developer says of a route beyond its code",
            "scaffold": "routes, hooks, error handlers, static files",
            "blueprints": "registrations recorded now, replayed later",
            "views": "View, MethodView",
        },
    ),
    (
        "tools for views",
        "Functions that views call.",
        {
            "api_pages": "pages that show an application's documents",
            "api_pages.formats": "a document as text",
            "api_pages.listing": "an OpenAPI document, rearranged for people",
            "api_pages.pages": "the pages and their views",
            "api_pages.swagger": "Swagger UI, as an installed package has it",
            "binding.injection": "dependencies for functions that are no views",
            "flashing": "messages for the next page",
            "json": "JSON by the rules of the application at work",
            "logging": "the application's logger",
            "shortcuts": "url_for, redirect, abort, send_file ...",
            "event_stream": "EventStream: responses of server-sent events",
            "channels": "messages to rooms",
            "channels.messages": "what is sent, and what a backend does",
            "channels.memory": "within one process",
            "channels.redis": "many workers and hosts",
            "channels.subscriptions": "those who listen in this process",
            "channels.channels": "Channels: publish, subscribe, history, members",
            "streaming": "streams that keep their request's context",
            "templating": "templates on Jinja",
            "templating.environment": "the Jinja environment",
            "templating.loader": "where templates are found",
            "templating.rendering": "render_template and its kin",
        },
    ),
    (
        "descriptions",
        "What an application is, told to programs and people.",
        {
            "asyncapi": "an application's messages described in AsyncAPI 3",
            "asyncapi.channels": "what opens a WebSocket, and what answers with events",
            "asyncapi.messages": "types as messages",
            "asyncapi.security": "security schemes in AsyncAPI's words",
            "asyncapi.document": "the whole document",
            "openapi": "an application described in OpenAPI 3.1",
            "openapi.docstrings": "docstrings, taken apart",
            "openapi.paths": "URL rules as path templates, converters as schemas",
            "openapi.handlers": "which function answers, and what was said of it",
            "openapi.names": "names of operations and of schemas",
            "openapi.schemas": "types as JSON Schemas",
            "openapi.pydantic_models": "Pydantic's models as schemas",
            "openapi.problems": "the problems that requests are answered with",
            "openapi.requests": "what a route takes",
            "openapi.responses": "what a route answers",
            "openapi.security": "security schemes",
            "openapi.operations": "one rule and method",
            "openapi.document": "the whole document",
        },
    ),
    (
        "application",
        "What you configure; it freezes into a Plan on first use.",
        {"application": "App: the configured part", "app": "Quaff: the serving part"},
    ),
    (
        "programs",
        "What runs an application.",
        {
            "server": "servers, started and stopped the right way",
            "server.addresses": "whether a server can have an address and a certificate",
            "server.mistakes": "mistakes of the user's, without frames of ours",
            "server.development": "`quaff run` and app.run()",
            "server.interface": "which interface an application is served on",
            "server.websockets": "WebSockets on the development server",
            "server.production": "`quaff serve`",
            "testing": "the test client and the command runner",
            "testing.environ": "made-up requests",
            "testing.exchange": "a message of an async gateway, in memory",
            "testing.events": "the client's end of server-sent events",
            "testing.websocket": "the client's end of a WebSocket",
            "testing.asgi": "the client's way through ASGI",
            "testing.rsgi": "the client's way through RSGI",
            "testing.client": "the client",
            "testing.commands": "the command runner",
            "testing.serving": "an application that has started",
            "cli": "the command line",
            "cli.discovery": "finding an application",
            "cli.plugins": "commands of other packages",
            "cli.script": "what commands know of their application",
            "cli.parameters": "kinds of options",
            "cli.groups": "groups of commands",
            "cli.run": "`quaff run`",
            "cli.serve": "`quaff serve`",
            "cli.routes": "`quaff routes`",
            "cli.shell": "`quaff shell`",
            "cli.check": "`quaff check`",
            "cli.diff": "`quaff diff`",
            "cli.documents": "`quaff openapi`, `quaff asyncapi`",
            "cli.client": "`quaff client`",
            "clients": "clients of an API, written from its document",
            "clients.python": "a client in Python, by openapi-python-client",
            "clients.types": "JSON Schemas as TypeScript's types",
            "clients.typescript": "a client in TypeScript",
            "survey": "what of a Flask project behaves differently, read from its source",
            "survey.finding": "one place to look at",
            "survey.changes": "names that Flask 3 has no more, and calls that act differently",
            "survey.extensions": "what is known of extensions",
            "survey.names": "what names in a source stand for",
            "survey.requirements": "which distributions a project requires",
            "survey.source": "reads one module",
            "survey.project": "reads a whole project",
            "replay": "the same requests on Flask and on Quaff",
            "replay.recording": "requests in files",
            "replay.recorder": "middleware that makes such files",
            "replay.visitor": "sends requests to an application, in a process of its own",
            "replay.answers": "how two answers differ",
            "replay.comparison": "the whole comparison",
            "__main__": "`python -m quaff`",
        },
    ),
    ("names", "The public names, and nothing else.", {"": "quaff"}),
    (
        "mirror",
        "Flask's module paths, made of Quaff's parts; the core never imports them.",
        {"flask": "the mirror", "as_flask": "installs it as `flask`"},
    ),
]

#: First-party modules that are imported by name when they are first used, and why.
NAMED = {
    "quaff.testing:EnvironBuilder": "only tests need it",
    "quaff.testing:QuaffClient": "only tests need it",
    "quaff.testing:QuaffCliRunner": "only tests need it",
    "quaff.cli:AppGroup": "click is loaded by commands only",
    "quaff.server:run_application": "only `app.run()` needs it",
    "quaff.server.production": "it loads granian",
    "quaff.binding.returns:checked": "only VALIDATE_RESPONSES asks for it",
    "quaff.channels.redis:RedisBackend": "it loads redis-py, which is optional",
    "quaff.server.websockets:WithWebSockets": "it loads wsproto, which is optional",
    "quaff.testing.*:call": "the test client enters through one gateway",
    "quaff.testing.*:connect": "the test client enters through one gateway",
    "quaff.testing:Serving": "only tests need it",
    "quaff.lifespan:Lifespan": "it loads asyncio",
    "quaff.lifespan:BackgroundTasks": "it loads asyncio",
    "quaff.gateways.asgi_websocket:handle": "only applications with WebSockets need it",
    "quaff.gateways.rsgi_websocket:handle": "only applications with WebSockets need it",
    "quaff.http.websocket:UpgradeRequired": "only applications with WebSockets need it",
    "quaff.*": "public names that not every application needs",
    "quaff.signing:Serializer": "it loads itsdangerous",
    "quaff.http.uploads:UploadedFile": "only forms with files need it",
    "quaff.binding.binder:binders_of": "only typed views need it",
    "quaff.binding.rules:signature_for": "only typed views need it",
    "quaff.clients.typescript:typescript_client": "it loads Jinja",
    "quaff.asyncapi.document:document": "only documentation needs it",
    "quaff.openapi.document:document": "only documentation needs it",
    "quaff.openapi.pydantic_models:write_models": "it loads Pydantic",
    "quaff.openapi.pydantic_models:fields_of": "it loads Pydantic",
    "quaff.api_pages.pages:ApiPages": "only applications with pages of their documents need it",
    "quaff.templating:Environment": "it loads Jinja",
    "quaff.templating:DispatchingJinjaLoader": "it loads Jinja",
    "quaff.flask": "`quaff check` asks it for names; the core does without",
    "quaff.as_flask": "only `quaff --as-flask` wants it",
}

PLACE = {name: number for number, (_, _, modules) in enumerate(LAYERS) for name in modules}


def modules() -> dict[str, Path]:
    """Every module below quaff, by its name without that prefix."""
    found = {}
    for path in sorted((SOURCE / "quaff").rglob("*.py")):
        parts = path.relative_to(SOURCE / "quaff").with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def layer_of(name: str) -> int:
    """The layer of a module; the mirror's modules stand together."""
    return PLACE["flask" if name.startswith("flask.") else name]


def nodes_that_run(tree: ast.AST) -> list[ast.AST]:
    """The nodes of a module without what only type checkers see."""
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for other in node.orelse:
                found += [other, *nodes_that_run(other)]
            continue
        found += [node, *nodes_that_run(node)]
    return found


def imported(name: str, tree: ast.AST) -> set[str]:
    """The modules of Quaff that a module imports when it runs."""
    package = name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in nodes_that_run(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            parts = [part for part in package.split(".") if part]
            parts = parts[: len(parts) - (node.level - 1)]
            base = ".".join([*parts, *([node.module] if node.module else [])])
            for alias in node.names:
                full = f"{base}.{alias.name}".lstrip(".")
                found.add(full if full in MODULES else base)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            # Every module below quaff stands in MODULES under its name without the prefix.
            found |= {other.partition(".")[2] for other in names if is_ours(other)}
    return found - {name}


def is_ours(module: str) -> bool:
    return module.partition(".")[0] == "quaff"


def tree_of(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text())


def test_every_module_has_its_place() -> None:
    placed = {name for name in MODULES if not name.startswith("flask.")}
    assert placed == set(PLACE)


@pytest.mark.parametrize("name", MODULES, ids=lambda name: name or "quaff")
def test_imports_go_downwards(name: str) -> None:
    for other in imported(name, tree_of(name)):
        assert layer_of(other) <= layer_of(name), f"{name} imports {other} of a higher layer."


@pytest.mark.parametrize("name", MODULES, ids=lambda name: name or "quaff")
def test_no_module_of_ours_is_imported_inside_a_function(name: str) -> None:
    for function in ast.walk(tree_of(name)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                ours = isinstance(node, ast.ImportFrom) and (
                    node.level or is_ours(node.module or "")
                )
                ours |= isinstance(node, ast.Import) and any(is_ours(a.name) for a in node.names)
                assert not ours, f"{name}: {function.name}() imports; name it at the top instead."


def imported_by_name(tree: ast.AST) -> set[str]:
    """The first-party names that a module hands to import functions; "*" stands for a variable."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
            argument = node.args[0]
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            target = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts
            )
            if name in {"import_string", "import_module", "__import__"}:
                found.add(target)
    return {target for target in found if target.startswith("quaff")}


def test_what_is_imported_by_name_has_a_reason() -> None:
    found = {target for name in MODULES for target in imported_by_name(tree_of(name))}
    assert found == set(NAMED)


@pytest.mark.parametrize("name", MODULES, ids=lambda name: name or "quaff")
def test_imports_of_ours_are_relative(name: str) -> None:
    # The other tests read relative imports only.
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            assert not any(alias.name.split(".")[0] == "quaff" for alias in node.names)
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert (node.module or "").split(".")[0] != "quaff"


def test_no_import_cycle() -> None:
    graph = {name: imported(name, tree_of(name)) for name in MODULES}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"A cycle: {' -> '.join([*path, name])}"
        if name not in done:
            for other in graph[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_the_core_does_not_use_its_own_proxies() -> None:
    users = {name for name in MODULES if "globals" in imported(name, tree_of(name))}
    # Templates are user code; `app` hands them the proxies.
    assert {name for name in users if not name.startswith("flask")} <= {"", "app"}


def test_every_note_on_speed_names_the_benchmark_that_shows_it() -> None:
    for path in sorted((SOURCE / "quaff").rglob("*.py")):
        notes = " ".join(path.read_text().split()).replace("# ", "").split("PERF: ")[1:]
        for note in notes:
            assert re.search(r"\(benchmarks?: ", note[:400]), f"{path}: PERF: {note[:80]}"


def loaded_by_import() -> list[str]:
    # What is in place, but has not run, is not loaded; see `quaff.unloaded`.
    code = (
        f"import sys; sys.path.insert(0, {str(SOURCE)!r});"
        "before = set(sys.modules); import quaff;"
        "print('\\n'.join(sorted(n if n.startswith('quaff') else n.partition('.')[0]"
        " for n, m in sys.modules.items() if n not in before and '_unloaded' not in vars(m))))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    ours = {line for line in done.stdout.split() if line.startswith("quaff")}
    others = {
        line
        for line in done.stdout.split()
        if not line.startswith("quaff") and line not in sys.stdlib_module_names
    }
    return sorted(ours) + sorted(others)


def test_import_quaff_loads_nothing_new() -> None:
    assert loaded_by_import() == LOADED.read_text().split()


def public_names() -> list[str]:
    """What `quaff` offers: what `__init__` names, whenever it is loaded."""
    aliases = [
        alias
        for node in ast.walk(tree_of(""))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    return sorted({alias.asname for alias in aliases if alias.asname} | {"__version__"})


def test_the_public_names_are_those_that_were_agreed_on() -> None:
    assert public_names() == PUBLIC.read_text().split()


#: What Flask offers elsewhere or not at all.
BEYOND_FLASK = {
    *("Event", "EventStream"),
    *("Body", "Cookie", "Depends", "File", "Form", "Header", "Path", "Query", "inject"),
    "Markup",
    "MethodView",
    "Quaff",
    "UploadedFile",
    "View",
    "WebSocket",
    "WebSocketDisconnect",
    "__version__",
    "after_response",
    "describe",
    "escape",
    "send_early_hints",
    "websocket",
}


def test_every_public_name_is_there_and_in_the_mirror() -> None:
    for name in public_names():
        assert hasattr(quaff, name)
    assert set(public_names()) - BEYOND_FLASK <= set(dir(quaff.flask))


HEADER = """\
# Architecture

*Generated from the table in `tests/test_architecture.py`, which also checks it. Do not edit.*

**A gateway turns a server's message into a Request; the pipeline turns the Request into a
Response; the gateway sends it.** Whoever keeps that sentence in mind can find any line. What nobody
asks for is not made: a context that knows the message stands for the Request, and a body for the
Response.

## The life of a request: a straight line

```
server
  └ gateways/wsgi.py          1  environ -> Context (nothing parsed)
      ├ finder, routing       2  method, path -> route, rule, values
      └ pipeline.py           3  respond(): the context is set
          ├ before hooks
          ├ binding           4  what the view's signature asks for, by the route's own bind()
          ├ your view         5
          ├ http/response     6  value -> Response
          └ after hooks, session saved, teardown, context reset
  └ gateways/wsgi.py          7  Response -> start_response
```

What an application decides is compiled into a `Plan` when it is first used, and compiled anew
after a change: tables that extensions write to report their changes. The request's path inspects
no signature and asks for nothing that the application does not use. A route that needs only its
view takes the straight way within `respond()`; its text or data is sent without a Response, and
`context.request` is made when it is first read.

`pipeline.py` is written once, as coroutines. `pipeline_sync.py`, for WSGI and for threads, is
generated from it by `scripts/generate_sync_pipeline.py`.

## Layers

Lowest first. A module imports only its own layer and lower ones, never inside a function, and
there is no cycle.
"""


def document() -> str:
    """ARCHITECTURE.md."""
    lines = [HEADER]
    for number, (title, sentence, members) in enumerate(LAYERS, start=1):
        lines += [
            f"### {number}. {title}",
            "",
            sentence,
            "",
            "| module | what it is |",
            "| --- | --- |",
        ]
        lines += [f"| `{name or '__init__'}` | {what} |" for name, what in members.items()]
        lines.append("")
    lines += ["Some modules are imported by name when they are first needed:", ""]
    lines += [f"- `{name}`: {why}" for name, why in NAMED.items()]
    lines += ["", "## Decisions", ""]
    for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        title = path.read_text().splitlines()[0].lstrip("# ")
        lines.append(f"- [{title}](docs/decisions/{path.name})")
    return "\n".join(lines) + "\n"


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == document(), "Run `python tests/test_architecture.py --write`."


if __name__ == "__main__" and "--write" in sys.argv:
    DOCUMENT.write_text(document())
    LOADED.write_text("".join(f"{name}\n" for name in loaded_by_import()))
    PUBLIC.write_text("".join(f"{name}\n" for name in public_names()))
