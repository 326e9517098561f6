"""Views as classes."""

from __future__ import annotations

import inspect

import pytest
from werkzeug.test import Client

from quaff import Quaff, make_response, request
from quaff.views import MethodView, View, http_method_funcs


@pytest.fixture
def app():
    app = Quaff("views")
    app.config["TESTING"] = True
    return app


def client(app, view_class, *args, rule="/", **kwargs):
    """A client of the application, which has the view at `/`."""
    app.add_url_rule(rule, view_func=view_class.as_view("view", *args, **kwargs))
    return Client(app)


# -- the view function -----------------------------------------------------------------------


class Greeting(View):
    """Greets."""

    methods = ["GET", "POST"]  # noqa: RUF012 - as users write it
    provide_automatic_options = False

    def __init__(self, greeting="Hello", mark=""):
        self.greeting, self.mark = greeting, mark

    def dispatch_request(self, name="you"):
        return f"{self.greeting} {name}{self.mark}"


def test_the_view_function_is_named_and_described_after_the_class():
    view = Greeting.as_view("greet")
    assert (view.__name__, view.__doc__, view.__module__) == ("greet", "Greets.", __name__)
    assert view.view_class is Greeting
    assert view.methods == ["GET", "POST"]
    assert view.provide_automatic_options is False


def test_it_answers_its_methods_with_the_variables_of_the_url(app):
    browser = client(app, Greeting, "Good day", rule="/<name>", mark="!")
    assert browser.get("/Ada").text == "Good day Ada!"
    assert browser.post("/Ada").text == "Good day Ada!"
    assert browser.put("/Ada").status_code == 405
    assert browser.options("/Ada").status_code == 405


def test_a_view_answers_get_by_default(app):
    class Plain(View):
        def dispatch_request(self):
            return "plain"

    browser = client(app, Plain)
    assert browser.get("/").text == "plain"
    assert browser.post("/").status_code == 405
    assert Plain.as_view("x").methods is None


def test_the_closure_of_a_view_names_the_arguments_of_its_class():
    class Awaited(View):
        async def dispatch_request(self):
            return "awaited"

    class Decorated(Awaited):
        decorators = (lambda view: view,)

    for view_class in (View, Awaited, Decorated):
        view = view_class.as_view("view", 1, of=2)
        named = inspect.getclosurevars(view).nonlocals
        assert named["class_args"] == (1,)
        assert named["class_kwargs"] == {"of": 2}


def test_each_request_has_an_instance_unless_they_share_one(app):
    class Counting(View):
        made = 0

        def __init__(self):
            type(self).made += 1

        def dispatch_request(self):
            return str(self.made)

    class Shared(Counting):
        init_every_request = False

    app.add_url_rule("/shared", view_func=Shared.as_view("shared"))
    browser = client(app, Counting)
    assert [browser.get("/").text for _ in range(3)] == ["1", "2", "3"]
    assert [browser.get("/shared").text for _ in range(3)] == ["1", "1", "1"]


def test_decorators_are_applied_in_order_to_the_named_function(app):
    seen = []

    def mark(letter):
        def decorator(view):
            seen.append((letter, view.__name__, hasattr(view, "view_class")))

            def decorated(**values):
                response = make_response(view(**values))
                response.data += letter
                return response

            return decorated

        return decorator

    class Decorated(View):
        decorators = [mark(b"a"), mark(b"b")]  # noqa: RUF012 - as users write it

        def dispatch_request(self):
            return "x"

    assert client(app, Decorated).get("/").text == "xab"
    assert seen == [(b"a", "view", False), (b"b", "decorated", False)]


def test_the_class_behind_a_view_function_can_be_replaced(app):
    class Loud(Greeting):
        def dispatch_request(self, name="you"):
            return super().dispatch_request(name).upper()

    view = Greeting.as_view("greet", "Hi")
    view.view_class = Loud
    app.add_url_rule("/", view_func=view)
    assert Client(app).get("/").text == "HI YOU"


def test_a_view_without_dispatch_request_says_so():
    with pytest.raises(NotImplementedError, match="View does not define dispatch_request"):
        View().dispatch_request()


# -- MethodView ------------------------------------------------------------------------------


class Reading(MethodView):
    def get(self):
        return "read"

    def helper(self):
        raise AssertionError("no HTTP method")


class Writing(Reading):
    def post(self):
        return "written"


class WithList(MethodView):
    methods = ["GET", "PROPFIND"]  # noqa: RUF012 - as users write it


class BelowList(WithList):
    def get(self):
        return "read"

    def propfind(self):
        return "found"


class Narrowed(Writing):
    methods = ["GET"]  # noqa: RUF012 - as users write it


class Both(Narrowed, WithList):
    def delete(self):
        return "deleted"


