"""What a request asks of a file beyond its name: conditions and ranges (RFC 9110, 13 and 14).

Nothing here has an effect or knows the file: it compares what a client sent with a Version. A
header costs the same however long it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_etags

from .validity import date_of

if TYPE_CHECKING:
    from werkzeug.datastructures import ETags

    from .request import Request

__all__ = ["Version", "failed_precondition", "has_a_version", "requested_part"]

#: One range, RFC 9110, section 14.1.2; nineteen digits hold the size of any file.
_SINGLE_RANGE = re.compile(r"bytes=(?:(\d{1,19})-(\d{0,19})|-(\d{1,19}))\Z", re.ASCII | re.I)

_CONDITIONS = (
    "HTTP_IF_MATCH",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_UNMODIFIED_SINCE",
)


class Version(NamedTuple):
    """By what clients know one version of a file from another.

    Args:
        tag: its strong ETag, in quotes, or None.
        time: its Last-Modified, or None.
    """

    tag: str | None
    time: str | None


def failed_precondition(request: Request, version: Version) -> int | None:
    """The status in place of the file: 304, the client has it; 412, it wants another version.

    None if it is to be sent. The order is that of RFC 9110, section 13.2.2.
    """
    environ = request.__dict__.get("environ")
    if environ is not None and environ.keys().isdisjoint(_CONDITIONS):
        # PERF: most requests have no condition (benchmark: file of 1 MB).
        return None
    field = request.field
    if field("HTTP_IF_MATCH", "if-match") is not None:
        # A weak tag matches nothing here.
        if version.tag is None or version.tag[1:-1] not in _tags(request, "If-Match"):
            return 412
    else:
        time = field("HTTP_IF_UNMODIFIED_SINCE", "if-unmodified-since")
        if time is not None and _is_newer(version, time) is True:
            return 412
    tag = field("HTTP_IF_NONE_MATCH", "if-none-match")
    if tag is not None:
        # PERF: most clients know one version, and have it (benchmark: file not modified).
        known = tag == version.tag or (
            version.tag is not None
            and _tags(request, "If-None-Match").contains_weak(version.tag[1:-1])
        )
        return 304 if known else None
    time = field("HTTP_IF_MODIFIED_SINCE", "if-modified-since")
    if time is not None and _is_newer(version, time) is False:
        return 304
    return None


def has_a_version(request: Request) -> bool:
    """Whether the client says which version it has, so that 304 is possible."""
    return (
        request.field("HTTP_IF_NONE_MATCH", "if-none-match") is not None
        or request.field("HTTP_IF_MODIFIED_SINCE", "if-modified-since") is not None
    )


def _tags(request: Request, name: str) -> ETags:
    """All tags of a header, which may be sent in several fields."""
    return parse_etags(",".join(request.headers.getlist(name)))


def _is_newer(version: Version, time: str) -> bool | None:
    """Whether the version is from later than a time; None if one of the two is unknown."""
    if version.time == time:
        return False
    limit, modified = date_of(time), date_of(version.time)
    return None if limit is None or modified is None else modified > limit


def requested_part(request: Request, length: int, version: Version) -> tuple[int, int] | None:
    """The first and last byte that a request asks for; None if it is to be sent everything.

    One range is served. A header that asks for several, or is malformed, is ignored, as the RFC
    allows.

    Raises:
        RequestedRangeNotSatisfiable: the range lies behind the end (416).
    """
    header = request.field("HTTP_RANGE", "range")
    if (
        header is None
        or request.method != "GET"
        or not length
        or not _is_same(version, request.field("HTTP_IF_RANGE", "if-range"))
    ):
        return None
    match = _SINGLE_RANGE.match(header)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        if int(suffix) == 0:
            raise RequestedRangeNotSatisfiable(length)
        return max(length - int(suffix), 0), length - 1
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= length:
        raise RequestedRangeNotSatisfiable(length)
    return start, min(int(last), length - 1) if last else length - 1


def _is_same(version: Version, header: str | None) -> bool:
    """Whether the client's part belongs to this very version (RFC 9110, section 13.1.5)."""
    if header is None or header == version.tag:
        return True
    if header.startswith('"'):
        return False
    date = date_of(header)
    return date is not None and date == date_of(version.time)
