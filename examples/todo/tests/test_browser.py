"""Once through a real browser, on the production server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services import free_port, program

PATIENCE = 20.0


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where `quaff serve` serves the application."""
    port = free_port()
    command = [sys.executable, "-m", "quaff", "--app", "examples.todo:create_app", "serve"]
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path}/todo.sqlite",
        "SECRET_KEY": "for tests",
    }
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port), "--workers", "1"],
            stdout=log,
            stderr=log,
            env=environment,
            cwd=Path(__file__).parents[3],
        )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"{url}/login", timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait(PATIENCE)


@pytest.fixture
def driver() -> Iterator[Any]:
    """A Chromium without a screen."""
    chromium, chromedriver = program("chromium"), program("chromedriver")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (
            "headless no-sandbox disable-gpu disable-quic no-first-run disable-component-update "
            f"disable-background-networking disable-sync user-data-dir={profile}"
        ).split():
            options.add_argument(f"--{flag}")
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
        driver.implicitly_wait(PATIENCE)
        yield driver
        driver.quit()


def test_the_commands_of_the_readme(address: str) -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text()
    commands = text.partition("```sh\n# a program")[2].partition("```")[0]
    name, password = "ada", "correct horse"
    _register(address, name, password)
    script = commands.replace("http://127.0.0.1:5000", address)
    script = script.replace("demo-password", password).replace('"demo"', f'"{name}"')
    done = subprocess.run(
        ["bash", "-euc", f": {script}"], capture_output=True, text=True, check=True
    )
    assert '"title":"Water the plants"' in done.stdout
    assert '"done":true' in done.stdout
    assert '"total":1' in done.stdout


def _register(address: str, name: str, password: str) -> None:
    """Register with nothing but what a browser sends."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(f"{address}/register") as page:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert token is not None
    form = {"name": name, "email": "a@example.org", "password": password, "csrf_token": token[1]}
    opener.open(f"{address}/register", urllib.parse.urlencode(form).encode()).close()


def test_a_day_with_the_list(address: str, driver: Any) -> None:
    def fill(**fields: str) -> None:
        for name, value in fields.items():
            driver.find_element("id", name).send_keys(value)

    def press(selector: str) -> None:
        """Press a button, and wait until another page is there."""
        page = driver.find_element("tag name", "html")
        driver.find_element("css selector", selector).click()
        deadline = time.monotonic() + PATIENCE
        while driver.find_element("tag name", "html") == page:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def text() -> str:
        return str(driver.find_element("tag name", "main").text)

    driver.get(f"{address}/register")
    fill(name="ada", email="ada@example.org", password="correct horse")
    press("main .primary")
    assert "Welcome!" in text()
    fill(title="Water the plants")
    press(".add .primary")
    assert "Water the plants" in text()
    assert re.search(r"Open\s+1", text())
    press(".check")
    assert "Nothing to do" in text()
    press(".tabs a:nth-child(2)")
    assert "Water the plants" in text()
    press("a.title")
    driver.find_element("id", "note").send_keys("Also those on the balcony.")
    press("main .primary")
    assert "Saved." in text()
    press(".tabs a:nth-child(3)")
    assert "Also those on the balcony." in text()
    press(".delete")
    assert "Deleted." in text()
    press(".link")
    assert "You are logged out." in text()
    driver.get(address)
    assert driver.current_url.startswith(f"{address}/login")