@pytest.mark.parametrize(
    ("view", "methods"),
    [
        (MethodView, None),
        (type("Empty", (MethodView,), {}), None),
        (Reading, {"GET"}),
        (Writing, {"GET", "POST"}),
        (WithList, ["GET", "PROPFIND"]),
        (BelowList, {"GET", "PROPFIND"}),
        (Narrowed, ["GET"]),
        (Both, {"GET", "POST", "PROPFIND", "DELETE"}),
        (type("Emptied", (Reading,), {"methods": None}), None),
    ],
)
def test_the_methods_follow_from_the_class_and_its_bases(view, methods):
    assert view.methods == methods


def test_each_http_method_has_its_method(app):
    browser = client(app, Writing)
    assert browser.get("/").text == "read"
    assert browser.post("/").text == "written"
    assert browser.put("/").status_code == 405
    assert browser.options("/").allow.as_set() == {"get", "head", "options", "post"}


def test_methods_beyond_the_usual_ones_need_to_be_listed(app):
    assert client(app, BelowList).open("/", method="PROPFIND").text == "found"


def test_head_is_answered_by_get_unless_there_is_head(app):
    class Get(MethodView):
        def get(self):
            return make_response("body", {"X-Method": request.method})

    class Head(Get):
        def head(self):
            return make_response("", {"X-Method": "own"})

    app.add_url_rule("/head", view_func=Head.as_view("head"))
    browser = client(app, Get)
    assert browser.head("/").headers["X-Method"] == "HEAD"
    assert browser.head("/head").headers["X-Method"] == "own"
    assert browser.head("/").data == b""


def test_a_method_that_is_listed_but_missing_is_named(app):
    with pytest.raises(
        AssertionError, match=r"Unimplemented method 'PROPFIND'.*no method `propfind`"
    ):
        client(app, WithList).open("/", method="PROPFIND")


def test_an_extension_may_override_dispatch_request(app):
    class Wrapped(Writing):
        def dispatch_request(self, **values):
            return {"result": super().dispatch_request(**values)}

    assert client(app, Wrapped).post("/").json == {"result": "written"}


def test_the_usual_methods():
    assert http_method_funcs == {
        "get", "post", "head", "options", "delete", "put", "trace", "patch"
    }  # fmt: skip


# -- async -----------------------------------------------------------------------------------


class AsyncGreeting(View):
    async def dispatch_request(self, name="you"):
        return f"Hello {name}"


class Mixed(MethodView):
    async def get(self):
        return "read later"

    def post(self):
        return "written now"


class AsyncListed(WithList):
    def get(self):
        return "read"

    async def propfind(self):
        return "found later"

    def dispatch_request(self, **values):
        return super().dispatch_request(**values).upper()


class AsyncDispatch(Mixed):
    async def dispatch_request(self, **values):
        return "dispatched"


class Decorated(Mixed):
    decorators = [lambda view: lambda **values: view(**values).upper()]  # noqa: RUF012


class Overridden(Mixed):
    def dispatch_request(self, **values):
        return super().dispatch_request(**values).upper()


class AsyncCall:
    async def __call__(self):
        return "called"


class WithCallable(MethodView):
    get = AsyncCall()


@pytest.mark.parametrize(
    ("view", "is_async"),
    [
        (Greeting, False),
        (Writing, False),
        (AsyncGreeting, True),
        (Mixed, True),
        (AsyncDispatch, True),
        (Overridden, False),
        (Decorated, False),
        (WithCallable, True),
    ],
)
def test_whether_a_view_is_async_shows_in_its_function(view, is_async):
    assert inspect.iscoroutinefunction(view.as_view("view")) is is_async


@pytest.mark.parametrize(
    ("view", "get", "post"),
    [
        (AsyncGreeting, "Hello you", None),
        (Mixed, "read later", "written now"),
        (AsyncDispatch, "dispatched", "dispatched"),
        (WithCallable, "called", None),
        # What overrides or decorates gets results, also those of async methods.
        (Overridden, "READ LATER", "WRITTEN NOW"),
        (Decorated, "READ LATER", "WRITTEN NOW"),
    ],
)
def test_async_views_and_methods_are_awaited(app, view, get, post):
    browser = client(app, view)
    assert browser.get("/").text == get
    assert browser.post("/").status_code == (405 if post is None else 200)
    if post is not None:
        assert browser.post("/").text == post


def test_a_listed_method_may_be_async(app):
    assert client(app, AsyncListed).open("/", method="PROPFIND").text == "FOUND LATER"


def test_an_async_class_may_replace_a_sync_one(app):
    view = Writing.as_view("view")
    view.view_class = Mixed
    app.add_url_rule("/", view_func=view)
    assert Client(app).get("/").text == "read later"
