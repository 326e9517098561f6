"""What may stand in a request's Host and dates, and in a response's status, headers and cookies.

SECURITY: servers differ in what they do with an invalid status or header: some drop the header
without a word, some answer 500, some end the worker. So nothing invalid reaches a server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from werkzeug.exceptions import BadRequest
from werkzeug.http import parse_date
from werkzeug.urls import iri_to_uri

#: Header fields whose value is a URL, by their name in lower case; what is not ASCII in them is
#: encoded when they are sent.
URL_FIELDS = {"location": "Location", "content-location": "Content-Location"}

# RFC 9110, section 5.6.2: the characters of a token.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
# RFC 9110, section 5.5: a value holds no control characters but tab, and is sent as latin-1.
_BAD_VALUE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
# RFC 6265, section 4.1.1: attribute values end at a semicolon.
_BAD_ATTRIBUTE = re.compile(r"[;\x00-\x1f\x7f]")

# RFC 3986, section 3.3 and 3.4: the characters of paths and queries that need no encoding. Two
# slashes at the beginning would begin a host.
_PLAIN_URL = re.compile(
    r"/(?!/)[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*(\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]+)?\Z"
)

#: Characters of the longest name of a host, RFC 1035, with a dot at its end, and a port.
LONGEST_HOST = 254 + len(":65535")

# RFC 3986, section 3.2.2 and 3.2.3: a name or an address in brackets, and a port. A comma would be
# part of a name too, but it is how some servers join two Host fields.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.\-_~!$&'()*+;=%]+)(:[0-9]{0,5})?\Z")


def check_host(host: str) -> None:
    """Raise BadRequest unless a Host field holds a host name or address and nothing else.

    SECURITY: a slash, a question mark or an at sign in it would change the URLs that are built of
    it and not the route that is matched (CVE-2026-48710, CVE-2012-4520). What is longer than any
    name is not looked at, which takes time, and not remembered, which takes memory.
    """
    try:
        if len(host) > LONGEST_HOST:
            valid = False
        elif host.isascii():
            valid = _HOST.match(host) is not None
            if "xn--" in host.lower():
                host.lower().partition(":")[0].encode().decode("idna")
        else:
            host.partition(":")[0].encode("idna")
            valid = not any(sign in host for sign in "/?#@\\, ")
    except UnicodeError:
        valid = False
    if not valid:
        raise BadRequest("The Host field of the request is not a valid host name.")


def date_of(value: str | None) -> datetime | None:
    """The date in a header field; None if there is none in it.

    SECURITY: Werkzeug raises OverflowError for years and time zones beyond those of Python, by
    which a client could make an error (500) of any request for a file.
    """
    try:
        return parse_date(value)
    except OverflowError:
        return None


def check_status(code: int) -> None:
    """Raise ValueError unless `code` is a status that may be sent: 100 to 599."""
    if not 100 <= code <= 599:
        raise ValueError(
            f"The response's status is {code}, which HTTP does not know. "
            "Use a number from 100 to 599, or a string that starts with one, like '404 Not Found'."
        )


def check_reason(status: str) -> None:
    """Raise ValueError unless a status line, such as "404 Not Found", is one line of latin-1.

    SECURITY: some WSGI servers, such as Werkzeug's, write it down as it is, and header fields with
    it.
    """
    if (bad := _BAD_VALUE.search(status)) is not None:
        raise ValueError(
            f"The response's status contains {bad.group()!r}, which HTTP cannot carry: {status!r}."
        )


def check_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Raise ValueError if a header has a name or a value that cannot be sent."""
    for name, value in headers:
        if _holds_url(name):
            value = _as_uri(name, value)
        # PERF: the regular expression takes three times as long (benchmark: hooks).
        if value.isascii() and value.isprintable():
            continue
        if (bad := _BAD_VALUE.search(value)) is not None:
            raise ValueError(
                f"The value of the response header {name!r} contains {bad.group()!r}, which HTTP "
                "headers cannot carry. Encode the value, for example with urllib.parse.quote()."
            )


# PERF: applications have few names of headers, and use them again and again (benchmark: hooks).
@lru_cache
def _holds_url(name: str) -> bool:
    """Whether the values of a header are URLs; ValueError if its name cannot be sent."""
    if not _TOKEN.match(name):
        raise ValueError(
            f"The response header name {name!r} is not valid: a name consists of letters, "
            "digits and some signs such as '-', without spaces (RFC 9110, section 5.1)."
        )
    return name.lower() in URL_FIELDS


def is_plain_url(value: str) -> bool:
    """Whether a URL is just a path, perhaps with a query, and its own encoded form."""
    return _PLAIN_URL.match(value) is not None


def _as_uri(name: str, value: str) -> str:
    if is_plain_url(value):
        return value
    try:
        return iri_to_uri(value)
    except ValueError as error:
        raise ValueError(
            f"The value of the response header {name!r} is not a URL ({error}): {value!r}. If it "
            "came from a client, check it first, for example with urllib.parse.urlsplit()."
        ) from error


def check_cookie(name: str, path: str | None, domain: str | None) -> None:
    """Raise ValueError if a cookie's name, path or domain would change the cookie's meaning."""
    if not _TOKEN.match(name):
        raise ValueError(
            f"The cookie name {name!r} is not valid: use letters, digits, '-' and '_' "
            "(RFC 6265, section 4.1.1)."
        )
    for attribute, value in (("path", path), ("domain", domain)):
        if value is not None and _BAD_ATTRIBUTE.search(value):
            raise ValueError(
                f"The {attribute} {value!r} of the cookie {name!r} contains a semicolon or a "
                "control character, which would end it (RFC 6265, section 4.1.1)."
            )
