from __future__ import annotations

import pytest

from quaff import MethodView, Quaff
from quaff.cli import QuaffGroup


@pytest.fixture
def routes(invoke):
    def routes(app: Quaff, *args: str) -> list[str]:
        result = invoke("routes", *args, program=QuaffGroup(create_app=lambda: app))
        assert result.exit_code == 0
        return result.output.splitlines()

    return routes


@pytest.fixture
def app():
    app = Quaff("made")
    app.add_url_rule("/posts/<int:x>", methods=["GET", "POST"], endpoint="z_posts")
    app.add_url_rule("/later", methods=["POST"], endpoint="a_later")
    return app


def test_the_table(routes, app):
    assert routes(app) == [
        "Endpoint  Methods    Rule",
        "--------  ---------  -----------------------",
        "a_later   POST       /later",
        "static    GET        /static/<path:filename>",
        "z_posts   GET, POST  /posts/<int:x>",
    ]


def test_all_methods(routes, app):
    assert "z_posts   GET, HEAD, OPTIONS, POST  /posts/<int:x>" in routes(app, "--all-methods")


@pytest.mark.parametrize(
    ("by", "endpoints"),
    [
        ("endpoint", ["a_later", "static", "z_posts"]),
        ("methods", ["static", "z_posts", "a_later"]),
        ("rule", ["a_later", "z_posts", "static"]),
        ("domain", ["static", "z_posts", "a_later"]),
        ("match", ["static", "z_posts", "a_later"]),
    ],
)
def test_the_order(routes, app, by, endpoints):
    if by == "match":
        endpoints = [rule.endpoint for rule in app.url_map.iter_rules()]
    assert [line.split()[0] for line in routes(app, "--sort", by)[2:]] == endpoints


def test_subdomains_and_hosts_have_a_column(routes):
    app = Quaff("made", static_folder=None)
    app.add_url_rule("/a", subdomain="s", endpoint="a")
    app.add_url_rule("/b", endpoint="b")
    assert routes(app)[0] == "Endpoint  Methods  Subdomain  Rule"
    assert [line.split()[0] for line in routes(app, "-s", "domain")[2:]] == ["b", "a"]

    app = Quaff("made", static_folder=None, host_matching=True)
    app.add_url_rule("/a", host="b.example", endpoint="a")
    app.add_url_rule("/b", host="a.example", endpoint="b")
    assert routes(app)[0] == "Endpoint  Methods  Host       Rule"
    assert [line.split()[0] for line in routes(app, "-s", "domain")[2:]] == ["b", "a"]


def test_no_routes(routes):
    assert routes(Quaff("made", static_folder=None)) == ["No routes were registered."]


def test_the_source_of_what_binds(routes, app):
    def view(page: int = 1): ...

    app.add_url_rule("/typed", "typed", view)
    app.add_url_rule("/plain", "plain", lambda: "")
    assert "def bind(request, values):" in routes(app, "--source", "typed")
    assert routes(app, "--source", "plain") == [
        "The view of 'plain' is called with the values of the URL as they are."
    ]


def test_methods_that_bind_nothing_have_no_source(routes, app):
    class Notes(MethodView):
        def get(self): ...

        def post(self, page: int = 1): ...

    app.add_url_rule("/notes", view_func=Notes.as_view("notes"))
    lines = routes(app, "--source", "notes")
    assert lines.count("def bind(request, values):") == 1
    assert ".Notes.post() in " in lines[1]


def test_the_source_of_an_unknown_endpoint(invoke, app):
    result = invoke("routes", "--source", "x", program=QuaffGroup(create_app=lambda: app))
    assert result.exit_code == 2
    assert "There is no endpoint 'x'" in result.output
