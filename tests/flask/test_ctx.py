"""What extensions do with a context by Flask's private names."""

from quaff import session
from quaff.flask import Flask
from quaff.sessions import SessionMixin


class OwnSession(dict[str, object], SessionMixin):
    """A session that lives longer than a request, as that of a WebSocket."""


def test_an_extension_may_set_the_session_of_a_context() -> None:
    app = Flask(__name__)
    own = OwnSession({"from": "elsewhere"})
    with app.test_request_context() as context:
        context._session = own
        session["seen"] = True
    assert own == {"from": "elsewhere", "seen": True}
