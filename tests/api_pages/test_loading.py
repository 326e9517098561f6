from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from quaff import Quaff

app = Quaff("example", static_folder=None)
app.add_url_rule("/", view_func=lambda: "x", endpoint="x")
get = app.test_client().get

def loaded():
    print("quaff.api_pages.pages" in sys.modules, "jinja2" in sys.modules)

get("/docs")
loaded()
app.debug = True
get("/")
loaded()
get("/docs")
loaded()
"""


def test_pages_are_loaded_by_the_first_request_for_one() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == ["False"] * 4 + ["True"] * 2
