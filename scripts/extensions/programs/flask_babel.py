"""Languages, dates and numbers."""

from datetime import UTC, datetime

from flask import Flask, render_template_string, request
from flask_babel import (
    Babel,
    force_locale,
    format_currency,
    format_datetime,
    format_decimal,
    get_locale,
    gettext,
    lazy_gettext,
    refresh,
)

app = Flask(__name__)
Babel(
    app,
    locale_selector=lambda: (
        request.args.get("lang") or request.accept_languages.best_match(["de", "fr", "en"])
    ),
    timezone_selector=lambda: request.args.get("tz"),
)
WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
LAZY = lazy_gettext("Hello")


@app.get("/")
def index():
    return render_template_string(
        "{{ _('Hi %(name)s', name='ada') }} {{ when|datetimeformat }} {{ n|numberformat }}",
        when=WHEN,
        n=1234.5,
    )


@app.get("/async")
async def later():
    with force_locale("fr"):
        french = format_datetime(WHEN)
    return [
        str(get_locale()),
        format_decimal(1234.5),
        format_currency(3, "EUR"),
        french,
        gettext("x"),
        str(LAZY),
    ]


@app.get("/refresh")
def again():
    refresh()
    return str(get_locale())


def visit(client):
    for query in ("", "?lang=de", "?lang=fr&tz=Europe/Berlin"):
        yield client.get("/" + query)
        yield client.get("/async" + query).get_data(as_text=True)
        yield client.get("/refresh" + query, headers={"Accept-Language": "de;q=0.9"})
