"""The mirror's test client: what other protocols' test clients ask of it."""

from quaff.flask import Flask


def test_the_request_that_would_be_sent() -> None:
    app = Flask(__name__)
    client = app.test_client()
    request = client._request_from_builder_args((), {"path": "/x?q=1", "headers": {"X-A": "1"}})
    assert (request.path, request.args["q"], request.headers["X-A"]) == ("/x", "1", "1")
    assert request.environ["REMOTE_ADDR"] == "127.0.0.1"
