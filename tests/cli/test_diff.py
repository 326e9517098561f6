from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Invoke = Callable[..., Result]
Write = Callable[..., Path]

has_flask = pytest.mark.skipif(
    subprocess.run([sys.executable, "-c", "import flask"], capture_output=True).returncode != 0,
    reason="needs the real Flask, which requirements/dev.txt installs",
)

APP = """
    import itertools, random
    import flask
    from flask import Flask, request, session

    print("an application may print")
    numbers = itertools.count()

    def create_app():
        app = Flask(__name__)
        app.secret_key = "k"

        @app.route("/login", methods=["POST"])
        def login():
            session["name"] = request.form["name"]
            return f"hello, request {next(numbers)}"

        @app.get("/me")
        async def me():
            return {"name": session.get("name"), "query": request.args.get("q")}

        @app.get("/random")
        def vary():
            return f"stays\\n{random.random()}", {"X-Random": random.random()}

        @app.get("/differs")
        def differs():
            own = hasattr(app, "plan")
            return f"begin\\n{own}", 201 if own else 200, {"X-Own": str(own)}

        @app.get("/raises")
        def raises():
            raise ValueError("on both")

        return app
    """
REQUESTS = """
    GET /me?q=1
    ###
    POST /login
    Content-Type: application/x-www-form-urlencoded

    name=ada
    ###
    GET /me
    ###
    GET /random
    ###
    GET /raises
    ###
    GET /none
    """


@has_flask
@pytest.mark.parametrize("gateway", ["wsgi", "asgi", "rsgi"])
def test_equal_answers(write: Write, invoke: Invoke, gateway: str) -> None:
    write("my_app.py", APP)
    write("all.http", REQUESTS)
    result = invoke("diff", "--requests", "all.http", "--gateway", gateway, "my_app:create_app()")
    assert result.output == "6 requests, 0 answered differently.\n"
    assert result.exit_code == 0


@has_flask
def test_every_difference_is_shown(write: Write, invoke: Invoke) -> None:
    write("my_app.py", APP)
    write("one.jsonl", '{"method": "GET", "path": "/me"}\n{"method": "GET", "path": "/differs"}\n')
    result = invoke("diff", "--requests", "one.jsonl", "my_app")
    assert result.output.splitlines() == [
        "GET /differs",
        "    status: Flask '200 OK', Quaff '201 CREATED'",
        "    content-length: Flask '11', Quaff '10'",
        "    x-own: Flask 'False', Quaff 'True'",
        "    body:",
        "    --- Flask",
        "    +++ Quaff",
        "    @@ -1,2 +1,2 @@",
        "     begin",
        "    -False",
        "    +True",
        "2 requests, 1 answered differently.",
    ]
    assert result.exit_code == 1


@has_flask
def test_what_an_application_propagates_is_compared(write: Write, invoke: Invoke) -> None:
    write("my_app.py", APP + "\n    app = create_app()\n    app.testing = True\n")
    write("one.http", "GET /raises")
    result = invoke("diff", "--requests", "one.http", "my_app:app")
    assert result.output == "1 request, 0 answered differently.\n"


def test_without_the_real_flask(write: Write, invoke: Invoke) -> None:
    write("flask.py", "raise ImportError")
    write("my_app.py", APP)
    write("one.http", "GET /")
    result = invoke("diff", "--requests", "one.http", "my_app")
    assert result.exit_code == 2
    assert "The real Flask is not installed here" in result.output


@has_flask
@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import quaff\napp = quaff.Quaff('x')", "my_app imports quaff by itself"),
        ("nothing = 1", "my_app has no app or application or create_app or make_app"),
        ("raise RuntimeError('of mine')", "RuntimeError: of mine"),
    ],
)
def test_an_application_that_cannot_be_run(
    write: Write, invoke: Invoke, source: str, message: str
) -> None:
    write("my_app.py", source)
    write("one.http", "GET /")
    result = invoke("diff", "--requests", "one.http", "my_app")
    assert result.exit_code == 2
    assert message in result.output


def test_a_recording_with_a_mistake(write: Write, invoke: Invoke) -> None:
    write("one.http", "GET /\n###\nnonsense")
    result = invoke("diff", "--requests", "one.http", "my_app")
    assert result.exit_code == 2
    assert "one.http:3: 'nonsense' is no request line" in result.output


def test_the_recorder_that_is_printed_stands_alone(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("diff", "--print-recorder")
    namespace: dict[str, object] = {}
    exec(result.output, namespace)
    recorder = namespace["Recorder"]
    assert callable(recorder)
    path = tmp_path / "requests.jsonl"
    application = recorder(lambda environ, start_response: [b"answer"], path)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/x", "wsgi.input": io.BytesIO()}
    assert application(environ, None) == [b"answer"]
    assert '"path": "/x"' in path.read_text()
