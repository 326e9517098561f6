"""Through a real server, by the README's commands and by a real browser."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services import PATIENCE

README = Path(__file__).parents[1] / "README.md"
ROOT = README.parents[2]


@pytest.mark.parametrize("interface", ["wsgi", "asgi", "rsgi"])
def test_the_commands_of_the_readme(interface: str, serving: Any) -> None:
    commands = README.read_text().partition("```sh\n")[2].partition("```")[0]
    with serving("--interface", interface, "--workers", "2") as address:
        script = commands.replace("http://127.0.0.1:5000", address)
        done = subprocess.run(
            ["bash", "-euc", script], capture_output=True, text=True, timeout=PATIENCE
        )
    assert done.returncode == 0, done.stderr
    assert '"title":"Sharpen the pencils"' in done.stdout
    assert '"done":true' in done.stdout
    assert '"total":2' in done.stdout


class Person:
    """Somebody in front of a browser, who looks at each page for what is wrong with it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def go(self, address: str) -> None:
        self.driver.get(address)
        self._look()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            field = self.driver.find_element("id", name)
            field.clear()
            field.send_keys(value)

    def press(self, selector: str) -> None:
        """Press a button or follow a link, and wait until another page is there."""
        page = self.driver.find_element("tag name", "html")
        self.driver.find_element("css selector", selector).click()
        deadline = time.monotonic() + PATIENCE
        while self.driver.find_elements("tag name", "html") in ([], [page]):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        self._look()

    def sees(self, text: str) -> bool:
        return text in self.driver.find_element("tag name", "main").text

    def _look(self) -> None:
        """Nothing is wider than the window, and the browser refused or missed nothing."""
        root = "document.documentElement"
        wide = self.driver.execute_script(f"return {root}.scrollWidth > {root}.clientWidth")
        assert not wide, self.driver.current_url
        assert self._complaints() == []

    def _complaints(self) -> list[str]:
        # An answer of 422 is an error to the browser, and meant so.
        entries = (entry["message"] for entry in self.driver.get_log("browser"))
        return [message for message in entries if "422" not in message]


@pytest.fixture(params=[(1200, 900, False), (360, 740, True)], ids=["desktop", "phone"])
def ada(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Person]:
    """Ada, at a large window or at a phone."""
    width, height, mobile = request.param
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    yield Person(chromium)
    chromium.delete_all_cookies()
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_day_with_the_list(serving: Any, ada: Person) -> None:
    with serving("--workers", "1") as address:
        _register(ada, address)
        _work(ada)
        _leave(ada, address)


def _register(ada: Person, address: str) -> None:
    ada.go(f"{address}/register")
    ada.fill(name="demo", email="ada@example.org", password="correct horse")
    ada.press("main .primary")
    assert ada.sees("Name is taken.")
    ada.fill(name="ada", password="correct horse")
    ada.press("main .primary")
    assert ada.sees("Welcome, ada!")


def _work(ada: Person) -> None:
    ada.fill(title="Water the plants")
    ada.driver.find_element("css selector", "summary").click()
    ada.fill(note="Also those on the balcony, " + "w" * 100)
    ada.press(".add .primary")
    assert ada.sees("Also those on the balcony")
    assert ada.sees("Open 1")
    ada.press("button.check")
    assert ada.sees("All done.")
    ada.press(".tabs a:nth-child(2)")
    assert ada.sees("Water the plants")
    ada.press("a.title")
    ada.fill(title="Water all the plants")
    ada.press("main .primary")
    assert ada.sees("Saved “Water all the plants”.")
    assert re.search(r"state=done", ada.driver.current_url)
    ada.press("a.remove")
    ada.press("button.danger")
    assert ada.sees("Deleted “Water all the plants”.")


def _leave(ada: Person, address: str) -> None:
    ada.press("a.who")
    ada.driver.find_element("css selector", "#theme [value=dark]").click()
    ada.press("main .primary")
    style = "return getComputedStyle(document.documentElement).colorScheme"
    assert ada.driver.execute_script(style) == "dark"
    ada.press(".bar .link")
    assert ada.sees("You are logged out.")
    ada.go(address)
    assert ada.driver.current_url == f"{address}/login"
