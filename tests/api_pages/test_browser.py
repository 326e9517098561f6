"""The pages in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from quaff import Quaff
from tests.services import PATIENCE


@pytest.fixture
def address() -> Iterator[str]:
    """Where an application with documentation is served."""
    app = Quaff(__name__, static_folder=None)
    app.config.update(OPENAPI_DOCS=True, OPENAPI_TITLE="Library")

    @app.get("/books/<int:number>", tags=["books"])
    def book(number: int) -> dict[str, Any]:
        """One book.

        With <script>alert(1)</script> in its text.
        """
        return {"number": number, "title": "Momo"}

    @app.post("/books", tags=["books"])
    def add_book() -> dict[str, Any]:
        """Add a book."""
        return {}

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def loaded(driver: Any) -> list[str]:
    """The addresses that the page loaded something from."""
    script = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    return list(driver.execute_script(script))


def wait_for(driver: Any, script: str) -> Any:
    return WebDriverWait(driver, PATIENCE).until(lambda it: it.execute_script(f"return {script}"))


def complaints(driver: Any) -> list[str]:
    """What the browser says of the page: files that are missing, policies that are broken."""
    return [entry["message"] for entry in driver.get_log("browser")]


@pytest.fixture
def page(chromium: Any, address: str) -> Callable[[str], Any]:
    def page(path: str) -> Any:
        chromium.get(address + path)
        return chromium

    return page


def test_swagger_ui_shows_the_operations_and_tries_one(page: Any, address: str) -> None:
    driver = page("/docs")
    wait_for(driver, "document.querySelectorAll('.opblock').length == 2")
    text = driver.find_element("id", "swagger-ui").text
    assert "Library" in text
    assert "/books/{number}" in text
    driver.find_element("css selector", ".opblock-get .opblock-summary-control").click()
    wait_for(driver, "document.querySelector('.try-out__btn')").click()
    field = wait_for(driver, "document.querySelector('.parameters input')")
    field.send_keys("7")
    driver.find_element("css selector", ".execute").click()
    body = wait_for(driver, "document.querySelector('.live-responses-table .microlight')")
    assert "Momo" in body.text
    hosts = {urlsplit(url).netloc for url in loaded(driver) if not url.startswith("data:")}
    assert hosts == {urlsplit(address).netloc}
    assert complaints(driver) == []


def test_the_plain_page_shows_the_operations(page: Any, address: str) -> None:
    driver = page("/docs/list")
    articles = driver.find_elements("css selector", "article[id^=operation]")
    assert [article.find_element("tag name", "h3").text for article in articles] == [
        "GET /books/{number}",
        "POST /books",
    ]
    assert "<script>alert(1)</script>" in articles[0].text
    assert driver.find_elements("tag name", "script") == []
    color = articles[0].find_element("css selector", ".method").value_of_css_property("color")
    assert color == "rgba(255, 255, 255, 1)"
    assert {urlsplit(url).path for url in loaded(driver)} == {"/docs/listing.css"}
    driver.find_element("css selector", "nav a").click()
    assert driver.current_url == f"{address}/docs/list#operation-get-books-number"
    assert complaints(driver) == []
